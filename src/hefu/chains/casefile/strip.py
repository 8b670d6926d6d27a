"""The strip of time under a drawing: each dated document a mark, in the row of the kind of its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from hefu.chains.case import Case

HEIGHT: Final = 92
ROWS: Final = ("invoices", "goods", "money")
ROW: Final = 18
TOP: Final = 20
SIDE: Final = (74, 24)
_LABEL_ROOM: Final = 58
_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 1200)
_ROW_OF: Final = {"V": "invoices", "P": "money", "X": "money", "R": "money", "S": "money"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A document on the strip; ``evidence`` is the number of its row."""

    x: float
    row: int
    evidence: int
    on: date


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip, with its x and y counted from its own corner. ``ticks`` are firsts of months with their label."""

    first: date
    last: date
    left: float
    right: float
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]

    def x(self, on: date) -> float:
        """Where a day stands."""
        days = (self.last - self.first).days or 1
        return self.left + (self.right - self.left) * (on - self.first).days / days


def strip(case: Case, width: float) -> Strip | None:
    """The strip of a case; none if nothing in it has a date."""
    rows = [(one, one.on) for one in case.evidence if one.on]
    known = [on for _, on in rows] + [on for one in case.links for on in (one.first, one.last) if on]
    if not known:
        return None
    first, last = min(known), max(known)
    if first == last:
        first, last = first - timedelta(days=15), last + timedelta(days=15)
    empty = Strip(first, last, SIDE[0], width - SIDE[1], (), ())
    marks = [
        Mark(empty.x(on), ROWS.index(_ROW_OF.get(one.table, "goods")), one.number, on) for one, on in rows
    ]
    return Strip(first, last, empty.left, empty.right, tuple(marks), tuple(_ticks(empty)))


def _ticks(bare: Strip) -> list[tuple[float, str]]:
    months = (bare.last.year - bare.first.year) * 12 + bare.last.month - bare.first.month + 1
    fitting = (bare.right - bare.left) / _LABEL_ROOM
    step = next((one for one in _STEPS if months / one <= fitting), _STEPS[-1])
    ticks: list[tuple[float, str]] = []
    at = bare.first.year * 12 + bare.first.month - 1
    end = bare.last.year * 12 + bare.last.month - 1
    for month in range(at + -at % step, end + 1, step):
        day = date(month // 12, month % 12 + 1, 1)
        if day >= bare.first and (not ticks or bare.x(day) - ticks[-1][0] >= _LABEL_ROOM):
            ticks.append((bare.x(day), f"{day:%Y-%m}"))
    return ticks
