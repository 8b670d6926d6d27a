"""The case files of a node: a folder that ``hefu chains analyse`` writes, read anew whenever a file of it has changed; and
who has opened which, on record in the journal.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Final

from hefu import errors
from hefu.chains.case import Amount, Case, Party
from hefu.chains.casefile import record as records
from hefu.chains.casefile.index_page import Listed, ranked
from hefu.chains.casefile.record import FILE, Record, Status
from hefu.chains.casefile.writing import CASE, case_folder, load, refresh
from hefu.errors import HefuError, Problem, Text
from hefu.http.node import Node
from hefu.protocol.book import Book
from hefu.protocol.records import Answer
from hefu.trust.access import Identity

STATES: Final = ("open", "answered", "closing", "closed", "expired")
MONEY: Final = ("goods", "refund_paid", "refund_open")
"""The amounts that stand in the list."""
_AGAIN: Final = 600.0
"""Seconds in which one person's looking at the same thing again is the same look."""
_KEPT: Final = 10_000

NO_FOLDER: Final = errors.kind(
    "console.no_cases",
    http=404,
    message=Text("本节点没有指定案卷目录", "this node knows no folder of case files"),
    cure=Text(
        "在 node.json 中用 cases 指定目录, 重启节点",
        "name one as cases in node.json and start the node again",
    ),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A case with its record, as the console lists it."""

    case: Case
    record: Record
    state: str

    @property
    def suspects(self) -> Sequence[Party]:
        """Who is to be examined."""
        return [one for one in self.case.parties if one.suspect] or self.case.parties[:1]

    @property
    def clears(self) -> list[Text]:
        """What would clear it, each way once, in the order of the evidence."""
        return list(dict.fromkeys(one.clears for one in self.case.evidence if one.clears.zh))

    def amount(self, kind: str) -> Amount | None:
        """An amount at stake."""
        return next((one for one in self.case.amounts if one.kind == kind), None)


class Cases:
    """The case files that a node's console shows. What writes takes turns."""

    def __init__(self, node: Node) -> None:
        self.folder = node.folder / node.settings.cases if node.settings.cases else None
        self.turn = asyncio.Lock()
        self._node = node
        self._read: dict[Path, tuple[tuple[int, ...], Listed]] = {}
        self._seen: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def all(self) -> tuple[list[Standing], list[Problem]]:
        """Every case, open ones by score first; and what is wrong with those that cannot be read."""
        found: dict[Path, tuple[tuple[int, ...], Listed]] = {}
        wrong: list[Problem] = []
        for file in sorted(self.folder.glob(f"*/{CASE}")) if self.folder else ():
            try:
                mark = _mark(file.parent)
                known = self._read.get(file.parent)
                if known is None or known[0] != mark:
                    known = (mark, Listed(load(file.parent), records.read(file.parent)))
                found[file.parent] = known
            except HefuError as error:
                wrong += error.problems
        self._read = found
        today = records.now().date()
        return [_standing(one, today) for one in ranked([one for _, one in found.values()], today)], wrong

    def find(self, number: str) -> Path:
        """The folder of a case. Raises ``console.no_cases`` and ``chains.unknown_case``."""
        if self.folder is None:
            errors.fail(NO_FOLDER)
        return case_folder(self.folder, number)

    def one(self, number: str) -> Standing:
        """A case with its record."""
        own = self.find(number)
        return _standing(Listed(load(own), records.read(own)), records.now().date())

    async def see(self, identity: Identity, number: str, event: str, file: str = "") -> None:
        """Have it on record who opens a case or takes a file of it, before it is shown."""
        look, now = (identity.actor, number, file), time.monotonic()
        if now - self._seen.get(look, -_AGAIN) < _AGAIN:
            return
        await self._node.writer.do(_note, (identity.actor, event, number, file))
        self._seen[look] = now
        self._seen.move_to_end(look)
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)

    async def write(
        self, identity: Identity, number: str, key: str, language: str, act: Callable[[Path], Record]
    ) -> None:
        """Do something to the record of a case and write its files again; a form that is sent twice, also after a restart,
        does it once.
        """
        sent = (identity.actor, key)
        async with self.turn:
            own = self.find(number)
            if key and await self._node.read(lambda reader: reader.fetch(Answer, [sent])):
                return
            await asyncio.to_thread(act, own)
            if key:
                await self._node.writer.do(_answered, sent)
            await asyncio.to_thread(refresh, own, language)


def name_of(identity: Identity) -> str:
    """A person as a record names them."""
    return f"{identity.person} ({identity.organisation})" if identity.person else identity.organisation


def _mark(own: Path) -> tuple[int, ...]:
    """What changes whenever a case or its record does."""
    told: list[int] = []
    for file in (own / CASE, own / FILE):
        if file.is_file():
            stat = file.stat()
            told += [stat.st_mtime_ns, stat.st_size]
    return tuple(told)


def _standing(one: Listed, today: date) -> Standing:
    status = one.record.status(today)
    if one.record.proposed:
        state = "closing"
    elif status is not Status.OPEN:
        state = status.value
    else:
        state = "answered" if one.record.answers else "open"
    return Standing(one.case, one.record, state)


def _answered(book: Book, items: Sequence[tuple[str, str]]) -> list[None]:
    for actor, key in items:
        book.put(Answer(actor, key, "", HTTPStatus.SEE_OTHER, {}, book.now))
    return [None for _ in items]


def _note(book: Book, items: Sequence[tuple[str, str, str, str]]) -> list[None]:
    for actor, event, number, file in items:
        book.note(actor, event, number, **({"file": file} if file else {}))
    return [None for _ in items]
