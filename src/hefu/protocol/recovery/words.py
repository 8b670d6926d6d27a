"""Taking back one's own word: what a side has said, proved by its signature in the other's evidence, enters its register
again. Nothing is decided anew and nothing is said; what was used stays used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hefu.protocol.book import Book
from hefu.protocol.messages import Message
from hefu.protocol.records import Cursor, Outgoing


@dataclass(frozen=True, slots=True)
class Word:
    """One message of a stream as it was said; ``envelope`` proves it."""

    stream: str
    sequence: int
    message: Message
    envelope: str
    at: datetime


def forgotten(book: Book, words: Iterable[Word], way: str) -> list[Word]:
    """Those beyond the cursor, gapless, in the order in which they were said."""
    streams: defaultdict[str, list[Word]] = defaultdict(list)
    for word in words:
        streams[word.stream].append(word)
    found: list[Word] = []
    for stream, told in streams.items():
        cursor = book.get(Cursor, way, stream)
        expected = 1 + (cursor.sequence if cursor else 0)
        for word in sorted(told, key=lambda one: one.sequence):
            if word.sequence == expected:
                found.append(word)
                expected += 1
    return sorted(found, key=lambda one: (one.at, one.stream, one.sequence))


def said(book: Book, word: Word) -> None:
    """Let the outbox know again what was said, and that it was received."""
    book.put(Cursor("out", word.stream, word.sequence))
    book.put(
        Outgoing(
            word.stream,
            word.sequence,
            word.message.kind,
            word.message.body(),
            word.at,
            receipt=word.envelope,
        )
    )


UNPROVED = "unproved"
"""Way of a cursor: up to there the messages of a stream were heard without the envelopes that prove them."""


def heard(book: Book, word: Word) -> None:
    """A message of the other side whose effect is in the register already. The envelope that proves it was lost; it is
    kept when it comes again, so that the other side can take its word back in its turn.
    """
    book.put(Cursor("in", word.stream, word.sequence))
    book.put(Cursor(UNPROVED, word.stream, word.sequence))


def proves(book: Book, stream: str, sequence: int) -> bool:
    """Whether a message that was heard has come with its envelope only now."""
    cursor = book.get(Cursor, UNPROVED, stream)
    if cursor is None or sequence > cursor.sequence:
        return False
    if sequence == cursor.sequence:
        book.drop(cursor)
    return True


def reopen(book: Book, stream: str, after: int) -> int:
    """Send again what the other side no longer has, though it has receipted it; how many."""
    lost: Sequence[Outgoing] = [
        one for one in book.find(Outgoing, "stream", stream) if one.sequence > after and one.receipt
    ]
    for one in lost:
        book.put(Outgoing(one.stream, one.sequence, one.kind, one.body, one.at))
    return len(lost)
