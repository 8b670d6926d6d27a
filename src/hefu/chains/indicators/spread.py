"""How a title is used (group B, second half): across goods, districts, ports, brokers and time, against peers."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import AGENTS, UNKNOWN, Facts
from hefu.chains.indicators.indicator import HITS, Limits, days, hits, percent, ratio, worded
from hefu.chains.ties import cargoes, same_cargo


def _entropy(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Entropy in bits of each trader's exports over the classes ``by``, and the number of exports."""
    return (
        frame.group_by(["trader", *by])
        .agg(n=pl.len())
        .with_columns(share=pl.col("n") / pl.col("n").sum().over("trader"))
        .group_by(party="trader")
        .agg(entropy=-(pl.col("share") * pl.col("share").log(2)).sum(), n=pl.col("n").sum())
        .with_columns(size=pl.col("n").log(2))
    )


def _above_peers(frame: pl.DataFrame, facts: Facts, limits: Limits) -> pl.DataFrame:
    """Those far above what firms of their kind show at their size: the rest of a straight line through the peers."""
    slope = pl.cov("size", "entropy") / pl.col("size").var()
    return (
        frame.filter(pl.col("n") >= limits["least"])
        .join(facts.exported.select("party", "kind", "fob", "last"), on="party")
        # Whose kind is not known has no peers, unless nobody's is.
        .filter(
            pl.len().over("kind") >= limits["peers"],
            (pl.col("kind") != UNKNOWN) | (UNKNOWN not in facts.makers),
        )
        .with_columns(
            usual=pl.col("entropy").mean().over("kind")
            + slope.over("kind").fill_nan(0) * (pl.col("size") - pl.col("size").mean().over("kind"))
        )
        .with_columns(excess=pl.col("entropy") - pl.col("usual"))
        .with_columns(tail=pl.col("excess").rank("max", descending=True).over("kind") / pl.len().over("kind"))
        .filter(pl.col("tail") <= limits["tail"], pl.col("excess") >= limits["bits"])
    )


def _spread(frame: pl.DataFrame, field: str) -> pl.DataFrame:
    return hits(
        frame, table="D", field=field, party="party", document="party",
        value=worded("{} bit", pl.col("entropy").round(1)), against=worded("{} bit", pl.col("usual").round(1)),
        on="last", fen="fob", peers="tail",
    )  # fmt: skip


