"""What returns, amendments and withdrawals take of the exported goods at customs."""

from __future__ import annotations

import pytest

from hefu.protocol.records import DeclarationState, Side
from tests.builders import EXPORT, certificate, declaration, invoice_line, item, line
from tests.protocol.authorities import OTHER_RETURN, RETURN, Authorities

NAMED = [{"number": "SMALL"}, {"number": "LARGE"}]


def small(**changes: object) -> dict[str, object]:
    """Of a quantity, and silent about how much was exported."""
    return line(quantity="60", **{"exported_quantity": None, **changes})


def large(**changes: object) -> dict[str, object]:
    return line(**{"quantity": "40", "exported_quantity": "100", **changes})


def two(both: Authorities) -> None:
    both.ready(certificate(number="SMALL", lines=[small()]))
    both.ready(certificate(number="LARGE", lines=[large()]))


def of(quantity: str) -> list[dict[str, object]]:
    return [item(first={"quantity": quantity, "unit": "011"})]


def test_one_return_on_two_certificates_takes_what_the_better_informed_one_states(both: Authorities) -> None:
    two(both)
    assert both.lodge(declaration(certificates=NAMED, items=of("100"))).status == "reserved"
    assert both.account(Side.CUSTOMS) == ("100", "100", "stated")


def test_two_returns_one_after_the_other_take_the_same(both: Authorities) -> None:
    two(both)
    first = declaration(certificates=[{"number": "SMALL"}], items=of("60"))
    assert both.lodge(first).status == "reserved"
    second = declaration(number=OTHER_RETURN, certificates=[{"number": "LARGE"}], items=of("40"))
    assert both.lodge(second).status == "reserved"
    assert both.account(Side.CUSTOMS) == ("100", "100", "stated")


def test_a_held_return_takes_the_second_certificate_when_it_arrives_over_the_link(both: Authorities) -> None:
    both.ready(certificate(number="SMALL", lines=[small()]))
    assert both.lodge(declaration(certificates=NAMED, items=of("100"))).status == "held"
    both.ready(certificate(number="LARGE", lines=[large()]))
    assert both.state() is DeclarationState.RESERVED


def test_certificates_that_cover_more_than_was_exported_do_not_let_more_come_back(both: Authorities) -> None:
    both.ready(certificate(number="SMALL", lines=[line(quantity="40")]))
    both.ready(certificate(number="LARGE", lines=[line(quantity="40")]))
    both.exported("70")
    told = both.lodge(declaration(certificates=NAMED, items=of("80")))
    assert told.status == "held"
    assert both.findings() == ["quantity.exceeds_goods"]
    (finding,) = (one for one in both.lodged().comparison["findings"] if one["severity"] == "block")
    assert (finding["declared"], finding["certified"]) == ("80", "70")
    corrected = declaration(certificates=NAMED, items=of("70"))
    assert both.correct(corrected).status == "reserved"
    assert both.account(Side.CUSTOMS) == ("70", "70", "declared")


def test_what_a_withdrawn_certificate_stated_does_not_count(both: Authorities) -> None:
    both.ready(certificate(number="WRONG", lines=[line(quantity="10", exported_quantity="100")]))
    both.void("WRONG")
    both.settle()
    both.ready(certificate(number="SMALL", lines=[small()]))
    assert both.lodge(declaration(certificates=[{"number": "SMALL"}], items=of("60"))).status == "reserved"
    assert both.account(Side.CUSTOMS) == ("60", "60", "assumed")


@pytest.mark.parametrize(("becomes", "left"), [("120", "120"), ("80", "80")])
def test_an_amendment_of_a_quantity_reaches_the_ledgers_of_both_sides(
    both: Authorities, becomes: str, left: str
) -> None:
    both.exported()
    both.ready(certificate("amendment", number="AMEND", lines=[line(quantity="10")]))
    amendment = declaration(
        "amendment", certificates=[{"number": "AMEND"}], items=of("10"), becomes=of(becomes)
    )
    assert both.lodge(amendment).status == "reserved"
    assert both.release("XG2026000001").status == "released"
    both.settle()
    assert both.lodged(EXPORT).document.items[0].first.quantity == int(becomes)
    for side in Side:
        account = both.account(side)
        assert account is not None
        assert (account[0], account[2]) == (left, "declared")


def test_an_item_that_an_amendment_adds_enters_both_ledgers(both: Authorities) -> None:
    both.exported()
    both.ready(certificate("amendment", number="AMEND", lines=[line(quantity="10")]))
    added = item(item=2, first={"quantity": "7", "unit": "011"})
    amendment = declaration("amendment", certificates=[{"number": "AMEND"}], items=of("10"), becomes=[added])
    assert both.lodge(amendment).status == "reserved"
    both.release("XG2026000001")
    both.settle()
    for side in Side:
        assert both.account(side, f"item:{EXPORT}:2") == ("7", "0", "declared")


def test_a_reservation_given_back_leaves_the_account_as_it_was_known(both: Authorities) -> None:
    two(both)
    both.lodge(declaration(certificates=NAMED, items=of("100")))
    both.withdraw(RETURN)
    assert both.account(Side.CUSTOMS) == ("100", "0", "stated")


def test_a_withdrawal_of_an_unknown_export_that_names_no_items_is_held(both: Authorities) -> None:
    both.ready(certificate("withdrawal", number="WHOLE"))
    told = both.lodge(declaration("withdrawal", certificates=[{"number": "WHOLE"}], items=[]))
    assert told.status == "held"
    assert both.findings("XG2026000001") == ["item.none"]


def test_a_certificate_in_the_second_unit_cannot_take_goods_counted_in_the_first(both: Authorities) -> None:
    both.ready(certificate(number="KILOS", lines=[line(unit="千克", quantity="20", exported_quantity="20")]))
    both.exported()
    assert both.lodge(declaration(certificates=[{"number": "KILOS"}])).status == "held"
    assert both.findings() == ["unit.not_of_export"]


def test_what_has_been_withdrawn_cannot_be_withdrawn_or_returned_again(both: Authorities) -> None:
    both.exported()
    both.ready(certificate("withdrawal", number="WHOLE", lines=[line(quantity="100")]))
    both.lodge(declaration("withdrawal", certificates=[{"number": "WHOLE"}], items=[]))
    assert both.release("XG2026000001").status == "released"
    assert both.lodge(declaration()).status == "held"
    assert "original.not_in_force" in both.findings()
    assert both.events(Side.CUSTOMS, EXPORT).count("declaration.withdrawn_after_release") == 1


def test_a_return_before_the_release_of_its_export_waits_for_it(both: Authorities) -> None:
    both.ready(certificate("export", number="OUT", issued_on="2026-01-05", lines=[invoice_line()]))
    both.lodge(declaration("export", certificates=[{"number": "OUT"}]))
    both.ready()
    assert both.lodge(declaration()).status == "held"
    assert both.findings() == ["original.not_in_force"]
    assert both.release(EXPORT).status == "released"
    assert both.state() is DeclarationState.RESERVED
