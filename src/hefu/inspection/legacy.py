"""Workbooks of other forms (xls, xlsb, ods), read by a library in a process of its own.

It holds sheets as dense tables, so that two cells far apart may ask for all memory there is and end the process: that
process is then not ours. It keeps no text of error cells (``#N/A``), which come as blank.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import polars as pl
import python_calamine as calamine

from hefu import errors
from hefu.errors import HefuError, Problem, Text
from hefu.inspection.bounds import BROKEN, LOCKED, Limits
from hefu.inspection.doubles import text_of
from hefu.inspection.sheet import ROW, Sheet, refuse_tall, refuse_wide, tidy
from hefu.inspection.sources import Source

DIED = errors.kind(
    "inspection.reader_died",
    http=422,
    message=Text(
        "{file}: 在 {limit} 字节内存和 {seconds} 秒内无法打开",
        "{file}: cannot be opened in {limit} bytes and {seconds} seconds",
    ),
    cure=Text("打开后另存为 xlsx", "open it and save it as xlsx"),
)
_BLOCK: Final = 20_000
_HALF: Final = timedelta(microseconds=500_000)
Range = tuple[tuple[int, int], tuple[int, int]]
Told = tuple[str, str, str, str, dict[str, object]]
"""A problem on its way between the processes: code, place, value, file, details."""
Answer = list[str] | tuple[Told, ...]
"""The names of the sheets, or what is wrong."""


class _Shelf:
    """A folder for blocks; it goes when the last sheet that reads from it goes."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="hefu-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def read(self, number: int) -> Iterator[pl.DataFrame]:
        for path in sorted(self.path.glob(f"{number:04}-*")):
            yield pl.read_ipc(path)


def legacy_sheets(source: Source, limits: Limits) -> Iterator[Sheet]:
    """All sheets of the workbook, hidden ones too. Raises ``inspection.reader_died``, ``locked``, ``broken`` or
    ``too_much``.
    """
    shelf = _Shelf()
    for number, name in enumerate(_WORKER.ask(source, shelf.path, limits)):

        def read(_rows: int, number: int = number) -> Iterator[pl.DataFrame]:
            return shelf.read(number)

        yield Sheet(source.name, name, read)


class _Worker:
    """The reader's process: started when first needed, and anew when it died."""

    def __init__(self) -> None:
        self._memory = 0
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None

    def ask(self, source: Source, shelf: Path, limits: Limits) -> list[str]:
        """The names of the sheets, whose blocks lie on the shelf then."""
        if self._line is None or self._memory != limits.memory_bytes:
            self._start(limits.memory_bytes)
        answer: Answer | None = None
        if self._line is not None:
            with contextlib.suppress(EOFError, OSError):
                self._line.send((source, shelf, limits))
                if self._line.poll(limits.seconds):
                    answer = self._line.recv()
        if answer is None:
            self.stop()
            errors.fail(DIED, file=source.name, limit=limits.memory_bytes, seconds=f"{limits.seconds:g}")
        if isinstance(answer, list):
            return answer
        kinds = errors.registry()
        raise HefuError(
            *(
                Problem(kinds[code], place, value, file, "", details)
                for code, place, value, file, details in answer
            )
        )

    def _start(self, memory: int) -> None:
        self.stop()
        context = multiprocessing.get_context(
            "spawn"
        )  # a fork would take the locks of running threads with it
        self._memory = memory
        self._line, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, memory), daemon=True)
        self._process.start()
        there.close()

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


_WORKER: Final = _Worker()


def _serve(line: Connection, memory: int) -> None:
    """Read one workbook after the other."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # bounds of memory are a thing of Unix
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the last words of a library are not for people
    while True:
        try:
            source, shelf, limits = line.recv()
        except EOFError:
            return
        line.send(_answer(source, shelf, limits))


def _answer(source: Source, shelf: Path, limits: Limits) -> Answer:
    try:
        return _laid_down(source, shelf, limits)
    except HefuError as error:
        return tuple(
            (one.kind.code, one.place, one.value, one.file, dict(one.details)) for one in error.problems
        )
    except calamine.PasswordError:
        return ((LOCKED.code, "", "", source.name, {}),)
    except MemoryError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if "limit exceeded" in str(error):  # the library's own bound
            return (
                (
                    DIED.code,
                    "",
                    "",
                    source.name,
                    {"limit": limits.memory_bytes, "seconds": f"{limits.seconds:g}"},
                ),
            )
        return ((BROKEN.code, "", str(error)[:200], source.name, {}),)


def _laid_down(source: Source, shelf: Path, limits: Limits) -> list[str]:
    names: list[str] = []
    with calamine.CalamineWorkbook.from_path(source.path) as book:
        for one in book.sheets_metadata:
            if one.typ is calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(one.name)
                bottom, east = sheet.end or (-1, -1)
                refuse_wide(source.name, one.name, east + 1, limits.columns)
                refuse_tall(source.name, one.name, bottom + 1, limits.rows)
                for number, block in enumerate(_blocks(sheet)):
                    tidied = tidy(block, source.name, one.name, limits.cell)
                    tidied.write_ipc(shelf / f"{len(names):04}-{number:06}")
                names.append(one.name)
    return names


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
