"""One box for any number, and the trace of a number across both authorities as a timeline."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from hefu.console.calls import Calls, part
from hefu.console.page import calls_of, page, pages
from hefu.console.session import PATH
from hefu.http.reads import Subject, look_of
from hefu.protocol.records import Side


def routes() -> APIRouter:
    """Search and trace."""
    router = pages()

    @router.get("/search")
    async def search(request: Request, q: str = "") -> Response:
        """A number that is known leads to its page; what is not known is said."""
        wanted = q.strip()
        if not wanted:
            return page(request, "search.html", q="", found=None)
        look = look_of(request)
        look.subject = Subject.SEARCH
        look.at(wanted)
        found = await _find(calls_of(request), request.app.state.node.side, wanted)
        if found:
            return RedirectResponse(f"{PATH}{found}", 303)
        return page(request, "search.html", 404, q=wanted, found=False)

    @router.get("/trace/{number}")
    async def trace(request: Request, number: str) -> Response:
        """Every step of a number on both sides, in one line of time."""
        calls = calls_of(request)
        own, (theirs, away) = await asyncio.gather(
            calls.get(f"/v1/trace/{part(number)}"), calls.peer(f"/v1/trace/{part(number)}")
        )
        entries = [*own["entries"], *(theirs["entries"] if theirs else [])]
        return page(
            request,
            "trace.html",
            200 if entries else 404,
            number=number,
            steps=_timeline(entries),
            away=away,
            silent=theirs is None and away is None,
        )

    return router


def _timeline(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps in order, each with the seconds since the one before it."""
    steps = sorted(entries, key=lambda one: str(one["at"]))
    moments = [datetime.fromisoformat(one["at"]) for one in steps]
    gaps = [(b - a).total_seconds() for a, b in zip([*moments[:1], *moments], moments, strict=False)]
    return [{**one, "gap": gap} for one, gap in zip(steps, gaps, strict=True)]


async def _find(calls: Calls, side: Side, number: str) -> str | None:
    """The page of a number, whatever it is the number of."""
    ways = ("certificates", "declarations") if side is Side.CUSTOMS else ("certificates", "applications")
    for wanted in dict.fromkeys((number, number.upper())):
        for way in ways:
            told = await calls.find(f"/v1/{way}/{part(wanted)}")
            if told:
                return f"/{told['kind']}s/{part(wanted)}"
        if side is Side.TAX:
            ledger = await calls.find(f"/v1/ledger/{part(wanted)}")
            if ledger and ledger["known"]:
                return f"/ledger/{part(wanted)}"
        if (await calls.get(f"/v1/trace/{part(wanted)}"))["entries"]:
            return f"/trace/{part(wanted)}"
    return None
