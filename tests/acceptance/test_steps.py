"""Every durable step may be the last: a real node dies at each, under load, and nothing accepted is missing."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from hefu.errors import HefuError
from hefu.protocol.records import Side
from tests.faults.deaths import STEPS, Mortals, mortals
from tests.faults.load import Load
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
COUNTS = {Side.TAX: (1, 9), Side.CUSTOMS: (9, 1)}
"""At which passage the node of a side dies: at the first of them, with HEFU_DEATHS=2 at both, one after the other."""
DEATHS = int(os.environ.get("HEFU_DEATHS", "1"))
WIDTH = 8


@pytest.mark.parametrize("step", STEPS)
def test_a_node_that_dies_at_a_step_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with mortals(tmp_path, monkeypatch) as nodes:
        load = Load(nodes)
        asyncio.run(_deaths(nodes, load, step))
        nodes.settled(60)
    load.kept(sound(tmp_path))
    assert load.released


async def _deaths(nodes: Mortals, load: Load, step: str) -> None:
    async with load.clients(WIDTH):
        for side in STEPS[step]:
            for count in COUNTS[side][:DEATHS]:
                nodes.doom(side, step, count)
                assert await nodes.died(side), f"{side.value} never passed {step} {count} times"
                await asyncio.to_thread(nodes.start, side)


@pytest.mark.parametrize("side", list(Side))
def test_a_node_that_dies_while_its_schema_is_made_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: Side
) -> None:
    with mortals(tmp_path, monkeypatch) as nodes:
        nodes.kill(side)
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / side.value / f"store.sqlite{suffix}").unlink(missing_ok=True)
        for count in (1, 3):
            with pytest.raises(HefuError, match=r"node\.not_up"):
                nodes.start_doomed(side, "between-migrations", count)
        nodes.start(side)
        status, told = nodes.ask(side, "auditor", "GET", "/v1/status")
        assert (status, told["side"]) == (200, side.value)
