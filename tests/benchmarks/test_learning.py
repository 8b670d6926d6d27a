"""What is learned follows what is true, and is held where nothing can be learned."""

from __future__ import annotations

import tomllib

import pytest

from benchmarks.chains.learning import Group, Look, checked, fit, ordered, written
from benchmarks.chains.listing import Listed
from benchmarks.chains.world.truth import Ring, Template, Truth
from hefu.chains.case import Role
from hefu.chains.indicators import indicators
from hefu.chains.weights import assumed

TELLS, IDLE, HELD = "chains.single_header", "chains.payer_country", "chains.carousel"
RING = Ring("lender-1", Template.LENDER, 0.5, {"A": frozenset({Role.HEADER})}, {"D": 1}, frozenset(), ())


def group(*codes: str, true: bool = False) -> Group:
    who = frozenset({"A" if true else "B"})
    listed = Listed("", {}, who, frozenset(), frozenset({"D"} if true else set()))
    return Group(dict.fromkeys(codes, 1.0), listed, true, frozenset({RING.id} if true else set()))


@pytest.fixture(scope="module")
def told() -> list[Group]:
    return [
        *(group(TELLS, true=True) for _ in range(10)),
        *(group(IDLE, HELD) for _ in range(20)),
        *(group(IDLE) for _ in range(20)),
    ]


def test_what_tells_gains_and_what_does_not_loses_but_never_clears(told: list[Group]) -> None:
    own, weights = assumed(indicators()).by_indicator, fit(told)
    assert weights.by_indicator[TELLS] / weights.by_indicator[HELD] > own[TELLS] / own[HELD]
    assert 0 <= weights.by_indicator[IDLE] / weights.by_indicator[HELD] < own[IDLE] / own[HELD]
    assert ordered(told, weights)[0].suspects == {"A"}


def test_a_pattern_without_a_ring_for_training_keeps_the_rules_weight(told: list[Group]) -> None:
    weights, own = fit(told).by_indicator, {one.code: one.weight for one in indicators()}
    assert weights[HELD] / own[HELD] == pytest.approx(
        weights["chains.header_swap"] / own["chains.header_swap"]
    )


def test_what_is_learned_is_checked_on_what_was_left_out_and_says_where_it_comes_from(
    told: list[Group],
) -> None:
    truth = Truth((RING,), (), {"A": "header"}, {})
    seen = [Look(world, share, truth, tuple(told)) for world in ("one", "two") for share in (1.0, 0.6, 0.0)]
    assert any(one.startswith("lender, 60%, learned") for one in checked(seen))
    weights = fit(told)
    file = tomllib.loads(written(weights, seen))
    assert file["worlds"] == "one, two"
    assert (file["groups"], file["true"]) == (6 * 50, 6 * 10)
    assert set(file["weights"]) == {one.code.removeprefix("chains.") for one in indicators()}
