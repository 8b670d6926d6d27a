"""For the auditor: who looked at what at this node, by person, number and day, a page at a time; and whether the record of
it is whole.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.page import calls_of, page, pages

SHOWN: Final = 100
"""Rows of a page."""
NUMBERS: Final = 5
"""Numbers of one look that its row names."""
_FILTERS: Final = ("person", "number", "from", "to")


def routes() -> APIRouter:
    """The list."""
    router = pages()

    @router.get("/reads")
    async def reads(request: Request) -> Response:
        asked = {name: request.query_params.get(name, "").strip() for name in (*_FILTERS, "before")}
        given = {name: value for name, value in asked.items() if value}
        calls = calls_of(request)
        told = await calls.get("/v1/reads", limit=str(SHOWN), **given)
        people = [] if given else (await calls.get("/v1/reads/people"))["people"]
        kept = {name: asked[name] for name in _FILTERS if asked[name]}
        return page(
            request,
            "reads.html",
            asked=asked,
            told=told,
            people=people,
            many=NUMBERS,
            newest=urlencode(kept),
            older=urlencode({**kept, "before": told["next"]}) if told["next"] else "",
        )

    @router.get("/reads/proof")
    async def proof(request: Request) -> Response:
        """Every look held against the chain and the journal."""
        return page(
            request, "reads_proof.html", told=await calls_of(request).get("/v1/reads/proof"), shown=SHOWN
        )

    return router
