"""A declaration as a Single Window message: what :mod:`hefu.documents.readers.decmessage` reads back as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from hefu import errors
from hefu.documents.declaration import MARKS, Act, Declaration
from hefu.documents.fields import plain
from hefu.documents.readers.decmessage import read_decmessage
from hefu.documents.readers.decmessage_fields import (
    CHARGES,
    HEAD,
    ITEM_PLACES,
    MEASURES,
    NAMESPACE,
    PARTIES,
    REFERENCES,
    country_places,
)
from hefu.documents.refusal import shown
from hefu.errors import Text

CANNOT_CARRY = errors.kind(
    "decmessage.cannot_carry",
    http=422,
    message=Text(
        "{file}: {place}: 报文无法如实承载 {value}",
        "{file}: {place}: the message cannot carry {value} as it is",
    ),
    cure=Text("以 JSON 保存该报关单", "keep this declaration as JSON"),
)
_NUMBERS: Final = {mark: number for number, mark in MARKS.items()}


def write_decmessage(declaration: Declaration, version: str = "4.8") -> bytes:
    """The message of a declaration, UTF-8. What would not read back as it is, is refused:
    amendments and withdrawals have no message of this kind, and a message has no room for some of
    what JSON can say.
    """
    file = declaration.number
    if declaration.act in (Act.AMENDMENT, Act.WITHDRAWAL):
        errors.fail(CANNOT_CARRY, file=file, place="$.act", value=declaration.act)
    data = _message(declaration, version)
    again = _comparable(read_decmessage(data, file))
    for field, value in _comparable(declaration).items():
        if again[field] != value:
            errors.fail(CANNOT_CARRY, file=file, place=f"$.{field}", value=shown(value))
    return data


def _comparable(declaration: Declaration) -> dict[str, Any]:
    """The fields; a message has its own order of references."""
    return {**dict(declaration), "certificates": frozenset(declaration.certificates)}


def _message(declaration: Declaration, version: str) -> bytes:
    file = declaration.number
    namespaces: Any = {None: NAMESPACE}  # None is lxml's default prefix; its type stubs know only names
    root = etree.Element(f"{{{NAMESPACE}}}DecMessage", nsmap=namespaces, Version=version)
    is_export = declaration.act is Act.EXPORT
    head: dict[str, Any] = {name: getattr(declaration, field) for field, name in HEAD.items()}
    head["IEFlag"] = "E" if is_export else "I"
    for party, (scc, code, name) in PARTIES.items():
        who = getattr(declaration, party)
        if who is not None:
            head |= {code: who.customs_code, scc: who.uscc, name: who.name}
    for charge, (mark, rate, currency) in CHARGES.items():
        told = getattr(declaration, charge)
        if told is not None:
            head |= {mark: _NUMBERS[told.mark], rate: told.value, currency: told.currency}
    _put(root, "DecHead", head, file)
    lists = etree.SubElement(root, f"{{{NAMESPACE}}}DecLists")
    for item in declaration.items:
        fields: dict[str, Any] = {name: getattr(item, field) for field, name in ITEM_PLACES.items()}
        for field, (quantity, unit) in MEASURES.items():
            measure = getattr(item, field)
            if measure is not None:
                fields |= {quantity: measure.quantity, unit: measure.unit}
        fields |= {name: getattr(item, field) for field, name in country_places(is_export).items()}
        _put(lists, "DecList", fields, file)
    licenses = [one for one in declaration.certificates if one.source == "license"]
    if licenses:
        documents = etree.SubElement(root, f"{{{NAMESPACE}}}DecLicenseDocus")
        for one in licenses:
            _put(documents, "LicenseDocu", {"CertCode": one.number}, file)
    if declaration.related:
        _put(root, "DecFreeTxt", {"RelId": declaration.related}, file)
    for one in declaration.certificates:
        if one.source == "relation":
            names = REFERENCES["relation"].items()
            _put(root, "EcoRelation", {name: getattr(one, field) for field, name in names}, file)
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def _put(parent: etree._Element, name: str, fields: Mapping[str, Any], file: str) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for tag, value in fields.items():
        if value is None:
            continue
        try:
            etree.SubElement(element, f"{{{NAMESPACE}}}{tag}").text = _written(value)
        except ValueError:  # such as U+FFFF, which no XML may hold
            errors.fail(CANNOT_CARRY, file=file, place=f"{name}/{tag}", value=shown(value))


def _written(value: Any) -> str:
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    return plain(value) if isinstance(value, Decimal) else str(value)
