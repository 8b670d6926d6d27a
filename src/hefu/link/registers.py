"""What a node tells the other authority of its register, in answer to signed questions: digests, rows, and words.

A question asks for the digests below prefixes, the rows of leaves or streams, what this side has said in streams, what the
other itself has said (its own envelopes, kept as evidence), or to send again what was lost after its receipt.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import orjson

from hefu import errors
from hefu.errors import Text
from hefu.link.envelope import Opened, seal
from hefu.link.outbox import Outbox
from hefu.protocol.book import Book
from hefu.protocol.records import Outgoing
from hefu.protocol.recovery.rows import Tree
from hefu.protocol.recovery.words import reopen
from hefu.stores.reading import asked
from hefu.stores.sqlite import SqliteReader
from hefu.stores.writer import Writer

PATH: Final = "/link/registers"
MANY: Final = 2000
"""Prefixes, leaves or streams in one question."""
_PAGE: Final = 8 * 1024 * 1024
"""Bytes of envelopes in one answer."""
_KEPT: Final = 300.0
"""Seconds for which a tree serves the questions of one reconciliation."""

T = TypeVar("T")

NOT_A_QUESTION = errors.kind(
    "reconcile.no_question",
    http=400,
    message=Text("不是对账提问: {value}", "that is no question of a reconciliation: {value}"),
    cure=Text("双方升级到相同的协议版本", "bring both sides to the same protocol version"),
)


class Registers:
    """Answers the other side's questions about this side's register."""

    def __init__(self, writer: Writer, path: str, outbox: Outbox, clock: Callable[[], datetime]) -> None:
        self.side = outbox.side
        self._writer, self._path, self._outbox, self._clock = writer, path, outbox, clock
        self._tree: tuple[str, float, Tree] | None = None

    async def answer(self, data: bytes) -> bytes:
        """A question of the other side."""
        question = (
            await asked_at(self._path, lambda reader: opened(reader, self._outbox, data, self._clock()))
        ).content
        try:
            if "reopen" in question:
                again = {str(stream): int(after) for stream, after in question["reopen"].items()}
                told = {"reopened": await self._writer.do(self._reopened, again)}
            else:
                told = await asked_at(self._path, lambda reader: self._told_of(reader, question))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            errors.fail(NOT_A_QUESTION, value=error)
        return seal(self.side, "registers", told, self._outbox.keyring, self._clock())

    def _reopened(self, book: Book, items: Sequence[dict[str, int]]) -> list[int]:
        return [sum(reopen(book, stream, after) for stream, after in item.items()) for item in items]

    def _told_of(self, reader: SqliteReader, question: dict[str, Any]) -> dict[str, Any]:
        if "prefixes" in question:
            tree = self._tree_for(reader, str(question["session"]))
            prefixes = [str(one) for one in question["prefixes"]][:MANY]
            return {"root": tree.root, "children": {one: tree.children(one) for one in prefixes}}
        if "leaves" in question:
            leaves = {str(one) for one in question["leaves"][:MANY]}
            return {"rows": [row.as_list() for row in reader.rows(self.side) if row.leaf in leaves]}
        if "streams" in question:
            streams = [str(one) for one in question["streams"]][:MANY]
            return {"rows": [row.as_list() for row in reader.rows(self.side, streams)]}
        if "told" in question:
            return {"told": {s: _outgoing(reader, s, int(n)) for s, n in question["told"].items()}}
        wanted = {str(stream): int(after) for stream, after in question["words"].items()}
        return _evidence(reader, wanted, int(question["before"]))

    def _tree_for(self, reader: SqliteReader, session: str) -> Tree:
        known = self._tree
        at = self._clock().timestamp()
        if known is None or known[0] != session or at - known[1] > _KEPT:
            known = (session, at, Tree(reader.rows(self.side)))
            self._tree = known
        return known[2]


def opened(reader: SqliteReader, outbox: Outbox, data: bytes, now: datetime) -> Opened:
    """A question, or an answer, of the other side. Raises what is wrong with it."""
    told = outbox.open(Book(reader, now), data)
    if told.kind != "registers":
        errors.fail(NOT_A_QUESTION, value=told.kind)
    return told


async def asked_at(path: str, question: Callable[[SqliteReader], T]) -> T:
    """Ask the store beside the event loop, as it stands at one moment."""
    return await asyncio.to_thread(asked, path, question)


def _outgoing(reader: SqliteReader, stream: str, after: int) -> list[list[Any]]:
    found = reader.find(Outgoing, "stream", stream)
    return [[one.sequence, one.body, one.at.isoformat()] for one in found if one.sequence > after]


def _evidence(reader: SqliteReader, wanted: dict[str, int], before: int) -> dict[str, Any]:
    """Envelopes of the other side with messages that it wants, the newest first, as many as go into one answer."""
    open_: defaultdict[str, set[int]] = defaultdict(set)
    for row in reader.cursors("in", list(wanted)):
        open_[row.stream] = set(range(wanted[row.stream] + 1, row.sequence + 1))
    left = sum(map(len, open_.values()))
    told: list[str] = []
    size = 0
    for place, data in reader.envelopes_before(before):
        if not left or size > _PAGE:
            return {"envelopes": told, "before": place + 1 if left else 0}
        payload = orjson.loads(b64decode(orjson.loads(data)["payload"]))
        found = [
            (one["stream"], one["sequence"])
            for one in payload["messages"]
            if one["sequence"] in open_.get(one["stream"], ())
        ]
        if found:
            told.append(b64encode(data).decode())
            size += len(data)
            for stream, sequence in found:
                open_[stream].discard(sequence)
            left -= len(found)
    return {"envelopes": told, "before": 0}
