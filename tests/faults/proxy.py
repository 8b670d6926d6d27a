"""A wire between two nodes that does what networks do: it delays, stalls one way, cuts in the midst of an answer, lets
little through, and leads nowhere.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Weather:
    """What the wire does now. ``delay``: seconds at most before each piece goes on; ``cut``: chance that a piece ends
    the connection instead; ``rate``: bytes a second each way, 0 for no bound; ``deaf`` and ``mute``: nothing goes to the
    server, nothing comes back; ``gone``: connections are refused.
    """

    delay: float = 0.0
    cut: float = 0.0
    rate: float = 0.0
    deaf: bool = False
    mute: bool = False
    gone: bool = False


@dataclass
class Wire:
    """A port that leads to another, through the weather."""

    to: int
    rng: random.Random
    weather: Weather = field(default_factory=Weather)
    done: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.done["connections"] += 1
        ends = [writer]
        try:
            if self.weather.gone:
                self.done["refused"] += 1
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
            ends.append(back)
            await asyncio.wait(
                [
                    asyncio.create_task(self._carry(reader, back, onwards=True)),
                    asyncio.create_task(self._carry(there, writer, onwards=False)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        except OSError:
            self.done["nobody there"] += 1
        except asyncio.CancelledError:
            pass  # the wire is closed: to end is all that was asked
        finally:
            for end in ends:
                end.transport.abort()

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, onwards: bool
    ) -> None:
        with suppress(OSError):
            while piece := await source.read(4096):
                if not await self._let_through(piece, onwards):
                    return
                target.write(piece)
                await target.drain()

    async def _let_through(self, piece: bytes, onwards: bool) -> bool:
        now = self.weather
        if now.deaf if onwards else now.mute:
            self.done["held"] += 1
            while self.weather.deaf if onwards else self.weather.mute:
                await asyncio.sleep(0.05)
            return False  # what was sent meanwhile is lost
        if now.delay:
            self.done["delayed"] += 1
            await asyncio.sleep(self.rng.uniform(0, now.delay))
        if now.rate:
            self.done["throttled"] += 1
            await asyncio.sleep(len(piece) / now.rate)
        if self.rng.random() < now.cut:
            self.done["cut"] += 1
            return False
        return True
