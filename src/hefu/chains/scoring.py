"""From hits to evidence for each party: how far beyond its peers, how heavy, and from how many independent papers.

A hit that honest firms have too at a steady rate (a slip in a header, a late report) says nothing by itself. What
counts is that a party has it far more often than its peers: the lower bound of its own rate over the rate of its kind.
Within one source, the second indicator counts half, the third a quarter: papers of one source repeat each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from hefu.chains.facts import AGENTS, LOGISTICS, UNKNOWN, Facts
from hefu.chains.indicators import HITS, Indicator

Z: Final = 1.2816
"""One-sided 90 % bound of a share (Wilson)."""
BEYOND: Final = 8.0
"""So many times the peers' rate is as much as a rate can say (assumption)."""
PRIOR_HITS, PRIOR_SEEN = 0.5, 100.0
"""What peers' rates are held against until there are enough peers (assumption)."""
REPEATED: Final = 0.5
"""What each further indicator of one source counts, of the one before: it says in part the same."""
_PRIOR_PEERS: Final = 50.0
_HAVING: Final = 0.25
"""From this excess on a party has an indicator, when its peers are counted."""
_AT_RINGS: Final = 0.5
"""Share of guilty parties taken to show an indicator, against the share of peers that do (assumption)."""
_RARE: Final = 0.005
"""An indicator that so few of the peers show says all that it can (assumption)."""
_OWN: Final = 2.0
"""Nats of a firm's own doing from which on one that serves others is more than a witness (assumption)."""
_BUSINESS: Final = 0.1
"""Share of its declarations from which on an indicator speaks of its own doing (assumption)."""
COUNTS: Final = 0.25
"""Nats from which on an indicator counts as one of the several that a referral needs (assumption)."""


