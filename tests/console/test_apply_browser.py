"""Applying for a certificate in a real browser: without scripts, by the browser's own way back, accessible in each step."""

from __future__ import annotations

from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.builders import TAX_OFFICE
from tests.console.seats import faults, seated
from tests.console.test_apply import exported
from tests.nodes import Nodes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.processes]
_SMALL: dict[str, Any] = {
    "locale": "zh-CN",
    "color_scheme": "dark",
    "viewport": {"width": 360, "height": 700},
}


def test_each_step_is_accessible_and_the_way_back_loses_nothing(browser: Any, nodes: Nodes) -> None:
    number = exported(nodes)
    with seated(browser, nodes, Side.TAX, "exporter", **_SMALL) as page:
        onwards = page.locator(".go button.main")
        page.goto(f"{nodes.address(Side.TAX)}/console/apply")
        page.check('[value="refunded_open"]')
        page.check(f'[value="{number}"]')
        page.fill("#tax_office", "")
        onwards.click()
        sync_api.expect(page.get_by_role("alert").get_by_text("税务机关: ")).to_be_visible()
        assert page.is_checked('[value="refunded_open"]')
        page.fill("#tax_office", TAX_OFFICE)
        assert not faults(page)
        onwards.click()
        page.fill('[name="l0.quantity"]', "30")
        assert not faults(page)
        onwards.click()
        page.fill("#reason", "质量原因退回")
        page.fill('[name="l0.refunded_vat"]', "1300")
        page.go_back()
        assert page.input_value('[name="l0.quantity"]') == "30"
        page.go_forward()
        assert page.input_value("#reason") == "质量原因退回"
        assert not faults(page)
        onwards.click()
        assert not faults(page)


def test_it_is_filed_without_scripts(browser: Any, nodes: Nodes) -> None:
    number = exported(nodes)
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(nodes.address(Side.TAX) + "/console/")
    page.fill("#token", nodes.settings.identities["exporter"].token)
    page.click("button.main")
    page.get_by_role("link", name="Apply for a certificate").click()
    page.get_by_label(number).check()
    page.fill("#tax_office", TAX_OFFICE)
    page.get_by_role("button", name="On to").click()
    page.get_by_role("button", name="On to").click()
    page.fill("#reason", "quality")
    page.get_by_role("button", name="On to").click()
    page.get_by_role("button", name="File the application").click()
    assert page.locator("h1 .state").inner_text() == "Filed"
    context.close()
