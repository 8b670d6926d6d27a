"""Sheets of a workbook as blocks: stored values as text, merged cells filled, rows in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final, NoReturn

import polars as pl

from hefu import errors
from hefu.errors import HefuError
from hefu.inspection.sheets.doubles import text_of, texts_of
from hefu.inspection.sheets.sheet import ROW, Sheet, ahead, refuse_tall, refuse_wide, tidy
from hefu.inspection.sheets.xlsx.cells import cells_of
from hefu.inspection.sheets.xlsx.parts import Workbook, workbook_of
from hefu.inspection.sheets.xlsx.stream import Elements, column_of
from hefu.inspection.sources.archives import Archive, Member
from hefu.inspection.sources.bounds import TOO_MUCH, Limits
from hefu.inspection.sources.finding import Source

_MERGE: Final = re.compile(
    rb"""<(?:[\w.-]+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})["']"""
)
_MERGED: Final = {"row": pl.Int64, "column": pl.Int64, "to_row": pl.Int64, "to_column": pl.Int64}
_FILLED: Final = 20_000_000
"""Cells that merged ranges of one piece may fill."""
_LAST_DAY: Final = 2_958_466.0
"""The serial number after 9999-12-31."""


def xlsx_sheets(source: Source, limits: Limits) -> Iterator[Sheet | HefuError]:
    """All sheets that hold cells, hidden ones too."""
    with Archive(source.path, source.name, limits) as archive:
        book = workbook_of(archive, limits)
    for name, member in book.sheets:
        yield Sheet(source.name, name, _reader(source, name, member, book, limits))


def _reader(
    source: Source, name: str, member: Member, book: Workbook, limits: Limits
) -> Callable[[int], Iterator[pl.DataFrame]]:
    def read(_rows: int) -> Iterator[pl.DataFrame]:
        with Archive(source.path, source.name, limits) as archive:
            yield from _Reader(archive, name, member, book, limits).blocks()

    return read


