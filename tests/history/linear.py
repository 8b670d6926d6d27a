"""Linearizability of one object's history (Wing & Gong 1993, just in time as by Lowe 2017).

Answers are taken in the order in which they came. Before each, every way in which the calls then under way can have
taken effect is kept as a configuration: the object's state, and which of these calls have taken effect. If none is
left, that answer contradicts what was told before. States are nondeterministic: a model may have hidden steps that no
client asked for (a message arrives), and a call without an answer may have taken effect or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from tests.history.operations import NEVER, Operation

S = TypeVar("S", bound=Hashable)
Seen = Any
"""What one object sees of a call: hashable, and of a form of the specification's own."""


class Object(Protocol[S]):
    """A sequential specification."""

    @property
    def initial(self) -> S: ...

    def hidden(self, state: S) -> Iterable[S]:
        """What the state may become at any time by one hidden step. Steps do not lead back."""
        ...

    def apply(self, state: S, seen: Seen) -> Iterable[S]:
        """What the state may become by a call with this answer; nothing if it cannot be answered so."""
        ...


_ROOM = 400_000
"""Remembered steps, over all histories, before all are forgotten."""


class Model(Generic[S]):
    """A specification with its steps remembered."""

    def __init__(self, spec: Object[S]) -> None:
        self.spec = spec
        self.initial = spec.initial
        self._reach: dict[S, frozenset[S]] = {}
        self._steps: dict[tuple[S, Seen], tuple[S, ...]] = {}

    def reach(self, state: S) -> frozenset[S]:
        """Every state that hidden steps lead to, and the state itself."""
        known = self._reach.get(state)
        if known is None:
            found = {state}
            todo = [state]
            while todo:
                fresh = set(self.spec.hidden(todo.pop())) - found
                found |= fresh
                todo += fresh
            known = self._reach[state] = frozenset(found)
        return known

    def step(self, state: S, seen: Seen) -> tuple[S, ...]:
        """The least committed states after a call, hidden steps before it included."""
        known = self._steps.get((state, seen))
        if known is None:
            if len(self._steps) > _ROOM:
                self._steps.clear()
                self._reach.clear()
            after = {end for middle in self.reach(state) for end in self.spec.apply(middle, seen)}
            known = self._steps[state, seen] = tuple(self.least(after))
        return known

    def least(self, states: Iterable[S]) -> set[S]:
        """Without those that hidden steps reach from another: what these can do, that other one can."""
        left = set(states)
        if len(left) > 1:
            for state in tuple(left):
                if state in left:
                    left -= self.reach(state) - {state}
        return left


@dataclass(frozen=True, slots=True)
class Call:
    """A call as one object sees it. ``blank`` is what it may have done if its answer is not known, ``None`` if it
    changes nothing; ``certain`` says that it was answered.
    """

    operation: Operation
    seen: Seen
    blank: Seen | None
    certain: bool

    def forgotten(self) -> Call | None:
        """The same call without its answer."""
        return None if self.blank is None else Call(self.operation, self.blank, self.blank, certain=False)


Configuration = tuple[S, frozenset[int]]


def contradicted(model: Model[S], calls: Sequence[Call]) -> Call | None:
    """The first call, in the order of answers, whose answer cannot be explained; ``None``: all can be true."""
    configurations: set[Configuration[S]] = {(model.initial, frozenset())}
    pending: set[int] = set()
    for _, ends, place in _events(calls):
        if not ends:
            pending.add(place)
            continue
        configurations = _through(model, calls, configurations, pending, place)
        pending.discard(place)
        if not configurations:
            return calls[place]
    return None


def _events(calls: Sequence[Call]) -> list[tuple[float, bool, int]]:
    """Invocations and ends in time order; of those at one moment invocations first."""
    begins = [(call.operation.invoked, False, place) for place, call in enumerate(calls)]
    ends = [(c.operation.ended, True, place) for place, c in enumerate(calls) if c.operation.ended < NEVER]
    return sorted(begins + ends)


def _through(
    model: Model[S], calls: Sequence[Call], before: set[Configuration[S]], pending: set[int], place: int
) -> set[Configuration[S]]:
    """The configurations in which the call at ``place`` has taken effect, or never will if it has no answer."""
    found: dict[frozenset[int], set[S]] = {}
    seen, todo = set(before), list(before)
    while todo:
        state, done = todo.pop()
        if place in done:
            found.setdefault(done - {place}, set()).add(state)
            continue
        if not calls[place].certain:
            found.setdefault(done, set()).add(state)
        for after in _onward(model, calls, state, done, pending):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return set(_needed(calls, {done: model.least(states) for done, states in found.items()}))


def _needed(calls: Sequence[Call], found: Mapping[frozenset[int], Iterable[S]]) -> Iterator[Configuration[S]]:
    """Without those that differ from another only by unanswered calls that have taken effect: these need not have."""
    kept: defaultdict[S, list[frozenset[int]]] = defaultdict(list)
    for done in sorted(found, key=len):
        unanswered = {place for place in done if not calls[place].certain}
        for state in found[done]:
            if not any(less <= done and done - less <= unanswered for less in kept[state]):
                kept[state].append(done)
                yield state, done


def _onward(
    model: Model[S], calls: Sequence[Call], state: S, done: frozenset[int], pending: set[int]
) -> Iterator[Configuration[S]]:
    for other in pending:
        if other not in done:
            call = calls[other]
            for after in model.step(state, call.seen):
                if call.certain or after != state:
                    yield after, done | {other}
