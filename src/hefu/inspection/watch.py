"""The desk's own gate, before the import folder of the Single Window client: what passes moves on, what would be held
stays beside its report. Nothing is lost and nothing is sent twice, whenever the program is killed.

A message moves in four steps, each durable before the next: its bytes as a part in the folder where it goes; an entry
in the journal, with the certificates that it takes; the part renamed; the message taken from the outbox. A part that is
gone while its entry is open has been renamed: so what the client took away meanwhile is not sent again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hefu import errors
from hefu.errors import HefuError, Text
from hefu.inspection import report
from hefu.inspection.desk import Desk
from hefu.inspection.result import Inspection

LOCKED = errors.kind(
    "watch.locked",
    http=409,
    exit_code=3,
    message=Text("{file} 已有一个 hefu watch 在看", "another hefu watch looks after {file}"),
    cure=Text("只运行一个; 先结束另一个", "run one only; stop the other first"),
)
UNUSABLE = errors.kind(
    "watch.unusable",
    http=422,
    message=Text("{file}: 不能用作文件夹: {value}", "{file}: cannot serve as a folder: {value}"),
    cure=Text("给出存在且可写的文件夹", "name a folder that exists and can be written"),
)
STATE: Final = ".hefu-watch"
_RENAMED, _LEFT = 1, 2
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, target TEXT NOT NULL, part TEXT NOT NULL, outcome TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE TABLE IF NOT EXISTS use (certificate TEXT PRIMARY KEY, declaration TEXT NOT NULL, digest TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a message: ``passed``, ``held``, ``exists`` (the same content again) or ``failed`` (tried again)."""

    outcome: str
    name: str
    target: str = ""
    codes: tuple[str, ...] = ()
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {name: getattr(self, name) for name in ("outcome", "name", "target", "codes", "problem")}


