"""Days as whole numbers, and months that end where the calendar says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.rules.days import as_day, as_number, months_after

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("day", "number"),
    [("1970-01-01", 0), ("1969-12-31", -1), ("1970-02-01", 31), ("2000-02-29", 11016), ("2026-03-05", 20517)],
)
def test_days_count_from_the_first_of_1970(day: str, number: int) -> None:
    assert as_number(date.fromisoformat(day)) == number
    assert as_day(number).isoformat() == day


def test_no_day_has_no_number() -> None:
    assert as_number(None) is None


@given(DAYS, st.integers(-1000, 1000))
def test_numbers_follow_each_other_as_days_do(day: date, days: int) -> None:
    number = as_number(day)
    assert number is not None
    assert as_day(number + days) == day + timedelta(days=days)


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        ("2026-03-05", 1, "2026-04-05"),
        ("2026-03-05", 12, "2027-03-05"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-11-30", 2, "2027-01-30"),
        ("2026-12-01", 0, "2026-12-01"),
        ("2026-01-01", 11, "2026-12-01"),
        ("2026-10-31", 6, "2027-04-30"),
        ("2026-01-15", 36, "2029-01-15"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(day: str, months: int, end: str) -> None:
    assert months_after(date.fromisoformat(day), months).isoformat() == end


@given(DAYS, st.integers(1, 120))
def test_months_are_never_shorter_than_28_days(day: date, months: int) -> None:
    assert months_after(day, months) - day >= timedelta(days=28 * months)
