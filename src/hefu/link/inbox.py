"""The inbox: messages take effect exactly once and in the order of their stream.

The message's effect, the stream's cursor and the envelope as evidence are one transaction. What has
been applied is answered ``duplicate``; what comes too early is answered ``gap`` and sent again
by the other side in its turn.
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
from hefu.trust.keyring import Keyring

Receive = Callable[[Book, Message, str], None]
"""What a side does with one message of the other: book, message, actor."""

Result = tuple[str, int, str]
"""Stream, sequence, and ``applied``, ``duplicate`` or ``gap``."""


class Inbox:
    """The receiving half of a node's link."""

    def __init__(self, side: Side, receive: Receive) -> None:
        self.side = side
        self._receive = receive

    def accept(self, book: Book, envelope: Opened) -> list[Result]:
        """Apply the messages of one checked envelope that are next in their streams."""
        try:
            told = [(str(m["stream"]), int(m["sequence"]), m["body"]) for m in envelope.content["messages"]]
        except (KeyError, TypeError, ValueError) as error:
            errors.fail(BAD_ENVELOPE, value=error)
        book.prefetch(Cursor, [("in", stream) for stream, _, _ in told])
        book.prefetch(Ahead, [(stream,) for stream, _, _ in told])
        results: list[Result] = []
        for stream, sequence, body in told:
            results.append((stream, sequence, self._take(book, envelope, stream, sequence, body)))
        if any(result == "applied" for _, _, result in results) and not book.get(Evidence, envelope.id):
            book.put(Evidence(envelope.id, "in", envelope.key_id, envelope.at, envelope.data))
        return results

    def _take(self, book: Book, envelope: Opened, stream: str, sequence: int, body: dict[str, Any]) -> str:
        cursor = book.get(Cursor, "in", stream)
        expected = 1 + (cursor.sequence if cursor else 0)
        ahead = book.get(Ahead, stream)
        if sequence > expected:
            if ahead is None or ahead.sequence < sequence:
                book.put(Ahead(stream, sequence))
            return "gap"
        if sequence < expected:
            return "duplicate"
        if ahead is not None and ahead.sequence <= sequence:
            book.drop(ahead)
        actor = f"{self.side.peer.value}:{envelope.key_id}"
        try:
            message = messages.parse(body, f"{stream}/{sequence}")
        except HefuError as error:
            # Signed and in its turn, but not a message of ours: kept on record, so that the stream goes on.
            book.note(actor, "message.contested", stream, why=error.first.value)
        else:
            self._apply(book, message, actor)
        book.put(Cursor("in", stream, sequence))
        return "applied"

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


def receipt(
    side: Side, envelope: Opened, results: Sequence[Result], keyring: Keyring, now: datetime
) -> bytes:
    """The signed receipt: which messages of which envelope have taken effect here."""
    content = {"envelope": envelope.id, "results": [list(result) for result in results]}
    return seal(side, "receipt", content, keyring, now)
