"""What became of a case: when it was opened, what the firm says, how two people closed it. Lines are only ever added.

The file ``record.jsonl`` lies beside the case. Each line holds the SHA-256 of one before it, so a line that is changed or
taken out shows; the digest of the last line stands on page and PDF. A case lapses by itself when nobody acts on it
(reference on risk, §4.3); new documents renew it. A closed case stops counting and is not opened again by the engine.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from hefu import errors
from hefu.chains.case import Case
from hefu.errors import Text

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
FILE: Final = "record.jsonl"
PAPERS: Final = "papers"
LAPSES_AFTER: Final = timedelta(days=180)
"""How long a referral stands without new documents. Assumption: no source read sets a period."""

DAMAGED: Final = errors.kind(
    "chains.record_damaged",
    http=422,
    exit_code=3,
    message=Text("{file} 第 {place} 行不完整或被改动", "{file}: line {place} is incomplete or was changed"),
    cure=Text(
        "从备份恢复该文件; 已打印的案卷上有最后一行的摘要, 可以核对",
        "restore the file from a backup; the printed case file has the digest of its last line to hold it against",
    ),
)
TWO_PEOPLE: Final = errors.kind(
    "chains.two_people",
    http=422,
    message=Text("结案须由两名不同的人员: {value}", "two different people close a case: {value}"),
    cure=Text(
        "控制台: 由另一人登录后确认; 命令行: --by 甲 --by 乙",
        "in the console the other signs in and confirms; on the command line give both: --by A --by B",
    ),
)
NOTHING_SAID: Final = errors.kind(
    "chains.nothing_said",
    http=422,
    message=Text("{place}: 没有内容", "{place}: nothing was said"),
    cure=Text("用 --by 写明是谁, 用 --text 写明内容", "say who with --by and what with --text"),
)
NO_DOCUMENT: Final = errors.kind(
    "chains.no_document",
    http=422,
    message=Text("{file}: 读不到该文件", "{file}: cannot be read"),
    cure=Text("检查路径和权限", "check path and permissions"),
)


class Outcome(StrEnum):
    """How a case ends."""

    CLEARED = "cleared"
    NO_ACTION = "no_action"
    PASSED_ON = "passed_on"
    CONFIRMED = "confirmed"


class Act(StrEnum):
    """What a line of the record says."""

    OPENED = "opened"
    ANSWERED = "answered"
    PROPOSED = "proposed"
    CLOSED = "closed"


class Status(StrEnum):
    """Whether a case counts: an open one does, a closed or lapsed one does not."""

    OPEN = "open"
    CLOSED = "closed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the record. ``document`` is a file under ``papers``; ``known`` names the documents of the evidence by hash;
    ``entered_by`` is the officer who entered what somebody else says.
    """

    act: Act
    at: datetime
    by: tuple[str, ...] = ()
    text: str = ""
    outcome: Outcome | None = None
    document: str = ""
    sha256: str = ""
    expires: date | None = None
    known: tuple[str, ...] = ()
    entered_by: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """All lines, oldest first; ``digest`` is the hash of the last."""

    entries: tuple[Entry, ...] = ()
    digest: str = ""

    @property
    def expires(self) -> date | None:
        """The last day of the referral."""
        return max((one.expires for one in self.entries if one.expires), default=None)

    @property
    def answers(self) -> tuple[Entry, ...]:
        """What the firm's side has said."""
        return tuple(one for one in self.entries if one.act is Act.ANSWERED)

    @property
    def closings(self) -> tuple[Entry, ...]:
        """How it was closed; after an objection it may have been closed again, the last one counts."""
        return tuple(one for one in self.entries if one.act is Act.CLOSED)

    @property
    def told(self) -> tuple[Entry, ...]:
        """What a firm may read: answers and closings, oldest first."""
        return tuple(one for one in self.entries if one.act in (Act.ANSWERED, Act.CLOSED))

    @property
    def proposed(self) -> Entry | None:
        """The closing that waits for a second person; answering or closing the case ends it."""
        last = next((one for one in reversed(self.entries) if one.act is not Act.OPENED), None)
        return last if last and last.act is Act.PROPOSED else None

    def status(self, today: date) -> Status:
        """Whether the case counts on a day."""
        if self.closings:
            return Status.CLOSED
        return Status.EXPIRED if self.expires and self.expires < today else Status.OPEN

    def unknown_to_it(self, case: Case) -> int:
        """How many documents of a case are not in the record: new since it was opened, renewed or closed."""
        return len(set(_known(case)) - self._seen)

    @property
    def _seen(self) -> set[str]:
        return {name for one in self.entries for name in one.known}


