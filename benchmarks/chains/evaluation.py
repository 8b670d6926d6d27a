"""Worlds through the gate, every method over them, and what each list is worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from benchmarks.chains import gate, rivals
from benchmarks.chains.explanations import explained
from benchmarks.chains.features import flat
from benchmarks.chains.grouping import grouped
from benchmarks.chains.joined import joined
from benchmarks.chains.listing import Listed, listed
from benchmarks.chains.metrics import churn, delays, figures
from benchmarks.chains.study import ENGINE, RULES, Study
from benchmarks.chains.world.making import World, make
from benchmarks.chains.world.parameters import SEEN, Kind, Size
from hefu.chains.analyse import analyse, cases, evidence
from hefu.chains.case import Case
from hefu.chains.weights import assumed, learned

COVERAGES: Final = (1.0, 0.6, 0.0)
TRAINING: Final = 3
_FIRST_TRAINING: Final = 1000
_TRIES: Final = 4
LISTED: Final = 60
"""Cases that are asked of the engine; fifty are measured."""
LOOKS: Final = (
    *(date(2026, month, 28) for month in range(3, 13)),
    date(2027, 1, 31),
    date(2027, 2, 28),
    date(2027, 3, 31),
    SEEN,
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """Boosting for each coverage, on flat and on graph features."""

    models: dict[float, tuple[Any, Any]]

    @classmethod
    def on(cls, size: Size, say: Say) -> Trained:
        """Train on worlds whose constants and kinds of rings differ from those that are measured."""
        seen: dict[float, list[tuple[pl.DataFrame, pl.DataFrame, frozenset[str]]]] = {
            one: [] for one in COVERAGES
        }
        for seed in range(_FIRST_TRAINING, _FIRST_TRAINING + TRAINING):
            say(f"training world {seed}")
            world = make(seed, Kind.TRAINING, size)
            for coverage in COVERAGES:
                tables = world.look(coverage=coverage)
                seen[coverage].append((flat(tables), joined(tables), world.truth.guilty))
        return cls(
            {
                coverage: (
                    rivals.trained([(plain, guilty) for plain, _, guilty in rows]),
                    rivals.trained([(rich, guilty) for _, rich, guilty in rows]),
                )
                for coverage, rows in seen.items()
            }
        )


def accepted(
    study: Study, trained: Trained, size: Size, many: int, say: Say, first: int = 1
) -> Iterator[World]:
    """Test worlds that pass the gate; those that do not are told with their reasons."""
    for seed in range(first, first + many * _TRIES):
        if len(study.seeds) == many:
            return
        say(f"world {seed}")
        world = make(seed, Kind.TEST, size)
        rows = flat(world.look())
        answer = gate.answer(world, rivals.boosted(trained.models[1.0][0], rows))
        if answer.reasons:
            study.refused.append((seed, answer.reasons))
            continue
        study.seeds.append(seed)
        study.answers.append(answer)
        yield world


def measure(study: Study, world: World, trained: Trained, say: Say) -> None:
    """Every method on one world, at every coverage."""
    for coverage in COVERAGES:
        tables = world.look(coverage=coverage)
        say(f"world {world.seed}, files of {coverage:.0%}: rivals")
        for method, theirs in rivals.lists(
            tables, flat(tables), joined(tables), trained.models[coverage]
        ).items():
            study.note(coverage, method, figures(theirs, world.truth))
        say(f"world {world.seed}, files of {coverage:.0%}: {ENGINE}")
        start = time.process_time()
        found = evidence(tables, SEEN)
        made = cases(found, learned(), top=LISTED)
        study.seconds.setdefault(coverage, []).append(time.process_time() - start)
        study.note(coverage, ENGINE, figures(listed(made, world.truth), world.truth))
        plain = cases(found, assumed(found.rules), top=LISTED)
        study.note(coverage, RULES, figures(listed(plain, world.truth), world.truth))
    study.edges.append(rivals.pairs(world.look()).height)


def look_closer(study: Study, world: World, trained: Trained, say: Say) -> None:
    """Delay and steadiness from month to month, and what becomes of cases without, or with only, what they cite."""
    ours: list[tuple[date, Sequence[Listed]]] = []
    theirs: list[tuple[date, Sequence[Listed]]] = []
    final: list[Case] = []
    for day in LOOKS:
        say(f"world {world.seed} as of {day}")
        tables = world.look(day)
        final = analyse(tables, day, top=LISTED)
        ours.append((day, listed(final, world.truth)))
        rows = flat(tables)
        theirs.append((day, grouped(tables, rivals.boosted(trained.models[1.0][0], rows))))
    study.gone.setdefault(ENGINE, []).append(delays(ours, world.truth, 50))
    study.gone.setdefault("boosting, flat", []).append(delays(theirs, world.truth, 50))
    study.steady.append(churn(ours, world.truth, 50))
    say(f"world {world.seed}: explanations")
    for kept, into in ((False, study.deleted), (True, study.sufficient)):
        into.append(explained(world.look(), final, SEEN, kept=kept))
