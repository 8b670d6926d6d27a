"""Money (group E): receipts, what leaves again at once, and to whom refunds go."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import Facts
from hefu.chains.graphs import closed_walks
from hefu.chains.indicators.indicator import HITS, Limits, days, hits, met, mutual, percent, ratio, worded
from hefu.chains.parties import NAMED
from hefu.documents.names import name_key


def pass_through(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E1: what a firm receives leaves within days to parties that supply it with nothing."""
    inflow = pl.concat(
        [
            facts.table("payments").select(party="payee", on="on", amount="amount", document="payment"),
            facts.table("receipts").select(party="receiver", on="on", amount="amount", document="receipt"),
        ]
    ).drop_nulls("party")
    supplies = facts.table("invoices").select(payee="seller", payer="buyer").unique()
    out = (
        facts.table("payments").join(supplies, on=["payer", "payee"], how="anti")
        .group_by(party="payer", on="on").agg(amount=pl.col("amount").sum())
        .sort("party", "on")
        .with_columns(sum=pl.col("amount").cum_sum().over("party"))
    )  # fmt: skip
    if not out.height or not inflow.height:
        return HITS.to_frame()
    until, before = _sum_at(inflow, out, limits["days"], "until"), _sum_at(inflow, out, -1, "before")
    passed = (
        until.join(before, on=["party", "document"])
        .with_columns(gone=pl.col("until").fill_null(0) - pl.col("before").fill_null(0))
        .with_columns(is_passed=pl.col("gone").is_between(limits["share"] * pl.col("amount"), limits["most"] * pl.col("amount")))
    )  # fmt: skip
    habits = (
        passed.group_by("party")
        .agg(
            n=pl.col("is_passed").sum(),
            share=ratio(pl.col("amount").filter(pl.col("is_passed")).sum(), pl.col("amount").sum()),
            one=pl.col("document").filter(pl.col("is_passed")).min(),
            last=pl.col("on").max(),
            fen=pl.col("amount").filter(pl.col("is_passed")).sum(),
        )
        .filter(pl.col("n") >= limits["least"], pl.col("share") >= limits["habit"])
    )
    return hits(
        habits, table="P", field="amount", party="party", document="one", value=percent(pl.col("share")),
        against=pl.lit(f"≥ {limits['share']:.0%} / {limits['days']:.0f} d"), on="last", fen="fen",
    )  # fmt: skip


def _sum_at(inflow: pl.DataFrame, out: pl.DataFrame, shift: float, name: str) -> pl.DataFrame:
    """For each payment in: what its receiver had paid out until so many days later."""
    at = inflow.with_columns(at=pl.col("on").dt.offset_by(f"{shift:.0f}d")).sort("at", "party", "document")
    sums = out.select("party", "sum", at="on").sort("at", "party")
    found = at.join_asof(sums, on="at", by="party", check_sortedness=False).rename({"sum": name})
    return found.select("party", "document", name, *(["on", "amount"] if shift >= 0 else []))


