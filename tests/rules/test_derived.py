"""The columns that several rules share, held against exact arithmetic."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.codes.tables import units
from hefu.documents.fields import scaled, unscaled
from hefu.documents.goods import convert, factor
from hefu.rules.case import UseState
from hefu.rules.derived import derive
from hefu.rules.expressions import converted, lost, may_lose, same_hs, same_party, wide
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from tests.builders import certificate, item, line
from tests.rules.pairs import OTHER_ACT, pair, several, standing

CODES = st.sampled_from(sorted(units()))
MASSES = st.sampled_from([code for code, one in units().items() if one.dimension == "mass"])
GREATEST = 10**18 - 1


def _measured(side: str, code: str) -> dict[str, Any]:
    one = units()[code]
    return {
        f"{side}_dimension": one.dimension,
        f"{side}_size": one.size,
    }


def _converted(quantity: int | None, source: str, target: str) -> int | None:
    frame = pl.DataFrame([{"quantity": quantity, **_measured("a", source), **_measured("b", target)}])
    frame = frame.with_columns(pl.col("quantity").cast(pl.Int64))
    found: int | None = frame.select(converted("quantity", "a", "b")).item()
    return found


@settings(deadline=None, max_examples=150)
@given(quantity=st.integers(0, GREATEST), source=MASSES, target=MASSES)
def test_conversion_is_exact_and_rounds_half_up_at_five_decimals(
    quantity: int, source: str, target: str
) -> None:
    exact = Fraction(quantity) * factor(units()[source]) / factor(units()[target])
    assert _converted(quantity, source, target) == (exact + Fraction(1, 2)).__floor__()


@settings(deadline=None, max_examples=150)
@given(quantity=st.integers(1, 10**12), source=CODES, target=CODES)
def test_the_frame_converts_as_the_documents_do(quantity: int, source: str, target: str) -> None:
    told = convert(unscaled(quantity), source, target)
    assert _converted(quantity, source, target) == (None if told is None else scaled(told))


@settings(deadline=None, max_examples=60)
@given(quantity=st.integers(1, GREATEST), code=CODES)
def test_a_unit_converts_to_itself_without_change(quantity: int, code: str) -> None:
    assert _converted(quantity, code, code) == quantity


def test_the_greatest_quantity_in_the_greatest_unit_does_not_overflow() -> None:
    assert _converted(GREATEST, "055", "012") == GREATEST * 10**8
    assert _converted(GREATEST, "071", "083") is not None


def test_a_missing_quantity_converts_to_nothing() -> None:
    assert _converted(None, "035", "036") is None


@pytest.mark.parametrize(
    ("grams", "tons"), [("4", "0"), ("5", "0.00001"), ("14.99999", "0.00001"), ("15", "0.00002")]
)
def test_half_of_the_last_decimal_rounds_up(grams: str, tons: str) -> None:
    assert _converted(scaled(Decimal(grams)), "036", "070") == scaled(Decimal(tons))


def test_wide_columns_hold_sums_beyond_64_bits() -> None:
    frame = pl.DataFrame({"quantity": [GREATEST] * 100})
    assert frame.select(wide("quantity").sum()).item() == GREATEST * 100


_CODES = (None, "x", "y")


@pytest.mark.parametrize(
    ("a_uscc", "b_uscc", "a_code", "b_code"), list(product(_CODES, _CODES, _CODES, _CODES))
)
def test_firms_are_the_same_by_uscc_else_by_customs_code_else_not(
    a_uscc: str | None, b_uscc: str | None, a_code: str | None, b_code: str | None
) -> None:
    row = {"a_uscc": a_uscc, "b_uscc": b_uscc, "a_code": a_code, "b_code": b_code}
    frame = pl.DataFrame([row], schema=dict.fromkeys(row, pl.String()))
    by_code = bool(a_code and b_code and a_code == b_code)
    expected = a_uscc == b_uscc if a_uscc and b_uscc else by_code
    assert frame.select(same_party("a", "b")).item() is expected


@settings(deadline=None, max_examples=60)
@given(a=st.text("01", min_size=8, max_size=12), b=st.text("01", min_size=8, max_size=12))
def test_codes_are_the_same_on_their_common_prefix(a: str, b: str) -> None:
    shared = min(len(a), len(b))
    found = pl.DataFrame({"a": [a], "b": [b]}).select(same_hs("a", "b")).item()
    assert found is (a[:shared] == b[:shared])


def _derived(**case: Any) -> dict[str, Any]:
    return derive(build([pair(**case)], [True]), Policy(), SELDOM).row(0, named=True)


@pytest.mark.parametrize(
    ("state", "held_by", "mine"),
    [
        (UseState.AVAILABLE, None, True),
        (UseState.RESERVED, "530120261000000001", True),
        (UseState.USED, "530120261000000001", True),
        (UseState.RESERVED, OTHER_ACT, False),
        (UseState.USED, OTHER_ACT, False),
        (UseState.RESERVED, None, False),
        (UseState.WITHDRAWN, None, False),
    ],
)
def test_a_certificate_is_mine_when_free_or_held_by_this_act(
    state: UseState, held_by: str | None, *, mine: bool
) -> None:
    assert _derived(certificates=(standing(certificate(), state, held_by),))["mine"] is mine


@pytest.mark.parametrize("purpose", ["export", "return", "amendment", "withdrawal"])
def test_a_certificate_is_fit_when_its_purpose_is_the_act(purpose: str) -> None:
    row = _derived(certificates=(standing(certificate(purpose)),))
    assert row["fit"] is (purpose == "return")


def test_guards_are_never_null() -> None:
    cases = [
        pair(),
        pair("export"),
        pair(certificates=()),
        pair(original=None, export=None),
        pair(decl={"items": [item(), item(item=2, hs_code="6205200000")]}),
        several([certificate(), certificate(number="BSWT0002")]),
    ]
    frame = derive(build(cases, [True] * len(cases)), Policy(), SELDOM)
    guards = ("fit", "mine", "same_export", "paired")
    assert {name: frame[name].null_count() for name in guards} == dict.fromkeys(guards, 0)


def test_what_is_drawn_of_a_line_is_summed_per_line_of_each_case_alone() -> None:
    document = certificate(lines=[line(), line(line=2, item=2, quantity="7")])
    ties = [{"number": "BSWT0001", "item": n, "line": k} for n, k in ((1, 1), (2, 1), (3, 2))]
    amounts = {1: "30", 2: "50", 3: "7"}
    items = [item(item=n, first={"quantity": q, "unit": "件"}) for n, q in amounts.items()]
    case = pair(decl={"items": items, "certificates": ties}, certificates=(standing(document),))
    frame = derive(build([case, case], [True, True]), Policy(), SELDOM)
    told = frame.select("case", "item", "drawn_of_line").rows()
    one = [(1, 80 * 10**5), (2, 80 * 10**5), (3, 7 * 10**5)]
    assert told == [(number, *row) for number in (0, 1) for row in one]


def test_goods_are_taken_only_up_to_what_the_line_covers() -> None:
    row = _derived(decl={"items": [item(first={"quantity": "500", "unit": "件"})]})
    assert (row["drawn_of_line"], row["taken_of_goods"]) == (500 * 10**5, 100 * 10**5)


@pytest.mark.parametrize(
    ("a", "b", "parts"),
    [
        (1, 1, 0),
        (12, 1, 5),
        (144, 12, 71),
        (1000, 1, 499),
        (10**5, 1, 49999),
        (10**6, 1, 49999),
        (10**6, 1000, 499999),
    ],
)
def test_less_is_lost_than_half_of_the_last_decimal_of_the_coarser_unit_and_of_one_of_the_finer(
    a: int, b: int, parts: int
) -> None:
    sizes = pl.DataFrame({"a_size": [a, b], "b_size": [b, a]})
    assert may_lose(a, b) == may_lose(b, a) == parts
    assert sizes.select(lost("a", "b")).to_series().to_list() == [parts, parts]
