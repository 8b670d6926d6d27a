"""Parquet as a sheet: row 1 is the names of the columns, the rows follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from hefu import errors
from hefu.errors import Text
from hefu.inspection.sheets.doubles import texts_of
from hefu.inspection.sheets.sheet import ROW, Sheet, refuse_tall, refuse_wide, tidy
from hefu.inspection.sheets.worker import Shelf, try_apart
from hefu.inspection.sources.bounds import Limits
from hefu.inspection.sources.finding import Source

COLUMN = errors.kind(
    "inspection.column_type",
    http=422,
    message=Text(
        "{file}: 列 {place} 的类型 {value} 不是文本, 数字, 日期或布尔值",
        "{file}: column {place} is of type {value}, not text, number, date or truth value",
    ),
    cure=Text("写成普通的列后重新导出", "write it as plain columns and export it again"),
)
_BLOCK: Final = 100_000
_TEXTS: Final = (pl.String, pl.Categorical, pl.Enum, pl.Null)


def parquet_sheet(source: Source, limits: Limits) -> Sheet:
    """The only sheet of a parquet file. Raises ``inspection.broken``, ``column_type``, ``too_much`` or ``reader_died``.

    A damaged file may end the process of its reader, so all of it is read apart once, and then here.
    """
    try_apart(_read_through, source, limits, limits.seconds)

    def read(_rows: int) -> Iterator[pl.DataFrame]:
        return _blocks(source, limits)

    return Sheet(source.name, "", read)


def _read_through(source: Source, _shelf: Shelf, limits: Limits) -> None:
    schema = pl.read_parquet_schema(source.path)
    refuse_wide(source.name, "", len(schema), limits.columns)
    for name, kind in schema.items():
        is_time = kind.is_temporal() and kind != pl.Duration
        if not (kind in _TEXTS or kind.is_numeric() or is_time or kind == pl.Boolean):
            errors.fail(COLUMN, file=source.name, place=name, value=kind)
    done = 0
    for block in _slices(source):
        done += block.height
        refuse_tall(source.name, "", done, limits.rows)


def _slices(source: Source) -> Iterator[pl.DataFrame]:
    """The rows as they are stored, some at a time."""
    lazy, done = pl.scan_parquet(source.path, glob=False), 0
    while (block := lazy.slice(done, _BLOCK).collect()).height:
        yield block
        done += block.height


def _blocks(source: Source, limits: Limits) -> Iterator[pl.DataFrame]:
    names = list(pl.read_parquet_schema(source.path))
    columns = [str(number) for number in range(len(names))]
    head = {ROW: [1], **{column: [name] for column, name in zip(columns, names, strict=True)}}
    schema = {ROW: pl.Int64, **dict.fromkeys(columns, pl.String)}
    yield tidy(pl.DataFrame(head, schema=schema), source.name, "", limits.cell)
    row = 2
    for block in _slices(source):
        cells = pl.DataFrame(
            [_texts(one).alias(column) for column, one in zip(columns, block.get_columns(), strict=True)]
        )
        numbers = pl.int_range(row, row + block.height, dtype=pl.Int64, eager=True).alias(ROW)
        yield tidy(cells.insert_column(0, numbers), source.name, "", limits.cell)
        row += block.height


def _texts(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if kind == pl.Float32:  # by its own shortest text: as a double it would show digits that nobody wrote
        return texts_of(column.cast(pl.String).cast(pl.Float64))
    if kind.is_float():
        return texts_of(column)
    if kind == pl.Boolean:
        return column.cast(pl.String).str.to_uppercase()
    if isinstance(kind, pl.Datetime):
        return _moments(column.dt.convert_time_zone("Asia/Shanghai") if kind.time_zone else column)
    return column.cast(pl.String)


def _moments(column: pl.Series) -> pl.Series:
    """Days, with the time of day where it is not midnight."""
    return column.dt.strftime("%Y-%m-%d %H:%M:%S%.f").str.strip_suffix(" 00:00:00")
