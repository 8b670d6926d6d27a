"""Do the days fit? (domain.md §6 row 19)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.ruleset import Rule

col = pl.col

RULES = (
    Rule(
        code="date.issued_after_act",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="declared_on",
        broken=col("fit") & (col("issued_on") > col("declared_on")),
        declared="declared_on",
        certified="issued_on",
        message=Text(
            "证明 {certificate} 开具于 {certified}, 晚于申报日期 {declared}",
            "certificate {certificate} was issued on {certified}, after the declaration of {declared}",
        ),
        remedy=Text(
            "在证明开具之日或之后申报; 申报日期填错的更正报关单",
            "declare on or after the day of issue; correct the declaration if its date is wrong",
        ),
        ground="domain notes §6 row 19: issue date not after the act",
        row="19",
    ),
    Rule(
        code="date.export_date_differs",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="export_date",
        broken=col("original_concerned")
        & (col("line_export_day") != col("original_day"))
        & (col("line_export_day") != col("original_declared")),
        declared="original_day",
        certified="line_export_day",
        message=Text(
            "原出口报关单的出口日期是 {declared}, 证明 {certificate} 第 {line} 行写 {certified}",
            "the export declaration's date is {declared}, line {line} of certificate {certificate} says {certified}",
        ),
        remedy=Text(
            "证明未使用时由税务机关按出口报关单更正补办",
            "tax reissues the certificate, while unused, with the date of the export declaration",
        ),
        ground="domain notes §6 row 19; either the entry-exit or the declaration date counts (assumption)",
        row="19",
    ),
    Rule(
        code="date.window_closed",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="declared_on",
        broken=col("fit") & (col("act") == "return") & (col("declared_on") > col("window_end")),
        declared="declared_on",
        certified="window_end",
        message=Text(
            "退运申报日期 {declared} 已过期限 {certified}",
            "the return is declared on {declared}, the period ended on {certified}",
        ),
        remedy=Text(
            "超期退运一般不免税: 关员确认退运原因与征免",
            "a late return is usually not exempt from duty: an officer decides on cause and duty",
        ),
        ground="Duty Regulation art. 43 (one year); MOF/GACC/STA 4/2023, 16/2026 (six months, e-commerce)",
        row="19",
    ),
)
