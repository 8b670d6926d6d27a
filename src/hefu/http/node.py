"""A node: store, writer, keys, line and the routes that both authorities serve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import structlog
from fastapi import Request
from starlette.responses import Response

from hefu.documents.party import Party
from hefu.errors import HefuError
from hefu.http.commands import Command, Reply, command
from hefu.http.guard import body_of, caller
from hefu.http.judging import rules_in_force
from hefu.http.levels import Levels
from hefu.http.problem import respond
from hefu.http.reads import Recorder
from hefu.http.sealing import JournalSeals
from hefu.link.inbox import Inbox
from hefu.link.line import Line
from hefu.link.outbox import Outbox
from hefu.link.reconcile import Reconciler, Report
from hefu.link.registers import Registers
from hefu.link.transports.http import HttpTransport
from hefu.protocol.book import Book
from hefu.protocol.messages import Message
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import PeerKey, Side
from hefu.protocol.verification import Verification
from hefu.settings import NodeSettings
from hefu.stores.lock import hold
from hefu.stores.reads import FILE, Reads
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.stores.writer import Writer
from hefu.trust.access import Door, Identity, Role
from hefu.trust.keyring import Keyring

_log = structlog.get_logger("hefu.node")


class Officers(Protocol):
    """Decides acts of two officers."""

    def approve(self, book: Book, number: int, remark: str, actor: str) -> Outcome:
        """The second officer approves: the act is done."""
        ...

    def reject(self, book: Book, number: int, remark: str, actor: str) -> Outcome:
        """An officer says no."""
        ...


class Authority(Protocol):
    """What one side brings to a node."""

    side: Side

    def receive(self, book: Book, message: Message, actor: str) -> None:
        """Apply a message of the other side."""
        ...

    def parties(self, reader: SqliteReader, number: str) -> Sequence[Party] | None:
        """The parties of the document with this number; ``None`` if this side has none."""
        ...

    def describe(self, reader: SqliteReader, number: str) -> dict[str, Any] | None:
        """Where the document with this number stands; ``None`` if this side has none."""
        ...

    @property
    def officers(self) -> Officers:
        """Who decides acts of two officers of this side."""
        ...

    @property
    def verification(self) -> Verification | None:
        """How this side compares; ``None`` where it does not."""
        ...


class Node:
    """One authority's running node. ``line`` and ``writer`` exist while the application is up."""

    def __init__(self, folder: Path, settings: NodeSettings) -> None:
        self.side = Side(settings.side)
        self.settings = settings
        self.ruleset, self.policy = rules_in_force(folder, settings, now())
        self.folder = folder
        self.door = Door(
            {
                caller.token_sha256: Identity(
                    caller.organisation, Role(caller.role), frozenset(caller.codes), caller.person
                )
                for caller in settings.callers
            }
        )
        self.keyring = Keyring.load(folder / "keys")
        self.started = now()
        self.levels = Levels()
        self.stopping = False  # set when the process is told to end: streams without end then end
        self.reads: Recorder
        self.seals = JournalSeals(self)
        self.writer: Writer
        self.line: Line
        self.registers: Registers
        self.reconciler: Reconciler
        self.reader: SqliteReader
        self.index: SqliteReader
        self._readers: list[SqliteReader] = []

    def open_store(self) -> None:
        """Open the store, unless it is open, take in the first keys of the peer, and start the writer."""
        if self._readers:
            return
        path = str(self.folder / "store.sqlite")
        self._lock = hold(self.folder)
        try:
            reads = Reads(self.folder / FILE)
            self.reads = Recorder(reads, self.side.value, self.settings.reads_days)
            store = SqliteStore(path, self.side)
        except HefuError:
            self._lock.close()
            raise
        with store.write(now()) as book:
            for told in self.settings.peer_keys:
                if book.get(PeerKey, told["key_id"]) is None:
                    not_before = datetime.fromisoformat(told["not_before"])
                    book.put(PeerKey(told["key_id"], told["algorithm"], told["public_key"], not_before))
        self.writer = Writer(store, now)
        self.reader = SqliteReader(path)
        self.index = SqliteReader(path)  # the event loop's own, for looks at an index that take microseconds
        self._readers = [self.reader, self.index]

    def close_store(self) -> None:
        """Finish what is waiting and close the store: from then on the one file holds everything."""
        self.reads.close()
        self.writer.stop()
        for reader in self._readers:
            reader.close()
        self._readers = []
        self.writer.store.close()
        self._lock.close()

    def open_line(self, authority: Authority) -> HttpTransport:
        """Connect outbox and inbox to the peer; needs a running event loop."""
        transport = HttpTransport(self.settings.peer)
        reader = SqliteReader(str(self.folder / "store.sqlite"))
        self._readers.append(reader)
        self.line = Line(
            self.writer,
            reader,
            Outbox(self.side, self.keyring),
            Inbox(self.side, authority.receive),
            transport,
            now,
            (self.settings.retry_seconds, self.settings.max_retry_seconds),
        )
        self.registers = Registers(self.writer, reader.path, self.line.outbox, now)
        self.reconciler = Reconciler(
            self.writer, reader.path, self.line.outbox, transport, now, authority.verification
        )
        return transport

    async def recover(self) -> None:
        """Until a restored store has recovered, ask the peer for what this side has said since its backup."""
        while self.writer.recovering:
            try:
                report = await self.reconciler.recover()
                _log.info("recovered", side=self.side.value, words=report.recovered)
            except HefuError as error:
                _log.warning("not recovered yet", side=self.side.value, error=str(error))
                await asyncio.sleep(self.settings.max_retry_seconds)

    async def send(self) -> None:
        """The line's work; a restored node says nothing before it knows what it has said."""
        await self.recover()
        again = await self.line.try_aside()
        if again:
            _log.info("messages set aside have taken effect", side=self.side.value, messages=again)
        await self.line.run()

    async def watch_levels(self) -> None:
        """Sample what is nowhere kept."""
        await self.levels.watch(self)

    async def keep_reads(self) -> None:
        """Write who looked at what, seal it, and delete what has been kept long enough."""
        await self.reads.keep(self.seals)

    async def compare(self) -> Report:
        """Compare both registers now; what came of it is remembered until the node stops."""
        report = await self.reconciler.run()
        self.levels.reports.append(report)
        return report

    async def compare_registers(self) -> None:
        """Reconcile on a schedule, and whenever the peer is back."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.settings.reconcile_hours * 3600):
                    await self.line.back.wait()
            self.line.back.clear()
            if self.writer.recovering:
                continue
            try:
                report = await self.compare()
            except HefuError as error:
                _log.warning("not reconciled", side=self.side.value, error=str(error))
                continue
            if not report.equal:
                _log.warning("registers differed", side=self.side.value, **_short(report))

    async def read(self, question: Callable[[SqliteReader], Any]) -> Any:
        """Ask the store something, beside the event loop."""

        def ask() -> Any:
            with self.reader.lock:
                return question(self.reader)

        return await asyncio.to_thread(ask)

    async def obey(self, handler: Callable[[Book, Sequence[Command]], list[Reply]], one: Command) -> Response:
        """Have one command decided; the answer when it is durable."""
        reply: Reply = await self.writer.do(handler, one)
        return respond(reply.status, reply.body, problem=reply.refused)


def _short(report: Report) -> dict[str, Any]:
    told = report.as_json()
    return {key: told[key] for key in ("differing", "recovered", "open")}


def now() -> datetime:
    """The node's clock."""
    return datetime.now(UTC)


def bearer(**more: Any) -> dict[str, Any]:
    """OpenAPI details of a route behind the door."""
    return {"security": [{"token": []}], **more}


def json_body(schema: dict[str, Any], *also: str) -> dict[str, Any]:
    """OpenAPI details of a route that takes a JSON body (and other media types ``also``)."""
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    content |= {kind: {"schema": {"type": "string"}} for kind in also}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 200},
    }
    return bearer(requestBody={"required": True, "content": content}, parameters=[key])


_LARGE = 64 * 1024
"""Bytes from which a body is read beside the event loop, so that nobody else waits for it."""


async def read_command(request: Request, payload: Callable[[bytes], Any]) -> Command:
    """The command of a request: caller, body and idempotency key."""
    body = await body_of(request)
    large = len(body) > _LARGE
    told = await asyncio.to_thread(payload, body) if large else payload(body)
    key = request.headers.get("idempotency-key", "")[:200]
    return command(
        caller(request),
        told,
        key,
        b"%s %s\n%s" % (request.method.encode(), request.url.path.encode(), body),
    )
