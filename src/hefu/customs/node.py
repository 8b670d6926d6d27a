"""The customs node, wired, with the clock that ends reservations nobody releases."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import FastAPI

from hefu.customs.desk import desk_routes
from hefu.customs.http import routes
from hefu.customs.service import CustomsAuthority
from hefu.http.node import Node, application, now
from hefu.settings import load_node


def build(folder: Path) -> FastAPI:
    """The customs node of a folder, as an ASGI application."""
    node = Node(folder, load_node(folder))
    authority = CustomsAuthority(node.policy, node.ruleset)

    async def sweep() -> None:
        while True:
            await asyncio.sleep(node.settings.sweep_seconds)
            due = await node.read(lambda reader: reader.due(now()))
            await node.writer.do_all(authority.expire, due)

    own = routes(node, authority)
    own.include_router(desk_routes(node, authority))
    return application(node, authority, own, [sweep])
