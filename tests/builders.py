"""Documents for tests: sound defaults for every act, and any field changed by keyword.

The defaults fit together: ``make_certificate(purpose)`` is the certificate that
``make_declaration(act)`` of the same name needs, about the goods of ``make_declaration("export")``.
Everything is validated as if it came from outside; changes may be plain JSON values or documents.

    make_declaration("return", certificates=[{"number": "T-1"}])
    make_certificate("return", lines=[make_line("return", quantity="7")])
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.declaration import Declaration, DeclarationItem
from hefu.documents.party import Party
from hefu.rules.case import Case, Standing, UseState

PurposeName = Literal["export", "return", "amendment", "withdrawal"]
ActName = Literal["export", "return", "amendment", "withdrawal", "other"]

TRADER: Final = Party(uscc="91440300MA5FC50094", customs_code="4403160A01", name="甲出口有限公司")
"""Exporter of record: holder of the certificates, trader of the declarations; the agent in an agency."""
PRINCIPAL: Final = Party(uscc="911101066976941872", customs_code="1101960B02", name="乙制造有限公司")
"""The firm whose goods an agent exports."""
OTHER: Final = Party(uscc="91350100M000100Y43", customs_code="3501960C03", name="丙贸易有限公司")
"""A firm that has no part in it."""
BROKER: Final = Party(uscc="91460000284077092F", customs_code="4601980D04", name="丁报关有限公司")
"""The declarant."""

EXPORT_NUMBER: Final = "530420260525641690"
OTHER_EXPORT_NUMBER: Final = "530420260525641691"
RETURN_NUMBER: Final = "530420261000000077"
OTHER_IMPORT_NUMBER: Final = "530420261000000078"
AMENDMENT_NUMBER: Final = "XG-5304-2026-0001"
WITHDRAWAL_NUMBER: Final = "CX-5304-2026-0001"
PRINCIPAL_NUMBER: Final = "T2026-P-0001"

EXPORTED_ON: Final = date(2026, 3, 2)
"""Day on which the goods of EXPORT_NUMBER left."""
ISSUED_ON: Final = {
    "export": date(2026, 2, 25),
    "return": date(2026, 6, 1),
    "amendment": date(2026, 6, 1),
    "withdrawal": date(2026, 6, 1),
}
LODGED_ON: Final = date(2026, 6, 10)
"""Day of returns, amendments, withdrawals and other imports."""

_NUMBERS: Final = {
    "export": EXPORT_NUMBER,
    "return": RETURN_NUMBER,
    "amendment": AMENDMENT_NUMBER,
    "withdrawal": WITHDRAWAL_NUMBER,
    "other": OTHER_IMPORT_NUMBER,
}
_CODES: Final = ("8517130000", "6109100000", "9403609900")
_NAMES: Final = ("智能手机", "棉制针织T恤衫", "木家具")
_UNITS: Final = ("001", "011", "011")

EXPORTED: Final = Decimal(1000)
"""First statutory quantity of every item of the export declaration."""
AFFECTED: Final = Decimal(100)
"""How much of an item the default return and the default amendment concern."""


def make_item(item: int = 1, quantity: object = EXPORTED, **changes: Any) -> DeclarationItem:
    """An item of a declaration; items 1 to 3 are of different goods. Statutory quantities are pieces
    first and kilograms (a fifth of the pieces) second; the transaction quantity is in cartons."""
    kind = (item - 1) % len(_CODES)
    pieces = Decimal(str(quantity))
    values = {
        "item": item,
        "hs_code": _CODES[kind],
        "goods_name": _NAMES[kind],
        "first": {"quantity": pieces, "unit": _UNITS[kind]},
        "second": {"quantity": (pieces / 5).quantize(Decimal("0.00001")), "unit": "035"},
        "traded": {"quantity": "20", "unit": "120"},
        "unit_price": "100",
        "total": "100000",
        "currency": "USD",
        "origin": "CHN",
        "destination": "USA",
    }
    return DeclarationItem.model_validate({**values, **changes})


def make_line(purpose: PurposeName = "return", line: int = 1, **changes: Any) -> CertificateLine:
    """A line of a certificate, about the goods of item ``line`` of the export declaration."""
    kind = (line - 1) % len(_CODES)
    values: dict[str, Any] = {
        "line": line,
        "hs_code": _CODES[kind],
        "goods_name": _NAMES[kind],
        "unit": _UNITS[kind],
        "quantity": AFFECTED if purpose in ("return", "amendment") else EXPORTED,
        "exported_quantity": EXPORTED,
    }
    if purpose == "export":
        values |= {"invoice": "INV-2026-001", "invoice_line": line}
    else:
        values |= {"declaration": EXPORT_NUMBER, "item": line, "export_date": EXPORTED_ON}
    return CertificateLine.model_validate({**values, **changes})


def certificate_number(purpose: PurposeName) -> str:
    """The number of the default certificate of a purpose."""
    return f"T2026-{purpose.upper()}"


def make_certificate(purpose: PurposeName = "return", **changes: Any) -> Certificate:
    """A certificate with one line, held by TRADER."""
    values = {
        "number": certificate_number(purpose),
        "purpose": purpose,
        "issued_on": ISSUED_ON[purpose],
        "tax_office": "14403010000",
        "holder": TRADER,
        "lines": [make_line(purpose)],
        "reason": "质量问题",
    }
    return Certificate.model_validate({**values, **changes})


def make_principal_certificate(purpose: PurposeName = "return", **changes: Any) -> Certificate:
    """The principal's certificate of an agency export: held by PRINCIPAL, handed to TRADER, the agent."""
    values = {
        "number": PRINCIPAL_NUMBER,
        "tax_office": "11101060000",
        "holder": PRINCIPAL,
        "agent": TRADER,
    }
    return make_certificate(purpose, **{**values, **changes})


