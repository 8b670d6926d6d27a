"""The two questions about signs, and how the score is hung on a customs node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response

from hefu import errors
from hefu.chains.gate.score import Score
from hefu.http.guard import GuardedRoute, may
from hefu.http.node import Node, bearer
from hefu.http.problem import respond
from hefu.http.reads import Subject, look_of
from hefu.protocol.outcome import UNKNOWN_DECLARATION
from hefu.protocol.records import Lodgement
from hefu.trust.access import Action


def watch_gate(app: FastAPI) -> None:
    """Have a customs node remember what it decides and answer what it noticed, as long as it is up. With the setting
    ``signs_declarations`` at 0 it remembers nothing and has no such questions.
    """
    node: Node = app.state.node
    most = node.settings.signs_declarations
    if not most:
        return
    score = Score(node.policy, most)
    app.include_router(_routes(node, score))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        async with inner(running):
            rebuilding = asyncio.create_task(score.rebuild(node.reader.path))
            node.writer.committed.append(score.notice)
            try:
                yield
            finally:
                rebuilding.cancel()
                with suppress(asyncio.CancelledError):
                    await rebuilding

    app.router.lifespan_context = lifespan


def _routes(node: Node, score: Score) -> APIRouter:
    router = APIRouter(route_class=GuardedRoute, tags=["signs"])

    @router.get("/v1/declarations/{number}/signs", openapi_extra=bearer())
    @may(Action.READ_SIGNS, Subject.SIGNS)
    async def signs(number: str) -> Response:
        """What was noticed of a declaration when it was decided: each sign with its values, the innocent reading, what
        clears it and its ground. A hint for a person: no verdict, hold or document depends on it.
        """
        if await node.read(lambda reader: reader.missing(Lodgement, [(number,)])):
            errors.fail(UNKNOWN_DECLARATION, place=number, side="customs")
        return respond(200, score.of(number))

    @router.get("/v1/signs", openapi_extra=bearer())
    @may(Action.INVESTIGATE, Subject.SIGNS)
    async def newest(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        least: Annotated[float, Query(ge=0, description="Score from which on a declaration is listed.")] = 0,
    ) -> Response:
        """The last declarations of which anything was noticed, the newest first."""
        told = score.newest(limit, least)
        look_of(request).at(*(one["number"] for one in told["declarations"]))
        return respond(200, told)

    return router
