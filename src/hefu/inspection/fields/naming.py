"""Which certificates a row of a declaration names: in a column of their own, or by name in a remark, as in a message."""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.readers.decmessage import REMARK_NUMBER
from hefu.inspection.fields.cells import BLANK

col = pl.col

_SEVERAL: Final = r"\s*[,，;；、/\t\r\n][,，;；、/\s]*"
"""Between certificates in a cell; a space alone may stand within a number."""
_TEXTS: Final = ("attached", "remark")
"""Columns of free text that may name certificates."""
_MAY_NAME: Final = r"(?i)证明|cert"
"""What every text has that ``REMARK_NUMBER`` finds a number in."""
_AT: Final = "of row"


def naming(texts: pl.DataFrame) -> pl.DataFrame:
    """Rows of cells with one certificate each, every other cell of which is the same; ``certificate`` is there if any row
    names one. What stands in a text is tied to no line.
    """
    has_column = "certificate" in texts.columns
    found = _in_texts(texts)
    if found.is_empty():
        return _parted(texts) if has_column else texts
    names = texts.columns if has_column else [*texts.columns, "certificate"]
    if not has_column:
        texts = texts.with_columns(certificate=pl.lit(None, pl.String))
    texts = texts.with_row_index(_AT)
    own = _parted(texts).filter(col("certificate").is_not_null())
    told = texts.drop("certificate").join(found, on=_AT, how="left", maintain_order="left")
    if "certificate_line" in told.columns:
        told = told.with_columns(certificate_line=pl.lit(None, pl.String))
    told = told.filter(col("certificate").is_not_null() | ~col(_AT).is_in(own[_AT].implode()))
    both = pl.concat([own.select(_AT, *names), told.select(_AT, *names)]).sort(_AT, maintain_order=True)
    return both.filter(pl.struct(_AT, col("certificate").str.to_uppercase()).is_first_distinct()).select(
        names
    )


def _parted(texts: pl.DataFrame) -> pl.DataFrame:
    """Several certificates in a cell in rows of their own."""
    told = col("certificate")
    if texts.get_column("certificate").str.contains(_MAY_NAME).any():
        named = _named(texts.get_column("certificate")).list.join(",")
        texts = texts.with_columns(certificate=pl.when(named != "").then(named).otherwise(told))
    parted = told.str.replace_all(_SEVERAL, ",").str.strip_chars(", ")
    is_blank = told.str.to_lowercase().is_in(list(BLANK)) | (parted == "")
    if not texts.select((parted.str.contains(",", literal=True) | (parted != told) | is_blank).any()).item():
        return texts
    listed = pl.when(~is_blank).then(parted).str.split(",")
    return texts.with_columns(certificate=listed).explode("certificate")


def _in_texts(texts: pl.DataFrame) -> pl.DataFrame:
    """The certificates that texts name, each with its row."""
    found = [pl.DataFrame(schema={_AT: pl.UInt32, "certificate": pl.String})]
    for name in _TEXTS:
        if name in texts.columns and texts.get_column(name).str.contains(_MAY_NAME).any():
            told = texts.select(certificate=_named(texts.get_column(name))).with_row_index(_AT)
            found.append(told.explode("certificate").drop_nulls())
    return pl.concat(found)


def _named(cells: pl.Series) -> pl.Series:
    """The numbers that each cell names."""
    numbers = {text: REMARK_NUMBER.findall(text) for text in cells.unique() if text is not None}
    return pl.Series([numbers.get(text, []) for text in cells], dtype=pl.List(pl.String))
