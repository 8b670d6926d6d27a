"""While an amendment or withdrawal of an export declaration is under way, other acts on it wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hefu.documents.declaration import Declaration
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble
from hefu.protocol.records import Side
from tests.builders import EXPORT, certificate, declaration, invoice_line, item, line
from tests.protocol.authorities import RETURN, Authorities

AMENDMENT = "XG2026000001"


@pytest.fixture
def both() -> Authorities:
    """A released export of two items; certificates to return item 1 and to amend item 2."""
    made = Authorities()
    items = [item(), item(item=2)]
    lines = [invoice_line(), invoice_line(line=2, invoice_line=2)]
    made.issue(certificate("export", number="CK1", issued_on="2026-01-31", lines=lines))
    made.settle()
    made.lodge(declaration("export", certificates=[{"number": "CK1"}], items=items))
    made.release(EXPORT)
    made.settle()
    made.issue(certificate(number="TY1"))
    made.issue(certificate("amendment", number="GD1", lines=[line(item=2)]))
    made.settle()
    assert made.lodge(_amendment()).status == "reserved"
    return made


def _amendment() -> Declaration:
    half = item(item=2, first={"quantity": "50", "unit": "011"})
    return declaration(
        "amendment", number=AMENDMENT, certificates=[{"number": "GD1"}], items=[item(item=2)], becomes=[half]
    )


def _return() -> Declaration:
    return declaration(certificates=[{"number": "TY1"}])


def _codes(both: Authorities, number: str = RETURN) -> list[str]:
    entries = [e for e in both.stores[Side.CUSTOMS].verdicts() if e.number == number]
    return list(entries[-1].detail["findings"])


def test_a_return_waits_for_the_amendment_and_is_compared_with_what_came_of_it(both: Authorities) -> None:
    assert both.lodge(_return()).status == "held"
    assert _codes(both) == ["original.changing"]
    both.release(AMENDMENT)
    assert _codes(both) == ["original.amended_since"]
    assert both.release().status == "released"


@pytest.mark.parametrize("how", ["withdraw", "refuse", "expire"])
def test_it_goes_on_when_the_amendment_is_given_up(both: Authorities, how: str) -> None:
    both.lodge(_return())
    if how == "expire":
        both.pass_days(15)
    both.command(how, AMENDMENT)
    assert _codes(both) == []
    assert both.release().status == "released"


def test_the_amendment_does_not_wait_for_itself(both: Authorities) -> None:
    assert both.correct(_amendment().model_copy(update={"remark": "again"})).status == "reserved"


def test_of_two_withdrawals_the_second_waits(both: Authorities) -> None:
    both.withdraw(AMENDMENT)
    whole = [line(), line(line=2, item=2)]
    both.void("TY1")
    both.void("GD1")
    both.settle()
    both.issue(certificate("withdrawal", number="CD1", lines=whole))
    both.settle()
    first = declaration("withdrawal", number="CD2026000001", certificates=[{"number": "CD1"}], items=[])
    assert both.lodge(first).status == "reserved"
    second = declaration("withdrawal", number="CD2026000002", certificates=[{"number": "CD1"}], items=[])
    both.lodge(second)
    assert "original.changing" in _codes(both, "CD2026000002")


def test_a_return_under_way_changes_nothing_of_the_export(both: Authorities) -> None:
    both.withdraw(AMENDMENT)
    both.lodge(_return())
    assert both.lodge(_amendment().model_copy(update={"number": "XG2026000002"})).status == "reserved"


def test_the_day_of_an_amendment_is_the_day_in_shanghai(both: Authorities) -> None:
    both.now = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
    both.release(AMENDMENT)
    case = assemble(Book(both.stores[Side.CUSTOMS], both.now), _return(), both.policy)
    assert str(case.amended_on) == "2026-03-11"
