"""What a desk says of documents is what the comparison says of the same case."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Declaration
from hefu.inspection.findings.checks import SAID
from hefu.inspection.findings.wording import in_words
from hefu.inspection.judging.comparison import judge_all
from hefu.rules.case import Case, ExportState, UseState
from hefu.rules.compare import compare
from hefu.rules.ruleset import CURRENT
from tests.builders import certificate, declaration, item
from tests.inspection.papers import inspected, papers_of
from tests.rules.pairs import DEFAULT, pair
from tests.rules.test_mass import _cases

SILENT = {"original.unknown"}


def _documentary(case: Case) -> Case | None:
    """The case as papers alone tell it, if they can."""
    standings = (*case.certificates, *case.principals.values())
    plain = all(
        one.state in (UseState.AVAILABLE, UseState.UNKNOWN) and not (one.behind or one.ticket)
        for one in standings
    )
    known = case.export_state in (ExportState.IN_FORCE, ExportState.UNKNOWN)
    if not plain or not known or case.amended_on or case.changing or case.consignor:
        return None
    if case.export_state is ExportState.UNKNOWN and case.original is not None:
        return None
    if not {one.number for one in case.certificates} >= set(case.declaration.certificate_numbers()):
        return None
    return replace(case, goods_left={})


def _documents(case: Case) -> list[Declaration | Certificate]:
    standings = (*case.certificates, *case.principals.values())
    told: list[Declaration | Certificate] = [one.document for one in standings if one.document]
    return [*told, *([case.original] if case.original else []), case.declaration]


def _said(rows: Any) -> Counter[Any]:
    return Counter(rows)


@pytest.mark.parametrize("buckets", [1, 5])
def test_documents_are_judged_as_their_cases_are(tmp_path: Path, buckets: int) -> None:
    cases = [one for case in _cases(range(500)) if (one := _documentary(case))]
    assert len(cases) > 150
    papers = papers_of((one for case in cases for one in _documents(case)), tmp_path, buckets)
    judged = judge_all(papers, DEFAULT, CURRENT)
    asked = {case.declaration.number for case in cases}
    columns = ("declaration", "code", "certificate", "item", "line", "declared", "certified")
    told = _said(row for row in judged.findings.select(columns).iter_rows() if row[0] in asked)
    single = _said(
        (answer.declaration, one.code, one.certificate, one.item, one.line, one.declared, one.certified)
        for answer in compare(cases, DEFAULT)
        for one in answer.findings
        if one.code not in SILENT
    )
    assert told == single
    assert len({row[1] for row in told}) > 20


def test_every_row_is_judged_or_refused(tmp_path: Path) -> None:
    cases = [one for case in _cases(range(200)) if (one := _documentary(case))]
    documents = [one for case in cases for one in _documents(case)]
    told = inspected(papers_of(documents, tmp_path))
    (file,) = told.files.iter_rows(named=True)
    assert file["rows"] == len(documents)
    assert file["judged"] + file["refused"] == file["rows"]
    judged = {one.number for one in documents if isinstance(one, Declaration)}
    assert set(told.declarations["declaration"]) == judged


def test_a_sound_pair_clears_and_its_certificate_is_matched(tmp_path: Path) -> None:
    told = inspected(papers_of(_documents(pair("return")), tmp_path))
    outcomes = dict(told.declarations.select("act", "outcome").iter_rows())
    assert outcomes == {"return": "clears", "export": "not_needed"}
    assert told.certificates["status"].to_list() == ["matched"]
    assert told.sound
    assert told.assumptions  # the export is taken as released before


def test_a_held_declaration_comes_with_words_places_and_the_smallest_change(tmp_path: Path) -> None:
    case = pair("export", decl={"items": [item(first={"quantity": "101", "unit": "011"})]})
    told = inspected(papers_of(_documents(case), tmp_path))
    (found,) = told.findings.filter(told.findings["severity"] == "block").iter_rows(named=True)
    assert found["code"] == "quantity.exceeds_certificate"
    assert found["action"] == "correct"
    assert "101" in found["message_zh"]
    assert "101" in found["message_en"]
    assert (found["declared_row"], found["certified_row"]) == (2, 1)
    detail = told.details[case.declaration.number]
    assert detail.changes
    assert detail.certificates[0]["number"] == case.certificates[0].number
    assert not told.sound


def test_a_return_that_names_nothing_finds_the_certificate_of_its_export(tmp_path: Path) -> None:
    case = pair("return", decl={"certificates": []})
    for buckets in (1, 4):
        told = inspected(papers_of(_documents(case), tmp_path / str(buckets), buckets))
        assert told.certificates["status"].to_list() == ["matched"]
        assert told.sound


@pytest.mark.parametrize("buckets", [1, 4])
def test_one_certificate_on_two_declarations_is_settled_first(tmp_path: Path, buckets: int) -> None:
    case = pair("export")
    again = case.declaration.model_copy(update={"number": "530120260000000777"})
    told = inspected(papers_of([*_documents(case), again], tmp_path, buckets))
    assert set(told.declarations["outcome"]) == {"held"}
    assert set(told.findings["code"]) == {"papers.certificate_on_several"}
    assert told.certificates["status"].to_list() == ["several"]


def test_goods_covered_twice_are_told_of_each_certificate(tmp_path: Path) -> None:
    both = [certificate("return", number=number) for number in ("N1", "N2")]
    told = inspected(papers_of([*both, declaration("export", certificates=None)], tmp_path))
    found = told.findings.filter(told.findings["code"] == "papers.goods_covered_twice")
    assert sorted(found["certificate"]) == ["N1", "N2"]
    assert "200 件, 重复开具" in found["message_zh"][0]
    assert "100 articles exported, certificates add up to 200 articles," in found["message_en"][0]
    assert set(told.certificates["status"]) == {"over_covered"}


def test_parts_of_the_goods_on_several_certificates_are_no_double_cover(tmp_path: Path) -> None:
    halves = [
        certificate("return", number=number, lines=[{**line, "quantity": "50"}])
        for number in ("N1", "N2")
        for line in [certificate("return").lines[0].model_dump(mode="json", exclude_none=True)]
    ]
    told = inspected(papers_of([*halves, declaration("export", certificates=None)], tmp_path))
    assert set(told.certificates["status"]) == {"unused"}


def test_nothing_given_is_an_empty_answer(tmp_path: Path) -> None:
    told = inspected(papers_of([], tmp_path))
    assert told.sound
    assert told.declarations.is_empty()
    assert told.findings.is_empty()


@pytest.mark.parametrize("buckets", [1, 3])
def test_an_unused_certificate_that_fits_is_pointed_out(tmp_path: Path, buckets: int) -> None:
    case = pair("export", decl={"certificates": []})
    told = inspected(papers_of(_documents(case), tmp_path, buckets))
    assert set(told.findings["code"]) == {
        "certificate.missing",
        "papers.certificate_fits",
        "papers.certificate_unused",
    }
    fits = told.findings.filter(told.findings["code"] == "papers.certificate_fits").to_dicts()[0]
    assert (fits["declaration"], fits["certificate"]) == (
        case.declaration.number,
        case.certificates[0].number,
    )


def test_a_certificate_for_more_goods_does_not_fit(tmp_path: Path) -> None:
    case = pair("export", decl={"certificates": [], "items": [item(first={"quantity": "99", "unit": "011"})]})
    told = inspected(papers_of(_documents(case), tmp_path))
    assert "papers.certificate_fits" not in set(told.findings["code"])


def test_the_same_declarations_are_looked_at_closely_however_they_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hefu.inspection.judging.comparison.HEAVIEST", 20)
    cases = [one for case in _cases(range(200)) if (one := _documentary(case))]
    documents = [one for case in cases for one in _documents(case)]
    closely = []
    for buckets in (1, 6):
        told = inspected(papers_of(documents, tmp_path / str(buckets), buckets))
        blocked = told.declarations.filter(told.declarations["blocks"] > 0)["declaration"]
        assert set(told.details) <= set(blocked) | set(told.findings["declaration"])
        closely.append(told.details)
    assert len(closely[0]) == len(closely[1]) == 20


def test_units_behind_quantities_are_put_into_english() -> None:
    """Every unit, also where one begins as another does."""
    told = pl.DataFrame(
        {"code": "papers.goods_covered_twice", "declared": [f"5 {one.name}" for one in units().values()]}
    )
    rows = told.select(
        (pl.col(name) if name in told.columns else pl.lit(None, kind)).alias(name)
        for name, kind in SAID.items()
    )
    english = in_words(rows)["message_en"].to_list()
    assert all(
        f": 5 {one.english} exported," in text for one, text in zip(units().values(), english, strict=True)
    )
