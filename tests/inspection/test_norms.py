"""Norms of declaring, each on both sides of its bound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hefu.documents.declaration import Act
from hefu.inspection.judging.norms import MOST_ITEMS
from tests.builders import certificate, declaration, item
from tests.inspection.papers import inspected, papers_of


def _codes(folder: Path, **changes: Any) -> list[str]:
    found = inspected(papers_of([certificate("export"), declaration("export", **changes)], folder)).findings
    return [code for code in found["code"] if code.startswith("papers.")]


@pytest.mark.parametrize(("net", "speaks"), [("9.99999", False), ("10", False), ("10.00001", True)])
def test_net_weight_is_at_most_gross_weight(tmp_path: Path, net: str, speaks: bool) -> None:
    codes = _codes(tmp_path, net_weight=net, gross_weight="10")
    assert ("papers.net_over_gross" in codes) is speaks


@pytest.mark.parametrize(
    ("total", "speaks"), [("123.4", False), ("123.41", False), ("123.42", True), ("123.38", True)]
)
def test_the_total_is_quantity_times_price(tmp_path: Path, total: str, speaks: bool) -> None:
    priced = item(traded={"quantity": "10", "unit": "011"}, unit_price="12.34", total=total, currency="USD")
    assert ("papers.total_differs" in _codes(tmp_path, items=[priced])) is speaks


@pytest.mark.parametrize(("items", "speaks"), [(MOST_ITEMS, False), (MOST_ITEMS + 1, True)])
def test_a_declaration_has_fifty_items_at_most(tmp_path: Path, items: int, speaks: bool) -> None:
    many = [item(item=number) for number in range(1, items + 1)]
    assert ("papers.too_many_items" in _codes(tmp_path, items=many)) is speaks


def test_an_export_names_the_owner_where_others_do(tmp_path: Path) -> None:
    with_owner = declaration("export", number="530120260000000055")
    documents = [with_owner, declaration("export", owner=None)]
    found = inspected(papers_of(documents, tmp_path)).findings
    missing = found.filter(found["code"] == "papers.owner_missing")
    assert with_owner.owner is not None
    assert missing["declaration"].to_list() == [declaration("export").number]


def test_a_list_without_owners_is_not_asked_for_them(tmp_path: Path) -> None:
    assert "papers.owner_missing" not in _codes(tmp_path, owner=None)


def test_an_item_has_a_specification_where_others_have(tmp_path: Path) -> None:
    items = [item(specification="品牌|型号"), item(item=2)]
    assert _codes(tmp_path, items=items).count("papers.model_missing") == 1
    assert declaration("export").act is Act.EXPORT
