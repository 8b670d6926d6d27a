"""What has become of the tax: states and their obligations, what was refunded and what was paid back."""

from __future__ import annotations

from typing import Any, Final

import pytest

from hefu.rules.case import Case
from hefu.rules.derived import derive
from hefu.rules.expressions import is_told
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from tests.builders import certificate, invoice_line, item, line
from tests.rules.pairs import ACTS, DEFAULT, Broken, Changes, codes, judged, pair, standing

PAID: Final[Changes] = {
    "refunded_vat": "130", "repaid_vat": "65", "payment_slip": "JK1", "paid_on": "2026-02-20",
}  # fmt: skip
STATES = ("not_claimed", "reversed", "paid_back", "refunded_open")


def _tax(
    state: str, act: str = "return", quantity: str = "50", exported: str | None = "100", **tax: Any
) -> Case:
    """A certificate for 50 of 100 pieces, whose tax is so."""
    made = invoice_line if act == "export" else line
    told = {name: value for name, value in tax.items() if value is not None}
    return pair(
        act,
        cert={
            "refund_state": state,
            "lines": [made(tax=told or None, quantity=quantity, exported_quantity=exported)],
        },
        decl={"items": [item(first={"quantity": quantity, "unit": "011"})]},
    )


BROKEN = (
    *(
        Broken(
            "refund.open",
            pair(act, cert={"refund_state": "refunded_open"}),
            act,
            "refunded_open",
            "refund_state",
            severity="warn",
            question="entitlement",
            why=act,
        )
        for act in ACTS
    ),
    *(
        Broken(
            "refund.contradicts",
            _tax("not_claimed", act, quantity="100", refunded_vat="0.000001"),
            "0.000001",
            "not_claimed",
            "refund_state",
            severity="warn",
            question="entitlement",
            item=1,
            line=1,
            why=act,
        )
        for act in ACTS
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
        "refund.paid_after_issue",
        _tax("paid_back", **{**PAID, "paid_on": "2026-03-02"}),
        "2026-03-02",
        "2026-03-01",
        "paid_on",
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


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("not_claimed", []),
        ("reversed", []),
        ("paid_back", ["refund.payment_missing"]),
        ("refunded_open", ["refund.open"]),
    ],
)
@pytest.mark.parametrize("act", ACTS)
def test_each_state_says_what_is_due_and_holds_nothing(act: str, state: str, expected: list[str]) -> None:
    case = pair(act, cert={"refund_state": state})
    assert codes(case) == expected
    assert judged(case).passes


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tax", ["refunded_vat", "refunded_consumption_tax"])
def test_tax_refunded_contradicts_only_what_was_never_claimed(state: str, tax: str) -> None:
    found = codes(_tax(state, **{tax: "1", "payment_slip": "JK", "paid_on": "2026-02-20"}))
    assert ("refund.contradicts" in found) is (state == "not_claimed")


def test_tax_of_nought_is_no_tax_refunded() -> None:
    assert codes(_tax("not_claimed", refunded_vat="0")) == []


@pytest.mark.parametrize(
    ("tax", "told"),
    [
        ({"repaid_vat": "0"}, None),
        ({"refunded_vat": "0", "repaid_vat": "0"}, None),
        ({"repaid_vat": "0.000001"}, "0.000001"),
        ({"repaid_consumption_tax": "7"}, "7"),
        ({"refunded_vat": "0", "repaid_vat": "5"}, "5"),
        ({"refunded_vat": "0.000001", "repaid_vat": "5"}, "0.000001"),
        ({"refunded_vat": "13", "refunded_consumption_tax": "2", "repaid_vat": "5"}, "15"),
    ],
)
def test_what_was_never_claimed_was_neither_refunded_nor_repaid(tax: Changes, told: str | None) -> None:
    found = judged(_tax("not_claimed", **tax)).findings
    assert [(one.code, one.declared) for one in found] == ([("refund.contradicts", told)] if told else [])


@pytest.mark.parametrize(
    ("slip", "day", "missing"),
    [("JK1", "2026-02-20", False), (None, "2026-02-20", True), ("JK1", None, True), (None, None, True)],
)
def test_what_was_paid_back_has_its_slip_and_its_day(
    slip: str | None, day: str | None, *, missing: bool
) -> None:
    case = _tax("paid_back", refunded_vat="130", repaid_vat="65", payment_slip=slip, paid_on=day)
    assert codes(case) == (["refund.payment_missing"] if missing else [])
    for state in ("not_claimed", "reversed"):
        assert "refund.payment_missing" not in codes(_tax(state, payment_slip=slip, paid_on=day))


@pytest.mark.parametrize(
    ("repaid", "fits"),
    [
        ("65", True),
        ("65.01", True),
        ("64.99", True),
        ("65.010001", False),
        ("64.989999", False),
        (None, False),
    ],
)
def test_the_refund_comes_back_by_quantity_within_a_cent(repaid: str | None, *, fits: bool) -> None:
    case = _tax("paid_back", **{**PAID, "repaid_vat": repaid})
    assert codes(case) == ([] if fits else ["refund.amount_differs"])


@pytest.mark.parametrize("state", STATES)
def test_only_what_was_paid_back_is_held_against_the_refund(state: str) -> None:
    found = codes(_tax(state, **{**PAID, "repaid_vat": "1"}))
    assert ("refund.amount_differs" in found) is (state == "paid_back")


