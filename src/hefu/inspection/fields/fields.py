"""The fields that a sheet may have: what each holds, in which papers it stands, and which are needed.

A field is named as the column of the comparison that it becomes (``rules.mass.tables``). The titles under which
people write it stand in ``names.toml``.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import polars as pl

from hefu.documents import fields as forms
from hefu.documents.certificate import Purpose, RefundState
from hefu.documents.coded import Country, Currency, Terms
from hefu.documents.declaration import Act, Mark
from hefu.documents.goods import UnitCode
from hefu.rules.case import UseState


class Paper(StrEnum):
    """What a sheet lists."""

    CERTIFICATE = "certificate"
    DECLARATION = "declaration"
    INVOICE = "invoice"
    AGREEMENT = "agreement"


class Flow(StrEnum):
    """Import or export (IEFlag)."""

    IMPORT = "I"
    EXPORT = "E"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a sheet.

    ``form`` is the type of the document's field, which says what is allowed. Numbers become integers scaled by
    ``digits`` decimals, days count from 1970-01-01, all else is text. A ``head`` field belongs to the paper and not to
    its line: it may stand once, on the first line or in a merged cell. ``needed``: without such a column, or without a
    value in it, a row cannot be judged. ``counted``: without its column the rows of a paper are counted. ``instead``:
    the field that serves where a needed one has no value.
    """

    name: str
    form: Any
    dtype: type[pl.DataType] = pl.String
    digits: int = 0
    head: bool = False
    needed: bool = False
    counted: bool = False
    instead: str = ""

    def is_among(self, names: Container[str]) -> bool:
        """Whether a list that has these columns has this field, or the one that serves instead."""
        return self.name in names or self.instead in names


def _text(
    name: str, form: Any = forms.Name, *, head: bool = False, needed: bool = False, instead: str = ""
) -> Field:
    return Field(name, form, head=head, needed=needed, instead=instead)


def _number(name: str, form: Any, digits: int, *, head: bool = False) -> Field:
    return Field(name, form, pl.Int64, digits, head)


def _day(name: str, *, head: bool = False) -> Field:
    return Field(name, forms.Day, pl.Int64, head=head)


def _whole(name: str, *, needed: bool = False, counted: bool = False) -> Field:
    return Field(name, forms.ItemNumber, pl.Int64, needed=needed, counted=counted)


def _quantity(name: str, *, head: bool = False, needed: bool = False, instead: str = "") -> Field:
    return Field(name, forms.Quantity, pl.Int64, 5, head, needed, instead=instead)


def _money(name: str, *, head: bool = False) -> Field:
    return _number(name, forms.Amount, 4, head=head)


def _tax(name: str) -> Field:
    return _number(name, forms.Tax, 6)


def _party(role: str) -> tuple[Field, Field, Field]:
    return (
        _text(f"{role}_uscc", forms.Uscc, head=True),
        _text(f"{role}_code", forms.CustomsCode, head=True),
        _text(f"{role}_name", head=True),
    )


def _charge(name: str) -> tuple[Field, Field, Field]:
    return (
        _text(f"{name}_mark", Mark, head=True),
        _number(name, forms.ChargeValue, 5, head=True),
        _text(f"{name}_currency", Currency, head=True),
    )


CERTIFICATE: Final = (
    _text("certificate", forms.CertificateNumber, head=True, needed=True),
    _text("purpose", Purpose, head=True),
    _text("state", UseState, head=True),
    _text("held_by", forms.ActNumber, head=True),
    _day("issued_on", head=True),
    _text("tax_office", head=True),
    *_party("holder"),
    *_party("agent"),
    _text("principal", forms.CertificateNumber, head=True),
    _text("refund_state", RefundState, head=True),
    _whole("line"),
    _text("line_declaration", forms.ExportNumber),
    _whole("line_item"),
    _text("invoice", forms.Short),
    _whole("invoice_line"),
    _text("line_hs", forms.HsCode, needed=True),
    _text("line_name"),
    _text("line_unit", UnitCode, needed=True),
    _quantity("line_quantity", needed=True),
    _quantity("line_exported"),
    _day("line_export_day"),
    _money("line_fob"),
    _tax("refunded_vat"),
    _tax("refunded_consumption_tax"),
    _tax("repaid_vat"),
    _tax("repaid_consumption_tax"),
    _text("payment_slip", forms.PaymentSlip),
    _day("paid_on"),
)
"""A list of certificates, one row a line (domain.md §1.4)."""

