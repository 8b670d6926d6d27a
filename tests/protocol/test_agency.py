"""The agency chain: the agent's certificate stands on the principal's, and only its own is used."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.protocol.records import IssueState, Side
from hefu.rules.case import UseState
from tests.builders import AGENT, PRINCIPAL, STRANGER, certificate, declaration, invoice_line, item, line
from tests.protocol.authorities import NUMBER, RETURN, Authorities, refused

BEHIND = "WT0001"
DRAWN_ON = f"certificate:{BEHIND}:1"


def principals(purpose: str = "return", **changes: Any) -> Certificate:
    return certificate(purpose, **{"number": BEHIND, "holder": PRINCIPAL, "agent": AGENT, **changes})


def agents(purpose: str = "return", **changes: Any) -> Certificate:
    return certificate(purpose, **{"holder": AGENT, "principal_certificate": BEHIND, **changes})


def agents_return(**changes: Any) -> Declaration:
    return declaration(**{"trader": AGENT, "owner": PRINCIPAL, **changes})


def chain(both: Authorities, **changes: Any) -> None:
    both.ready(principals())
    both.ready(agents(**changes))


def test_the_agents_certificate_draws_on_the_principals_not_on_the_goods_again(both: Authorities) -> None:
    chain(both)
    assert both.account(Side.TAX) == ("100", "100", "stated")
    assert both.account(Side.TAX, DRAWN_ON) == ("100", "100", "stated")


@pytest.mark.parametrize("purpose", ["export", "return", "amendment", "withdrawal"])
def test_a_chain_is_issued_for_every_purpose(both: Authorities, purpose: str) -> None:
    both.ready(principals(purpose))
    assert both.issue(agents(purpose)).status == "issued"


def test_before_export_each_firm_has_its_own_invoice(both: Authorities) -> None:
    both.ready(principals("export"))
    assert both.issue(agents("export", lines=[invoice_line(invoice="AGENT-1")])).status == "issued"


@pytest.mark.parametrize(
    ("code", "issued"),
    [("6109100000", True), ("61091000", True), ("6109900000", False), ("8517130000", False)],
)
def test_before_export_the_commodity_code_tells_the_goods(both: Authorities, code: str, issued: bool) -> None:
    both.ready(principals("export"))
    told = both.issue(agents("export", lines=[invoice_line(invoice="AGENT-1", hs_code=code)]))
    if issued:
        assert told.status == "issued"
    else:
        problem = refused(told, "certificate.principal_unfit", "tax")
        assert "line 1 names other goods" in problem.message.en


UNFIT: dict[str, tuple[dict[str, Any] | None, dict[str, Any], str]] = {
    "not there": (None, {}, "no such certificate"),
    "names no agent": ({"agent": None}, {}, "agent is not the holder"),
    "names another agent": ({"agent": STRANGER}, {}, "agent is not the holder"),
    "other purpose": ({"purpose": "amendment"}, {}, "purpose differs"),
    "other item": ({}, {"lines": [line(item=2)]}, "line 1 names other goods"),
    "other line": ({}, {"lines": [line(line=2)]}, "line 2 names other goods"),
}


@pytest.mark.parametrize("why", UNFIT)
def test_an_agents_certificate_without_a_fit_principals_is_refused_saying_why(
    both: Authorities, why: str
) -> None:
    behind, own, told = UNFIT[why]
    if behind is not None:
        both.ready(principals(**behind))
    before = both.everything()
    problem = refused(both.issue(agents(**own)), "certificate.principal_unfit", "tax")
    assert told in problem.message.en
    assert problem.details["principal"] == BEHIND
    assert both.everything() == before


@pytest.mark.parametrize("granted", [False, True])
def test_a_principals_certificate_that_is_being_voided_stands_behind_nothing(
    both: Authorities, *, granted: bool
) -> None:
    both.ready(principals())
    both.void(BEHIND)
    if granted:
        both.settle()
    problem = refused(both.issue(agents()), "certificate.principal_unfit", "tax")
    assert ("voided" if granted else "void_requested") in problem.message.en


def test_agents_certificates_never_draw_more_than_the_principals_covers(both: Authorities) -> None:
    chain(both, lines=[line(quantity="60")])
    told = both.issue(agents(number="A2", lines=[line(quantity="41")]))
    assert refused(told, "goods.already_covered", "tax").details["goods"] == DRAWN_ON
    assert both.issue(agents(number="A2", lines=[line(quantity="40")])).status == "issued"


@pytest.mark.parametrize("command", ["void", "reissue"])
def test_a_principals_certificate_that_is_drawn_on_is_not_voided_or_reissued(
    both: Authorities, command: str
) -> None:
    chain(both)
    before = both.everything()
    told = both.void(BEHIND) if command == "void" else both.reissue(principals(number="WT0002"), BEHIND)
    assert refused(told, "certificate.drawn_by_agent", "tax").details["by"] == NUMBER
    assert both.everything() == before


def test_once_the_agents_certificate_is_voided_the_principals_may_be(both: Authorities) -> None:
    chain(both)
    both.void()
    both.settle()
    assert both.account(Side.TAX, DRAWN_ON) == ("100", "0", "stated")
    assert both.void(BEHIND).status == "void_requested"
    both.settle()
    assert both.at_tax(BEHIND)[0] is IssueState.VOIDED
    assert both.account(Side.TAX) == ("100", "0", "stated")


def test_a_reissued_principals_certificate_can_be_drawn_on(both: Authorities) -> None:
    both.ready(principals())
    both.reissue(principals(number="WT0002"), BEHIND)
    both.settle()
    assert both.issue(agents(principal_certificate="WT0002")).status == "issued"
    assert both.account(Side.TAX, "certificate:WT0002:1") == ("100", "100", "stated")


def test_a_reissued_agents_certificate_draws_no_more_than_the_old(both: Authorities) -> None:
    chain(both, lines=[line(quantity="60")])
    wider = both.reissue(agents(number="A2", lines=[line(quantity="61")]))
    refused(wider, "certificate.reissue_covers_more", "tax")
    assert both.reissue(agents(number="A2", lines=[line(quantity="50")])).status == "reissue_requested"
    both.settle()
    assert both.account(Side.TAX, DRAWN_ON) == ("100", "50", "stated")


def test_the_declaration_uses_the_agents_certificate_and_not_the_principals(both: Authorities) -> None:
    chain(both)
    assert both.lodge(agents_return()).status == "reserved"
    assert both.release().status == "released"
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, RETURN)
    assert both.at_tax(BEHIND)[1:] == (UseState.AVAILABLE, None)


def test_the_principals_certificate_is_not_used_at_customs_itself(both: Authorities) -> None:
    chain(both)
    named = declaration(trader=PRINCIPAL, owner=PRINCIPAL, certificates=[{"number": BEHIND}])
    assert both.lodge(named).status == "held"
    assert "certificate.for_agent" in both.findings()


def test_a_return_that_names_none_finds_the_agents_certificate_not_the_principals(both: Authorities) -> None:
    chain(both)
    assert both.lodge(agents_return(certificates=None)).status == "reserved"
    assert both.lodged().certificates == (NUMBER,)


def test_held_for_the_principals_certificate_is_reserved_when_that_arrives(both: Authorities) -> None:
    both.issue(principals())
    both.issue(agents())
    first, second = both.open(Side.TAX)
    both.deliver(second, Side.CUSTOMS)
    assert both.lodge(agents_return()).status == "held"
    assert both.findings() == ["principal.unknown"]
    both.deliver(first, Side.CUSTOMS)
    assert both.state().value == "reserved"


def test_what_the_agent_did_not_use_can_be_drawn_again_from_the_principals(both: Authorities) -> None:
    chain(both)
    both.lodge(agents_return(items=[item(first={"quantity": "70", "unit": "011"})]))
    both.release()
    both.settle()
    assert both.account(Side.TAX, DRAWN_ON) == ("100", "70", "stated")
    assert both.issue(agents(number="A2", lines=[line(quantity="30")])).status == "issued"


def test_a_principals_certificate_that_was_drawn_on_and_used_stays_out_of_reach(both: Authorities) -> None:
    chain(both)
    both.lodge(agents_return())
    both.release()
    both.settle()
    refused(both.void(BEHIND), "certificate.drawn_by_agent", "tax")
