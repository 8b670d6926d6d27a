"""Documents for the measurements: sound exports of one item, each with a certificate of its own. Those of ``traded`` have
some hundred traders and owners, brokers, offices and prices.
"""

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


_FIRMS = 400
_BROKERS = 40
_GOODS = ("6109100000", "8517130000", "9403609990", "8471300000", "6403990090", "8504401400", "9503002900")


def _firm(which: int) -> dict[str, str]:
    return {"uscc": f"9111{which:014}", "name": f"企业{which}"}


def traded(which: int) -> tuple[Certificate, Declaration]:
    """A priced export by one of many firms, two in five of them as agents."""
    trader = _firm(which * 7919 % _FIRMS)
    owner = _firm(2000 + which * 7919 % _FIRMS) if which % 5 < 2 else trader
    code = _GOODS[which * 31 % len(_GOODS)]
    held = certificate(which).model_dump(mode="json", exclude_none=True)
    held["holder"] = trader
    held["lines"][0]["hs_code"] = code
    told = declaration(which).model_dump(mode="json", exclude_none=True)
    told |= {
        "trader": trader, "owner": owner, "declarant": _firm(1000 + which * 13 % _BROKERS), "terms": "FOB",
        "office": ("5301", "2202", "3104")[which % 3], "net_weight": str(20 + which % 30),
    }  # fmt: skip
    told["items"][0] |= {
        "hs_code": code, "total": str(800 + which * 17 % 400), "currency": "USD", "destination": "USA",
    }  # fmt: skip
    return Certificate.model_validate(held), Declaration.model_validate(told)