@pytest.mark.parametrize(
    ("tax", "quantity", "exported", "due"),
    [
        ({"refunded_vat": "130"}, "50", "100", "65"),
        ({"refunded_vat": "100", "refunded_consumption_tax": "30"}, "50", "100", "65"),
        ({"refunded_consumption_tax": "130"}, "25", "100", "32.5"),
        ({"refunded_vat": "100"}, "1", "3", "33.33"),
        ({"refunded_vat": "200"}, "1", "3", "66.67"),
        ({"refunded_vat": "0.01"}, "1", "2", "0.01"),
        ({"refunded_vat": "0.009999"}, "1", "2", "0"),
        ({"refunded_vat": "130"}, "100", "100", "130"),
    ],
)
def test_what_is_due_is_rounded_to_the_cent(tax: Changes, quantity: str, exported: str, due: str) -> None:
    case = _tax(
        "paid_back",
        quantity=quantity,
        exported=exported,
        **{**PAID, "refunded_vat": None, **tax, "repaid_vat": "9999"},
    )
    (found,) = (one for one in judged(case).findings if one.code == "refund.amount_differs")
    assert (found.declared, found.certified) == (due, "9999")


def test_both_taxes_repaid_count_together() -> None:
    case = _tax("paid_back", **{**PAID, "repaid_vat": "60", "repaid_consumption_tax": "5"})
    assert codes(case) == []


def test_the_greatest_amounts_and_quantities_are_exact() -> None:
    most, tax = "9999999999999.99999", "999999999999.99"
    told: Changes = {"payment_slip": "JK1", "paid_on": "2026-02-20", "repaid_vat": tax}
    told |= {"refunded_vat": tax, "refunded_consumption_tax": tax}
    whole = _tax("paid_back", quantity=most, exported=most, **told, repaid_consumption_tax=tax)
    assert "refund.amount_differs" not in codes(whole)
    short = _tax(
        "paid_back", quantity=most, exported=most, **told, repaid_consumption_tax="999999999999.979999"
    )
    (one,) = (one for one in judged(short).findings if one.code == "refund.amount_differs")
    assert (one.declared, one.certified) == ("1999999999999.98", "1999999999999.969999")


def test_without_a_stated_quantity_the_export_declaration_tells_it() -> None:
    case = _tax("paid_back", exported=None, **{**PAID, "repaid_vat": "64.98"})
    assert [one.declared for one in judged(case).findings] == ["65"]


def test_without_any_exported_quantity_nothing_is_due() -> None:
    case = _tax("paid_back", "export", exported=None, **{**PAID, "repaid_vat": "1"})
    assert codes(case) == []


@pytest.mark.parametrize(
    ("refunded", "most", "fits"),
    [("0", "0", True), ("0.01", "0.01", True), ("0.01", "0", False), ("0.02", "0.01", False)],
)
def test_what_is_not_stated_as_repaid_is_nought(refunded: str, most: str, *, fits: bool) -> None:
    case = _tax("paid_back", quantity="100", refunded_vat=refunded, payment_slip="JK1", paid_on="2026-02-20")
    found = codes(case, Policy.model_validate({"repaid_amount": most}))
    assert found == ([] if fits else ["refund.amount_differs"])


def test_how_near_is_near_enough_is_policy() -> None:
    case = _tax("paid_back", **{**PAID, "repaid_vat": "60"})
    assert codes(case, Policy.model_validate({"repaid_amount": "5"})) == []
    assert codes(case, Policy.model_validate({"repaid_amount": "4.99"})) == ["refund.amount_differs"]


def test_a_certificate_for_another_purpose_says_nothing_of_its_tax() -> None:
    document = certificate("amendment", refund_state="refunded_open")
    assert codes(pair(certificates=(standing(document),))) == ["purpose.differs"]


def test_only_a_frame_in_which_a_line_states_tax_is_asked_for_amounts() -> None:
    silent, stated = _tax("paid_back"), _tax("paid_back", **PAID)
    assert not is_told(build([silent, silent], [True, True]), "refunded")
    assert is_told(build([silent, stated], [True, True]), "refunded")
    frame = derive(build([silent], [True]), DEFAULT, SELDOM)
    assert frame.select("repaid_due", "repaid_off").rows() == [(None, False)]


def test_tax_repaid_contradicts_what_was_never_claimed_too() -> None:
    (found,) = judged(_tax("not_claimed", repaid_vat="5", payment_slip="JK1", paid_on="2026-02-20")).findings
    assert (found.code, found.declared) == ("refund.contradicts", "5")


@pytest.mark.parametrize(("day", "fits"), [("2026-02-28", True), ("2026-03-01", True), ("2026-03-02", False)])
@pytest.mark.parametrize("act", ["export", "return", "amendment"])
def test_tax_reaches_the_treasury_before_the_certificate_says_so(act: str, day: str, *, fits: bool) -> None:
    case = _tax("paid_back", act, **{**PAID, "paid_on": day})
    assert codes(case) == ([] if fits else ["refund.paid_after_issue"])
    assert judged(case).passes


def test_a_treasury_date_without_its_slip_lacks_the_slip_and_may_be_late_too() -> None:
    late = _tax("paid_back", **{**PAID, "payment_slip": None, "paid_on": "2026-03-02"})
    assert codes(late) == ["refund.payment_missing", "refund.paid_after_issue"]
