"""A load generator that costs little: HTTP/1.1 on open connections, bytes prepared beforehand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from benchmarks.measure import undisturbed


def request(method: str, url: str, token: str, body: bytes = b"") -> bytes:
    """The bytes of a request."""
    place = urlsplit(url)
    query = f"?{place.query}" if place.query else ""
    head = (
        f"{method} {place.path}{query} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection:
    """One open connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, url: str) -> Connection:
        """Open one to the server of this address."""
        place = urlsplit(url)
        return cls(*await asyncio.open_connection(place.hostname, place.port, limit=64 * 1024 * 1024))

    async def ask(self, data: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self._writer.write(data)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        at = head.lower().index(b"content-length:") + 15
        length = int(head[at : head.index(b"\r\n", at)])
        return status, await self._reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def rate(url: str, requests: Sequence[bytes], width: int, expected: int) -> float:
    """Answers a second with ``width`` connections that ask without pause."""
    connections = [await Connection.to(url) for _ in range(width)]
    left = iter(requests)

    async def one(connection: Connection) -> None:
        for data in left:
            status, body = await connection.ask(data)
            if status != expected:
                raise AssertionError(f"{status}: {body[:500]!r}")

    with undisturbed():
        start = time.perf_counter()
        await asyncio.gather(*(one(connection) for connection in connections))
        took = time.perf_counter() - start
    for connection in connections:
        connection.close()
    return len(requests) / took


async def latencies(
    url: str, requests: Sequence[bytes], per_second: float, width: int, expected: int
) -> list[float]:
    """Seconds from the moment at which each request is due, at a steady rate, to its answer."""
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(width):
        free.put_nowait(await Connection.to(url))
    told: list[float] = []

    async def one(due: float, data: bytes) -> None:
        connection = await free.get()
        status, body = await connection.ask(data)
        told.append(time.perf_counter() - due)
        free.put_nowait(connection)
        if status != expected:
            raise AssertionError(f"{status}: {body[:500]!r}")

    with undisturbed():
        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for place, data in enumerate(requests):
                due = start + place / per_second
                pause = due - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
                group.create_task(one(due, data))
    while not free.empty():
        free.get_nowait().close()
    return told
