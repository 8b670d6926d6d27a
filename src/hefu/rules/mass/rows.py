"""The frame of the comparison gathered column by column, with no column that no rule reads.

The columns and their meaning are those of ``rules.frame``; a property test holds both against each other. What
cases and certificates tell alone is judged in rows of their own (:func:`head_rows`), the rest in rows of pairs, and
of these apart the cases that count in one unit and share nothing, which need no conversions and no sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from hefu.documents.codes.tables import units
from hefu.rules.mass.heads import Told, rows_of
from hefu.rules.mass.pairing import DIMENSIONS, keyed
from hefu.rules.mass.tables import Tables

col = pl.col

_UNITS: Final = pl.DataFrame(
    [(one.code, one.dimension, one.numerator, one.denominator) for one in units().values()],
    schema={"unit": pl.String, "dimension": pl.String, "num": pl.Int64, "den": pl.Int64},
    orient="row",
)
_COUNTED: Final = ("item", "line", "original", "left")
"""What counts in a unit."""

Source = tuple[pl.DataFrame, pl.Series]
"""A table and the rows in it."""


@dataclass(frozen=True)
class Rows:
    """Rows to judge: a frame with what the rules read, and where the rest of the columns stands."""

    frame: pl.DataFrame
    sources: tuple[Source, ...]

    def having(self, names: Iterable[str]) -> Rows:
        """The rows with these columns, where there are any such."""
        missing = [name for name in names if name not in self.frame.columns]
        columns = [one for name in missing if (one := self._column(name, None)) is not None]
        return replace(self, frame=self.frame.with_columns(columns))

    def shown(self, names: Sequence[str], rows: pl.Series) -> pl.DataFrame:
        """These columns of some rows."""
        columns = (
            self.frame.get_column(name).gather(rows)
            if name in self.frame.columns
            else self._column(name, rows)
            for name in names
        )
        return pl.DataFrame([one for one in columns if isinstance(one, pl.Series)])

    def _column(self, name: str, rows: pl.Series | None) -> pl.Series | pl.Expr | None:
        for table, places in self.sources:
            if name in table.columns:
                column = table.get_column(name)
                if rows is None and column.null_count() == len(column):
                    return pl.lit(None, column.dtype).alias(name)
                return column.gather(places if rows is None else places.gather(rows))
        return None


def index(pairs: pl.DataFrame, told: Told) -> pl.DataFrame:
    """The rows: pairs, certificates that nothing draws on, items that nothing covers, cases without either."""
    idle = _missing(pairs.get_column("ref_row"), told.named.height)
    bare = _missing(pairs.get_column("item_row"), told.items.height)
    rows = [
        pairs,
        pl.DataFrame({"case": told.named.get_column("case").gather(idle), "ref_row": idle}),
        pl.DataFrame({"case": told.items.get_column("case").gather(bare), "item_row": bare}),
    ]
    present = pl.concat([one.get_column("case") for one in rows])
    empty = _missing(present, told.heads.height)
    return pl.concat([*rows, pl.DataFrame({"case": empty})], how="diagonal")


def _missing(present: pl.Series, height: int) -> pl.Series:
    """The row numbers that do not occur."""
    return (~_marked(present, height)).arg_true().cast(pl.Int64)


def _marked(places: pl.Series, height: int) -> pl.Series:
    return pl.Series([False]).new_from_index(0, height).scatter(places.unique(), values=True)


def head_rows(rows: pl.DataFrame, told: Told) -> tuple[Rows, pl.Series]:
    """A row for each certificate that a case names, and one for each case with rows that have no certificate;
    and which of them each row belongs to.
    """
    without = rows.filter(col("ref_row").is_null()).get_column("case").unique().sort()
    place = pl.Series([0], dtype=pl.Int64).new_from_index(0, told.heads.height)
    place = place.scatter(without, pl.int_range(len(without), eager=True) + told.named.height)
    belongs = rows.select(
        pl.coalesce("ref_row", pl.lit(place).gather("case")) if len(without) else col("ref_row")
    ).to_series()
    case = pl.concat([told.named.get_column("case"), without])
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, len(without))
    named = pl.concat([told.named.get_column("ref_row"), nothing])
    frame = case.to_frame().with_columns(named)
    return Rows(frame, ((told.heads, case), (told.named, named))), belongs


def pair_rows(rows: pl.DataFrame, belongs: pl.Series, heads: Rows, told: Told, tables: Tables) -> list[Rows]:
    """The rows of pairs in two parts, plain and odd, with units and quantities; empty parts left out."""
    rows = rows.with_columns(
        _gathered(told.items, "src", rows, "item_row").alias("item_src"),
        _gathered(told.lines, "src", rows, "line_row").alias("line_src"),
        belongs.alias("head_row"),
    )
    rows = _with_goods(_with_original(_measured(rows, tables), told, tables), tables)
    odd = _odd_cases(rows, told.heads.height)
    parts = [(rows, True)]
    if odd.any():
        parts = [(rows.filter(~odd), True), (rows.filter(odd), False)]
    return [_counted(part, heads, tables, plain=plain) for part, plain in parts if part.height]


def _gathered(source: pl.DataFrame, name: str, rows: pl.DataFrame, places: str) -> pl.Series | pl.Expr:
    """A column of a table at row numbers; a column that says nothing needs no gathering."""
    column = source.get_column(name)
    if column.null_count() == len(column):
        return pl.lit(None, column.dtype).alias(name)
    return column.gather(rows.get_column(places))


def _measured(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The rows with what item and line count in."""
    rows = rows.with_columns(
        *(
            _gathered(tables.lines, one, rows, "line_src")
            for one in ("line_declaration", "line_item", "line_unit")
        ),
        _gathered(tables.items, "first_unit", rows, "item_src").alias("item_unit"),
        _gathered(tables.items, "first", rows, "item_src").alias("item_quantity"),
    )
    if rows.get_column("by_second").any():
        second = col("by_second").fill_null(value=False)
        rows = rows.with_columns(
            _gathered(tables.items, one, rows, "item_src") for one in ("second", "second_unit")
        ).with_columns(
            item_unit=pl.when(second).then("second_unit").otherwise("item_unit"),
            item_quantity=pl.when(second).then("second").otherwise("item_quantity"),
        )
    if rows.get_column("part").null_count() < rows.height:
        rows = rows.with_columns(item_quantity=pl.coalesce("part", "item_quantity"))
    return rows


