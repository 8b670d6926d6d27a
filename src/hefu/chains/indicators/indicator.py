"""What an indicator is: a named rule over the tables, with its thresholds, its words and its source.

The words and thresholds of all indicators stand in ``indicators.toml``; the functions that find hits stand in one
module for each group of the reference on risk, §1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import polars as pl

from hefu.chains.facts import Facts
from hefu.errors import Text

HITS: Final = pl.Schema(
    {
        "party": pl.String(),  # of whom it speaks
        "other": pl.String(),  # a party that the same papers tie to it, or null
        "declaration": pl.String(),  # of which declaration it speaks, or null: of all of the party's
        "table": pl.String(),  # letter of the table that is cited
        "document": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "against": pl.String(),
        "on": pl.Date(),
        "fen": pl.Int64(),  # value of the goods or money concerned
        "peers": pl.Float64(),  # share of the peers that go as far, where the rule knows it
    }
)
"""What a rule returns: a row for each thing that it noticed."""

Limits: TypeAlias = Mapping[str, float]
Find: TypeAlias = Callable[[Facts, Limits], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule compares with, and where it comes from."""

    value: float
    source: str


@dataclass(frozen=True)
class Indicator:
    """A rule.

    ``row`` is its row in the reference on risk. ``grain`` is what a hit speaks of: ``declaration`` hits are counted
    against the party's declarations and its peers' rate, one ``party`` hit says all. ``source`` is the paper that it
    rests on: indicators of one source are not independent. ``weight`` is in nats, what one full hit adds to the log of
    the odds (assumption, like all weights: docs/chains.md). ``joins``: its papers are decisive for a tie
    between ``party`` and ``other``. ``names`` says whether it may make a broker, forwarder or agent more than a
    witness. ``pattern`` is the kind of chain that it speaks for.
    """

    code: str
    row: str
    grain: str
    inputs: tuple[str, ...]
    source: str
    weight: float
    joins: bool
    names: bool
    pattern: str
    title: Text
    says: Text
    innocent: Text
    clears: Text
    ground: Text
    thresholds: Mapping[str, Threshold]
    find: Find

    def hits(self, facts: Facts) -> pl.DataFrame:
        """What it notices, in a fixed order."""
        limits = {name: one.value for name, one in self.thresholds.items()}
        found = self.find(facts, limits)
        return found.filter(pl.col("party").is_not_null()).unique().sort(found.columns, nulls_last=True)


def hits(frame: pl.DataFrame, *, table: str, field: str, **columns: Any) -> pl.DataFrame:
    """A frame as hits. Columns are named by expressions or by columns of the frame; those not given are null."""
    told = []
    for name, dtype in HITS.items():
        given = columns.get(name)
        if name in {"table", "field"}:
            given = pl.lit(table if name == "table" else field)
        elif isinstance(given, str):
            given = pl.col(given)
        told.append((pl.lit(None) if given is None else given).cast(dtype, strict=True).alias(name))
    return frame.select(told) if frame.height else HITS.to_frame()


def met(left: pl.DataFrame, right: pl.DataFrame, *fitting: pl.Expr, **join: Any) -> pl.DataFrame:
    """Rows of both that meet and fit, in no order. Of all that meet, only what fits is ever in memory."""
    return left.lazy().join(right.lazy(), **join).filter(*fitting).collect(engine="streaming")


def mutual(frame: pl.DataFrame, one: str, other: str, **columns: Any) -> pl.DataFrame:
    """Hits that name both parties, each with the other beside it."""
    return pl.concat(
        [hits(frame, party=one, other=other, **columns), hits(frame, party=other, other=one, **columns)]
    )


def percent(share: pl.Expr) -> pl.Expr:
    """A share as text."""
    return worded("{} %", (share * 100).round().cast(pl.Int64))


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A share of a whole; null where the whole is nothing or is not known, so that it passes no threshold."""
    return pl.when(whole > 0).then(part / whole)


def days(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """Whole days between two dates."""
    return (later - earlier).dt.total_days()


def worded(template: str, *parts: pl.Expr | str) -> pl.Expr:
    """A text with the parts (columns by name) in the places of ``{}``; a part that is missing shows as nothing."""
    # Not pl.format: with Polars 2.1 it now and then reads beyond a column and panics.
    first, *rest = template.split("{}")
    pieces: list[pl.Expr] = [pl.lit(first)]
    for part, literal in zip(parts, rest, strict=True):
        column = pl.col(part) if isinstance(part, str) else part
        pieces += [column.cast(pl.String), pl.lit(literal)]
    return pl.concat_str(pieces, ignore_nulls=True)
