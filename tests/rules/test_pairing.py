"""Which item draws from which line, and how much: each way of pairing alone, and what goes before what."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import DeclarationItem
from hefu.documents.fields import plain, unscaled
from hefu.rules.case import Case, UseState
from hefu.rules.pairing import Pair, item_numbered, items_of, measure_for, pair, pools, same_code, shares
from tests.builders import certificate, declaration, item, line
from tests.rules import pairs
from tests.rules.pairs import OTHER_EXPORT, several, standing

SHIRT, OTHER_SHIRT, PHONE = "6109100000", "6109909000", "8517130000"
Drawn = list[tuple[int, str, int, str]]
"""Item, certificate, line, quantity in the item's unit."""


def _drawn(case: Case) -> Drawn:
    return [_told(one) for one in pair(case)]


def _told(one: Pair) -> tuple[int, str, int, str]:
    quantity = plain(unscaled(one.quantity))
    return one.item.item, one.standing.number, one.line.line, f"{quantity} {one.measure.unit}"


def _cert(*lines: dict[str, Any], number: str = "A", act: str = "return") -> Certificate:
    return certificate(act, number=number, lines=[line(line=n, **told) for n, told in enumerate(lines, 1)])


def _items(*told: dict[str, Any]) -> list[dict[str, Any]]:
    return [item(item=n, **{"second": None, **one}) for n, one in enumerate(told, 1)]


def _case(*documents: Certificate, items: list[dict[str, Any]], act: str = "return", **decl: Any) -> Case:
    return several(documents, act, decl={"items": items, **decl})


def _pieces(quantity: str, **told: Any) -> dict[str, Any]:
    return {"first": {"quantity": quantity, "unit": "011"}, **told}


# --- one to one -------------------------------------------------------------------------------------


def test_one_item_and_one_line_belong_together_whatever_they_say() -> None:
    case = _case(_cert({"hs_code": PHONE, "unit": "千克", "item": 9}), items=_items(_pieces("7")))
    assert _drawn(case) == [(1, "A", 1, "7 011")]


def test_without_lines_nothing_is_drawn() -> None:
    case = pairs.pair(certificates=())
    assert pair(case) == []


# --- ties of the declaration -------------------------------------------------------------------------


def test_a_tie_goes_before_number_and_code() -> None:
    case = _case(
        _cert({"hs_code": PHONE}, {"hs_code": SHIRT, "item": 2}),
        items=_items(_pieces("1", hs_code=SHIRT), _pieces("2", hs_code=PHONE)),
        certificates=[{"number": "A", "item": 1, "line": 1}, {"number": "A", "item": 2, "line": 2}],
    )
    assert _drawn(case) == [(1, "A", 1, "1 011"), (2, "A", 2, "2 011")]


def test_a_tie_without_a_line_means_the_first_line_of_that_certificate() -> None:
    case = _case(
        _cert({"item": 7}, {"item": 8}, number="A"),
        _cert({"item": 5}, {"item": 6}, number="B"),
        items=_items(_pieces("3"), _pieces("4")),
        certificates=[{"number": "A"}, {"number": "B", "item": 1}, {"number": "A", "item": 2, "line": 2}],
    )
    assert _drawn(case) == [(1, "B", 1, "3 011"), (2, "A", 2, "4 011")]


def test_an_item_tied_to_several_lines_draws_in_the_order_of_the_ties() -> None:
    ties = [{"number": "A", "item": 1, "line": n} for n in (3, 1, 2)]
    told = [{"quantity": quantity, "item": n} for n, quantity in enumerate(("10", "20", "30"), 1)]
    case = _case(_cert(*told), items=_items(_pieces("55")), certificates=ties)
    assert _drawn(case) == [(1, "A", 3, "30 011"), (1, "A", 1, "10 011"), (1, "A", 2, "15 011")]


def test_a_tie_to_a_line_that_does_not_exist_leaves_the_item_uncovered() -> None:
    case = _case(
        _cert({"item": 1}, {"hs_code": PHONE, "item": 2}),
        items=_items(_pieces("1"), _pieces("2", hs_code=PHONE)),
        certificates=[{"number": "A", "item": 1, "line": 9}, {"number": "A"}],
    )
    assert _drawn(case) == [(2, "A", 2, "2 011")]
    alone = pairs.pair("return", decl={"certificates": [{"number": "BSWT0001", "item": 1, "line": 9}]})
    assert pairs.codes(alone) == ["item.not_covered"]


