"""For an enterprise: the steps of a return, an amendment, a withdrawal or an agency export, and where this one stands by
what both nodes say now.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.page import calls_of, page, pages
from hefu.documents.fields import SHANGHAI
from hefu.http.node import Node
from hefu.procedures.steps.known import known
from hefu.procedures.steps.page import standing
from hefu.procedures.steps.walk import Procedure, Walk, walk
from hefu.protocol.records import Side


def routes() -> APIRouter:
    """Choosing a procedure and a shipment, and its steps."""
    router = pages()

    @router.get("/steps")
    async def steps(request: Request, procedure: str = "", number: str = "") -> Response:
        wanted = number.strip().upper()
        chosen = Procedure(procedure) if procedure in list(Procedure) else None
        told = await _walk(request, chosen, wanted) if chosen and wanted else None
        missing = bool(chosen and wanted and told is None)
        return page(
            request,
            "steps.html",
            404 if missing else 200,
            procedures=[one.value for one in Procedure],
            procedure=procedure,
            number=wanted,
            missing=missing,
            told=told and told.as_json(),
            words_of=[standing(one)._asdict() for one in told.steps] if told else [],
        )

    return router


async def _walk(request: Request, procedure: Procedure, number: str) -> Walk | None:
    """The steps of a shipment; ``None`` if neither node knows it. Nodes are asked from a thread, as it goes along."""
    node: Node = request.app.state.node
    calls, loop = calls_of(request), asyncio.get_running_loop()

    def ask(side: Side, path: str) -> tuple[int, dict[str, Any]]:
        answer = calls.answer(path, of_peer=side is not node.side)
        return asyncio.run_coroutine_threadsafe(answer, loop).result()

    def find() -> Walk | None:
        today = datetime.now(SHANGHAI).date()
        found = known(procedure.value, number, (), ask, today=today, policy=node.policy)
        return walk(procedure, found) if found else None

    return await asyncio.to_thread(find)
