"""The agent's four reports of a year against those made by hand."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from hefu.procedures.agency.findings import Finding
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.agency.report import Report, make
from hefu.procedures.agency.reported import Reported, compared, read_report, reported_before
from hefu.procedures.agency.writing import write
from tests.procedures.agency.year import AGREEMENTS, BY_HAND, ME, PAPERS, POLICY, TOTALS

QUARTERS = sorted(BY_HAND)


def made(quarter: str, seed: int | None = None) -> Report:
    papers, agreements = list(PAPERS), list(AGREEMENTS)
    if seed is not None:
        random.Random(seed).shuffle(papers)
        random.Random(seed).shuffle(agreements)
    return make(Quarter.of(quarter), ME, papers, agreements, POLICY)


def by_hand(quarter: str, file: Path, change: dict[int, dict[int, object]] | None = None) -> Reported:
    """The hand-made report in a workbook of another house: other titles, amounts as text."""
    rows: list[list[object]] = [[number(serial), "", who, amount] for serial, who, amount in BY_HAND[quarter]]
    rows.append(["合计", "", "", f"{TOTALS[quarter]:,.2f}"])
    for row, cells in (change or {}).items():
        for column, value in cells.items():
            rows[row][column] = value
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_string(
            0, 0, f"{quarter[:4]}年第{'一二三四'[int(quarter[-1]) - 1]}季度 91440300MA5FC50094"
        )
        titles: list[object] = ["出口报关单号", "委托方", "纳税人识别号", "金额"]
        for at, texts in enumerate([titles, *rows], 2):
            for column, value in enumerate(texts):
                sheet.write_string(at, column, str(value))
    return read_report(file.read_bytes(), file.name)


def number(serial: int) -> str:
    return f"530120260{serial:09}"


def codes(findings: list[Finding]) -> list[str]:
    return sorted(one.code.removeprefix("agency_report.") for one in findings)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_rows_are_those_made_by_hand(quarter: str) -> None:
    report = made(quarter)
    told = [(row.declaration, row.consignor.identifier, row.amount) for row in report.rows]
    assert told == [(number(serial), who, Decimal(amount)) for serial, who, amount in BY_HAND[quarter]]
    assert report.total == TOTALS[quarter] == sum(Decimal(amount) for _, _, amount in BY_HAND[quarter])


def test_what_is_left_out_is_told() -> None:
    report = made("2026Q1")
    assert (report.own, report.outside, report.declarations) == (1, 6, 5)
    assert [one.about for one in report.findings if one.code == "agency_report.withdrawn"] == [number(5)]
    assert [one.about for one in report.findings if one.code == "agency_report.amended"] == [number(6)]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_nothing_blocks_a_sound_year(quarter: str) -> None:
    assert not [one for one in made(quarter).findings if one.severity == "block"]


@pytest.mark.parametrize("quarter", QUARTERS)
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_papers_does_not_matter(quarter: str, seed: int) -> None:
    assert made(quarter, seed).rows == made(quarter).rows
    assert made(quarter, seed).findings == made(quarter).findings


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_report_made_by_hand_is_found_to_be_right(quarter: str, tmp_path: Path) -> None:
    assert list(compared(made(quarter), by_hand(quarter, tmp_path / "hand.xlsx"))) == []


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_written_report_is_read_back_as_it_was(quarter: str, tmp_path: Path) -> None:
    report, file = made(quarter), tmp_path / "report.xlsx"
    write(report, file, "zh")
    told = read_report(file.read_bytes(), file.name)
    assert (told.quarter, told.agent, told.total) == (quarter, ME.uscc, report.total)
    assert list(compared(report, told)) == []
    write(report, tmp_path / "again.xlsx", "zh")
    assert (tmp_path / "again.xlsx").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({0: {3: "7000.01"}}, ["amount_differs", "total_differs"]),
        ({0: {0: number(99)}}, ["row_extra", "row_missing"]),
        ({1: {0: number(1), 2: "911101066976941872", 3: "2130.04"}}, ["row_missing", "row_twice"]),
        ({6: {3: "1.00"}}, ["total_differs"]),
        ({0: {1: "海南远航贸易有限公司"}}, ["reported_name"]),
        ({0: {3: ""}}, ["amount_differs", "total_differs"]),
    ],
)
def test_what_differs_in_a_report_is_named(
    cells: dict[int, dict[int, object]], told: list[str], tmp_path: Path
) -> None:
    assert codes(list(compared(made("2026Q1"), by_hand("2026Q1", tmp_path / "x.xlsx", cells)))) == told


def test_a_report_of_another_quarter_is_not_this_one(tmp_path: Path) -> None:
    told = codes(list(compared(made("2026Q4"), by_hand("2026Q2", tmp_path / "x.xlsx"))))
    assert told == ["head_differs", "row_extra", "row_extra", "row_missing"]


def test_what_an_earlier_report_has_is_not_reported_again(tmp_path: Path) -> None:
    cells: dict[int, dict[int, object]] = {0: {0: number(11), 2: "911101066976941872"}}
    earlier = by_hand("2026Q2", tmp_path / "q2.xlsx", cells)
    assert codes(list(reported_before(made("2026Q4"), [earlier]))) == ["reported_before"]
    assert codes(list(reported_before(made("2026Q2"), [earlier]))) == []
