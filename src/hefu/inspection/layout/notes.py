"""Notes below a list, which are no rows of it: 注：…, 经办人：…, Prepared by: …, 第 1 页."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

import polars as pl

from hefu.errors import Text
from hefu.inspection.fields.cells import read_cell
from hefu.inspection.fields.fields import FIELDS
from hefu.inspection.fields.titles import before_notes, folded
from hefu.inspection.layout.header import LEAST
from hefu.inspection.layout.layout import Layout
from hefu.inspection.sheets.sheet import ROW

col = pl.col

SCHEMA: Final = {"row": pl.Int64, "text": pl.String}
_KEY: Final = r"^[0-9A-Za-z][0-9A-Za-z-]*$"
"""A cell that may be the number of a paper, so that its row is none of these."""
_LABEL: Final = re.compile(
    r"[\s(\[【*※#·-]*([^:\d\])】]{1,20}?)\s*[0-9]{0,2}\s*[)\]】]?\s*(?:[:.、]|$).*", re.DOTALL
)
_PAGE: Final = re.compile(
    r"[\s-]*(?:第\s*[0-9]+\s*页|共\s*[0-9]+\s*[页条行笔份票]|page\s+[0-9]+).*", re.IGNORECASE | re.DOTALL
)
_SENTENCE: Final = 6
"""Signs of a text that says something."""
_GOODS: Final = frozenset({"item_hs", "line_hs", "line_quantity", "first", "traded"})
"""What a row of goods has and a note has not."""


def notes_in(data: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The rows below a header that are notes, each with its text (:data:`SCHEMA`).

    A note begins with a word for notes, or is a sentence alone in a column of which it can be no value; and nothing in it
    is goods or the number of a paper. All else is a row, if one that is refused.
    """
    names = [name for name in data.columns if name != ROW]
    key = layout.fields.get(FIELDS[layout.paper][0].name, "")
    doubtful = data.filter(~col(key).str.contains(_KEY).fill_null(value=False)) if key in names else data
    if doubtful.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    first = pl.coalesce(names)
    alone = pl.all_horizontal(col(name).is_null() | (col(name) == first) for name in names)
    may_begin = first.str.contains(r"[:：.、]") | (first.str.len_chars() <= 20)
    goods = [layout.fields[name] for name in _GOODS if layout.fields.get(name) in names]
    for name in goods:
        may_begin &= col(name).is_null() | ~col(name).str.contains(r"^[0-9]")
    rows = doubtful.filter(alone | may_begin)
    found = [(row, told) for row, *cells in rows.iter_rows() if (told := _told(cells, names, layout))]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def _told(cells: Sequence[str | None], names: Sequence[str], layout: Layout) -> str:
    """The text of a row that is a note; nothing for any other."""
    filled = [(name, text) for name, text in zip(names, cells, strict=True) if text is not None]
    texts = list(dict.fromkeys(text for _, text in filled))
    column, first = filled[0]
    if _begins(first):
        is_note = len(texts) <= max(LEAST, len(names) // 2)
    else:
        is_note = len(texts) == 1 and not _may_be_value(column, first, layout)
    return " ".join(texts) if is_note else ""


@cache
def _begins(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text[:200])
    found = _LABEL.fullmatch(plain)
    return bool(_PAGE.fullmatch(plain)) or (found is not None and folded(found[1]) in before_notes())


def _may_be_value(column: str, text: str, layout: Layout) -> bool:
    """Whether a text may be meant for its column. A column that is not known holds nothing that counts; in others a
    sentence is not taken for a value that was written wrongly.
    """
    fields = [one for one in FIELDS[layout.paper] if layout.fields.get(one.name) == column]
    if fields and (len(text) < _SENTENCE or any(sign.isdigit() for sign in text)):
        return True
    is_key = column == layout.fields.get(FIELDS[layout.paper][0].name)  # opaque text, but with a digit in it
    return not is_key and any(not isinstance(read_cell(one, text), Text) for one in fields)
