"""The frame of the comparison gathered column by column, with no column that no rule reads.

The columns and their meaning are those of ``rules.frame``; a property test holds both against each other. What
cases and certificates tell alone is judged in rows of their own (:func:`head_rows`), the rest in rows of pairs, and
of these apart the cases that count in one unit and share nothing, which need no conversions and no sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from hefu.documents.codes.tables import units
from hefu.rules.expressions import is_told
from hefu.rules.mass.heads import Told
from hefu.rules.mass.joins import rows_of
from hefu.rules.mass.pairing import DIMENSIONS, keyed
from hefu.rules.mass.tables import Tables

col = pl.col

_UNITS: Final = pl.DataFrame(
    [(one.code, one.dimension, one.size) for one in units().values()],
    schema={"unit": pl.String, "dimension": pl.String, "size": pl.Int64},
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
        missing = sorted(set(names) - set(self.frame.columns))
        columns = [
            one for table, places, held in self._held(missing) for one in gathered(table, held, places)
        ]
        return replace(self, frame=self.frame.with_columns(columns))

    def shown(self, names: Sequence[str], rows: pl.Series) -> pl.DataFrame:
        """These columns of some rows."""
        missing = [name for name in names if name not in self.frame.columns]
        here = self.frame.select(col(name).gather(rows) for name in names if name not in missing)
        return here.with_columns(
            one
            for table, places, held in self._held(missing)
            for one in gathered(table, held, places.gather(rows))
        )

    def _held(self, names: Iterable[str]) -> Iterator[tuple[pl.DataFrame, pl.Series, list[str]]]:
        """Which table holds which of these columns: the first that has it."""
        wanted = list(names)
        for table, places in self.sources:
            held = [name for name in wanted if name in table.columns]
            wanted = [name for name in wanted if name not in held]
            if held:
                yield table, places, held


def gathered(table: pl.DataFrame, names: Iterable[str], places: pl.Series) -> list[pl.Series | pl.Expr]:
    """Columns of a table at row numbers; a column that says nothing needs no gathering."""
    empty = {name for name in names if not is_told(table, name)}
    told = table.select(col(name).gather(places) for name in names if name not in empty)
    nothing = [pl.lit(None, table.schema[name]).alias(name) for name in empty]
    return [*told.get_columns(), *nothing]


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
    told_rows = pl.concat([*rows, pl.DataFrame({"case": empty})], how="diagonal")
    uncovered = _marked(rows[2].get_column("case"), told.heads.height).gather(told_rows.get_column("case"))
    return told_rows.with_columns(uncovered.alias("uncovered"))


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
        told.items.get_column("src").gather(rows.get_column("item_row")).alias("item_src"),
        told.lines.get_column("src").gather(rows.get_column("line_row")).alias("line_src"),
        belongs.alias("head_row"),
    )
    rows = _with_goods(_with_original(_measured(rows, tables), told, tables), tables)
    odd = _odd_cases(rows, told.heads.height)
    parts = [(rows, True)]
    if odd.any():
        parts = [(rows.filter(~odd), True), (rows.filter(odd), False)]
    return [_counted(part, heads, tables, plain=plain) for part, plain in parts if part.height]


def _measured(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The rows with what item and line count in."""
    line_src, item_src = rows.get_column("line_src"), rows.get_column("item_src")
    rows = rows.with_columns(
        *gathered(tables.lines, ("line_declaration", "line_item", "line_unit"), line_src),
        *gathered(_called(tables.items, item_unit="first_unit", item_quantity="first"), _ITEM, item_src),
    )
    if rows.get_column("by_second").any():
        second = col("by_second").fill_null(value=False)
        rows = rows.with_columns(gathered(tables.items, ("second", "second_unit"), item_src)).with_columns(
            item_unit=pl.when(second).then("second_unit").otherwise("item_unit"),
            item_quantity=pl.when(second).then("second").otherwise("item_quantity"),
        )
    if is_told(rows, "part"):
        rows = rows.with_columns(item_quantity=pl.coalesce("part", "item_quantity"))
    return rows


_ITEM: Final = ("item_unit", "item_quantity")
_ORIGINAL: Final = ("original_unit", "original_quantity")


def _called(table: pl.DataFrame, **names: str) -> pl.DataFrame:
    """Some columns of a table under other names."""
    return table.select(**{name: col(source) for name, source in names.items()})


def _with_original(rows: pl.DataFrame, told: Told, tables: Tables) -> pl.DataFrame:
    """The exported item that a line speaks of, in the measure that its unit asks for."""
    exported = told.heads.filter("original").select("export", "case")
    theirs = rows_of(told.runs, exported)
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
    src = rows.get_column("exported_src")
    stated = _called(tables.items, original_unit="first_unit", original_quantity="first")
    rows = rows.with_columns(gathered(stated, _ORIGINAL, src))
    places = (rows.get_column("original_unit") != rows.get_column("line_unit")).arg_true()
    other = _called(tables.items, other="second", other_unit="second_unit")
    doubtful = rows.select("original_unit", "original_quantity", "line_unit")[places]
    doubtful = doubtful.with_columns(gathered(other, other.columns, src.gather(places)))
    of_line = _dimension("line_unit")
    second = (_dimension("original_unit") != of_line) & (_dimension("other_unit") == of_line)
    second = second.fill_null(value=False)
    settled = doubtful.select(
        original_unit=pl.when(second).then("other_unit").otherwise("original_unit"),
        original_quantity=pl.when(second).then("other").otherwise("original_quantity"),
    )
    return rows.with_columns(rows.get_column(one.name).scatter(places, one) for one in settled.iter_columns())


def _dimension(unit: str) -> pl.Expr:
    return col(unit).replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)


def _with_goods(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    if not tables.goods.height:
        return rows.with_columns(left=pl.lit(None, pl.Int64), left_unit=pl.lit(None, pl.String))
    goods = tables.goods.rename({"export": "line_declaration", "export_item": "line_item"})
    return rows.join(goods, on=["line_declaration", "line_item"], how="left", maintain_order="left")


def _odd_cases(rows: pl.DataFrame, cases: int) -> pl.Series:
    """Of each row, whether its case counts in different units somewhere, shares a line or goods, or draws on lines together."""
    unit = col("line_unit")
    odd = rows.select(
        (
            (col("item_unit") != unit)
            | (col("original_unit") != unit)
            | (col("left_unit") != unit)
            | col("line_shared")
            | col("goods_shared")
            | col("pool").is_not_null()
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
    rows = rows.with_columns(gathered(heads.frame, ("act",), rows.get_column("head_row")))
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
            (
                _called(items, original_hs="item_hs", original_origin="item_origin"),
                rows.get_column("exported_src"),
            ),
            (_called(items, goods_total="total", goods_currency="currency"), sold),
        ),
    )
