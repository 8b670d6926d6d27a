"""Who is who on the papers (group B, first half): trader, owner, consignor and agent do not fit each other."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import AGENTS, LOGISTICS, UNKNOWN, Facts
from hefu.chains.indicators.indicator import HITS, Limits, hits, mutual, percent, ratio, worded


def covered(facts: Facts, deals: pl.DataFrame, agent: str, principal: str) -> pl.DataFrame:
    """The rows of ``deals`` (with ``lodged``) between two who have an agency agreement that covers the day."""
    agreed = facts.table("agreements").select("signed", "until", **{agent: "agent", principal: "principal"})
    of = deals.select("declaration", "lodged", agent, principal).unique()
    return (
        of.join(agreed, on=[agent, principal])
        .filter(
            (pl.col("signed") <= pl.col("lodged")).fill_null(value=True),
            (pl.col("until") >= pl.col("lodged")).fill_null(value=True),
        )
        .select("declaration", agent, principal)
        .unique()
    )


def single_header(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B1: trader and owner are one, yet the agent's report names another consignor, with whom it has no agreement."""
    del limits
    rows = facts.reported.filter(
        pl.col("trader") == pl.col("owner"),
        pl.col("consignor").is_not_null(),
        pl.col("consignor") != pl.col("trader"),
    )
    rows = rows.join(
        covered(facts, rows, "trader", "consignor"), on=["declaration", "trader", "consignor"], how="anti"
    )
    return hits(
        rows, table="A", field="consignor", party="trader", other="consignor", declaration="declaration",
        document=worded("{} {}", "quarter", "declaration"), value=pl.coalesce("consignor_name", "consignor"),
        against=pl.coalesce("owner_name", "owner"), on="filed", fen="fob",
    )  # fmt: skip


