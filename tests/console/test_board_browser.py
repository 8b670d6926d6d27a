"""The open gate board in a real browser: a burst of declarations, and a line that is slow and loses connections."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.console.seats import behind, seated
from tests.console.test_board import BURST, burst, standing
from tests.faults.proxy import Weather
from tests.nodes import Nodes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.processes]
_WATCH = """() => {
  window.longest = 0; window.turns = 0;
  let last = performance.now();
  const turn = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; turns++; setTimeout(turn, 20); };
  turn();
}"""


def reserved(page: Any) -> Any:
    """The figure of those reserved."""
    return page.locator(".figure", has_text="Reserved").locator(".value")


def test_a_burst_is_shown_whole_and_the_page_stays_usable(browser: Any, nodes: Nodes) -> None:
    with seated(browser, nodes, Side.CUSTOMS, "customs") as page:
        sync_api.expect(page.locator("#live")).to_contain_text("live")
        page.evaluate(_WATCH)
        wanted = standing(nodes)["Reserved"] + BURST
        numbers = burst(nodes)
        sync_api.expect(reserved(page)).to_have_text(f"{wanted:,}", timeout=20_000)
        longest, turns = page.evaluate("[longest, turns]")
        assert turns > 20
        assert longest < 1000, longest
        page.get_by_role("link", name=numbers[-1]).click()
        sync_api.expect(page.locator("h1")).to_contain_text(numbers[-1])


def test_the_board_comes_back_after_the_line_was_lost(browser: Any, nodes: Nodes) -> None:
    with (
        behind(nodes, Weather(delay=0.05, rate=200_000)) as (address, wire),
        seated(browser, nodes, Side.CUSTOMS, "customs", address) as page,
    ):
        live = page.locator("#live")
        sync_api.expect(live).to_contain_text("live")
        wanted = standing(nodes)["Reserved"] + BURST + 50
        wire.weather = Weather(cut=1.0)
        burst(nodes, 50)
        sync_api.expect(live).to_contain_text("connection lost")
        wire.weather = Weather(rate=8_000)
        burst(nodes)
        sync_api.expect(live).to_contain_text("live", timeout=15_000)
        sync_api.expect(reserved(page)).to_have_text(f"{wanted:,}", timeout=15_000)