def header_diversity(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B5: one title for unrelated chapters, districts and owners, beyond firms of the same kind and size."""
    return _spread(_above_peers(_entropy(facts.items, ["hs2", "district", "owner"]), facts, limits), "hs")


def title_across_ports(facts: Facts, limits: Limits) -> pl.DataFrame:
    """One title at many ports through many brokers, beyond firms of the same kind and size."""
    return _spread(_above_peers(_entropy(facts.exports, ["port", "declarant"]), facts, limits), "port")


def shared_cargo(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B7 without the owner's name: the same unrelated kinds of cargo, from the same far districts, under two titles."""
    pairs = same_cargo(
        facts,
        least=int(limits["least"]),
        districts=int(limits["districts"]),
        chapters=int(limits["chapters"]),
        nats=limits["nats"],
    )
    had = cargoes(facts).select("trader", "cargo", "one", "lodged", "fob")
    both = pl.concat([pairs, pairs.rename({"a": "b", "b": "a"}).select(pairs.columns)])
    best = (
        both.group_by(a="a").agg(best=pl.col("nats").max())
        .join(facts.exported.select("kind", a="party"), on="a", how="left")
        .with_columns(rank=pl.col("best").rank("max", descending=True).over("kind"))
        .join(facts.exported.group_by("kind").agg(peers=pl.len()), on="kind", how="left")
        .select("a", tail=pl.col("rank") / pl.col("peers"))
    )  # fmt: skip
    told = (
        both.join(had.rename({"trader": "a"}), on="a")
        .join(had.select("cargo", b="trader"), on=["b", "cargo"], how="semi")
        .join(best, on="a", how="left")
        .sort("a", "b", "cargo")
    )
    return hits(
        told, table="L", field="district", party="a", other="b", declaration="one", document="one",
        value="cargo", against=worded("{} / {}", "shared", pl.col("expected").round(1)), on="lodged", fen="fob",
        peers="tail",
    )  # fmt: skip


def unclaimed_export(facts: Facts, limits: Limits) -> pl.DataFrame:
    """Own exports with a right to a refund that nobody claims: who has no input invoices cannot."""
    own = (
        facts.exports.filter(
            pl.col("trader").eq_missing(pl.col("owner")) | pl.col("owner").is_null(),
            ~pl.col("mode").is_in(["1039", "9610", "9710", "9810"]).fill_null(value=False),
            days(pl.lit(facts.as_of), pl.col("lodged")) > limits["days"],
        )
        .join(facts.table("agency").select("declaration").unique(), on="declaration", how="anti")
        .join(facts.table("claims").select("declaration").unique(), on="declaration", how="anti")
        .filter(pl.lit(facts.table("claims").height > 0))
    )
    return hits(
        own, table="D", field="trader", party="trader", declaration="declaration", document="declaration",
        value=pl.lit("R: -"), against=pl.lit(f"> {limits['days']:.0f} d"), on="lodged", fen="fob",
    )  # fmt: skip


def origin_elsewhere(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B6: the goods come from districts where neither the trader nor any of its suppliers sits."""
    homes = facts.kinds.select("firm", "district").drop_nulls()
    supplied = (
        facts.table("invoices").select(trader="buyer", firm="seller").unique().join(homes, on="firm")
        .select("trader", "district").unique().with_columns(known=True)
    )  # fmt: skip
    known = (
        facts.items.join(facts.purchases.select(trader="party"), on="trader", how="semi")
        .filter(~pl.col("kind").is_in(AGENTS), pl.col("district").is_not_null())
        .join(homes.select(trader="firm", home="district"), on="trader")
        .join(supplied, on=["trader", "district"], how="left")
        .with_columns(away=(pl.col("district") != pl.col("home")) & pl.col("known").is_null())
    )
    shares = (
        known.group_by(party="trader")
        .agg(
            away=ratio(pl.col("fob").filter(pl.col("away")).sum(), pl.col("fob").sum()),
            fob=pl.col("fob").filter(pl.col("away")).sum(),
            n=pl.len(),
            one=pl.col("declaration").filter(pl.col("away")).min(),
            last=pl.col("lodged").max(),
        )
        .filter(pl.col("n") >= limits["least"], pl.col("away") > limits["share"])
    )
    return hits(
        shares, table="L", field="district", party="party", document="one", value=percent(pl.col("away")),
        against=pl.lit(f"> {limits['share']:.0%}"), on="last", fen="fob",
    )  # fmt: skip


def many_headers(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B7: one owner's goods under several titles within a few weeks."""
    owned = pl.concat(
        [
            facts.exports.filter(pl.col("trader") != pl.col("owner")).select(
                "declaration", "lodged", "fob", "trader", "owner"
            ),
            facts.reported.filter(pl.col("consignor") != pl.col("trader")).select(
                "declaration", "lodged", "fob", "trader", owner="consignor"
            ),
        ]
    ).unique(["declaration", "owner"], maintain_order=True)
    if not owned.height:
        return HITS.to_frame()
    windows = (
        owned.sort("owner", "lodged", "declaration")
        .rolling("lodged", period=f"{limits['days']:.0f}d", group_by="owner")
        .agg(titles=pl.col("trader").n_unique())
        .group_by("owner")
        .agg(titles=pl.col("titles").max())
        .filter(pl.col("titles") >= limits["titles"])
    )
    return hits(
        owned.join(windows, on="owner"), table="D", field="owner", party="owner", other="trader",
        declaration="declaration", document="declaration", value=worded("{}", "titles"),
        against=pl.lit(f"≥ {limits['titles']:.0f} / {limits['days']:.0f} d"), on="lodged", fen="fob",
    )  # fmt: skip


def _hubs(facts: Facts) -> pl.DataFrame:
    """First service of each trader by each broker and forwarder."""
    brokers = facts.exports.filter(pl.col("declarant") != pl.col("trader")).select(
        "trader", "lodged", "declaration", hub="declarant"
    )
    forwarders = (
        facts.table("transport")
        .select("declaration", hub="forwarder")
        .drop_nulls()
        .join(facts.exports.select("declaration", "trader", "lodged"), on="declaration")
        .select("trader", "lodged", "declaration", "hub")
    )
    return (
        pl.concat([brokers, forwarders])
        .drop_nulls("hub")
        .sort("hub", "trader", "lodged", "declaration")
        .unique(["hub", "trader"], keep="first", maintain_order=True)
        .join(facts.exported.select(trader="party", fob="fob"), on="trader", how="left")
    )


def new_header_burst(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B9: several young titles appear at one broker or forwarder within a few weeks, more than chance would bring."""
    young = (
        _hubs(facts)
        .join(facts.kinds.select(trader="firm", began=pl.max_horizontal("registered", "first_filing"), kind="kind"), on="trader")
        .with_columns(young=(days(pl.col("lodged"), pl.col("began")) <= limits["young"]) & ~pl.col("kind").is_in(facts.makers))
        .with_columns(usual=pl.col("young").mean())
        .sort("hub", "lodged", "trader")
    )  # fmt: skip
    if not young.height:
        return HITS.to_frame()
    windows = young.rolling("lodged", period=f"{limits['days']:.0f}d", group_by="hub").agg(
        fresh=pl.col("trader").filter(pl.col("young")).unique(maintain_order=True),
        n=pl.col("trader").n_unique(),
        usual=pl.col("usual").first(),
    )
    bursts = (
        windows.with_columns(count=pl.col("fresh").list.len())
        .filter(
            pl.col("count") >= limits["least"],
            pl.col("count") >= limits["times"] * pl.col("usual") * pl.col("n"),
        )
        .with_columns(anchor=pl.col("fresh").list.first())
        .explode("fresh")
        .sort("hub", "count", "lodged", descending=[False, True, False])
        .unique(["hub", "fresh"], keep="first", maintain_order=True)
        .join(young.select("hub", "declaration", "fob", fresh="trader", on="lodged"), on=["hub", "fresh"])
    )
    told = {
        "document": "declaration",
        "value": worded("{} / {}", "count", "n"),
        "against": percent(pl.col("usual")),
        "on": "on",
    }
    return pl.concat(
        [
            hits(bursts, table="D", field="declarant", party="fresh", other="anchor", fen="fob", **told),
            hits(bursts, table="D", field="declarant", party="hub", other="fresh", fen="fob", **told),
        ]
    )  # fmt: skip


def broker_rotation(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B10: many brokers at one port in a year, each for a few declarations only."""
    used = (
        facts.exports.filter(pl.col("declarant") != pl.col("trader"))
        .group_by("trader", "port", "declarant", year=pl.col("lodged").dt.year())
        .agg(n=pl.len(), one=pl.col("declaration").min(), last=pl.col("lodged").max(), fob=pl.col("fob").sum())
        .group_by("trader", "port", "year")
        .agg(
            brokers=pl.len(), most=pl.col("n").max(), one=pl.col("one").min(), last=pl.col("last").max(),
            fob=pl.col("fob").sum(),
        )
        .filter(pl.col("brokers") > limits["brokers"], pl.col("most") < limits["most"])
    )  # fmt: skip
    return hits(
        used, table="D", field="declarant", party="trader", document="one", value=worded("{}", "brokers"),
        against=pl.lit(f"> {limits['brokers']:.0f}"), on="last", fen="fob",
    )  # fmt: skip


def far_port(facts: Facts, limits: Limits) -> pl.DataFrame:
    """B11: goods leave through a port that others do not use for goods of that district."""
    routes = (
        facts.items.drop_nulls(["district", "port"])
        .group_by("trader", "district", "port")
        .agg(
            fob=pl.col("fob").sum(), n=pl.len(), one=pl.col("declaration").min(), last=pl.col("lodged").max()
        )
        .with_columns(
            others=pl.col("fob").sum().over("district", "port") - pl.col("fob"),
            all_others=pl.col("fob").sum().over("district") - pl.col("fob").sum().over("trader", "district"),
            traders=pl.len().over("district"),
        )
        .filter(pl.col("traders") >= limits["peers"])
        .with_columns(far=pl.col("others") < limits["usual"] * pl.col("all_others"))
    )
    shares = (
        routes.group_by(party="trader")
        .agg(
            far=ratio(pl.col("fob").filter(pl.col("far")).sum(), pl.col("fob").sum()),
            n=pl.col("n").sum(),
            one=pl.col("one").filter(pl.col("far")).min(),
            fob=pl.col("fob").filter(pl.col("far")).sum(),
            last=pl.col("last").max(),
        )
        .filter(pl.col("n") >= limits["least"], pl.col("far") > limits["share"])
    )
    return hits(
        shares, table="L", field="port", party="party", document="one", value=percent(pl.col("far")),
        against=pl.lit(f"> {limits['share']:.0%}"), on="last", fen="fob",
    )  # fmt: skip


def header_succession(facts: Facts, limits: Limits) -> pl.DataFrame:
    """A title falls silent and another, new one goes on: same foreign buyer, same broker, same kind of goods."""
    served = (
        facts.items.drop_nulls(["consignee_id", "declarant"])
        .group_by("consignee_id", "declarant", "hs4", "trader")
        .agg(one=pl.col("declaration").min(), fob=pl.col("fob").sum())
    )
    spans = facts.exported.select(trader="party", first="first", last="last", kind="kind")
    known = (
        served.with_columns(titles=pl.col("trader").n_unique().over("consignee_id"))
        .filter(pl.col("titles") <= limits["most"])
        .join(spans, on="trader")
        .filter(pl.col("kind") != "producer")
    )
    pairs = known.join(known, on=["consignee_id", "declarant", "hs4"], suffix="_next").filter(
        pl.col("trader") != pl.col("trader_next"),
        days(pl.col("first_next"), pl.col("last")).is_between(-limits["overlap"], limits["days"]),
        pl.col("first_next") > pl.col("first"),
    )
    return hits(
        pairs.unique(["trader", "trader_next"], maintain_order=True).sort("trader", "trader_next"),
        table="D", field="consignee_name", party="trader_next", other="trader", document="one_next",
        value=worded("{} → {}", "last", "first_next"), against=worded("{}", "consignee_id"), on="first_next", fen="fob_next",
    )  # fmt: skip
