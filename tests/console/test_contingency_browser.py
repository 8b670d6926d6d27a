"""Contingency in a real browser: a paper with its scan from one officer to the other, and each page accessible."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.console.seats import faults, seated
from tests.console.test_contingency import held, picture
from tests.nodes import Nodes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.processes]
_SMALL: dict[str, Any] = {
    "locale": "zh-CN",
    "color_scheme": "dark",
    "viewport": {"width": 360, "height": 700},
}


def test_a_paper_goes_from_one_officer_to_the_other(browser: Any, nodes: Nodes, ticket: str) -> None:
    certificate, declaration = held(nodes)
    number, line = certificate["number"], certificate["lines"][0]
    console = nodes.address(Side.CUSTOMS) + "/console"
    with (
        seated(browser, nodes, Side.CUSTOMS, "customs", **_SMALL) as one,
        seated(browser, nodes, Side.CUSTOMS, "customs2", **_SMALL) as two,
    ):
        one.goto(f"{console}/declarations/{declaration['number']}")
        one.locator('a[href*="papers/new"]').click()
        assert not faults(one)
        one.select_option("#ticket", ticket)
        one.set_input_files("#scan", {"name": "scan.png", "mimeType": "image/png", "buffer": picture()})
        one.fill("#issued_on", certificate["issued_on"])
        one.fill("#tax_office", certificate["tax_office"])
        one.fill("#holder_uscc", certificate["holder"]["uscc"])
        for name in ("invoice", "invoice_line", "hs_code", "goods_name", "quantity", "unit"):
            one.fill(f'[name="l0.{name}"]', str(line[name]))
        one.locator(".go button.main").click()
        sync_api.expect(one.locator("h1")).to_contain_text(number)
        two.goto(f"{console}/contingency/papers/{number}")
        assert two.evaluate("document.querySelector('.scan').naturalWidth") == 40
        assert not faults(two)
        two.locator("main button.main").click()
        sync_api.expect(two.locator("main button.main")).to_have_count(0)
        other = [{**line, "quantity": "90", "exported_quantity": "90"}]
        assert (
            nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", {**certificate, "lines": other})[0] == 201
        )
        nodes.settled()
        for path in (
            "/contingency",
            "/contingency/papers?state=contested",
            "/contingency/contests",
            f"/declarations/{declaration['number']}/correct",
        ):
            one.goto(console + path)
            assert not faults(one), path
