"""The gate board: how many stand where, how many a minute, and what has just happened, live."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import Calls
from hefu.console.page import calls_of, page, pages, render
from hefu.http.events import entry_json, event_stream, following
from hefu.http.node import now
from hefu.stores.entries import entries_before
from hefu.trust.access import Action

SHOWN: Final = 40
"""Rows of the board."""
_LOOKED_AT: Final = 5000
"""Entries from which the rates of a board that is opened are counted."""
_MINUTE: Final = timedelta(minutes=1)
_RATES: Final = ("declaration.lodged", "declaration.held", "declaration.released")


class Board:
    """What the journal said lately about declarations: the newest step of each, and the moments of the last minute."""

    def __init__(self) -> None:
        self._steps: dict[str, dict[str, Any]] = {}
        self._moments: deque[tuple[datetime, str]] = deque()

    def take(self, entry: dict[str, Any]) -> None:
        """An entry, in the order of the journal."""
        if not entry["event"].startswith("declaration."):
            return
        self._steps.pop(entry["number"], None)
        self._steps[entry["number"]] = entry
        if len(self._steps) > SHOWN:
            del self._steps[next(iter(self._steps))]
        if entry["event"] in _RATES:
            self._moments.append((datetime.fromisoformat(entry["at"]), entry["event"]))

    def rates(self, at: datetime) -> Counter[str]:
        """Steps of the last minute, by kind."""
        while self._moments and self._moments[0][0] < at - _MINUTE:
            self._moments.popleft()
        return Counter(event for _, event in self._moments)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The newest step of each declaration, the newest first."""
        return list(reversed(self._steps.values()))


def routes() -> APIRouter:
    """The board, and what keeps it live."""
    router = pages()

    @router.get("/gate")
    async def gate(request: Request) -> Response:
        _, board = await _opened(request)
        return page(request, "gate.html", **await _told(calls_of(request), board))

    @router.get("/gate/live")
    async def live(request: Request) -> Response:
        """The board anew whenever something has happened, as server-sent events; the browser puts it in its place."""
        last, board = await _opened(request)
        return event_stream(_boards(request, last, board))

    return router


async def _opened(request: Request) -> tuple[int, Board]:
    """A board of the newest entries, and the row id of the last of them."""
    node, board = request.app.state.node, Board()
    request.app.state.door.admit(request.state.identity, Action.STATUS)
    found = await node.read(lambda reader: entries_before(reader, 0, _LOOKED_AT))
    for _, entry in reversed(found):
        board.take(entry_json(entry, node.side))
    return found[0][0] if found else 0, board


async def _told(calls: Calls, board: Board) -> dict[str, Any]:
    status = await calls.get("/v1/status")
    return {"counts": status["counts"]["lodgement"], "rates": board.rates(now()), "rows": board.rows}


async def _boards(request: Request, last: int, board: Board) -> AsyncIterator[bytes]:
    node, calls = request.app.state.node, calls_of(request)
    async for batch in following(node, last):
        for _, entry in batch:
            board.take(entry_json(entry, node.side))
        told = render(request, "_board.html", **await _told(calls, board))
        yield b"".join(b"data: %s\n" % line.encode() for line in told.splitlines()) + b"\n"
