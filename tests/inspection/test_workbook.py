"""The workbook, read back by another library than the one that wrote it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.cell_text import LONGEST, safe
from hefu.inspection.findings.actions import TITLES, Action
from hefu.inspection.findings.result import Inspection
from hefu.inspection.report import workbook
from hefu.inspection.report.workbook import write_workbook
from tests.inspection.reported import HOSTILE, nothing, sample

Cells = list[list[Any]]


def _read(file: Path) -> dict[str, Cells]:
    book = openpyxl.load_workbook(file)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def _written(folder: Path, inspection: Inspection, language: str = "en") -> dict[str, Cells]:
    file = folder / "report.xlsx"
    write_workbook(inspection, file, language)
    return _read(file)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_a_task_holds_every_finding(tmp_path: Path, language: str) -> None:
    told = sample()
    sheets = _written(tmp_path, told, language)
    for place, action in enumerate(Action, 1):
        group = told.findings.filter(told.findings["action"] == action.value)
        title = f"{place} {getattr(TITLES[action], language)}"[:31].replace("/", " ")
        assert (title in sheets) is bool(group.height)
        if group.height:
            codes = [row[-2] for row in sheets[title][1:]]
            assert codes == group["code"].to_list()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_column_not_known_comes_with_the_name_of_the_nearest_field(tmp_path: Path, language: str) -> None:
    told = sample()
    [unknown] = told.columns.filter(field="").head(1).to_dicts()
    file = told.files.with_columns(paper=pl.lit("declaration"))
    columns = pl.DataFrame([{**unknown, "suggested": "declared_on"}], schema=told.columns.schema)
    sheets = _written(tmp_path, replace(told, files=file, columns=columns), language)
    name = "未识别的列" if language == "zh" else "columns not known"
    assert sheets[name][1][-1] == ("申报日期" if language == "zh" else "declared on")


def test_all_declarations_certificates_and_files_are_there(tmp_path: Path) -> None:
    told = sample()
    sheets = _written(tmp_path, told)
    assert len(sheets["all declarations"]) == told.declarations.height + 1
    assert len(sheets["all certificates"]) == told.certificates.height + 1
    assert len(sheets["files"]) == told.files.height + 1
    assert len(sheets["not read"]) == told.refusals.height + 1


def test_no_cell_is_a_formula_or_a_link(tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    write_workbook(sample(), file, "en")
    book = openpyxl.load_workbook(file)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                assert not str(cell.value or "").startswith(("=", "+", "@"))


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from([*HOSTILE, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd"]),
        st.from_regex(r"[\s\u200b\ufeff]{0,3}[=+@\-\uff1d\uff0b\uff0d\uff20].{0,5}", fullmatch=True),
    )
)
def test_a_text_stays_text_whoever_opens_it(text: str) -> None:
    told = safe(text)
    assert not told.startswith(("\t", "\r", "\n"))
    assert not told.lstrip(" \u3000\u200b\ufeff\xa0").startswith(
        ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
    )
    assert len(told) <= LONGEST
    assert all(ord(sign) >= 32 or sign in "\t\n\r" for sign in told)
    told.encode()  # no half of a character


def test_a_text_too_long_for_a_cell_says_that_it_was_cut() -> None:
    assert safe("x" * LONGEST) == "x" * LONGEST
    assert safe("x" * (LONGEST + 1)).endswith("[cut]")


def test_what_does_not_fit_goes_on_in_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LAST_ROW", 11)
    told = sample()
    many = pl.concat([told.findings] * 12)  # so that every task has several sheets
    sheets = _written(tmp_path, replace(told, findings=many))
    tasks = [rows[1:] for name, rows in sheets.items() if name[0].isdigit()]
    assert sum(map(len, tasks)) == many.height
    parts = [rows for name, rows in sheets.items() if name.startswith("all declarations")]
    assert [len(rows) - 1 for rows in parts[:-1]] == [10] * (len(parts) - 1)
    assert sum(len(rows) - 1 for rows in parts) == told.declarations.height
    assert all(rows[0] == parts[0][0] for rows in parts)


def test_nothing_found_is_a_workbook_all_the_same(tmp_path: Path) -> None:
    sheets = _written(tmp_path, nothing())
    assert "summary" in sheets
    assert not [name for name in sheets if name[0].isdigit()]


def test_money_is_a_number_with_its_cents(tmp_path: Path) -> None:
    told = sample()
    sheets = _written(tmp_path, told)
    header, *rows = sheets["all declarations"]
    shown = [row[header.index("USD")] for row in rows]
    assert [None if one is None else round(float(one), 4) for one in shown] == [
        None if one is None else float(one) for one in told.declarations["usd"]
    ]


def test_progress_counts_the_rows(tmp_path: Path) -> None:
    counted: list[int] = []
    told = replace(sample(), refusals=sample().refusals.clear(), columns=sample().columns.clear())
    write_workbook(told, tmp_path / "a.xlsx", "en", counted.append)
    expected = told.findings.height + told.declarations.height + told.certificates.height + told.files.height
    assert sum(counted) == expected
