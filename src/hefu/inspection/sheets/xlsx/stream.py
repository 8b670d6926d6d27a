"""XML of any length in pieces of whole elements, so that nothing larger than a piece is in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

import polars as pl
from lxml import etree

from hefu import errors
from hefu.documents.readers.limits import ENTITIES
from hefu.inspection.sheets.sheet import refuse_wide
from hefu.inspection.sources.archives import Archive, Member
from hefu.inspection.sources.bounds import BROKEN, TOO_MUCH

PIECE: Final = 1 << 24
"""Bytes of XML that are looked at together."""
_LONGEST: Final = 1 << 26
"""Bytes of one element, and of what stands before and behind the elements."""
_ROOT: Final = re.compile(rb"<(?![?!])[^>]*>")
_ESCAPES: Final = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_ESCAPE: Final = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|quot|apos|amp));")
_REFERENCE: Final = re.compile(rb' r="([A-Z]{1,7})[0-9]+"')
_CODED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def root_of(archive: Archive, member: Member) -> etree._Element:
    """A small part as a whole. Raises ``inspection.broken``, ``too_much`` or ``document.entities``."""
    data = bytearray()
    for piece in archive.pieces(member):
        data += piece
        if len(data) > _LONGEST:
            _too_long(archive, member.name)
    return _parsed(bytes(data), archive, member.name)


def _parsed(data: bytes, archive: Archive, place: str) -> etree._Element:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        errors.fail(ENTITIES, file=archive.file, place=place)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        errors.fail(BROKEN, file=archive.file, place=place, value=error)


def column_of(letters: str) -> int:
    """The number of a column from 1, ``A`` being the first."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _too_long(archive: Archive, place: str) -> NoReturn:
    what = {"what_zh": "一个元素的字节数", "what_en": "bytes in one element"}
    errors.fail(TOO_MUCH, file=archive.file, place=place, value=f"> {_LONGEST}", limit=_LONGEST, **what)


@dataclass(slots=True)
class Elements:
    """The elements ``each`` within the element ``inside``, in pieces; ``columns`` is the bound of a sheet, ``place`` its
    name or that of the part. When all are read, ``tail`` holds what follows.
    """

    archive: Archive
    member: Member
    inside: str
    each: str
    columns: int
    place: str
    tail: bytes = b""
    prefix: str = ""
    _root: bytes = field(default=b"")

    def pieces(self) -> Iterator[str]:
        """Texts of whole elements. Raises ``inspection.broken`` or ``too_much``."""
        stream = self.archive.pieces(self.member)
        buffer, opened = self._opened(stream)
        if opened:
            end = f"</{self.prefix}{self.inside}>".encode()
            close = f"</{self.prefix}{self.each}>".encode()
            seen = 0
            while (at := buffer.find(end, max(0, seen - len(end)))) < 0:
                if len(buffer) >= PIECE:
                    cut = buffer.rfind(close) + len(close)
                    if cut >= len(close):
                        yield self._text(buffer[:cut])
                        del buffer[:cut]
                    elif len(buffer) > _LONGEST:
                        self.too_long(buffer)
                seen = len(buffer)
                piece = next(stream, b"")
                if not piece:
                    self.broken("ends too early")
                buffer += piece
            if at:
                yield self._text(buffer[:at])
            del buffer[:at]
        for piece in stream:
            buffer += piece
            if len(buffer) > _LONGEST:
                _too_long(self.archive, self.place)
        self.tail = bytes(buffer)

    def broken(self, value: object) -> NoReturn:
        """Raise ``inspection.broken`` for this part."""
        errors.fail(BROKEN, file=self.archive.file, place=self.place, value=value)

    def too_long(self, element: bytearray) -> None:
        """Raise ``inspection.too_much`` for an element without an end."""
        columns = [column_of(found[1].decode()) for found in _REFERENCE.finditer(element)]
        refuse_wide(self.archive.file, self.place, max(columns, default=0), self.columns)
        _too_long(self.archive, self.place)

    def _opened(self, stream: Iterator[bytes]) -> tuple[bytearray, bool]:
        """What follows the opening tag, and whether anything may stand in it."""
        tag = re.compile(rf"<((?:[\w.-]+:)?){self.inside}(?:\s[^>]*?)?(/?)>".encode())
        buffer = bytearray()
        for piece in stream:
            buffer += piece
            found = tag.search(buffer)
            if found:
                root = _ROOT.search(buffer)
                self._root = root[0] if root else b""
                self.prefix = found[1].decode()
                if b"<!DOCTYPE" in buffer[: found.start()]:
                    errors.fail(ENTITIES, file=self.archive.file, place=self.place)
                return buffer[found.end() :], not found[2]
            if len(buffer) > _LONGEST:
                _too_long(self.archive, self.place)
        return self.broken(f"no <{self.inside}>")

    def _text(self, piece: bytearray) -> str:
        try:
            return piece.decode()
        except UnicodeDecodeError as error:
            self.broken(error)

    def parsed(self, text: str) -> etree._Element:
        """The elements of a piece, below the root of the part, as a tree."""
        name = self._root[1:].split(b">")[0].split()[0].rstrip(b"/")
        return _parsed(self._root + text.encode() + b"</" + name + b">", self.archive, self.place)


def plain(texts: pl.Series) -> pl.Series:
    """Texts of XML without its escapes, and without those of Excel (``_x000D_``)."""
    if texts.str.contains("&", literal=True).any():
        told = texts.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
        texts = _replaced(texts, "&#", told, lambda text: _ESCAPE.sub(_escaped, text))
    return decoded(texts)


def decoded(texts: pl.Series) -> pl.Series:
    """Texts without the escapes of Excel (``_x000D_``)."""
    return _replaced(texts, "_x", texts, lambda text: _CODED.sub(_coded, text))


def _replaced(texts: pl.Series, sign: str, others: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """Texts with the sign changed one by one, which are few; all else as in ``others``."""
    marked = texts.str.contains(sign, literal=True).fill_null(value=False)
    if not marked.any():
        return others
    few = texts.filter(marked).unique()
    changed = texts.replace_strict(few, [change(one) for one in few], default=None, return_dtype=pl.String)
    return changed.zip_with(marked, others)


def _escaped(found: re.Match[str]) -> str:
    if found[3]:
        return _ESCAPES[found[0]]
    number = int(found[1]) if found[1] else int(found[2], 16)
    return _sign(number) or found[0]


def _coded(found: re.Match[str]) -> str:
    return _sign(int(found[1], 16)) or found[0]


def _sign(number: int) -> str:
    return "" if 0xD800 <= number < 0xE000 or number > 0x10FFFF else chr(number)


def runs(element: etree._Element) -> Iterator[str]:
    """The texts of an element: its own or those of its runs, not the phonetic ones."""
    for one in element:
        tag = one.tag.rsplit("}", 1)[-1]
        if tag == "t":
            yield one.text or ""
        elif tag == "r":
            yield from runs(one)
