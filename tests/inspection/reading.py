"""Sheets of files made in a test, as plain rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from hefu.errors import HefuError
from hefu.inspection.sheets.opening import Sheet, sheets
from hefu.inspection.sources.bounds import Limits
from hefu.inspection.sources.finding import Source, Sources

Rows = dict[int, list[str | None]]


def source(path: Path, limits: Limits | None = None) -> Source:
    """The one source that a file is."""
    path.parent.joinpath("scratch").mkdir(exist_ok=True)
    [found] = Sources(path.parent / "scratch", limits or Limits()).read([path])
    if isinstance(found, HefuError):
        raise found
    return found


def opened(path: Path, limits: Limits | None = None) -> list[Sheet]:
    """All sheets of a file; raises the first error."""
    told = []
    for one in sheets(source(path, limits), limits or Limits()):
        if isinstance(one, HefuError):
            raise one
        told.append(one)
    return told


def rows(sheet: Sheet, size: int = 100_000) -> Rows:
    """The cells of a sheet by row number, without the empty ones at the end."""
    told: Rows = {}
    for block in sheet.blocks(size):
        assert block.columns == ["row", *map(str, range(block.width - 1))]
        assert block.dtypes == [pl.Int64, *[pl.String] * (block.width - 1)]
        assert block.height <= size
        for row, *cells in block.iter_rows():
            assert row not in told
            while cells and cells[-1] is None:
                cells.pop()
            assert cells
            told[row] = cells
    return told


def read(path: Path, limits: Limits | None = None) -> Rows:
    """The rows of the only sheet of a file."""
    [sheet] = opened(path, limits)
    return rows(sheet)


def refusal(path: Path, limits: Limits | None = None) -> tuple[str, str]:
    """Code and place of the error that a file ends in."""
    with pytest.raises(HefuError) as caught:
        for sheet in opened(path, limits):
            rows(sheet)
    first = caught.value.first
    assert first.file.startswith(path.as_posix())
    assert first.kind.exit == 2
    return first.kind.code, first.place
