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
            "监管方式是 {declared}, 不适用于{certified}",
            "supervision mode {declared} does not serve this act ({certified})",
        ),
        remedy=Text(
            "按实际业务更正监管方式: 出口用出口的方式 (如 0110 一般贸易); 退运用 4561 退运货物, 加工贸易成品退换用 4400 或 4600,"
            " 跨境电商用 1210, 9610, 9710 或 9810",
            "correct the mode to what is done: an export under a mode of exports (0110 general trade, say); a return under"
            " 4561 returned goods, 4400 or 4600 processed goods exchanged, in e-commerce 1210, 9610, 9710 or 9810",
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
        code="mode.original_unknown",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="mode",
        # the same code in the act itself is told already
        broken=col("needed")
        & col("after_export")
        & col("export_mode").is_not_null()
        & col("refundable").is_null()
        & col("export_mode").ne_missing(col("mode")),
        declared="export_mode",
        certified="export",
        message=Text(
            "出口报关单 {certified} 的监管方式 {declared} 不在代码表中",
            "supervision mode {declared} of export declaration {certified} is not in the table",
        ),
        remedy=Text(
            "关员核对出口监管方式, 以及该方式下的出口是否退税",
            "an officer checks the mode of the export, and whether exports under it are refunded",
        ),
        ground=MODE_TABLE,
        row="20",
        once=Once.CASE,
    ),
    Rule(
        code="mode.not_refundable",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="mode",
        broken=col("fit") & (col("refundable") == "no") & col("mode_serves"),
        declared="export_mode",
        certified="purpose",
        message=Text(
            "出口监管方式是 {declared}, 一般不办理退税, 证明 {certificate} 作用有限",
            "exports under mode {declared} are usually not refunded, so certificate {certificate} proves little",
        ),
        remedy=Text("关员核对出口监管方式", "an officer checks the mode of the export"),
        ground=cite(MODE_TABLE, ASSUMPTION),
        row="20",
        once=Once.CERTIFICATE,
    ),
)
