"""``python -m tests.model``: prove every step, walk through every short history, and find every error planted."""

from __future__ import annotations

import sys
import time

from tests.model.broken import BROKEN
from tests.model.exploring import explore
from tests.model.proof import invariants, proved, starts, symbolic
from tests.model.protocol import STEPS

DEPTH = 11


def main() -> int:
    """Exit 0 if everything is proved and every planted error is found."""
    began = time.monotonic()
    names = list(invariants(symbolic("s")))
    gaps = starts()
    for name, step in STEPS.items():
        gaps += proved(name, step)
        print(f"{time.monotonic() - began:6.1f} s   {name}")
    for gap in gaps:
        print(f"not proved: {gap}")
    print(f"{len(names)} invariants, {len(STEPS)} steps, {len(gaps)} not proved")
    trace, states = explore(depth=DEPTH)
    print(f"{states} states within {DEPTH} steps, {'no violation' if trace is None else trace}")
    missed = 0
    for name, step in BROKEN.items():
        found, _ = explore({**STEPS, name: step}, 9)
        missed += found is None
        print(f"\nplanted: {(step.__doc__ or name).strip()}\n{found or 'NOT FOUND'}")
    print(f"\n{time.monotonic() - began:.1f} s")
    return int(bool(gaps) or trace is not None or bool(missed))


if __name__ == "__main__":
    sys.exit(main())
