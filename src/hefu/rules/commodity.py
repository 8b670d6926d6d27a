"""Are the goods the same by commodity code? (docs/rules, rows 8, 9)"""

from __future__ import annotations

import polars as pl

from hefu.documents.codes.hs import in_force, joined, touched
from hefu.documents.names import similarity
from hefu.errors import Text
from hefu.rules.days import as_day
from hefu.rules.expressions import same_hs
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule, Seldom
from hefu.rules.sources import ASSUMPTION, DECLARATION_FORM, TARIFF, TAX_PRACTICE, cite

col = pl.col
_RETURN_OF_KNOWN = col("return_of_known")
_COMPARABLE = col("comparable")
_RETURN_DIFFERS = _COMPARABLE & _RETURN_OF_KNOWN & ~same_hs("item_hs", "original_hs") & ~col("hs_joined")
_SAME_HEADING = col("item_hs").str.head(4) == col("hs_then").str.head(4)
_RETURN = col("act") == "return"
_DIFFERS = _COMPARABLE & ~_RETURN_OF_KNOWN & ~col("hs_fits") & ~col("hs_joined")
"""Where nothing is on record of the export, or for another act: held against the certificate itself."""
_CORRECT = Text(
    "更正写错的一方: 报关单由申报人更正; 证明未使用的, 由税务机关作废后重新开具",
    "correct the side that is wrong: the declarant the declaration; tax voids the certificate, while unused, and issues"
    " it anew",
)

RULES = (
    Rule(
        code="hs.differs",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="hs_code",
        broken=_DIFFERS & ~(_RETURN & _SAME_HEADING),
        declared="item_hs",
        certified="line_hs",
        message=Text(
            "第 {item} 项商品编号 {declared} 与证明 {certificate} 第 {line} 行 {certified} 不一致",
            "commodity code {declared} of item {item} differs from {certified} in line {line} of {certificate}",
        ),
        remedy=_CORRECT,
        ground=TAX_PRACTICE,
        row="8",
    ),
    Rule(
        code="hs.original_differs",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="hs_code",
        broken=_COMPARABLE
        & col("original_hs").is_not_null()
        & ~col("hs_fits_original")
        & (_RETURN_OF_KNOWN | col("hs_fits")),
        declared="original_hs",
        certified="line_hs",
        message=Text(
            "原出口报关单的商品编号 {declared} 与证明 {certificate} 第 {line} 行 {certified} 不一致",
            "the export declaration says {declared}, line {line} of certificate {certificate} says {certified}",
        ),
        remedy=Text(
            "证明未使用的, 由税务机关作废后按原出口报关单重新开具",
            "tax voids the certificate, while unused, and issues it anew by the export declaration",
        ),
        ground=TAX_PRACTICE,
        row="8",
    ),
    Rule(
        code="hs.heading_differs",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="hs_code",
        broken=_RETURN_DIFFERS & ~_SAME_HEADING,
        declared="item_hs",
        certified="original_hs",
        message=Text(
            "第 {item} 项商品编号 {declared} 与原出口 {certified} 不是同一品目 (前 4 位)",
            "code {declared} of item {item} and {certified} of the export are not of one heading (first 4 digits)",
        ),
        remedy=Text(
            "由申报人更正写错的编号: 退运报关单直接更正, 原出口报关单申请改单",
            "the declarant corrects the code that is wrong: in the return itself, in the export declaration by an"
            " amendment",
        ),
        ground=TARIFF,
        row="9",
    ),
    Rule(
        code="hs.subheading_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="hs_code",
        broken=(_RETURN_DIFFERS | (_DIFFERS & _RETURN)) & _SAME_HEADING,
        declared="item_hs",
        certified="hs_then",
        message=Text(
            "第 {item} 项商品编号 {declared} 与原出口 {certified} 品目 (前 4 位) 相同, 其后不同",
            "code {declared} of item {item} and {certified} of the export agree in the heading (first 4 digits) and differ"
            " after it",
        ),
        remedy=Text(
            "关员核对是否因税则调整而换号; 编号写错的由申报人更正",
            "an officer checks whether the tariff changed the code; the declarant corrects a wrong one",
        ),
        ground=TARIFF,
        row="9",
    ),
    Rule(
        code="hs.not_in_force",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="hs_code",
        broken=col("paired") & col("hs_outdated"),
        declared="item_hs",
        certified="declared_on",
        message=Text(
            "第 {item} 项商品编号 {declared} 在申报之日 ({certified}) 不是有效编号",
            "code {declared} of item {item} was not in force on the day of the declaration ({certified})",
        ),
        remedy=Text(
            "按申报之日的税则归类; 税则调整对照见规则集",
            "classify by the tariff of that day; the changes are listed with the rule set",
        ),
        ground=TARIFF,
        row="9",
    ),
    Rule(
        code="goods.name_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="goods_name",
        broken=col("goods_differ"),
        declared="item_name",
        certified="line_name",
        message=Text(
            "第 {item} 项品名“{declared}”与证明 {certificate} 第 {line} 行“{certified}”差别较大",
            "the name of item {item}, {declared}, is unlike {certified} in line {line} of certificate {certificate}",
        ),
        remedy=Text(
            "关员核对是否同一货物; 品名不决定放行", "an officer checks the goods; names decide nothing"
        ),
        ground=ASSUMPTION,
        row="10",
    ),
    Rule(
        code="origin.not_china",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="origin",
        broken=col("comparable")
        & (col("act") == "return")
        & (col("item_origin") != "CHN")
        & (col("original_origin").is_null() | (col("original_origin") == "CHN")),
        declared="item_origin",
        certified="line_declaration",
        message=Text(
            "退运第 {item} 项的原产国(地区)是 {declared}, 不是 CHN 中国",
            "item {item} of the return comes with origin {declared}, not CHN China",
        ),
        remedy=Text(
            "核对是否原出口货物; 原产国(地区)填错的更正报关单",
            "check that these are the goods exported; correct the origin if it is wrong",
        ),
        ground=cite(DECLARATION_FORM, ASSUMPTION),
        row="26",
    ),
)


def _is_joined(
    policy: Policy,
    item: str,
    original: str | None,
    line: str,
    declared: int | None,
    stated: int | None,
    now: int,
) -> bool:
    """Whether a dated change of the tariff leads from the code of the export to that of the return."""
    then = stated if declared is None else declared
    return then is not None and joined(original or line, item, as_day(then), as_day(now), policy.hs_changes)


def _is_outdated(policy: Policy, code: str, day: int) -> bool:
    return in_force(code, as_day(day), policy.hs_changes) is False


def _are_unlike(policy: Policy, a: str, b: str) -> bool:
    return similarity(a, b) < policy.goods_similarity


SELDOM = (
    Seldom(
        "hs_joined",
        _COMPARABLE
        & (col("act") == "return")
        & ~pl.when(_RETURN_OF_KNOWN).then(same_hs("item_hs", "original_hs")).otherwise(col("hs_fits")),
        (
            "item_hs",
            "original_hs",
            "line_hs",
            "original_declared",
            "line_export_day",
            "declared_on",
        ),
        _is_joined,
    ),
    Seldom(
        "hs_outdated",
        lambda policy: (
            col("act").is_in(["export", "return"])
            & col("item_hs").str.head(8).is_in(sorted(touched(policy.hs_changes)))
        ),
        ("item_hs", "declared_on"),
        _is_outdated,
    ),
    Seldom(
        "goods_differ",
        _COMPARABLE & (col("item_name") != col("line_name")),
        ("item_name", "line_name"),
        _are_unlike,
    ),
)