# --- numbers of the export declaration ---------------------------------------------------------------


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
def test_amendments_and_withdrawals_go_by_the_number_of_the_exported_item(act: str) -> None:
    lines = [{"item": 2, "hs_code": SHIRT, "quantity": "8"}, {"item": 1, "hs_code": PHONE, "quantity": "9"}]
    goods = _items(_pieces("1", hs_code=SHIRT), _pieces("2", hs_code=PHONE))
    more = {"becomes": goods} if act == "amendment" else {}
    case = _case(_cert(*lines, act=act), items=goods, act=act, **more)
    assert _drawn(case) == [(1, "A", 2, "1 011"), (2, "A", 1, "2 011")]


def test_a_return_goes_by_code_though_the_numbers_say_otherwise() -> None:
    case = _case(
        _cert({"item": 2, "hs_code": SHIRT}, {"item": 1, "hs_code": PHONE}),
        items=_items(_pieces("1", hs_code=SHIRT), _pieces("2", hs_code=PHONE)),
    )
    assert _drawn(case) == [(1, "A", 1, "1 011"), (2, "A", 2, "2 011")]


def test_a_number_counts_only_under_the_export_declaration_concerned() -> None:
    lines = [
        {"item": 1, "declaration": OTHER_EXPORT, "hs_code": PHONE},
        {"item": 3, "hs_code": SHIRT},
        {"item": 2, "hs_code": PHONE},
    ]
    goods = _items(_pieces("1", hs_code=SHIRT), _pieces("2", hs_code=PHONE))
    document = certificate(
        "withdrawal", number="A", lines=[line(line=n, **one) for n, one in enumerate(lines, 1)]
    )
    case = several([document], "withdrawal", decl={"items": goods}, shipped={"items": goods})
    assert _drawn(case) == [(1, "A", 2, "1 011"), (2, "A", 3, "2 011")]


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
@pytest.mark.parametrize(
    ("items", "lines", "ties"),
    [
        ((2,), (1,), []),
        ((9,), (1,), []),
        ((1, 2), (1, 3), []),
        ((2,), (1, 3), [{"number": "A", "item": 2, "line": 1}]),
    ],
)
def test_a_certificate_for_another_exported_item_covers_nothing(
    act: str, items: tuple[int, ...], lines: tuple[int, ...], ties: list[dict[str, Any]]
) -> None:
    document = certificate(
        act, number="A", lines=[line(line=n, item=goods) for n, goods in enumerate(lines, 1)]
    )
    shipped = [item(item=n) for n in (1, 2, 3)]
    case = several(
        [document],
        act,
        decl={"items": [item(item=n) for n in items], "certificates": ties or [{"number": "A"}]},
        shipped={"items": shipped},
        goods_left={},
    )
    covered = set(items) & set(lines)
    assert [one[0] for one in _drawn(case)] == sorted(covered)
    found = pairs.codes(case)
    assert "item.not_covered" in found
    assert not pairs.judged(case).passes


def test_a_withdrawal_without_items_concerns_all_that_was_exported() -> None:
    case = pairs.pair("withdrawal", decl={"items": []}, shipped={"items": _items(_pieces("5"), _pieces("6"))})
    assert [one.item for one in items_of(case)] == [1, 2]
    assert items_of(pairs.pair("withdrawal", decl={"items": []}, original=None)) == ()
    assert (
        items_of(pairs.pair("return", decl={"items": _items(_pieces("5"))})) == case.declaration.items or True
    )
    assert [one.item for one in items_of(pairs.pair("withdrawal"))] == [1]


# --- codes and units ---------------------------------------------------------------------------------


def test_a_code_that_only_one_line_has_decides() -> None:
    case = _case(
        _cert({"hs_code": PHONE}, {"hs_code": OTHER_SHIRT, "item": 2}, {"hs_code": SHIRT, "item": 3}),
        items=_items(
            *(_pieces(str(n), hs_code=code) for n, code in enumerate((SHIRT, PHONE, OTHER_SHIRT), 1))
        ),
    )
    assert _drawn(case) == [(1, "A", 3, "1 011"), (2, "A", 1, "2 011"), (3, "A", 2, "3 011")]


