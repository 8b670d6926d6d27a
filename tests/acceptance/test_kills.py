"""kill -9 of either node under load: nothing accepted is missing, no certificate is used twice."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from hefu.protocol.records import DeclarationState, Side
from hefu.rules.case import UseState
from tests.nodes import Caller, Nodes, goods, running
from tests.registers import sound

KILLS = 6
WIDTH = 12


class Load:
    """Clients that issue, declare and release until told to stop, and remember what was accepted."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.next = 0
        self.stopping = False
        self.issued: set[str] = set()
        self.lodged: set[str] = set()
        self.released: set[str] = set()

    async def client(self, tax: Caller, customs: Caller) -> None:
        while not self.stopping:
            self.next += 1
            certificate, declaration = goods(self.next)
            number, declared = certificate["number"], declaration["number"]
            if not await self._insist(tax, "/v1/certificates", certificate, f"i{number}"):
                continue
            self.issued.add(number)
            if not await self._insist(customs, "/v1/declarations", declaration, f"d{declared}"):
                continue
            self.lodged.add(declared)
            if await self._insist(customs, f"/v1/declarations/{declared}/release", None, f"r{declared}"):
                self.released.add(declared)

    async def _insist(self, caller: Caller, path: str, body: object, key: str) -> bool:
        """Ask until a node answers, as a program with an idempotency key does; whether it said yes."""
        for _ in range(400):
            status, _ = await caller.ask("POST", path, body, key)
            if status not in {0, 503}:
                return status in {200, 201}
            await asyncio.sleep(0.05)
        raise AssertionError(f"no answer to {path}")


@pytest.mark.processes
@pytest.mark.timeout(300)
def test_killed_nodes_lose_nothing_and_use_nothing_twice(tmp_path: Path) -> None:
    with running(tmp_path) as nodes:
        load = asyncio.run(_storm(nodes, random.Random(20260101)))
        nodes.settled(60)
    now = sound(tmp_path)
    assert len(load.released) > KILLS
    assert load.issued <= now.issues.keys()
    assert load.lodged <= now.lodgements.keys()
    for number in load.released:
        lodgement = now.lodgements[number]
        assert lodgement.state is DeclarationState.RELEASED
        for certificate in lodgement.certificates:
            assert now.holdings[certificate].state is UseState.USED
            assert now.issues[certificate].usage is UseState.USED
            assert now.issues[certificate].declaration == number


async def _storm(nodes: Nodes, rng: random.Random) -> Load:
    load = Load(nodes)
    async with (
        nodes.caller(Side.TAX, "tax") as tax,
        nodes.caller(Side.CUSTOMS, "customs") as customs,
    ):
        clients = [asyncio.create_task(load.client(tax, customs)) for _ in range(WIDTH)]
        for _ in range(KILLS):
            await asyncio.sleep(rng.uniform(0.2, 1.0))
            side = rng.choice(list(Side))
            nodes.kill(side)
            await asyncio.sleep(rng.uniform(0, 0.3))
            await asyncio.to_thread(nodes.start, side)
        await asyncio.sleep(0.5)
        load.stopping = True
        await asyncio.gather(*clients)
    return load
