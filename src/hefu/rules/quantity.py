"""Is there enough, in units that convert? (docs/rules, rows 11 to 15)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.expressions import wide
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule, Seldom
from hefu.rules.sources import A256, GOODS_ONCE, TAX_PRACTICE, UNIT_TABLE, cite
from hefu.rules.tolerance import find

col = pl.col

_OTHER_DIMENSION = (col("line_dimension") != col("left_dimension")) | (
    col("line_dimension") != col("original_dimension")
)
_WITHIN_EXPORT = col("exported").is_null() | (wide("line_quantity") <= col("exported"))

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
            "第 {item} 项的法定单位 {declared} 与证明 {certificate} 第 {line} 行的单位 {certified} 不能换算",
            "statutory unit {declared} of item {item} does not convert to unit {certified} of line {line} of"
            " certificate {certificate}",
        ),
        remedy=Text(
            "证明按报关单法定计量单位补办; 报关单单位有误的由申报人更正",
            "have the certificate reissued in the statutory unit, or correct the declaration's unit if that is wrong",
        ),
        ground=UNIT_TABLE,
        row="11, 12",
    ),
    Rule(
        code="unit.not_of_export",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="unit",
        broken=col("comparable") & _OTHER_DIMENSION,
        declared="goods_unit",
        certified="line_unit",
        message=Text(
            "出口货物按 {declared} 记账, 证明 {certificate} 第 {line} 行的单位 {certified} 不能换算",
            "the exported goods are counted in {declared}; {certified} of line {line} of certificate"
            " {certificate} does not convert",
        ),
        remedy=Text(
            "证明未使用时由税务机关按出口报关单的第一法定单位补办",
            "tax reissues the certificate, while unused, in the first statutory unit of the export declaration",
        ),
        ground=cite(UNIT_TABLE, GOODS_ONCE),
        row="11, 13",
    ),
    Rule(
        code="quantity.exceeds_certificate",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="quantity",
        broken=col("measurable") & (col("drawn_of_line") > wide("line_quantity") + col("allowance")),
        declared="drawn_of_line",
        certified="line_quantity",
        message=Text(
            "报关数量 {declared} 大于证明 {certificate} 第 {line} 行的数量 {certified} ({unit})",
            "declared quantity {declared} is more than {certified} in line {line} of certificate {certificate} ({unit})",
        ),
        remedy=Text(
            "减少报关数量至 {certified}, 或为超出部分另行申请证明一并填写",
            "declare no more than {certified}, or obtain a further certificate for the rest and name both",
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
            "证明未使用时由税务机关按原出口数量补办",
            "tax reissues the certificate, while unused, for no more than was exported",
        ),
        ground=TAX_PRACTICE,
        row="13",
    ),
    Rule(
        code="quantity.exceeds_goods",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="quantity",
        broken=col("measurable")
        & col("mine")
        & col("goods_first")
        & _WITHIN_EXPORT
        & (col("taken_of_goods") > col("left")),
        declared="wanted_of_goods",
        certified="left_here",
        message=Text(
            "出口项剩余可退 {certified}, 本单要 {declared} ({unit}): 其余已由别的退运, 改单或撤单占用",
            "{certified} of the export item is left, this act wants {declared} ({unit}): other returns, amendments"
            " or withdrawals have taken the rest",
        ),
        remedy=Text(
            "减少数量至 {certified}; 认为占用有误的, 用 hefu trace 查出口报关单",
            "declare no more than {certified}; if you doubt the rest, trace the export declaration",
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
        col("measurable")
        & col("act").is_in(["export", "return"])
        & (col("drawn_of_line") > wide("line_quantity")),
        ("line_unit", "line_hs", "line_quantity"),
        _allowance,
        default=0,
        dtype=pl.Int64,
    ),
)
"""Goods are weighed again when they move, papers are not: an amendment or withdrawal is exact."""
