"""``python -m tests.simulation --seeds N``: run N histories and report the first that fails."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.histories import LENGTH, Failure, play, policy_of, run, steps_of


def chunk(first: int, count: int) -> tuple[Counter[str], Failure | None]:
    """Play ``count`` seeds from ``first``; what the commands came to, and the first failure."""
    told: Counter[str] = Counter()
    for seed in range(first, first + count):
        world, text = play(steps_of(seed), policy=policy_of(seed))
        told.update(world.outcomes)
        if text:
            return told, run(seed)
    return told, None


def main() -> int:
    """Exit 0 if every history held, 1 with the seed and the shortest history if one did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    size = max(1, min(50, options.seeds // options.workers))
    starts = range(options.first, options.first + options.seeds, size)
    told: Counter[str] = Counter()
    done = 0
    with ProcessPoolExecutor(options.workers) as pool:
        counts = [min(size, options.first + options.seeds - start) for start in starts]
        for count, (outcomes, failure) in zip(counts, pool.map(chunk, starts, counts), strict=True):
            told.update(outcomes)
            done += count
            if failure is not None:
                print(failure)
                return 1
            if sys.stderr.isatty():
                print(f"\r{done}/{options.seeds}", end="", file=sys.stderr)
    seconds = time.monotonic() - began
    print(f"{done} histories of {LENGTH} steps, no violation, {seconds:.1f} s on {options.workers} workers")
    print(f"{done / seconds * 60 / options.workers:.0f} histories a minute a core")
    for status, number in told.most_common():
        print(f"  {number:8} {status}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
