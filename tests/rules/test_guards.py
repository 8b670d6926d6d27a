"""One cause, one finding: a rule is silent where what it compares is not there or not comparable."""

from __future__ import annotations

import pytest

from hefu.rules.pairing import pair as pairs_of
from tests.builders import AGENT, EXPORT, EXPORTER, PRINCIPAL, certificate, item, line
from tests.rules.pairs import AFTER_EXPORT, codes, judged, left, only, pair, several, standing

SHIRTS = "6205200000"


@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_quantities_of_a_certificate_for_another_purpose_are_not_compared(act: str) -> None:
    purpose = {"return": "amendment", "amendment": "withdrawal", "withdrawal": "return"}[act]
    scarce = certificate(purpose, lines=[line(quantity="1")])
    plenty = certificate(purpose, lines=[line(quantity="500", exported_quantity=None)])
    for document in (scarce, plenty):
        case = pair(act, certificates=(standing(document),), goods_left={(EXPORT, 1): (0, "011")})
        assert codes(case) == ["purpose.differs"]


def test_without_a_certificate_nothing_of_a_certificate_is_judged() -> None:
    case = pair(certificates=(), shipped={"mode": "1039", "trader": {"customs_code": "4601960004"}})
    assert codes(case) == ["certificate.missing"]


def test_item_numbers_of_a_return_are_its_own_and_pair_nothing() -> None:
    lines = [line(), line(line=2, item=2, hs_code=SHIRTS)]
    items = [item(hs_code=SHIRTS), item(item=2)]
    case = pair(decl={"items": items}, certificates=(standing(certificate(lines=lines)),))
    assert [(one.item.item, one.line.line) for one in pairs_of(case)] == [(1, 2), (2, 1)]


def test_an_item_of_an_amendment_goes_by_its_number_whatever_it_is_tied_to() -> None:
    lines = [line(), line(line=2, item=2)]
    ties = [{"number": "BSWT0001", "item": 1, "line": 2}, {"number": "BSWT0001", "item": 2, "line": 1}]
    case = pair(
        "amendment",
        decl={"items": [item(), item(item=2)], "certificates": ties},
        certificates=(standing(certificate("amendment", lines=lines)),),
    )
    assert [(one.item.item, one.line.line) for one in pairs_of(case)] == [(1, 1), (2, 2)]


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


def test_goods_of_two_exports_are_counted_apart() -> None:
    """What is left of item 1 of one export says nothing of item 1 of another."""
    other = "530120260000000002"
    lines = [line(quantity="50"), line(line=2, declaration=other, quantity="50")]
    remains = {**left("10"), (other, 1): (10**7, "011")}
    case = pair(cert={"lines": lines}, decl={"items": [item(), item(item=2)]}, goods_left=remains)
    assert "quantity.exceeds_goods" in codes(case)


def test_an_item_on_lines_of_different_dimensions_is_held_against_each_in_full() -> None:
    weighed = certificate(number="A", lines=[line(unit="千克", quantity="10", exported_quantity=None)])
    counted = certificate(number="B", lines=[line(quantity="10", exported_quantity=None)])
    ties = [{"number": number, "item": 1, "line": 1} for number in ("A", "B")]
    case = several([weighed, counted], decl={"certificates": ties}, goods_left={})
    assert codes(case).count("quantity.exceeds_certificate") == 2
    drawn = {(one.line.unit, one.quantity) for one in pairs_of(case)}
    assert drawn == {("035", 20 * 10**5), ("011", 100 * 10**5)}


def test_a_principal_that_nobody_looked_up_counts_as_unknown() -> None:
    case = pair(
        cert={"holder": AGENT, "principal_certificate": "WT0001"},
        decl={"trader": AGENT, "owner": PRINCIPAL},
        shipped={"trader": AGENT, "owner": PRINCIPAL},
    )
    assert codes(case) == ["principal.unknown"]
    assert judged(case).waits_for == ("WT0001",)


def test_a_party_without_a_uscc_is_shown_by_its_customs_code() -> None:
    finding = only(pair(decl={"trader": {"customs_code": "4601960004"}}, shipped={"trader": EXPORTER}))
    assert (finding.code, finding.declared) == ("party.holder_differs", "4601960004")
