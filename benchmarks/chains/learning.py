"""``python -m benchmarks.chains.learning``: learn how much each indicator counts, on worlds for training only.

A logistic regression over the indicators of a group. What it learns is held near the rules' own weights (a ridge), no
indicator may speak for innocence, and indicators of patterns that no ring for training has keep the rules' weight: that
they never came true there says nothing. Checked before it is written: on worlds left out, and on kinds of rings left out.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize

from benchmarks.chains.listing import Listed, key_of
from benchmarks.chains.metrics import is_true, laid_bare, precision
from benchmarks.chains.world.making import World, make
from benchmarks.chains.world.parameters import SEEN, Kind, Size
from benchmarks.chains.world.truth import Truth
from hefu.chains.analyse import evidence
from hefu.chains.cases import Maker
from hefu.chains.grouping import groups
from hefu.chains.indicators import indicators
from hefu.chains.weights import Weights, assumed

PLACE: Final = Path(__file__).parents[2] / "src" / "hefu" / "chains" / "indicators" / "learned.toml"
WORLDS: Final = tuple((Kind.HARDENED, seed) for seed in range(2000, 2006))
_RINGS: Final = 5
"""Rings of each kind in a hardened world."""
_COVERAGES: Final = (1.0, 0.6, 0.0)
_WITHOUT_A_RING: Final = frozenset(
    {"header_swap", "borrowed_certificate", "double_claim", "churn", "carousel", "layered_agency", "subsidy"}
)
"""Patterns that no ring in worlds for training shows."""
_RIDGE: Final = 10.0
"""How strongly the weights are held to the rules'. Chosen on a coarse grid (about 0.5, 2, 10, 30), on kinds and worlds left
out of an earlier set like this one.
"""
_SCALES: Final = (0.3, 0.45, 0.6, 0.8, 1.0, 1.3)
_CODES: Final = tuple(one.code for one in indicators())


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a look at a world: what speaks of it, and what it truly is."""

    spoken: dict[str, float]
    listed: Listed
    true: bool
    rings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """All groups of a world that the engine ranks, with the files of so many firms."""

    world: str
    coverage: float
    truth: Truth
    groups: tuple[Group, ...]


def looks(kind: Kind, seed: int, size: Size | None = None) -> list[Look]:
    """A world for training, with all, some and no files."""
    world = make(seed, kind, size or Size(rings_each=_RINGS if kind is Kind.HARDENED else 3))
    return [look(world, f"{kind} {seed}", coverage) for coverage in _COVERAGES]


def look(world: World, name: str, coverage: float) -> Look:
    """The groups of one look. A party is in its group whatever it weighs: suspects are told apart afterwards."""
    found = evidence(world.look(coverage=coverage), SEEN)
    maker = Maker(found, found.rules, assumed(found.rules), "")
    names = found.facts.parties.names
    members = groups(found, found.rules).group_by("group", maintain_order=True).agg("party")
    told = []
    for _, parties in members.iter_rows():
        if not maker.is_enough(parties):
            continue
        keys = frozenset(key_of(one, names.get(one, one), world.truth) for one in parties)
        listed = Listed("", {}, keys, frozenset(), frozenset(maker.declarations(parties)))
        rings = frozenset(laid_bare([listed], world.truth))
        told.append(Group(maker.spoken(parties), listed, is_true(listed, world.truth), rings))
    return Look(name, coverage, world.truth, tuple(told))


def _matrix(told: Sequence[Group]) -> Any:
    return np.array([[one.spoken.get(code, 0.0) for code in _CODES] for one in told])


def fit(told: Sequence[Group], ridge: float = _RIDGE) -> Weights:
    """The weights under which these groups are most likely what they are."""
    values, labels = _matrix(told), np.array([one.true for one in told], dtype=float)
    own = np.array([one.weight for one in indicators()])
    fixed = np.array([one.pattern in _WITHOUT_A_RING for one in indicators()])

    def solved(scale: float) -> tuple[float, Any]:
        def loss(point: Any) -> tuple[float, Any]:
            base, change = point[0], point[1:]
            log_odds = base + values @ (scale * own + change)
            away = 1 / (1 + np.exp(-log_odds)) - labels
            total = np.sum(np.logaddexp(0, log_odds) - labels * log_odds) + ridge / 2 * np.sum(change**2)
            return total, np.concatenate([[away.sum()], values.T @ away + ridge * change])

        bounds = [
            (None, None),
            *((0.0, 0.0) if one else (-scale * weight, None) for one, weight in zip(fixed, own, strict=True)),
        ]
        best = minimize(
            loss, np.concatenate([[-4.0], np.zeros(len(own))]), jac=True, bounds=bounds, method="L-BFGS-B"
        )
        return float(best.fun), np.concatenate([[best.x[0]], scale * own + best.x[1:]])  # fmt: skip

    _, point = min((solved(scale) for scale in _SCALES), key=lambda one: one[0])
    return Weights(float(point[0]), dict(zip(_CODES, map(float, point[1:]), strict=True)))


