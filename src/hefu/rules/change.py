"""The smallest change that would pass: fewest edits that, applied, make the comparison pass.

Every proposal has been applied to the case and compared again, under the same rules. Which side is wrong no
machine can know, so all proposals of the least number are told, those of least effort first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any, Final

from hefu.rules.candidates import candidates
from hefu.rules.case import Case
from hefu.rules.compare import compare
from hefu.rules.edits import Candidate, Edit
from hefu.rules.finding import Comparison, Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet

_AT_ONCE: Final = 256
"""Combinations tried of one size: bounds the work for a declaration with very many faults."""

_SIZES: Final = (1, 2, 3)
_TOLD: Final = 4


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that together would clear the declaration."""

    edits: tuple[Edit, ...]

    def as_json(self) -> list[dict[str, Any]]:
        """For machines."""
        return [edit.as_json() for edit in self.edits]


def smallest_changes(case: Case, policy: Policy, ruleset: RuleSet = CURRENT) -> tuple[Change, ...]:
    """The least changes that clear a held case; empty if it passes, or if none was found."""
    (now,) = compare([case], policy, ruleset)
    if now.passes:
        return ()
    known = _of(case, now)
    for size in _SIZES:
        groups = list(islice(combinations(known, size), _AT_ONCE))
        found = _passing(case, groups, policy, ruleset)
        if found:
            return tuple(found[:_TOLD])
    walked = _walked(case, policy, ruleset)
    return (walked,) if walked else ()


def _of(case: Case, comparison: Comparison) -> list[Candidate]:
    """The candidates of all that blocks, each once, least effort first."""
    found: dict[Edit, Candidate] = {}
    for finding in comparison.findings:
        if finding.severity is Severity.BLOCK:
            for one in candidates(case, finding):
                found.setdefault(one.edit, one)
    return sorted(found.values(), key=lambda one: one.edit.effort)


def _passing(
    case: Case, groups: Sequence[tuple[Candidate, ...]], policy: Policy, ruleset: RuleSet
) -> list[Change]:
    made = [(group, _applied(case, group)) for group in groups]
    tried = [(group, after) for group, after in made if after is not None]
    answers = compare([after for _, after in tried], policy, ruleset)
    found = [
        Change(tuple(one.edit for one in group))
        for (group, _), answer in zip(tried, answers, strict=True)
        if answer.passes
    ]
    return sorted(found, key=_effort)


def _effort(change: Change) -> int:
    return sum(edit.effort for edit in change.edits)


def _applied(case: Case, group: Sequence[Candidate]) -> Case | None:
    after: Case | None = case
    for one in group:
        after = one.make(after) if after is not None else None
    return after


def _walked(case: Case, policy: Policy, ruleset: RuleSet) -> Change | None:
    """For many faults: mend one after the other, then leave out what turned out not to be needed."""
    steps: list[Candidate] = []
    now = case
    for _ in range(64):
        (answer,) = compare([now], policy, ruleset)
        if answer.passes:
            return _shortened(case, steps, policy, ruleset)
        done = {one.edit for one in steps}
        fresh = [one for one in _of(now, answer) if one.edit not in done]
        after = next(((one, made) for one in fresh if (made := one.make(now)) is not None), None)
        if after is None:
            return None
        steps.append(after[0])
        now = after[1]
    return None


def _shortened(case: Case, steps: list[Candidate], policy: Policy, ruleset: RuleSet) -> Change:
    for one in tuple(steps):
        fewer = [other for other in steps if other is not one]
        if fewer and _passing(case, [tuple(fewer)], policy, ruleset):
            steps = fewer
    return Change(tuple(one.edit for one in steps))
