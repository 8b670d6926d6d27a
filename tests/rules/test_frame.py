"""Cases as columns: which item stands with which line, and with how much of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.declaration import DeclarationItem
from hefu.documents.fields import unscaled
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.days import as_day, as_number
from hefu.rules.frame import SCHEMA, build
from hefu.rules.pairing import items_of, measure_for, same_code
from hefu.rules.pairing import pair as pairs_of
from tests.builders import certificate, declaration, invoice_line, item, line
from tests.rules.pairs import OTHER_EXPORT, chained, pair, several, standing

SHIRTS, SHOES = "6205200000", "6403990000"


def _told(case: Case) -> list[tuple[int, str, int, str]]:
    """Each pair as item, certificate, line, quantity."""
    return [
        (
            one.item.item,
            one.standing.number,
            one.line.line,
            f"{unscaled(one.quantity):f}".removesuffix(".00000"),
        )
        for one in pairs_of(case)
    ]


def _amount(quantity: str, **changes: Any) -> dict[str, Any]:
    return item(first={"quantity": quantity, "unit": "件"}, **changes)


def test_every_row_has_exactly_the_columns_and_types_of_the_schema() -> None:
    cases = [pair(act) for act in ("export", "return", "amendment", "withdrawal")]
    cases += [chained(), pair(certificates=()), pair(original=None, export=None), pair(goods_left={})]
    frame = build(cases, [True] * len(cases))
    assert dict(frame.schema) == SCHEMA


def test_no_column_is_a_float() -> None:
    assert not [name for name, kind in SCHEMA.items() if kind.is_float()]


def test_no_cases_make_an_empty_frame_of_the_same_schema() -> None:
    frame = build([], [])
    assert frame.is_empty()
    assert dict(frame.schema) == SCHEMA


def test_a_case_without_certificate_and_items_still_has_its_row() -> None:
    bare = Case(declaration("withdrawal", items=None, certificates=None))
    assert build([bare], [True]).select("case", "certificate", "line", "item").rows() == [
        (0, None, None, None)
    ]


def test_an_item_without_line_and_a_certificate_without_item_have_rows_of_their_own() -> None:
    case = pair(
        decl={
            "items": [item(), item(item=2, hs_code=SHIRTS)],
            "certificates": [{"number": "A"}, {"number": "B"}],
        },
        certificates=(
            standing(certificate(number="A")),
            Standing("B", UseState.UNKNOWN),
        ),
    )
    rows = build([case], [True]).select("item", "certificate", "line").rows()
    assert rows == [(1, "A", 1), (None, "B", None), (2, None, None)]


def test_rows_stay_with_their_case_in_the_order_of_the_cases() -> None:
    cases = [pair(), pair(decl={"items": [item(), item(item=2)]}), pair("export"), pair(certificates=())]
    assert build(cases, [True] * 4)["case"].to_list() == [0, 1, 1, 2, 3]


def test_need_is_taken_as_told_for_each_case() -> None:
    assert build([pair(), pair()], [True, False])["needed"].to_list() == [True, False]


def test_one_item_and_one_line_stand_together_whatever_they_say() -> None:
    case = pair(cert={"lines": [line(hs_code=SHOES, unit="双", item=9)]})
    assert _told(case) == [(1, "BSWT0001", 1, "100")]


def test_first_ties_that_the_declaration_states_hold_even_against_the_code() -> None:
    document = certificate("export", lines=[_invoice(1, SHIRTS), _invoice(2)])
    ties = [{"number": "BSWT0001", "item": 1, "line": 1}, {"number": "BSWT0001", "item": 2, "line": 2}]
    items = [item(), item(item=2, hs_code=SHIRTS)]
    case = pair("export", decl={"items": items, "certificates": ties}, certificates=(standing(document),))
    assert [one[:3] for one in _told(case)] == [(1, "BSWT0001", 1), (2, "BSWT0001", 2)]


def test_a_tie_without_line_means_the_first_line_of_that_certificate() -> None:
    documents = [
        certificate("export", number=name, lines=[_invoice(1), _invoice(2, SHIRTS)]) for name in "AB"
    ]
    ties = [{"number": "B", "item": 1}, {"number": "A", "item": 2, "line": 2}]
    items = [item(), item(item=2, hs_code=SHIRTS)]
    case = pair(
        "export",
        decl={"items": items, "certificates": ties},
        certificates=tuple(standing(one) for one in documents),
    )
    assert [one[:3] for one in _told(case)] == [(1, "B", 1), (2, "A", 2)]


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
def test_second_the_item_number_of_the_export_decides_for_amendments_and_withdrawals(act: str) -> None:
    document = certificate(act, lines=[line(line=1, item=2), line(line=2, item=1)])
    case = pair(act, decl={"items": [item(), item(item=2)]}, certificates=(standing(document),))
    assert [(one[0], one[2]) for one in _told(case)] == [(1, 2), (2, 1)]


def test_item_numbers_of_another_export_tie_nothing() -> None:
    lines = [line(line=1, item=2, declaration=OTHER_EXPORT, hs_code=SHIRTS), line(line=2, item=1)]
    case = pair(
        "amendment",
        decl={"items": [item(item=2), item(item=3, hs_code=SHIRTS)]},
        shipped={"items": [item(), item(item=2), item(item=3, hs_code=SHIRTS)]},
        certificates=(standing(certificate("amendment", lines=lines)),),
    )
    assert [(one[0], one[2]) for one in _told(case)] == [(3, 1)]


def test_third_the_only_line_of_the_same_code_and_a_convertible_unit_is_taken() -> None:
    document = certificate("export", lines=[_invoice(1, SHOES), _invoice(2, SHIRTS), _invoice(3)])
    items = [item(), item(item=2, hs_code=SHIRTS), item(item=3, hs_code=SHOES)]
    case = pair("export", decl={"items": items}, certificates=(standing(document),))
    assert [(one[0], one[2]) for one in _told(case)] == [(1, 3), (2, 2), (3, 1)]


def test_among_lines_of_one_code_the_one_whose_unit_converts_is_taken() -> None:
    lines = [_invoice(1, unit="双"), _invoice(2, unit="件")]
    case = pair(
        "export",
        decl={"items": [item(), item(item=2, first={"quantity": "5", "unit": "双"}, second=None)]},
        certificates=(standing(certificate("export", lines=lines)),),
    )
    assert [(one[0], one[2]) for one in _told(case)] == [(1, 2), (2, 1)]


def test_fourth_what_is_left_is_taken_in_order() -> None:
    lines = [_invoice(1), _invoice(2), _invoice(3)]
    case = pair(
        "export",
        decl={"items": [item(item=n) for n in (1, 2, 3)]},
        certificates=(standing(certificate("export", lines=lines)),),
    )
    assert [(one[0], one[2]) for one in _told(case)] == [(1, 1), (2, 2), (3, 3)]


def test_items_of_the_same_goods_share_a_line() -> None:
    case = pair("export", decl={"items": [item(), item(item=2)]})
    assert [one[0] for one in _told(case)] == [1, 2]


def test_a_single_item_spreads_over_the_certificates_of_the_same_goods_in_their_order() -> None:
    documents = [certificate(number=name, lines=[line(quantity="40")]) for name in "ABC"]
    case = several(documents, certificates=tuple(standing(one) for one in documents))
    assert _told(case) == [(1, "A", 1, "40"), (1, "B", 1, "40"), (1, "C", 1, "20")]


def test_the_last_certificate_takes_all_that_the_others_do_not_cover() -> None:
    documents = [certificate(number=name, lines=[line(quantity="30")]) for name in "AB"]
    assert _told(several(documents)) == [(1, "A", 1, "30"), (1, "B", 1, "70")]


def test_an_item_may_come_from_several_exported_items_of_its_code() -> None:
    a = certificate(number="A", lines=[line(quantity="40")])
    b = certificate(number="B", lines=[line(item=2, quantity="60")])
    assert _told(several([a, b])) == [(1, "A", 1, "40"), (1, "B", 1, "60")]


def test_an_item_splits_over_lines_in_units_that_convert() -> None:
    a = certificate("export", number="A", lines=[_invoice(1, unit="吨", quantity="0.03")])
    b = certificate("export", number="B", lines=[_invoice(1, unit="千克", quantity="70")])
    ties = [{"number": one.number, "item": 1, "line": 1} for one in (a, b)]
    goods = item(first={"quantity": "100", "unit": "千克"}, second=None)
    case = pair(
        "export", decl={"items": [goods], "certificates": ties}, certificates=(standing(a), standing(b))
    )
    assert _told(case) == [(1, "A", 1, "30"), (1, "B", 1, "70")]


@given(
    parts=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    declared=st.integers(1, 300),
)
def test_a_split_item_loses_nothing_and_fills_each_line_before_the_next(
    parts: list[int], declared: int
) -> None:
    documents = [
        certificate(number=f"N{n}", lines=[line(quantity=str(part))]) for n, part in enumerate(parts)
    ]
    told = pairs_of(several(documents, decl={"items": [_amount(str(declared))]}))
    drawn = [one.quantity // 10**5 for one in told]
    assert sum(drawn) == declared
    assert all(quantity == part for quantity, part in zip(drawn[:-1], parts, strict=False))
    assert all(quantity > 0 for quantity in drawn)


def test_an_unknown_certificate_pairs_with_nothing() -> None:
    assert pairs_of(pair(certificates=(Standing("BSWT0001", UseState.UNKNOWN),))) == []


def test_a_withdrawal_without_items_stands_for_the_items_of_the_export() -> None:
    items = [item(), item(item=2, hs_code=SHIRTS)]
    case = pair("withdrawal", decl={"items": None}, shipped={"items": items})
    assert [one.item for one in items_of(case)] == [1, 2]
    assert items_of(pair("withdrawal", decl={"items": None}, original=None)) == ()


@pytest.mark.parametrize(
    ("unit", "chosen"), [("011", "first"), ("035", "second"), ("070", "second"), ("120", "first")]
)
def test_the_first_measure_is_compared_unless_only_the_second_converts(unit: str, chosen: str) -> None:
    made = DeclarationItem.model_validate(item())
    assert measure_for(made, unit) == getattr(made, chosen)


def test_without_a_second_measure_the_first_is_compared() -> None:
    made = DeclarationItem.model_validate(item(second=None))
    assert measure_for(made, "035") == made.first


@given(st.text("01", min_size=8, max_size=12), st.text("01", min_size=8, max_size=12))
def test_the_same_code_is_a_common_prefix_in_either_order(a: str, b: str) -> None:
    assert same_code(a, b) is same_code(b, a) is (a[: len(b)] == b[: len(a)])


@given(st.dates())
def test_days_survive_the_frame(day: date) -> None:
    shift = day.toordinal() - date(1970, 1, 1).toordinal()
    assert as_number(day) == shift
    assert as_day(shift) == day


def test_days_of_the_frame_are_the_days_of_the_documents() -> None:
    frame = build([pair(decl={"declared_on": "1970-01-02"}, cert={"issued_on": "1969-12-31"})], [True])
    assert frame.select("declared_on", "issued_on").row(0) == (1, -1)


def test_the_original_of_another_export_is_not_laid_beside_the_line() -> None:
    frame = build([pair(cert={"lines": [line(declaration=OTHER_EXPORT)]})], [True])
    assert frame.select("original_hs", "original_quantity", "original_unit").row(0) == (None, None, None)


def test_quantities_are_scaled_integers_to_the_last_decimal() -> None:
    frame = build([pair(decl={"items": [_amount("0.00001")]})], [True])
    assert frame["item_quantity"].to_list() == [1]
    assert frame["line_quantity"].to_list() == [100 * 10**5]
    assert frame.schema["item_quantity"] == pl.Int64


def _invoice(number: int, hs_code: str = "6109100000", **changes: Any) -> dict[str, Any]:
    told = {"line": number, "invoice_line": number, "hs_code": hs_code, "exported_quantity": None}
    return invoice_line(**{**told, **changes})
