"""Case files in a real browser: walked through inside the console, apart from it, and accessible in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hefu.chains.casefile.writing import write_cases
from hefu.protocol.records import Side
from tests.chains.casefile.made import all_three, bought_invoices
from tests.console.seats import faults, seated
from tests.nodes import Nodes

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.processes]
CASE = bought_invoices().id


@pytest.fixture(scope="module")
def folder(nodes: Nodes) -> Path:
    """The folder of case files of the customs node, with three."""
    folder = nodes.home / "customs" / "cases"
    write_cases(all_three(), folder)
    return folder


@pytest.mark.parametrize(
    "options", [{}, {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 360, "height": 700}}]
)
def test_list_and_case_are_accessible(
    browser: Any, nodes: Nodes, folder: Path, options: dict[str, Any]
) -> None:
    with seated(browser, nodes, Side.CUSTOMS, "investigator", **options) as page:
        assert page.url.endswith("/console/cases")
        assert not faults(page)
        page.goto(f"{page.url}/{CASE}")
        assert not faults(page)


def test_a_case_is_walked_through_inside_the_console(browser: Any, nodes: Nodes, folder: Path) -> None:
    with seated(browser, nodes, Side.CUSTOMS, "investigator") as page:
        page.locator(f"a[href$='/cases/{CASE}']").click()
        page.locator("iframe.report").scroll_into_view_if_needed()
        inner = page.frame_locator("iframe.report")
        inner.locator(".claims a.key").first.press("Enter")
        sync_api.expect(inner.locator("#chosen")).to_be_visible()
        frame = next(one for one in page.frames if one.url.endswith("/page"))
        assert frame.evaluate("origin") == "null"  # apart from the console: neither its cookie nor its pages
        with page.expect_download() as taken:
            page.get_by_role("link", name="PDF (Chinese)").click()
        assert taken.value.suggested_filename == f"{CASE}-case.zh.pdf"


def test_two_investigators_close_a_case(browser: Any, nodes: Nodes, folder: Path) -> None:
    number = "CLOSEDBYTWO"
    write_cases([replace(bought_invoices(), id=number)], folder)
    with seated(browser, nodes, Side.CUSTOMS, "investigator", locale="zh-CN") as page:
        page.goto(f"{nodes.address(Side.CUSTOMS)}/console/cases/{number}")
        page.get_by_label("代表企业的人").fill("李明")
        page.get_by_label("企业的说明").fill("协议附后")
        page.get_by_label("文件 (复制到案卷旁)").set_input_files(
            {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
        )
        page.get_by_role("button", name="记入案卷").click()
        sync_api.expect(page.locator("h1 .state")).to_have_text("已答复")
        page.get_by_label("结果").select_option("no_action")
        page.get_by_label("理由").fill("协议属实")
        page.get_by_role("button", name="提出").click()
        sync_api.expect(page.locator("h1 .state")).to_have_text("提议结案")
    with seated(browser, nodes, Side.CUSTOMS, "investigator2") as page:
        page.goto(f"{nodes.address(Side.CUSTOMS)}/console/cases/{number}")
        page.get_by_role("button", name="Confirm: close the case").click()
        sync_api.expect(page.locator("h1 .state")).to_have_text("Closed")
        sync_api.expect(page.get_by_text("陈静 (皇岗海关稽查科), 赵磊 (皇岗海关稽查科)")).to_be_visible()
