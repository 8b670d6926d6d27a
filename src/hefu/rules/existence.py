"""Is there a certificate, and may it still be used? (docs/rules, row 1)"""

from __future__ import annotations

import re

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
from hefu.rules.sources import A256, ASSUMPTION, ONE_CERTIFICATE, POLICY, STA_5, cite

col = pl.col
_FOREIGN = col("held_by").is_null() | (col("held_by") != col("declaration"))

RULES = (
    Rule(
        code="certificate.missing",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("needed") & (col("named") == 0),
        declared="act",
        certified="certificate",
        message=Text(
            "{declared}须有《出口货物已补税/未退税证明》: 本次申报未填证明编号, 也未查到可用的证明",
            "this act ({declared}) needs a Certificate of Tax Paid / Not Refunded: none is named, and none was found for it",
        ),
        remedy=Text(
            "更正申报, 填写证明编号; 没有证明的向主管税务机关申请, 已填关联报关单号的在证明到达海关后自动重新核验",
            "correct the declaration to name its certificate; if there is none apply to the tax office: with a related"
            " declaration named, verification repeats by itself when the certificate arrives",
        ),
        ground=cite(A256, POLICY),
        row="1",
        once=Once.CASE,
    ),
    Rule(
        code="certificate.unknown",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("state") == "unknown",
        declared="certificate",
        certified="state",
        message=Text(
            "海关尚无证明 {certificate} 的数据", "customs has no data of certificate {certificate} yet"
        ),
        remedy=Text(
            "核对编号; 若税务已开具, 数据到达后自动重新核验, 无需再申报",
            "check the number; if tax has issued it, verification repeats by itself when the data arrive, without another"
            " declaration",
        ),
        ground=A256,
        row="1",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.withdrawn",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("state") == "withdrawn",
        declared="certificate",
        certified="state",
        message=Text(
            "证明 {certificate} 已作废, 不能再用",
            "certificate {certificate} has been voided and can no longer be used",
        ),
        remedy=Text(
            "已重新开具的, 更正申报填写新证明的编号; 没有的向主管税务机关申请",
            "correct the declaration to name the one issued anew, or apply for one at the tax office",
        ),
        ground=A256,
        row="1",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.used",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=(col("state") == "used") & _FOREIGN,
        declared="certificate",
        certified="held_by",
        message=Text(
            "证明 {certificate} 已被报关单 {held_by} 使用",
            "certificate {certificate} has been used by declaration {held_by}",
        ),
        remedy=Text(
            "一证一单: 更正申报, 填写本单自己的证明, 没有的向主管税务机关申请",
            "one certificate, one declaration: name this declaration's own certificate, or apply for one",
        ),
        ground=cite(A256, ONE_CERTIFICATE),
        row="1, 14",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.reserved",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=(col("state") == "reserved") & _FOREIGN,
        declared="certificate",
        certified="held_by",
        message=Text(
            "证明 {certificate} 已为报关单 {held_by} 预留",
            "certificate {certificate} is reserved for declaration {held_by}",
        ),
        remedy=Text(
            "若 {held_by} 有误, 由其申报人撤回, 本单随即自动重新核验; 否则填写本单自己的证明",
            "if {held_by} is wrong, its declarant withdraws it and this one is verified again by itself;"
            " otherwise name this declaration's own certificate",
        ),
        ground=ONE_CERTIFICATE,
        row="1, 14",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.for_agent",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("for_agent"),
        declared="certificate",
        certified="holder_uscc",
        message=Text(
            "证明 {certificate} 是委托方证明, 只供受托方向其税务机关申请证明, 不能直接用于报关",
            "certificate {certificate} is a principal's: the agent applies with it at its own tax office, it is"
            " not used at customs",
        ),
        remedy=Text(
            "受托方凭此证明向其主管税务机关申请, 报关单填写受托方的证明",
            "the agent obtains its own certificate with it, and the declaration names that one",
        ),
        ground=cite(STA_5, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.not_needed",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="certificates",
        broken=col("fit") & col("mine") & col("item").is_null() & (col("items") > 0) & ~col("uncovered"),
        declared="certificate",
        certified="purpose",
        message=Text(
            "所填证明 {certificate} 没有商品项用到; 不会占用",
            "the declaration names certificate {certificate} but no item draws on it; it will not be taken",
        ),
        remedy=Text("如属多填, 更正申报删除该编号", "if it was named by mistake, correct the declaration"),
        ground=ONE_CERTIFICATE,
        row="14",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.on_paper",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("ticket").is_not_null(),
        declared="certificate",
        certified="ticket",
        message=Text(
            "证明 {certificate} 正按应急程序凭纸质证明办理 (应急编号 {certified})",
            "certificate {certificate} is being handled on paper under contingency {certified}",
        ),
        remedy=Text(
            "纸质办理的在应急程序内办结, 不得同时电子办理; 误登记的由两名关员撤销登记",
            "what began on paper ends on paper; if the paper was entered by mistake two officers undo it",
        ),
        ground=cite(A256, ONE_CERTIFICATE),
        row="1",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.behind",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("behind"),
        declared="certificate",
        certified="state",
        message=Text(
            "证明 {certificate} 的数据不完整: 后续数据已到, 中间有缺",
            "the data of certificate {certificate} are incomplete: later ones have come, some before them are missing",
        ),
        remedy=Text(
            "缺失数据补齐后自动重新核验; 久未补齐的由运维人员检查网络链路",
            "verification repeats by itself when the gap closes; if it stays open the operator checks the link",
        ),
        ground=cite(A256, ASSUMPTION),
        row="29",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="certificate.number_form",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=col("number_odd"),
        declared="certificate",
        certified="purpose",
        message=Text(
            "证明编号 {certificate} 不符合规定的格式",
            "certificate number {certificate} has not the prescribed form",
        ),
        remedy=Text("核对并更正证明编号", "check and correct the certificate number"),
        ground=cite(POLICY, ASSUMPTION),
        row="1, 28",
        once=Once.CERTIFICATE,
    ),
)


def _is_odd(policy: Policy, number: str) -> bool:
    return re.fullmatch(policy.certificate_pattern, number) is None


SELDOM = (
    Seldom(
        "number_odd",
        lambda policy: (
            col("certificate").is_not_null() if policy.certificate_pattern else pl.lit(value=False)
        ),
        ("certificate",),
        _is_odd,
    ),
)
