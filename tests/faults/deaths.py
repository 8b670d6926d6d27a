"""Nodes that die at a named step when a test says so (``site/sitecustomize.py``)."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from hefu.protocol.records import Side
from tests.nodes import Nodes

SITE: Final = Path(__file__).parent / "site"
STEPS: Final = {
    "within-the-rows": tuple(Side), "before-the-commit": tuple(Side), "after-the-commit": tuple(Side),
    "before-the-answer": tuple(Side), "before-sending": tuple(Side), "after-sending": tuple(Side),
    "after-applying": tuple(Side), "before-the-receipt-goes": tuple(Side), "before-the-receipt": tuple(Side),
    "after-the-receipt": tuple(Side),
}  # fmt: skip
"""Every durable step of a running node, and at which sides it is passed."""


class Mortals(Nodes):
    """Two nodes, each of which waits for its order to die."""

    def order(self, side: Side) -> Path:
        return self.home / side.value / "death"

    def start(self, *sides: Side) -> None:
        for side in sides or tuple(Side):
            self.order(side).unlink(missing_ok=True)
            os.environ["HEFU_TEST_DEATH"] = str(self.order(side))
            super().start(side)

    def start_doomed(self, side: Side, step: str, count: int) -> None:
        """Start a node that dies before it is up. Raises ``node.not_up``."""
        self.doom(side, step, count)
        os.environ["HEFU_TEST_DEATH"] = str(self.order(side))
        super().start(side)

    def doom(self, side: Side, step: str, count: int) -> None:
        """From now on the ``count``-th passage of the step is its last."""
        made = self.order(side).with_suffix(".new")
        made.write_text(f"{step} {count}", "ascii")
        made.replace(self.order(side))

    async def died(self, side: Side, seconds: float = 60) -> bool:
        """Whether the node is dead, as soon as it is."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.running[side].poll() is not None:
                return True
            await asyncio.sleep(0.01)
        return False


@contextmanager
def mortals(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mortals]:
    """Two mortal nodes, up."""
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(SITE), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    )
    monkeypatch.setenv("HEFU_TEST_DEATH", "")
    nodes = Mortals(home)
    try:
        nodes.start()
        yield nodes
    finally:
        nodes.stop()
