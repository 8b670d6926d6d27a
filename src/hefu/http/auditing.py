"""For auditors: who looked at what at this node, the newest first. Reading this is a look, too."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from hefu.documents.fields import SHANGHAI
from hefu.http.guard import GuardedRoute, may
from hefu.http.node import Node, bearer
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.stores.reads import Reading, actors, reads_before
from hefu.trust.access import Action


def reads_routes(node: Node) -> APIRouter:
    """Looks in pages."""
    routes = APIRouter(route_class=GuardedRoute, tags=["operation"])

    @routes.get("/v1/reads", openapi_extra=bearer())
    @may(Action.READ_READS, Subject.READS)
    async def reads(
        person: Annotated[str, Query(description="Part of a name, an organisation or a role.")] = "",
        number: Annotated[str, Query(description="What was looked at: a number, whole.")] = "",
        since: Annotated[date | None, Query(alias="from", description="First day (Asia/Shanghai).")] = None,
        until: Annotated[date | None, Query(alias="to", description="Last day (Asia/Shanghai).")] = None,
        before: Annotated[int, Query(ge=0, description="``next`` of the page before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """Who looked at what: person, moment, subject, numbers or filter, answer, and from where. ``next`` (0 at the end)
        leads to the page of older ones. What is not written yet is written first. ``people`` are all who have looked.
        """
        path = node.reads.store.path
        await asyncio.to_thread(node.reads.flush)
        asked = partial(
            reads_before, person=person.strip(), number=number.strip(), since=_start(since), until=_end(until)
        )
        found = await asyncio.to_thread(asked, path, before, limit)
        return respond(
            200,
            {
                "side": node.side.value,
                "kept_days": node.settings.reads_days,
                "lost": node.reads.lost,
                "error": node.reads.error,
                "people": await asyncio.to_thread(actors, path),
                "reads": [_reading_json(one, numbers) for one, numbers in found],
                "next": found[-1][0].id if len(found) == limit else 0,
            },
        )

    return routes


def _start(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, SHANGHAI)


def _end(day: date | None) -> datetime | None:
    return None if day is None else _start(min(day, date.max - timedelta(days=1)) + timedelta(days=1))


def _reading_json(one: Reading, numbers: list[str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "actor": one.actor,
        "subject": one.subject,
        "numbers": numbers,
        "asked": one.asked,
        "status": one.status,
        "way": one.way,
        "path": one.path,
        "address": one.address,
    }
