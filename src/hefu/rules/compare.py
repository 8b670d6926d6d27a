"""The comparison: cases in, one answer each, by one pass of vectorised rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from hefu.documents.codes.tables import units
from hefu.documents.fields import plain, unscaled
from hefu.rules import commodity, dates, existence, mode, original, party, purpose, quantity
from hefu.rules.case import Case
from hefu.rules.derived import derive
from hefu.rules.finding import Comparison, Draw, Finding
from hefu.rules.frame import build, day_text
from hefu.rules.policy import Policy
from hefu.rules.ruleset import Rule, RuleSet

CURRENT: Final = RuleSet(
    version="2026.1",
    rules=(
        *existence.RULES,
        *purpose.RULES,
        *original.RULES,
        *party.RULES,
        *commodity.RULES,
        *quantity.RULES,
        *dates.RULES,
        *mode.RULES,
    ),
)
"""The rule set in force."""

_QUANTITIES = frozenset({"drawn_of_line", "wanted_of_goods", "line_quantity", "exported", "left_here"})
_DAYS = frozenset({"declared_on", "issued_on", "original_day", "line_export_day", "window_end"})
_UNITS = frozenset({"item_unit", "line_unit", "goods_unit"})
_ONCE_A_CASE = frozenset(
    {
        "certificate.missing",
        "original.not_in_force",
        "item.withdrawn_in_part",
        "item.none",
        "mode.not_for_act",
        "mode.unknown",
    }
)
_ONCE_A_CERTIFICATE = frozenset(
    {rule.code for rule in (*existence.RULES, *purpose.RULES, *party.RULES)}
    | {
        "date.issued_after_act",
        "mode.not_refundable",
        "date.window_closed",
        "original.unknown",
        "declaration.not_related",
    }
)


def compare(cases: Sequence[Case], policy: Policy, ruleset: RuleSet = CURRENT) -> list[Comparison]:
    """Compare every case; the answers come in the order of the cases.

    A case out of scope that names no certificate passes without findings.
    """
    needed = [policy.needs_certificate(case.declaration) for case in cases]
    asked = [number for number, case in enumerate(cases) if needed[number] or case.certificates]
    findings: list[list[Finding]] = [[] for _ in cases]
    draws: list[list[Draw]] = [[] for _ in cases]
    if asked:
        frame = derive(build([cases[n] for n in asked], [needed[n] for n in asked]), _window_end(policy))
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


def _window_end(policy: Policy) -> pl.Expr:
    day = pl.coalesce("original_day", "line_export_day").cast(pl.Int32).cast(pl.Date)
    months = pl.when("ecommerce").then(policy.ecommerce_window_months).otherwise(policy.return_window_months)
    return day.dt.offset_by(pl.format("{}mo", months)).cast(pl.Int32).cast(pl.Int64).alias("window_end")


def _findings(frame: pl.DataFrame, policy: Policy, ruleset: RuleSet) -> list[tuple[int, Finding]]:
    flags = frame.select_seq(ruleset.flags)
    found: list[tuple[int, Finding]] = []
    seen: set[tuple[Any, ...]] = set()
    for rule, flag in zip(ruleset.rules, flags.iter_columns(), strict=True):
        if flag.any():
            rows = frame.filter(flag).iter_rows(named=True)
            found += [
                (row["case"], _finding(rule, row, policy)) for row in rows if _is_new(rule.code, row, seen)
            ]
    return found


def _is_new(code: str, row: dict[str, Any], seen: set[tuple[Any, ...]]) -> bool:
    """What concerns the case or the certificate as a whole is said once, not at every item."""
    key: tuple[Any, ...] = (code, row["case"])
    if code not in _ONCE_A_CASE:
        key = (*key, row["certificate"])
        if code not in _ONCE_A_CERTIFICATE:
            key = (*key, row["line"], row["item"])
    if key in seen:
        return False
    seen.add(key)
    return True


def _finding(rule: Rule, row: dict[str, Any], policy: Policy) -> Finding:
    whole = rule.code in _ONCE_A_CASE or rule.code in _ONCE_A_CERTIFICATE
    slots = {
        "declared": _shown(rule.declared, row),
        "certified": _shown(rule.certified, row),
        "certificate": row["certificate"] or "",
        "item": row["item"],
        "line": row["line"],
        "held_by": row["held_by"] or "",
        "principal": row["principal"] or "",
        "unit": _shown("line_unit", row),
    }
    return Finding(
        code=rule.code,
        question=rule.question,
        severity=rule.severity_under(policy),
        field=rule.field,
        declared=slots["declared"],
        certified=slots["certified"],
        certificate=slots["certificate"],
        item=None if whole else row["item"],
        line=None if whole else row["line"],
        message=rule.message.fill(slots),
        remedy=rule.remedy.fill(slots),
        ground=rule.ground,
    )


def _shown(column: str, row: dict[str, Any]) -> str:
    value = row[column]
    if value is None and column.endswith("_uscc"):
        value = row[f"{column.removesuffix('_uscc')}_code"]
    if value is None:
        return ""
    if column in _QUANTITIES:
        return plain(unscaled(value))
    if column in _DAYS:
        return day_text(value)
    if column in _UNITS:
        return f"{value} {units()[value].name}"
    return str(value)


def _draws(frame: pl.DataFrame) -> list[tuple[int, Draw]]:
    columns = ("case", "item", "certificate", "line", "drawn")
    values = (frame.get_column(name).to_list() for name in columns)
    return [
        (case, Draw(item, certificate, line, drawn))
        for case, item, certificate, line, drawn in zip(*values, strict=True)
        if drawn is not None
    ]


def _waits_for(case: Case) -> tuple[str, ...]:
    known = {one.number for one in (*case.certificates, *case.principals.values()) if one.document}
    named = [one.number for one in case.certificates]
    named += [p for one in case.certificates if one.document and (p := one.document.principal_certificate)]
    named += case.principals
    return tuple(number for number in dict.fromkeys(named) if number not in known)
