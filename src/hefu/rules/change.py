"""The smallest change that would pass: fewest edits that, applied, make the comparison pass.

Every proposal has been applied to the case and compared again, under the same rules. Which side is wrong no
machine can know, so all proposals of the least number are told, those of least effort first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any, Final

from pydantic import ValidationError

from hefu.rules.candidates import candidates
from hefu.rules.case import Case
from hefu.rules.compare import compare
from hefu.rules.edits import Candidate, Edit
from hefu.rules.finding import Comparison, Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet

_AT_ONCE: Final = 256
"""Combinations tried of one size: bounds the work for a declaration with very many faults."""

_CASES: Final = 32
"""Cases whose combinations are held in memory at once."""

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
    return changes_of_all([case], policy, ruleset)[0]


def changes_of_all(
    cases: Sequence[Case], policy: Policy, ruleset: RuleSet = CURRENT
) -> list[tuple[Change, ...]]:
    """The least changes of each case: what is tried for many is compared in one go."""
    return [
        told
        for start in range(0, len(cases), _CASES)
        for told in _together(cases[start : start + _CASES], policy, ruleset)
    ]


def _together(cases: Sequence[Case], policy: Policy, ruleset: RuleSet) -> list[tuple[Change, ...]]:
    told: list[tuple[Change, ...]] = [() for _ in cases]
    left = {
        place: _of(cases[place], now)
        for place, now in enumerate(compare(cases, policy, ruleset))
        if not now.passes
    }
    for size in _SIZES:
        groups = [
            (place, group)
            for place, known in left.items()
            for group in islice(combinations(known, size), _AT_ONCE)
        ]
        for place, found in _passing(cases, groups, policy, ruleset).items():
            told[place] = tuple(found[:_TOLD])
            del left[place]
    for place in left:
        walked = _walked(cases[place], policy, ruleset)
        told[place] = (walked,) if walked else ()
    return told


def _of(case: Case, comparison: Comparison) -> list[Candidate]:
    """The candidates of all that blocks, each once, least effort first."""
    found: dict[Edit, Candidate] = {}
    for finding in comparison.findings:
        if finding.severity is not Severity.BLOCK:
            continue
        with suppress(ValidationError):  # a list may leave out what a paper needs to be written anew
            for one in candidates(case, finding):
                found.setdefault(one.edit, one)
    return sorted(found.values(), key=lambda one: one.edit.effort)


def _passing(
    cases: Sequence[Case],
    groups: Sequence[tuple[int, tuple[Candidate, ...]]],
    policy: Policy,
    ruleset: RuleSet,
) -> dict[int, list[Change]]:
    """The groups that make their case pass, by its place, those of least effort first."""
    made = [(place, group, _applied(cases[place], group)) for place, group in groups]
    tried = [(place, group, after) for place, group, after in made if after is not None]
    found: dict[int, list[Change]] = {}
    answers = compare([after for _, _, after in tried], policy, ruleset)
    for (place, group, _), answer in zip(tried, answers, strict=True):
        if answer.passes:
            found.setdefault(place, []).append(Change(tuple(one.edit for one in group)))
    return {place: sorted(changes, key=_effort) for place, changes in found.items()}


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
        if fewer and _passing([case], [(0, tuple(fewer))], policy, ruleset):
            steps = fewer
    return Change(tuple(one.edit for one in steps))
