"""A paper certificate from its entry to the day on which its record has come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.fields import scaled
from hefu.protocol.book import Book
from hefu.protocol.contingency.records import ActState, PaperState, TwoOfficerAct
from hefu.protocol.messages import CertificateUnknown
from hefu.protocol.records import Account, DeclarationState, IssueState, Lodgement, Side
from hefu.protocol.verdicts import verdict_of
from hefu.rules.case import UseState
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.builders import AGENT, PRINCIPAL, certificate, declaration, item, line
from tests.protocol.authorities import (
    FIRST,
    GOODS,
    NUMBER,
    OTHER_RETURN,
    RETURN,
    SECOND,
    Authorities,
    facing,
    refused,
)

HELD, RESERVED, RELEASED = DeclarationState.HELD, DeclarationState.RESERVED, DeclarationState.RELEASED


def _begun(both: Authorities, paper: Certificate | None = None) -> None:
    """RETURN is lodged while the link is down, and goes on its paper."""
    both.issue(certificate())
    assert both.lodge(declaration()).status == "held"
    both.on_paper(paper or certificate())


# --- begun on paper -----------------------------------------------------------------------------------


def test_a_paper_that_fits_reserves_its_number_like_a_record(both: Authorities) -> None:
    both.issue(certificate())
    assert both.lodge(declaration()).body["findings"][0]["code"] == "certificate.unknown"
    told = both.on_paper(certificate())
    assert (told.status, told.body["declaration_state"]) == ("approved", "reserved")
    assert both.state() is RESERVED
    assert both.at_customs() == (UseState.RESERVED, RETURN)
    assert both.lodged().deferred == both.ticket() == "YJ2026-0001"


def test_nobody_is_told_of_a_use_before_the_record_is_here(both: Authorities) -> None:
    """Tax could not place it: what it knows of is asked for, and told when it has come."""
    _begun(both)
    both.release()
    presented = [
        "certificate.presented"
    ] * 2  # when it was entered, and with the declaration's digest when released
    assert both.said(Side.CUSTOMS) == presented
    both.to_customs()
    assert both.said(Side.CUSTOMS) == [*presented, "certificate.used"]
    both.settle()
    assert both.at_tax() == (IssueState.ISSUED, UseState.USED, RETURN)


def test_a_paper_is_compared_like_a_record(both: Authorities) -> None:
    both.issue(certificate())
    both.lodge(declaration())
    told = both.on_paper(certificate(lines=[line(quantity="60")]))
    assert told.body["declaration_state"] == "held"
    assert both.findings() == ["quantity.exceeds_certificate"]
    assert both.at_customs() == (UseState.AVAILABLE, None)
    both.correct(declaration(items=[item(first={"quantity": "60", "unit": "011"})]))
    assert both.state() is RESERVED


def test_what_began_on_paper_ends_on_paper(both: Authorities) -> None:
    """The record comes between the comparison and the release: nothing is compared anew."""
    _begun(both)
    both.to_customs()
    assert both.state() is RESERVED
    assert both.release().status == "released"
    paper = both.paper()
    assert paper is not None
    assert paper.state is PaperState.SETTLED
    both.settle()
    assert both.at_tax() == (IssueState.ISSUED, UseState.USED, RETURN)


def test_a_return_on_paper_takes_from_the_goods_ledger(both: Authorities) -> None:
    both.exported()
    both.issue(certificate(lines=[line(quantity="60")]))
    small = [item(first={"quantity": "60", "unit": "011"})]
    both.lodge(declaration(items=small))
    both.on_paper(certificate(lines=[line(quantity="60")]))
    both.issue(certificate(number="SECOND", lines=[line(quantity="40")]))
    other = declaration(number=OTHER_RETURN, certificates=[{"number": "SECOND"}])
    assert both.lodge(other).status == "held"
    both.to_customs()
    account = both.get(Side.CUSTOMS, Account, GOODS)
    assert account is not None
    assert account.taken == scaled(Decimal(60))
    both.correct(
        declaration(
            number=OTHER_RETURN,
            certificates=[{"number": "SECOND"}],
            items=[item(first={"quantity": "40", "unit": "011"})],
        )
    )
    assert both.state(OTHER_RETURN) is RESERVED
    both.release()
    both.release(OTHER_RETURN)
    both.settle()


def test_the_principals_paper_stands_behind_the_agents(both: Authorities) -> None:
    principal = certificate(number="WT1", holder=PRINCIPAL, agent=AGENT)
    agents = certificate(holder=AGENT, principal_certificate="WT1")
    both.issue(principal)
    both.issue(agents)
    both.lodge(declaration(trader=AGENT))
    refused(both.enter(principal), "paper.not_named", "customs")
    told = both.on_paper(agents)
    assert told.body["declaration_state"] == "held"
    assert both.findings() == ["principal.unknown"]
    assert both.on_paper(principal).body["declaration_state"] == "reserved"
    both.settle()
    both.release()
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, RETURN)
    second = certificate(
        number="SECOND", holder=AGENT, principal_certificate="WT1", lines=[line(quantity="40")]
    )
    assert both.issue(second).status == "goods.already_covered"


# --- two officers -------------------------------------------------------------------------------------


def test_one_officer_binds_nothing(both: Authorities) -> None:
    both.lodge(declaration())
    act = both.enter(certificate()).body["act"]
    before = both.everything()
    refused(both.approve(act, FIRST), "act.same_officer", "customs")
    assert both.everything() == before
    assert both.state() is HELD
    assert both.said(Side.CUSTOMS) == []


def test_a_rejected_paper_binds_nothing_and_may_be_entered_anew(both: Authorities) -> None:
    both.lodge(declaration())
    act = both.enter(certificate()).body["act"]
    assert both.reject(act).status == "rejected"
    paper = both.paper()
    assert paper is not None
    assert paper.state is PaperState.CLOSED
    refused(both.approve(act), "act.decided", "customs")
    assert both.on_paper(certificate()).status == "approved"


def test_a_corrected_entry_takes_the_place_of_one_that_is_not_approved(both: Authorities) -> None:
    both.lodge(declaration())
    first = both.enter(certificate(lines=[line(quantity="60")])).body["act"]
    second = both.enter(certificate()).body["act"]
    refused(both.approve(first), "act.decided", "customs")
    assert both.approve(second).body["declaration_state"] == "reserved"


def test_the_same_entry_again_is_the_same(both: Authorities) -> None:
    both.lodge(declaration())
    both.enter(certificate())
    before = both.everything()
    assert both.enter(certificate()).status == "exists"
    assert both.everything() == before


def test_an_approved_paper_is_not_typed_again(both: Authorities) -> None:
    _begun(both, certificate(lines=[line(quantity="60")]))
    told = both.enter(certificate())
    refused(told, "exists_with_different_content", "customs")


def test_a_proposal_lapses(both: Authorities) -> None:
    both.lodge(declaration())
    act = both.enter(certificate()).body["act"]
    both.pass_days(7)
    assert refused(both.approve(act), "act.decided", "customs").value == "lapsed"


def test_there_is_no_such_act(both: Authorities) -> None:
    refused(both.approve(77), "act.not_found", "customs")
    refused(both.reject(77), "act.not_found", "customs")


# --- when paper serves --------------------------------------------------------------------------------


def test_paper_serves_where_the_declaration_names_it(both: Authorities) -> None:
    both.lodge(declaration())
    refused(both.enter(certificate(number="OTHER")), "paper.not_named", "customs")


def test_paper_serves_held_declarations_only(both: Authorities) -> None:
    both.reserved()
    told = refused(both.enter(certificate()), "paper.declaration_not_held", "customs")
    assert told.details["state"] == "reserved"


def test_paper_does_not_take_the_place_of_a_record(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})]))
    refused(both.enter(certificate()), "paper.record_is_here", "customs")


def test_paper_serves_while_the_contingency_lasts(both: Authorities) -> None:
    both.lodge(declaration())
    early = both.now - timedelta(hours=1)
    told = refused(both.enter(certificate(), at=early), "paper.outside_contingency", "customs")
    assert told.details["ticket"] == "YJ2026-0001"
    refused(
        both.enter(certificate(), at=both.now + timedelta(hours=1)), "paper.outside_contingency", "customs"
    )


def test_paper_without_a_declaration_is_refused(both: Authorities) -> None:
    refused(both.enter(certificate()), "declaration.not_found", "customs")


def test_an_entry_that_the_record_overtakes_is_void(both: Authorities) -> None:
    """It had not begun: the declaration passes by the record."""
    both.issue(certificate())
    both.lodge(declaration())
    act = both.enter(certificate()).body["act"]
    both.to_customs()
    paper = both.paper()
    assert paper is not None
    assert paper.state is PaperState.CLOSED
    assert (both.state(), both.lodged().deferred) == (RESERVED, "")
    refused(both.approve(act), "act.decided", "customs")
    found = both.get(Side.CUSTOMS, TwoOfficerAct, act)
    assert found is not None
    assert found.state is ActState.LAPSED


def test_a_declaration_that_closes_meanwhile_takes_its_entry_with_it(both: Authorities) -> None:
    both.lodge(declaration())
    act = both.enter(certificate()).body["act"]
    both.withdraw()
    refused(both.approve(act), "act.decided", "customs")
    paper = both.paper()
    assert paper is not None
    assert paper.state is PaperState.CLOSED


# --- bound ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closing", ["withdraw", "refuse", "expire"])
def test_a_paper_is_free_again_when_its_declaration_closes(both: Authorities, closing: str) -> None:
    _begun(both)
    both.pass_days(20)
    both.command(closing)
    assert both.at_customs() == (UseState.UNKNOWN, None)
    both.to_customs()
    other = declaration(number=OTHER_RETURN, certificates=[{"number": NUMBER}])
    assert both.lodge(other).status == "reserved"
    both.release(OTHER_RETURN)
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, OTHER_RETURN)


def test_a_correction_that_no_longer_names_it_gives_the_paper_back(both: Authorities) -> None:
    _begun(both)
    both.correct(declaration(certificates=[{"number": "OTHER"}]))
    paper = both.paper()
    assert paper is not None
    assert paper.state is PaperState.CLOSED
    assert (both.state(), both.lodged().deferred) == (HELD, "")


def test_to_others_the_number_is_being_handled_on_paper(both: Authorities) -> None:
    _begun(both)
    told = both.lodge(declaration(number=OTHER_RETURN))
    assert told.status == "held"
    assert "certificate.on_paper" in [f["code"] for f in told.body["findings"]]
    both.to_customs()
    both.correct(declaration(number=OTHER_RETURN, declared_on="2026-03-11"))
    assert both.findings(OTHER_RETURN) == ["certificate.reserved"]


def test_a_held_paper_keeps_its_number_when_the_record_comes(both: Authorities) -> None:
    _begun(both, certificate(lines=[line(quantity="60")]))
    both.to_customs()
    (contest,) = both.contests()
    both.close_contest(contest.number)
    told = both.lodge(declaration(number=OTHER_RETURN))
    assert "certificate.on_paper" in [f["code"] for f in told.body["findings"]]


def test_a_bound_paper_is_not_voided(both: Authorities) -> None:
    """I2, also while its declaration is held and nothing is reserved."""
    _begun(both, certificate(lines=[line(quantity="60")]))
    both.void()
    both.settle()
    assert both.at_tax()[0] is IssueState.ISSUED
    assert both.said(Side.CUSTOMS)[-1] == "certificate.void_refused"


@pytest.mark.parametrize("used_at", ["release", "passing"])
def test_used_on_paper_is_used_for_good(used_at: str) -> None:
    with facing(Policy.model_validate({"used_at": used_at})) as both:
        _begun(both)
        both.release()
        both.settle()
        assert both.at_customs() == (UseState.USED, RETURN)
        assert both.at_tax() == (IssueState.ISSUED, UseState.USED, RETURN)
        refused(both.void(), "certificate.already_used", "tax")


def test_closed_after_its_use_it_stays_bound() -> None:
    with facing(Policy(used_at="passing")) as both:
        _begun(both)
        both.withdraw()
        both.settle()
        assert both.at_customs() == (UseState.USED, RETURN)
        assert both.issued().marks == ("closed-after-use",)


# --- settled or contested -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "paper",
    [
        certificate(),
        certificate(holder={"uscc": "91110000101623741K", "name": "北京合符公司"}),
        certificate(lines=[line(goods_name="T恤", exported_quantity=None)], remark="补录"),
    ],
)
def test_what_says_the_same_is_settled_by_itself(both: Authorities, paper: Certificate) -> None:
    """Names advise, and what the paper leaves out does not differ."""
    _begun(both, paper)
    both.to_customs()
    case = both.paper()
    assert case is not None
    assert (case.state, case.settled_at, both.contests()) == (PaperState.SETTLED, both.now, [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": [line(quantity="100.5", exported_quantity="200")]}, "line 1.quantity"),
        ({"lines": [line(hs_code="6109100010")]}, "line 1.hs_code"),
        ({"lines": [line(line=2)]}, "line 2.line"),
        ({"issued_on": "2026-02-28"}, "issued_on"),
        ({"refund_state": "reversed"}, "refund_state"),
    ],
)
def test_what_says_otherwise_is_contested(both: Authorities, changes: dict[str, Any], field: str) -> None:
    _begun(both, certificate(**changes))
    both.to_customs()
    (contest,) = both.contests()
    assert contest.code == "paper.differs"
    assert field in [one["field"] for one in contest.detail["differences"]]
    case = both.paper()
    assert case is not None
    assert case.state is PaperState.CONTESTED


def test_contested_goods_wait_until_two_officers_have_found_out(both: Authorities) -> None:
    _begun(both, certificate(issued_on="2026-02-28"))
    both.to_customs()
    (contest,) = both.contests()
    told = refused(both.release(), "paper.contested", "customs")
    assert (told.details["certificate"], told.details["contest"]) == (NUMBER, contest.number)
    assert both.close_contest(contest.number).status == "closed"
    (closed,) = both.contests()
    assert (closed.state, closed.closed_by, closed.closing) == (
        "closed",
        f"{FIRST}, {SECOND}",
        "typing error",
    )
    assert both.release().status == "released"
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, RETURN)


def test_of_a_contradicted_paper_nothing_comes_back(both: Authorities) -> None:
    """The paper says 40, the record 100: tax settles the whole record as used, however little was drawn (I5)."""
    both.issue(certificate())
    small = [item(first={"quantity": "40", "unit": "011"})]
    both.lodge(declaration(items=small))
    both.on_paper(certificate(lines=[line(quantity="40")]))
    both.release()
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, RETURN)
    refused(
        both.issue(certificate(number="AGAIN", lines=[line(quantity="60")])), "goods.already_covered", "tax"
    )


def test_of_a_confirmed_paper_the_rest_comes_back(both: Authorities) -> None:
    both.issue(certificate())
    both.lodge(declaration(items=[item(first={"quantity": "40", "unit": "011"})]))
    both.on_paper(certificate())
    both.release()
    both.settle()
    assert both.issue(certificate(number="AGAIN", lines=[line(quantity="60")])).status == "issued"


def test_a_number_that_tax_never_issued_is_found(both: Authorities) -> None:
    both.lodge(declaration())
    both.on_paper(certificate())
    both.settle()
    (contest,) = both.contests()
    assert (contest.code, contest.declaration) == ("paper.unknown_at_tax", RETURN)
    refused(both.release(), "paper.contested", "customs")


def test_a_certificate_that_tax_enters_later_settles_it(both: Authorities) -> None:
    """Tax's own system was down: the certificate was written by hand and entered afterwards."""
    both.lodge(declaration())
    both.on_paper(certificate())
    both.settle()
    both.issue(certificate())
    both.settle()
    (contest,) = both.contests()
    case = both.paper()
    assert contest.state == "closed"
    assert case is not None
    assert case.state is PaperState.SETTLED
    both.release()
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, RETURN)


