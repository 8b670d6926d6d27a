"""A world from a seed: honest trade, rings, twins, and the looks that an investigator has at it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import polars as pl

from benchmarks.chains.world.honest import close_books, imports, populate, private_accounts, rewards
from benchmarks.chains.world.parameters import SEEN, Kind, Parameters, Size, drawn
from benchmarks.chains.world.plot import Plot
from benchmarks.chains.world.rings import PLOTS
from benchmarks.chains.world.trade import Trade
from benchmarks.chains.world.truth import VISIBLE, Ring, Template, Truth
from benchmarks.chains.world.twins import enact
from hefu.chains.tables import BY_NAME, Holder, Tables

_SUBJECT: Final = {
    "invoices": "buyer",
    "payments": "payer",
    "receipts": "receiver",
    "capacity": "firm",
    "subsidies": "firm",
}
"""Whose file a row of a file table lies in; transport lies in the file of the trader of its declaration."""

_LATE: Final[dict[str, dict[str, Any]]] = {
    "certificates": {"ended": None},
    "claims": {"paid": None, "state": "claimed"},
    "invoices": {"abnormal": False},
    "firms": {"closed": None, "status": "normal"},
}
"""What a row said before its late fact was known."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that was written in a world, with the days of arrival, and the truth about it."""

    seed: int
    constants: Parameters
    truth: Truth
    papers: dict[str, pl.DataFrame]

    def look(self, as_of: date = SEEN, coverage: float = 1.0) -> Tables:
        """The tables as of the end of a day. ``coverage`` is the share of firms whose own files are loaded."""
        return {
            name: self._seen(name, as_of, coverage).select(BY_NAME[name].schema.names())
            for name in self.papers
        }

    def _seen(self, name: str, as_of: date, coverage: float) -> pl.DataFrame:
        frame = self.papers[name].filter(pl.col("arrived") <= as_of)
        later = pl.col("late") > as_of
        frame = frame.with_columns(
            pl.when(later)
            .then(pl.lit(before, BY_NAME[name].schema[column]))
            .otherwise(pl.col(column))
            .alias(column)
            for column, before in _LATE.get(name, {}).items()
        )
        if name == "declarations":
            open_yet = pl.col("released") > as_of
            frame = frame.with_columns(
                state=pl.when(open_yet).then(pl.lit("reserved")).otherwise("state"),
                released=pl.when(open_yet).then(None).otherwise("released"),
            )
        if name == "certificates":
            unused = pl.col("used") > as_of
            frame = frame.with_columns(
                pl.when(unused).then(None).otherwise(column).alias(column)
                for column in ("used", "declaration")
            )
        if BY_NAME[name].holder is Holder.FILE and coverage < 1:
            frame = self._covered(name, frame, coverage)
        return frame

    def _covered(self, name: str, frame: pl.DataFrame, coverage: float) -> pl.DataFrame:
        """Rows that lie in the file of a firm whose file is there; each firm's lot is drawn once for the world."""
        if name == "transport":
            owner = self.papers["declarations"].select("declaration", subject="trader")
            frame = frame.join(owner, on="declaration", how="left")
        else:
            column = _SUBJECT[name]
            named = pl.col(f"{column}_name") if f"{column}_name" in frame.columns else pl.lit("")
            frame = frame.with_columns(subject=pl.when(pl.col(column) == "").then(named).otherwise(column))
        subjects = frame["subject"].unique().sort().to_list()
        there = {one for one in subjects if random.Random(f"{self.seed} file {one}").random() < coverage}
        return frame.filter(pl.col("subject").is_in(list(there)))


def make(
    seed: int,
    kind: Kind = Kind.TEST,
    size: Size | None = None,
    *,
    templates: frozenset[Template] | None = None,
    adaptation: float | None = None,
    pace: float | None = None,
) -> World:
    """A world. Worlds for training hold only visible templates.

    By hand: ``templates`` chooses rings and twins, ``adaptation`` turns the dial of every ring, ``pace`` that of its exports.
    """
    dice = random.Random(f"{kind} {seed}")
    size = size or Size()
    constants = drawn(kind, dice)
    constants = constants if pace is None else replace(constants, pace=pace)
    trade = Trade(dice, constants, size)
    populate(trade)
    chosen = templates if templates is not None else frozenset(Template) if kind is Kind.TEST else VISIBLE
    rings: list[Ring] = []
    for template in sorted(chosen):
        for number in range(size.rings_each):
            plot = Plot(trade, f"{template}-{number + 1}", template, adaptation)
            PLOTS[template](plot)
            rings.append(plot.done())
    twins = [
        enact(trade, f"twin-{template}-{number + 1}", template)
        for template in sorted(templates or Template)
        for number in range(size.twins_each)
    ]
    imports(trade)
    rewards(trade)
    private_accounts(trade)
    close_books(trade)
    for firm in trade.register.firms:
        trade.papers.enter(firm)
    kinds = {one.id: one.role for one in trade.register.firms}
    names = {**trade.papers.names, **{one.name: one.id for one in trade.register.firms}}
    return World(seed, constants, Truth(tuple(rings), tuple(twins), kinds, names), trade.papers.frames())
