"""What parties have in common, and how much that tells: a tie weighs what it would take for chance to make it.

A phone that three firms have tells much, a broker that five hundred use tells nothing: the weight of a shared value is
the log of how many firms there are for each that has it. Hubs so weigh nothing by themselves; values beyond a cap of
their type are not looked at.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.chains.facts import AGENTS, Facts

IDENTIFIERS: Final = ("legal_person", "finance_head", "tax_handler", "phone", "address")
_PERSONS: Final = ("legal_person", "finance_head", "phone")
"""Of the identifiers, those that accountants and incubators do not lend."""
MOST_SHARED: Final = 20
"""An identifier of more firms is an accountant's or an incubator's (reference on risk, §1.4 C1)."""
CAPS: Final = {
    "declarant": 400,
    "forwarder": 400,
    "consignee": 40,
    "foreign payer": 40,
    "supplier": 40,
    "consignor": 40,
    "payee": 40,
    "payer": 40,
    "claimant": 40,
    "buyer": 40,
}
"""Parties of one value beyond which it is a hub that no pair is made through (assumption; brokers and forwarders are
large by trade, so they count by weight until they are very large)."""
CARGO: Final = 300
"""Traders of one kind of cargo beyond which it is a trade that many are in (assumption)."""
_TOWN: Final = 50.0
"""Kinds of cargo of the whole trade that stand in for those of a town until it has more (assumption)."""
_MAIN: Final = 0.25
"""A counterparty counts as a party's own from this share of its declarations, invoices or payments on (assumption)."""


def controlled(facts: Facts, most: int = MOST_SHARED) -> pl.DataFrame:
    """Pairs of firms with two identifiers in common, one of them a person's: firm, other, shared, what."""
    values = pl.concat(
        [
            facts.firms.select("firm", kind=pl.lit(one), value=pl.col(one).str.strip_chars())
            for one in IDENTIFIERS
        ]
    ).filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
    rare = values.with_columns(size=pl.len().over("kind", "value")).filter(pl.col("size").is_between(2, most))
    return (
        rare.join(rare.select("kind", "value", other="firm"), on=["kind", "value"])
        .filter(pl.col("firm") != pl.col("other"))
        .sort("firm", "other", "kind")
        .group_by("firm", "other", maintain_order=True)
        .agg(
            shared=pl.len(),
            persons=pl.col("kind").is_in(_PERSONS).sum(),
            what=pl.concat_str("kind", pl.lit(": "), "value").str.join("; "),
            size=pl.col("size").min(),
        )
        .filter(pl.col("persons") >= 1, pl.col("shared") >= 2)
        .drop("persons")
    )


def cargoes(facts: Facts) -> pl.DataFrame:
    """Kinds of cargo (heading and a district away from home) of each trader that is no agent by trade: trader, cargo,
    home, one (a declaration with it), lodged, fob, size (traders that have it).
    """
    homes = facts.kinds.select(trader="firm", home=pl.col("district").fill_null(""))
    return (
        facts.items.filter(~pl.col("kind").is_in(AGENTS))
        .join(homes, on="trader", how="left")
        .filter(pl.col("district").ne_missing(pl.col("home")), pl.col("district").is_not_null())
        .group_by("trader", "home", "district", cargo=pl.concat_str("hs4", pl.lit(" "), "district"))
        .agg(one=pl.col("declaration").min(), lodged=pl.col("lodged").min(), fob=pl.col("fob").sum())
        .with_columns(size=pl.len().over("cargo"))
    )


def same_cargo(facts: Facts, *, least: int, districts: int, chapters: int, nats: float) -> pl.DataFrame:
    """Pairs of traders with more kinds of cargo in common than chance gives two firms as broad as they are.

    a, b (a < b), shared, expected, nats (of :func:`beyond`). Traders of one town deal in the same goods, so what is
    expected is the more of what the whole trade and what the other's own town would give. Kinds that more than
    :data:`CARGO` traders have make no pair.
    """
    had = cargoes(facts)
    had = had.with_columns(share=pl.col("size") / had.height).filter(pl.col("size") <= CARGO)
    breadth = had.group_by("trader", "home").agg(many=pl.len(), common=pl.col("share").sum())
    broad = had.join(breadth.filter(pl.col("many") >= least).select("trader"), on="trader", how="semi")
    pairs = (
        broad.select("cargo", "district", a="trader", chapter=pl.col("cargo").str.slice(0, 2))
        .join(broad.select("cargo", b="trader"), on="cargo")
        .filter(pl.col("a") < pl.col("b"))
        .group_by("a", "b")
        .agg(shared=pl.len(), of=pl.col("district").n_unique(), kinds=pl.col("chapter").n_unique())
        .filter(pl.col("shared") >= least, pl.col("of") >= districts, pl.col("kinds") >= chapters)
        .join(breadth.select(pl.all().name.suffix("_a")), left_on="a", right_on="trader_a")
        .join(breadth.select(pl.all().name.suffix("_b")), left_on="b", right_on="trader_b")
    )
    pairs = _there(_there(pairs, had, "a", "b"), had, "b", "a")
    anywhere = (pl.col("many_b") * pl.col("common_a") + pl.col("many_a") * pl.col("common_b")) / 2
    there = (pl.col("there_a") + pl.col("there_b")) / 2
    return (
        pairs.with_columns(expected=pl.max_horizontal(anywhere, there))
        .with_columns(nats=beyond(pl.col("shared"), pl.col("expected")))
        .filter(pl.col("nats") >= nats)
        .select("a", "b", "shared", "expected", "nats")
        .sort("a", "b")
    )


