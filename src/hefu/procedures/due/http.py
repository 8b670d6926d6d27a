"""The questions about what is due, hung on a node: for programs, and as a calendar to subscribe to."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Final, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response

from hefu.documents.fields import SHANGHAI
from hefu.http.guard import GuardedRoute, caller, may
from hefu.http.node import Node, bearer, now
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.procedures.due.at_customs import known_at_customs
from hefu.procedures.due.at_tax import known_at_tax
from hefu.procedures.due.gathering import AHEAD, Known
from hefu.protocol.records import Side
from hefu.stores.reading import asked
from hefu.trust.access import Action, Identity

DAYS: Final = 30
_USCC: Final = re.compile(r"[0-9A-Z]{18}")
_KNOWN: Final = {Side.TAX: known_at_tax, Side.CUSTOMS: known_at_customs}


def tell_due(app: FastAPI) -> None:
    """Have a node answer what is due."""
    app.include_router(_routes(app.state.node))


def own_firms(identity: Identity) -> tuple[str, ...]:
    """The USCCs under which a caller is a party."""
    return tuple(sorted(one for one in identity.codes if _USCC.fullmatch(one)))


def _routes(node: Node) -> APIRouter:
    router = APIRouter(route_class=GuardedRoute, tags=["due"])
    turn = asyncio.Lock()

    async def known(request: Request, ahead: int) -> Known:
        firms, today = own_firms(caller(request)), now().astimezone(SHANGHAI).date()
        async with turn:  # one at a time, so that counting days never takes more than one core
            return await asyncio.to_thread(
                asked,
                node.reader.path,
                lambda reader: _KNOWN[node.side](reader, firms, node.policy, today, ahead),
            )

    @router.get("/v1/due", openapi_extra=bearer())
    @may(Action.READ_DUE, Subject.DUE)
    async def due(
        request: Request, days: Annotated[int, Query(ge=0, le=AHEAD, description="Days ahead.")] = DAYS
    ) -> Response:
        """What is due for the caller's firm by what this node knows, the most urgent first: overdue, without a day (to be
        done now), or within so many days; each with its rule, its source and the numbers that it is about. ``seen`` is
        false where the node cannot see whether it has been done. ``left_out``: exports too many to be looked at.
        """
        told = await known(request, days)
        return respond(
            200,
            {
                "side": node.side.value,
                "as_of": told.as_of.isoformat(),
                "days": days,
                "firms": list(told.firms),
                "due": [one.as_json() for one in told.within(days)],
                "left_out": told.left_out,
            },
        )

    @router.get("/v1/due.ics", openapi_extra=bearer())
    @may(Action.READ_DUE, Subject.DUE)
    async def calendar(
        request: Request,
        language: Annotated[Literal["zh", "en"], Query(description="Of the texts.")] = "zh",
    ) -> Response:
        """The same as a calendar (RFC 5545) of a year ahead, with reminders. Each entry keeps its UID; what has been done
        is cancelled. What has no day is in no calendar.
        """
        told = await known(request, AHEAD)
        return Response(told.calendar(language), media_type="text/calendar; charset=utf-8")

    return router
