"""Tables of a few rows: what a test does not say is empty."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from hefu.chains.facts import Facts
from hefu.chains.indicators import indicators
from hefu.chains.parties import resolve
from hefu.chains.tables import TABLES, Tables

AS_OF = date(2027, 3, 31)
START = date(2026, 3, 1)
YUAN = 100


def tables(**rows: list[dict[str, Any]]) -> Tables:
    """The tables with these rows; a table or column that is not named is empty."""
    unknown = set(rows) - {one.name for one in TABLES}
    assert not unknown, unknown
    return {one.name: pl.DataFrame(rows.get(one.name, []), schema=one.schema) for one in TABLES}


def facts(**rows: list[dict[str, Any]]) -> Facts:
    return Facts(resolve(tables(**rows)), AS_OF)


def hits(code: str, **rows: list[dict[str, Any]]) -> pl.DataFrame:
    """What one indicator notices in these rows."""
    (rule,) = (one for one in indicators() if one.code == f"chains.{code}")
    return rule.hits(facts(**rows))


def parties(code: str, **rows: list[dict[str, Any]]) -> set[str]:
    """Of whom one indicator speaks."""
    return set(hits(code, **rows)["party"])


def day(n: int) -> date:
    return START + timedelta(days=n)


def declared(number: str, trader: str, n: int = 0, **more: Any) -> dict[str, Any]:
    """An export that was released."""
    told = {
        "declaration": number, "act": "export", "lodged": day(n), "released": day(n + 1), "state": "released",
        "trader": trader, "owner": trader, "declarant": "BROKER", "destination": "USA", "port": "2248", "mode": "0110",
    }  # fmt: skip
    return told | more


def line(number: str, hs: str = "6109100010", **more: Any) -> dict[str, Any]:
    """A line of CNY 500,000."""
    told = {
        "declaration": number, "item": 1, "hs": hs, "quantity": 1000 * 10**5, "unit": "011", "net_weight": 2_000_000,
        "fob": 500_000 * YUAN, "district": "3302",
    }  # fmt: skip
    return told | more


def firm(name: str, kind: str = "trader", **more: Any) -> dict[str, Any]:
    told = {
        "firm": name, "firm_name": f"{name}公司", "kind": kind, "registered": date(2019, 1, 1), "status": "normal",
        "district": "3302",
    }  # fmt: skip
    return told | more
