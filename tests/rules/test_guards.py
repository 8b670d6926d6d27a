"""One cause, one finding: a rule is silent where what it compares is not there or not comparable."""

from __future__ import annotations

import pytest

from hefu.rules.frame import pair as pairs_of
from tests.builders import certificate, item, line
from tests.rules.pairs import AFTER_EXPORT, codes, left, pair, several, standing

SHIRTS = "6205200000"


@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_quantities_of_a_certificate_for_another_purpose_are_not_compared(act: str) -> None:
    purpose = {"return": "amendment", "amendment": "withdrawal", "withdrawal": "return"}[act]
    scarce = certificate(purpose, lines=[line(quantity="1")])
    plenty = certificate(purpose, lines=[line(quantity="500", exported_quantity=None)])
    for document in (scarce, plenty):
        case = pair(act, certificates=(standing(document),), goods_left={1: (0, "011")})
        assert codes(case) == ["purpose.differs"]


def test_without_a_certificate_nothing_of_a_certificate_is_judged() -> None:
    case = pair(certificates=(), shipped={"mode": "1039", "trader": {"customs_code": "4601960004"}})
    assert codes(case) == ["certificate.missing"]


def test_item_numbers_of_a_return_are_its_own_and_pair_nothing() -> None:
    lines = [line(), line(line=2, item=2, hs_code=SHIRTS)]
    items = [item(hs_code=SHIRTS), item(item=2)]
    case = pair(decl={"items": items}, certificates=(standing(certificate(lines=lines)),))
    assert [(one.item.item, one.line.line) for one in pairs_of(case)] == [(1, 2), (2, 1)]


def test_a_tied_item_of_an_amendment_is_not_paired_again_by_its_number() -> None:
    lines = [line(), line(line=2, item=2)]
    ties = [{"number": "BSWT0001", "item": 1, "line": 2}, {"number": "BSWT0001", "item": 2, "line": 1}]
    case = pair(
        "amendment",
        decl={"items": [item(), item(item=2)], "certificates": ties},
        certificates=(standing(certificate("amendment", lines=lines)),),
    )
    assert [(one.item.item, one.line.line) for one in pairs_of(case)] == [(1, 2), (2, 1)]


@pytest.mark.parametrize(("remains", "fits"), [("100", True), ("99.99999", False)])
def test_certificates_for_one_export_item_share_what_is_left_of_it(remains: str, *, fits: bool) -> None:
    documents = [certificate(number=name, lines=[line(quantity="50")]) for name in ("A", "B")]
    case = several(documents, goods_left=left(remains))
    assert set(codes(case)) == (set() if fits else {"quantity.exceeds_goods"})


@pytest.mark.parametrize(("remains", "fits"), [("100", True), ("99.99999", False)])
def test_items_drawn_from_one_export_item_share_what_is_left_of_it(remains: str, *, fits: bool) -> None:
    documents = [certificate(number=name, lines=[line(quantity="50")]) for name in ("A", "B")]
    items = [item(item=n, first={"quantity": "50", "unit": "件"}) for n in (1, 2)]
    case = several(documents, decl={"items": items}, goods_left=left(remains))
    assert set(codes(case)) == (set() if fits else {"quantity.exceeds_goods"})