def other_owner(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B2: the report's consignor is not the owner that the declaration names."""
    del limits
    rows = facts.reported.filter(
        pl.col("trader") != pl.col("owner"),
        pl.col("consignor") != pl.col("owner"),
    )
    told = {
        "declaration": "declaration", "document": worded("{} {}", "quarter", "declaration"),
        "value": pl.coalesce("consignor_name", "consignor"), "against": pl.coalesce("owner_name", "owner"),
        "on": "filed", "fen": "fob",
    }  # fmt: skip
    return pl.concat(
        [
            hits(rows, table="A", field="consignor", party="trader", other="consignor", **told),
            hits(rows, table="A", field="consignor", party="consignor", other="owner", **told),
        ]
    )


def layered_principal(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B2: a consignor who makes nothing, buys nothing and claims nothing stands for owners elsewhere."""
    claimed = (
        facts.table("claims").select("declaration", consignor="claimant").unique().with_columns(claims=True)
    )
    goods = (
        facts.table("lines").sort("fob", descending=True).unique("declaration", maintain_order=True)
        .select("declaration", "district", hs2=pl.col("hs").str.slice(0, 2))
    )  # fmt: skip
    firms = facts.kinds.select(consignor="firm", consignor_kind="kind", home="district")
    rows = (
        facts.reported.filter(pl.col("act") == "export", pl.col("consignor") != pl.col("agent"))
        .join(goods, on="declaration", how="left")
        .join(claimed, on=["declaration", "consignor"], how="left")
        .join(firms, on="consignor", how="left")
        .filter(~pl.col("consignor_kind").is_in(["producer"]).fill_null(value=False))
    )
    stands = (
        rows.group_by("consignor")
        .agg(
            n=pl.len(),
            away=(pl.col("district") != pl.col("home")).mean(),
            districts=pl.col("district").n_unique(),
            chapters=pl.col("hs2").n_unique(),
            claims=pl.col("claims").fill_null(value=False).mean(),
            fob_all=pl.col("fob").sum(),
        )
        .join(facts.purchases.rename({"party": "consignor"}), on="consignor", how="left")
        .filter(
            pl.col("n") >= limits["least"],
            pl.col("districts") >= limits["districts"],
            pl.col("chapters") >= limits["chapters"],
            pl.col("claims") <= limits["claims"],
            pl.col("away").is_null() | (pl.col("away") >= limits["away"]),
            pl.col("bought").is_null() | (pl.col("bought") <= limits["cover"] * pl.col("fob_all")),
        )
    )
    named = rows.join(stands.select("consignor", "n", "districts", "chapters"), on="consignor")
    return hits(
        named, table="A", field="consignor", party="consignor", other="agent", declaration="declaration",
        document=worded("{} {}", "quarter", "declaration"),
        value=worded("{} / {} / {}", "n", "districts", "chapters"),
        against=pl.lit(f"{limits['least']:.0f} / {limits['districts']:.0f} / {limits['chapters']:.0f}"),
        on="filed", fen="fob",
    )  # fmt: skip


def unsupported_export(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B3: a trader exports on its own account, and what it bought covers little of it."""
    agency = facts.reported.select("declaration").unique()
    own = (
        facts.exports.join(agency, on="declaration", how="anti")
        .filter(
            (pl.col("trader") == pl.col("owner")) | pl.col("owner").is_null(),
            ~pl.col("kind").is_in([*facts.makers, *AGENTS]),
            ~pl.col("mode").is_in(["1039", "9610"]).fill_null(value=False),
        )
        .group_by(party="trader")
        .agg(own=pl.col("fob").sum(), one=pl.col("declaration").min(), last=pl.col("lodged").max())
        .join(facts.purchases, on="party")
        .filter(
            pl.col("own") > limits["fen"],
            pl.col("bought") < limits["cover"] * pl.col("own"),
        )
        .with_columns(share=ratio(pl.col("bought"), pl.col("own")))
    )
    return hits(
        own, table="V", field="amount", party="party", document="one", value=percent(pl.col("share")),
        against=pl.lit(f"< {limits['cover']:.0%}"), on="last", fen="own",
    )  # fmt: skip


def claims_without_purchase(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A refund is claimed by somebody whose known purchases do not cover what the claims say was bought."""
    claims = (
        facts.table("claims")
        .filter(pl.col("state").is_in(["claimed", "paid"]))
        .group_by(party="claimant")
        .agg(
            said=pl.col("purchase").sum(), refund=pl.col("refund").sum(), one=pl.col("claim").min(),
            last=pl.col("claimed").max(),
        )
        .join(facts.kinds.select(party="firm", kind="kind"), on="party", how="left")
        .join(facts.purchases, on="party")
        .filter(
            ~pl.col("kind").fill_null(UNKNOWN).is_in(facts.makers),
            pl.col("said") > 0,
            pl.col("bought") < limits["cover"] * pl.col("said"),
        )
        .with_columns(share=ratio(pl.col("bought"), pl.col("said")))
    )  # fmt: skip
    return hits(
        claims, table="R", field="purchase", party="party", document="one", value=percent(pl.col("share")),
        against=pl.lit(f"< {limits['cover']:.0%}"), on="last", fen="refund",
    )  # fmt: skip


def unreported_agency(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B4: trader and owner differ, the quarter's report is due, and no row of it names the declaration."""
    quarter_end = pl.col("lodged").dt.month_start().dt.offset_by("1mo")
    due = (
        pl.when(pl.col("lodged").dt.month() % 3 == 0)
        .then(quarter_end)
        .when(pl.col("lodged").dt.month() % 3 == 2)
        .then(quarter_end.dt.offset_by("1mo"))
        .otherwise(quarter_end.dt.offset_by("2mo"))
        .dt.offset_by(f"{limits['days']:.0f}d")
    )
    rows = (
        facts.exports.filter(pl.col("trader") != pl.col("owner"), due < pl.lit(facts.as_of))
        .join(facts.table("agency").select("declaration").unique(), on="declaration", how="anti")
        .filter(pl.lit(facts.table("agency").height > 0))
    )
    return hits(
        rows, table="D", field="owner", party="trader", other="owner", declaration="declaration",
        document="declaration", value=pl.coalesce("owner_name", "owner"), against=pl.lit("A: -"), on="lodged",
        fen="fob",
    )  # fmt: skip


def agency_without_agreement(facts: Facts, limits: Limits) -> pl.DataFrame:
    """An agency deal, by declaration or report, between two who have no agreement that covers the day."""
    del limits
    deals = pl.concat(
        [
            facts.exports.filter(pl.col("trader") != pl.col("owner")).select(
                "declaration", "lodged", "fob", agent="trader", principal="owner"
            ),
            facts.reported.filter(pl.col("consignor") != pl.col("agent")).select(
                "declaration", "lodged", "fob", agent="agent", principal="consignor"
            ),
        ]
    ).unique(["declaration", "agent", "principal"])
    bare = deals.join(
        covered(facts, deals, "agent", "principal"), on=["declaration", "agent", "principal"], how="anti"
    ).filter(pl.lit(facts.agreed.height > 0))
    return hits(
        bare, table="G", field="principal", party="agent", other="principal", declaration="declaration",
        document="declaration", value="principal", against=pl.lit("G: -"), on="lodged", fen="fob",
    )  # fmt: skip


def foreign_claimant(facts: Facts, limits: Limits) -> pl.DataFrame:
    """The refund is claimed by one who is neither trader nor owner nor reported consignor."""
    del limits
    reported = facts.table("agency").select("declaration", claimant="consignor").drop_nulls().unique()
    rows = (
        facts.table("claims")
        .filter(pl.col("state").is_in(["claimed", "paid"]))
        .join(facts.heads.select("declaration", "trader", "owner"), on="declaration")
        .filter(
            pl.col("claimant") != pl.col("trader"),
            pl.col("claimant").ne_missing(pl.col("owner")),
        )
        .join(reported, on=["declaration", "claimant"], how="anti")
    )
    told = {
        "declaration": "declaration",
        "document": "claim",
        "value": "claimant",
        "against": "trader",
        "on": "claimed",
        "fen": "refund",
    }
    return mutual(rows, "claimant", "trader", table="R", field="claimant", **told)


def two_contracts(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B13: the same pair has an agency agreement and purchase invoices, and the goods are declared as one's own."""
    del limits
    bought = (
        facts.table("invoices")
        .group_by(trader="buyer", principal="seller")
        .agg(one=pl.col("invoice").min(), first=pl.col("issued").min(), fen=pl.col("amount").sum())
    )
    own = (
        facts.exports.filter(pl.col("trader").eq_missing(pl.col("owner"))).group_by("trader").agg(n=pl.len())
    )
    rows = (
        facts.table("agreements")
        .select("agreement", "signed", "principal", trader="agent")
        .join(bought, on=["trader", "principal"])
        .join(own, on="trader")
        .unique(["trader", "principal"], maintain_order=True)
    )
    return hits(
        rows, table="G", field="agreement", party="trader", other="principal", document="agreement",
        value=worded("{} + {}", "agreement", "one"), against=pl.lit("1"), on="signed", fen="fen",
    )  # fmt: skip


def foreign_shipper(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B8: the bill of lading names a shipper who is neither trader, owner nor consignor, in a container of its own."""
    del limits
    reported = facts.table("agency").select("declaration", shipper="consignor").drop_nulls().unique()
    bills = (
        facts.table("transport")
        .filter(~pl.col("shared").fill_null(value=False), pl.col("shipper").is_not_null())
        .join(facts.exports.select("declaration", "trader", "owner", "fob"), on="declaration")
        .filter(
            pl.col("shipper") != pl.col("trader"),
            pl.col("shipper").ne_missing(pl.col("owner")),
            pl.col("shipper").ne_missing(pl.col("forwarder")),
        )
        .join(reported, on=["declaration", "shipper"], how="anti")
        .join(facts.kinds.select(shipper="firm", shipper_kind="kind"), on="shipper", how="left")
        .filter(~pl.col("shipper_kind").is_in(LOGISTICS).fill_null(value=False))
    )
    if not bills.height:
        return HITS.to_frame()
    return hits(
        bills, table="T", field="shipper", party="trader", other="shipper", declaration="declaration", document="bill",
        value=pl.coalesce("shipper_name", "shipper"), against="trader", on="sailed", fen="fob",
    )  # fmt: skip
