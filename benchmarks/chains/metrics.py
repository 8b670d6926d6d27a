"""The figures of the reference on risk, §3.6, from a list of cases and the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from benchmarks.chains.listing import Listed
from benchmarks.chains.world.truth import HELD_OUT, Ring, Truth
from hefu.chains.case import Role

_SERVICES = frozenset({"agent", "service", "market"})
_NO_ROLE = frozenset({Role.UNKNOWN, Role.WITNESS})


def bare(case: Listed, ring: Ring) -> bool:
    """Whether the case lays the ring bare: half of its declared value, and half of the suspects are its members."""
    if not case.suspects:
        return False
    held = sum(fob for number, fob in ring.declarations.items() if number in case.declarations)
    inside = sum(one in ring.roles for one in case.suspects)
    return 2 * held >= sum(ring.declarations.values()) and 2 * inside >= len(case.suspects)


def is_true(case: Listed, truth: Truth) -> bool:
    """Whether at least half of the suspects belong to one ring, however little of it is held."""
    return bool(case.suspects) and any(
        2 * sum(one in ring.roles for one in case.suspects) >= len(case.suspects) for ring in truth.rings
    )


def laid_bare(cases: Sequence[Listed], truth: Truth) -> dict[str, Listed]:
    """The first case that lays each ring bare, by ring."""
    found: dict[str, Listed] = {}
    for case in cases:
        for ring in truth.rings:
            if ring.id not in found and bare(case, ring):
                found[ring.id] = case
    return found


def share(found: dict[str, Listed], rings: Sequence[Ring]) -> float:
    """The share of these rings that are laid bare."""
    return sum(ring.id in found for ring in rings) / len(rings) if rings else float("nan")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one list is worth. Shares are of 1; ``harm`` counts honest parties named as suspects, by what they are."""

    bare20: float
    bare50: float
    visible50: float
    held_out50: float
    by_template: dict[str, float]
    precision20: float
    precision50: float
    harm20: dict[str, int]
    harm50: dict[str, int]
    roles: float
    roles_strict: float
    edge_precision: float
    edge_recall: float
    brier: float

    @property
    def services50(self) -> int:
        """Honest agents, service firms and market agents named as suspects in the first 50 cases."""
        return sum(many for kind, many in self.harm50.items() if kind in _SERVICES)


def figures(cases: Sequence[Listed], truth: Truth) -> Figures:
    """Every figure of a ranked list."""
    found20, found50 = laid_bare(cases[:20], truth), laid_bare(cases[:50], truth)
    held = [ring for ring in truth.rings if ring.template in HELD_OUT]
    seen = [ring for ring in truth.rings if ring.template not in HELD_OUT]
    templates = sorted({ring.template for ring in truth.rings})
    right, wrong, unnamed = role_counts(found50, truth)
    drawn, fitting, true = edge_counts(found50, truth)
    return Figures(
        bare20=share(found20, truth.rings),
        bare50=share(found50, truth.rings),
        visible50=share(found50, seen),
        held_out50=share(found50, held),
        by_template={
            str(one): share(found50, [ring for ring in truth.rings if ring.template is one])
            for one in templates
        },
        precision20=precision(cases[:20], truth),
        precision50=precision(cases[:50], truth),
        harm20=harm(cases[:20], truth),
        harm50=harm(cases[:50], truth),
        roles=_ratio(right, right + wrong),
        roles_strict=_ratio(right - wrong, right + wrong + unnamed),
        edge_precision=_ratio(fitting, drawn),
        edge_recall=_ratio(len({*_reached(found50, truth)}), true),
        brier=brier(cases[:50], truth),
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def precision(cases: Sequence[Listed], truth: Truth) -> float:
    """The share of the listed cases that are true."""
    return _ratio(sum(is_true(one, truth) for one in cases), len(cases))


def harm(cases: Sequence[Listed], truth: Truth) -> dict[str, int]:
    """Honest parties named as suspects, each counted once, by what they are."""
    named = {one for case in cases for one in case.suspects} - truth.guilty
    return dict(Counter(truth.kinds.get(one, "person") for one in named))


def role_counts(found: dict[str, Listed], truth: Truth) -> tuple[int, int, int]:
    """Ring members in the cases that lay their ring bare: role right, role wrong, role not known."""
    right = wrong = unnamed = 0
    for ring in truth.rings:
        if ring.id not in found:
            continue
        for party, role in found[ring.id].roles.items():
            if party not in ring.roles:
                continue
            if role in _NO_ROLE:
                unnamed += 1
            elif role in ring.roles[party]:
                right += 1
            else:
                wrong += 1
    return right, wrong, unnamed


def edge_counts(found: dict[str, Listed], truth: Truth) -> tuple[int, int, int]:
    """Edges drawn between suspects, those of them that are true, and the true edges of the rings laid bare."""
    drawn = fitting = true = 0
    for ring in truth.rings:
        if ring.id not in found:
            continue
        case = found[ring.id]
        inside = {one for one in case.edges if one[0] in case.suspects and one[1] in case.suspects}
        drawn += len(inside)
        fitting += len(inside & ring.edges)
        true += len(ring.edges)
    return drawn, fitting, true


def _reached(found: dict[str, Listed], truth: Truth) -> set[tuple[str, tuple[str, str]]]:
    return {
        (ring.id, edge)
        for ring in truth.rings
        if ring.id in found
        for edge in ring.edges & found[ring.id].edges
    }


def brier(cases: Sequence[Listed], truth: Truth) -> float:
    """Mean squared distance of stated confidence from what is true."""
    stated = [(one.confidence, is_true(one, truth)) for one in cases if one.confidence is not None]
    return _ratio(sum((said - true) ** 2 for said, true in stated), len(stated))


def taken(ring: Ring, by: date) -> float:
    """The share of what the ring takes in the end that it has taken by the end of a day."""
    whole = sum(fen for _, fen in ring.money)
    return sum(fen for day, fen in ring.money if day <= by) / whole


def delays(looks: Sequence[tuple[date, Sequence[Listed]]], truth: Truth, top: int) -> dict[str, float]:
    """For each ring the share of its money gone when a look first has it among the ``top`` cases, 1 if none has."""
    gone = dict.fromkeys((ring.id for ring in truth.rings), 1.0)
    rings = {ring.id: ring for ring in truth.rings}
    for day, cases in sorted(looks, key=lambda one: one[0], reverse=True):
        for name in laid_bare(cases[:top], truth):
            gone[name] = taken(rings[name], day)
    return gone


def churn(looks: Sequence[tuple[date, Sequence[Listed]]], truth: Truth, top: int) -> tuple[float, float]:
    """From look to look, of the rings laid bare in both: share with the same case id, and likeness of the suspects."""
    same, like, many = 0, 0.0, 0
    ordered = [laid_bare(cases[:top], truth) for _, cases in sorted(looks, key=lambda one: one[0])]
    for before, after in pairwise(ordered):
        for name in before.keys() & after.keys():
            one, other = before[name], after[name]
            many += 1
            same += one.id == other.id
            like += len(one.suspects & other.suspects) / len(one.suspects | other.suspects)
    return _ratio(same, many), _ratio(like, many)
