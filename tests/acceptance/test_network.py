"""Two nodes with a bad network between them, under load: everything arrives once, in order, when it can."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from hefu.protocol.records import Side
from tests.faults.load import Load
from tests.faults.namespaces import Namespaces, accepted, impossible, namespaces, no_netem
from tests.faults.proxy import Weather, Wire
from tests.nodes import Nodes
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
FELT = 15.0
"""Seconds at most until a weather meets something: a node that found nobody waits before it tries again."""
WEATHERS = [
    ("delayed", Weather(delay=0.2)),
    ("cut", Weather(cut=0.15)),
    ("throttled", Weather(rate=20_000)),
    ("held", Weather(deaf=True)),
    ("held", Weather(mute=True)),
    ("refused", Weather(gone=True)),
    ("cut", Weather(delay=0.1, cut=0.1)),
]
"""What each weather does, by the name the wire counts it under."""


def _rewired(nodes: Nodes, side: Side, port: int) -> None:
    """The node sends to this port."""
    file = nodes.home / side.value / "node.json"
    told = orjson.loads(file.read_bytes())
    file.write_bytes(orjson.dumps({**told, "peer": f"http://127.0.0.1:{port}"}))


def test_messages_pass_through_bad_weather(tmp_path: Path) -> None:
    """One weather after the other, each way its own, and worse when a request or an answer is stalled for good."""
    nodes, rng = Nodes(tmp_path), random.Random(20261124)
    done: Counter[str] = Counter()
    try:
        load = asyncio.run(_weathered(nodes, rng, done))
    finally:
        nodes.stop()
    load.kept(sound(tmp_path))
    assert len(load.released) > 50
    assert {name for name, _ in WEATHERS} <= done.keys(), done


async def _weathered(nodes: Nodes, rng: random.Random, done: Counter[str]) -> Load:
    wires = {
        side: Wire(int(nodes.address(side.peer).rpartition(":")[2]), random.Random(rng.random()))
        for side in Side
    }
    load = Load(nodes)
    for side, wire in wires.items():
        await wire.open()
        _rewired(nodes, side, wire.port)
    await asyncio.to_thread(nodes.start)
    async with load.clients(6):
        for name, weather in rng.sample([*WEATHERS, *WEATHERS], 2 * len(WEATHERS)):
            struck = rng.sample(list(wires.values()), rng.choice([1, 2]))
            before = sum(wire.done[name] for wire in struck)
            for wire in struck:
                wire.weather = weather
            await asyncio.sleep(rng.uniform(0.4, 1.0))
            with suppress(TimeoutError):
                async with asyncio.timeout(FELT):
                    while sum(wire.done[name] for wire in struck) == before:
                        await asyncio.sleep(0.05)
            for wire in wires.values():
                wire.weather = Weather()
            await asyncio.sleep(0.1)
    await asyncio.to_thread(nodes.settled, 60)
    for wire in wires.values():
        done.update(wire.done)
        await wire.close()
    return load


# --- networks of the kernel -------------------------------------------------------------------------------


def _loaded(home: Path, seconds: float, worsen: Callable[[Namespaces, random.Random], None]) -> None:
    """Both nodes in networks of their own under load, while the wire between them is made bad and good again."""
    rng = random.Random(20261124)
    with namespaces(home) as both:
        load = both.load(seconds, home / "accepted.json")
        until = time.monotonic() + seconds
        time.sleep(2)
        while time.monotonic() < until:
            worsen(both, rng)
        assert load.wait(200) == 0
    told = accepted(home / "accepted.json", both.nodes)
    told.kept(sound(home))
    assert told.released


def test_a_wire_that_is_cut_one_way_or_both(tmp_path: Path) -> None:
    """Packets of one side vanish while the other's arrive: questions without answers, answers nobody asked for."""
    if why := impossible():
        pytest.skip(why)

    def worsen(both: Namespaces, rng: random.Random) -> None:
        side = rng.choice(list(Side))
        if rng.random() < 0.3:
            both.unplug(side, plugged=False)
            time.sleep(rng.uniform(0.2, 1.0))
            both.unplug(side, plugged=True)
        else:
            both.mute(side)
            time.sleep(rng.uniform(0.2, 1.0))
            both.speak(side)
        time.sleep(rng.uniform(0.3, 0.8))

    _loaded(tmp_path, 8, worsen)


def test_a_wire_that_loses_delays_repeats_and_reorders(tmp_path: Path) -> None:
    if why := no_netem():
        pytest.skip(why)

    def worsen(both: Namespaces, rng: random.Random) -> None:
        words = rng.choice(
            [
                "loss 15%",
                "delay 80ms 60ms distribution normal",
                "delay 40ms reorder 30% 50%",
                "duplicate 20%",
                "corrupt 3%",
                "rate 256kbit",
                "delay 30ms 20ms loss 5% duplicate 5% reorder 10%",
            ]
        )
        side = rng.choice(list(Side))
        both.netem(side, *words.split())
        time.sleep(rng.uniform(0.5, 1.5))
        both.netem(side)

    _loaded(tmp_path, 12, worsen)