_LINE: Final = TypeAdapter(Entry)


def read(folder: Path) -> Record:
    """The record of a case's folder, empty if there is none. Raises ``chains.record_damaged``."""
    file = folder / FILE
    if not file.exists():
        return Record()
    entries: list[Entry] = []
    digests: list[str] = []
    for number, line in enumerate(file.read_bytes().splitlines(keepends=True), 1):
        try:
            entry = _LINE.validate_json(line)
        except ValidationError:
            errors.fail(DAMAGED, file=str(file), place=str(number))
        if not line.endswith(b"\n") or (entry.before not in digests if digests else entry.before):
            errors.fail(DAMAGED, file=str(file), place=str(number))
        entries.append(entry)
        digests.append(hashlib.sha256(line).hexdigest())
    return Record(tuple(entries), digests[-1] if digests else "")


def opened(folder: Path, case: Case, today: date) -> Record:
    """Open the record of a case, or renew it when there are documents that it did not know. A closed one stays closed."""
    record = read(folder)
    known = _known(case)
    if record.closings or (record.entries and not set(known) - record._seen):  # noqa: SLF001 (its own module)
        return record
    entry = Entry(Act.OPENED, now(), expires=max(today, case.as_of) + LAPSES_AFTER, known=known)
    return _add(folder, entry, record)


def answer(folder: Path, by: str, text: str, document: Path | None = None, entered_by: str = "") -> Record:
    """Enter what the firm's side says, with a document that is copied into the folder."""
    if not by.strip() or not (text.strip() or document):
        errors.fail(NOTHING_SAID, place=folder.name)
    name, sha256 = _keep(folder, document) if document else ("", "")
    entry = Entry(
        Act.ANSWERED, now(), (by.strip(),), text.strip(), document=name, sha256=sha256, entered_by=entered_by
    )
    return _add(folder, entry, read(folder))


def propose(folder: Path, outcome: Outcome, by: str, text: str) -> Record:
    """One person proposes how a case ends, on a ground; it is closed when another one confirms it with :func:`close`."""
    if not by.strip() or not text.strip():
        errors.fail(NOTHING_SAID, place=folder.name)
    return _add(folder, Entry(Act.PROPOSED, now(), (by.strip(),), text.strip(), outcome), read(folder))


def close(folder: Path, case: Case, outcome: Outcome, by: tuple[str, ...], text: str) -> Record:
    """Close a case, by two people with their ground; again after an objection. What was known then goes with it."""
    people = tuple(dict.fromkeys(one.strip() for one in by if one.strip()))
    if len({one.casefold() for one in people}) < 2:
        errors.fail(TWO_PEOPLE, value=", ".join(people) or "–")
    if not text.strip():
        errors.fail(NOTHING_SAID, place=folder.name)
    entry = Entry(Act.CLOSED, now(), people, text.strip(), outcome, known=_known(case))
    return _add(folder, entry, read(folder))


def now() -> datetime:
    """The present second, by the clock of Shanghai."""
    return datetime.now(SHANGHAI).replace(microsecond=0)


def _known(case: Case) -> tuple[str, ...]:
    documents = {f"{one.table}\n{one.document}" for one in case.evidence}
    return tuple(sorted(hashlib.sha256(one.encode("utf-8", "replace")).hexdigest()[:12] for one in documents))


def _add(folder: Path, entry: Entry, record: Record) -> Record:
    """One line in one write, on disk before it counts."""
    line = orjson.dumps(replace(entry, before=record.digest)) + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)
    return read(folder)


def _keep(folder: Path, document: Path) -> tuple[str, str]:
    """Copy a document beside the case under a name that is safe and tells its content apart."""
    try:
        sha256 = hashlib.sha256(document.read_bytes()).hexdigest()
        name = f"{sha256[:12]}-" + re.sub(r"[^\w.-]+", "_", document.name)[-80:]
        (folder / PAPERS).mkdir(exist_ok=True)
        shutil.copyfile(document, folder / PAPERS / name)
    except OSError:
        errors.fail(NO_DOCUMENT, file=str(document))
    return name, sha256
