"""Both nodes as real processes on loopback, for tests that ask over HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson

from hefu.cli import home as homes
from hefu.cli import processes
from hefu.protocol.records import Side
from hefu.settings import load_client
from tests import builders, zygote

Answer = tuple[int, dict[str, Any]]


class Nodes:
    """Two running nodes and everyone's tokens."""

    def __init__(self, home: Path) -> None:
        self.home = home
        homes.make(home, {side: homes.free_port() for side in Side})
        self.settings = load_client(home)
        self.running: dict[Side, subprocess.Popen[bytes]] = {}

    def address(self, side: Side) -> str:
        return self.settings.tax if side is Side.TAX else self.settings.customs

    def start(self, *sides: Side) -> None:
        for side in sides or tuple(Side):
            self.running[side] = zygote.start(side, self.home)
        for side in sides or tuple(Side):
            processes.wait_until_up(side, self.home, self.running[side])

    def kill(self, side: Side) -> None:
        """kill -9."""
        self.running[side].kill()
        self.running[side].wait()

    def stop(self) -> None:
        for process in self.running.values():
            processes.stop(process)

    def headers(self, who: str, key: str = "") -> dict[str, str]:
        told = {"Authorization": f"Bearer {self.settings.identities[who].token}"}
        return {**told, "Idempotency-Key": key} if key else told

    def ask(self, side: Side, who: str, method: str, path: str, body: Any = None, key: str = "") -> Answer:
        answer = httpx2.request(
            method,
            self.address(side) + path,
            content=None if body is None else as_bytes(body),
            headers=self.headers(who, key),
            timeout=60,
            trust_env=False,
        )
        is_file = answer.headers.get("content-type", "").startswith("text/")
        return answer.status_code, {} if is_file else orjson.loads(answer.content)

    @asynccontextmanager
    async def caller(self, side: Side, who: str) -> AsyncIterator[Caller]:
        """A caller with connections of its own."""
        limits = httpx2.Limits(max_connections=64)
        async with httpx2.AsyncClient(
            base_url=self.address(side),
            headers=self.headers(who),
            timeout=60,
            trust_env=False,
            limits=limits,
        ) as client:
            yield Caller(client)

    def settled(self, seconds: float = 30) -> None:
        """Wait until neither node has an open message."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            told = [self.ask(side, "auditor", "GET", "/v1/status")[1] for side in Side]
            if not any(one["counts"]["outgoing"]["open"] for one in told):
                return
            time.sleep(0.05)
        raise AssertionError(f"messages stay open: {[one['counts'] for one in told]}")


class Caller:
    """Asks one node, many times at once."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Answer:
        """Status and body; status 0 if the node did not answer."""
        try:
            answer = await self._client.request(
                method,
                path,
                content=None if body is None else as_bytes(body),
                headers={"Idempotency-Key": key} if key else {},
            )
        except httpx2.HTTPError:
            return 0, {}
        return answer.status_code, orjson.loads(answer.content)


def as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else orjson.dumps(body)


@contextmanager
def running(home: Path) -> Iterator[Nodes]:
    nodes = Nodes(home)
    try:
        nodes.start()
        yield nodes
    finally:
        nodes.stop()


def goods(which: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A certificate for an export, and the export declaration that fits it, as JSON."""
    certificate = builders.certificate(
        "export",
        number=f"N{which:07}",
        issued_on="2026-01-05",
        lines=[builders.invoice_line(invoice=f"FP{which}")],
    )
    declaration = builders.declaration(
        "export",
        number=f"53012026{which:010}"[:8] + f"0{which:09}",
        certificates=[{"number": f"N{which:07}"}],
    )
    return (
        certificate.model_dump(mode="json", exclude_none=True),
        declaration.model_dump(mode="json", exclude_none=True),
    )


async def at_once(width: int, jobs: list[Any]) -> list[Any]:
    """Await coroutines, at most ``width`` at a time, results in order."""
    gate = asyncio.Semaphore(width)

    async def one(job: Any) -> Any:
        async with gate:
            return await job

    return list(await asyncio.gather(*(one(job) for job in jobs)))
