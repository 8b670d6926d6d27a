"""Components of large graphs, and walks that come back: party ids to whole numbers, SciPy for the components."""

from __future__ import annotations

from typing import Final

import polars as pl

_WALKS: Final = 20_000
"""Walks that are taken further at once: each meets every edge of the party that it has come to."""
_CLOSED: Final = {
    "party": pl.String,
    "other": pl.String,
    "document": pl.String,
    "hops": pl.Int32,
    "on": pl.Date,
    "amount": pl.Int64,
}


def _numbered(edges: pl.DataFrame) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The parties, in no order, and both ends of each edge as their places in that list."""
    first, second = edges.columns[:2]
    nodes = pl.concat([edges[first], edges[second].rename(first)]).unique()
    places = pl.DataFrame({"node": nodes, "place": pl.int_range(len(nodes), dtype=pl.Int32, eager=True)})
    ends = [
        edges.select(node=column).join(places, on="node", maintain_order="left", how="left")["place"]
        for column in (first, second)
    ]
    return nodes, ends[0], ends[1]


def _components(edges: pl.DataFrame, *, strong: bool) -> tuple[pl.Series, pl.Series, pl.Series, pl.Series]:
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to load, and few commands need it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    nodes, sources, targets = _numbered(edges)
    ones = pl.repeat(1, edges.height, dtype=pl.Int32, eager=True).to_numpy()
    matrix = coo_array((ones, (sources.to_numpy(), targets.to_numpy())), shape=(len(nodes), len(nodes)))
    _, labels = connected_components(
        matrix.tocsr(), directed=strong, connection="strong" if strong else "weak"
    )
    return nodes, sources, targets, pl.Series("component", labels)


def components(edges: pl.DataFrame) -> pl.DataFrame:
    """Party and component (the least party in it) of an undirected graph given by its edges; in no order."""
    if not edges.height:
        return pl.DataFrame(schema={"party": pl.String, "component": pl.String})
    nodes, _, _, labels = _components(edges, strong=False)
    return (
        pl.DataFrame({"party": nodes, "label": labels})
        .with_columns(component=pl.col("party").min().over("label"))
        .drop("label")
    )


def cyclic(edges: pl.DataFrame) -> pl.DataFrame:
    """The edges (source, target) of which both ends lie in one strongly connected component: those on a cycle."""
    if not edges.height:
        return edges
    _, sources, targets, labels = _components(edges, strong=True)
    return edges.filter(labels.gather(sources.cast(pl.UInt32)) == labels.gather(targets.cast(pl.UInt32)))


def closed_walks(
    edges: pl.DataFrame,
    *,
    days_most: float,
    low: float,
    high: float,
    hops: int,
    fan: int,
    start: pl.Series | None = None,
    controllers: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Walks of 3 to ``hops`` steps that come back to where they began, in time and within bounds of the first amount.

    ``controllers`` (source, target): what reaches the source has come back to the target, too. Only edges inside strongly connected parts are walked, and of each party at most ``fan`` edges a step that fit: what
    is beyond is not looked at.
    """
    back = edges.select("source", "target").clear() if controllers is None else controllers
    inside = cyclic(pl.concat([edges.select("source", "target"), back]).unique())
    left = edges.join(inside, on=["source", "target"], how="semi").sort("source", "on", "document")
    parties = pl.concat([inside["source"], inside["target"].rename("source")]).unique().sort()
    place = pl.col("source", "target").cast(pl.Enum(parties)).to_physical().cast(pl.UInt32)
    numbered = left.with_columns(place)
    ends = (
        back.join(inside, on=["source", "target"], how="semi")
        .with_columns(place)
        .select(to="source", begin="target")
    )
    steps = numbered.select(at="source", to="target", on="on", amount="amount")
    walks = numbered.select(
        begin="source", at="target", began="on", now="on", first="amount", one="document",
        path=pl.concat_list("source", "target"),
    )  # fmt: skip
    if start is not None:
        walks = walks.filter(left["source"].is_in(start.implode()))
    closed = [
        _walked(some, steps, ends, days_most=days_most, low=low, high=high, hops=hops, fan=fan)
        for some in walks.iter_slices(_WALKS)
    ]
    if not closed:
        return pl.DataFrame(schema=_CLOSED)
    told = pl.concat(closed).explode("path")
    return (
        told.with_columns(path=parties.gather(told["path"]))
        .with_columns(begin=pl.col("path").first().over("one"), next=pl.col("path").shift(-1).over("one"))
        .with_columns(other=pl.coalesce("next", "begin"))
        .select(party="path", other="other", document="one", hops="hops", on="on", amount="first")
        .sort("party", "document")
    )


def _walked(
    walk: pl.DataFrame,
    steps: pl.DataFrame,
    ends: pl.DataFrame,
    *,
    days_most: float,
    low: float,
    high: float,
    hops: int,
    fan: int,
) -> pl.DataFrame:
    """For each first edge the shortest way back, if there is one: one, hops, on, first, path."""
    told: list[pl.DataFrame] = []
    ends = ends.unique().with_columns(is_end=True)
    for hop in range(2, hops + 1):
        walk = (
            walk.join(steps, on="at", maintain_order="left_right")
            .filter(
                pl.col("on") >= pl.col("now"),
                (pl.col("on") - pl.col("began")).dt.total_days() <= days_most,
                pl.col("amount") >= low * pl.col("first"),
                pl.col("amount") <= high * pl.col("first"),
            )
            .sort("one", "on", "to", maintain_order=True)
        )
        walk = walk.filter(pl.int_range(pl.len()).over("one") < fan)
        if hop >= 3:
            came = walk.join(ends, on=["to", "begin"], how="left", maintain_order="left").filter(
                (pl.col("to") == pl.col("begin")) | pl.col("is_end")
            )
            told.append(came.drop("is_end").with_columns(hops=pl.lit(hop)))
        walk = walk.filter(~pl.col("path").list.contains(pl.col("to"))).select(
            "begin", "began", "first", "one", at="to", now="on", path=pl.col("path").list.concat(pl.col("to").reshape((-1, 1)).arr.to_list()),
        )  # fmt: skip
    closed = pl.concat(told).unique("one", keep="first", maintain_order=True)
    return closed.select("one", "hops", "on", "first", "path")
