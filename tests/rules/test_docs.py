"""The pages of docs/rules are those of the rules, whole and in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hefu.cli.pages import write
from hefu.errors import Text
from hefu.rules.docs import texts
from hefu.rules.docs.examples import codes, example
from hefu.rules.docs.pages import LANGUAGES, Language, anchor, pages
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule
from hefu.rules.ruleset import CURRENT, RuleSet

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
SETTINGS = FOLDER.parent / "operate"
PAGES = pages()
ROWS = range(1, 30)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WIDE = re.compile(r"[\uff0c\uff1b\uff1a\uff08\uff09\u3001]")
LINK = re.compile(r"\]\(([^)]+)\)")
by_code = pytest.mark.parametrize("rule", CURRENT.rules, ids=lambda rule: rule.code)
by_language = pytest.mark.parametrize("language", LANGUAGES)
by_page = pytest.mark.parametrize("name", sorted(PAGES))


def of(language: Language) -> dict[str, str]:
    return {name: text for name, text in PAGES.items() if name.endswith(".zh.md") == (language == "zh")}


def section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {*map(anchor, headings), *re.findall(r'<a id="([^"]+)">', text)}


def sound(told: Text) -> bool:
    """Both languages are there, each in its own signs."""
    return bool(told.zh and told.en and not CHINESE.search(told.en) and not WIDE.search(told.zh))


@by_page
def test_what_is_in_the_folder_is_what_the_rules_say(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), "run: make rules-docs"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"{name} is not fresh; run: make rules-docs"


def test_the_folder_holds_no_other_page() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == set(PAGES)


def test_writing_writes_every_page(tmp_path: Path) -> None:
    written = write(tmp_path / "rules")
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == PAGES


@by_language
@by_code
def test_every_rule_is_told_in_every_language(rule: Rule, language: Language) -> None:
    (told,) = (text for text in of(language).values() if f"\n## {rule.code}\n" in text)
    body = section(told, rule.code)
    story = example(rule.code)
    assert story
    for text in (texts.conditions()[rule.code], rule.ground, story.story):
        assert getattr(text, language) in body
    assert f"`{rule.code}`" in body  # the finding of the example


@by_language
def test_every_rule_is_in_the_index(language: Language) -> None:
    page, heading = ("README.zh.md", "全部代码") if language == "zh" else ("README.md", "All codes")
    index = section(PAGES[page], heading)
    assert re.findall(r"^\| \[([^\]]+)\]", index, re.MULTILINE) == [rule.code for rule in CURRENT.rules]


@by_language
def test_every_setting_is_told_in_every_language(language: Language) -> None:
    told = PAGES["policies.zh.md" if language == "zh" else "policies.md"]
    assert re.findall(r"^## (.+)$", told, re.MULTILINE) == list(Policy.model_fields)


@by_language
def test_the_page_of_the_operator_names_every_setting_in_order(language: Language) -> None:
    """And leads each to its full text in the same language."""
    end = "zh.md" if language == "zh" else "md"
    told = section((SETTINGS / f"settings.{end}").read_text(encoding="utf-8"), "policy")
    rows = re.findall(r"^\| \[`([a-z_]+)`\]\(([^)]+)\) \| [^|]+ \| [^|]+ \|$", told, re.MULTILINE)
    assert rows == [(name, f"../rules/policies.{end}#{name}") for name in Policy.model_fields]


@by_language
def test_every_row_of_the_table_is_there(language: Language) -> None:
    told = PAGES["README.zh.md" if language == "zh" else "README.md"]
    assert [int(one) for one in re.findall(r'<a id="row-(\d+)">', told)] == list(ROWS)


@by_page
def test_values_are_shown_as_people_read_them(name: str) -> None:
    assert not re.search(r"[\[{]['{]|None|Decimal|True|False", PAGES[name])


@by_page
def test_links_lead_somewhere(name: str) -> None:
    for target in LINK.findall(PAGES[name]):
        file, _, place = target.partition("#")
        assert file in PAGES, target
        assert not place or place in anchors(PAGES[file]), target


@by_page
def test_a_page_has_its_counterpart_with_the_same_codes(name: str) -> None:
    other = name.replace(".zh.md", ".md") if name.endswith(".zh.md") else name.replace(".md", ".zh.md")
    headings = [re.findall(r"^## ([a-z._]+)$", PAGES[one], re.MULTILINE) for one in (name, other)]
    assert headings[0] == headings[1]
    assert f"({other})" in PAGES[name]


def test_words_are_there_for_exactly_what_there_is() -> None:
    known = {rule.code for rule in CURRENT.rules}
    assert set(texts.conditions()) == known
    assert {row.number for row in texts.rows()} == set(ROWS)
    assert set(texts.settings()) == set(Policy.model_fields)
    assert {rule.code for rules in texts.SUBJECTS.values() for rule in rules} >= known
    for one in texts.settings().values():
        assert set(one.rules) <= known
        assert one.rules
    for answer in texts.answers():
        assert set(answer.codes) <= known


def test_words_are_in_both_languages_with_the_signs_of_the_house() -> None:
    told = [*texts.conditions().values(), *map(texts.subject_title, texts.SUBJECTS)]
    told += [text for row in texts.rows() for text in (row.certificate, row.declaration, row.how)]
    told += [text for one in texts.settings().values() for text in (one.means, one.values, one.source)]
    told += [one.told for one in texts.answers()]
    for text in told:
        assert sound(text), text
    for text in texts.conditions().values():
        assert text.zh.endswith("。")
        assert text.en.endswith(".")


@by_code
def test_what_a_rule_reads_and_shows_has_words(rule: Rule) -> None:
    for name in rule.reads:
        assert texts.is_told(name), f"{rule.code} reads {name}: tell it in src/hefu/rules/docs/columns.toml"
    assert texts.fields(rule.reads)
    for name in (rule.declared, rule.certified):
        assert sound(texts.column(name)), name


def test_only_what_is_settled_at_reading_is_without_a_rule() -> None:
    answered = {number for rule in CURRENT.rules for number in texts.rows_of(rule)}
    assert set(ROWS) - answered == {25}


def test_a_rule_that_asks_what_is_in_scope_is_moved_by_the_scope() -> None:
    asking = {rule.code for rule in CURRENT.rules if "needed" in rule.reads}
    assert set(texts.settings()["scope"].rules) == asking


def test_a_rule_whose_severity_is_policy_is_moved_by_one() -> None:
    moved = {code for one in texts.settings().values() for code in one.rules}
    assert {rule.code for rule in CURRENT.rules if callable(rule.severity)} <= moved


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_setting_that_an_example_needs_moves_its_rule(code: str) -> None:
    one = example(code)
    assert one
    for name in one.settings:
        assert code in texts.settings()[name].rules, name


def test_a_smaller_set_has_smaller_pages() -> None:
    told = pages(RuleSet("few", tuple(rule for rule in CURRENT.rules if rule.row in {"2", "25"})))
    assert set(told) == {
        f"{name}{end}" for name in ("README", "purpose", "policies") for end in (".md", ".zh.md")
    }
    for name, text in told.items():
        for target in LINK.findall(text):
            assert target.partition("#")[0] in told, name
