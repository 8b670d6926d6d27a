"""What a command came to: a named outcome, never silence.

A repeat of the same request is ``exists``; the same number with other content is refused as
``exists_with_different_content``. A refusal changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hefu import errors
from hefu.errors import HefuError, Kind, Problem, Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status of the command, the number that it was about, and, if refused, why."""

    status: str
    number: str
    problem: Problem | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether nothing was done."""
        return self.problem is not None

    def or_raise(self) -> Outcome:
        """The outcome itself, or its refusal as an error."""
        if self.problem is not None:
            raise HefuError(self.problem)
        return self


def refuse(kind: Kind, number: str, side: str, **details: object) -> Outcome:
    """A refusal: the kind's code is the status."""
    problem = Problem(kind, place=number, value=str(details.pop("value", "")), side=side, details=details)
    return Outcome(kind.code, number, problem)


UNKNOWN_CERTIFICATE = errors.kind(
    "certificate.not_found",
    http=404,
    message=Text("没有证明 {place}", "there is no certificate {place}"),
    cure=Text("核对证明编号; 或先由税务机关开具", "check the number, or have tax issue it first"),
)
UNKNOWN_DECLARATION = errors.kind(
    "declaration.not_found",
    http=404,
    message=Text("没有报关单 {place}", "there is no declaration {place}"),
    cure=Text("核对报关单号; 或先申报", "check the number, or lodge it first"),
)
DIFFERENT_CONTENT = errors.kind(
    "exists_with_different_content",
    http=409,
    exit_code=1,
    message=Text(
        "{place} 已存在且内容不同 (已存摘要 {stored}, 本次摘要 {given})",
        "{place} exists with different content (stored {stored}, given {given})",
    ),
    cure=Text(
        "同号不能换内容: 证明请作废后重新开具 (hefu reissue), 报关单请更正 (hefu declare --correct), 申请请用新流水号",
        "a number keeps its content: reissue the certificate (hefu reissue),"
        " correct the declaration (hefu declare --correct), apply under another serial",
    ),
)
CERTIFICATE_USED = errors.kind(
    "certificate.already_used",
    http=409,
    exit_code=1,
    message=Text(
        "证明 {place} 已被报关单 {declaration} 使用, 不得作废或补办 (海关总署 税务总局 2025 年第 256 号公告)",
        "certificate {place} has been used by declaration {declaration} and can be neither voided nor"
        " reissued (GACC and STA Joint Announcement 256 of 2025)",
    ),
    cure=Text(
        "用 hefu trace {place} 查看使用经过; 有误用请走双人更正",
        "see its use with hefu trace {place}; a wrong use goes to a correction under four eyes",
    ),
)
CERTIFICATE_DEAD = errors.kind(
    "certificate.not_in_force",
    http=409,
    exit_code=1,
    message=Text(
        "证明 {place} 的状态为 {state}, 不能{what_zh}",
        "certificate {place} is {state}, it cannot be {what_en}",
    ),
    cure=Text("用 hefu trace {place} 查看经过", "see what happened with hefu trace {place}"),
)
CERTIFICATE_DRAWN_ON = errors.kind(
    "certificate.drawn_by_agent",
    http=409,
    exit_code=1,
    message=Text(
        "委托方证明 {place} 已被受托方证明 {by} 引用",
        "principal's certificate {place} is drawn on by the agent's certificate {by}",
    ),
    cure=Text("先作废受托方证明 {by}", "void the agent's certificate {by} first"),
)
PRINCIPAL_UNFIT = errors.kind(
    "certificate.principal_unfit",
    http=409,
    exit_code=1,
    message=Text(
        "委托方证明 {principal} 不能作为 {place} 的依据: {why_zh}",
        "principal's certificate {principal} cannot stand behind {place}: {why_en}",
    ),
    cure=Text(
        "由委托方向其主管税务机关取得以本受托方为 agent 的有效证明",
        "the principal obtains from its tax office a valid certificate that names this agent",
    ),
)
GOODS_COVERED = errors.kind(
    "goods.already_covered",
    http=409,
    exit_code=1,
    message=Text(
        "货物 {goods}: 共 {quantity}, 有效证明已占 {taken}, 剩 {left}, 本证明第 {line} 行要 {wanted} (单位 {unit})",
        "goods {goods}: {quantity} in all, live certificates cover {taken}, {left} left,"
        " line {line} of this certificate wants {wanted} (unit {unit})",
    ),
    cure=Text(
        "减少数量, 或先作废占用该货物且未使用的证明: {by}",
        "lower the quantity, or first void an unused certificate that covers these goods: {by}",
    ),
)
GOODS_FEWER = errors.kind(
    "goods.fewer",
    http=409,
    exit_code=1,
    message=Text(
        "货物 {goods}: 共 {quantity}, 本证明第 {line} 行要 {wanted} (单位 {unit})",
        "goods {goods}: {quantity} in all, line {line} of this certificate wants {wanted} (unit {unit})",
    ),
    cure=Text(
        "按出口报关单 (或发票, 委托方证明) 更正证明的数量",
        "correct the certificate's quantity by the export declaration (or invoice, or principal's certificate)",
    ),
)
GOODS_UNIT = errors.kind(
    "goods.unit_not_convertible",
    http=409,
    exit_code=1,
    message=Text(
        "货物 {goods} 按单位 {unit} 记账, 证明第 {line} 行的单位 {given} 不能换算",
        "goods {goods} are counted in unit {unit}; unit {given} of line {line} does not convert",
    ),
    cure=Text(
        "按出口报关单的法定单位填写数量", "state the quantity in the statutory unit of the export declaration"
    ),
)
GOODS_QUANTITY_DIFFERS = errors.kind(
    "goods.exported_quantity_differs",
    http=409,
    exit_code=1,
    message=Text(
        "货物 {goods} 的出口数量已记为 {quantity} ({basis}), 证明第 {line} 行写 {given} (单位 {unit})",
        "the exported quantity of goods {goods} is on record as {quantity} ({basis}); line {line} says {given}"
        " (unit {unit})",
    ),
    cure=Text(
        "按出口报关单 (或发票) 更正出口数量",
        "correct the exported quantity by the export declaration (or invoice)",
    ),
)
SEVERAL_DECLARATIONS = errors.kind(
    "certificate.several_declarations",
    http=409,
    exit_code=1,
    message=Text(
        "证明 {place} 的各行属于多份出口报关单: {value}",
        "the lines of certificate {place} belong to several export declarations: {value}",
    ),
    cure=Text(
        "每份出口报关单分别开具 (政策 certificate_lines)",
        "one certificate an export declaration (policy certificate_lines)",
    ),
)
REISSUE_WIDER = errors.kind(
    "certificate.reissue_covers_more",
    http=409,
    exit_code=1,
    message=Text(
        "重新开具的证明 {place} 第 {line} 行超出原证明 {old} 的货物或数量",
        "line {line} of the reissued certificate {place} covers goods or a quantity that {old} did not",
    ),
    cure=Text(
        "重新开具不得扩大范围; 新增部分另行申请证明",
        "a reissue covers no more than the old one; apply anew for the rest",
    ),
)
NUMBER_TAKEN = errors.kind(
    "certificate.number_taken",
    http=409,
    exit_code=1,
    message=Text(
        "证明编号 {place} 已占用 (状态 {state})", "certificate number {place} is taken (state {state})"
    ),
    cure=Text("换一个编号", "use another number"),
)
WRONG_STATE = errors.kind(
    "declaration.wrong_state",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {place} 的状态为 {state}, 不能{what_zh}",
        "declaration {place} is {state}, it cannot be {what_en}",
    ),
    cure=Text("{cure_zh}", "{cure_en}"),
)
