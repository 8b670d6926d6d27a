"""What tax makes of what customs says: each message once, in its order, or on record as contested."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.protocol.messages import (
    CertificateFreed,
    CertificateReserved,
    CertificateUsed,
    KeyRetired,
    Message,
    VoidGranted,
    VoidRefused,
    VoidRequested,
)
from hefu.protocol.records import Account, Issue, IssueState, Side
from hefu.rules.case import UseState
from tests.builders import EXPORT, certificate, declaration, item, line
from tests.protocol.authorities import (
    NUMBER,
    OTHER_RETURN,
    RETURN,
    START,
    Authorities,
    facing,
)


def test_feedback_of_a_reservation_names_the_declaration(both: Authorities) -> None:
    both.reserved()
    assert both.at_tax() == (IssueState.ISSUED, UseState.RESERVED, RETURN)
    assert both.events(Side.TAX)[-1] == "certificate.reserved"


def test_feedback_of_a_freed_reservation_names_nobody(both: Authorities) -> None:
    both.reserved()
    both.refuse()
    both.to_tax()
    assert both.at_tax() == (IssueState.ISSUED, UseState.AVAILABLE, None)
    assert both.events(Side.TAX)[-1] == "certificate.freed"


def test_feedback_of_use_names_the_declaration_and_what_was_drawn(both: Authorities) -> None:
    both.used()
    assert both.at_tax() == (IssueState.ISSUED, UseState.USED, RETURN)
    entry = both.stores[Side.TAX].journal_of(NUMBER)[-1]
    assert (entry.event, entry.other, entry.detail) == (
        "certificate.used",
        RETURN,
        {"drawn": {"1": "10000000"}},
    )


def test_feedback_does_not_answer_the_question_whether_a_void_is_granted(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration())
    both.void()
    both.to_tax()
    assert both.at_tax() == (IssueState.VOID_REQUESTED, UseState.RESERVED, RETURN)


def test_use_that_overtakes_the_void_wins(both: Authorities) -> None:
    """Tax asks, not knowing; customs has released meanwhile."""
    both.ready()
    both.lodge(declaration())
    both.release()
    assert both.void().status == "void_requested"
    both.settle()
    assert both.at_tax() == (IssueState.ISSUED, UseState.USED, RETURN)
    refusal = both.stores[Side.TAX].journal_of(NUMBER)[-1]
    assert (refusal.event, refusal.other) == ("certificate.void_refused", RETURN)
    assert refusal.detail == {"state": "used"}


def test_void_that_overtakes_the_declaration_wins(both: Authorities) -> None:
    both.ready()
    both.void()
    both.to_customs()
    assert both.lodge(declaration()).status == "held"
    assert both.findings() == ["certificate.withdrawn"]
    both.settle()
    assert both.at_tax()[0] is IssueState.VOIDED


@pytest.mark.parametrize(
    "message",
    [
        VoidGranted(number=NUMBER, request=1),
        VoidRefused(number=NUMBER, request=1, state="used", declaration=RETURN),
        VoidRequested(number=NUMBER, request=1, reason="not a word of customs"),
    ],
    ids=lambda one: str(one.kind),
)
def test_an_answer_to_no_question_is_contested_and_changes_nothing(
    both: Authorities, message: Message
) -> None:
    both.ready()
    before = both.issued()
    both.stray(Side.TAX, message)
    assert both.issued() == before
    assert both.events(Side.TAX)[-1] == "message.contested"
    assert both.account(Side.TAX) == ("100", "100", "stated")


def test_the_answer_to_an_earlier_question_is_contested(both: Authorities) -> None:
    both.reserved()
    both.void()
    both.settle()
    both.void()
    both.stray(Side.TAX, VoidGranted(number=NUMBER, request=1))
    assert both.issued().state is IssueState.VOID_REQUESTED
    both.stray(Side.TAX, VoidRefused(number=NUMBER, request=1, state="used", declaration=RETURN))
    assert both.issued().state is IssueState.VOID_REQUESTED
    both.settle()
    assert both.issued().state is IssueState.ISSUED


@pytest.mark.parametrize(
    "message",
    [
        CertificateReserved(number="NOWHERE", declaration=RETURN),
        CertificateFreed(number="NOWHERE", declaration=RETURN, why=""),
        CertificateUsed(number="NOWHERE", declaration=RETURN, drawn={1: "1"}),
        VoidGranted(number="NOWHERE", request=1),
        KeyRetired(key_id="k", not_after="2026-01-01T00:00:00+00:00"),
    ],
    ids=lambda one: str(one.kind),
)
def test_a_message_about_nothing_that_tax_has_is_contested(both: Authorities, message: Message) -> None:
    both.stray(Side.TAX, message)
    assert both.events(Side.TAX, message.stream) == ["message.contested"]
    assert list(both.stores[Side.TAX].every(Issue)) == []


# --- goods ----------------------------------------------------------------------------------------------


def test_part_of_the_quantity_used_returns_the_rest_for_a_new_certificate(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration(items=[item(first={"quantity": "70", "unit": "011"})]))
    both.release()
    assert both.account(Side.TAX) == ("100", "100", "stated")
    both.settle()
    assert both.account(Side.TAX) == ("100", "70", "stated")
    assert both.issue(certificate(number="REST", lines=[line(quantity="30")])).status == "issued"
    more = both.issue(certificate(number="MORE", lines=[line(quantity="0.00001")]))
    assert more.status == "goods.already_covered"


def test_the_rest_of_a_used_certificate_serves_another_declaration_under_its_new_number(
    both: Authorities,
) -> None:
    both.ready()
    both.lodge(declaration(items=[item(first={"quantity": "70", "unit": "011"})]))
    both.release()
    both.settle()
    both.ready(certificate(number="REST", lines=[line(quantity="30")]))
    thirty = [item(first={"quantity": "30", "unit": "011"})]
    spent = declaration(number=OTHER_RETURN, items=thirty)
    assert both.lodge(spent).status == "held"
    assert both.findings(OTHER_RETURN) == ["certificate.used"]
    renewed = declaration(number=OTHER_RETURN, items=thirty, certificates=[{"number": "REST"}])
    assert both.correct(renewed).status == "reserved"


def test_a_line_that_was_not_drawn_on_returns_whole(both: Authorities) -> None:
    both.ready(certificate(lines=[line(), line(line=2, item=2, hs_code="6110200000")]))
    both.lodge(declaration())
    both.release()
    both.settle()
    assert both.account(Side.TAX) == ("100", "100", "stated")
    assert both.account(Side.TAX, f"item:{EXPORT}:2") == ("100", "0", "stated")


def test_a_released_export_enters_the_ledger_of_tax_as_declared(both: Authorities) -> None:
    both.exported("80")
    assert both.account(Side.TAX) == ("80", "0", "declared")
    assert both.events(Side.TAX, EXPORT) == ["export.entered"]
    told = both.issue(certificate(lines=[line(exported_quantity=None)]))
    assert told.status == "goods.fewer"


def test_what_was_declared_replaces_what_a_certificate_stated(both: Authorities) -> None:
    both.ready(certificate(number="EARLY", lines=[line(quantity="50", exported_quantity="60")]))
    both.exported("100")
    assert both.account(Side.TAX) == ("100", "50", "declared")


def test_an_export_of_less_than_is_certified_is_contested_and_the_ledger_keeps_what_was_taken(
    both: Authorities,
) -> None:
    both.ready(certificate(number="EARLY", lines=[line(quantity="90")]))
    both.exported("80")
    assert both.account(Side.TAX) == ("100", "90", "stated")
    assert both.events(Side.TAX, EXPORT) == ["goods.contested", "export.entered"]


# --- order ----------------------------------------------------------------------------------------------

_LIFE = ("reserved", "freed", "reserved", "used")
"""What customs says of each of three certificates."""


def _end(arrivals: list[int]) -> list[tuple[object, ...]]:
    """Messages of three certificates arrive in this interleaving, each certificate's in its order."""
    numbers = ["A", "B", "C"]
    with facing() as both:
        for place, number in enumerate(numbers, 1):
            both.ready(certificate(number=number, lines=[line(item=place)]))
            one = declaration(number=f"53012026100000001{place}", certificates=[{"number": number}])
            both.lodge(one)
            both.correct(one.model_copy(update={"remark": "again"}))
            both.release(one.number)
        waiting = {n: [m for m in both.open(Side.CUSTOMS) if m.stream == n] for n in numbers}
        assert all([m.kind for m in said] == [f"certificate.{k}" for k in _LIFE] for said in waiting.values())
        for which in arrivals:
            both.deliver(waiting[numbers[which]].pop(0), Side.TAX)
        both.settle()
        issues = sorted(both.stores[Side.TAX].every(Issue), key=lambda one: one.number)
        accounts = sorted(both.stores[Side.TAX].every(Account), key=lambda one: one.goods)
        return [*((i.number, replace(i, changed_at=START)) for i in issues), *((a,) for a in accounts)]


@settings(max_examples=15, deadline=None)
@given(st.permutations([0, 1, 2] * len(_LIFE)))
def test_the_end_depends_on_the_order_within_a_certificate_not_between_certificates(
    arrivals: list[int],
) -> None:
    assert _end(arrivals) == _end([0] * 4 + [1] * 4 + [2] * 4)
