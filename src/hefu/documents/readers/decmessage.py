"""The Single Window declaration message (DecMessage XML), versions 3.1, 4.8 and 5.0.

Field dictionary: domain.md §2.4. Three traps of the message are undone here, once: in exports
``OriginCountry`` carries the destination and ``DestinationCountry`` the origin; the statutory
quantities (``FirstQty``, ``SecondQty``) are not the transaction quantity (``GQty``); gross weight is
spelt ``GrossWet``.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from lxml import etree

from hefu import errors
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import split_tax_declaration_number
from hefu.documents.readers import records
from hefu.documents.readers.decmessage_fields import (
    CHARGES,
    HEAD,
    ITEM_PLACES,
    MEASURES,
    NAMESPACE,
    PARTIES,
    REFERENCES,
    VERSIONS,
    country_places,
)
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, parse_xml
from hefu.documents.readers.message_tree import Part
from hefu.errors import HefuError, Text

RETURN_MODES: Final = ("4561", "4400", "4600")
"""Supervision modes of import declarations that are returns of exported goods (domain.md §2.2)."""

REMARK_NUMBER: Final = re.compile(
    r"(?:补税/?未退税证明|已补税证明|未退税证明|补税证明|(?<![A-Za-z])CERT(?![A-Za-z]))"
    r"\s*+(?:编?号)?+\s*+[:：]?+\s*+"
    r"(?=[A-Za-z-]*[0-9])([0-9A-Za-z-]{4,20})(?![0-9A-Za-z-])",
    re.IGNORECASE,
)
"""How a certificate number is found in the remark (assumption: no source gives the place): after its
name, with a digit in it, and whole.
"""

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


def read_decmessage(
    data: bytes,
    file: str,
    limit: int = MAX_DOCUMENT_BYTES,
    license_code: str = "",
    *,
    at_desk: bool = False,
) -> Declaration:
    """The declaration in a message. Raises one :class:`~hefu.errors.HefuError` with every problem,
    each with file, element, line, value, rule and cure.

    ``license_code`` is the supporting-document code (DocuCode) under which certificate numbers
    stand; empty takes every supporting document, since none has been published (domain.md §2.6).
    ``at_desk`` takes a message that customs has not numbered yet, under a number of the desk's own
    (:func:`is_unnumbered`).
    """
    return declaration_of(parse_xml(data, file, limit), file, license_code, at_desk=at_desk)


_DESK: Final = "0000"
"""Begins the numbers that a desk gives: no office of declaration has this code."""


def is_unnumbered(number: str) -> bool:
    """Whether a declaration number was given at the desk, for want of one from customs."""
    return number.startswith(_DESK)


def _desk_number(root: etree._Element, day: str, *, is_export: bool) -> str:
    """A number in the form of customs' own (domain.md §2.1), the same for the same message."""
    content = sha256(etree.tostring(root, method="c14n")).digest()
    year = day[:4] if re.match(r"[0-9]{4}", day) else _DESK
    return f"{_DESK}{year}{'0' if is_export else '1'}{int.from_bytes(content[:8], 'big') % 10**9:09}"


def messages_of(root: etree._Element) -> list[etree._Element]:
    """The messages of a file: its root, or those directly under a root that gathers several."""
    if etree.QName(root).localname != "DecMessage":
        under = [one for one in root if etree.QName(one).localname == "DecMessage"]
        if under:
            return under
    return [root]


def declaration_of(
    root: etree._Element, file: str, license_code: str = "", *, at_desk: bool = False
) -> Declaration:
    """The declaration in the elements of a message, as :func:`read_decmessage` gives it."""
    name = etree.QName(root)
    if name.localname != "DecMessage" or name.namespace not in (None, NAMESPACE):
        errors.fail(NOT_DECMESSAGE, file=file, value=root.tag)
    version = root.get("Version")
    if version is not None and version not in VERSIONS:
        errors.fail(VERSION, file=file, value=version, supported=", ".join(VERSIONS))
    message = _Message(Part(root, root, file), license_code)
    values = message.values()
    if message.root.wrong:
        raise HefuError(*message.root.wrong.values())
    if "number" not in values and at_desk:
        day = values.get("declared_on", "")
        values["number"] = _desk_number(root, day, is_export=message.is_export)
    if "number" not in values:
        errors.fail(NO_NUMBER, file=file, place=message.head.where("EntryId"))
    return records.build(Declaration, values, file, message.place)


