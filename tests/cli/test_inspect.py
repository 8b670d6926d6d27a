"""``hefu inspect`` as a clerk meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Hefu
from tests.inspection.make_samples import FOLDER, make

FINE, FINDINGS, BAD = 0, 1, 2
SAMPLES = (FOLDER / "certificates.xlsx", FOLDER / "declarations", FOLDER / "invoices.xlsx")
EXPECTED = {
    "530120260000005104": ["party.holder_differs"],
    "530120260000005105": ["date.issued_after_act"],
    "530120260000005106": ["quantity.exceeds_certificate"],
    "530120260000005107": ["certificate.missing"],
    "530120260000005108": ["certificate.unknown"],
    "530120260000005109": ["papers.certificate_on_several"],
    "530120260000005110": ["papers.certificate_on_several"],
    "530120261000005302": ["quantity.exceeds_certificate"],
    "530120261000005303": ["hs.differs"],
}
"""What holds each declaration of the samples; all others clear."""


def test_the_samples_are_what_their_maker_makes(tmp_path: Path) -> None:
    make(tmp_path)
    made = {str(file.relative_to(tmp_path)): file for file in tmp_path.rglob("*") if file.is_file()}
    kept = {str(file.relative_to(FOLDER)): file for file in FOLDER.rglob("*") if file.is_file()}
    assert made.keys() == kept.keys()
    for name, file in made.items():
        if not name.endswith(".xlsx"):  # workbooks differ with the version of their writer
            assert file.read_bytes() == kept[name].read_bytes()


def test_each_broken_pair_of_the_samples_is_held_for_its_reason(hefu: Hefu) -> None:
    done = hefu("inspect", *SAMPLES, "--on", "2026-03-20", "--json")
    assert done.code == FINDINGS
    told = json.loads(done.out)
    held: dict[str, list[str]] = {}
    for one in told["findings"]:
        if one["severity"] == "block" and one["declaration"]:
            held.setdefault(one["declaration"], []).append(one["code"])
    assert held == EXPECTED
    outcomes = {one["declaration"]: one["outcome"] for one in told["declarations"]}
    assert {number for number, outcome in outcomes.items() if outcome == "held"} == EXPECTED.keys()
    assert told["counts"]["rows"] == told["counts"]["judged"] == 33
    states = {one["certificate"]: one["status"] for one in told["certificates"]}
    assert states["TY2026005204"] == "lapsing"
    assert states["TY2026005206"] == states["TY2026005202"] == "over_covered"
    assert states["CK2026005101"] == "matched"


@pytest.mark.parametrize(("language", "words"), [("en", "would be held"), ("zh", "会被扣留")])
def test_a_person_is_told_what_to_do(hefu: Hefu, language: str, words: str) -> None:
    done = hefu("inspect", *SAMPLES, "--on", "2026-03-20", language=language)
    assert done.code == FINDINGS
    assert words in done.out
    assert "530120260000005107" in done.out
    assert "33" in done.out


def test_reports_are_written_where_they_are_asked_for(hefu: Hefu, tmp_path: Path) -> None:
    outs = [tmp_path / name for name in ("r.html", "r.xlsx", "r.json", "tables")]
    done = hefu("inspect", *SAMPLES, *(part for out in outs for part in ("-o", out)))
    assert done.code == FINDINGS
    assert all(out.exists() for out in outs)
    assert "530120260000005107" in outs[0].read_text("utf-8")


def test_sound_papers_are_fine(hefu: Hefu, tmp_path: Path) -> None:
    shutil.copy(FOLDER / "declarations" / "530120260000005101.xml", tmp_path)
    done = hefu("inspect", FOLDER / "certificates.xlsx", tmp_path / "530120260000005101.xml", "--json")
    told = json.loads(done.out)
    assert {one["outcome"] for one in told["declarations"]} == {"clears"}
    assert [one["code"] for one in told["findings"] if one["severity"] == "block"] == [
        "papers.goods_covered_twice"
    ] * 2
    certificate = tmp_path / "certificate.json"
    shutil.copy(FOLDER.parent / "certificates" / "01-export.json", certificate)
    declaration = FOLDER.parent / "declarations" / "01-export.xml"
    assert hefu("inspect", certificate, declaration).code == FINE


def test_a_saved_mapping_is_used_again(hefu: Hefu, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    first = hefu("inspect", *SAMPLES, "--save-mapping", mapping, "--json")
    again = hefu("inspect", *SAMPLES, "--mapping", mapping, "--json")
    assert first.code == again.code == FINDINGS
    assert json.loads(first.out)["findings"] == json.loads(again.out)["findings"]


def test_nothing_to_read_is_bad_input_with_its_reason(hefu: Hefu, tmp_path: Path) -> None:
    done = hefu("inspect", tmp_path / "none.xlsx", tmp_path / "none")
    assert done.code == BAD
    assert "none.xlsx" in done.out + done.err


def test_a_report_that_cannot_be_written_is_told_before_the_work(hefu: Hefu, tmp_path: Path) -> None:
    done = hefu("inspect", *SAMPLES, "-o", tmp_path / "report.docx")
    assert done.code == BAD
    assert "report.unknown_form" in done.err


def test_one_unreadable_file_does_not_stop_the_others(hefu: Hefu, tmp_path: Path) -> None:
    folder = tmp_path / "declarations"
    shutil.copytree(FOLDER / "declarations", folder)
    (folder / "broken.xml").write_text("<DecMessage><DecHead>")
    told = json.loads(hefu("inspect", FOLDER / "certificates.xlsx", folder, "--json").out)
    assert told["counts"]["refused"] == 1
    assert told["counts"]["rows"] == told["counts"]["judged"] + 1
    assert len(told["declarations"]) == 14
    (refused,) = told["refusals"]
    assert refused["file"].endswith("broken.xml")
    assert refused["rule"]["zh"]


@pytest.mark.parametrize(("language", "told"), [("en", "nearest is declared on"), ("zh", "最接近 申报日期")])
def test_a_column_not_known_is_told_with_the_name_that_people_know(
    hefu: Hefu, tmp_path: Path, language: str, told: str
) -> None:
    file = tmp_path / "declared.csv"
    titles = "海关编号,项号,商品编号,法定数量,法定单位,申报之日期"
    file.write_text(f"{titles}\n530120260000005101,,6109100000,5,件,\n", "utf-8")
    done = hefu("inspect", FOLDER / "certificates.xlsx", file, language=language)
    assert told in done.out
    assert "declared_on" not in done.out
    assert ("项号 必填" if language == "zh" else "项号 is required") in done.out
