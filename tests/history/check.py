"""Checking a history: every certificate and every declaration by itself, and I1 to I4 as far as answers show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.history import certificate, declaration
from tests.history.claims import broken
from tests.history.linear import Call, Model, contradicted
from tests.history.operations import Operation
from tests.history.projection import Place, Projection
from tests.history.shrink import core


@cache
def models(used_at: str) -> dict[str, Model[Any]]:
    """The models under a policy, with what they remember."""
    return {
        "certificate": Model(certificate.Spec(used_at)),
        "declaration": Model(declaration.Spec(used_at)),
    }


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers about one certificate or declaration that cannot all be true, and among how many calls."""

    place: Place
    calls: tuple[Call, ...]
    among: int

    def __str__(self) -> str:
        kind, number = self.place
        told = "\n".join(f"    {call.operation}" for call in self.calls)
        return (
            f"{kind} {number}: these {len(self.calls)} answers cannot all be true, whatever the other"
            f" {self.among - len(self.calls)} calls about it were told\n{told}"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a history: nothing, if it is false. ``objects`` and ``calls`` count what was checked, ``wrong``
    the objects whose answers cannot all be true; ``contradictions`` shows the first of them.
    """

    objects: int
    calls: int
    wrong: int
    contradictions: list[Contradiction] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.wrong or self.broken)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.contradictions), *self.broken])


def check(operations: Sequence[Operation], used_at: str = "release", most: int = 3) -> Report:
    """Check a history. Of the ``most`` objects with the fewest calls the shortest contradiction is looked for."""
    told = models(used_at)
    calls = Projection(operations).calls
    wrong = [place for place, made in calls.items() if contradicted(told[place[0]], made) is not None]
    wrong.sort(key=lambda place: len(calls[place]))
    found = [
        Contradiction(one, tuple(core(told[one[0]], calls[one])), len(calls[one])) for one in wrong[:most]
    ]
    return Report(len(calls), sum(map(len, calls.values())), len(wrong), found, list(broken(operations)))
