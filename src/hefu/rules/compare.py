"""The comparison: cases in, one answer each, by one pass of vectorised rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from hefu.rules import words
from hefu.rules.case import Case
from hefu.rules.derived import derive
from hefu.rules.finding import Comparison, Draw, Finding, Severity
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule
from hefu.rules.ruleset import CURRENT, RuleSet


def compare(cases: Sequence[Case], policy: Policy, ruleset: RuleSet = CURRENT) -> list[Comparison]:
    """Compare every case; the answers come in the order of the cases.

    A case out of scope that names no certificate passes without findings.
    """
    needed = [policy.needs_certificate(case.declaration) for case in cases]
    asked = [number for number, case in enumerate(cases) if needed[number] or case.certificates]
    findings: list[list[Finding]] = [[] for _ in cases]
    draws: list[list[Draw]] = [[] for _ in cases]
    if asked:
        frame = derive(build([cases[n] for n in asked], [needed[n] for n in asked]), policy, SELDOM)
        for place, finding in _findings(frame, policy, ruleset):
            findings[asked[place]].append(finding)
        for place, draw in _draws(frame):
            draws[asked[place]].append(draw)
    told = ruleset.hash_under(policy)
    return [
        Comparison(
            declaration=case.declaration.number,
            findings=tuple(findings[number]),
            draws=tuple(draws[number]),
            waits_for=_waits_for(case),
            ruleset=ruleset.version,
            ruleset_hash=told,
        )
        for number, case in enumerate(cases)
    ]


def _findings(frame: pl.DataFrame, policy: Policy, ruleset: RuleSet) -> list[tuple[int, Finding]]:
    flags = frame.select_seq(ruleset.flags)
    found: list[tuple[int, Finding]] = []
    for rule, flag in zip(ruleset.rules, flags.iter_columns(), strict=True):
        if flag.any():
            severity = ruleset.severity(rule, policy)
            seen: set[tuple[Any, ...]] = set()
            for row in frame.filter(flag).iter_rows(named=True):
                place = tuple(row[name] for name in PLACE[rule.once])
                if place not in seen:
                    seen.add(place)
                    found.append((row["case"], _finding(rule, row, severity)))
    return found


PLACE: Final[Mapping[Once, tuple[str, ...]]] = {
    Once.CASE: ("case",),
    Once.CERTIFICATE: ("case", "certificate"),
    Once.PAIR: ("case", "certificate", "line", "item"),
}
"""What concerns the case or the certificate as a whole is said once, not at every item."""


def _finding(rule: Rule, row: dict[str, Any], severity: Severity) -> Finding:
    declared, certified = words.shown(rule.declared, row), words.shown(rule.certified, row)
    slots = {
        "certificate": "" if rule.once is Once.CASE else row["certificate"] or "",
        "item": row["item"],
        "line": row["line"],
        "held_by": row["held_by"] or "",
        "principal": row["principal"] or "",
        "export": row["export" if rule.once is Once.CASE else "line_declaration"] or "",
        "export_item": row["line_item"],
    }
    told = {**slots, "declared": declared, "certified": certified, "unit": words.shown("line_unit", row)}
    return Finding(
        code=rule.code,
        question=rule.question,
        severity=severity,
        field=rule.field,
        declared=words.value(rule.declared, row),
        certified=words.value(rule.certified, row),
        certificate=slots["certificate"],
        item=row["item"] if rule.once is Once.PAIR else None,
        line=row["line"] if rule.once is Once.PAIR else None,
        message=words.said(rule.message, told),
        remedy=words.said(rule.remedy, told),
        ground=rule.ground,
    )


def _draws(frame: pl.DataFrame) -> list[tuple[int, Draw]]:
    """What each item takes of each line: never more than the line holds, however much was weighed."""
    columns = ("case", "item", "certificate", "line", "line_quantity", "drawn")
    values = (frame.get_column(name).to_list() for name in columns)
    left: dict[tuple[int, str, int], int] = {}
    draws: list[tuple[int, Draw]] = []
    for case, item, certificate, line, quantity, drawn in zip(*values, strict=True):
        if drawn is not None:
            place = (case, certificate, line)
            rest = left.setdefault(place, quantity)
            taken = min(drawn, rest)
            left[place] = rest - taken
            draws.append((case, Draw(item, certificate, line, taken)))
    return draws


def _waits_for(case: Case) -> tuple[str, ...]:
    known = {one.number for one in case.certificates if one.document}
    known |= {
        one.number for one in case.principals.values() if one.document and not (one.behind or one.ticket)
    }
    named = [one.number for one in case.certificates]
    named += [p for one in case.certificates if one.document and (p := one.document.principal_certificate)]
    named += case.principals
    return tuple(number for number in dict.fromkeys(named) if number not in known)