def return_flow(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E2: money that a trader pays comes back through others within days, less a fee, to it or to who controls it."""
    edges = facts.table("payments").select(
        source="payer", target="payee", on="on", amount="amount", document="payment"
    )
    walks = closed_walks(
        edges.drop_nulls(), days_most=limits["days"], low=limits["low"], high=1.0, hops=5, fan=int(limits["fan"]),
        start=facts.exported["party"], controllers=_controllers(facts),
    )  # fmt: skip
    return hits(
        walks, table="P", field="amount", party="party", other="other", document="document", value=worded("{}", "hops"),
        against=pl.lit(f"≤ {limits['days']:.0f} d, ≥ {limits['low']:.0%}"), on="on", fen="amount",
    )  # fmt: skip


def _controllers(facts: Facts) -> pl.DataFrame:
    """Who controls which exporter, as far as the registry says: source (a person known by name), target (the firm)."""
    exporters = facts.firms.join(facts.exported.select(firm="party"), on="firm", how="semi")
    return (
        pl.concat(
            [
                exporters.select(
                    source=pl.lit(NAMED) + pl.col(one).map_elements(name_key, pl.String), target="firm"
                )
                for one in ("legal_person", "finance_head")
            ]
        )
        .drop_nulls()
        .unique()
        .sort("source", "target")
    )


def payer_country(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E3: most of the price comes from countries that the goods do not go to, beyond peers."""
    paid = (
        facts.table("receipts")
        .join(facts.exports.select("declaration", "destination", "kind"), on="declaration")
        .drop_nulls(["payer_country", "destination"])
        .group_by(party="receiver", kind="kind")
        .agg(
            n=pl.len(),
            share=ratio(pl.col("amount").filter(pl.col("payer_country") != pl.col("destination")).sum(), pl.col("amount").sum()),
            one=pl.col("receipt").filter(pl.col("payer_country") != pl.col("destination")).min(),
            last=pl.col("on").max(),
            fen=pl.col("amount").filter(pl.col("payer_country") != pl.col("destination")).sum(),
        )
        .filter(pl.col("n") >= limits["least"])
        .with_columns(bound=pl.col("share").quantile(limits["quantile"], "higher").over("kind"))
        .filter(pl.col("share") >= limits["share"], pl.col("share") >= pl.col("bound"))
    )  # fmt: skip
    return hits(
        paid, table="X", field="payer_country", party="party", document="one", value=percent(pl.col("share")),
        against=percent(pl.col("bound")), on="last", fen="fen",
    )  # fmt: skip


def common_payer(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E3: one payer abroad, who buys from none of them, pays a good part of the price of several unrelated traders."""
    buys = facts.exports.select(receiver="trader", payer_id="consignee_id").unique()
    hands = facts.firms.select(
        receiver="firm", hand=pl.coalesce(pl.col("legal_person").str.strip_chars(), "firm")
    )
    paid = (
        facts.table("receipts").join(facts.exported.select(receiver="party"), on="receiver", how="semi")
        .group_by("receiver", "payer_id")
        .agg(n=pl.len(), fen=pl.col("amount").sum(), one=pl.col("receipt").min(), last=pl.col("on").max())
        .with_columns(share=ratio(pl.col("fen"), pl.col("fen").sum().over("receiver")))
        .drop_nulls("payer_id")
        .join(buys, on=["receiver", "payer_id"], how="anti")
        .filter(pl.col("share") >= limits["share"], pl.col("n") >= limits["least"])
        .join(hands, on="receiver", how="left")
        .with_columns(titles=pl.coalesce("hand", "receiver").n_unique().over("payer_id"))
        .filter(pl.col("titles") >= limits["titles"])
    )  # fmt: skip
    return hits(
        paid, table="X", field="payer_name", party="receiver", other="payer_id", document="one",
        value=percent(pl.col("share")), against=worded("{}", "titles"), on="last", fen="fen",
    )  # fmt: skip


def missing_receipts(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E4: a refund is claimed, and much less has come from abroad than the goods were declared to be worth."""
    due = facts.exports.filter(days(pl.lit(facts.as_of), pl.col("lodged")) > limits["days"])
    received = facts.table("receipts").group_by(party="receiver").agg(received=pl.col("amount").sum())
    owed = (
        due.group_by(party="trader")
        .agg(fob=pl.col("fob").sum(), n=pl.len(), last=pl.col("lodged").max())
        .join(received, on="party")
        .join(
            facts.table("claims").group_by(party="claimant").agg(one=pl.col("claim").min(), refund=pl.col("refund").sum()),
            on="party",
        )
        .filter(pl.col("n") >= limits["least"], pl.col("received") < limits["share"] * pl.col("fob"))
        .with_columns(share=ratio(pl.col("received"), pl.col("fob")))
    )  # fmt: skip
    return hits(
        owed, table="X", field="amount", party="party", document="one", value=percent(pl.col("share")),
        against=pl.lit(f"< {limits['share']:.0%}"), on="last", fen="refund",
    )  # fmt: skip


def price_elsewhere(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E6: the price of a declaration is received by one who is neither its trader nor a claimant of its refund."""
    del limits
    claimed = facts.table("claims").select("declaration", receiver="claimant").unique()
    rows = (
        facts.table("receipts")
        .join(facts.exports.select("declaration", "trader", "mode"), on="declaration")
        .filter(
            pl.col("receiver") != pl.col("trader"),
            ~pl.col("mode").is_in(["9710", "9810", "9610"]).fill_null(value=False),
        )
        .join(claimed, on=["declaration", "receiver"], how="anti")
    )
    told = {
        "declaration": "declaration",
        "document": "receipt",
        "value": "receiver",
        "against": "trader",
        "on": "on",
        "fen": "amount",
    }
    return mutual(rows, "trader", "receiver", table="X", field="receiver", **told)


def refund_shared(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E7: a claimant hands most of a refund on within days, to one who sold it nothing."""
    paid = (
        facts.table("claims").filter(pl.col("state") == "paid")
        .group_by("claimant", "claim", "paid").agg(refund=pl.col("refund").sum())
    )  # fmt: skip
    supplies = facts.table("invoices").select(payee="seller", claimant="buyer").unique()
    on = (
        met(
            paid, facts.table("payments").select("payment", "on", "payee", "amount", claimant="payer"),
            days(pl.col("on"), pl.col("paid")).is_between(0, limits["days"]),
            (pl.col("amount") / pl.col("refund")).is_between(limits["share"], limits["most"]),
            on="claimant",
        )
        .join(supplies, on=["claimant", "payee"], how="anti")
        .sort("claim", "on", "payment")
        .unique("claim", keep="first", maintain_order=True)
        .with_columns(times=pl.len().over("claimant", "payee"))
        .filter(pl.col("times") >= limits["times"])
    )  # fmt: skip
    return hits(
        on, table="P", field="amount", party="claimant", other="payee", document="payment",
        value=percent(pl.col("amount") / pl.col("refund")), against=pl.lit(f"≥ {limits['share']:.0%} / {limits['days']:.0f} d"), on="on", fen="refund",
    )  # fmt: skip


def title_fee(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E8: payments of about one part in a hundred of the goods' value for each export, without an agency agreement."""
    bought = facts.table("invoices").select(payer="buyer", payee="seller").unique()
    others = (
        facts.table("payments")
        .join(bought, on=["payer", "payee"], how="anti")
        .join(facts.agreed.select(payee="agent", payer="principal"), on=["payer", "payee"], how="anti")
    )
    paid = (
        met(
            others,
            facts.exports.select("declaration", "lodged", "fob", payee="trader"),
            days(pl.col("on"), pl.col("lodged")).abs() <= limits["days"],
            (pl.col("amount") / pl.col("fob")).is_between(limits["low"], limits["high"]),
            on="payee",
        )
        .sort("payment", days(pl.col("on"), pl.col("lodged")).abs(), "declaration")
        .unique("payment", keep="first", maintain_order=True)
    )
    of = facts.table("payments").group_by("payer", "payee").agg(all=pl.len())
    fees = (
        paid.with_columns(times=pl.len().over("payer", "payee"))
        .join(of, on=["payer", "payee"])
        .filter(pl.col("times") >= limits["times"], pl.col("times") >= limits["share"] * pl.col("all"))
    )
    told = {
        "declaration": "declaration",
        "document": "payment",
        "value": worded("{} %", (pl.col("amount") / pl.col("fob") * 100).round(2)),
        "against": pl.lit(f"{limits['low']:.1%} - {limits['high']:.1%}"),
        "on": "on",
        "fen": "fob",
    }
    return mutual(fees, "payee", "payer", table="P", field="amount", **told)


def third_party_money(facts: Facts, limits: Limits) -> pl.DataFrame:
    """E5: a logistics firm pays an exporter, or an exporter's supplier: money flows against the service."""
    logistics = facts.kinds.filter(pl.col("kind").is_in(["broker", "forwarder"])).select(payer="firm")
    rows = (
        facts.table("payments").join(logistics, on="payer", how="semi")
        .join(facts.exported.select(payee="party"), on="payee", how="semi")
        .group_by("payer", "payee")
        .agg(n=pl.len(), one=pl.col("payment").min(), last=pl.col("on").max(), fen=pl.col("amount").sum())
        .filter(pl.col("n") >= limits["times"])
    )  # fmt: skip
    told = {
        "document": "one",
        "value": worded("{} ×", "n"),
        "against": pl.lit(f"≥ {limits['times']:.0f} ×"),
        "on": "last",
        "fen": "fen",
    }
    return mutual(rows, "payee", "payer", table="P", field="payer", **told)
