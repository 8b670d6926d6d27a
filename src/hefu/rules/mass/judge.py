"""The comparison of very many: tables in, a table of findings out, by the same rules.

The frame of the comparison is built column by column here and row by row in ``rules.frame``; rules and derived
columns are the same. What speaks of cases and certificates alone is asked once for each of them, not at every pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from hefu.rules import words
from hefu.rules.compare import PLACE
from hefu.rules.derived import HEADS, derive_heads, derive_pairs, reads, reads_of_heads, reads_of_pairs
from hefu.rules.finding import Severity
from hefu.rules.library import SELDOM
from hefu.rules.mass.heads import tell
from hefu.rules.mass.pairing import paired_rows
from hefu.rules.mass.rows import Rows, head_rows, index, pair_rows
from hefu.rules.mass.tables import Tables
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
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
    told = tell(tables, policy)
    pairs = paired_rows(told, tables)
    plan = _Plan.of(policy, ruleset)
    rows = index(pairs, told)
    heads, belongs = head_rows(rows, told)
    heads = plan.with_heads(heads)
    found = list(plan.findings(heads, plan.of_heads))
    for part in pair_rows(rows, belongs, heads, told, tables):
        found += plan.findings(plan.with_pairs(part), plan.of_pairs)
    findings = pl.concat(found) if found else pl.DataFrame(schema=FINDINGS)
    asked = tables.declarations.filter("judged").select("declaration")
    return Judged(
        findings=findings,
        verdicts=_verdicts(asked, findings),
        pairs=pairs.height,
        ruleset=ruleset.version,
        ruleset_hash=ruleset.hash_under(policy),
    )


@dataclass(frozen=True)
class _Plan:
    """Which rules and columns need cases and certificates alone, and which need items and lines."""

    policy: Policy
    ruleset: RuleSet
    of_heads: tuple[Rule, ...]
    of_pairs: tuple[Rule, ...]
    seldom_of_heads: tuple[Seldom, ...]
    seldom_of_pairs: tuple[Seldom, ...]

    @classmethod
    def of(cls, policy: Policy, ruleset: RuleSet) -> _Plan:
        early = tuple(one for one in SELDOM if reads(policy, [one]) <= HEADS)
        columns = HEADS | {one.name for one in early}
        of_heads = tuple(
            rule for rule in ruleset.rules if rule.once is not Once.PAIR and columns.issuperset(rule.reads)
        )
        return cls(
            policy,
            ruleset,
            of_heads,
            tuple(rule for rule in ruleset.rules if rule not in of_heads),
            early,
            tuple(one for one in SELDOM if one not in early),
        )

    def with_heads(self, rows: Rows) -> Rows:
        """Cases and certificates with all that is told of them alone."""
        needed = {name for rule in self.of_heads for name in rule.reads}
        rows = rows.having(needed | reads_of_heads(self.policy, self.seldom_of_heads))
        return replace(rows, frame=derive_heads(rows.frame, self.policy, self.seldom_of_heads))

    def with_pairs(self, rows: Rows) -> Rows:
        """Pairs with all that is told of them."""
        needed = {name for rule in self.of_pairs for name in rule.reads}
        rows = rows.having(needed | reads_of_pairs(self.policy, self.seldom_of_pairs))
        return replace(rows, frame=derive_pairs(rows.frame, self.policy, self.seldom_of_pairs))

    def findings(self, rows: Rows, rules: Sequence[Rule]) -> Iterator[pl.DataFrame]:
        """What the rules find in the rows, a table a rule."""
        flags = rows.frame.select(rule.broken.alias(rule.code) for rule in rules)
        for rule, flag in zip(rules, flags.iter_columns(), strict=True):
            if flag.any():
                yield self._found(rows, rule, flag.arg_true())

    def _found(self, rows: Rows, rule: Rule, places: pl.Series) -> pl.DataFrame:
        place = PLACE[rule.once]
        values = dict.fromkeys(
            name for shown in (rule.declared, rule.certified) for name in words.columns(shown)
        )
        if rule.once is not Once.PAIR:
            places = _in_order(rows.frame, places)
        told = rows.shown(list(dict.fromkeys((*place, "declaration", "certificate", *values))), places)
        told = told.unique(subset=place, keep="first", maintain_order=True)
        apart = rule.once is Once.PAIR
        return told.select(
            "declaration",
            pl.lit(rule.code).alias("code"),
            pl.lit(rule.question.value).alias("question"),
            pl.lit(self.ruleset.severity(rule, self.policy).value).alias("severity"),
            col("certificate").fill_null("") if "certificate" in place else pl.lit("").alias("certificate"),
            col("item") if apart else pl.lit(None, pl.Int64).alias("item"),
            col("line") if apart else pl.lit(None, pl.Int64).alias("line"),
            words.column_text(rule.declared, told.columns).alias("declared"),
            words.column_text(rule.certified, told.columns).alias("certified"),
        )


def _in_order(frame: pl.DataFrame, places: pl.Series) -> pl.Series:
    """Rows by the order of their items: what is told once is told of the first, as one by one."""
    if "item_row" not in frame.columns:
        return places
    items = frame.get_column("item_row").gather(places)
    told = pl.DataFrame({"place": places, "item": items})
    return told.sort("item", "place", nulls_last=True).get_column("place")


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
