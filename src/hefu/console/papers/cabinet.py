"""The bundles of a node: whose they are, how many are looked through at once, and when they are deleted."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from fastapi import FastAPI

from hefu import errors
from hefu.console.papers.bundle import TOO_MANY, UNKNOWN, Bundle, State
from hefu.console.papers.intake import require_room
from hefu.console.papers.running import look_through
from hefu.http.node import Node, now

KEPT: Final = 10
"""Bundles of one owner."""


class Cabinet:
    """Keeps bundles in a folder of the node. What lies there from before is deleted."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._folder = node.folder / "papers"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        self._turns = asyncio.Semaphore(node.settings.papers_at_once)
        self._bundles: dict[str, Bundle] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """The node stops: end and delete everything."""
        for one in list(self._bundles.values()):
            await self.delete(one)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def hours(self) -> float:
        """How long papers are kept."""
        return self._node.settings.papers_hours

    @property
    def limit(self) -> int:
        """Bytes of one bundle."""
        return self._node.settings.papers_megabytes << 20

    def of(self, owner: str, kind: str) -> list[Bundle]:
        """What somebody has given, the newest first."""
        found = (one for one in self._bundles.values() if (one.owner, one.kind) == (owner, kind))
        return sorted(found, key=lambda one: one.given_at, reverse=True)

    def find(self, number: str, owner: str, kind: str) -> Bundle:
        """A bundle of this owner. Raises ``papers.unknown``."""
        found = self._bundles.get(number)
        if found is None or (found.owner, found.kind) != (owner, kind):
            errors.fail(UNKNOWN, value=number)
        return found

    def begin(self, owner: str, kind: str, language: str) -> Bundle:
        """An empty bundle to put papers into. Raises ``papers.too_many`` and ``papers.no_room``."""
        many = sum(one.owner == owner for one in self._bundles.values())
        if many >= KEPT:
            errors.fail(TOO_MANY, value=many, limit=KEPT)
        require_room(self._folder)
        number, at = secrets.token_urlsafe(12), now()
        path = self._folder / number
        one = Bundle(number, owner, kind, path, language, at, at + timedelta(hours=self.hours))
        for folder in (one.given, one.made, one.path / "scratch"):
            folder.mkdir(mode=0o700, parents=True)
        self._bundles[number] = one
        return one

    def start(self, one: Bundle, order: dict[str, Any]) -> None:
        """Look through it as soon as it is its turn, and delete it when its time is over."""
        self._tasks[one.id] = asyncio.create_task(self._live(one, order))

    async def cancel(self, one: Bundle) -> None:
        """Stop looking through it."""
        if one.is_open:
            await self._stop(one)
            one.state = State.CANCELLED
            self._tasks[one.id] = asyncio.create_task(self._expire(one))

    async def delete(self, one: Bundle) -> None:
        """Delete it and everything made of it."""
        await self._stop(one)
        if one.is_open:
            one.state = State.CANCELLED
        self._bundles.pop(one.id, None)
        await asyncio.to_thread(shutil.rmtree, one.path, ignore_errors=True)

    async def _stop(self, one: Bundle) -> None:
        task = self._tasks.pop(one.id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _live(self, one: Bundle, order: dict[str, Any]) -> None:
        async with self._turns:
            await look_through(one, order)
        await self._expire(one)

    async def _expire(self, one: Bundle) -> None:
        await asyncio.sleep((one.expires_at - now()).total_seconds())
        self._tasks.pop(one.id, None)
        await self.delete(one)

    def ahead(self, one: Bundle) -> int:
        """How many bundles come before one that waits."""
        return sum(1 for other in self._open() if other.given_at < one.given_at)

    def _open(self) -> Iterator[Bundle]:
        return (one for one in self._bundles.values() if one.is_open)


def keep_papers(app: FastAPI) -> None:
    """Have a node keep bundles as long as it is up."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        async with inner(running):
            app.state.cabinet = Cabinet(app.state.node)
            try:
                yield
            finally:
                await app.state.cabinet.close()

    app.router.lifespan_context = lifespan


def cabinet_of(app: Any) -> Cabinet:
    """The cabinet of a node that is up."""
    found: Cabinet = app.state.cabinet
    return found
