"""Clients that issue, declare and release until told to stop, insist until they are answered, and remember what was
accepted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hefu.protocol.records import DeclarationState, Side
from hefu.protocol.registers import Registers
from hefu.rules.case import UseState
from tests.nodes import Caller, Nodes, goods


@dataclass
class Load:
    """What was asked (``next`` counts the goods) and accepted. ``tries``: how often a client asks before it gives up."""

    nodes: Nodes
    next: int = 0
    tries: int = 1200
    stopping: bool = False
    issued: set[str] = field(default_factory=set)
    lodged: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def clients(self, width: int) -> AsyncIterator[None]:
        """So many clients at work as long as the block lasts; at its end each finishes what it has begun."""
        async with (
            self.nodes.caller(Side.TAX, "tax") as tax,
            self.nodes.caller(Side.CUSTOMS, "customs") as customs,
        ):
            self.stopping = False
            tasks = [asyncio.create_task(self._client(tax, customs)) for _ in range(width)]
            try:
                yield
            finally:
                self.stopping = True
                await asyncio.gather(*tasks)

    async def _client(self, tax: Caller, customs: Caller) -> None:
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
        for _ in range(self.tries):
            status, _ = await caller.ask("POST", path, body, key)
            if status not in {0, 503}:
                return status in {200, 201}
            await asyncio.sleep(0.05)
        raise AssertionError(f"no answer to {path}")

    def kept(self, now: Registers) -> None:
        """Everything that was accepted is there, at both sides."""
        assert self.issued <= now.issues.keys()
        assert self.lodged <= now.lodgements.keys()
        for number in self.released:
            lodgement = now.lodgements[number]
            assert lodgement.state is DeclarationState.RELEASED
            for certificate in lodgement.certificates:
                assert now.holdings[certificate].state is UseState.USED
                assert now.issues[certificate].usage is UseState.USED
                assert now.issues[certificate].declaration == number
