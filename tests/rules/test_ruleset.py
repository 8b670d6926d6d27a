"""The rule set: every rule is whole, told in both languages, sourced, tested; its hash says what it is."""

from __future__ import annotations

import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from hefu.documents.codes.tables import NAMES, TableInfo, tables
from hefu.errors import HefuError, Problem
from hefu.rules import ruleset
from hefu.rules.derived import derive
from hefu.rules.finding import Question, Severity
from hefu.rules.frame import SCHEMA, build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule
from hefu.rules.ruleset import CURRENT, RuleSet, load, read
from tests.rules import (
    test_agency,
    test_commodity,
    test_dates,
    test_existence,
    test_mode,
    test_original,
    test_party,
    test_purpose,
    test_quantity,
    test_refund,
    test_value,
)
from tests.rules.pairs import ALL_CODES, DEFAULT, pair, produced

SUBJECTS = (
    test_existence,
    test_purpose,
    test_original,
    test_party,
    test_agency,
    test_commodity,
    test_quantity,
    test_dates,
    test_mode,
    test_refund,
    test_value,
)
DECIDING = [f"{room}/{name}" for room, names in ruleset._DECIDING.items() for name in names]
SLOTS = {
    "declared",
    "certified",
    "item",
    "line",
    "certificate",
    "held_by",
    "principal",
    "unit",
    "export",
    "export_item",
}
each_rule = pytest.mark.parametrize("rule", CURRENT.rules, ids=lambda rule: rule.code)


def _fresh() -> RuleSet:
    """The rule set in force, its hash not computed yet."""
    return RuleSet(CURRENT.version, CURRENT.rules)


def test_every_code_of_the_rule_set_is_produced_alone_by_some_test() -> None:
    assert produced(SUBJECTS) == ALL_CODES


def test_codes_are_unique_and_shaped_subject_dot_what() -> None:
    told = [rule.code for rule in CURRENT.rules]
    assert len(set(told)) == len(told)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", code) for code in told)


@each_rule
def test_every_rule_speaks_chinese_and_english(rule: Rule) -> None:
    for text in (rule.message, rule.remedy):
        assert re.search(r"[一-鿿]{2}", text.zh)
        assert re.search(r"[A-Za-z]{3}", text.en)
        assert not re.search(r"[一-鿿]", text.en)


@each_rule
def test_a_wrong_certificate_is_voided_and_issued_anew_and_not_replaced_like_a_lost_one(rule: Rule) -> None:
    for text in (rule.message, rule.remedy):
        assert "补办" not in text.zh
        assert "reissue" not in text.en


@each_rule
def test_both_languages_use_known_slots_and_tell_the_same_values(rule: Rule) -> None:
    for text in (rule.message, rule.remedy):
        assert _slots(text.zh) | _slots(text.en) <= SLOTS
    assert _slots(rule.message.zh) == _slots(rule.message.en)


@each_rule
def test_every_rule_names_its_source_and_its_row_of_the_comparison_table(rule: Rule) -> None:
    assert re.search(r"[一-鿿]{2}", rule.ground.zh)
    assert re.search(r"[A-Za-z]{3}", rule.ground.en)
    assert not re.search(r"[一-鿿]", rule.ground.en)
    assert all(1 <= int(row) <= 29 for row in rule.row.split(", "))


@each_rule
def test_every_rule_has_a_question_a_field_and_shows_columns_that_exist(rule: Rule) -> None:
    assert isinstance(rule.question, Question)
    assert rule.field
    shown = {rule.declared, rule.certified}
    assert shown <= {
        *SCHEMA,
        "drawn_of_line",
        "wanted_of_goods",
        "exported",
        "left_here",
        "goods_unit",
        "hs_then",
        "tax_told",
        "window_end",
        "export_declared",
        "exported_on",
        "expected_fob",
        "repaid_due",
    }


@each_rule
def test_every_rule_has_a_severity_under_every_policy(rule: Rule) -> None:
    for setting in ("warn", "hold"):
        told = rule.severity_under(Policy.model_validate({"original_unknown": setting}))
        assert isinstance(told, Severity)


