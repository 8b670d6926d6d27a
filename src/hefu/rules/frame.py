"""Cases as columns: one row per pair of declaration item and certificate line.

An item without a line and a certificate without an item have rows of their own, with nulls on the
other side; a case without any has one row. Quantities are integers scaled by 10^5, unit factors are
integer fractions, days are integers: no float comes near a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Certificate, CertificateLine, LineTax
from hefu.documents.codes.tables import modes, units
from hefu.documents.declaration import Act, Charge, DeclarationItem, Measure
from hefu.documents.fields import scaled
from hefu.documents.party import Party
from hefu.rules.agency import lacking_line
from hefu.rules.case import Case, Standing
from hefu.rules.days import as_number
from hefu.rules.pairing import Pair, item_numbered, items_of, may_serve, measure_for, pair, pools, shares

_S, _I, _B = pl.String(), pl.Int64(), pl.Boolean()

_CASE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "case": _I, "declaration": _S, "act": _S, "items": _I, "after_export": _B, "needed": _B, "named": _I, "all_known": _B, "serving": _B,
    "declared_on": _I, "mode": _S, "mode_known": _B, "mode_serves": _B, "export_mode": _S,
    "refundable": _S, "ecommerce": _B, "related": _S, "export": _S, "export_state": _S,
    "lacking": _I, "lacking_quantity": _I, "lacking_unit": _S,
    "trader_uscc": _S, "trader_code": _S, "trader_name": _S, "trader_checks": _B,
    "owner_uscc": _S, "owner_code": _S, "owner_checks": _B, "declarant_uscc": _S, "declarant_checks": _B,
    "consignor_uscc": _S, "consignor_code": _S,
    "original": _B, "original_uscc": _S, "original_code": _S, "original_day": _I, "original_declared": _I,
    "amended_on": _I, "changing": _S, "uncovered": _B,
    "goods_terms": _S, "goods_sum": pl.Int128(), "net_weight": _I,
    "freight_mark": _S, "freight": _I, "freight_currency": _S,
    "insurance_mark": _S, "insurance": _I, "insurance_currency": _S,
}  # fmt: skip
_CERTIFICATE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "certificate": _S, "state": _S, "held_by": _S, "known": _B, "behind": _B, "ticket": _S, "for_agent": _B,
    "purpose": _S, "issued_on": _I, "holder_uscc": _S, "holder_code": _S, "holder_name": _S, "holder_checks": _B,
    "refund_state": _S,
    "principal": _S, "principal_state": _S, "principal_serves": _B,
    "principal_agent_uscc": _S, "principal_agent_code": _S,
    "principal_uscc": _S, "principal_code": _S, "principal_checks": _B, "principal_lacks": _I,
}  # fmt: skip
_LINE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "line": _I, "line_first": _B, "line_shared": _B, "goods_first": _B, "goods_shared": _B, "item_shared": _B, "pool": _I,
    "line_declaration": _S, "line_item": _I, "line_hs": _S, "line_unit": _S, "line_dimension": _S,
    "line_size": _I, "line_quantity": _I, "line_export_day": _I,
    "original_hs": _S, "original_origin": _S, "original_quantity": _I, "original_unit": _S,
    "original_dimension": _S, "original_size": _I,
    "left": _I, "left_unit": _S, "left_dimension": _S, "left_size": _I,
    "line_name": _S, "line_exported": _I, "line_fob": _I,
    "refunded": _I, "repaid": _I, "payment_slip": _S, "paid_on": _I,
    "goods_total": _I, "goods_currency": _S,
}  # fmt: skip
_ITEM_COLUMNS: Final[dict[str, pl.DataType]] = {
    "item": _I, "item_hs": _S, "item_unit": _S, "item_dimension": _S, "item_size": _I,
    "item_quantity": _I, "item_name": _S, "item_origin": _S,
}  # fmt: skip
HEAD_SCHEMA: Final[dict[str, pl.DataType]] = {**_CASE_COLUMNS, **_CERTIFICATE_COLUMNS}
"""The columns of a case and of a certificate that it names."""
SCHEMA: Final[dict[str, pl.DataType]] = {
    **HEAD_SCHEMA,
    **_LINE_COLUMNS,
    **_ITEM_COLUMNS,
}
"""Every column and its type. ``item_quantity`` is what the row's item draws from the row's line,
in ``item_unit``; days count from 1970-01-01; money is scaled by 10^4, tax by 10^6. ``goods_*`` are of
the declaration under which the goods are or were exported."""
MONEY_SCALE: Final = 4
TAX_SCALE: Final = 6

_MANY: Final = 128
"""Rows from which on Polars is handed columns sooner than rows."""

_NO_CERTIFICATE = (None,) * len(_CERTIFICATE_COLUMNS)
_NO_LINE = (None,) * len(_LINE_COLUMNS)
_NO_ITEM = (None,) * len(_ITEM_COLUMNS)
_NO_UNIT = (None,) * 3
_NO_PRICE = (None,) * 9

Row = tuple[Any, ...]


def build(cases: Sequence[Case], needed: Sequence[bool]) -> pl.DataFrame:
    """One frame for all cases; ``needed`` tells for each whether it needs a certificate."""
    rows: list[Row] = []
    for number, (case, need) in enumerate(zip(cases, needed, strict=True)):
        rows.extend(_rows(number, case, need))
    if len(rows) < _MANY:
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")
    columns = zip(SCHEMA.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, told, kind) for (name, kind), told in columns])


def _rows(number: int, case: Case, need: bool) -> list[Row]:
    pairs = pair(case)
    covered = {p.item.item for p in pairs}
    bare = [item for item in items_of(case) if item.item not in covered]
    head = _case_part(number, case, need, uncovered=bool(bare))
    certificates = {one.number: _certificate_part(one, case) for one in case.certificates}
    rows = [
        head
        + certificates[p.standing.number]
        + _line_part(p.line, (*shared, pool), case)
        + _goods_part(p, case)
        + _item_part(p.item, p.measure, p.quantity)
        for p, shared, pool in zip(pairs, shares(pairs), pools(pairs), strict=True)
    ]
    drawn = {p.standing.number for p in pairs}
    rows += [head + certificates[n] + _NO_LINE + _NO_ITEM for n in certificates if n not in drawn]
    rows += [
        head + _NO_CERTIFICATE + _NO_LINE + _item_part(item, item.first, scaled(item.first.quantity))
        for item in bare
    ]
    return rows or [head + _NO_CERTIFICATE + _NO_LINE + _NO_ITEM]


def _codes(party: Party | None) -> tuple[str | None, str | None]:
    return (None, None) if party is None else (party.uscc, party.customs_code)


def _unit_part(code: str) -> tuple[str, str, int]:
    unit = units()[code]
    return (code, unit.dimension, unit.size)


def _case_part(number: int, case: Case, need: bool, *, uncovered: bool) -> Row:
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
        any(may_serve(case, one) for one in case.certificates),
        as_number(declaration.declared_on),
        declaration.mode,
        mode is not None,
        mode is None or declaration.act not in (Act.EXPORT, Act.RETURN) or declaration.act.value in mode.acts,
        export_mode,
        exported.refundable if exported else None,
        bool(exported and exported.ecommerce),
        declaration.related,
        case.export,
        case.export_state.value,
        *_lacking(case),
        *_codes(declaration.trader),
        declaration.trader.name,
        declaration.trader.checks,
        *_codes(declaration.owner),
        declaration.owner is None or declaration.owner.checks,
        declaration.declarant and declaration.declarant.uscc,
        declaration.declarant is None or declaration.declarant.checks,
        *_codes(case.consignor),
        original is not None,
        *_codes(original.trader if original else None),
        as_number((original.moved_on or original.declared_on) if original else None),
        as_number(original.declared_on if original else None),
        as_number(case.amended_on),
        case.changing,
        uncovered,
        *_price_part(case),
    )


def _price_part(case: Case) -> Row:
    """Terms, total and charges of the declaration under which the goods are or were exported."""
    export = case.declaration if case.declaration.act is Act.EXPORT else case.original
    if export is None or not any(
        line.fob_usd is not None for one in case.certificates if one.document for line in one.document.lines
    ):
        return _NO_PRICE
    totals = [item.total for item in export.items]
    one_currency = len({item.currency for item in export.items}) == 1
    return (
        export.terms,
        sum(money(total) for total in totals) if one_currency and None not in totals else None,
        None if export.net_weight is None else scaled(export.net_weight),
        *_charge_part(export.freight),
        *_charge_part(export.insurance),
    )


def _charge_part(charge: Charge | None) -> Row:
    return (
        (None, None, None) if charge is None else (charge.mark.value, scaled(charge.value), charge.currency)
    )


def money(value: Decimal | None, digits: int = MONEY_SCALE) -> int | None:
    """An amount as the frame counts it."""
    return None if value is None else scaled(value, digits)


def _lacking(case: Case) -> Row:
    """The first item of the export declaration that a withdrawal names less of, or not at all, and what it is."""
    declaration, original = case.declaration, case.original
    if declaration.act is not Act.WITHDRAWAL or original is None or not declaration.items:
        return (None, None, None)
    less = [one for one in original.items if _is_less(item_numbered(declaration, one.item), one.first)]
    one = min(less, key=lambda item: item.item, default=None)
    return (None, None, None) if one is None else (one.item, scaled(one.first.quantity), one.first.unit)


def _is_less(item: DeclarationItem | None, whole: Measure) -> bool:
    """Whether an item is less than what was exported; in units that do not convert that cannot be told."""
    if item is None:
        return True
    measure = measure_for(item, whole.unit)
    mine, theirs = units()[measure.unit], units()[whole.unit]
    if mine.dimension != theirs.dimension:
        return False
    return measure.quantity * mine.size < whole.quantity * theirs.size


def _certificate_part(one: Standing, case: Case) -> Row:
    document = one.document
    if document is None:
        nothing = (None,) * (len(_CERTIFICATE_COLUMNS) - 6)
        return (one.number, one.state.value, one.declaration, False, one.behind, one.ticket, *nothing)
    return (
        one.number,
        one.state.value,
        one.declaration,
        True,
        one.behind,
        one.ticket,
        document.agent is not None,
        document.purpose.value,
        as_number(document.issued_on),
        *_codes(document.holder),
        document.holder.name,
        document.holder.checks,
        document.refund_state.value,
        document.principal_certificate,
        *_principal_part(document, case),
    )


def _principal_part(document: Certificate, case: Case) -> Row:
    """The principal's certificate behind an agent's, as far as it can be relied on: not while it is not the latest,
    or being handled on paper.
    """
    behind = case.principals.get(document.principal_certificate or "")
    if behind is None or behind.document is None or behind.behind or behind.ticket:
        return (
            "unknown" if document.principal_certificate else None,
            False,
            None,
            None,
            None,
            None,
            None,
            None,
        )
    principal = behind.document
    return (
        behind.state.value,
        principal.purpose is document.purpose,
        *_codes(principal.agent),
        *_codes(principal.holder),
        principal.holder.checks,
        lacking_line(document, principal),
    )


def _line_part(line: CertificateLine, shares: Row, case: Case) -> Row:
    original = item_numbered(case.original, line.item) if line.declaration == case.export else None
    left = case.left_of(line)
    return (
        line.line,
        *shares,
        line.declaration,
        line.item,
        line.hs_code,
        *_unit_part(line.unit),
        scaled(line.quantity),
        as_number(line.export_date),
        *_original_part(original, line.unit),
        *((None, *_NO_UNIT) if left is None else (left[0], *_unit_part(left[1]))),
        line.goods_name,
        None if line.exported_quantity is None else scaled(line.exported_quantity),
        money(line.fob_usd),
        *_tax_part(line.tax),
    )


def _tax_part(tax: LineTax | None) -> Row:
    """Tax refunded and tax repaid (VAT and consumption tax), and the evidence of payment."""
    if tax is None:
        return (None, None, None, None)
    return (
        sum_of_taxes(tax.refunded_vat, tax.refunded_consumption_tax),
        sum_of_taxes(tax.repaid_vat, tax.repaid_consumption_tax),
        tax.payment_slip,
        as_number(tax.paid_on),
    )


def sum_of_taxes(*taxes: Decimal | None) -> int | None:
    """Taxes together as the frame counts them; ``None`` if none is stated."""
    told = [scaled(tax, TAX_SCALE) for tax in taxes if tax is not None]
    return sum(told) if told else None


def _original_part(item: DeclarationItem | None, unit: str) -> Row:
    if item is None:
        return (None, None, None, *_NO_UNIT)
    measure = measure_for(item, unit)
    return (item.hs_code, item.origin, scaled(measure.quantity), *_unit_part(measure.unit))


def _goods_part(one: Pair, case: Case) -> Row:
    """Total and currency of the exported item, where the line states a value to hold against it."""
    if one.line.fob_usd is None:
        return (None, None)
    exported = case.declaration.act is Act.EXPORT
    item = one.item if exported else item_numbered(case.original, one.line.item)
    if item is None or not (exported or one.line.declaration == case.export):
        return (None, None)
    return (money(item.total), item.currency)


def _item_part(item: DeclarationItem, measure: Measure, quantity: int) -> Row:
    return (item.item, item.hs_code, *_unit_part(measure.unit), quantity, item.goods_name, item.origin)