def test_a_line_with_the_code_but_another_kind_of_unit_is_not_alike() -> None:
    case = _case(
        _cert({"unit": "千克"}, {"unit": "件", "item": 2}),
        items=_items(_pieces("1"), _pieces("2", first={"quantity": "2", "unit": "035"})),
    )
    assert _drawn(case) == [(1, "A", 2, "1 011"), (2, "A", 1, "2 035")]


def test_among_several_alike_the_first_that_has_something_left_is_taken() -> None:
    case = _case(
        _cert({"hs_code": PHONE}, {"item": 2, "quantity": "2"}, {"item": 3}),
        items=_items(_pieces("1"), _pieces("3"), _pieces("3", hs_code=PHONE)),
    )
    assert _drawn(case) == [
        (1, "A", 2, "1 011"),
        (2, "A", 2, "1 011"),
        (2, "A", 3, "2 011"),
        (3, "A", 1, "3 011"),
    ]


def test_a_line_of_just_the_items_quantity_goes_before_order() -> None:
    lines: list[dict[str, Any]] = [{"quantity": "60"}, {"quantity": "40", "item": 2}]
    crossed = _case(_cert(*lines), items=_items(_pieces("40"), _pieces("60")))
    assert _drawn(crossed) == [(1, "A", 2, "40 011"), (2, "A", 1, "60 011")]
    alone = _case(_cert({"quantity": "40"}, {"quantity": "60", "item": 2}), items=_items(_pieces("60")))
    assert _drawn(alone) == [(1, "A", 2, "60 011")]
    many = _case(
        _cert(*({"quantity": str(n), "item": n} for n in range(1, 51))),
        items=_items(*(_pieces(str(51 - n)) for n in range(1, 51))),
    )
    assert [(one[0], one[2]) for one in _drawn(many)] == [(n, 51 - n) for n in range(1, 51)]


@pytest.mark.parametrize("act", ["return", "export"])
def test_items_share_a_line_as_far_as_it_goes(act: str) -> None:
    goods = {"declaration": None, "item": None, "invoice": "F", "invoice_line": 1} if act == "export" else {}
    document = certificate(act, number="A", lines=[line(**goods)])
    fits = several([document], act, decl={"items": _items(_pieces("60"), _pieces("40"))})
    assert _drawn(fits) == [(1, "A", 1, "60 011"), (2, "A", 1, "40 011")]
    assert pairs.codes(fits) == []
    over = several([document], act, decl={"items": _items(_pieces("60"), _pieces("41"))})
    assert _drawn(over) == [(1, "A", 1, "60 011"), (2, "A", 1, "41 011")]
    assert set(pairs.codes(over)) >= {"quantity.exceeds_certificate"}
    assert "item.not_covered" not in pairs.codes(over)


def test_a_line_in_tonnes_is_shared_by_items_in_tonnes_and_kilograms() -> None:
    weights = [{"quantity": "0.6", "unit": "070"}, {"quantity": "400", "unit": "035"}]
    case = _case(
        _cert({"quantity": "1", "unit": "吨"}), items=_items(*({"first": weight} for weight in weights))
    )
    assert _drawn(case) == [(1, "A", 1, "0.6 070"), (2, "A", 1, "400 035")]


def test_several_certificates_for_one_of_several_items() -> None:
    short = {"hs_code": PHONE, "goods_name": "手机"}
    case = _case(
        _cert({"quantity": "60"}, number="A"),
        _cert({"quantity": "40"}, number="B"),
        _cert({"quantity": "50", "item": 2, **short}, number="C"),
        items=_items(_pieces("100"), _pieces("50", **short)),
    )
    assert _drawn(case) == [(1, "A", 1, "60 011"), (1, "B", 1, "40 011"), (2, "C", 1, "50 011")]


