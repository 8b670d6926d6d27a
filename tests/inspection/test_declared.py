"""Rows of declarations: what belongs together, what contradicts itself, what cannot be judged."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.inspection.fields.fields import Paper
from hefu.inspection.papers.declared import RULES, Declared, settle
from hefu.rules.mass.tables import DECLARATIONS, ITEMS
from tests.inspection.rows import frame, item_row

NUMBER = "530120260000000001"
IMPORT = "530120261000000001"


def _settled(*rows: dict[str, Any]) -> Declared:
    return settle(frame(Paper.DECLARATION, *rows))


def test_a_row_an_item_makes_one_declaration() -> None:
    told = _settled(item_row(), item_row(item=2), item_row(item=3))
    assert told.declarations.height == 1
    assert told.items["item"].to_list() == [1, 2, 3]
    assert list(told.declarations.columns) == list(DECLARATIONS)
    assert list(told.items.columns) == list(ITEMS)
    assert told.found.is_empty()
    assert told.refused.is_empty()


def test_a_head_that_stands_on_the_first_row_holds_for_all() -> None:
    bare = dict.fromkeys(("trader_uscc", "trader_name", "declared_on", "mode", "act"))
    told = _settled(item_row(), item_row(item=2, **bare), item_row(item=3, **bare))
    assert told.declarations.height == 1
    assert told.declarations["trader_uscc"][0] is not None
    assert told.found.is_empty()


def test_a_head_that_stands_on_the_last_row_holds_too() -> None:
    told = _settled(item_row(mode=None), item_row(item=2, mode="0110"))
    assert told.declarations["mode"].to_list() == ["0110"]


def test_rows_of_two_declarations_may_be_mixed() -> None:
    other = NUMBER[:-1] + "2"
    rows = [item_row(), item_row(declaration=other), item_row(item=2), item_row(declaration=other, item=2)]
    told = _settled(*rows)
    assert told.declarations["declaration"].to_list() == [NUMBER, other]
    assert told.found.is_empty()


def test_rows_that_disagree_on_the_head_are_told_and_the_first_holds() -> None:
    told = _settled(item_row(mode="0110"), item_row(item=2, mode="1039"))
    assert told.declarations["mode"].to_list() == ["0110"]
    (found,) = told.found.to_dicts()
    assert found["code"] == "papers.head_differs"
    assert (found["other"], found["declared"], found["certified"]) == ("mode", "0110", "1039")


def test_the_same_item_twice_alike_is_one_item() -> None:
    told = _settled(item_row(), item_row())
    assert told.items.height == 1
    assert told.found.is_empty()


def test_the_same_item_twice_unlike_is_told() -> None:
    told = _settled(item_row(), item_row(first=200_00000))
    assert told.items["first"].to_list() == [100_00000]
    (found,) = told.found.to_dicts()
    assert (found["code"], found["item"], found["other"]) == ("papers.declared_twice", 1, "first")


def test_certificates_of_rows_are_named_once_and_tied_where_the_line_is_named() -> None:
    told = _settled(
        item_row(certificate="N1"), item_row(item=2, certificate="N1"), item_row(item=3, certificate="N2")
    )
    assert told.references.rows() == [(NUMBER, "N1", None, None), (NUMBER, "N2", None, None)]
    tied = _settled(item_row(certificate="N1", certificate_line=4))
    assert tied.references.rows() == [(NUMBER, "N1", 1, 4)]


@pytest.mark.parametrize(
    ("number", "changes", "act"),
    [
        (NUMBER, {}, "export"),
        (IMPORT, {"mode": "4561"}, "return"),
        (IMPORT, {"mode": "4600"}, "return"),
        (IMPORT, {"mode": "0110"}, "other"),
        ("XG2026000001", {"act": "amendment", "related": NUMBER}, "amendment"),
        (IMPORT, {"flow": "I", "mode": "4561"}, "return"),
        (NUMBER, {"flow": "E"}, "export"),
    ],
)
def test_the_act_is_told_by_the_number_and_the_mode(number: str, changes: dict[str, Any], act: str) -> None:
    told = _settled(item_row(declaration=number, **{"act": None, **changes}))
    assert told.declarations["act"].to_list() == [act]
    assert told.refused.is_empty()


@pytest.mark.parametrize(
    ("number", "changes", "rule"),
    [
        ("HT-2026-001", {"act": None}, "act"),
        ("HT-2026-001", {"act": "export"}, "number"),
        (IMPORT, {"act": "export"}, "number"),
        (NUMBER, {"act": "return"}, "number"),
        ("XG2026000001", {"act": "withdrawal"}, "related"),
    ],
)
def test_what_cannot_be_told_is_refused_with_every_row(
    number: str, changes: dict[str, Any], rule: str
) -> None:
    rows = [item_row(declaration=number, item=at, **changes) for at in (1, 2)]
    told = _settled(*rows, item_row(declaration=NUMBER[:-1] + "7"))
    assert told.refused["rule"].to_list() == [rule, rule]
    assert told.refused["row"].to_list() == [2, 3]
    assert told.declarations.height == told.items.height == 1
    assert rule in RULES


def test_without_a_statutory_quantity_the_transaction_counts() -> None:
    bare = {"first": None, "first_unit": None, "traded": 7_00000, "traded_unit": "011"}
    told = _settled(item_row(**bare))
    assert told.items.select("first", "first_unit").row(0) == (7_00000, "011")


@pytest.mark.parametrize("lacks", ["freight_mark", "freight"])
def test_a_charge_that_lacks_a_part_is_none(lacks: str) -> None:
    charge = {"freight_mark": "total", "freight": 70, "freight_currency": "USD"}
    names = list(charge)
    whole = _settled(item_row(**charge)).declarations.select(names)
    assert whole.row(0) == tuple(charge.values())
    assert _settled(item_row(**{**charge, lacks: None})).declarations.select(names).row(0) == (
        None,
        None,
        None,
    )


def test_an_item_without_any_quantity_is_refused() -> None:
    none = dict.fromkeys(("first", "first_unit", "traded", "traded_unit"))
    told = _settled(item_row(), item_row(item=2, **none))
    assert told.refused.select("row", "field", "rule").rows() == [(3, "first", "quantity")]
    assert told.items["item"].to_list() == [1]


def test_nothing_settles_to_nothing() -> None:
    told = settle(frame(Paper.DECLARATION))
    assert told.declarations.is_empty()
    assert told.items.schema == told.items.clear().schema
