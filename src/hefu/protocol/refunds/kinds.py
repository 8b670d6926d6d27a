"""Why tax refuses a claim, a repayment, or a certificate whose refund state the ledger contradicts.

Sources: domain.md §1.3 (refund states), §1.5 (reverse blocks), §1.6 (agency exports), §2.2 (modes). Codes are public.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from hefu import errors
from hefu.errors import Kind, Text

CLAIM_MONTHS: Final = 36
"""Months from export within which a refund is claimed (MOF/STA 11/2026, STA 5/2026)."""
AGENCY_MONTHS: Final = 36
"""Months from export within which a certificate of agency export is issued (STA 5/2026 chapter 5, as practitioners tell it)."""
AGENCY_LIMITED_FROM: Final = date(2026, 1, 1)
"""Earlier exports have no such limit."""


def _kind(code: str, zh: str, en: str, cure_zh: str, cure_en: str, http: int = 409) -> Kind:
    return errors.kind(code, http=http, exit_code=1, message=Text(zh, en), cure=Text(cure_zh, cure_en))


UNKNOWN_CLAIM: Final = _kind(
    "claim.not_found",
    "没有退税申报 {place}",
    "there is no refund claim {place}",
    "核对申报流水号",
    "check the serial of the claim",
    http=404,
)
CERTIFIED: Final = _kind(
    "claim.goods_certified",
    "退税申报 {place} 第 {line} 行: 货物 {goods} 已开具未退税证明 {by}, 可退 {free}, 申报 {wanted} (单位 {unit})",
    "claim {place} line {line}: certificates {by} say of goods {goods} that no refund is paid; {free} may be claimed,"
    " {wanted} are (unit {unit})",
    "减少数量; 证明未使用且有误的, 先作废 (hefu void)",
    "claim less; if the certificate is wrong and unused, have it voided first (hefu void)",
)
EXCEEDS: Final = _kind(
    "claim.exceeds_exported",
    "退税申报 {place} 第 {line} 行: 货物 {goods} 出口 {quantity}, 已申报 {claimed}, 本次 {wanted} (单位 {unit})",
    "claim {place} line {line}: of goods {goods} {quantity} were exported, {claimed} are claimed, {wanted} more are (unit"
    " {unit})",
    "按出口报关单更正数量; 先前申报有误的, 先冲减",
    "correct the quantity by the export declaration; reverse an earlier claim that was wrong",
)
UNIT: Final = _kind(
    "claim.unit_not_convertible",
    "{place} 第 {line} 行: 货物 {goods} 按单位 {unit} 记账, 单位 {given} 不能换算",
    "{place} line {line}: goods {goods} are counted in unit {unit}; unit {given} does not convert",
    "按出口报关单的法定单位填写",
    "state the quantity in the statutory unit of the export declaration",
)
NO_ITEM: Final = _kind(
    "claim.no_such_item",
    "{place} 第 {line} 行: 出口报关单 {declaration} 没有第 {item} 项",
    "{place} line {line}: export declaration {declaration} has no item {item}",
    "按出口报关单核对项号",
    "check the item number by the export declaration",
)
NOT_THE_CLAIMANT: Final = _kind(
    "claim.other_firm",
    "退税申报 {place} 第 {line} 行: 出口报关单 {declaration} 的境内发货人是 {trader}, 不是申报企业",
    "claim {place} line {line}: the trader of export declaration {declaration} is {trader}, not the claimant",
    "由境内发货人申报; 委托出口的, 填写受托方取得的代理出口货物证明编号",
    "the trader claims; where an agent exported, name the agent's certificate of agency export",
)
AGENCY_UNFIT: Final = _kind(
    "claim.agency_certificate_unfit",
    "退税申报 {place} 第 {line} 行: 代理出口货物证明 {agency} 不能作为依据: {why_zh}",
    "claim {place} line {line}: certificate of agency export {agency} does not serve: {why_en}",
    "核对代理出口货物证明的编号, 委托方, 货物和余额",
    "check number, principal, goods and what is left of the certificate of agency export",
)
AGENT_CERTIFIED: Final = _kind(
    "claim.certified_to_principal",
    "退税申报 {place} 第 {line} 行: 货物 {goods} 中 {certified} 已由代理出口货物证明归委托方申报, 本企业可申报 {free}, 申报 {wanted}"
    " (单位 {unit})",
    "claim {place} line {line}: {certified} of goods {goods} are certified to principals, {free} are left to the trader,"
    " {wanted} are claimed (unit {unit})",
    "受托出口的货物由委托方申报; 证明有误的先作废",
    "the principal claims for goods exported by an agent; void the certificate of agency export first if it is wrong",
)
WITHDRAWN: Final = _kind(
    "claim.export_withdrawn",
    "退税申报 {place} 第 {line} 行: 出口报关单 {declaration} 有撤单用途的有效证明 {by}",
    "claim {place} line {line}: a valid certificate {by} withdraws export declaration {declaration}",
    "已撤单的出口不得申报; 证明未使用且有误的, 先作废",
    "a withdrawn export is not claimed; void the certificate first if it is wrong and unused",
)
AMENDMENT_PENDING: Final = _kind(
    "claim.amendment_pending",
    "退税申报 {place} 第 {line} 行: 出口报关单 {declaration} 有改单用途的有效证明 {by}, 改单数据尚未到达",
    "claim {place} line {line}: a valid certificate {by} amends export declaration {declaration}, the amended record has"
    " not come",
    "等海关改单数据到达税务后再申报; 不再改单的, 先作废证明",
    "claim when the amended record of customs has come; void the certificate if nothing is to be amended any more",
)
MODE: Final = _kind(
    "claim.mode_not_refundable",
    "退税申报 {place} 第 {line} 行: 出口报关单 {declaration} 的监管方式 {mode} 不予退税",
    "claim {place} line {line}: exports under supervision mode {mode} of declaration {declaration} are not refunded",
    "核对监管方式; 免税或不退税的出口不申报退税",
    "check the mode; exports that are exempt or not refunded are not claimed",
)
LATE: Final = _kind(
    "claim.late",
    "退税申报 {place} 第 {line} 行: 出口日期 {exported}, 申报期限 {until} 已过 (36 个月)",
    "claim {place} line {line}: exported on {exported}, to be claimed until {until} (36 months)",
    "逾期未申报的按规定视同内销等处理, 请咨询主管税务机关",
    "what was not claimed in time is taxed as the rules say; ask the competent tax office",
)
OWED: Final = _kind(
    "claim.obligation_open",
    "退税申报 {place}: 证明 {by} 的货物 {goods} 已退税未冲减 {owed} (单位 {unit}), 本次申报须一并冲减",
    "claim {place}: certificate {by} certified {owed} (unit {unit}) of goods {goods} whose refund is not reversed; this claim"
    " must reverse it",
    "在本次申报中加入该货物的冲减行 (entry: reversal), 或先缴回税款 (hefu repay)",
    "add a reversal line for these goods to this claim (entry: reversal), or pay the tax back first (hefu repay)",
)
NOTHING_TO_REVERSE: Final = _kind(
    "claim.nothing_to_reverse",
    "{place} 第 {line} 行: 货物 {goods} 已申报未冲减 {remaining}, 本次冲减或缴回 {wanted} (单位 {unit})",
    "{place} line {line}: {remaining} of goods {goods} are claimed and not reversed, {wanted} are to go back (unit {unit})",
    "按已申报的数量冲减或缴回",
    "reverse or repay no more than was claimed",
)
AMOUNT: Final = _kind(
    "claim.reversal_differs",
    "{place} 第 {line} 行: 冲减或缴回的税额 {given} 与申报的 {due} 不符 ({tax})",
    "{place} line {line}: the tax given back, {given}, differs from what was claimed for it, {due} ({tax})",
    "全额冲减须等于原申报税额; 部分冲减按数量比例计算, 相差不超过 0.01 元",
    "a full red-letter entry equals the claim; a part is its share by quantity, within CNY 0.01",
)
WRONG_STATE: Final = _kind(
    "claim.wrong_state",
    "退税申报 {place} 的状态为 {value}, 不能{what_zh}",
    "claim {place} is {value}, it cannot be {what_en}",
    "用 hefu ledger 查看货物的申报情况",
    "see where the goods stand with hefu ledger",
)
HAS_REVERSALS: Final = _kind(
    "claim.has_reversals",
    "退税申报 {place} 含冲减行或已被冲减, 不能撤回",
    "claim {place} has reversed earlier claims or has been reversed in part, it is not recalled",
    "以后续申报更正",
    "correct it by a later claim",
)
AGENCY_WRONG_FIRM: Final = _kind(
    "agency.other_firm",
    "代理出口货物证明 {place} 第 {line} 行: 出口报关单 {declaration} 的境内发货人不是受托方 {agent}",
    "agency certificate {place} line {line}: the trader of export declaration {declaration} is not the agent {agent}",
    "按出口报关单的境内发货人填写受托方",
    "the agent is the trader of the export declaration",
)
AGENCY_EXCEEDS: Final = _kind(
    "agency.exceeds_exported",
    "代理出口货物证明 {place} 第 {line} 行: 货物 {goods} 尚可证明 {free}, 本次 {wanted} (单位 {unit})",
    "agency certificate {place} line {line}: {free} of goods {goods} may be certified, {wanted} are (unit {unit})",
    "扣除已申报, 已证明和已退运的数量",
    "leave out what is claimed, certified or returned already",
)
AGENCY_LATE: Final = _kind(
    "agency.late",
    "代理出口货物证明 {place} 第 {line} 行: 报关单 {declaration} 于 {exported} 出口, 开具期限至 {until}",
    "agency certificate {place} line {line}: declaration {declaration} was exported on {exported}, it may be certified until"
    " {until}",
    "超过 36 个月的不再开具 (税务总局公告2026年第5号第五章, 从业者解读)",
    "after 36 months none is issued (STA Announcement 5 of 2026 chapter 5, as practitioners tell it)",
)
AGENCY_UNKNOWN_EXPORT: Final = _kind(
    "agency.export_unknown",
    "代理出口货物证明 {place} 第 {line} 行: 税务尚无出口报关单 {declaration} 的电子信息",
    "agency certificate {place} line {line}: tax has no record of export declaration {declaration} yet",
    "等海关放行数据到达后再开具",
    "issue it when the released declaration has come from customs",
)
AGENCY_CLAIMED: Final = _kind(
    "agency.claimed",
    "代理出口货物证明 {place} 的货物已由委托方申报退税",
    "the principal has claimed for goods of agency certificate {place}",
    "委托方先撤回或冲减申报",
    "the principal recalls or reverses its claim first",
)
UNKNOWN_AGENCY: Final = _kind(
    "agency.not_found",
    "没有代理出口货物证明 {place}",
    "there is no agency certificate {place}",
    "核对编号",
    "check the number",
    http=404,
)
UNKNOWN_EXPORT: Final = _kind(
    "ledger.unknown_export",
    "税务没有出口报关单 {place} 的任何记录",
    "tax has nothing on record of export declaration {place}",
    "海关放行后, 其数据自动到达税务; 先用 hefu trace 查看",
    "its data comes to tax when customs releases it; look with hefu trace first",
    http=404,
)
REFUND_CLAIMED: Final = _kind(
    "refund.claimed",
    "货物 {goods}: 可开具未退税证明 {free}, 证明第 {line} 行要 {wanted}, 其余已申报或已退税 ({by}) (单位 {unit})",
    "goods {goods}: {free} are free of refund claims, line {line} wants {wanted}; the rest is claimed or refunded by {by}"
    " (unit {unit})",
    "先撤回未审核的申报, 或冲减, 或缴回税款; 已退税而未处理的, 退税状态填 refunded_open",
    "recall a claim that is not paid, or reverse it, or pay back; what is refunded and still open is certified with refund"
    " state refunded_open",
)
NOT_REVERSED: Final = _kind(
    "refund.not_reversed",
    "证明第 {line} 行称已冲减, 货物 {goods} 有记录的冲减只有 {given}, 需要 {wanted} (单位 {unit})",
    "line {line} says reversed; of goods {goods} {given} are reversed on record, {wanted} are needed (unit {unit})",
    "先在退税申报中冲减, 或更正退税状态",
    "reverse in a claim first, or correct the refund state",
)
NOT_PAID_BACK: Final = _kind(
    "refund.not_paid_back",
    "证明第 {line} 行称已缴回, 货物 {goods} 有记录的缴回只有 {given}, 需要 {wanted} (单位 {unit})",
    "line {line} says paid back; of goods {goods} {given} are paid back on record, {wanted} are needed (unit {unit})",
    "先缴回税款, 或更正退税状态",
    "pay the tax back first, or correct the refund state",
)
NOT_REFUNDED: Final = _kind(
    "refund.not_refunded",
    "证明第 {line} 行称已退税未处理, 货物 {goods} 有记录的已退税数量为 {given}, 需要 {wanted} (单位 {unit})",
    "line {line} says refunded and open; of goods {goods} {given} are refunded on record, {wanted} are needed (unit {unit})",
    "未审核的申报先撤回; 未申报的退税状态填 not_claimed",
    "recall a claim that is not paid yet; what is not claimed has refund state not_claimed",
)
