"""Columns of text as typed columns, and the cells that are refused.

What is evidently plain is taken column by column; only the distinct rest goes cell by cell through the type of its
field (``cells.py``). A property test holds the two ways equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.errors import Text
from hefu.inspection.fields.cells import read_cell
from hefu.inspection.fields.fields import DECLARATION, FIELDS, UNIT_OF, Field, Paper
from hefu.inspection.fields.marks import settled
from hefu.inspection.fields.naming import naming
from hefu.inspection.fields.plain import common, plain
from hefu.inspection.layout.layout import Layout, letter
from hefu.inspection.layout.notes import notes_in
from hefu.inspection.sheets.sheet import ROW

col = pl.col

REFUSED: Final = {
    "row": pl.Int64, "number": pl.String, "cell": pl.String, "title": pl.String, "field": pl.String,
    "value": pl.String, "rule_zh": pl.String, "rule_en": pl.String,
}  # fmt: skip
"""A cell that is refused, with the number of its paper."""
KEYS: Final = {
    Paper.CERTIFICATE: "certificate",
    Paper.DECLARATION: "declaration",
    Paper.INVOICE: "invoice",
    Paper.AGREEMENT: "agreement",
}
_TAX_FORM: Final = r"^([0-9]{8}[0-9A-Z][0-9]{9})0([0-9]{2})$"
_NUMBER: Final = r"^[0-9A-Z]{18}$"
_NUMBERS: Final = ("declaration", "line_declaration", "related", "held_by")
_WITH_ITEM: Final = {
    Paper.CERTIFICATE: ("line_declaration", "line_item"),
    Paper.DECLARATION: ("declaration", "item"),
}
"""Of which number the tax side's form tells the item, and which column that is."""
_FORCED: Final = r'^="(.*)"$'
"""How exports to CSV keep a number text: ="0123"."""
_JOINED: Final = r"^([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*([^0-9\s.,].*)$"
"""A quantity and its unit in one cell."""
_MISSING: Final = Text("必填", "is required")
_CONFLICT: Final = Text(
    "与 21 位报关单号所含项号不一致", "differs from the item in the declaration number of 21 characters"
)


@dataclass(frozen=True, slots=True)
class Read:
    """Typed rows (``row`` and every field of the paper that the sheet has), cells refused (:data:`REFUSED`), how many
    rows of data there were, how many rows were sums or the header told again, which were notes (``row``, ``text``), and
    the last number of a paper, which blank cells below take. ``order`` is where the count of rows stands, where the rows of a paper are counted.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    counted: int
    left_out: int
    notes: pl.DataFrame
    number: str | None
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How far the rows of a sheet are counted: the number of the last paper, how many runs of rows with one number there
    have been, and how many rows the last run has.
    """

    number: str | None = None
    run: int = 0
    at: int = 0


def read_block(
    block: pl.DataFrame, layout: Layout, number: str | None = None, order: Order | None = None
) -> Read:
    """The rows of a block; ``number`` and ``order`` are those of the block before. A row with a refused cell, or without
    a needed one, is not among ``rows``. A row that names several certificates is a row of each.
    """
    data = layout.data(block)
    left_out = block.filter(col(ROW) > layout.header).height - data.height
    notes = notes_in(data, layout)
    data = data.filter(~col(ROW).is_in(notes["row"].implode())) if notes.height else data
    counted = data.height
    fields = [one for one in FIELDS[layout.paper] if one.name in layout.fields or one.name in layout.told]
    missing = [column for column in layout.fields.values() if column not in data.columns]
    data = data.with_columns(pl.lit(None, pl.String).alias(column) for column in missing)
    once = layout.told
    texts = data.select(
        ROW,
        *(
            pl.lit(once[one.name]).alias(one.name)
            if one.name in once
            else col(layout.fields[one.name]).alias(one.name)
            for one in fields
        ),
    )
    texts = _prepared(_divided(texts, layout), layout.paper, fields, number)
    count = next((one for one in FIELDS[layout.paper] if one.counted and one.name not in layout.fields), None)
    key = KEYS[layout.paper]
    if count is not None and key in texts.columns and "tax_item" not in texts.columns:
        texts, order = _counted(texts, key, order or Order())
    if layout.paper is Paper.DECLARATION:
        texts = naming(texts)
        if "certificate" in texts.columns and "certificate" not in layout.fields:
            fields = [one for one in DECLARATION if one in fields or one.name == "certificate"]
    numbers = (
        texts.get_column(key)
        if key in texts.columns
        else pl.Series(key, [None] * texts.height, dtype=pl.String)
    )
    rows, refused = _typed(texts, numbers, fields, layout)
    rows, disputed = settled(rows, texts, layout.paper)
    by_name = {one.name: one for one in fields}
    refused += [_told(texts, numbers, by_name[name], layout, wrong, rule) for name, wrong, rule in disputed]
    rows, more = _with_items(rows, texts, layout, numbers)
    refused += more
    if "run" in texts.columns and count is not None:
        rows = rows.with_columns(texts.get_column("at").alias(count.name), texts.get_column("run"))
    told = pl.concat([pl.DataFrame(schema=REFUSED), *refused]).unique(["row", "field"], maintain_order=True)
    if told.height:
        rows = rows.filter(~col(ROW).is_in(told.get_column(ROW).unique().implode()))
    last = numbers.drop_nulls()
    return Read(
        rows,
        told.sort("row", maintain_order=True),
        counted,
        left_out,
        notes,
        last[-1] if last.len() else number,
        order,
    )


