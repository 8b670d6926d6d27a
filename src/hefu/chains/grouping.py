"""Which suspicious parties belong to one chain: components over strong ties only.

A tie is strong when one decisive document makes it, or when at least two independent kinds of things in common are
together too rare for chance. Where a component grows beyond what a ring is, the bar is raised inside it until it
falls apart: hubs must not glue a market into one case.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.chains.graphs import components
from hefu.chains.indicators import Indicator
from hefu.chains.parties import NAMED
from hefu.chains.scoring import Evidences
from hefu.chains.ties import IDENTIFIERS, attributes

SUSPICIOUS: Final = 1.5
"""Nats from which on a party is looked at for groups (assumption)."""
STRONG: Final = 10.0
"""Nats that two or more things in common must weigh together: by chance one pair in twenty thousand (assumption)."""
_DECISIVE: Final = 30.0
_SUPPORTED: Final = 4.0
"""A paper that names both and is not decisive (assumption)."""
_FAMILIES: Final = {
    **dict.fromkeys(IDENTIFIERS, "identifiers"),
    "declarant": "logistics",
    "forwarder": "logistics",
    "supplier": "upstream",
    "payee": "upstream",
    "buyer": "downstream",
    "payer": "downstream",
    "consignee": "consignee",
    "foreign payer": "consignee",
    "consignor": "consignor",
    "claimant": "claimant",
}
"""Things in common that follow from each other are one: the second adds nothing that is independent."""
_DECIDES: Final = "indicator"
_NEAR: Final = "logistics"
_LOCAL: Final = (_NEAR, "upstream", "downstream", "deals")
"""Neighbours use the same broker, meet the same suppliers and buyers and deal with each other: there, a broker in common
adds weight, and is no second kind."""
_PERSON: Final = len(NAMED) + 4
"""Signs of the longest id of a person known by name alone (assumption: no name of a firm is so short)."""
_LARGEST: Final = 120
"""Members of a group beyond which the bar is raised inside it (reference: shells of a ring up to 195, seen seldom)."""
_STEP: Final = 2.0


def ties(evidences: Evidences, rules: tuple[Indicator, ...]) -> pl.DataFrame:
    """Pairs of suspicious parties with the weight of what ties them: a, b (a < b), weight, kinds."""
    scores = evidences.scores.filter(pl.col("nats") >= SUSPICIOUS, pl.col("named"))
    suspects = scores.select("party", "nats")
    joins = [one.code for one in rules if one.joins]
    papers = (
        evidences.hits.filter(pl.col("other").is_not_null(), pl.col("other") != pl.col("party"))
        .join(evidences.strengths.select("party", "indicator", "strength"), on=["party", "indicator"])
        .join(suspects, on="party", how="semi")
        .join(suspects.rename({"party": "other"}), on="other", how="semi")
        .select(
            a=pl.min_horizontal("party", "other"),
            b=pl.max_horizontal("party", "other"),
            kind=pl.when(pl.col("indicator").is_in(joins)).then(pl.lit(_DECIDES)).otherwise(pl.lit("deals")),
            weight=pl.when(pl.col("indicator").is_in(joins)).then(_DECISIVE).otherwise(_SUPPORTED)
            * pl.col("strength"),
        )
    )
    common = _common(evidences, suspects)
    return (
        pl.concat([papers, common])
        .group_by("a", "b", "kind")
        .agg(pl.col("weight").max())
        .group_by("a", "b")
        .agg(
            weight=pl.col("weight").sum(),
            apart=(pl.col("kind") != _NEAR).sum(),
            kinds=pl.when(pl.col("kind").is_in(_LOCAL).all()).then(0).otherwise(pl.len()),
            decisive=pl.col("weight").filter(pl.col("kind") == _DECIDES).max().fill_null(0),
        )
        .filter(
            pl.col("weight") >= STRONG,
            (pl.max_horizontal("apart", "kinds") >= 2) | (pl.col("decisive") > _SUPPORTED),
        )
        .sort("a", "b")
    )


def _common(evidences: Evidences, suspects: pl.DataFrame) -> pl.DataFrame:
    """What two suspects have in common, by family: a supplier that is paid is one thing in common, not two."""
    family = pl.col("kind").replace_strict(_FAMILIES, return_dtype=pl.String)
    had = (
        attributes(evidences.facts)
        .join(suspects, on="party", how="semi")
        .select("party", "kind", "value", "weight", family=family)
    )
    pairs = (
        had.rename({"party": "a"})
        .join(had.select("kind", "value", b="party"), on=["kind", "value"])
        .filter(pl.col("a") < pl.col("b"))
        .group_by("a", "b", kind="family")
        .agg(pl.col("weight").max())
    )
    direct = (
        had.filter(pl.col("family") != "identifiers")
        .join(suspects.select(value="party"), on="value", how="semi")
        .select(
            a=pl.min_horizontal("party", "value"),
            b=pl.max_horizontal("party", "value"),
            kind=pl.lit("deals"),
            weight="weight",
        )
    )
    return pl.concat([pairs, direct])


def groups(evidences: Evidences, rules: tuple[Indicator, ...]) -> pl.DataFrame:
    """party, group: every suspicious party with those it is tied to; one without ties is a group of its own."""
    told = parted(ties(evidences, rules))
    alone = evidences.scores.filter(pl.col("nats") >= SUSPICIOUS, pl.col("named")).join(
        told, on="party", how="anti"
    )
    return pl.concat([told, alone.select("party", group="party")]).sort("group", "party")


def parted(edges: pl.DataFrame) -> pl.DataFrame:
    """party, group of the ties a, b, weight. Many people have one name: a person who is known by it alone goes with the
    chain that ties it most, and joins no two.
    """
    a_person, b_person = (
        pl.col(one).str.starts_with(NAMED) & (pl.col(one).str.len_chars() <= _PERSON) for one in ("a", "b")
    )
    firms = _parted(edges.filter(~a_person, ~b_person), STRONG)
    return pl.concat([firms, _followers(edges, a_person, b_person, firms)])


def _followers(
    edges: pl.DataFrame, a_person: pl.Expr, b_person: pl.Expr, firms: pl.DataFrame
) -> pl.DataFrame:
    """party, group: persons with the group of the firm that ties them most; the firm alone becomes a group with them."""
    both = pl.concat(
        [
            edges.filter(a_person, ~b_person).select("weight", party="a", firm="b"),
            edges.filter(~a_person, b_person).select("weight", party="b", firm="a"),
        ]
    )
    best = (
        both.join(firms.select("group", firm="party"), on="firm", how="left")
        .with_columns(group=pl.coalesce("group", "firm"))
        .group_by("party", "group").agg(weight=pl.col("weight").sum(), firm=pl.col("firm").min())
        .sort("party", "weight", "group", descending=[False, True, False])
        .unique("party", keep="first", maintain_order=True)
    )  # fmt: skip
    lone = best.filter(pl.col("group") == pl.col("firm")).select(party="firm", group="group").unique()
    return pl.concat([best.select("party", "group"), lone.join(firms, on="party", how="anti")])


def _parted(edges: pl.DataFrame, bar: float) -> pl.DataFrame:
    found = components(edges.select("a", "b")).rename({"component": "group"})
    sizes = found.group_by("group").len()
    large = found.join(sizes.filter(pl.col("len") > _LARGEST), on="group", how="semi")
    if not large.height:
        return found
    small = found.join(sizes.filter(pl.col("len") <= _LARGEST), on="group", how="semi")
    bar += _STEP
    inside = edges.join(large.select(a="party"), on="a", how="semi").filter(pl.col("weight") >= bar)
    if not inside.height:
        return small
    return pl.concat([small, _parted(inside, bar)])