def _with_original(rows: pl.DataFrame, told: Told, tables: Tables) -> pl.DataFrame:
    """The exported item that a line speaks of, in the measure that its unit asks for."""
    exported = told.heads.filter("original").select("export", "case")
    theirs = rows_of(tables.items.get_column("declaration"), exported).drop("export")
    if not theirs.height:
        return rows.with_columns(
            exported_src=pl.lit(None, pl.Int64),
            original_quantity=pl.lit(None, pl.Int64),
            original_unit=pl.lit(None, pl.String),
        )
    theirs = theirs.with_columns(tables.items.get_column("item").gather(theirs.get_column("src")))
    export = told.heads.select(pl.when("original").then("export")).to_series().gather(rows.get_column("case"))
    concerned = (rows.get_column("line_declaration") == export).fill_null(value=False)
    rows = rows.with_columns(asked=pl.when(concerned).then(keyed("case", "line_item"))).join(
        theirs.select(asked=keyed("case", "item"), exported_src=col("src").cast(pl.Int64)),
        on="asked",
        how="left",
        maintain_order="left",
    )
    rows = rows.with_columns(
        _gathered(tables.items, "first", rows, "exported_src").alias("original_quantity"),
        _gathered(tables.items, "first_unit", rows, "exported_src").alias("original_unit"),
    )
    differs = col("original_unit") != col("line_unit")
    if not rows.select(differs.any()).item():
        return rows
    rows = rows.with_columns(
        _gathered(tables.items, "second", rows, "exported_src").alias("other"),
        _gathered(tables.items, "second_unit", rows, "exported_src").alias("other_unit"),
    )
    of_line = _dimension("line_unit")
    second = differs & (_dimension("original_unit") != of_line) & (_dimension("other_unit") == of_line)
    second = second.fill_null(value=False)
    return rows.with_columns(
        original_quantity=pl.when(second).then("other").otherwise("original_quantity"),
        original_unit=pl.when(second).then("other_unit").otherwise("original_unit"),
    )


def _dimension(unit: str) -> pl.Expr:
    return col(unit).replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)


def _with_goods(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    if not tables.goods.height:
        return rows.with_columns(left=pl.lit(None, pl.Int64), left_unit=pl.lit(None, pl.String))
    goods = tables.goods.rename({"export": "line_declaration", "export_item": "line_item"})
    return rows.join(goods, on=["line_declaration", "line_item"], how="left", maintain_order="left")


def _odd_cases(rows: pl.DataFrame, cases: int) -> pl.Series:
    """Of each row, whether its case counts in different units somewhere or shares a line or goods."""
    unit = col("line_unit")
    odd = rows.select(
        (
            (col("item_unit") != unit)
            | (col("original_unit") != unit)
            | (col("left_unit") != unit)
            | col("line_shared")
            | col("goods_shared")
        ).fill_null(value=False)
    ).to_series()
    if not odd.any():
        return odd
    case = rows.get_column("case")
    return _marked(case.filter(odd), cases).gather(case)


def _counted(rows: pl.DataFrame, heads: Rows, tables: Tables, *, plain: bool) -> Rows:
    """The rows with their units' sizes and the price of the goods, and where the other columns stand."""
    if plain:  # one unit everywhere: it may stand for its own dimension
        rows = rows.with_columns(col(f"{one}_unit").alias(f"{one}_dimension") for one in _COUNTED)
    else:
        for one in _COUNTED:
            sizes = _UNITS.rename({name: f"{one}_{name}" for name in _UNITS.columns})
            rows = rows.join(sizes, on=f"{one}_unit", how="left", maintain_order="left")
    rows = rows.with_columns(_gathered(heads.frame, "act", rows, "head_row"))
    export = col("act") == "export"
    sold = rows.select(pl.when(export).then("item_src").otherwise("exported_src")).to_series()
    of_head, items = rows.get_column("head_row"), tables.items
    return Rows(
        rows,
        (
            (heads.frame, of_head),
            *((table, places.gather(of_head)) for table, places in heads.sources),
            (tables.lines, rows.get_column("line_src")),
            (items.select("item", "item_hs", "item_name", "item_origin"), rows.get_column("item_src")),
            (items.select(original_hs="item_hs"), rows.get_column("exported_src")),
            (items.select(goods_total="total", goods_currency="currency"), sold),
        ),
    )
