"""What is due, as a picture: a line for each deadline, from the day it is counted from to its last day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape
from typing import Final

from hefu.errors import Text
from hefu.procedures.dossier.deadlines import Deadline
from hefu.rules.days import months_after

_WIDTH: Final = 1080
_LEFT: Final = 300
_RIGHT: Final = 90
_ROW: Final = 26
_TOP: Final = 30
_MONTHS: Final = 37
"""Months that the picture reaches beyond the day it is made for; papers are kept for years beyond."""
_MARKS: Final = 8
"""Dates along the axis, at most."""


def timeline(deadlines: Sequence[Deadline], as_of: date) -> str:
    """An SVG of the deadlines that have a day within the picture; empty if none has."""
    last = months_after(as_of, _MONTHS)
    shown = [one for one in deadlines if one.day is not None and one.day <= last]
    if not shown:
        return ""
    days = [day for one in shown for day in (one.day, one.counted_from, one.done_on) if day]
    axis = _Axis(min(*days, as_of) - timedelta(days=7), max(*days, as_of) + timedelta(days=14))
    height = _TOP + _ROW * len(shown) + 8
    parts = [
        f'<svg class="timeline" viewBox="0 0 {_WIDTH} {height}" role="img">',
        *axis.marks(height),
        *(part for row, one in enumerate(shown) for part in _row(one, axis, _TOP + _ROW * row)),
        f'<line class="today" x1="{axis.x(as_of)}" x2="{axis.x(as_of)}" y1="16" y2="{height}"/>',
        f'<text class="todaytext" x="{axis.x(as_of)}" y="12" text-anchor="middle">{as_of}</text>',
        "</svg>",
    ]
    return "".join(parts)


class _Axis:
    """Days as places."""

    def __init__(self, first: date, last: date) -> None:
        self._first, self._last = first, last

    def x(self, day: date) -> int:
        """Where a day stands."""
        share = (day - self._first).days / max((self._last - self._first).days, 1)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT))

    def marks(self, height: int) -> Iterator[str]:
        """First days of months, as many as there is room for."""
        months = (self._last.year - self._first.year) * 12 + self._last.month - self._first.month
        step = next(one for one in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / one <= _MARKS)
        day = date(self._first.year, self._first.month, 1)
        day = months_after(day, 1) if day < self._first else day
        while day <= self._last:
            if (day.month - 1) % min(step, 12) == 0 and (step <= 12 or day.year % (step // 12) == 0):
                yield f'<line class="axis" x1="{self.x(day)}" x2="{self.x(day)}" y1="{_TOP - 8}" y2="{height}"/>'
                yield f'<text class="month" x="{self.x(day) + 3}" y="{_TOP - 2}">{day:%Y-%m}</text>'
            day = months_after(day, 1)


def _row(one: Deadline, axis: _Axis, top: int) -> Iterator[str]:
    """Title, span and last day of a deadline; a ring where it was done."""
    day = one.day or date.min
    end, middle, state = axis.x(day), top + _ROW // 2, one.state.value
    start = axis.x(one.counted_from) if one.counted_from else end
    for language, text in _languages(one.words.title):
        yield f'<text class="{language}" x="0" y="{middle + 4}">{escape(text)}</text>'
    yield (
        f'<rect class="span {state}" x="{min(start, end)}" y="{middle - 4}" width="{max(abs(end - start), 1)}" height="8"/>'
    )
    yield f'<circle class="{state}" cx="{end}" cy="{middle}" r="6"><title>{day} {state}</title></circle>'
    if one.done_on is not None:
        done = axis.x(one.done_on)
        yield f'<circle class="done" cx="{done}" cy="{middle}" r="3"><title>{one.done_on}</title></circle>'
    yield f'<text x="{end + 10}" y="{middle + 4}">{day}</text>'


def _languages(text: Text) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("zh", text.zh), ("en", text.en)
