"""Goods that go out and come in again (group F): found among the exports and imports of a whole market.

Exports and imports of the same goods that meet within days are too many to write down one by one. So only those alike in
quantity are looked up, by their size, and how many more there were to be alike by chance is counted from running sums.
"""

from __future__ import annotations

import math
from typing import Final

import polars as pl

from hefu.chains.facts import Facts
from hefu.chains.indicators.indicator import Limits, days, hits, worded
from hefu.chains.ties import beyond

_TRIED: Final = 50
"""Pairs of an export and an import, one of them alike, that stand in for those of others until there are more (assumption)."""


def carousel(facts: Facts, limits: Limits) -> pl.DataFrame:
    """F2: the same goods go out and come in again, quantity nearly equal, through one port or broker, repeatedly."""
    lines = facts.table("lines").select("declaration", "quantity", hs8=pl.col("hs").str.slice(0, 8))
    heads = facts.heads.filter(pl.col("act").is_in(["return", "other"]))
    came = heads.join(lines, on="declaration").select(
        "hs8", "port", back="declaration", day="lodged", who="trader", was="quantity", by="declarant"
    )
    out = facts.items.select(
        "declaration", "hs8", "quantity", "fob", "port", day="lodged", who="trader", by="declarant"
    )
    near = _near(out, came, limits).select(
        "declaration", "hs8", "quantity", "fob", "back", came="day_back", trader="who", importer="who_back"
    )
    chosen = _beyond_chance(near, out, came, limits)
    loops = (
        near.join(chosen.lazy(), on=["trader", "importer"], how="semi")
        .collect(engine="streaming")
        .sort("back", "came", "declaration", "hs8", "quantity", "fob")
        .unique("back", keep="first", maintain_order=True)
        .with_columns(times=pl.len().over("trader", "importer"))
        .filter(pl.col("times") >= limits["times"])
        .with_columns(other=pl.when(pl.col("importer") != pl.col("trader")).then("importer"))
    )
    told = {
        "document": "back",
        "value": worded("{} → {}", "declaration", "back"),
        "against": worded("{} ×", "times"),
        "on": "came",
        "fen": "fob",
    }
    return pl.concat(
        [
            hits(loops, table="D", field="act", party="trader", other="other", declaration="declaration", **told),
            hits(loops.drop_nulls("other"), table="D", field="act", party="other", other="trader", declaration="back", **told),
        ]
    )  # fmt: skip


def _near(out: pl.DataFrame, came: pl.DataFrame, limits: Limits) -> pl.LazyFrame:
    """Exports with imports of the same goods soon after, alike in quantity, by one port or one broker; each pair once."""
    step = -math.log1p(-limits["near"]) * 1.001  # alike in quantity: of one size, or of sizes side by side
    size = (pl.col("quantity").log() / step).floor().cast(pl.Int32)
    left = out.lazy().filter(pl.col("quantity") > 0).with_columns(size=size)
    sizes = came.lazy().filter(pl.col("was") > 0).with_columns(quantity="was").with_columns(size=size)
    right = sizes.with_columns(size=pl.concat_list(size - 1, size, size + 1)).explode("size")
    fitting = (
        days(pl.col("day_back"), pl.col("day")).is_between(0, limits["days"]),
        (pl.col("was") - pl.col("quantity")).abs() <= limits["near"] * pl.col("quantity"),
    )
    by_port = left.join(right, on=["hs8", "size", "port"], suffix="_back").filter(*fitting)
    by_broker = left.join(right, on=["hs8", "size", "by"], suffix="_back").filter(
        *fitting, (pl.col("port") != pl.col("port_back")).fill_null(value=True)
    )
    columns = ["declaration", "hs8", "quantity", "fob", "who", "back", "day_back", "who_back"]
    return pl.concat([by_port.select(columns), by_broker.select(columns)])


def _beyond_chance(near: pl.LazyFrame, out: pl.DataFrame, came: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Pairs trader, importer with more quantities alike than chance gives to so many exports and imports side by side.

    Either of the pair, or the trader or the importer with all its counterparts: who goes round with several has few
    alike with each. What comes back to its own exporter is no chance.
    """
    least, window = limits["nats"], int(limits["days"])
    pairs = near.group_by("trader", "importer").agg(near=pl.len().cast(pl.Int64)).collect(engine="streaming")
    others = pairs.filter(pl.col("trader") != pl.col("importer"))
    told = others.filter(pl.col("near") >= limits["times"])
    met = {
        "trader": _met(out, came, 0, window),
        "importer": _met(came, out, -window, 0),
    }
    all_near, all_met = others["near"].sum(), met["trader"]["many"].sum()

    def nats(near: str, many: str) -> pl.Expr:
        usual = (all_near - pl.col(near) + 1) / (all_met - pl.col(many) + _TRIED)  # those of the others
        return beyond(pl.col(near), pl.col(many) * usual)

    for side, found in met.items():
        sums = others.group_by(side).agg(near_of=pl.col("near").sum())
        sums = sums.join(found.rename({"who": side}), on=side, how="left")
        told = told.join(sums.select(side, nats("near_of", "many").alias(f"nats of {side}")), on=side)
    told = told.join(_met_by(told, out, came, window), on=["trader", "importer"], how="left").with_columns(
        nats=nats("near", "many")
    )
    strong = pl.max_horizontal("nats", "nats of trader", "nats of importer") >= least
    own = pairs.filter(pl.col("trader") == pl.col("importer"))
    return pl.concat([one.select("trader", "importer") for one in (told.filter(strong), own)])


def _met(left: pl.DataFrame, right: pl.DataFrame, low: int, high: int) -> pl.DataFrame:
    """For each party of the left: with how many rows of others its own meet."""
    all_, own = (_ways(left, right, also, low, high) for also in ([], ["who"]))
    return left.select("who", many=all_ - own).group_by("who").agg(pl.col("many").sum())


def _met_by(pairs: pl.DataFrame, out: pl.DataFrame, came: pl.DataFrame, window: int) -> pl.DataFrame:
    """For each pair: how many exports of one meet imports of the other."""
    wide = out.join(pairs.select("importer", who="trader"), on="who")
    many = _ways(wide, came.rename({"who": "importer"}), ["importer"], 0, window)
    told = wide.select("importer", trader="who", many=many)
    return told.group_by("trader", "importer").agg(pl.col("many").sum())


def _ways(left: pl.DataFrame, right: pl.DataFrame, also: list[str], low: int, high: int) -> pl.Series:
    """For each row of the left: the rows of the right with the same goods, by one port or one broker, in these days."""
    by_port, by_broker, by_both = (
        _count(left, right, ["hs8", *way, *also], low, high) for way in (["port"], ["by"], ["port", "by"])
    )
    return by_port + by_broker - by_both


def _count(left: pl.DataFrame, right: pl.DataFrame, by: list[str], low: int, high: int) -> pl.Series:
    """For each row of the left: the rows of the right that are the same in some columns, from one day to another of it."""
    sums = (
        right.drop_nulls(by)
        .group_by(*by, "day")
        .agg(n=pl.len().cast(pl.Int64))
        .sort("day")
        .select(*by, "day", upto=pl.col("n").cum_sum().over(by))
    )
    rows = left.select(*by, "day").with_row_index("row")

    def upto(shift: int) -> pl.Series:
        moved = rows.with_columns(pl.col("day").dt.offset_by(f"{shift}d")).sort("day")
        found = moved.join_asof(sums, on="day", by=by, check_sortedness=False)
        return found.sort("row")["upto"].fill_null(0)

    return upto(high) - upto(low - 1)
