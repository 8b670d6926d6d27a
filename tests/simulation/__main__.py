"""``python -m tests.simulation --seeds N``: run N histories and report the first that fails. Ctrl-C ends it with the
tally of what was played.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from tests.simulation.histories import LENGTH, Failure, play, policy_of, run, steps_of


@dataclass(frozen=True)
class Played:
    """What some histories came to: how many, what the commands were answered, the faults, the first failure."""

    count: int
    told: Counter[str]
    faults: Counter[str]
    failure: Failure | None = None


def chunk(first: int, count: int) -> Played:
    """Play ``count`` seeds from ``first``, up to one that fails."""
    told: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for seed in range(first, first + count):
        world, text = play(steps_of(seed), policy=policy_of(seed))
        told.update(world.outcomes)
        faults += world.faults
        if text:
            return Played(seed - first, told, faults, run(seed))
    return Played(count, told, faults)


def chunks(first: int, seeds: int, workers: int) -> Iterator[Played]:
    """All the seeds in chunks, in their order, as they are done."""
    size = max(1, min(50, seeds // workers))
    starts = range(first, first + seeds, size)
    with ProcessPoolExecutor(workers) as pool:
        try:
            yield from pool.map(chunk, starts, (min(size, first + seeds - start) for start in starts))
        finally:
            pool.shutdown(cancel_futures=True)


def main() -> int:
    """Exit 0 if every history held, 1 with the seed and the shortest history if one did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    told: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    done = 0
    with suppress(KeyboardInterrupt):
        for played in chunks(options.first, options.seeds, options.workers):
            told.update(played.told)
            faults.update(played.faults)
            done += played.count
            if played.failure is not None:
                print(played.failure)
                return 1
            if sys.stderr.isatty():
                print(f"\r{done}/{options.seeds}", end="", file=sys.stderr)
    seconds = time.monotonic() - began
    print(f"{done} histories of {LENGTH} steps, no violation, {seconds:.1f} s on {options.workers} workers")
    print(f"{done / seconds * 60 / options.workers:.0f} histories a minute a core")
    for title, counted in (("faults", faults), ("answers", told)):
        print(f"{title}:")
        for what, number in counted.most_common():
            print(f"  {number:8} {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
