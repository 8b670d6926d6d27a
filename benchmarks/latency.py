"""One declaration at a time over HTTP: rate against an empty endpoint, and tail against an fsync."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import work
from benchmarks.client import Connection, latencies, rate, request
from benchmarks.gate import issue_many
from benchmarks.measure import Bar, Row, fsyncs, p99, paired
from hefu.protocol.records import Copy
from hefu.settings import load_client
from hefu.stores.sqlite import SqliteReader

WIDTH = 32
"""Connections that ask at once."""

SINGLES = 2000
"""Requests in one round."""


def single_requests(home: Path, numbers: Iterator[int], rounds: int) -> Row:
    """POST /v1/declarations against GET /health on the same server."""
    settings = load_client(home)
    token = settings.identities["customs"].token
    url = f"{settings.customs}/v1/declarations"
    empty = f"{settings.customs}/health"

    def declare() -> float:
        mine = [next(numbers) for _ in range(SINGLES)]
        issue_many(home, mine)
        asked = [request("POST", url, token, work.declaration(n).canonical) for n in mine]
        return asyncio.run(rate(url, asked, WIDTH, 201))

    return paired(
        "one declaration a request, HTTP",
        "empty endpoint, same server",
        "requests/s",
        declare,
        lambda: asyncio.run(rate(empty, [request("GET", empty, token)] * SINGLES, WIDTH, 200)),
        bar=Bar(0.4, at_least=True),
        rounds=rounds,
    )


def at_half_rate(home: Path, numbers: Iterator[int], per_second: float, rounds: int) -> Row:
    """p99 of a declaration's answer at half the maximum rate against p99 of a bare fsync."""
    settings = load_client(home)
    token = settings.identities["customs"].token
    url = f"{settings.customs}/v1/declarations"

    def declare() -> float:
        mine = [next(numbers) for _ in range(SINGLES)]
        issue_many(home, mine)
        asked = [request("POST", url, token, work.declaration(n).canonical) for n in mine]
        return 1000 * p99(asyncio.run(latencies(url, asked, per_second / 2, 64, 201)))

    return paired(
        f"verification p99 at half the rate ({per_second / 2:.0f}/s)",
        "bare fsync p99",
        "ms",
        declare,
        lambda: 1000 * p99(fsyncs(home, 500)),
        bar=Bar(15, at_least=False),
        rounds=rounds,
    )


def sync_lag(home: Path, numbers: Iterator[int], rounds: int) -> Row:
    """From the durable answer of tax to the commit at customs (seen in its store by a reader of our own,
    which disturbs nobody), against a round trip of the bare transport with the same bytes plus two fsyncs.
    """
    settings = load_client(home)

    def lags() -> list[float]:
        tax = HTTPConnection(urlsplit(settings.tax).netloc)
        customs = SqliteReader(str(home / "customs" / "store.sqlite"))
        headers = {"Authorization": f"Bearer {settings.identities['tax'].token}"}
        told: list[float] = []
        for _ in range(300):
            one = work.certificate(next(numbers))
            tax.request("POST", "/v1/certificates", one.canonical, headers)
            answer = tax.getresponse()
            if answer.status != 201:
                raise AssertionError(answer.read())
            answer.read()
            start = time.perf_counter()
            while customs.missing(Copy, [(one.number,)]):
                time.sleep(0.0001)
            told.append(time.perf_counter() - start)
        tax.close()
        customs.close()
        return told

    async def trips() -> list[float]:
        connection = await Connection.to(settings.customs)
        data = request("GET", f"{settings.customs}/health", "", work.certificate(0).canonical)
        told: list[float] = []
        for _ in range(300):
            start = time.perf_counter()
            await connection.ask(data)
            told.append(time.perf_counter() - start)
        connection.close()
        return told

    def bare() -> float:
        pairs = fsyncs(home, 600)
        both = [a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True)]
        return 1000 * p99([trip + sync for trip, sync in zip(asyncio.run(trips()), both, strict=True)])

    return paired(
        "sync lag p99, issued to usable",
        "bare round trip + two fsyncs, p99",
        "ms",
        lambda: 1000 * p99(lags()),
        bare,
        bar=Bar(3, at_least=False),
        rounds=rounds,
    )
