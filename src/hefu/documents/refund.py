"""What an exporter and its tax office say of refunds: claims with their red-letter entries, repayments, and the agent's
certificate that lets a principal claim.

Fields follow the running totals of the tax side (domain.md §1.4, §1.6): by export declaration and item, quantity in a
customs unit, VAT and consumption tax apart. No current form was at hand, so names are this project's own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hefu.documents.canonical import Document
from hefu.documents.certificate import number_and_item
from hefu.documents.fields import (
    CertificateNumber,
    Day,
    ExportNumber,
    ItemNumber,
    Month,
    PaymentSlip,
    Quantity,
    Remark,
    Tax,
    TaxOffice,
)
from hefu.documents.goods import UnitCode
from hefu.documents.party import Party
from hefu.documents.refusal import broken


def _serial(value: Any) -> Any:
    return (
        str(value).strip().upper() if isinstance(value, str | int) and not isinstance(value, bool) else value
    )


Serial = Annotated[
    str, Field(min_length=1, max_length=50, pattern=r"^[^\s\x00-\x1f/?#%]+$"), BeforeValidator(_serial)
]
"""Application serial 申报流水, up to 50 characters (domain.md §1.4 "identity")."""


class Entry(StrEnum):
    """What a line of a claim does: claim a refund, or take an earlier claim back (冲减, red-letter entry)."""

    CLAIM = "claim"
    REVERSAL = "reversal"


class ItemOfExport(Document):
    """Goods of one item of an export declaration."""

    line: ItemNumber
    declaration: ExportNumber
    item: ItemNumber
    quantity: Quantity
    unit: UnitCode

    @model_validator(mode="before")
    @classmethod
    def _tax_form_of_number(cls, data: Any) -> Any:
        return number_and_item(data)


class ClaimLine(ItemOfExport):
    """One line of a claim. ``vat`` and ``consumption_tax`` are CNY, above zero also where ``entry`` takes them back.
    ``agency_certificate``: the agent's certificate by which a principal claims for goods that its agent declared.
    """

    entry: Entry = Entry.CLAIM
    vat: Tax | None = None
    consumption_tax: Tax | None = None
    agency_certificate: CertificateNumber | None = None


class RepaymentLine(ItemOfExport):
    """What of a repayment is for which goods, CNY."""

    vat: Tax | None = None
    consumption_tax: Tax | None = None


L = TypeVar("L", bound=ItemOfExport)


def _apart(lines: tuple[L, ...]) -> tuple[L, ...]:
    """Asked of lines that are sound: a minimum length would also count away the broken ones."""
    if not lines:
        raise broken("至少一行", "at least one line")
    numbers = [line.line for line in lines]
    if len(set(numbers)) != len(numbers):
        raise broken("行号重复", "line numbers repeat")
    return lines


class _OfClaimant(Document):
    claimant: Party

    @model_validator(mode="after")
    def _known_claimant(self) -> Self:
        if self.claimant.uscc is None:
            raise broken("申报企业须有统一社会信用代码", "the claimant needs its USCC")
        return self


class RefundClaim(_OfClaimant):
    """A refund claim 出口退(免)税申报 of one period, with the reversals that come with it."""

    number: Serial
    period: Month
    claimed_on: Day
    tax_office: TaxOffice | None = None
    lines: Annotated[tuple[ClaimLine, ...], Field(max_length=5000), AfterValidator(_apart)]
    remark: Remark | None = None

    @model_validator(mode="after")
    def _once_an_entry(self) -> Self:
        told = [(line.entry, line.declaration, line.item) for line in self.lines]
        if len(set(told)) != len(told):
            raise broken("同一报关单项重复申报", "two lines claim (or reverse) the same item")
        return self


class Repayment(_OfClaimant):
    """Refunded tax paid back 缴回, by the number of its payment slip and the day it reached the treasury."""

    payment_slip: PaymentSlip
    paid_on: Day
    lines: Annotated[tuple[RepaymentLine, ...], Field(max_length=5000), AfterValidator(_apart)]

    @model_validator(mode="after")
    def _once_an_item(self) -> Self:
        told = [(line.declaration, line.item) for line in self.lines]
        if len(set(told)) != len(told):
            raise broken("同一报关单项重复", "two lines name the same item")
        return self


class AgencyCertificate(Document):
    """代理出口货物证明: the agent's tax office certifies whose goods the agent has exported, so that the principal can
    claim (domain.md §1.2, §1.6).
    """

    number: CertificateNumber
    issued_on: Day
    tax_office: TaxOffice
    agent: Party
    principal: Party
    lines: Annotated[tuple[ItemOfExport, ...], Field(max_length=1000), AfterValidator(_apart)]

    @model_validator(mode="after")
    def _two_firms(self) -> Self:
        if self.agent.uscc is None or self.principal.uscc is None:
            raise broken("受托方与委托方须有统一社会信用代码", "agent and principal need their USCC")
        if self.agent.is_same(self.principal):
            raise broken("受托方与委托方不能是同一企业", "agent and principal cannot be one firm")
        told = [(line.declaration, line.item) for line in self.lines]
        if len(set(told)) != len(told):
            raise broken("同一报关单项重复", "two lines name the same item")
        return self
