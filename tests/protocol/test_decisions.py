"""What two officers may decide where the rules alone would stop; what they cannot."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.documents.declaration import Declaration
from hefu.protocol import decisions
from hefu.protocol.acts import ActKind
from hefu.protocol.marks import AFTER_USE, MOVED, OVERRIDDEN, REOPENED, TAKEN_BACK
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import DeclarationState, Side
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from tests.builders import EXPORT, certificate, declaration, invoice_line, item, line
from tests.protocol.authorities import (
    FIRST,
    INVOICE,
    NUMBER,
    OTHER_RETURN,
    RETURN,
    SECOND,
    Authorities,
    facing,
    refused,
)

HELD, RESERVED, RELEASED = DeclarationState.HELD, DeclarationState.RESERVED, DeclarationState.RELEASED
WITHDRAWAL = "CX2026000001"


def _override(both: Authorities, number: str = RETURN) -> Outcome:
    verification = both.gate.verification
    return both.customs(
        lambda book: decisions.propose_override(book, number, "court order 7", FIRST, verification)
    )


def _reopen(both: Authorities, number: str) -> Outcome:
    return both.customs(
        lambda book: decisions.propose_reopening(book, number, "goods are back in the works", FIRST)
    )


def _move(both: Authorities, number: str = NUMBER, to: str = OTHER_RETURN) -> Outcome:
    verification = both.gate.verification
    return both.customs(
        lambda book: decisions.propose_move(book, number, to, "number mistyped", FIRST, verification)
    )


def _decided(both: Authorities, proposed: Outcome) -> Outcome:
    assert proposed.status == "proposed", proposed
    return both.approve(proposed.body["act"])


def _sides(both: Authorities, number: str = NUMBER) -> tuple[Any, Any]:
    return both.at_customs(number), both.at_tax(number)[1:]


# --- release of a held declaration ------------------------------------------------------------------------


def _too_many(both: Authorities) -> None:
    both.ready()
    assert both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})])).status == "held"


def test_one_officer_alone_releases_nothing(both: Authorities) -> None:
    _too_many(both)
    told = _override(both)
    assert (told.status, both.state()) == ("proposed", HELD)
    refused(both.approve(told.body["act"], FIRST), "act.same_officer", "customs")
    assert both.state() is HELD
    assert both.at_customs() == (UseState.AVAILABLE, None)


def test_two_officers_release_a_held_declaration_on_a_ground(both: Authorities) -> None:
    _too_many(both)
    told = _decided(both, _override(both))
    assert (told.status, told.body["certificates"]) == ("released", [NUMBER])
    assert (both.state(), both.lodged().marks) == (RELEASED, (OVERRIDDEN,))
    assert both.findings() == ["quantity.exceeds_certificate"]
    both.settle()
    assert _sides(both) == ((UseState.USED, RETURN), (UseState.USED, RETURN))
    (entry,) = [e for e in both.stores[Side.CUSTOMS].journal_after(0) if e.event == "declaration.released"]
    assert entry.detail["decision"] == {
        "ground": "court order 7", "proposed_by": FIRST, "approved_by": SECOND,
    }  # fmt: skip


def test_what_it_names_serves_no_other(both: Authorities) -> None:
    _too_many(both)
    _decided(both, _override(both))
    assert both.lodge(declaration(number=OTHER_RETURN)).status == "held"
    assert both.findings(OTHER_RETURN) == ["certificate.used"]
    both.settle()
    refused(both.void(), "certificate.already_used", "tax")


def test_without_a_certificate_the_decision_stands_in_its_place(both: Authorities) -> None:
    both.lodge(declaration("export", certificates=[]))
    assert both.findings(EXPORT) == ["certificate.missing"]
    told = _decided(both, _override(both, EXPORT))
    assert (both.state(EXPORT), told.body["certificates"]) == (RELEASED, [])
    both.settle()
    assert both.account(Side.TAX) == ("100", "0", "declared")
    (entry,) = [e for e in both.stores[Side.TAX].journal_after(0) if e.event == "export.entered"]
    assert entry.detail["decision"]["ground"] == "court order 7"


def test_only_as_much_is_taken_as_the_goods_ledger_has(both: Authorities) -> None:
    """The certificate says 100, exported were 60, declared for return are 101."""
    both.ready()
    both.exported("60")
    assert both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})])).status == "held"
    _decided(both, _override(both))
    assert both.account(Side.CUSTOMS) == ("60", "60", "declared")
    both.settle()
    assert both.account(Side.TAX) == ("100", "60", "stated")


@pytest.mark.parametrize(
    ("name", "words"),
    [("unknown", "not everything"), ("used", "is used"), ("withdrawn", "withdrawn"), ("purpose", "purpose")],
)
def test_it_waives_what_documents_say_never_who_holds_a_certificate(
    both: Authorities, name: str, words: str
) -> None:
    if name == "used":
        both.used()
    elif name == "withdrawn":
        both.ready()
        both.void()
        both.settle()
    elif name == "purpose":
        both.ready(certificate("export"))
    both.lodge(declaration(number=OTHER_RETURN))
    assert both.state(OTHER_RETURN) is HELD
    before = both.everything()
    problem = refused(_override(both, OTHER_RETURN), "decision.not_overridable", "customs")
    assert words in problem.message.en
    assert both.everything() == before


def test_a_correction_in_between_must_be_looked_at_anew(both: Authorities) -> None:
    _too_many(both)
    told = _override(both)
    both.correct(declaration(items=[item(first={"quantity": "102", "unit": "011"})]))
    before = both.everything()
    refused(both.approve(told.body["act"]), "act.decided", "customs")
    assert both.everything() == before


@pytest.mark.parametrize("state", ["reserved", "released", "withdrawn"])
def test_only_what_is_held_is_overridden(both: Authorities, state: str) -> None:
    both.reserved()
    if state != "reserved":
        both.command({"released": "release", "withdrawn": "withdraw"}[state])
    refused(_override(both), "decision.not_overridable", "customs")


def test_what_it_waited_for_does_not_come_back(both: Authorities) -> None:
    """A declaration that waited for its certificate is released without it; its arrival changes nothing."""
    both.lodge(declaration(certificates=[], related=EXPORT))
    assert both.findings()[0] == "certificate.missing"
    _decided(both, _override(both))
    both.ready()
    assert both.state() is RELEASED
    assert both.at_customs() == (UseState.AVAILABLE, None)


def test_under_used_at_passing_as_well() -> None:
    with facing(Policy(used_at="passing")) as both:
        _too_many(both)
        _decided(both, _override(both))
        both.settle()
        assert both.said(Side.CUSTOMS) == ["certificate.used"]
        assert _sides(both) == ((UseState.USED, RETURN), (UseState.USED, RETURN))


# --- goods of a declaration that was taken back after use ------------------------------------------------


def _taken_back(both: Authorities) -> None:
    """An export released on EXPORT1 and withdrawn since."""
    both.exported()
    both.ready(certificate("withdrawal", number="CX1", lines=[line()]))
    withdrawal = declaration("withdrawal", number=WITHDRAWAL, certificates=[{"number": "CX1"}])
    assert both.lodge(withdrawal).status == "reserved", both.findings(WITHDRAWAL)
    both.release(WITHDRAWAL)
    both.settle()
    assert both.lodged(EXPORT).marks == (TAKEN_BACK,)


def _anew(number: str = "EXPORT2") -> Any:
    return certificate("export", number=number, lines=[invoice_line(quantity="100", exported_quantity="100")])


def test_goods_of_a_withdrawn_export_may_have_a_certificate_again(both: Authorities) -> None:
    _taken_back(both)
    refused(both.issue(_anew()), "goods.already_covered", "tax")
    told = _decided(both, _reopen(both, EXPORT))
    assert (told.status, told.body["certificates"]) == ("reopened", ["EXPORT1"])
    assert both.lodged(EXPORT).marks == (TAKEN_BACK, REOPENED)
    both.settle()
    assert both.issue(_anew()).status == "issued"
    assert both.account(Side.TAX, INVOICE) == ("100", "100", "stated")


def test_never_the_number(both: Authorities) -> None:
    _taken_back(both)
    _decided(both, _reopen(both, EXPORT))
    both.settle()
    assert _sides(both, "EXPORT1") == ((UseState.USED, EXPORT), (UseState.USED, EXPORT))
    refused(both.void("EXPORT1"), "certificate.already_used", "tax")


def test_goods_are_reopened_once(both: Authorities) -> None:
    _taken_back(both)
    first = _reopen(both, EXPORT)
    _decided(both, first)
    refused(_reopen(both, EXPORT), "decision.nothing_to_reopen", "customs")


@pytest.mark.parametrize("state", ["held", "reserved", "released"])
def test_only_goods_of_what_was_taken_back(both: Authorities, state: str) -> None:
    both.ready()
    quantity = "101" if state == "held" else "100"
    both.lodge(declaration(items=[item(first={"quantity": quantity, "unit": "011"})]))
    if state == "released":
        both.release()
    refused(_reopen(both, RETURN), "decision.nothing_to_reopen", "customs")


def test_a_return_closed_after_use_gives_its_goods_back_at_customs_too() -> None:
    with facing(Policy(used_at="passing")) as both:
        both.exported()
        both.ready()
        both.lodge(declaration())
        both.withdraw()
        assert both.lodged().marks == (AFTER_USE,)
        assert both.account(Side.CUSTOMS) == ("100", "100", "declared")
        _decided(both, _reopen(both, RETURN))
        assert both.account(Side.CUSTOMS) == ("100", "0", "declared")
        both.settle()
        both.ready(certificate(number="AGAIN"))
        again = declaration(number=OTHER_RETURN, certificates=[{"number": "AGAIN"}])
        assert both.lodge(again).status == "reserved"


# --- a use that was wrong ---------------------------------------------------------------------------------


def _mistaken(both: Authorities, quantity: str = "100") -> Declaration:
    """RETURN has used the certificate; OTHER_RETURN, whose it is, is held for want of it."""
    both.used()
    other = declaration(number=OTHER_RETURN, items=[item(first={"quantity": quantity, "unit": "011"})])
    assert both.lodge(other).status == "held"
    assert both.findings(OTHER_RETURN)[0] == "certificate.used"
    return other


def test_a_wrong_use_moves_to_the_declaration_whose_it_is(both: Authorities) -> None:
    _mistaken(both)
    told = _decided(both, _move(both))
    assert (told.status, told.body["from"], told.body["declaration"]) == ("moved", RETURN, OTHER_RETURN)
    assert (both.state(), both.lodged().marks, both.lodged().certificates) == (RELEASED, (MOVED,), ())
    assert (both.state(OTHER_RETURN), both.lodged(OTHER_RETURN).certificates) == (RESERVED, (NUMBER,))
    both.settle()
    assert _sides(both) == ((UseState.USED, OTHER_RETURN), (UseState.USED, OTHER_RETURN))
    assert both.release(OTHER_RETURN).status == "released"
    both.settle()
    assert both.said(Side.CUSTOMS) == ["certificate.reserved", "certificate.used", "certificate.moved"]


def test_both_declarations_stand_in_both_records(both: Authorities) -> None:
    _mistaken(both)
    _decided(both, _move(both))
    both.settle()
    for side in Side:
        (entry,) = [e for e in both.stores[side].journal_after(0) if e.event == "certificate.moved"]
        assert (entry.other, entry.detail["moved_from"]) == (OTHER_RETURN, RETURN)
        decision = entry.detail["decision"]
        assert (decision["proposed_by"], decision["approved_by"]) == (FIRST, SECOND)


def test_never_back_to_voidable(both: Authorities) -> None:
    _mistaken(both)
    _decided(both, _move(both))
    both.withdraw(OTHER_RETURN)
    both.settle()
    assert _sides(both) == ((UseState.USED, OTHER_RETURN), (UseState.USED, OTHER_RETURN))
    refused(both.void(), "certificate.already_used", "tax")


def test_what_holds_it_now_is_not_corrected_and_does_not_expire(both: Authorities) -> None:
    other = _mistaken(both)
    _decided(both, _move(both))
    assert both.lodged(OTHER_RETURN).due is None
    changed = other.model_copy(update={"remark": "changed"})
    refused(both.correct(changed), "declaration.wrong_state", "customs")


@pytest.mark.parametrize(
    "case", ["does not fit", "not held", "not used", "not finished", "unknown", "on itself", "more than used"]
)
def test_what_cannot_be_moved_stays(both: Authorities, case: str) -> None:
    to = OTHER_RETURN
    if case == "does not fit":
        _mistaken(both, "101")
    elif case == "not held":
        _mistaken(both)
        both.withdraw(to)
    elif case == "not used":
        both.ready()
        both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})]))
        to = RETURN
    elif case == "not finished":
        both.reserved()
        both.lodge(declaration(number=to))
    elif case == "unknown":
        both.used()
    elif case == "on itself":
        both.used()
        to = RETURN
    else:
        both.ready()
        both.lodge(declaration(items=[item(first={"quantity": "60", "unit": "011"})]))
        both.release()
        both.to_tax()
        both.lodge(declaration(number=to))
    before = both.everything()
    refused(_move(both, to=to), "decision.not_movable", "customs")
    assert both.everything() == before


def test_a_number_that_nobody_knows(both: Authorities) -> None:
    refused(_move(both, "NOSUCH"), "certificate.not_found", "customs")
    refused(_override(both, "NOSUCH"), "declaration.not_found", "customs")
    refused(_reopen(both, "NOSUCH"), "declaration.not_found", "customs")


def test_a_move_takes_and_gives_goods(both: Authorities) -> None:
    """The rest of what was certified has gone back to tax's ledger when it was used."""
    both.exported()
    both.ready()
    both.lodge(declaration())
    both.release()
    both.settle()
    small = [item(first={"quantity": "60", "unit": "011"})]
    both.lodge(declaration(number=OTHER_RETURN, items=small))
    assert both.state(OTHER_RETURN) is HELD
    _decided(both, _move(both))
    both.settle()
    assert both.account(Side.CUSTOMS) == ("100", "60", "declared")
    assert both.account(Side.TAX) == ("100", "60", "declared")
    assert both.issue(certificate(number="REST", lines=[line(quantity="40")])).status == "issued"


def test_a_moved_use_moves_on(both: Authorities) -> None:
    _mistaken(both)
    _decided(both, _move(both))
    both.release(OTHER_RETURN)
    third = "530120261000000003"
    both.lodge(declaration(number=third))
    _decided(both, _move(both, to=third))
    both.settle()
    assert _sides(both) == ((UseState.USED, third), (UseState.USED, third))


def test_a_decision_about_another_holder_has_been_overtaken(both: Authorities) -> None:
    """Two acts for one certificate: the second finds it with another declaration."""
    _mistaken(both)
    third = "530120261000000003"
    both.lodge(declaration(number=third))
    first, second = _move(both), _move(both, to=third)
    _decided(both, first)
    both.release(OTHER_RETURN)
    before = both.everything()
    refused(both.approve(second.body["act"]), "decision.not_movable", "customs")
    assert both.everything() == before


def test_the_kinds_of_acts_are_known() -> None:
    assert {ActKind.OVERRIDE.value, ActKind.REOPEN_GOODS.value, ActKind.MOVE_USE.value} == {
        "declaration.override", "goods.reopen", "use.move",
    }  # fmt: skip
