"""Are the goods the same by commodity code? (domain.md §6 rows 8, 9)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.derived import same_hs
from hefu.rules.finding import Question, Severity
from hefu.rules.ruleset import Rule

col = pl.col
_RETURN_OF_KNOWN = col("return_of_known")
_COMPARABLE = col("comparable")
_RETURN_DIFFERS = _COMPARABLE & _RETURN_OF_KNOWN & ~same_hs("item_hs", "original_hs")
_SAME_HEADING = col("item_hs").str.slice(0, 4) == col("original_hs").str.slice(0, 4)
_CORRECT = Text(
    "更正写错的一方: 报关单由申报人更正, 证明在未使用时由税务机关补办",
    "correct the side that is wrong: the declarant the declaration, tax (by reissue, while unused) the certificate",
)

RULES = (
    Rule(
        code="hs.differs",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="hs_code",
        broken=_COMPARABLE & ~_RETURN_OF_KNOWN & ~col("hs_fits"),
        declared="item_hs",
        certified="line_hs",
        message=Text(
            "第 {item} 项商品编号 {declared} 与证明 {certificate} 第 {line} 行 {certified} 不一致",
            "commodity code {declared} of item {item} differs from {certified} in line {line} of {certificate}",
        ),
        remedy=_CORRECT,
        ground="domain notes §6 row 8: common prefix of at least 8 digits",
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
            "证明未使用时由税务机关按原出口报关单补办",
            "tax reissues the certificate, while unused, by the export declaration",
        ),
        ground="domain notes §6 row 8",
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
        remedy=_CORRECT,
        ground="domain notes §6 row 9",
        row="9",
    ),
    Rule(
        code="hs.subheading_differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="hs_code",
        broken=_RETURN_DIFFERS & _SAME_HEADING,
        declared="item_hs",
        certified="original_hs",
        message=Text(
            "第 {item} 项商品编号 {declared} 与原出口 {certified} 品目相同, 子目不同",
            "code {declared} of item {item} and {certified} of the export share the heading only",
        ),
        remedy=Text(
            "关员核对是否因税则年度调整而换号",
            "an officer checks whether the code changed with the yearly tariff",
        ),
        ground="domain notes §6 row 9",
        row="9",
    ),
)
