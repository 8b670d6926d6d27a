"""What the indicators read: the tables as they were known on one day, joined once and shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import polars as pl

from hefu.chains.parties import Parties
from hefu.chains.tables import Tables

ARRIVAL: Final = {
    "declarations": "lodged",
    "certificates": "issued",
    "agency": "filed",
    "agreements": "signed",
    "firms": "registered",
    "claims": "claimed",
    "invoices": "issued",
    "payments": "on",
    "receipts": "on",
    "transport": "sailed",
    "subsidies": "paid",
}
"""The day on which a row comes to be known; rows without a day are known always."""

_LATER: Final = {
    "declarations": ("released",),
    "certificates": ("ended", "used"),
    "firms": ("closed",),
    "claims": ("paid",),
}
"""Days inside a row that may lie after the day in question: then they have not come yet."""

UNKNOWN: Final = "unknown"
AGENTS: Final = ("agent", "service")
"""Kinds of firms whose trade is exporting for others: many goods and districts are normal for them."""
LOGISTICS: Final = ("broker", "forwarder")
_SERVING: Final = 0.5
"""Share of its declarations in which a firm serves others, from which on that is its trade (assumption)."""
_KNOWN: Final = 0.5
"""Share of exporters whose kind is known, from which on an unknown one is an exception (assumption)."""


def last_day(tables: Tables) -> date:
    """The last day on which anything came to be known."""
    days = [tables[name][column].max() for name, column in ARRIVAL.items()]
    return max((day for day in days if isinstance(day, date)), default=date(1970, 1, 1))


def known_on(tables: Tables, day: date) -> Tables:
    """The tables without what came after a day. Lines of declarations that are not known go, too."""
    told = dict(tables)
    for name, column in ARRIVAL.items():
        told[name] = told[name].filter(pl.col(column).is_null() | (pl.col(column) <= day))
    for name, columns in _LATER.items():
        told[name] = told[name].with_columns(
            pl.when(pl.col(one) <= day).then(pl.col(one)).alias(one) for one in columns
        )
    claims = told["claims"]
    told["claims"] = claims.with_columns(
        state=pl.when((pl.col("state") == "paid") & pl.col("paid").is_null())
        .then(pl.lit("claimed"))
        .otherwise(pl.col("state"))
    )
    told["lines"] = told["lines"].join(told["declarations"], on="declaration", how="semi")
    return told


@dataclass(frozen=True)
class Facts:
    """The tables with entities in them, and the joins that several indicators need."""

    parties: Parties
    as_of: date

    def table(self, name: str) -> pl.DataFrame:
        """A table as it was known on the day."""
        return self._tables[name]

    @cached_property
    def _tables(self) -> Tables:
        return known_on(self.parties.tables, self.as_of)

    @cached_property
    def firms(self) -> pl.DataFrame:
        """A row for each firm; kind is never null. Whom the registry does not list is here when its papers show it at work
        for others: it must be looked at as what it is, a broker, forwarder or agent.
        """
        listed = self.table("firms").unique("firm", keep="first", maintain_order=True)
        return (
            pl.concat(
                [listed, self._at_work.join(listed, on="firm", how="anti").rename({"work": "kind"})],
                how="diagonal",
            )
            .join(self._at_work, on="firm", how="left", maintain_order="left")
            .with_columns(kind=pl.coalesce("kind", "work", pl.lit(UNKNOWN)))
            .drop("work")
        )

    @cached_property
    def _at_work(self) -> pl.DataFrame:
        """Who serves others in at least half of the declarations that it stands in: firm, work (a kind)."""
        heads, bills = self.table("declarations"), self.table("transport")
        does = (
            pl.concat(
                [
                    heads.filter(pl.col("declarant") != pl.col("trader")).select(
                        "declaration", firm="declarant", work=pl.lit("broker")
                    ),
                    bills.select("declaration", firm="forwarder", work=pl.lit("forwarder")),
                    self.table("agency").select("declaration", firm="agent", work=pl.lit("agent")),
                ]
            )
            .drop_nulls()
            .unique()
        )
        stands = (
            pl.concat(
                [
                    does.select("declaration", "firm"),
                    *(heads.select("declaration", firm=one) for one in ("trader", "owner")),
                    bills.select("declaration", firm="shipper"),
                ]
            )
            .drop_nulls()
            .unique()
            .group_by("firm")
            .agg(all=pl.len())
        )
        return (
            does.group_by("firm", "work").agg(n=pl.len())
            .join(stands, on="firm")
            .filter(pl.col("n") >= _SERVING * pl.col("all"))
            .sort("firm", "n", "work", descending=[False, True, False])
            .unique("firm", keep="first", maintain_order=True)
            .select("firm", "work")
        )  # fmt: skip

    @cached_property
    def makers(self) -> tuple[str, ...]:
        """Kinds of firms that may have made what they sell: producers; where most exporters' kind is known also those
        of whom it is not. What an unlisted firm did not buy says nothing until the registry has told what it is.
        """
        known = self.exported.select((pl.col("kind") != UNKNOWN).mean()).item()
        return ("producer", UNKNOWN) if (known or 0.0) >= _KNOWN else ("producer",)

    @cached_property
    def kinds(self) -> pl.DataFrame:
        """Firm, kind, district, registered, closed, status: what peers are told apart by."""
        return self.firms.select("firm", "kind", "district", "registered", "first_filing", "closed", "status")

    @cached_property
    def heads(self) -> pl.DataFrame:
        """Every declaration with the sum of its lines (fen) and the kind of its trader."""
        sums = self.table("lines").group_by("declaration").agg(fob=pl.col("fob").sum())
        return (
            self.table("declarations")
            .join(sums, on="declaration", how="left", maintain_order="left")
            .join(
                self.kinds.select(trader="firm", kind="kind"), on="trader", how="left", maintain_order="left"
            )
            .with_columns(pl.col("fob").fill_null(0), pl.col("kind").fill_null(UNKNOWN))
        )

    @cached_property
    def exports(self) -> pl.DataFrame:
        """Export declarations whose goods left or are to leave: refused and withdrawn ones are not among them."""
        return self.heads.filter(
            (pl.col("act") == "export") & ~pl.col("state").is_in(["refused", "withdrawn"])
        )

    @cached_property
    def items(self) -> pl.DataFrame:
        """Lines of exports with the parties and the day of their declaration; hs2, hs4, hs8 beside the full code."""
        return (
            self.table("lines")
            .join(
                self.exports.select(
                    "declaration", "lodged", "trader", "owner", "declarant", "destination", "port", "kind",
                    "consignee_id", "released",
                ),
                on="declaration",
                maintain_order="left",
            )
            .with_columns(pl.col("hs").str.slice(0, n).alias(f"hs{n}") for n in (2, 4, 8))
        )  # fmt: skip

    @cached_property
    def reported(self) -> pl.DataFrame:
        """Rows of agents' reports with the declaration that they speak of."""
        return self.table("agency").join(
            self.heads.select(
                "declaration", "lodged", "trader", "owner", "owner_name", "declarant", "fob", "kind", "act"
            ),
            on="declaration",
            maintain_order="left",
        )

    @cached_property
    def agreed(self) -> pl.DataFrame:
        """Pairs agent, principal with the first and the last day of their agreements."""
        return (
            self.table("agreements")
            .group_by("agent", "principal")
            .agg(signed=pl.col("signed").min(), until=pl.col("until").max())
        )

    @cached_property
    def purchases(self) -> pl.DataFrame:
        """Invoices by buyer: how much each bought (fen without tax). Only buyers whose invoices are known."""
        return self.table("invoices").group_by(party="buyer").agg(bought=pl.col("amount").sum())

    @cached_property
    def sellers(self) -> pl.DataFrame:
        """Invoices by seller: how much each sold (fen without tax)."""
        return self.table("invoices").group_by(party="seller").agg(sold=pl.col("amount").sum())

    @cached_property
    def exported(self) -> pl.DataFrame:
        """Exports by trader: value (fen), number, first and last day."""
        return self.exports.group_by(party="trader").agg(
            fob=pl.col("fob").sum(),
            times=pl.len(),
            first=pl.col("lodged").min(),
            last=pl.col("lodged").max(),
            kind=pl.col("kind").first(),
        )
