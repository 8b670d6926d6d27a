"""Cases as columns: one row per pair of declaration item and certificate line.

An item without a line and a certificate without an item have rows of their own, with nulls on the
other side; a case without any has one row. Quantities are integers scaled by 10^5, unit factors are
integer fractions, days are integers: no float comes near a decision.

Items are paired to lines in this order: (1) ties that the declaration states (EcoRelation);
(2) for an amendment or withdrawal the item number of the export declaration; (3) the only line with
the same commodity code on the common prefix and a convertible unit; (4) what is left, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl

from hefu.documents.certificate import CertificateLine
from hefu.documents.codes.tables import modes, units
from hefu.documents.declaration import Act, Declaration, DeclarationItem, Measure
from hefu.documents.fields import scaled
from hefu.documents.party import Party
from hefu.rules.case import Case, Standing

_S, _I, _B = pl.String(), pl.Int64(), pl.Boolean()

_CASE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "case": _I, "declaration": _S, "act": _S, "items": _I, "after_export": _B, "needed": _B, "named": _I, "all_known": _B,
    "declared_on": _I, "mode": _S, "mode_known": _B, "mode_serves": _B, "export_mode": _S,
    "refundable": _S, "ecommerce": _B, "related": _S, "export": _S, "export_state": _S, "partial": _B,
    "trader_uscc": _S, "trader_code": _S, "owner_uscc": _S, "owner_code": _S,
    "original": _B, "original_uscc": _S, "original_code": _S, "original_day": _I, "original_declared": _I,
}  # fmt: skip
_CERTIFICATE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "certificate": _S, "state": _S, "held_by": _S, "known": _B, "for_agent": _B, "purpose": _S,
    "issued_on": _I, "holder_uscc": _S, "holder_code": _S,
    "principal": _S, "principal_state": _S, "principal_fits": _B, "principal_uscc": _S, "principal_code": _S,
}  # fmt: skip
_LINE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "line": _I, "line_first": _B, "line_shared": _B, "goods_first": _B, "goods_shared": _B, "line_declaration": _S, "line_item": _I, "line_hs": _S, "line_unit": _S, "line_dimension": _S,
    "line_num": _I, "line_den": _I, "line_quantity": _I, "line_export_day": _I,
    "original_hs": _S, "original_quantity": _I, "original_unit": _S,
    "original_dimension": _S, "original_num": _I, "original_den": _I,
    "left": _I, "left_unit": _S, "left_dimension": _S, "left_num": _I, "left_den": _I,
}  # fmt: skip
_ITEM_COLUMNS: Final[dict[str, pl.DataType]] = {
    "item": _I, "item_hs": _S, "item_unit": _S, "item_dimension": _S, "item_num": _I, "item_den": _I,
    "item_quantity": _I,
}  # fmt: skip
SCHEMA: Final[dict[str, pl.DataType]] = {
    **_CASE_COLUMNS,
    **_CERTIFICATE_COLUMNS,
    **_LINE_COLUMNS,
    **_ITEM_COLUMNS,
}
"""Every column and its type. ``item_quantity`` is what the row's item draws from the row's line,
in ``item_unit``; days count from 1970-01-01."""

_NO_CERTIFICATE = (None,) * len(_CERTIFICATE_COLUMNS)
_NO_LINE = (None,) * len(_LINE_COLUMNS)
_NO_ITEM = (None,) * len(_ITEM_COLUMNS)
_NO_UNIT = (None,) * 4
_EPOCH: Final = date(1970, 1, 1).toordinal()

Row = tuple[Any, ...]


class Pair(NamedTuple):
    """An item, the line it draws from, and how much, in the unit of ``measure``."""

    item: DeclarationItem
    standing: Standing
    line: CertificateLine
    measure: Measure
    quantity: int


def build(cases: Sequence[Case], needed: Sequence[bool]) -> pl.DataFrame:
    """One frame for all cases; ``needed`` tells for each whether it needs a certificate."""
    rows: list[Row] = []
    for number, (case, need) in enumerate(zip(cases, needed, strict=True)):
        rows.extend(_rows(number, case, need))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _rows(number: int, case: Case, need: bool) -> list[Row]:
    head = _case_part(number, case, need)
    certificates = {one.number: _certificate_part(one, case) for one in case.certificates}
    pairs = pair(case)
    rows = [
        head
        + certificates[p.standing.number]
        + _line_part(p.line, shares, case)
        + _item_part(p.item, p.measure, p.quantity)
        for p, shares in zip(pairs, _shares(pairs), strict=True)
    ]
    drawn = {p.standing.number for p in pairs}
    rows += [head + certificates[n] + _NO_LINE + _NO_ITEM for n in certificates if n not in drawn]
    covered = {p.item.item for p in pairs}
    rows += [
        head + _NO_CERTIFICATE + _NO_LINE + _item_part(item, item.first, scaled(item.first.quantity))
        for item in items_of(case)
        if item.item not in covered
    ]
    return rows or [head + _NO_CERTIFICATE + _NO_LINE + _NO_ITEM]


def _shares(pairs: Sequence[Pair]) -> list[Row]:
    """Of each pair: first on its line, the line has more, first of its goods, the goods have more."""
    lines = [(p.standing.number, p.line.line) for p in pairs]
    goods = [(p.line.declaration, p.line.item) for p in pairs]
    return [
        (
            lines.index(line) == place,
            lines.count(line) > 1,
            goods.index(key) == place,
            key[0] is not None and goods.count(key) > 1,
        )
        for place, (line, key) in enumerate(zip(lines, goods, strict=True))
    ]


def items_of(case: Case) -> tuple[DeclarationItem, ...]:
    """The items concerned; a withdrawal without items concerns all of the export declaration."""
    if case.declaration.act is Act.WITHDRAWAL and not case.declaration.items and case.original:
        return case.original.items
    return case.declaration.items


def _day(value: date | None) -> int | None:
    return None if value is None else value.toordinal() - _EPOCH


def day_text(value: int) -> str:
    """A day of the frame as yyyy-mm-dd."""
    return date.fromordinal(value + _EPOCH).isoformat()


def _codes(party: Party | None) -> tuple[str | None, str | None]:
    return (None, None) if party is None else (party.uscc, party.customs_code)


def _unit_part(code: str) -> tuple[str, str, int, int]:
    unit = units()[code]
    return (code, unit.dimension, unit.numerator, unit.denominator)


def _case_part(number: int, case: Case, need: bool) -> Row:
    declaration, original = case.declaration, case.original
    mode = modes().get(declaration.mode) if declaration.mode else None
    export_mode = declaration.mode if declaration.act is Act.EXPORT else original.mode if original else None
    exported = modes().get(export_mode) if export_mode else None
    return (
        number,
        declaration.number,
        declaration.act.value,
        len(items_of(case)),
        declaration.act in (Act.RETURN, Act.AMENDMENT, Act.WITHDRAWAL),
        need,
        len(case.certificates),
        all(one.document is not None for one in case.certificates),
        _day(declaration.declared_on),
        declaration.mode,
        mode is not None,
        mode is None or declaration.act not in (Act.EXPORT, Act.RETURN) or declaration.act.value in mode.acts,
        export_mode,
        exported.refundable if exported else None,
        bool(exported and exported.ecommerce),
        declaration.related,
        case.export,
        case.export_state.value,
        _is_partial(case),
        *_codes(declaration.trader),
        *_codes(declaration.owner),
        original is not None,
        *_codes(original.trader if original else None),
        _day((original.moved_on or original.declared_on) if original else None),
        _day(original.declared_on if original else None),
    )


def _is_partial(case: Case) -> bool:
    """Whether a withdrawal names less than the whole export declaration."""
    declaration, original = case.declaration, case.original
    if declaration.act is not Act.WITHDRAWAL or original is None or not declaration.items:
        return False
    named = {(item.item, item.first.unit): item.first.quantity for item in declaration.items}
    return any(named.get((item.item, item.first.unit), 0) < item.first.quantity for item in original.items)


def _certificate_part(one: Standing, case: Case) -> Row:
    document = one.document
    if document is None:
        return (one.number, one.state.value, one.declaration, False, *(None,) * 10)
    behind = case.principals.get(document.principal_certificate or "")
    principal = behind.document if behind else None
    return (
        one.number,
        one.state.value,
        one.declaration,
        True,
        document.agent is not None,
        document.purpose.value,
        _day(document.issued_on),
        *_codes(document.holder),
        document.principal_certificate,
        behind.state.value if behind else "unknown" if document.principal_certificate else None,
        bool(principal and principal.agent and principal.agent.is_same(document.holder)),
        *_codes(principal.holder if principal else None),
    )


def _line_part(line: CertificateLine, shares: Row, case: Case) -> Row:
    original = _item_numbered(case.original, line.item) if line.declaration == case.export else None
    left = case.goods_left.get((line.declaration or "", line.item or 0))
    return (
        line.line,
        *shares,
        line.declaration,
        line.item,
        line.hs_code,
        *_unit_part(line.unit),
        scaled(line.quantity),
        _day(line.export_date),
        *_original_part(original, line.unit),
        *((None, *_NO_UNIT) if left is None else (left[0], *_unit_part(left[1]))),
    )


def _original_part(item: DeclarationItem | None, unit: str) -> Row:
    if item is None:
        return (None, None, *_NO_UNIT)
    measure = measure_for(item, unit)
    return (item.hs_code, scaled(measure.quantity), *_unit_part(measure.unit))


def _item_part(item: DeclarationItem, measure: Measure, quantity: int) -> Row:
    return (item.item, item.hs_code, *_unit_part(measure.unit), quantity)


def _item_numbered(declaration: Declaration | None, number: int | None) -> DeclarationItem | None:
    items = declaration.items if declaration else ()
    return next((item for item in items if item.item == number), None)


def measure_for(item: DeclarationItem, unit: str) -> Measure:
    """The statutory measure that is compared with a quantity in ``unit``: the first, unless only the
    second converts (domain.md §6 row 12: statutory against statutory, never the transaction unit).
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
