"""Is the certificate this firm's? (docs/rules, row 6)"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.names import same_name
from hefu.errors import Text
from hefu.rules.expressions import same_party
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
from hefu.rules.sources import A256, ASSUMPTION, POLICY, USCC, cite

col = pl.col
_SUCCEEDED = col("known") & ~col("for_agent") & ~col("holder_is_trader") & col("holder_succeeded")
EVIDENCE: Final = Text("关员核对合并或变更的证明", "an officer checks the evidence of the succession")
CHECK: Final = Text(
    "核对代码是否写错; 确有校验位不符的真实代码, 由关员确认",
    "check for a slip of the pen; real codes with a wrong check digit exist, an officer confirms",
)


def _differs(role: str) -> pl.Expr:
    """Said of the trader, or of the owner, already where it is the same code."""
    told = col(f"{role}_uscc").eq_missing(col("trader_uscc"))
    return ~told if role == "owner" else ~told & ~col(f"{role}_uscc").eq_missing(col("owner_uscc"))


RULES = (
    Rule(
        code="party.holder_differs",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="trader",
        broken=col("known") & ~col("for_agent") & ~col("holder_is_trader") & ~col("holder_succeeded"),
        declared="trader_uscc",
        certified="holder_uscc",
        message=Text(
            "证明 {certificate} 的持有人是 {certified}, 报关单的境内收发货人是 {declared}",
            "certificate {certificate} belongs to {certified}, the trader of the declaration is {declared}",
        ),
        remedy=Text(
            "填写境内收发货人自己的证明; 代理出口的, 由受托方凭委托方证明另行申请; 因代码种类不同无法比对的, 补填统一社会信用代码",
            "name the trader's own certificate; in an agency export the agent obtains one with the principal's; where codes"
            " of different kinds cannot be compared, add the USCC",
        ),
        ground=cite(A256, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.original_trader_differs",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="trader",
        broken=col("original_concerned")
        & (col("holder_is_trader") | col("holder_succeeded"))
        & ~col("original_is_trader")
        & ~col("original_succeeded"),
        declared="trader_uscc",
        certified="original_uscc",
        message=Text(
            "原出口报关单的境内发货人是 {certified}, 本单是 {declared}",
            "the trader of the original export declaration is {certified}, here it is {declared}",
        ),
        remedy=Text(
            "由原出口报关单的境内发货人办理; 企业合并或变更的, 由海关凭变更证明登记接续企业 (政策 successors)",
            "the original exporter of record acts; after a merger or re-registration customs, on evidence, registers the"
            " successor (policy successors)",
        ),
        ground=ASSUMPTION,
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.succeeded",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="trader",
        broken=_SUCCEEDED,
        declared="trader_uscc",
        certified="holder_uscc",
        message=Text(
            "境内收发货人 {declared} 登记为证明 {certificate} 持有人 {certified} 的接续企业",
            "trader {declared} is on record as the successor of {certified}, the holder of certificate {certificate}",
        ),
        remedy=EVIDENCE,
        ground=cite(POLICY, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.original_succeeded",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="trader",
        broken=col("original_concerned")
        & ~col("original_is_trader")
        & col("original_succeeded")
        & ~(_SUCCEEDED & same_party("original", "holder")),
        declared="trader_uscc",
        certified="original_uscc",
        message=Text(
            "境内收发货人 {declared} 登记为原出口报关单的境内发货人 {certified} 的接续企业",
            "trader {declared} is on record as the successor of {certified}, the trader of the original export declaration",
        ),
        remedy=EVIDENCE,
        ground=cite(POLICY, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.name_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="trader",
        broken=col("name_differs"),
        declared="trader_name",
        certified="holder_name",
        message=Text(
            "代码相同而名称不同: 报关单为“{declared}”, 证明为“{certified}”",
            "the codes agree, the names do not: {declared} in the declaration, {certified} in the certificate",
        ),
        remedy=Text(
            "核对企业全称; 更名的登记曾用名",
            "check the full legal name; after a renaming have the former name registered",
        ),
        ground=ASSUMPTION,
        row="7",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.check_digit",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="trader",
        broken=~col("trader_checks"),
        declared="trader_uscc",
        certified="trader_name",
        message=Text(
            "境内收发货人的统一社会信用代码 {declared} 校验位不符",
            "the check digit of the trader's unified social credit code {declared} does not fit",
        ),
        remedy=CHECK,
        ground=USCC,
        row="28",
        once=Once.CASE,
    ),
    Rule(
        code="party.owner_check_digit",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="owner",
        broken=~col("owner_checks") & _differs("owner"),
        declared="owner_uscc",
        certified="trader_uscc",
        message=Text(
            "生产销售单位的统一社会信用代码 {declared} 校验位不符",
            "the check digit of the owner's unified social credit code {declared} does not fit",
        ),
        remedy=CHECK,
        ground=USCC,
        row="28",
        once=Once.CASE,
    ),
    Rule(
        code="party.declarant_check_digit",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="declarant",
        broken=~col("declarant_checks") & _differs("declarant"),
        declared="declarant_uscc",
        certified="trader_uscc",
        message=Text(
            "申报单位的统一社会信用代码 {declared} 校验位不符",
            "the check digit of the declarant's unified social credit code {declared} does not fit",
        ),
        remedy=CHECK,
        ground=USCC,
        row="28",
        once=Once.CASE,
    ),
    Rule(
        code="party.holder_check_digit",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="holder",
        broken=~col("holder_checks") & col("holder_is_trader") & col("trader_uscc").is_null(),
        declared="trader_uscc",
        certified="holder_uscc",
        message=Text(
            "证明 {certificate} 持有人的统一社会信用代码 {certified} 校验位不符",
            "the check digit of {certified}, the holder of certificate {certificate}, does not fit",
        ),
        remedy=CHECK,
        ground=USCC,
        row="28",
        once=Once.CERTIFICATE,
    ),
)


def _is_another(policy: Policy, holder: str, trader: str, uscc: str) -> bool:
    return not same_name(holder, trader, policy.former_names.get(uscc, ()))


def is_successor(policy: Policy, before: str, after: str) -> bool:
    """Whether one firm became the other, in one step or several."""
    seen = {before}
    while (before := policy.successors.get(before, "")) and before not in seen:
        if before == after:
            return True
        seen.add(before)
    return False


SELDOM = (
    Seldom(
        "name_differs",
        col("known") & col("holder_is_trader") & (col("holder_name") != col("trader_name")),
        ("holder_name", "trader_name", "holder_uscc"),
        _is_another,
    ),
    Seldom(
        "holder_succeeded",
        col("known") & ~col("holder_is_trader") & col("trader_uscc").is_not_null(),
        ("holder_uscc", "trader_uscc"),
        is_successor,
    ),
    Seldom(
        "original_succeeded",
        col("original") & (col("original_uscc") != col("trader_uscc")),
        ("original_uscc", "trader_uscc"),
        is_successor,
    ),
)
