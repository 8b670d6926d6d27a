"""Durable gate throughput in bulk: against bare SQL with the same rows, and against the plain service."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx2
import orjson

from benchmarks import work
from benchmarks.client import Connection, rate, request
from benchmarks.measure import Bar, Row, paired, undisturbed
from hefu.chains.gate.score import Score
from hefu.cli import home as homes
from hefu.cli import processes
from hefu.customs.service import CustomsAuthority
from hefu.documents.certificate import Certificate
from hefu.http.commands import Command, answering
from hefu.http.node import now
from hefu.protocol.messages import CertificateIssued
from hefu.protocol.records import Side
from hefu.rules.policy import Policy
from hefu.settings import load_client
from hefu.stores.sqlite import SqliteStore
from hefu.stores.writer import GROUP, Writer
from hefu.trust.access import Identity, Role

BULK = 8192
"""Declarations in one round."""

_WRITTEN = ("lodgement", "holding", "cursor", "outgoing", "journal")
_OFFICER = Identity("bench", Role.CUSTOMS_OFFICER)


def _arrive(store: SqliteStore, certificates: Sequence[Certificate]) -> None:
    gate = CustomsAuthority(Policy())
    with store.write(now()) as book:
        for one in certificates:
            gate.receive(book, CertificateIssued(number=one.number, certificate=one), "bench")


def against_bare_sql(rounds: int) -> Row:
    """Parsed declarations through the writer, against the rows that this wrote, by ``executemany``
    in transactions of the same size.
    """
    certificates = [work.certificate(n) for n in range(BULK)]
    declarations = [work.declaration(n) for n in range(BULK)]
    rows: dict[str, list[tuple[object, ...]]] = {}

    def hefu() -> float:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            store = SqliteStore(f"{folder}/store.sqlite", Side.CUSTOMS)
            _arrive(store, certificates)
            before = {
                name: store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in _WRITTEN
            }
            writer = Writer(store, now)
            handler = answering(CustomsAuthority(Policy()).lodge)
            commands = [Command(_OFFICER, one) for one in declarations]
            with undisturbed():
                start = time.perf_counter()
                replies = asyncio.run(writer.do_all(handler, commands))
                took = time.perf_counter() - start
            writer.stop()
            if not all(reply.body["result"] == "reserved" for reply in replies):
                raise AssertionError(replies[0])
            for name in _WRITTEN:
                written = store.connection.execute(
                    f"SELECT * FROM {name} ORDER BY rowid LIMIT -1 OFFSET ?"
                    if name in ("lodgement", "outgoing", "journal")
                    else f"SELECT * FROM {name} LIMIT -1 OFFSET ?",
                    (before[name],),
                )
                rows.setdefault(name, written.fetchall())
            store.close()
            return BULK / took

    def bare() -> float:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            store = SqliteStore(f"{folder}/store.sqlite", Side.CUSTOMS)
            _arrive(store, certificates)
            start = time.perf_counter()
            for place in range(0, BULK, GROUP):
                store.connection.execute("BEGIN IMMEDIATE")
                for name, written in rows.items():
                    each = len(written) // BULK
                    part = written[place * each : (place + GROUP) * each]
                    if name == "journal":
                        part = [(None, *row[1:]) for row in part]
                    marks = ", ".join("?" * len(part[0]))
                    store.connection.executemany(f"INSERT INTO {name} VALUES ({marks})", part)
                store.connection.execute("COMMIT")
            took = time.perf_counter() - start
            store.close()
            return BULK / took

    return paired(
        "gate, bulk, parsed documents",
        "bare SQL, same rows",
        "declarations/s",
        hefu,
        bare,
        bar=Bar(0.5, at_least=True),
        rounds=rounds,
    )


def with_the_score(rounds: int) -> Row:
    """The gate with the memory of parties beside it that points out signs, against the gate alone; the memory is full, so
    that each declaration that comes makes it forget one.
    """
    policy = Policy.model_validate({"rates": {"202602": {"USD": "7.1"}}})
    papers = [work.traded(n) for n in range(BULK)]

    def gate(score: Score | None) -> float:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            store = SqliteStore(f"{folder}/store.sqlite", Side.CUSTOMS)
            _arrive(store, [certificate for certificate, _ in papers])
            writer = Writer(store, now)
            if score is not None:
                writer.committed.append(score.notice)
            handler = answering(CustomsAuthority(policy).lodge)
            commands = [Command(_OFFICER, declaration) for _, declaration in papers]
            with undisturbed():
                start = time.perf_counter()
                replies = asyncio.run(writer.do_all(handler, commands))
                writer.stop()  # what is noticed of the last group counts, too
                took = time.perf_counter() - start
            store.close()
            if not all(reply.body["result"] == "reserved" for reply in replies):
                raise AssertionError(replies[0])
            if score is not None and score.of(papers[-1][1].number)["seen"] is not True:
                raise AssertionError("the score has not looked")
            return took / BULK * 1e6

    return paired(
        "gate, bulk, with the score",
        "without it",
        "µs a declaration",
        lambda: gate(Score(policy, BULK // 4)),
        lambda: gate(None),
        bar=Bar(1.1, at_least=False),
        rounds=rounds,
    )


@contextmanager
def nodes() -> Iterator[Path]:
    """Both nodes, in processes of their own, on the disk of this folder."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        home = Path(folder).resolve()
        homes.make(home, {side: homes.free_port() for side in Side})
        with processes.both(home):
            yield home


