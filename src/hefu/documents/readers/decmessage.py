"""The Single Window declaration message (DecMessage XML), versions 3.1, 4.8 and 5.0.

Field dictionary: domain.md §2.4. Three traps of the message are undone here, once: in exports
``OriginCountry`` carries the destination and ``DestinationCountry`` the origin; the statutory
quantities (``FirstQty``, ``SecondQty``) are not the transaction quantity (``GQty``); gross weight is
spelt ``GrossWet``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from lxml import etree

from hefu import errors
from hefu.documents.codes.tables import countries, currencies
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import split_tax_declaration_number
from hefu.documents.readers import records
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, parse_xml
from hefu.errors import Text

NAMESPACE: Final = "http://www.chinaport.gov.cn/dec"
VERSIONS: Final = ("3.1", "4.8", "5.0")
RETURN_MODES: Final = ("4561", "4400", "4600")
"""Supervision modes of import declarations that are returns of exported goods (domain.md §2.2)."""

REMARK_NUMBER: Final = re.compile(
    r"(?:补税/?未退税证明|已补税证明|未退税证明|补税证明|CERT)\s*(?:号|编号)?\s*[::：]?\s*([0-9A-Za-z-]{4,20})",
    re.IGNORECASE,
)
"""How a certificate number is found in the remark (assumption: no source gives the place)."""

NOT_DECMESSAGE = errors.kind(
    "decmessage.not_one",
    http=422,
    message=Text("{file}: 根元素是 {value}, 不是 DecMessage", "{file}: the root is {value}, not DecMessage"),
    cure=Text(
        "用单一窗口导出的报关单报文 (DecMessage)",
        "use the declaration message of the Single Window (DecMessage)",
    ),
)
VERSION = errors.kind(
    "decmessage.version",
    http=422,
    message=Text("{file}: 报文版本 {value} 不支持", "{file}: message version {value} is not supported"),
    cure=Text("支持的版本: {supported}", "supported versions: {supported}"),
)
NO_NUMBER = errors.kind(
    "decmessage.no_number",
    http=422,
    message=Text(
        "{file}: {place}: 没有报关单号 (EntryId), 海关尚未接受申报",
        "{file}: {place}: no declaration number (EntryId), customs has not numbered it yet",
    ),
    cure=Text("取得海关编号的回执后再提交", "submit it after the receipt with the customs number"),
)

_PLACES: Final = {
    "number": "DecHead/EntryId",
    "act": "DecHead/IEFlag",
    "mode": "DecHead/TradeMode",
    "office": "DecHead/CustomMaster",
    "declared_on": "DecHead/PDate",
    "moved_on": "DecHead/IEDate",
    "related": "DecFreeTxt/RelId",
    "terms": "DecHead/TransMode",
    "contract": "DecHead/ContrNo",
    "remark": "DecHead/NoteS",
    "gross_weight": "DecHead/GrossWet",
    "net_weight": "DecHead/NetWt",
}
_PARTIES: Final = {
    "trader": ("TradeCoScc", "TradeCode", "TradeName"),
    "owner": ("OwnerCodeScc", "OwnerCode", "OwnerName"),
    "declarant": ("AgentCodeScc", "AgentCode", "AgentName"),
}
_ITEM_PLACES: Final = {
    "item": "GNo",
    "hs_code": "CodeTS",
    "goods_name": "GName",
    "specification": "GModel",
    "unit_price": "DeclPrice",
    "total": "DeclTotal",
    "currency": "TradeCurr",
}
_MEASURES: Final = {
    "first": ("FirstQty", "FirstUnit"),
    "second": ("SecondQty", "SecondUnit"),
    "traded": ("GQty", "GUnit"),
}


def read_decmessage(
    data: bytes, file: str, limit: int = MAX_DOCUMENT_BYTES, license_code: str = ""
) -> Declaration:
    """The declaration in a message. Raises one :class:`~hefu.errors.HefuError` with every problem,
    each with file, element, line, value, rule and cure.

    ``license_code`` is the supporting-document code (DocuCode) under which certificate numbers
    stand; empty takes every supporting document, since none has been published (domain.md §2.6).
    """
    root = parse_xml(data, file, limit)
    name = etree.QName(root)
    if name.localname != "DecMessage" or name.namespace not in (None, NAMESPACE):
        errors.fail(NOT_DECMESSAGE, file=file, value=root.tag)
    version = root.get("Version")
    if version is not None and version not in VERSIONS:
        errors.fail(VERSION, file=file, value=version, supported=", ".join(VERSIONS))
    message = _Message(root)
    if not message.text("DecHead", "EntryId"):
        errors.fail(NO_NUMBER, file=file, place=message.where("DecHead/EntryId"))
    return records.build(
        Declaration, message.values(license_code), file, lambda path: message.where(_place(path))
    )


class _Message:
    """The element tree, asked by local names."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.is_export = self.text("DecHead", "IEFlag").upper() == "E"

    def all(self, *path: str) -> list[etree._Element]:
        """Every element at a path of local names."""
        found = [self.root]
        for step in path:
            found = [child for one in found for child in one.iterchildren(f"{{*}}{step}")]
        return found

    def text(self, *path: str) -> str:
        """The text of the first element at a path, empty if there is none."""
        found = self.all(*path)
        return (found[0].text or "").strip() if found else ""

    def where(self, place: str) -> str:
        """The place with the line in the file."""
        steps = re.sub(r"\[(\d+)\]", "", place).split("/")
        number = re.search(r"\[(\d+)\]", place)
        found = self.all(*steps) or self.all(*steps[:-1])
        if number and steps[0] == "DecLists":
            items = self.all("DecLists", "DecList")
            at = int(number.group(1)) - 1
            inner = list(items[at].iterchildren(f"{{*}}{steps[-1]}")) if at < len(items) else []
            found = inner or items[at : at + 1]
        line = found[0].sourceline if found else self.root.sourceline
        return f"{place} (line {line})"

    def values(self, license_code: str) -> dict[str, Any]:
        """The declaration's fields as plain values, absent ones left out."""
        mode = self.text("DecHead", "TradeMode")
        told: dict[str, Any] = {
            "number": self.text("DecHead", "EntryId"),
            "act": self._act(mode),
            "related": self._related(),
            "mode": mode,
            "office": self.text("DecHead", "CustomMaster"),
            "declared_on": self._declared_on(),
            "moved_on": self.text("DecHead", "IEDate"),
            "contract": self.text("DecHead", "ContrNo"),
            "terms": self.text("DecHead", "TransMode"),
            "gross_weight": self.text("DecHead", "GrossWet"),
            "net_weight": self.text("DecHead", "NetWt"),
            "remark": self.text("DecHead", "NoteS"),
            "certificates": self._certificates(license_code),
            "items": [self._item(one) for one in self.all("DecLists", "DecList")],
        }
        for party, (scc, code, name) in _PARTIES.items():
            told[party] = _filled(
                uscc=self.text("DecHead", scc),
                customs_code=_customs_code(self.text("DecHead", code)),
                name=self.text("DecHead", name),
            )
            if not told[party].keys() & {"uscc", "customs_code"} and party != "trader":
                told[party] = None
        return _filled(**told)

    def _act(self, mode: str) -> str:
        if self.is_export:
            return Act.EXPORT
        if self.text("DecHead", "IEFlag").upper() != "I":
            return self.text("DecHead", "IEFlag")
        return Act.RETURN if mode in RETURN_MODES else Act.OTHER

    def _related(self) -> str:
        number, _ = split_tax_declaration_number(self.text("DecFreeTxt", "RelId"))
        return number

    def _declared_on(self) -> str:
        """PDate is when the declaration was made; messages without it carry the day of signing, or at
        least the day of entry or exit.
        """
        places = (
            ("DecHead", "PDate"),
            ("DecHead", "DeclDate"),
            ("DecSign", "SignDate"),
            ("DecHead", "IEDate"),
        )
        return next((text for text in (self.text(*place) for place in places) if text), "")

    def _item(self, one: etree._Element) -> dict[str, Any]:
        def text(name: str) -> str:
            return (one.findtext(f"{{*}}{name}") or "").strip()

        origin, destination = text("OriginCountry"), text("DestinationCountry")
        if self.is_export:
            origin, destination = destination, origin
        told: dict[str, Any] = {field: text(name) for field, name in _ITEM_PLACES.items()}
        told["currency"] = _letters(told["currency"], currencies())
        for field, (quantity, unit) in _MEASURES.items():
            told[field] = _measure(text(quantity), text(unit))
        return _filled(
            **told, origin=_letters(origin, countries()), destination=_letters(destination, countries())
        )

    def _certificates(self, license_code: str) -> list[dict[str, Any]]:
        """Certificates named by supporting document, item relation or remark; a relation to items says
        more than the bare number, so it takes its place.
        """
        tied = [
            _filled(
                number=(one.findtext("{*}EcoCertNo") or "").strip(),
                source="relation",
                item=(one.findtext("{*}DecGNo") or "").strip(),
                line=(one.findtext("{*}EcoGNo") or "").strip(),
            )
            for one in (
                *self.all("EcoRelation"),
                *self.all("EcoRelation", "EcoRelation"),
                *self.all("EcoRelations", "EcoRelation"),
            )
            if (one.findtext("{*}EcoCertNo") or "").strip()
        ]
        named = [
            {"number": (one.findtext("{*}CertCode") or "").strip(), "source": "license"}
            for one in self.all("DecLicenseDocus", "LicenseDocu")
            if license_code in ("", (one.findtext("{*}DocuCode") or "").strip())
        ]
        named += [
            {"number": number, "source": "remark"}
            for number in REMARK_NUMBER.findall(self.text("DecHead", "NoteS"))
        ]
        seen = {one["number"].upper() for one in tied}
        for one in named:
            if one["number"] and one["number"].upper() not in seen:
                seen.add(one["number"].upper())
                tied.append(one)
        return tied


