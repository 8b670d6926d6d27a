"""Invoices (group D): what was bought, from whom, when, and whether it can be what was exported."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import AGENTS, UNKNOWN, Facts
from hefu.chains.graphs import closed_walks
from hefu.chains.indicators.indicator import HITS, Limits, days, hits, met, mutual, percent, ratio, worded
from hefu.chains.ties import controlled


def invoice_after_export(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D1: a trader's invoices for its goods are written after they left, as a habit and more than at its peers."""
    goods = facts.items.select("trader", "declaration", "lodged", "quantity", "fob", "kind", "hs8")
    bought = facts.table("invoices").select(
        "invoice", "issued", trader="buyer", hs8=pl.col("hs").str.slice(0, 8), had="quantity"
    )
    lags = (
        met(
            bought.drop_nulls(["hs8", "had"]),
            goods,
            (pl.col("had") - pl.col("quantity")).abs() <= limits["near"] * pl.col("quantity"),
            days(pl.col("issued"), pl.col("lodged")).abs() <= limits["window"],
            on=["trader", "hs8"],
        )
        .with_columns(lag=days(pl.col("issued"), pl.col("lodged")))
        .sort(pl.col("lag").abs(), "invoice", "declaration", "fob")
        .unique("invoice", keep="first", maintain_order=True)
    )
    if not lags.height:
        return HITS.to_frame()
    habits = (
        lags.group_by(party="trader", kind="kind")
        .agg(
            n=pl.len(),
            lag=pl.col("lag").median(),
            one=pl.col("invoice").filter(pl.col("lag") > limits["days"]).min(),
            last=pl.col("issued").max(),
            fob=pl.col("fob").filter(pl.col("lag") > limits["days"]).sum(),
        )
        .filter(pl.col("n") >= limits["least"])
        .with_columns(bound=pl.col("lag").quantile(limits["quantile"], "higher").over("kind"))
        .filter(pl.col("lag") > limits["days"], pl.col("lag") >= pl.col("bound"))
    )
    return hits(
        habits, table="V", field="issued", party="party", document="one", value=worded("{} d", "lag"),
        against=worded("{} d", "bound"), on="last", fen="fob",
    )  # fmt: skip


