"""Does the value fit? Terms, charges, currencies and both tolerances, exact to the last decimal."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any, Final

import polars as pl
import pytest

from hefu.rules.case import Case
from hefu.rules.compare import compare
from hefu.rules.derived import derive
from hefu.rules.expressions import is_told
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from tests.builders import certificate, invoice_line, item, line
from tests.rules.pairs import (
    ACTS,
    AFTER_EXPORT,
    DEFAULT,
    OTHER_EXPORT,
    Broken,
    Changes,
    codes,
    judged,
    only,
    pair,
    standing,
)

RATES: Final = {
    "202601": {"EUR": "9", "USD": "7"},
    "202602": {"EUR": "8", "USD": "7", "JPY": "0.05"},
    "202603": {"EUR": "10", "USD": "7"},
}
RATED: Final = Policy.model_validate({"rates": RATES})
GREATEST: Final = "99999999999999.9999"
"""The largest amount that a document can state."""


def _total(amount: str, currency: str = "USD") -> Changes:
    return {"mark": "total", "value": amount, "currency": currency}


def _tonne(amount: str, currency: str = "USD") -> Changes:
    return {"mark": "unit", "value": amount, "currency": currency}


def _rate(percent: str) -> Changes:
    return {"mark": "rate", "value": percent}


def _case(
    fob: str | None = "1000",
    act: str = "return",
    *,
    covered: str = "100",
    total: str | None = "1000",
    currency: str | None = "USD",
    more: tuple[Changes, ...] = (),
    **head: Any,
) -> Case:
    """A line that states ``fob`` for ``covered`` of 100 pieces, exported at ``total``."""
    priced = item(total=total, currency=currency)
    head = {"terms": "FOB", "items": [priced, *more], **head}
    made = invoice_line if act == "export" else line
    cert: Changes = {"lines": [made(fob_usd=fob, quantity=covered)]}
    if act == "export":
        return pair(act, cert=cert, decl=head)
    return pair(act, cert=cert, decl={"items": [_of(covered)]}, shipped=head)


def _of(quantity: str, number: int = 1, **changes: Any) -> Changes:
    return item(item=number, first={"quantity": quantity, "unit": "011"}, **changes)


def _told(case: Case, policy: Policy = RATED) -> tuple[int | None, bool, bool]:
    """Expected value (scaled by 10^4), off, not rated."""
    frame = derive(build([case], [True]), policy, SELDOM)
    row = frame.select("expected_fob", "value_off", "value_unrated").row(0)
    return (row[0], row[1], row[2])


def _expected(case: Case, policy: Policy = RATED) -> Decimal | None:
    scaled = _told(case, policy)[0]
    return None if scaled is None else Decimal(scaled) / 10**4


_at = partial(Broken, field="fob_usd", item=1, line=1)
_differs = partial(_at, "value.differs", severity="warn")
_silent = partial(_at, "value.not_compared", severity="info")
CIF: Final[Changes] = {"terms": "CIF", "freight": _total("70"), "insurance": _total("30")}
BROKEN = (
    *(_differs(_case("949.9999", act), "1000", "949.9999", why=act) for act in ACTS),
    *(_differs(_case("1050.0001", act), "1000", "1050.0001", why=f"more-{act}") for act in ACTS),
    _differs(_case("1000", **CIF), "900", "1000", why="cif"),
    _differs(_case("1000", currency="EUR"), "1142.8571", "1000", policy=RATED, why="euros"),
    *(_silent(_case(act=act, currency="EUR"), "EUR", "1000", why=f"no-rate-{act}") for act in ACTS),
    _silent(_case(currency=None), "", "1000", why="no-currency"),
    _silent(_case(terms="CIF"), "USD", "1000", why="no-charges"),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


def test_a_value_that_differs_says_both_and_what_it_is_in() -> None:
    told = only(_case("900")).message
    assert "900 美元" in told.zh
    assert "1000 美元" in told.zh
    assert "says 900 US dollars FOB, by the export declaration it is 1000" in told.en


# --- terms ----------------------------------------------------------------------------------------

TERMS = {
    "FOB": "1000",
    "3": "1000",
    "EXW": "1000",
    "7": "1000",
    "CIF": "900",
    "1": "900",
    "C&F": "930",
    "CFR": "930",
    "2": "930",
    "C&I": "970",
    "4": "970",
}


@pytest.mark.parametrize("act", ["export", "return"])
@pytest.mark.parametrize("terms", TERMS)
def test_freight_and_insurance_are_taken_off_where_the_terms_hold_them(terms: str, act: str) -> None:
    stated: Changes = {**CIF, "terms": terms}
    case = _case(TERMS[terms], act, **stated)
    assert _expected(case) == Decimal(TERMS[terms])
    assert codes(case) == []


def test_terms_that_no_table_knows_are_not_compared() -> None:
    assert codes(_case(terms="9")) == ["value.not_compared"]
    assert codes(_case("1", terms="9", freight=_total("70"))) == ["value.not_compared"]


MISSING: Final[dict[str, Changes]] = {
    "total": {"total": None},
    "total and currency": {"total": None, "currency": None},
    "what the certificate says": {"fob": None},
}


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("act", ACTS)
def test_what_is_not_stated_is_not_asked(act: str, missing: str) -> None:
    told: Changes = {"fob": "1", "act": act, **CIF, **MISSING[missing]}
    assert codes(_case(**told)) == []


@pytest.mark.parametrize("act", ACTS)
def test_without_terms_it_is_said_that_values_were_not_compared(act: str) -> None:
    assert codes(_case("1", act, terms=None)) == ["value.not_compared"]


def test_without_the_export_declaration_there_is_nothing_to_hold_the_value_against() -> None:
    case = pair(cert={"lines": [line(fob_usd="1")]}, original=None)
    assert codes(case) == ["original.unknown"]
    assert _told(case) == (None, False, False)


@pytest.mark.parametrize("total", ["0", "-0.0001", "-1000"])
def test_a_total_of_nothing_or_less_is_not_compared(total: str) -> None:
    assert codes(_case(total=total)) == ["value.not_compared"]


def test_the_least_total_is_compared() -> None:
    assert _told(_case("0.0001", total="0.0001")) == (1, False, False)


# --- charges --------------------------------------------------------------------------------------

HELD = [("C&F", "freight"), ("C&I", "insurance"), ("CIF", "freight"), ("CIF", "insurance")]


@pytest.mark.parametrize(("terms", "part"), HELD)
def test_a_charge_that_the_terms_hold_must_be_stated(terms: str, part: str) -> None:
    other = {"freight": "insurance", "insurance": "freight"}[part]
    missing: Changes = {"terms": terms, other: _total("1")}
    assert codes(_case(**missing)) == ["value.not_compared"]
    whole: Changes = {**missing, part: _total("1")}
    assert codes(_case(**whole)) == []


@pytest.mark.parametrize(("terms", "part"), [("FOB", "freight"), ("C&I", "freight"), ("C&F", "insurance")])
def test_a_charge_that_the_terms_do_not_hold_needs_no_rate(terms: str, part: str) -> None:
    other = {"freight": "insurance", "insurance": "freight"}[part]
    told: Changes = {"terms": terms, part: _total("500", "EUR"), other: _total("10")}
    assert codes(_case("995", **told)) == []


CHARGES: Final[dict[str, tuple[Changes, str]]] = {
    "none": (_total("0"), "1000"),
    "total": (_total("70"), "930"),
    "total to the last decimal": (_total("0.0001"), "999.9999"),
    "total, half up": (_total("0.00005"), "999.9999"),
    "total, below half": (_total("0.00004"), "1000"),
    "total in euros": (_total("70", "EUR"), "920"),
    "total in yuan": (_total("70", "CNY"), "990"),
    "total in yen": (_total("1400", "JPY"), "990"),
    "total in a currency without rate": (_total("70", "GBP"), "None"),
    "rate": (_rate("5"), "950"),
    "rate to the last decimal": (_rate("0.00001"), "999.9999"),
    "rate, below half": (_rate("0.000004"), "1000"),
    "tonne": (_tonne("10"), "975"),
    "tonne to the last decimal": (_tonne("0.00004"), "999.9999"),
    "tonne, half up": (_tonne("0.00002"), "999.9999"),
    "tonne, below half": (_tonne("0.00001"), "1000"),
    "tonne in euros": (_tonne("7", "EUR"), "980"),
    "tonne in a currency without rate": (_tonne("7", "GBP"), "None"),
}


@pytest.mark.parametrize(("terms", "part"), [("C&F", "freight"), ("C&I", "insurance")])
@pytest.mark.parametrize("charge", [name for name in CHARGES if name != "rate, below half"])
def test_a_charge_is_a_rate_an_amount_or_an_amount_a_tonne(charge: str, terms: str, part: str) -> None:
    stated, fob = CHARGES[charge]
    told: Changes = {"terms": terms, "net_weight": "2500", part: stated}
    assert str(_expected(_case(**told))) == fob


def test_a_charge_by_rate_is_rounded_half_up_in_the_currency_of_the_goods() -> None:
    def fob(percent: str, total: str) -> Decimal | None:
        return _expected(_case(terms="C&F", freight=_rate(percent), total=total))

    assert fob("0.5", "0.01") == Decimal("0.0099")
    assert fob("0.49999", "0.01") == Decimal("0.01")
    assert _expected(_case(terms="C&F", freight=_rate("5"), currency="EUR")) == Decimal("1085.7142")


def test_a_charge_by_the_tonne_needs_the_net_weight_and_the_others_do_not() -> None:
    assert codes(_case(terms="C&F", freight=_tonne("10"))) == ["value.not_compared"]
    assert codes(_case("950", terms="C&F", freight=_rate("5"))) == []
    assert codes(_case("930", terms="C&F", freight=_total("70"))) == []


def test_charges_of_more_than_the_total_leave_less_than_nothing_and_differ() -> None:
    case = _case("1", terms="C&F", freight=_total("1500"))
    assert only(case).declared == "-500"
    assert codes(_case("-500", terms="C&F", freight=_total("1500"))) == []


def test_the_charges_are_shared_out_by_the_totals_of_the_items() -> None:
    def fob(*others: str, charge: Changes) -> str:
        more = tuple(_of("1", n, total=one, currency="USD") for n, one in enumerate(others, start=2))
        return str(_expected(_case(terms="C&F", freight=charge, more=more, net_weight="2000")))

    assert fob("3000", charge=_total("100")) == "975"
    assert fob("3000", charge=_tonne("50")) == "975"
    assert fob("3000", charge=_rate("10")) == "900"
    assert fob("500", "500", charge=_total("100")) == "950"
    assert fob("500", "501", charge=_total("100")) == "950.025"
    assert fob("19000", charge=_total("0.001")) == "999.9999"  # half a unit of the last decimal
    assert fob("19001", charge=_total("0.001")) == "1000"


def test_a_charge_cannot_be_shared_out_over_totals_that_are_missing_or_in_another_currency() -> None:
    def told(charge: Changes, **second: Any) -> list[str]:
        return codes(_case(terms="C&F", freight=charge, more=(_of("1", 2, **second),)), RATED)

    for second in ({}, {"currency": "USD"}, {"total": "1", "currency": "EUR"}, {"total": "1"}):
        assert told(_total("1"), **second) == ["value.not_compared"]
        assert told(_rate("1"), **second) == []
    assert told(_total("1"), total="1", currency="USD") == []


# --- currencies -----------------------------------------------------------------------------------


def test_dollars_need_no_rate_at_all() -> None:
    assert _told(_case(**CIF), DEFAULT) == (900 * 10**4, True, False)
    assert _told(_case("900", **CIF), DEFAULT) == (900 * 10**4, False, False)


@pytest.mark.parametrize(
    ("currency", "fob"),
    [("EUR", "1142.8571"), ("300", "1142.8571"), ("CNY", "142.8571"), ("142", "142.8571"), ("JPY", "7.1429")],
)
def test_other_currencies_go_by_the_rates_of_the_month(currency: str, fob: str) -> None:
    assert str(_expected(_case(currency=currency))) == fob


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_without_the_rate_of_the_dollar_nothing_else_is_compared(currency: str) -> None:
    policy = Policy.model_validate({"rates": {"202602": {"EUR": "8"}, "202601": {"USD": "7"}}})
    assert codes(_case(currency=currency), policy) == ["value.not_compared"]


def test_without_the_rate_of_the_currency_it_is_not_compared() -> None:
    policy = Policy.model_validate({"rates": {"202602": {"USD": "8"}}})
    assert codes(_case(currency="EUR"), policy) == ["value.not_compared"]
    assert str(_expected(_case(currency="CNY"), policy)) == "125"


def test_yuan_are_yuan_whatever_the_rates_say() -> None:
    policy = Policy.model_validate({"rates": {"202602": {"USD": "8", "CNY": "2"}}})
    assert str(_expected(_case(currency="CNY"), policy)) == "125"


@pytest.mark.parametrize(
    ("declared_on", "fob"),
    [
        ("2026-01-31", "1285.7143"),
        ("2026-02-01", "1142.8571"),
        ("2026-02-28", "1142.8571"),
        ("2026-03-01", "1428.5714"),
    ],
)
def test_the_month_is_that_of_the_export_date(declared_on: str, fob: str) -> None:
    for moved in (None, "2026-04-01"):
        case = _case(currency="EUR", declared_on=declared_on, moved_on=moved)
        assert str(_expected(case)) == fob


def test_an_export_goes_by_its_own_day_and_acts_after_it_by_the_exports_day() -> None:
    assert str(_expected(_case(act="export", currency="EUR"))) == "1428.5714"
    for act in AFTER_EXPORT:
        assert str(_expected(_case(act=act, currency="EUR"))) == "1142.8571"


def test_a_month_of_another_year_is_another_month() -> None:
    assert _told(_case(currency="EUR", declared_on="2025-02-01")) == (None, False, True)


def test_a_rate_counts_to_its_eighth_decimal() -> None:
    def fob(rate: str) -> str:
        policy = Policy.model_validate({"rates": {"202602": {"EUR": rate, "USD": "1"}}})
        return str(_expected(_case(currency="EUR", total="10000"), policy))

    assert fob("1.00000001") == "10000.0001"
    assert fob("1.00000000") == "10000"


def test_amounts_in_another_currency_are_rounded_half_up() -> None:
    policy = Policy.model_validate({"rates": {"202602": {"EUR": "1", "USD": "2"}}})
    assert str(_expected(_case(currency="EUR", total="0.0001"), policy)) == "0.0001"
    assert str(_expected(_case(currency="EUR", total="0.0003"), policy)) == "0.0002"


def test_the_rates_of_many_months_and_currencies_stand_beside_each_other() -> None:
    cases = [
        _case("1", currency=currency, declared_on=day, freight=_total("70", paid), terms=terms)
        for currency in ("USD", "EUR", "CNY", "GBP")
        for day in ("2026-01-31", "2026-02-01", "2025-12-31")
        for paid in ("EUR", "USD", "GBP")
        for terms in ("FOB", "C&F")
    ]
    together = compare(cases, RATED)
    assert together == [judged(case, RATED) for case in cases]


# --- tolerances -----------------------------------------------------------------------------------


def _flagged(fob: str, total: str, policy: Policy = DEFAULT) -> bool:
    return _told(_case(fob, total=total), policy)[1]


@pytest.mark.parametrize("total", ["20.0001", "1000", "123456.78"])
def test_more_than_five_per_cent_and_more_than_one_dollar_is_flagged(total: str) -> None:
    whole = Decimal(total)
    share = (whole / 20).quantize(Decimal("0.0001"), rounding="ROUND_FLOOR")
    within = max(Decimal(1), share)
    for side in (-1, 1):
        assert not _flagged(str(whole + side * within), total)
        assert _flagged(str(whole + side * (within + Decimal("0.0001"))), total)


def test_one_of_the_two_alone_is_not_enough() -> None:
    assert not _flagged("9", "10")  # 10 %, one dollar
    assert not _flagged("11", "10")
    assert _flagged("8.9999", "10")
    assert _flagged("11.0001", "10")
    assert not _flagged("950", "1000")  # 50 dollars, 5 %
    assert not _flagged("1050", "1000")
    assert _flagged("949.9999", "1000")
    assert _flagged("1050.0001", "1000")
    assert not _flagged("19", "20")  # both at their bound
    assert _flagged("18.9999", "20")


def test_both_tolerances_are_a_matter_of_policy() -> None:
    exact = Policy.model_validate({"value_percent": "0", "value_amount": "0"})
    assert not _flagged("1000", "1000", exact)
    assert _flagged("1000.0001", "1000", exact)
    cents = Policy.model_validate({"value_percent": "0", "value_amount": "0.0002"})
    assert not _flagged("999.9998", "1000", cents)
    assert _flagged("999.9997", "1000", cents)
    share = Policy.model_validate({"value_percent": "0.0001", "value_amount": "0"})
    assert not _flagged("1000.001", "1000", share)
    assert _flagged("1000.0011", "1000", share)
    assert _flagged("1000.0012", "1000", share)


def test_the_share_is_of_what_is_expected_not_of_what_the_certificate_says() -> None:
    assert _flagged("1051", "1000")
    assert not _flagged("1000", "1051")
    assert not _flagged("950", "1000")
    assert not _flagged("1000", "952.381")


# --- parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["return", "amendment"])
def test_a_line_for_a_part_is_held_against_that_part_of_the_value(act: str) -> None:
    assert codes(_case("500", act, covered="50")) == []
    assert only(_case("1000", act, covered="50")).declared == "500"
    assert _expected(_case(act=act, covered="33.33333")) == Decimal("333.3333")
    assert _expected(_case(act=act, covered="0.00001", total="5")) == Decimal(0)
    assert _expected(_case(act=act, covered="0.001", total="5")) == Decimal("0.0001")  # half up
    assert _expected(_case(act=act, covered="0.00099", total="5")) == Decimal(0)


def test_what_the_act_takes_of_the_line_does_not_change_the_value_of_the_line() -> None:
    case = pair(
        cert={"lines": [line(fob_usd="1000")]},
        decl={"items": [_of("1")]},
        shipped={"terms": "FOB", "items": [item(total="1000", currency="USD")]},
    )
    assert codes(case) == []


def test_an_export_of_less_than_the_line_expects_the_value_of_all_of_the_line() -> None:
    half = _of("50", total="500", currency="USD")
    fits = pair(
        "export", cert={"lines": [invoice_line(fob_usd="1000")]}, decl={"items": [half], "terms": "FOB"}
    )
    assert codes(fits) == []
    case = pair(
        "export", cert={"lines": [invoice_line(fob_usd="500")]}, decl={"items": [half], "terms": "FOB"}
    )
    assert only(case).declared == "1000"


def test_the_exported_quantity_is_brought_to_the_unit_of_the_line() -> None:
    weight = {"quantity": "2", "unit": "吨"}
    case = pair(
        cert={"lines": [line(unit="千克", quantity="500", exported_quantity=None, fob_usd="1")]},
        decl={"items": [item(first={"quantity": "500", "unit": "千克"}, second=None)]},
        shipped={
            "terms": "FOB",
            "items": [item(first=weight, second=None, total="1000", currency="USD")],
        },
        goods_left={},
    )
    assert only(case).declared == "250"


def test_each_line_is_held_against_its_own_item_of_the_export() -> None:
    lines = [line(fob_usd="1000"), line(line=2, item=2, hs_code="6205200000", fob_usd="1000")]
    second: Changes = {"number": 2, "hs_code": "6205200000", "total": "3000", "currency": "USD"}
    shipped = [item(total="1000", currency="USD"), _of("100", **second)]
    case = pair(
        cert={"lines": lines},
        decl={"items": [item(), _of("100", 2, hs_code="6205200000")]},
        shipped={"terms": "FOB", "items": shipped},
    )
    found = only(case)
    assert (found.code, found.line, found.declared) == ("value.differs", 2, "3000")


def test_the_value_of_an_import_is_its_own_affair() -> None:
    case = pair(
        cert={"lines": [line(fob_usd="1000")]},
        decl={"terms": "CIF", "items": [item(total="1", currency="EUR")]},
        shipped={"terms": "FOB", "items": [item(total="1000", currency="USD")]},
    )
    assert codes(case) == []


@pytest.mark.parametrize(
    ("fobs", "expected"),
    [
        (("500", "500"), []),
        (("500", "800"), [("B", "800", "500")]),
        (("250", "500"), [("A", "250", "500")]),
    ],
)
def test_an_item_that_several_certificates_cover_is_shared_out_by_quantity(
    fobs: tuple[str, str], expected: list[tuple[str, str, str]]
) -> None:
    documents = [
        certificate("export", number=name, lines=[invoice_line(quantity="50", fob_usd=fob, invoice=name)])
        for name, fob in zip("AB", fobs, strict=True)
    ]
    ties = [{"number": name, "item": 1, "line": 1} for name in "AB"]
    case = pair(
        "export",
        decl={
            "items": [item(total="1000", currency="USD")],
            "terms": "FOB",
            "certificates": ties,
        },
        certificates=tuple(standing(one) for one in documents),
    )
    findings = compare([case], DEFAULT)[0].findings
    assert [(one.certificate, one.certified, one.declared) for one in findings] == expected


@pytest.mark.parametrize("act", [act for act in ACTS if act != "export"])
@pytest.mark.parametrize(
    ("fob", "expected"), [("500", []), ("800", ["value.differs"]), ("250", ["value.differs"])]
)
def test_after_export_each_line_is_held_against_the_exported_item(
    act: str, fob: str, expected: list[str]
) -> None:
    documents = [
        certificate(act, number=name, lines=[line(quantity="50", fob_usd=stated)])
        for name, stated in (("A", "500"), ("B", fob))
    ]
    shipped = {"items": [item(total="1000", currency="USD")], "terms": "FOB"}
    case = pair(
        act,
        decl={"certificates": [{"number": "A"}, {"number": "B"}]},
        shipped=shipped,
        certificates=tuple(standing(one) for one in documents),
    )
    assert codes(case) == expected


# --- one cause, one finding -----------------------------------------------------------------------


@pytest.mark.parametrize("told", [{"fob": "1"}, {"currency": "EUR"}], ids=str)
def test_a_certificate_for_another_purpose_is_not_valued(told: Changes) -> None:
    case = _case(**told)
    document = certificate("amendment", lines=[line(fob_usd=told.get("fob", "1000"))])
    assert len(codes(case)) == 1
    assert codes(replace(case, certificates=(standing(document),))) == ["purpose.differs"]


def test_a_line_of_another_export_is_not_valued() -> None:
    case = pair(
        cert={"lines": [line(declaration=OTHER_EXPORT, fob_usd="1")]},
        shipped={"terms": "FOB", "items": [item(total="1000", currency="EUR")]},
    )
    assert codes(case) == ["declaration.differs"]


def test_an_item_that_was_not_exported_is_not_valued() -> None:
    case = pair(
        cert={"lines": [line(item=2, fob_usd="1")]},
        shipped={"terms": "FOB", "items": [item(total="1000", currency="EUR")]},
        goods_left={},
    )
    assert codes(case) == ["item.not_found"]


def test_a_unit_that_does_not_convert_is_not_called_a_missing_rate() -> None:
    priced = item(first={"quantity": "1", "unit": "只"}, second=None, traded=None, total="9", currency="USD")
    case = pair(
        "export",
        cert={"lines": [invoice_line(quantity="1", fob_usd="9")]},
        decl={"items": [priced], "terms": "FOB"},
    )
    assert codes(case) == ["unit.not_convertible"]


def test_items_of_different_price_on_one_line_are_valued_together() -> None:
    items = [_of("60", total="600", currency="USD"), _of("40", 2, total="800", currency="USD")]
    ties = [{"number": "BSWT0001", "item": n, "line": 1} for n in (1, 2)]
    case = pair(
        "export",
        cert={"lines": [invoice_line(fob_usd="1400")]},
        decl={"items": items, "terms": "FOB", "certificates": ties},
    )
    assert codes(case) == []


# --- what is not there is not computed ------------------------------------------------------------


def test_only_a_frame_in_which_a_line_states_a_value_is_valued() -> None:
    silent, stated = _case(None), _case("1")
    assert not is_told(build([silent, silent], [True, True]), "line_fob")
    assert is_told(build([silent, stated], [True, True]), "line_fob")
    assert _told(silent) == (None, False, False)


def test_cases_without_a_value_stay_silent_beside_others() -> None:
    answers = compare([_case(None), _case("1"), _case(None, currency="EUR"), pair()], DEFAULT)
    assert [[one.code for one in answer.findings] for answer in answers] == [[], ["value.differs"], [], []]


def test_the_rows_keep_their_order() -> None:
    cases = [_case(str(n), total=str(n), declared_on=f"2026-0{1 + n % 3}-01") for n in range(1, 60)]
    frame = derive(build(cases, [True] * len(cases)), RATED, SELDOM)
    assert frame.get_column("case").to_list() == list(range(59))
    assert frame.get_column("expected_fob").to_list() == [n * 10**4 for n in range(1, 60)]


# --- exact arithmetic -----------------------------------------------------------------------------


def test_the_greatest_amounts_are_compared_exactly() -> None:
    assert str(_expected(_case(total=GREATEST))) == GREATEST
    assert str(_expected(_case(total=GREATEST, currency="EUR"))) == "114285714285714.2856"
    assert str(_expected(_case(total=GREATEST, terms="C&F", freight=_rate("50")))) == "49999999999999.9999"
    charged = _case(total=GREATEST, terms="C&F", freight=_total("9999999999999.99999"))
    assert str(_expected(charged)) == "89999999999999.9999"
    exact = Policy.model_validate({"value_percent": "0", "value_amount": "0"})
    assert codes(_case(GREATEST, total=GREATEST), exact) == []
    assert codes(_case("99999999999999.9998", total=GREATEST), exact) == ["value.differs"]


def test_the_greatest_freight_a_tonne_and_weight_do_not_wrap() -> None:
    greatest = "9999999999999.99999"
    case = _case(total=GREATEST, terms="C&F", freight=_tonne(greatest), net_weight=greatest)
    found = _expected(case)
    assert found is None or found < -(10**22)


LARGEST: Final[dict[str, tuple[Changes, Changes]]] = {
    "charge a tonne": (
        {"terms": "C&F", "net_weight": "10000000000", "freight": _tonne("100000000")},
        {"freight": _tonne("100000000.00001")},
    ),
    "charge by rate": (
        {"terms": "C&F", "total": "1000000000000", "freight": _rate("100000")},
        {"freight": _rate("100000.00001")},
    ),
}


@pytest.mark.parametrize("of", LARGEST)
def test_up_to_its_bound_a_sum_is_compared_and_beyond_it_is_not(of: str) -> None:
    most, more = LARGEST[of]
    assert _told(_case(**most))[0] is not None
    assert _told(_case(**most | more)) == (None, False, True)


@pytest.mark.parametrize(("total", "compared"), [("1000000000000", True), ("1000000000000.0001", False)])
def test_a_line_of_far_more_than_was_exported_has_a_value_up_to_its_bound(
    total: str, *, compared: bool
) -> None:
    case = pair(
        cert={"lines": [line(fob_usd="1000", quantity="1000000000000", exported_quantity=None)]},
        shipped={"terms": "FOB", "items": [item(total=total, currency="USD")]},
    )
    assert _told(case) == ((10**26, True, False) if compared else (None, False, True))


def _half_up(exact: Fraction) -> int:
    return (exact + Fraction(1, 2)).__floor__()


def _dollars(amount: int, currency: str) -> int:
    rates = {"USD": Fraction(7), "EUR": Fraction(8), "CNY": Fraction(1), "JPY": Fraction(1, 20)}
    return amount if currency == "USD" else _half_up(amount * rates[currency] / 7)


def _by_hand(case: Case) -> int:
    """The expected value by exact fractions, rounded where the papers are."""
    export, held = case.original, {"1": "fi", "2": "f", "3": "", "4": "i", "7": ""}
    assert export is not None
    assert export.net_weight is not None
    goods = export.items[0]
    assert goods.total is not None
    assert goods.currency is not None
    total = int(goods.total * 10**4)
    whole = sum(int(one.total * 10**4) for one in export.items if one.total is not None)
    left = _dollars(total, goods.currency)
    for letter, charge in (("f", export.freight), ("i", export.insurance)):
        if letter not in held[export.terms or ""]:
            continue
        assert charge is not None
        stated = Fraction(charge.value)
        if charge.mark.value == "rate":
            left -= _dollars(_half_up(total * stated / 100), goods.currency)
        else:
            amount = stated * (Fraction(export.net_weight) / 1000 if charge.mark.value == "unit" else 1)
            paid = _dollars(_half_up(amount * 10**4), charge.currency or "")
            left -= _half_up(Fraction(paid * total, whole))
    document = case.certificates[0].document
    assert document is not None
    return _half_up(left * Fraction(document.lines[0].quantity) / Fraction(goods.first.quantity))


def _drawn(random: Random) -> Case:
    def amount(digits: int, scale: int) -> str:
        return str(Decimal(random.randint(1, 10**digits)).scaleb(-scale))

    def charge() -> Changes:
        currency = random.choice(("USD", "EUR", "CNY", "JPY"))
        return random.choice(
            (_rate(amount(6, 5)), _total(amount(7, 5), currency), _tonne(amount(7, 5), currency))
        )

    currency = random.choice(("USD", "EUR", "CNY"))
    more = tuple(
        _of("1", n, total=amount(9, 4), currency=currency) for n in range(2, 2 + random.randint(0, 2))
    )
    return _case(
        covered=amount(7, 5),
        total=amount(9, 4),
        currency=currency,
        more=more,
        terms=random.choice("12347"),
        freight=charge(),
        insurance=charge(),
        net_weight=amount(9, 5),
    )


def test_every_mixture_of_terms_charges_and_currencies_comes_out_as_by_hand() -> None:
    random = Random(18)
    cases = [_drawn(random) for _ in range(400)]
    frame = derive(build(cases, [True] * len(cases)), RATED, SELDOM)
    assert frame.get_column("expected_fob").to_list() == [_by_hand(case) for case in cases]
    stated, expected = pl.col("line_fob").cast(pl.Int128), pl.col("expected_fob")
    off = (expected - stated).abs()
    assert frame.get_column("value_off").equals(
        frame.select(((off > 10**4) & (off * 20 > expected)).alias("value_off")).to_series()
    )


@pytest.mark.parametrize("currency", ["AUD", "ZAR"])
def test_currencies_on_either_side_of_the_dollar_are_converted(currency: str) -> None:
    rates = {month: {currency: "0.5", "USD": "7"} for month in ("202602", "202603")}
    policy = Policy.model_validate({"rates": rates})
    assert _expected(_case(currency=currency), policy) == Decimal("71.4286")


def test_an_item_counted_in_two_kinds_of_units_is_not_shared_out() -> None:
    priced = item(
        total="1000",
        currency="USD",
        first={"quantity": "100", "unit": "011"},
        second={"quantity": "20", "unit": "035"},
    )
    documents = [
        certificate("export", number=name, lines=[invoice_line(quantity=quantity, unit=unit, fob_usd="500")])
        for name, quantity, unit in (("A", "50", "件"), ("B", "10", "千克"))
    ]
    ties = [{"number": name, "item": 1, "line": 1} for name in "AB"]
    case = pair(
        "export",
        decl={"items": [priced], "terms": "FOB", "certificates": ties},
        certificates=tuple(standing(one) for one in documents),
    )
    assert "value.differs" not in codes(case)


def test_the_least_quantity_has_a_value_too() -> None:
    least = _of("0.00001", total="10", currency="USD")
    case = pair(
        "export",
        cert={"lines": [invoice_line(quantity="0.00001", exported_quantity=None, fob_usd="1000")]},
        decl={"items": [least], "terms": "FOB"},
    )
    assert codes(case) == ["value.differs"]
