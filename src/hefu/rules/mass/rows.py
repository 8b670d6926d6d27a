"""The frame of the comparison gathered column by column, in two parts.

The columns and their meaning are those of ``rules.frame``; a property test holds both against each other. Cases
whose rows all count in one unit and share nothing need no conversions and no sums, so they stand apart.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.codes.tables import units
from hefu.rules.mass import heads as told
from hefu.rules.mass.pairing import DIMENSIONS, pair_rows
from hefu.rules.mass.tables import Tables
from hefu.rules.policy import Policy

col = pl.col

_UNITS: Final = pl.DataFrame(
    [(one.code, one.dimension, one.numerator, one.denominator) for one in units().values()],
    schema={"unit": pl.String, "dimension": pl.String, "num": pl.Int64, "den": pl.Int64},
    orient="row",
)
_COUNTED: Final = ("item", "line", "original", "left")
"""What counts in a unit."""

_EXPORTED: Final = {
    "original_hs": "item_hs",
    "o_first": "first",
    "o_first_unit": "first_unit",
    "o_second": "second",
    "o_second_unit": "second_unit",
    "o_total": "total",
    "o_currency": "currency",
}


def frame_of(tables: Tables, policy: Policy) -> list[pl.DataFrame]:
    """The frame of everything that is to be judged: the plain cases, and the rest; empty parts left out."""
    heads = told.asked(tables, policy)
    named = told.named(tables, heads)
    heads = told.with_export(heads, named, tables)
    items = told.items(tables, heads)
    heads = told.with_facts(heads, named, items, tables)
    known = named.filter("known").select("case", "certificate", "ref_row")
    lines = known.join(tables.lines, on="certificate", maintain_order="left")
    pairs = pair_rows(heads, items, lines, tables.references)
    index = _measured(_everything(pairs, heads, named, items), heads, items, lines, tables)
    odd = _odd_cases(index, heads.height)
    parts = [index.filter(~odd), index.filter(odd)]
    return [
        _gathered(part, heads, named, items, lines, plain=place == 0)
        for place, part in enumerate(parts)
        if part.height
    ]


def _everything(
    pairs: pl.DataFrame, heads: pl.DataFrame, named: pl.DataFrame, items: pl.DataFrame
) -> pl.DataFrame:
    """The rows: pairs, certificates that nothing draws on, items that nothing covers, cases without either."""
    idle = _missing(pairs.get_column("ref_row"), named.height)
    bare = _missing(pairs.get_column("item_row"), items.height)
    rows = [
        pairs,
        pl.DataFrame({"case": named.get_column("case").gather(idle), "ref_row": idle}),
        pl.DataFrame({"case": items.get_column("case").gather(bare), "item_row": bare}),
    ]
    present = pl.concat([one.get_column("case") for one in rows])
    empty = _missing(present, heads.height).cast(pl.Int64)
    return pl.concat([*rows, pl.DataFrame({"case": empty})], how="diagonal")


def _missing(present: pl.Series, height: int) -> pl.Series:
    """The row numbers that do not occur."""
    seen = pl.Series([False]).new_from_index(0, height).scatter(present.unique(), values=True)
    return (~seen).arg_true()


def _measured(
    index: pl.DataFrame, heads: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, tables: Tables
) -> pl.DataFrame:
    """The rows with what they count in: item, line, exported item and what is left of it."""
    index = index.with_columns(
        _picked(lines, ("line_declaration", "line_item", "line_unit"), index.get_column("line_row"))
    ).with_columns(
        _picked(items, ("first", "first_unit", "second", "second_unit"), index.get_column("item_row"))
    )
    second = col("by_second").fill_null(value=False)
    index = index.with_columns(
        item_unit=pl.when(second).then("second_unit").otherwise("first_unit"),
        item_quantity=pl.coalesce("part", pl.when(second).then("second").otherwise("first")),
    ).drop("first", "first_unit", "second", "second_unit", "part", "by_second")
    return _with_goods(_with_original(index, heads, tables), tables)


def _picked(frame: pl.DataFrame, names: tuple[str, ...], rows: pl.Series) -> list[pl.Series | pl.Expr]:
    """Columns of a table at row numbers; a column that says nothing needs no picking."""
    return [_column(frame.get_column(name), rows) for name in names]


def _column(source: pl.Series, rows: pl.Series) -> pl.Series | pl.Expr:
    if source.null_count() == len(source):
        return pl.lit(None, source.dtype).alias(source.name)
    return source.gather(rows)


def _with_original(index: pl.DataFrame, heads: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The exported item that a line speaks of, in the measure that its unit asks for."""
    exports = heads.select("case", export=pl.when("original").then("export"))
    export = exports.get_column("export").gather(index.get_column("case"))
    if export.null_count() == len(export):
        kinds = {name: tables.items.schema[source] for name, source in _EXPORTED.items()}
        return index.with_columns(
            *(pl.lit(None, kind).alias(name) for name, kind in kinds.items()),
            original_quantity=pl.lit(None, pl.Int64),
            original_unit=pl.lit(None, pl.String),
        )
    exported = tables.items.select(o_declaration="declaration", o_item="item", **_EXPORTED).join(
        exports.select(o_declaration="export").drop_nulls().unique(), on="o_declaration", how="semi"
    )
    concerned = (index.get_column("line_declaration") == export).fill_null(value=False)
    index = index.with_columns(
        o_declaration=pl.when(concerned).then("line_declaration"), o_item=pl.when(concerned).then("line_item")
    ).join(exported, on=["o_declaration", "o_item"], how="left", maintain_order="left")
    differs = col("o_first_unit") != col("line_unit")
    second = pl.lit(value=False)
    if index.select(differs.any()).item():
        of_line = _dimension("line_unit")
        second = differs & (_dimension("o_first_unit") != of_line) & (_dimension("o_second_unit") == of_line)
    second = second.fill_null(value=False)
    return index.with_columns(
        original_quantity=pl.when(second).then("o_second").otherwise("o_first"),
        original_unit=pl.when(second).then("o_second_unit").otherwise("o_first_unit"),
    )


