"""Seals of the record of looks: the head of its chain (``stores.reads_chain``) as an entry of the node's journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from hefu.protocol.book import Book
from hefu.protocol.records import Entry, Side
from hefu.stores.reads_chain import Seal

if TYPE_CHECKING:
    from hefu.http.node import Node

EVENT: Final = "reads.sealed"
_NUMBER: Final = "reads"
"""Under which the journal keeps seals; no document has such a number, theirs are in capitals."""


class JournalSeals:
    """The seals in a node's journal."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def known(self) -> list[Seal]:
        """Those that stand there, oldest first."""
        entries: list[Entry] = await self._node.read(lambda reader: reader.journal_of(_NUMBER))
        return [_seal(one) for one in entries if one.event == EVENT]

    async def enter(self, seal: Seal) -> None:
        """Enter one; durable when it returns."""
        await self._node.writer.do(_entered, (self._node.side, seal))


def _entered(book: Book, seals: Sequence[tuple[Side, Seal]]) -> list[None]:
    for side, one in seals:
        book.note(side.value, EVENT, _NUMBER, batch=one.batch, head=one.head, until=one.at, first=one.first)
    return [None for _ in seals]


def _seal(entry: Entry) -> Seal:
    told: dict[str, Any] = entry.detail
    return Seal(told["batch"], told["head"], told["until"], told["first"])
