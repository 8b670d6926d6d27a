"""A list of cases in the shape that is measured, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.chains.world.truth import Truth
from hefu.chains.case import Case, Role, Strength


@dataclass(frozen=True, slots=True)
class Listed:
    """A case: its parties with their roles, who of them is suspected, what is drawn, and which declarations it holds."""

    id: str
    roles: dict[str, Role]
    suspects: frozenset[str]
    edges: frozenset[tuple[str, str]]
    declarations: frozenset[str]
    confidence: float | None = None


def pair(one: str, other: str) -> tuple[str, str]:
    """An edge without direction."""
    return (one, other) if one < other else (other, one)


def listed(cases: Iterable[Case], truth: Truth) -> list[Listed]:
    """Cases of the engine, with each party under the key that truth has for it: its code, or whose name it wears."""
    made = []
    for case in cases:
        key = {one.id: key_of(one.id, one.name, truth) for one in case.parties}
        ends = (
            (key.get(one.source), key.get(one.target))
            for one in case.links
            if one.strength is not Strength.MISSING
        )
        made.append(
            Listed(
                case.id,
                {key[one.id]: one.role for one in case.parties},
                frozenset(key[one.id] for one in case.parties if one.suspect),
                frozenset(pair(one, other) for one, other in ends if one and other and one != other),
                frozenset(case.declarations),
                case.confidence / 100,
            )
        )
    return made


def key_of(identifier: str, name: str, truth: Truth) -> str:
    """The key of a party in the truth: its code, or whose name it wears."""
    if identifier in truth.kinds:
        return identifier
    return truth.names.get(name, name)
