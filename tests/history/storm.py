"""A storm: many clients ask two real nodes over HTTP while these are killed and started again; what the clients were
told is the history.

A client that gets no answer asks again under the same idempotency key, which is one call, or gives up: then it may
have taken effect as long as the node that it went to lives. Some do not wait for the answer at all.
"""

from __future__ import annotations

import asyncio
import bisect
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from hefu.protocol.records import Side
from tests.history.operations import NEVER, Answer, Asked, Operation, Recorder, asked_about
from tests.history.papers import Plot, Request, reading
from tests.nodes import Caller, Nodes

CLIENTS: Final = 16
PLOTS: Final = 5
"""Groups of papers asked about at the same time: few, so that clients meet."""
CALLS_A_PLOT: Final = 80
GIVES_UP: Final = 0.3
IMPATIENT: Final = 0.03
PATIENCE: Final = 90.0
"""Seconds after which a node that is started again must have answered, on any machine."""
_NO_ANSWER: Final = (0, 503)


class Unexpected(AssertionError):
    """An answer that no client should get."""


def stopwatch() -> Callable[[], float]:
    """Seconds from now on."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


@dataclass
class Storm:
    """What clients asked and were told while nodes were killed."""

    nodes: Nodes
    rng: random.Random
    recorder: Recorder = field(default_factory=lambda: Recorder(stopwatch()))
    kills: Counter[str] = field(default_factory=Counter)
    plots: list[Plot] = field(default_factory=list)
    _lost: list[tuple[Side, float, Operation]] = field(default_factory=list)
    _deaths: dict[Side, list[float]] = field(default_factory=lambda: {side: [] for side in Side})
    _next: int = 0
    _keys: int = 0
    _over: bool = False

    @property
    def history(self) -> list[Operation]:
        return self.recorder.operations

    @property
    def unknown(self) -> int:
        """Calls that were never answered."""
        return len(self._lost)

    @property
    def results(self) -> set[str]:
        """Everything that somebody was told."""
        return {one.answer.result for one in self.history if one.answer}

    async def rage(self, seconds: float, wanted: frozenset[str] = frozenset()) -> None:
        """Clients ask and nodes are killed for so long, and until each of the ``wanted`` results was told, as a slow
        machine needs; then all is quiet, and everything is read once more.
        """
        async with (
            self.nodes.caller(Side.TAX, "tax") as tax,
            self.nodes.caller(Side.CUSTOMS, "customs") as customs,
        ):
            callers = {Side.TAX: tax, Side.CUSTOMS: customs}
            clients = [self._client(f"client {n}", callers) for n in range(CLIENTS)]
            tasks = [
                asyncio.create_task(one) for one in (self._kill(time.monotonic() + seconds, wanted), *clients)
            ]
            await asyncio.wait(
                tasks, return_when=asyncio.FIRST_COMPLETED
            )  # its time is over, or one has failed
            self._over = True
            await asyncio.gather(*tasks)
            await self._quiet()
            await self._read_everything(callers)
        self._bury()

    # --- clients ----------------------------------------------------------------------------------

    async def _client(self, name: str, callers: dict[Side, Caller]) -> None:
        rng = random.Random(f"{name} {self.rng.random()}")
        while not self._over:
            request = self._plot(rng).request(rng)
            if rng.random() < IMPATIENT:
                await self._impatient(name, callers, request, rng.uniform(0.001, 0.02))
            else:
                await self._ask(name, callers, request, gives_up=rng.random() < GIVES_UP)

    def _plot(self, rng: random.Random) -> Plot:
        self.plots = [one for one in self.plots if one.left > 0]
        while len(self.plots) < PLOTS:
            self._next += 1
            self.plots.append(Plot(self._next, round(CALLS_A_PLOT * rng.uniform(0.5, 1.5))))
        return rng.choice(self.plots)

    async def _ask(
        self, name: str, callers: dict[Side, Caller], request: Request, *, gives_up: bool = False
    ) -> None:
        side, key = Side(request.side), self._key(request)
        operation = self.recorder.begin(name, request.asked)
        until = time.monotonic() + PATIENCE
        while True:
            status, body = await callers[side].ask(request.method, request.path, request.body, key)
            if status not in _NO_ANSWER:
                break
            if gives_up and status == 0:
                self._never_answered(side, operation)
                return
            if time.monotonic() > until:
                raise Unexpected(f"no answer to {operation.asked} in {PATIENCE:.0f} s")
            await asyncio.sleep(0.05)
        if status not in (200, 201, 202, 404, 409):
            raise Unexpected(f"{status} to {operation.asked}: {body}")
        self.recorder.end(operation, Answer.of_reply(body))

    async def _impatient(
        self, name: str, callers: dict[Side, Caller], request: Request, seconds: float
    ) -> None:
        operation = self.recorder.begin(name, request.asked)
        side = Side(request.side)
        asking = callers[side].ask(request.method, request.path, request.body, self._key(request))
        with suppress(TimeoutError):
            await asyncio.wait_for(asking, seconds)
        self._never_answered(side, operation)

    def _key(self, request: Request) -> str:
        self._keys += 1
        return "" if request.method == "GET" else f"storm {self._keys}"

    def _never_answered(self, side: Side, operation: Operation) -> None:
        self._lost.append((side, self.recorder.clock(), operation))

    # --- faults -----------------------------------------------------------------------------------

    async def _kill(self, until: float, wanted: frozenset[str]) -> None:
        """kill -9 of one node or of both, again and again; at the end both are up."""
        while not self._over and (time.monotonic() < until or not wanted <= self.results):
            await asyncio.sleep(self.rng.uniform(0.5, 2.5))
            sides = self.rng.choice([[Side.TAX], [Side.CUSTOMS], list(Side)])
            for side in sides:
                await asyncio.to_thread(self.nodes.kill, side)
                self._deaths[side].append(self.recorder.clock())
                self.kills[side.value] += 1
            await asyncio.sleep(self.rng.uniform(0, 0.3))
            await asyncio.to_thread(self.nodes.start, *sides)

    def _bury(self) -> None:
        """A call without an answer can take effect until its node has died."""
        for side, gave_up, operation in self._lost:
            deaths = self._deaths[side]
            place = bisect.bisect_left(deaths, gave_up)
            operation.ended = deaths[place] if place < len(deaths) else NEVER

    # --- at the end -------------------------------------------------------------------------------

    async def _quiet(self) -> None:
        """Nothing is under way: three times in a row, since what arrives may send something in its turn."""
        operation = self.recorder.begin("auditor", Asked("rest", ""))
        for _ in range(3):
            await asyncio.to_thread(self.nodes.settled, PATIENCE)
        self.recorder.end(operation, Answer("rest"))

    async def _read_everything(self, callers: dict[Side, Caller]) -> None:
        certificates, declarations = asked_about(self.history)
        wanted = [Asked(what, one) for one in certificates for what in ("read at tax", "read at customs")]
        wanted += [Asked("read declaration", one) for one in declarations]

        async def read(some: Sequence[Asked]) -> None:
            for asked in some:
                await self._ask("auditor", callers, reading(asked))

        await asyncio.gather(*(read(wanted[start::CLIENTS]) for start in range(CLIENTS)))
