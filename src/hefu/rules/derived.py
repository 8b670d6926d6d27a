"""Columns that several rules share, computed once from the frame: conversions, sums, guards.

A guard keeps one cause from yielding several findings: a rule speaks only where what it compares
is there and comparable.
"""

from __future__ import annotations

import polars as pl

col = pl.col


def wide(name: str) -> pl.Expr:
    """The column in 128 bits: scaled quantities times unit factors leave 64."""
    return col(name).cast(pl.Int128)


def converted(quantity: str, source: str, target: str) -> pl.Expr:
    """A scaled quantity of unit ``source`` in unit ``target``, rounded half up at 5 decimals; null if
    the units do not convert.
    """
    top = wide(quantity) * wide(f"{source}_num") * wide(f"{target}_den")
    bottom = wide(f"{source}_den") * wide(f"{target}_num")
    same = col(f"{source}_dimension") == col(f"{target}_dimension")
    return pl.when(same).then((2 * top + bottom) // (2 * bottom))


def same_party(a: str, b: str) -> pl.Expr:
    """Same firm by USCC where both carry one, else by customs code; false where neither can tell."""
    by_uscc = col(f"{a}_uscc") == col(f"{b}_uscc")
    by_code = col(f"{a}_code") == col(f"{b}_code")
    return pl.coalesce(by_uscc, by_code, pl.lit(value=False))


def same_hs(a: str, b: str) -> pl.Expr:
    """Equal on the common prefix of the shorter code."""
    return col(a).str.starts_with(col(b)) | col(b).str.starts_with(col(a))


_FIRST = [
    (col("known") & (col("purpose") == col("act"))).fill_null(value=False).alias("fit"),
    (col("state").eq("available") | (col("held_by") == col("declaration")))
    .fill_null(value=False)
    .alias("mine"),
    converted("item_quantity", "item", "line").alias("drawn"),
    converted("original_quantity", "original", "line").alias("exported"),
    converted("left", "left", "line").alias("left_here"),
    same_party("holder", "trader").alias("holder_is_trader"),
    same_hs("item_hs", "line_hs").alias("hs_fits"),
    same_hs("original_hs", "line_hs").alias("hs_fits_original"),
    (col("line_declaration") == col("export")).fill_null(value=False).alias("same_export"),
    (col("line").is_not_null() & col("item").is_not_null()).alias("paired"),
]

_GUARDS = [
    (col("fit") & col("paired")).alias("comparable"),
    (col("fit") & col("paired") & (col("line_dimension") == col("item_dimension"))).alias("measurable"),
    (col("fit") & col("after_export") & col("same_export") & col("original")).alias("original_concerned"),
    ((col("act") == "return") & col("original_hs").is_not_null()).alias("return_of_known"),
    (col("known") & col("principal").is_not_null()).alias("chained"),
]

_OF_LINE = col("drawn").sum().over("case", "certificate", "line")


def derive(frame: pl.DataFrame, *more: pl.Expr) -> pl.DataFrame:
    """The frame with the shared columns, and ``more`` that depend on the policy.

    A line that several items draw on counts with their sum; windows cost more than all else, so
    they are asked only if there is such a line.
    """
    drawn = _OF_LINE if frame.get_column("line_shared").any() else col("drawn")
    taken = pl.min_horizontal(drawn, wide("line_quantity"))
    return frame.with_columns_seq(*_FIRST, *more).with_columns_seq(
        drawn.alias("drawn_of_line"), taken.alias("taken_of_goods"), *_GUARDS
    )