class _Message:
    """The parts of a message, and what they say."""

    def __init__(self, root: Part, license_code: str) -> None:
        self.root = root
        self.head = root.part("DecHead")
        self.free_text = root.part("DecFreeTxt")
        self.lists = root.part("DecLists")
        self.items = self.lists.parts("DecList")
        self.is_export = self.head.text("IEFlag").upper() == "E"
        self.countries = country_places(self.is_export)
        self.references = self._references(license_code)

    def values(self) -> dict[str, Any]:
        """The declaration's fields as plain values, absent ones left out."""
        told: dict[str, Any] = {field: self.head.text(name) for field, name in HEAD.items()}
        told |= {
            "act": self._act(told["mode"]),
            "related": split_tax_declaration_number(self.free_text.text("RelId"))[0],
            "declared_on": self._declared_on(),
            "certificates": [values for _, values in self.references],
            "items": [self._item(one) for one in self.items],
        }
        for party, (scc, code, name) in PARTIES.items():
            told[party] = _filled(
                uscc=self.head.text(scc),
                customs_code=_customs_code(self.head.text(code)),
                name=self.head.text(name),
            )
            if not told[party].keys() & {"uscc", "customs_code"} and party != "trader":
                told[party] = None
        told |= {charge: _charge(*map(self.head.text, places)) for charge, places in CHARGES.items()}
        return _filled(**told)

    def _act(self, mode: str) -> str:
        if self.is_export:
            return Act.EXPORT
        if self.head.text("IEFlag").upper() != "I":
            return self.head.text("IEFlag")
        return Act.RETURN if mode in RETURN_MODES else Act.OTHER

    def _declared_on(self) -> str:
        """PDate is when the declaration was made; messages without it carry the day of signing, or at
        least the day of entry or exit.
        """
        head = self.head
        days = (head.text("PDate"), head.text("DeclDate"), self.root.part("DecSign").text("SignDate"))
        return next(filter(None, days), head.text("IEDate"))

    def _item(self, one: Part) -> dict[str, Any]:
        told: dict[str, Any] = {field: one.text(name) for field, name in ITEM_PLACES.items()}
        for field, (quantity, unit) in MEASURES.items():
            told[field] = _measure(one.text(quantity), one.text(unit))
        for field, name in self.countries.items():
            told[field] = one.text(name)
        return _filled(**told)

    def _references(self, license_code: str) -> list[tuple[Part, dict[str, str]]]:
        """Certificates named by supporting document, item relation or remark, each with where it
        stands; a relation to items says more than the bare number, so it takes its place.
        """
        relations = self.root.parts("EcoRelation")
        for wrapper in (*relations, *self.root.parts("EcoRelations")):
            relations = relations + wrapper.parts("EcoRelation")
        licenses = self.root.part("DecLicenseDocus").parts("LicenseDocu")
        told = [(one, _reference(one, "relation")) for one in relations]
        named = [
            (one, _reference(one, "license"))
            for one in licenses
            if license_code in ("", one.text("DocuCode"))
        ]
        named += [
            (self.head, {"number": number, "source": "remark"})
            for number in REMARK_NUMBER.findall(self.head.text("NoteS"))
        ]
        told = [(one, values) for one, values in told if "number" in values]
        seen = {values["number"].upper() for _, values in told}
        for one, values in named:
            number = values.get("number", "").upper()
            if number and number not in seen:
                seen.add(number)
                told.append((one, values))
        return told

    def place(self, path: tuple[int | str, ...]) -> str:
        """The element of a field, with its line."""
        match path:
            case ():
                return f"DecMessage{self.root.where()}"
            case ("related", *_):
                return self.free_text.where("RelId")
            case ("items",):
                return self.lists.where()
            case ("items", int(at), *rest):
                return self.items[at].where(self._item_element(*map(str, rest)))
            case ("certificates", int(at), *rest):
                part, values = self.references[at]
                elements = REFERENCES[values["source"]]
                return part.where(elements.get(str(rest[0]) if rest else "", elements["number"]))
            case (str(party), *rest) if party in PARTIES:
                names = dict(zip(("uscc", "customs_code", "name"), PARTIES[party], strict=True))
                return self.head.where(names.get(str(rest[0]) if rest else "", names["uscc"]))
            case (str(charge), *rest) if charge in CHARGES:
                names = dict(zip(("mark", "value", "currency"), CHARGES[charge], strict=True))
                return self.head.where(names.get(str(rest[0]) if rest else "", names["currency"]))
        return self.head.where(HEAD.get(str(path[0]), ""))

    def _item_element(self, field: str = "", inner: str = "") -> str:
        if field in MEASURES:
            return MEASURES[field][inner == "unit"]
        return ITEM_PLACES.get(field) or self.countries.get(field, "")


def _reference(one: Part, source: str) -> dict[str, str]:
    return _filled(source=source, **{field: one.text(name) for field, name in REFERENCES[source].items()})


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


def _charge(mark: str, value: str, currency: str) -> dict[str, str] | None:
    """Some senders write 0 where there is no charge."""
    if not mark and re.fullmatch(r"0*\.?0*", value):
        return None
    return _filled(mark=mark, value=value, currency=currency)
