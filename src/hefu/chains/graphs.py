"""Components of large graphs: party ids to whole numbers, SciPy for the rest."""

from __future__ import annotations

import polars as pl


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