def _there(pairs: pl.DataFrame, had: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """``there_<other>``: how many kinds of one's cargo the other would have if it traded as the rest of its town does."""
    home = f"home_{other}"
    towns = had.group_by("home").agg(all=pl.len())
    found = (
        pairs.select(one, home).unique()
        .join(had.select("cargo", "trader"), left_on=one, right_on="trader")
        .join(had.group_by("home", "cargo").agg(n=pl.len()), left_on=[home, "cargo"], right_on=["home", "cargo"])
        .group_by(one, home).agg(found=pl.col("n").sum())
    )  # fmt: skip
    neighbour = pl.when(pl.col("home_a") == pl.col("home_b")).then(f"many_{one}").otherwise(0)
    left = pl.col("found").fill_null(0) - pl.col("shared") - neighbour  # both of the pair left out
    rest = pl.col("all").fill_null(0) - pl.col(f"many_{other}") - neighbour
    share = (left + _TOWN * pl.col(f"common_{one}")) / (rest + _TOWN)
    return (
        pairs.join(found, on=[one, home], how="left")
        .join(towns, left_on=home, right_on="home", how="left")
        .with_columns((pl.col(f"many_{other}") * share).alias(f"there_{other}"))
        .drop("found", "all")
    )


def beyond(found: pl.Expr, expected: pl.Expr) -> pl.Expr:
    """How far a count is beyond chance, in nats: Chernoff's bound on so many where so few are expected (Poisson)."""
    return (
        pl.when(found > expected).then(found * (found / expected).log() - (found - expected)).otherwise(0.0)
    )


def attributes(facts: Facts) -> pl.DataFrame:
    """What each party has by its papers: party, kind, value, size (parties that have it), weight in nats."""
    d = facts.exports
    told = [
        _mainly(d.select(party="trader", value="declarant"), "declarant"),
        _mainly(d.select(party="trader", value="consignee_id"), "consignee"),
        _mainly(_forwarded(facts), "forwarder"),
        _mainly(facts.reported.select(party="agent", value="consignor"), "consignor"),
        _mainly(_paid_by_others(facts), "foreign payer"),
        _mainly(facts.table("invoices").select(party="buyer", value="seller"), "supplier"),
        _mainly(facts.table("invoices").select(party="seller", value="buyer"), "buyer"),
        _mainly(facts.table("payments").select(party="payer", value="payee"), "payee"),
        _mainly(facts.table("payments").select(party="payee", value="payer"), "payer"),
        _mainly(
            facts.table("claims").join(d.select("declaration", "trader"), on="declaration")
            .select(party="trader", value="claimant"),
            "claimant",
        ),
        *(
            facts.firms.select(party="firm", value=pl.col(one).str.strip_chars(), kind=pl.lit(one)).filter(pl.col("value") != "")
            for one in IDENTIFIERS
        ),
    ]  # fmt: skip
    caps = {**dict.fromkeys(IDENTIFIERS, MOST_SHARED), **CAPS}
    return (
        pl.concat(told, how="diagonal")
        .drop_nulls(["party", "value"])
        .filter(pl.col("party") != pl.col("value"))
        .with_columns(size=pl.len().over("kind", "value"), all=pl.col("party").n_unique().over("kind"))
        .filter(
            pl.col("size") >= 2,
            pl.col("size") <= pl.col("kind").replace_strict(caps, return_dtype=pl.Int64),
        )
        .with_columns(weight=(pl.col("all") / pl.col("size")).log())
        .drop("all")
    )


def _forwarded(facts: Facts) -> pl.DataFrame:
    return (
        facts.table("transport").select("declaration", value="forwarder").drop_nulls()
        .join(facts.exports.select("declaration", party="trader"), on="declaration").select("party", "value")
    )  # fmt: skip


def _paid_by_others(facts: Facts) -> pl.DataFrame:
    """Who abroad pays a trader's price without buying from it."""
    return (
        facts.table("receipts").select(party="receiver", value="payer_id").drop_nulls()
        .join(facts.exports.select(party="trader", value="consignee_id").unique(), on=["party", "value"], how="anti")
    )  # fmt: skip


def _mainly(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The values that make up a good share of a party's rows."""
    return (
        frame.drop_nulls()
        .group_by("party", "value")
        .agg(n=pl.len())
        .filter(pl.col("n") >= _MAIN * pl.col("n").sum().over("party"))
        .select("party", "value", kind=pl.lit(kind))
    )
