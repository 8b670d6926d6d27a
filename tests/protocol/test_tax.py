"""A certificate at tax: what may become of it in each state, and under which name it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hefu.protocol.outcome import Outcome
from hefu.protocol.records import IssueState, Side
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from tests.builders import EXPORT, STRANGER, certificate, line
from tests.protocol.authorities import GOODS, INVOICE, NUMBER, RETURN, Authorities, facing, refused

NEW = "BSWT0002"
OTHER_EXPORT = "530120260000000002"
ISSUED, VOID_REQUESTED = IssueState.ISSUED, IssueState.VOID_REQUESTED
VOIDED, SUPERSEDED = IssueState.VOIDED, IssueState.SUPERSEDED
AVAILABLE, RESERVED, USED = UseState.AVAILABLE, UseState.RESERVED, UseState.USED


# --- issue --------------------------------------------------------------------------------------------


def test_issue_puts_in_force_covers_the_goods_and_tells_customs(both: Authorities) -> None:
    assert both.issue(certificate()).status == "issued"
    assert both.at_tax() == (ISSUED, AVAILABLE, None)
    assert both.account(Side.TAX) == ("100", "100", "stated")
    assert both.said(Side.TAX) == ["certificate.issued"]
    assert both.events(Side.TAX) == ["certificate.issued"]
    both.settle()
    assert both.at_customs() == (AVAILABLE, None)


def test_issue_again_is_exists_and_changes_nothing(both: Authorities) -> None:
    both.issue(certificate())
    before = both.everything()
    again = both.issue(certificate())
    assert (again.status, again.refused, again.body) == ("exists", False, {"state": "issued"})
    assert both.everything() == before


def test_same_number_with_other_content_is_refused_with_both_digests(both: Authorities) -> None:
    both.issue(certificate())
    before = both.everything()
    told = both.issue(certificate(remark="other"))
    problem = refused(told, "exists_with_different_content", "tax")
    assert problem.details["stored"] == both.issued().digest != problem.details["given"]
    assert both.everything() == before


def test_second_certificate_for_the_same_goods_is_refused_naming_the_first(both: Authorities) -> None:
    both.issue(certificate())
    before = both.everything()
    problem = refused(both.issue(certificate(number=NEW)), "goods.already_covered", "tax")
    assert problem.details["by"] == NUMBER
    assert (problem.details["goods"], problem.details["left"], problem.details["wanted"]) == (
        GOODS,
        "0",
        "100",
    )
    assert both.everything() == before


def test_second_certificate_for_the_same_invoice_line_is_refused(both: Authorities) -> None:
    both.issue(certificate("export"))
    problem = refused(both.issue(certificate("export", number=NEW)), "goods.already_covered", "tax")
    assert problem.details["goods"] == INVOICE


def test_the_same_invoice_number_of_another_firm_is_other_goods(both: Authorities) -> None:
    both.issue(certificate("export"))
    assert both.issue(certificate("export", number=NEW, holder=STRANGER)).status == "issued"


def test_a_second_certificate_may_cover_what_the_first_left(both: Authorities) -> None:
    both.issue(certificate(lines=[line(quantity="60")]))
    assert both.issue(certificate(number=NEW, lines=[line(quantity="40")])).status == "issued"
    refused(
        both.issue(certificate(number="B3", lines=[line(quantity="0.00001")])), "goods.already_covered", "tax"
    )


def test_goods_are_refused_whole_when_one_line_of_two_is_covered_already(both: Authorities) -> None:
    both.issue(certificate(lines=[line(item=2)]))
    before = both.everything()
    two = certificate(number=NEW, lines=[line(), line(line=2, item=2)])
    assert refused(both.issue(two), "goods.already_covered", "tax").details["line"] == 2
    assert both.everything() == before


def test_lines_of_several_export_declarations_are_refused_by_default(both: Authorities) -> None:
    lines = [line(), line(line=2, declaration=OTHER_EXPORT)]
    problem = refused(both.issue(certificate(lines=lines)), "certificate.several_declarations", "tax")
    assert EXPORT in problem.value
    assert OTHER_EXPORT in problem.value


def test_lines_of_several_export_declarations_are_one_setting_away() -> None:
    with facing(Policy(certificate_lines="several")) as both:
        lines = [line(), line(line=2, declaration=OTHER_EXPORT)]
        assert both.issue(certificate(lines=lines)).status == "issued"


# --- the states ---------------------------------------------------------------------------------------


def _draft(both: Authorities) -> None:
    both.ready(certificate(number="OLD"))
    both.reissue(certificate(), "OLD")


def _unknown(_: Authorities) -> None:
    """No certificate under this number."""


def _issued(both: Authorities) -> None:
    both.ready()


def _void_requested(both: Authorities) -> None:
    both.ready()
    both.void()


def _reissue_requested(both: Authorities) -> None:
    both.ready()
    both.reissue(certificate(number=NEW))


def _voided(both: Authorities) -> None:
    _void_requested(both)
    both.settle()


def _superseded(both: Authorities) -> None:
    _reissue_requested(both)
    both.settle()


State = Callable[[Authorities], None]
STATES: dict[str, State] = {
    "draft": _draft,
    "issued": _issued,
    "void requested": _void_requested,
    "reissue requested": _reissue_requested,
    "voided": _voided,
    "superseded": _superseded,
    "reserved": Authorities.reserved,
    "used": Authorities.used,
}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", (IssueState.DRAFT, AVAILABLE, None)),
        ("issued", (ISSUED, AVAILABLE, None)),
        ("void requested", (VOID_REQUESTED, AVAILABLE, None)),
        ("reissue requested", (VOID_REQUESTED, AVAILABLE, None)),
        ("voided", (VOIDED, AVAILABLE, None)),
        ("superseded", (SUPERSEDED, AVAILABLE, None)),
        ("reserved", (ISSUED, RESERVED, RETURN)),
        ("used", (ISSUED, USED, RETURN)),
    ],
)
def test_every_state_is_reached(
    both: Authorities, state: str, expected: tuple[IssueState, UseState, str | None]
) -> None:
    STATES[state](both)
    assert both.at_tax() == expected


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("issued", "issued"),
        ("void requested", "void_requested"),
        ("reissue requested", "void_requested"),
        ("voided", "voided"),
        ("superseded", "superseded"),
        ("reserved", "issued"),
        ("used", "issued"),
    ],
)
def test_issue_again_is_exists_in_every_state_and_tells_the_state(
    both: Authorities, state: str, told: str
) -> None:
    STATES[state](both)
    before = both.everything()
    again = both.issue(certificate())
    assert (again.status, again.body) == ("exists", {"state": told})
    assert both.everything() == before


@pytest.mark.parametrize("state", STATES)
def test_other_content_under_the_number_is_refused_in_every_state(both: Authorities, state: str) -> None:
    STATES[state](both)
    before = both.everything()
    code = "certificate.number_taken" if state == "draft" else "exists_with_different_content"
    refused(both.issue(certificate(remark="other")), code, "tax")
    assert both.everything() == before


def _void(both: Authorities) -> Outcome:
    return both.void()


def _reissue(both: Authorities) -> Outcome:
    return both.reissue(certificate(number="BSWT0003"))


REFUSED = (
    ("unknown", _void, "certificate.not_found"),
    ("unknown", _reissue, "certificate.not_found"),
    ("draft", _void, "certificate.not_found"),
    ("draft", _reissue, "certificate.not_found"),
    ("void requested", _reissue, "certificate.not_in_force"),
    ("reissue requested", _reissue, "certificate.not_in_force"),
    ("voided", _reissue, "certificate.not_in_force"),
    ("superseded", _void, "certificate.not_in_force"),
    ("superseded", _reissue, "certificate.not_in_force"),
    ("used", _void, "certificate.already_used"),
    ("used", _reissue, "certificate.already_used"),
)


@pytest.mark.parametrize(("state", "command", "code"), REFUSED)
def test_what_may_not_be_voided_or_reissued_is_refused_and_nothing_changes(
    both: Authorities, state: str, command: Callable[[Authorities], Outcome], code: str
) -> None:
    STATES.get(state, _unknown)(both)
    before = both.everything()
    refused(command(both), code, "tax")
    assert both.everything() == before


@pytest.mark.parametrize("command", [_void, _reissue])
def test_after_use_void_and_reissue_are_refused_naming_the_declaration(
    both: Authorities, command: Callable[[Authorities], Outcome]
) -> None:
    both.used()
    problem = refused(command(both), "certificate.already_used", "tax")
    assert problem.value == problem.details["declaration"] == RETURN
    assert all(RETURN in text for text in problem.message)


# --- void ---------------------------------------------------------------------------------------------


def test_void_before_use_is_asked_granted_and_gives_the_goods_back(both: Authorities) -> None:
    both.ready()
    assert both.void().status == "void_requested"
    assert both.account(Side.TAX) == ("100", "100", "stated")
    both.to_customs()
    assert both.at_customs() == (UseState.WITHDRAWN, None)
    both.to_tax()
    assert both.at_tax() == (VOIDED, AVAILABLE, None)
    assert both.account(Side.TAX) == ("100", "0", "stated")
    assert both.events(Side.TAX) == ["certificate.issued", "certificate.void_requested", "certificate.voided"]


def test_a_voided_certificate_leaves_its_goods_to_another(both: Authorities) -> None:
    _voided(both)
    assert both.issue(certificate(number=NEW)).status == "issued"


def test_void_again_while_customs_is_asked_asks_no_second_time(both: Authorities) -> None:
    _void_requested(both)
    before = both.everything()
    again = both.void()
    assert (again.status, again.body["repeat"]) == ("void_requested", True)
    assert both.everything() == before


def test_void_of_a_voided_certificate_is_exists(both: Authorities) -> None:
    _voided(both)
    again = both.void()
    assert (again.status, again.body) == ("exists", {"state": "voided"})


def test_tax_asks_even_when_it_knows_of_a_reservation_for_customs_decides(both: Authorities) -> None:
    both.reserved()
    assert both.void().status == "void_requested"
    both.settle()
    assert both.at_tax() == (ISSUED, RESERVED, RETURN)
    assert both.events(Side.TAX)[-1] == "certificate.void_refused"


def test_after_a_refused_void_and_a_freed_reservation_the_next_void_is_granted(both: Authorities) -> None:
    both.reserved()
    both.void()
    both.settle()
    both.withdraw()
    both.settle()
    assert both.void().status == "void_requested"
    assert both.issued().requests == 2
    both.settle()
    assert both.at_tax()[0] is VOIDED
