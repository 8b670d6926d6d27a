"""Policy ``used_at``: when a certificate becomes used. The default is tested everywhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hefu.protocol.marks import AFTER_USE
from hefu.protocol.records import DeclarationState, Lodgement, Side
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from tests.builders import certificate, declaration
from tests.protocol.authorities import NUMBER, OTHER_RETURN, RETURN, Authorities

USED = (UseState.USED, RETURN)


@pytest.fixture
def passing() -> Authorities:
    """Used at passing, one return lodged and passed, and told to tax."""
    return _lodged(Policy(used_at="passing"))


def _lodged(policy: Policy) -> Authorities:
    both = Authorities(policy)
    both.issue(certificate())
    both.settle()
    both.lodge(declaration())
    both.settle()
    return both


def _lodgement(both: Authorities, number: str = RETURN) -> Lodgement:
    found = both.get(Side.CUSTOMS, Lodgement, number)
    assert found is not None
    return found


def test_what_passes_uses_its_certificate_at_once(passing: Authorities) -> None:
    assert _lodgement(passing).state is DeclarationState.RESERVED
    assert passing.at_customs() == passing.at_tax()[1:] == USED


def test_there_is_no_reservation_that_could_expire(passing: Authorities) -> None:
    assert _lodgement(passing).due is None
    passing.pass_days(400)
    assert passing.expire().status == "not_due"


def test_release_adds_nothing_to_the_use(passing: Authorities) -> None:
    assert passing.release().status == "released"
    passing.settle()
    assert passing.said(Side.CUSTOMS) == ["certificate.used"]
    assert passing.at_tax()[1:] == USED


@pytest.mark.parametrize("how", ["withdraw", "refuse"])
def test_closing_it_frees_nothing_and_marks_the_certificate(passing: Authorities, how: str) -> None:
    passing.command(how)
    passing.settle()
    assert not _lodgement(passing).state.is_open
    assert _lodgement(passing).marks == (AFTER_USE,)
    assert _lodgement(passing).certificates == (NUMBER,)
    assert passing.at_customs() == passing.at_tax()[1:] == USED
    assert passing.issued().marks == (AFTER_USE,)


def test_it_cannot_be_corrected_any_more(passing: Authorities) -> None:
    assert passing.correct(declaration(remark="changed")).status == "declaration.wrong_state"


def test_a_held_one_can_be_corrected_and_then_uses() -> None:
    both = Authorities(Policy(used_at="passing"))
    both.issue(certificate())
    both.settle()
    assert both.lodge(declaration(certificates=[{"number": "OTHER"}])).status == "held"
    assert both.correct(declaration()).status == "reserved"
    assert both.at_customs() == USED


def test_the_certificate_cannot_be_voided_any_more(passing: Authorities) -> None:
    assert passing.void().refused


def test_another_declaration_finds_it_used(passing: Authorities) -> None:
    assert passing.lodge(declaration(number=OTHER_RETURN)).status == "held"
    found = _lodgement(passing, OTHER_RETURN).comparison["findings"]
    assert found[0]["code"] == "certificate.used"


def test_by_default_it_is_reserved_until_release_or_expiry() -> None:
    both = _lodged(Policy())
    assert both.at_customs() == both.at_tax()[1:] == (UseState.RESERVED, RETURN)
    due = _lodgement(both).due
    assert due is not None
    assert due - _lodgement(both).changed_at == timedelta(days=14)
    both.withdraw()
    both.settle()
    assert both.at_customs() == (UseState.AVAILABLE, None)