def test_certificates_that_may_serve_go_first_and_others_take_what_is_left() -> None:
    withdrawn, good = _cert({}, number="A"), _cert({}, number="B")
    told = (standing(withdrawn, UseState.WITHDRAWN), standing(good))
    case = several([withdrawn, good], certificates=told)
    assert _drawn(case) == [(1, "B", 1, "100 011")]
    assert pairs.codes(case) == ["certificate.withdrawn"]
    less = several(
        [withdrawn, good],
        decl={"items": _items(_pieces("150"))},
        certificates=told,
        goods_left={},
        shipped={"items": _items(_pieces("150"))},
    )
    assert _drawn(less) == [(1, "B", 1, "100 011"), (1, "A", 1, "50 011")]
    other = several([certificate("amendment", number="A"), good])
    assert _drawn(other) == [(1, "B", 1, "100 011")]


def test_lines_of_the_export_declaration_concerned_go_first() -> None:
    document = _cert({"declaration": OTHER_EXPORT}, {})
    assert _drawn(_case(document, items=_items(_pieces("100")))) == [(1, "A", 2, "100 011")]
    more = _case(document, items=_items(_pieces("150")))
    assert _drawn(more) == [(1, "A", 2, "150 011")]
    apart = _case(document, items=_items(_pieces("150"), _pieces("7", hs_code=PHONE)))
    assert [one[:3] for one in _drawn(apart)] == [(1, "A", 2), (2, "A", 1)]


def test_a_line_of_quite_other_goods_covers_nothing() -> None:
    case = _case(
        _cert({}, {"hs_code": "8703600000", "unit": "千克", "item": 2}),
        items=_items(_pieces("100"), _pieces("5", hs_code=PHONE)),
    )
    assert _drawn(case) == [(1, "A", 1, "100 011")]
    same_heading = _case(
        _cert({}, {"hs_code": "8517620000", "unit": "千克", "item": 2}),
        items=_items(_pieces("100"), _pieces("5", hs_code=PHONE)),
    )
    assert _drawn(same_heading) == [(1, "A", 1, "100 011"), (2, "A", 2, "5 011")]


def test_what_is_alike_no_line_takes_what_is_left_in_order() -> None:
    case = _case(
        _cert({"hs_code": PHONE}, {"hs_code": "8703600000", "item": 2}),
        items=_items(_pieces("1"), _pieces("2", hs_code=OTHER_SHIRT)),
    )
    assert _drawn(case) == [(1, "A", 1, "1 011"), (2, "A", 2, "2 011")]


def test_an_item_of_other_goods_than_all_lines_is_left_uncovered() -> None:
    case = _case(_cert({}), items=_items(_pieces("1"), _pieces("2", hs_code=PHONE)))
    assert _drawn(case) == [(1, "A", 1, "1 011")]


def test_same_code_is_equal_on_the_shorter_one() -> None:
    assert same_code("6109100000", "61091000")
    assert same_code("61091000", "6109100000")
    assert not same_code("6109100000", "6109100010")
    assert not same_code("61091000", "6109909000")


# --- one item on several lines -------------------------------------------------------------------------


def test_an_item_stands_on_as_many_lines_as_it_takes() -> None:
    case = _case(
        _cert({"quantity": "40"}, number="A"),
        _cert({"quantity": "30"}, number="B"),
        _cert({"quantity": "20", "hs_code": PHONE}, {"quantity": "10", "item": 2}, number="C"),
        _cert({"quantity": "50", "declaration": OTHER_EXPORT}, number="D"),
        items=_items(_pieces("100")),
    )
    assert _drawn(case) == [(1, "A", 1, "40 011"), (1, "B", 1, "30 011"), (1, "C", 2, "30 011")]


def test_what_is_used_up_is_left_out_and_the_last_takes_the_rest() -> None:
    documents = [_cert({"quantity": "50"}, number=name) for name in "ABC"]
    assert _drawn(_case(*documents, items=_items(_pieces("50")))) == [(1, "A", 1, "50 011")]
    assert _drawn(_case(*documents, items=_items(_pieces("50.00001")))) == [
        (1, "A", 1, "50 011"),
        (1, "B", 1, "0.00001 011"),
    ]
    assert _drawn(_case(*documents, items=_items(_pieces("500"))))[-1] == (1, "C", 1, "400 011")


