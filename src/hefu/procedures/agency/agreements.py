"""Agency agreements: who exports for whom, and which goods it concerns.

No source gives a form for them, so the fields are hefu's own (assumption): what art. 7 of STA Announcement 17 of 2025
asks for, and what ties an agreement to declarations.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hefu.documents.canonical import Document
from hefu.documents.coded import Country, Currency
from hefu.documents.declaration import Declaration
from hefu.documents.fields import Amount, CustomsCode, Day, ExportNumber, ItemNumber, Name, Short, Uscc
from hefu.documents.names import name_key
from hefu.documents.party import Party
from hefu.documents.refusal import broken


class Firm(Document):
    """One side of an agreement. Unlike a party of a customs declaration it may have no USCC: an individual has a
    ``taxpayer_id`` (identity card, passport), a firm abroad a ``country``.
    """

    name: Name | None = None
    uscc: Uscc | None = None
    customs_code: CustomsCode | None = None
    taxpayer_id: Short | None = None
    country: Country | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.name or self.codes):
            raise broken("须有名称或代码", "a name or a code is needed")
        return self

    @property
    def codes(self) -> frozenset[str]:
        """Every code that tells it from others."""
        return frozenset(filter(None, (self.uscc, self.customs_code, self.taxpayer_id)))

    @property
    def identifier(self) -> str:
        """The taxpayer id or USCC of the report's column; empty if none is known."""
        return self.uscc or self.taxpayer_id or ""

    @property
    def is_abroad(self) -> bool:
        """Whether it is said to be of another country or region."""
        return self.country not in (None, "CHN")

    @property
    def shown(self) -> str:
        """The firm in a sentence."""
        return " ".join(filter(None, (self.name, self.identifier or self.customs_code)))

    def is_same(self, other: Firm) -> bool:
        """The same firm: by the first kind of code that both have; by name only where one of them has no code."""
        for kind in ("uscc", "taxpayer_id", "customs_code"):
            mine, theirs = getattr(self, kind), getattr(other, kind)
            if mine and theirs:
                return bool(mine == theirs)
        if self.codes and other.codes:
            return False
        return bool(self.name and other.name) and name_key(self.name or "") == name_key(other.name or "")


def firm_of(party: Party) -> Firm:
    """A party of a declaration as a side of an agreement."""
    return Firm(name=party.name, uscc=party.uscc, customs_code=party.customs_code)


class Cover(Document):
    """A declaration that an agreement concerns, or some of its items."""

    declaration: ExportNumber
    items: tuple[ItemNumber, ...] = ()


class Agreement(Document):
    """``agent`` exports for ``principal``. A principal who is itself an agent has an agreement of its own, found by
    ``behind`` (its number) or by what it covers; ``consignor`` states the actual consignor outright.

    ``since`` and ``until`` bound the day of export, ends included. Without ``covers`` the agreement is a frame: it
    concerns the declarations of its time that name its number as contract, or one of its firms as owner.
    ``kind``: agency, market procurement 市场采购, or foreign-trade service 外贸综合服务.
    """

    number: Short
    agent: Firm
    principal: Firm
    consignor: Firm | None = None
    behind: Short | None = None
    since: Day | None = None
    until: Day | None = None
    kind: Literal["agency", "market", "service"] = "agency"
    fee: Amount | None = None
    fee_currency: Currency | None = None
    covers: Annotated[tuple[Cover, ...], Field(max_length=100_000)] = ()

    @model_validator(mode="after")
    def _between_two(self) -> Self:
        if self.agent.is_same(self.principal):
            raise broken("受托方与委托方不能相同", "agent and principal are two firms")
        if self.since and self.until and self.since > self.until:
            raise broken("协议期间的起止颠倒", "the agreement ends before it begins")
        return self

    def lists(self, number: str, item: int) -> bool:
        """Whether it names this item of this declaration."""
        return any(one.declaration == number and (not one.items or item in one.items) for one in self.covers)

    def runs(self, first: date, last: date) -> bool:
        """Whether it is in force on some day of these."""
        return (self.since is None or self.since <= last) and (self.until is None or self.until >= first)

    def frames(self, declaration: Declaration, day: date, firms: tuple[Firm, ...]) -> bool:
        """Whether, as a frame, it concerns a declaration exported on a day; ``firms`` are those for whom the agent acts
        under it, along the chain.
        """
        if self.covers or not self.runs(day, day):
            return False
        owner = firm_of(declaration.owner) if declaration.owner else None
        return declaration.contract == self.number or any(owner and owner.is_same(one) for one in firms)