def ordered(told: Iterable[Group], weights: Weights) -> list[Listed]:
    """The groups in the order of these weights."""

    def score(one: Group) -> float:
        return sum(weights.by_indicator[code] * share for code, share in one.spoken.items())

    return [one.listed for one in sorted(told, key=lambda one: -score(one))]


def _groups(told: Iterable[Look]) -> list[Group]:
    return [one for look in told for one in look.groups]


def _line(name: str, told: Sequence[tuple[float, ...]]) -> str:
    return f"{name:<30}" + "  ".join(f"{statistics.fmean(column):.3f}" for column in zip(*told, strict=True))


def _worth(look: Look, weights: Weights, kind: str = "") -> tuple[float, float, float]:
    """Rings (of a kind) laid bare at 20 and at 50, and the precision at 20."""
    rings = [one for one in look.truth.rings if one.id.startswith(kind)]
    cases = ordered(look.groups, weights)
    bare = [sum(ring.id in laid_bare(cases[:top], look.truth) for ring in rings) / len(rings) for top in (20, 50)]  # fmt: skip
    return bare[0], bare[1], precision(cases[:20], look.truth)


def checked(told: Sequence[Look], ridge: float = _RIDGE) -> list[str]:
    """The rules' weights beside learned ones, on worlds and on kinds that were left out of what was learned."""
    rules, lines = assumed(indicators()), ["left out                      bare@20 bare@50 p@20"]
    worlds = sorted({one.world for one in told})
    fitted = {world: fit(_groups(one for one in told if one.world != world), ridge) for world in worlds}
    for coverage in _COVERAGES:
        seen = [one for one in told if one.coverage == coverage]
        lines.append(_line(f"worlds, {coverage:.0%}, rules", [_worth(one, rules) for one in seen]))
        lines.append(_line(f"worlds, {coverage:.0%}, learned", [_worth(one, fitted[one.world]) for one in seen]))  # fmt: skip
    for kind in sorted({one.template for look in told for one in look.truth.rings}):
        without = {
            world: fit([
                group for group in _groups(one for one in told if one.world != world)
                if not any(ring.startswith(kind) for ring in group.rings)
            ], ridge)
            for world in worlds
        }  # fmt: skip
        for coverage in _COVERAGES:
            seen = [one for one in told if one.coverage == coverage]
            lines.append(_line(f"{kind}, {coverage:.0%}, rules", [_worth(one, rules, kind) for one in seen]))
            lines.append(_line(f"{kind}, {coverage:.0%}, learned", [_worth(one, without[one.world], kind) for one in seen]))  # fmt: skip
    return lines


def written(weights: Weights, told: Sequence[Look]) -> str:
    """The weights as the file that the engine reads, with where they come from."""
    own = {one.code: one.weight for one in indicators()}
    worlds = ", ".join(sorted({one.world for one in told}))
    cases = _groups(told)
    lines = [
        "# How much each indicator counts when cases are ordered, in nats at full strength. Written by",
        "# `make chains-learning`; not changed by hand. Learned in simulated worlds for training, never in",
        "# the worlds that are measured, nor on their held-out kinds (docs/decisions/0016, 0017). No closed case has been seen.",
        f'made = "{datetime.now(UTC):%Y-%m-%d}"',
        f'worlds = "{worlds}"',
        f"groups = {len(cases)}",
        f"true = {sum(one.true for one in cases)}",
        f"ridge = {_RIDGE}",
        f"base = {weights.base:.2f}  # log of the odds of a group of which nothing speaks",
        "",
        "[weights]  # beside each: the rules' own weight",
    ]
    names = sorted(weights.by_indicator, key=lambda one: -weights.by_indicator[one])
    lines += [
        f"{one.removeprefix('chains.')} = {weights.by_indicator[one]:.2f}  # {own[one]}" for one in names
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chains.learning", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights into the engine")
    chosen = parser.parse_args()
    told = [one for kind, seed in WORLDS for one in looks(kind, seed)]
    print("\n".join(checked(told)))
    weights = fit(_groups(told))
    if chosen.write:
        PLACE.write_text(written(weights, told), encoding="utf-8")
    else:
        print(written(weights, told))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
