"""Reissue: the new certificate takes the place of the old one and covers no more; customs is asked first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hefu.protocol.records import Issue, IssueState, Side
from hefu.rules.case import UseState
from tests.builders import certificate, declaration, invoice_line, line
from tests.protocol.authorities import NUMBER, RETURN, Authorities, refused

NEW = "BSWT0002"
ISSUED, SUPERSEDED = IssueState.ISSUED, IssueState.SUPERSEDED
AVAILABLE, RESERVED, USED = UseState.AVAILABLE, UseState.RESERVED, UseState.USED


def _draft(both: Authorities) -> None:
    both.ready(certificate(number="OLD"))
    both.reissue(certificate(), "OLD")


def _voided(both: Authorities) -> None:
    both.ready()
    both.void()
    both.settle()


def _requested(both: Authorities) -> None:
    both.ready()
    assert both.reissue(certificate(number=NEW)).status == "reissue_requested"


def test_reissue_before_use_takes_the_place_of_the_old_one(both: Authorities) -> None:
    both.ready()
    told = both.reissue(certificate(number=NEW))
    assert (told.status, told.body) == ("reissue_requested", {"replacement": NEW})
    assert both.issued(NEW).state is IssueState.DRAFT
    both.settle()
    assert both.at_tax() == (SUPERSEDED, AVAILABLE, None)
    assert both.at_tax(NEW) == (ISSUED, AVAILABLE, None)
    assert (both.issued().replacement, both.issued(NEW).replaces) == (NEW, NUMBER)
    assert both.at_customs() == (UseState.WITHDRAWN, None)
    assert both.at_customs(NEW) == (AVAILABLE, None)
    assert both.account(Side.TAX) == ("100", "100", "stated")


def test_a_draft_is_not_told_to_customs_before_the_grant(both: Authorities) -> None:
    _requested(both)
    both.to_customs()
    assert both.said(Side.TAX, NEW) == []
    both.to_tax()
    assert both.said(Side.TAX, NEW) == ["certificate.issued"]


def test_a_draft_covers_no_goods(both: Authorities) -> None:
    _requested(both)
    assert both.account(Side.TAX) == ("100", "100", "stated")


def test_reissue_again_while_customs_is_asked_asks_no_second_time(both: Authorities) -> None:
    _requested(both)
    before = both.everything()
    again = both.reissue(certificate(number=NEW))
    assert (again.status, again.body) == ("reissue_requested", {"replacement": NEW, "repeat": True})
    assert both.everything() == before


def test_a_reissue_refused_by_customs_drops_the_draft_and_frees_its_number(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration())
    both.reissue(certificate(number=NEW))
    both.settle()
    assert both.at_tax() == (ISSUED, RESERVED, RETURN)
    assert both.issued().replacement is None
    assert both.get(Side.TAX, Issue, NEW) is None
    assert both.events(Side.TAX, NEW) == ["certificate.drafted", "certificate.draft_dropped"]
    both.withdraw()
    both.settle()
    assert both.reissue(certificate(number=NEW)).status == "reissue_requested"


TAKEN: dict[str, Callable[[Authorities], None]] = {
    "issued": Authorities.ready,
    "draft": _draft,
    "voided": _voided,
}


@pytest.mark.parametrize("state", [*TAKEN, "itself"])
def test_reissue_under_a_number_that_is_taken_is_refused(both: Authorities, state: str) -> None:
    mine = certificate(number="MINE", lines=[line(item=5)])
    both.ready(mine)
    if state != "itself":
        TAKEN[state](both)
    number = "MINE" if state == "itself" else NUMBER
    told = both.reissue(mine.model_copy(update={"number": number}), "MINE")
    problem = refused(told, "certificate.number_taken", "tax")
    assert problem.value == ("issued" if state == "itself" else state)


@pytest.mark.parametrize(
    "lines",
    [
        [line(quantity="50.00001")],
        [line(quantity="50", item=2)],
        [line(quantity="50"), line(line=2, item=2)],
        [line(quantity="50", unit="千克")],
    ],
    ids=["more", "other item", "one more item", "other unit"],
)
def test_reissue_that_covers_more_is_refused(both: Authorities, lines: list[dict[str, object]]) -> None:
    both.ready(certificate(lines=[line(quantity="50")]))
    before = both.everything()
    told = both.reissue(certificate(number=NEW, lines=lines))
    assert refused(told, "certificate.reissue_covers_more", "tax").details["old"] == NUMBER
    assert both.everything() == before


def test_reissue_that_covers_less_returns_the_rest_to_the_ledger(both: Authorities) -> None:
    both.ready()
    both.reissue(certificate(number=NEW, lines=[line(quantity="30")]))
    both.settle()
    assert both.account(Side.TAX) == ("100", "30", "stated")


def test_reissue_before_export_keeps_to_the_invoice_line(both: Authorities) -> None:
    both.ready(certificate("export"))
    other = certificate("export", number=NEW, lines=[invoice_line(invoice="FP0002")])
    refused(both.reissue(other), "certificate.reissue_covers_more", "tax")
    assert both.reissue(certificate("export", number=NEW)).status == "reissue_requested"


def test_an_export_declaration_names_the_reissued_number_and_is_released(both: Authorities) -> None:
    _requested(both)
    both.settle()
    one = declaration(certificates=[{"number": NEW}])
    assert both.lodge(one).status == "reserved"
    assert both.release().status == "released"
    both.settle()
    assert both.at_tax(NEW) == (ISSUED, USED, RETURN)


def test_a_reissue_that_states_another_exported_quantity_is_refused_before_anything_is_asked(
    both: Authorities,
) -> None:
    both.ready()
    before = both.everything()
    other = certificate(number=NEW, lines=[line(exported_quantity="200")])
    refused(both.reissue(other), "goods.exported_quantity_differs", "tax")
    assert both.everything() == before


def test_a_grant_holds_though_the_export_declaration_has_said_otherwise_meanwhile(both: Authorities) -> None:
    both.ready(certificate(lines=[line(quantity="50", exported_quantity="100")]))
    both.reissue(certificate(number=NEW, lines=[line(quantity="50", exported_quantity="100")]))
    to_customs = both.open(Side.TAX)
    both.exported("80")
    assert both.account(Side.TAX) == ("80", "50", "declared")
    assert to_customs
    both.settle()
    assert both.at_tax()[0] is SUPERSEDED
    assert both.at_tax(NEW) == (ISSUED, AVAILABLE, None)
    assert both.account(Side.TAX) == ("80", "50", "declared")


def test_a_void_does_not_pass_for_a_repeat_of_a_pending_reissue(both: Authorities) -> None:
    _requested(both)
    before = both.everything()
    problem = refused(both.void(), "certificate.not_in_force", "tax")
    assert problem.details["state"] == "reissue_requested"
    assert both.everything() == before


def test_a_granted_reissue_asked_again_exists(both: Authorities) -> None:
    _requested(both)
    both.settle()
    before = both.everything()
    again = both.reissue(certificate(number=NEW))
    assert (again.status, again.body) == ("exists", {"state": "superseded", "replacement": NEW})
    assert both.everything() == before


def test_a_drafts_number_is_taken_even_for_the_same_content(both: Authorities) -> None:
    _requested(both)
    problem = refused(both.issue(certificate(number=NEW)), "certificate.number_taken", "tax")
    assert problem.value == "draft"
