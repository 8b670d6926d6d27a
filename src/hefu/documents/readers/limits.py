"""What hefu takes from outside: sizes, depths, encodings. Everything else is refused by name.

A document is data from a stranger. These guards run before any parser builds anything.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from lxml import etree

from hefu import errors
from hefu.documents.readers.records import json_path
from hefu.documents.refusal import shown
from hefu.errors import Kind, Text

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""A declaration has at most 50 items and a few kilobytes; Single Window downloads end at 4 MB."""

MAX_DEPTH: Final = 32
"""The message is five levels deep."""

MAX_ELEMENTS: Final = 200_000
"""Elements in one XML document."""

TOO_LARGE = errors.kind(
    "document.too_large",
    http=413,
    message=Text("{file}: {value} 字节, 超过上限 {limit}", "{file}: {value} bytes, the limit is {limit}"),
    cure=Text("拆成较小的文件, 每份报关单或证明一个", "split it, one declaration or certificate a file"),
)
EMPTY = errors.kind(
    "document.empty",
    http=422,
    message=Text("{file}: 文件为空", "{file}: the file is empty"),
    cure=Text("重新导出或下载该文件", "export or download the file again"),
)
ENCODING = errors.kind(
    "document.encoding",
    http=422,
    message=Text(
        "{file}: {place}: 字节不是 {encoding} 编码 ({value})",
        "{file}: {place}: bytes that are not {encoding} ({value})",
    ),
    cure=Text(
        "保存为 UTF-8 或 GB18030, 并使 XML 声明的编码与实际一致",
        "save as UTF-8 or GB18030, and let the XML declaration name the encoding really used",
    ),
)
NUL = errors.kind(
    "document.nul_byte",
    http=422,
    message=Text("{file}: {place}: 含 NUL 字节", "{file}: {place}: a NUL byte"),
    cure=Text("文件已损坏或不是文本, 请重新导出", "the file is damaged or no text, export it again"),
)
SYNTAX = errors.kind(
    "document.syntax",
    http=422,
    message=Text(
        "{file}: {place}: 不是合法的 {format}: {value}", "{file}: {place}: not well-formed {format}: {value}"
    ),
    cure=Text(
        "用导出该文件的系统重新导出; 不要手工改动", "export it again from its system; do not edit by hand"
    ),
)
TOO_DEEP = errors.kind(
    "document.too_deep",
    http=422,
    message=Text("{file}: {place}: 嵌套超过 {value} 层", "{file}: {place}: nested deeper than {value}"),
    cure=Text("这不是报关单或证明; 核对文件", "this is no declaration or certificate; check the file"),
)
TOO_MANY = errors.kind(
    "document.too_many_elements",
    http=422,
    message=Text("{file}: 元素超过 {value} 个", "{file}: more than {value} elements"),
    cure=Text("每份报关单一个文件", "one declaration a file"),
)
ENTITIES = errors.kind(
    "document.entities",
    http=422,
    message=Text("{file}: {place}: 含 DTD 或实体声明", "{file}: {place}: a DTD or entity declaration"),
    cure=Text(
        "报文不需要 DTD, 删除 DOCTYPE 后重发", "messages need no DTD; remove the DOCTYPE and send again"
    ),
)
DUPLICATE_KEY = errors.kind(
    "document.duplicate_key",
    http=422,
    message=Text("{file}: {place}: 键 {value} 出现两次", "{file}: {place}: key {value} appears twice"),
    cure=Text("每个键只写一次", "write each key once"),
)
NUMBER = errors.kind(
    "document.number",
    http=422,
    message=Text("{file}: {place}: 数字 {value} 不可用", "{file}: {place}: number {value} cannot be taken"),
    cure=Text('数量和金额写成字符串, 如 "12.5"', 'write quantities and amounts as text, such as "12.5"'),
)

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_XML_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARABLE: Final = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("us-ascii", "ascii"), "us-ascii"),
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "cp936", "x-gbk"), "gb18030"),
}
"""Encodings that a declaration may name. UTF-16 is known by its mark: who can read the declaration byte
by byte does not read UTF-16.
"""
_ASCII: Final = bytes(range(128))


def decode(data: bytes, file: str, limit: int = MAX_DOCUMENT_BYTES) -> str:
    """The text of a document: UTF-8, UTF-16 with BOM, or GB18030 (declared, or by what the bytes are).

    Raises ``document.too_large``, ``empty``, ``encoding`` or ``nul_byte``.
    """
    if len(data) > limit:
        errors.fail(TOO_LARGE, file=file, value=len(data), limit=limit)
    if not data.strip():
        errors.fail(EMPTY, file=file)
    encoding, skip = _encoding(data, file)
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        wrong = data[skip + error.start : skip + error.start + 4].hex(" ")
        errors.fail(
            ENCODING, file=file, place=_place(data[: skip + error.start]), value=wrong, encoding=encoding
        )
    at = text.find("\0")
    if at >= 0:
        errors.fail(NUL, file=file, place=_place(text[:at].encode()))
    return text


