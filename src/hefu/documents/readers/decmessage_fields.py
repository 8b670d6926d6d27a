"""Where the fields of a declaration stand in a DecMessage: the dictionary of reader and writer (domain.md §2.4)."""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "http://www.chinaport.gov.cn/dec"
VERSIONS: Final = ("3.1", "4.8", "5.0")
HEAD: Final = {
    "number": "EntryId",
    "act": "IEFlag",
    "office": "CustomMaster",
    "declared_on": "PDate",
    "moved_on": "IEDate",
    "mode": "TradeMode",
    "contract": "ContrNo",
    "terms": "TransMode",
    "gross_weight": "GrossWet",
    "net_weight": "NetWt",
    "remark": "NoteS",
}
PARTIES: Final = {
    "trader": ("TradeCoScc", "TradeCode", "TradeName"),
    "owner": ("OwnerCodeScc", "OwnerCode", "OwnerName"),
    "declarant": ("AgentCodeScc", "AgentCode", "AgentName"),
}
ITEM_PLACES: Final = {
    "item": "GNo",
    "hs_code": "CodeTS",
    "goods_name": "GName",
    "specification": "GModel",
    "unit_price": "DeclPrice",
    "total": "DeclTotal",
    "currency": "TradeCurr",
}
MEASURES: Final = {
    "first": ("FirstQty", "FirstUnit"),
    "second": ("SecondQty", "SecondUnit"),
    "traded": ("GQty", "GUnit"),
}
REFERENCES: Final = {
    "license": {"number": "CertCode"},
    "relation": {"number": "EcoCertNo", "item": "DecGNo", "line": "EcoGNo"},
    "remark": {"number": "NoteS"},
}
CHARGES: Final = {
    "freight": ("FeeMark", "FeeRate", "FeeCurr"),
    "insurance": ("InsurMark", "InsurRate", "InsurCurr"),
    "other_charges": ("OtherMark", "OtherRate", "OtherCurr"),
}


def country_places(is_export: bool) -> dict[str, str]:
    """In exports the message swaps them."""
    origin, destination = "OriginCountry", "DestinationCountry"
    if is_export:
        origin, destination = destination, origin
    return {"origin": origin, "destination": destination}