def test_only_the_unknown_original_is_a_matter_of_policy() -> None:
    assert [rule.code for rule in CURRENT.rules if not isinstance(rule.severity, Severity)] == [
        "original.unknown"
    ]


@each_rule
def test_a_rule_is_found_by_its_code(rule: Rule) -> None:
    assert CURRENT.rule(rule.code) is rule


def test_a_code_that_no_rule_has_finds_nothing() -> None:
    assert CURRENT.rule("no.such_code") is None


def test_flags_are_one_boolean_column_a_rule_in_the_order_of_the_rules() -> None:
    rows = derive(build([pair()], [True]), DEFAULT, SELDOM)
    frame = rows.select(CURRENT.flags)
    assert frame.columns == [rule.code for rule in CURRENT.rules]
    assert {str(kind) for kind in frame.dtypes} == {"Boolean"}


def test_the_hash_is_the_same_every_time_it_is_computed() -> None:
    assert _fresh().hash == CURRENT.hash == _fresh().hash
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", CURRENT.hash)


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_the_hash_is_the_same_in_another_process_and_another_place(seed: str, tmp_path: Path) -> None:
    told = "from hefu.rules.ruleset import CURRENT; from hefu.rules.policy import Policy;"
    told += "print(CURRENT.hash, CURRENT.hash_under(Policy()))"
    answer = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert answer.stdout.split() == [CURRENT.hash, CURRENT.hash_under(DEFAULT)]


def test_a_new_version_has_a_new_hash() -> None:
    assert RuleSet("2026.2", CURRENT.rules).hash != CURRENT.hash


