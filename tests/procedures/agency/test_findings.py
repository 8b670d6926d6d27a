"""Every finding: a quarter in which it speaks, its words in both languages, its place in the pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hefu.procedures.agency.checks import CHECKS
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.agency.report import Report, make
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER, item
from tests.procedures.agency.year import ABROAD, ME, POLICY, agreement, change, export

ROOT = Path(__file__).parents[3]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
DAY = "2026-01-10"
LOST = {"name": "无名委托方"}
CODE_ONLY = {"customs_code": "1101960002"}
UNFIT = {"uscc": "91350211M0000XUF46", "name": "厦门某公司"}


def report(*papers: Any, agreements: Any = (), quarter: str = "2026Q1") -> Report:
    return make(Quarter.of(quarter), ME, papers, agreements, POLICY)


def named(told: Report) -> set[str]:
    return {one.code.removeprefix("agency_report.") for one in told.findings}


F_P = agreement("F-P", PRINCIPAL)
FOUND: dict[str, tuple[list[Any], list[Any]]] = {
    "no_total": ([export(1, "P", DAY, "0")], [F_P]),
    "no_terms": ([export(1, "P", DAY, "1", terms=None)], [F_P]),
    "no_charge": ([export(1, "P", DAY, "1", terms="CIF")], [F_P]),
    "no_rate": ([export(1, "P", DAY, "1", currency="EUR")], [F_P]),
    "not_positive": (
        [export(1, "P", DAY, "1", terms="C&F", freight={"mark": "rate", "value": "100"})],
        [F_P],
    ),
    "no_consignor": ([export(1, "A", DAY, "1", mode="1039")], []),
    "no_agreement": ([export(1, "P", DAY, "1")], []),
    "part_uncovered": ([export(1, "A", DAY, "1", "2")], [agreement("C", PRINCIPAL, covers=[(1, 2)])]),
    "owner_missing": ([export(1, "P", DAY, "1", owner=None)], []),
    "owner_differs": ([export(1, "A", DAY, "1")], [agreement("C", PRINCIPAL, covers=[(1,)])]),
    "owner_outside_chain": ([export(1, "S", DAY, "1")], [agreement("C", PRINCIPAL, covers=[(1,)])]),
    "chain_broken": ([export(1, "P", DAY, "1")], [agreement("C", PRINCIPAL, behind="none", covers=[(1,)])]),
    "chain_loops": (
        [export(1, "P", DAY, "1")],
        [
            agreement("C", PRINCIPAL, covers=[(1,)]),
            agreement("D", STRANGER, agent=PRINCIPAL, covers=[(1,)]),
            agreement("E", PRINCIPAL, agent=STRANGER, covers=[(1,)]),
        ],
    ),
    "consignor_disagrees": (
        [export(1, "E", DAY, "1")],
        [
            agreement("C", PRINCIPAL, consignor=EXPORTER, covers=[(1,)]),
            agreement("D", STRANGER, agent=PRINCIPAL, covers=[(1,)]),
        ],
    ),
    "several_agreements": (
        [export(1, "E", DAY, "1")],
        [agreement("C", PRINCIPAL, covers=[(1,)]), agreement("D", STRANGER, covers=[(1,)])],
    ),
    "principal_is_agent": ([export(1, "P", DAY, "1")], [F_P, agreement("D", STRANGER, agent=PRINCIPAL)]),
    "consignor_without_id": ([export(1, "A", DAY, "1")], [agreement("C", LOST, covers=[(1,)])]),
    "consignor_abroad": ([export(1, "A", DAY, "1")], [agreement("C", ABROAD, covers=[(1,)])]),
    "consignor_without_name": ([export(1, "P", DAY, "1", owner=CODE_ONLY)], []),
    "check_digit": ([export(1, "A", DAY, "1")], [agreement("C", UNFIT, covers=[(1,)])]),
    "name_differs": (
        [export(1, "P", DAY, "1"), export(2, "P", DAY, "1", owner={**PRINCIPAL, "name": "上海远东钢铁厂"})],
        [],
    ),
    "agreement_unused": ([export(1, "A", DAY, "1")], [F_P]),
    "declaration_missing": ([export(1, "A", DAY, "1")], [agreement("C", PRINCIPAL, covers=[(7,)])]),
    "item_missing": ([export(1, "P", DAY, "1")], [agreement("C", PRINCIPAL, covers=[(1, 1, 9)])]),
    "two_versions": ([export(1, "P", DAY, "1"), export(1, "P", DAY, "2")], [F_P]),
    "agreement_twice": ([export(1, "P", DAY, "1")], [F_P, agreement("F-P", STRANGER)]),
    "withdrawn": ([export(1, "P", DAY, "1"), change("CX000001", "withdrawal", 1, DAY)], [F_P]),
    "amended": (
        [export(1, "P", DAY, "1"), change("XG000001", "amendment", 1, DAY, items=[item()], becomes=[item()])],
        [F_P],
    ),
    "earlier_changed": (
        [export(1, "P", "2025-12-31", "1"), change("CX000001", "withdrawal", 1, DAY)],
        [F_P],
    ),
    "change_without_export": ([export(1, "P", DAY, "1"), change("CX000001", "withdrawal", 8, DAY)], [F_P]),
}
ELSEWHERE = {
    "row_missing", "row_extra", "row_twice", "amount_differs", "reported_name", "total_differs", "head_differs",
    "reported_before", "unreadable",
}  # fmt: skip
"""Tested with reports that are checked (test_year) and on the command line."""
SOUND = report(export(1, "P", DAY, "1"), agreements=[F_P])


@pytest.mark.parametrize("code", FOUND)
def test_a_finding_speaks_where_it_must(code: str) -> None:
    papers, agreements = FOUND[code]
    told = report(*papers, agreements=agreements)
    assert code in named(told)
    assert code not in named(SOUND)
    about = [one for one in told.findings if one.code == f"agency_report.{code}"]
    for one in about:
        for text in (*one.message, *one.remedy):
            assert "{" not in text
            assert not re.search(r"\(\s*\)|  ", text), text


def test_a_sound_quarter_has_no_finding() -> None:
    assert SOUND.findings == []
    assert len(SOUND.rows) == 1


def test_every_code_is_tested() -> None:
    assert {f"agency_report.{name}" for name in FOUND.keys() | ELSEWHERE} == set(CHECKS)


@pytest.mark.parametrize("code", CHECKS)
def test_a_finding_speaks_both_languages_and_is_documented(code: str) -> None:
    check = CHECKS[code]
    for text in (check.message, check.remedy):
        assert _CHINESE.search(text.zh)
        assert not _CHINESE.search(text.en)
    slots = [
        {re.sub("_(zh|en)$", "", one) for one in re.findall(r"\{(\w+)\}", text)} for text in check.message
    ]
    assert slots[0] == slots[1]
    for page in ("agency-report.md", "agency-report.zh.md"):
        assert f"| `{code.removeprefix('agency_report.')}` | {check.severity.value} |" in (
            ROOT / "docs" / page
        ).read_text("utf-8")


@pytest.mark.parametrize("code", FOUND)
def test_each_agency_declaration_is_in_the_form_once_or_in_a_finding(code: str) -> None:
    papers, agreements = FOUND[code]
    told = report(*papers, agreements=agreements)
    keys = [(row.declaration, row.consignor.identifier or row.consignor.shown) for row in told.rows]
    assert len(keys) == len(set(keys))
    numbers = {one.number for _, one in papers if one.act == "export" and one.declared_on.year == 2026}
    assert numbers <= {number for number, _ in keys} | {one.about for one in told.findings} | (
        {"530120260000000001"} if told.own else set()
    )


def test_a_row_that_cannot_be_valued_is_marked_and_not_counted() -> None:
    told = report(export(1, "P", DAY, "1", currency="EUR"), export(2, "P", DAY, "3"), agreements=[F_P])
    assert [(row.amount is None, row.codes) for row in told.rows] == [
        (True, ("agency_report.no_rate",)),
        (False, ()),
    ]
    assert str(told.total) == "21.00"
    assert told.is_blocked


def test_a_customs_code_alone_finds_its_uscc_in_the_agreement() -> None:
    told = report(export(1, "P", DAY, "1", owner=CODE_ONLY), agreements=[F_P])
    assert [row.consignor.identifier for row in told.rows] == [PRINCIPAL["uscc"]]
    assert told.findings == []


def test_a_declaration_of_another_trader_is_not_the_agents() -> None:
    told = report(export(1, "P", DAY, "1", trader=STRANGER), agreements=[F_P])
    assert (told.rows, told.declarations) == ([], 0)


def test_an_agreement_between_one_firm_is_refused() -> None:
    with pytest.raises(ValueError, match="two firms"):
        agreement("C", AGENT)
