"""How much more than certified still fits, and which tolerance is whose."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from hefu.documents.codes.tables import units
from hefu.documents.fields import scaled
from hefu.rules.case import Case
from hefu.rules.mass.judge import judge
from hefu.rules.mass.tables import tables_of
from hefu.rules.policy import Policy
from hefu.rules.tolerance import BY_WEIGHT, Tolerance, find
from tests.builders import certificate, item, line
from tests.rules.pairs import ACTS, DEFAULT, codes, pair, several


def _tolerance(**changes: Any) -> Tolerance:
    return Tolerance.model_validate({"unit": "035", "percent": "1", "amount": "1", **changes})


@pytest.mark.parametrize(
    ("percent", "amount", "quantity", "allowed"),
    [
        ("1", "1", "100", "1"),
        ("1", "1", "99", "1"),
        ("1", "1", "101", "1.01"),
        ("1", "1", "1000", "10"),
        ("0", "2", "1000", "2"),
        ("2", "0", "1000", "20"),
        ("100", "0", "7", "7"),
        ("0.0001", "0", "1000000", "1"),
        ("0.5", "0", "0.00199", "0"),
        ("0.5", "0", "0.002", "0.00001"),
        ("0", "0", "1000", "0"),
        ("0.5", "1", "9999999999999.99999", "49999999999.99999"),
    ],
)
def test_the_greater_of_share_and_amount_is_allowed(
    percent: str, amount: str, quantity: str, allowed: str
) -> None:
    told = _tolerance(percent=percent, amount=amount)
    assert told.allowance(scaled(Decimal(quantity))) == scaled(Decimal(allowed))


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": "-0.0001"},
        {"percent": "100.0001"},
        {"percent": "0.00001"},
        {"amount": "-1"},
        {"amount": "0.000001"},
        {"unit": "斗"},
        {"hs": "61A"},
        {"hs": "61091000001"},
        {"more": "1"},
    ],
    ids=str,
)
def test_a_tolerance_that_says_nothing_sensible_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        _tolerance(**wrong)


def test_the_longest_beginning_of_the_code_decides() -> None:
    told = tuple(_tolerance(hs=hs) for hs in ("61", "", "6109", "62"))
    assert find(told, "035", "6109100000") == told[2]
    assert find(told, "035", "6110200000") == told[0]
    assert find(told, "035", "8517130000") == told[1]
    assert find(told, "036", "6109100000") is None
    assert find(told[2:], "035", "8517130000") is None
    assert find((), "035", "6109100000") is None


def test_a_tolerance_is_named_by_any_name_of_its_unit() -> None:
    assert _tolerance(unit="千克") == _tolerance(unit="035")


ONE_KILOGRAM = {"035": "1", "070": "0.001", "075": "2", "047": "0.01", "077": "0.02", "076": "2.20462"}


def test_goods_by_weight_have_half_a_per_cent_and_a_kilogram() -> None:
    told = {one.unit: one for one in BY_WEIGHT}
    assert len(told) == len(BY_WEIGHT) == 11
    assert {units()[code].dimension for code in told} == {units()["035"].dimension}
    assert {one.percent for one in BY_WEIGHT} == {Decimal("0.5")}
    assert {one.hs for one in BY_WEIGHT} == {""}
    assert {code: str(told[code].amount) for code in ONE_KILOGRAM} == ONE_KILOGRAM
    for one in BY_WEIGHT:
        unit, kilogram = units()[one.unit], units()["035"]
        grams = one.amount * unit.numerator * kilogram.denominator / (unit.denominator * kilogram.numerator)
        assert abs(grams - 1) < Decimal("0.01") or (grams < 1 and one.amount == 1), one


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("certified", "most", "unit"),
    [("100", "101", "035"), ("1000", "1005", "035"), ("100", "100.5", "070"), ("0.1", "0.101", "070")],
)
def test_what_is_weighed_again_may_weigh_a_little_more(
    act: str, certified: str, most: str, unit: str
) -> None:
    more = str(Decimal(most) + Decimal("0.00001"))
    exact = act in ("amendment", "withdrawal")
    over = ["quantity.exceeds_certificate"]
    assert _over(act, certified, certified, unit) == []
    assert _over(act, certified, most, unit) == (over if exact else [])
    assert _over(act, certified, more, unit) == over


def _over(act: str, *told: str) -> list[str]:
    return [code for code in codes(_weighed(act, *told)) if code != "item.withdrawn_in_part"]


def _weighed(act: str, certified: str, declared: str, unit: str) -> Case:
    goods = {"declaration": None, "item": None, "invoice": "F", "invoice_line": 1} if act == "export" else {}
    return pair(
        act,
        cert={"lines": [line(unit=unit, quantity=certified, exported_quantity=None, **goods)]},
        decl={"items": [item(first={"quantity": declared, "unit": unit}, second=None)]},
        shipped={"items": [item(first={"quantity": "99999", "unit": unit}, second=None)]},
        goods_left={},
    )


def test_pieces_are_counted_exactly() -> None:
    case = pair(decl={"items": [item(first={"quantity": "100.00001", "unit": "011"})]})
    assert codes(case, DEFAULT) == ["quantity.exceeds_certificate"]
    allowing = Policy.model_validate({"tolerances": [{"unit": "件", "percent": "0", "amount": "0.00001"}]})
    assert codes(case, allowing) == []


# --- several certificates for one item ------------------------------------------------------------------------


def _together(
    declared: list[str],
    certified: list[tuple[str, str]],
    act: str = "return",
    ties: list[dict[str, Any]] | None = None,
    **rest: Any,
) -> Case:
    """Items in kilograms, and certificates with a line each, in a unit."""
    own = {"declaration": None, "item": None, "invoice": "F", "invoice_line": 1} if act == "export" else {}
    documents = [
        certificate(
            act,
            number=f"N{n}",
            lines=[line(unit=unit, quantity=quantity, exported_quantity=None, **own)],
        )
        for n, (quantity, unit) in enumerate(certified, 1)
    ]
    goods = [
        item(item=n, first={"quantity": quantity, "unit": "035"}, second=None)
        for n, quantity in enumerate(declared, 1)
    ]
    whole = item(first={"quantity": "99999", "unit": "035"}, second=None)
    decl = {"items": goods, **({"certificates": ties} if ties else {})}
    return several(documents, act, decl=decl, shipped={"items": [whole]}, goods_left={}, **rest)


KILOGRAMS = [("500", "千克"), ("500", "千克")]


@pytest.mark.parametrize("act", ["export", "return"])
@pytest.mark.parametrize(
    ("certified", "declared", "fits"),
    [
        (KILOGRAMS, "1005", True),
        (KILOGRAMS, "1005.00001", False),
        ([("1000", "千克")], "1005", True),
        ([("1000", "千克")], "1005.00001", False),
        ([("999", "千克"), ("1", "千克")], "1005", True),
        ([("1", "千克"), ("999", "千克")], "1005.00001", False),
        ([("0.5", "吨"), ("500", "千克")], "1005", True),
        ([("500", "千克"), ("0.5", "吨")], "1005", True),
        ([("500", "千克"), ("0.5", "吨")], "1005.01", False),
        ([("50", "千克"), ("50", "千克")], "101", True),
        ([("50", "千克"), ("50", "千克")], "101.00001", False),
        ([("200", "千克")] * 5, "1005", True),
        ([("200", "千克")] * 5, "1005.00001", False),
    ],
)
def test_certificates_that_cover_one_item_together_have_the_tolerance_of_their_sum(
    act: str, certified: list[tuple[str, str]], declared: str, *, fits: bool
) -> None:
    found = codes(_together([declared], certified, act))
    assert found == ([] if fits else ["quantity.exceeds_certificate"])


def test_an_amendment_is_exact_also_on_several_certificates() -> None:
    assert codes(_together(["1000"], KILOGRAMS, "amendment")) == []
    assert codes(_together(["1000.00001"], KILOGRAMS, "amendment")) == ["quantity.exceeds_certificate"]


def test_lines_of_items_that_share_one_are_drawn_on_together() -> None:
    """1005 take two certificates and 5 of the third, on which 495 are left for the other item."""
    three = [*KILOGRAMS, ("500", "千克")]
    assert codes(_together(["1005", "502.5"], three)) == []
    assert codes(_together(["1005", "502.50001"], three)) == ["quantity.exceeds_certificate"]


def test_each_item_on_its_own_certificate_has_its_own_tolerance() -> None:
    ties = [{"number": f"N{n}", "item": n, "line": 1} for n in (1, 2)]
    assert codes(_together(["502.5", "502.5"], KILOGRAMS, ties=ties)) == []
    case = _together(["502.50001", "500"], KILOGRAMS, ties=ties)
    assert codes(case) == ["quantity.exceeds_certificate"]


def test_lines_that_are_overdrawn_in_one_pool_share_its_tolerance() -> None:
    """The first item draws on both lines, the second on the first line once more."""
    ties = [
        {"number": "N1", "item": 1, "line": 1},
        {"number": "N2", "item": 1, "line": 1},
        {"number": "N1", "item": 2, "line": 1},
    ]
    assert codes(_together(["1003", "2"], KILOGRAMS, ties=ties)) == []
    found = codes(_together(["1003", "2.00001"], KILOGRAMS, ties=ties))
    assert found == ["quantity.exceeds_certificate", "quantity.exceeds_certificate"]


def test_a_line_that_is_not_full_does_not_make_up_for_one_that_is_overdrawn() -> None:
    ties = [
        {"number": "N1", "item": 1, "line": 1},
        {"number": "N2", "item": 1, "line": 1},
        {"number": "N1", "item": 2, "line": 1},
    ]
    assert codes(_together(["505", "5"], KILOGRAMS, ties=ties)) == []
    assert codes(_together(["505", "5.00001"], KILOGRAMS, ties=ties)) == ["quantity.exceeds_certificate"]


@pytest.mark.parametrize("declared", ["1005", "1005.00001"])
@pytest.mark.parametrize("certified", [KILOGRAMS, [("500", "千克"), ("0.5", "吨")]])
def test_very_many_are_judged_as_one_by_one(declared: str, certified: list[tuple[str, str]]) -> None:
    case = _together([declared], certified)
    found = judge(tables_of([case]), DEFAULT).findings
    assert found.get_column("code").to_list() == codes(case)


def test_the_greatest_quantities_together_stay_exact() -> None:
    most = "9999999999999.99999"
    told = [
        certificate(number=f"N{n}", lines=[line(unit="千克", quantity=most, exported_quantity=None)])
        for n in range(12)
    ]
    case = several(
        told,
        decl={
            "items": [
                item(item=n, first={"quantity": most, "unit": "035"}, second=None) for n in range(1, 13)
            ]
        },
        shipped={"items": [item(first={"quantity": most, "unit": "035"}, second=None)]},
        goods_left={},
    )
    assert "quantity.exceeds_certificate" not in codes(case)