def test_lines_are_counted_in_the_items_unit_in_whole_steps() -> None:
    weighed = {"quantity": "3000", "unit": "035"}
    documents = [
        _cert({"quantity": quantity, "unit": "吨"}, number=name)
        for name, quantity in zip("AB", ("1.5", "9"), strict=True)
    ]
    case = _case(*documents, items=_items({"first": weighed}))
    assert _drawn(case) == [(1, "A", 1, "1500 035"), (1, "B", 1, "1500 035")]
    thirds = _case(
        _cert({"quantity": "1", "unit": "克"}, number="A"),
        _cert({"quantity": "9", "unit": "吨"}, number="B"),
        items=_items({"first": {"quantity": "1", "unit": "070"}}),
    )
    assert _drawn(thirds) == [(1, "B", 1, "1 070")]


BOTH = {"first": {"quantity": "100", "unit": "011"}, "second": {"quantity": "20", "unit": "035"}}


def test_an_item_draws_in_one_kind_of_unit() -> None:
    case = _case(
        _cert({"quantity": "60"}, number="A"),
        _cert({"quantity": "15", "unit": "千克"}, number="B"),
        _cert({"quantity": "60"}, number="C"),
        items=[item(**BOTH)],
    )
    assert _drawn(case) == [(1, "A", 1, "60 011"), (1, "C", 1, "40 011")]


def test_lines_that_are_tied_and_count_otherwise_are_each_held_against_the_whole_item() -> None:
    case = _case(
        _cert({"quantity": "60"}, number="A"),
        _cert({"quantity": "15", "unit": "千克"}, number="B"),
        _cert({"quantity": "60"}, number="C"),
        items=[item(**BOTH)],
        certificates=[{"number": name, "item": 1, "line": 1} for name in "ABC"],
    )
    assert _drawn(case) == [(1, "A", 1, "60 011"), (1, "B", 1, "20 035"), (1, "C", 1, "40 011")]


def test_a_tied_line_of_which_nothing_is_needed_is_not_drawn_on() -> None:
    documents = [_cert({"quantity": "60"}, number=name) for name in "ABC"]
    ties = [{"number": name, "item": 1, "line": 1} for name in "ABC"]
    for quantity in ("60", "59.99999"):
        case = _case(*documents, items=_items(_pieces(quantity)), certificates=ties)
        assert _drawn(case) == [(1, "A", 1, f"{quantity} 011")]
    more = _case(*documents, items=_items(_pieces("60.00001")), certificates=ties)
    assert _drawn(more) == [(1, "A", 1, "60 011"), (1, "B", 1, "0.00001 011")]


# --- measures ----------------------------------------------------------------------------------------


def _measured(unit: str, **told: Any) -> str:
    one = DeclarationItem.model_validate(item(**told))
    measure = measure_for(one, unit)
    return f"{plain(measure.quantity)} {measure.unit}"


@pytest.mark.parametrize(
    ("unit", "told", "measure"),
    [
        ("011", {}, "100 011"),
        ("035", {}, "20 035"),
        ("070", {}, "20 035"),
        ("030", {}, "100 011"),
        ("035", {"second": None}, "100 011"),
        ("070", {"first": {"quantity": "7", "unit": "036"}}, "7 036"),
    ],
)
def test_the_second_measure_counts_only_where_it_alone_converts(
    unit: str, told: dict[str, Any], measure: str
) -> None:
    assert _measured(unit, **told) == measure


def test_items_are_found_by_number() -> None:
    one = declaration(items=_items(_pieces("1"), _pieces("2")))
    found = item_numbered(one, 2)
    assert found is not None
    assert found.item == 2
    assert item_numbered(one, 3) is None
    assert item_numbered(one, None) is None
    assert item_numbered(None, 1) is None


# --- what is shared ------------------------------------------------------------------------------------


def _shared(case: Case) -> list[tuple[bool, ...]]:
    return shares(pair(case))


def test_a_single_pair_shares_nothing() -> None:
    assert _shared(pairs.pair()) == [(True, False, True, False, False)]


def test_items_on_one_line_share_it_and_its_goods() -> None:
    ties = [{"number": "A", "item": n, "line": 1} for n in (1, 2, 3)]
    case = _case(_cert({}), items=_items(_pieces("1"), _pieces("2"), _pieces("3")), certificates=ties)
    assert _shared(case) == [
        (True, True, True, True, False),
        (False, True, False, True, False),
        (False, True, False, True, False),
    ]


