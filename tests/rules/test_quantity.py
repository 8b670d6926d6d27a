"""Is there enough, in units that convert? Both sides of every bound, exact to the last decimal."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.fields import plain, scaled
from hefu.rules.case import Case, UseState
from tests.builders import EXPORT, certificate, invoice_line, item, line
from tests.rules.pairs import (
    ACTS,
    AFTER_EXPORT,
    OTHER_ACT,
    UNIT,
    Broken,
    codes,
    judged,
    left,
    only,
    pair,
    several,
    standing,
)

_at = partial(Broken, field="quantity", item=1, line=1)
QUANTITIES = st.decimals(min_value="0.00001", max_value="9999999", places=5)


def _case(
    act: str = "return",
    *,
    declared: str = "100",
    certified: str = "100",
    exported: str = "100",
    remains: str | None = None,
    **rest: Any,
) -> Case:
    """Quantities of the item, the line, the export item, and what is left of it, all in 件."""
    made = invoice_line if act == "export" else line
    told: dict[str, Any] = {} if act == "export" else {"goods_left": left(remains or exported)}
    return pair(
        act,
        cert={"lines": [made(quantity=certified, exported_quantity=None)]},
        decl={"items": [item(first={"quantity": declared, "unit": "011"})]},
        shipped={"items": [item(first={"quantity": exported, "unit": "011"})]},
        **{**told, **rest},
    )


def _stated(stated: str, shipped: str = "100", act: str = "return", **rest: Any) -> Case:
    """100 pieces are covered; the line states how many were exported, and the export declaration does."""
    return pair(
        act,
        cert={"lines": [line(exported_quantity=stated)]},
        **{
            "shipped": {"items": [item(first={"quantity": shipped, "unit": "011"})]},
            "goods_left": {},
            **rest,
        },
    )


def _tons_stated(stated: str, shipped: str) -> Case:
    """A tenth of a ton is covered; the line states in tons how much was exported, the declaration in kilograms."""
    return pair(
        cert={"lines": [line(unit="吨", quantity="0.1", exported_quantity=stated)]},
        decl={"items": [item(first={"quantity": "100", "unit": "035"}, second=None)]},
        shipped={"items": [item(first={"quantity": shipped, "unit": "035"}, second=None)]},
        goods_left={},
    )


def _pieces(declared: dict[str, str], certified: dict[str, str]) -> Case:
    """One item and one line, before export, each in a unit of its own."""
    return pair(
        "export",
        cert={"lines": [invoice_line(**certified, exported_quantity=None)]},
        decl={"items": [item(first=declared, second=None, traded=None)]},
    )


def _units(declared: str, certified: str) -> Case:
    return _pieces({"quantity": "1", "unit": declared}, {"quantity": "1", "unit": certified})


COUNTED_ELSEWHERE: dict[str, dict[str, Any]] = {
    "ledger": {},
    "export": {"shipped": {"items": [item(second=None)]}, "goods_left": {}},
}
BROKEN = (
    Broken(
        "unit.not_convertible",
        _units("只", "件"),
        "008 只",
        "011 件",
        "unit",
        item=1,
        line=1,
        why="export",
    ),
    *(
        Broken(
            "unit.not_of_export",
            pair(cert={"lines": [line(unit="千克", quantity="20", exported_quantity="20")]}, **rest),
            "011 件",
            "035 千克",
            "unit",
            question="entitlement",
            item=1,
            line=1,
            why=why,
        )
        for why, rest in COUNTED_ELSEWHERE.items()
    ),
    *(
        _at("quantity.exceeds_certificate", _case(act, declared="100.00001"), "100.00001", "100", why=act)
        for act in ACTS
    ),
    *(
        _at(
            "quantity.exported_differs",
            _stated("100.00001", act=act),
            "100",
            "100.00001",
            field="exported_quantity",
            severity="warn",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    *(
        _at("quantity.exceeds_export", _case(act, exported="99.99999"), "99.99999", "100", why=act)
        for act in AFTER_EXPORT
    ),
    *(
        _at(
            "quantity.exceeds_goods",
            _case(act, remains="99.99999"),
            "100",
            "99.99999",
            question="entitlement",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@settings(deadline=None, max_examples=40)
@given(quantity=QUANTITIES, act=st.sampled_from(ACTS))
def test_the_certified_quantity_passes_and_the_least_more_does_not(quantity: Decimal, act: str) -> None:
    whole, more = plain(quantity), plain(quantity + UNIT)
    assert codes(_case(act, declared=whole, certified=whole, exported=whole)) == []
    assert codes(_case(act, declared=more, certified=whole, exported=whole)) == [
        "quantity.exceeds_certificate"
    ]


@settings(deadline=None, max_examples=40)
@given(quantity=QUANTITIES)
def test_a_certificate_for_all_that_was_exported_passes_and_for_the_least_more_does_not(
    quantity: Decimal,
) -> None:
    whole, more = plain(quantity), plain(quantity + UNIT)
    assert codes(_case(declared=whole, certified=whole, exported=whole)) == []
    assert codes(_case(declared=whole, certified=more, exported=whole)) == ["quantity.exceeds_export"]


@settings(deadline=None, max_examples=40)
@given(quantity=QUANTITIES.filter(lambda one: one > UNIT))
def test_the_last_goods_left_may_be_taken_and_one_less_left_is_too_few(quantity: Decimal) -> None:
    whole = plain(quantity)
    exact = _case(declared=whole, certified=whole, exported=whole, remains=whole)
    short = _case(declared=whole, certified=whole, exported=whole, remains=plain(quantity - UNIT))
    assert codes(exact) == []
    assert codes(short) == ["quantity.exceeds_goods"]


@pytest.mark.parametrize("scaled_left", [0, -1])
def test_nothing_left_or_less_refuses_everything(scaled_left: int) -> None:
    assert codes(_case(goods_left={(EXPORT, 1): (scaled_left, "011")})) == ["quantity.exceeds_goods"]


def test_a_part_of_the_certificate_may_be_used_and_only_that_part_is_drawn() -> None:
    answer = judged(_case(declared="0.00001"))
    assert answer.findings == ()
    assert [draw.quantity for draw in answer.draws] == [1]


def test_only_what_the_certificate_covers_counts_against_the_goods_left() -> None:
    assert codes(_case(declared="500")) == ["quantity.exceeds_certificate"]


@pytest.mark.parametrize("state", [UseState.RESERVED, UseState.USED, UseState.WITHDRAWN])
def test_a_certificate_that_is_not_free_draws_no_goods_so_none_are_missing(state: UseState) -> None:
    case = _case(remains="1", certificates=(standing(certificate(), state, OTHER_ACT),))
    assert codes(case) == [f"certificate.{state.value}"]


def test_goods_of_which_customs_keeps_no_account_are_not_called_short() -> None:
    assert codes(_case(goods_left={})) == []


def test_the_greatest_quantities_that_documents_take_are_compared_exactly() -> None:
    greatest = "9999999999999.99999"
    assert codes(_pieces({"quantity": greatest, "unit": "米"}, {"quantity": greatest, "unit": "米"})) == []
    kilometres = {"quantity": "9999999999.99999", "unit": "千米"}
    assert codes(_pieces({"quantity": "9999999999999.99", "unit": "米"}, kilometres)) == []
    assert codes(_pieces({"quantity": "9999999999999.99999", "unit": "米"}, kilometres)) == [
        "quantity.exceeds_certificate"
    ]


CONVERTIBLE = [
    ("千克", "1000", "吨", "1"),
    ("克", "1000", "千克", "1"),
    ("克", "1000000", "吨", "1"),
    ("个", "1000", "千个", "1"),
    ("个", "10000", "万个", "1"),
    ("个", "12", "打", "1"),
    ("打", "12", "罗", "1"),
    ("个", "100", "百个", "1"),
    ("支", "1000", "千支", "1"),
    ("枝", "100", "百枝", "1"),
    ("只", "1000", "千只", "1"),
    ("双", "10000", "万双", "1"),
    ("米", "1000", "千米", "1"),
    ("毫升", "1000", "升", "1"),
    ("立方米", "1", "千升", "1"),
    ("千克", "0.5", "斤", "1"),
    ("千克", "50", "担", "1"),
    ("克", "0.2", "克拉", "1"),
    ("千克", "45359.237", "磅", "100000"),
    ("米", "0.9144", "码", "1"),
]


@pytest.mark.parametrize(("small", "quantity", "large", "one"), CONVERTIBLE)
def test_units_of_one_dimension_convert_both_ways(small: str, quantity: str, large: str, one: str) -> None:
    a, b = {"quantity": quantity, "unit": small}, {"quantity": one, "unit": large}
    assert codes(_pieces(a, b)) == []
    assert codes(_pieces(b, a)) == []


@pytest.mark.parametrize(
    ("small", "more", "large"),
    [
        ("米", "1000.00501", "千米"),
        ("米", "1000.01", "千米"),
        ("毫升", "1000.01", "升"),
        ("千克", "1005.01", "吨"),
        ("克", "2000.01", "千克"),
        ("个", "1000.01", "千个"),
        ("个", "13", "打"),
    ],
)
def test_a_little_more_is_too_much_in_another_unit_too(small: str, more: str, large: str) -> None:
    case = _pieces({"quantity": more, "unit": small}, {"quantity": "1", "unit": large})
    assert codes(case) == ["quantity.exceeds_certificate"]


@pytest.mark.parametrize(
    ("certified", "most", "more"),
    [
        (("1", "千米"), ("1000.00499", "米"), ("1000.005", "米")),
        (("1", "亿支"), ("100000000.49999", "支"), ("100000000.5", "支")),
        (("8.33333", "打"), ("100", "个"), ("100.00002", "个")),
        (("100", "个"), ("8.33333", "打"), ("8.33334", "打")),
        (("1000.00001", "米"), ("1", "千米"), ("1.00001", "千米")),
        (("45.35924", "千克"), ("100", "磅"), ("100.00002", "磅")),
        (("45.35923", "千克"), ("99.9999", "磅"), ("100.00001", "磅")),
    ],
)
def test_quantities_compare_exactly_in_whatever_units_they_are_written(
    certified: tuple[str, str], most: tuple[str, str], more: tuple[str, str]
) -> None:
    """Amendments are exact also by weight; what may be lost is less than half of the coarser unit's last
    decimal, and less than half of one of the finer.
    """

    def over(declared: tuple[str, str]) -> bool:
        of_line, of_item = ({"quantity": quantity, "unit": unit} for quantity, unit in (certified, declared))
        case = pair(
            "amendment",
            cert={"lines": [line(**of_line, exported_quantity=None)]},
            decl={"items": [item(first=of_item, second=None)]},
            shipped={"items": [item(first={**of_line, "quantity": "999999999"}, second=None)]},
            goods_left={},
        )
        found = codes(case)
        assert set(found) <= {"quantity.exceeds_certificate"}
        return bool(found)

    assert not over(most)
    assert over(more)


def test_what_is_certified_and_left_compares_exactly_too() -> None:
    def case(exported: str, left_of_it: tuple[int, str], declared: str = "100000000") -> list[str]:
        return codes(
            pair(
                cert={"lines": [line(unit="亿支", quantity="1", exported_quantity=None)]},
                decl={"items": [item(first={"quantity": declared, "unit": "支"}, second=None)]},
                shipped={"items": [item(first={"quantity": exported, "unit": "支"}, second=None)]},
                goods_left={(EXPORT, 1): left_of_it},
            )
        )

    sticks, whole = "012", 10**8 * 10**5
    assert case("100000000", (whole, sticks)) == []
    assert case("99999600", (whole, sticks)) == ["quantity.exceeds_export"]
    assert case("100000000", (whole - 400 * 10**5, sticks)) == ["quantity.exceeds_goods"]
    assert case("100000400", (10**5, "055"), "100000400") == ["quantity.exceeds_certificate"]


LOOK_ALIKES = [
    ("支", "枝"),
    ("个", "只"),
    ("个", "件"),
    ("只", "件"),
    ("套", "组"),
    ("套", "副"),
    ("双", "对"),
    ("千支", "千枝"),
    ("千个", "千只"),
    ("疋", "匹"),
    ("合", "盒"),
    ("千克", "升"),
    ("米", "平方米"),
    ("平方米", "立方米"),
    ("件", "千克"),
    ("台", "套"),
]


@pytest.mark.parametrize(("a", "b"), LOOK_ALIKES)
def test_look_alike_units_do_not_convert_either_way(a: str, b: str) -> None:
    for declared, certified in ((a, b), (b, a)):
        found = only(_units(declared, certified))
        assert found.code == "unit.not_convertible"
        assert (found.declared[4:], found.certified[4:]) == (declared, certified)


def test_a_unit_that_does_not_convert_hides_no_second_finding_and_draws_nothing() -> None:
    answer = judged(_pieces({"quantity": "9999", "unit": "只"}, {"quantity": "1", "unit": "件"}))
    assert [one.code for one in answer.findings] == ["unit.not_convertible"]
    assert answer.draws == ()


def test_the_second_statutory_measure_is_compared_when_only_it_converts() -> None:
    def case(kilograms: str) -> Case:
        made = item(second={"quantity": kilograms, "unit": "千克"})
        return pair(
            "export",
            cert={"lines": [invoice_line(unit="千克", quantity="20", exported_quantity=None)]},
            decl={"items": [made]},
        )

    assert codes(case("20")) == []
    assert codes(case("21")) == []  # one kilogram more is within the tolerance of weights
    assert codes(case("21.00001")) == ["quantity.exceeds_certificate"]


def test_the_transaction_unit_is_never_compared() -> None:
    made = item(traded={"quantity": "100", "unit": "箱"})
    case = pair(
        "export",
        cert={"lines": [invoice_line(unit="箱", quantity="100", exported_quantity=None)]},
        decl={"items": [made]},
    )
    assert codes(case) == ["unit.not_convertible"]


def test_goods_left_are_counted_in_the_unit_of_their_account() -> None:
    def case(grams: str) -> Case:
        measure = {"quantity": "100", "unit": "千克"}
        return pair(
            cert={"lines": [line(unit="千克", exported_quantity=None)]},
            decl={"items": [item(first=measure, second=None)]},
            shipped={"items": [item(first=measure, second=None)]},
            goods_left={(EXPORT, 1): (scaled(Decimal(grams)), "036")},
        )

    assert codes(case("100000")) == []
    assert codes(case("99999.99")) == ["quantity.exceeds_goods"]


def test_the_items_of_a_declaration_share_what_a_line_covers() -> None:
    def case(second: str) -> Case:
        items = [
            item(first={"quantity": "60", "unit": "件"}),
            item(item=2, first={"quantity": second, "unit": "件"}),
        ]
        ties = [{"number": "BSWT0001", "item": n, "line": 1} for n in (1, 2)]
        return pair("export", decl={"items": items, "certificates": ties})

    assert codes(case("40")) == []
    over = judged(case("40.00001"))
    assert {one.code for one in over.findings} == {"quantity.exceeds_certificate"}
    assert {one.declared for one in over.findings} == {"100.00001"}
    assert [(one.item, one.line) for one in over.findings] == [(1, 1)]


def _two_certificates(declared: str, *, act: str = "return") -> Case:
    documents = [certificate(act, number=name, lines=[line(quantity="50")]) for name in ("A", "B")]
    return several(
        documents,
        act,
        decl={"items": [item(first={"quantity": declared, "unit": "件"})]},
        certificates=tuple(standing(one) for one in documents),
    )


@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_one_item_may_stand_on_several_certificates_up_to_their_sum(act: str) -> None:
    exact = judged(_two_certificates("100", act=act))
    assert exact.findings == ()
    assert [(draw.certificate, draw.quantity) for draw in exact.draws] == [
        ("A", 50 * 10**5),
        ("B", 50 * 10**5),
    ]
    over = only(_two_certificates("100.00001", act=act))
    assert (over.code, over.certificate, over.declared) == ("quantity.exceeds_certificate", "B", "50.00001")


def test_a_certificate_beyond_the_need_is_named_and_not_drawn_on() -> None:
    found = only(_two_certificates("50"))
    assert (found.code, found.certificate) == ("certificate.not_needed", "B")
    assert only(_two_certificates("49.99999")).code == "certificate.not_needed"
    assert judged(_two_certificates("50.00001")).findings == ()


@pytest.mark.parametrize(("declared", "certified"), [("011", "035"), ("035", "011")])
def test_units_of_two_kinds_do_not_convert_whichever_stands_where(declared: str, certified: str) -> None:
    assert codes(_units(declared, certified)) == ["unit.not_convertible"]


@pytest.mark.parametrize(("exported", "certified"), [("011", "035"), ("035", "011")])
@pytest.mark.parametrize("on_record", [True, False])
def test_goods_counted_in_another_kind_than_certified_are_told(
    exported: str, certified: str, on_record: bool
) -> None:
    measure = {"quantity": "100", "unit": certified}
    case = pair(
        cert={"lines": [line(unit=certified)]},
        decl={"items": [item(first=measure, second=None, traded=None)]},
        shipped={"items": [item(first={"quantity": "100", "unit": exported}, second=None, traded=None)]},
        goods_left=left(unit=exported) if on_record else {},
    )
    assert codes(case) == ["unit.not_of_export"]


def test_what_an_overdrawn_line_takes_of_the_goods_is_its_own_quantity() -> None:
    items = [item(item=n, first={"quantity": "60", "unit": "件"}) for n in (1, 2)]
    case = pair(decl={"items": items}, shipped={"items": [item()]}, goods_left=left("100"))
    assert codes(case) == ["quantity.exceeds_certificate"]


@pytest.mark.parametrize(
    ("stated", "shipped", "fits"),
    [
        ("100", "100", True),
        ("100.00001", "100", False),
        ("100", "100.00001", False),
        ("250", "250", True),
        ("9999999999999.99999", "9999999999999.99999", True),
        ("9999999999999.99999", "9999999999999.99998", False),
    ],
)
def test_the_exported_quantity_that_is_stated_is_the_export_declarations(
    stated: str, shipped: str, *, fits: bool
) -> None:
    case = _stated(stated, shipped)
    assert codes(case) == ([] if fits else ["quantity.exported_differs"])
    assert judged(case).passes


@pytest.mark.parametrize(
    ("stated", "shipped", "fits"),
    [
        ("0.12", "120", True),
        ("0.12001", "120", False),
        ("0.12", "120.00499", True),
        ("0.12", "120.005", False),
        ("0.12", "119.99501", True),
        ("0.12", "119.995", False),
    ],
)
def test_exported_quantities_compare_in_units_that_convert(stated: str, shipped: str, *, fits: bool) -> None:
    """To less than what writing them in the coarser unit may lose."""
    assert codes(_tons_stated(stated, shipped)) == ([] if fits else ["quantity.exported_differs"])


def test_what_is_told_of_an_exported_quantity_is_in_the_lines_unit() -> None:
    found = only(_tons_stated("0.13", "120"))
    assert (found.declared, found.certified) == ("0.12", "0.13")


def test_a_line_without_an_exported_quantity_states_none_that_differs() -> None:
    assert codes(_case(exported="250")) == []


def test_where_the_export_is_not_on_record_its_quantity_is_not_asked_for() -> None:
    assert codes(_stated("250", original=None)) == ["original.unknown"]


def test_what_covers_more_than_was_exported_is_not_told_as_a_wrong_statement_too() -> None:
    assert codes(_stated("100", "99")) == ["quantity.exceeds_export"]


def test_in_a_unit_that_does_not_convert_no_exported_quantity_is_compared() -> None:
    goods = {"items": [item(first={"quantity": "20", "unit": "035"}, second=None)]}
    case = pair(
        cert={"lines": [line(quantity="20", exported_quantity="30")]},
        decl={"items": [item(first={"quantity": "20", "unit": "011"}, second=None)]},
        shipped=goods,
        goods_left={},
    )
    assert codes(case) == ["unit.not_of_export"]
