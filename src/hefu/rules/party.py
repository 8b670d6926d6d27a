"""Is the certificate this firm's? (domain.md §6 row 6)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.derived import same_party
from hefu.rules.finding import Question, Severity
from hefu.rules.ruleset import Rule

col = pl.col
_CHAINED = col("chained")

RULES = (
    Rule(
        code="party.holder_differs",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="trader",
        broken=col("known") & ~col("for_agent") & ~col("holder_is_trader"),
        declared="trader_uscc",
        certified="holder_uscc",
        message=Text(
            "证明 {certificate} 的持有人是 {certified}, 报关单的境内收发货人是 {declared}",
            "certificate {certificate} belongs to {certified}, the trader of the declaration is {declared}",
        ),
        remedy=Text(
            "填写境内收发货人自己的证明; 代理出口须由受托方凭委托方证明另行申请",
            "name the trader's own certificate; in an agency export the agent obtains one with the principal's",
        ),
        ground="domain notes §6 row 6; importer of a return is the original exporter of record (§1.2)",
        row="6",
    ),
    Rule(
        code="party.original_trader_differs",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="trader",
        broken=col("original_concerned") & col("holder_is_trader") & ~same_party("original", "trader"),
        declared="trader_uscc",
        certified="original_uscc",
        message=Text(
            "原出口报关单的境内发货人是 {certified}, 本单是 {declared}",
            "the trader of the original export declaration is {certified}, here it is {declared}",
        ),
        remedy=Text(
            "由原出口报关单的境内发货人办理; 企业更名或合并的, 提交变更证明由关员核对",
            "the original exporter of record acts; after a renaming or merger an officer checks the evidence",
        ),
        ground="domain notes §6 row 6",
        row="6",
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
            "证明 {certificate} 依据的委托方证明 {principal} 尚未到达海关",
            "customs has no data yet of {principal}, the principal's certificate behind {certificate}",
        ),
        remedy=Text(
            "等待数据到达, 系统自动重新核验; 久未到达的请委托方联系其主管税务机关",
            "wait, verification repeats by itself; if it stays away the principal asks its tax office",
        ),
        ground="domain notes §1.2, §6 row 6",
        row="6",
    ),
    Rule(
        code="principal.unfit",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=_CHAINED
        & (col("principal_state") != "unknown")
        & ((col("principal_state") == "withdrawn") | ~col("principal_fits")),
        declared="certificate",
        certified="principal",
        message=Text(
            "委托方证明 {principal} 已作废, 或其受托方不是证明 {certificate} 的持有人",
            "the principal's certificate {principal} is voided, or names another agent than the holder of {certificate}",
        ),
        remedy=Text(
            "委托方重新取得以该受托方为 agent 的证明, 受托方据此补办",
            "the principal obtains a certificate naming this agent, and the agent has its own reissued",
        ),
        ground="domain notes §1.2, §6 row 6",
        row="6",
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
        ground="STA Announcement 17 of 2025 art. 7; domain notes §6 row 27",
        row="6, 27",
    ),
)
