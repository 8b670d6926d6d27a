"""What the bytes of a file are, whatever its name says."""

from __future__ import annotations

import codecs
import json
import mmap
import re
from pathlib import Path
from typing import Final

from hefu import errors
from hefu.inspection.sources.archives import Archive
from hefu.inspection.sources.bounds import EMPTY_FILE, LOCKED, UNKNOWN, UNREADABLE, Limits

_HEAD: Final = 1 << 16
_TEXT_NAMES: Final = frozenset({".csv", ".tsv", ".tab", ".txt"})
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_MAGIC: Final = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x09\x00\x04\x00", "Excel 2"),
    (b"\x09\x02\x06\x00", "Excel 3"),
    (b"\x09\x04\x06\x00", "Excel 4"),
)
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_MARKUP: Final = (
    (re.compile(rb"<!doctype\s+html|<html\b|<table\b", re.IGNORECASE), "HTML"),
    (re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet"), "XML 2003 (Excel)"),
)


def form_of(path: Path, file: str, limits: Limits) -> str:
    """The form: ``xlsx xls xlsb ods csv xml json jsonl parquet pdf zip``.

    Raises ``inspection.unreadable``, ``empty_file``, ``unknown_form``, ``locked``, ``broken`` or ``too_much``.
    """
    try:
        with path.open("rb") as raw:
            head = raw.read(_HEAD)
    except OSError as error:
        errors.fail(UNREADABLE, file=file, value=error.strerror or error)
    if not head.strip():
        errors.fail(EMPTY_FILE, file=file)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            errors.fail(UNKNOWN, file=file, value=name)
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return _zipped(path, file, limits)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(path, file)
    if head.startswith(b"PAR1"):
        return "parquet"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _written(head, path, file)


def _zipped(path: Path, file: str, limits: Limits) -> str:
    with Archive(path, file, limits) as archive:
        names = archive.names()
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "[Content_Types].xml" in names:
        office = {name.split("/")[0] for name in names} & {"word", "ppt", "visio"}
        if office:
            errors.fail(UNKNOWN, file=file, value=f"Office: {min(office)}")
        return "xlsx"
    if "mimetype" in names and "content.xml" in names:
        with path.open("rb") as raw:
            if _ODS not in raw.read(200):
                errors.fail(UNKNOWN, file=file, value="OpenDocument")
        return "ods"
    if "OFD.xml" in names:
        errors.fail(UNKNOWN, file=file, value="OFD")
    return "zip"


def _compound(path: Path, file: str) -> str:
    """The old container of Office: a workbook, or a new one behind a password."""
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            errors.fail(LOCKED, file=file)
        if not any(data.find(name.encode("utf-16-le")) >= 0 for name in ("Workbook\0", "Book\0")):
            errors.fail(UNKNOWN, file=file, value="OLE")
    return "xls"


def _written(head: bytes, path: Path, file: str) -> str:
    """The form of a text."""
    text = head
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            text = head[2:].decode(encoding, "replace").encode()
    text = text.removeprefix(codecs.BOM_UTF8).lstrip()
    named_text = path.suffix.lower() in _TEXT_NAMES or Path(file).suffix.lower() in _TEXT_NAMES
    if text.startswith(b"<"):
        for pattern, name in _MARKUP:
            if pattern.search(text[:4096]):
                errors.fail(UNKNOWN, file=file, value=name)
        return "xml"
    if re.match(rb'\{\s*(["}]|$)|\[\s*([\[{"\]]|$)', text) and not named_text:
        return _lines(text)
    if _CONTROL.search(text) and not named_text:
        errors.fail(UNKNOWN, file=file, value=head[:8].hex(" "))
    return "csv"


def _lines(text: bytes) -> str:
    """One JSON value, or an object a line."""
    first, _, rest = text.partition(b"\n")
    if not rest.strip().startswith(b"{"):
        return "json"
    try:
        return "jsonl" if isinstance(json.loads(first), dict) else "json"
    except ValueError:
        return "json"
