"""The words that conditions are written with: widths, conversions, same party, same code."""

from __future__ import annotations

import polars as pl

col = pl.col

OF_LINE = ("case", "certificate", "line")
OF_ITEM = ("case", "item")
"""What tells certificate lines apart, and items."""


def is_told(frame: pl.DataFrame, *names: str) -> bool:
    """Whether any row says anything in any of these columns: where none does there is nothing to work out."""
    return any(frame.get_column(name).is_not_null().any() for name in names)


def wide(name: str) -> pl.Expr:
    """The column in 128 bits: scaled quantities times unit factors leave 64."""
    return col(name).cast(pl.Int128)


def rounded(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """The quotient of two integers as an integer, half up."""
    return (2 * top + bottom) // (2 * bottom)


def converted(quantity: str, source: str, target: str) -> pl.Expr:
    """A scaled quantity of unit ``source`` in unit ``target``, rounded half up at 5 decimals; null if
    the units do not convert.
    """
    same = col(f"{source}_dimension") == col(f"{target}_dimension")
    return pl.when(same).then(rounded(wide(quantity) * wide(f"{source}_size"), wide(f"{target}_size")))


def same_party(a: str, b: str) -> pl.Expr:
    """Same firm by USCC where both carry one, else by customs code; false where neither can tell."""
    by_uscc = col(f"{a}_uscc") == col(f"{b}_uscc")
    by_code = col(f"{a}_code") == col(f"{b}_code")
    return pl.coalesce(by_uscc, by_code, pl.lit(value=False))


def same_hs(a: str, b: str) -> pl.Expr:
    """Equal on the common prefix of the shorter code (codes have at least 8 digits)."""
    return col(a).str.starts_with(col(b)) | col(b).str.starts_with(col(a))


def may_lose(a: int, b: int) -> int:
    """What may be lost in writing a quantity in the coarser of two units, in parts of which they have ``a`` and ``b``:
    less than half of its last decimal (8.33333 dozens are 100 pieces), and of units that are powers of ten apart
    less than half of one of the finer.
    """
    return (min(max(a, b), 10**5 * min(a, b)) - 1) // 2


def lost(a: str, b: str) -> pl.Expr:
    """:func:`may_lose` of the columns of two units' sizes."""
    coarser, finer = pl.max_horizontal(f"{a}_size", f"{b}_size"), pl.min_horizontal(f"{a}_size", f"{b}_size")
    return (pl.min_horizontal(coarser, 10**5 * finer) - 1) // 2
