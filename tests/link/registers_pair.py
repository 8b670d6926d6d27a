"""Both authorities with stores on disk, ready to reconcile in one process: a test spoils one register and looks."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.link.inbox import Inbox, receipt
from hefu.link.outbox import Outbox
from hefu.link.reconcile import Reconciler, Report
from hefu.link.registers import Registers
from hefu.protocol import tax
from hefu.protocol.book import Book
from hefu.protocol.customs import Gate
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import PeerKey, Side
from hefu.protocol.verification import Verification
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.stores.writer import Writer
from hefu.trust.keyring import Keyring, generate

START = datetime(2026, 3, 10, tzinfo=UTC)


class Clock:
    """A second later each time it is asked."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Straight:
    """Carries a question to the other side's answers."""

    def __init__(self) -> None:
        self.answer: Callable[[bytes], Coroutine[Any, Any, bytes]] | None = None
        self.bytes = 0

    async def post(self, path: str, data: bytes, seconds: float | None = None) -> bytes:
        assert path == "/link/registers"
        assert self.answer is not None
        told = await self.answer(data)
        self.bytes += len(data) + len(told)
        return told


class Both:
    """Tax and customs. Every command is one transaction; messages go over when :meth:`flow` says so."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.policy = folder, Clock(), Policy()
        self.verification = Verification(self.policy, CURRENT, compare)
        self.gate = Gate(self.verification)
        self.keys = {side: Keyring([generate(side.value, START, confirmed=True)]) for side in Side}
        self.outboxes = {side: Outbox(side, self.keys[side]) for side in Side}
        receive = {Side.TAX: tax.receive, Side.CUSTOMS: self.gate.receive}
        self.inboxes = {side: Inbox(side, receive[side]) for side in Side}
        self.wires = {side: Straight() for side in Side}
        self.stores: dict[Side, SqliteStore] = {}
        for side in Side:
            self.open(side)
            theirs = self.keys[side.peer].signer
            with self.stores[side].write(START) as book:
                book.put(PeerKey(theirs.key_id, theirs.algorithm, theirs.public_text, START))

    def path(self, side: Side) -> str:
        return str(self.folder / f"{side.value}.sqlite")

    def open(self, side: Side) -> None:
        self.stores[side] = SqliteStore(self.path(side), side)

    def close(self) -> None:
        for store in self.stores.values():
            store.close()

    def issue(self, *certificates: Certificate) -> None:
        with self.stores[Side.TAX].write(self.clock()) as book:
            for one in certificates:
                told = tax.issue(book, one, "officer", self.policy)
                assert told.status == "issued", told

    def void(self, number: str) -> None:
        with self.stores[Side.TAX].write(self.clock()) as book:
            tax.void(book, number, "mistake", "officer")

    def lodge(self, *declarations: Declaration) -> list[Outcome]:
        with self.stores[Side.CUSTOMS].write(self.clock()) as book:
            return self.gate.lodge(book, declarations, "firm")

    def release(self, *numbers: str) -> None:
        with self.stores[Side.CUSTOMS].write(self.clock()) as book:
            for number in numbers:
                told = self.gate.release(book, number, "officer")
                assert told.status == "released", told

    def decide(self, propose: Callable[[Book], Outcome]) -> None:
        """One officer proposes, another approves."""
        with self.stores[Side.CUSTOMS].write(self.clock()) as book:
            told = propose(book)
            assert told.status == "proposed", told
            done = self.gate.approve(book, told.body["act"], "seen", "b")
            assert not done.refused, done

    def flow(self) -> None:
        """What is open goes over, both ways, until nothing is."""
        while any(self._send(side) for side in Side):
            pass

    def _send(self, side: Side) -> bool:
        parcel = self.outboxes[side].parcel(self.stores[side], self.clock())
        if parcel is None:
            return False
        peer = side.peer
        with self.stores[peer].write(self.clock()) as book:
            envelope = self.outboxes[peer].open(book, parcel.data)
            results = self.inboxes[peer].accept(book, envelope)
            answer = receipt(peer, envelope, results, self.keys[peer], book.now)
        with self.stores[side].write(self.clock()) as book:
            self.outboxes[side].settle(book, [self.outboxes[side].open(book, answer)])
        return True

    def spoil(self, side: Side, *statements: str) -> None:
        """Change a register behind the program's back, as its administrator could."""
        self.stores[side].close()
        connection = sqlite3.connect(self.path(side))
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        made = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
        texts = [text for (text,) in connection.execute(made)]
        for (name,) in connection.execute(triggers).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        for text in texts:
            connection.execute(text)
        connection.commit()
        connection.close()
        self.open(side)

    def reconcile(self, side: Side, *, recover: bool = False) -> Report:
        """One side asks; messages that this opens go over afterwards."""
        told = asyncio.run(self._reconcile(side, recover))
        self.flow()
        return told

    async def _reconcile(self, side: Side, recover: bool) -> Report:
        writers = {one: Writer(self.stores[one], self.clock) for one in Side}
        try:
            for one in Side:
                registers = Registers(writers[one], self.path(one), self.outboxes[one], self.clock)
                self.wires[one.peer].answer = registers.answer
            asking = Reconciler(
                writers[side],
                self.path(side),
                self.outboxes[side],
                self.wires[side],
                self.clock,
                self.gate.verification if side is Side.CUSTOMS else None,
                pause=0,
            )
            return await (asking.recover() if recover else asking.run())
        finally:
            for writer in writers.values():
                writer.stop()

    def everything(self, side: Side) -> list[tuple[str, list[Any]]]:
        """The whole content of a store, but for evidence and journal."""
        names = [
            name
            for (name,) in self.stores[side].connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
            if name not in ("envelope", "journal")
        ]
        read = self.stores[side].connection.execute
        return [(name, sorted(map(repr, read(f"SELECT * FROM {name}")))) for name in names]

    def reader(self, side: Side) -> SqliteReader:
        return self.stores[side]
