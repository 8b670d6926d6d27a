"""Several tables in one sheet: side by side, or one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Final

import polars as pl

from hefu.inspection.fields.fields import Paper
from hefu.inspection.fields.mapping import Mapping
from hefu.inspection.fields.titles import is_title
from hefu.inspection.layout.header import Cells, is_whole, read_header
from hefu.inspection.layout.layout import HEIGHT, LOOKED_AT, Layout, letter
from hefu.inspection.sheets.sheet import ROW, Sheet

col = pl.col

_LEAST: Final = 3
"""Cells that a table has in a row at least."""
_TRIED: Final = 1_000
"""Rows of a block that are looked at for another header; those beyond are refused as they stand."""
_LISTS: Final = (Paper.CERTIFICATE, Paper.DECLARATION)


def side_by_side(sheet: Sheet, mapping: Mapping | None = None) -> list[Sheet]:
    """The sheet, or each of the lists of certificates or declarations that stand in it with blank columns between."""
    first = next(sheet.blocks(LOOKED_AT), None)
    rows = [] if first is None else [row[1:] for row in first.iter_rows()]
    for at in range(len(rows)):
        for height in range(1, min(HEIGHT, at + 1) + 1):
            levels = rows[at - height + 1 : at + 1]
            parts = _parts(levels)
            if len(parts) > 1 and all(_is_list(levels, part, mapping or Mapping()) for part in parts):
                return [_part_of(sheet, part) for part in parts]
    return [sheet]


def _parts(levels: Sequence[Cells]) -> list[range]:
    """The columns of a header that stand together."""
    filled = [any(cells) for cells in zip(*levels, strict=True)]
    told = [
        [at for at, _ in part] for is_told, part in groupby(enumerate(filled), lambda one: one[1]) if is_told
    ]
    return [range(part[0], part[-1] + 1) for part in told]


def _is_list(levels: Sequence[Cells], part: range, mapping: Mapping) -> bool:
    if len(part) < _LEAST:
        return False
    shown = [tuple(cell if at in part else None for at, cell in enumerate(cells)) for cells in levels]
    return any(is_whole(read_header(shown, paper, mapping)) for paper in _LISTS)


def _part_of(sheet: Sheet, part: range) -> Sheet:
    place = f"{letter(part[0])}:{letter(part[-1])}"
    return replace(sheet, name=f"{sheet.name} {place}".strip(), read=partial(_only, sheet, part))


def _only(sheet: Sheet, part: range, rows: int) -> Iterator[pl.DataFrame]:
    """The blocks of a sheet with the other columns blank."""
    for block in sheet.read(rows):
        others = [name for name in block.columns if name != ROW and int(name) not in part]
        own = [name for name in block.columns if name != ROW and int(name) in part]
        shown = block.with_columns(pl.lit(None, pl.String).alias(name) for name in others)
        yield shown.filter(pl.any_horizontal(col(own).is_not_null())) if own else shown.clear()


def next_table(block: pl.DataFrame, layout: Layout, refused: pl.Series, key: str) -> int | None:
    """The row of a block from which on another table stands, with the titles over its header. It is looked for among the
    ``refused`` rows and those whose ``key``, the column of the number, has no digit.
    """
    doubtful = col(ROW).is_in(refused.implode())
    if key in block.columns:
        doubtful |= ~col(key).str.contains(r"\d")
    rows = block.filter((col(ROW) > layout.header) & doubtful).head(_TRIED)
    for row, *cells in rows.iter_rows():
        if sum(is_title(text) for text in cells if text) < _LEAST:
            continue
        header = (tuple(cells),)
        if any(is_whole(read_header(header, paper, Mapping())) for paper in Paper):
            return _with_titles(block, row, layout.header)
    return None


def _with_titles(block: pl.DataFrame, row: int, after: int) -> int:
    """The first of the rows right above a header that have too few cells for a row of a table."""
    above = block.filter((col(ROW) < row) & (col(ROW) > after)).tail(LOOKED_AT)
    for at, *cells in reversed(above.rows()):
        if len(set(filter(None, cells))) >= _LEAST:
            break
        row = at
    return row
