"""What contingency refuses, and what it finds that cannot both be right, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hefu import errors
from hefu.errors import Text

NO_TICKET = errors.kind(
    "contingency.not_found",
    http=404,
    message=Text("没有应急编号 {place}", "there is no contingency {place}"),
    cure=Text("用 hefu contingency 查看; 或先启动应急", "see hefu contingency, or open one first"),
)
BAD_START = errors.kind(
    "contingency.start_impossible",
    http=422,
    message=Text(
        "功能 {place} 的故障起始时间 {value} 在将来, 或早于 30 天前",
        "the outage of {place} cannot have begun at {value}: that is in the future, or more than 30 days ago",
    ),
    cure=Text("填写故障实际开始的时间 (带时区)", "state when the outage began, with its time zone"),
)
OUTSIDE_TICKET = errors.kind(
    "paper.outside_contingency",
    http=409,
    exit_code=1,
    message=Text(
        "纸质证明 {place} 收取于 {value}, 不在应急 {ticket} 期间",
        "paper certificate {place} was taken at {value}, outside contingency {ticket}",
    ),
    cure=Text(
        "应急期间才凭纸质证明办理; 核对收取时间与应急编号",
        "paper serves during a contingency only: check the time and the ticket",
    ),
)
NOT_NAMED = errors.kind(
    "paper.not_named",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {value} 没有填写证明 {place}", "declaration {value} does not name certificate {place}"
    ),
    cure=Text(
        "先更正报关单, 填写证明编号", "correct the declaration first, so that it names the certificate"
    ),
)
NOT_HELD = errors.kind(
    "paper.declaration_not_held",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {value} 的状态为 {state}, 证明 {place} 无需也不能凭纸质办理",
        "declaration {value} is {state}; certificate {place} need not and cannot be handled on paper",
    ),
    cure=Text("只有扣留待核的报关单可凭纸质证明办理", "paper serves for declarations that are held"),
)
RECORD_IS_HERE = errors.kind(
    "paper.record_is_here",
    http=409,
    exit_code=1,
    message=Text(
        "证明 {place} 的电子数据已在海关, 不凭纸质办理",
        "the record of certificate {place} is at customs; paper does not take its place",
    ),
    cure=Text(
        "按扣留原因更正, 系统自动重新核验",
        "settle why the declaration is held; verification repeats by itself",
    ),
)
PAPER_CONTESTED = errors.kind(
    "paper.contested",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {place} 凭纸质证明 {certificate} 办理, 该证明有争议 (争议 {contest}), 暂不放行",
        "declaration {place} is handled on paper certificate {certificate}, which is contested (contest {contest}); it"
        " is not released",
    ),
    cure=Text(
        "查看 hefu contests; 查清后由两名关员了结争议",
        "see hefu contests; when it is clear two officers close the contest",
    ),
)
NO_CONTEST = errors.kind(
    "contest.not_found",
    http=404,
    message=Text("没有争议 {place}", "there is no contest {place}"),
    cure=Text("用 hefu contests 查看", "see hefu contests"),
)

CONTESTS: Final[Mapping[str, tuple[Text, Text]]] = {
    "paper.presented_twice": (
        Text(
            "纸质证明 {certificate} 已用于报关单 {other}, 又为报关单 {declaration} 提交",
            "paper certificate {certificate} serves declaration {other} and was presented again for {declaration}",
        ),
        Text(
            "报关单 {declaration} 不得凭此证明放行; 核实两份纸质证明的真伪, 移交调查",
            "the second declaration is not released on it; find out which paper is genuine, hand it to investigation",
        ),
    ),
    "paper.used_elsewhere": (
        Text(
            "证明 {certificate} 已由报关单 {other} 占用或使用, 又以纸质为报关单 {declaration} 提交",
            "certificate {certificate} is held or used by declaration {other} and was presented on paper for {declaration}",
        ),
        Text(
            "一证一单: 报关单 {declaration} 须有自己的证明; 货已离境的移交调查",
            "one certificate, one declaration: the second needs its own; if the goods have left, hand it to investigation",
        ),
    ),
    "paper.of_withdrawn": (
        Text(
            "证明 {certificate} 已作废, 其纸质又为报关单 {declaration} 提交",
            "certificate {certificate} was voided, and its paper was presented for declaration {declaration}",
        ),
        Text(
            "收回纸质证明; 企业向主管税务机关申请新证明",
            "take the paper in; the enterprise applies for a new certificate at its tax office",
        ),
    ),
    "paper.differs": (
        Text(
            "纸质证明 {certificate} (报关单 {declaration}) 与税务电子数据不一致",
            "paper certificate {certificate} (declaration {declaration}) says otherwise than the record of tax",
        ),
        Text(
            "对照扫描件与电子数据: 录入有误的注明了结, 纸质有改动的移交调查",
            "hold the scan against the record: close it where it was a typing error, else hand it to investigation",
        ),
    ),
    "paper.unknown_at_tax": (
        Text(
            "税务没有编号 {certificate} 的有效证明, 而其纸质已用于报关单 {declaration}",
            "tax has no certificate {certificate} in force, and its paper serves declaration {declaration}",
        ),
        Text(
            "请税务核实: 补录的数据到达后自动比对; 伪造的移交调查",
            "ask tax: if it enters the certificate now, the comparison follows by itself; a forged one goes to"
            " investigation",
        ),
    ),
    "restore.use_lost": (
        Text(
            "海关节点恢复备份后, 报关单 {declaration} 的单证缺失; 它已使用证明 {certificate}",
            "since customs was restored the document of declaration {declaration} is missing; it has used certificate"
            " {certificate}",
        ),
        Text(
            "请申报人以原号重新申报原单证: 证明仍归它, 不会另作他用",
            "have the declarant lodge the same document again under its number: the certificate is still its own",
        ),
    ),
    "restore.reservation_lost": (
        Text(
            "海关节点恢复备份后, 报关单 {declaration} 的单证缺失; 它已预留证明 {certificate}",
            "since customs was restored the document of declaration {declaration} is missing; it holds certificate"
            " {certificate} reserved",
        ),
        Text(
            "请申报人以原号重新申报; 不再申报的由两名关员了结, 证明随即释放",
            "have the declarant lodge it again; if it never comes two officers close this, which frees the certificate",
        ),
    ),
    "restore.paper_lost": (
        Text(
            "海关节点恢复备份后, 证明 {certificate} 的纸质登记缺失; 它曾凭纸质用于报关单 {declaration}, 编号仍归该报关单",
            "since customs was restored the paper of certificate {certificate} is missing; it served declaration"
            " {declaration}, which still has the number",
        ),
        Text(
            "以原号重新申报, 凭同一纸质重新登记 (hefu paper); 查明从未凭它放行且不再申报的由两名关员了结, 编号随即释放",
            "have it lodged again and enter the same paper again (hefu paper); only if it is clear that nothing was"
            " released on it, and nothing will be, two officers close this, which frees the number",
        ),
    ),
}
"""Every kind of contest: what contradicts what, and what to do."""
