"""Histories of the simulation hold; with one answer turned into a lie they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from tests.history.check import check
from tests.history.operations import Operation, answered
from tests.simulation.histories import play, policy_of, steps_of

SEEDS = 40
STRANGER = "530120269999999999"
Lie = tuple[int, Operation]


@cache
def history(seed: int) -> tuple[Sequence[Operation], str]:
    world, text = play(steps_of(seed), policy=policy_of(seed))
    assert not text
    return world.history.operations, world.policy.used_at


def strangers(operations: Sequence[Operation]) -> Iterator[Lie]:
    """A reading names a holder that never was."""
    for place, one in enumerate(operations):
        if one.answer and one.answer.told.get("declaration") and one.asked.what == "read at customs":
            yield place, answered(one, declaration=STRANGER)


def used_is_free(operations: Sequence[Operation]) -> Iterator[Lie]:
    """A reading after a release finds the certificate free, reserved or withdrawn."""
    for place, one in enumerate(operations):
        if one.answer and one.answer.told.get("state") == "used":
            yield place, answered(one, state="available", declaration=None)
            yield place, answered(one, state="reserved")
            yield place, answered(one, state="withdrawn", declaration=None)


def free_is_used(operations: Sequence[Operation]) -> Iterator[Lie]:
    """What is free at the end is said to be used, or withdrawn."""
    for place, one in enumerate(operations):
        told = one.answer.told if one.answer else {}
        last = place > max(n for n, other in enumerate(operations) if other.asked.what == "rest")
        if last and one.asked.what == "read at customs" and told.get("state") == "available":
            yield place, answered(one, state="used", declaration=STRANGER)
            yield place, answered(one, state="withdrawn")
            yield place, answered(one, result="not_found")


def tax_is_behind(operations: Sequence[Operation]) -> Iterator[Lie]:
    """At rest tax says otherwise of the use than customs."""
    for place, one in enumerate(operations):
        told = one.answer.told if one.answer else {}
        last = place > max(n for n, other in enumerate(operations) if other.asked.what == "rest")
        if last and one.asked.what == "read at tax" and told.get("state") == "issued":
            for usage in {"available", "reserved", "used"} - {told["usage"]}:
                yield place, answered(one, usage=usage, declaration=told["declaration"] or STRANGER)
            yield place, answered(one, state="void_requested")
            yield place, answered(one, state="voided")
            yield place, answered(one, result="not_found")


def lost_declarations(operations: Sequence[Operation]) -> Iterator[Lie]:
    """What was accepted is not there, or in a state that it has left or has not reached."""
    unsure = {one.asked.about for one in operations if one.answer is None}
    for place, one in enumerate(operations):
        if one.asked.about in unsure:
            continue
        told = one.answer.told if one.answer else {}
        if one.asked.what == "read declaration" and one.answer and one.answer.result == "read":
            yield place, answered(one, result="not_found")
            left = {"released": "reserved", "withdrawn": "held", "refused": "released", "reserved": "refused"}
            yield place, answered(one, state=left.get(told["state"], "released"), certificates=[])


def other_outcomes(operations: Sequence[Operation]) -> Iterator[Lie]:
    """A refusal is told as done, and what was done as refused; of what nobody was told anything may be true."""
    unsure = {one.asked.about for one in operations if one.answer is None}
    for place, one in enumerate(operations):
        if one.asked.about in unsure:
            continue
        result = one.answer.result if one.answer else ""
        if one.asked.what == "release" and result == "declaration.wrong_state":
            yield place, answered(one, result="released", certificates=[])
        if one.asked.what == "release" and result == "released":
            yield place, answered(one, result="declaration.wrong_state", value="held")
        if one.asked.what == "issue" and result == "exists_with_different_content":
            yield place, answered(one, result="issued")
        if one.asked.what == "issue" and result == "issued":
            yield place, answered(one, result="exists_with_different_content")


LIES = (strangers, used_is_free, free_is_used, tax_is_behind, lost_declarations, other_outcomes)


@pytest.mark.parametrize("lies", LIES, ids=lambda lies: lies.__name__)
def test_a_turned_answer_is_reported(lies: type) -> None:
    told = 0
    for seed in range(SEEDS):
        operations, used_at = history(seed)
        for place, lie in lies(operations):
            told += 1
            turned = [*operations[:place], lie, *operations[place + 1 :]]
            assert check(turned, used_at, most=0), f"seed {seed}: {operations[place]} told as {lie}"
    assert told > SEEDS / 2
