"""Days of the frame: whole days since 1970-01-01."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

_EPOCH: Final = date(1970, 1, 1).toordinal()


def as_number(day: date | None) -> int | None:
    """A day as the frame counts it."""
    return None if day is None else day.toordinal() - _EPOCH


def as_day(number: int) -> date:
    """A day of the frame as a date."""
    return date.fromordinal(number + _EPOCH)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
