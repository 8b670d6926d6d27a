"""Applying for a certificate step by step, without a browser: what is filled in, kept, said, filed."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

import httpx2
import pytest

from hefu.console.draft import TAX, Draft
from hefu.documents.certificate import RefundState
from hefu.documents.fields import SHANGHAI
from hefu.protocol.records import Side
from tests.builders import AGENT, TAX_OFFICE
from tests.console.conftest import Sit
from tests.console.desk import Desk, fields_of, key_of, lodged
from tests.nodes import Nodes

_NUMBERS = count(850_000)
_FORM = "/console/apply"


def exported(nodes: Nodes) -> str:
    """An export that has been released; tax knows its goods."""
    _, number = lodged(nodes, next(_NUMBERS), declared_on=datetime.now(SHANGHAI).date().isoformat())
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{number}/release")[0] == 200
    nodes.settled()
    return number


def step(desk: Desk, page: httpx2.Response, to: str, **changed: str) -> httpx2.Response:
    """Press a button of the step that is shown, with these fields filled in; an empty choice is one taken back."""
    sent = {
        name: value
        for name, value in {**fields_of(page, _FORM), **changed}.items()
        if value or "take" not in name
    }
    return desk.send("/apply", **{**sent, "to": to})


def test_every_refund_state_has_its_questions() -> None:
    assert set(TAX) == {one.value for one in RefundState}


def test_a_draft_keeps_what_was_filled_in_for_another_refund_state() -> None:
    form = {
        "refund_state": "paid_back",
        "l0.take": "yes",
        "l0.quantity": "5",
        "l0.repaid_vat": "7",
        "l0.odd": "x",
    }
    draft = Draft.of(form)
    assert draft.paper({})["lines"] == [{"line": 1, "quantity": "5", "tax": {"repaid_vat": "7"}}]
    draft.heads["refund_state"] = "not_claimed"
    assert draft.paper({})["lines"] == [{"line": 1, "quantity": "5"}]
    again = Draft.of(dict(draft.fields()))
    assert again.lines == [{"take": "yes", "quantity": "5", "repaid_vat": "7"}]


@pytest.mark.processes
def test_an_application_goes_from_step_to_step_and_back_without_losing_anything(
    nodes: Nodes, sit: Sit
) -> None:
    number, desk = exported(nodes), sit(Side.TAX, "exporter")
    first = desk.see("/apply")
    assert number in first.text  # offered to choose from
    named = f"{number}001"  # as the tax side writes it, with the item
    goods = step(desk, first, "goods", declarations=named, tax_office=TAX_OFFICE)
    filled = fields_of(goods, _FORM)
    assert filled["l0.declaration"] == number
    assert filled["l0.quantity"] == "100"
    taxes = step(desk, goods, "taxes", **{"l0.quantity": "40"})
    back = step(desk, taxes, "goods", reason="质量原因退回")
    assert fields_of(back, _FORM)["l0.quantity"] == "40"
    first = step(desk, back, "purpose")
    assert number in first.text
    assert fields_of(first, _FORM)["reason"] == "质量原因退回"
    check = step(desk, step(desk, step(desk, first, "goods"), "taxes"), "check")
    assert "finds nothing against it" in check.text
    sent = {**fields_of(check, _FORM), "to": "file"}
    for _ in range(2):  # a form sent twice
        filed = desk.send("/apply", **sent)
        assert filed.url.path == f"/console/applications/{sent['serial']}"
        assert "Filed" in filed.text
    assert "What next: your tax office decides" in filed.text
    seen = sit(Side.TAX, "tax").see(f"/applications/{sent['serial']}")
    assert "质量原因退回" in seen.text, "who decides reads why it was applied for"
    assert "What next" not in seen.text
    told = nodes.ask(Side.TAX, "exporter", "GET", f"/v1/applications/{sent['serial']}")[1]
    assert told["document"]["lines"][0]["quantity"] == "40"
    assert told["document"]["applicant"]["customs_code"] == "1100660001"


@pytest.mark.processes
def test_what_speaks_against_it_is_said_in_words_before_it_is_filed(nodes: Nodes, sit: Sit) -> None:
    number, desk = exported(nodes), sit(Side.TAX, "exporter", "zh")
    first = desk.see("/apply")
    goods = step(desk, first, "goods", declarations=number, tax_office=TAX_OFFICE)
    check = step(desk, step(desk, goods, "taxes", **{"l0.quantity": "40"}), "check")
    assert "application.reason_missing" in check.text
    assert "现在不能提交" in check.text
    assert 'value="file"' not in check.text


_AT: Any = {"purpose": 'id="tax_office"', "goods": 'name="l0.quantity"', "taxes": 'id="reason"'}
"""What each step shows, and no other."""


@pytest.mark.processes
@pytest.mark.parametrize("office", ["", "nowhere"])
def test_a_missing_tax_office_is_said_at_the_step_that_asks_for_it(
    nodes: Nodes, sit: Sit, office: str
) -> None:
    number, desk = exported(nodes), sit(Side.TAX, "exporter", "zh")
    told = step(desk, desk.see("/apply"), "goods", declarations=number, tax_office=office)
    assert "税务机关: " in told.text  # as the form names it
    assert _AT["purpose"] in told.text
    assert number in told.text
    skipped = step(desk, told, "check", tax_office=office)
    assert _AT["purpose"] in skipped.text
    assert _AT["goods"] in step(desk, told, "goods", tax_office=TAX_OFFICE).text


@pytest.mark.processes
@pytest.mark.parametrize(
    ("changed", "said"), [({"l0.take": ""}, "至少一行"), ({"l0.quantity": "many"}, "行 1 · 数量: ")]
)
def test_goods_that_are_missing_or_wrong_are_said_beside_the_goods(
    nodes: Nodes, sit: Sit, changed: dict[str, str], said: str
) -> None:
    number, desk = exported(nodes), sit(Side.TAX, "exporter", "zh")
    goods = step(desk, desk.see("/apply"), "goods", declarations=number, tax_office=TAX_OFFICE)
    told = step(desk, goods, "taxes", **changed)
    assert said in told.text
    assert _AT["goods"] in told.text
    assert _AT["purpose"] in step(desk, told, "purpose").text, "the way back is free"


@pytest.mark.processes
def test_the_tax_office_is_that_of_the_last_application(nodes: Nodes, sit: Sit) -> None:
    number, desk = exported(nodes), sit(Side.TAX, "exporter")
    goods = step(desk, desk.see("/apply"), "goods", declarations=number, tax_office="14401010000")
    taxes = step(desk, goods, "taxes")
    step(desk, step(desk, taxes, "check", reason="quality"), "file")
    assert fields_of(desk.see("/apply"), _FORM)["tax_office"] == "14401010000"
    assert fields_of(sit(Side.TAX, "agent").see("/apply"), _FORM)["tax_office"] != "14401010000"


@pytest.mark.processes
def test_a_return_without_its_export_is_asked_for(sit: Sit) -> None:
    desk = sit(Side.TAX, "exporter")
    goods = step(desk, desk.see("/apply"), "goods", declarations="", tax_office=TAX_OFFICE)
    assert "No export declaration is named" in goods.text


@pytest.mark.processes
def test_goods_that_tax_does_not_know_are_typed(nodes: Nodes, sit: Sit) -> None:
    desk = sit(Side.TAX, "exporter")
    goods = step(desk, desk.see("/apply"), "goods", declarations="530120260000099999", tax_office=TAX_OFFICE)
    assert "What to do" in goods.text
    assert fields_of(goods, _FORM)["l0.declaration"] == "530120260000099999"
    more = step(desk, goods, "more", **{"l0.item": "1"})
    assert 'name="l1.declaration"' in more.text
    assert fields_of(more, _FORM)["l0.item"] == "1"
    before = step(desk, desk.see("/apply"), "goods", purpose="export", declarations="", tax_office=TAX_OFFICE)
    assert 'name="l0.invoice"' in before.text


@pytest.mark.processes
def test_an_agent_applies_by_its_principals_certificate(nodes: Nodes, sit: Sit) -> None:
    number, principal, agent = exported(nodes), sit(Side.TAX, "exporter"), sit(Side.TAX, "agent")
    more: dict[str, Any] = {"reason": "质量原因退回"}
    named = {"declarations": number, "agent_uscc": AGENT["uscc"], "tax_office": TAX_OFFICE}
    first = step(principal, principal.see("/apply"), "goods", **named)
    check = step(principal, step(principal, step(principal, first, "taxes"), "check", **more), "file")
    serial = check.url.path.rsplit("/", 1)[1]
    tax = sit(Side.TAX, "tax")
    key = key_of(tax.see(f"/applications/{serial}"), "approve")
    tax.send(f"/applications/{serial}/approve", numbers="", key=key)
    issued = nodes.ask(Side.TAX, "tax", "GET", f"/v1/applications/{serial}")[1]["certificates"][0]
    assert "Name its number in your declaration" in principal.see(f"/applications/{serial}").text
    named = {"principal_certificate": issued, "declarations": "", "tax_office": TAX_OFFICE}
    goods = step(agent, agent.see("/apply"), "goods", **named)
    assert fields_of(goods, _FORM)["l0.declaration"] == number
    filed = step(agent, step(agent, step(agent, goods, "taxes"), "check", **more), "file")
    assert "Filed" in filed.text, filed.text


@pytest.mark.processes
def test_a_rejected_application_leads_to_the_next(nodes: Nodes, sit: Sit) -> None:
    number, desk = exported(nodes), sit(Side.TAX, "exporter")
    goods = step(desk, desk.see("/apply"), "goods", declarations=number, tax_office=TAX_OFFICE)
    check = step(desk, step(desk, goods, "taxes"), "check", reason="quality")
    serial = step(desk, check, "file").url.path.rsplit("/", 1)[1]
    tax = sit(Side.TAX, "tax")
    tax.send(
        f"/applications/{serial}/reject",
        reason="写错了",
        key=key_of(tax.see(f"/applications/{serial}"), "reject"),
    )
    page = desk.see(f"/applications/{serial}").text
    assert "<strong>Rejected:</strong> 写错了" in page
    assert f"/console/apply?declaration={number}&amp;purpose=return" in page
    assert serial in desk.see("/due").text, "and it is among what is due"


def test_the_queue_comes_in_pages(nodes: Nodes, sit: Sit) -> None:
    listed = nodes.ask(Side.TAX, "tax", "GET", "/v1/applications?state=approved")[1]
    (first,) = nodes.ask(Side.TAX, "tax", "GET", "/v1/applications?state=approved&limit=1")[1]["applications"]
    assert listed["applications"][0] == first
    page = sit(Side.TAX, "tax").see(f"/applications?state=approved&after={first['number']}").text
    assert (first["number"] in page, "First page" in page) == (False, True)
    assert all(one["number"] in page for one in listed["applications"][1:])
