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
    pl.coalesce("left_unit", "original_unit").alias("goods_unit"),
]

_OF_LINE = ("case", "certificate", "line")
_OF_GOODS = ("case", "line_declaration", "line_item")

_TAKEN = (
    pl.when(col("drawn_of_line") <= wide("line_quantity"))
    .then(converted("drawn", "line", "left"))
    .when("line_first")
    .then(converted("line_quantity", "line", "left"))
    .otherwise(0)
)
"""What a row takes of the exported goods, in the account's unit, rounded as the ledger rounds it; of a line
that is overdrawn its own quantity, which its own rule speaks about."""

_UNLIMITED = [
    pl.lit(None, pl.Int128).alias("taken_of_goods"),
    pl.lit(None, pl.Int128).alias("wanted_of_goods"),
]


def derive(frame: pl.DataFrame, *more: pl.Expr) -> pl.DataFrame:
    """The frame with the shared columns, and ``more`` that depend on the policy.

    Items that draw on one line, and lines of the same goods, count with their sum. Windows cost more
    than all else, so they are asked only where there is something to sum.
    """

    def summed(value: pl.Expr, over: tuple[str, ...], flag: str) -> pl.Expr:
        return value.sum().over(*over) if frame.get_column(flag).any() else value

    frame = frame.with_columns_seq(*_FIRST, *more)
    drawn = summed(col("drawn"), _OF_LINE, "line_shared").alias("drawn_of_line")
    if frame.get_column("left").null_count() == frame.height:
        return frame.with_columns_seq(drawn, *_GUARDS, *_UNLIMITED)
    frame = frame.with_columns_seq(drawn, *_GUARDS)
    frame = frame.with_columns_seq(summed(_TAKEN, _OF_GOODS, "goods_shared").alias("taken_of_goods"))
    return frame.with_columns_seq(converted("taken_of_goods", "left", "line").alias("wanted_of_goods"))
