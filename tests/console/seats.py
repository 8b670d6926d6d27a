"""A person at the console in a real browser, and the console behind a line that is slow or loses connections."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.faults.proxy import Weather, Wire
from tests.nodes import Nodes

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@contextmanager
def seated(
    browser: Any, nodes: Nodes, side: Side, who: str, address: str = "", **options: Any
) -> Iterator[Any]:
    """A page of somebody who came in by the link that ``hefu up`` prints; ``address``: over another way to the node,
    which may lose connections.
    """
    context = browser.new_context(
        **{"locale": "en-GB", "viewport": {"width": 1200, "height": 900}, **options}
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(
        f"{address or nodes.address(side)}/console/sign-in#token={nodes.settings.identities[who].token}"
    )
    page.wait_for_url(lambda url: "sign-in" not in url)
    assert "token=" not in page.url
    yield page
    context.close()
    expected = ("404 (Not Found)", *(("net::",) if address else ()))  # a page that says so is a page, too
    assert [one for one in wrong if not any(told in one for told in expected)] == []


def faults(page: Any) -> list[Any]:
    """What axe finds on a page, and whether it is wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    violations = axe.Axe().run(page, options=_RULES).response["violations"]
    found = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in violations]
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [*found, *([("wider than the window", width)] if width[0] > width[1] else [])]


@contextmanager
def behind(nodes: Nodes, weather: Weather) -> Iterator[tuple[str, Wire]]:
    """The customs node's address behind a wire."""
    loop = asyncio.new_event_loop()
    wire = Wire(int(nodes.address(Side.CUSTOMS).rsplit(":", 1)[1]), random.Random(8), weather)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(wire.open(), loop).result(5)
        try:
            yield f"http://127.0.0.1:{wire.port}", wire
        finally:
            asyncio.run_coroutine_threadsafe(_closed(wire), loop).result(5)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _closed(wire: Wire) -> None:
    await wire.close()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
