"""The page without a browser: structure, what is embedded, and that no text of a paper can leave its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.declaration import Act
from hefu.documents.visible import LONGEST, visible
from hefu.inspection.fields.fields import FIELDS
from hefu.inspection.findings.actions import Action
from hefu.inspection.findings.result import Inspection
from hefu.inspection.report import content as contents
from hefu.inspection.report.content import content
from hefu.inspection.report.html import _asset, _embedded, _words, page, write_html
from hefu.inspection.report.shown import coded, joined
from hefu.rules.ruleset import CURRENT
from tests.inspection.papers import inspected, papers_of
from tests.inspection.reported import (
    HOSTILE,
    IMAGE,
    KINDS,
    SCRIPT,
    TURNED,
    asked,
    nothing,
    pair_of,
    sample,
    sound,
)

WEB = re.compile(
    r"https?:|//\w|\bimport\b|\bfetch\b|XMLHttp|WebSocket|innerHTML|outerHTML|insertAdjacent|\beval\b"
)


class Reader(HTMLParser):
    """Elements with attributes, and the text of those that have an id or none inside."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.open = True

    def handle_endtag(self, tag: str) -> None:
        self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[-1] += data

    def text(self, tag: str, **attrs: str) -> str:
        for (name, has), text in zip(self.elements, self.texts, strict=True):
            if name == tag and all(has.get(key) == value for key, value in attrs.items()):
                return text
        raise AssertionError(f"no {tag} {attrs}")


@cache
def whole() -> Inspection:
    return sample()


@cache
def told() -> str:
    return page(whole())


def data(text: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Reader(text).text("script", id="data"))
    return read


def rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    def value(held: Any, at: int) -> Any:
        return held[at] if isinstance(held, list) else held["texts"][held["at"][at]]

    return [{name: value(held, at) for name, held in table["columns"].items()} for at in range(table["rows"])]


def test_it_is_one_file_that_asks_for_nothing() -> None:
    read = Reader(told())
    assert not {"link", "img", "iframe", "object", "embed", "base", "a"} & {tag for tag, _ in read.elements}
    assert not [attrs for _, attrs in read.elements if {"src", "href", "action"} & attrs.keys()]
    assert not [key for _, attrs in read.elements for key in attrs if key.startswith("on") or key == "style"]
    for name in ("style", "script"):
        source = read.text(name) if name == "style" else read.texts[-1]
        assert not WEB.search(source.replace("http://www.w3.org/2000/svg", "")), WEB.search(source)


