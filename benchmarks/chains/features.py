"""What a spreadsheet or a classifier is given: one row an exporter, from the tables alone.

``flat`` looks at a firm's own papers, ``joined`` at those of its neighbours as well. A feature whose table is empty is null.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.chains.tables import Tables

FIRM: Final = "trader"
_YOUNG: Final = 365


def party(column: str) -> pl.Expr:
    """A party by its identifier, else by its name."""
    return pl.when(pl.col(column).fill_null("") == "").then(f"{column}_name").otherwise(column)


def exports(tables: Tables) -> pl.DataFrame:
    """Exports with their first line, value and district."""
    lines = (
        tables["lines"]
        .sort("declaration", "item")
        .group_by("declaration", maintain_order=True)
        .agg(
            pl.col("hs", "district", "quantity", "net_weight").first(),
            pl.col("fob").sum(),
            price=(pl.col("fob") / pl.col("quantity")).first(),
        )
    )
    out = tables["declarations"].filter(pl.col("act") == "export")
    return out.with_columns(owner_key=party("owner")).join(lines, on="declaration")


def flat(tables: Tables) -> pl.DataFrame:
    """A row an exporter with the features of its own papers."""
    out = exports(tables)
    rows = _declared(out)
    for more in (
        _gate(tables, out),
        _register(tables),
        _reports(tables, out),
        _claims(tables),
        _invoices(tables, out),
        _money(tables),
        _receipts(tables, out),
        _transport(tables, out),
        _rest(tables),
    ):
        rows = rows.join(more, on=FIRM, how="left")
    rows = rows.with_columns(
        fob_to_capital=pl.col("fob") / (pl.col("capital") + 1),
        claimed=pl.col("refund").fill_null(0) / pl.col("fob"),
        cover=pl.col("invoiced") / pl.col("fob"),
        received=pl.col("receipts") / pl.col("fob"),
        rewarded=pl.col("reward").fill_null(0) / pl.col("fob"),
        power_share=pl.col("power") / pl.col("fob"),
        age_at_first=(pl.col("first_day") - pl.col("registered")).dt.total_days(),
        age=(pl.lit(out["lodged"].max(), pl.Date()) - pl.col("registered")).dt.total_days(),
    )
    return rows.drop("registered", "first_day", "refund", "invoiced", "receipts", "reward", "power").sort(
        FIRM
    )


def _entropy(column: str) -> pl.Expr:
    return pl.col(column).value_counts().struct.field("count").entropy()


def _declared(out: pl.DataFrame) -> pl.DataFrame:
    usual = out.group_by("hs").agg(pl.col("price").log().median().alias("usual"))
    port = out.group_by("district", "port").len().sort("len", descending=True)
    main = port.group_by("district", maintain_order=True).agg(ports=pl.col("port").head(2))
    seen = out.join(usual, on="hs").join(main, on="district")
    first, last = (pl.lit(one, pl.Date()) for one in (out["lodged"].min(), out["lodged"].max()))
    return seen.group_by(FIRM).agg(
        declarations=pl.len(),
        fob=pl.col("fob").sum(),
        fob_each=pl.col("fob").mean(),
        fob_most=pl.col("fob").max(),
        late_half=(pl.col("lodged") - first > last - pl.col("lodged")).mean(),
        span=(pl.col("lodged").max() - pl.col("lodged").min()).dt.total_days(),
        first_day=pl.col("lodged").min(),
        chapters=_entropy_of(pl.col("hs").str.head(2)),
        districts=_entropy("district"),
        destinations=_entropy("destination"),
        buyers=pl.col("consignee_name").n_unique() / pl.len(),
        owners=pl.col("owner_key").n_unique(),
        single=(pl.col("owner_key") == pl.col(FIRM)).mean(),
        brokers=pl.col("declarant").n_unique() / pl.len().sqrt(),
        ports=pl.col("port").n_unique() / pl.len().sqrt(),
        far=(~pl.col("port").is_in(pl.col("ports"))).mean(),
        dearer=(pl.col("price").log() - pl.col("usual")).mean(),
        dearest=(pl.col("price").log() - pl.col("usual")).abs().max(),
        market=(pl.col("mode") == "1039").mean(),
    )


def _entropy_of(made: pl.Expr) -> pl.Expr:
    return made.value_counts().struct.field("count").entropy()


def _gate(tables: Tables, out: pl.DataFrame) -> pl.DataFrame:
    held = out.group_by(FIRM).agg(
        held=(pl.col("hold_codes").fill_null("") != "").mean(),
        given_up=pl.col("state").is_in(["withdrawn", "refused"]).mean(),
    )
    changed = (
        tables["declarations"]
        .filter(pl.col("act") != "export")
        .group_by(FIRM)
        .agg(
            returns=(pl.col("act") == "return").sum(),
            changes=pl.col("act").is_in(["amendment", "withdrawal"]).sum(),
            imports=(pl.col("act") == "other").sum(),
        )
    )
    churn = (
        tables["certificates"]
        .group_by(pl.col("holder").alias(FIRM))
        .agg(churn=pl.col("ended").is_not_null().mean())
    )
    return held.join(changed, on=FIRM, how="left").join(churn, on=FIRM, how="left")


def _register(tables: Tables) -> pl.DataFrame:
    firms = tables["firms"]
    for column in ("address", "legal_person", "tax_handler", "finance_head", "phone"):
        firms = firms.with_columns(pl.len().over(column).alias(f"share_{column}"))
    shared = [f"share_{one}" for one in ("address", "legal_person", "tax_handler", "finance_head", "phone")]
    return firms.select(
        pl.col("firm").alias(FIRM),
        "registered",
        "capital",
        "staff",
        *shared,
        abnormal=(pl.col("status") != "normal").cast(pl.Int8),
        agent=pl.col("kind").is_in(["agent", "service"]).cast(pl.Int8),
        producer=(pl.col("kind") == "producer").cast(pl.Int8),
    )


def _reports(tables: Tables, out: pl.DataFrame) -> pl.DataFrame:
    told = tables["agency"].select("declaration", told=party("consignor")).unique("declaration")
    agreed = tables["agreements"].group_by(pl.col("agent").alias(FIRM)).agg(agreements=pl.len())
    single = pl.col("owner_key") == pl.col(FIRM)
    return (
        out.join(told, on="declaration", how="left")
        .group_by(FIRM)
        .agg(
            reported=pl.col("told").is_not_null().mean(),
            single_reported=(single & pl.col("told").is_not_null()).mean(),
            double_unreported=(~single & pl.col("told").is_null()).mean(),
            reported_other=(~single & (pl.col("told") != pl.col("owner_key"))).fill_null(value=False).mean(),
        )
        .join(agreed, on=FIRM, how="left")
    )


def _claims(tables: Tables) -> pl.DataFrame:
    day = tables["declarations"].select("declaration", "lodged")
    return (
        tables["claims"]
        .join(day, on="declaration")
        .group_by(pl.col("claimant").alias(FIRM))
        .agg(
            refund=pl.col("refund").sum(),
            claim_lag=(pl.col("claimed") - pl.col("lodged")).dt.total_days().median(),
        )
    )


def _invoices(tables: Tables, out: pl.DataFrame) -> pl.DataFrame:
    bought = tables["invoices"].with_columns(pl.col("buyer").alias(FIRM))
    by_seller = bought.group_by(FIRM, "seller").agg(pl.col("amount").sum())
    most = by_seller.group_by(FIRM).agg(
        suppliers=pl.len(), top_supplier=pl.col("amount").max() / pl.col("amount").sum()
    )
    goods = out.group_by(FIRM).agg(own=pl.col("hs").unique())
    near = bought.sort("issued").join_asof(
        out.select(FIRM, "hs", "lodged").sort("lodged"),
        left_on="issued",
        right_on="lodged",
        by=[FIRM, "hs"],
        strategy="nearest",
        check_sortedness=False,
    )
    lag = near.group_by(FIRM).agg(
        invoice_lag=(pl.col("issued") - pl.col("lodged")).dt.total_days().median(),
        after=((pl.col("issued") - pl.col("lodged")).dt.total_days() > 0).mean(),
    )
    return (
        bought.join(goods, on=FIRM, how="left")
        .group_by(FIRM)
        .agg(
            invoiced=pl.col("amount").sum(),
            invoice_each=pl.col("amount").mean(),
            fitting=pl.col("hs").is_in(pl.col("own")).mean(),
            farm=pl.col("farm_purchase").mean(),
            abnormal_invoices=pl.col("abnormal").mean(),
        )
        .join(most, on=FIRM, how="left")
        .join(lag, on=FIRM, how="left")
    )


def _money(tables: Tables) -> pl.DataFrame:
    paid = tables["payments"]
    out = paid.group_by(pl.col("payer").alias(FIRM)).agg(
        to_persons=(pl.col("payee") == "").mean(),
        payees=pl.col("payee_name").n_unique() / pl.len().sqrt(),
        small_out=(pl.col("amount") <= 200_000).mean(),
    )
    back = paid.group_by(pl.col("payee").alias(FIRM)).agg(
        from_persons=(pl.col("payer") == "").mean(), small_in=(pl.col("amount") <= 200_000).mean()
    )
    return out.join(back, on=FIRM, how="full", coalesce=True)


def _receipts(tables: Tables, out: pl.DataFrame) -> pl.DataFrame:
    to = out.select("declaration", "destination", "consignee_name")
    return (
        tables["receipts"]
        .join(to, on="declaration", how="left")
        .group_by(pl.col("receiver").alias(FIRM))
        .agg(
            receipts=pl.col("amount").sum(),
            hong_kong=pl.col("payer_country").is_in(["HKG", "SGP", "VNM", "MYS"]).mean(),
            elsewhere=(pl.col("payer_country") != pl.col("destination")).mean(),
            other_payer=(pl.col("payer_name") != pl.col("consignee_name")).mean(),
        )
    )


def _transport(tables: Tables, out: pl.DataFrame) -> pl.DataFrame:
    sailed = out.join(tables["transport"], on="declaration")
    by = (
        sailed.group_by(FIRM, "forwarder")
        .len()
        .group_by(FIRM)
        .agg(top_forwarder=pl.col("len").max() / pl.col("len").sum())
    )
    return (
        sailed.group_by(FIRM)
        .agg(
            other_shipper=((pl.col("shipper") != pl.col(FIRM)) & (pl.col("shipper") != "")).mean(),
            shared=pl.col("shared").mean(),
        )
        .join(by, on=FIRM, how="left")
    )


def _rest(tables: Tables) -> pl.DataFrame:
    power = tables["capacity"].select(pl.col("firm").alias(FIRM), "power")
    reward = tables["subsidies"].group_by(pl.col("firm").alias(FIRM)).agg(reward=pl.col("amount").sum())
    return power.join(reward, on=FIRM, how="full", coalesce=True)
