"""The figures as a page. Figures only as measured; what is lost against another method is said."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from benchmarks.chains.cost import Cost
from benchmarks.chains.metrics import Figures
from benchmarks.chains.study import ENGINE, RULES, Study

_COVERED: Final = {1.0: "files of every firm", 0.6: "files of 60 % of firms", 0.0: "core data only"}
_COLUMNS: Final[dict[str, Callable[[Figures], float]]] = {
    "bare @20": lambda one: one.bare20,
    "bare @50": lambda one: one.bare50,
    "visible @50": lambda one: one.visible50,
    "held out @50": lambda one: one.held_out50,
    "case precision @20": lambda one: one.precision20,
    "honest named @50": lambda one: sum(one.harm50.values()),
    "of them services": lambda one: one.services50,
}
BARS: Final[tuple[tuple[str, float, Callable[[Figures], float], bool], ...]] = (
    ("rings laid bare at 20 cases", 0.6, lambda one: one.bare20, True),
    ("rings laid bare at 50 cases", 0.75, lambda one: one.bare50, True),
    ("held-out kinds at 50 cases", 0.5, lambda one: one.held_out50, True),
    ("case precision at 20", 0.9, lambda one: one.precision20, True),
    ("honest service firms and agents named at 50", 0, lambda one: one.services50, False),
    ("roles right", 0.8, lambda one: one.roles, True),
)
"""Issue 7 and the reference on risk, §3.6."""


def spread(values: Sequence[float]) -> str:
    """Mean, and from least to most where there is more than one; a dash where there is nothing."""
    told = [one for one in values if not math.isnan(one)]
    if not told:
        return "–"
    mean = statistics.fmean(told)
    digits = 2 if max(told) <= 1.5 else 0 if max(told) >= 20 else 1
    if len(told) == 1:
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} ({min(told):.{digits}f}–{max(told):.{digits}f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def page(study: Study, costs: Sequence[Cost], machine: str) -> str:
    """The page that is written to benchmarks/CHAINS.md."""
    lines = [
        "# Chains: how far buy-and-export is laid bare",
        "",
        f"`make chains-evaluation SEEDS={len(study.seeds)}`; {machine}. What the worlds are and what they cannot show:",
        "[decision 16](../docs/decisions/0016-chains-measurement.md). Means over worlds, in brackets from least to most.",
        "",
        "A ring is *laid bare* when one listed case holds half of its declared value and half of the case's suspects are",
        "its members. *Held out* are kinds of rings that no training world has. *Honest named* counts honest parties that",
        "a listed case names as suspects; *services* are agents, service firms and agents of market purchase among them.",
        f"*{RULES}*: the same groups without what was learned; learned weights stay only where they beat it.",
        "",
        *_methods(study),
        *_bars(study),
        *_losses(study),
        *_templates(study),
        *_honest(study),
        *_depth(study),
        *_gate(study),
        *_cost(study, costs),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _methods(study: Study) -> Iterator[str]:
    for coverage, methods in study.figures.items():
        yield (
            f"## With {_COVERED[coverage]}"
            if coverage
            else f"## With {_COVERED[coverage]}, no invoices or payments"
        )
        yield ""
        order = sorted(methods, key=lambda one: (one != ENGINE, one != RULES, one))
        yield from _table(
            ("method", *_COLUMNS),
            [
                [method, *(spread([get(one) for one in methods[method]]) for get in _COLUMNS.values())]
                for method in order
            ],
        )


def _bars(study: Study) -> Iterator[str]:
    yield "## Against the bars"
    yield ""
    rows = []
    for name, bar, get, least in BARS:
        row = [name, f"{'≥' if least else '≤'} {bar:g}"]
        for methods in study.figures.values():
            values = [get(one) for one in methods[ENGINE]]
            mean = statistics.fmean(values)
            met = mean >= bar if least else mean <= bar
            row.append(f"{spread(values)} {'met' if met else '**missed**'}")
        rows.append(row)
    yield from _table(("bar", "value", *(_COVERED[one] for one in study.figures)), rows)


def _losses(study: Study) -> Iterator[str]:
    yield "## Losses"
    yield ""
    told = False
    for coverage, methods in study.figures.items():
        for name, get in _COLUMNS.items():
            less_is_better = name in {"honest named @50", "of them services"}
            ours = statistics.fmean(get(one) for one in methods[ENGINE])
            for method, made in sorted(methods.items()):
                theirs = statistics.fmean(get(one) for one in made)
                if method != ENGINE and (theirs < ours if less_is_better else theirs > ours):
                    told = True
                    yield f"- {_COVERED[coverage]}: {method} does better in *{name}* ({theirs:.2f}, {ENGINE} {ours:.2f})."
    yield "" if told else "None in these columns.\n"


def _templates(study: Study) -> Iterator[str]:
    yield f"## By kind of ring, {ENGINE} and the best of the others, at 50 cases"
    yield ""
    first = next(iter(study.figures.values()))
    rows = []
    for template in first[ENGINE][0].by_template:
        row = [template]
        for methods in study.figures.values():
            others = {
                method: statistics.fmean(one.by_template[template] for one in made)
                for method, made in methods.items()
                if method not in {ENGINE, RULES}
            }
            best = max(others, key=lambda one: (others[one], one))
            row.append(
                f"{spread([one.by_template[template] for one in methods[ENGINE]])}; {others[best]:.2f} ({best})"
            )
        rows.append(row)
    yield from _table(("kind", *(_COVERED[one] for one in study.figures)), rows)


def _honest(study: Study) -> Iterator[str]:
    yield f"## Honest parties that {ENGINE} names as suspects, mean a world"
    yield ""
    rows = []
    for coverage, methods in study.figures.items():
        many = len(methods[ENGINE])
        row = [_COVERED[coverage]]
        gets: tuple[Callable[[Figures], dict[str, int]], ...] = (
            lambda one: one.harm20,
            lambda one: one.harm50,
        )
        for get in gets:
            named: Counter[str] = Counter()
            for one in methods[ENGINE]:
                named.update(get(one))
            row.append(
                ", ".join(f"{kind} {count / many:.1f}" for kind, count in named.most_common()) or "none"
            )
        rows.append(row)
    yield from _table(("data", "in 20 cases", "in 50 cases"), rows)


def _depth(study: Study) -> Iterator[str]:
    yield f"## Roles, edges, confidence, delay, explanations ({ENGINE})"
    yield ""
    rows = []
    for coverage, methods in study.figures.items():
        made = methods[ENGINE]
        gets: tuple[Callable[[Figures], float], ...] = (
            lambda one: one.roles,
            lambda one: one.roles_strict,
            lambda one: one.edge_precision,
            lambda one: one.edge_recall,
            lambda one: one.brier,
        )
        rows.append([_COVERED[coverage], *(spread([get(one) for one in made]) for get in gets)])
    yield from _table(
        ("data", "roles right", "strict", "edge precision", "edge recall", "Brier"),
        rows,
    )
    yield "Roles of ring members in the cases that lay their ring bare: right of those named; strict: +1 right, 0 not known,"
    yield "−1 wrong. Edge precision: of those drawn between suspects; recall: of the ring's true edges."
    yield ""
    for method, worlds in study.gone.items():
        shares = [one for world in worlds for one in world.values()]
        third = sum(one <= 1 / 3 for one in shares) / len(shares)
        yield (
            f"- Delay, {method}, {len(worlds)} world(s), a look a month: when a ring is first among 50 cases, the median"
            f" share of its money gone is {statistics.median(shares):.2f} (1 if never); {third:.2f} of the rings within a third."
        )
    for same, like in study.steady:
        yield f"- From month to month the same ring keeps its case id in {same:.2f} of looks, likeness of suspects {like:.2f}."
    for stayed in study.deleted:
        yield f"- Deletion: {stayed:.2f} of the first 20 cases stay among the first 20 without the papers that they cite."
    for stayed in study.sufficient:
        yield f"- Sufficiency: {stayed:.2f} of them stay when their parties have no other papers than those."
    yield ""


def _gate(study: Study) -> Iterator[str]:
    yield "## The gate of the worlds"
    yield ""
    tried = len(study.seeds) + len(study.refused)
    yield f"{len(study.seeds)} of {tried} worlds passed."
    yield ""
    best = [f"{one.best[0][0]} {one.best[0][1]:.3f}" for one in study.answers]
    rows = [
        [str(seed), told, f"{one.rules:.2f}", f"{one.held_out:.2f}" if one.held_out is not None else "–"]
        for seed, told, one in zip(study.seeds, best, study.answers, strict=True)
    ]
    yield from _table(
        (
            "world",
            "best single feature, AUC (≤ 0.85)",
            "spreadsheet P@50 (≤ 0.5)",
            "held out by flat boosting (≤ 0.5)",
        ),
        rows,
    )
    for seed, reasons in study.refused:
        yield f"- world {seed} refused: {'; '.join(reasons)}"
    if study.refused:
        yield ""


def _cost(study: Study, costs: Sequence[Cost]) -> Iterator[str]:
    yield "## Cost"
    yield ""
    for coverage, seconds in study.seconds.items():
        edges = statistics.fmean(study.edges)
        note = f", {statistics.fmean(seconds) / edges * 1e6:.0f} s for 10^6 edges" if coverage == 1 else ""
        yield f"- {ENGINE}, {_COVERED[coverage]}: {statistics.fmean(seconds):.1f} s of CPU a world{note}."
    yield f"- A world has {statistics.fmean(study.edges):,.0f} edges (two parties on one paper)."
    for one in costs:
        yield (
            f"- Components of one heavy-tailed graph of {one.edges:,} edges, {one.who}: {one.seconds:.2f} s,"
            f" peak {one.peak:.0f} MiB, of which {one.base:.0f} before."
        )
    yield ""
