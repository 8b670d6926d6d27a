"""The fields of the papers as they stand side by side: what to read of each paper, and which findings are about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Measure
from hefu.documents.fields import plain
from hefu.documents.party import Party
from hefu.documents.visible import visible
from hefu.inspection.report.shown import Shown, coded, joined

Read = Callable[[Any], Any]
"""What a field says of a paper; nothing where it says nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field: its name, what to read of the declaration, certificate and original, and the findings' fields that
    are about it.
    """

    name: str
    declared: Read | None
    certified: Read | None = None
    about: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """The fields of findings that are about this one."""
        return frozenset({self.name, *self.about})


def _party(one: Party | None) -> Shown | None:
    if one is None:
        return None
    return visible(" ".join(part for part in (one.uscc or one.customs_code, one.name) if part))


def _counted(quantity: Decimal, unit: str) -> Shown:
    named = units()[unit]
    return joined([plain(quantity), [named.name, named.english], f"({unit})"], " ")


def _measure(one: Measure | None) -> Shown | None:
    return None if one is None else _counted(one.quantity, one.unit)


def _money(value: Decimal | None, currency: str | None) -> Shown | None:
    return None if value is None else f"{plain(value)} {currency or ''}".strip()


def _code(name: str, attribute: str = "") -> Read:
    def read(one: Any) -> Shown | None:
        told = getattr(one, attribute or name)
        return None if told is None else coded(name, str(getattr(told, "value", told)))

    return read


def _text(name: str) -> Read:
    return lambda one: None if (told := getattr(one, name)) is None else visible(str(told))


def _number(name: str) -> Read:
    return lambda one: None if (told := getattr(one, name)) is None else plain(told)


def _charge(name: str) -> Read:
    def read(one: Any) -> Shown | None:
        told = getattr(one, name)
        if told is None:
            return None
        share = f"{plain(told.value)} %"
        return share if told.currency is None else _money(told.value, told.currency)

    return read


def _exports(one: Certificate) -> Shown | None:
    return joined(list(dict.fromkeys(line.declaration for line in one.lines if line.declaration))) or None


def _tax_office(one: Certificate) -> Shown | None:
    """The office, unless it is only the place of one that a list left out."""
    return one.tax_office if (one.tax_office or "").strip("0") else None


HEAD: Final = (
    Row("number", _text("number"), _text("number"), ("declaration",)),
    Row("act", _code("act"), _code("purpose"), ("purpose",)),
    Row("related", _text("related"), _exports),
    Row("certificates", lambda one: joined(one.certificate_numbers()) or None, None, ("certificate",)),
    Row("principal_certificate", None, _text("principal_certificate")),
    Row("mode", _code("mode")),
    Row("office", _code("office"), _tax_office, ("tax_office",)),
    Row("declared_on", _text("declared_on"), _text("issued_on"), ("issued_on",)),
    Row("moved_on", _text("moved_on")),
    Row("trader", lambda one: _party(one.trader), lambda one: _party(one.holder), ("holder", "party")),
    Row("owner", lambda one: _party(one.owner), lambda one: _party(one.agent), ("agent",)),
    Row("declarant", lambda one: _party(one.declarant)),
    Row("refund_state", None, _code("refund_state")),
    Row("contract", _text("contract")),
    Row("terms", _code("terms")),
    Row("freight", _charge("freight")),
    Row("insurance", _charge("insurance")),
    Row("gross_weight", _number("gross_weight")),
    Row("net_weight", _number("net_weight"), None, ("weight",)),
    Row("remark", _text("remark"), _text("remark")),
    Row("reason", None, _text("reason")),
)


def _exported(line: CertificateLine) -> Shown | None:
    return None if line.exported_quantity is None else _counted(line.exported_quantity, line.unit)


def _source(line: CertificateLine) -> Shown | None:
    named = (line.declaration, line.item) if line.declaration else (line.invoice, line.invoice_line)
    return visible(" · ".join(str(one) for one in named if one is not None)) or None


def _tax(*names: str) -> Read:
    def read(line: CertificateLine) -> Shown | None:
        told = [getattr(line.tax, name) for name in names] if line.tax else []
        stated = [one for one in told if one is not None]
        return plain(sum(stated)) if stated else None

    return read


def _slip(line: CertificateLine) -> Shown | None:
    if line.tax is None or not (line.tax.payment_slip or line.tax.paid_on):
        return None
    return visible(" ".join(str(one) for one in (line.tax.payment_slip, line.tax.paid_on) if one))


GOODS: Final = (
    Row("item", _text("item"), _text("line"), ("items", "line")),
    Row("source_item", None, _source),
    Row("hs_code", _text("hs_code"), _text("hs_code")),
    Row("goods_name", _text("goods_name"), _text("goods_name")),
    Row("specification", _text("specification"), None, ("item_model",)),
    Row(
        "quantity",
        lambda one: _measure(one.first),
        lambda line: _counted(line.quantity, line.unit),
        ("unit",),
    ),
    Row("second", lambda one: _measure(one.second)),
    Row("traded", lambda one: _measure(one.traded)),
    Row("exported_quantity", None, _exported),
    Row("unit_price", lambda one: _money(one.unit_price, one.currency)),
    Row("total", lambda one: _money(one.total, one.currency), _number("fob_usd"), ("fob_usd", "amount")),
    Row("origin", _code("origin")),
    Row("destination", _code("destination")),
    Row("export_date", None, _text("export_date")),
    Row("refunded", None, _tax("refunded_vat", "refunded_consumption_tax")),
    Row("repaid", None, _tax("repaid_vat", "repaid_consumption_tax")),
    Row("payment_slip", None, _slip, ("paid_on",)),
)
