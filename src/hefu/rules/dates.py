"""Do the days fit? (docs/rules, row 19)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.days import as_day, as_number, months_after
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
from hefu.rules.sources import A256, ASSUMPTION, CERTIFICATE_RECORD, DUTY_43, ECOMMERCE, cite

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
        ground=cite(A256, CERTIFICATE_RECORD),
        row="19",
        once=Once.CERTIFICATE,
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
            "证明未使用的, 由税务机关作废后按出口报关单的日期重新开具",
            "tax voids the certificate, while unused, and issues it anew with the date of the export declaration",
        ),
        ground=cite(CERTIFICATE_RECORD, ASSUMPTION),
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
            "退运于 {declared} 申报, 期限至 {certified}",
            "the return was declared on {declared}, its period ended on {certified}",
        ),
        remedy=Text(
            "超期退运一般不免税: 关员确认退运原因与征免",
            "a late return is usually not exempt from duty: an officer decides on cause and duty",
        ),
        ground=cite(DUTY_43, ECOMMERCE),
        row="19",
        once=Once.CERTIFICATE,
    ),
)


def _window_end(
    policy: Policy, original: int | None, stated: int | None, mode: str | None, *, ecommerce: bool
) -> int | None:
    """The last day of a return: by the months of its mode of export, else of its kind of trade."""
    exported = stated if original is None else original
    if exported is None:
        return None
    usual = policy.ecommerce_window_months if ecommerce else policy.return_window_months
    return as_number(months_after(as_day(exported), policy.window_months_by_mode.get(mode or "", usual)))


def _is_late_at_all(policy: Policy) -> pl.Expr:
    """No window ends sooner than this: a month has at least 28 days."""
    months = (
        policy.return_window_months,
        policy.ecommerce_window_months,
        *policy.window_months_by_mode.values(),
    )
    exported = pl.coalesce("original_day", "line_export_day")
    return col("fit") & (col("act") == "return") & (col("declared_on") > exported + 28 * min(months))


SELDOM = (
    Seldom(
        "window_end",
        _is_late_at_all,
        ("original_day", "line_export_day", "export_mode", "ecommerce"),
        lambda policy, *row: _window_end(policy, *row[:3], ecommerce=row[3]),
        default=None,
        dtype=pl.Int64,
    ),
)
