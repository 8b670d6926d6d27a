"""What orders cases: the learned weights and how they are held, what a case says of them, who is called a suspect."""

from __future__ import annotations

import pytest

from hefu.chains.analyse import analyse, cases, evidence
from hefu.chains.indicators import indicators
from hefu.chains.weights import SUREST, assumed, learned
from tests.chains.builders import AS_OF, tables
from tests.chains.test_analyse import lent_title


def test_every_indicator_has_a_learned_weight_and_none_speaks_for_innocence() -> None:
    weights = learned()
    assert set(weights.by_indicator) == {one.code for one in indicators()}
    assert min(weights.by_indicator.values()) >= 0
    assert weights.base < 0


def test_indicators_of_patterns_that_no_ring_for_training_has_keep_the_proportions_of_the_rules() -> None:
    own = {one.code: one.weight for one in indicators()}
    held = ("chains.header_swap", "chains.layered_principal", "chains.shell_cohort", "chains.carousel")
    ratios = [learned().by_indicator[one] / own[one] for one in held]
    assert max(ratios) - min(ratios) < 0.01


def test_confidence_grows_with_the_score() -> None:
    weights = assumed(indicators())
    assert weights.confidence(-weights.base) == 50
    assert weights.confidence(0) == 1
    assert weights.confidence(30) == SUREST


def test_a_case_says_what_each_indicator_adds_and_no_more_than_its_evidence() -> None:
    (case,) = analyse(tables(**lent_title()), AS_OF)
    assert sum(case.contributions.values()) == pytest.approx(case.score, abs=0.05)
    assert set(case.contributions) == {one.indicator for one in case.evidence}
    assert list(case.contributions.values()) == sorted(case.contributions.values(), reverse=True)


def test_the_rules_own_weights_give_the_same_case() -> None:
    found = evidence(tables(**lent_title()), AS_OF)
    (by_rules,) = cases(found, assumed(found.rules), minimum=0)
    (case,) = cases(found, learned(), minimum=0)
    assert by_rules.id == case.id
    assert by_rules.evidence == case.evidence


def test_below_the_least_confidence_nothing_is_listed() -> None:
    told = tables(**lent_title())
    (case,) = analyse(told, AS_OF)
    assert not analyse(told, AS_OF, minimum=case.confidence + 1)
