"""A clerk's day in a real browser: papers dropped in, progress, report, declarations; WCAG 2.2 AA by axe."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.console.desk import Desk, lodged
from tests.console.giving import SAMPLES, folder, give, looked_through
from tests.console.seats import faults, seated
from tests.nodes import Nodes, goods

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.processes]
_NUMBERS = count(895_000)


def drop(page: Any, *paths: Path) -> None:
    """Drag files and folders onto the page, as a person does from the file manager."""
    box = page.locator("[data-drop]").bounding_box()
    data = {"items": [], "files": [str(one) for one in paths], "dragOperationsMask": 1}
    devices = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 20, "y": box["y"] + 20}
        devices.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


@pytest.fixture
def seat(browser: Any, nodes: Nodes) -> Iterator[Any]:
    with seated(browser, nodes, Side.CUSTOMS, "exporter") as page:
        yield page


def test_dropped_papers_are_inspected_live_and_the_report_works_inside(seat: Any) -> None:
    seat.get_by_role("link", name="Self-inspection", exact=True).click()
    seat.get_by_role("button", name="Start").click()
    sync_api.expect(seat.get_by_text("Choose files or drag a folder in first.")).to_be_visible()
    drop(seat, SAMPLES / "inspection/declarations", SAMPLES / "inspection/certificates.xlsx")
    sync_api.expect(seat.get_by_text("Files chosen: 13")).to_be_visible()
    drop(seat, SAMPLES / "inspection/invoices.xlsx")
    sync_api.expect(seat.get_by_text("Files chosen: 14")).to_be_visible()
    seat.get_by_role("button", name="Start").click()
    seat.wait_for_url("**/inspections/*")
    assert not faults(seat)
    sync_api.expect(seat.get_by_text("14 declarations: 5 would clear, 9 would be held")).to_be_visible(
        timeout=30_000
    )
    sync_api.expect(seat.get_by_role("cell", name="declarations/returns.xlsx")).to_be_visible()
    seat.locator("iframe.report").scroll_into_view_if_needed()
    report = seat.frame_locator("iframe.report")
    sync_api.expect(report.get_by_text("9 of 14 declarations would be held")).to_be_visible()
    report.get_by_role("searchbox").fill("530120260000005107")
    report.get_by_role("searchbox").press("Enter")
    sync_api.expect(report.get_by_text("certificate.missing").first).to_be_visible()
    with seat.expect_download() as downloading:
        seat.get_by_role("link", name="Workbook").click()
    assert downloading.value.suggested_filename.endswith("report.xlsx")
    seat.get_by_role("button", name="Delete everything now").click()
    sync_api.expect(seat.get_by_text("Nothing yet.")).to_be_visible()


def test_a_folder_without_scripts(browser: Any, nodes: Nodes) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(nodes.address(Side.CUSTOMS) + "/console/")
    page.fill("#token", nodes.settings.identities["exporter"].token)
    page.click("button.main")
    page.get_by_role("link", name="单证档案").click()
    page.set_input_files("#folder", SAMPLES / "dossier")
    page.get_by_role("button", name="开始处理").click()
    sync_api.expect(page.get_by_role("heading", name="提醒, 最近者在前")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="530120260000007102").first.click()
    sync_api.expect(page.get_by_role("heading", name="矛盾")).to_be_visible()
    with page.expect_download() as downloading:
        page.go_back()
        page.get_by_role("link", name="期限日历").click()
    assert "BEGIN:VCALENDAR" in Path(downloading.value.path()).read_text(encoding="utf-8")
    page.get_by_role("button", name="立即全部删除").click()
    context.close()


@pytest.fixture(scope="module")
def given(nodes: Nodes) -> Iterator[tuple[str, ...]]:
    """Paths of everything that a clerk looks at."""
    which = next(_NUMBERS)
    items = goods(which)[1]["items"]
    items[0]["hs_code"] = "8517130000"
    _, held = lodged(nodes, which, items=items)
    desk = Desk(nodes, Side.CUSTOMS, "exporter")
    inspected, filed = (
        str(looked_through(desk, give(desk, kind, folder(name))).url.path).removeprefix("/console")
        for kind, name in (("inspections", "inspection"), ("dossiers", "dossier"))
    )
    yield (
        "/mine",
        f"/declarations/{held}",
        "/inspections",
        inspected,
        filed,
        f"{filed}/shipments/1",
        f"/steps?procedure=return&number={held}",
    )
    for one in (inspected, filed):
        desk.send(f"{one}/delete")
    desk.client.close()


@pytest.mark.parametrize(
    "options", [{}, {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 360, "height": 700}}]
)
def test_every_page_of_a_clerk_is_accessible(
    browser: Any, nodes: Nodes, given: tuple[str, ...], options: dict[str, Any]
) -> None:
    with seated(browser, nodes, Side.CUSTOMS, "exporter", **options) as page:
        for path in given:
            page.goto(f"{nodes.address(Side.CUSTOMS)}/console{path}")
            assert not faults(page), path
