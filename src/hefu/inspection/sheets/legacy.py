"""Workbooks of other forms (xls, xlsb, ods), read by a library in a process of its own.

It holds sheets as dense tables, so that two cells far apart may ask for all memory there is and end the process: that
process is then not ours. It keeps no text of error cells (``#N/A``), which come as blank.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

import polars as pl
import python_calamine as calamine

from hefu import errors
from hefu.errors import HefuError
from hefu.inspection.sheets.doubles import text_of
from hefu.inspection.sheets.sheet import ROW, Sheet, refuse_tall, refuse_wide, tidy
from hefu.inspection.sheets.worker import DIED, Shelf, read_apart
from hefu.inspection.sources.bounds import LOCKED, Limits
from hefu.inspection.sources.finding import Source

_BLOCK: Final = 20_000
_HALF: Final = timedelta(microseconds=500_000)
Range = tuple[tuple[int, int], tuple[int, int]]


def legacy_sheets(source: Source, limits: Limits) -> Iterator[Sheet | HefuError]:
    """All sheets of the workbook, hidden ones too. Raises ``inspection.reader_died``."""
    return read_apart(_lay_down, source, limits, limits.seconds)


def _lay_down(source: Source, shelf: Shelf, limits: Limits) -> None:
    try:
        with calamine.CalamineWorkbook.from_path(source.path) as book:
            for one in book.sheets_metadata:
                if one.typ is calamine.SheetTypeEnum.WorkSheet:
                    sheet = book.get_sheet_by_name(one.name)
                    shelf.add(one.name, _tidied(sheet, source.name, limits))
    except calamine.PasswordError:
        errors.fail(LOCKED, file=source.name)
    except calamine.CalamineError as error:
        if "limit exceeded" in str(error):  # the library's own bound of cells
            errors.fail(DIED, file=source.name, limit=limits.memory_bytes, seconds=f"{limits.seconds:g}")
        raise


def _tidied(sheet: calamine.CalamineSheet, file: str, limits: Limits) -> Iterator[pl.DataFrame]:
    bottom, east = sheet.end or (-1, -1)
    refuse_wide(file, sheet.name, east + 1, limits.columns)
    refuse_tall(file, sheet.name, bottom + 1, limits.rows)
    for block in _blocks(sheet):
        yield tidy(block, file, sheet.name, limits.cell)


def _blocks(sheet: calamine.CalamineSheet) -> Iterator[pl.DataFrame]:
    start = sheet.start
    if start is None:
        return
    rows, left = sheet.iter_rows(), start[1]
    merged = _Merged(sheet.merged_cell_ranges or [], left)
    first = 0
    while block := list(islice(rows, _BLOCK)):
        merged.fill(block, first)
        columns = {str(number): pl.Series([None] * len(block), dtype=pl.String) for number in range(left)}
        for number, values in enumerate(zip(*block, strict=True)):
            texts = [value if type(value) is str else _text(value) for value in values]
            columns[str(left + number)] = pl.Series(texts, dtype=pl.String)
        numbers = pl.int_range(first + 1, first + 1 + len(block), dtype=pl.Int64, eager=True)
        yield pl.DataFrame({ROW: numbers, **columns})
        first += len(block)


class _Merged:
    """Merged ranges (rows and columns from 0, both ends in them), whose first value stands for all of their cells."""

    def __init__(self, ranges: list[Range], left: int) -> None:
        self._left = left
        self._ranges = sorted(ranges, reverse=True)
        self._open: list[tuple[Range, Any]] = []

    def fill(self, block: list[list[Any]], first: int) -> None:
        """Fill the rows of a block, which begin with number ``first``."""
        while self._ranges and self._ranges[-1][0][0] < first + len(block):
            one = self._ranges.pop()
            (row, column), _ = one
            column -= self._left
            if row >= first and 0 <= column < len(block[0]):
                self._open.append((one, block[row - first][column]))
        for ((top, west), (bottom, east)), value in self._open:
            width = range(west - self._left, min(east - self._left + 1, len(block[0])))
            for cells in block[max(top - first, 0) : max(bottom - first + 1, 0)]:
                for at in width:
                    cells[at] = value if cells[at] == "" else cells[at]
        self._open = [one for one in self._open if one[0][1][0] >= first + len(block)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return text_of(float(value))
    if isinstance(value, datetime):
        return (value + _HALF).replace(microsecond=0).isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)