def _encoding(data: bytes, file: str) -> tuple[str, int]:
    """The encoding, and the length of its mark."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name, len(bom)
    declared = _DECLARED.match(data[:300])
    if declared:
        name = declared.group(1).decode("ascii").lower()
        if name not in _DECLARABLE:
            errors.fail(ENCODING, file=file, place="1:1", value=name, encoding="UTF-8, GB18030")
        return _DECLARABLE[name], 0
    return ("gb18030" if _is_chinese(data) else "utf-8"), 0


def _is_chinese(data: bytes) -> bool:
    """Whether bytes that name no encoding are GB18030: they are no UTF-8, not even a damaged one, in
    which most of the bytes beyond ASCII still fit.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        fitting = data.decode("utf-8", "ignore").encode()
        if 2 * len(fitting.translate(None, _ASCII)) > len(data.translate(None, _ASCII)):
            return False
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return False
        return True
    return False


def _place(before: bytes) -> str:
    """Line and column, from 1."""
    return f"{before.count(10) + 1}:{len(before) - before.rfind(10)}"


def parse_json(data: bytes, file: str, limit: int = MAX_DOCUMENT_BYTES) -> Any:
    """JSON values: no duplicate keys, no NaN, no numbers with a fraction that is lost, bounded depth."""
    return json_values(decode(data, file, limit), file)


class _Wrong(NamedTuple):
    """Stands among the values until its place is known."""

    kind: Kind
    value: str


def json_values(text: str, file: str) -> Any:
    """The JSON values of a text. Numbers with a point come back as text, so that no digit is lost."""
    _refuse_deep(text, file)
    is_wrong = False

    def wrong(kind: Kind, value: str) -> _Wrong:
        nonlocal is_wrong
        is_wrong = True
        return _Wrong(kind, value)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            key = next(key for key, many in Counter(key for key, _ in items).items() if many > 1)
            found[key] = wrong(DUPLICATE_KEY, shown(key))
        return found

    def integer(number: str) -> int | _Wrong:
        return int(number) if len(number) <= 20 else wrong(NUMBER, number[:24])

    def constant(name: str) -> _Wrong:
        return wrong(NUMBER, name)

    try:
        values = json.loads(
            text, object_pairs_hook=pairs, parse_int=integer, parse_float=str, parse_constant=constant
        )
    except json.JSONDecodeError as error:
        errors.fail(SYNTAX, file=file, place=f"{error.lineno}:{error.colno}", value=error.msg, format="JSON")
    if is_wrong:
        path, (kind, value) = next(_wrongs(values, ()))
        errors.fail(kind, file=file, place=json_path(path), value=value)
    return values


def _wrongs(values: Any, path: tuple[int | str, ...]) -> Iterator[tuple[tuple[int | str, ...], _Wrong]]:
    """What was found wrong in values, each with its path."""
    if isinstance(values, _Wrong):
        yield path, values
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from _wrongs(value, (*path, key))
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from _wrongs(value, (*path, number))


_BRACKET: Final = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"?)*+([\[\]{}]|\Z)', re.DOTALL)
"""Up to the next bracket outside of strings. Possessive, and true at the end of any text, so that no
sign is looked at twice.
"""
_STEP: Final = {"[": 1, "{": 1, "]": -1, "}": -1, "": 0}


def _refuse_deep(text: str, file: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += _STEP[bracket[1]]
        if depth > MAX_DEPTH:
            before = text[: bracket.start(1)]
            errors.fail(TOO_DEEP, file=file, place=_place(before.encode()), value=MAX_DEPTH)


def parse_xml(data: bytes, file: str, limit: int = MAX_DOCUMENT_BYTES) -> etree._Element:
    """The root element: no DTD, no entities, no comments, bounded depth and size."""
    return xml_root(decode(data, file, limit), file)


def xml_root(text: str, file: str) -> etree._Element:
    """The root element of a text. The parser gets it as UTF-8, whatever the XML declaration says: so a
    lying declaration is found and a right one of GB18030 is honoured.
    """
    at = text.find("<!DOCTYPE")
    at = at if at >= 0 else text.find("<!ENTITY")
    if at >= 0:
        errors.fail(ENTITIES, file=file, place=_place(text[:at].encode()))
    body = _XML_DECLARATION.sub("", text, count=1).encode()
    events = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        depth = count = line = 0
        for start in range(0, len(body), 65536):
            events.feed(body[start : start + 65536])
            for event, element in events.read_events():
                depth += 1 if event == "start" else -1
                count += event == "start"
                line = getattr(element, "sourceline", line)
                if depth > MAX_DEPTH:
                    errors.fail(TOO_DEEP, file=file, place=f"{line}:1", value=MAX_DEPTH)
                if count > MAX_ELEMENTS:
                    errors.fail(TOO_MANY, file=file, value=MAX_ELEMENTS)
        return events.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        errors.fail(SYNTAX, file=file, place=f"{line}:{column}", value=error.msg, format="XML")
