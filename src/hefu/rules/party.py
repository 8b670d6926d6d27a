"""Is the certificate this firm's? (docs/rules, row 6)"""

from __future__ import annotations

import polars as pl

from hefu.documents.names import same_name
from hefu.errors import Text
from hefu.rules.expressions import same_party
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
from hefu.rules.sources import A256, ASSUMPTION, POLICY, STA_5, STA_17, USCC, cite

col = pl.col
_CHAINED = col("chained")
_SUCCEEDED = col("known") & ~col("for_agent") & ~col("holder_is_trader") & col("holder_succeeded")
_EVIDENCE = Text("关员核对合并或变更的证明", "an officer checks the evidence of the succession")
_CHECK = Text(
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
        code="principal.unknown",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=_CHAINED & (col("principal_state") == "unknown"),
        declared="certificate",
        certified="principal",
        message=Text(
            "证明 {certificate} 所依据的委托方证明 {principal} 海关尚不能采用: 数据未到, 不全, 或正凭纸质办理",
            "customs cannot rely yet on {principal}, the principal's certificate behind {certificate}: its data have not"
            " come, are incomplete, or it is being handled on paper",
        ),
        remedy=Text(
            "等待数据到达, 系统自动重新核验; 久未到达的请委托方联系其主管税务机关",
            "wait, verification repeats by itself; if it stays away the principal asks its tax office",
        ),
        ground=cite(STA_5, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="principal.voided",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=_CHAINED & (col("principal_state") == "withdrawn"),
        declared="certificate",
        certified="principal",
        message=Text(
            "证明 {certificate} 所依据的委托方证明 {principal} 已作废",
            "{principal}, the principal's certificate behind {certificate}, has been voided",
        ),
        remedy=Text(
            "委托方重新取得证明; 受托方的证明未使用的, 由税务机关作废后据此重新开具",
            "the principal obtains a new certificate; tax voids the agent's, while unused, and issues it anew on that one",
        ),
        ground=cite(STA_5, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="principal.unfit",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=_CHAINED & ~col("principal_state").is_in(["unknown", "withdrawn"]) & ~col("principal_fits"),
        declared="certificate",
        certified="principal",
        message=Text(
            "委托方证明 {principal} 的用途或受托方与证明 {certificate} 的用途, 持有人不符",
            "the purpose or the agent of the principal's certificate {principal} is not the purpose or the holder of"
            " {certificate}",
        ),
        remedy=Text(
            "委托方取得写明该受托方且用途相同的证明; 受托方的证明未使用的, 由税务机关作废后据此重新开具",
            "the principal obtains a certificate that names this agent and has the same purpose; tax voids the agent's,"
            " while unused, and issues it anew on that one",
        ),
        ground=cite(STA_5, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.owner_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="owner",
        broken=_CHAINED
        & col("principal_fits")
        & (col("owner_uscc").is_not_null() | col("owner_code").is_not_null())
        & ~same_party("owner", "principal"),
        declared="owner_uscc",
        certified="principal_uscc",
        message=Text(
            "报关单的生产销售单位是 {declared}, 委托方证明的持有人是 {certified}",
            "the owner in the declaration is {declared}, the principal's certificate belongs to {certified}",
        ),
        remedy=Text(
            "核对委托关系; 与代理出口汇总表不符的转买单出口排查",
            "check the agency; a difference from the agent's report is a sign of buy-and-export",
        ),
        ground=STA_17,
        row="6, 27",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.consignor_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="owner",
        broken=(col("consignor_uscc").is_not_null() | col("consignor_code").is_not_null())
        & (col("owner_uscc").is_not_null() | col("owner_code").is_not_null())
        & ~same_party("owner", "consignor"),
        declared="owner_uscc",
        certified="consignor_uscc",
        message=Text(
            "报关单的生产销售单位是 {declared}, 代理出口企业报送的实际委托方是 {certified}",
            "the owner in the declaration is {declared}, the agent reported {certified} as the actual consignor",
        ),
        remedy=Text(
            "核对委托关系: 生产销售单位填错的更正报关单, 汇总表报错的向税务机关更正; 都没有错的转买单出口排查",
            "check the agency: correct the owner in the declaration or the agent's report; if neither is wrong it is a"
            " sign of buy-and-export",
        ),
        ground=STA_17,
        row="27",
        once=Once.CASE,
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
        remedy=_EVIDENCE,
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
        remedy=_EVIDENCE,
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
        remedy=_CHECK,
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
        remedy=_CHECK,
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
        remedy=_CHECK,
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
        remedy=_CHECK,
        ground=USCC,
        row="28",
        once=Once.CERTIFICATE,
    ),
)


def _is_another(policy: Policy, holder: str, trader: str, uscc: str) -> bool:
    return not same_name(holder, trader, policy.former_names.get(uscc, ()))


def _is_successor(policy: Policy, before: str, after: str) -> bool:
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
        _is_successor,
    ),
    Seldom(
        "original_succeeded",
        col("original") & (col("original_uscc") != col("trader_uscc")),
        ("original_uscc", "trader_uscc"),
        _is_successor,
    ),
)
