"""What one might change about quantities: as much as there is, never rounded up, in the unit of the paper."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hefu.documents.fields import plain
from hefu.rules.case import Case
from hefu.rules.change import smallest_changes
from tests.builders import invoice_line, item, line
from tests.rules.offers import after, offered, paper, words
from tests.rules.pairs import DEFAULT, UNIT, codes, left, pair

CERTIFICATE, EXPORTED, GOODS = (f"quantity.exceeds_{what}" for what in ("certificate", "export", "goods"))
GRAM, KILOGRAM, POUND = "036", "035", "076"
"""A pound is 453.59237 g."""
PLENTY: Final = "9999999"


def of(quantity: str, unit: str = "011") -> dict[str, str]:
    return {"quantity": quantity, "unit": unit}


def _case(*items: dict[str, str], certified: dict[str, str], **case: Any) -> Case:
    """Line 2 of the certificate, for item 5 of the export declaration; items 1, 2, ... draw on it."""
    goods = [item(item=n, first=one, second=None) for n, one in enumerate(items, start=1)]
    made = line(line=2, item=5, **{"exported_quantity": None, **certified})
    return pair(cert={"lines": [made]}, decl={"items": goods}, **{"goods_left": {}, **case})


def _words(case: Case, code: str, declared: str, certified: str, which: int = 1) -> list[str]:
    """The candidates without the numbers of the papers, each made once."""
    made = offered(case, code, declared, certified, at=(which, 2))
    told = words(made)
    for one in made:
        after(one, case)
    return [text.replace(case.declaration.number + " ", "").replace("BSWT0001 ", "") for text in told]


def declared(before: str, then: str, place: str = "items[1].first") -> str:
    return f"declaration {place}.quantity: {before} -> {then} (declarant)"


def applied(before: str, then: str) -> str:
    return f"certificate lines[2].quantity: {before} -> {then} (apply)"


def test_too_much_for_the_certificate_is_declared_less_or_certified_anew() -> None:
    case = _case(of("120.50"), certified=of("100.0") | {"exported_quantity": "110"})
    assert _words(case, CERTIFICATE, "120.5", "100") == [declared("120.5", "100"), applied("100", "120.5")]
    less, anew = offered(case, CERTIFICATE, "120.5", "100", at=(1, 2))
    assert after(less, case).declaration.items[0].first.quantity == 100
    made = paper(after(anew, case)).lines[0]
    assert (made.quantity, made.exported_quantity, made.unit) == (Decimal("120.5"), None, "011")


def test_too_much_for_the_goods_is_declared_less() -> None:
    case = _case(of("120"), certified=of("200"))
    assert _words(case, GOODS, "120", "40.00001") == [declared("120", "40.00001")]


@pytest.mark.parametrize(
    ("certified", "then"), [("0.00001", "0.00001"), ("0", None), ("-0.00001", None), ("-7", None)]
)
def test_where_nothing_is_left_nothing_less_can_be_declared(certified: str, then: str | None) -> None:
    case = _case(of("120"), certified=of("200"))
    assert _words(case, GOODS, "120", certified) == ([declared("120", then)] if then else [])


def test_the_second_measure_is_changed_where_it_is_what_counts() -> None:
    case = pair(cert={"lines": [line(line=2, **of("19", KILOGRAM), exported_quantity=None)]})
    assert _words(case, CERTIFICATE, "20", "19") == [
        declared("20", "19", "items[1].second"),
        applied("19", "20"),
    ]


@pytest.mark.parametrize(
    ("item_", "line_", "told", "then", "anew"),
    [
        (of("1", POUND), of("333", GRAM), ("453.59237", "333"), "0.73413", "453.59237"),
        (of("500", GRAM), of("1", POUND), ("1.10231", "1"), "453.59237", "1.10232"),
        (of("453.59238", GRAM), of("1", POUND), ("1", "1"), "453.59237", "1.00001"),
        (of("1.00001", GRAM), of("0.001", KILOGRAM), ("0.001", "0.001"), "1", "0.00101"),
        (of("0.6", "070"), of("500", KILOGRAM), ("600", "500"), "0.5", "600"),
        (of("1", POUND), of("0.00001", GRAM), ("453.59237", "0.00001"), None, "453.59237"),
    ],
)
def test_in_another_unit_there_is_never_more_declared_than_certified(
    item_: dict[str, str], line_: dict[str, str], told: tuple[str, str], then: str | None, anew: str
) -> None:
    """333 g are 0.734139... pounds, 500 g are 1.102311... pounds."""
    less = [declared(item_["quantity"], then)] if then else []
    case = _case(item_, certified=line_)
    assert _words(case, CERTIFICATE, *told) == [*less, applied(told[1], anew)]


@pytest.mark.parametrize(
    ("one", "other", "then"),
    [("60", "50.5", "49.5"), ("10.5", "100", None), ("10.50001", "100", "0.00001"), ("5", "105.5", None)],
)
def test_what_several_items_draw_is_too_much_by_what_one_may_leave(
    one: str, other: str, then: str | None
) -> None:
    total = str(Decimal(one) + Decimal(other))
    case = _case(of(one), of(other), certified=of(plain(Decimal(total) - Decimal("10.5"))))
    has = plain(Decimal(total) - Decimal("10.5"))
    less = [declared(one, then)] if then else []
    assert _words(case, CERTIFICATE, total, has) == [*less, applied(has, total)]
    assert _words(case, GOODS, total, has) == less


def test_an_item_cannot_give_way_for_more_than_it_has() -> None:
    case = _case(of("60"), of("190"), certified=of("100"))
    assert _words(case, CERTIFICATE, "250", "100") == [applied("100", "250")]


def test_what_a_sum_hides_by_rounding_is_left_too() -> None:
    """300 g and 153.594 g are 1.0000036 pounds; half the least step of a pound is 0.00227 g."""
    case = _case(of("300", GRAM), of("153.594", GRAM), certified=of("1", POUND))
    assert _words(case, CERTIFICATE, "1", "1") == [declared("300", "299.99773"), applied("1", "1")]
    kilograms = _case(of("600", GRAM), of("400.004", GRAM), certified=of("1", KILOGRAM))
    assert _words(kilograms, CERTIFICATE, "1", "1") == [declared("600", "599.995"), applied("1", "1")]
    pounds = _case(of("2", POUND), of("1", POUND), certified=of("1000", GRAM))
    assert _words(pounds, CERTIFICATE, "1360.77711", "1000") == [
        declared("2", "1.20462"),
        applied("1000", "1360.77711"),
    ]


def test_what_is_left_of_the_goods_is_taken_as_it_is_counted() -> None:
    """333 g are 0.734139... pounds; told are 0.73414."""
    told = {("530120260000000001", 5): (33300000, GRAM), ("530120260000000001", 2): (1, GRAM)}
    case = _case(of("2", POUND), certified=of("2", POUND), goods_left=told)
    assert _words(case, GOODS, "2", "0.73414") == [declared("2", "0.73413")]
    assert _words(case, CERTIFICATE, "2", "0.73414")[0] == declared("2", "0.73414")
    unknown = _case(of("2", POUND), certified=of("2", POUND))
    assert _words(unknown, GOODS, "2", "0.73414") == [declared("2", "0.73414")]


@pytest.mark.parametrize(
    ("shipped", "unit", "most"),
    [
        ({"first": of("60.50")}, "011", "60.5"),
        ({"first": of("333", GRAM), "second": None}, POUND, "0.73413"),
        ({"first": of("60"), "second": of("7", KILOGRAM)}, GRAM, "7000"),
    ],
)
def test_no_more_is_certified_than_was_exported(shipped: dict[str, Any], unit: str, most: str) -> None:
    goods = [item(item=1, first=of("1")), item(item=5, **shipped)]
    case = _case(of("100"), certified=of("8000.10", unit), shipped={"items": goods})
    assert _words(case, EXPORTED, "9", "8000.1") == [applied("8000.1", most)]


def test_where_the_exported_item_is_not_known_it_is_what_was_told() -> None:
    case = _case(of("100"), certified=of("200"), shipped={"items": [item(item=4)]})
    assert _words(case, EXPORTED, "60.5", "200") == [applied("200", "60.5")]


# --- made and compared again --------------------------------------------------------------------------------


def _changes(case: Case) -> list[str]:
    """The proposals of one edit."""
    return [f"{e.field} = {e.after}" for one in smallest_changes(case, DEFAULT) for e in one.edits]


def _amendment(
    item_: dict[str, str], line_: dict[str, str], left_: dict[str, str], shipped: dict[str, str]
) -> Case:
    return pair(
        "amendment",
        cert={"lines": [line(**line_, exported_quantity=None)]},
        decl={"items": [item(first=item_, second=None)]},
        shipped={"items": [item(first=shipped, second=None)]},
        goods_left=left(left_["quantity"], left_["unit"]),
    )


def test_as_much_is_proposed_as_passes_in_another_unit() -> None:
    plenty = of(PLENTY, GRAM)
    case = _amendment(of("1", POUND), of("333", GRAM), plenty, plenty)
    assert _changes(case) == ["items[1].first.quantity = 0.73413", "lines[1].quantity = 453.59237"]
    case = _amendment(of("500", GRAM), of("1", POUND), plenty, plenty)
    assert _changes(case) == ["items[1].first.quantity = 453.59237", "lines[1].quantity = 1.10232"]
    case = _amendment(of("2", POUND), of("2", POUND), of("333", GRAM), plenty)
    assert _changes(case) == ["items[1].first.quantity = 0.73413"]
    case = _amendment(of("0.5", POUND), of("2", POUND), plenty, of("333", GRAM))
    assert _changes(case) == ["lines[1].quantity = 0.73413"]


def test_of_items_that_share_a_line_one_may_give_way() -> None:
    goods = [item(item=n, first=of(quantity)) for n, quantity in ((1, "60"), (2, "50.5"))]
    case = pair("export", decl={"items": goods})
    assert _changes(case) == ["items[1].first.quantity = 49.5", "lines[1].quantity = 110.5"]


def test_an_item_that_draws_on_several_lines_keeps_what_the_others_give() -> None:
    lines = [invoice_line(line=n, invoice_line=n, quantity="50", exported_quantity=None) for n in (1, 2)]
    case = pair("export", cert={"lines": lines}, decl={"items": [item(first=of("120"))]})
    assert _changes(case)[0] == "items[1].first.quantity = 100"


QUANTITIES: Final = st.decimals("0.00001", "9999", places=5)
GRAMS: Final = {
    GRAM: Decimal(1),
    KILOGRAM: Decimal(1000),
    POUND: Decimal("453.59237"),
    "070": Decimal(1000000),
}
UNITS: Final = st.sampled_from(sorted(GRAMS))


@settings(deadline=None, max_examples=40)
@given(QUANTITIES, UNITS, QUANTITIES, UNITS)
def test_what_is_proposed_passes_and_is_all_that_is_certified(
    much: Decimal, unit: str, certified: Decimal, other: str
) -> None:
    def case(quantity: Decimal) -> Case:
        plenty = of("9999999999", KILOGRAM)
        return _amendment(of(plain(quantity), unit), of(plain(certified), other), plenty, plenty)

    assume(codes(case(much)) == [CERTIFICATE])
    told = dict(text.split(" = ") for text in _changes(case(much)))
    most = Decimal(told.get("items[1].first.quantity", "0"))
    assert most < much
    assert most == 0 or codes(case(most)) == []
    assert most * GRAMS[unit] <= certified * GRAMS[other] < (most + UNIT) * GRAMS[unit]
