"""Numbers and days: exact as written, bounded as the forms are, without floats and exponents."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.fields import QUANTITY_DIGITS, QUANTITY_SCALE, plain, scaled, unscaled
from tests.documents.told import assert_refused, take

INT64 = 2**63 - 1
EXACT = st.decimals("0.00001", "9999999999999.99999", places=QUANTITY_SCALE)


@given(EXACT)
def test_a_quantity_written_as_text_is_taken_to_the_last_digit(value: Decimal) -> None:
    taken = take("Quantity", format(value, "f"))
    assert taken == value
    assert isinstance(taken, Decimal)


@given(EXACT)
def test_a_quantity_as_a_scaled_integer_loses_nothing_and_fits_64_bits(value: Decimal) -> None:
    whole = scaled(value)
    assert type(whole) is int
    assert 0 < whole <= INT64
    assert unscaled(whole) == value
    assert scaled(unscaled(whole)) == whole


@given(EXACT, EXACT)
def test_scaled_integers_add_and_order_as_the_quantities_do(a: Decimal, b: Decimal) -> None:
    assert scaled(a) + scaled(b) == scaled(a + b)
    assert (scaled(a) < scaled(b)) is (a < b)


@pytest.mark.parametrize(
    ("value", "whole"), [("0.000005", 1), ("0.0000049", 0), ("0.1", 10_000), ("1", 100_000), ("0.3", 30_000)]
)
def test_scaling_rounds_half_up_at_the_sixth_decimal(value: str, whole: int) -> None:
    assert scaled(Decimal(value)) == whole


def test_a_tenth_thirty_times_is_three() -> None:
    assert unscaled(sum(scaled(Decimal("0.1")) for _ in range(30))) == 3


@pytest.mark.parametrize("name", ["Quantity", "Amount"])
@pytest.mark.parametrize("value", [0.1, 1.0, 100.0, float("nan"), float("inf")])
def test_a_float_has_lost_digits_and_is_refused(name: str, value: float) -> None:
    assert_refused(name, value)


@pytest.mark.parametrize("name", ["Quantity", "Amount"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "1e5",
        "1E+3",
        "NaN",
        "Infinity",
        "1,000",
        "1_000",
        "0x10",
        "--1",
        "1 000",
        "一百",
        "1/3",
        "1.2.3",
        "1²",
        "١٢",
    ],
)
def test_only_plain_decimal_numbers_are_numbers(name: str, text: str) -> None:
    assert_refused(name, text)


@pytest.mark.parametrize("value", [True, None, [], {}, "NaN", Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_no_quantity(value: Any) -> None:
    assert_refused("Quantity", value)


@pytest.mark.parametrize("text", ["0", "0.00000", "-1", "-0.00001", "-0"])
def test_a_quantity_is_above_zero(text: str) -> None:
    assert_refused("Quantity", text)


def test_a_quantity_has_five_decimals_and_eighteen_digits() -> None:
    most = "9" * (QUANTITY_DIGITS - QUANTITY_SCALE)
    assert scaled(take("Quantity", f"{most}.99999")) == 10**QUANTITY_DIGITS - 1
    for text in ("0.000001", f"{most}.999999", f"1{most}", "1" + "0" * 5000):
        assert_refused("Quantity", text)


def test_an_amount_has_four_decimals_and_eighteen_digits() -> None:
    assert take("Amount", "99999999999999.9999") == Decimal("99999999999999.9999")
    for text in ("0.00001", "999999999999999.9999", "9" * 19):
        assert_refused("Amount", text)


@given(st.decimals("-99999999", "99999999", places=5))
def test_a_number_is_shown_without_exponent_or_trailing_zeros(value: Decimal) -> None:
    shown = plain(value)
    assert Decimal(shown) == value
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", shown)


@pytest.mark.parametrize(
    ("value", "shown"), [("1E+3", "1000"), ("100", "100"), ("1.50", "1.5"), ("1E-5", "0.00001")]
)
def test_a_number_is_shown_as_people_write_it(value: str, shown: str) -> None:
    assert plain(Decimal(value)) == shown


@pytest.mark.parametrize("spelling", [1, "1", "01", "0001", " 1 ", "１", "０１"])
def test_one_item_in_many_spellings_is_one_item(spelling: Any) -> None:
    assert take("ItemNumber", spelling) == 1


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        10_000,
        "0",
        "10000",
        "-1",
        "+1",
        "1_0",
        "x",
        "",
        "1.5",
        1.5,
        1.0,
        None,
        [],
        True,
        "²",
        "٣",
        "9" * 400,
        "9" * 5000,
    ],
    ids=lambda value: repr(value)[:8],
)
def test_items_are_numbered_from_1_to_9999(value: Any) -> None:
    assert take("ItemNumber", 9999) == 9999
    assert_refused("ItemNumber", value)


@pytest.mark.parametrize("zero", ["-0", "-0.00", "-.0", "+0", "0.0", Decimal("-0"), Decimal("-0.0000")])
def test_zero_is_written_in_one_way(zero: Any) -> None:
    assert plain(take("Amount", zero)) == "0"


# Days


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01",
        "20260301",
        "2026/03/01",
        "2026.03.01",
        " 2026-03-01 ",
        "２０２６-03-01",
        "20260301235959",
        "2026-03-01T23:59:59",
        "2026-03-01T23:59:59+08:00",
        "2026-03-01 00:00:00",
        "2026-03-01T15:59:59Z",
        "2026-02-28T16:00:00Z",
        "2026-02-28T11:00:00-05:00",
        date(2026, 3, 1),
        datetime(2026, 3, 1, 23, 59),  # noqa: DTZ001 - without an offset it is Shanghai's
        datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 2, 28, 16, 0, tzinfo=UTC),
        datetime(2026, 3, 1, 0, 1, tzinfo=timezone(timedelta(hours=8))),
    ],
    ids=str,
)
def test_a_day_is_the_day_in_shanghai(value: Any) -> None:
    assert take("Day", value) == date(2026, 3, 1)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_is_the_same_in_both_forms(day: date) -> None:
    assert take("Day", day.isoformat()) == take("Day", day.strftime("%Y%m%d")) == day


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29",
        "2026-02-30",
        "20261301",
        "2026-00-10",
        "0000-01-01",
        "26-03-01",
        "2026-3-1",
        "2026-0-301",
        "2026-03/01",
        "2026-W10-1",
        "2026-03-01 or later",
        "2026-03-0１²",
        "01/03/2026x",
        "",
        "yesterday",
        "2026",
        "2026年3月1日",
        20260301,
        1.0,
        None,
        [],
        True,
    ],
    ids=repr,
)
def test_what_is_no_day_is_refused(value: Any) -> None:
    assert_refused("Day", value)


def test_the_29th_of_february_exists_in_leap_years_only() -> None:
    assert take("Day", "20280229") == date(2028, 2, 29)
    assert_refused("Day", "21000229")
