"""Procedures as data are whole, and their steps stand where what is known puts them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hefu.documents.canonical import as_json
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.deadlines import words
from hefu.procedures.dossier.papers import Held, Kind, Paper
from hefu.procedures.steps.conditions import DONE, NEEDED, WARNINGS
from hefu.procedures.steps.known import Known, known
from hefu.procedures.steps.page import page
from hefu.procedures.steps.walk import ROLES, Procedure, Standing, Walk, steps_of, walk
from hefu.protocol.records import Side
from hefu.rules.policy import Policy
from tests import builders

EXPORT = builders.EXPORT
DAY = date(2026, 4, 10)
PRINCIPAL = {"uscc": "911101066976941872", "name": "乙"}
Answers = dict[tuple[Side, str], tuple[int, dict[str, Any]]]


def lodged(state: str = "released", **changes: Any) -> Answers:
    document = as_json(builders.declaration("export", number=EXPORT, **changes))
    told = {"number": EXPORT, "act": "export", "state": state, "findings": [], "document": document}
    return {(Side.CUSTOMS, f"/v1/declarations/{EXPORT}"): (200, told)}


def item(**changes: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(("claimed", "refunded", "reversed", "repaid"), "0")
    lists: dict[str, Any] = {
        name: [] for name in ("certificates", "claims", "agency_certificates", "obligations")
    }
    return {**numbers, **lists, **changes}


def ledger(**changes: Any) -> Answers:
    return {(Side.TAX, f"/v1/ledger/{EXPORT}"): (200, {"amendments": [], "items": [item(**changes)]})}


def case(procedure: str, answers: Answers, *papers: Paper, day: date = DAY, firm: str = "") -> Known | None:
    return known(
        procedure,
        EXPORT,
        [Held(one, "papers.json") for one in papers],
        lambda side, path: answers.get((side, path), (404, {})),
        today=day,
        policy=Policy(),
        enterprise=Firm(uscc=firm) if firm else None,
    )


def walked(procedure: str, answers: Answers, *papers: Paper, **more: Any) -> Walk:
    found = case(procedure, answers, *papers, **more)
    assert found is not None
    return walk(Procedure(procedure), found)


def standings(told: Walk) -> dict[str, str]:
    return {one.step.id: one.standing.value for one in told.steps}


@pytest.mark.parametrize("procedure", Procedure)
def test_a_procedure_is_whole(procedure: Procedure) -> None:
    steps = steps_of(procedure)
    seen: set[str] = set()
    for one in steps:
        assert set(one.after) <= seen, f"{one.id} comes after what is not there"
        seen.add(one.id)
        assert one.needed in NEEDED
        assert one.done in DONE
        assert {*one.warn, *one.heed} <= WARNINGS.keys()
        assert one.who in {*ROLES, "trader"}
        assert not one.due or one.due in words()
        for text in (one.title, one.do, one.source):
            assert text.zh
            assert text.en
            assert not re.search(r"[\u4e00-\u9fff]", text.en), one.id
        assert bool(one.paper.zh) == bool(one.paper.en)
        assert one.command.startswith("hefu ") or not one.command
    assert len(seen) == len(steps)


def test_every_condition_is_used() -> None:
    steps = [one for procedure in Procedure for one in steps_of(procedure)]
    assert {one.needed for one in steps} == NEEDED.keys()
    assert {one.done for one in steps} == DONE.keys()
    assert {name for one in steps for name in (*one.warn, *one.heed)} == WARNINGS.keys()


def test_nothing_answers_to_a_number_that_nobody_knows() -> None:
    assert case("return", {}) is None


def test_without_a_number_and_papers_there_is_no_shipment() -> None:
    def never(*_: object) -> Any:
        raise AssertionError("nothing is asked")

    assert known("return", "", (), never, today=DAY, policy=Policy()) is None


def test_a_second_return_is_not_done_by_the_declaration_of_the_first() -> None:
    export = as_json(builders.declaration("export", number=EXPORT))
    facts = case("return", lodged())
    assert facts is not None
    gone = {"number": "530120261000000001", "state": "released", "certificates": ["TY1"], "document": export}
    used = {"number": "TY1", "state": "issued", "usage": "used", "document": {}}
    waits = {"number": "TY2", "state": "issued", "usage": "", "document": {}}
    assert replace(facts, acts=(gone,), certificates=(used,)).act == gone
    assert replace(facts, acts=(gone,), certificates=(used, waits)).act is None
    next_one = {**gone, "number": "530120261000000002", "certificates": ["TY2"]}
    assert replace(facts, acts=(gone, next_one), certificates=(used, waits)).act == next_one


def test_what_is_assumed_is_said_once() -> None:
    """The mark says it: a ground does not say it again."""
    for one in [one for procedure in Procedure for one in steps_of(procedure) if one.assumption]:
        assert "assumption" not in one.source.en
        assert "推定" not in one.source.zh


def test_papers_in_a_folder_show_that_they_are_gathered() -> None:
    kinds = (Kind.RETURN_AGREEMENT, Kind.QUALITY_REPORT, Kind.EXPLANATION)
    papers = [Paper(kind=one, number=f"N-{one.value}", declarations=(EXPORT,)) for one in kinds]
    part = standings(walked("return", {**lodged(), **ledger()}, *papers[:2]))
    assert (part["papers"], part["apply"]) == ("now", "later")
    whole = walked("return", {**lodged(), **ledger()}, *papers)
    assert standings(whole)["apply"] == "now"
    assert "N-quality_report" in whole.steps[0].evidence


def test_a_refund_is_settled_when_it_has_gone_back() -> None:
    for told, wanted in (
        (ledger(refunded="40"), "now"),
        (ledger(claimed="40"), "now"),
        (ledger(refunded="30", reversed="10"), "done"),
        (ledger(), "done"),
    ):
        assert standings(walked("return", {**lodged(), **told}))["refund"] == wanted


def test_a_node_that_does_not_answer_leaves_its_steps_unknown() -> None:
    told = walked("return", {**lodged(), (Side.TAX, f"/v1/ledger/{EXPORT}"): (0, {})})
    assert set(standings(told).values()) == {"unknown", "later"}
    assert told.steps[1].notes[0].en == "the tax node: does not answer"


def test_a_late_return_is_told() -> None:
    late = walked("return", {**lodged(), **ledger()}, day=date(2028, 1, 1))
    assert (late.steps[0].standing, late.steps[0].late) == (Standing.NOW, True)
    assert "ended on 2027-02-01" in late.steps[0].notes[0].en
    assert not walked("return", {**lodged(), **ledger()}).steps[0].late


def test_an_agency_export_waits_for_the_other_firm() -> None:
    answers = {**lodged(owner=PRINCIPAL, certificates=[]), **ledger()}
    agent = walked("agency-export", answers)
    assert standings(agent)["principal"] == "waiting", "told to the agent"
    principal = walked("agency-export", answers, firm=PRINCIPAL["uscc"])
    assert standings(principal)["principal"] == "now"
    told = walked("agency-export", {**answers, **ledger(agency_certificates=[{"agency": "DL1"}])})
    by_id = {one.step.id: one for one in told.steps}
    assert by_id["agency_certificate"].evidence == "DL1"
    assert (by_id["report"].standing, by_id["report"].command) == (
        Standing.NOW, "hefu agency-report --quarter 2026Q1 FOLDER -o report.xlsx",
    )  # fmt: skip


def test_a_page_escapes_what_it_tells_in_both_languages() -> None:
    numbers = Paper(kind=Kind.RETURN_AGREEMENT, number="<b>&", declarations=(EXPORT,))
    more = [
        Paper(kind=one, number="2", declarations=(EXPORT,)) for one in (Kind.QUALITY_REPORT, Kind.EXPLANATION)
    ]
    told = walked("return", {**lodged(), **ledger()}, numbers, *more)
    english, chinese = (page(told, DAY, language).decode() for language in ("en", "zh"))
    assert "&lt;B&gt;&amp;" in english.replace("&lt;b", "&lt;B").replace("b&gt;", "B&gt;")
    assert "<b>" not in english
    assert 'lang="zh-CN"' in chinese
    assert "退运" in chinese