def test_released_before_tax_answers_it_is_used_and_contested(both: Authorities) -> None:
    both.lodge(declaration())
    both.on_paper(certificate())
    both.release()
    both.settle()
    case = both.paper()
    assert case is not None
    assert case.state is PaperState.CONTESTED
    assert both.at_customs() == (UseState.USED, RETURN)
    assert both.state() is RELEASED


def test_an_answer_about_no_paper_is_on_record(both: Authorities) -> None:
    both.stray(Side.CUSTOMS, CertificateUnknown(number=NUMBER, declaration=RETURN))
    assert both.events(Side.CUSTOMS) == ["message.contested"]
    _begun(both)
    both.stray(Side.CUSTOMS, CertificateUnknown(number=NUMBER, declaration=OTHER_RETURN))
    both.to_customs()
    both.stray(Side.CUSTOMS, CertificateUnknown(number=NUMBER, declaration=RETURN))
    assert both.contests() == []


# --- nothing is used twice ------------------------------------------------------------------------------


def _other(both: Authorities) -> None:
    """OTHER_RETURN names the same certificate, and waits."""
    assert both.lodge(declaration(number=OTHER_RETURN)).status == "held"


def test_a_paper_presented_twice_is_found_and_shown(both: Authorities) -> None:
    _begun(both)
    _other(both)
    told = both.enter(certificate(), OTHER_RETURN)
    assert (told.status, told.body["code"], told.body["other"]) == (
        "contested",
        "paper.presented_twice",
        RETURN,
    )
    assert RETURN in told.body["message"]["en"]
    assert OTHER_RETURN in told.body["message"]["zh"]
    assert OTHER_RETURN in told.body["cure"]["zh"]
    assert both.enter(certificate(), OTHER_RETURN).body == told.body
    assert len(both.contests()) == 1
    assert (both.state(), both.state(OTHER_RETURN)) == (RESERVED, HELD)
    assert both.release().status == "released"


