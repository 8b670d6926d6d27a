"""For an investigator: of which declarations the gate has lately noticed something."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.page import calls_of, page, pages
from hefu.http.guard import admit
from hefu.trust.access import Action

SHOWN: Final = 100
"""Declarations of the page."""
LEAST: Final = ("0", "2", "4")
"""Scores from which on the list can begin."""


def routes() -> APIRouter:
    """The newest signs."""
    router = pages()

    @router.get("/signs")
    async def signs(request: Request, least: str = LEAST[0]) -> Response:
        """The newest first; the score only says which to look at first."""
        admit(request, Action.INVESTIGATE)
        chosen = least if least in LEAST else LEAST[0]
        told = await calls_of(request).find("/v1/signs", limit=str(SHOWN), least=chosen)
        return page(request, "signs.html", told=told, least=chosen, steps=LEAST)

    return router
