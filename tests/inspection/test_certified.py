"""Rows of certificates: what belongs together, what is assumed, what cannot be judged."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.inspection.fields.fields import Paper
from hefu.inspection.papers.certified import RULES, Certified, settle
from hefu.rules.mass.tables import CERTIFICATES, LINES, STANDINGS
from tests.inspection.rows import frame, line_row


def _settled(*rows: dict[str, Any]) -> Certified:
    return settle(frame(Paper.CERTIFICATE, *rows))


def test_a_row_a_line_makes_one_certificate() -> None:
    told = _settled(line_row(), line_row(line=2, line_item=2))
    assert told.certificates.height == 1
    assert told.lines["line"].to_list() == [1, 2]
    assert [list(one.columns) for one in (told.certificates, told.lines, told.standings)] == [
        list(CERTIFICATES), list(LINES), list(STANDINGS),
    ]  # fmt: skip
    assert told.found.is_empty()


def test_lines_without_numbers_are_counted() -> None:
    told = _settled(line_row(line=None), line_row(line=None, line_item=2))
    assert told.lines["line"].to_list() == [1, 2]


def test_the_same_list_in_two_files_is_one_certificate() -> None:
    rows = [line_row(line=None), line_row(line=None, line_item=2)]
    told = _settled(*rows, *({**row, "source": 1} for row in rows))
    assert told.lines.height == 2
    assert told.found.is_empty()


def test_the_same_line_twice_unlike_is_told() -> None:
    told = _settled(line_row(), line_row(line_quantity=50_00000))
    assert told.lines.height == 1
    (found,) = told.found.to_dicts()
    assert (found["code"], found["other"]) == ("papers.certified_twice", "line_quantity")


def test_heads_that_disagree_are_told() -> None:
    told = _settled(line_row(), line_row(line=2, line_item=2, refund_state="reversed"))
    assert told.certificates["refund_state"].to_list() == ["not_claimed"]
    assert told.found["code"].to_list() == ["papers.certificate_head_differs"]


@pytest.mark.parametrize(("act", "purpose"), [("return", "return"), ("export", "export")])
def test_a_list_without_purposes_is_read_by_what_its_lines_name(act: str, purpose: str) -> None:
    assert _settled(line_row(act, purpose=None)).certificates["purpose"].to_list() == [purpose]


def test_a_purpose_on_the_first_line_holds_for_all() -> None:
    told = _settled(line_row(purpose="amendment"), line_row(purpose=None, line=2, line_item=2))
    assert told.certificates["purpose"].to_list() == ["amendment"]
    assert told.found.is_empty()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"line_item": None}, "export"),
        ({"line_declaration": None}, "export"),
        ({"line_quantity": 100_00001, "line_exported": 100_00000}, "covered"),
    ],
)
def test_a_line_that_cannot_be_judged_is_refused_by_its_rule(changes: dict[str, Any], rule: str) -> None:
    told = _settled(line_row(**changes), line_row(line=2, line_item=2))
    assert told.refused.select("row", "rule").rows() == [(2, rule)]
    assert told.lines["line"].to_list() == [2]
    assert rule in RULES


def test_a_line_may_cover_all_that_was_exported() -> None:
    assert _settled(line_row(line_quantity=100_00000, line_exported=100_00000)).refused.is_empty()


def test_taxes_stand_as_their_sum() -> None:
    told = _settled(line_row(refunded_vat=5, refunded_consumption_tax=7), line_row(line=2, line_item=2))
    assert told.lines["refunded"].to_list() == [12, None]


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, []),
        ({"state": "used", "held_by": "530120261000000009"}, [("used", "530120261000000009")]),
        ({"state": "withdrawn"}, [("withdrawn", None)]),
        ({"held_by": "530120261000000009"}, [("used", "530120261000000009")]),
    ],
)
def test_the_list_may_say_where_a_certificate_stands(changes: dict[str, Any], standing: list[Any]) -> None:
    assert _settled(line_row(**changes)).standings.select("state", "held_by").rows() == standing


def test_nothing_settles_to_nothing() -> None:
    assert settle(frame(Paper.CERTIFICATE)).certificates.is_empty()
