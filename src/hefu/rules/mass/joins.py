"""How tables of the comparison are put beside each other: by runs of rows that stand together, keeping the order."""

from __future__ import annotations

import polars as pl

from hefu.documents.fields import uscc_check_digit_fits

col = pl.col


def runs_of(column: pl.Series) -> pl.DataFrame:
    """The rows of a table that stand together under one number (``value``): ``start`` and ``len``."""
    return column.rle().struct.unnest().with_columns(start=col("len").cum_sum() - col("len"))


def rows_of(runs: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """``wanted`` (document number first, left out) once for each row (``src``) of the table under that number."""
    number, *rest = wanted.columns
    found = wanted.join(runs, left_on=number, right_on="value", maintain_order="left_right").drop(number)
    if runs.select((col("len") == 1).all()).item():
        return found.rename({"start": "src"}).drop("len")
    rows = found.select(*rest, src=pl.int_ranges("start", col("start") + col("len")))
    return rows.explode("src", empty_as_null=False)


def beside(left: pl.DataFrame, right: pl.DataFrame, on: str) -> pl.DataFrame:
    """A left join that keeps the order; of an empty table only its columns."""
    if right.height:
        return left.join(right, on=on, how="left", maintain_order="left")
    return left.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in right.schema.items() if name != on
    )


def checks(codes: pl.Series) -> pl.Series:
    """Whether each code's check digit fits, asked once for every code; nothing stated is no misfit."""
    wrong = [code for code in codes.unique().drop_nulls() if not uscc_check_digit_fits(code)]
    return ~codes.is_in(wrong).fill_null(value=False)