def _dimension(unit: str) -> pl.Expr:
    return col(unit).replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)


def _with_goods(index: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    if not tables.goods.height:
        return index.with_columns(left=pl.lit(None, pl.Int64), left_unit=pl.lit(None, pl.String))
    goods = tables.goods.rename({"export": "line_declaration", "export_item": "line_item"})
    return index.join(goods, on=["line_declaration", "line_item"], how="left", maintain_order="left")


def _odd_cases(index: pl.DataFrame, cases: int) -> pl.Series:
    """Of each row, whether its case counts in different units somewhere or shares a line or goods."""
    unit = col("line_unit")
    odd = index.select(
        case="case",
        odd=(
            (col("item_unit") != unit)
            | (col("original_unit") != unit)
            | (col("left_unit") != unit)
            | col("line_shared")
            | col("goods_shared")
        ).fill_null(value=False),
    )
    found = odd.filter("odd").get_column("case").unique()
    marked = pl.Series([False]).new_from_index(0, cases).scatter(found, values=True)
    return marked.gather(index.get_column("case"))


def _gathered(
    index: pl.DataFrame,
    heads: pl.DataFrame,
    named: pl.DataFrame,
    items: pl.DataFrame,
    lines: pl.DataFrame,
    *,
    plain: bool,
) -> pl.DataFrame:
    """All columns of these rows."""
    has = set(index.columns)
    for source, rows, renamed in (
        (heads, "case", {}),
        (named, "ref_row", {}),
        (lines, "line_row", {}),
        (items, "item_row", {"total": "item_total", "currency": "item_currency"}),
    ):
        names = tuple(name for name in source.columns if name not in has and name not in _MEASURES)
        picked = _picked(source, names, index.get_column(rows))
        index = index.with_columns(
            one.alias(renamed.get(name, name)) for name, one in zip(names, picked, strict=True)
        )
        has.update(names)
    stated, export = col("line_fob").is_not_null(), col("act") == "export"
    index = index.with_columns(
        goods_total=pl.when(stated).then(pl.when(export).then("item_total").otherwise("o_total")),
        goods_currency=pl.when(stated).then(pl.when(export).then("item_currency").otherwise("o_currency")),
    )
    if plain:  # one unit everywhere: it may stand for its own dimension
        return index.with_columns(
            *(col(f"{one}_unit").alias(f"{one}_dimension") for one in _COUNTED),
            *(pl.lit(1, pl.Int64).alias(f"{one}_{part}") for one in _COUNTED for part in ("num", "den")),
        )
    for one in _COUNTED:
        sizes = _UNITS.rename({name: f"{one}_{name}" for name in _UNITS.columns})
        index = index.join(sizes, on=f"{one}_unit", how="left", maintain_order="left")
    return index


_MEASURES: Final = frozenset({"first", "first_unit", "second", "second_unit"})
