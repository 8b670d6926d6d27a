"""Goods (group F) and subsidies (group G)."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import AGENTS, Facts
from hefu.chains.indicators.indicator import HITS, Limits, days, hits, percent, ratio, worded


def unit_price(facts: Facts, limits: Limits) -> pl.DataFrame:
    """F1: a unit price far above what others declare for the same code and unit."""
    priced = (
        facts.items.filter(pl.col("quantity") > 0, pl.col("fob") > 0)
        .with_columns(price=(pl.col("fob") / pl.col("quantity")).log())
        .with_columns(n=pl.len().over("hs8", "unit"), traders=pl.col("trader").n_unique().over("hs8", "unit"),
                      middle=pl.col("price").median().over("hs8", "unit"))
        .with_columns(spread=(pl.col("price") - pl.col("middle")).abs().median().over("hs8", "unit") * 1.4826)
        .filter(pl.col("n") >= limits["least"], pl.col("traders") >= limits["traders"])
        .with_columns(far=(pl.col("price") - pl.col("middle")) / pl.max_horizontal("spread", pl.lit(limits["floor"])))
        .filter(pl.col("far") > limits["z"])
    )  # fmt: skip
    return hits(
        priced, table="L", field="fob", party="trader", other=pl.when(pl.col("owner") != pl.col("trader")).then("owner"),
        declaration="declaration", document=worded("{} / {}", "declaration", "item"),
        value=worded("{} ×", (pl.col("price") - pl.col("middle")).exp().round(1)),
        against=pl.lit(f"z > {limits['z']:.0f}"), on="lodged", fen="fob",
    )  # fmt: skip


def impossible_weight(facts: Facts, limits: Limits) -> pl.DataFrame:
    """F3: the transport document's gross weight is below the declared net weight, or a container carries too much."""
    nets = facts.items.group_by("declaration", "trader").agg(
        net=pl.col("net_weight").sum(), fob=pl.col("fob").sum(), lodged=pl.col("lodged").first()
    )
    bills = (
        facts.table("transport")
        .filter(~pl.col("shared").fill_null(value=False))
        .group_by("declaration")
        .agg(
            gross=pl.col("gross_weight").sum(),
            boxes=pl.col("container").n_unique(),
            bill=pl.col("bill").min(),
        )
        .filter(pl.col("gross") > 0)
    )
    wrong = nets.join(bills, on="declaration").filter(
        (pl.col("gross") < limits["least"] * pl.col("net"))
        | (pl.col("net") > limits["grams"] * pl.col("boxes"))
    )
    return hits(
        wrong, table="T", field="gross_weight", party="trader", declaration="declaration", document="bill",
        value=worded("{} kg / {} kg", pl.col("gross") // 1000, pl.col("net") // 1000),
        against=worded("{} ×", "boxes"), on="lodged", fen="fob",
    )  # fmt: skip


def shell_cohort(facts: Facts, limits: Limits) -> pl.DataFrame:
    """G1: many firms, registered within a season, begin to export through one broker and never claim a refund."""
    claimed = facts.table("claims").select(trader="claimant").unique()
    bought = facts.table("invoices").select(trader="buyer").unique()
    origins = facts.items.select("trader", "district", "fob").join(
        facts.kinds.select(trader="firm", home="district", registered="registered"), on="trader"
    )
    bare = (
        origins.join(claimed, on="trader", how="anti")
        .join(bought, on="trader", how="anti")
        .group_by("trader")
        .agg(
            away=ratio(pl.col("fob").filter(pl.col("district") != pl.col("home")).sum(), pl.col("fob").sum()),
            registered=pl.col("registered").first(),
        )
        .filter(pl.col("away") > limits["away"], pl.col("registered").is_not_null())
        .join(facts.exported.select("kind", "first", "fob", trader="party"), on="trader")
        .filter(
            ~pl.col("kind").is_in([*facts.makers, *AGENTS]),
            days(pl.col("first"), pl.col("registered")) <= limits["begin"],
        )
    )
    brokers = facts.exports.filter(pl.col("declarant") != pl.col("trader")).group_by("trader", "declarant").agg(
        one=pl.col("declaration").min()
    )  # fmt: skip
    through = bare.join(brokers, on="trader").sort("declarant", "registered", "trader")
    if not through.height:
        return HITS.to_frame()
    cohorts = (
        through.rolling("registered", period=f"{limits['days']:.0f}d", group_by="declarant")
        .agg(shells=pl.col("trader").unique(maintain_order=True))
        .with_columns(count=pl.col("shells").list.len(), anchor=pl.col("shells").list.first())
        .filter(pl.col("count") >= limits["least"])
        .explode("shells")
        .sort("declarant", "shells", "registered", descending=[False, False, True])
        .unique(["declarant", "shells"], keep="first", maintain_order=True)
        .join(through.select("declarant", "one", "fob", "first", shells="trader"), on=["declarant", "shells"])
    )
    told = {
        "document": "one",
        "value": worded("{}", "count"),
        "against": pl.lit(f"≥ {limits['least']:.0f} / {limits['days']:.0f} d"),
        "on": "first",
        "fen": "fob",
    }
    return pl.concat(
        [
            hits(cohorts, table="D", field="declarant", party="shells", other="anchor", **told),
            hits(cohorts, table="D", field="declarant", party="declarant", other="anchor", **told),
        ]
    )  # fmt: skip


def reward_and_gone(facts: Facts, limits: Limits) -> pl.DataFrame:
    """G2: an export reward is paid, no refund was ever claimed, and the firm closes or vanishes."""
    rewards = facts.table("subsidies").group_by(party="firm").agg(
        last=pl.col("paid").max(), fen=pl.col("amount").sum(), basis=pl.col("basis").sum()
    )  # fmt: skip
    gone = (
        rewards.join(facts.kinds.select("closed", "status", party="firm"), on="party")
        .join(facts.table("claims").select(party="claimant").unique(), on="party", how="anti")
        .filter(
            days(pl.col("closed"), pl.col("last")).is_between(0, limits["days"])
            | (pl.col("status") == "vanished")
        )
    )
    return hits(
        gone, table="S", field="paid", party="party", document=worded("{} {}", "party", "last"),
        value=pl.coalesce(pl.col("closed").cast(pl.String), "status"), against=worded("≤ {} d", pl.lit(int(limits["days"]))),
        on="last", fen="fen",
    )  # fmt: skip


def reward_without_trade(facts: Facts, limits: Limits) -> pl.DataFrame:
    """G: rewards for exports that nobody claimed a refund for and no known purchase stands behind."""
    rewards = facts.table("subsidies").group_by(party="firm").agg(
        last=pl.col("paid").max(), fen=pl.col("amount").sum(), basis=pl.col("basis").sum()
    )  # fmt: skip
    bare = (
        rewards.join(facts.table("claims").select(party="claimant").unique(), on="party", how="anti")
        .join(facts.table("invoices").select(party="buyer").unique(), on="party", how="anti")
        .join(facts.exported, on="party")
        .filter(~pl.col("kind").is_in([*facts.makers, *AGENTS]), pl.col("times") >= limits["least"])
    )
    return hits(
        bare, table="S", field="amount", party="party", document=worded("{} {}", "party", pl.col("last").cast(pl.String)),
        value=percent(ratio(pl.col("fen"), pl.col("basis"))), against=pl.lit("R: -, V: -"), on="last", fen="basis",
    )  # fmt: skip
