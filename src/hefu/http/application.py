"""A node as an ASGI application: what it does beside its callers, and the routes that both authorities serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

import hefu
from hefu.documents.party import Party
from hefu.errors import HefuError
from hefu.http.auditing import reads_routes
from hefu.http.events import entry_json, event_routes
from hefu.http.guard import GuardedRoute, body_of, caller, free, may
from hefu.http.levels import level_routes
from hefu.http.node import Authority, Node, bearer
from hefu.http.officers import officers_routes
from hefu.http.problem import on_error, on_method, on_missing, respond
from hefu.http.reads import Subject
from hefu.link.envelope import MAX_BYTES
from hefu.link.registers import PATH as REGISTERS
from hefu.protocol.records import Entry, PeerKey
from hefu.protocol.recovery.divergences import summary
from hefu.protocol.recovery.records import Divergence
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Action, Role, require_party, seen_by

_log = structlog.get_logger("hefu.node")


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
        tasks = [
            asyncio.create_task(kept_up(start))
            for start in (node.send, node.compare_registers, node.watch_levels, node.keep_reads, *beside)
        ]
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

    @routes.post(REGISTERS, tags=["link"], summary="A question of the other authority's reconciliation")
    @free("the envelope's signature is the identity")
    async def registers(request: Request) -> Response:
        told = await node.registers.answer(await body_of(request, MAX_BYTES))
        return Response(told, media_type="application/json")

    @routes.post("/v1/reconcile", tags=["operation"], openapi_extra=bearer())
    @may(Action.RECONCILE)
    async def reconcile() -> Response:
        """Compare both registers now; this side mends what is its own to mend, the rest is left to two officers."""
        return respond(200, {"side": node.side.value, **(await node.compare()).as_json()})

    @routes.get("/v1/divergences", tags=["operation"], openapi_extra=bearer())
    @may(Action.RECONCILE, Subject.DIVERGENCES)
    async def divergences(state: str = "open") -> Response:
        """What the registers said differently, of a state: open, healed or closed."""
        found = await node.read(lambda reader: reader.find(Divergence, "state", state))
        return respond(200, {"side": node.side.value, "divergences": [summary(one) for one in found]})

    routes.include_router(officers_routes(node, authority.officers))
    routes.include_router(event_routes(node))
    routes.include_router(level_routes(node))
    routes.include_router(reads_routes(node))

    @routes.get("/v1/trace/{number}", tags=["trace"], openapi_extra=bearer())
    @may(Action.TRACE, Subject.TRACE)
    async def trace(request: Request, number: str) -> Response:
        """Every step of a certificate or declaration on this side, in time order, with who and why; an enterprise sees of
        others the authority and office, or the firm, not the person.
        """

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
        told = {
            "number": number,
            "side": node.side.value,
            "standing": standing,
            "entries": [entry_json(entry, node.side) for entry in entries],
        }
        return respond(200, seen_by(caller(request), told))

    @routes.get("/v1/status", tags=["operation"], openapi_extra=bearer())
    @may(Action.STATUS, "counts and states of the node")
    async def status() -> Response:
        """How much stands in which state, how the link does, and under which rules."""
        counts, aside = await node.read(lambda reader: (reader.counts(), reader.set_aside()))
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
                "aside": aside,
                "recovering": node.writer.recovering,
                "reads": {
                    "waiting": node.reads.waiting,
                    "lost": node.reads.lost,
                    "error": node.reads.error,
                },
                "policy": node.policy.model_dump(mode="json"),
                "ruleset": node.ruleset.version,
                "ruleset_hash": node.ruleset.hash_under(node.policy),
            },
        )

    @routes.get("/v1/keys", tags=["operation"], openapi_extra=bearer())
    @may(Action.READ_KEYS, "public keys of the authorities")
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
