"""``hefu agency-report`` as a newcomer types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Hefu

SAMPLES = Path(__file__).parents[2] / "samples" / "agency"


def test_the_samples_come_out_as_the_page_says(hefu: Hefu, tmp_path: Path) -> None:
    out = tmp_path / "report.xlsx"
    done = hefu("agency-report", "--quarter", "2026Q1", SAMPLES, "-o", out, "--json")
    assert done.code == 1
    rows = [(row["declaration"][-4:], row["taxpayer_id"], row["amount"]) for row in done.json["rows"]]
    assert rows == [
        ("6101", "911101066976941872", "70103.00"),
        ("6102", "91110000101623741K", "165642.29"),
        ("6103", "911101066976941872", "3000.00"),
        ("6103", "110105198001010011", "7000.00"),
    ]
    blocking = [one["code"] for one in done.json["findings"] if one["severity"] == "block"]
    assert blocking == ["agency_report.no_consignor"]
    again = hefu("agency-report", "--quarter", "2026Q1", SAMPLES, "--check", out, "--json")
    assert again.json == done.json


def test_a_file_that_cannot_be_read_marks_the_report(hefu: Hefu, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text("<DecMessage")
    done = hefu(
        "agency-report", "-q", "2026Q1", SAMPLES, tmp_path / "bad.xml", "-o", tmp_path / "r.json", "--json"
    )
    assert done.code == 2
    assert "agency_report.unreadable" in {one["code"] for one in done.json["findings"]}
    assert (tmp_path / "r.json").read_text("utf-8") == done.out


def test_sound_papers_exit_with_0(hefu: Hefu, tmp_path: Path) -> None:
    done = hefu("agency-report", "-q", "2026Q2", SAMPLES, "-o", tmp_path / "r.csv")
    assert done.code == 0
    assert "530120260000006106" in (tmp_path / "r.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-q", "2026Q5", SAMPLES], "agency_report.quarter"),
        (["-q", "2026Q1"], "agency_report.nothing"),
        (["-q", "2026Q1", SAMPLES, "-o", "x.pdf"], "agency_report.output"),
        (["-q", "2026Q1", SAMPLES / "rates.csv"], "agency_report.nothing"),
        (["-q", "2026Q1", SAMPLES.parent / "declarations"], "agency_report.which_agent"),
        (["-q", "2026Q1", SAMPLES, "--agent", "IOSVZ"], "document.field"),
    ],
)
def test_bad_input_is_named(hefu: Hefu, words: list[object], code: str) -> None:
    done = hefu("agency-report", *words)
    assert done.code == 2
    assert code in done.err


def test_agreements_are_read_from_json_and_csv_alike(hefu: Hefu, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "number,agent_uscc,agent_name,principal_uscc,principal_name,declaration,items\n"
        "K1,91440300MA5FC50094,深圳通运,91110000101623741K,北京合符进出口有限公司,530120260000006105,1\n",
        encoding="utf-8",
    )
    done = hefu("agency-report", "-q", "2026Q1", SAMPLES, tmp_path / "a.csv", "--json")
    assert done.code == 0
    assert done.json["rows"][-1]["agreements"] == ["K1"]


def test_a_name_is_never_a_formula(hefu: Hefu, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"number": "K1", "agent": {"uscc": "91440300MA5FC50094"}, "principal": {"name": "=1+1", "taxpayer_id": "X1"},'
        ' "covers": [{"declaration": "530120260000006105"}]}',
        encoding="utf-8",
    )
    out = tmp_path / "r.csv"
    assert hefu("agency-report", "-q", "2026Q1", SAMPLES, tmp_path / "a.json", "-o", out).code == 0
    assert "'=1+1" in out.read_text("utf-8-sig")
