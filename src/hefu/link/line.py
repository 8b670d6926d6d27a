"""A node's line to the other authority: sends what is open, takes what comes, pulls what is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from hefu.errors import HefuError
from hefu.link.envelope import Opened, open_envelope
from hefu.link.inbox import Inbox, Result, Told, messages_in, receipt
from hefu.link.outbox import BATCH, Outbox, pull_request
from hefu.protocol.book import Book
from hefu.protocol.messages import KeyAnnounced
from hefu.protocol.records import Outgoing, PeerKey, Side
from hefu.protocol.recovery.records import Aside
from hefu.stores.sqlite import SqliteReader
from hefu.stores.writer import WORK_FAILED, Writer
from hefu.trust.keyring import generate

_log = structlog.get_logger("hefu.link")


class Transport(Protocol):
    """Carries an envelope to a path of the peer and brings its answer."""

    async def post(self, path: str, data: bytes, seconds: float | None = None) -> bytes:
        """Raises ``link.peer_unreachable``."""
        ...


@dataclass
class Health:
    """How the line does: failures in a row, the last error, and when the peer last answered."""

    failures: int = 0
    last_error: str = ""
    last_answer: datetime | None = None


class Line:
    """Outbox, inbox and transport of one node. ``clock`` gives aware times; pauses are seconds. ``back`` is set when the
    peer answers again after it did not.
    """

    def __init__(
        self,
        writer: Writer,
        reader: SqliteReader,
        outbox: Outbox,
        inbox: Inbox,
        transport: Transport,
        clock: Callable[[], datetime],
        pauses: tuple[float, float] = (0.2, 5.0),
    ) -> None:
        self.outbox, self.inbox, self.health = outbox, inbox, Health()
        self._writer, self._reader, self._transport, self._clock = writer, reader, transport, clock
        self._pauses = pauses
        self._open = asyncio.Event()
        self.back = asyncio.Event()
        loop = asyncio.get_running_loop()

        def notice(book: Book) -> None:
            if any(kind is Outgoing for kind, _ in book.changes):
                loop.call_soon_threadsafe(self._open.set)

        writer.committed.append(notice)

    async def run(self) -> None:
        """Send what is open until cancelled; after a failure wait, twice as long each time.

        Customs' feedback gives way to its callers: while they keep the writer busy, an envelope that
        was not full is followed by a pause as long as its exchange took, and more gathers for the
        next. A backlog gets no pause, and what tax has issued is never held back.
        """
        pause, longest = self._pauses
        while True:
            self._open.clear()
            began = time.monotonic()
            try:
                sent = await self.send_once()
            except HefuError as error:
                self.health.failures += 1
                self.health.last_error = error.first.message.en
                if self.health.failures == 1:
                    _log.warning("peer does not answer", side=self.outbox.side.value, error=str(error))
                await asyncio.sleep(min(longest, pause * 2 ** min(self.health.failures - 1, 10)))
                continue
            if self.health.failures:
                _log.info("peer answers again", side=self.outbox.side.value, after=self.health.failures)
                self.back.set()
            self.health = Health(last_answer=self._clock() if sent else self.health.last_answer)
            if not sent:
                await self._open.wait()
            elif self.outbox.side is Side.CUSTOMS and sent < BATCH and self._writer.busy:
                await asyncio.sleep(time.monotonic() - began)

    async def send_once(self) -> int:
        """Send one envelope of the oldest open messages and settle its receipt; how many it held."""
        parcel = self.outbox.parcel(self._reader, self._clock())
        if parcel is None:
            return 0
        answer = await self._transport.post("/link/messages", parcel.data)
        await self._writer.do(self._settle, answer)
        return parcel.size

    async def take(self, data: bytes) -> bytes:
        """Messages of the peer: apply them and answer with a signed receipt. An envelope that the program fails over is
        taken message by message, and what it fails over is set aside.
        """
        try:
            told: bytes = await self._writer.do(self._accept, data)
        except HefuError as error:
            if error.first.kind is not WORK_FAILED:
                raise
            return await self._take_singly(data)
        return told

    async def _take_singly(self, data: bytes) -> bytes:
        envelope = await asyncio.to_thread(self._opened, data)
        results: list[Result] = []
        for told in messages_in(envelope):
            try:
                results += await self._writer.do(self._accept_one, (envelope, told))
            except HefuError as error:
                if error.first.kind is not WORK_FAILED:
                    raise
                _log.error("message set aside", stream=told[0], sequence=told[1], why=error.first.value)
                results += await self._writer.do(self._set_aside, (envelope, told, error.first.value))
        return receipt(self.inbox.side, envelope, results, self.outbox.keyring, self._clock())

    async def try_aside(self) -> int:
        """Try what was set aside again, in the order of each stream; how many took effect."""
        applied = 0
        with self._reader.lock:
            waiting = sorted(self._reader.every(Aside), key=lambda one: (one.stream, one.sequence))
        for one in waiting:
            try:
                applied += bool(await self._writer.do(self._try_again, one))
            except HefuError as error:
                _log.error("still fails", stream=one.stream, sequence=one.sequence, why=error.first.value)
        return applied

    async def pull(self, streams: Sequence[str], seconds: float) -> None:
        """Ask the peer to send these streams now, and apply what comes. A peer that does not answer
        in time is no error: what is missing stays awaited.
        """
        request = pull_request(self.outbox.side, streams, self.outbox.keyring, self._clock())
        try:
            answer = await self._transport.post("/link/pull", request, seconds=seconds)
            await self._writer.do(self._accept, answer)
        except HefuError as error:
            _log.info("pull came to nothing", streams=list(streams), error=error.first.kind.code)

    async def beat(self) -> None:
        """Ask the peer whether it is there: a pull of nothing. Raises what is wrong."""
        request = pull_request(self.outbox.side, [], self.outbox.keyring, self._clock())
        await self._transport.post("/link/pull", request)

    async def answer_pull(self, data: bytes) -> bytes:
        """A pull of the peer: the streams it asks for, from the first message."""

        def answer() -> bytes:
            envelope = self._opened(data)
            streams = [str(stream) for stream in envelope.content.get("streams", [])][:1000]
            return self.outbox.resend(self._reader, streams, self._clock())

        return await asyncio.to_thread(answer)

    def _opened(self, data: bytes) -> Opened:
        return open_envelope(data, self.outbox.side, self._peer_key, self._clock())

    def _peer_key(self, key_id: str) -> PeerKey | None:
        return self._reader.fetch(PeerKey, [(key_id,)]).get((key_id,))

    async def rotate(self, actor: str) -> str:
        """Make a new key and announce it; it signs once the peer has acknowledged it. Its id."""
        key = generate(self.outbox.side.value, self._clock())
        self.outbox.keyring.add(key)
        announcement = KeyAnnounced(
            key_id=key.key_id,
            algorithm=key.algorithm,
            public_key=key.public_text,
            not_before=key.not_before.isoformat(),
        )

        def announce(book: Book, items: Sequence[Any]) -> list[str]:
            for item in items:
                book.send(item)
                book.note(actor, "key.rotated", item.key_id)
            return [item.key_id for item in items]

        told: str = await self._writer.do(announce, announcement)
        return told

    def _accept(self, book: Book, items: Sequence[bytes]) -> list[bytes | HefuError]:
        answers: list[bytes | HefuError] = []
        for data in items:
            try:
                envelope = self.outbox.open(book, data)
                results = self.inbox.accept(book, envelope)
            except HefuError as error:
                answers.append(error)
            else:
                answers.append(receipt(self.inbox.side, envelope, results, self.outbox.keyring, book.now))
        return answers

    def _accept_one(self, book: Book, items: Sequence[tuple[Opened, Told]]) -> list[list[Result]]:
        return [self.inbox.accept_some(book, envelope, [told]) for envelope, told in items]

    def _set_aside(self, book: Book, items: Sequence[tuple[Opened, Told, str]]) -> list[list[Result]]:
        return [
            [(told[0], told[1], self.inbox.set_aside(book, envelope, told, why))]
            for envelope, told, why in items
        ]

    def _try_again(self, book: Book, items: Sequence[Aside]) -> list[bool]:
        return [self.inbox.try_again(book, one) for one in items]

    def _settle(self, book: Book, items: Sequence[bytes]) -> list[HefuError | None]:
        answers: list[HefuError | None] = []
        for data in items:
            try:
                self.outbox.settle(book, [self.outbox.open(book, data)])
            except HefuError as error:
                answers.append(error)
            else:
                answers.append(None)
        return answers
