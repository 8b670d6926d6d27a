"""The page: whole, offline, safe, in both languages; the picture of what is due."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hefu.procedures.dossier.page import page
from hefu.procedures.dossier.papers import Held
from hefu.procedures.dossier.timeline import timeline
from tests.builders import EXPORT, certificate
from tests.procedures.dossier.shipments import answer_of, complete, dossier_of, export, held, paper, without

SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def written(*papers: Held, language: str = "en", as_of: str = "2026-03-25") -> str:
    told = answer_of(*papers, as_of=as_of)
    return page(told, told.dossiers, language).decode()


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_both_languages_stand_in_the_page_and_one_is_shown_first() -> None:
    text = written(*without(complete(), "contract"))
    assert '<html lang="en">' in text
    assert '<html lang="zh-CN">' in written(*complete(), language="zh")
    for word in (
        "export contract",
        "出口合同",
        "the papers agree",
        "各单证相符",
        "按规则集",
        "papers on file",
    ):
        assert word in text


def test_nothing_of_a_paper_becomes_markup() -> None:
    papers = [
        *without(complete(), "transport"),
        paper("transport", SCRIPT[:70], day="2026-02-03", contracts=["HT-2026-01"], seller={"name": SCRIPT}),
        paper("other", "X\u202e1", contracts=["HT-2026-01"]),
    ]
    text = written(*papers)
    assert SCRIPT[:20] not in text
    assert [tag for tag, _ in _Tags(text).tags].count("script") == 1
    assert "img" not in {tag for tag, _ in _Tags(text).tags}
    assert "⟨U+202E⟩" in text
    assert "\u202e" not in text


def test_the_page_asks_nobody_for_anything() -> None:
    text = written(*complete())
    for _, attributes in _Tags(text).tags:
        assert not attributes.keys() & {"src", "action", "style"}
        assert (attributes.get("href") or "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src 'none'" in policy
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_the_page_shows_what_is_missing_contradicts_and_was_not_taken() -> None:
    lone = paper("explanation", "SM-1")
    other = export(number="530120260000000002", certificates=[], contract="HT-9")
    text = written(
        *without(complete(), "contract"), other, paper("contract", "HT-2026-01", day="2026-02-09"), lone
    )
    assert "dossier.date_order" in text
    assert "belongs to no shipment" in text
    assert 'class="badge block"' in text
    assert "HT-2026-01.json: day" in text
    assert text.count("<svg") == 2


@pytest.mark.parametrize("as_of", ["2026-03-25", "2029-12-31", "2040-01-01"])
def test_the_picture_has_a_line_for_each_day_within_reach(as_of: str) -> None:
    one = dossier_of(*complete(), as_of=as_of)
    root = etree.fromstring(timeline(one.deadlines, date.fromisoformat(as_of)))
    width = float(root.get("viewBox", "").split()[2])
    shown = [due for due in one.deadlines if due.day and due.day <= date(int(as_of[:4]) + 3, 12, 31)]
    assert 0 < len(root.findall("rect")) <= len(shown)
    for rect in root.findall("rect"):
        assert 0 <= float(rect.get("x", "")) <= width
        assert float(rect.get("width", "")) > 0
        assert float(rect.get("x", "")) + float(rect.get("width", "")) <= width


def test_without_a_day_there_is_no_picture() -> None:
    assert timeline((), date(2026, 1, 1)) == ""
    assert "<svg" not in written(paper("contract", "HT-1"))


def test_later_days_stand_further_right() -> None:
    one = dossier_of(*complete())
    root = etree.fromstring(timeline(one.deadlines, date(2026, 3, 25)))
    ends = {
        str(circle.findtext("title"))[:10]: float(circle.get("cx", "")) for circle in root.findall("circle")
    }
    assert [ends[day] for day in sorted(ends)] == sorted(ends.values())


@pytest.mark.browser
def test_the_language_is_switched_in_a_real_browser(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "dossier.html"
    file.write_text(written(export(certificates=[]), held(certificate())), "utf-8")
    seen: list[str] = []
    desk = browser.new_page(offline=True)
    desk.on("console", lambda message: seen.append(message.text))
    desk.goto(file.as_uri())
    assert desk.get_by_role("heading", name=f"{EXPORT} own export, return").is_visible()
    desk.get_by_role("button", name="中文").click()
    assert desk.get_by_role("heading", name=f"{EXPORT} 自营出口, 退运").is_visible()
    assert not desk.get_by_text("own export, return").first.is_visible()
    desk.close()
    assert seen == []
