"""The desk's own gate, before the import folder of the Single Window client: what passes moves on, what would be held
stays beside its report. Nothing is lost and nothing is sent twice, whenever the program is killed.

A message moves in four steps, each durable before the next: its bytes as a hidden part in the folder where it goes; an
entry in the journal, with the certificates that it takes; the part renamed; the message taken from the outbox. A part
that is gone while its entry is open has been renamed, if the folder is the one that was meant (its mark says so): what
the client took away meanwhile is not sent again, and a drive that is not there is waited for.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from hefu import errors
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES
from hefu.errors import HefuError, Problem, Text
from hefu.inspection import report
from hefu.inspection.desk import moving
from hefu.inspection.desk.journal import LEFT, RENAMED, Journal, Move
from hefu.inspection.desk.message import Desk, Said
from hefu.inspection.findings.result import Inspection

UNUSABLE = errors.kind(
    "watch.unusable",
    http=422,
    message=Text("{file}: 不能用作文件夹: {value}", "{file}: cannot serve as a folder: {value}"),
    cure=Text(
        "给出存在且可写的文件夹; 发件, 导入, 扣留三个文件夹各自独立 (扣留的可在发件的之内)",
        "name folders that exist and can be written; outbox, import folder and held are apart (held may be in the outbox)",
    ),
)
AWAY = errors.kind(
    "watch.folder_away",
    http=503,
    exit_code=3,
    message=Text(
        "{file} 不是原来的文件夹, 无法确定报文是否已在其中",
        "{file} is not the folder that it was: not known whether the message is in it",
    ),
    cure=Text(
        "连接网络盘或恢复该文件夹; 会再试", "connect the drive or restore the folder; it is tried again"
    ),
)
SENT_BEFORE = errors.kind(
    "watch.sent_before",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {place} 已于 {at} (UTC) 随 {value} 发出, 内容不同",
        "declaration {place} went out at {at} (UTC) with {value}, with other content",
    ),
    cure=Text(
        "若海关已退回, 先运行 hefu watch OUTBOX --forget {place}, 再放入",
        "if customs returned it, run hefu watch OUTBOX --forget {place}, then put it here again",
    ),
)
UNJUDGED = errors.kind(
    "watch.not_judged",
    http=500,
    exit_code=3,
    message=Text("{file}: 未能核验: {value}", "{file}: could not be judged: {value}"),
    cure=Text("核对该报文, 并交给维护者", "look at this message, and show it to the maintainers"),
)
STATE: Final = moving.MARK
SUFFIXES: Final = (".xml", ".json", ".jsonl")
_JOURNAL: Final = "journal.sqlite"
_REPORTS: Final = (".html", ".json")
_NO_PROBLEM: Final = Text("", "")
_LONGEST: Final = 200
"""Bytes of a name to which more may be added: file systems take 255."""


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a message: ``passed``, ``held``, ``exists`` (the same content again) or ``failed`` (tried again)."""

    outcome: str
    name: str
    target: str = ""
    codes: tuple[str, ...] = ()
    problem: Text = _NO_PROBLEM

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        told = {name: getattr(self, name) for name in ("outcome", "name", "target", "codes")}
        return {**told, "problem": self.problem._asdict()}


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
        self._sizes: dict[str, tuple[int, ...]] = {}
        for folder in (outbox, into):
            if not folder.is_dir():
                errors.fail(UNUSABLE, file=str(folder), value="不存在 / not there")
        _refuse_overlap(outbox, into, held)
        for folder in (held, outbox / STATE):
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                errors.fail(UNUSABLE, file=str(folder), value=error.strerror or str(error))
        self._journal = Journal(outbox / STATE / _JOURNAL)

    def close(self) -> None:
        """Let go of the outbox."""
        self._journal.close()

    def look(self) -> Iterator[Event]:
        """Finish what is on its way, then take every message that is complete: unchanged since the look before."""
        for move in self._journal.on_the_way():
            yield self._trying(_shown(move.name), partial(self._finish, move))
        waiting = {move.name for move in self._journal.on_the_way()}
        try:
            sizes = dict(_messages(self._outbox))
            complete = [
                name for name, size in sizes.items() if self._sizes.get(name) == size and name not in waiting
            ]
            self._sizes = sizes
            if complete:
                self._desk.refresh()
        except (OSError, HefuError) as error:
            yield _failed(str(self._outbox), error)
            return
        for name in complete:
            yield self._trying(_shown(name), partial(self._take, self._outbox / name))

    def _trying(self, name: str, step: Callable[[], Event]) -> Event:
        try:
            return step()
        except (OSError, HefuError) as error:
            return _failed(name, error)

    def _take(self, file: Path) -> Event:
        digest = moving.digest_of(file)
        known = self._journal.moved(digest)
        if known is not None and known.step < LEFT:
            return self._finish(known)
        if known is not None and known.passed:  # held ones are judged again: a certificate may have come
            self._leave(file, digest)
            return Event("exists", _shown(file.name), str(known.folder / known.target))
        said = self._judge(file)
        folder = self._into if said.passes else self._held
        mark = self._mark(folder)
        target = moving.free_name(folder, _writable(file.name))
        if not said.passes:
            _write_reports(said.inspection, folder, target, digest)
            self._stop("reported")
        move = Move(digest, _writable(file.name), said.passes, folder, mark, target)
        if _write(file, self._part(move)) != digest:
            self._part(move).unlink()
            errors.fail(UNJUDGED, file=_shown(file.name), value="changed while it was judged")
        self._stop("written")
        self._journal.decide(move, said.numbers if said.passes else (), said.drawn if said.passes else {})
        self._stop("entered")
        event = self._finish(move, file)
        if said.passes:
            return event
        problem = said.problems[0].first.message if said.problems else _NO_PROBLEM
        return replace(event, codes=said.codes, problem=problem)

    def _judge(self, file: Path) -> Said:
        """What is said of a message; one that no judge can bear is held, so that it does not stand before others."""
        name = _shown(file.name)
        with file.open("rb") as stream:
            data = stream.read(MAX_DOCUMENT_BYTES + 1)
        try:
            said = self._desk.judge(data, name, self._journal.used())
        except (OSError, HefuError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a message may do to a judge
            value = f"{type(error).__name__}: {error}"
            return self._desk.refuse(name, HefuError(Problem(UNJUDGED, file=name, value=value)))
        for number in sorted(said.numbers):
            before = self._journal.lodged(number)
            if before is not None:
                problem = Problem(SENT_BEFORE, number, before.name, name, details={"at": before.at})
                said = said.but(name, HefuError(problem))
        return self._explained(said)

    def _explained(self, said: Said) -> Said:
        """With the message that took a certificate before, where one did."""
        found = said.inspection.findings
        taken = found.filter(found["code"] == "certificate.used").get_column("certificate").unique().sort()
        told = [(one, before) for one in taken if (before := self._journal.took(one)) is not None]
        sentences = (
            Text(
                f"证明 {one} 已于 {before.at} (UTC) 随 {before.name} 发出; 若海关已退回, 运行 hefu watch OUTBOX --forget {one}",
                f"certificate {one} went out at {before.at} (UTC) with {before.name}; if customs returned that, run hefu"
                f" watch OUTBOX --forget {one}",
            )
            for one, before in told
        )
        return replace(
            said, inspection=replace(said.inspection, assumptions=(*said.inspection.assumptions, *sentences))
        )

    def _finish(self, move: Move, file: Path | None = None) -> Event:
        """Rename, unless that was done; take the message from the outbox; close the entry."""
        part = self._part(move)
        if move.step < RENAMED:
            if part.is_file():
                move = self._name(part, move)
            elif moving.mark_of(move.folder) != move.mark:
                errors.fail(AWAY, file=str(move.folder))
            self._stop("renamed")
            self._journal.reach(move.digest, RENAMED)
            self._stop("closed")
        other = replace(move, folder=self._held if move.passed else self._into)
        self._part(other).unlink(missing_ok=True)  # of a time when it was judged otherwise
        self._leave(file or self._outbox / move.name, move.digest)
        self._journal.reach(move.digest, LEFT)
        return Event("passed" if move.passed else "held", _shown(move.name), str(move.folder / move.target))

    def _mark(self, folder: Path) -> str:
        """The mark of a folder that messages go to: made once, then the same for ever. Raises ``watch.folder_away``."""
        known = self._journal.mark(folder)
        if not known:
            known = moving.make_mark(folder)
            self._journal.know(folder, known)
        elif moving.mark_of(folder) != known:
            errors.fail(AWAY, file=str(folder))
        return known

    def _name(self, part: Path, move: Move) -> Move:
        """Give a part its name, or another if that has been taken meanwhile."""
        with moving.turn(move.folder):
            target = moving.free_name(move.folder, move.target)
            if target != move.target:
                self._journal.rename(move.digest, target)
            part.rename(move.folder / target)
        moving.synchronise(move.folder)
        return replace(move, target=target)

    def _leave(self, file: Path, digest: str) -> None:
        """Take the message from the outbox, unless it has become another meanwhile."""
        try:
            if moving.digest_of(file) == digest:
                file.unlink()
                moving.synchronise(self._outbox)
        except FileNotFoundError:  # taken away before a kill, or by whoever put it there
            pass
        self._stop("left")

    def _part(self, move: Move) -> Path:
        """Where a message lies until it gets its name. No program takes it for a message; no other watcher touches it."""
        return move.folder / f".{move.digest}.{self._journal.token}.part"


def forget(outbox: Path, told: str) -> list[str]:
    """Forget messages that customs returned, by file name, declaration or certificate: they may go once more, and their
    certificates are free; or a folder that was made anew. Returns what is forgotten. Raises ``watch.locked`` and ``watch.unusable``.
    """
    file = outbox / STATE / _JOURNAL
    if not file.is_file():
        errors.fail(UNUSABLE, file=str(outbox), value=f"no {STATE}/{_JOURNAL}")
    with Journal(file) as journal:
        return [*(one.name for one in journal.forget(told)), *journal.forget_folder(Path(told))]


def _refuse_overlap(outbox: Path, into: Path, held: Path) -> None:
    one, two, three = (folder.resolve() for folder in (outbox, into, held))
    state = one / STATE
    for inner, outer in ((two, one), (one, two), (two, three), (three, two), (one, three), (three, state)):
        if inner.is_relative_to(outer):
            errors.fail(UNUSABLE, file=str(inner), value=f"within {outer}")


def _messages(outbox: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Messages in an outbox, and by what it is seen whether they change."""
    for file in sorted(outbox.iterdir()):
        if file.suffix.lower() not in SUFFIXES or file.name.startswith((".", "~")):
            continue
        try:
            about = file.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(about.st_mode):
            yield file.name, (about.st_size, about.st_mtime_ns, about.st_ino)


def _failed(name: str, error: OSError | HefuError) -> Event:
    if isinstance(error, HefuError):
        return Event("failed", name, codes=(error.first.kind.code,), problem=error.first.message)
    return Event("failed", name, problem=Text(*[error.strerror or str(error)] * 2))


def _write(file: Path, part: Path) -> str:
    """The bytes of a message as a part; the digest of what was written."""
    return moving.copy(file, part)


def _write_reports(inspection: Inspection, folder: Path, target: str, digest: str) -> None:
    """The reasons beside the message: a page for people, JSON for machines."""
    name = target if len(os.fsencode(target)) <= _LONGEST else digest
    for suffix in _REPORTS:
        report.write(inspection, folder / f"{name}.report{suffix}", "")


def _writable(name: str) -> str:
    """A name that is text: those of old Chinese systems are GB18030, what is neither is replaced."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            return raw.decode(errors="replace")
    return name


def _shown(name: str) -> str:
    """A name as it may be shown."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in _writable(name))


def as_line(event: Event) -> str:
    """An event as one line of JSON."""
    return json.dumps(event.as_json(), ensure_ascii=False)