DECLARATION: Final = (
    _text("declaration", forms.ActNumber, head=True, needed=True),
    _text("act", Act, head=True),
    _text("flow", Flow, head=True),
    _text("related", forms.ExportNumber, head=True),
    _text("mode", forms.Code, head=True),
    _text("office", forms.CustomsOffice, head=True),
    _day("declared_on", head=True),
    _day("moved_on", head=True),
    *_party("trader"),
    *_party("owner"),
    *_party("declarant"),
    _text("contract", forms.Short, head=True),
    _text("terms", Terms, head=True),
    *_charge("freight"),
    *_charge("insurance"),
    _quantity("gross_weight", head=True),
    _quantity("net_weight", head=True),
    _text("remark", forms.Remark, head=True),
    _text("attached", forms.Remark),
    _text("certificate", forms.CertificateNumber),
    _whole("certificate_line"),
    _whole("item", needed=True, counted=True),
    _text("item_hs", forms.HsCode, needed=True),
    _text("item_name"),
    _text("item_model"),
    _quantity("first", needed=True, instead="traded"),
    _text("first_unit", UnitCode, needed=True, instead="traded_unit"),
    _quantity("second"),
    _text("second_unit", UnitCode),
    _quantity("traded"),
    _text("traded_unit", UnitCode),
    _money("price"),
    _money("total"),
    _text("currency", Currency),
    _text("item_origin", Country),
    _text("item_destination", Country),
)
"""Declarations, one row an item (DecHead, DecList). Countries as the sheet has them: the export swap of the message
is the message's alone.
"""

INVOICE: Final = (
    _text("invoice", forms.Short, head=True, needed=True),
    _text("invoice_code", forms.Short, head=True),
    _day("issued_on", head=True),
    *_party("seller"),
    *_party("buyer"),
    _text("contract", forms.Short, head=True),
    _text("declaration", forms.ActNumber, head=True),
    _whole("line"),
    _text("line_hs", forms.HsCode),
    _text("line_name"),
    _text("line_unit", forms.Short),
    _quantity("line_quantity"),
    _money("price"),
    _money("amount"),
    _money("tax"),
    _money("total"),
    _text("currency", Currency),
)
"""Invoices, one row a line; an invoice's unit is free text."""

AGREEMENT: Final = (
    _text("agreement", forms.Short, head=True, needed=True),
    _day("signed_on", head=True),
    *_party("principal"),
    *_party("agent"),
    _text("contract", forms.Short, head=True),
    _text("declaration", forms.ActNumber, head=True),
    _text("line_hs", forms.HsCode),
    _text("line_name"),
    _text("line_unit", forms.Short),
    _quantity("line_quantity"),
    _money("amount"),
    _text("currency", Currency),
)
"""Agency agreements 代理出口协议, one row an agreement or one of its goods."""

UNIT_OF: Final = {
    "line_quantity": "line_unit",
    "first": "first_unit",
    "second": "second_unit",
    "traded": "traded_unit",
}
"""The unit in which a quantity is."""

FIELDS: Final[Mapping[Paper, tuple[Field, ...]]] = {
    Paper.CERTIFICATE: CERTIFICATE,
    Paper.DECLARATION: DECLARATION,
    Paper.INVOICE: INVOICE,
    Paper.AGREEMENT: AGREEMENT,
}
