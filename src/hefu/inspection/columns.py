"""Columns of text as typed columns, and the cells that are refused.

What is evidently plain is taken column by column; only the distinct rest goes cell by cell through the type of its
field (``cells.py``). A property test holds the two ways equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.documents import fields as forms
from hefu.errors import Text
from hefu.inspection.cells import read_cell
from hefu.inspection.fields import FIELDS, Field, Paper
from hefu.inspection.layout import Layout, letter
from hefu.inspection.sheet import ROW

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
_FORCED: Final = r'^="(.*)"$'
"""How exports to CSV keep a number text: ="0123"."""
_SEVERAL: Final = r"[,，;；、/\s]+"
_MOST: Final = {id(forms.Name): 300, id(forms.Short): 75, id(forms.Remark): 3000, id(forms.PaymentSlip): 20}
_PATTERNS: Final = {
    id(forms.Uscc): r"^[0-9A-HJ-NP-RT-UW-Y]{18}$",
    id(forms.CustomsCode): r"^[0-9A-Z]{10}$",
    id(forms.CertificateNumber): r"^[0-9A-Z-]{1,20}$",
    id(forms.ActNumber): r"^[0-9A-Z-]{6,20}$",
    id(forms.ExportNumber): r"^[0-9]{8}[0E][0-9]{9}$",
    id(forms.HsCode): r"^[0-9]{8}(?:[0-9]{2}(?:[0-9A-Z]{1,10})?)?$",
    id(forms.CustomsOffice): r"^[0-9]{4}$",
    id(forms.TaxOffice): r"^[0-9A-Z]{11}$",
}
"""What is evidently of the form; the types say what else is."""
_ZERO: Final = r"^0*\.?0*$"
_MISSING: Final = Text("必填", "is required")
_CONFLICT: Final = Text(
    "与 21 位报关单号所含项号不一致", "differs from the item in the declaration number of 21 characters"
)


@dataclass(frozen=True, slots=True)
class Read:
    """Typed rows (``row`` and every field of the paper that the sheet has), cells refused (:data:`REFUSED`), how many
    rows of data there were, how many rows were sums or the header told again, and the last number of a paper, which
    blank cells below take.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    counted: int
    left_out: int
    number: str | None


def read_block(block: pl.DataFrame, layout: Layout, number: str | None = None) -> Read:
    """The rows of a block. A row with a refused cell, or without a needed one, is not among ``rows``. A cell with
    several certificates makes a row of each.
    """
    data = layout.data(block)
    counted = data.height
    left_out = block.filter(col(ROW) > layout.header).height - counted
    fields = [one for one in FIELDS[layout.paper] if one.name in layout.fields]
    missing = [column for column in layout.fields.values() if column not in data.columns]
    data = data.with_columns(pl.lit(None, pl.String).alias(column) for column in missing)
    texts = data.select(ROW, *(col(layout.fields[one.name]).alias(one.name) for one in fields))
    texts = _prepared(texts, layout.paper, fields, number)
    key = KEYS[layout.paper]
    numbers = (
        texts.get_column(key)
        if key in texts.columns
        else pl.Series(key, [None] * texts.height, dtype=pl.String)
    )
    values: list[pl.Series] = [texts.get_column(ROW)]
    refused: list[pl.DataFrame] = []
    plain = texts.with_columns(_plain(one).alias(one.name) for one in fields)
    for one in fields:
        taken, wrong = _column(texts.get_column(one.name), plain.get_column(one.name), one)
        values.append(taken)
        if wrong is not None:
            refused.append(_told(texts, numbers, one, layout, wrong))
        if one.needed and taken.null_count():
            blank = texts.get_column(one.name).is_null()
            if blank.any():
                refused.append(_told(texts, numbers, one, layout, blank))
    rows = pl.DataFrame(values)
    rows, more = _with_items(rows, texts, layout, numbers)
    refused += more
    told = pl.concat([pl.DataFrame(schema=REFUSED), *refused]).unique(["row", "field"], maintain_order=True)
    if told.height:
        rows = rows.filter(~col(ROW).is_in(told.get_column(ROW).unique().implode()))
    last = numbers.drop_nulls()
    return Read(
        rows, told.sort("row", maintain_order=True), counted, left_out, last[-1] if last.len() else number
    )


def _prepared(texts: pl.DataFrame, paper: Paper, fields: list[Field], number: str | None) -> pl.DataFrame:
    """Heads told once hold for the rows below; several certificates in a cell stand in rows of their own."""
    key = KEYS[paper]
    names = [one.name for one in fields]
    if texts.select(pl.any_horizontal(col(names).str.starts_with('="').any())).item():
        texts = texts.with_columns(col(names).str.replace(_FORCED, "$1"))
    heads = [one.name for one in fields if one.head]
    if key in texts.columns and texts.get_column(key).null_count():
        bare = pl.all_horizontal(col(name).is_null() for name in heads)
        above = col(key).forward_fill().fill_null(pl.lit(number, pl.String))
        texts = texts.with_columns(pl.when(bare).then(above).otherwise(col(key)).alias(key))
    if paper is Paper.DECLARATION and "certificate" in texts.columns:
        parted = col("certificate").str.replace_all(_SEVERAL, ",").str.strip_chars(",")
        if texts.select(parted.str.contains(",", literal=True).any()).item():
            texts = texts.with_columns(parted.str.split(",")).explode("certificate")
    tax = "line_declaration" if paper is Paper.CERTIFICATE else "declaration"
    if paper in (Paper.CERTIFICATE, Paper.DECLARATION) and tax in texts.columns:
        plain = col(tax).str.replace_all(r"[\s-]", "")
        form = plain.str.contains(_TAX_FORM)
        if texts.select(form.any()).item():
            texts = texts.with_columns(
                pl.when(form).then(plain.str.slice(0, 18)).otherwise(tax).alias(tax),
                pl.when(form).then(plain.str.slice(19, 2)).alias("tax_item"),
            )
    if paper is Paper.DECLARATION and "related" in texts.columns:
        plain = col("related").str.replace_all(r"[\s-]", "")
        texts = texts.with_columns(
            related=pl.when(plain.str.contains(_TAX_FORM)).then(plain.str.slice(0, 18)).otherwise("related")
        )
    return texts


