"""What the self-check can say about an application: stable codes, each with severity, field, cure and source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from hefu import errors
from hefu.errors import Kind, Problem, Text
from hefu.rules.finding import Severity
from hefu.rules.sources import (
    ASSUMPTION,
    CERTIFICATE_RECORD,
    DUTY_43,
    ECOMMERCE,
    GOODS_ONCE,
    STA_5,
    TAX_PRACTICE,
    USCC,
    cite,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about an application: ``problem`` has code, value, message and cure; ``line`` is the application's line,
    if it is about one; ``ground`` is where the demand comes from.
    """

    problem: Problem
    severity: Severity
    field: str
    line: int | None
    ground: Text

    @property
    def blocks(self) -> bool:
        """Whether it must not be filed so."""
        return self.severity is Severity.BLOCK

    def as_json(self) -> dict[str, Any]:
        """The finding for machines and for the record."""
        problem = self.problem
        return {
            "code": problem.kind.code,
            "severity": self.severity.value,
            "field": self.field,
            "line": self.line,
            "value": problem.value,
            "message": problem.message._asdict(),
            "remedy": problem.cure._asdict(),
            "ground": self.ground._asdict(),
            "details": dict(problem.details),
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the self-check asks."""

    kind: Kind
    severity: Severity
    field: str
    ground: Text

    def found(self, serial: str, line: int | None = None, value: object = "", **details: object) -> Finding:
        """It does not hold, in this line or in the application as a whole."""
        told = {"line": line, **details} if line is not None else details
        problem = Problem(self.kind, serial, str(value), side="tax", details=told)
        return Finding(problem, self.severity, self.field, line, self.ground)


_FIELDS: Final = {
    "goods.unit_not_convertible": "unit",
    "goods.exported_quantity_differs": "exported_quantity",
    "certificate.principal_unfit": "principal_certificate",
}
_ROOMS: Final = {
    "goods": ("quantity", GOODS_ONCE),
    "certificate": ("lines", cite(STA_5, CERTIFICATE_RECORD)),
}


def from_refusal(problem: Problem, serial: str) -> Finding:
    """Why a certificate would not be issued, as a finding under the refusal's own code: the same rule, the same words."""
    code = problem.kind.code
    field, ground = _ROOMS.get(code.split(".")[0], ("refund_state", STA_5))
    line = problem.details.get("line")
    return Finding(
        replace(problem, place=serial),
        Severity.BLOCK,
        _FIELDS.get(code, field),
        line if isinstance(line, int) else None,
        ground,
    )


def _check(code: str, severity: Severity, field: str, ground: Text, message: Text, cure: Text) -> Check:
    made = errors.kind(f"application.{code}", http=409, exit_code=1, message=message, cure=cure)
    return Check(made, severity, field, ground)


_BLOCK, _WARN, _INFO = Severity.BLOCK, Severity.WARN, Severity.INFO

# --- who applies, for which goods ---------------------------------------------------------------------

APPLICANT_USCC: Final = _check(
    "applicant_uscc",
    _BLOCK,
    "applicant",
    CERTIFICATE_RECORD,
    Text("申请人没有统一社会信用代码", "the applicant has no unified social credit code"),
    Text("填写申请人的统一社会信用代码", "state the applicant's code (USCC)"),
)
AGENT_AND_PRINCIPAL: Final = _check(
    "agent_and_principal",
    _BLOCK,
    "principal_certificate",
    cite(STA_5, CERTIFICATE_RECORD),
    Text(
        "既填受托方 (agent) 又填委托方证明 {value}",
        "it names an agent and a principal's certificate ({value}) as well",
    ),
    Text(
        "委托方申请只填受托方; 受托方申请只填委托方证明的编号",
        "a principal names its agent alone; an agent names the principal's certificate alone",
    ),
)
AGENT_IS_APPLICANT: Final = _check(
    "agent_is_applicant",
    _BLOCK,
    "agent",
    CERTIFICATE_RECORD,
    Text("受托方就是申请人自己 ({value})", "the agent is the applicant itself ({value})"),
    Text(
        "自营出口不填受托方; 代理出口由委托方先申请, 填受托方",
        "leave the agent out of an export of one's own; of an agency export the principal applies first and names it",
    ),
)
PRINCIPAL_MISSING: Final = _check(
    "principal_missing",
    _BLOCK,
    "principal_certificate",
    cite(STA_5, CERTIFICATE_RECORD),
    Text(
        "第 {line} 行货物的委托方证明 {value} 指定申请人为受托方, 申请没有引用它",
        "a principal's certificate ({value}) for the goods of line {line} names the applicant as agent; the application"
        " does not name it",
    ),
    Text("填写委托方证明编号 {value}", "state the principal's certificate {value}"),
)
CHECK_DIGIT: Final = _check(
    "check_digit",
    _WARN,
    "uscc",
    USCC,
    Text(
        "{who_zh}的统一社会信用代码 {value} 校验位不符",
        "the check digit of the {who_en}'s unified social credit code {value} does not fit",
    ),
    Text(
        "核对代码; 现实中也有校验位不符的代码, 无误的可以提交",
        "check the code; real codes with a wrong check digit exist, if it is right, file it",
    ),
)
LINE_REPEATS: Final = _check(
    "line_repeats",
    _BLOCK,
    "line",
    CERTIFICATE_RECORD,
    Text("行号 {line} 重复", "line number {line} repeats"),
    Text("每行用自己的行号", "give each line a number of its own"),
)
GOODS_REPEAT: Final = _check(
    "goods_repeat",
    _BLOCK,
    "item",
    GOODS_ONCE,
    Text(
        "第 {line} 行与第 {other} 行指向同一货物 {value}",
        "line {line} names the same goods as line {other}: {value}",
    ),
    Text("合并为一行, 数量相加", "make them one line with both quantities"),
)
GOODS_UNNAMED: Final = _check(
    "goods_unnamed",
    _BLOCK,
    "declaration",
    CERTIFICATE_RECORD,
    Text(
        "第 {line} 行: 用途为{purpose_zh}, 须填{wanted_zh}",
        "line {line}: purpose {purpose_en} wants {wanted_en}",
    ),
    Text(
        "出口前填发票号与行号; 退运, 改单, 撤单填出口报关单号与项号 (或 21 位号码)",
        "before export state invoice and invoice line; for returns, amendments and withdrawals the export declaration and its"
        " item (or the number of 21 characters)",
    ),
)

# --- what has become of the tax -----------------------------------------------------------------------

REASON_MISSING: Final = _check(
    "reason_missing",
    _BLOCK,
    "reason",
    STA_5,
    Text(
        "状态为尚未申报退(免)税, 没有填写原因",
        "the refund state is not_claimed and no reason is given",
    ),
    Text("填写退运, 改单或撤单的原因", "state why the goods return, or why the declaration is changed"),
)
STATE_CONTRADICTS: Final = _check(
    "state_contradicts",
    _BLOCK,
    "refund_state",
    STA_5,
    Text(
        "退(免)税状态为 {state}, 第 {line} 行却填了 {value}",
        "the refund state is {state}, and line {line} states {value}",
    ),
    Text(
        "核对退(免)税状态: 已申报的先撤回, 冲减或缴回, 再按实际状态申请; 或删去所填税额",
        "check the refund state: recall, reverse or pay back what was claimed first and apply under the state that is true;"
        " or take these amounts out",
    ),
)
REVERSAL_MISSING: Final = _check(
    "reversal_missing",
    _BLOCK,
    "reversal_period",
    cite(STA_5, CERTIFICATE_RECORD),
    Text(
        "状态为已冲减, 第 {line} 行的冲减金额或所属期未填 (金额: {amount}; 所属期: {period})",
        "the refund state is reversed, line {line} lacks the reversed amount or its period (amount: {amount}; period:"
        " {period})",
    ),
    Text("填写冲减金额和冲减所属期 (yyyymm)", "state the reversed amount and its period (yyyymm)"),
)
PAYMENT_MISSING: Final = _check(
    "payment_missing",
    _BLOCK,
    "payment_slip",
    cite(STA_5, CERTIFICATE_RECORD),
    Text(
        "状态为已缴回, 第 {line} 行的缴款书号或入库日期未填 (缴款书号: {slip}; 入库日期: {day})",
        "the refund state is paid_back, line {line} lacks the payment slip or the treasury date (slip: {slip}; date:"
        " {day})",
    ),
    Text(
        "填写缴款书号和入库日期", "state the number of the payment slip and the day it reached the treasury"
    ),
)
SETTLED_LATER: Final = _check(
    "settled_later",
    _BLOCK,
    "paid_on",
    STA_5,
    Text(
        "第 {line} 行的税款于 {value} 冲减或入库, 晚于申请日期 {applied_on}",
        "the tax of line {line} is reversed or paid on {value}, after the application of {applied_on}",
    ),
    Text("先冲减或缴回, 再申请", "reverse or pay back first, then apply"),
)
REPAID_DIFFERS: Final = _check(
    "repaid_differs",
    _WARN,
    "repaid",
    cite(CERTIFICATE_RECORD, STA_5),
    Text(
        "第 {line} 行缴回税额 {value} 元, 按已退税额和数量应为 {due} 元",
        "line {line} says {value} CNY repaid, by refund and quantity it should be {due}",
    ),
    Text("核对缴款, 少缴的补缴", "check the payment and pay what is missing"),
)
REPAYMENT_UNCHECKED: Final = _check(
    "repayment_unchecked",
    _WARN,
    "refunded",
    CERTIFICATE_RECORD,
    Text(
        "第 {line} 行已缴回, 未填已退税额, 缴回税额或出口数量, 缴回多少无从核对",
        "line {line} is paid back and lacks tax refunded, tax repaid or the exported quantity: the amount cannot be"
        " checked",
    ),
    Text(
        "填写已退税额, 缴回税额和出口数量",
        "state the tax refunded, the tax repaid and the exported quantity",
    ),
)
OBLIGATION: Final = _check(
    "obligation",
    _INFO,
    "refund_state",
    STA_5,
    Text(
        "货物已办理退(免)税, 尚未冲减或缴回: 证明开具后承担冲减义务",
        "tax on the goods was refunded and is neither reversed nor paid back: the certificate carries the obligation to"
        " reverse it",
    ),
    Text(
        "在下次申报退(免)税之前或同时冲减, 否则后续申报不予受理",
        "reverse it before or with the next refund claim, else no further claim is accepted",
    ),
)

# --- days, and what tax knows -------------------------------------------------------------------------

DATED_AHEAD: Final = _check(
    "dated_ahead",
    _BLOCK,
    "applied_on",
    ASSUMPTION,
    Text("申请日期 {value} 晚于今天 ({today})", "the application is dated {value}, today is {today}"),
    Text("更正申请日期", "correct the day of the application"),
)
BEFORE_EXPORT: Final = _check(
    "before_export",
    _BLOCK,
    "export_date",
    CERTIFICATE_RECORD,
    Text(
        "第 {line} 行的出口日期 {value} 晚于申请日期 {applied_on}",
        "line {line} was exported on {value}, after the application of {applied_on}",
    ),
    Text("按出口报关单更正出口日期", "correct the day by the export declaration"),
)
WINDOW_CLOSED: Final = _check(
    "window_closed",
    _WARN,
    "export_date",
    cite(DUTY_43, ECOMMERCE, ASSUMPTION),
    Text(
        "第 {line} 行于 {value} 出口, 退运期限至 {until}",
        "line {line} was exported on {value}, the period for its return ended on {until}",
    ),
    Text(
        "可以申请; 超期退运一般不免进口税, 先问海关",
        "it may be filed; a late return is usually not exempt from duty, ask customs first",
    ),
)
EXPORT_UNKNOWN: Final = _check(
    "export_unknown",
    _WARN,
    "declaration",
    TAX_PRACTICE,
    Text(
        "第 {line} 行: 税务尚无出口报关单 {value} 的电子信息",
        "line {line}: tax has no electronic declaration information of {value} yet",
    ),
    Text(
        "等海关数据传到; 久未到的在电子口岸核对, 或请税务机关处理",
        "wait for the data of customs; if it does not come, check at the e-port or ask the tax office",
    ),
)

CHECKS: Final = (
    APPLICANT_USCC, AGENT_AND_PRINCIPAL, AGENT_IS_APPLICANT, PRINCIPAL_MISSING, CHECK_DIGIT, LINE_REPEATS, GOODS_REPEAT, GOODS_UNNAMED,
    REASON_MISSING, STATE_CONTRADICTS, REVERSAL_MISSING, PAYMENT_MISSING, SETTLED_LATER, REPAID_DIFFERS,
    REPAYMENT_UNCHECKED, OBLIGATION, DATED_AHEAD, BEFORE_EXPORT, WINDOW_CLOSED, EXPORT_UNKNOWN,
)  # fmt: skip
"""Everything that the self-check asks by itself; what issuing would refuse comes on top."""
