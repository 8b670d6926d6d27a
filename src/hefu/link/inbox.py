"""The inbox: messages take effect exactly once and in the order of their stream.

The message's effect, the stream's cursor and the envelope as evidence are one transaction. What has
been applied is answered ``duplicate``; what comes too early is answered ``gap`` and sent again
by the other side in its turn; what this program fails over is answered ``aside`` and kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from hefu import errors
from hefu.errors import HefuError
from hefu.link.envelope import BAD_ENVELOPE, Opened, seal
from hefu.protocol import messages
from hefu.protocol.book import Book
from hefu.protocol.messages import KeyAnnounced, KeyRetired, Message
from hefu.protocol.records import Ahead, Cursor, Evidence, PeerKey, Side
from hefu.protocol.recovery.records import Aside
from hefu.protocol.recovery.words import proves
from hefu.trust.keyring import Keyring

Receive = Callable[[Book, Message, str], None]
"""What a side does with one message of the other: book, message, actor."""

Result = tuple[str, int, str]
"""Stream, sequence, and ``applied``, ``duplicate``, ``gap`` or ``aside``."""

Told = tuple[str, int, dict[str, Any]]
"""Stream, sequence and body of a message."""


class Inbox:
    """The receiving half of a node's link."""

    def __init__(self, side: Side, receive: Receive) -> None:
        self.side = side
        self._receive = receive

    def accept(self, book: Book, envelope: Opened) -> list[Result]:
        """Apply the messages of one checked envelope that are next in their streams."""
        return self.accept_some(book, envelope, messages_in(envelope))

    def accept_some(self, book: Book, envelope: Opened, told: Sequence[Told]) -> list[Result]:
        """Apply some of its messages, in their order."""
        book.prefetch(Cursor, [("in", stream) for stream, _, _ in told])
        book.prefetch(Ahead, [(stream,) for stream, _, _ in told])
        results: list[Result] = []
        for stream, sequence, body in told:
            results.append((stream, sequence, self._take(book, envelope, stream, sequence, body)))
        news = [
            result == "applied" or (result == "duplicate" and proves(book, stream, sequence))
            for stream, sequence, result in results
        ]
        if any(news) and not book.get(Evidence, envelope.id):
            book.put(Evidence(envelope.id, "in", envelope.key_id, envelope.at, envelope.data))
        return results

    def _take(self, book: Book, envelope: Opened, stream: str, sequence: int, body: dict[str, Any]) -> str:
        cursor = book.get(Cursor, "in", stream)
        expected = 1 + (cursor.sequence if cursor else 0)
        ahead = book.get(Ahead, stream)
        if sequence > expected:
            before = book.get(Aside, stream, sequence - 1)
            if before is not None:
                return self.set_aside(book, envelope, (stream, sequence, body), "behind another")
            if ahead is None or ahead.sequence < sequence:
                book.put(Ahead(stream, sequence))
            return "gap"
        if sequence < expected:
            return "duplicate"
        if ahead is not None and ahead.sequence <= sequence:
            book.drop(ahead)
        self._enter(book, stream, sequence, body, f"{self.side.peer.value}:{envelope.key_id}")
        return "applied"

    def set_aside(self, book: Book, envelope: Opened, told: Told, why: str) -> str:
        """Keep a message over which the program failed: the sender is done with it, and the other streams go on."""
        stream, sequence, body = told
        actor = f"{self.side.peer.value}:{envelope.key_id}"
        if book.get(Aside, stream, sequence) is None:
            book.put(Aside(stream, sequence, body, envelope.id, actor, why, book.now))
            book.note(actor, "message.set_aside", stream, sequence=sequence, why=why)
        if book.get(Evidence, envelope.id) is None:
            book.put(Evidence(envelope.id, "in", envelope.key_id, envelope.at, envelope.data))
        return "aside"

    def try_again(self, book: Book, aside: Aside) -> bool:
        """Apply a message that was set aside, if it is next in its stream."""
        cursor = book.get(Cursor, "in", aside.stream)
        if aside.sequence != 1 + (cursor.sequence if cursor else 0):
            return False
        self._enter(book, aside.stream, aside.sequence, aside.body, aside.actor)
        return True

    def _enter(self, book: Book, stream: str, sequence: int, body: dict[str, Any], actor: str) -> None:
        """The message's effect and the stream's cursor."""
        try:
            message = messages.parse(body, f"{stream}/{sequence}")
        except HefuError as error:
            # Signed and in its turn, but not a message of ours: kept on record, so that the stream goes on.
            book.note(actor, "message.contested", stream, why=error.first.value)
        else:
            self._apply(book, message, actor)
        book.put(Cursor("in", stream, sequence))
        aside = book.get(Aside, stream, sequence)
        if aside is not None:
            book.drop(aside)

    def _apply(self, book: Book, message: Message, actor: str) -> None:
        match message:
            case KeyAnnounced():
                not_before = datetime.fromisoformat(message.not_before)
                book.put(PeerKey(message.key_id, message.algorithm, message.public_key, not_before))
                book.note(actor, "key.announced", message.key_id)
            case KeyRetired():
                known = book.get(PeerKey, message.key_id)
                if known is not None:
                    not_after = datetime.fromisoformat(message.not_after)
                    book.put(
                        PeerKey(known.key_id, known.algorithm, known.public_key, known.not_before, not_after)
                    )
                book.note(actor, "key.retired", message.key_id)
            case _:
                self._receive(book, message, actor)


def messages_in(envelope: Opened) -> list[Told]:
    """The messages of an envelope. Raises ``envelope.unreadable``."""
    try:
        return [(str(m["stream"]), int(m["sequence"]), m["body"]) for m in envelope.content["messages"]]
    except (KeyError, TypeError, ValueError) as error:
        errors.fail(BAD_ENVELOPE, value=error)


def receipt(
    side: Side, envelope: Opened, results: Sequence[Result], keyring: Keyring, now: datetime
) -> bytes:
    """The signed receipt: which messages of which envelope have taken effect here."""
    content = {"envelope": envelope.id, "results": [list(result) for result in results]}
    return seal(side, "receipt", content, keyring, now)