def supplier_cover(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D2: a supplier sells far more than it bought itself, and no papers show that it could have made the rest."""
    inputs = facts.table("invoices").filter(pl.col("buyer") != pl.col("seller"))
    bought = inputs.group_by(party="buyer").agg(bought=pl.col("amount").sum())
    sold = facts.table("invoices").filter(pl.col("buyer") != pl.col("seller"))
    covers = (
        sold.group_by(party="seller")
        .agg(sold=pl.col("amount").sum())
        .join(bought, on="party", how="left")
        .join(facts.kinds.select("kind", party="firm"), on="party", how="left")
        .filter(pl.col("sold") > limits["fen"])
        .with_columns(known=pl.col("bought").is_not_null().mean().over(pl.col("kind").eq_missing("producer")))
        .filter(~_may_make(facts, limits["powered"]))
        # Where most sellers' purchases are not loaded, none says nothing.
        .filter(pl.col("bought").is_not_null() | (pl.col("known") >= limits["known"]))
        .with_columns(share=ratio(pl.col("bought").fill_null(0), pl.col("sold")))
        .filter(pl.col("share") < limits["cover"])
    )
    main = (
        sold.group_by(party="seller", buyer="buyer")
        .agg(fen=pl.col("amount").sum(), one=pl.col("invoice").min(), last=pl.col("issued").max())
        .filter(pl.col("fen") >= limits["main"] * pl.col("fen").sum().over("party"))
    )
    return hits(
        covers.join(main, on="party"), table="V", field="amount", party="party", other="buyer", document="one",
        value=percent(pl.col("share")), against=pl.lit(f"< {limits['cover']:.0%}"), on="last", fen="fen",
    )  # fmt: skip


def _may_make(facts: Facts, known: float) -> pl.Expr:
    """Whether a party may have made what it sells. To be registered as a producer is enough only until power and insurance
    of nearly all producers that sell are known (C3: factories without electricity).
    """
    powered = facts.table("capacity").filter((pl.col("power") > 0) | (pl.col("wages") > 0))["firm"].unique()
    makers = pl.col("kind").fill_null(UNKNOWN).is_in(facts.makers)
    selling = facts.kinds.filter(pl.col("kind") == "producer").join(
        facts.sellers, left_on="firm", right_on="party", how="semi"
    )
    share = selling.select(pl.col("firm").is_in(powered.implode()).mean()).item() or 0.0
    if share < known:
        return makers
    return makers & (
        pl.col("party").is_in(powered.implode()) | (pl.col("kind").fill_null(UNKNOWN) == UNKNOWN)
    )


def supplier_concentration(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D3: nearly all input tax of a claimant comes from a few suppliers of one hand, or from newly made ones."""
    bought = (
        facts.table("invoices")
        .filter(pl.col("buyer") != pl.col("seller"))
        .group_by("buyer", "seller")
        .agg(vat=pl.col("vat").sum(), n=pl.len(), one=pl.col("invoice").min(), first=pl.col("issued").min(),
             last=pl.col("issued").max(), fen=pl.col("amount").sum())
        .with_columns(share=ratio(pl.col("vat"), pl.col("vat").sum().over("buyer")), all=pl.col("n").sum().over("buyer"))
        .filter(pl.col("all") >= limits["least"], pl.col("share") > 0)
    )  # fmt: skip
    hand = controlled(facts).select(seller="firm", mate="other")
    mates = (
        bought.join(hand, on="seller")
        .join(bought.select("buyer", mate="seller"), on=["buyer", "mate"], how="semi")
        .select("buyer", "seller")
        .unique()
        .with_columns(one_hand=True)
    )
    fresh = facts.kinds.select("registered", "first_filing", "kind", seller="firm")
    marked = (
        bought.join(mates, on=["buyer", "seller"], how="left")
        .join(fresh, on="seller", how="left")
        .filter(
            pl.col("one_hand").fill_null(value=False)
            | (
                (days(pl.col("first"), pl.max_horizontal("registered", "first_filing")) <= limits["young"])
                & ~pl.col("kind").is_in(facts.makers)
            ).fill_null(value=False)
        )
        .with_columns(total=pl.col("share").sum().over("buyer"), of=pl.len().over("buyer"))
        .filter(pl.col("total") > limits["share"], pl.col("of") >= limits["suppliers"])
        .join(facts.exported.select(buyer="party", exporter_kind="kind"), on="buyer")
        .filter(~pl.col("exporter_kind").is_in(facts.makers))
    )
    return hits(
        marked, table="V", field="vat", party="buyer", other="seller", document="one", value=percent(pl.col("total")),
        against=pl.lit(f"> {limits['share']:.0%}"), on="last", fen="fen",
    )  # fmt: skip


def invoice_circle(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D4: invoices go round in a circle of three to five firms, amounts nearly equal, within weeks."""
    edges = facts.table("invoices").filter(pl.col("buyer") != pl.col("seller")).select(
        source="seller", target="buyer", on="issued", amount="amount", document="invoice"
    )  # fmt: skip
    walks = closed_walks(
        edges,
        days_most=limits["days"],
        low=1 - limits["near"],
        high=1 + limits["near"],
        hops=5,
        fan=int(limits["fan"]),
    )
    return hits(
        walks, table="V", field="amount", party="party", other="other", document="document", value=worded("{}", "hops"),
        against=pl.lit(f"≤ {limits['days']:.0f} d, ±{limits['near']:.0%}"), on="on", fen="amount",
    )  # fmt: skip


def quantity_beyond_purchase(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D5: more is exported of a code, in the same unit, than all known invoices bought."""
    out = (
        facts.items.filter(~pl.col("kind").is_in([*facts.makers, *AGENTS]), pl.col("trader").eq_missing(pl.col("owner")))
        .join(facts.table("agency").select("declaration").unique(), on="declaration", how="anti")
        .group_by("trader", "hs8", "unit")
        .agg(out=pl.col("quantity").sum(), fob=pl.col("fob").sum(), one=pl.col("declaration").min(), last=pl.col("lodged").max(), n=pl.len())
        .filter(pl.col("n") >= limits["least"])
    )  # fmt: skip
    bought = (
        facts.table("invoices").group_by("unit", trader="buyer", hs8=pl.col("hs").str.slice(0, 8))
        .agg(had=pl.col("quantity").sum())
    )  # fmt: skip
    beyond = out.join(bought, on=["trader", "hs8", "unit"]).filter(
        pl.col("out") > limits["times"] * pl.col("had"), pl.col("fob") > limits["fen"]
    )
    return hits(
        beyond, table="V", field="quantity", party="trader", document="one",
        value=worded("{} ×", (pl.col("out") / pl.col("had")).round(1)), against=pl.lit(f"> {limits['times']:.1f} ×"), on="last", fen="fob",
    )  # fmt: skip


def value_gain(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D6: goods are exported at many times their purchase price a unit."""
    out = facts.items.filter(pl.col("quantity") > 0).group_by("trader", "hs8", "unit").agg(
        price=pl.col("fob").sum() / pl.col("quantity").sum(), fob=pl.col("fob").sum(), n=pl.len(),
        declaration=pl.col("declaration").min(), last=pl.col("lodged").max(),
    )  # fmt: skip
    bought = (
        facts.table("invoices").filter(pl.col("quantity") > 0)
        .group_by("unit", trader="buyer", hs8=pl.col("hs").str.slice(0, 8))
        .agg(cost=pl.col("amount").sum() / pl.col("quantity").sum(), one=pl.col("invoice").min())
    )  # fmt: skip
    gains = out.join(bought, on=["trader", "hs8", "unit"]).filter(
        pl.col("n") >= limits["least"], pl.col("cost") > 0, pl.col("price") > limits["times"] * pl.col("cost")
    )
    return hits(
        gains, table="V", field="amount", party="trader", document="one",
        value=worded("{} ×", (pl.col("price") / pl.col("cost")).round(1)), against=pl.lit(f"> {limits['times']:.0f} ×"), on="last", fen="fob",
    )  # fmt: skip


def changed_goods(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D2, 变票: what a firm that makes nothing sells or exports is not what it bought."""
    invoices = facts.table("invoices").with_columns(hs4=pl.col("hs").str.slice(0, 4)).drop_nulls("hs4")
    inputs = invoices.filter(pl.col("buyer") != pl.col("seller")).select(party="buyer", hs4="hs4").unique()
    sales = pl.concat(
        [
            invoices.select("hs4", "invoice", "issued", "amount", party="seller", other="buyer"),
            facts.items.filter(pl.col("trader").eq_missing(pl.col("owner"))).join(
                facts.table("agency").select("declaration").unique(), on="declaration", how="anti"
            ).select("hs4", invoice="declaration", issued="lodged", amount="fob", party="trader", other=pl.lit(None, pl.String)),
        ],
        how="diagonal",
    )  # fmt: skip
    shares = (
        sales.join(inputs.select("party").unique(), on="party", how="semi")
        .join(facts.kinds.select("kind", party="firm"), on="party", how="left")
        .filter(~pl.col("kind").fill_null(UNKNOWN).is_in([*facts.makers, *AGENTS]))
        .join(inputs.with_columns(had=True), on=["party", "hs4"], how="left")
        .group_by("party")
        .agg(
            n=pl.len(),
            fits=ratio(pl.col("amount").filter(pl.col("had")).sum(), pl.col("amount").sum()),
            one=pl.col("invoice").filter(pl.col("had").is_null()).min(),
            other=pl.col("other").filter(pl.col("had").is_null()).mode().sort().first(),
            last=pl.col("issued").max(),
            fen=pl.col("amount").filter(pl.col("had").is_null()).sum(),
        )
        .filter(pl.col("n") >= limits["least"], pl.col("fits") < limits["match"])
    )
    return hits(
        shares, table="V", field="hs", party="party", other="other", document="one", value=percent(pl.col("fits")),
        against=pl.lit(f"< {limits['match']:.0%}"), on="last", fen="fen",
    )  # fmt: skip


def farm_invoices(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D7: farm purchases, written by the buyer itself, are most of its inputs, at one price all year."""
    invoices = facts.table("invoices").with_columns(
        farm=pl.col("farm_purchase").fill_null(value=False), price=pl.col("amount") / pl.col("quantity")
    )
    inputs = (
        invoices.group_by(party="buyer")
        .agg(
            n=pl.col("farm").sum(),
            share=ratio(pl.col("amount").filter(pl.col("farm")).sum(), pl.col("amount").sum()),
            spread=pl.col("price").filter(pl.col("farm")).std()
            / pl.col("price").filter(pl.col("farm")).mean(),
            one=pl.col("invoice").filter(pl.col("farm")).min(),
            last=pl.col("issued").max(),
            fen=pl.col("amount").filter(pl.col("farm")).sum(),
        )
        .filter(
            pl.col("n") >= limits["least"],
            pl.col("share") > limits["share"],
            pl.col("spread") < limits["spread"],
        )
    )
    return hits(
        inputs, table="V", field="farm_purchase", party="party", document="one", value=percent(pl.col("share")),
        against=worded("CV {} %", (pl.col("spread") * 100).round(1)), on="last", fen="fen",
    )  # fmt: skip


def abnormal_vouchers(facts: Facts, limits: Limits) -> pl.DataFrame:
    """D8: a claimant's invoices stand on the list of abnormal vouchers."""
    marked = (
        facts.table("invoices")
        .group_by("buyer", "seller")
        .agg(
            bad=pl.col("invoice").filter(pl.col("abnormal")).n_unique(),
            one=pl.col("invoice").filter(pl.col("abnormal")).min(),
            last=pl.col("issued").max(),
            fen=pl.col("amount").filter(pl.col("abnormal")).sum(),
        )
        .filter(pl.col("bad") >= limits["least"])
    )
    told = {
        "document": "one",
        "value": worded("{}", "bad"),
        "against": pl.lit(f"≥ {limits['least']:.0f}"),
        "on": "last",
        "fen": "fen",
    }
    return mutual(marked, "buyer", "seller", table="V", field="abnormal", **told)
