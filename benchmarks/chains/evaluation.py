"""Worlds through the gate, every method over them, and what each list is worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from benchmarks.chains import gate, rivals
from benchmarks.chains.features import flat
from benchmarks.chains.grouping import grouped
from benchmarks.chains.joined import joined
from benchmarks.chains.listing import Listed, listed
from benchmarks.chains.metrics import Figures, churn, delays, figures, laid_bare, share
from benchmarks.chains.world.making import World, make
from benchmarks.chains.world.parameters import SEEN, Kind, Size
from benchmarks.chains.world.truth import Truth
from hefu.chains.analyse import analyse
from hefu.chains.case import Case
from hefu.chains.tables import TABLES, Tables

ENGINE: Final = "hefu"
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
_LETTERS: Final = {one.letter: one.name for one in TABLES}

Say = Callable[[str], None]


@dataclass(slots=True)
class Study:
    """What was measured: for each coverage and method the figures of every world, and the deeper looks at some."""

    seeds: list[int] = field(default_factory=list)
    refused: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    answers: list[gate.Answer] = field(default_factory=list)
    figures: dict[float, dict[str, list[Figures]]] = field(default_factory=dict)
    seconds: dict[float, list[float]] = field(default_factory=dict)
    edges: list[int] = field(default_factory=list)
    gone: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    steady: list[tuple[float, float]] = field(default_factory=list)
    deleted: list[tuple[float, float]] = field(default_factory=list)
    sufficient: list[tuple[float, float]] = field(default_factory=list)

    def note(self, coverage: float, method: str, made: Figures) -> None:
        """Keep the figures of one list."""
        self.figures.setdefault(coverage, {}).setdefault(method, []).append(made)


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
        for method, cases in rivals.lists(
            tables, flat(tables), joined(tables), trained.models[coverage]
        ).items():
            study.note(coverage, method, figures(cases, world.truth))
        say(f"world {world.seed}, files of {coverage:.0%}: {ENGINE}")
        start = time.process_time()
        found = analyse(tables, SEEN, top=LISTED)
        study.seconds.setdefault(coverage, []).append(time.process_time() - start)
        study.note(coverage, ENGINE, figures(listed(found, world.truth), world.truth))
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
        into.append(explained(world.look(), final, world.truth, kept=kept))


def cited(cases: Sequence[Case]) -> dict[str, set[str]]:
    """Documents named in the evidence, by table. A document is written with the numbers that tell its row apart."""
    named: dict[str, set[str]] = {}
    for case in cases:
        for row in case.evidence:
            if row.table in _LETTERS:
                named.setdefault(_LETTERS[row.table], set()).update(row.document.split())
    return named


def explained(tables: Tables, cases: Sequence[Case], truth: Truth, *, kept: bool) -> tuple[float, float]:
    """Rings laid bare at 20 cases with all papers, and without (or with only) those that these 20 cases cite.

    Only tables that are cited are cut; a cited declaration keeps its lines, and the register of firms stays whole
    when only cited papers are kept, since it says who is who.
    """
    head = cases[:20]
    named = cited(head)
    changed = {}
    for table in TABLES:
        frame = tables[table.name]
        words = list(named.get(table.name, ()))
        if table.name == "lines":
            words = list(named.get("declarations", set()) | named.get("lines", set()))
        key = table.by[1] if table.name == "agency" else table.by[0]
        hit = pl.col(key).is_in(words)
        if kept and table.name != "firms":
            changed[table.name] = frame.filter(hit)
        else:
            changed[table.name] = frame if kept else frame.filter(~hit)
    after = listed(analyse(changed, SEEN, top=LISTED), truth)[:20]
    before = laid_bare(listed(head, truth), truth)
    again = laid_bare(after, truth)
    return share(before, truth.rings), len(before.keys() & again.keys()) / len(truth.rings)
