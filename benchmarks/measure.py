"""Two things measured in turns, so that both see the same machine, and what came of it."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Side = Callable[[], float]
"""One round of one contestant; its figure."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What DESIGN §8 asks of a ratio: at least, or at most."""

    bound: float
    at_least: bool

    def met_by(self, ratio: float) -> bool:
        """Whether the ratio reaches it."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: medians over the rounds, and the median of the rounds' ratios."""

    what: str
    against: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    bar: Bar | None
    rounds: int

    def as_json(self) -> dict[str, object]:
        """The row for machines."""
        bar = self.bar
        return {
            "what": self.what,
            "against": self.against,
            "unit": self.unit,
            "hefu": self.ours,
            "other": self.theirs,
            "ratio": self.ratio,
            "bar": str(bar) if bar else None,
            "met": bar.met_by(self.ratio) if bar else None,
            "rounds": self.rounds,
        }


def paired(
    what: str, against: str, unit: str, ours: Side, theirs: Side, *, bar: Bar | None, rounds: int
) -> Row:
    """Both in turns, the first to go changing every round; one unmeasured round before."""
    ours(), theirs()
    told: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            other = theirs()
            told.append((ours(), other))
        else:
            own = ours()
            told.append((own, theirs()))
    return Row(
        what=what,
        against=against,
        unit=unit,
        ours=median(own for own, _ in told),
        theirs=median(other for _, other in told),
        ratio=median(own / other for own, other in told),
        bar=bar,
        rounds=rounds,
    )


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without garbage collection in the measuring process: its pauses are not the node's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def p99(values: list[float]) -> float:
    """The 99th percentile, by nearest rank."""
    return sorted(values)[max(0, -(-len(values) * 99 // 100) - 1)]


def fsyncs(folder: Path, count: int) -> list[float]:
    """Seconds that a write of 4 KiB with its fsync takes, appended to one file, ``count`` times."""
    block = os.urandom(4096)
    told: list[float] = []
    handle = os.open(folder / "fsync.bin", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for _ in range(count):
            start = time.perf_counter()
            os.write(handle, block)
            os.fsync(handle)
            told.append(time.perf_counter() - start)
    finally:
        os.close(handle)
    return told
