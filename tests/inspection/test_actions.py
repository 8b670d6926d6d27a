"""Every finding says what to do next."""

from __future__ import annotations

import re

import pytest

from hefu.inspection.findings.actions import ACTION_OF, TITLES, Action, action_of
from hefu.inspection.findings.checks import CHECKS, SAID
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT

POLICIES = (Policy(), Policy(original_unknown="hold"))


@pytest.mark.parametrize("policy", POLICIES)
def test_whatever_blocks_has_a_next_step(policy: Policy) -> None:
    blocking = {rule.code for rule in CURRENT.rules if CURRENT.severity(rule, policy) is Severity.BLOCK}
    assert blocking <= ACTION_OF.keys()


def test_what_warns_is_looked_at() -> None:
    assert action_of("quantity.exceeds_goods", "warn") is Action.LOOK
    assert action_of("quantity.exceeds_goods", "block") is Action.OBTAIN


def test_every_step_has_a_title_in_both_languages() -> None:
    assert list(TITLES) == list(Action)
    assert all(title.zh and title.en for title in TITLES.values())


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.code)
def test_a_check_speaks_both_languages_with_the_same_slots(check: object) -> None:
    for name in ("message", "remedy", "ground"):
        zh, en = getattr(check, name)
        assert zh
        assert en
        slots = [set(re.findall(r"\{(\w+)\}", text)) for text in (zh, en)]
        assert slots[0] == slots[1]
        assert slots[0] <= SAID.keys()


def test_what_checks_block_is_never_only_looked_at() -> None:
    for check in CHECKS.values():
        assert (check.severity is Severity.BLOCK) <= (check.action is not Action.LOOK)
