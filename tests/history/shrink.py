"""The shortest contradicting history: as few answers as cannot all be true.

Leaving a call out would make others impossible that were possible because of it. So a call is not left out, its answer
is forgotten: it may then have done anything that such a call can do, or nothing. What still cannot be explained is a
contradiction between the answers that are left, whatever all the others were.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from typing import TypeVar

from tests.history.linear import Call, Model, contradicted

S = TypeVar("S", bound=Hashable)
_ORDERS = 4


def core(model: Model[S], calls: Sequence[Call]) -> list[Call]:
    """The calls whose answers contradict each other; no one of them can be spared."""
    culprit = contradicted(model, calls)
    if culprit is None:
        return []
    begun = [n for n, call in enumerate(calls) if call.operation.invoked <= culprit.operation.ended]
    tries = [_spared(model, calls, order) for order in _orders(begun)]
    fewest = min(tries, key=len)
    return [calls[place] for place in sorted(fewest)]


def _orders(places: list[int]) -> list[list[int]]:
    """In which orders answers are forgotten: the oldest first, the newest first, and some by lot."""
    rng = random.Random(len(places))
    return [places, places[::-1], *(rng.sample(places, len(places)) for _ in range(_ORDERS - 2))]


def _spared(model: Model[S], calls: Sequence[Call], order: Sequence[int]) -> set[int]:
    kept = set(order)
    size = max(1, len(order) // 2)
    while size:
        for start in range(0, len(order), size):
            fewer = kept - set(order[start : start + size])
            if fewer != kept and contradicted(model, _with_answers(calls, fewer)) is not None:
                kept = fewer
        size //= 2
    return kept


def _with_answers(calls: Sequence[Call], kept: set[int]) -> list[Call]:
    some = [call if place in kept else call.forgotten() for place, call in enumerate(calls)]
    return [call for call in some if call is not None]
