"""Cells of a sheet's XML as columns: ``row``, ``column`` (from 0), ``type``, ``style``, ``value``.

A formula whose value was not stored, as programs write it that do not calculate, is a text that begins with ``=``.

Programs write cells in a few plain ways, which one expression takes apart for all cells of a piece. A piece with anything
else in it goes to the XML parser, cell by cell, with the same outcome.
"""

from __future__ import annotations

from typing import Final

import polars as pl
from lxml import etree

from hefu.inspection.sheets.sheet import refuse_wide
from hefu.inspection.sheets.xlsx.stream import Elements, column_of, decoded, plain, runs

SCHEMA: Final = {
    "row": pl.Int64, "column": pl.Int64, "type": pl.String, "style": pl.Int64, "value": pl.String,
}  # fmt: skip
_BETWEEN: Final = r"(?:</row>\s*)?(?:<row(?: [^<>]*)?/>\s*)*(?:<row(?: [^<>]*)?>\s*)?"
_CELL: Final = (
    r'\Ar="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,6})")?(?: t="([a-zA-Z]{1,9})")?(?: s="([0-9]{1,6})")?'
    r"(?:/>|>(<f(?: [^<>]*)?/>|<f(?: [^<>]*)?>[^<]*</f>)?"
    r'(?:<v>([^<]*)</v>|<v/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>|<is><t/></is>)?</c>)'
    rf"\s*{_BETWEEN}\z"
)


def cells_of(elements: Elements, piece: str, last: int) -> pl.DataFrame:
    """The cells of a piece that hold anything; ``last`` is the number of the row before it."""
    told = _at_once(piece)
    return _one_by_one(elements, piece, last) if told is None else told


def _at_once(piece: str) -> pl.DataFrame | None:
    """All cells of a plain piece; none for any other."""
    parts = pl.Series("cell", [piece]).str.split("<c ").explode()
    if not pl.Series([parts[0]]).str.contains(rf"\A\s*{_BETWEEN}\z")[0]:
        return None
    groups = parts[1:].str.extract_groups(_CELL).struct.unnest()
    groups.columns = ["letters", "row", "style", "type", "late", "formula", "value", "text"]
    if groups["letters"].null_count():
        return None
    value = pl.coalesce("value", "text")
    unstored = (
        pl.col("formula").is_not_null() & pl.col("type").fill_null("n").eq("n") & (value.fill_null("") == "")
    ).fill_null(value=False)
    formula = pl.col("formula").str.replace(r"^<[^>]*>", "=").str.strip_suffix("</f>")
    groups = groups.select(
        pl.col("row").cast(pl.Int64),
        pl.col("letters").alias("column"),
        pl.when(unstored).then(pl.lit("str")).otherwise("type").alias("type"),
        pl.coalesce("style", "late").cast(pl.Int64).alias("style"),
        pl.when(unstored).then(formula).otherwise(value).alias("value"),
    ).filter(pl.col("value").str.len_bytes() > 0)
    letters = groups["column"].unique().to_list()
    numbers = [column_of(one) - 1 for one in letters]
    column = pl.col("column").replace_strict(letters, numbers, return_dtype=pl.Int64)
    return groups.with_columns(column, plain(groups["value"]))


def _one_by_one(elements: Elements, piece: str, last: int) -> pl.DataFrame:
    rows: list[tuple[int, int, str | None, int | None, str]] = []
    for row in elements.parsed(piece).iterfind("{*}row"):
        last = _number(elements, row.get("r"), last + 1)
        column = -1
        for cell in row.iterfind("{*}c"):
            place = cell.get("r")
            if place is None:
                column += 1
            else:
                letters = place.rstrip("0123456789")
                if not (letters.isascii() and letters.isalpha() and len(letters) < 8):
                    elements.broken(place[:20])
                column = column_of(letters.upper()) - 1
            kind = cell.get("t")
            value = _value(cell)
            formula = cell.find("{*}f")
            if not value and formula is not None and kind in (None, "n"):
                kind, value = "str", f"={formula.text or ''}"
            if value:
                if column >= elements.columns:
                    refuse_wide(
                        elements.archive.file, elements.place, max(column + 1, len(row)), elements.columns
                    )
                style = cell.get("s")
                rows.append(
                    (
                        last,
                        column,
                        kind,
                        None if style is None else _number(elements, style, 0),
                        value,
                    )
                )
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return frame.with_columns(decoded(frame["value"]))


def _value(cell: etree._Element) -> str:
    inline = cell.find("{*}is")
    if inline is not None:
        return "".join(runs(inline))
    found = cell.find("{*}v")
    return (found.text or "") if found is not None else ""


def _number(elements: Elements, text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        elements.broken(text[:20])
    return int(text)
