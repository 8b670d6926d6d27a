"""Who stands behind the trader: the principal and its certificate, the owner, the consignor reported to tax.
(docs/rules, rows 6, 27, 28)

An agent's certificate stands on its principal's. Tax sees to that at issue; customs asks again, of the data that it
holds itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.fields import scaled
from hefu.errors import Text
from hefu.rules.expressions import is_told, may_lose, same_party
from hefu.rules.finding import Question, Severity
from hefu.rules.pairing import same_code
from hefu.rules.party import CHECK, EVIDENCE, is_successor
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule, Seldom
from hefu.rules.sources import ASSUMPTION, POLICY, STA_5, STA_17, USCC, cite

col = pl.col
_CHAINED = col("chained")
_IN_FORCE = ~col("principal_state").is_in(["unknown", "withdrawn"])
_LINKED = _CHAINED & col("principal_serves") & (col("principal_names_holder") | col("agent_succeeded"))
"""The principal's certificate is for this act, and its agent is the holder or has become it."""


def _is_known(role: str) -> pl.Expr:
    return col(f"{role}_uscc").is_not_null() | col(f"{role}_code").is_not_null()


def _is_not(role: str) -> pl.Expr:
    """Another code than in this role."""
    return ~col("principal_uscc").eq_missing(col(f"{role}_uscc"))


_OWNER_DIFFERS = (
    _LINKED
    & col("principal_lacks").is_null()
    & _is_known("owner")
    & ~same_party("owner", "principal")
    & ~col("owner_succeeded")
)

RULES = (
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
        broken=_CHAINED & _IN_FORCE & ~_LINKED,
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
        code="principal.goods_differ",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="certificates",
        broken=_LINKED & _IN_FORCE & col("principal_lacks").is_not_null(),
        declared="principal_lacks",
        certified="principal",
        message=Text(
            "证明 {certificate} 第 {declared} 行的货物, 委托方证明 {certified} 没有列, 或所列数量较少",
            "the principal's certificate {certified} does not cover the goods in line {declared} of {certificate}, or less"
            " of them",
        ),
        remedy=Text(
            "委托方取得列明同样货物且数量足够的证明; 受托方的证明未使用的, 由税务机关作废后据此重新开具",
            "the principal obtains a certificate for the same goods and enough of them; tax voids the agent's, while unused,"
            " and issues it anew on that one",
        ),
        ground=cite(STA_5, ASSUMPTION),
        row="6, 13",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="principal.agent_succeeded",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="certificates",
        broken=_LINKED & _IN_FORCE & ~col("principal_names_holder"),
        declared="holder_uscc",
        certified="principal_agent_uscc",
        message=Text(
            "证明 {certificate} 的持有人 {declared} 登记为委托方证明 {principal} 所写受托方 {certified} 的接续企业",
            "{declared}, the holder of certificate {certificate}, is on record as the successor of {certified}, the agent of"
            " the principal's certificate {principal}",
        ),
        remedy=EVIDENCE,
        ground=cite(POLICY, ASSUMPTION),
        row="6",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="principal.check_digit",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="certificates",
        # a code that stands in the declaration too has a rule of its own there
        broken=_LINKED
        & _IN_FORCE
        & ~col("principal_checks")
        & _is_not("trader")
        & _is_not("owner")
        & _is_not("declarant"),
        declared="principal",
        certified="principal_uscc",
        message=Text(
            "委托方证明 {declared} 持有人的统一社会信用代码 {certified} 校验位不符",
            "the check digit of {certified}, the holder of the principal's certificate {declared}, does not fit",
        ),
        remedy=CHECK,
        ground=USCC,
        row="28",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="party.owner_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="owner",
        broken=_OWNER_DIFFERS,
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
        broken=_is_known("consignor")
        & _is_known("owner")
        & ~same_party("owner", "consignor")
        & ~col("consignor_succeeded")
        & ~col("consignor_told"),
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
)


def lacking_line(own: Certificate, principal: Certificate) -> int | None:
    """The first line of an agent's certificate whose goods the principal's does not cover, or less of them."""
    theirs = {_place(line): line for line in principal.lines}
    lacking = [one.line for one in own.lines if not _covers(theirs.get(_place(one)), one)]
    return min(lacking, default=None)


def _place(line: CertificateLine) -> tuple[str | None, int | None]:
    """The goods by export declaration and item; before export, when each firm has an invoice of its own, by line."""
    return (None, line.line) if line.declaration is None else (line.declaration, line.item)


def _covers(theirs: CertificateLine | None, own: CertificateLine) -> bool:
    """Whether a principal's line has the goods and as much of them; before export the code tells the goods too."""
    if theirs is None or (own.declaration is None and not same_code(own.hs_code, theirs.hs_code)):
        return False
    mine, other = units()[own.unit], units()[theirs.unit]
    more = scaled(own.quantity) * mine.size - scaled(theirs.quantity) * other.size
    return mine.dimension == other.dimension and more <= may_lose(mine.size, other.size)


UNTOLD = pl.lit(value=False).alias("consignor_told")


def with_told(frame: pl.DataFrame) -> pl.DataFrame:
    """Where a consignor was reported, replace :data:`UNTOLD`: that the owner is another firm is told already, by a
    principal's certificate of the case whose holder is that consignor.
    """
    if not is_told(frame, *_REPORTED):
        return frame
    told = (_OWNER_DIFFERS & same_party("principal", "consignor")).fill_null(value=False)
    return frame.with_columns(told.any().over("case").alias("consignor_told"))


_REPORTED: Final = ("consignor_uscc", "consignor_code")
READS: Final = ("case", *dict.fromkeys((*_OWNER_DIFFERS.meta.root_names(), *_REPORTED)))
"""What :func:`with_told` reads."""


def _are_one(policy: Policy, one: str, other: str) -> bool:
    """Whether one firm became the other, whichever: the report may be older or younger than the declaration."""
    return is_successor(policy, one, other) or is_successor(policy, other, one)


def _where(condition: pl.Expr) -> Callable[[Policy], pl.Expr]:
    """Asked where any succession is on record."""
    return lambda policy: condition if policy.successors else pl.lit(value=False)


SELDOM = (
    Seldom(
        "agent_succeeded",
        _where(_CHAINED & col("principal_serves") & (col("principal_agent_uscc") != col("holder_uscc"))),
        ("principal_agent_uscc", "holder_uscc"),
        is_successor,
    ),
    Seldom(
        "owner_succeeded",
        _where(_CHAINED & (col("principal_uscc") != col("owner_uscc"))),
        ("principal_uscc", "owner_uscc"),
        is_successor,
    ),
    Seldom(
        "consignor_succeeded",
        _where(col("consignor_uscc") != col("owner_uscc")),
        ("consignor_uscc", "owner_uscc"),
        _are_one,
    ),
)
