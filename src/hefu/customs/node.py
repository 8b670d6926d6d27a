"""The customs node, wired, with the clocks that end reservations nobody releases and notice outages."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from hefu.customs.contingency import link_is_down, link_seen
from hefu.customs.contingency_http import contingency_routes
from hefu.customs.decisions_http import decision_routes
from hefu.customs.desk import desk_routes
from hefu.customs.http import routes
from hefu.customs.service import CustomsAuthority
from hefu.errors import HefuError
from hefu.http.application import application
from hefu.http.node import Node, now
from hefu.settings import load_node


def build(folder: Path) -> FastAPI:
    """The customs node of a folder, as an ASGI application."""
    node = Node(folder, load_node(folder))
    authority = CustomsAuthority(node.policy, node.ruleset)
    published = timedelta(minutes=node.settings.contingency_minutes)

    async def sweep() -> None:
        while True:
            await asyncio.sleep(node.settings.sweep_seconds)
            due = await node.read(lambda reader: reader.due(now()))
            await node.writer.do_all(authority.expire, due)

    async def watch_link() -> None:
        await _watch_link(node)

    own = routes(node, authority)
    own.include_router(desk_routes(node, authority))
    own.include_router(contingency_routes(node, published))
    own.include_router(decision_routes(node, authority.verification))
    return application(node, authority, own, [sweep, watch_link])


async def _watch_link(node: Node) -> None:
    """Note when the other authority stops answering, and when it is back. One missed answer is no outage, the second
    in a row is, since the first.
    """
    known = await node.read(link_is_down)
    missed: datetime | None = None
    while True:
        asked = now()
        try:
            await node.line.beat()
        except HefuError:
            if missed is not None and not known:
                await node.writer.do(link_seen, missed)
                known = True
            missed = missed or asked
        else:
            if known:
                await node.writer.do(link_seen, None)
            known, missed = False, None
        await asyncio.sleep(node.settings.beat_seconds)
