"""The gate board: how many stand where, how many a minute, and what has just happened, live."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.board import FILTERS, Lookout
from hefu.console.language import language_of
from hefu.console.page import page, pages
from hefu.http.events import event_stream
from hefu.http.guard import admit
from hefu.http.reads import Subject, look_of
from hefu.trust.access import Action


def routes() -> APIRouter:
    """The board, and what keeps it live."""
    router = pages()
    lookout = Lookout()

    @router.get("/gate")
    async def gate(request: Request, state: str = "") -> Response:
        admit(request, Action.STATUS, Subject.GATE)
        only = state if state in FILTERS else ""
        look_of(request).asked = f"state={only}" if only else ""
        frame = await lookout.look(request.app.state.node, only)
        board = frame.html(language_of(request))
        return page(request, "gate.html", frame=frame, board=board, states=FILTERS, state=only)

    @router.get("/gate/live")
    async def live(request: Request, seen: str = "", state: str = "") -> Response:
        """The board anew whenever something has happened, as server-sent events; the browser puts it in its place and,
        when it comes back after the line was cut, says by ``Last-Event-ID`` what it shows.
        """
        admit(request, Action.STATUS, Subject.GATE)
        only = state if state in FILTERS else ""
        look_of(request).asked = f"state={only}" if only else ""
        shows = request.headers.get("last-event-id") or seen
        frames = lookout.frames(request.app.state.node, language_of(request), shows, only)
        return event_stream(frames, request.headers.get("accept-encoding", ""))

    return router