def _filled(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", None)}


def _customs_code(text: str) -> str:
    """OwnerCode may be nine digits or "NO": then there is no customs code."""
    return text if len(text) == 10 else ""


def _measure(quantity: str, unit: str) -> dict[str, str] | None:
    """Some senders write 0 where there is no second quantity."""
    if not unit and re.fullmatch(r"0*\.?0*", quantity):
        return None
    return _filled(quantity=quantity, unit=unit)


def _letters(code: str, table: Any) -> str:
    """The letter code of a three-digit number; an unknown code stays as it is."""
    found = table.get(code.upper())
    return found.code if found else code


def _place(path: tuple[int | str, ...]) -> str:
    """The element of a field."""
    if not path:
        return "DecMessage"
    head = str(path[0])
    if head in _PARTIES:
        field = {"uscc": 0, "customs_code": 1, "name": 2}.get(str(path[1]) if len(path) > 1 else "", 0)
        return f"DecHead/{_PARTIES[head][field]}"
    if head == "items" and len(path) > 1:
        place = f"DecLists/DecList[{int(path[1]) + 1}]"
        field_name = str(path[2]) if len(path) > 2 else ""
        if field_name in _MEASURES:
            quantity, unit = _MEASURES[field_name]
            return f"{place}/{unit if path[-1] == 'unit' else quantity}"
        return f"{place}/{_ITEM_PLACES.get(field_name, field_name)}".rstrip("/")
    if head == "items":
        return "DecLists"
    if head == "certificates":
        return "DecLicenseDocus"
    return _PLACES.get(head, "DecHead")


def write_decmessage(declaration: Declaration, version: str = "4.8") -> bytes:
    """The message of a declaration, UTF-8. Amendments and withdrawals have no message of this kind."""
    namespaces: Any = {None: NAMESPACE}  # None is lxml's default prefix; its type stubs know only names
    root = etree.Element(f"{{{NAMESPACE}}}DecMessage", nsmap=namespaces, Version=version)
    is_export = declaration.act is Act.EXPORT
    head: dict[str, Any] = {
        "EntryId": declaration.number,
        "IEFlag": "E" if is_export else "I",
        "CustomMaster": declaration.office,
        "PDate": declaration.declared_on.strftime("%Y%m%d"),
        "IEDate": declaration.moved_on.strftime("%Y%m%d") if declaration.moved_on else None,
        "TradeMode": declaration.mode,
        "ContrNo": declaration.contract,
        "TransMode": declaration.terms,
        "GrossWet": declaration.gross_weight,
        "NetWt": declaration.net_weight,
        "NoteS": declaration.remark,
    }
    for party, (scc, code, name) in _PARTIES.items():
        who = getattr(declaration, party)
        if who is not None:
            head |= {code: who.customs_code, scc: who.uscc, name: who.name}
    _put(root, "DecHead", head.items())
    lists = etree.SubElement(root, f"{{{NAMESPACE}}}DecLists")
    for item in declaration.items:
        fields: dict[str, Any] = {name: getattr(item, field) for field, name in _ITEM_PLACES.items()}
        for field, (quantity, unit) in _MEASURES.items():
            measure = getattr(item, field)
            if measure is not None:
                fields |= {quantity: format(measure.quantity, "f"), unit: measure.unit}
        origin, destination = item.origin, item.destination
        if is_export:
            origin, destination = destination, origin
        _put(lists, "DecList", {**fields, "OriginCountry": origin, "DestinationCountry": destination}.items())
    plain = [r for r in declaration.certificates if r.source == "license"]
    if plain:
        licences = etree.SubElement(root, f"{{{NAMESPACE}}}DecLicenseDocus")
        for reference in plain:
            _put(licences, "LicenseDocu", (("CertCode", reference.number),))
    if declaration.related:
        _put(root, "DecFreeTxt", (("RelId", declaration.related),))
    for reference in declaration.certificates:
        if reference.source == "relation":
            ties = (("EcoCertNo", reference.number), ("DecGNo", reference.item), ("EcoGNo", reference.line))
            _put(root, "EcoRelation", ties)
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def _put(parent: etree._Element, name: str, fields: Iterable[tuple[str, Any]]) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for tag, value in fields:
        if value is not None:
            etree.SubElement(element, f"{{{NAMESPACE}}}{tag}").text = str(value)
