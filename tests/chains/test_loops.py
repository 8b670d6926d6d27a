"""Goods that go out and come in again: what running sums count is what comparing every export with every import counts."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import Any

import polars as pl
import pytest

from hefu.chains.indicators import loops
from hefu.chains.indicators.indicator import Limits

LIMITS: Limits = {"days": 20, "near": 0.1, "times": 2, "nats": 4}
Row = dict[str, Any]


def moved(dice: random.Random, many: int) -> list[Row]:
    """Exports or imports of two kinds of goods by a few parties; some ports and brokers are not known."""
    return [
        {
            "number": f"{n:04}",
            "hs8": dice.choice("AB"),
            "port": dice.choice(["p", "q", None]),
            "by": dice.choice(["x", "y", None]),
            "day": date(2026, 3, 1) + timedelta(dice.randrange(60)),
            "who": dice.choice("UVWXY"),
            "quantity": dice.choice([0, 90, 99, 100, 109, 110, 121, 200, 7_000]),
        }
        for n in range(many)
    ]


def meets(one: Row, other: Row) -> bool:
    same = any(one[way] is not None and one[way] == other[way] for way in ("port", "by"))
    return same and one["hs8"] == other["hs8"] and 0 <= (other["day"] - one["day"]).days <= LIMITS["days"]


@pytest.mark.parametrize("seed", range(4))
def test_counts_and_likeness_are_those_of_every_pair(seed: int) -> None:
    dice = random.Random(seed)
    exports, imports = moved(dice, 150), moved(dice, 110)
    out = pl.DataFrame(exports).rename({"number": "declaration"}).with_columns(fob=pl.lit(1))
    came = pl.DataFrame(imports).rename({"number": "back", "quantity": "was"})
    met = [(one, other) for one, other in product(exports, imports) if meets(one, other)]
    of_others = [(one, other) for one, other in met if one["who"] != other["who"]]

    by_trader = dict(loops._met(out, came, 0, 20).iter_rows())
    assert Counter({party: many for party, many in by_trader.items() if many}) == Counter(
        one["who"] for one, _ in of_others
    )
    by_importer = dict(loops._met(came, out, -20, 0).iter_rows())
    assert Counter({party: many for party, many in by_importer.items() if many}) == Counter(
        other["who"] for _, other in of_others
    )
    pairs = pl.DataFrame(
        [(a, b) for a, b in product("UVWXY", "UVWXY") if a != b], schema=["trader", "importer"], orient="row"
    )
    told = {
        (a, b): many
        for a, b, many in loops._met_by(pairs, out, came, 20).select("trader", "importer", "many").iter_rows()
    }
    assert Counter({pair: many for pair, many in told.items() if many}) == Counter(
        (one["who"], other["who"]) for one, other in of_others
    )

    near = loops._near(out, came, LIMITS).collect()
    alike = [
        (one["number"], other["number"])
        for one, other in met
        if one["quantity"] and abs(other["quantity"] - one["quantity"]) <= 0.1 * one["quantity"]
    ]
    assert sorted(near.select("declaration", "back").iter_rows()) == sorted(alike)
    assert len(alike) > 50
