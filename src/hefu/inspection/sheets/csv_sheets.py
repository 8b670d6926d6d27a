"""Texts with separators as a sheet: at the speed of columns where the quotes are regular, cell by cell elsewhere.

A record is one row, whatever its length: missing cells are null, further cells become further columns. Blank lines count
as records, as they do in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Final

import polars as pl

from hefu import errors
from hefu.errors import Text
from hefu.inspection.sheets.sheet import ROW, Sheet, ahead, refuse_tall, refuse_wide, tidy
from hefu.inspection.sources.bounds import Limits
from hefu.inspection.sources.encodings import FIRST, utf8_pieces
from hefu.inspection.sources.finding import Source

QUOTE = errors.kind(
    "inspection.quote",
    http=422,
    message=Text(
        "{file}: 第 {place} 行附近: 引号不成对 ({value})",
        "{file}: near line {place}: quotes do not pair ({value})",
    ),
    cure=Text(
        "单元格内的引号写成两个, 或另存为 xlsx; 其余部分未读取",
        "write a quote inside a cell twice, or save as xlsx; the rest of it was not read",
    ),
)
RECORD = errors.kind(
    "inspection.record",
    http=413,
    message=Text(
        "{file}: 第 {place} 行开始的一条记录超过 {value} 字节",
        "{file}: the record from line {place} on is longer than {value} bytes",
    ),
    cure=Text(
        "核对换行和引号, 重新导出; 其余部分未读取",
        "check line ends and quotes and export it again; the rest was not read",
    ),
)
_SEPARATORS: Final = ",\t;|"
_LONGEST: Final = 1 << 24
_LOOKED_AT: Final = 200
_TRIES: Final = 50


def csv_sheet(source: Source, limits: Limits) -> Sheet:
    """The only sheet of a text with separators."""

    def read(_rows: int) -> Iterator[pl.DataFrame]:
        return _Reader(source, limits).blocks()

    return Sheet(source.name, "", read)


class _IrregularError(Exception):
    """The quotes or line ends are not such that columns can be cut at once."""


class _Lines:
    """The lines of a text, and how many signs have been handed out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._lines = io.StringIO(text, newline="")

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.at += len(line)
            yield line


class _Reader:
    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._separator = ""
        self._width = 1
        self._records = 0
        self._line = 1

    def blocks(self) -> Iterator[pl.DataFrame]:
        rest = b""
        for piece in ahead(utf8_pieces(self._source.path, self._source.name)):
            rest += piece
            if not self._separator:
                self._look(rest)
            cells, rest = self._cells(rest, is_last=False)
            yield self._numbered(cells)
        if rest:
            cells, _ = self._cells(rest, is_last=True)
            yield self._numbered(cells)

    def _look(self, text: bytes) -> None:
        """Find the separator, and how wide the first records are."""
        lines = text[:FIRST].decode("utf-8", "ignore")
        told = {one: _widths(lines, one) for one in _SEPARATORS}
        self._separator = max(_SEPARATORS, key=lambda one: _fits(told[one]))
        self._width = max(told[self._separator], default=1)

    def _cells(self, text: bytes, *, is_last: bool) -> tuple[pl.DataFrame, bytes]:
        """Whole records of the text as columns, and the rest of it."""
        try:
            at = len(text) if is_last else _end(text)
            cells = self._at_once(text[:at])
        except _IrregularError:
            cells, at = self._one_by_one(text, is_last=is_last)
        if len(text) - at > _LONGEST:
            errors.fail(
                RECORD,
                file=self._source.name,
                place=str(self._line + text.count(b"\n", 0, at)),
                value=_LONGEST,
            )
        self._line += text.count(b"\n", 0, at)
        return cells, text[at:]

    def _at_once(self, text: bytes) -> pl.DataFrame:
        """Records whose quotes are regular. Raises :class:`_IrregularError`."""
        if text.count(b"\r") != text.count(b"\r\n"):
            raise _IrregularError
        quoted = b'"' in text
        if quoted and not _quotes_are_regular(text, self._separator):
            raise _IrregularError
        names = [str(number) for number in range(self._width)]
        refuse_wide(self._source.name, "", self._width, self._limits.columns)
        head = self._separator.join(names).encode() + b"\n"
        try:
            return pl.read_csv(
                head + text,
                separator=self._separator,
                quote_char='"' if quoted else None,
                schema=dict.fromkeys(names, pl.String),
            )
        except pl.exceptions.PolarsError as error:  # a record with more cells than any before
            raise _IrregularError from error

    def _one_by_one(self, text: bytes, *, is_last: bool) -> tuple[pl.DataFrame, int]:
        """Records cell by cell, and how many bytes they take. A quote within an unquoted cell is a plain sign."""
        lines = _Lines(text.decode())
        records: list[list[str]] = []
        ends = [0]
        try:
            for record in csv.reader(lines, delimiter=self._separator, strict=True):
                records.append(record)
                ends.append(lines.at)
        except csv.Error as error:
            if is_last or lines.at < len(lines.text):
                place = self._line + lines.text.count("\n", 0, ends[-1])
                errors.fail(QUOTE, file=self._source.name, place=str(place), value=error)
        if not is_last and records:  # it may go on in the next piece
            records.pop()
            ends.pop()
        self._width = max([self._width, *map(len, records)])
        refuse_wide(self._source.name, "", self._width, self._limits.columns)
        columns = list(zip_longest(*records))
        cells = {str(number): pl.Series(column, dtype=pl.String) for number, column in enumerate(columns)}
        if not cells:  # nothing but blank lines, which count
            cells = {"0": pl.Series([None] * len(records), dtype=pl.String)}
        return pl.DataFrame(cells), len(lines.text[: ends[-1]].encode())

    def _numbered(self, cells: pl.DataFrame) -> pl.DataFrame:
        first = self._records + 1
        self._records += cells.height
        refuse_tall(self._source.name, "", self._records, self._limits.rows)
        numbered = cells.with_row_index(ROW, first).with_columns(pl.col(ROW).cast(pl.Int64))
        return tidy(numbered, self._source.name, "", self._limits.cell)


def _widths(text: str, separator: str) -> list[int]:
    """How many cells the first records have."""
    widths: list[int] = []
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        widths.extend(map(len, islice(records, _LOOKED_AT)))
    except csv.Error:  # not its separator; or a quote that is refused when it is read
        pass
    return widths


def _fits(widths: list[int]) -> tuple[int, int, int]:
    """How well a separator fits: the records that it parts, those of the commonest width, that width."""
    parted = Counter(width for width in widths if width > 1)
    width, count = max(parted.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    return parted.total(), count, width


def _end(text: bytes) -> int:
    """Behind the last line end that is not in quotes. Raises :class:`_IrregularError` where none is found soon."""
    at = text.rfind(b"\n")
    for _ in range(_TRIES):
        if at < 0:
            break
        if text.count(b'"', 0, at) % 2 == 0:
            return at + 1
        at = text.rfind(b"\n", 0, text.rfind(b'"', 0, at))
    raise _IrregularError


def _quotes_are_regular(text: bytes, separator: str) -> bool:
    """Whether each quote opens a cell, closes it, or stands doubled within it."""
    bound = re.escape(separator)
    cell = f'(?:"(?:[^"]|"")*"|[^"{bound}\\n]*)'
    pattern = rf"\A(?:{cell}(?:{bound}|\r?\n))*{cell}\z"
    return bool(pl.Series([text.decode()]).str.contains(pattern)[0])
