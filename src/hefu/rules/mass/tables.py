"""Documents as columns: what the comparison of very many is given, and how single cases become that.

One row a declaration, item, reference, certificate and line; one row for what a register knows of an export
declaration, of a certificate and of exported goods. Quantities are scaled by 10^5, money by 10^4, tax by 10^6,
days count from 1970-01-01, units are codes, as in the frame of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Charge, Declaration
from hefu.documents.fields import scaled
from hefu.documents.party import Party
from hefu.rules.case import Case
from hefu.rules.days import as_number
from hefu.rules.frame import money, sum_of_taxes

_S, _I, _B = pl.String, pl.Int64, pl.Boolean

DECLARATIONS: Final[Mapping[str, Any]] = {
    "declaration": _S, "judged": _B, "act": _S, "related": _S, "mode": _S, "declared_on": _I, "moved_on": _I,
    "trader_uscc": _S, "trader_code": _S, "trader_name": _S, "owner_uscc": _S, "owner_code": _S,
    "declarant_uscc": _S, "terms": _S, "net_weight": _I,
    "freight_mark": _S, "freight": _I, "freight_currency": _S,
    "insurance_mark": _S, "insurance": _I, "insurance_currency": _S,
}  # fmt: skip
ITEMS: Final[Mapping[str, Any]] = {
    "declaration": _S, "item": _I, "item_hs": _S, "item_name": _S, "first": _I, "first_unit": _S,
    "second": _I, "second_unit": _S, "total": _I, "currency": _S, "item_origin": _S,
}  # fmt: skip
REFERENCES: Final[Mapping[str, Any]] = {"declaration": _S, "certificate": _S, "item": _I, "line": _I}
CERTIFICATES: Final[Mapping[str, Any]] = {
    "certificate": _S, "purpose": _S, "issued_on": _I, "holder_uscc": _S, "holder_code": _S, "holder_name": _S,
    "agent_uscc": _S, "agent_code": _S, "principal": _S, "refund_state": _S,
}  # fmt: skip
LINES: Final[Mapping[str, Any]] = {
    "certificate": _S, "line": _I, "line_declaration": _S, "line_item": _I, "line_hs": _S, "line_name": _S,
    "line_unit": _S, "line_quantity": _I, "line_exported": _I, "line_export_day": _I, "line_fob": _I,
    "refunded": _I, "repaid": _I, "payment_slip": _S, "paid_on": _I,
}  # fmt: skip
STANDINGS: Final[Mapping[str, Any]] = {
    "certificate": _S, "state": _S, "held_by": _S, "behind": _B, "ticket": _S,
}  # fmt: skip
EXPORTS: Final[Mapping[str, Any]] = {
    "export": _S, "export_state": _S, "amended_on": _I, "changing": _S, "consignor_uscc": _S, "consignor_code": _S,
}  # fmt: skip
GOODS: Final[Mapping[str, Any]] = {"export": _S, "export_item": _I, "left": _I, "left_unit": _S}


@dataclass(frozen=True, slots=True)
class Tables:
    """The documents and what registers know. ``declarations`` holds those to be judged and, not ``judged``,
    the export declarations that they concern; ``standings`` may leave out certificates that are free,
    ``exports`` what is not on record, ``goods`` what has no account.
    """

    declarations: pl.DataFrame
    items: pl.DataFrame
    references: pl.DataFrame
    certificates: pl.DataFrame
    lines: pl.DataFrame
    standings: pl.DataFrame
    exports: pl.DataFrame
    goods: pl.DataFrame


_SCHEMAS: Final = (DECLARATIONS, ITEMS, REFERENCES, CERTIFICATES, LINES, STANDINGS, EXPORTS, GOODS)


def tables_of(cases: Sequence[Case]) -> Tables:
    """Cases as columns. Documents are told apart by their numbers alone: a number that stands for two
    different documents in two cases cannot be told, nor can two states of one export declaration.
    """
    rows: tuple[dict[Any, tuple[Any, ...]], ...] = tuple({} for _ in _SCHEMAS)
    heads, items, references, certificates, lines, standings, exports, goods = rows
    for case in cases:
        for document, judged in ((case.declaration, True), (case.original, False)):
            if document is not None:
                heads[document.number, judged] = _head(document, judged)
                items.update(((document.number, row[1]), row) for row in _items(document))
        references.update((row, row) for row in _references(case))
        for one in (*case.certificates, *case.principals.values()):
            standings[one.number] = (one.number, one.state.value, one.declaration, one.behind, one.ticket)
            if one.document is not None:
                certificates[one.number] = _certificate(one.document)
                lines.update(((row[0], row[1]), row) for row in _lines(one.document))
        if case.export is not None or case.consignor is not None:
            export = case.export or case.declaration.number
            exports[export] = _export(export, case)
        goods.update(((paper, item), (paper, item, *left)) for (paper, item), left in case.goods_left.items())
    frames = (
        pl.DataFrame(list(told.values()), schema=dict(schema), orient="row")
        for told, schema in zip(rows, _SCHEMAS, strict=True)
    )
    return Tables(*frames)


def _ids(party: Party | None) -> tuple[str | None, str | None]:
    return (None, None) if party is None else (party.uscc, party.customs_code)


def _head(one: Declaration, judged: bool) -> tuple[Any, ...]:
    return (
        one.number,
        judged,
        one.act.value,
        one.related,
        one.mode,
        as_number(one.declared_on),
        as_number(one.moved_on),
        *_ids(one.trader),
        one.trader.name,
        *_ids(one.owner),
        one.declarant and one.declarant.uscc,
        one.terms,
        None if one.net_weight is None else scaled(one.net_weight),
        *_charge(one.freight),
        *_charge(one.insurance),
    )


def _charge(one: Charge | None) -> tuple[Any, ...]:
    return (None, None, None) if one is None else (one.mark.value, scaled(one.value), one.currency)


def _items(one: Declaration) -> Iterable[tuple[Any, ...]]:
    for item in one.items:
        second = item.second
        yield (
            one.number,
            item.item,
            item.hs_code,
            item.goods_name,
            scaled(item.first.quantity),
            item.first.unit,
            None if second is None else scaled(second.quantity),
            None if second is None else second.unit,
            money(item.total),
            item.currency,
            item.origin,
        )


def _references(case: Case) -> Iterable[tuple[Any, ...]]:
    number = case.declaration.number
    told = {one.number for one in case.certificates}
    for one in case.declaration.certificates:
        if one.number in told:
            yield (number, one.number, one.item, one.line)
    named = {one.number for one in case.declaration.certificates}
    yield from ((number, one, None, None) for one in told - named)


def _certificate(one: Certificate) -> tuple[Any, ...]:
    return (
        one.number,
        one.purpose.value,
        as_number(one.issued_on),
        *_ids(one.holder),
        one.holder.name,
        *_ids(one.agent),
        one.principal_certificate,
        one.refund_state.value,
    )


def _lines(one: Certificate) -> Iterable[tuple[Any, ...]]:
    for line in one.lines:
        tax = line.tax
        yield (
            one.number,
            line.line,
            line.declaration,
            line.item,
            line.hs_code,
            line.goods_name,
            line.unit,
            scaled(line.quantity),
            None if line.exported_quantity is None else scaled(line.exported_quantity),
            as_number(line.export_date),
            money(line.fob_usd),
            None if tax is None else sum_of_taxes(tax.refunded_vat, tax.refunded_consumption_tax),
            None if tax is None else sum_of_taxes(tax.repaid_vat, tax.repaid_consumption_tax),
            None if tax is None else tax.payment_slip,
            None if tax is None else as_number(tax.paid_on),
        )


def _export(export: str, case: Case) -> tuple[Any, ...]:
    return (export, case.export_state.value, as_number(case.amended_on), case.changing, *_ids(case.consignor))
