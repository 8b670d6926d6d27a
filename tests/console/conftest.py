"""People at the consoles of two running nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from hefu.protocol.records import Side
from tests.console.desk import Desk
from tests.nodes import Nodes

Sit = Callable[..., Desk]


@pytest.fixture
def sit(nodes: Nodes) -> Iterator[Sit]:
    """Have somebody sit down at the console of a side, in a language."""
    with ExitStack() as leaving:

        def at(side: Side, who: str, language: str = "en") -> Desk:
            desk = Desk(nodes, side, who, language)
            leaving.callback(desk.client.close)
            return desk

        yield at
