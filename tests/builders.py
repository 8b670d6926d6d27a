"""Sound documents to start from; each test changes what it is about."""

from __future__ import annotations

from typing import Any

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment

EXPORTER = {"uscc": "91110000101623741K", "customs_code": "1100660001", "name": "北京合符进出口有限公司"}
PRINCIPAL = {"uscc": "911101066976941872", "customs_code": "1101960002", "name": "北京兴达制衣有限公司"}
AGENT = {"uscc": "91440300MA5FC50094", "customs_code": "4403160003", "name": "深圳通运报关代理有限公司"}
STRANGER = {"uscc": "91460000284077092F", "customs_code": "4601960004", "name": "海南远航贸易有限公司"}
TAX_OFFICE = "11101010000"
EXPORT = "530120260000000001"
"""An export declaration that returns, amendments and withdrawals concern."""
IMPORT = "530120261000000001"


def line(**changes: Any) -> dict[str, Any]:
    """A certificate line: 100 件 of T-shirts of item 1 of EXPORT."""
    base: dict[str, Any] = {
        "line": 1,
        "declaration": EXPORT,
        "item": 1,
        "hs_code": "6109100000",
        "goods_name": "棉制针织T恤衫",
        "unit": "件",
        "quantity": "100",
        "exported_quantity": "100",
    }
    return _changed(base, changes)


def invoice_line(**changes: Any) -> dict[str, Any]:
    """The same goods before export: line 1 of invoice FP0001."""
    base = line(declaration=None, item=None, invoice="FP0001", invoice_line=1)
    return _changed(base, changes)


def item(**changes: Any) -> dict[str, Any]:
    """A declaration item: the same 100 件."""
    base: dict[str, Any] = {
        "item": 1,
        "hs_code": "6109100000",
        "goods_name": "棉制针织T恤衫",
        "first": {"quantity": "100", "unit": "011"},
        "second": {"quantity": "20", "unit": "035"},
        "traded": {"quantity": "5", "unit": "120"},
    }
    return _changed(base, changes)


def certificate(purpose: str = "return", **changes: Any) -> Certificate:
    """A sound certificate of a purpose."""
    base: dict[str, Any] = {
        "number": "BSWT0001",
        "purpose": purpose,
        "issued_on": "2026-03-01",
        "tax_office": TAX_OFFICE,
        "holder": EXPORTER,
        "lines": [invoice_line() if purpose == "export" else line()],
    }
    return Certificate.model_validate(_changed(base, changes))


def declaration(act: str = "return", **changes: Any) -> Declaration:
    """A sound act that names BSWT0001."""
    base: dict[str, Any] = {
        "number": {"export": EXPORT, "return": IMPORT, "other": IMPORT}.get(act, "XG2026000001"),
        "act": act,
        "related": None if act in ("export", "other") else EXPORT,
        "mode": {"export": "0110", "return": "4561", "other": "0110"}.get(act),
        "office": "5301",
        "declared_on": "2026-02-01" if act == "export" else "2026-03-05",
        "trader": EXPORTER,
        "owner": EXPORTER,
        "certificates": [{"number": "BSWT0001"}],
        "items": [item()],
    }
    return Declaration.model_validate(_changed(base, changes))


def claim_line(**changes: Any) -> dict[str, Any]:
    """A refund of 1300 CNY claimed for 100 件 of item 1 of EXPORT."""
    base = {"line": 1, "declaration": EXPORT, "item": 1, "quantity": "100", "unit": "件", "vat": "1300"}
    return _changed(base, changes)


def claim(**changes: Any) -> RefundClaim:
    """A sound claim of the exporter."""
    base: dict[str, Any] = {
        "number": "TS2026030001",
        "period": "202603",
        "claimed_on": "2026-03-10",
        "claimant": EXPORTER,
        "lines": [claim_line()],
    }
    return RefundClaim.model_validate(_changed(base, changes))


def repayment(**changes: Any) -> Repayment:
    """All of it paid back."""
    base: dict[str, Any] = {
        "payment_slip": "JS20260001",
        "paid_on": "2026-03-20",
        "claimant": EXPORTER,
        "lines": [claim_line()],
    }
    return Repayment.model_validate(_changed(base, changes))


def agency_certificate(**changes: Any) -> AgencyCertificate:
    """What AGENT exported under EXPORT is PRINCIPAL's."""
    lines = [{"line": 1, "declaration": EXPORT, "item": 1, "quantity": "100", "unit": "件"}]
    base: dict[str, Any] = {
        "number": "DL20260001",
        "issued_on": "2026-03-01",
        "tax_office": TAX_OFFICE,
        "agent": AGENT,
        "principal": PRINCIPAL,
        "lines": lines,
    }
    return AgencyCertificate.model_validate(_changed(base, changes))


def _changed(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**base, **changes}.items() if value is not None}
