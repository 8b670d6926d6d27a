"""The guide in both languages says what the program knows: every kind of paper, deadline and contradiction."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hefu.procedures.dossier.contradictions import checks
from hefu.procedures.dossier.deadlines import words
from hefu.procedures.dossier.papers import NAMES, Kind
from hefu.procedures.dossier.wording import ASSUMED
from hefu.rules.finding import Severity

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(("page", "language"), [("dossier.md", "en"), ("dossier.zh.md", "zh")])
def test_the_guide_names_everything(page: str, language: str) -> None:
    text = (DOCS / page).read_text("utf-8") + (DOCS / page.replace("dossier", "due")).read_text("utf-8")
    for code, one in words().items():
        mark = f" ({getattr(ASSUMED, language)})" if one.assumption else ""
        ground = getattr(one.ground, language)
        assert getattr(ASSUMED, language) not in ground or not mark, "what is assumed is said once"
        assert f"| `{code}` | {getattr(one.title, language)} | {ground}{mark} |" in text
    for kind in Kind:
        assert f"| `{kind.value}` | {getattr(NAMES[kind], language)} |" in text
    for code, check in checks().items():
        assert f"| `{code}` | {check.severity.value} |" in text
        assert f"| {getattr(check.remedy, language)} |" in text


def test_checks_speak_both_languages_with_the_same_slots() -> None:
    for code, check in checks().items():
        assert check.severity in Severity, code
        slots = [set(re.findall(r"\{(\w+)\}", text)) for text in check.message]
        assert slots[0] == slots[1], code
        for text in (check.message, check.remedy, check.ground):
            assert re.search(r"[\u4e00-\u9fff]", text.zh), code
            assert text.en.isascii(), code
