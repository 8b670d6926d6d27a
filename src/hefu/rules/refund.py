"""What has become of the tax: refund states, obligations, repaid amounts. (docs/rules, rows 21, 22)"""

from __future__ import annotations

import polars as pl

from hefu.documents.fields import scaled
from hefu.errors import Text
from hefu.rules.expressions import rounded, wide
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule
from hefu.rules.sources import CERTIFICATE_RECORD, STA_5, cite

col = pl.col
_CENT = pl.lit(10**4, pl.Int128)

RULES = (
    Rule(
        code="refund.open",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="refund_state",
        broken=col("fit") & (col("refund_state") == "refunded_open"),
        declared="act",
        certified="refund_state",
        message=Text(
            "证明 {certificate} 所列货物已办理退(免)税, 尚未冲减或缴回",
            "tax on the goods of certificate {certificate} has been refunded and is neither reversed nor paid back",
        ),
        remedy=Text(
            "放行不受影响; 企业须在下次申报退(免)税之前或同时冲减, 否则其后续申报不予受理",
            "this does not stop the release; the enterprise reverses it before or with its next refund claim, no"
            " further claim is accepted before",
        ),
        ground=STA_5,
        row="21",
        once=Once.CERTIFICATE,
    ),
    Rule(
        code="refund.contradicts",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="refund_state",
        broken=col("fit") & (col("refund_state") == "not_claimed") & (col("tax_told") > 0),
        declared="tax_told",
        certified="refund_state",
        message=Text(
            "证明 {certificate} 第 {line} 行写明尚未申报退(免)税, 又列已退或已缴回税额 {declared} 元",
            "line {line} of certificate {certificate} says that no refund was claimed, and {declared} CNY refunded or"
            " repaid",
        ),
        remedy=Text(
            "税务机关核对退(免)税状态; 证明有误且未使用的, 作废后重新开具",
            "tax checks the refund state, voids a wrong certificate, while unused, and issues it anew",
        ),
        ground=cite(STA_5, CERTIFICATE_RECORD),
        row="21",
    ),
    Rule(
        code="refund.payment_missing",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="payment_slip",
        broken=col("fit")
        & (col("refund_state") == "paid_back")
        & col("line").is_not_null()
        & (col("payment_slip").is_null() | col("paid_on").is_null()),
        declared="payment_slip",
        certified="paid_on",
        message=Text(
            "证明 {certificate} 第 {line} 行写明已缴回, 缴款凭据不全 (缴款书号: {declared}; 入库日期: {certified})",
            "line {line} of certificate {certificate} says paid back, its proof is incomplete (payment slip: {declared};"
            " treasury date: {certified})",
        ),
        remedy=Text(
            "税务机关核对入库记录; 证明未使用的, 作废后重新开具",
            "tax checks the treasury's record, voids the certificate, while unused, and issues it anew",
        ),
        ground=CERTIFICATE_RECORD,
        row="22",
    ),
    Rule(
        code="refund.paid_after_issue",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="paid_on",
        broken=col("fit") & (col("paid_on") > col("issued_on")),
        declared="paid_on",
        certified="issued_on",
        message=Text(
            "证明 {certificate} 第 {line} 行的税款于 {declared} 入库, 晚于证明的开具日期 {certified}",
            "the tax of line {line} reached the treasury on {declared}, after certificate {certificate} was issued on"
            " {certified}",
        ),
        remedy=Text(
            "税务机关核对入库记录; 证明有误且未使用的, 作废后重新开具",
            "tax checks the treasury's record, voids a wrong certificate, while unused, and issues it anew",
        ),
        ground=cite(CERTIFICATE_RECORD, STA_5),
        row="22",
    ),
    Rule(
        code="refund.amount_differs",
        question=Question.ENTITLEMENT,
        severity=Severity.WARN,
        field="repaid",
        broken=col("fit") & col("repaid_off"),
        declared="repaid_due",
        certified="repaid",
        message=Text(
            "证明 {certificate} 第 {line} 行缴回税额 {certified} 元, 按已退税额和数量应为 {declared} 元",
            "line {line} of certificate {certificate} says {certified} CNY repaid, by refund and quantity it should be"
            " {declared}",
        ),
        remedy=Text(
            "税务机关核对缴款; 少缴的补缴; 证明有误且未使用的, 作废后重新开具",
            "tax checks the payment; what is missing is paid; a wrong certificate is voided, while unused, and issued anew",
        ),
        ground=cite(CERTIFICATE_RECORD, STA_5),
        row="22",
    ),
)

READS = ("refund_state", "refunded", "repaid", "line_exported", "line_quantity")
"""Beside the shared columns."""
NOTHING = (pl.lit(None, pl.Int128).alias("repaid_due"), pl.lit(value=False).alias("repaid_off"))


def with_repayment(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add ``repaid_due``, refunded tax x quantity / exported quantity to the cent (CNY scaled by 10^6; the
    formula is an assumption), and ``repaid_off``.
    """
    exported = pl.coalesce(wide("line_exported"), "exported")
    due = rounded(wide("refunded") * wide("line_quantity"), exported * _CENT) * _CENT
    frame = frame.with_columns(due.alias("repaid_due"))
    off = (wide("repaid").fill_null(0) - col("repaid_due")).abs() > scaled(policy.repaid_amount, 6)
    paid = col("refund_state") == "paid_back"
    return frame.with_columns((paid & off).fill_null(value=False).alias("repaid_off"))


def repayment_due(refunded: int, repaid: int, quantity: int, exported: int, policy: Policy) -> int | None:
    """What should have been repaid for one line by :func:`with_repayment`, where ``repaid`` is off it; ``None`` where it
    fits. Taxes in CNY scaled by 10^6, quantities scaled by 10^5 in one unit.
    """
    row = {
        "refund_state": ["paid_back"],
        "refunded": [refunded],
        "repaid": [repaid],
        "line_quantity": [quantity],
        "line_exported": [exported],
        "exported": [exported],
    }
    told = with_repayment(pl.DataFrame(row), policy).row(0, named=True)
    return int(told["repaid_due"]) if told["repaid_off"] else None