def make_agent_certificate(purpose: PurposeName = "return", **changes: Any) -> Certificate:
    """The agent's certificate of an agency export, which draws on ``make_principal_certificate``."""
    return make_certificate(purpose, **{"principal_certificate": PRINCIPAL_NUMBER, **changes})


def make_declaration(act: ActName = "return", **changes: Any) -> Declaration:
    """A declaration, or an application to amend or withdraw one, that names the default certificate."""
    values: dict[str, Any] = {
        "number": _NUMBERS[act],
        "act": act,
        "office": "5304",
        "declared_on": LODGED_ON,
        "moved_on": LODGED_ON,
        "trader": TRADER,
        "owner": TRADER,
        "declarant": BROKER,
        "certificates": [] if act == "other" else [{"number": certificate_number(act)}],
    }
    if act == "export":
        values |= {"mode": "0110", "items": [make_item()], "declared_on": date(2026, 3, 1)}
        values |= {"moved_on": EXPORTED_ON}
    elif act == "return":
        values |= {"mode": "4561", "items": [make_item(quantity=AFFECTED)], "related": EXPORT_NUMBER}
    elif act == "amendment":
        values |= {"items": [make_item(quantity=AFFECTED)], "related": EXPORT_NUMBER}
        values |= {"becomes": [make_item(quantity=EXPORTED - AFFECTED)]}
    elif act == "withdrawal":
        values |= {"related": EXPORT_NUMBER}
    else:
        values |= {"mode": "0110", "items": [make_item()]}
    return Declaration.model_validate({**values, **changes})


def available(certificate: Certificate) -> Standing:
    """The certificate as customs holds it before any use."""
    return Standing(certificate.number, UseState.AVAILABLE, certificate)


def unknown(number: str) -> Standing:
    """A certificate that customs has no data of."""
    return Standing(number, UseState.UNKNOWN)


def held(certificate: Certificate, state: UseState, declaration: str | None = None) -> Standing:
    """A certificate reserved or used by a declaration, or withdrawn."""
    return Standing(certificate.number, state, certificate, declaration)


def make_case(
    act: ActName = "return",
    *,
    declaration: Declaration | None = None,
    certificates: tuple[Standing | Certificate, ...] | None = None,
    principals: tuple[Standing | Certificate, ...] = (),
    original: Declaration | Literal["default"] | None = "default",
    goods_left: Mapping[int, tuple[int, str]] | None = None,
    export: str | None = None,
) -> Case:
    """A case whose defaults pass: certificate available, original known, all of its goods left."""
    declared = declaration or make_declaration(act)
    after = declared.act not in ("export", "other")
    if certificates is None:
        certificates = () if act == "other" else (make_certificate(act),)
    standings = tuple(_standing(one) for one in certificates)
    concerned = export or (declared.related or EXPORT_NUMBER if after else None)
    if original == "default":
        original = make_declaration("export", number=concerned) if concerned else None
    if goods_left is None:
        items = original.items if original else ()
        goods_left = {one.item: (int(one.first.quantity * 10**5), one.first.unit) for one in items}
    behind = {one.number: one for one in map(_standing, principals)}
    return Case(declared, standings, behind, concerned, original, goods_left)


def _standing(one: Standing | Certificate) -> Standing:
    return available(one) if isinstance(one, Certificate) else one
