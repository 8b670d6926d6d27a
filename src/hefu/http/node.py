"""A node: store, writer, keys, line and the routes that both authorities serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import orjson
import structlog
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

import hefu
from hefu.documents.party import Party
from hefu.errors import HefuError
from hefu.http.commands import Command, Reply, command
from hefu.http.guard import GuardedRoute, body_of, caller, free, may
from hefu.http.judging import rules_in_force
from hefu.http.problem import on_error, on_method, on_missing, respond
from hefu.link.envelope import MAX_BYTES
from hefu.link.inbox import Inbox
from hefu.link.line import Line
from hefu.link.outbox import Outbox
from hefu.link.transports.http import HttpTransport
from hefu.protocol.book import Book
from hefu.protocol.messages import Message
from hefu.protocol.records import Entry, PeerKey, Side
from hefu.settings import NodeSettings
from hefu.stores.lock import hold
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.stores.writer import Writer
from hefu.trust.access import Action, Door, Identity, Role, require_party
from hefu.trust.keyring import Keyring

_log = structlog.get_logger("hefu.node")


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
        self.writer: Writer
        self.line: Line
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
        return transport

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


def now() -> datetime:
    """The node's clock."""
    return datetime.now(UTC)


async def kept_up(work: Callable[[], Coroutine[Any, Any, None]], pause: float = 5.0) -> None:
    """Run work that has no end; if it fails all the same, a full disk for one, say so and begin it again."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - whatever it is, the work must go on
            _log.exception("failed, begins again", work=getattr(work, "__name__", ""), seconds=pause)
        await asyncio.sleep(pause)


def application(
    node: Node,
    authority: Authority,
    routes: APIRouter,
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> FastAPI:
    """The node as an ASGI application; ``beside`` runs as long as the node is up."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        node.open_store()
        transport = node.open_line(authority)
        tasks = [asyncio.create_task(kept_up(start)) for start in (node.line.run, *beside)]
        try:
            yield
        finally:
            try:
                for task in tasks:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                await transport.close()
            finally:
                await asyncio.to_thread(node.close_store)

    app = FastAPI(
        title=f"hefu 合符: {node.side.value}",
        version=hefu.__version__,
        description=__doc__ or "",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.node = node
    app.state.door = node.door
    app.add_exception_handler(HefuError, on_error)
    app.add_exception_handler(Exception, on_error)
    app.add_exception_handler(404, on_missing)
    app.add_exception_handler(405, on_method)
    app.include_router(shared_routes(node, authority))
    app.include_router(routes)
    return app


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


def shared_routes(node: Node, authority: Authority) -> APIRouter:
    """Link, trace, status, keys, health and the API's own description."""
    routes = APIRouter(route_class=GuardedRoute)

    @routes.post("/link/messages", tags=["link"], summary="Messages of the other authority")
    @free("the envelope's signature is the identity")
    async def messages(request: Request) -> Response:
        told = await node.line.take(await body_of(request, MAX_BYTES))
        return Response(told, media_type="application/json")

    @routes.post("/link/pull", tags=["link"], summary="The other authority asks for streams again")
    @free("the envelope's signature is the identity")
    async def pull(request: Request) -> Response:
        told = await node.line.answer_pull(await body_of(request, MAX_BYTES))
        return Response(told, media_type="application/json")

    @routes.get("/v1/trace/{number}", tags=["trace"], openapi_extra=bearer())
    @may(Action.TRACE)
    async def trace(request: Request, number: str) -> Response:
        """Every step of a certificate or declaration on this side, in time order, with who and why."""

        def ask(reader: SqliteReader) -> tuple[Sequence[Party] | None, list[Entry], dict[str, Any] | None]:
            return (
                authority.parties(reader, number),
                reader.journal_of(number),
                authority.describe(reader, number),
            )

        parties, entries, standing = await node.read(ask)
        if parties is not None:
            require_party(caller(request), parties, number)
        elif caller(request).role is Role.ENTERPRISE:
            entries = []
        return respond(
            200,
            {
                "number": number,
                "side": node.side.value,
                "standing": standing,
                "entries": [entry_json(entry, node.side) for entry in entries],
            },
        )

    @routes.get("/v1/status", tags=["operation"], openapi_extra=bearer())
    @may(Action.STATUS)
    async def status() -> Response:
        """How much stands in which state, how the link does, and under which rules."""
        counts = await node.read(lambda reader: reader.counts())
        health = node.line.health
        return respond(
            200,
            {
                "side": node.side.value,
                "version": hefu.__version__,
                "started": node.started.isoformat(),
                "counts": counts,
                "link": {
                    "peer": node.settings.peer,
                    "failures": health.failures,
                    "last_error": health.last_error,
                    "last_answer": health.last_answer.isoformat() if health.last_answer else None,
                },
                "policy": node.policy.model_dump(mode="json"),
                "ruleset": node.ruleset.version,
                "ruleset_hash": node.ruleset.hash_under(node.policy),
            },
        )

    @routes.get("/v1/keys", tags=["operation"], openapi_extra=bearer())
    @may(Action.READ_KEYS)
    async def keys() -> Response:
        """This node's key ids and the peer's keys that it trusts."""
        theirs = await node.read(lambda reader: list(reader.every(PeerKey)))
        return respond(
            200,
            {
                "signs_with": node.keyring.signer.key_id,
                "own": [
                    {
                        "key_id": k.key_id,
                        "algorithm": k.algorithm,
                        "not_before": k.not_before,
                        "confirmed": k.confirmed,
                    }
                    for k in node.keyring.keys
                ],
                "peer": [
                    {
                        "key_id": k.key_id,
                        "algorithm": k.algorithm,
                        "not_before": k.not_before,
                        "not_after": k.not_after,
                    }
                    for k in theirs
                ],
            },
        )

    @routes.post("/v1/keys/rotate", tags=["operation"], openapi_extra=bearer())
    @may(Action.ROTATE_KEY)
    async def rotate(request: Request) -> Response:
        """Make a new signing key and announce it; it signs once the peer has acknowledged it."""
        key_id = await node.line.rotate(caller(request).actor)
        return respond(202, {"key_id": key_id, "result": "announced"})

    @routes.get("/health", tags=["operation"])
    @free("load balancers and people ask it before they have a token; it tells nothing but that it is up")
    async def health() -> Response:
        return respond(200, {"side": node.side.value, "up": True})

    @routes.get("/openapi.json", include_in_schema=False)
    @free("the description of the API is public")
    async def openapi(request: Request) -> Response:
        told = request.app.openapi()
        told.setdefault("components", {}).setdefault("securitySchemes", {})["token"] = {
            "type": "http",
            "scheme": "bearer",
        }
        return Response(orjson.dumps(told), media_type="application/json")

    return routes


def entry_json(entry: Entry, side: Side) -> dict[str, Any]:
    """A journal entry for machines."""
    return {
        "at": entry.at.isoformat(),
        "side": side.value,
        "actor": entry.actor,
        "event": entry.event,
        "number": entry.number,
        "other": entry.other,
        "detail": entry.detail,
    }
