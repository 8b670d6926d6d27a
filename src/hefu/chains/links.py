"""Who deals with whom: every row of every table as events between parties, summed to pairs."""

from __future__ import annotations

import polars as pl

from hefu.chains.facts import Facts


def events(facts: Facts) -> pl.LazyFrame:
    """Every event between two parties: source, target, lane, how, on, fen, document."""
    heads = facts.heads.lazy()
    table = {name: facts.table(name).lazy() for name in (
        "agency", "agreements", "certificates", "claims", "invoices", "payments", "receipts", "transport",
    )}  # fmt: skip
    declared = heads.select("declaration", "trader", "fob", day="lodged")
    told = [
        _event(heads, "owner", "trader", "goods", "owned", "lodged", "fob", "declaration"),
        _event(heads, "trader", "declarant", "papers", "declared", "lodged", "fob", "declaration"),
        _event(heads.filter(pl.col("act") == "export"), "trader", "consignee_id", "goods", "sold", "lodged", "fob", "declaration"),
        _event(table["agency"], "consignor", "agent", "papers", "reported", "filed", "amount", "declaration"),
        _event(table["agreements"], "principal", "agent", "papers", "agreed", "signed", None, "agreement"),
        _event(
            table["certificates"].join(declared, on="declaration"), "holder", "trader", "papers", "certified", "issued", None, "certificate",
        ),
        _event(table["claims"].join(declared, on="declaration"), "trader", "claimant", "money", "claimed", "claimed", "refund", "claim"),
        _event(table["invoices"], "seller", "buyer", "invoices", "invoiced", "issued", "amount", "invoice"),
        _event(table["payments"], "payer", "payee", "money", "paid", "on", "amount", "payment"),
        _event(table["receipts"], "payer_id", "receiver", "money", "received", "on", "amount", "receipt"),
        _event(table["receipts"].join(declared, on="declaration"), "trader", "receiver", "money", "received_for", "on", "amount", "receipt"),
        _event(table["transport"], "shipper", "forwarder", "goods", "shipped", "sailed", None, "bill"),
        _event(table["transport"].join(declared, on="declaration"), "forwarder", "trader", "goods", "carried", "sailed", None, "bill"),
    ]  # fmt: skip
    return pl.concat(told)


def _event(
    frame: pl.LazyFrame,
    source: str,
    target: str,
    lane: str,
    how: str,
    on: str,
    fen: str | None,
    document: str,
) -> pl.LazyFrame:
    return frame.filter(pl.col(source) != pl.col(target)).select(
        source=pl.col(source),
        target=pl.col(target),
        lane=pl.lit(lane),
        how=pl.lit(how),
        on=pl.col(on),
        fen=pl.col(fen).fill_null(0) if fen else pl.lit(0, pl.Int64),
        document=pl.col(document),
    )


def pairs(facts: Facts) -> pl.DataFrame:
    """For each pair and kind of paper: first and last day, number, value, and the first document."""
    return summed(events(facts)).sort("source", "target", "how")


def summed(told: pl.LazyFrame) -> pl.DataFrame:
    """Events summed to pairs, in bounded memory."""
    return (
        told.group_by("source", "target", "lane", "how")
        .agg(
            first=pl.col("on").min(),
            last=pl.col("on").max(),
            count=pl.len(),
            fen=pl.col("fen").sum(),
            document=pl.col("document").min(),
        )
        .collect(engine="streaming")
    )
