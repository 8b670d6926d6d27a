"""The gate board: how many stand where, how many a minute, and what has just happened, live."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.board import Lookout
from hefu.console.language import language_of
from hefu.console.page import page, pages
from hefu.http.events import event_stream
from hefu.http.guard import admit
from hefu.http.reads import Subject
from hefu.trust.access import Action


def routes() -> APIRouter:
    """The board, and what keeps it live."""
    router = pages()
    lookout = Lookout()

    @router.get("/gate")
    async def gate(request: Request) -> Response:
        admit(request, Action.STATUS, Subject.GATE)
        frame = await lookout.look(request.app.state.node)
        return page(request, "gate.html", frame=frame, board=frame.html(language_of(request)))

    @router.get("/gate/live")
    async def live(request: Request, seen: str = "") -> Response:
        """The board anew whenever something has happened, as server-sent events; the browser puts it in its place and,
        when it comes back after the line was cut, says by ``Last-Event-ID`` what it shows.
        """
        admit(request, Action.STATUS, Subject.GATE)
        shows = request.headers.get("last-event-id") or seen
        frames = lookout.frames(request.app.state.node, language_of(request), shows)
        return event_stream(frames, request.headers.get("accept-encoding", ""))

    return router
