"""Does the certificate speak of the same export declaration and item? (docs/rules, rows 3, 4, 5)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule
from hefu.rules.sources import (
    A256,
    ASSUMPTION,
    CERTIFICATE_RECORD,
    DECLARATION_FORM,
    DECREE_220,
    ONE_CERTIFICATE,
    POLICY,
    cite,
)

col = pl.col


def _by_policy(policy: Policy) -> Severity:
    return Severity.BLOCK if policy.original_unknown == "hold" else Severity.WARN


RULES = (
    Rule(
        code="declaration.differs",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="related",
        broken=col("comparable") & col("after_export") & col("export").is_not_null() & ~col("same_export"),
        declared="export",
        certified="line_declaration",
        message=Text(
            "证明 {certificate} 第 {line} 行属于出口报关单 {certified}, 本单关联的是 {declared}",
            "line {line} of certificate {certificate} belongs to export declaration {certified}, this act"
            " concerns {declared}",
        ),
        remedy=Text(
            "更正关联报关单号, 或填写 {declared} 的证明",
            "correct the related declaration number, or name the certificate of {declared}",
        ),
        ground=cite(A256, CERTIFICATE_RECORD),
        row="3",
    ),
    Rule(
        code="declaration.ambiguous",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="related",
        broken=col("comparable") & col("after_export") & col("export").is_null(),
        declared="related",
        certified="line_declaration",
        message=Text(
            "报关单未填关联报关单号, 所列证明又属于不同的出口报关单 ({certified} 等)",
            "the declaration names no related declaration and its certificates belong to different ones"
            " ({certified} among them)",
        ),
        remedy=Text(
            "更正报关单, 填写关联的出口报关单号",
            "correct the declaration to name the export declaration that it concerns",
        ),
        ground=DECLARATION_FORM,
        row="5",
    ),
    Rule(
        code="declaration.not_related",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="related",
        broken=col("after_export") & col("related").is_null() & col("export").is_not_null() & col("paired"),
        declared="related",
        certified="line_declaration",
        message=Text(
            "报关单未填关联报关单号, 按证明认定所涉出口报关单为 {certified}",
            "the declaration names no related declaration; by its certificate it is {certified}",
        ),
        remedy=Text(
            "关员核对货物是否属于出口报关单 {certified}",
            "an officer checks that the goods are those of export declaration {certified}",
        ),
        ground=DECLARATION_FORM,
        row="5",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="original.unknown",
        question=Question.MATCH,
        severity=_by_policy,
        field="related",
        broken=col("fit") & col("after_export") & col("same_export") & (col("export_state") == "unknown"),
        declared="export",
        certified="line_declaration",
        message=Text(
            "海关登记中没有出口报关单 {declared}, 无法与原单比对",
            "customs has no export declaration {declared} on record to compare with",
        ),
        remedy=Text(
            "核对报关单号, 填错的更正; 原单早于联网的, 由关员按纸质档案核对; 因此扣留的 (政策 original_unknown 为 hold), 海关据档案"
            "补录原单后自动重新核验",
            "check the number and correct a wrong one; if the export is older than the network an officer compares with the"
            " file; where this holds the act (policy original_unknown: hold) customs puts the export declaration on record"
            " from its file, and verification then repeats by itself",
        ),
        ground=cite(POLICY, ASSUMPTION),
        row="3",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="original.not_in_force",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="related",
        broken=col("after_export") & col("export_state").is_in(["not_released", "withdrawn"]),
        declared="export",
        certified="export_state",
        message=Text(
            "出口报关单 {declared} {certified}, 不能据以退运, 改单或撤单",
            "export declaration {declared} is {certified}; nothing can be returned, amended or withdrawn under it",
        ),
        remedy=Text(
            "核对关联的报关单号; 未放行的, 放行后自动重新核验",
            "check the number; if it is only not released yet, verification repeats by itself after its release",
        ),
        ground=cite(DECREE_220, ASSUMPTION),
        row="23",
        once=Once.CASE,
    ),
    Rule(
        code="item.withdrawn_in_part",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="items",
        broken=col("after_export") & col("lacking").is_not_null(),
        declared="lacking",
        certified="lacking_quantity",
        message=Text(
            "撤单是撤销整份出口报关单 {export}, 其第 {declared} 项 (法定数量 {certified}) 未列或未足额列出",
            "a withdrawal takes back the whole of export declaration {export}; its item {declared} ({certified}) is not"
            " named, or not in full",
        ),
        remedy=Text(
            "列明全部商品项及其全部数量, 或一项不列; 只涉及一部分的, 改为申请改单",
            "name every item in full, or none at all; for a part apply for an amendment",
        ),
        ground=cite(DECREE_220, ASSUMPTION),
        row="4",
        once=Once.CASE,
    ),
    Rule(
        code="item.not_found",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="item",
        broken=col("original_concerned") & col("original_hs").is_null(),
        declared="export",
        certified="line_item",
        message=Text(
            "证明 {certificate} 第 {line} 行指出口报关单 {declared} 第 {certified} 项, 该单没有这一项",
            "line {line} of certificate {certificate} is about item {certified} of {declared}, which has no such item",
        ),
        remedy=Text(
            "证明未使用的, 由税务机关作废后按正确的项号重新开具",
            "tax voids the certificate, while unused, and issues it anew with the right item number",
        ),
        ground=CERTIFICATE_RECORD,
        row="4",
    ),
    Rule(
        code="item.none",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="items",
        broken=col("needed")
        & (col("named") > 0)
        & col("all_known")
        & (col("items") == 0)
        & (col("export_state") == "unknown"),
        declared="related",
        certified="export_state",
        message=Text(
            "撤单申请没有列商品项, 海关登记中也没有出口报关单 {declared}, 无从核对",
            "the withdrawal names no items and export declaration {declared} is not on record: nothing to compare",
        ),
        remedy=Text(
            "核对出口报关单号; 无误的, 在申请中列明全部商品项和数量",
            "check the export declaration's number; if it is right, name all items and quantities in the application",
        ),
        ground=A256,
        row="4",
        once=Once.CASE,
    ),
    Rule(
        code="item.not_covered",
        question=Question.MATCH,
        severity=Severity.BLOCK,
        field="items",
        broken=col("needed")
        & col("serving")
        & col("all_known")
        & col("item").is_not_null()
        & col("line").is_null(),
        declared="item",
        certified="certificate",
        message=Text("第 {item} 项没有对应的证明行", "no certificate line corresponds to item {item}"),
        remedy=Text(
            "更正申报, 填写第 {item} 项的证明, 没有的向主管税务机关申请; 该项列错的更正该项",
            "name the certificate of item {item}, or apply for one at the tax office; correct the item if it is wrong",
        ),
        ground=cite(A256, ONE_CERTIFICATE),
        row="4",
    ),
    Rule(
        code="original.changing",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="related",
        broken=col("after_export") & col("changing").is_not_null(),
        declared="export",
        certified="changing",
        message=Text(
            "出口报关单 {declared} 正由 {certified} 办理改单或撤单, 尚未办结",
            "export declaration {declared} is about to be amended or withdrawn by {certified}, which is not finished",
        ),
        remedy=Text(
            "{certified} 办结或撤回后自动重新核验",
            "verification repeats by itself when {certified} is finished or taken back",
        ),
        ground=cite(DECREE_220, ASSUMPTION),
        row="23",
        once=Once.CASE,
    ),
    Rule(
        code="original.amended_since",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="related",
        broken=col("original_concerned") & (col("amended_on") > col("issued_on")),
        declared="amended_on",
        certified="issued_on",
        message=Text(
            "出口报关单在证明 {certificate} 开具 ({certified}) 之后于 {declared} 修改过",
            "the export declaration was amended on {declared}, after certificate {certificate} was issued on {certified}",
        ),
        remedy=Text(
            "关员按修改后的报关单核对; 内容不符且证明未使用的, 由税务机关作废后重新开具",
            "an officer compares with the amended declaration; if the content differs tax voids the unused certificate and"
            " issues it anew",
        ),
        ground=cite(DECREE_220, CERTIFICATE_RECORD),
        row="24",
        once=Once.CERTIFICATE,
    ),
)
