"""The customs half: a declaration, or an application to amend or withdraw one.

Field names follow the meaning of the Single Window message (domain.md §2.4); the message's own
element name stands in each docstring. The export swap of countries is undone by the reader: here
``origin`` is always where the goods come from and ``destination`` where they go.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from hefu.documents.canonical import Document
from hefu.documents.coded import Country, Currency, Terms
from hefu.documents.fields import (
    ActNumber,
    Amount,
    CertificateNumber,
    ChargeValue,
    Code,
    CustomsOffice,
    Day,
    ExportNumber,
    HsCode,
    ItemNumber,
    Name,
    Quantity,
    Remark,
    Short,
)
from hefu.documents.goods import UnitCode
from hefu.documents.party import Party
from hefu.documents.refusal import broken


class Act(StrEnum):
    """The customs act: what is asked of customs. ``other`` needs no certificate (other imports)."""

    EXPORT = "export"
    RETURN = "return"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"
    OTHER = "other"


_NUMBER: Final = re.compile(r"[0-9]{8}[01EI][0-9]{9}")
_DIRECTIONS: Final = {Act.EXPORT: "0E", Act.RETURN: "1I", Act.OTHER: "01EI"}
"""Position 9 of a declaration number (domain.md §2.1) by act; applications to amend or withdraw have
no published form.
"""


class Measure(Document):
    """A quantity and its customs unit."""

    quantity: Quantity
    unit: UnitCode


class Mark(StrEnum):
    """How a charge is stated (FeeMark, InsurMark, OtherMark: 1 rate, 2 unit price, 3 total)."""

    RATE = "rate"
    UNIT = "unit"
    TOTAL = "total"


def _mark(value: Any) -> Any:
    found = MARKS.get(value, value) if isinstance(value, str) else value
    if found not in list(Mark):
        raise broken(
            "费用标志应为 1 (费率, rate), 2 (单价, unit) 或 3 (总价, total)",
            "a charge is marked 1 (rate), 2 (unit) or 3 (total)",
        )
    return found


MARKS: Final = {"1": Mark.RATE, "2": Mark.UNIT, "3": Mark.TOTAL}
"""The marks by the numbers of the message."""


class Charge(Document):
    """Freight, insurance or other charges of the head (FeeMark, FeeRate, FeeCurr and their like).

    ``value`` is per cent of the goods' total for ``rate``, an amount a tonne of net weight for ``unit``
    (assumption: by the tonne, as freight is quoted), and an amount for ``total``; ``currency`` is
    needed for the latter two.
    """

    mark: Annotated[Mark, BeforeValidator(_mark)]
    value: ChargeValue
    currency: Currency | None = None

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.mark is not Mark.RATE and self.currency is None:
            raise broken("费用为单价或总价时须有币制", "a charge by unit or in total has a currency")
        return self


class DeclarationItem(Document):
    """One item (DecList).

    ``first`` is the first statutory quantity (FirstQty, FirstUnit), ``second`` the second,
    ``traded`` the transaction quantity (GQty, GUnit): three measures of the same goods.
    """

    item: ItemNumber
    hs_code: HsCode
    goods_name: Name
    specification: Name | None = None
    first: Measure
    second: Measure | None = None
    traded: Measure | None = None
    unit_price: Amount | None = None
    total: Amount | None = None
    currency: Currency | None = None
    origin: Country | None = None
    destination: Country | None = None


Items = Annotated[tuple[DeclarationItem, ...], Field(max_length=1000)]
"""Items of a declaration, far more than the 50 that customs takes (domain.md §2.4)."""


class ReferenceSource(StrEnum):
    """Where in the declaration the certificate number stood (domain.md §2.6)."""

    LICENSE = "license"
    RELATION = "relation"
    REMARK = "remark"


class CertificateReference(Document):
    """A certificate named by the declaration; with ``item`` and ``line`` when the two are tied
    item to line (EcoRelation DecGNo, EcoGNo).
    """

    number: CertificateNumber
    source: ReferenceSource = ReferenceSource.LICENSE
    item: ItemNumber | None = None
    line: ItemNumber | None = None


class Declaration(Document):
    """A declaration as the declarant lodges it.

    ``related`` is the export declaration that a return, amendment or withdrawal concerns (RelId).
    For an amendment ``items`` state what is affected, by the item numbers and in the quantities
    of the export declaration, and ``becomes`` the items as they shall read afterwards; a
    withdrawal without items concerns the whole declaration (assumption: no source gives the form).
    """

    number: ActNumber
    act: Act
    related: ExportNumber | None = None
    mode: Code | None = None
    office: CustomsOffice | None = None
    declared_on: Day
    moved_on: Day | None = None
    trader: Party
    owner: Party | None = None
    declarant: Party | None = None
    contract: Short | None = None
    terms: Terms | None = None
    freight: Charge | None = None
    insurance: Charge | None = None
    other_charges: Charge | None = None
    gross_weight: Quantity | None = None
    net_weight: Quantity | None = None
    certificates: Annotated[tuple[CertificateReference, ...], Field(max_length=1000)] = ()
    items: Items = ()
    becomes: Items = ()
    remark: Remark | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.act in (Act.AMENDMENT, Act.WITHDRAWAL) and self.related is None:
            raise broken(
                "改单, 撤单须在 related 填出口报关单号",
                "an {act} names the export declaration in 'related'",
                act=self.act,
            )
        directions = _DIRECTIONS.get(self.act)
        if directions and not (_NUMBER.fullmatch(self.number) and self.number[8] in directions):
            raise broken(
                "{act} 报关单号为 18 位: 关区 4, 年份 4, 第 9 位 {directions}, 流水 9",
                "an {act} declaration number has 18 characters: office 4, year 4, {directions} at position 9,"
                " sequence 9",
                act=self.act,
                directions="/".join(directions),
            )
        if directions and self.mode is None:
            raise broken("报关单须有监管方式", "a declaration has a supervision mode")
        if not self.items and self.act is not Act.WITHDRAWAL:
            raise broken("没有商品项", "no item")
        if self.becomes and self.act is not Act.AMENDMENT:
            raise broken("只有改单可填 becomes", "only an amendment has 'becomes'")
        for name, items in (("items", self.items), ("becomes", self.becomes)):
            numbers = [item.item for item in items]
            if len(set(numbers)) != len(numbers):
                raise broken("{name} 中项号重复", "item numbers repeat in {name}", name=name)
        present = {item.item for item in self.items}
        for reference in self.certificates:
            if reference.item is not None and self.items and reference.item not in present:
                raise broken(
                    "证明 {number} 关联的第 {item} 项不存在",
                    "certificate {number} is tied to item {item}, which is not there",
                    number=reference.number,
                    item=reference.item,
                )
        return self

    def certificate_numbers(self) -> tuple[str, ...]:
        """The certificates named, each once, in the order of the declaration."""
        return tuple(dict.fromkeys(reference.number for reference in self.certificates))

    def amended_by(self, amendment: Declaration) -> Self:
        """The declaration as it reads after an amendment: items that ``becomes`` names read as there, new ones follow."""
        becomes = {item.item: item for item in amendment.becomes}
        items = tuple(becomes.pop(item.item, item) for item in self.items)
        return self.model_copy(update={"items": (*items, *becomes.values())})

    def parties(self) -> tuple[Party, ...]:
        """Everyone who is a party to the declaration and may see it."""
        return tuple(p for p in (self.trader, self.owner, self.declarant) if p is not None)
