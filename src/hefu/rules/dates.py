"""Do the days fit? (docs/rules, row 19)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.days import as_day, as_number, months_after
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
from hefu.rules.sources import (
    A256,
    ASSUMPTION,
    CERTIFICATE_RECORD,
    DECLARATION_FORM,
    DUTY_43,
    ECOMMERCE,
    cite,
)

col = pl.col
_DAY_DIFFERS = (
    col("original_concerned")
    & (col("line_export_day") != col("original_day"))
    & (col("line_export_day") != col("original_declared"))
)

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
        broken=_DAY_DIFFERS,
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
        code="date.before_export",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="declared_on",
        # declared before its certificate was issued is a rule of its own
        broken=col("fit")
        & col("after_export")
        & col("same_export")
        & (col("declared_on") < col("export_declared"))
        & (col("declared_on") >= col("issued_on")),
        declared="declared_on",
        certified="export_declared",
        message=Text(
            "本单于 {declared} 申报, 早于所涉的出口 ({certified})",
            "this act was declared on {declared}, before the export that it concerns ({certified})",
        ),
        remedy=Text(
            "核对申报日期和关联报关单号, 填错的更正报关单; 海关没有原单而证明的出口日期写错的, 证明未使用时由税务机关作废后"
            "重新开具",
            "check the day of the declaration and the related number and correct what is wrong; if customs has no such export"
            " on record and the certificate's day of export is wrong, tax voids it, while unused, and issues it anew",
        ),
        ground=cite(DECLARATION_FORM, ASSUMPTION),
        row="19",
        once=Once.CASE,
    ),
    Rule(
        code="date.issued_before_export",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="issued_on",
        # an act before the export, and a day of export that is not the export declaration's, are rules of their own
        broken=col("fit")
        & col("after_export")
        & (col("issued_on") < col("exported_on"))
        & (col("exported_on") <= col("declared_on"))
        & ~_DAY_DIFFERS.fill_null(value=False),
        declared="exported_on",
        certified="issued_on",
        message=Text(
            "证明 {certificate} 开具于 {certified}, 早于所列货物的出口日期 {declared}",
            "certificate {certificate} was issued on {certified}, before the export of its goods on {declared}",
        ),
        remedy=Text(
            "税务机关核对开具日期和出口日期; 证明有误且未使用的, 作废后重新开具",
            "tax checks the day of issue and the day of export, voids a wrong certificate, while unused, and issues it anew",
        ),
        ground=cite(CERTIFICATE_RECORD, ASSUMPTION),
        row="19",
        once=Once.CERTIFICATE,
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
    """The last day of a return."""
    exported = stated if original is None else original
    if exported is None:
        return None
    return as_number(months_after(as_day(exported), policy.return_months(mode, ecommerce=ecommerce)))


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
