"""The model is proved, is not empty, and is what the code does."""

from __future__ import annotations

from collections import defaultdict

import pytest

from hefu.protocol.records import Side
from tests.model.abstraction import Names, path, state_of
from tests.model.algebra import Values
from tests.model.broken import BROKEN
from tests.model.exploring import explore
from tests.model.proof import proved, starts
from tests.model.protocol import START, STEPS, State
from tests.simulation.histories import policy_of, steps_of
from tests.simulation.world import Parts, World

SEEDS = 24


def test_the_invariants_hold_at_the_start() -> None:
    assert starts() == []


@pytest.mark.parametrize("name", STEPS)
def test_a_step_keeps_every_invariant(name: str) -> None:
    assert [str(gap) for gap in proved(name, STEPS[name])] == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_step_is_found(name: str) -> None:
    trace, _ = explore({**STEPS, name: BROKEN[name]}, 9)
    assert trace is not None
    assert any(step.split()[0] == name for step in trace.steps), str(trace)


def test_no_short_history_breaks_anything() -> None:
    trace, states = explore(depth=8)
    assert trace is None, str(trace)
    assert states > 1_000


def test_every_step_can_be_taken() -> None:
    """A step that never may be taken is proved of nothing."""
    values, taken, layer, seen = Values(), set(), [START], set()
    for _ in range(7):
        further: list[State] = []
        for state in layer:
            for name, step in STEPS.items():
                for d in (1, 2):
                    may, reached = step(values, state, d)
                    if may:
                        taken.add(name)
                    if may and repr(reached) not in seen:
                        seen.add(repr(reached))
                        further.append(reached)
        layer = further
        if taken == set(STEPS):
            return
    assert taken == set(STEPS)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_step_of_the_code_is_one_of_the_model(seed: int) -> None:
    """The real nodes through a history with faults: what changes of a certificate, the model explains."""
    world = World(Parts(), policy_of(seed))
    stores = world.nodes[Side.TAX].store, world.nodes[Side.CUSTOMS].store
    names: defaultdict[str, Names] = defaultdict(Names)
    known: dict[str, State] = {}
    for name, random in steps_of(seed):
        world.step(name, random)
        for number in _numbers(world):
            before, after = known.get(number, START), state_of(*stores, number, names[number])
            assert path(before, after) is not None, f"{name} {random}: {number}\n{before}\n{after}"
            known[number] = after
    for store in stores:
        store.close()


def _numbers(world: World) -> list[str]:
    """Every certificate that either side speaks of."""
    found: set[str] = set()
    for node in world.nodes.values():
        for query in (
            "SELECT number FROM issue WHERE state <> 'draft'",
            "SELECT certificate FROM holding",
            "SELECT certificate FROM paper",
            "SELECT number FROM copy",
        ):
            found.update(number for (number,) in node.store.connection.execute(query))
    return sorted(found)
