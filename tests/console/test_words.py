"""Every text of the console stands in both languages, and what the API names by code has a word."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from hefu.console import words
from hefu.console.language import Language
from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.readers.records import build
from hefu.errors import HefuError
from hefu.protocol.acts import ActKind
from hefu.protocol.applications.records import FilingState
from hefu.protocol.contingency.records import ActState, PaperState
from hefu.protocol.records import DeclarationState, IssueState
from hefu.rules.case import UseState
from hefu.trust.access import Role
from tests.builders import certificate

ROOT = Path(__file__).parents[2] / "src/hefu"
CONSOLE = ROOT / "console"
_SLOT = re.compile(r"\{(\w+)\}")
_NOTED = re.compile(r'\.note\(\s*[^,()]+(?:\([^()]*\))?,\s*"([a-z_]+\.[a-z_]+)"')


def texts() -> set[str]:
    """Every text in templates and code."""
    found: set[str] = set()
    for path in CONSOLE.rglob("*.html"):
        with path.open("rb") as file:
            found |= {
                str(one[0] if isinstance(one, tuple) else one)
                for _, _, one, _ in babel_extract(file, ("_",), [], {})
            }
    for path in CONSOLE.rglob("*.py"):
        with path.open("rb") as file:
            found |= {str(one) for _, one, _, _ in extract("python", file, {"N_": None})}
    return found


def test_the_catalogue_has_each_text_and_no_other() -> None:
    with (CONSOLE / "locale/zh/console.po").open("rb") as file:
        catalogue = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    assert set(catalogue) == texts()
    for english, chinese in catalogue.items():
        assert chinese, english
        assert set(_SLOT.findall(english)) == set(_SLOT.findall(chinese)), english
        assert re.search(r"[\u4e00-\u9fff]", chinese), english


def test_the_templates_say_nothing_outside_the_catalogue() -> None:
    bare = re.compile(r">\s*([A-Za-z]{3,}[^<{]*|[^<{]*[\u4e00-\u9fff][^<{]*)<")
    for path in CONSOLE.rglob("*.html"):
        text = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        told = [one for one in bare.findall(text) if one.strip(" ·") not in {"hefu", "hefu 合符"}]
        assert not told, (path.name, told)


def test_every_state_and_role_has_a_word() -> None:
    for kind in (DeclarationState, IssueState, UseState, FilingState, Role, PaperState, ActKind, ActState):
        for one in kind:
            assert one.value in words.WORDS, one


def test_every_event_of_the_journal_has_a_word() -> None:
    noted = {
        event
        for room in ("protocol", "customs", "tax", "link")
        for path in (ROOT / room).rglob("*.py")
        for event in _NOTED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(noted) > 40
    assert not noted - set(words.WORDS)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ("customs_officer:皇岗海关/张伟", "关员 · 皇岗海关 · 张伟", "Customs officer · 皇岗海关 · 张伟"),
        ("customs", "海关 (系统自动)", "Customs (by itself)"),
        ("tax:tax-e7993d31b9b2d955", "税务 (系统自动)", "Tax (by itself)"),
        ("somebody", "somebody", "somebody"),
    ],
)
def test_who_did_it_is_said_in_words(said: str, zh: str, en: str) -> None:
    assert words.actor(Language("zh"), said) == zh
    assert words.actor(Language("en"), said) == en


def test_times_numbers_and_money_are_local_and_exact() -> None:
    zh, en = Language("zh"), Language("en")
    at = datetime(2026, 3, 1, 20, 5, 9, tzinfo=UTC)
    assert zh.moment(at) == zh.moment(at.isoformat()) == "2026-03-02 04:05:09"
    assert en.moment(at) == zh.moment(at)
    assert zh.moment(None) == ""
    assert zh.number("1234567.10000") == en.number("1234567.10000") == "1,234,567.10000"
    assert en.number(Decimal("12345678901234567890.12345")) == "12,345,678,901,234,567,890.12345"
    assert en.number(0) == "0"
    assert zh.money("1234.5", "CNY") == "¥1,234.50"


def test_a_unit_is_shown_by_name() -> None:
    assert words.unit(Language("zh"), "011") == "件"
    assert words.unit(Language("en"), "011") == "articles"
    assert words.unit(Language("en"), "件") == "件"
    assert words.unit(Language("zh"), None) == ""


def test_a_place_in_a_document_is_said_in_words() -> None:
    assert words.place(Language("en"), "items[2].hs_code") == "Item 2 · Commodity code"
    assert words.place(Language("zh"), "line 1.quantity") == "行 1 · 数量"
    assert words.place(Language("en"), "holder.uscc") == "Holder · USCC"


def test_a_field_of_a_form_is_named_as_the_form_names_it() -> None:
    with pytest.raises(HefuError) as caught:
        build(Certificate, {**as_json(certificate()), "tax_office": "DEFECTS", "lines": [{}]}, "request")
    told = {one.place: one.as_json() for one in caught.value.problems}
    assert words.said(Language("en"), told["$.tax_office"]).startswith("Tax office: 'DEFECTS': ")
    assert words.said(Language("zh"), told["$.tax_office"]).startswith("税务机关: 'DEFECTS': ")
    assert words.said(Language("en"), told["$.lines[0].quantity"]).startswith("Line 1 · Quantity: ")


def test_what_is_wrong_with_a_number_names_it_once() -> None:
    problem = {"code": "x", "place": "CK1", "message": {"zh": "没有", "en": "CK1 is not there"}}
    assert words.said(Language("en"), problem) == "CK1 is not there"
    assert words.said(Language("zh"), problem) == "CK1: 没有"
