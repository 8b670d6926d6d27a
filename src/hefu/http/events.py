"""What happens at a node, as it happens: the journal in pages and as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from hefu.http.guard import GuardedRoute, may
from hefu.http.node import Node, bearer
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.protocol.records import Entry, Side
from hefu.stores.entries import entries_after, entries_before
from hefu.trust.access import Action

PAGE: Final = 500
"""Entries of one page at most."""
_PAUSE: Final = 0.5
"""Seconds between two looks at the journal."""
_GZIP: Final = 31
"""Zlib's name for its widest window with gzip's head."""
_QUIET: Final = 15.0
"""Seconds without news after which a comment is sent, so that nobody between closes the connection."""


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


def event_routes(node: Node) -> APIRouter:
    """Reading the journal on, page by page or live."""
    routes = APIRouter(route_class=GuardedRoute, tags=["events"])

    @routes.get("/v1/events", openapi_extra=bearer())
    @may(Action.STATUS, Subject.JOURNAL)
    async def page(after: int = -1, before: int = 0, limit: int = 100) -> Response:
        """Entries of the journal: those after an id, the oldest first; without ``after`` those before an id, the newest
        first. ``id`` of the last one leads on.
        """
        many = max(1, min(limit, PAGE))

        def found(reader: Any) -> list[tuple[int, Entry]]:
            return entries_after(reader, after, many) if after >= 0 else entries_before(reader, before, many)

        told = [{"id": place, **entry_json(entry, node.side)} for place, entry in await node.read(found)]
        return respond(200, {"side": node.side.value, "entries": told})

    @routes.get("/v1/events/live", openapi_extra=bearer())
    @may(Action.STATUS, Subject.JOURNAL)
    async def live(request: Request) -> Response:
        """Entries as they are written, from now on or after ``Last-Event-ID``; the data of an event is an entry as JSON."""
        last = request.headers.get("last-event-id", "")

        async def told() -> AsyncIterator[bytes]:
            async for batch in following(node, int(last) if last.isdigit() else None):
                yield (
                    b"".join(
                        b"id: %d\ndata: %s\n\n" % (place, orjson.dumps(entry_json(entry, node.side)))
                        for place, entry in batch
                    )
                    or b": quiet\n\n"
                )

        return event_stream(told())

    return routes


def event_stream(told: AsyncIterator[bytes], accepts: str = "") -> StreamingResponse:
    """A stream of events that nobody on the way keeps or gathers; packed if the reader ``accepts`` gzip, which makes
    little of events that resemble the one before.
    """
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    if "gzip" in accepts:
        told, headers = _packed(told), {**headers, "content-encoding": "gzip", "vary": "accept-encoding"}
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)


async def _packed(told: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each event packed by itself as it comes, so that none waits for the next."""
    packer = zlib.compressobj(wbits=_GZIP)
    async for event in told:
        yield packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)


async def following(node: Node, last: int | None = None) -> AsyncIterator[list[tuple[int, Entry]]]:
    """New entries of the journal, in order, from now on or after a row id, until the node stops; an empty list when all
    is quiet.
    """
    if last is None:
        newest = await node.read(lambda reader: entries_before(reader, 0, 1))
        last = newest[0][0] if newest else 0
    quiet = 0.0
    while not node.stopping:
        batch = await node.read(partial(entries_after, last=last, limit=PAGE))
        if batch:
            last, quiet = batch[-1][0], 0.0
            yield batch
        elif quiet >= _QUIET:
            quiet = 0.0
            yield []
        if len(batch) < PAGE:
            await asyncio.sleep(_PAUSE)
            quiet += _PAUSE
