"""Papers of a shipment: what a row of the sheet ``papers``, a JSON object or an e-invoice says, beside the documents
that have a form of their own.

No source gives one form for contracts, bills of lading or receipts of foreign exchange, so the fields are hefu's own
(assumption): what ties a paper to its shipment, and what other papers say, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from hefu.documents.application import Application
from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.documents.coded import Currency
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import ActNumber, Amount, Day, HsCode, ItemNumber, Name, Quantity, Remark, Short
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment
from hefu.errors import Text
from hefu.procedures.agency.agreements import Agreement, Firm


class Kind(StrEnum):
    """What a paper is."""

    CONTRACT = "contract"
    PURCHASE_CONTRACT = "purchase_contract"
    AGREEMENT = "agreement"
    EXPORT_INVOICE = "export_invoice"
    PURCHASE_INVOICE = "purchase_invoice"
    PACKING_LIST = "packing_list"
    TRANSPORT = "transport"
    ENTRUSTMENT = "entrustment"
    EXPORT = "export"
    RETURN = "return"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"
    RECEIPT = "receipt"
    CERTIFICATE = "certificate"
    APPLICATION = "application"
    AGENCY_CERTIFICATE = "agency_certificate"
    CLAIM = "claim"
    REPAYMENT = "repayment"
    FILE_LIST = "file_list"
    AGENT_REPORT = "agent_report"
    RETURN_AGREEMENT = "return_agreement"
    QUALITY_REPORT = "quality_report"
    EXPLANATION = "explanation"
    OTHER = "other"


NAMES: Mapping[Kind, Text] = {
    Kind.CONTRACT: Text("出口合同", "export contract"),
    Kind.PURCHASE_CONTRACT: Text("购货合同", "purchase contract"),
    Kind.AGREEMENT: Text("代理出口协议", "agency agreement"),
    Kind.EXPORT_INVOICE: Text("出口发票", "export invoice"),
    Kind.PURCHASE_INVOICE: Text("购进货物增值税专用发票", "VAT invoice of the purchase"),
    Kind.PACKING_LIST: Text("装箱单", "packing list"),
    Kind.TRANSPORT: Text("运输单据", "transport document"),
    Kind.ENTRUSTMENT: Text("委托报关单据", "entrustment of the customs broker"),
    Kind.EXPORT: Text("出口报关单", "export declaration"),
    Kind.RETURN: Text("退运报关单", "return declaration"),
    Kind.AMENDMENT: Text("改单申请", "application to amend"),
    Kind.WITHDRAWAL: Text("撤单申请", "application to withdraw"),
    Kind.RECEIPT: Text("收汇凭证", "receipt of foreign exchange"),
    Kind.CERTIFICATE: Text("出口货物已补税/未退税证明", "certificate"),
    Kind.APPLICATION: Text("证明申请", "application for the certificate"),
    Kind.AGENCY_CERTIFICATE: Text("代理出口货物证明", "certificate of agency export"),
    Kind.CLAIM: Text("退(免)税申报", "refund claim"),
    Kind.REPAYMENT: Text("缴回退税凭证", "repayment"),
    Kind.FILE_LIST: Text("备案单证目录", "list of the papers on file"),
    Kind.AGENT_REPORT: Text("代理出口企业受托出口情况汇总表", "agent's quarterly report"),
    Kind.RETURN_AGREEMENT: Text("退货协议", "return agreement"),
    Kind.QUALITY_REPORT: Text("质量检验报告", "quality report"),
    Kind.EXPLANATION: Text("情况说明", "explanation"),
    Kind.OTHER: Text("其他单证", "other paper"),
}  # fmt: skip
"""What people call each kind."""


class Line(Document):
    """Goods of a paper. ``item`` is the item of the export declaration that the paper itself names; ``unit`` is a unit
    of customs by name or code, or whatever the trade calls it (which then is not compared).
    """

    item: ItemNumber | None = None
    hs_code: HsCode | None = None
    goods_name: Name | None = None
    quantity: Quantity | None = None
    unit: Short | None = None
    amount: Amount | None = None


class Paper(Document):
    """One paper. ``seller`` and ``buyer`` are, on a transport document, shipper and consignee; on a receipt of foreign
    exchange, payee and payer. ``pay_by`` is the last day of payment that a contract sets. ``scans`` are file names.
    ``amount`` is the whole of the paper.
    """

    kind: Kind
    number: Short
    day: Day | None = None
    seller: Firm | None = None
    buyer: Firm | None = None
    agent: Firm | None = None
    principal: Firm | None = None
    contracts: tuple[Short, ...] = ()
    invoices: tuple[Short, ...] = ()
    declarations: tuple[ActNumber, ...] = ()
    amount: Amount | None = None
    currency: Currency | None = None
    gross_weight: Quantity | None = None
    pay_by: Day | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=10_000)] = ()
    scans: tuple[Name, ...] = ()
    remark: Remark | None = None


AnyPaper = (
    Paper
    | Agreement
    | Declaration
    | Certificate
    | Application
    | RefundClaim
    | Repayment
    | AgencyCertificate
)  # fmt: skip

_KINDS: Mapping[type[Document], Kind] = {
    Agreement: Kind.AGREEMENT,
    Certificate: Kind.CERTIFICATE,
    Application: Kind.APPLICATION,
    RefundClaim: Kind.CLAIM,
    Repayment: Kind.REPAYMENT,
    AgencyCertificate: Kind.AGENCY_CERTIFICATE,
}
_ACTS: Mapping[Act, Kind] = {
    Act.EXPORT: Kind.EXPORT,
    Act.RETURN: Kind.RETURN,
    Act.AMENDMENT: Kind.AMENDMENT,
    Act.WITHDRAWAL: Kind.WITHDRAWAL,
    Act.OTHER: Kind.OTHER,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A paper that the enterprise holds, and where. ``at`` is the record in the file; ``cells`` says, for a paper from
    a sheet, in which cell each field stands.
    """

    document: AnyPaper
    file: str
    at: str = ""
    cells: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def kind(self) -> Kind:
        """What it is."""
        if isinstance(self.document, Paper):
            return self.document.kind
        if isinstance(self.document, Declaration):
            return _ACTS[self.document.act]
        return _KINDS[type(self.document)]

    @property
    def number(self) -> str:
        """Its own number."""
        document = self.document
        if isinstance(document, Application):
            return document.serial
        if isinstance(document, Repayment):
            return document.payment_slip
        return document.number

    def place(self, name: str = "") -> str:
        """Where a field of it stands, for a person: file and cell, or file and path."""
        if self.cells:
            told = self.cells.get(name) or self.cells.get(name.partition("[")[0]) or self.at
        else:
            told = ".".join(filter(None, (self.at, name)))
        return f"{self.file}: {told}" if told else self.file


LISTS: Final = {
    "contract": "contracts",
    "invoice": "invoices",
    "declaration": "declarations",
    "scans": "scans",
}
"""Columns that may name several, and the field of the paper that holds them."""


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as fields of a paper: firms whole, what may be several as lists."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        role, _, part = name.rpartition("_")
        if part in ("name", "uscc") and role:
            told.setdefault(role, {})[part] = value
        elif name in LISTS:
            told[LISTS[name]] = value if isinstance(value, list) else [value]
        else:
            told[name] = value
    return told
