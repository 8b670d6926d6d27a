"""How well a node serves, over the last hour or day: counted from what its store keeps, and, where the store keeps nothing,
from samples in the node's memory, which begin when it starts.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from hefu.http.guard import GuardedRoute, may
from hefu.http.problem import respond
from hefu.link.reconcile import Report
from hefu.protocol.contingency.records import Outage, Ticket
from hefu.protocol.records import Side
from hefu.stores.levels import Way, counted, oldest_open, place_at, waiting, way
from hefu.stores.reading import asked
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Action

if TYPE_CHECKING:
    from hefu.http.node import Node

EVERY: Final = 15.0
"""Seconds between two samples."""
_DAY: Final = 24
_STEPS: Final = {1: 60, _DAY: 900}
"""Seconds of a stretch of a window, by the window's hours."""
_KEPT: Final = int(_DAY * 3600 / EVERY)
_REPORTS: Final = 200
_FRESH: Final = 5.0
"""Seconds for which an answer serves everybody."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is true at a moment and is nowhere kept: messages without a receipt, messages set aside, whether the other side
    answers.
    """

    at: datetime
    backlog: int
    aside: int
    down: bool


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What the store has kept of one stretch of time."""

    counts: dict[str, int]
    way: Way


class Levels:
    """A node's memory of how well it serves."""

    def __init__(self) -> None:
        self.samples: deque[Sample] = deque(maxlen=_KEPT)
        self.reports: deque[Report] = deque(maxlen=_REPORTS)
        self._known: dict[tuple[datetime, int], _Stretch] = {}
        self._told: dict[int, tuple[datetime, dict[str, Any]]] = {}
        self._turn = asyncio.Lock()

    async def watch(self, node: Node) -> None:
        """Take a sample every while, without end."""
        while True:
            backlog, aside = await node.read(waiting)
            self.samples.append(Sample(_now(), backlog, aside, node.line.health.failures > 0))
            await asyncio.sleep(EVERY)

    async def told(self, node: Node, hours: int) -> dict[str, Any]:
        """The window of so many hours; read once for everybody who asks within a few seconds."""
        async with self._turn:
            now = _now()
            at, told = self._told.get(hours, (now, {}))
            if not told or (now - at).total_seconds() >= _FRESH:
                ask = partial(self._read, side=node.side, now=now, hours=hours)
                told = {
                    "side": node.side.value,
                    "started": node.started.isoformat(),
                    **await asyncio.to_thread(asked, node.reader.path, ask),
                }
                self._told[hours] = (now, told)
            return told

    def _read(self, reader: SqliteReader, side: Side, now: datetime, hours: int) -> dict[str, Any]:
        step = _STEPS[hours]
        last = datetime.fromtimestamp(now.timestamp() // step * step, UTC)
        edges = [last - timedelta(seconds=step) * back for back in range(hours * 3600 // step - 1, -2, -1)]
        stretches = [self._stretch(reader, side, a, b, now) for a, b in pairwise(edges)]
        self._known = {
            known: one for known, one in self._known.items() if known[0] >= now - timedelta(hours=_DAY + 1)
        }
        waits = oldest_open(reader)
        return {
            "at": now.isoformat(),
            "from": edges[0].isoformat(),
            "step_seconds": step,
            "stretches": [
                {"at": at.isoformat(), **_stretch_json(one), **self._sampled(at, step)}
                for at, one in zip(edges, stretches, strict=False)
            ],
            "whole_window": _way_json([one.way for one in stretches]),
            "oldest_open": waits.isoformat() if waits else None,
            "samples_from": self.samples[0].at.isoformat() if self.samples else None,
            "bands": [*self._silences(edges[0], now), *_bands(reader, edges[0], now)],
            "reconciliations": [
                {name: value for name, value in one.as_json().items() if name != "divergences"}
                for one in self.reports
                if one.at >= edges[0]
            ],
        }

    def _stretch(
        self, reader: SqliteReader, side: Side, start: datetime, end: datetime, now: datetime
    ) -> _Stretch:
        """A stretch that is over never changes, unless messages of it wait: it is read once."""
        name = (start, int((end - start).total_seconds()))
        known = self._known.get(name)
        if known is None:
            entries = [place_at(reader, "journal", one) for one in (start, end)]
            queued = [place_at(reader, "outgoing", one) for one in (start, end)]
            known = _Stretch(dict(counted(reader, side, *entries)), way(reader, *queued))
            if end <= now and not known.way.open:
                self._known[name] = known
        return known

    def _sampled(self, start: datetime, step: int) -> dict[str, Any]:
        """The worst samples of a stretch; ``None`` where there are none."""
        end = start + timedelta(seconds=step)
        own = [one for one in self.samples if start <= one.at < end]
        if not own:
            return {"backlog": None, "aside": None}
        return {"backlog": max(one.backlog for one in own), "aside": max(one.aside for one in own)}

    def _silences(self, start: datetime, now: datetime) -> list[dict[str, Any]]:
        """From when to when the other side did not answer, to a sample."""
        bands: list[dict[str, Any]] = []
        was_down = False
        for one in self.samples:
            if one.at < start:
                continue
            if one.down and not was_down:
                bands.append(_band("silence", "", one.at, None, now))
            if was_down:
                bands[-1]["until"] = one.at.isoformat()
                bands[-1]["over"] = not one.down
            was_down = one.down
        return bands


def level_routes(node: Node) -> APIRouter:
    """The node's service levels, as numbers."""
    routes = APIRouter(route_class=GuardedRoute, tags=["operation"])

    @routes.get("/v1/levels", openapi_extra={"security": [{"token": []}]})
    @may(Action.STATUS, "counts and times alone")
    async def levels(
        hours: Annotated[int, Query(description="1 or 24: the window; any other is taken as 24.")] = 1,
    ) -> Response:
        """Verdicts or issues, how long messages took, backlog, outages, contingencies, reconciliations, in stretches of
        one or fifteen minutes. Seconds of messages are from a sample of each stretch. What is sampled in memory begins
        at ``samples_from``.
        """
        return respond(200, await node.levels.told(node, 1 if hours == 1 else _DAY))

    return routes


def share(ordered: Sequence[float], percent: int) -> float | None:
    """The value below which so many percent of the ordered values lie (nearest rank); ``None`` of none."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def _stretch_json(one: _Stretch) -> dict[str, Any]:
    return {"counts": one.counts, **_way_json([one.way])}


def _way_json(ways: Sequence[Way]) -> dict[str, Any]:
    seconds = sorted(one for each in ways for one in each.seconds)
    return {
        "messages": sum(one.messages for one in ways),
        "sampled": len(seconds) + sum(one.open for one in ways),
        "open": sum(one.open for one in ways),
        "p50": share(seconds, 50),
        "p99": share(seconds, 99),
    }


def _bands(reader: SqliteReader, start: datetime, now: datetime) -> list[dict[str, Any]]:
    """Outages and contingencies that reach into the window; of both there are few."""
    bands = [_band("outage", one.function.value, one.since, one.until, now) for one in reader.every(Outage)]
    bands += [
        _band("contingency", one.function.value, one.opened_at, one.closed_at, now, one.number)
        for one in reader.every(Ticket)
    ]
    return [one for one in bands if datetime.fromisoformat(one["until"]) >= start]


def _band(
    kind: str, function: str, since: datetime, until: datetime | None, now: datetime, ticket: str = ""
) -> dict[str, Any]:
    return {
        "kind": kind,
        "function": function,
        "ticket": ticket,
        "since": since.isoformat(),
        "until": (until or now).isoformat(),
        "over": until is not None,
    }


def _now() -> datetime:
    return datetime.now(UTC)
