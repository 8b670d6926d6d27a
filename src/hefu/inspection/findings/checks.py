"""What an inspection says beyond the comparison: the registry of checks across documents, and their findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from hefu.errors import Text
from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.actions import Action
from hefu.rules.finding import Severity

col = pl.col
QUESTION: Final = "papers"
"""The question that these findings answer: do the papers fit each other, beside match and entitlement."""

SAID: Final = {
    "declaration": pl.String, "code": pl.String, "certificate": pl.String, "item": pl.Int64, "line": pl.Int64,
    "declared": pl.String, "certified": pl.String, "other": pl.String,
}  # fmt: skip
"""What a check says before it is put into words. ``other`` fills the slot of that name."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it says, what to do, where the demand comes from. Texts may use the columns of
    :data:`SAID` as slots.
    """

    code: str
    severity: Severity
    action: Action
    field: str
    message: Text
    remedy: Text
    ground: Text
    of: Paper | None = None
    """The paper whose field ``other`` names, where it names one."""
    measured: bool = False
    """Whether ``declared`` and ``certified`` are quantities, with the Chinese name of their unit behind them."""


_PRACTICE: Final = Text("单证相符 (实务)", "documents must agree (practice)")
_ASSUMED: Final = Text("本项目的核对 (假设)", "a check of this project (assumption)")
_A256: Final = Text("联合公告 2025 年第 256 号", "Joint Announcement 256 of 2025")
_FILLING: Final = Text("进出口货物报关单填制规范", "rules for filling in declarations")
_RETURNS: Final = Text(
    "关税征收管理办法; 跨境电商出口退运政策", "duty regulation on returned goods; e-commerce returns policy"
)
_STA17: Final = Text("国家税务总局公告 2025 年第 17 号第七条", "STA Announcement 17 of 2025 art. 7")

CHECKS: Final = {
    check.code: check
    for check in (
        Check(
            "papers.declared_twice",
            Severity.BLOCK,
            Action.SETTLE,
            "item",
            Text(
                "报关单 {declaration} 第 {item} 项出现两次且内容不同 ({other}): {declared}; {certified}",
                "item {item} of declaration {declaration} stands twice and differs ({other}): {declared}; {certified}",
            ),
            Text("核对以哪一份为准, 删去另一份", "find out which one holds, and take the other away"),
            _ASSUMED,
            Paper.DECLARATION,
        ),
        Check(
            "papers.head_differs",
            Severity.BLOCK,
            Action.SETTLE,
            "declaration",
            Text(
                "报关单 {declaration} 各行的 {other} 不一致: {declared}; {certified}",
                "rows of declaration {declaration} differ in {other}: {declared}; {certified}",
            ),
            Text("核对并统一该栏", "check the field and make the rows agree"),
            _ASSUMED,
            Paper.DECLARATION,
        ),
        Check(
            "papers.certified_twice",
            Severity.BLOCK,
            Action.SETTLE,
            "line",
            Text(
                "证明 {certificate} 第 {line} 行出现两次且内容不同 ({other}): {declared}; {certified}",
                "line {line} of certificate {certificate} stands twice and differs ({other}): {declared}; {certified}",
            ),
            Text("核对以哪一份为准, 删去另一份", "find out which one holds, and take the other away"),
            _ASSUMED,
            Paper.CERTIFICATE,
        ),
        Check(
            "papers.certificate_head_differs",
            Severity.BLOCK,
            Action.SETTLE,
            "certificate",
            Text(
                "证明 {certificate} 各行的 {other} 不一致: {declared}; {certified}",
                "rows of certificate {certificate} differ in {other}: {declared}; {certified}",
            ),
            Text("核对并统一该栏", "check the field and make the rows agree"),
            _ASSUMED,
            Paper.CERTIFICATE,
        ),
        Check(
            "papers.certificate_on_several",
            Severity.BLOCK,
            Action.SETTLE,
            "certificate",
            Text(
                "证明 {certificate} 被多份报关单使用: {other}",
                "certificate {certificate} is named by several declarations: {other}",
            ),
            Text(
                "一份证明只能用于一份报关单: 确定归属, 其余报关单另取得证明",
                "one certificate serves one declaration: decide which, and obtain further certificates for the others",
            ),
            _A256,
        ),
        Check(
            "papers.goods_covered_twice",
            Severity.BLOCK,
            Action.SETTLE,
            "quantity",
            Text(
                "货物 {other} 出口 {declared}, 各证明合计 {certified}, 重复开具",
                "goods {other}: {declared} exported, certificates add up to {certified}, so they are covered twice",
            ),
            Text(
                "未使用的重复证明由税务机关作废",
                "have tax void the certificate that is too many, while it is unused",
            ),
            _A256,
            measured=True,
        ),
        Check(
            "papers.certificate_unused",
            Severity.INFO,
            Action.LOOK,
            "certificate",
            Text(
                "证明 {certificate} 没有对应的报关单",
                "no declaration names certificate {certificate}",
            ),
            Text(
                "如已申报, 补充报关单文件; 不再需要的, 未使用前可申请作废",
                "add the declaration if it was lodged; if it is no longer needed, it can be voided while unused",
            ),
            _A256,
        ),
        Check(
            "papers.certificate_lapsing",
            Severity.WARN,
            Action.LOOK,
            "certificate",
            Text(
                "证明 {certificate} 尚未使用, 货物最迟于 {other} 申报复运进境",
                "certificate {certificate} is unused; its goods must be declared for return by {other}",
            ),
            Text("尽快申报; 逾期的按一般进口办理", "declare soon; later it is an ordinary import"),
            _RETURNS,
        ),
        Check(
            "papers.certificate_lapsed",
            Severity.WARN,
            Action.LOOK,
            "certificate",
            Text(
                "证明 {certificate} 未使用, 货物最迟应于 {other} 申报复运进境, 已过期",
                "certificate {certificate} is unused; its goods had to be declared for return by {other}",
            ),
            Text(
                "已申报的, 补充报关单文件; 未申报的按一般进口办理, 证明可申请作废",
                "add the declaration if it was lodged; if not, the return is an ordinary import and the certificate"
                " can be voided",
            ),
            _RETURNS,
        ),
        Check(
            "papers.certificate_fits",
            Severity.INFO,
            Action.LOOK,
            "certificate",
            Text(
                "报关单 {declaration} 未填证明, 未使用的证明 {certificate} 与其货物相符",
                "declaration {declaration} names no certificate; unused certificate {certificate} fits its goods",
            ),
            Text(
                "核对后将证明编号填入报关单",
                "check, then enter the certificate's number in the declaration",
            ),
            _ASSUMED,
        ),
        Check(
            "papers.invoice_party_differs",
            Severity.WARN,
            Action.SETTLE,
            "party",
            Text(
                "发票 {other} 的销售方是 {certified}, 与报关单的收发货人和生产销售单位 {declared} 都不同",
                "the seller of invoice {other} is {certified}, neither trader nor owner of the declaration ({declared})",
            ),
            Text("核对谁是货主; 代理出口须有代理协议", "settle who owns the goods; agency needs an agreement"),
            _STA17,
        ),
        Check(
            "papers.invoice_amount_differs",
            Severity.WARN,
            Action.SETTLE,
            "amount",
            Text(
                "发票 {other} 合计 {certified}, 报关单总价 {declared}",
                "invoice {other} adds up to {certified}, the declaration to {declared}",
            ),
            Text("核对金额, 币制与成交方式", "check amounts, currency and terms"),
            _PRACTICE,
        ),
        Check(
            "papers.invoice_sum_differs",
            Severity.WARN,
            Action.SETTLE,
            "amount",
            Text(
                "发票 {other} 第 {line} 行: 数量 × 单价 = {declared}, 所列金额 {certified}",
                "invoice {other} line {line}: quantity times price is {declared}, it says {certified}",
            ),
            Text("更正发票或录入", "correct the invoice or what was typed"),
            _PRACTICE,
        ),
        Check(
            "papers.invoice_exceeded",
            Severity.WARN,
            Action.SETTLE,
            "quantity",
            Text(
                "证明 {certificate} 第 {line} 行 {certified}, 发票 {other} 只有 {declared}",
                "line {line} of certificate {certificate} covers {certified}, invoice {other} has {declared}",
            ),
            Text("核对发票行与证明行", "check the line of the invoice against that of the certificate"),
            _A256,
        ),
        Check(
            "papers.agreement_party_differs",
            Severity.WARN,
            Action.SETTLE,
            "party",
            Text(
                "代理协议 {other} 的当事人 {certified} 与单证上的 {declared} 不同",
                "agency agreement {other} names {certified}, the papers {declared}",
            ),
            Text("核对委托方与受托方", "check principal and agent"),
            _STA17,
        ),
        Check(
            "papers.agreement_missing",
            Severity.WARN,
            Action.SETTLE,
            "party",
            Text(
                "收发货人 {declared} 与生产销售单位 {certified} 不同, 没有对应的代理协议",
                "trader {declared} and owner {certified} differ, and no agency agreement is among the papers",
            ),
            Text("补充代理出口协议", "add the agency agreement"),
            _STA17,
        ),
        Check(
            "papers.net_over_gross",
            Severity.WARN,
            Action.CORRECT,
            "weight",
            Text("净重 {declared} 大于毛重 {certified}", "net weight {declared} is more than gross weight {certified}"),
            Text("更正重量", "correct the weights"),
            _FILLING,
        ),
        Check(
            "papers.total_differs",
            Severity.WARN,
            Action.CORRECT,
            "total",
            Text(
                "第 {item} 项: 成交数量 × 单价 = {certified}, 所填总价 {declared}",
                "item {item}: quantity times unit price is {certified}, the total says {declared}",
            ),
            Text("更正数量, 单价或总价", "correct quantity, price or total"),
            _FILLING,
        ),
        Check(
            "papers.too_many_items",
            Severity.WARN,
            Action.CORRECT,
            "item",
            Text("报关单有 {declared} 项, 上限 {certified} 项", "the declaration has {declared} items, {certified} are allowed"),
            Text("分单申报", "split it into several declarations"),
            _FILLING,
        ),
        Check(
            "papers.owner_missing",
            Severity.WARN,
            Action.CORRECT,
            "owner",
            Text("未填生产销售单位", "no producing or selling unit (owner) is stated"),
            Text("填写货物的真实所有人", "state the true owner of the goods"),
            _STA17,
        ),
        Check(
            "papers.model_missing",
            Severity.INFO,
            Action.LOOK,
            "item_model",
            Text("第 {item} 项未填规格型号 (申报要素)", "item {item} has no specification (declaration elements)"),
            Text("按该商品的申报要素填写", "state the declaration elements of this commodity"),
            _FILLING,
        ),
        Check(
            "papers.rows_refused",
            Severity.BLOCK,
            Action.CORRECT,
            "declaration",
            Text(
                "报关单 {declaration} 有 {other} 行未能读取, 其余各项的结论不完整",
                "{other} rows of declaration {declaration} could not be read, so what is said of the others is not all",
            ),
            Text("按“未能读取”一览改好后重新自查", "mend the rows that could not be read, then inspect again"),
            _ASSUMED,
        ),
    )
}  # fmt: skip
"""All checks by code."""


def said(code: str, rows: pl.DataFrame, **columns: pl.Expr) -> pl.DataFrame:
    """Findings of a check, one for each row, as :data:`SAID`; what is not given is empty."""
    told = {"code": pl.lit(code), **{name: col(name) for name in SAID if name in rows.columns}, **columns}
    return rows.select(told.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in SAID.items())
