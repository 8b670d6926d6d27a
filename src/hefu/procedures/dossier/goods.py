"""The goods of a shipment: what invoices, claims and certificates of agency export say of the items that were exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile
from typing import Final

from hefu.documents.codes.tables import units
from hefu.documents.declaration import Declaration
from hefu.documents.fields import plain
from hefu.documents.goods import convert
from hefu.documents.refund import ClaimLine, Entry, RefundClaim
from hefu.procedures.dossier.contradictions import Contradiction, Side, contradiction, named, side
from hefu.procedures.dossier.facts import Facts, Goods
from hefu.procedures.dossier.papers import Kind
from hefu.procedures.dossier.shipment import Shipment

_COMMON: Final = 8
"""Digits of a commodity code that the common prefix has at least."""
_CENT: Final = Decimal("0.01")


def contradictions(shipment: Shipment) -> Iterator[Contradiction]:
    """What papers say against the items of the export declaration."""
    for export in shipment.in_force:
        if isinstance(export.held.document, Declaration):
            yield from _invoiced(shipment, export)
            yield from _beyond(shipment, export)


@dataclass(slots=True)
class _Item:
    """An exported item and the lines that speak of it."""

    goods: Goods
    lines: list[tuple[Facts, Goods]] = field(default_factory=list)


def _invoiced(shipment: Shipment, export: Facts) -> Iterator[Contradiction]:
    """Invoices against the declaration, item by item; lines of one item count together."""
    items = {one.item: _Item(one) for one in export.goods}
    bills = {one.number: one for one in shipment.of(Kind.EXPORT_INVOICE)}
    seen = False
    for bill in bills.values():
        for line in bill.goods:
            if line.declaration not in ("", export.number):
                continue
            seen = True
            item = _item_of(line, items)
            if item is None:
                told = " ".join(filter(None, (line.hs_code, line.name))) or line.path
                yield contradiction("not_declared", side(bill, line.path, told), side(export, "items", ""))
            else:
                item.lines.append((bill, line))
    for number, one in items.items() if seen else ():
        if not one.lines:
            told = " ".join(filter(None, (one.goods.hs_code, one.goods.name)))
            (bill, *_) = bills.values()
            yield contradiction(
                "not_invoiced", side(export, one.goods.path, told), side(bill, "lines", ""), number
            )
            continue
        yield from _alike(one, export, number)


def _item_of(line: Goods, items: dict[int | None, _Item]) -> _Item | None:
    """The item that a line speaks of: by its number, else by the one item of its code, else of its name, else the only
    one.
    """
    if line.item is not None:
        return items.get(line.item)
    if line.hs_code:
        found = [one for one in items.values() if _is_common(line.hs_code, one.goods.hs_code)]
        return found[0] if len(found) == 1 else _named(line, found)
    return _named(line, items.values()) or (next(iter(items.values())) if len(items) == 1 else None)


def _named(line: Goods, items: Iterable[_Item]) -> _Item | None:
    found = [one for one in items if line.name and one.goods.name == line.name]
    return found[0] if len(found) == 1 else None


def _is_common(one: str, other: str) -> bool:
    """Equal on the common prefix of the shorter code (domain facts 6 row 8)."""
    length = min(len(one), len(other))
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return same == length and length >= _COMMON


def _alike(one: _Item, export: Facts, number: int | None) -> Iterator[Contradiction]:
    bill, first = one.lines[0]
    for paper, line in one.lines:
        if line.hs_code and not _is_common(line.hs_code, one.goods.hs_code):
            yield contradiction(
                "code_differs",
                side(paper, f"{line.path}.hs_code", line.hs_code),
                side(export, f"{one.goods.path}.hs_code", one.goods.hs_code),
                number,
            )
    told = _together([line for _, line in one.lines], one.goods)
    if told is not None and told[0] != told[1]:
        stated, exported, unit, name = told
        yield contradiction(
            "quantity_differs",
            side(bill, f"{first.path}.quantity", _measured(stated, unit)),
            side(export, f"{one.goods.path}.{name}.quantity", _measured(exported, unit)),
            number,
        )
    amounts = [line.amount for _, line in one.lines]
    total = sum((amount or Decimal(0) for amount in amounts), Decimal(0))
    declared = one.goods.amount
    if None in amounts or declared is None or bill.currency != export.currency:
        return
    if abs(total - declared) > _CENT:
        yield contradiction(
            "line_amount_differs",
            side(bill, f"{first.path}.amount", f"{plain(total)} {bill.currency}"),
            side(export, f"{one.goods.path}.total", f"{plain(declared)} {export.currency}"),
            number,
        )


def _measured(quantity: Decimal, unit: str) -> str:
    return f"{plain(quantity)} {units()[unit].name} ({unit})"


_MEASURES: Final = ("first", "second", "traded")


def _together(lines: list[Goods], item: Goods) -> tuple[Decimal, Decimal, str, str] | None:
    """The quantity of lines and that of the item in the unit of the first measure to which all of them convert;
    ``None`` if there is none: then they cannot be compared.
    """
    for name, (quantity, unit) in zip(_fields(item), item.measures, strict=False):
        parts = []
        for line in lines:
            found = [convert(amount, its, unit) for amount, its in line.measures]
            parts.append(next((one for one in found if one is not None), None))
        if parts and None not in parts:
            return sum((one or Decimal(0) for one in parts), Decimal(0)), quantity, unit, name
    return None


def _fields(item: Goods) -> tuple[str, ...]:
    """The measures that an item has, by name; the second may be lacking."""
    return _MEASURES if len(item.measures) == len(_MEASURES) else ("first", "traded")


def _beyond(shipment: Shipment, export: Facts) -> Iterator[Contradiction]:
    """More claimed, or certified to a principal, than was exported."""
    items = {one.item: one for one in export.goods}
    for kind in (Kind.CLAIM, Kind.AGENCY_CERTIFICATE):
        for number, item in items.items():
            told = list(_lines(shipment, kind, export.number, number))
            quantity, unit = item.measures[0]
            parts = [(sign, convert(amount, its, unit)) for _, sign, amount, its in told]
            if not told or any(one is None for _, one in parts):
                continue
            total = sum((sign * (one or Decimal(0)) for sign, one in parts), Decimal(0))
            if total > quantity:
                paper = told[-1][0]
                left = Side(named(paper), paper.held.place("lines"), _measured(total, unit))
                right = side(export, f"{item.path}.first.quantity", _measured(quantity, unit))
                yield contradiction("exceeds_exported", left, right, number)


def _lines(
    shipment: Shipment, kind: Kind, declaration: str, item: int | None
) -> Iterator[tuple[Facts, int, Decimal, str]]:
    """Lines about an item: the paper, whether they add or take back, quantity and unit."""
    for one in shipment.of(kind):
        paper = one.held.document
        lines = paper.lines if isinstance(paper, RefundClaim) else ()
        entries = [line.entry if isinstance(line, ClaimLine) else Entry.CLAIM for line in lines]
        for place, goods in enumerate(one.goods):
            if goods.declaration == declaration and goods.item == item:
                sign = -1 if entries and entries[place] is Entry.REVERSAL else 1
                for quantity, unit in goods.measures:
                    yield one, sign, quantity, unit
