"""The comparison of very many: tables in, a table of findings out, by the same rules.

The frame of the comparison is built column by column here and row by row in ``frame``; rules and derived columns
are the same. Rows in which every unit agrees and nothing is shared need no conversions and no sums, so they are
judged apart from the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from hefu.rules import words
from hefu.rules.compare import PLACE
from hefu.rules.derived import derive
from hefu.rules.finding import Severity
from hefu.rules.library import SELDOM
from hefu.rules.mass.rows import frame_of
from hefu.rules.mass.tables import Tables
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet

col = pl.col

FINDINGS: Final = {
    "declaration": pl.String,
    "code": pl.String,
    "question": pl.String,
    "severity": pl.String,
    "certificate": pl.String,
    "item": pl.Int64,
    "line": pl.Int64,
    "declared": pl.String,
    "certified": pl.String,
}
"""Columns of the findings, as those of :class:`~hefu.rules.finding.Finding`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it: ``findings`` (see :data:`FINDINGS`), ``verdicts`` one row a declaration (``match`` and
    ``entitlement``: pass, warn, fail), how many ``pairs`` of item and line were compared, and the rules.
    """

    findings: pl.DataFrame
    verdicts: pl.DataFrame
    pairs: int
    ruleset: str
    ruleset_hash: str


def judge(tables: Tables, policy: Policy, ruleset: RuleSet = CURRENT) -> Judged:
    """Judge every declaration of the tables that is to be judged and in scope, or names a certificate."""
    parts = frame_of(tables, policy)
    pairs = sum(part.height - part.get_column("item").null_count() for part in parts)
    found = [one for part in parts for one in _findings(part, policy, ruleset)]
    findings = pl.concat(found) if found else pl.DataFrame(schema=FINDINGS)
    asked = tables.declarations.filter("judged").select("declaration")
    return Judged(
        findings=findings,
        verdicts=_verdicts(asked, findings),
        pairs=pairs,
        ruleset=ruleset.version,
        ruleset_hash=ruleset.hash_under(policy),
    )


def _findings(frame: pl.DataFrame, policy: Policy, ruleset: RuleSet) -> Sequence[pl.DataFrame]:
    frame = derive(frame, policy, SELDOM)
    flags = frame.select(ruleset.flags)
    found: list[pl.DataFrame] = []
    for rule, flag in zip(ruleset.rules, flags.iter_columns(), strict=True):
        if flag.any():
            severity = ruleset.severity(rule, policy).value
            place = PLACE[rule.once]
            rows = frame.filter(flag).unique(subset=place, keep="first", maintain_order=True)
            apart = "line" in place
            found.append(
                rows.select(
                    "declaration",
                    pl.lit(rule.code).alias("code"),
                    pl.lit(rule.question.value).alias("question"),
                    pl.lit(severity).alias("severity"),
                    col("certificate").fill_null(""),
                    col("item") if apart else pl.lit(None, pl.Int64).alias("item"),
                    col("line") if apart else pl.lit(None, pl.Int64).alias("line"),
                    words.column_text(rule.declared, rows.columns).alias("declared"),
                    words.column_text(rule.certified, rows.columns).alias("certified"),
                )
            )
    return found


def _verdicts(asked: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """``pass``, ``warn`` or ``fail`` for match and entitlement of each declaration."""
    weights = {Severity.INFO.value: 0, Severity.WARN.value: 1, Severity.BLOCK.value: 2}
    weighed = findings.select(
        "declaration",
        "question",
        weight=col("severity").replace_strict(weights, return_dtype=pl.Int8),
    )
    worst = [
        pl.when(col("question") == question).then("weight").max().fill_null(0).alias(question)
        for question in ("match", "entitlement")
    ]
    told = asked.join(weighed.group_by("declaration").agg(worst), on="declaration", how="left")
    names = ["pass", "warn", "fail"]
    return told.with_columns(
        col(question).fill_null(0).replace_strict([0, 1, 2], names, return_dtype=pl.String)
        for question in ("match", "entitlement")
    )
