"""Which item draws from which certificate line, and how much.

Items are paired to lines in this order: (1) ties that the declaration states (EcoRelation);
(2) for an amendment or withdrawal the item number of the export declaration; (3) the only line with
the same commodity code on the common prefix and a convertible unit; (4) what is left, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hefu.documents.certificate import CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Act, Declaration, DeclarationItem, Measure
from hefu.documents.fields import scaled
from hefu.rules.case import Case, Standing


class Pair(NamedTuple):
    """An item, the line it draws from, and how much, in the unit of ``measure``."""

    item: DeclarationItem
    standing: Standing
    line: CertificateLine
    measure: Measure
    quantity: int


def items_of(case: Case) -> tuple[DeclarationItem, ...]:
    """The items concerned; a withdrawal without items concerns all of the export declaration."""
    if case.declaration.act is Act.WITHDRAWAL and not case.declaration.items and case.original:
        return case.original.items
    return case.declaration.items


def item_numbered(declaration: Declaration | None, number: int | None) -> DeclarationItem | None:
    """The item with this number, if there is such a declaration and item."""
    items = declaration.items if declaration else ()
    return next((item for item in items if item.item == number), None)


def measure_for(item: DeclarationItem, unit: str) -> Measure:
    """The statutory measure that is compared with a quantity in ``unit``: the first, unless only the
    second converts (docs/rules, row 12: statutory against statutory, never the transaction unit).
    """
    dimension = units()[unit].dimension
    second = item.second
    if units()[item.first.unit].dimension != dimension and second is not None:
        return second if units()[second.unit].dimension == dimension else item.first
    return item.first


def same_code(a: str, b: str) -> bool:
    """Equal on the common prefix of the shorter code (codes have at least 8 digits)."""
    return a.startswith(b) or b.startswith(a)


def pair(case: Case) -> list[Pair]:
    """Pair the items of a case to the certificate lines, as the module's docstring says."""
    items = items_of(case)
    lines = [(one, line) for one in case.certificates if one.document for line in one.document.lines]
    if len(items) == 1 and len(lines) == 1:
        return _drawn(items[0], lines)
    chosen: dict[int, list[tuple[Standing, CertificateLine]]] = {item.item: [] for item in items}
    taken: set[tuple[str, int]] = set()

    def choose(item: DeclarationItem, found: Sequence[tuple[Standing, CertificateLine]]) -> None:
        chosen[item.item].extend(found)
        taken.update((one.number, line.line) for one, line in found)

    for item in items:
        choose(item, _tied(case, item, lines))
    by_number = case.declaration.act in (Act.AMENDMENT, Act.WITHDRAWAL)
    for item in items:
        if by_number and not chosen[item.item]:
            choose(item, [(o, n) for o, n in lines if n.item == item.item and n.declaration == case.export])
    for item in items:
        if not chosen[item.item]:
            alike = [(o, n) for o, n in lines if (o.number, n.line) not in taken and _alike(item, n)]
            if len(alike) == 1:
                choose(item, alike)
    for item in items:
        if not chosen[item.item]:
            rest = [(o, n) for o, n in lines if (o.number, n.line) not in taken]
            choose(item, (_best(item, rest) or rest)[:1])
    if len(items) == 1 and items[0].item in chosen:
        _spread_over_rest(items[0], chosen[items[0].item], lines, taken)
    return [p for item in items for p in _drawn(item, chosen[item.item])]


def _tied(
    case: Case, item: DeclarationItem, lines: Sequence[tuple[Standing, CertificateLine]]
) -> list[tuple[Standing, CertificateLine]]:
    ties = [(r.number, r.line) for r in case.declaration.certificates if r.item == item.item]
    found: list[tuple[Standing, CertificateLine]] = []
    for number, line in ties:
        found += [(o, n) for o, n in lines if o.number == number and line in (None, n.line)][
            : 1 if line is None else None
        ]
    return found


def _alike(item: DeclarationItem, line: CertificateLine) -> bool:
    return same_code(item.hs_code, line.hs_code) and _converts(measure_for(item, line.unit).unit, line.unit)


def _best(
    item: DeclarationItem, rest: Sequence[tuple[Standing, CertificateLine]]
) -> list[tuple[Standing, CertificateLine]]:
    return [(o, n) for o, n in rest if _alike(item, n)]


def _spread_over_rest(
    item: DeclarationItem,
    chosen: list[tuple[Standing, CertificateLine]],
    lines: Sequence[tuple[Standing, CertificateLine]],
    taken: set[tuple[str, int]],
) -> None:
    """A single item may stand on several certificates for the same goods."""
    if chosen:
        first = chosen[0][1]
        chosen += [
            (o, n)
            for o, n in lines
            if (o.number, n.line) not in taken
            and _alike(item, n)
            and (n.declaration, n.item) == (first.declaration, first.item)
        ]


def _converts(a: str, b: str) -> bool:
    return units()[a].dimension == units()[b].dimension


def _drawn(item: DeclarationItem, lines: Sequence[tuple[Standing, CertificateLine]]) -> list[Pair]:
    """Split the item over its lines: each up to its quantity, the last takes the rest.

    Lines that count in another dimension than the first (pieces beside kilograms) cannot share with
    it: each is held against the whole item.
    """
    if not lines:
        return []
    first = measure_for(item, lines[0][1].unit)
    alike = [place for place, (_, line) in enumerate(lines) if _converts(first.unit, line.unit)]
    rest = scaled(first.quantity)
    pairs: list[Pair] = []
    for place, (one, line) in enumerate(lines):
        measure = measure_for(item, line.unit)
        if place not in alike:
            apart = bool(alike) or not pairs
            part = scaled(measure.quantity) if apart else 0
        else:
            part = rest if place == alike[-1] else min(rest, _in_unit(line, first.unit))
            rest -= part
        if part > 0:
            pairs.append(Pair(item, one, line, measure, part))
    return pairs


def _in_unit(line: CertificateLine, unit: str) -> int:
    """What a line holds, in whole steps of the item's unit."""
    a, b = units()[line.unit], units()[unit]
    return scaled(line.quantity) * a.numerator * b.denominator // (a.denominator * b.numerator)


def shares(pairs: Sequence[Pair]) -> list[tuple[bool, ...]]:
    """Of each pair: first on its line, the line has more, first of its goods, the goods have more, the
    item has more.
    """
    if len(pairs) == 1:
        return [(True, False, True, False, False)]
    lines = [(p.standing.number, p.line.line) for p in pairs]
    goods = [(p.line.declaration, p.line.item) for p in pairs]
    of_line, of_goods, of_item = Counter(lines), Counter(goods), Counter(p.item.item for p in pairs)
    told: list[tuple[bool, ...]] = []
    for one, line, key in zip(pairs, lines, goods, strict=True):
        told.append(
            (
                of_line[line] > 0,
                abs(of_line[line]) > 1,
                of_goods[key] > 0,
                key[0] is not None and abs(of_goods[key]) > 1,
                of_item[one.item.item] > 1,
            )
        )
        of_line[line], of_goods[key] = -abs(of_line[line]), -abs(of_goods[key])
    return told
