"""Binary doubles as people saw them: fifteen significant digits, as spreadsheets show them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

import polars as pl

DIGITS: Final = 15
"""Significant digits that a spreadsheet keeps of a number."""
_LOST: Final = 10.0**DIGITS
_NOT_DIGITS: Final = r"^-?0*\.?0*|\."


def texts_of(numbers: pl.Series) -> pl.Series:
    """Each number in plain notation: no exponent, no ``.0``. From 10^15 on a spreadsheet has lost digits: such numbers
    are written as it shows them, with an exponent (``5.30120260000000E+17``), so that none is taken for exact.
    """
    values = pl.col("x")
    short = values.cast(pl.String)  # the shortest text that is the same double
    digits = short.str.replace_all(_NOT_DIGITS, "").str.len_bytes()
    is_whole = (values.abs() < _LOST) & (values == values.round())
    is_plain = (digits <= DIGITS) & ~short.str.contains("e", literal=True) & (values.abs() < _LOST)
    frame = numbers.cast(pl.Float64).alias("x").to_frame()
    told = frame.with_columns(
        text=pl.when(is_whole)
        .then(values.cast(pl.Int64, strict=False).cast(pl.String))
        .when(is_plain)
        .then(short)
    )
    left = told.filter(pl.col("text").is_null() & values.is_not_null())["x"].unique()
    if left.is_empty():
        return told["text"].alias(numbers.name)
    written = values.replace_strict(
        left, [text_of(one) for one in left], default=None, return_dtype=pl.String
    )
    return told.select(pl.coalesce("text", written).alias(numbers.name)).to_series()


def text_of(number: float) -> str:
    """One number, as :func:`texts_of` writes it."""
    if not math.isfinite(number):
        return str(number)
    if abs(number) >= _LOST:
        return f"{number:.{DIGITS - 1}E}"
    text = format(Decimal(f"{number:.{DIGITS - 1}e}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
