"""Binary doubles as spreadsheets show them."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hefu.inspection.sheets.doubles import text_of, texts_of

TOLD = [
    (1.0, "1"),
    (-0.0, "0"),
    (0.1 + 0.2, "0.3"),
    (1234.5, "1234.5"),
    (-0.05, "-0.05"),
    (1e-7, "0.0000001"),
    (1 / 3, "0.333333333333333"),
    (2 / 3, "0.666666666666667"),
    (999_999_999_999_999.0, "999999999999999"),
    (1e15, "1.00000000000000E+15"),
    (530120260000000001.0, "5.30120260000000E+17"),
    (-1e18, "-1.00000000000000E+18"),
    (100.0, "100"),
    (46027.520833333336, "46027.5208333333"),
]


@pytest.mark.parametrize(("number", "text"), TOLD)
def test_numbers_as_a_spreadsheet_shows_them(number: float, text: str) -> None:
    assert text_of(number) == text
    assert texts_of(pl.Series("n", [number, None, number])).to_list() == [text, None, text]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
@example(Decimal("0.00"))
def test_what_was_typed_comes_back(typed: Decimal) -> None:
    text = format(typed, "f").rstrip("0").rstrip(".")
    assert text_of(float(typed)) == ("0" if text in {"-0", ""} else text)


@given(st.lists(st.floats() | st.integers(-(10**18), 10**18).map(float), min_size=1))
def test_columns_say_what_single_numbers_say(numbers: list[float]) -> None:
    told = texts_of(pl.Series("n", numbers, dtype=pl.Float64))
    assert [text.lower() for text in told] == [text_of(one).lower() for one in numbers]
