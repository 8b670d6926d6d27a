"""Reading certificates and declarations from JSON: one object, an array, or a line each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hefu import errors
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers import records
from hefu.documents.readers.decmessage import read_decmessage
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, TOO_LARGE, decode, json_values, parse_json
from hefu.errors import HefuError, Text

NOT_A_DOCUMENT = errors.kind(
    "document.unrecognised",
    http=422,
    message=Text(
        "{file}: {place}: 既不是证明也不是报关单 ({value})",
        "{file}: {place}: neither a certificate nor a declaration ({value})",
    ),
    cure=Text(
        "证明须有 purpose, 报关单须有 act; 样例见 samples/",
        "a certificate has 'purpose', a declaration has 'act'; see samples/",
    ),
)
UNREADABLE = errors.kind(
    "document.unreadable",
    http=422,
    message=Text("{file}: 读不了: {value}", "{file}: cannot be read: {value}"),
    cure=Text("核对路径和权限", "check path and permissions"),
)

Paper = Certificate | Declaration
_SUFFIXES: Final = (".xml", ".json", ".jsonl")


def read_certificate(data: bytes, file: str) -> Certificate:
    """One certificate."""
    return records.build(Certificate, parse_json(data, file), file)


def read_declaration(data: bytes, file: str) -> Declaration:
    """One declaration, DecMessage XML or JSON."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return read_decmessage(data, file)
    return records.build(Declaration, parse_json(data, file), file)


def read_papers(data: bytes, file: str, limit: int = MAX_DOCUMENT_BYTES) -> Iterator[Paper | HefuError]:
    """Every document of a file: XML, one JSON object, an array of them, or one a line.

    Each is taken or refused on its own, with its place; a file that cannot be parsed is one error.
    """
    try:
        text = decode(data, file, limit)
        if text.lstrip().startswith("<"):
            yield read_decmessage(data, file, limit)
            return
        values = _values(text, file)
    except HefuError as error:
        yield error
        return
    for place, value in values:
        yield value if isinstance(value, HefuError) else _paper(value, file, place)


def _values(text: str, file: str) -> list[tuple[str, Any]]:
    lines = text.split("\n")  # not splitlines: U+2028 may stand in a name
    if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines if line.strip()):
        found: list[tuple[str, Any]] = []
        whole = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        for number, line in whole:
            try:
                found.append((f"line {number}", json_values(line, f"{file} line {number}")))
            except HefuError as error:
                found.append((f"line {number}", error))
        return found
    values = json_values(text, file)
    if isinstance(values, list):
        return [(f"[{number}]", value) for number, value in enumerate(values)]
    return [("", values)]


def _paper(value: Any, file: str, place: str) -> Paper | HefuError:
    where = f"{file} {place}".strip()
    try:
        if isinstance(value, dict) and "act" in value:
            return records.build(Declaration, value, where)
        if isinstance(value, dict) and "purpose" in value:
            return records.build(Certificate, value, where)
        errors.fail(NOT_A_DOCUMENT, file=file, place=place or "$", value=type(value).__name__)
    except HefuError as error:
        return error


def read_paths(paths: list[Path]) -> Iterator[tuple[str, Paper | HefuError]]:
    """Every document in these files and folders, in order of name; an unreadable file is one error."""
    for path in paths:
        files = (
            sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES) if path.is_dir() else [path]
        )
        for file in files:
            name = str(file)
            try:
                size = file.stat().st_size
                if size > MAX_DOCUMENT_BYTES:
                    errors.fail(TOO_LARGE, file=name, value=size, limit=MAX_DOCUMENT_BYTES)
                data = file.read_bytes()
            except HefuError as error:
                yield name, error
                continue
            except OSError as error:
                yield name, HefuError(errors.Problem(UNREADABLE, file=name, value=str(error)))
                continue
            for paper in read_papers(data, name):
                yield name, paper
