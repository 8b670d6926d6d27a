"""Workbooks of other forms: the same blocks, and a reader that may die."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest

from hefu.inspection.sheets import legacy
from hefu.inspection.sheets.worker import Shelf
from hefu.inspection.sources.bounds import Limits
from hefu.inspection.sources.finding import Source
from tests.inspection.old_workbooks import Cell, ods, xls, xlsb
from tests.inspection.reading import opened, read, refusal, rows

TEXT = '<table:table-cell office:value-type="string"{0}><text:p>{1}</text:p></table:table-cell>'


def test_values_of_an_xls(tmp_path: Path) -> None:
    cells: list[Cell] = [
        (2, 1, " 证明 ", 0), (2, 2, 12.5, 0), (2, 3, 530120260000000001.0, 0), (2, 4, True, 0), (2, 5, 46027.0, 1),
        (2, 6, 46027.520833333336, 2), (2, 7, 46027.0, 2), (2, 8, "530120260000000001", 0), (3, 1, 0.1 + 0.2, 0),
    ]  # fmt: skip
    [sheet] = opened(xls(tmp_path / "x.xls", cells))
    assert sheet.name == "甲"
    assert rows(sheet) == rows(sheet, 1) == {
        3: [None, "证明", "12.5", "5.30120260000000E+17", "TRUE", "2026-01-05", "2026-01-05 12:30:00", "2026-01-05",
            "530120260000000001"],
        4: [None, "0.3"],
    }  # fmt: skip


def test_days_from_1904_in_an_xls(tmp_path: Path) -> None:
    path = xls(tmp_path / "x.xls", [(0, 0, 46027.0 - 1462, 1)], from_1904=True)
    assert read(path) == {1: ["2026-01-05"]}


@pytest.mark.parametrize("size", [1, 3, 100])
def test_merged_cells_of_an_xls(size: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cells: list[Cell] = [
        (0, 1, "表", 0),
        *((row, 3, float(row), 0) for row in range(1, 9)),
        (1, 1, "A", 0),
        (5, 2, "B", 0),
    ]
    path = xls(
        tmp_path / "x.xls", cells, [(0, 0, 1, 250), (1, 7, 1, 1), (5, 8, 2, 2), (70, 80, 0, 1), (1, 2, 0, 0)]
    )
    monkeypatch.setattr(legacy, "_BLOCK", size)
    legacy._lay_down(source_of(path), Shelf(tmp_path), Limits())  # in this process, for the size of a block
    told = {
        row: cells
        for path in sorted(tmp_path.glob("0000-*"))
        for row, *cells in pl.read_ipc(path).iter_rows()
    }
    assert told == {
        1: [None, "表", "表", "表"],
        **{
            row + 1: [None, "A" if row < 8 else None, "B" if row > 4 else None, str(row)]
            for row in range(1, 9)
        },
    }


def source_of(path: Path) -> Source:
    return Source(path.name, path, "xls", path.stat().st_size)


def test_values_of_an_ods(tmp_path: Path) -> None:
    row = "<table:table-row>" + "".join((
        TEXT.format("", " 证明 "),
        '<table:table-cell office:value-type="float" office:value="12.5"/>',
        '<table:table-cell office:value-type="date" office:date-value="2026-01-05"/>',
        '<table:table-cell office:value-type="date" office:date-value="2026-01-05T12:30:00"/>',
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
        TEXT.format(' table:number-columns-repeated="2"', "r"),
        '<table:table-cell table:number-columns-repeated="16000"/>',
    )) + "</table:table-row>"  # fmt: skip
    empty = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    told = read(ods(tmp_path / "x.ods", empty + row + empty.replace("3", "1048000")))
    assert told == {4: ["证明", "12.5", "2026-01-05", "2026-01-05 12:30:00", "TRUE", "r", "r"]}


def test_a_password_is_told(tmp_path: Path) -> None:
    assert refusal(xls(tmp_path / "x.xls", [(0, 0, "a", 0)], locked=True))[0] == "inspection.locked"


def test_an_empty_sheet_has_no_blocks(tmp_path: Path) -> None:
    assert read(xls(tmp_path / "x.xls", [])) == {}


def test_damage_is_told(tmp_path: Path) -> None:
    whole = xls(tmp_path / "x.xls", [(row, 0, "文" * 20, 0) for row in range(200)]).read_bytes()
    for data in (whole[:1600], whole[:600] + bytes(900) + whole[1500:]):
        (tmp_path / "x.xls").write_bytes(data)
        assert refusal(tmp_path / "x.xls")[0] in {"inspection.broken", "inspection.unknown_form"}


def test_sizes_are_bounded(tmp_path: Path) -> None:
    path = xls(tmp_path / "x.xls", [(0, 0, "a" * 101, 0), (9, 300, 1.0, 0)])
    assert refusal(path, Limits(columns=300)) == ("inspection.too_much", "甲")
    assert refusal(path, Limits(rows=9)) == ("inspection.too_much", "甲")
    assert refusal(path, Limits(cell=100)) == ("inspection.too_much", "甲 1:1")
    assert read(path, Limits(cell=101))


@pytest.mark.parametrize("many", [6000, 1_048_576])
def test_a_sheet_that_takes_all_memory_is_refused_and_the_next_is_read(many: int, tmp_path: Path) -> None:
    bomb = TEXT.format(' table:number-columns-repeated="16384"', "x" * 50)
    row = f'<table:table-row table:number-rows-repeated="{many}">{bomb}</table:table-row>'
    small = Limits(memory_bytes=1 << 30, seconds=30)
    assert refusal(ods(tmp_path / "x.ods", row), small)[0] == "inspection.reader_died"
    good = f"<table:table-row>{TEXT.format('', 'a')}</table:table-row>"
    assert read(ods(tmp_path / "y.ods", good), small) == {1: ["a"]}


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = xls(tmp_path / "x.xls", [(0, 0, "a", 0)])
    assert refusal(path, Limits(seconds=0))[0] == "inspection.reader_died"
    assert read(path) == {1: ["a"]}


def test_what_was_laid_down_goes_with_its_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    [sheet] = opened(xls(tmp_path / "x.xls", [(0, 0, "a", 0)]))
    assert len(list(tmp_path.glob("hefu-*/*"))) == 1
    assert rows(sheet) == {1: ["a"]}
    del sheet
    assert not list(tmp_path.glob("hefu-*"))


def test_values_of_an_xlsb(tmp_path: Path) -> None:
    cells: list[Cell] = [
        (1, 0, " 证明 ", 0), (1, 1, 12.5, 0), (1, 2, 530120260000000001.0, 0), (1, 3, True, 0), (3, 1, 0.1 + 0.2, 0),
    ]  # fmt: skip
    [sheet] = opened(xlsb(tmp_path / "x.xlsb", cells))
    assert sheet.name == "甲"
    assert rows(sheet) == {2: ["证明", "12.5", "5.30120260000000E+17", "TRUE"], 4: [None, "0.3"]}
