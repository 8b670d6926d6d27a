"""Documents for the measurements: sound exports of one item, each with a certificate of its own."""

from __future__ import annotations

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration

_FIRM = {"uscc": "91110000101623741K", "customs_code": "1100660001", "name": "北京合符进出口有限公司"}


def certificate(which: int) -> Certificate:
    line = {
        "line": 1, "invoice": f"FP{which}", "invoice_line": 1, "hs_code": "6109100000",
        "goods_name": "棉制针织T恤衫", "unit": "011", "quantity": "100", "exported_quantity": "100",
    }  # fmt: skip
    return Certificate.model_validate(
        {
            "number": f"B{which:09}", "purpose": "export", "issued_on": "2026-01-05",
            "tax_office": "11101010000", "holder": _FIRM, "lines": [line],
        }
    )  # fmt: skip


def declaration(which: int) -> Declaration:
    item = {
        "item": 1, "hs_code": "6109100000", "goods_name": "棉制针织T恤衫",
        "first": {"quantity": "100", "unit": "011"}, "second": {"quantity": "20", "unit": "035"},
        "traded": {"quantity": "5", "unit": "120"},
    }  # fmt: skip
    return Declaration.model_validate(
        {
            "number": f"530120260{which:09}", "act": "export", "mode": "0110", "office": "5301",
            "declared_on": "2026-02-01", "trader": _FIRM, "owner": _FIRM,
            "certificates": [{"number": f"B{which:09}"}], "items": [item],
        }
    )  # fmt: skip
