"""For auditors: who looked at what at this node, the newest first. Reading this is a look, too."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from hefu.documents.fields import SHANGHAI
from hefu.errors import Text
from hefu.http.guard import GuardedRoute, may
from hefu.http.node import Node, bearer
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.stores.reads import Reading, actors, reads_before
from hefu.stores.reads_chain import Broken, Fault, check
from hefu.trust.access import Action

_BROKEN: Final = {
    Broken.ALTERED: Text(
        "这段时间的查看记录被改动, 删除, 添加或调换了顺序",
        "looks of this time were altered, removed, added or reordered",
    ),
    Broken.MISSING: Text("这段时间的查看记录整批缺失", "all looks of this time are missing"),
    Broken.ADDED: Text("有不属于任何批次的查看记录", "there are looks that were never written by the node"),
}
_CURE: Final = Text(
    "保全 reads.sqlite 和日志, 与备份比对, 查明谁进过本机",
    "keep reads.sqlite and the journal as they are, hold them against a backup, and find out who was on the machine",
)


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
        leads to the page of older ones. What is not written yet is written first. ``sealed`` is the moment up to which
        the journal proves them (empty: not yet).
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
                "sealed": known[-1].at if (known := await node.seals.known()) else "",
                "reads": [_reading_json(one, numbers) for one, numbers in found],
                "next": found[-1][0].id if len(found) == limit else 0,
            },
        )

    @routes.get("/v1/reads/people", openapi_extra=bearer())
    @may(Action.READ_READS, "names of people who work here and of callers")
    async def people() -> Response:
        """Everybody who has looked at anything, in the order of names."""
        told = await asyncio.to_thread(actors, node.reads.store.path)
        return respond(200, {"side": node.side.value, "people": told})

    turn = asyncio.Lock()

    @routes.get("/v1/reads/proof", openapi_extra=bearer())
    @may(Action.READ_READS, "whether the record of looks is whole; it names nobody")
    async def proof() -> Response:
        """Whether the looks are those that were written: all are read and held against their chain and the seals in the
        journal. ``faults`` says between which moments they are altered (also removed, added or in another order), missing
        or added; looks between ``since`` and ``until`` are proven where there are none.
        """
        await asyncio.to_thread(node.reads.flush)
        async with turn:  # one at a time, so that checking never takes more than one core
            told = await asyncio.to_thread(check, node.reads.store.path, await node.seals.known())
        return respond(
            200,
            {
                "side": node.side.value,
                "sound": not told.faults,
                "since": told.since,
                "until": told.until,
                "looks": told.looks,
                "unsealed": told.unsealed,
                "faults": [_fault_json(one) for one in told.faults],
            },
        )

    return routes


def _fault_json(one: Fault) -> dict[str, Any]:
    said = _BROKEN[one.kind]
    return {
        "kind": one.kind.value,
        "batch": one.batch,
        "since": one.since,
        "until": one.until,
        "message": said._asdict(),
        "cure": _CURE._asdict(),
    }


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
