"""Does the supervision mode allow it? (docs/rules, row 20)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.rule import Once, Rule
from hefu.rules.sources import ASSUMPTION, MODE_TABLE, cite

col = pl.col

RULES = (
    Rule(
        code="mode.not_for_act",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="mode",
        broken=col("needed") & ~col("mode_serves"),
        declared="mode",
        certified="act",
        message=Text(
            "监管方式 {declared} 不适用于此业务 ({certified})",
            "supervision mode {declared} does not serve this act ({certified})",
        ),
        remedy=Text(
            "按实际业务更正监管方式, 退运货物为 4561",
            "correct the supervision mode; returned goods are declared under 4561",
        ),
        ground=MODE_TABLE,
        row="20",
        once=Once.CASE,
    ),
    Rule(
        code="mode.unknown",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="mode",
        broken=col("needed") & col("mode").is_not_null() & ~col("mode_known"),
        declared="mode",
        certified="act",
        message=Text("监管方式代码表中没有 {declared}", "supervision mode {declared} is not in the table"),
        remedy=Text("关员核对监管方式", "an officer checks the supervision mode"),
        ground=MODE_TABLE,
        row="20",
        once=Once.CASE,
    ),
    Rule(
        code="mode.not_refundable",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="mode",
        broken=col("fit") & (col("refundable") == "no"),
        declared="export_mode",
        certified="purpose",
        message=Text(
            "出口监管方式 {declared} 一般不办理退税, 证明 {certificate} 的“未退税”不说明问题",
            "exports under mode {declared} are usually not refunded, so certificate {certificate} proves little",
        ),
        remedy=Text("关员核对出口监管方式", "an officer checks the mode of the export"),
        ground=cite(MODE_TABLE, ASSUMPTION),
        row="20",
        once=Once.CERTIFICATE,
    ),
)