class _Reader:
    def __init__(self, archive: Archive, name: str, member: Member, book: Workbook, limits: Limits) -> None:
        self._archive = archive
        self._name = name
        self._member = member
        self._book = book
        self._limits = limits
        self._last = 0
        self._width = 0
        self._count = 0

    def blocks(self) -> Iterator[pl.DataFrame]:
        elements = self._elements()
        merged = self._merged()
        carried = pl.DataFrame(schema={**_MERGED, "text": pl.String})
        for cells in ahead(_cells(elements)):
            self._check(elements, cells)
            texts = cells.select("row", "column").with_columns(self._texts(elements, cells))
            filled, carried = self._filled(texts, merged, carried)
            self._last = _largest(cells, "row")
            yield tidy(_wide(elements, filled), self._archive.file, self._name, self._limits.cell)

    def _elements(self) -> Elements:
        return Elements(self._archive, self._member, "sheetData", "row", self._limits.columns, self._name)

    def _merged(self) -> pl.DataFrame:
        """The merged ranges, which stand behind the cells."""
        elements = self._elements()
        for _ in elements.pieces():
            pass
        found = [
            (int(one[2]), column_of(one[1].decode()) - 1, int(one[4]), column_of(one[3].decode()) - 1)
            for one in _MERGE.finditer(elements.tail)
        ]
        return pl.DataFrame(found, schema=_MERGED, orient="row")

    def _check(self, elements: Elements, cells: pl.DataFrame) -> None:
        """Raise for cells in no order, and for a sheet that is too large."""
        self._width = max(self._width, _largest(cells, "column") + 1)
        refuse_wide(self._archive.file, self._name, self._width, self._limits.columns)
        refuse_tall(self._archive.file, self._name, _largest(cells, "row"), self._limits.rows)
        self._count += cells.height
        if self._count > self._limits.cells:
            self._too_many(self._count, self._limits.cells)
        if cells["row"][0] <= self._last or not cells["row"].is_sorted():
            elements.broken(f"row {cells['row'][0]} after {self._last}")

    def _texts(self, elements: Elements, cells: pl.DataFrame) -> pl.Series:
        """What cells show, as text."""
        kind, value, style = pl.col("type"), pl.col("value"), pl.col("style").fill_null(0)
        is_number = kind.is_null() | (kind == "n")
        is_day = is_number & style.is_in(list(self._book.days))
        is_plain = value.str.contains(r"\A-?[1-9][0-9]{0,14}\z")
        parts = cells.select(
            number=pl.when(is_number & ~is_day & ~is_plain).then(value.cast(pl.Float64, strict=False)),
            day=pl.when(is_day & ~style.is_in(list(self._book.elapsed))).then(value),
            elapsed=pl.when(is_day & style.is_in(list(self._book.elapsed))).then(value),
            shared=pl.when(kind == "s").then(value),
        )
        told = cells.select(
            pl.coalesce(
                texts_of(parts["number"]),
                self._days(parts["day"], is_elapsed=False),
                self._days(parts["elapsed"], is_elapsed=True),
                self._shared(elements, parts["shared"]),
                pl.when(kind == "b").then(value.replace({"1": "TRUE", "0": "FALSE"})),
                pl.when(kind == "d").then(
                    value.str.replace("T", " ", literal=True).str.strip_suffix(" 00:00:00")
                ),
                value,
            ).alias("text")
        )
        return told["text"]

    def _shared(self, elements: Elements, numbers: pl.Series) -> pl.Series:
        at = numbers.cast(pl.Int64, strict=False)
        known = at.is_between(0, len(self._book.texts) - 1)
        if at.null_count() > numbers.null_count() or not known.all():
            elements.broken(f"shared text {numbers.filter(~known.fill_null(value=False)).drop_nulls()[0]}")
        return self._book.texts.gather(at)

    def _days(self, serials: pl.Series, *, is_elapsed: bool) -> pl.Series:
        """Serial numbers as days and times; they repeat, so each is written once."""
        few = serials.drop_nulls().unique()
        if few.is_empty():
            return pl.Series([None], dtype=pl.String)
        told = [_day(one, is_elapsed=is_elapsed, from_1904=self._book.from_1904) for one in few]
        return serials.replace_strict(few, told, default=None, return_dtype=pl.String)

    def _filled(
        self, cells: pl.DataFrame, merged: pl.DataFrame, carried: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Cells with those of merged ranges, and the ranges that go on below."""
        end = _largest(cells, "row")
        here = merged.filter(pl.col("row").is_between(self._last + 1, end)).join(cells, on=["row", "column"])
        here = pl.concat([carried, here])
        if here.is_empty():
            return cells, carried
        below = here.filter(pl.col("to_row") > end).with_columns(row=pl.lit(end + 1, pl.Int64))
        here = here.with_columns(
            pl.col("to_row").clip(upper_bound=end), pl.col("to_column").clip(upper_bound=self._width - 1)
        )
        rows, columns = (pl.col(f"to_{name}") - pl.col(name) + 1 for name in ("row", "column"))
        area = here.select((rows * columns).sum()).item()
        if area > _FILLED:
            self._too_many(area, _FILLED)
        filled = (
            here.with_columns(row=pl.int_ranges("row", pl.col("to_row") + 1))
            .explode("row")
            .join(cells.select("row").unique(), on="row", how="semi")
            .with_columns(column=pl.int_ranges("column", pl.col("to_column") + 1))
            .explode("column")
            .select(cells.columns)
            .unique(["row", "column"], keep="first", maintain_order=True)
            .join(cells, on=["row", "column"], how="anti")
        )
        return pl.concat([cells, filled]).sort("row", maintain_order=True), below

    def _too_many(self, count: int, limit: int) -> NoReturn:
        errors.fail(
            TOO_MUCH,
            file=self._archive.file,
            place=self._name,
            value=count,
            limit=limit,
            what_zh="单元格个数",
            what_en="cells",
        )


def _cells(elements: Elements) -> Iterator[pl.DataFrame]:
    last = 0
    for piece in elements.pieces():
        cells = cells_of(elements, piece, last)
        if cells.height:
            last = _largest(cells, "row")
            yield cells


def _largest(cells: pl.DataFrame, column: str) -> int:
    return int(cells.select(pl.col(column).max()).item())


def _wide(elements: Elements, cells: pl.DataFrame) -> pl.DataFrame:
    """Cells as rows. Raises ``inspection.broken`` for a cell that is there twice."""
    rows = cells.select(pl.col("row").unique(maintain_order=True).alias(ROW))
    columns: dict[int, pl.Series] = {}
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    at = cells.with_columns(at=pl.col("row").rle_id())
    for (column,), part in at.partition_by("column", as_dict=True, maintain_order=False).items():
        if part["at"].n_unique() < part.height:
            elements.broken(f"column {column} twice in a row")
        columns[column] = empty.clone().scatter(part["at"], part["text"])
    return rows.with_columns(
        columns.get(number, empty).alias(str(number)) for number in range(max(columns) + 1)
    )


def _day(serial: str, *, is_elapsed: bool, from_1904: bool) -> str:
    """A day as yyyy-mm-dd, with the time where it is not midnight; a time without a day; hours that elapsed."""
    try:
        number = float(serial)
    except ValueError:
        return serial
    if not 0 <= number < _LAST_DAY - 1462 * from_1904 or (60 <= number < 61 and not from_1904):
        return text_of(number)  # no such day, 1900-02-29 among them
    days, seconds = divmod(round(number * 86_400), 86_400)
    time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if is_elapsed:
        return f"{days * 24 + seconds // 3600}{time[2:]}"
    if days == 0 and not from_1904:
        return time
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30 if number >= 60 else 31)
    day = (start + timedelta(days)).isoformat()
    return f"{day} {time}" if seconds else day
