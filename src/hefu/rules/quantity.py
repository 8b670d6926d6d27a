"""Is there enough, in units that convert? (docs/rules, rows 11 to 15)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule, Seldom
from hefu.rules.sources import A256, CERTIFICATE_RECORD, GOODS_ONCE, TAX_PRACTICE, UNIT_TABLE, cite
from hefu.rules.tolerance import find

col = pl.col

_OTHER_DIMENSION = (col("line_dimension") != col("left_dimension")) | (
    col("line_dimension") != col("original_dimension")
)
_WITHIN_EXPORT = col("beyond").is_null() | (col("beyond") <= 0)

RULES = (
    Rule(
        code="unit.not_convertible",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="unit",
        broken=col("comparable") & (col("line_dimension") != col("item_dimension")),
        declared="item_unit",
        certified="line_unit",
        message=Text(
            "第 {item} 项的法定单位是 {declared}, 证明 {certificate} 第 {line} 行的单位是 {certified}, 不能换算",
            "the statutory unit of item {item} is {declared}, that of line {line} of certificate {certificate} is"
            " {certified}: they do not convert",
        ),
        remedy=Text(
            "报关单单位有误的, 由申报人更正; 证明单位有误且未使用的, 由税务机关作废后按法定计量单位重新开具",
            "correct the declaration if its unit is wrong; if the certificate's is, tax voids it, while unused, and issues"
            " it anew in the statutory unit",
        ),
        ground=UNIT_TABLE,
        row="11, 12",
    ),
    Rule(
        code="unit.not_of_export",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="unit",
        broken=col("measurable") & _OTHER_DIMENSION,
        declared="goods_unit",
        certified="line_unit",
        message=Text(
            "出口货物的记账单位是 {declared}, 证明 {certificate} 第 {line} 行的单位是 {certified}, 不能换算",
            "the exported goods are counted in {declared}, line {line} of certificate {certificate} in {certified}: they"
            " do not convert",
        ),
        remedy=Text(
            "证明未使用的, 由税务机关作废后按出口报关单的法定第一计量单位重新开具",
            "tax voids the certificate, while unused, and issues it anew in the first statutory unit of the export"
            " declaration",
        ),
        ground=cite(UNIT_TABLE, GOODS_ONCE),
        row="11, 13",
    ),
    Rule(
        code="quantity.exceeds_certificate",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="quantity",
        broken=col("measurable")
        & col("line_first")
        & (col("excess") > 0)
        & (col("pool_excess") > col("allowance") * col("part")),
        declared="drawn_of_line",
        certified="line_quantity",
        message=Text(
            "计入证明 {certificate} 第 {line} 行的报关数量 {declared} 大于该行数量 {certified} ({unit})",
            "declared quantity {declared} counted on line {line} of certificate {certificate} is more than the line's"
            " {certified} ({unit})",
        ),
        remedy=Text(
            "报关数量有误的, 更正申报; 无误的, 就尚未开证的货物另行申请证明, 一并填写",
            "correct the declared quantity if it is wrong; if not, obtain a further certificate for goods that have none"
            " yet and name both",
        ),
        ground=cite(A256, TAX_PRACTICE),
        row="14, 15, 16",
    ),
    Rule(
        code="quantity.exceeds_export",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="quantity",
        broken=col("measurable") & ~_WITHIN_EXPORT,
        declared="exported",
        certified="line_quantity",
        message=Text(
            "证明 {certificate} 第 {line} 行的数量 {certified} 大于原出口数量 {declared} ({unit})",
            "line {line} of certificate {certificate} covers {certified}, the export item holds {declared} ({unit})",
        ),
        remedy=Text(
            "证明未使用的, 由税务机关作废后按不超过原出口的数量重新开具",
            "tax voids the certificate, while unused, and issues it anew for no more than was exported",
        ),
        ground=TAX_PRACTICE,
        row="13",
    ),
    Rule(
        code="quantity.exported_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="exported_quantity",
        broken=col("measurable")
        & col("exported_off")
        & _WITHIN_EXPORT
        & ~_OTHER_DIMENSION.fill_null(value=False),
        declared="exported",
        certified="line_exported",
        message=Text(
            "证明 {certificate} 第 {line} 行的出口数量 {certified} 与出口报关单该项的 {declared} 不一致 ({unit})",
            "line {line} of certificate {certificate} says that {certified} were exported, the export declaration's item"
            " holds {declared} ({unit})",
        ),
        remedy=Text(
            "税务机关按出口报关单核对出口数量; 证明有误且未使用的, 作废后重新开具",
            "tax checks the exported quantity by the export declaration, voids a wrong certificate, while unused, and"
            " issues it anew",
        ),
        ground=cite(CERTIFICATE_RECORD, TAX_PRACTICE),
        row="13",
    ),
    Rule(
        code="quantity.exceeds_goods",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="quantity",
        broken=col("measurable") & col("mine") & col("goods_first") & _WITHIN_EXPORT & col("goods_exceeded"),
        declared="wanted_of_goods",
        certified="left_here",
        message=Text(
            "出口报关单 {export} 第 {export_item} 项尚余 {certified}, 本次申报占用 {declared} ({unit})",
            "item {export_item} of export declaration {export} has {certified} left, this declaration takes {declared}"
            " ({unit})",
        ),
        remedy=Text(
            "数量有误的, 更正申报; 无误的, 由税务机关和海关核对该项货物已开证和已使用的数量",
            "correct the quantity if it is wrong; if not, tax and customs check how much of the item is certified and used",
        ),
        ground=GOODS_ONCE,
        row="13, 14",
    ),
)


def _allowance(policy: Policy, unit: str, hs: str, quantity: int) -> int:
    fitting = find(policy.tolerances, unit, hs)
    return fitting.allowance(quantity) if fitting else 0


SELDOM = (
    Seldom(
        "allowance",
        col("measurable") & col("act").is_in(["export", "return"]) & (col("excess") > 0),
        ("line_unit", "line_hs", "pooled"),
        _allowance,
        default=0,
        dtype=pl.Int128,
    ),
)
"""Goods are weighed again when they move, papers are not: an amendment or withdrawal is exact."""
