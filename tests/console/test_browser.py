"""The console in a real browser: signing in by link, working by keyboard, live, narrow, and WCAG 2.2 AA by axe."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.console.desk import lodged
from tests.console.seats import faults, seated
from tests.nodes import Nodes, goods

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.processes]
_NUMBERS = count(870_000)


@pytest.mark.parametrize(
    "options", [{}, {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 360, "height": 700}}]
)
def test_every_page_is_accessible(browser: Any, nodes: Nodes, options: dict[str, Any]) -> None:
    which = next(_NUMBERS)
    _, declaration = goods(which)
    declaration["items"][0]["hs_code"] = "8517130000"
    number, held = lodged(nodes, which, items=declaration["items"])
    nodes.settled()
    seats: dict[tuple[Side, str], tuple[str, ...]] = {
        (Side.CUSTOMS, "customs"): (
            f"/declarations/{held}",
            f"/certificates/{number}",
            f"/trace/{number}",
            "/gate",
            "/search",
            "/acts",
        ),
        (Side.CUSTOMS, "operator"): (
            "/works",
            "/works/levels",
            "/journal",
            "/declarations/530120260000000999",
        ),
        (Side.CUSTOMS, "auditor"): ("/reads", "/reads/proof", "/gate?state=held"),
        (Side.CUSTOMS, "exporter"): ("/mine", "/due"),
        (Side.TAX, "exporter"): ("/applications", "/due"),
        (Side.TAX, "tax"): ("/applications", f"/certificates/{number}", f"/ledger/{held}", "/works"),
    }
    for (side, who), paths in seats.items():
        with seated(browser, nodes, side, who, **options) as page:
            for path in paths:
                page.goto(f"{nodes.address(side)}/console{path}")
                assert not faults(page), path


def test_a_declaration_is_found_and_released_by_keyboard(browser: Any, nodes: Nodes) -> None:
    _, declared = lodged(nodes, next(_NUMBERS))
    with seated(browser, nodes, Side.CUSTOMS, "customs") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.get_by_role("searchbox").focus()
        page.keyboard.type(declared)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/declarations/{declared}")
        release = page.get_by_role("button", name="Release")
        release.focus()
        page.keyboard.press("Enter")
        sync_api.expect(page.locator("h1 .state")).to_have_text("Released")


def test_the_open_board_shows_what_happens(browser: Any, nodes: Nodes) -> None:
    with seated(browser, nodes, Side.CUSTOMS, "customs") as page:
        sync_api.expect(page.locator("#live")).to_contain_text("live")
        _, declared = lodged(nodes, next(_NUMBERS))
        sync_api.expect(page.get_by_role("link", name=declared)).to_be_visible(timeout=15_000)


def test_it_works_without_scripts(browser: Any, nodes: Nodes) -> None:
    _, declared = lodged(nodes, next(_NUMBERS))
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(nodes.address(Side.CUSTOMS) + "/console/")
    page.fill("#token", nodes.settings.identities["customs"].token)
    page.click("button.main")
    page.goto(f"{nodes.address(Side.CUSTOMS)}/console/declarations/{declared}")
    page.fill("#reason", "papers do not fit")
    page.get_by_role("button", name="Refuse").click()
    assert page.locator("h1 .state").inner_text() == "Refused"
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/console/**")
    assert page.get_attribute("html", "lang") == "zh-CN"
    context.close()


def test_who_came_by_a_link_over_a_bad_line_is_told_to_reload(browser: Any, nodes: Nodes) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.route("**/console.js", lambda route: route.abort())
    address = nodes.address(Side.CUSTOMS)
    page.goto(f"{address}/console/sign-in#token={nodes.settings.identities['exporter'].token}")
    sync_api.expect(page.get_by_text("reload it")).to_be_visible()
    page.unroute("**/console.js")
    page.reload()
    sync_api.expect(page.get_by_role("heading", name="My declarations")).to_be_visible()
    context.close()
