"""How the node does: link, backlog, registers, contingency, keys, and the journal as it grows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.page import back_to, calls_of, page, pages
from hefu.protocol.records import Side


def routes() -> APIRouter:
    """The operator's and the auditor's page, and the journal."""
    router = pages()

    @router.get("/works")
    async def works(request: Request) -> Response:
        calls = calls_of(request)
        functions: dict[str, Any] = {"functions": [], "outages": []}
        if request.app.state.node.side is Side.CUSTOMS:
            functions = await calls.get("/v1/functions")
        return page(
            request,
            "works.html",
            node=await calls.get("/v1/status"),
            functions=functions,
            divergences=await calls.find("/v1/divergences"),
            keys=await calls.find("/v1/keys"),
        )

    @router.post("/works/reconcile")
    async def reconcile(request: Request) -> Response:
        """Compare both registers now."""
        await calls_of(request).post("/v1/reconcile")
        return back_to("/works")

    @router.get("/journal")
    async def journal(request: Request, before: int = 0) -> Response:
        page_of = {"before": str(before)} if before else {}
        told = await calls_of(request).get("/v1/events", limit="100", **page_of)
        return page(request, "journal.html", entries=told["entries"], before=before)

    return router
