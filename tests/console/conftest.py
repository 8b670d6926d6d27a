"""People at the consoles of two running nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from hefu.protocol.records import Side
from tests.console.desk import Desk, key_of
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


@pytest.fixture(scope="module")
def ticket(nodes: Nodes) -> Iterator[str]:
    """A contingency opened on the page by one officer and approved by another; closed in the end."""
    first, second = (Desk(nodes, Side.CUSTOMS, who) for who in ("customs", "customs2"))
    with closing(first.client), closing(second.client):
        key = key_of(first.see("/contingency"), "open")
        proposed = first.send("/contingency", function="verification", ground="演练", since="", key=key)
        assert "waits for a second officer" in proposed.text
        acts = second.see("/acts").text
        assert "Open a contingency" in acts
        (act,) = [
            one["act"]
            for one in nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/acts")[1]["acts"]
            if one["kind"] == "contingency.open"
        ]
        second.send(f"/acts/{act}/approve", remark="seen", key=f"approve {act}")
        (opened,) = [
            one["ticket"]
            for one in nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/functions")[1]["functions"]
            if one["ticket"]
        ]
        yield str(opened)
        page = first.see("/contingency")
        assert opened in page.text
        first.send(f"/contingency/{opened}/close", ground="over", key=key_of(page, opened))
