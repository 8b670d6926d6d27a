"""What can be wrong with an agent's report: every code with its severity, in both languages, with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hefu.errors import Text
from hefu.rules.finding import Severity

BLOCK, WARN, INFO = Severity.BLOCK, Severity.WARN, Severity.INFO


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of finding: ``block`` keeps the report from being submitted, ``warn`` asks a person to look."""

    severity: Severity
    message: Text
    remedy: Text


_CORRECT: Final = Text(
    "更正报关单 (改单) 后重新取数", "have the declaration amended at customs, then produce the report again"
)
_AGREEMENT: Final = Text(
    "补充代理协议或更正其内容, 再生成",
    "add the agreement or correct what it says, and produce the report again",
)
_ASK: Final = Text("向委托方索取并填入代理协议", "ask the consignor and put it into the agreement")
_REPORTED: Final = Text(
    "核对已填报的表与原始单证, 以有单证支持者为准更正",
    "hold the report against the papers and correct what they do not support",
)

_AMOUNTS: Final = {
    "no_total": Check(
        BLOCK,
        Text(
            "报关单 {about} 第 {item} 项没有可用的总价或币制",
            "item {item} of {about} has no usable total or currency",
        ),
        _CORRECT,
    ),
    "no_terms": Check(
        BLOCK,
        Text(
            "报关单 {about} 的成交方式 {lacking} 无法折算为离岸价",
            "the terms {lacking} of {about} cannot be brought to FOB",
        ),
        _CORRECT,
    ),
    "no_charge": Check(
        BLOCK,
        Text(
            "报关单 {about} 的成交方式含运费或保费 ({lacking}), 但金额未填或不能分摊",
            "the terms of {about} hold {lacking}, which is not stated or cannot be shared out",
        ),
        _CORRECT,
    ),
    "no_rate": Check(
        BLOCK,
        Text(
            "报关单 {about}: 缺 {month} 的 {lacking} 海关汇率",
            "{about}: no customs rate for {lacking} in {month}",
        ),
        Text(
            "在汇率文件 (month,currency,rate) 中补上该月汇率, 与单证一并给出",
            "add the rate of that month to a file of rates (month,currency,rate) and give it with the papers",
        ),
    ),
    "not_positive": Check(
        BLOCK,
        Text(
            "报关单 {about} 第 {item} 项的运费保费不少于货值",
            "freight and insurance of item {item} of {about} are not less than its total",
        ),
        _CORRECT,
    ),
}
_CONSIGNORS: Final = {
    "no_consignor": Check(
        BLOCK,
        Text(
            "报关单 {about} 第 {items} 项的实际委托方不明 (监管方式 {mode}), 未列入表中",
            "nobody is known for whom items {items} of {about} were exported (mode {mode}); they are not in the form",
        ),
        _AGREEMENT,
    ),
    "no_agreement": Check(
        WARN,
        Text(
            "报关单 {about} 第 {items} 项没有代理协议, 按生产销售单位 {owner} 填报",
            "no agreement covers items {items} of {about}; the owner {owner} is reported",
        ),
        Text(
            "补上代理协议; 该单位若另受他人委托, 应报最终委托方",
            "add the agreement; if that firm acts for another, the other is to be reported",
        ),
    ),
    "part_uncovered": Check(
        WARN,
        Text(
            "报关单 {about} 只有部分商品有协议, 第 {items} 项按自营出口, 未列入表中",
            "agreements cover only part of {about}; items {items} count as the agent's own and are not in the form",
        ),
        _AGREEMENT,
    ),
    "owner_missing": Check(
        WARN,
        Text(
            "报关单 {about} 没有生产销售单位, 也没有协议, 按自营出口, 未列入表中",
            "{about} names no owner and no agreement covers it; it counts as the agent's own and is not in the form",
        ),
        _CORRECT,
    ),
    "owner_differs": Check(
        WARN,
        Text(
            "报关单 {about} 的生产销售单位是 {owner}, 按协议 {agreements} 实际委托方是 {consignor}, 已按后者填报",
            "the owner in {about} is {owner}; by {agreements} the actual consignor is {consignor}, who is reported",
        ),
        Text(
            "生产销售单位应填实际委托方 (双抬头); 必要时改单, 单抬头代理是买单出口的特征",
            "the declaration names the actual consignor as owner; an agency without that is the mark of buy-and-export",
        ),
    ),
    "owner_outside_chain": Check(
        BLOCK,
        Text(
            "报关单 {about} 的生产销售单位 {owner} 不在协议 {agreements} 的委托链中 (终点 {consignor})",
            "the owner {owner} in {about} stands nowhere in the chain of {agreements}, which ends at {consignor}",
        ),
        Text(
            "查明货物属于谁: 协议错的更正协议, 报关单错的改单",
            "find out whose the goods are; correct the agreement or have the declaration amended",
        ),
    ),
    "chain_broken": Check(
        BLOCK,
        Text(
            "报关单 {about}: 委托链在协议 {missing} 处中断, 暂填 {consignor}",
            "{about}: the chain breaks at agreement {missing}; {consignor} is reported for now",
        ),
        _AGREEMENT,
    ),
    "chain_loops": Check(
        BLOCK,
        Text(
            "报关单 {about}: 协议 {agreements} 的委托链回到 {missing}, 没有终点, 未列入表中",
            "{about}: the chain of {agreements} comes back to {missing}; it has no end, and is not in the form",
        ),
        _AGREEMENT,
    ),
    "consignor_disagrees": Check(
        BLOCK,
        Text(
            "报关单 {about}: 协议写明实际委托方 {consignor}, 但委托链的终点是 {missing}",
            "{about}: an agreement states {consignor} as actual consignor, but the chain ends at {missing}",
        ),
        _AGREEMENT,
    ),
    "several_agreements": Check(
        BLOCK,
        Text(
            "报关单 {about} 第 {items} 项被多份协议覆盖, 终点不同, 未列入表中: {consignors}",
            "several agreements cover items {items} of {about} and end at different firms, so they are not in the form: {consignors}",
        ),
        _AGREEMENT,
    ),
    "principal_is_agent": Check(
        WARN,
        Text(
            "报关单 {about} 填报的 {consignor} 在协议 {agreements} 中是受托方, 该协议未写明是否涉及本单",
            "{consignor}, reported for {about}, is the agent of {agreements}, which do not say whether they concern it",
        ),
        Text(
            "确认是否为其自有货物; 不是的, 报其委托方",
            "make sure that the goods are its own; if not, its principal is to be reported",
        ),
    ),
    "consignor_without_id": Check(
        BLOCK,
        Text("委托方 {about} 没有纳税人识别号 (统一社会信用代码)", "{about} has no taxpayer id or USCC"),
        _ASK,
    ),
    "consignor_abroad": Check(
        WARN,
        Text("委托方 {about} 在境外 ({country})", "the consignor {about} is abroad ({country})"),
        Text(
            "核对货物来源和出口是否属于代理; 与主管税务机关确认填法",
            "make sure where the goods come from, and ask the tax office how to report such a consignor",
        ),
    ),
    "consignor_without_name": Check(
        BLOCK, Text("委托方 {about} 没有名称", "the consignor {about} has no name"), _ASK
    ),
    "check_digit": Check(
        WARN,
        Text(
            "{about} 的统一社会信用代码 {uscc} 校验位不符",
            "the check digit of {uscc}, the USCC of {about}, does not fit",
        ),
        Text("与营业执照核对", "compare it with the business licence"),
    ),
    "name_differs": Check(
        WARN,
        Text("代码 {about} 有不同名称: {names}", "{about} goes by different names: {names}"),
        Text("核对名称, 使单证一致", "make sure which is right and keep the papers alike"),
    ),
}
_PAPERS: Final = {
    "agreement_unused": Check(
        WARN,
        Text(
            "协议 {about} 在本季没有对应的报关单",
            "no declaration of the quarter belongs to agreement {about}",
        ),
        Text(
            "本季确无出口的不必处理; 否则补上报关单或协议所列单号",
            "nothing to do if nothing was exported; else add the declaration, or its number to the agreement",
        ),
    ),
    "declaration_missing": Check(
        WARN,
        Text(
            "协议 {agreement} 所列报关单 {about} 不在单证中",
            "declaration {about}, listed by {agreement}, is not at hand",
        ),
        Text(
            "属于本季的补上报关单; 更正写错的单号",
            "add the declaration if it is of this quarter; correct a wrong number",
        ),
    ),
    "item_missing": Check(
        WARN,
        Text(
            "协议 {agreement} 所列报关单 {about} 第 {items} 项不存在",
            "items {items} of {about}, listed by {agreement}, are not there",
        ),
        _AGREEMENT,
    ),
    "two_versions": Check(
        BLOCK,
        Text(
            "报关单 {about} 有两份内容不同的文件: {files}, 采用后一份",
            "{about} is there twice with different content: {files}; the latter was taken",
        ),
        Text(
            "只留现行的一份, 或给出改单",
            "keep the version in force only, or give the amendment that leads to it",
        ),
    ),
    "agreement_twice": Check(
        BLOCK,
        Text(
            "协议号 {about} 有两份内容不同的协议",
            "two agreements of different content have the number {about}",
        ),
        _AGREEMENT,
    ),
    "withdrawn": Check(
        INFO,
        Text(
            "报关单 {about} 已由 {change} 撤销, 不列入", "{about} was withdrawn by {change} and is left out"
        ),
        Text("无须处理", "nothing to do"),
    ),
    "amended": Check(
        INFO,
        Text("报关单 {about} 按改单 {change} 后的内容填报", "{about} is reported as amended by {change}"),
        Text("无须处理", "nothing to do"),
    ),
    "earlier_changed": Check(
        WARN,
        Text(
            "以前季度 ({quarter}) 的报关单 {about} 本季由 {change} 变更",
            "{about}, of an earlier quarter ({quarter}), was changed in this one by {change}",
        ),
        Text("更正该季度的汇总表", "correct the report of that quarter"),
    ),
    "change_without_export": Check(
        WARN,
        Text("{change} 变更的报关单 {about} 不在单证中", "{about}, changed by {change}, is not at hand"),
        Text("补上该报关单", "add the declaration"),
    ),
    "reported_before": Check(
        BLOCK,
        Text(
            "报关单 {about} ({consignor}) 已在 {file} ({quarter}) 中填报",
            "{about} ({consignor}) has been reported already, in {file} ({quarter})",
        ),
        Text(
            "只在一个季度填报: 从其中一张表删去",
            "a declaration belongs into one quarter: take it out of one report",
        ),
    ),
    "unreadable": Check(
        BLOCK,
        Text("{about} 未能读取: {why_zh}", "{about} could not be read: {why_en}"),
        Text(
            "更正该文件后重新生成, 否则汇总表可能不全",
            "correct the file and produce the report again; it may be incomplete",
        ),
    ),
}
_CHECKED: Final = {
    "row_missing": Check(
        BLOCK,
        Text(
            "所查汇总表缺报关单 {about} ({consignor}, {expected})",
            "the checked report lacks {about} ({consignor}, {expected})",
        ),
        _REPORTED,
    ),
    "row_extra": Check(
        BLOCK,
        Text(
            "所查汇总表第 {row} 行报关单 {about} ({consignor}, {reported}) 没有单证支持",
            "row {row} of the checked report, {about} ({consignor}, {reported}), has no paper behind it",
        ),
        _REPORTED,
    ),
    "row_twice": Check(
        BLOCK,
        Text(
            "所查汇总表第 {row} 行重复填报 {about} ({consignor})",
            "row {row} of the checked report has {about} ({consignor}) a second time",
        ),
        _REPORTED,
    ),
    "amount_differs": Check(
        BLOCK,
        Text(
            "报关单 {about} ({consignor}): 所查表第 {row} 行填 {reported}, 按单证应为 {expected}",
            "{about} ({consignor}): row {row} of the checked report says {reported}, the papers say {expected}",
        ),
        _REPORTED,
    ),
    "reported_name": Check(
        WARN,
        Text(
            "报关单 {about}: 所查表第 {row} 行的名称 {reported} 与单证 {expected} 不同",
            "{about}: row {row} of the checked report names {reported}, the papers {expected}",
        ),
        _REPORTED,
    ),
    "total_differs": Check(
        BLOCK,
        Text(
            "所查汇总表合计 {reported}, 各行相加为 {expected}",
            "the checked report totals {reported}, its rows add up to {expected}",
        ),
        _REPORTED,
    ),
    "head_differs": Check(
        BLOCK,
        Text(
            "所查汇总表的{what_zh}是 {reported}, 应为 {expected}",
            "the {what_en} of the checked report is {reported}, wanted is {expected}",
        ),
        _REPORTED,
    ),
}
CHECKS: Final = {
    f"agency_report.{name}": check
    for name, check in {**_AMOUNTS, **_CONSIGNORS, **_PAPERS, **_CHECKED}.items()
}
"""Every check by its public code."""
