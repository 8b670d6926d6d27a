"""Documents (XML, JSON) as the rows that a sheet would have for them, so that one way leads on from here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.declaration import Charge, Declaration, DeclarationItem, Measure
from hefu.documents.fields import scaled
from hefu.documents.party import Party
from hefu.inspection.fields.fields import FIELDS, Field, Paper
from hefu.inspection.papers.parting import schema_of
from hefu.rules.days import as_number
from hefu.rules.mass.tables import REFERENCES

Row = dict[str, Any]
_FIELDS: Final[dict[Paper, dict[str, Field]]] = {
    paper: {one.name: one for one in fields} for paper, fields in FIELDS.items()
}


def frame_of(rows: Iterable[Row], paper: Paper) -> pl.DataFrame:
    """Rows as a frame; columns that no row has are left out."""
    rows = list(rows)
    names = {name for row in rows for name in row}
    schema = {name: kind for name, kind in schema_of(paper).items() if name in names}
    return pl.DataFrame(rows, schema=schema, orient="row")


def rows_of(document: Declaration | Certificate, source: int, row: int) -> list[Row]:
    """A row for each item or line, with the head on each. A withdrawal of a whole declaration has one row without an
    item.
    """
    if isinstance(document, Certificate):
        head = _stated(Paper.CERTIFICATE, **_certificate(document))
        lines = [_stated(Paper.CERTIFICATE, **_line(line)) for line in document.lines]
    else:
        head = _stated(Paper.DECLARATION, **_declaration(document))
        lines = [_stated(Paper.DECLARATION, **_item(item)) for item in document.items] or [{}]
    return [{**head, **line, "source": source, "row": row} for line in lines]


def references_of(declaration: Declaration) -> list[tuple[Any, ...]]:
    """The certificates that a declaration names, as rows of ``REFERENCES``."""
    return [(declaration.number, one.number, one.item, one.line) for one in declaration.certificates]


def references_frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """References as a table of the comparison."""
    return pl.DataFrame(rows, schema=dict(REFERENCES), orient="row")


def _stated(paper: Paper, **values: Any) -> Row:
    """What is stated, as columns hold it."""
    fields = _FIELDS[paper]
    return {name: _held(value, fields[name]) for name, value in values.items() if value is not None}


def _held(value: Any, field: Field) -> Any:
    if isinstance(value, Decimal):
        return scaled(value, field.digits)
    if isinstance(value, date):
        return as_number(value)
    return value.value if isinstance(value, StrEnum) else value


def _party(role: str, party: Party | None) -> Row:
    if party is None:
        return {}
    return {f"{role}_uscc": party.uscc, f"{role}_code": party.customs_code, f"{role}_name": party.name}


def _charge(name: str, charge: Charge | None) -> Row:
    if charge is None:
        return {}
    return {f"{name}_mark": charge.mark, name: charge.value, f"{name}_currency": charge.currency}


def _measure(name: str, measure: Measure | None) -> Row:
    return {} if measure is None else {name: measure.quantity, f"{name}_unit": measure.unit}


def _declaration(one: Declaration) -> Row:
    plain = ("act", "related", "mode", "office", "declared_on", "moved_on", "contract", "terms", "remark")
    return {
        "declaration": one.number,
        **{name: getattr(one, name) for name in (*plain, "gross_weight", "net_weight")},
        **_party("trader", one.trader),
        **_party("owner", one.owner),
        **_party("declarant", one.declarant),
        **_charge("freight", one.freight),
        **_charge("insurance", one.insurance),
    }


def _item(one: DeclarationItem) -> Row:
    return {
        "item": one.item,
        "item_hs": one.hs_code,
        "item_name": one.goods_name,
        "item_model": one.specification,
        **_measure("first", one.first),
        **_measure("second", one.second),
        **_measure("traded", one.traded),
        "price": one.unit_price,
        "total": one.total,
        "currency": one.currency,
        "item_origin": one.origin,
        "item_destination": one.destination,
    }


def _certificate(one: Certificate) -> Row:
    return {
        "certificate": one.number,
        "purpose": one.purpose,
        "issued_on": one.issued_on,
        "tax_office": one.tax_office,
        **_party("holder", one.holder),
        **_party("agent", one.agent),
        "principal": one.principal_certificate,
        "refund_state": one.refund_state,
    }


def _line(one: CertificateLine) -> Row:
    told = {
        "line": one.line,
        "line_declaration": one.declaration,
        "line_item": one.item,
        "invoice": one.invoice,
        "invoice_line": one.invoice_line,
        "line_hs": one.hs_code,
        "line_name": one.goods_name,
        "line_unit": one.unit,
        "line_quantity": one.quantity,
        "line_exported": one.exported_quantity,
        "line_export_day": one.export_date,
        "line_fob": one.fob_usd,
    }
    tax = one.tax
    if tax is not None:
        names = (
            *("refunded_vat", "refunded_consumption_tax", "repaid_vat", "repaid_consumption_tax"),
            *("payment_slip", "paid_on"),
        )
        told |= {name: getattr(tax, name) for name in names}
    return told
