"""The page in a real browser: both languages, a line chosen by click and key, days, print, dark, narrow screens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hefu.chains.casefile import write_cases
from hefu.documents.visible import visible
from tests.chains.casefile.made import HOSTILE, all_three, bought_invoices, hostile, lent_title
from tests.inspection.test_report_browser import CONTRAST, STRUCTURE
from tests.watched import Watched

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

FIRST = bought_invoices()
CASES = [*all_three()[:2], hostile()]
PAGES = ["index.html", *(f"{one.id}/case.html" for one in CASES)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = tmp_path_factory.mktemp("cases")
    write_cases(CASES, told, today=date(2999, 1, 1))
    return told


class Desk(Watched):
    """A reader of the pages."""

    def open(self, name: str = f"{FIRST.id}/case.html", language: str = "en") -> Any:
        self.page.goto(f"{(self.folder / name).as_uri()}?lang={language}")
        return self.page


@pytest.fixture
def desk(browser: Any, folder: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    options = getattr(request, "param", {})
    context = browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
    )
    one = Desk(context, folder)
    yield one
    assert not one.wrong
    assert all(url.startswith(folder.as_uri()) for url in one.asked)
    assert {url.partition("?")[0].rpartition(".")[2] for url in one.asked} == {"html"}
    context.close()


def chosen(page: Any, selector: str) -> list[str]:
    told: list[str] = page.eval_on_selector_all(
        f"{selector}[data-chosen]",
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.line ?? one.dataset.number)",
    )
    return told


def line(page: Any, letter: str) -> Any:
    return page.locator(f"a.line[data-line={letter}]").locator("visible=true")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_language_is_shown_and_nothing_of_the_papers_runs(desk: Desk, language: str) -> None:
    for name in PAGES:
        page = desk.open(name, language)
        text = page.inner_text("body")
        assert page.get_attribute("html", "lang") == ("zh-CN" if language == "zh" else "en")
        assert ("移交线索" in text) == (language == "zh")
        assert ("referral" in text.lower()) == (language == "en")
        assert "undefined" not in text
        assert not page.query_selector_all("main img, main script, main iframe, main [onerror]")
    assert visible(HOSTILE) in page.inner_text(".claims")
    page.click(f"button[data-language={'en' if language == 'zh' else 'zh'}]")
    assert ("移交线索" in page.inner_text("body")) == (language == "en")
    assert page.title().startswith("HF-0000000X")


@pytest.mark.parametrize("desk", [{"locale": "zh-CN"}, {"locale": "en-US"}], ids=str, indirect=True)
def test_the_readers_language_is_taken_and_goes_along_to_the_next_page(desk: Desk) -> None:
    page = desk.page
    page.goto((desk.folder / "index.html").as_uri())
    own = page.evaluate("navigator.language").startswith("zh")
    assert ("待核查案卷" in page.inner_text("h1")) == own
    page.click(f"button[data-language={'en' if own else 'zh'}]")
    page.click("tbody th a >> nth=0")
    page.wait_for_selector("figure.drawing")
    assert ("移交线索" in page.inner_text("body")) != own


def test_a_click_on_a_line_shows_its_evidence(desk: Desk) -> None:
    page = desk.open()
    assert not page.is_visible("#chosen")
    line(page, "b").locator(".label").click()
    assert "34 declarations name Fengze as trader" in page.inner_text("#chosen")
    assert page.locator("#chosen li").count() == 3
    assert chosen(page, "a.line") == ["b"] == chosen(page, ".claims li")
    assert chosen(page, ".row") == ["2", "3", "10"]
    page.click("#chosen li a >> nth=2")
    assert page.evaluate("location.hash") == "#row-10"
    page.click(".claims li[data-line=c] a.key")
    assert chosen(page, "a.line") == ["c"]
    line(page, "c").locator(".label").click()
    assert chosen(page, "a.line") == []
    assert not page.is_visible("#chosen")


def test_lines_are_walked_and_chosen_by_key(desk: Desk) -> None:
    page = desk.open()
    line(page, "a").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.line") == "b"
    for key in ("Enter", "Escape", " "):
        page.keyboard.press(key)
        assert chosen(page, "a.line") == ([] if key == "Escape" else ["b"])
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.line") == "k"
    assert (
        page.evaluate("getComputedStyle(document.activeElement.querySelector('.wire')).strokeWidth")
        == "3.4px"
    )
    page.focus(".claims a.key")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.line") == "b"
    assert page.evaluate("document.activeElement.className").startswith("key")


def out(page: Any, selector: str, name: str) -> set[str]:
    return set(
        page.eval_on_selector_all(f"{selector}[data-out]", f"all => all.map((one) => one.dataset.{name})")
    )


def test_days_dim_what_lies_outside(desk: Desk) -> None:
    page = desk.open()
    assert out(page, "a.line", "line") == set()
    days = (date(2026, 4, 1) - date(1970, 1, 1)).days
    page.fill("#from", str(days))
    ended = {chr(97 + at) for at, one in enumerate(FIRST.links) if one.last and one.last < date(2026, 4, 1)}
    assert out(page, "a.line", "line") == out(page, ".claims li", "line") == ended == {"d"}
    early = {str(one.number) for one in FIRST.evidence if one.on and one.on < date(2026, 4, 1)}
    assert out(page, ".row", "number") == out(page, "circle.mark", "evidence") == early
    assert page.inner_text("#from + output") == "2026-04-01"
    page.fill("#to", str(days - 5))
    assert page.input_value("#from") == page.input_value("#to")
    page.click("#whole")
    assert out(page, ".row", "number") == set()
    page.focus("#from")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#from + output") == "2026-03-02"


def test_the_list_is_found_filtered_and_sorted(desk: Desk) -> None:
    page = desk.open("index.html")
    assert page.inner_text("#count") == "3 / 3"
    page.fill("#find", "Fengze")
    assert page.locator("tbody tr:visible").count() == 1
    page.fill("#find", "")
    page.select_option("#status", "closed")
    assert page.locator("tbody tr:visible").count() == 0
    page.select_option("#status", "")
    page.click("thead th:nth-child(7) button")
    money = page.eval_on_selector_all(
        "tbody td:nth-child(7)", "all => all.map((one) => Number(one.dataset.sort))"
    )
    assert money == sorted(money)
    page.focus("thead th:nth-child(7) button")
    page.keyboard.press("Enter")
    assert page.get_attribute("thead th:nth-child(7)", "aria-sort") == "descending"


@pytest.mark.parametrize(
    "desk", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=str, indirect=True
)
def test_it_can_be_read_by_everyone(desk: Desk) -> None:
    for name in PAGES:
        for language in ("zh", "en"):
            page = desk.open(name, language)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert page.evaluate(CONTRAST) == [], name
            wrong = page.evaluate(STRUCTURE)
            assert [one for one in wrong if one != "not one nav"] == [], name
    assert page.evaluate(LABELS) == []


LABELS = """() => {
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const poor = [];
  for (const one of document.querySelectorAll("svg.chain text")) {
    if (!one.checkVisibility()) continue;
    const held = one.closest("a.line, g.box");
    const under = held?.querySelector(".label, .face") ?? document.querySelector("svg .band");
    const [a, b] = [light(parsed(getComputedStyle(one).fill)), light(parsed(getComputedStyle(under).fill))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([one.textContent, ratio]);
  }
  return poor;
}"""


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
    for name in PAGES:
        for language in ("zh", "en"):
            page = desk.open(name, language)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, language)
    desk.open()
    assert page.evaluate("document.querySelector('.canvas').scrollWidth > innerWidth")


def test_no_text_of_the_drawing_leaves_its_place(desk: Desk) -> None:
    for name in PAGES[1:]:
        for language in ("zh", "en"):
            page = desk.open(name, language)
            assert (
                page.evaluate(
                    """() => [...document.querySelectorAll("svg.chain a.line")].filter((one) => one.checkVisibility())
                .flatMap((one) => [...one.querySelectorAll("text")].filter((text) => {
                  const [inner, outer] = [text, one.querySelector(".label")].map((e) => e.getBoundingClientRect());
                  return inner.left < outer.left - 1 || inner.right > outer.right + 1;
                }).map((text) => text.textContent))"""
                )
                == []
            ), (name, language)


def test_what_is_printed_has_everything_but_the_controls(desk: Desk) -> None:
    page = desk.open()
    page.emulate_media(media="print")
    for gone in (".top", ".range", "footer nav"):
        assert not page.is_visible(gone)
    assert page.is_visible("svg.chain >> visible=true")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_without_a_script_both_languages_and_everything_else_are_there(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / f"{FIRST.id}/case.html").as_uri())
    text = page.inner_text("body")
    assert "移交线索" in text
    assert "A referral, not a finding" in text
    page.click(".claims a.key >> nth=2")
    assert page.url.endswith("#line-c")
    context.close()


def test_many_parties_are_drawn_on_one_page(browser: Any, tmp_path: Path) -> None:
    write_cases([lent_title(60)], tmp_path, today=date(2999, 1, 1))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto((tmp_path / f"{lent_title().id}/case.html").as_uri() + "?lang=en")
    assert "55 parties are folded" in page.inner_text("figcaption")
    assert "43 more parties" in page.inner_text("#roles")
    context.close()
