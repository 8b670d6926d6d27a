"""Firms (group C): who controls them, how old and how heavy they are, and how they end."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import Facts
from hefu.chains.indicators.indicator import Limits, days, hits, percent, ratio, worded
from hefu.chains.ties import controlled


def shared_control(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C1: exporters, suppliers or consignors that share a person and one more identifier, or several of them."""
    pairs = controlled(facts, int(limits["most"])).filter(pl.col("shared") >= limits["shared"])
    active = pl.concat(
        [
            facts.exported.select("party"),
            facts.sellers.select("party"),
            facts.reported.select(party="consignor").unique(),
        ]
    ).unique()
    both = pairs.join(active, left_on="firm", right_on="party", how="semi").join(
        active, left_on="other", right_on="party", how="semi"
    )
    values = facts.exported.select(firm="party", fob="fob", last="last")
    return hits(
        both.join(values, on="firm", how="left"), table="E", field="legal_person", party="firm", other="other",
        document="firm", value="what", against=pl.lit(f"≥ {limits['shared']:.0f}"), on="last", fen="fob",
    )  # fmt: skip


def three_new(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C2: newly registered or newly filed, and at once an exporter larger than most of its kind."""
    fresh = (
        facts.exported.join(facts.kinds.select("registered", "first_filing", party="firm"), on="party")
        .with_columns(
            age=days(pl.col("first"), pl.min_horizontal("registered", "first_filing")),
            pace=pl.col("fob") / (days(pl.col("last"), pl.col("first")) + limits["settle"]),
        )
        .with_columns(bound=pl.col("pace").quantile(limits["quantile"], "higher").over("kind"))
        .filter(
            pl.col("age") <= limits["days"],
            pl.col("pace") >= pl.col("bound"),
            pl.col("times") >= limits["least"],
        )
    )
    return hits(
        fresh, table="E", field="registered", party="party", document="party", value=worded("{} d", "age"),
        against=pl.lit(f"≤ {limits['days']:.0f} d"), on="first", fen="fob",
    )  # fmt: skip


def capacity(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C3: a producer whose power bill is far too small for what it exports and sells."""
    power = (
        facts.table("capacity")
        .group_by(party="firm")
        .agg(power=pl.col("power").sum(), year=pl.col("year").max())
    )
    made = (
        facts.kinds.filter(pl.col("kind") == "producer").select(party="firm")
        .join(power.drop_nulls("power"), on="party")
        .join(facts.exported.select("party", "fob", "last"), on="party", how="left")
        .join(facts.sellers, on="party", how="left")
        .with_columns(out=pl.max_horizontal(pl.col("fob").fill_null(0), pl.col("sold").fill_null(0)))
        .filter(pl.col("out") > limits["fen"], pl.col("power") < limits["share"] * pl.col("out"))
    )  # fmt: skip
    return hits(
        made, table="U", field="power", party="party", document=worded("{} {}", "party", "year"),
        value=percent(pl.col("power") / pl.col("out")), against=pl.lit(f"< {limits['share']:.1%}"), on="last", fen="out",
    )  # fmt: skip


def light_firm(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C4: hardly any capital and hardly anybody insured for what it exports."""
    light = facts.exported.join(facts.firms.select("capital", "staff", party="firm"), on="party").filter(
        pl.col("staff") < limits["staff"],
        pl.col("fob") > limits["times"] * pl.col("capital"),
        pl.col("fob") > limits["fen"],
    )
    return hits(
        light, table="E", field="capital", party="party", document="party", value=worded("{} / {}", "capital", "staff"),
        against=pl.lit(f"1/{limits['times']:.0f}, < {limits['staff']:.0f}"), on="last", fen="fob",
    )  # fmt: skip


def gone_after_money(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C5: closed or not to be found soon after its last refund or reward."""
    money = pl.concat(
        [
            facts.table("claims").select(party="claimant", document="claim", on=pl.coalesce("paid", "claimed"), fen="refund"),
            facts.table("subsidies").select(party="firm", document="firm", on="paid", fen="amount"),
        ]
    )  # fmt: skip
    last = (
        money.sort("party", "on", "document")
        .group_by("party", maintain_order=True)
        .agg(document=pl.col("document").last(), on=pl.col("on").last(), fen=pl.col("fen").sum())
    )
    gone = last.join(facts.kinds.select("closed", "status", party="firm"), on="party").filter(
        days(pl.col("closed"), pl.col("on")).is_between(0, limits["days"]) | (pl.col("status") == "vanished")
    )
    return hits(
        gone, table="E", field="closed", party="party", document="document",
        value=pl.coalesce(pl.col("closed").cast(pl.String), "status"), against=worded("{}", "on"), on=pl.coalesce("closed", "on"),
        fen="fen",
    )  # fmt: skip


def troubled_supplier(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C7: a claimant buys from a supplier that is abnormal, vanished or under investigation."""
    troubled = facts.kinds.filter(
        pl.col("status").is_in(["abnormal", "vanished", "under investigation"])
    ).select(seller="firm", status="status")
    bought = (
        facts.table("invoices")
        .group_by("buyer", "seller")
        .agg(one=pl.col("invoice").min(), last=pl.col("issued").max(), fen=pl.col("amount").sum())
        .with_columns(share=ratio(pl.col("fen"), pl.col("fen").sum().over("buyer")))
        .join(troubled, on="seller")
        .filter(pl.col("share") >= limits["share"])
        .join(facts.table("claims").select(buyer="claimant").unique(), on="buyer", how="semi")
    )
    return hits(
        bought, table="E", field="status", party="buyer", other="seller", document="one", value="status",
        against=percent(pl.col("share")), on="last", fen="fen",
    )  # fmt: skip


def troubled_firm(facts: Facts, limits: Limits) -> pl.DataFrame:
    """C7: an exporter, claimant or seller whose own status is abnormal, vanished or under investigation."""
    del limits
    active = pl.concat(
        [
            facts.exported.select("party", "fob"),
            facts.sellers.select("party", fob="sold"),
        ]
    ).group_by("party").agg(pl.col("fob").max())  # fmt: skip
    troubled = active.join(facts.kinds.select("status", "closed", party="firm"), on="party").filter(
        pl.col("status").is_in(["abnormal", "vanished", "under investigation"])
    )
    return hits(
        troubled, table="E", field="status", party="party", document="party", value="status",
        against=pl.lit("normal"), on="closed", fen="fob",
    )  # fmt: skip
