"""Everything that lies in the files of a dossier: papers, and what could not be read, each with place and cure."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

from lxml import etree

from hefu import errors
from hefu.documents.application import Application
from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers import records
from hefu.documents.readers.decmessage import declaration_of, messages_of
from hefu.documents.readers.json_documents import values_of
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, SYNTAX, TOO_LARGE, decode, xml_root
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment
from hefu.errors import HefuError, Problem, Text
from hefu.inspection.sheets.opening import sheets
from hefu.inspection.sources.finding import Source, Sources
from hefu.procedures.agency.agreements import Agreement
from hefu.procedures.agency.reported import read_report
from hefu.procedures.dossier.invoices import InvoiceMapping, default, read_invoice
from hefu.procedures.dossier.papers import Held, Kind, Paper
from hefu.procedures.dossier.sheets import header_of, read_sheet

NOT_OURS = errors.kind(
    "dossier.not_a_paper",
    http=422,
    message=Text(
        "{file}: {place}: 不是可识别的单证 ({value})", "{file}: {place}: no paper that is known ({value})"
    ),
    cure=Text(
        "各种单证的写法见 docs/dossier.md, 样例见 samples/dossier",
        "docs/dossier.md says how each paper is written; see samples/dossier",
    ),
)
UNLISTED = errors.kind(
    "dossier.scan_unlisted",
    http=422,
    message=Text("{file}: 没有单证登记这个扫描件", "{file}: no paper lists this scan"),
    cure=Text(
        "在单证表的 '文件' 列填上它的文件名, 否则不知道它是什么",
        "write its name into the column 'file' of the sheet of papers; else nobody knows what it is",
    ),
)
ABSENT = errors.kind(
    "dossier.scan_absent",
    http=422,
    message=Text(
        "{file}: {place}: 所登记的扫描件 {value} 不在", "{file}: {place}: the scan {value} is not there"
    ),
    cure=Text("补上该文件, 或更正文件名", "add the file, or correct its name"),
)
LOOSE = errors.kind(
    "dossier.loose",
    http=422,
    message=Text(
        "{file}: {name_zh} {value} 不属于任何一票货物", "{file}: {name_en} {value} belongs to no shipment"
    ),
    cure=Text("填上合同号, 发票号或报关单号中的一个", "give its contract, invoice or declaration number"),
)
_SCANS: Final = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".ofd"})
_NOTES: Final = frozenset({".md", ".html", ".htm", ".ics"})
"""What is no paper: notes, and what this program writes."""


@dataclass(slots=True)
class Read:
    """Papers in the order of files, and what could not be read."""

    papers: list[Held] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0

    def take(self, one: Held | HefuError) -> None:
        """Keep a paper, or the problems."""
        if isinstance(one, HefuError):
            self.problems += one.problems
        else:
            self.papers.append(one)


def read(
    paths: Sequence[Path], mapping: InvoiceMapping | None = None, progress: Callable[[], None] = lambda: None
) -> Read:
    """Read files and folders."""
    told = Read()
    scans: dict[str, Path] = {}
    with tempfile.TemporaryDirectory(prefix="hefu-dossier-") as scratch:
        sources = Sources(Path(scratch))
        for path in _files(paths):
            suffix = path.suffix.lower()
            if suffix in _SCANS:
                scans[path.name] = path
            elif suffix not in _NOTES:
                for one in _file(path, sources, mapping or default()):
                    told.take(one)
                told.files += 1
            progress()
    told.files += len(scans)
    told.problems += _scans(told.papers, scans)
    return told


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inner = (one for one in path.rglob("*") if one.is_file() and not one.name.startswith((".", "~$")))
            yield from sorted(inner)
        else:
            yield path


def _scans(papers: Iterable[Held], scans: dict[str, Path]) -> Iterator[Problem]:
    """Scans that no paper lists, and those that are listed and not there."""
    listed: set[str] = set()
    for one in papers:
        for name in one.document.scans if isinstance(one.document, Paper) else ():
            bare = name.replace("\\", "/").rpartition("/")[2]
            listed.add(bare)
            if bare not in scans:
                yield Problem(ABSENT, one.cells.get("scans", one.at), name, one.file)
    for bare, path in scans.items():
        if bare not in listed:
            yield Problem(UNLISTED, file=str(path))


def _file(path: Path, sources: Sources, mapping: InvoiceMapping) -> Iterator[Held | HefuError]:
    """The papers of one file; one that cannot be read at all is one error."""
    if path.suffix.lower() == ".toml":
        yield from _guarded(path, str(path), partial(_toml, name=str(path)))
        return
    for source in sources.read([path]):
        if isinstance(source, HefuError):
            yield source
        elif source.form == "xml":
            yield from _guarded(source.path, source.name, partial(_xml, name=source.name, mapping=mapping))
        elif source.form in ("json", "jsonl"):
            yield from _guarded(source.path, source.name, partial(_json, name=source.name))
        else:
            yield from _tables(source)


def _guarded(
    path: Path, name: str, read_bytes: Callable[[bytes], Iterator[Held | HefuError]]
) -> Iterator[Held | HefuError]:
    try:
        size = path.stat().st_size
        if size > MAX_DOCUMENT_BYTES:
            errors.fail(TOO_LARGE, file=name, value=size, limit=MAX_DOCUMENT_BYTES)
        yield from read_bytes(path.read_bytes())
    except HefuError as error:
        yield error
    except OSError as error:
        yield HefuError(Problem(NOT_OURS, value=error.strerror or str(error), file=name))


def _xml(data: bytes, name: str, mapping: InvoiceMapping) -> Iterator[Held | HefuError]:
    root = xml_root(decode(data, name), name)
    messages = messages_of(root)
    if etree.QName(messages[0]).localname != "DecMessage":
        yield read_invoice(root, name, mapping)
        return
    for place, one in enumerate(messages, 1):
        try:
            at = f"[{place}]" if len(messages) > 1 else ""
            yield Held(declaration_of(one, name, at_desk=True), name, at)
        except HefuError as error:
            yield error


def _json(data: bytes, name: str) -> Iterator[Held | HefuError]:
    for place, value in values_of(decode(data, name), name):
        if isinstance(value, HefuError):
            yield value
            continue
        yield from _gathered(value, name, place)


def _toml(data: bytes, name: str) -> Iterator[Held | HefuError]:
    try:
        values = tomllib.loads(decode(data, name), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        errors.fail(SYNTAX, file=name, value=error, format="TOML")
    yield from _gathered(values, name, "")


def _gathered(value: Any, name: str, place: str) -> Iterator[Held | HefuError]:
    """A document, or the documents under ``papers`` and ``agreements``."""
    several: dict[str, type[Document]] = {"papers": Paper, "agreements": Agreement}
    found = [one for one in several if isinstance(value, dict) and isinstance(value.get(one), list)]
    if not found:
        yield _document(_form(value), value, name, place)
    for one in found:
        for number, inner in enumerate(value[one]):
            yield _document(several[one], inner, name, f"{place}{one}[{number}]")


def _form(value: Any) -> type[Document] | None:
    """Which document plain values are, by the fields that only it has."""
    if not isinstance(value, dict):
        return None
    keys = value.keys()
    told: tuple[tuple[type[Document], set[str]], ...] = (
        (Declaration, {"act"}),
        (Application, {"serial", "purpose"}),
        (Certificate, {"purpose"}),
        (RefundClaim, {"claimant", "period"}),
        (Repayment, {"claimant", "payment_slip"}),
        (AgencyCertificate, {"agent", "principal", "issued_on"}),
        (Paper, {"kind", "number"}),
        (Agreement, {"agent", "principal"}),
    )
    return next((form for form, wanted in told if wanted <= keys), None)


def _document(form: type[Document] | None, value: Any, name: str, place: str) -> Held | HefuError:
    if form is None:
        return HefuError(Problem(NOT_OURS, place or "$", type(value).__name__, name))
    try:
        document: Any = records.build(form, value, f"{name} {place}".strip())
        return Held(document, name, place)
    except HefuError as error:
        return error


def _tables(source: Source) -> Iterator[Held | HefuError]:
    """The papers of a workbook or text: sheets of papers, or an agent's report."""
    wrong: list[HefuError] = []
    is_ours = False
    for sheet in sheets(source):
        if isinstance(sheet, HefuError):
            yield sheet
            return
        try:
            header = header_of(sheet)
            if header is not None:
                is_ours = True
                yield from read_sheet(sheet, header)
        except HefuError as error:
            wrong.append(error)
    yield from wrong
    if not is_ours and not wrong:
        yield _report(source)


_NAME: Final = 75
"""Characters of a file's name that stand for a report without a quarter: those of a number."""


def _report(source: Source) -> Held | HefuError:
    """A workbook without papers may be the agent's quarterly report."""
    try:
        if source.form != "xlsx":
            errors.fail(NOT_OURS, file=source.name, place="-", value=source.form)
        told = read_report(source.path.read_bytes(), source.name)
        values = {
            "kind": Kind.AGENT_REPORT,
            "number": told.quarter or Path(source.name).stem[:_NAME],
            "declarations": [row.declaration for row in told.rows],
        }
        return Held(records.build(Paper, values, source.name), source.name)
    except HefuError:
        return HefuError(Problem(NOT_OURS, "-", source.form, source.name))
