"""``python -m tests.history --minutes N``: a storm on two real nodes, and whether what its clients were told can be true."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.history.check import check
from tests.history.storm import Storm
from tests.nodes import running
from tests.registers import sound


def main() -> int:
    """Exit 0 if every history is linearizable and both registers are sound, 1 with the shortest contradictions if not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed} (of what is asked and killed; timing is the machine's)", flush=True)
    with tempfile.TemporaryDirectory(prefix="hefu-storm-") as folder:
        with running(Path(folder)) as nodes:
            storm = Storm(nodes, random.Random(options.seed))
            asyncio.run(storm.rage(options.minutes * 60))
        print(f"{len(storm.history)} operations, {storm.unknown} with unknown outcome")
        print(f"kills: {', '.join(f'{side} {count}' for side, count in sorted(storm.kills.items()))}")
        began = time.monotonic()
        report = check(storm.history)
        seconds = time.monotonic() - began
        sound(Path(folder))
    print(f"{report.objects} histories ({report.calls} calls) checked in {seconds:.1f} s")
    print(f"violations: {report.wrong + len(report.broken)}")
    results = Counter((one.asked.what, one.answer.result) for one in storm.history if one.answer)
    for (what, result), count in sorted(results.items()):
        print(f"  {count:8} {what}: {result}")
    if report:
        print(report)
    return 1 if report else 0


if __name__ == "__main__":
    sys.exit(main())