@dataclass(frozen=True)
class Evidences:
    """All hits, with the strength of each (party, indicator)."""

    facts: Facts
    rules: tuple[Indicator, ...]

    @cached_property
    def hits(self) -> pl.DataFrame:
        """Every hit with its indicator's code."""
        frames = [
            found.with_columns(indicator=pl.lit(rule.code))
            for rule in self.rules
            if (found := rule.hits(self.facts)).height
        ]
        empty = HITS.to_frame().with_columns(indicator=pl.lit(None, pl.String))
        return pl.concat([empty, *frames])

    @cached_property
    def _rules(self) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "indicator": [one.code for one in self.rules],
                "grain": [one.grain for one in self.rules],
                "source": [one.source for one in self.rules],
                "weight": [one.weight for one in self.rules],
                "names": [one.names for one in self.rules],
            }
        )

    @cached_property
    def seen(self) -> pl.DataFrame:
        """For each party: in how many declarations it stands, in whatever role, and of which kind it is."""
        heads = self.facts.heads
        roles = [heads.select("declaration", party=one) for one in ("trader", "owner", "declarant")]
        more = [
            self.facts.table("agency").select("declaration", party="consignor"),
            self.facts.table("claims").select("declaration", party="claimant"),
            self.facts.table("certificates").select("declaration", party="holder"),
            self.facts.table("transport").select("declaration", party="forwarder"),
            self.facts.table("transport").select("declaration", party="shipper"),
            self.facts.table("receipts").select("declaration", party="receiver"),
        ]
        return (
            pl.concat([*roles, *more])
            .drop_nulls()
            .group_by("party")
            .agg(seen=pl.col("declaration").n_unique())
            .join(self.facts.kinds.select("kind", party="firm"), on="party", how="left")
            .with_columns(pl.col("kind").fill_null(UNKNOWN))
        )

    @cached_property
    def strengths(self) -> pl.DataFrame:
        """party, indicator, source, strength (0 to 1), nats: what each indicator says about each party."""
        counted = (
            self.hits.group_by("party", "indicator")
            .agg(n=pl.coalesce("declaration", "document").n_unique(), tail=pl.col("peers").min())
            .join(self._rules, on="indicator")
            .join(self.seen, on="party", how="left")
            .with_columns(
                pl.col("kind").fill_null(UNKNOWN),
                seen=pl.max_horizontal(pl.col("seen").fill_null(0), "n"),
            )
        )
        peers = self.seen.group_by("kind").agg(all_seen=pl.col("seen").sum(), peers=pl.len())
        n, seen = pl.col("n"), pl.col("seen")
        # The party's own hits are no measure of its peers.
        usual = (pl.col("hit") - n + PRIOR_HITS) / pl.max_horizontal(
            pl.col("all_seen").fill_null(0) - seen + PRIOR_SEEN, PRIOR_SEEN
        )
        usual = self._at_most(usual)
        beyond = ((_lower(n, seen) / usual).log() / pl.lit(BEYOND).log()).clip(0, 1)
        told = (
            counted.join(peers, on="kind", how="left")
            .with_columns(hit=n.sum().over("indicator", "kind"))
            .with_columns(
                excess=pl.when(pl.col("grain") == "declaration").then(beyond).otherwise(1.0),
            )
            .with_columns(
                having=pl.coalesce(
                    "tail",
                    self._at_most(
                        ((pl.col("excess") >= _HAVING).sum().over("indicator", "kind") + PRIOR_HITS)
                        / pl.max_horizontal(pl.col("peers").fill_null(0), _PRIOR_PEERS)
                    ),
                )
            )
        )
        rare = ((_AT_RINGS / pl.col("having")).log() / pl.lit(_AT_RINGS / _RARE).log()).clip(0, 1)
        return (
            told.with_columns(strength=pl.col("excess") * rare)
            .with_columns(nats=pl.col("weight") * pl.col("strength"))
            .filter(pl.col("nats") > 0)
            .select("party", "kind", "indicator", "source", "grain", "names", "n", "seen", "strength", "nats")
            .sort("party", "indicator")
        )

    def _at_most(self, rate: pl.Expr) -> pl.Expr:
        """A rate of peers; of a firm whose kind alone is not known that of the kind which shows it most: it may be of any."""
        if UNKNOWN not in self.facts.makers:
            return rate
        is_known = pl.col("kind") != UNKNOWN
        most = rate.filter(is_known).max().over("indicator")
        return pl.when(is_known).then(rate).otherwise(pl.max_horizontal(rate, most))

    @cached_property
    def worth(self) -> pl.DataFrame:
        """The strengths with ``share``: the strength less what better indicators of the same source have said already."""
        ranked = self.strengths.sort(
            "party", "source", "nats", "indicator", descending=[False, False, True, False]
        )
        return ranked.with_columns(
            share=pl.col("strength") * REPEATED ** pl.int_range(pl.len()).over("party", "source"),
        ).with_columns(worth=pl.col("nats") * pl.col("share") / pl.col("strength"))

    @cached_property
    def scores(self) -> pl.DataFrame:
        """party, kind, nats, sources (independent ones that count), named: it may be more than a witness."""
        is_own = pl.col("names") & (
            (pl.col("grain") == "party") | (pl.col("n") >= _BUSINESS * pl.col("seen"))
        )
        return (
            self.worth.group_by("party", "kind")
            .agg(
                nats=pl.col("worth").sum(),
                sources=pl.col("source").filter(pl.col("nats") >= COUNTS).n_unique(),
                own=pl.col("worth").filter(is_own).sum(),
                own_sources=pl.col("source").filter(is_own, pl.col("nats") >= COUNTS).n_unique(),
            )
            .with_columns(
                # Whose trade is serving others is a witness until two papers speak of its own doing.
                named=~pl.col("kind").is_in([*AGENTS, *LOGISTICS])
                | ((pl.col("own") >= _OWN) & (pl.col("own_sources") >= 2)),
            )
            .sort("nats", "party", descending=[True, False])
        )


def _lower(n: pl.Expr, seen: pl.Expr) -> pl.Expr:
    """Lower bound of a share (Wilson)."""
    rate, z2 = n / seen, Z * Z
    spread = Z * (rate * (1 - rate) / seen + z2 / (4 * seen * seen)).sqrt()
    return (rate + z2 / (2 * seen) - spread) / (1 + z2 / seen)
