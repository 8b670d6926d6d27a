"""A declaration at customs and the certificates it holds: every transition, allowed and refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hefu.protocol.messages import CertificateReserved, KeyRetired, Message, VoidGranted
from hefu.protocol.records import DeclarationState, Side
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from tests.builders import EXPORT, certificate, declaration, item, line
from tests.protocol.authorities import (
    NUMBER,
    OTHER_RETURN,
    RETURN,
    Authorities,
    facing,
    refused,
)

HELD, RESERVED = DeclarationState.HELD, DeclarationState.RESERVED
RELEASED = DeclarationState.RELEASED
FREE = (UseState.AVAILABLE, None)
MARK = "withdrawn-after-release"


# --- lodge --------------------------------------------------------------------------------------------


def test_lodging_what_fits_reserves_the_certificate_and_tells_tax(both: Authorities) -> None:
    both.ready()
    told = both.lodge(declaration())
    assert (told.status, told.body["certificates"]) == ("reserved", [NUMBER])
    assert both.state() is RESERVED
    assert both.at_customs() == (UseState.RESERVED, RETURN)
    assert both.said(Side.CUSTOMS) == ["certificate.reserved"]
    assert both.events(Side.CUSTOMS, RETURN) == ["declaration.lodged", "declaration.reserved"]
    assert both.events(Side.CUSTOMS) == ["certificate.arrived", "certificate.reserved"]


def test_lodging_what_does_not_fit_holds_it_with_reasons_and_takes_nothing(both: Authorities) -> None:
    both.ready()
    told = both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})]))
    assert told.status == "held"
    assert [f["code"] for f in told.body["findings"] if f["severity"] == "block"] == both.findings()
    assert both.findings() == ["quantity.exceeds_certificate"]
    assert both.at_customs() == FREE
    assert both.lodged().draws == ()
    assert both.said(Side.CUSTOMS) == []
    assert both.events(Side.CUSTOMS, RETURN) == ["declaration.lodged", "declaration.held"]


@pytest.mark.parametrize("state", ["held", "reserved", "released", "withdrawn", "refused"])
def test_lodging_again_is_exists_in_every_state_and_changes_nothing(both: Authorities, state: str) -> None:
    STATES[state](both)
    before = both.everything()
    again = both.lodge(declaration())
    assert (again.status, again.refused, again.body["state"]) == ("exists", False, state)
    assert both.everything() == before


@pytest.mark.parametrize("state", ["held", "reserved", "released", "withdrawn", "refused"])
def test_lodging_other_content_under_the_number_is_refused_in_every_state(
    both: Authorities, state: str
) -> None:
    STATES[state](both)
    before = both.everything()
    problem = refused(both.lodge(declaration(remark="other")), "exists_with_different_content", "customs")
    assert problem.details["stored"] == both.lodged().digest != problem.details["given"]
    assert both.everything() == before


def test_two_of_a_batch_that_want_one_certificate_are_settled_in_their_order(both: Authorities) -> None:
    both.ready()
    first, second = declaration(number=OTHER_RETURN), declaration()
    assert [one.status for one in both.lodge_all(first, second)] == ["reserved", "held"]
    assert both.at_customs() == (UseState.RESERVED, OTHER_RETURN)
    assert both.findings() == ["certificate.reserved"]


def test_two_of_a_batch_that_want_the_same_goods_are_settled_in_their_order(both: Authorities) -> None:
    both.exported("100")
    both.ready(certificate(number="A", lines=[line(quantity="60")]))
    both.ready(certificate(number="B", lines=[line(quantity="40")]))
    sixty = [item(first={"quantity": "60", "unit": "011"})]
    first = declaration(number=OTHER_RETURN, items=sixty, certificates=[{"number": "A"}])
    second = declaration(
        items=[item(first={"quantity": "40", "unit": "011"})], certificates=[{"number": "B"}]
    )
    assert [one.status for one in both.lodge_all(first, second)] == ["reserved", "reserved"]
    assert both.account(Side.CUSTOMS) == ("100", "100", "declared")


def test_one_that_fails_does_not_touch_the_others_of_its_batch(both: Authorities) -> None:
    both.ready()
    known, other = declaration(number=OTHER_RETURN), declaration(number=OTHER_RETURN, remark="other")
    unknown = declaration(number="530120261000000003", certificates=[{"number": "NOWHERE"}])
    told = both.lodge_all(unknown, known, other, known)
    assert [one.status for one in told] == ["held", "reserved", "exists_with_different_content", "exists"]


def test_a_declaration_twice_in_one_batch_is_told_the_verdict_both_times(both: Authorities) -> None:
    both.ready()
    told = both.lodge_all(declaration(), declaration())
    assert [one.status for one in told] == ["reserved", "exists"]
    assert told[0].body == told[1].body


def test_a_declaration_out_of_scope_passes_without_a_certificate() -> None:
    with facing(Policy(scope="announcement-256")) as both:
        assert both.lodge(declaration("export", certificates=None)).status == "reserved"
        assert both.release(EXPORT).status == "released"
        both.settle()


@pytest.mark.parametrize("scope", ["broad", "announcement-256"])
def test_a_declaration_in_scope_without_a_certificate_is_held_and_not_released(scope: str) -> None:
    with facing(Policy.model_validate({"scope": scope})) as both:
        act = "export" if scope == "broad" else "return"
        one = declaration(act, certificates=None)
        assert both.lodge(one).status == "held"
        assert both.findings(one.number) == ["certificate.missing"]
        refused(both.release(one.number), "declaration.wrong_state", "customs")


# --- the states ---------------------------------------------------------------------------------------


def _held(both: Authorities) -> None:
    both.issue(certificate())
    both.lodge(declaration())


def _withdrawn(both: Authorities) -> None:
    both.reserved()
    both.withdraw()


def _refused(both: Authorities) -> None:
    both.reserved()
    both.refuse()


STATES: dict[str, Callable[[Authorities], None]] = {
    "held": _held,
    "reserved": Authorities.reserved,
    "released": Authorities.used,
    "withdrawn": _withdrawn,
    "refused": _refused,
}
ANSWERS = {
    "held": {"release": "declaration.wrong_state", "withdraw": "withdrawn", "refuse": "refused"},
    "reserved": {"release": "released", "withdraw": "withdrawn", "refuse": "refused"},
    "released": {
        "release": "exists",
        "withdraw": "declaration.wrong_state",
        "refuse": "declaration.wrong_state",
    },
    "withdrawn": {
        "release": "declaration.wrong_state",
        "withdraw": "exists",
        "refuse": "declaration.wrong_state",
    },
    "refused": {
        "release": "declaration.wrong_state",
        "withdraw": "declaration.wrong_state",
        "refuse": "exists",
    },
}
EACH = [(state, command, told) for state, answers in ANSWERS.items() for command, told in answers.items()]


@pytest.mark.parametrize(("state", "command", "told"), EACH)
def test_each_command_in_each_state_comes_to_its_named_outcome(
    both: Authorities, state: str, command: str, told: str
) -> None:
    STATES[state](both)
    before = both.everything()
    answer = both.command(command)
    assert answer.status == told
    if told == "declaration.wrong_state":
        assert refused(answer, told, "customs").details["state"] == state
    if told in {"declaration.wrong_state", "exists"}:
        assert both.everything() == before
    else:
        assert both.state().value == told


@pytest.mark.parametrize("command", ["release", "withdraw", "refuse"])
def test_a_command_about_an_unknown_declaration_is_refused(both: Authorities, command: str) -> None:
    refused(both.command(command), "declaration.not_found", "customs")


def test_release_of_a_held_declaration_is_refused_naming_why_it_is_held(both: Authorities) -> None:
    _held(both)
    problem = refused(both.release(), "declaration.wrong_state", "customs")
    assert all("certificate.unknown" in text for text in problem.cure)


# --- release, withdraw, refuse, expire ----------------------------------------------------------------


def test_release_uses_the_certificate_in_the_same_transaction_and_tells_tax(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration())
    both.release()
    assert both.at_customs() == (UseState.USED, RETURN)
    assert both.lodged().due is None
    assert both.said(Side.CUSTOMS) == ["certificate.reserved", "certificate.used"]
    assert both.events(Side.CUSTOMS, RETURN)[-1] == "declaration.released"


@pytest.mark.parametrize("command", ["withdraw", "refuse"])
def test_what_ends_before_release_frees_the_certificate_and_its_goods(
    both: Authorities, command: str
) -> None:
    both.exported()
    both.reserved()
    assert both.account(Side.CUSTOMS) == ("100", "100", "declared")
    both.command(command)
    assert both.at_customs() == FREE
    assert both.account(Side.CUSTOMS) == ("100", "0", "declared")
    assert both.lodged().draws == ()
    assert both.said(Side.CUSTOMS) == ["certificate.reserved", "certificate.freed"]


def test_a_freed_certificate_serves_another_declaration(both: Authorities) -> None:
    _withdrawn(both)
    assert both.lodge(declaration(number=OTHER_RETURN)).status == "reserved"
    assert both.release(OTHER_RETURN).status == "released"
    both.settle()
    assert both.at_customs() == (UseState.USED, OTHER_RETURN)


def test_a_used_certificate_serves_no_other_declaration(both: Authorities) -> None:
    both.used()
    assert both.lodge(declaration(number=OTHER_RETURN)).status == "held"
    assert both.findings(OTHER_RETURN) == ["certificate.used"]


@pytest.mark.parametrize("days", [1, 14])
def test_a_reservation_expires_after_the_days_of_the_policy_and_not_before(days: int) -> None:
    with facing(Policy(reservation_days=days)) as both:
        both.reserved()
        due = both.lodged().due
        assert due is not None
        both.pass_days(days - 1)
        assert both.expire().status == "not_due"
        assert both.state() is RESERVED
        both.pass_days(1)
        assert both.expire().status == "refused"
        assert both.now >= due
        assert both.at_customs() == FREE
        assert both.stores[Side.CUSTOMS].journal_of(RETURN)[-1].detail == {"reason": "reservation expired"}
        both.settle()


@pytest.mark.parametrize("state", ["held", "released", "withdrawn", "refused"])
def test_only_a_reservation_expires(both: Authorities, state: str) -> None:
    STATES[state](both)
    both.pass_days(1000)
    before = both.everything()
    assert both.expire().status == "not_due"
    assert both.everything() == before


def test_an_unknown_declaration_does_not_expire(both: Authorities) -> None:
    assert both.expire().status == "not_due"


# --- after release ------------------------------------------------------------------------------------


def _withdraw_after_release(both: Authorities) -> None:
    both.exported()
    both.ready(certificate("withdrawal"))
    withdrawal = declaration("withdrawal", items=[])
    assert both.lodge(withdrawal).status == "reserved"
    assert both.release(withdrawal.number).status == "released"


def test_withdrawal_after_release_leaves_the_certificate_used_and_marks_it_on_both_sides(
    both: Authorities,
) -> None:
    _withdraw_after_release(both)
    assert both.state(EXPORT) is RELEASED
    assert both.lodged(EXPORT).marks == (MARK,)
    assert both.at_customs("EXPORT1") == (UseState.USED, EXPORT)
    both.settle()
    assert both.at_tax("EXPORT1")[1:] == (UseState.USED, EXPORT)
    assert both.issued("EXPORT1").marks == (MARK,)
    assert both.events(Side.TAX, "EXPORT1")[-1] == "certificate.marked"


def test_withdrawal_after_release_uses_its_own_certificate_unmarked(both: Authorities) -> None:
    _withdraw_after_release(both)
    both.settle()
    assert both.at_tax()[1:] == (UseState.USED, "XG2026000001")
    assert both.issued().marks == ()


def test_a_certificate_of_a_declaration_withdrawn_after_release_can_not_be_voided(both: Authorities) -> None:
    _withdraw_after_release(both)
    both.settle()
    refused(both.void("EXPORT1"), "certificate.already_used", "tax")


def test_the_certificate_of_a_declaration_withdrawn_after_release_serves_no_other(both: Authorities) -> None:
    _withdraw_after_release(both)
    again = declaration("export", number="530120260000000009", certificates=[{"number": "EXPORT1"}])
    assert both.lodge(again).status == "held"
    assert both.findings(again.number) == ["certificate.used"]


def test_amendment_after_release_changes_the_export_declaration_and_tells_tax(both: Authorities) -> None:
    both.exported()
    both.ready(certificate("amendment"))
    becomes = [item(goods_name="other", first={"quantity": "90", "unit": "011"})]
    amendment = declaration("amendment", becomes=becomes)
    both.lodge(amendment)
    both.release(amendment.number)
    after = both.lodged(EXPORT)
    assert (after.state, after.revision) == (RELEASED, 2)
    assert [(one.item, str(one.first.quantity)) for one in after.document.items] == [(1, "90")]
    assert both.said(Side.CUSTOMS, EXPORT) == ["export.released", "export.released"]
    both.settle()


def test_an_act_about_an_export_that_customs_does_not_have_changes_no_other(both: Authorities) -> None:
    both.ready(certificate("withdrawal"))
    withdrawal = declaration("withdrawal", related=EXPORT)
    both.lodge(withdrawal)
    assert both.release(withdrawal.number).status == "released"
    assert both.said(Side.CUSTOMS, EXPORT) == []


# --- messages of tax ----------------------------------------------------------------------------------


def test_a_certificate_that_arrives_is_available(both: Authorities) -> None:
    both.issue(certificate())
    assert both.at_customs() == (UseState.UNKNOWN, None)
    both.to_customs()
    assert both.at_customs() == FREE


@pytest.mark.parametrize("state", ["reserved", "released"])
def test_a_void_of_what_is_held_is_refused_naming_state_and_declaration(
    both: Authorities, state: str
) -> None:
    both.ready()
    both.lodge(declaration())
    if state == "released":
        both.release()
    both.void()
    both.to_customs()
    told = both.open(Side.CUSTOMS)[-1].body
    use = "used" if state == "released" else "reserved"
    assert (told["kind"], told["state"], told["declaration"]) == ("certificate.void_refused", use, RETURN)
    assert both.at_customs() == (UseState(use), RETURN)
    both.settle()


def test_a_withdrawn_certificate_serves_nobody(both: Authorities) -> None:
    both.ready()
    both.void()
    both.settle()
    assert both.at_customs() == (UseState.WITHDRAWN, None)
    assert both.lodge(declaration()).status == "held"
    assert both.findings() == ["certificate.withdrawn"]


@pytest.mark.parametrize(
    "message",
    [
        CertificateReserved(number=NUMBER, declaration=RETURN),
        VoidGranted(number=NUMBER, request=1),
        KeyRetired(key_id="k", not_after="2026-01-01T00:00:00+00:00"),
    ],
    ids=lambda one: str(one.kind),
)
def test_a_message_that_is_not_for_customs_is_contested(both: Authorities, message: Message) -> None:
    both.ready()
    both.stray(Side.CUSTOMS, message)
    assert both.events(Side.CUSTOMS, message.stream)[-1] == "message.contested"
    assert both.at_customs() == FREE
