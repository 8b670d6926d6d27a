"""Value and refund, one broken pair a rule."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.rules.case import Case
from hefu.rules.policy import Policy
from tests.builders import item, line
from tests.rules.pairs import Broken, codes, judged, pair

EUROS = Policy.model_validate({"rates": {"202602": {"EUR": "8", "USD": "7"}}})


def _value(fob: str = "1000", **shipped: Any) -> Case:
    total, currency = shipped.pop("total", "1000"), shipped.pop("currency", "USD")
    return pair(
        cert={"lines": [line(fob_usd=fob)]},
        shipped={"terms": "FOB", "items": [item(total=total, currency=currency)], **shipped},
    )


def _tax(state: str, **tax: str) -> Case:
    return pair(cert={"refund_state": state, "lines": [line(tax=tax, quantity="50")]}, decl={"items": [HALF]})


HALF = item(first={"quantity": "50", "unit": "011"})
PAID = {"refunded_vat": "130", "repaid_vat": "65", "payment_slip": "JK1", "paid_on": "2026-02-20"}

BROKEN = (
    Broken("value.differs", _value("900"), "1000", "900", "fob_usd", severity="warn", item=1, line=1),
    Broken(
        "value.not_compared",
        _value(currency="EUR"),
        "EUR",
        "1000",
        "fob_usd",
        severity="info",
        item=1,
        line=1,
    ),
    Broken(
        "refund.open",
        pair(cert={"refund_state": "refunded_open"}),
        "return",
        "refunded_open",
        "refund_state",
        severity="warn",
        question="entitlement",
    ),
    Broken(
        "refund.contradicts",
        _tax("not_claimed", refunded_vat="130"),
        "130",
        "not_claimed",
        "refund_state",
        severity="warn",
        question="entitlement",
        item=1,
        line=1,
    ),
    Broken(
        "refund.payment_missing",
        pair(cert={"refund_state": "paid_back"}),
        "",
        "",
        "payment_slip",
        severity="warn",
        question="entitlement",
        item=1,
        line=1,
    ),
    Broken(
        "refund.amount_differs",
        _tax("paid_back", **{**PAID, "repaid_vat": "64.98"}),
        "65",
        "64.98",
        "repaid",
        severity="warn",
        question="entitlement",
        item=1,
        line=1,
    ),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


def test_values_brought_to_fob_fit() -> None:
    assert codes(_value()) == []
    assert codes(_value("950.01")) == []
    assert codes(_value("949")) == ["value.differs"]
    assert codes(_value("1142.86", currency="EUR"), EUROS) == []
    freight = {"mark": "total", "value": "70", "currency": "EUR"}
    insured = {"mark": "rate", "value": "0.3"}
    cif: dict[str, Any] = {"terms": "CIF", "freight": freight, "insurance": insured}
    assert codes(_value("917", **cif), EUROS) == []
    assert codes(_value("1000", **cif), EUROS) == ["value.differs"]
    assert judged(_value("1", **cif), EUROS).findings[0].declared == "917"


def test_what_was_repaid_in_full_fits() -> None:
    assert codes(_tax("paid_back", **PAID)) == []
