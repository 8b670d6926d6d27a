"""Workbooks of other forms, written byte by byte: xls (BIFF8 in a compound file), xlsb and ods."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

FORMATS = (0, 14, 164)
"""Formats of the styles of an xls: general, a day, a day and time in Chinese."""
Cell = tuple[int, int, float | bool | str, int]
"""Row and column from 0, value, style."""
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(code: int, data: bytes) -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def _text(text: str, size: str = "<HB") -> bytes:
    return struct.pack(size, len(text), 1) + text.encode("utf-16-le")


def cell(row: int, column: int, value: float | bool | str, texts: list[str], style: int = 0) -> bytes:
    """One cell; texts that begin with ``#`` are errors."""
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, bool):
        return _record(0x0205, place + bytes((value, 0)))
    if isinstance(value, str) and value.startswith("#"):
        return _record(0x0205, place + bytes((0x2A, 1)))
    if isinstance(value, str):
        texts.append(value)
        return _record(0x00FD, place + struct.pack("<I", len(texts) - 1))
    return _record(0x0203, place + struct.pack("<d", value))


def xls(
    path: Path,
    cells: Sequence[Cell],
    merged: Sequence[tuple[int, int, int, int]] = (),
    *,
    from_1904: bool = False,
    locked: bool = False,
) -> Path:
    """A workbook of one hidden sheet 甲. ``merged``: first and last row, first and last column, from 0."""
    texts: list[str] = []
    body = b"".join(cell(row, column, value, texts, style) for row, column, value, style in cells)
    ranges = struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *one) for one in merged)
    start = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    sheet = _record(0x0809, start) + body + _record(0x00E5, ranges) + _record(0x000A, b"")
    shared = struct.pack("<II", len(texts), len(texts)) + b"".join(map(_text, texts))
    before = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)),
        *([_record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))] if locked else []),
        _record(0x0042, struct.pack("<H", 1200)),
        _record(0x0022, struct.pack("<H", from_1904)),
        _record(0x041E, struct.pack("<H", 164) + _text('yyyy"年"m"月"d"日" h:mm')),
        *(_record(0x00E0, struct.pack("<HH", 0, number) + bytes(16)) for number in FORMATS),
    ]
    after = [_record(0x00FC, shared), _record(0x000A, b"")]
    name = _text("甲", "<BB")
    at = sum(map(len, [*before, *after])) + 10 + len(name)
    place = _record(0x0085, struct.pack("<IBB", at, 1, 0) + name)
    path.write_bytes(_compound(b"".join([*before, place, *after, sheet])))
    return path


def _compound(stream: bytes) -> bytes:
    """A compound file with the one stream ``Workbook``."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    count = len(stream) // 512
    chain = [_FAT, _END, *range(3, 2 + count), _END]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return head + table + (entries + _entry("", 0, _FREE, 0, 0) * 2) + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    length = len(raw) + 2 if name else 0
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", length, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def ods(path: Path, rows: str) -> Path:
    """A workbook of one sheet 甲 with the XML of its rows."""
    sheet = f'<table:table table:name="甲">{rows}</table:table>'
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr(
            "META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        made.writestr(
            "content.xml",
            f"<office:document-content {_SPACES}><office:body><office:spreadsheet>{sheet}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def xlsb(path: Path, cells: Sequence[Cell]) -> Path:
    """A binary workbook of one sheet 甲, without styles."""
    body = b""
    for row in sorted({one[0] for one in cells}):
        body += _part(0, struct.pack("<II", row, 0) + bytes(9))
        for _, column, value, style in (one for one in cells if one[0] == row):
            place = struct.pack("<II", column, style)
            if isinstance(value, bool):
                body += _part(4, place + bytes((value,)))
            elif isinstance(value, str):
                body += _part(6, place + _wide(value))
            else:
                body += _part(5, place + struct.pack("<d", value))
    size = struct.pack("<IIII", 0, max(one[0] for one in cells), 0, max(one[1] for one in cells))
    sheet = _part(129) + _part(148, size) + _part(145) + body + _part(146) + _part(130)
    bundle = struct.pack("<II", 0, 1) + _wide("r1") + _wide("甲")
    book = (
        _part(131)
        + _part(153, bytes(8))
        + _part(143)
        + _part(156, bundle)
        + _part(144)
        + _part(157)
        + _part(132)
    )
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.bin", book)
        made.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{kinds}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        made.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _part(code: int, data: bytes = b"") -> bytes:
    """A record of a binary workbook; seven bits a byte for its code and its length."""
    length, size = b"", len(data)
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes((low | (0x80 if size else 0),))
        if not size:
            break
    number = bytes((code,)) if code < 0x80 else bytes((code & 0x7F | 0x80, code >> 7))
    return number + length + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