@contextmanager
def _sources(monkeypatch: pytest.MonkeyPatch, copy: Path) -> Iterator[None]:
    """The rule set reads its sources from a copy."""
    for room in ruleset._DECIDING:
        (copy / room).mkdir()
        for source in files(room).iterdir():
            if source.name.endswith(".py"):
                (copy / room / source.name).write_bytes(source.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(ruleset, "files", lambda room: copy / room)
        yield


def test_a_copy_of_the_sources_elsewhere_has_the_same_hash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with _sources(monkeypatch, tmp_path):
        assert _fresh().hash == CURRENT.hash


@pytest.mark.parametrize("module", DECIDING)
def test_one_character_in_a_deciding_module_changes_the_hash(
    module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with _sources(monkeypatch, tmp_path):
        source = tmp_path / module
        source.write_bytes(source.read_bytes() + b"\n")
        assert _fresh().hash != CURRENT.hash


def test_every_module_of_the_rules_is_hashed() -> None:
    room = {one.name for one in files("hefu.rules").iterdir() if one.name.endswith(".py")}
    assert {f"hefu.rules/{name}" for name in room} <= set(DECIDING)


def test_other_rules_under_the_same_version_have_another_hash() -> None:
    assert RuleSet(CURRENT.version, CURRENT.rules[1:]).hash != CURRENT.hash


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_table_changes_the_hash(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changed: dict[str, TableInfo] = {**tables(), name: replace(tables()[name], digest="0" * 64)}
    monkeypatch.setattr(ruleset, "tables", lambda: changed)
    assert _fresh().hash != CURRENT.hash


def test_tables_that_only_say_more_about_themselves_keep_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {name: replace(info, comments=("another remark",)) for name, info in tables().items()}
    monkeypatch.setattr(ruleset, "tables", lambda: told)
    assert _fresh().hash == CURRENT.hash


@pytest.mark.parametrize(
    "settings",
    [
        {"scope": "announcement-256"},
        {"original_unknown": "hold"},
        {"return_window_months": 13},
        {"ecommerce_window_months": 7},
    ],
    ids=str,
)
def test_the_hash_of_a_verdict_names_the_policy_too(settings: dict[str, object]) -> None:
    changed = Policy.model_validate(settings)
    assert CURRENT.hash_under(changed) != CURRENT.hash_under(DEFAULT)
    assert CURRENT.hash_under(changed) == CURRENT.hash_under(Policy.model_validate(settings))


# --- files ------------------------------------------------------------------------------------------------

GOOD = 'version = "trial"\nin_force = 2026-01-01\nrules = ["hs.differs", "purpose.differs"]\n'
BROKEN = """
version = "x y"
surplus = 1
rules = ["hs.difers", "purpose.differs", "purpose.differs", 5, "zzzz"]
[severity]
"party.sucseeded" = "warn"
"hs.differs" = "loud"
[policy]
scope = "narrow"
value_percnt = 3
"""


def _problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(HefuError) as caught:
        read(text.encode(), "trial.toml")
    assert all("trial.toml" in one for problem in caught.value.problems for one in problem.message)
    return caught.value.problems


def test_a_file_is_a_set_with_its_rules_in_their_order() -> None:
    told = read((GOOD + '[severity]\n"hs.differs" = "info"\n[policy]\nscope = "broad"\n').encode(), "x")
    assert (told.version, [rule.code for rule in told.rules]) == ("trial", ["hs.differs", "purpose.differs"])
    assert (told.severities, told.policy) == ({"hs.differs": Severity.INFO}, DEFAULT)
    assert read(GOOD.encode(), "x").policy is None


def test_all_that_is_wrong_in_a_file_is_told_at_once() -> None:
    told = {(one.kind.code, one.place, one.value) for one in _problems(BROKEN)}
    assert told == {
        ("ruleset.invalid", "version", "'x y'"),
        ("ruleset.invalid", "surplus", ""),
        ("ruleset.invalid", "in_force", ""),
        ("ruleset.invalid", "rules.3", "'5'"),
        ("ruleset.invalid", "severity.hs.differs", "'loud'"),
        ("ruleset.invalid", "policy.scope", "'narrow'"),
        ("ruleset.invalid", "policy.value_percnt", ""),
        ("ruleset.unknown_rule", "rules", "hs.difers"),
        ("ruleset.unknown_rule", "rules", "zzzz"),
        ("ruleset.unknown_rule", "severity", "party.sucseeded"),
        ("ruleset.rule_twice", "rules", "purpose.differs"),
    }


def test_what_is_wrong_in_a_file_is_said_in_either_language() -> None:
    said = {one.place: one.message for one in _problems(BROKEN)}
    assert said["policy.scope"].zh.endswith(": 'narrow': 应为以下之一: 'broad' or 'announcement-256'")
    assert said["policy.scope"].en.endswith(": 'narrow': must be one of 'broad' or 'announcement-256'")
    assert said["policy.value_percnt"] == (
        "规则集文件 trial.toml 有误: policy.value_percnt: 没有这个字段",
        "rule-set file trial.toml is wrong: policy.value_percnt: there is no such field",
    )


@pytest.mark.parametrize(
    ("wrong", "near"), [("hs.difers", "hs.differs"), ("party.suceeded", "party.succeeded"), ("zzzz", "")]
)
def test_an_unknown_rule_is_told_with_those_near(wrong: str, near: str) -> None:
    (problem,) = _problems(GOOD.replace("hs.differs", wrong))
    assert all(wrong in one for one in problem.message)
    for one in problem.cure:
        assert "hefu rules" in one
        assert near in one
        assert (near == "") == one.startswith("hefu rules")


@pytest.mark.parametrize(
    "text", ["version = ", "[policy]\nscope = 'broad'", "rules = 5\nseverity = 5\npolicy = 5"]
)
def test_a_file_that_is_hardly_one_is_told_too(text: str) -> None:
    assert {problem.kind.code for problem in _problems(text)} == {"ruleset.invalid"}


@pytest.mark.parametrize("by", ["", "customs/node.json"])
def test_a_set_that_is_not_there_is_told_with_who_names_it(by: str) -> None:
    with pytest.raises(HefuError) as caught:
        load("2099.9", by)
    problem = caught.value.first
    assert (problem.kind.code, problem.value, problem.file) == ("ruleset.missing", "2099.9", by)
    for one in problem.message:
        assert one.strip() == one
        assert one.endswith("2099.9") if not by else by in one
    assert all("2026.1" in one for one in problem.cure)


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