def test_paper_after_electronic_use_is_found_and_shown(both: Authorities) -> None:
    both.used()
    _other(both)
    told = both.enter(certificate(), OTHER_RETURN)
    assert (told.body["code"], told.body["other"]) == ("paper.used_elsewhere", RETURN)
    assert both.state(OTHER_RETURN) is HELD
    assert both.at_customs() == (UseState.USED, RETURN)


def test_the_paper_of_a_voided_certificate_is_found(both: Authorities) -> None:
    both.ready()
    both.void()
    both.settle()
    both.lodge(declaration())
    assert both.enter(certificate()).body["code"] == "paper.of_withdrawn"
    assert both.state() is HELD


def test_one_scan_for_two_numbers_is_shown_to_the_second_officer(both: Authorities) -> None:
    _begun(both)
    both.lodge(declaration(number=OTHER_RETURN, certificates=[{"number": "TWO"}]))
    told = both.enter(certificate(number="TWO"), OTHER_RETURN)
    assert told.body["same_scan"] == [NUMBER]


def test_every_verdict_on_paper_can_be_made_again(both: Authorities) -> None:
    _begun(both, certificate(lines=[line(quantity="60")]))
    both.lodge(declaration(number=OTHER_RETURN))
    both.to_customs()
    store = both.stores[Side.CUSTOMS]
    told = [verdict_of(Book(store, both.now), entry) for entry in store.verdicts()]
    again = compare([one.case for one in told], both.policy, CURRENT)
    assert [one.findings for one in told] == [tuple(f.code for f in one.findings) for one in again]
    assert len(told) >= 3


def test_lodgements_keep_their_ticket(both: Authorities) -> None:
    _begun(both)
    found = both.get(Side.CUSTOMS, Lodgement, RETURN)
    assert found is not None
    assert found.deferred == "YJ2026-0001"
