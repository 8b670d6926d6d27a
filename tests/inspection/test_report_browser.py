"""The page in a real browser: languages, filters, search, papers side by side, keyboard, print, narrow screens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hefu.errors import Text
from hefu.inspection.findings.noticed import Notice, Noticed
from hefu.inspection.report.html import write_html
from tests.inspection.reported import IMAGE, SCRIPT, asked, export_number, nothing, sample, sound
from tests.watched import Watched

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

VIEWS = (
    "view=overview", "view=todo", "view=declarations", "view=certificates", "view=noticed", "view=read", "view=found&q=CK2026",
    f"view=declaration&n={export_number(31)}", "view=certificate&n=CK2026000100",
)  # fmt: skip
HS = export_number(31)
"""The declaration whose commodity code differs."""


SEEN = Noticed(
    "91110000101623741K",
    IMAGE,
    9,
    (
        Notice(
            "chains.other_holder", Text("持有人", "holder"), 2, 9, ((HS, Text("证明", SCRIPT)),),
            Text("合并", "a merger"), Text("记录", "the history"), Text("公告", "the announcement"),
        ),
    ),
    (Text("发票", "invoices"),),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = tmp_path_factory.mktemp("pages")
    whole = sample()
    for name, one in (("whole", whole), ("asked", asked(whole)), ("nothing", nothing()), ("sound", sound())):
        write_html(one, told / f"{name}.html", "en")
    write_html(whole, told / "open.html")
    write_html(replace(whole, noticed=SEEN), told / "seen.html", "en")
    left = Noticed(left_out=Text("太多", "too many"))
    write_html(replace(whole, noticed=left), told / "left.html", "en")
    many = pl.concat([whole.declarations] * 120).with_row_index("at")
    many = many.with_columns(
        declaration=pl.format("5301202609{}", (10_000_000 + pl.col("at")).cast(pl.String))
    )
    write_html(replace(whole, declarations=many.drop("at"), details={}), told / "many.html", "en")
    return told


class Desk(Watched):
    """A reader of the pages."""

    def open(self, address: str = "", name: str = "whole") -> Any:
        self.page.goto("about:blank")
        self.page.goto(f"{(self.folder / f'{name}.html').as_uri()}#{address}")
        return self.page

    def text(self, selector: str = "main") -> str:
        return str(self.page.inner_text(selector))


@pytest.fixture
def desk(browser: Any, folder: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    options = getattr(request, "param", {})
    context = browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
    )
    one = Desk(context, folder)
    yield one
    assert not one.wrong
    assert {url.split("#")[0] for url in one.asked} <= {path.as_uri() for path in folder.iterdir()}
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_view_speaks_the_language_and_runs_nothing_of_the_papers(desk: Desk, language: str) -> None:
    for name in ("whole", "asked", "nothing", "sound"):
        for view in VIEWS:
            page = desk.open(f"lang={language}&{view}", name)
            assert page.get_attribute("html", "lang") == ("zh-CN" if language == "zh" else "en")
            assert ("概览" in desk.text("nav")) == (language == "zh")
            assert "undefined" not in desk.text("body")
            assert "[object" not in desk.text("body")
            assert not page.query_selector_all("main img, main script, main iframe, main [onerror]")
            hrefs = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.getAttribute('href'))")
            assert all(href.startswith("#lang=") for href in hrefs)


def test_hostile_texts_are_shown_as_texts(desk: Desk) -> None:
    desk.open("view=declarations&q=img")
    assert IMAGE in desk.text("table")
    desk.open("view=read")
    assert SCRIPT in desk.text()
    assert "⟨U+202E⟩⟨U+2028⟩=cmd" in desk.text()


@pytest.mark.parametrize("desk", [{"locale": "zh-CN"}, {"locale": "en-US"}], indirect=True)
def test_the_language_is_the_readers_and_what_is_chosen_stays(desk: Desk) -> None:
    page = desk.open("", "open")
    first = page.evaluate("navigator.language").startswith("zh")
    assert ("未能读取" in desk.text()) == first
    page.click(".lang button[aria-pressed=false]")
    assert ("未能读取" in desk.text()) != first
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert f"lang={'en' if first else 'zh'}" in page.url
    page.click("nav a >> nth=1")
    page.reload()
    assert ("更正报关单" in desk.text()) != first


def test_the_language_of_the_desk_that_wrote_it_comes_before_the_browsers(desk: Desk) -> None:
    write_html(sample(), desk.folder / "written.html", "zh")
    desk.open("", "written")
    assert "概览" in desk.text("nav")


def test_the_overview_says_what_matters(desk: Desk) -> None:
    page = desk.open()
    assert desk.text(".headline") == "17 of 42 declarations would be held"
    assert [one.inner_text() for one in page.query_selector_all(".figure")] == ["17", "21", "4", "4"]
    assert "171 rows in = 167 judged + 4 refused" in desk.text(".about")
    sums = [one.inner_text() for one in page.query_selector_all(".card .money")]
    worth = [float(one.removeprefix("USD ").replace(",", "")) for one in sums]
    assert worth == sorted(worth, reverse=True)
    assert len(worth) == 5
    page.click(".tile.ok")
    assert desk.text(".status") == "21 of 42"


def test_nothing_to_do_is_said(desk: Desk) -> None:
    desk.open("", "sound")
    assert "every declaration would clear (21)" in desk.text(".good")
    desk.open("view=todo", "sound")
    assert "every declaration would clear (21)" in desk.text(".good")
    desk.open("", "nothing")
    assert "No declaration was read" in desk.text()


def test_findings_stand_by_action_and_filters_narrow_them(desk: Desk) -> None:
    page = desk.open("view=todo")
    titles = [one.inner_text() for one in page.query_selector_all(".action h3")]
    assert titles[0] == "correct the declaration"
    assert titles[-1] == "look at it (does not hold)"
    assert page.locator(".finding").count() == 37
    page.select_option("select[name=severity]", "block")
    assert page.locator(".finding").count() == page.locator(".finding.block").count() == 19
    page.select_option("select[name=code]", "quantity.exceeds_certificate")
    assert desk.text(".status") == "4 of 37"
    page.select_option("select[name=firm]", IMAGE)
    assert page.locator(".card").count() == 1
    assert "firm=%3Cimg" in page.url
    page.reload()
    assert page.locator(".card").count() == 1
    page.click(".filters button")
    assert page.locator(".finding").count() == 37
    assert page.evaluate("document.activeElement.name") == "action"
    page.fill("input[name=q]", "ＣＫ2026 000031")
    sync_api.expect(page.locator(".finding")).to_have_count(1)
    page.fill("input[name=q]", "nowhere at all")
    page.wait_for_selector(".empty")


def test_the_search_takes_any_number(desk: Desk) -> None:
    page = desk.open()
    for asked_for, heading in (
        (HS, f"Declaration {HS}"), (f"{HS}001", f"Declaration {HS}"), ("ck2026000100", "Certificate CK2026000100"),
    ):  # fmt: skip
        page.fill("#search", asked_for)
        page.press("#search", "Enter")
        sync_api.expect(page.locator("h2")).to_have_text(heading)
    page.fill("#search", "兴达")
    page.press("#search", "Enter")
    page.wait_for_selector(".hits")
    assert "北京兴达制衣有限公司" in desk.text(".hits")
    page.fill("#search", "constructor")
    page.press("#search", "Enter")
    sync_api.expect(page.locator(".status")).to_contain_text("Nothing found")


def test_papers_stand_side_by_side_with_what_differs_marked_and_explained(desk: Desk) -> None:
    page = desk.open("view=declarations")
    page.click(f"text={HS}")
    page.wait_for_selector("table.beside")
    marked = page.locator("tr.marked.block")
    assert marked.count() == 1
    assert marked.inner_text().split() == ["commodity", "code", "■", "holds", "6114200090", "8517130000"]
    explained = desk.text("tr.explained")
    assert "commodity code 6114200090 of item 1 differs from 8517130000" in explained
    assert "hs.differs" in explained
    assert "correct the side that is wrong" in explained
    assert "6114200090 → 8517130000" in desk.text(".edits")
    assert "报关单.zip/3月.xlsx › 出口 › row 36" in desk.text(".finding")
    page.go_back()
    sync_api.expect(page.locator("h2")).to_have_text("Declarations")


def test_a_return_stands_beside_its_export(desk: Desk) -> None:
    page = desk.open("view=declarations&act=return&q=window")
    page.click(".filters button")
    page.select_option("select[name=act]", "return")
    page.click("tbody a.number >> nth=0")
    page.wait_for_selector("table.beside")
    heads = [one.inner_text().split("\n")[0] for one in page.query_selector_all("table.beside thead th")]
    assert heads == ["Field", "Declaration", "Certificate", "Original export"]


def test_the_authoritys_record_stands_beside_the_enterprises(desk: Desk) -> None:
    page = desk.open("view=certificates&q=CK2026000100", "asked")
    assert "≠ used" in desk.text("tbody")
    page.click("tbody a.number >> nth=0")
    page.wait_for_selector(".pair")
    assert "unlike the enterprise's own data" in desk.text(".pair")
    assert "530120260000000078" in desk.text(".pair")
    for number, mark in (
        ("CK2026000000", "reserved"),
        ("CK2026000001", "≠ reserved"),
        ("CK2026000003", "available"),
    ):
        desk.open(f"view=certificates&q={number}", "asked")
        assert desk.text("tbody td:nth-child(3)") == mark, number
    desk.open("view=certificates")
    assert "Authority's record" not in desk.text("thead")


def test_tables_sort_by_keyboard_and_come_in_slices(desk: Desk) -> None:
    page = desk.open("view=declarations", "many")
    assert "holds the first 5,000" in desk.text(".notice")
    assert page.locator("tbody tr").count() == 100
    page.click(".more")
    assert page.locator("tbody tr").count() == 500
    page.focus("thead th:nth-child(3) button")
    page.keyboard.press("Enter")
    assert page.get_attribute("thead th:nth-child(3)", "aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert page.get_attribute("thead th:nth-child(3)", "aria-sort") == "descending"
    figures = [one.inner_text() for one in page.query_selector_all("tbody td:nth-child(3)")]
    worth = [float(one.replace(",", "")) for one in figures]
    assert worth == sorted(worth, reverse=True)
    assert page.locator("tbody td:nth-child(3)").last.inner_text() != "not known"
    for _ in range(4):
        if page.is_visible(".more"):
            page.click(".more")
    assert page.locator("tbody tr").count() == 5_000


def test_everything_can_be_reached_and_seen_by_keyboard(desk: Desk) -> None:
    page = desk.open("view=todo&severity=block")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    stops = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
        ".filter((one) => one.checkVisibility()).length"
    )
    seen = 0
    for _ in range(stops):
        page.keyboard.press("Tab")
        seen += page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement);"
            " return document.activeElement !== document.body"
            " && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; })()"
        )
    assert seen >= stops - 1  # the browser's own stop at the end of the page


def test_what_is_printed_is_the_view_whole(desk: Desk) -> None:
    page = desk.open("view=declarations", "many")
    page.emulate_media(media="print")
    assert not page.is_visible(".top")
    assert not page.is_visible(".filters")
    assert "2026.1" in desk.text("h1")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("tbody tr").count() == 5_000
    page = desk.open("view=todo")
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize(
    "desk",
    [
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    ],
    ids=["360 px", "zoom 200 %"],
    indirect=True,
)
def test_narrow_screens_scroll_one_way(desk: Desk) -> None:
    for view in VIEWS:
        for language in ("zh", "en"):
            page = desk.open(f"lang={language}&{view}", "asked")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (view, language)


CONTRAST = """() => {
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parsed(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !one.checkVisibility() || one.closest("script, svg")) continue;
    const [a, b] = [light(parsed(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([walker.currentNode.data.slice(0, 30), ratio]);
  }
  return poor;
}"""
STRUCTURE = """() => {
  const wrong = [];
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) wrong.push("ids repeat");
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1]));
  if (levels.filter((one) => one === 1).length !== 1) wrong.push("not one h1");
  levels.forEach((one, at) => { if (at && one > levels[at - 1] + 1) wrong.push(`h${levels[at - 1]} then h${one}`); });
  for (const one of document.querySelectorAll("input, select")) {
    if (!one.labels.length && !one.getAttribute("aria-label")) wrong.push(`no label: ${one.name}`);
  }
  for (const one of document.querySelectorAll("a, button")) {
    if (!one.textContent.trim() && !one.hidden) wrong.push(`no name: ${one.outerHTML}`);
  }
  for (const one of document.querySelectorAll("table")) {
    if (!one.caption && !one.getAttribute("aria-labelledby")) wrong.push("table without a name");
    if (!one.querySelector("th[scope=col]")) wrong.push("table without heads");
  }
  for (const one of document.querySelectorAll("svg")) {
    if (one.getAttribute("aria-hidden") !== "true" && !one.getAttribute("aria-label")) wrong.push("chart without words");
  }
  for (const one of ["header", "nav", "main", "footer"]) {
    if (document.querySelectorAll(one).length !== 1) wrong.push(`not one ${one}`);
  }
  return wrong;
}"""


@pytest.mark.parametrize(
    "desk", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=str, indirect=True
)
def test_it_can_be_read_by_everyone(desk: Desk) -> None:
    axe = os.environ.get("HEFU_AXE")  # axe.min.js, where a developer has it
    for view, name in (*((one, "asked") for one in VIEWS), ("view=noticed", "seen")):
        page = desk.open(view, name)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate(CONTRAST) == [], view
        assert page.evaluate(STRUCTURE) == [], view
        if axe:
            page.evaluate(Path(axe).read_text(encoding="utf-8"))
            told = page.evaluate("axe.run({ resultTypes: ['violations'] })")
            assert [
                (one["id"], [node["html"] for node in one["nodes"]]) for one in told["violations"]
            ] == [], view


@pytest.mark.parametrize("desk", [{"reduced_motion": "reduce"}], ids=str, indirect=True)
def test_who_wants_no_motion_gets_none(desk: Desk) -> None:
    page = desk.open()
    assert page.evaluate("getComputedStyle(document.querySelector('.tile')).transitionDuration") == "0s"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("持有人", "合并", "记录", "不是认定")),
        ("en", ("holder · 2 of 9", "a merger", "the history", SCRIPT)),
    ],
)
def test_how_an_investigator_sees_it_is_a_section_of_its_own(
    desk: Desk, language: str, words: tuple[str, ...]
) -> None:
    title = "调查人员怎么看" if language == "zh" else "As an investigator sees it"
    desk.open(f"lang={language}&view=noticed", "seen")
    assert title in desk.text("nav")
    for word in (*words, IMAGE, HS):
        assert word in desk.text(), word
    desk.open(f"lang={language}&view=noticed", "left")
    assert ("太多" if language == "zh" else "too many") in desk.text()
    desk.open(f"lang={language}", "whole")
    assert title not in desk.text("nav")