def test_its_policy_lets_its_own_style_and_script_run_and_nothing_else() -> None:
    read = Reader(told())
    policy = next(attrs["content"] for tag, attrs in read.elements if tag == "meta" and "http-equiv" in attrs)
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))

    def hashed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert rules == {
        "default-src": "'none'",
        "style-src": hashed(read.text("style")),
        "script-src": hashed(read.texts[-1]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_scripts_are_the_three_of_the_page() -> None:
    kinds = [attrs.get("type") for tag, attrs in Reader(told()).elements if tag == "script"]
    assert kinds == ["application/json", "application/json", None]


def test_hostile_texts_come_back_as_they_were() -> None:
    read = data(told())
    refused = [one["value"] for one in rows(read["tables"]["refusals"])]
    assert refused[1] == SCRIPT
    assert refused[2] == visible(TURNED)
    assert "\u202e" not in told()
    assert IMAGE in {one["trader_name"] for one in rows(read["tables"]["declarations"])}


def test_nothing_of_the_papers_stands_outside_of_the_json() -> None:
    for one in (IMAGE, SCRIPT, TURNED):
        assert one not in told()
    outside = re.sub(r'<script type="application/json".*?</script>', "", told(), flags=re.DOTALL)
    assert "5301202" not in outside
    assert "CK2026" not in outside
    assert not [one for one in HOSTILE if one in outside]


@given(st.text())
def test_whatever_a_paper_says_is_told_and_stays_inside(text: str) -> None:
    written = _embedded({"a": text})
    assert json.loads(written) == {"a": text}
    assert not set("<>&\u2028\u2029") & set(written)


@given(st.text(max_size=LONGEST))
def test_what_is_visible_says_all_but_what_has_no_shape(text: str) -> None:
    shown = visible(text)
    named = re.sub("⟨U\\+([0-9A-F]{4,6})⟩", lambda one: chr(int(one[1], 16)), shown)
    plainly = re.sub("⟨U\\+([0-9A-F]{4,6})⟩", lambda one: chr(int(one[1], 16)), text)
    assert named == plainly
    assert not re.search("[\x00-\x08\x7f\u202a-\u202e\u2066-\u2069]", shown)


def test_a_very_long_text_is_cut_and_says_how_long_it_was() -> None:
    assert visible("x" * 40_000) == "x" * LONGEST + " … (40,000)"


def test_codes_carry_their_words() -> None:
    assert (
        coded("mode", "4561") == ["4561 退运货物", "4561 returned goods"]
        or "4561" in coded("mode", "4561")[0]
    )
    assert coded("act", "return") == ["退运", "return"]
    assert coded("act", "no such act") == "no such act"
    assert coded("unit", "999999") == "999999"
    assert joined(["1", ["件", "articles"]], " ") == ["1 件", "1 articles"]
    assert joined(["1", "2"]) == "1\n2"


def test_the_counts_are_of_the_whole() -> None:
    totals, inspection = data(told())["totals"], whole()
    for outcome, one in totals["outcomes"].items():
        own = inspection.declarations.filter(pl.col("outcome") == outcome)
        assert one["papers"] == own.height
        assert one["usd"] == str(int(own["usd"].sum() * 10_000))
        assert one["unknown"] == own["usd"].null_count()
    assert sum(one["rows"] for one in totals["codes"]) == inspection.findings.height
    assert sum(one["papers"] for one in totals["statuses"]) == inspection.certificates.height
    assert totals["rows"] == totals["judged"] + totals["refused"] == inspection.files["rows"].sum()
    assert [one["action"] for one in totals["actions"]] == [
        action.value for action in Action if (inspection.findings["action"] == action.value).any()
    ]
    months = {one["month"]: one for one in totals["months"]}
    assert sum(one["held"] + one["clears"] + one["not_needed"] for one in months.values()) == 42
    assert list(months) == sorted(months)


def test_money_at_stake_counts_a_paper_once() -> None:
    twice = pl.concat([whole().findings, whole().findings])
    once = {one["action"]: one for one in data(told())["totals"]["actions"]}
    again = {one["action"]: one for one in content(replace(whole(), findings=twice))["totals"]["actions"]}
    for action, one in once.items():
        assert (again[action]["usd"], again[action]["papers"]) == (one["usd"], one["papers"])
        assert again[action]["rows"] == 2 * one["rows"]


def test_tables_come_back_as_they_were() -> None:
    read, inspection = data(told())["tables"], whole()
    found = rows(read["findings"])
    assert [one["message_zh"] for one in found] == inspection.findings["message_zh"].to_list()
    assert {one["declaration"] for one in rows(read["declarations"])} == set(
        inspection.declarations["declaration"]
    )
    assert all(table["rows"] == table["total"] for table in read.values())
    outcomes = [one["outcome"] for one in rows(read["declarations"])]
    assert outcomes == sorted(outcomes, key=["held", "clears", "not_needed"].index)
    held = [int(one["usd"]) for one in rows(read["declarations"]) if one["outcome"] == "held"]
    assert held == sorted(held, reverse=True)


def test_of_very_many_the_gravest_and_heaviest_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "ROWS", 15)
    monkeypatch.setattr(contents, "DETAILS", 3)
    read = content(whole())
    assert {name: (one["rows"], one["total"]) for name, one in read["tables"].items()}["findings"] == (15, 37)
    declared = rows(read["tables"]["declarations"])
    assert [one["outcome"] for one in declared] == ["held"] * 15
    assert list(read["details"]) == [one["declaration"] for one in declared[:3]]
    found = rows(read["tables"]["findings"])
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    closely = {one["id"] for one in found if one["declaration"] in read["details"]}
    marks = {
        mark
        for detail in read["details"].values()
        for section in detail["sections"]
        for row in section["rows"]
        for mark in row["marks"]
    }
    assert marks
    assert marks <= closely
    assert {one["severity"] for one in found if one["id"] not in closely} == {"block"}


def test_many_months_are_told_by_year() -> None:
    days = pl.date_range(pl.date(2019, 1, 5), pl.date(2026, 3, 5), "1mo", eager=True)
    many = pl.concat([whole().declarations] * 3).head(len(days)).with_columns(declared_on=days)
    months = content(replace(whole(), declarations=many))["totals"]["months"]
    assert [one["month"] for one in months] == [str(year) for year in range(2019, 2027)]
    assert sum(one["held"] + one["clears"] + one["not_needed"] for one in months) == len(days)


def test_what_the_authority_says_is_told_entry_by_entry() -> None:
    read = content(asked(whole()))
    assert dict(read["live"]["CK2026000100"])["state"] == "used"
    assert ["declaration", "530120260000000078"] in read["live"]["CK2026000100"]
    assert read["about"]["node"] == "https://customs.example"
    assert content(whole())["live"] == {}


@pytest.mark.parametrize("make", [nothing, sound], ids=["nothing", "sound"])
def test_empty_inspections_make_a_page(make: Any) -> None:
    read = data(page(make()))
    assert read["tables"]["findings"]["total"] == 0
    assert read["totals"]["codes"] == []


def test_it_is_written_with_the_language_asked_for(tmp_path: Path) -> None:
    write_html(whole(), tmp_path / "报告.html", "zh")
    text = (tmp_path / "报告.html").read_bytes().decode("utf-8")
    assert data(text)["language"] == "zh"
    assert data(told())["language"] == ""
    assert "\r" not in text


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    for group, entries in _words().items():
        for key, both in entries.items():
            assert len(both) == 2, (group, key)
            slots = [sorted(re.findall(r"\{\w+\}", one)) for one in both]
            assert slots[0] == slots[1], (group, key)
            assert re.search(r"[\u4e00-\u9fff]", both[0]), (group, key)
            assert not re.search(r"[\u4e00-\u9fff]", both[1]), (group, key)


def test_the_modules_use_no_word_that_is_not_there_and_all_that_are() -> None:
    scripts = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    used = set(re.findall(r"""\bt\((?:"(\w+)")""", scripts))
    ui = set(_words()["ui"])
    assert used <= ui
    spoken = set(re.findall(r"""["`](\w+)["`]""", scripts)) | {"item_n", "line_n"}
    assert ui <= spoken | set(_words()["outcome"]), ui - spoken


SCRIPTS = ("base", "controls", "charts", "findings", "tables", "papers", "search", "main")


def test_codes_that_occur_have_words() -> None:
    words = _words()
    assert set(words["who"]) == {action.value for action in Action}
    assert {one.value for one in Act} == set(data(told())["words"]["act"])
    named = set(words["read"])
    roles, kinds = words["role"], words["identifier"]
    for fields in FIELDS.values():
        for field in fields:
            role, _, kind = field.name.partition("_")
            assert field.name in named or (role in roles and kind in kinds), field.name
    for rule in CURRENT.rules:
        assert rule.field in words["field"], rule.field


def test_no_script_has_a_line_that_ends_it() -> None:
    for name in SCRIPTS:
        assert "</script" not in _asset(f"{name}.js").lower()
        assert "<!--" not in _asset(f"{name}.js")
    assert "</style" not in _asset("page.css").lower()


def test_what_the_inspection_really_says_of_papers_is_told(tmp_path: Path) -> None:
    judged = [pair_of(kind, at) for at, kind in enumerate(KINDS) if kind != "hostile"]
    documents = [one.declaration for one in judged] + [one.original for one in judged if one.original]
    papers = {one.number: one.document for case in judged for one in case.certificates if one.document}
    inspection = inspected(papers_of([*documents, *papers.values()], tmp_path))
    read = content(inspection)
    assert read["tables"]["findings"]["total"] == inspection.findings.height > 20
    assert set(read["details"]) == set(inspection.details)
    marked = {
        number: {mark for part in one["sections"] for row in part["rows"] for mark in row["marks"]}
        for number, one in read["details"].items()
    }
    for one in rows(read["tables"]["findings"]):
        if one["declaration"] in marked:
            assert one["id"] in marked[one["declaration"]], one["code"]