@contextmanager
def plain(certificates: Sequence[Certificate]) -> Iterator[str]:
    """The plain service on a store that holds these certificates."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = SqliteStore(f"{folder}/store.sqlite", Side.CUSTOMS)
        _arrive(store, certificates)
        store.close()
        port = homes.free_port()
        command = [sys.executable, "-m", "benchmarks.plain_service", folder, str(port)]
        process = subprocess.Popen(command)
        try:
            for _ in range(200):
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/openapi.json", trust_env=False)
                    break
                except httpx2.HTTPError:
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            processes.stop(process)


def issue_many(home: Path, numbers: Sequence[int]) -> None:
    """Issue at tax and wait until customs has all of them."""
    settings = load_client(home)
    for start in range(0, len(numbers), 2000):
        body = orjson.dumps(
            [
                work.certificate(n).model_dump(mode="json", exclude_none=True)
                for n in numbers[start : start + 2000]
            ]
        )
        headers = {"Authorization": f"Bearer {settings.identities['tax'].token}"}
        httpx2.post(f"{settings.tax}/v1/certificates/bulk", content=body, headers=headers, timeout=300,
                    trust_env=False).raise_for_status()  # fmt: skip
    headers = {"Authorization": f"Bearer {settings.identities['auditor'].token}"}
    while True:
        told = httpx2.get(f"{settings.tax}/v1/status", headers=headers, trust_env=False).json()
        if not told["counts"]["outgoing"]["open"]:
            return
        time.sleep(0.1)


def against_plain_service(home: Path, numbers: Iterator[int], rounds: int) -> Row:
    """Bytes in, durable answer out, over HTTP: bulk intake against one request and one transaction
    a declaration with 16 connections.
    """
    settings = load_client(home)
    token = settings.identities["customs"].token
    fresh = count()
    few = 600
    certificates = [work.certificate(n) for n in range(few * (rounds + 1))]

    async def bulk() -> float:
        mine = [next(numbers) for _ in range(BULK)]
        await asyncio.to_thread(issue_many, home, mine)
        url = f"{settings.customs}/v1/declarations/bulk"
        bodies = [
            request("POST", url, token, b"[" + b",".join(work.declaration(n).canonical for n in part) + b"]")
            for part in (mine[place : place + 2048] for place in range(0, BULK, 2048))
        ]
        connection = await Connection.to(url)
        start = time.perf_counter()
        for body in bodies:
            status, told = await connection.ask(body)
            if status != 200 or orjson.loads(told)["counts"] != {"reserved": 2048}:
                raise AssertionError(told[:500])
        took = time.perf_counter() - start
        connection.close()
        return BULK / took

    with plain(certificates) as address:

        async def single() -> float:
            url = f"{address}/declarations"
            mine = [work.declaration(next(fresh)) for _ in range(few)]
            return await rate(url, [request("POST", url, "", one.canonical) for one in mine], 16, 201)

        return paired(
            "gate, bulk, over HTTP",
            "plain service, one request one transaction",
            "declarations/s",
            lambda: asyncio.run(bulk()),
            lambda: asyncio.run(single()),
            bar=Bar(20, at_least=True),
            rounds=rounds,
        )
