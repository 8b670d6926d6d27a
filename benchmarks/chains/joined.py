"""Features of neighbours: what a firm's suppliers, brokers, forwarders and goods say about it."""

from __future__ import annotations

import polars as pl

from benchmarks.chains.features import FIRM, exports, flat, party
from hefu.chains.tables import Tables


def joined(tables: Tables) -> pl.DataFrame:
    """The flat features, and those that need a join to other firms."""
    out = exports(tables)
    rows = flat(tables)
    age = rows.select(FIRM, "age_at_first")
    for more in (
        _suppliers(tables, rows),
        _offices(out, tables, age),
        _swaps(out),
        _owners(out, tables),
        _returns(tables),
        _loops(out, tables),
    ):
        rows = rows.join(more, on=FIRM, how="left")
    return rows.sort(FIRM)


def _suppliers(tables: Tables, rows: pl.DataFrame) -> pl.DataFrame:
    """How well suppliers' purchases cover their sales, and how many exporters share them."""
    sold = (
        tables["invoices"]
        .group_by(firm="seller")
        .agg(sold=pl.col("amount").sum(), clients=pl.col("buyer").n_unique())
    )
    got = tables["invoices"].group_by(firm="buyer").agg(got=pl.col("amount").sum())
    register = tables["firms"].select("firm", "registered", "status")
    supplier = (
        sold.join(got, on="firm", how="left")
        .join(register, on="firm", how="left")
        .with_columns(cover=pl.col("got").fill_null(0) / pl.col("sold"))
    )
    bought = (
        tables["invoices"].group_by(pl.col("buyer").alias(FIRM), firm="seller").agg(pl.col("amount").sum())
    )
    weight = pl.col("amount")
    return (
        bought.join(supplier, on="firm")
        .join(rows.select(FIRM), on=FIRM, how="semi")
        .group_by(FIRM)
        .agg(
            supplier_cover=(pl.col("cover").clip(0, 2) * weight).sum() / weight.sum(),
            empty_suppliers=((pl.col("cover") < 0.15) * weight).sum() / weight.sum(),
            gone_suppliers=((pl.col("status") == "vanished") * weight).sum() / weight.sum(),
            supplier_clients=pl.col("clients").mean(),
            supplier_born=pl.col("registered").cast(pl.Int32).median(),
        )
    )


def _offices(out: pl.DataFrame, tables: Tables, age: pl.DataFrame) -> pl.DataFrame:
    """Share of young exporters among the clients of a firm's brokers and forwarders."""
    made = None
    carried = out.join(tables["transport"].select("declaration", "forwarder"), on="declaration", how="left")
    for column in ("declarant", "forwarder"):
        pairs = carried.select(FIRM, column).drop_nulls().unique().join(age, on=FIRM)
        office = pairs.group_by(column).agg(
            young=(pl.col("age_at_first") < 200).mean(), size=pl.len().cast(pl.Float64)
        )
        mine = (
            pairs.join(office, on=column)
            .group_by(FIRM)
            .agg(
                pl.col("young").mean().alias(f"{column}_young"), pl.col("size").mean().alias(f"{column}_size")
            )
        )
        made = mine if made is None else made.join(mine, on=FIRM, how="full", coalesce=True)
    assert made is not None
    return made


def swaps(out: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a given-up export and one of the same goods lodged within 30 days by another firm."""
    lost = out.filter(pl.col("state").is_in(["withdrawn", "refused"]))
    again = out.filter(pl.col("state") == "released").select(
        "declaration", "lodged", FIRM, "hs", "quantity", "district"
    )
    pairs = lost.select("declaration", "lodged", FIRM, "hs", "quantity", "district").join(
        again, on=["hs", "district"], suffix="_then"
    )
    wait = (pl.col("lodged_then") - pl.col("lodged")).dt.total_days()
    near = (pl.col("quantity_then") / pl.col("quantity")).is_between(0.95, 1.05)
    return pairs.filter(wait.is_between(0, 30), near, pl.col(FIRM) != pl.col(f"{FIRM}_then"))


def _swaps(out: pl.DataFrame) -> pl.DataFrame:
    pairs = swaps(out)
    both = pl.concat([pairs.select(FIRM), pairs.select(pl.col(f"{FIRM}_then").alias(FIRM))])
    return both.group_by(FIRM).agg(swaps=pl.len())


def _owners(out: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Owners, as declared or reported, that go under several names."""
    told = tables["agency"].select("declaration", owner_key=party("consignor"))
    pairs = pl.concat([out.select("declaration", "owner_key"), told]).join(
        out.select("declaration", FIRM), on="declaration"
    )
    pairs = pairs.filter(pl.col("owner_key") != pl.col(FIRM)).unique([FIRM, "owner_key"])
    names = pairs.group_by("owner_key").agg(names=pl.len())
    return pairs.join(names, on="owner_key").group_by(FIRM).agg(owner_names=pl.col("names").mean())


def _returns(tables: Tables) -> pl.DataFrame:
    """Payments to a supplier after which that supplier pays a person of about the amount within twelve days."""
    paid = tables["payments"].select(
        "on", "amount", payer_key=party("payer"), payee_key=party("payee"), person=pl.col("payee") == ""
    )
    first = paid.filter(~pl.col("person"))
    then = paid.filter("person").select("payer_key", then="on", passed="amount")
    met = first.join(then, left_on="payee_key", right_on="payer_key")
    wait = (pl.col("then") - pl.col("on")).dt.total_days()
    hit = met.filter(wait.is_between(0, 12), (pl.col("passed") / pl.col("amount")).is_between(0.2, 1.0))
    return hit.group_by(pl.col("payer_key").alias(FIRM)).agg(passed_on=pl.len())


def _loops(out: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Imports of the goods of an export in about its quantity within 40 days, through anybody."""
    lines = tables["lines"].group_by("declaration").agg(pl.col("hs", "quantity").first())
    back = (
        tables["declarations"].filter(pl.col("act").is_in(["other", "return"])).join(lines, on="declaration")
    )
    met = out.select(FIRM, "hs", "quantity", "lodged").join(
        back.select("hs", again="quantity", then="lodged"), on="hs"
    )
    wait = (pl.col("then") - pl.col("lodged")).dt.total_days()
    hit = met.filter(wait.is_between(0, 40), (pl.col("again") / pl.col("quantity")).is_between(0.95, 1.02))
    return hit.group_by(FIRM).agg(loops=pl.len())
