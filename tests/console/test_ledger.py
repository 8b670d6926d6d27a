"""The goods ledger as a table: an item of the export, and one that only a certificate states."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.console.language import Language
from hefu.console.page import rendered

COLUMNS = ("exported", "certified", "returned", "amended", "withdrawn", "claimed", "refunded", "agency_certified", "owed", "free")  # fmt: skip


def _item(number: int, *, in_export: bool, **more: Any) -> dict[str, Any]:
    return {
        "item": number,
        "in_export": in_export,
        "unit": "011",
        "certificates": [],
        **dict.fromkeys(COLUMNS, "10"),
        **more,
    }


@pytest.mark.parametrize(
    ("language", "said"), [("en", "not in the export declaration"), ("zh", "不在出口报关单中")]
)
def test_an_item_that_is_not_in_the_export_says_so(language: str, said: str) -> None:
    items = [_item(1, in_export=True, hs_code="6109100000", goods_name="T恤"), _item(7, in_export=False)]
    told = {"declaration": "530120260000000002", "known": True, "items": items}
    text = rendered(Language(language), "_ledger.html", told=told)
    first, second = text.split("<tr>")[2:]
    assert "T恤" in first
    assert said not in first
    assert said in second
