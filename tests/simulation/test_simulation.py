"""Histories from seeds hold; broken protocols do not."""

from __future__ import annotations

import pytest

from tests.simulation.broken import refunding
from tests.simulation.broken.variants import SELDOM, UNSEEN, VARIANTS
from tests.simulation.histories import play, policy_of, run, steps_of

CHUNKS = 5
SEEDS_A_CHUNK = 40
ENOUGH = 1000
"""Histories in which every planted error must show."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_histories_hold(chunk: int) -> None:
    for seed in range(chunk * SEEDS_A_CHUNK, (chunk + 1) * SEEDS_A_CHUNK):
        failure = run(seed)
        assert failure is None, str(failure)


def test_histories_do_things() -> None:
    """A simulation in which nothing is ever released would prove nothing."""
    seen: set[str] = set()
    for seed in range(120):
        world, _ = play(steps_of(seed), policy=policy_of(seed))
        seen.update(world.outcomes)
    expected = {"issued", "reserved", "held", "released", "withdrawn", "refused", "void_requested"}
    assert expected | {"reissue_requested", "goods.already_covered", "certificate.already_used"} <= seen
    assert {"filed", "rejected", "approval: exists", "approval: goods.already_covered"} <= seen
    assert {"accepted", "paid", "recalled", "repaid", "refund.claimed", "claim.goods_certified"} <= seen


def test_same_seed_same_history() -> None:
    one, _ = play(steps_of(7))
    two, _ = play(steps_of(7))
    assert one.outcomes == two.outcomes


@pytest.mark.parametrize("name", VARIANTS)
def test_broken_variant_is_caught(name: str) -> None:
    for seed in range(ENOUGH):
        failure = run(seed, VARIANTS[name], shrinking=False)
        if failure is not None:
            return
    pytest.fail(f"no history of {ENOUGH} shows what is wrong with: {name}")


@pytest.mark.parametrize("name", refunding.VARIANTS)
def test_broken_refund_is_caught(name: str) -> None:
    """By an invariant, among the histories that begin with something to claim; never by the store alone."""
    for seed in range(1, ENOUGH, 4):
        failure = run(seed, refunding.VARIANTS[name], shrinking=False)
        if failure is not None:
            assert failure.text.startswith(("I6", "I7", "Applications")), failure.text
            return
    pytest.fail(f"no history up to {ENOUGH} shows what is wrong with: {name}")


@pytest.mark.parametrize("name", sorted(VARIANTS.keys() - UNSEEN.keys()))
def test_broken_variant_is_caught_from_the_answers_alone(name: str) -> None:
    """Nobody looks into the registers: what the clients are told contradicts itself."""
    for seed in range(ENOUGH):
        _, text = play(
            steps_of(seed, more=SELDOM.get(name, {})), VARIANTS[name], policy_of(seed), outside=True
        )
        if text:
            return
    pytest.fail(f"in {ENOUGH} histories no client could tell what is wrong with: {name}")


def test_what_no_client_is_told_is_still_caught_in_the_registers() -> None:
    assert UNSEEN.keys() < VARIANTS.keys()
    for name in UNSEEN:
        _, text = next(told for told in (play(steps_of(n), VARIANTS[name]) for n in range(ENOUGH)) if told[1])
        assert text


def test_failure_is_shrunk() -> None:
    parts = VARIANTS["tax voids without asking"]
    failure = next(f for f in (run(seed, parts) for seed in range(ENOUGH)) if f is not None)
    assert len(failure.steps) < 10
    assert "I2" in failure.text
