"""A sheet: blocks of text cells with their row numbers, the same for every form of file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from hefu import errors
from hefu.inspection.sources.bounds import TOO_MUCH

ROW = "row"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a source. ``name`` is empty where a file has no sheets.

    ``read`` starts anew each time that blocks are asked for.
    """

    source: str
    name: str
    read: Callable[[int], Iterator[pl.DataFrame]] = field(repr=False, compare=False)

    def blocks(self, rows: int = 100_000) -> Iterator[pl.DataFrame]:
        """Blocks of at most ``rows`` rows: ``row`` (Int64, from 1, as a spreadsheet counts, or the number of the
        record), then the cells as String columns ``0``, ``1``, ... without outer spaces, null where blank. Rows without
        any cell are left out. A later block may have more columns than the first.

        Raises :class:`~hefu.errors.HefuError` where the file cannot be read on.
        """
        for block in self.read(rows):
            yield from block.iter_slices(rows)


def tidy(cells: pl.DataFrame, file: str, place: str, limit: int) -> pl.DataFrame:
    """Cells (``row`` and String columns) as a block has them. Raises ``inspection.too_much`` for a cell that is longer
    than ``limit`` signs.
    """
    names = [name for name in cells.columns if name != ROW]
    trimmed = pl.col(names).str.strip_chars()
    cells = cells.with_columns(pl.when(trimmed.str.len_bytes() > 0).then(trimmed))
    longest = cells.select(pl.col(names).str.len_bytes().max())
    if max((length or 0 for length in longest.row(0)), default=0) > limit:
        _refuse_long(cells, names, file, place, limit)
    if names and all(cells[name].null_count() for name in names):
        cells = cells.filter(pl.any_horizontal(pl.col(names).is_not_null()))
    return cells


def _refuse_long(cells: pl.DataFrame, names: Iterable[str], file: str, place: str, limit: int) -> None:
    for name in names:
        long = cells.filter(pl.col(name).str.len_chars() > limit)
        if long.height:
            at = f"{place} {long[ROW][0]}:{int(name) + 1}".strip()
            value = len(long[name][0])
            errors.fail(
                TOO_MUCH,
                file=file,
                place=at,
                value=value,
                limit=limit,
                what_zh="单元格字数",
                what_en="signs in a cell",
            )


def refuse_wide(file: str, place: str, columns: int, limit: int) -> None:
    """Raise ``inspection.too_much`` for more than ``limit`` columns."""
    if columns > limit:
        errors.fail(
            TOO_MUCH, file=file, place=place, value=columns, limit=limit, what_zh="列数", what_en="columns"
        )


def refuse_tall(file: str, place: str, rows: int, limit: int) -> None:
    """Raise ``inspection.too_much`` for more than ``limit`` rows."""
    if rows > limit:
        errors.fail(TOO_MUCH, file=file, place=place, value=rows, limit=limit, what_zh="行数", what_en="rows")


def ahead(made: Iterator[_T]) -> Iterator[_T]:
    """The same things, the next of which is made while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, made, None)
        while (one := coming.result()) is not None:
            coming = pool.submit(next, made, None)
            yield one