def _with_items(
    rows: pl.DataFrame, texts: pl.DataFrame, layout: Layout, numbers: pl.Series
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The item that a number of 21 characters holds, beside the item that the sheet states itself."""
    if "tax_item" not in texts.columns:
        return rows, []
    name = "line_item" if layout.paper is Paper.CERTIFICATE else "item"
    within = texts.get_column("tax_item").cast(pl.Int64)
    if name not in rows.columns:
        return rows.with_columns(within.alias(name)), []
    stated = rows.get_column(name)
    differs = (stated != within).fill_null(value=False)
    field = next(one for one in FIELDS[layout.paper] if one.name == name)
    refused = [_told(texts, numbers, field, layout, differs, _CONFLICT)] if differs.any() else []
    return rows.with_columns(pl.coalesce(stated, within).alias(name)), refused


def _told(
    texts: pl.DataFrame,
    numbers: pl.Series,
    field: Field,
    layout: Layout,
    wrong: pl.Series,
    rule: Text | None = None,
) -> pl.DataFrame:
    """Refusals of the cells of a column where ``wrong`` holds; by default each by the rule that it breaks."""
    column = layout.fields.get(field.name, "0")
    place = letter(int(column))
    held = texts.get_column(field.name).fill_null("") if field.name in texts.columns else pl.lit("")
    cells = texts.select(ROW, number=numbers, value=held).filter(wrong)
    rules = {text: rule or _rule(field, text) for text in cells.get_column("value").unique()}
    return cells.select(
        col(ROW),
        "number",
        cell=pl.concat_str(pl.lit(place), ROW),
        title=pl.lit(layout.titles.get(column, "")),
        field=pl.lit(field.name),
        value="value",
        rule_zh=col("value").replace_strict(
            {text: one.zh for text, one in rules.items()}, return_dtype=pl.String
        ),
        rule_en=col("value").replace_strict(
            {text: one.en for text, one in rules.items()}, return_dtype=pl.String
        ),
    )


def _rule(field: Field, text: str) -> Text:
    told = read_cell(field, text) if text else _MISSING
    return told if isinstance(told, Text) else _MISSING


def _column(texts: pl.Series, plain: pl.Series, field: Field) -> tuple[pl.Series, pl.Series | None]:
    """A column's values, and where it is refused (``None``: nowhere). ``plain``: what was taken as it stands."""
    rest = texts.is_not_null() & plain.is_null()
    if not rest.any():
        return plain, None
    known: dict[str, Any] = {}
    wrong: list[str] = []
    for text in texts.filter(rest).unique():
        told = _optional_zero(field, text)
        if isinstance(told, Text):
            wrong.append(text)
        elif told is not None:
            known[text] = told
    read = texts.replace_strict(known, default=None, return_dtype=field.dtype)
    values = pl.select(pl.coalesce(plain, read)).to_series().alias(field.name)
    return values, texts.is_in(wrong).fill_null(value=False) if wrong else None


def _optional_zero(field: Field, text: str) -> str | int | Text | None:
    """The value of a cell; nothing where a quantity that may be absent is written as 0."""
    told = read_cell(field, text)
    if (
        isinstance(told, Text)
        and field.form is forms.Quantity
        and not field.needed
        and set(text) <= set("0.-")
    ):
        return None
    return told


def _plain(field: Field) -> pl.Expr:
    """The values of cells that are evidently plain; null for all others."""
    text = col(field.name)
    if field.form is forms.Day:
        return _plain_days(text)
    if field.digits:
        return _plain_numbers(text, field)
    if field.form is forms.ItemNumber:
        number = pl.when(text.str.contains(r"^[0-9]{1,4}$")).then(text).cast(pl.Int64)
        return pl.when(number > 0).then(number)
    if id(field.form) in _MOST:
        return _plain_texts(text, _MOST[id(field.form)])
    if id(field.form) in _PATTERNS:
        return pl.when(text.str.contains(_PATTERNS[id(field.form)])).then(text)
    return pl.lit(None, pl.String)


def _plain_days(text: pl.Expr) -> pl.Expr:
    dashed = pl.when(text.str.contains(r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$")).then(text)
    return dashed.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Int64)


def _plain_numbers(text: pl.Expr, field: Field) -> pl.Expr:
    """Digits with at most as many decimals as the field has, so that no rounding comes in."""
    form = rf"^[0-9]{{1,12}}(?:\.[0-9]{{1,{field.digits}}})?$"
    plain = pl.when(text.str.contains(form)).then(text)
    whole = plain.str.extract(r"^([0-9]+)").cast(pl.Int64) * 10**field.digits
    part = plain.str.extract(r"\.([0-9]+)$").str.pad_end(field.digits, "0").cast(pl.Int64).fill_null(0)
    value = whole + part
    return pl.when(value > 0).then(value) if field.form is forms.Quantity else value


def _plain_texts(text: pl.Expr, most: int) -> pl.Expr:
    sound = (
        ~text.str.contains(r"[\x00-\x1f\x7f-\x9f']")
        & (text.str.len_chars() <= most)
        & (text.str.normalize("NFC") == text)
    )
    return pl.when(sound).then(text)
