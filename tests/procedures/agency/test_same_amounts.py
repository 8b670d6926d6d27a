"""The comparison and the agent's report bring totals to FOB by the same steps, one in dollars on columns, the other
exact in CNY: on generated declarations they agree to the rounding, and neither is silent where the other speaks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import hypothesis.strategies as st
from hypothesis import given, settings

from hefu.documents.codes.tables import terms_holding
from hefu.rules.derived import derive
from hefu.rules.fob import workings
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from tests.builders import item, line
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


@settings(max_examples=10)
@given(st.lists(exports(), min_size=40, max_size=80))
def test_both_bring_a_total_to_the_same_amount(shipped: list[dict[str, Any]]) -> None:
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
