"""FOB in CNY, exact to the fen, and the same as the comparison brings to dollars."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from hefu.documents.codes.tables import terms_holding
from hefu.rules.derived import derive
from hefu.rules.fob import money, workings
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from tests.builders import declaration, item, line
from tests.rules.pairs import pair

DOLLAR: Final = Fraction(7)
POLICY: Final = Policy.model_validate(
    {"rates": {"202602": {"EUR": "8.1234", "USD": str(DOLLAR), "JPY": "0.0487"}}}
)
ROUNDINGS: Final = 8
"""The most steps of one amount at which the comparison rounds to a ten-thousandth of a dollar."""

amounts = st.decimals("0.01", "99999", places=2).map(str)
currencies = st.sampled_from(["USD", "EUR", "CNY", "JPY", "GBP"])  # of GBP no rate is known
charges = st.none() | st.one_of(
    st.fixed_dictionaries({"mark": st.just("rate"), "value": st.decimals("0.01", "30", places=2).map(str)}),
    st.fixed_dictionaries(
        {
            "mark": st.sampled_from(["total", "unit"]),
            "value": st.decimals("0.01", "99", places=2).map(str),
            "currency": currencies,
        }
    ),
)


@st.composite
def exports(draw: st.DrawFn) -> dict[str, Any]:
    currency = draw(currencies)
    goods = [
        item(item=number, total=draw(amounts), currency=currency)
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return {
        "terms": draw(st.sampled_from([*terms_holding(), "DDP"])),
        "freight": draw(charges),
        "insurance": draw(charges),
        "net_weight": draw(st.none() | st.decimals("0.01", "9999", places=2).map(str)),
        "items": goods,
    }


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (Fraction(1, 3), "0.33"),
        (Fraction(2, 3), "0.67"),
        (Fraction(5, 1000), "0.01"),
        (Fraction(4999, 1000000), "0"),
        (Fraction(-5, 1000), "-0.01"),
        (Fraction(-1, 3), "-0.33"),
        (Fraction(12), "12"),
        (Fraction(0), "0"),
    ],
)
def test_an_amount_is_rounded_once_half_away_from_nothing(amount: Fraction, told: str) -> None:
    assert money(amount) == Decimal(told)


def _export(**head: Any) -> Any:
    return declaration("export", certificates=None, **{"terms": "CIF", "net_weight": "2000", **head})


def _goods(*totals: str | None, currency: str | None = "USD") -> list[dict[str, Any]]:
    return [item(item=at, total=total, currency=currency) for at, total in enumerate(totals, 1)]


def _in_all(value: str, currency: str = "USD") -> dict[str, str]:
    return {"mark": "total", "value": value, "currency": currency}


def _a_tonne(value: str, currency: str = "USD") -> dict[str, str]:
    return {"mark": "unit", "value": value, "currency": currency}


def _a_hundred(value: str) -> dict[str, str]:
    return {"mark": "rate", "value": value}


@pytest.mark.parametrize(
    ("head", "freight", "insurance", "fob"),
    [
        ({"freight": _in_all("100"), "insurance": _in_all("50")}, 175, 87.5, 1487.5),
        ({"freight": _a_tonne("10"), "insurance": _a_hundred("1")}, 35, 17.5, 1697.5),
        ({"freight": _in_all("700", "CNY"), "insurance": _in_all("10", "EUR")}, 175, 20.3085, 1554.6915),
        ({"terms": "C&F", "freight": _in_all("100"), "insurance": _in_all("50")}, 175, 0, 1575),
        ({"terms": "C&I", "freight": _in_all("100"), "insurance": _in_all("50")}, 0, 87.5, 1662.5),
        ({"terms": "FOB", "freight": _in_all("100"), "insurance": _in_all("50")}, 0, 0, 1750),
        ({"terms": "FOB"}, 0, 0, 1750),
    ],
)
def test_charges_are_shared_out_by_totals(
    head: dict[str, Any], freight: float, insurance: float, fob: float
) -> None:
    """A quarter of the goods bears a quarter of the charges."""
    one, rest = workings(_export(items=_goods("250", "750"), **head), POLICY)
    assert [one.gross, one.freight, one.insurance, one.fob] == [
        Fraction(str(x)) for x in (1750, freight, insurance, fob)
    ]
    assert one.rate == DOLLAR
    assert rest.gross == 5250
    assert (one.wrong, rest.wrong) == ("", "")


BOTH = {"freight": _in_all("1"), "insurance": _in_all("1")}


@pytest.mark.parametrize(
    ("head", "wrong", "lacking"),
    [
        ({"items": _goods(None, "750")}, "no_total", "total"),
        ({"items": _goods("0", "750")}, "no_total", "total"),
        ({"items": _goods("250", "750", currency=None)}, "no_total", "currency"),
        ({"items": _goods("250", "750", currency="GBP")}, "no_rate", "GBP"),
        ({"terms": None}, "no_terms", "—"),
        ({"terms": "DDP"}, "no_terms", "DDP"),
        ({"freight": None}, "no_charge", "freight"),
        ({"insurance": None}, "no_charge", "insurance"),
        ({"insurance": _in_all("1", "GBP")}, "no_rate", "GBP"),
        ({"freight": _a_tonne("1"), "net_weight": None}, "no_charge", "freight"),
        ({"items": _goods("250", None), "terms": "C&F"}, "no_charge", "freight"),
        ({"freight": _a_hundred("100"), "terms": "C&F"}, "not_positive", ""),
        ({"freight": _in_all("2000"), "insurance": _in_all("1")}, "not_positive", ""),
    ],
)
def test_what_cannot_be_brought_to_fob_says_why(head: dict[str, Any], wrong: str, lacking: str) -> None:
    told = workings(_export(**{"items": _goods("250", "750"), **BOTH, **head}), POLICY)[0]
    assert (told.wrong, told.lacking, told.fob) == (wrong, lacking, None)


def test_a_rate_needs_neither_currency_nor_the_other_totals() -> None:
    told = workings(_export(items=_goods("250", None), terms="C&F", freight=_a_hundred("10")), POLICY)
    assert told[0].fob == 1575


@settings(max_examples=10)
@given(st.lists(exports(), min_size=40, max_size=80))
def test_both_bring_a_total_to_the_same_amount(shipped: list[dict[str, Any]]) -> None:
    """In dollars on columns and exact in CNY: they agree to the rounding, and neither is silent where the other speaks."""
    cases = [pair(cert={"lines": [line(fob_usd="1000")]}, shipped=one) for one in shipped]
    frame = derive(build(cases, [True] * len(cases)), POLICY, SELDOM)
    for case, dollars, unrated in zip(cases, frame["expected_fob"], frame["value_unrated"], strict=True):
        assert case.original is not None
        working = workings(case.original, POLICY)[0]
        assert unrated == (dollars is None)
        if working.wrong == "not_positive":
            assert dollars is None or dollars <= ROUNDINGS
        elif working.fob is None:
            assert dollars is None
        else:
            assert dollars is not None
            assert abs(Fraction(dollars, 10**4) - working.fob / DOLLAR) <= Fraction(ROUNDINGS, 10**4)
