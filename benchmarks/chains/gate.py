"""The gate of a world: one that is too easy proves nothing and is refused (the reference on risk, §3.5).

Three questions, asked with every file loaded: does one feature alone tell who is guilty, does a spreadsheet of rules, and
does boosting that has never met a kind of ring find it all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from benchmarks.chains.features import FIRM, flat
from benchmarks.chains.grouping import grouped
from benchmarks.chains.joined import joined
from benchmarks.chains.metrics import laid_bare, share
from benchmarks.chains.spreadsheet import points
from benchmarks.chains.world.making import World
from benchmarks.chains.world.truth import HELD_OUT

AUC: Final = 0.85
RULES: Final = 0.5
HELD_OUT_FOUND: Final = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate found: ``reasons`` is empty when the world may be used."""

    best: tuple[tuple[str, float], ...]  # the features that tell most, with their AUC
    rules: float  # share of guilty firms among the first 50 of the spreadsheet
    held_out: float | None  # share of held-out rings that flat boosting lays bare at 50 cases
    reasons: tuple[str, ...]


def auc(values: pl.Series, guilty: pl.Series) -> float:
    """Area under the curve of one feature, whichever way it points; missing values rank in the middle of all."""
    ranks = values.cast(pl.Float64).fill_nan(None).fill_null(strategy="mean").fill_null(0.0).rank("average")
    positive = int(guilty.sum())
    negative = guilty.len() - positive
    if not positive or not negative:
        return 0.5
    above = float(ranks.filter(guilty).sum()) - positive * (positive + 1) / 2
    one = above / (positive * negative)
    return max(one, 1 - one)


def features(rows: pl.DataFrame, guilty: frozenset[str]) -> list[tuple[str, float]]:
    """Every feature with its AUC, the most telling first."""
    labels = rows[FIRM].is_in(list(guilty))
    told = [(name, auc(rows[name], labels)) for name in rows.columns if name != FIRM]
    return sorted(told, key=lambda one: -one[1])


def first_fifty(rows: pl.DataFrame, guilty: frozenset[str]) -> float:
    """Share of guilty firms among the first fifty of the spreadsheet."""
    head = rows.with_columns(points(rows).alias("points")).sort("points", descending=True).head(50)
    return float(head[FIRM].is_in(list(guilty)).mean() or 0.0)  # type: ignore[arg-type]


def answer(world: World, scores: Sequence[tuple[str, float]] | None = None) -> Answer:
    """Ask the three questions; ``scores`` are those of flat boosting trained on other worlds, if there are any."""
    tables, guilty = world.look(), world.truth.guilty
    told = features(joined(tables), guilty)
    rules = first_fifty(flat(tables), guilty)
    held_out = None
    reasons = [f"{name} alone: AUC {value:.3f} > {AUC}" for name, value in told if value > AUC]
    if rules > RULES:
        reasons.append(f"the spreadsheet of rules: P@50 {rules:.2f} > {RULES}")
    if scores is not None:
        found = laid_bare(grouped(tables, scores)[:50], world.truth)
        held_out = share(found, [ring for ring in world.truth.rings if ring.template in HELD_OUT])
        if held_out > HELD_OUT_FOUND:
            reasons.append(f"flat boosting: {held_out:.2f} of the held-out rings > {HELD_OUT_FOUND}")
    return Answer(tuple(told[:5]), rules, held_out, tuple(reasons))
