"""Is the certificate for this kind of act? (docs/rules, row 2)"""

from __future__ import annotations

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.rule import Once, Rule
from hefu.rules.sources import CERTIFICATE_RECORD

col = pl.col

RULES = (
    Rule(
        code="purpose.differs",
        question=Question.ENTITLEMENT,
        severity=Severity.BLOCK,
        field="purpose",
        broken=col("known") & (col("act") != "other") & (col("purpose") != col("act")),
        declared="act",
        certified="purpose",
        message=Text(
            "证明 {certificate} 的用途是{certified}, 本次业务是{declared}",
            "the purpose of certificate {certificate} is {certified}, this act is {declared}",
        ),
        remedy=Text(
            "填写用途为{declared}的证明, 没有的向主管税务机关申请; 同一货物未使用的证明须先作废",
            "name a certificate with purpose {declared}, or apply for one at the tax office; an unused one for the same"
            " goods must be voided first",
        ),
        ground=CERTIFICATE_RECORD,
        row="2",
        once=Once.CERTIFICATE,
    ),
)
