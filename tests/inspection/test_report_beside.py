"""Papers side by side: the cells of each field, which line stands beside which item, and where findings are marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hefu.documents.canonical import as_json
from hefu.errors import Text
from hefu.inspection.findings.result import Detail
from hefu.inspection.report import beside as module
from hefu.inspection.report.beside import beside, edit
from hefu.inspection.report.rows import GOODS, HEAD
from hefu.inspection.report.taken import taken
from hefu.rules.case import Case
from hefu.rules.change import smallest_changes
from hefu.rules.compare import compare
from hefu.rules.edits import Edit
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.builders import item, line
from tests.inspection.reported import pair_of
from tests.rules.pairs import DEFAULT, pair
from tests.rules.test_change import EXAMPLES


def shown(case: Case, policy: Policy = DEFAULT) -> dict[str, Any]:
    """What the page shows of a case, its findings numbered from 0."""
    (comparison,) = compare([case], policy, CURRENT)
    findings = [{**one.as_json(), "id": at} for at, one in enumerate(comparison.findings)]
    detail = Detail(
        as_json(case.declaration),
        tuple(as_json(one.document) for one in case.certificates if one.document),
        None if case.original is None else as_json(case.original),
        tuple(tuple(one.as_json()) for one in smallest_changes(case, policy, CURRENT)),
    )
    return beside(detail, findings)


def row(told: dict[str, Any], kind: str, field: str, number: int | None = None) -> dict[str, Any]:
    for section in told["sections"]:
        if section["kind"] == kind and number in {None, section.get("item"), section.get("line")}:
            return next(one for one in section["rows"] if one["field"] == field)
    raise AssertionError(f"no section {kind} {number}")


def test_the_columns_are_declaration_certificate_and_original() -> None:
    told = shown(pair("return"))
    assert (told["number"], told["certificates"], told["export"]) == (
        "530120261000000001", ["BSWT0001"], "530120260000000001",
    )  # fmt: skip
    assert row(told, "head", "number")["cells"] == ["530120261000000001", "BSWT0001", "530120260000000001"]
    assert row(told, "head", "act")["cells"] == [["退运", "return"], ["退运", "return"], ["出口", "export"]]
    assert row(told, "item", "quantity")["cells"] == [["100 件 (011)", "100 articles (011)"]] * 3
    assert row(told, "item", "source_item")["cells"] == ["", "530120260000000001 · 1", ""]


def test_fields_that_no_paper_states_are_left_out() -> None:
    told = shown(pair("export"))
    assert not told["original"]
    fields = {one["field"] for section in told["sections"] for one in section["rows"]}
    assert not fields & {"related", "remark", "freight", "repaid", "exported_date"}
    assert all(any(one["cells"]) for section in told["sections"] for one in section["rows"])


def test_what_differs_is_marked_at_its_item_alone() -> None:
    told = shown(pair_of("quantity", 3))
    marked = row(told, "item", "quantity", 2)
    assert marked["marks"]
    assert marked["cells"][:2] == [
        ["550 件 (011)", "550 articles (011)"],
        ["500 件 (011)", "500 articles (011)"],
    ]
    assert row(told, "item", "quantity", 1)["marks"] == []


def test_what_the_rules_accept_is_shown_as_unlike_and_not_marked() -> None:
    case = pair("return", decl={"items": [item(hs_code="61091000")]})
    told = row(shown(case), "item", "hs_code")
    assert (told["unlike"], told["marks"]) == (True, [])
    assert not row(shown(pair("return")), "item", "hs_code")["unlike"]


def test_lines_that_no_item_draws_on_stand_apart() -> None:
    other = line(line=2, item=2, hs_code="8517130000", unit="台", goods_name="智能手机")
    told = shown(pair("return", cert={"lines": [line(), other]}))
    assert row(told, "line", "item", 2)["cells"] == ["", "2", ""]
    assert [one["kind"] for one in told["sections"]] == ["head", "item", "line"]


def test_of_many_items_those_with_findings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ITEMS", 2)
    items = [item(item=number) for number in range(1, 7)]
    lines = [line(line=number, item=number, quantity="100") for number in range(1, 7)]
    detail = Detail(
        as_json(pair("return", decl={"items": items}).declaration),
        (as_json(next(iter(pair("return", cert={"lines": lines}).certificates)).document),),  # type: ignore[arg-type]
    )
    found = {"id": 9, "item": 5, "line": None, "certificate": "", "field": "quantity"}
    told = beside(detail, [found])
    assert [one["item"] for one in told["sections"] if one["kind"] == "item"] == [1, 5]
    assert row(told, "item", "quantity", 5)["marks"] == [9]
    assert told["more"] == 4


@pytest.mark.parametrize("broken", EXAMPLES, ids=str)
def test_every_finding_of_the_rules_has_its_place(broken: Any) -> None:
    told = shown(broken.case, broken.policy)
    places = [
        (section["kind"], section.get("item"), one["field"])
        for section in told["sections"]
        for one in section["rows"]
        if one["marks"]
    ]
    assert [mark for section in told["sections"] for one in section["rows"] for mark in one["marks"]] == [0]
    ((kind, number, field),) = places
    if broken.item is not None and kind != "head":
        assert number == broken.item
    named = next(one for one in (*HEAD, *GOODS) if one.name == field)
    assert broken.field in named.fields or field == "number"


def test_a_field_that_should_be_stated_is_shown_empty() -> None:
    told = row(shown(pair_of("missing", 7)), "head", "certificates")
    assert told["marks"]
    assert not any(told["cells"])


def test_an_edit_says_which_field_of_which_paper() -> None:
    base = Edit("declaration", "1", "items[2].first.quantity", "550", "500", Text("申报人", "declarant"))
    told = edit(base.as_json())
    assert (told["part"], told["at"], told["field"]) == ("item", 2, "first")
    assert (told["before"], told["after"], told["who"]) == ("550", "500", ["申报人", "declarant"])
    told = edit(replace(base, field="lines[1].hs_code", document="certificate").as_json())
    assert (told["part"], told["at"], told["field"]) == ("line", 1, "hs_code")
    assert edit(replace(base, field="mode", after="4561").as_json())["after"][0].startswith("4561 ")
    assert edit(replace(base, field="certificates").as_json())["field"] == "certificates"
    unit = edit(replace(base, field="lines[1].unit", after="011").as_json())
    assert unit["after"] == ["011 件", "011 articles"]


@pytest.mark.parametrize("broken", EXAMPLES, ids=str)
def test_a_document_is_taken_as_it_is(broken: Any) -> None:
    papers = [one.document for one in broken.case.certificates if one.document]
    for paper in (broken.case.declaration, broken.case.original, *papers):
        if paper is not None:
            assert taken(type(paper), as_json(paper)) == paper


def test_what_a_list_leaves_out_is_left_out_on_the_page() -> None:
    declaration = {
        "number": "530120260000000001", "act": "export",
        "items": [{"item": 1, "hs_code": "6109100000", "first": {"quantity": "100", "unit": "011"}}],
        "certificates": [{"number": "CK1"}],
    }  # fmt: skip
    certificate = {
        "number": "CK1", "purpose": "export", "tax_office": "0" * 11, "lines": [
            {"line": 1, "hs_code": "6109100000", "unit": "011", "quantity": "100", "declaration": "530120260000000001"}
        ],
    }  # fmt: skip
    told = beside(Detail(declaration, (certificate,)), [])
    fields = {one["field"] for section in told["sections"] for one in section["rows"]}
    assert not fields & {"office", "trader", "declared_on", "goods_name"}
    assert row(told, "item", "quantity")["cells"][0] == row(told, "item", "quantity")["cells"][1]
    assert row(told, "item", "source_item")["cells"] == ["", "530120260000000001", ""]
