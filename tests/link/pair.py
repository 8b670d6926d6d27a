"""Two lines face to face in one process: real writers, stores and signatures, a transport that can fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from hefu import errors
from hefu.link.inbox import Inbox
from hefu.link.line import Line
from hefu.link.outbox import Outbox
from hefu.link.transports.http import PEER_UNREACHABLE
from hefu.protocol.book import Book
from hefu.protocol.messages import Message, VoidRequested
from hefu.protocol.records import Cursor, Outgoing, PeerKey, Side
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.stores.writer import Writer
from hefu.trust.keyring import Keyring, generate

START = datetime(2026, 3, 10, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


class Wire:
    """Carries envelopes to the line at its other end; ``fault`` is asked before each and may raise."""

    def __init__(self) -> None:
        self.end: End | None = None
        self.fault: Callable[[str, bytes], None] = lambda _path, _data: None
        self.lose_answer = False
        self.carried: list[bytes] = []

    async def post(self, path: str, data: bytes, seconds: float | None = None) -> bytes:
        self.fault(path, data)
        if self.end is None:
            errors.fail(PEER_UNREACHABLE, place="peer", value="no route")
        self.carried.append(data)
        async with asyncio.timeout(seconds):
            take = self.end.line.answer_pull if path == "/link/pull" else self.end.line.take
            answer = await take(data)
        if self.lose_answer:
            errors.fail(PEER_UNREACHABLE, place="peer", value="the answer was lost")
        return answer


class End:
    """One side: store, writer, line, and what has arrived, in order."""

    def __init__(self, side: Side, folder: Path, keyring: Keyring) -> None:
        self.side, self.path, self.keyring = side, str(folder / f"{side.value}.sqlite"), keyring
        self.wire = Wire()
        self.arrived: list[Message] = []
        self.refuse: Callable[[Message], bool] = lambda _message: False

    def open(self) -> None:
        self.store = SqliteStore(self.path, self.side)
        self.writer = Writer(self.store, now)
        self.reader = SqliteReader(self.path)
        self.line = Line(
            self.writer,
            SqliteReader(self.path),
            Outbox(self.side, self.keyring),
            Inbox(self.side, self._receive),
            self.wire,
            now,
            (0.001, 0.01),
        )
        self.task = asyncio.create_task(self.line.run())

    async def close(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await asyncio.to_thread(self.writer.stop)
        self.store.close()
        self.reader.close()
        self.line._reader.close()

    def _receive(self, book: Book, message: Message, actor: str) -> None:
        if self.refuse(message):
            raise ZeroDivisionError("the machine breaks over this message")
        self.arrived.append(message)
        book.note(actor, "arrived", message.stream)

    def trust(self, other: Keyring) -> None:
        key = other.signer
        with SqliteStore(self.path, self.side).write(START) as book:
            book.put(PeerKey(key.key_id, key.algorithm, key.public_text, START))

    async def say(self, stream: str, *requests: int) -> None:
        """Send messages in a stream, in one transaction."""

        def send(book: Book, items: list[int]) -> list[int]:
            for item in items:
                book.send(VoidRequested(number=stream, request=item, reason="r"))
            return items

        await self.writer.do_all(send, list(requests))  # type: ignore[arg-type]

    def heard(self, stream: str) -> list[int]:
        return [m.request for m in self.arrived if isinstance(m, VoidRequested) and m.stream == stream]

    def entries(self) -> int:
        return sum(1 for entry in self.reader.journal_after(0) if entry.event == "arrived")

    def cursor(self, stream: str) -> int:
        found = self.reader.fetch(Cursor, [("in", stream)]).get(("in", stream))
        return found.sequence if found else 0

    def open_messages(self) -> int:
        return sum(1 for message in self.reader.every(Outgoing) if message.receipt is None)

    async def settled(self, seconds: float = 10) -> None:
        """Until nothing is open."""
        async with asyncio.timeout(seconds):
            while self.open_messages():
                await asyncio.sleep(0.002)


@asynccontextmanager
async def facing(folder: Path) -> AsyncIterator[tuple[End, End]]:
    """Tax and customs, connected."""
    rings = {side: Keyring([generate(side.value, START, confirmed=True)]) for side in Side}
    tax, customs = (End(side, folder, rings[side]) for side in (Side.TAX, Side.CUSTOMS))
    tax.trust(rings[Side.CUSTOMS])
    customs.trust(rings[Side.TAX])
    for end in (tax, customs):
        end.open()
    tax.wire.end, customs.wire.end = customs, tax
    try:
        yield tax, customs
    finally:
        for end in (tax, customs):
            await end.close()


def _nothing(end: End) -> None:
    end.wire.fault = lambda _path, _data: None
    end.wire.lose_answer = False


def _loss(end: End) -> None:
    """Every other envelope is lost on its way."""
    turns = iter(range(10**9))

    def fault(_path: str, _data: bytes) -> None:
        if next(turns) % 2:
            errors.fail(PEER_UNREACHABLE, place="peer", value="lost")

    end.wire.fault = fault


def _lost_answers(end: End) -> None:
    end.wire.lose_answer = True


def _repetition(end: End) -> None:
    """Every envelope comes twice, and old ones come again."""
    genuine, carried = end.wire.post, end.wire.carried

    async def twice(path: str, data: bytes, seconds: float | None = None) -> bytes:
        for old in carried[-3:]:
            await genuine(path, old, seconds)
        await genuine(path, data, seconds)
        return await genuine(path, data, seconds)

    end.wire.post = twice  # type: ignore[method-assign]


END_FAULTS: dict[str, Callable[[End], None]] = {
    "nothing": _nothing,
    "loss": _loss,
    "lost answers": _lost_answers,
    "repetition": _repetition,
}
"""Faults of the wire by name."""