def _typed(
    texts: pl.DataFrame, numbers: pl.Series, fields: list[Field], layout: Layout
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Every column's values, blank where a cell is refused, and the refusals."""
    values: list[pl.Series] = [texts.get_column(ROW)]
    refused: list[pl.DataFrame] = []
    evident = texts.with_columns(plain(one).alias(one.name) for one in fields)
    for one in fields:
        taken, wrong = _column(texts.get_column(one.name), evident.get_column(one.name), one)
        values.append(taken)
        at = texts.get_column(one.name).is_in(list(wrong)).fill_null(value=False)
        if wrong:
            refused.append(_told(texts, numbers, one, layout, at, wrong))
        if one.needed and taken.null_count():
            blank = taken.is_null() & ~at
            if "tax_item" in texts.columns and one.name == _WITH_ITEM[layout.paper][1]:
                blank &= texts.get_column("tax_item").is_null()
            if one.instead in texts.columns:
                blank &= texts.get_column(one.instead).is_null()
            if blank.any():
                refused.append(_told(texts, numbers, one, layout, blank, _MISSING))
    return pl.DataFrame(values), refused


def _prepared(texts: pl.DataFrame, paper: Paper, fields: list[Field], number: str | None) -> pl.DataFrame:
    """Heads told once hold for the rows below; several certificates in a cell stand in rows of their own."""
    key = KEYS[paper]
    names = [one.name for one in fields]
    if texts.select(pl.any_horizontal(col(names).str.starts_with('="').any())).item():
        texts = texts.with_columns(col(names).str.replace(_FORCED, "$1").str.strip_chars())
    heads = [one.name for one in fields if one.head]
    if key in texts.columns and texts.get_column(key).null_count():
        bare = pl.all_horizontal(col(name).is_null() for name in heads)
        above = col(key).forward_fill().fill_null(pl.lit(number, pl.String))
        texts = texts.with_columns(pl.when(bare).then(above).otherwise(col(key)).alias(key))
    for name in _NUMBERS:
        if name in texts.columns and not texts.get_column(name).str.contains(_NUMBER).all():
            texts = _cut(texts, name, is_told=name == _WITH_ITEM.get(paper, ("", ""))[0])
    return texts


def _divided(texts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Quantities and units that stand in one cell, each in a column of its own; a cell that is not both stays whole, and
    its unit blank.
    """
    for quantity, unit in UNIT_OF.items():
        if quantity in layout.fields and layout.fields[quantity] == layout.fields.get(unit):
            both = col(quantity).str.normalize("NFKC").str.strip_chars().str.extract_groups(_JOINED)
            amount, called = both.struct[0], both.struct[1]
            texts = texts.with_columns(pl.coalesce(amount, quantity).alias(quantity), called.alias(unit))
    return texts


def _counted(texts: pl.DataFrame, key: str, order: Order) -> tuple[pl.DataFrame, Order]:
    """Rows counted within their paper (``at``, from 1), refused or not, and the ``run`` of rows with one number in which
    they stand: a paper whose rows stand in several runs cannot be counted.
    """
    if texts.is_empty():
        return texts, order
    numbers = texts.get_column(key)
    before = pl.concat([pl.Series(key, [order.number], dtype=pl.String), numbers.head(-1)])
    run = order.run + numbers.ne_missing(before).cast(pl.Int64).cum_sum()
    told = texts.with_columns(run=run).with_columns(
        at=pl.int_range(1, pl.len() + 1).over("run")
        + pl.when(col("run") == order.run).then(order.at).otherwise(0)
    )
    return told, Order(numbers[-1], int(told["run"][-1]), int(told["at"][-1]))


def _cut(texts: pl.DataFrame, name: str, *, is_told: bool) -> pl.DataFrame:
    """Numbers of 21 characters cut to 18; the item becomes ``tax_item`` if it ``is_told``."""
    plain = col(name).str.normalize("NFKC").str.replace_all(r"^'|[\s-]", "")
    form = plain.str.contains(_TAX_FORM)
    if not texts.select(form.any()).item():
        return texts
    cut = pl.when(form).then(plain.str.slice(0, 18)).otherwise(name).alias(name)
    items = [pl.when(form).then(plain.str.slice(19, 2)).alias("tax_item")] if is_told else []
    return texts.with_columns(cut, *items)


def _with_items(
    rows: pl.DataFrame, texts: pl.DataFrame, layout: Layout, numbers: pl.Series
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The item that a number of 21 characters holds, beside the item that the sheet states itself."""
    if "tax_item" not in texts.columns:
        return rows, []
    _, name = _WITH_ITEM[layout.paper]
    within = texts.get_column("tax_item").cast(pl.Int64)
    field = next(one for one in FIELDS[layout.paper] if one.name == name)
    if name not in rows.columns:
        blank = within.is_null() & field.needed
        missing = [_told(texts, numbers, field, layout, blank, _MISSING)] if blank.any() else []
        return rows.with_columns(within.alias(name)), missing
    stated = rows.get_column(name)
    differs = (stated != within).fill_null(value=False)
    refused = [_told(texts, numbers, field, layout, differs, _CONFLICT)] if differs.any() else []
    return rows.with_columns(pl.coalesce(stated, within).alias(name)), refused


def _told(
    texts: pl.DataFrame,
    numbers: pl.Series,
    field: Field,
    layout: Layout,
    wrong: pl.Series,
    rule: Text | Mapping[str, Text],
) -> pl.DataFrame:
    """Refusals of the cells of a column where ``wrong`` holds, by one rule or by that of each text."""
    column = layout.fields.get(field.name, "0")
    held = texts.get_column(field.name).fill_null("") if field.name in texts.columns else pl.lit("")
    cells = texts.select(ROW, number=numbers, value=held).filter(wrong)
    if isinstance(rule, Text):
        rules = {language: pl.lit(getattr(rule, language)) for language in ("zh", "en")}
    else:
        rules = {
            language: col("value").replace_strict(
                {text: getattr(one, language) for text, one in rule.items()}, return_dtype=pl.String
            )
            for language in ("zh", "en")
        }
    return cells.select(
        col(ROW),
        "number",
        cell=pl.concat_str(pl.lit(letter(int(column))), ROW),
        title=pl.lit(layout.titles.get(column, "")),
        field=pl.lit(field.name),
        value="value",
        rule_zh=rules["zh"],
        rule_en=rules["en"],
    )


def _column(texts: pl.Series, evident: pl.Series, field: Field) -> tuple[pl.Series, dict[str, Text]]:
    """A column's values, and the texts that are refused, each with its rule. ``evident``: what was taken as it stands."""
    rest = texts.is_not_null() & evident.is_null()
    if not rest.any():
        return evident, {}
    less_plain = common(field)
    if less_plain is not None:
        evident = pl.select(pl.coalesce(evident, texts.to_frame().select(less_plain).to_series())).to_series()
        rest = texts.is_not_null() & evident.is_null()
    known: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for text in texts.filter(rest).unique():
        told = read_cell(field, text)
        if isinstance(told, Text):
            wrong[text] = told
        elif told is not None:
            known[text] = told
    read = texts.replace_strict(known, default=None, return_dtype=field.dtype)
    return pl.select(pl.coalesce(evident, read)).to_series().alias(field.name), wrong
