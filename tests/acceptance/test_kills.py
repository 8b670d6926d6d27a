"""kill -9 of either node under load: nothing accepted is missing, no certificate is used twice."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from hefu.protocol.records import Side
from tests.faults.load import Load
from tests.nodes import Nodes, running
from tests.registers import sound

KILLS = 6
WIDTH = 12


@pytest.mark.processes
@pytest.mark.timeout(300)
def test_killed_nodes_lose_nothing_and_use_nothing_twice(tmp_path: Path) -> None:
    with running(tmp_path) as nodes:
        load = asyncio.run(_storm(nodes, random.Random(20260101)))
        nodes.settled(60)
    assert len(load.released) > KILLS
    load.kept(sound(tmp_path))


async def _storm(nodes: Nodes, rng: random.Random) -> Load:
    load = Load(nodes)
    async with load.clients(WIDTH):
        for _ in range(KILLS):
            await asyncio.sleep(rng.uniform(0.2, 1.0))
            side = rng.choice(list(Side))
            nodes.kill(side)
            await asyncio.sleep(rng.uniform(0, 0.3))
            await asyncio.to_thread(nodes.start, side)
        await asyncio.sleep(0.5)
    return load
