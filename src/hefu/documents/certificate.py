"""The tax half: 出口货物已补税/未退税证明, Certificate of Tax Paid / Not Refunded for Export Goods.

Fields follow the check-list of business facts in domain.md §1.4; the form in force since 2026
(Annex 1 of STA Announcement 5/2026) has not been found, so field names are this project's own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from hefu.documents.canonical import Document
from hefu.documents.fields import (
    Amount,
    CertificateNumber,
    Day,
    ExportNumber,
    HsCode,
    ItemNumber,
    Month,
    Name,
    PaymentSlip,
    Quantity,
    Remark,
    Short,
    Tax,
    TaxOffice,
    plain,
    split_tax_declaration_number,
)
from hefu.documents.goods import GoodsKey, UnitCode
from hefu.documents.party import Party
from hefu.documents.refusal import broken, shown


class Purpose(StrEnum):
    """What the certificate may be used for (record field "return type": 1 return, 2 amendment,
    3 withdrawal; ``export`` belongs to the broad scope of DESIGN §9).
    """

    EXPORT = "export"
    RETURN = "return"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"


class RefundState(StrEnum):
    """退(免)税状态 on the application since 2026 (domain.md §1.3)."""

    NOT_CLAIMED = "not_claimed"
    REVERSED = "reversed"
    PAID_BACK = "paid_back"
    REFUNDED_OPEN = "refunded_open"


class LineTax(Document):
    """Tax before and after, of one line (record groups "tax before" and "tax after", domain.md §1.4), CNY.

    ``refunded_*`` is what was refunded for the whole export item, ``repaid_*`` what has been paid back
    for this line, with the number of the payment slip and the day it reached the treasury;
    ``reversed_amount`` and ``reversal_period`` (yyyymm) tell of a red-letter entry instead;
    ``outstanding`` is what is still to be repaid.
    """

    refunded_vat: Tax | None = None
    refunded_consumption_tax: Tax | None = None
    repaid_vat: Tax | None = None
    repaid_consumption_tax: Tax | None = None
    outstanding: Tax | None = None
    payment_slip: PaymentSlip | None = None
    paid_on: Day | None = None
    reversed_amount: Amount | None = None
    reversal_period: Month | None = None


def number_and_item(data: Any) -> Any:
    """Take the 21-character tax form of a line's ``declaration`` apart: 18 of the declaration, "0", two of the item."""
    if not isinstance(data, dict) or not isinstance(data.get("declaration"), str):
        return data
    number, item = split_tax_declaration_number(data["declaration"])
    if item is None:
        return data
    given = data.get("item")
    if given is not None and str(given).lstrip("0") != str(item):
        raise broken(
            "项号 {given} 与 21 位报关单号所含项号 {item} 不一致",
            "item {given} and a declaration number of 21 characters with item {item} name different items",
            given=shown(given),
            item=item,
        )
    return {**data, "declaration": number, "item": item}


class CertificateLine(Document):
    """One line: which goods, under which export item or invoice line, and how much.

    ``quantity`` is what the certificate covers, in ``unit``; ``exported_quantity`` is what the
    export item (before export: the invoice line) holds in all, in the same unit. ``fob_usd`` is the
    FOB value in US dollars of ``quantity`` (record field "USD export value").
    """

    line: ItemNumber
    declaration: ExportNumber | None = None
    item: ItemNumber | None = None
    invoice: Short | None = None
    invoice_line: ItemNumber | None = None
    hs_code: HsCode
    goods_name: Name
    unit: UnitCode
    quantity: Quantity
    exported_quantity: Quantity | None = None
    export_date: Day | None = None
    fob_usd: Amount | None = None
    tax: LineTax | None = None

    @model_validator(mode="before")
    @classmethod
    def _tax_form_of_number(cls, data: Any) -> Any:
        return number_and_item(data)

    @model_validator(mode="after")
    def _quantity_within_export(self) -> Self:
        if self.exported_quantity is not None and self.quantity > self.exported_quantity:
            raise broken(
                "数量 {quantity} 大于出口数量 {exported}",
                "quantity {quantity} is more than the exported {exported}",
                quantity=plain(self.quantity),
                exported=plain(self.exported_quantity),
            )
        return self


def some_lines(lines: tuple[CertificateLine, ...]) -> tuple[CertificateLine, ...]:
    """Asked of lines that are sound: a minimum length would also count away the broken ones."""
    if not lines:
        raise broken("至少一行", "at least one line")
    return lines


class Certificate(Document):
    """The certificate as tax issues it. Content never changes after issue; a change is a reissue.

    ``agent`` is set on a principal's certificate (委托方): it is handed to the agent and cannot be
    used at customs itself. ``principal_certificate`` is set on the agent's (受托方), which draws
    its lines from the principal's lines of the same goods (domain.md §1.2).
    """

    number: CertificateNumber
    purpose: Purpose
    issued_on: Day
    tax_office: TaxOffice
    holder: Party
    agent: Party | None = None
    principal_certificate: CertificateNumber | None = None
    refund_state: RefundState = RefundState.NOT_CLAIMED
    lines: Annotated[tuple[CertificateLine, ...], Field(max_length=1000), AfterValidator(some_lines)]
    reason: Remark | None = None
    remark: Remark | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.holder.uscc is None:
            raise broken("持有人须有统一社会信用代码", "the holder needs its USCC")
        if self.agent is not None and self.principal_certificate is not None:
            raise broken(
                "委托方证明 (agent) 与受托方证明 (principal_certificate) 只能居其一",
                "either a principal's certificate (agent) or an agent's (principal_certificate)",
            )
        if self.principal_certificate == self.number:
            raise broken("证明不能以自己为委托方证明", "a certificate cannot be its own principal")
        numbers = [line.line for line in self.lines]
        if len(set(numbers)) != len(numbers):
            raise broken("行号重复", "line numbers repeat")
        for line in self.lines:
            self._names_its_goods(line)
        goods = [self.goods_key(line) for line in self.lines]
        if len(set(goods)) != len(goods):
            raise broken("两行指向同一货物", "two lines name the same goods")
        return self

    def _names_its_goods(self, line: CertificateLine) -> None:
        if self.purpose is Purpose.EXPORT:
            if line.invoice is None or line.invoice_line is None or line.declaration is not None:
                raise broken(
                    "第 {line} 行: 用途为出口时填发票号与发票行号, 不填报关单号",
                    "line {line}: purpose export names invoice and invoice_line, no declaration",
                    line=line.line,
                )
        elif line.declaration is None or line.item is None:
            raise broken(
                "第 {line} 行: 退运, 改单, 撤单用途须填出口报关单号与项号",
                "line {line}: purpose {purpose} names export declaration and item",
                line=line.line,
                purpose=self.purpose,
            )

    def goods_key(self, line: CertificateLine) -> GoodsKey:
        """The goods of a line as declaration item or invoice line."""
        if line.declaration is not None and line.item is not None:
            return GoodsKey("item", "", line.declaration, line.item)
        return GoodsKey("invoice", self.holder.uscc or "", line.invoice or "", line.invoice_line or 0)

    def line_numbered(self, number: int) -> CertificateLine | None:
        """The line with this number, if there is one."""
        return next((line for line in self.lines if line.line == number), None)