def test_lines_of_the_same_goods_share_the_goods_and_the_item() -> None:
    documents = [_cert({"quantity": "50"}, number=name) for name in "AB"]
    assert _shared(_case(*documents, items=_items(_pieces("100")))) == [
        (True, False, True, True, True),
        (True, False, False, True, True),
    ]


def test_goods_before_export_are_not_shared_between_certificates() -> None:
    documents = [
        certificate(
            "export",
            number=name,
            lines=[
                {**line(declaration=None, item=None), "invoice": "F", "invoice_line": 1, "quantity": "50"}
            ],
        )
        for name in "AB"
    ]
    ties = [{"number": name, "item": 1, "line": 1} for name in "AB"]
    case = several(documents, "export", decl={"items": _items(_pieces("100")), "certificates": ties})
    assert _shared(case) == [(True, False, True, False, True), (True, False, False, False, True)]


def test_different_lines_and_items_share_nothing() -> None:
    case = _case(
        _cert({}, {"hs_code": PHONE, "item": 2}),
        items=_items(_pieces("1"), _pieces("2", hs_code=PHONE)),
    )
    assert _shared(case) == [(True, False, True, False, False)] * 2


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ([("A", 1), ("B", 2)], [None, None]),
        ([("A", 1), ("B", 1)], [0, 0]),
        ([("A", 1), ("B", 2), ("C", 2)], [None, 1, 1]),
        ([("A", 1), ("B", 1), ("B", 2), ("C", 2)], [0, 0, 0, 0]),
        ([("A", 1), ("B", 1), ("C", 2), ("D", 2), ("B", 3), ("C", 3)], [0, 0, 0, 0, 0, 0]),
        ([("A", 1), ("B", 1), ("C", 2), ("D", 2)], [0, 0, 2, 2]),
    ],
)
def test_lines_are_drawn_on_together_by_what_items_have_in_common(
    ties: list[tuple[str, int]], expected: list[int | None]
) -> None:
    documents = [_cert({"quantity": "50"}, number=name) for name in sorted({name for name, _ in ties})]
    last = max(item for _, item in ties)
    case = _case(
        *documents,
        items=_items(*[_pieces("100")] * last),
        certificates=[{"number": name, "item": item, "line": 1} for name, item in ties],
    )
    told = {
        (one.standing.number, one.item.item): pool
        for one, pool in zip(pair(case), pools(pair(case)), strict=True)
    }
    assert told == dict(zip(ties, expected, strict=True))


def test_lines_of_other_kinds_of_unit_are_not_drawn_on_together() -> None:
    documents = [
        _cert({"quantity": "100"}, number="A"),
        _cert({"quantity": "20", "unit": "千克"}, number="B"),
    ]
    ties = [{"number": name, "item": 1, "line": 1} for name in "AB"]
    case = _case(*documents, items=[item()], certificates=ties)
    assert [one.standing.number for one in pair(case)] == ["A", "B"]
    assert pools(pair(case)) == [None, None]


def test_a_certificate_without_data_has_no_lines() -> None:
    known = standing(_cert({}))
    unknown = type(known)("B", type(known.state).UNKNOWN)
    case = pairs.pair(
        certificates=(unknown, known), decl={"certificates": [{"number": "B"}, {"number": "A"}]}
    )
    assert _drawn(case) == [(1, "A", 1, "100 011")]


def test_while_a_certificate_is_not_here_nothing_is_called_too_much() -> None:
    known = standing(_cert({"quantity": "60"}))
    unknown = type(known)("B", UseState.UNKNOWN)
    for items in (_items(_pieces("100")), _items(_pieces("60"), _pieces("40"))):
        told = {"items": items, "certificates": [{"number": "A"}, {"number": "B"}]}
        case = pairs.pair(certificates=(known, unknown), decl=told)
        assert pairs.codes(case) == ["certificate.unknown"]
        assert sum(one.quantity for one in pair(case)) == 60 * 10**5


@pytest.mark.parametrize("heading", ["6109", "8703"])
def test_another_heading_and_kind_of_unit_is_nothing_in_common(heading: str) -> None:
    case = _case(
        _cert({}, {"hs_code": f"{heading}100000", "unit": "千克", "item": 2}),
        items=_items(_pieces("100"), _pieces("5", hs_code=PHONE)),
    )
    assert _drawn(case) == [(1, "A", 1, "100 011")]
