"""A rule in words and as data: the same for the command line, the services and the documentation."""

from __future__ import annotations

from typing import Any

from hefu.rules.docs.examples import example
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule
from hefu.rules.ruleset import RuleSet


def as_json(rule: Rule, ruleset: RuleSet, policy: Policy) -> dict[str, Any]:
    """Everything about a rule under a rule set and policy, for machines, with a worked example (under the
    example's own policy).
    """
    worked = example(rule.code)
    return {**_plain(rule, ruleset, policy), "example": worked and worked.as_json(ruleset)}


def _plain(rule: Rule, ruleset: RuleSet, policy: Policy) -> dict[str, Any]:
    return {
        "code": rule.code,
        "revision": rule.revision,
        "question": rule.question.value,
        "severity": ruleset.severity(rule, policy).value,
        "field": rule.field,
        "once": rule.once.value,
        "row": rule.row,
        "message": rule.message._asdict(),
        "remedy": rule.remedy._asdict(),
        "ground": rule.ground._asdict(),
        "reads": list(rule.reads),
    }


def set_as_json(ruleset: RuleSet, policy: Policy) -> dict[str, Any]:
    """A rule set with all its rules and the policy, for machines; examples come with a single rule."""
    return {
        "version": ruleset.version,
        "in_force": ruleset.in_force.isoformat(),
        "hash": ruleset.hash_under(policy),
        "policy": policy.model_dump(mode="json"),
        "rules": [_plain(rule, ruleset, policy) for rule in ruleset.rules],
    }