class Watch:
    """Stands between ``outbox`` and ``into``; ``held`` is where the others go. Raises ``watch.locked`` and
    ``watch.unusable``. ``stop`` is called after each durable step: tests end there.
    """

    def __init__(
        self, outbox: Path, into: Path, held: Path, desk: Desk, stop: Callable[[str], None] = lambda _: None
    ) -> None:
        self._outbox, self._into, self._held = outbox, into, held
        self._desk = desk
        self._stop = stop
        self._sizes: dict[str, tuple[int, int]] = {}
        for folder in (outbox, into, held, outbox / STATE):
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                errors.fail(UNUSABLE, file=str(folder), value=error.strerror or str(error))
        self._journal = _journal(outbox)
        try:
            self._recover()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the outbox."""
        self._journal.close()

    def look(self) -> Iterator[Event]:
        """Every message that is complete: unchanged since the look before."""
        self._desk.refresh()
        sizes: dict[str, tuple[int, int]] = {}
        for file in sorted(self._outbox.iterdir()):
            if file.name.startswith((".", "~$")) or file.suffix in (".part", ".tmp") or not file.is_file():
                continue
            try:
                about = file.stat()
                sizes[file.name] = (about.st_size, about.st_mtime_ns)
                if self._sizes.get(file.name) == sizes[file.name]:
                    yield self._take(file)
            except OSError as error:
                yield Event("failed", file.name, problem=error.strerror or str(error))
        self._sizes = sizes

    def _take(self, file: Path) -> Event:
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        known = self._journal.execute(
            "SELECT outcome, target FROM message WHERE digest = ?", (digest,)
        ).fetchone()
        if (
            known is not None and known[0] == "passed"
        ):  # held ones are judged again: a certificate may have come
            self._leave(file, digest)
            return Event("exists", file.name, known[1])
        used = dict(self._journal.execute("SELECT certificate, declaration FROM use"))
        inspection, certificates = self._desk.judge(data, file.name, used)
        passes = inspection.sound and inspection.declarations.height > 0
        folder = self._into if passes else self._held
        target = _free(folder, file.name)
        if not passes:
            _write_reports(inspection, target)
            self._stop("reported")
        part = folder / f".{digest}.part"
        _write(part, data)
        self._stop("written")
        declaration = inspection.declarations["declaration"][0] if passes else ""
        with self._journal:
            self._journal.execute(
                "INSERT OR REPLACE INTO message (digest, name, target, part, outcome) VALUES (?, ?, ?, ?, ?)",
                (digest, file.name, str(target), str(part), "passed" if passes else "held"),
            )
            if passes:
                uses = [(certificate, declaration, digest) for certificate in sorted(certificates)]
                self._journal.executemany("INSERT INTO use VALUES (?, ?, ?)", uses)
        self._stop("entered")
        self._finish(digest, target, part)
        self._leave(file, digest)
        codes = inspection.findings.filter(inspection.findings["severity"] == "block")["code"].unique(
            maintain_order=True
        )
        problem = "" if inspection.refusals.is_empty() else str(inspection.refusals["rule_en"][0])
        return Event("passed" if passes else "held", file.name, str(target), tuple(codes), problem)

    def _finish(self, digest: str, target: Path, part: Path) -> None:
        """Rename, and close the entry."""
        with suppress(FileNotFoundError):  # renamed before a kill: the client may have taken it since
            part.replace(target)
            _sync(target.parent)
        self._stop("renamed")
        self._enter(digest, _RENAMED)
        self._stop("closed")

    def _leave(self, file: Path, digest: str) -> None:
        """Take the message from the outbox, unless it has become another meanwhile."""
        with suppress(FileNotFoundError):
            if hashlib.sha256(file.read_bytes()).hexdigest() == digest:
                file.unlink()
                _sync(self._outbox)
        self._stop("left")
        self._enter(digest, _LEFT)

    def _enter(self, digest: str, step: int) -> None:
        with self._journal:
            self._journal.execute("UPDATE message SET step = ? WHERE digest = ?", (step, digest))

    def _recover(self) -> None:
        """Finish what was entered; parts that were never entered are judged again from the outbox."""
        rows = self._journal.execute(
            "SELECT digest, name, target, part, step FROM message WHERE step < ?", (_LEFT,)
        ).fetchall()
        for digest, name, target, part, step in rows:
            if step < _RENAMED:
                self._finish(digest, Path(target), Path(part))
            self._leave(self._outbox / name, digest)
        for folder in (self._into, self._held):
            for part in folder.glob(".*.part"):
                part.unlink(missing_ok=True)


def _journal(outbox: Path) -> sqlite3.Connection:
    """The journal, held by one watcher alone as long as it lives."""
    journal = sqlite3.connect(outbox / STATE / "journal.sqlite", timeout=0)
    try:
        journal.execute("PRAGMA locking_mode = EXCLUSIVE")
        journal.execute("PRAGMA synchronous = FULL")
        journal.execute("BEGIN EXCLUSIVE")
        journal.commit()
        journal.executescript(_SCHEMA)
    except sqlite3.OperationalError as error:
        journal.close()
        raise HefuError(errors.Problem(LOCKED, file=str(outbox), value=str(error))) from error
    return journal


def _free(folder: Path, name: str) -> Path:
    """A name in the folder that nothing has."""
    target, at = folder / name, 1
    while target.exists():
        at += 1
        target = folder / f"{Path(name).stem}-{at}{Path(name).suffix}"
    return target


def _write(part: Path, data: bytes) -> None:
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    _sync(part.parent)


def _sync(folder: Path) -> None:
    """Make the names of a folder durable, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_reports(inspection: Inspection, target: Path) -> None:
    """The reasons beside the message: a page for people, JSON for machines."""
    for suffix in (".report.html", ".report.json"):
        report.write(inspection, target.with_name(target.name + suffix), "")


def as_line(event: Event) -> str:
    """An event as one line of JSON."""
    return json.dumps(event.as_json(), ensure_ascii=False)
