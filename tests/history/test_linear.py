"""The checker against the definition: every order of every subset, tried one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.linear import Call, Model, Seen, contradicted
from tests.history.operations import NEVER, Asked, Operation
from tests.history.shrink import core


class Counter:
    """A cell that is written and read; what is written sinks in, one hidden step at a time, to what is told later."""

    initial = (0, 0)

    def hidden(self, state: tuple[int, int]) -> Iterator[tuple[int, int]]:
        top, bottom = state
        if top > bottom:
            yield top, bottom + 1

    def apply(self, state: tuple[int, int], seen: Seen) -> Iterator[tuple[int, int]]:
        top, bottom = state
        match seen:
            case ("add", told) if told in (None, top + 1):
                yield top + 1, bottom
            case ("top", told) if told == top:
                yield state
            case ("bottom", told) if told == bottom:
                yield state
            case _:
                pass


def call(what: str, told: int | None, invoked: float, ended: float) -> Call:
    operation = Operation("client", Asked(what, "cell"), invoked, ended)
    blank = ("add", None) if what == "add" else None
    return Call(operation, (what, told), blank, certain=told is not None)


def by_definition(calls: Sequence[Call]) -> bool:
    """Whether some order of the answered calls and of some others respects time and the specification."""
    model = Model(Counter())
    certain = [one for one in calls if one.certain]
    others = [one for one in calls if not one.certain]
    chosen = (certain + list(some) for size in range(len(others) + 1) for some in combinations(others, size))
    return any(_legal(model, order) for some in chosen for order in permutations(some))


def _legal(model: Model[tuple[int, int]], order: Sequence[Call]) -> bool:
    for place, one in enumerate(order):
        if any(later.operation.ended < one.operation.invoked for later in order[place + 1 :]):
            return False
    states = {model.initial}
    for one in order:
        states = {after for state in states for after in model.step(state, one.seen)}
    return bool(states)


@st.composite
def histories(draw: st.DrawFn) -> list[Call]:
    calls = []
    for _ in range(draw(st.integers(1, 5))):
        what = draw(st.sampled_from(["add", "add", "top", "bottom"]))
        told = draw(st.integers(0, 3)) if what != "add" or draw(st.booleans()) else None
        invoked = draw(st.integers(0, 8))
        ended: float = invoked + draw(st.integers(0, 6))
        if told is None and draw(st.booleans()):
            ended = NEVER
        calls.append(call(what, told, float(invoked), ended))
    return calls


@settings(max_examples=1500, deadline=None)
@given(histories())
def test_the_search_agrees_with_the_definition(calls: list[Call]) -> None:
    assert (contradicted(Model(Counter()), calls) is None) is by_definition(calls)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_a_core_contradicts_itself_and_none_of_it_can_be_spared(calls: list[Call]) -> None:
    model = Model(Counter())
    found = core(model, calls)
    assert bool(found) is not by_definition(calls)

    def told(kept: Sequence[Call]) -> list[Call]:
        places = {id(one) for one in kept}  # two calls may be equal
        some = [one if id(one) in places else one.forgotten() for one in calls]
        return [one for one in some if one is not None]

    if found:
        assert not by_definition(told(found))
        for spared in found:
            assert by_definition(told([one for one in found if one is not spared])), spared


def test_a_forgotten_answer_still_explains_others() -> None:
    """An addition whose answer is forgotten may have happened: a reading that needs it is no contradiction."""
    addition, seen = call("add", 1, 1, 2), call("top", 1, 3, 4)
    gone, back = call("top", 0, 5, 6), call("top", 1, 7, 8)
    assert core(Model(Counter()), [addition, seen, back]) == []
    assert gone in core(Model(Counter()), [addition, seen, gone, back])
    assert len(core(Model(Counter()), [addition, seen, gone, back])) == 2
