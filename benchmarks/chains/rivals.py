"""What an investigator would use instead of the engine. Needs the environment of requirements/chains.txt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import networkx as nx
import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest

from benchmarks.chains import spreadsheet
from benchmarks.chains.features import FIRM, exports, party
from benchmarks.chains.grouping import grouped, made_of
from benchmarks.chains.listing import Listed
from hefu.chains.tables import Tables

Scores = list[tuple[str, float]]
_TREES: Final = {
    "max_iter": 150,
    "learning_rate": 0.06,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 20,
    "random_state": 0,
}


def matrix(rows: pl.DataFrame) -> Any:
    """Features as numbers, without the firm."""
    return rows.drop(FIRM).cast(pl.Float64).to_numpy()


def _scores(rows: pl.DataFrame, values: Any) -> Scores:
    return list(zip(rows[FIRM].to_list(), [float(one) for one in values], strict=True))


def spreadsheet_of(rows: pl.DataFrame) -> Scores:
    """Points of the published rules."""
    return _scores(rows, spreadsheet.points(rows).to_list())


def isolation(rows: pl.DataFrame) -> Scores:
    """How easily a firm is told apart from the others; nothing is trained on labels."""
    values = matrix(rows.with_columns(pl.selectors.numeric().fill_null(strategy="mean").fill_null(0)))
    forest = IsolationForest(n_estimators=200, random_state=0).fit(values)
    return _scores(rows, -forest.score_samples(values))


def trained(examples: Sequence[tuple[pl.DataFrame, frozenset[str]]]) -> HistGradientBoostingClassifier:
    """Gradient boosting from training worlds: features and guilty firms of each."""
    names = examples[0][0].columns
    values = np.vstack([matrix(rows.select(names)) for rows, _ in examples])
    values[:, np.isnan(values).all(axis=0)] = 0.0  # nobody has that paper; the forest wants a value to bin
    labels = np.concatenate([rows[FIRM].is_in(list(guilty)).to_numpy() for rows, guilty in examples])
    return HistGradientBoostingClassifier(**_TREES).fit(values, labels)


def boosted(model: HistGradientBoostingClassifier, rows: pl.DataFrame) -> Scores:
    """What the trained model says of each firm."""
    return _scores(rows, model.predict_proba(matrix(rows))[:, 1])


def pagerank(tables: Tables) -> Scores:
    """PageRank of the graph of payments, for exporters."""
    paid = tables["payments"].group_by(one=party("payer"), other=party("payee")).agg(pl.col("amount").sum())
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(paid.sort("one", "other").iter_rows())
    rank = nx.pagerank(graph) if graph else {}
    return [(one, rank.get(one, 0.0)) for one in exports(tables)[FIRM].unique().sort().to_list()]


def pairs(tables: Tables) -> pl.DataFrame:
    """Every two parties that stand on one paper, a row for each paper."""
    out = exports(tables).select("declaration", FIRM, "declarant", "owner_key")
    made = [
        out.select(one=FIRM, other="declarant"),
        out.select(one=FIRM, other="owner_key"),
        tables["agency"].select(one="agent", other=party("consignor")),
        tables["agreements"].select(one="agent", other=party("principal")),
        tables["claims"].join(out, on="declaration").select(one="claimant", other=FIRM),
        tables["invoices"].select(one=party("seller"), other=party("buyer")),
        tables["payments"].select(one=party("payer"), other=party("payee")),
        tables["transport"].join(out, on="declaration").select(one=FIRM, other=party("forwarder")),
    ]
    return pl.concat(made).drop_nulls().filter(pl.col("one") != pl.col("other"))


def parties(tables: Tables) -> nx.Graph:
    """The graph of parties, weighted by the number of papers."""
    edges = pairs(tables).group_by("one", "other").len()
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges.sort("one", "other").iter_rows())
    return graph


def louvain(tables: Tables, rows: pl.DataFrame) -> list[Listed]:
    """Communities of the graph of parties, those with the largest share of young exporters first."""
    young = dict(rows.select(FIRM, (pl.col("age_at_first") < 400).fill_null(value=False)).iter_rows())
    found = nx.community.louvain_communities(parties(tables), resolution=4.0, seed=0)
    groups = [sorted(one for one in group if one in young) for group in found]
    scored = [(sum(young[one] for one in group) / (len(group) + 3), group) for group in groups if group]
    return made_of(tables, [group for _, group in sorted(scored, key=lambda one: (-one[0], one[1]))])


def lists(
    tables: Tables,
    plain: pl.DataFrame,
    rich: pl.DataFrame,
    models: tuple[HistGradientBoostingClassifier, HistGradientBoostingClassifier],
) -> dict[str, list[Listed]]:
    """Every rival's list of cases for one look at a world."""
    return {
        "rules in a spreadsheet": grouped(tables, spreadsheet_of(plain)),
        "isolation forest": grouped(tables, isolation(plain)),
        "boosting, flat": grouped(tables, boosted(models[0], plain)),
        "boosting, graph features": grouped(tables, boosted(models[1], rich)),
        "PageRank of payments": grouped(tables, pagerank(tables)),
        "Louvain communities": louvain(tables, plain),
    }
