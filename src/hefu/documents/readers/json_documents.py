"""Reading certificates and declarations from JSON: one object, an array, or a line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from hefu import errors
from hefu.documents.application import Application
from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers import records
from hefu.documents.readers.decmessage import declaration_of, messages_of
from hefu.documents.readers.limits import (
    MAX_DOCUMENT_BYTES,
    TOO_LARGE,
    decode,
    json_values,
    parse_json,
    xml_root,
)
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
NOT_THERE = errors.kind(
    "document.not_there",
    http=422,
    message=Text("{file}: 没有这个文件或文件夹", "{file}: there is no such file or folder"),
    cure=Text("核对路径", "check the path"),
)
UNREADABLE = errors.kind(
    "document.unreadable",
    http=422,
    message=Text("{file}: 读不了: {value}", "{file}: cannot be read: {value}"),
    cure=Text("核对路径和权限", "check path and permissions"),
)

OTHER_KIND = errors.kind(
    "document.other_kind",
    http=422,
    message=Text(
        "{file}: {place} 是{is_zh}, 这里要的是{wanted_zh}",
        "{file}: {place} is a {is_en}, wanted is a {wanted_en}",
    ),
    cure=Text(
        "证明交 hefu issue (税务 /v1/certificates), 报关单交 hefu declare (海关 /v1/declarations)",
        "certificates go to hefu issue (tax /v1/certificates), declarations to hefu declare (customs"
        " /v1/declarations)",
    ),
)

Paper = Certificate | Declaration
LicenseCode = str | Callable[[], str]
"""As in ``read_decmessage``, or how to ask for it."""

P = TypeVar("P", bound=Certificate | Declaration)
_KINDS: Final[dict[type[Document], Text]] = {
    Certificate: Text("证明", "certificate"),
    Declaration: Text("报关单", "declaration"),
}
_SUFFIXES: Final = (".xml", ".json", ".jsonl")


def only(kind: type[P], paper: Paper, file: str) -> P:
    """The document if it is of this kind. Raises ``document.other_kind``."""
    if isinstance(paper, kind):
        return paper
    told, wanted = _KINDS[type(paper)], _KINDS[kind]
    return errors.fail(
        OTHER_KIND,
        file=file,
        place=paper.number,
        is_zh=told.zh,
        is_en=told.en,
        wanted_zh=wanted.zh,
        wanted_en=wanted.en,
    )


def read_certificate(data: bytes, file: str) -> Certificate:
    """One certificate."""
    return records.build(Certificate, parse_json(data, file), file)


def read_applications(data: bytes, file: str) -> Iterator[Application | HefuError]:
    """Every application of a file: one JSON object, an array of them, or one a line, each taken or refused on its own."""
    try:
        values = values_of(decode(data, file), file)
    except HefuError as error:
        yield error
        return
    for place, value in values:
        try:
            if isinstance(value, HefuError):
                raise value
            yield records.build(Application, value, f"{file} {place}".strip())
        except HefuError as error:
            yield error


def read_declaration(data: bytes, file: str, license_code: str = "") -> Declaration:
    """One declaration, DecMessage XML or JSON; ``license_code`` as in ``read_decmessage``."""
    text = decode(data, file)
    if _is_xml(text):
        return declaration_of(xml_root(text, file), file, license_code)
    return records.build(Declaration, json_values(text, file), file)


def _is_xml(text: str) -> bool:
    return text.lstrip().startswith("<")


def read_papers(
    data: bytes,
    file: str,
    limit: int = MAX_DOCUMENT_BYTES,
    license_code: LicenseCode = "",
    *,
    at_desk: bool = False,
) -> Iterator[Paper | HefuError]:
    """Every document of a file: XML, one message or several under one root, one JSON object, an array of
    them, or one a line.

    Each is taken or refused on its own, with its place; a file that cannot be parsed is one error. A
    ``license_code`` that has to be asked for is asked for when there is XML; ``at_desk`` as in
    ``read_decmessage``.
    """
    try:
        text = decode(data, file, limit)
    except HefuError as error:
        yield error
        return
    if _is_xml(text):
        code = license_code if isinstance(license_code, str) else license_code()
        yield from _declarations(text, file, code, at_desk=at_desk)
        return
    try:
        values = values_of(text, file)
    except HefuError as error:
        yield error
        return
    for place, value in values:
        yield value if isinstance(value, HefuError) else _paper(value, file, place)


def _declarations(
    text: str, file: str, license_code: str, *, at_desk: bool
) -> Iterator[Declaration | HefuError]:
    try:
        messages = messages_of(xml_root(text, file))
    except HefuError as error:
        yield error
        return
    for root in messages:
        try:
            yield declaration_of(root, file, license_code, at_desk=at_desk)
        except HefuError as error:
            yield error


def values_of(text: str, file: str) -> list[tuple[str, Any]]:
    """The records of a text as plain values, each with its place: one JSON value, an array, or one a line. A line that
    is no JSON is an error among them; a text that is none raises ``document.syntax`` and its like.
    """
    if not _is_lines(text):
        values = json_values(text, file)
        if isinstance(values, list):
            return [(f"[{number}]", value) for number, value in enumerate(values)]
        return [("", values)]
    found: list[tuple[str, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found.append((f"line {number}", json_values(line, f"{file} line {number}")))
            except HefuError as error:
                found.append((f"line {number}", error))
    return found


def _is_lines(text: str) -> bool:
    """Whether each line is a record: half of them open with a brace at the margin, as few lines of one
    indented object do, and all together are not one value. A line that does not is a broken record,
    to be refused as one.
    """
    lines = [line for line in text.split("\n") if line.strip()]  # not splitlines: U+2028 may stand in a name
    opened = sum(line.startswith("{") for line in lines)
    if len(lines) < 2 or text.lstrip().startswith("[") or 2 * opened < len(lines):
        return False
    return _is_json(lines[0]) or not _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json_values(text, "")
    except HefuError:
        return False
    return True


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


def unread(error: OSError, file: str) -> HefuError:
    """Why a file could not be read: it is not there, or what the system says."""
    if isinstance(error, FileNotFoundError):
        return HefuError(errors.Problem(NOT_THERE, file=file))
    return HefuError(errors.Problem(UNREADABLE, file=file, value=error.strerror or str(error)))


def read_paths(
    paths: list[Path], license_code: LicenseCode = "", *, at_desk: bool = False
) -> Iterator[tuple[str, Paper | HefuError]]:
    """Every document in these files and folders, in order of name; an unreadable file is one error.
    ``at_desk`` as in ``read_decmessage``.
    """
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
                yield name, unread(error, name)
                continue
            for paper in read_papers(data, name, license_code=license_code, at_desk=at_desk):
                yield name, paper
