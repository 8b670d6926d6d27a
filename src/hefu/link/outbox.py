"""The outbox: messages leave in order and are done only when the other side's signed receipt names them.

Nothing is remembered outside the store: after a crash the open rows are sent again, and the other
side's inbox drops what it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson

from hefu.link.envelope import Opened, id_of, open_envelope, seal
from hefu.protocol.book import Book
from hefu.protocol.records import Evidence, Outgoing, PeerKey, Side
from hefu.stores.sqlite import SqliteReader
from hefu.trust.keyring import Keyring

BATCH: Final = 256
"""Messages in one envelope."""

FULL: Final = 4 * 1024 * 1024
"""Bytes of messages after which an envelope takes no more; one message always fits."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed envelope of messages, ready to go; ``last`` is the row id of its last message."""

    id: str
    data: bytes
    size: int
    last: int


class Outbox:
    """The sending half of a node's link."""

    def __init__(self, side: Side, keyring: Keyring) -> None:
        self.side = side
        self.keyring = keyring

    def parcel(
        self, reader: SqliteReader, now: datetime, limit: int = BATCH, after: int = 0
    ) -> Parcel | None:
        """The oldest open messages in one envelope; ``None`` if there are none."""
        rows = reader.open_outgoing(limit, after)
        if not rows:
            return None
        rows = rows[: _fitting(message for _, message in rows)]
        data = self.seal_messages([message for _, message in rows], now)
        return Parcel(id_of(data), data, len(rows), rows[-1][0])

    def seal_messages(self, messages: Iterable[Outgoing], now: datetime) -> bytes:
        """These messages in one envelope."""
        told = [{"stream": m.stream, "sequence": m.sequence, "body": m.body} for m in messages]
        return seal(self.side, "messages", {"messages": told}, self.keyring, now)

    def settle(self, book: Book, receipts: Sequence[Opened]) -> None:
        """Mark what signed receipts name as received, and keep the receipts as evidence."""
        for receipt in receipts:
            if receipt.kind != "receipt" or book.get(Evidence, receipt.id) is not None:
                continue
            done = [
                (str(stream), int(sequence))
                for stream, sequence, result in receipt.content["results"]
                if result in ("applied", "duplicate", "aside")
            ]
            book.prefetch(Outgoing, done)
            for stream, sequence in done:
                message = book.get(Outgoing, stream, sequence)
                if message is not None and message.receipt is None:
                    book.put(replace(message, receipt=receipt.id))
                    self._confirm(message)
            book.put(Evidence(receipt.id, "receipt", receipt.key_id, receipt.at, receipt.data))

    def _confirm(self, message: Outgoing) -> None:
        if message.kind == "key.announced":
            self.keyring.confirm(message.body["key_id"])

    def open(self, book: Book, data: bytes) -> Opened:
        """Check an envelope of the peer against the keys on record."""
        return open_envelope(data, self.side, lambda key_id: book.get(PeerKey, key_id), book.now)

    def resend(self, reader: SqliteReader, streams: Sequence[str], now: datetime) -> bytes:
        """The answer to a pull: every message of these streams, from the first, as far as they fit."""
        found: list[Outgoing] = []
        for stream in streams:
            found += reader.find(Outgoing, "stream", stream)
        return self.seal_messages(found[: _fitting(found)], now)


def _fitting(messages: Iterable[Outgoing]) -> int:
    """How many of these, from the first, go into one envelope."""
    room, count = FULL, 0
    for message in messages:
        room -= len(orjson.dumps(message.body))
        if room < 0:
            break
        count += 1
    return max(1, count)


def pull_request(side: Side, streams: Sequence[str], keyring: Keyring, now: datetime) -> bytes:
    """A signed request to send these streams again."""
    content: dict[str, Any] = {"streams": list(streams)}
    return seal(side, "pull", content, keyring, now)
