"""Rule sets as files: what is read, what is written, what is refused, and what a set's hash is made of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from hefu.errors import HefuError, Kind, Problem, Text
from hefu.rules import ruleset
from hefu.rules.compare import compare
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule
from hefu.rules.ruleset import (
    BAD_SET,
    CURRENT,
    NO_SUCH_SET,
    RULE_TWICE,
    UNKNOWN_RULE,
    RuleSet,
    load,
    read,
    shipped,
)
from tests.builders import item
from tests.rules.pairs import DEFAULT, judged, pair

HEAD = 'version = "trial"\nin_force = 2026-03-01\n'
GOOD = HEAD + 'rules = ["hs.differs", "purpose.differs"]\n'


def _problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(HefuError) as caught:
        read(text.encode(), "trial.toml")
    return caught.value.problems


def _problem(text: str) -> Problem:
    (one,) = _problems(text)
    return one


def _rule(code: str) -> Rule:
    rule = CURRENT.rule(code)
    assert rule is not None
    return rule


# --- read and written -----------------------------------------------------------------------------------


def test_the_set_in_force_is_the_shipped_one_with_every_rule_as_it_is() -> None:
    assert shipped() == ("2026.1",)
    assert load("2026.1") is CURRENT
    assert (CURRENT.version, CURRENT.in_force, CURRENT.policy) == ("2026.1", date(2026, 1, 1), None)
    assert CURRENT.severities == {}
    assert "256" in CURRENT.about.zh
    assert "256" in CURRENT.about.en


def test_a_set_made_here_is_in_force_since_the_beginning_of_2026() -> None:
    made = RuleSet("trial", ())
    assert (made.in_force, made.about, made.severities, made.policy) == (date(2026, 1, 1), ("", ""), {}, None)


def test_shipped_sets_are_told_oldest_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("2027.1.toml", "2026.1.toml", "__init__.py", "2026.2.toml", "notes.txt"):
        (tmp_path / name).touch()
    monkeypatch.setattr(ruleset, "files", lambda room: tmp_path)
    assert shipped() == ("2026.1", "2026.2", "2027.1")


FULL = RuleSet(
    "2026.2-trial_x",
    (_rule("refund.open"), _rule("hs.differs"), _rule("original.unknown")),
    in_force=date(2027, 2, 28),
    about=Text("试行 “引号”", 'a trial "quoted"\nof two lines'),
    severities={"refund.open": Severity.BLOCK, "original.unknown": Severity.INFO},
)
STRICT = Policy.model_validate(
    {
        "original_unknown": "hold",
        "value_percent": "2.5",
        "certificate_pattern": "[A-Z]{2}[0-9]+",
        "tolerances": [{"unit": "035", "hs": "61", "percent": "1", "amount": "0.5"}],
    }
)


def test_what_is_written_is_read_back_the_same() -> None:
    text = FULL.as_toml(STRICT)
    again = read(text.encode(), "x")
    assert again == replace(FULL, policy=STRICT)
    assert again.hash == FULL.hash
    assert again.as_toml(STRICT) == text


def test_a_file_says_every_setting_of_the_policy_and_every_severity_of_its_own() -> None:
    told = tomllib.loads(FULL.as_toml(STRICT))
    assert list(told) == ["version", "in_force", "about_zh", "about_en", "rules", "severity", "policy"]
    assert (told["version"], told["in_force"]) == ("2026.2-trial_x", date(2027, 2, 28))
    assert told["rules"] == ["refund.open", "hs.differs", "original.unknown"]
    assert told["severity"] == {"refund.open": "block", "original.unknown": "info"}
    assert told["policy"].keys() == Policy.model_fields.keys()
    assert (told["policy"]["value_percent"], told["policy"]["original_unknown"]) == ("2.5", "hold")


def test_the_set_in_force_written_and_read_judges_alike(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(CURRENT.as_toml(DEFAULT), encoding="utf-8")
    again = load(str(path))
    assert (again.rules, again.hash, again.policy) == (CURRENT.rules, CURRENT.hash, DEFAULT)
    assert again.hash_under(DEFAULT) == CURRENT.hash_under(DEFAULT)


def test_lines_may_end_as_on_windows() -> None:
    assert read(GOOD.replace("\n", "\r\n").encode(), "x") == read(GOOD.encode(), "x")


@pytest.mark.parametrize("version", ["1", "a" * 40, "2026.1-Shanghai_b"])
def test_a_version_is_letters_digits_dots_lines(version: str) -> None:
    assert read(GOOD.replace("trial", version).encode(), "x").version == version


# --- severities and order ------------------------------------------------------------------------------


def test_a_rule_is_as_severe_as_the_set_says_else_as_it_says_itself() -> None:
    told = RuleSet(
        "t", CURRENT.rules, severities={"hs.differs": Severity.INFO, "original.unknown": Severity.INFO}
    )
    hold = Policy(original_unknown="hold")
    assert told.severity(_rule("hs.differs"), DEFAULT) is Severity.INFO
    assert told.severity(_rule("purpose.differs"), DEFAULT) is Severity.BLOCK
    assert told.severity(_rule("refund.open"), DEFAULT) is Severity.WARN
    assert told.severity(_rule("original.unknown"), hold) is Severity.INFO
    assert CURRENT.severity(_rule("original.unknown"), hold) is Severity.BLOCK
    assert CURRENT.severity(_rule("original.unknown"), DEFAULT) is Severity.WARN


def test_findings_are_as_severe_and_in_the_order_that_the_set_says() -> None:
    """Declared too early and under another code: both are found, in either order, and the milder holds nothing."""
    case = pair("export", decl={"items": [item(hs_code="6109909000")], "declared_on": "2026-02-28"})
    assert [one.code for one in judged(case).findings] == ["hs.differs", "date.issued_after_act"]
    turned = RuleSet("t", tuple(reversed(CURRENT.rules)))
    (told,) = compare([case], DEFAULT, turned)
    assert [one.code for one in told.findings] == ["date.issued_after_act", "hs.differs"]
    milder = {"hs.differs": Severity.WARN, "date.issued_after_act": Severity.INFO}
    (told,) = compare([case], DEFAULT, RuleSet("t", CURRENT.rules, severities=milder))
    assert [(one.code, one.severity) for one in told.findings] == list(milder.items())
    assert told.passes
    (told,) = compare([case], DEFAULT, RuleSet("t", (_rule("hs.differs"),)))
    assert [one.code for one in told.findings] == ["hs.differs"]
    assert (told.ruleset, told.passes) == ("t", False)


# --- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "http"),
    [
        (NO_SUCH_SET, "ruleset.missing", 404),
        (BAD_SET, "ruleset.invalid", 422),
        (UNKNOWN_RULE, "ruleset.unknown_rule", 422),
        (RULE_TWICE, "ruleset.rule_twice", 422),
    ],
)
def test_each_error_has_its_code_and_status_and_ends_in_bad_input(kind: Kind, code: str, http: int) -> None:
    assert (kind.code, kind.http, kind.exit) == (code, http, 2)


WRONG: Mapping[str, tuple[str, str, str]] = {
    "no TOML": ("version = ", "TOML", "Invalid value"),
    "a key twice": (GOOD + 'version = "x"\n', "TOML", "Cannot overwrite a value"),
    "no version": (GOOD.replace('version = "trial"', ""), "version", "is required"),
    "no day": (GOOD.replace("in_force = 2026-03-01", ""), "in_force", "is required"),
    "no rules": (HEAD, "rules", "is required"),
    "an empty version": (GOOD.replace("trial", ""), "version", "must have the form"),
    "a version too long": (GOOD.replace("trial", "a" * 41), "version", "must have the form"),
    "a version with a slash": (GOOD.replace("trial", "../x"), "version", "must have the form"),
    "a version that is a number": (GOOD.replace('"trial"', "2026.1"), "version", "must be text"),
    "a day that is none": (GOOD.replace("2026-03-01", '"soon"'), "in_force", "a day such as 2026-01-31"),
    "rules that are no list": (HEAD + 'rules = "hs.differs"\n', "rules", "must be a list"),
    "a rule that is no name": (HEAD + 'rules = ["hs.differs", 5]\n', "rules.1", "must be text"),
    "a key of no meaning": ("surplus = 1\n" + GOOD, "surplus", "there is no such field"),
    "a severity of no meaning": (
        GOOD + '[severity]\n"hs.differs" = "loud"\n',
        "severity.hs.differs",
        "'block', 'warn' or 'info'",
    ),
    "severities that are no table": ('severity = "info"\n' + GOOD, "severity", "must be an object"),
    "a policy of no meaning": (GOOD + '[policy]\nscope = "wide"\n', "policy.scope", "'broad'"),
    "an unknown setting": (
        GOOD + "[policy]\nvalue_percnt = 3\n",
        "policy.value_percnt",
        "there is no such field",
    ),
    "a setting out of bounds": (
        GOOD + '[policy]\nvalue_percent = "-1"\n',
        "policy.value_percent",
        "must be at least 0",
    ),
    "a setting within a list": (
        GOOD + '[[policy.tolerances]]\nunit = "035"\npercent = "101"\namount = "1"\n',
        "policy.tolerances.0.percent",
        "must be at most 100",
    ),
    "a policy that is no table": ("policy = 5\n" + GOOD, "policy", "must be an object"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_file_place_value_and_cure(name: str) -> None:
    text, place, rule = WRONG[name]
    problem = _problem(text)
    assert (problem.kind, problem.file, problem.place) == (BAD_SET, "trial.toml", place)
    assert rule in problem.message.en
    for said in problem.message:
        for part in ("trial.toml", f": {place}: ", problem.value):
            assert part in said
    for said in problem.cure:
        assert "hefu rules --as-set" in said
    assert problem.message.zh != problem.message.en


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(HefuError) as caught:
        read(GOOD.encode("utf-16"), "trial.toml")
    problem = caught.value.first
    assert (problem.kind, problem.file, problem.place) == (BAD_SET, "trial.toml", "TOML")
    assert "utf-8" in problem.value


@pytest.mark.parametrize(
    ("text", "place", "unknown", "near"),
    [
        (
            GOOD.replace("hs.differs", "hs.diff"),
            "rules",
            "hs.diff",
            "hs.differs, hs.heading_differs, purpose.differs",
        ),
        (GOOD.replace("purpose.differs", "purpose"), "rules", "purpose", "purpose.differs"),
        (GOOD.replace("purpose.differs", "qqqq"), "rules", "qqqq", ""),
        (GOOD + '[severity]\n"value" = "warn"\n', "severity", "value", "value.differs"),
    ],
)
def test_a_rule_that_is_none_is_told_with_at_most_three_that_are_near(
    text: str, place: str, unknown: str, near: str
) -> None:
    problem = _problem(text)
    assert (problem.kind, problem.file, problem.place) == (UNKNOWN_RULE, "trial.toml", place)
    assert (problem.value, problem.details["near"]) == (unknown, near)
    assert problem.message.en.endswith(f"{place}: there is no rule {unknown}")
    assert problem.message.zh.endswith(f"{place}: 没有规则 {unknown}")
    assert problem.cure.en == (f"near to it: {near}; " if near else "") + "hefu rules lists all rules"
    assert problem.cure.zh == (f"相近的有 {near}; " if near else "") + "hefu rules 列出全部规则"


@pytest.mark.parametrize("times", [2, 3])
def test_a_rule_that_stands_there_more_than_once_is_told(times: int) -> None:
    problem = _problem(HEAD + "rules = [" + '"hs.differs", ' * times + '"purpose.differs"]\n')
    assert (problem.kind, problem.place, problem.value) == (RULE_TWICE, "rules", "hs.differs")
    assert problem.message.en.endswith(f"the rule hs.differs stands there {times} times")
    assert problem.message.zh.endswith(f"规则 hs.differs 写了 {times} 次")
    assert problem.cure == ("只留一处", "keep one of them")


def test_a_rule_may_stand_in_both_places() -> None:
    told = read((GOOD + '[severity]\n"hs.differs" = "warn"\n').encode(), "x")
    assert told.severities == {"hs.differs": Severity.WARN}


def test_a_name_unknown_in_both_places_is_told_for_both() -> None:
    problems = _problems(HEAD + 'rules = ["qqqq", "qqqq"]\n[severity]\n"qqqq" = "warn"\n')
    assert [(one.kind, one.place) for one in problems] == [
        (UNKNOWN_RULE, "rules"),
        (UNKNOWN_RULE, "severity"),
    ]


@pytest.mark.parametrize("name", ["nosuch", "2026.1.toml", "2026", ""])
def test_a_set_that_is_not_there_is_told_with_the_versions_that_are(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HefuError) as caught:
        load(name)
    problem = caught.value.first
    assert (problem.kind, problem.value, problem.file, problem.place) == (NO_SUCH_SET, name, "", "")
    assert problem.message == (f"没有规则集 {name}", f"there is no rule set {name}")
    assert problem.cure == (
        "给出规则集文件, 或版本之一: 2026.1",
        "name a rule-set file, or one of the versions 2026.1",
    )


def test_who_names_a_set_that_is_not_there_is_told() -> None:
    with pytest.raises(HefuError) as caught:
        load("nosuch", "customs/node.json")
    assert caught.value.first.file == "customs/node.json"
    assert caught.value.first.message == (
        "没有规则集 nosuch (customs/node.json 中的 rules)",
        "there is no rule set nosuch (rules in customs/node.json)",
    )


def test_a_version_that_is_shipped_goes_before_a_file_of_that_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "2026.1").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    assert load("2026.1") is CURRENT
    assert load("./2026.1").version == "trial"


# --- revisions -------------------------------------------------------------------------------------------


def test_a_set_names_a_rule_by_revision_and_its_severity_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict of the past keeps the first revision; today's set names the second."""
    first = _rule("hs.differs")
    second = replace(first, revision=2)
    known = {one.name: one for one in CURRENT.rules if one is not first}
    monkeypatch.setattr(ruleset, "_BY_NAME", {**known, second.name: second})
    told = read((HEAD + 'rules = ["hs.differs@2"]\n[severity]\n"hs.differs" = "info"\n').encode(), "x")
    assert told.rules == (second,)
    assert told.severity(second, DEFAULT) is Severity.INFO
    assert told.hash != replace(told, rules=(first,)).hash
    assert read(told.as_toml(DEFAULT).encode(), "x") == replace(told, policy=DEFAULT)
    problem = _problem(HEAD + 'rules = ["hs.differs@2"]\n[severity]\n"hs.differs@2" = "info"\n')
    assert (problem.kind, problem.place, problem.value) == (UNKNOWN_RULE, "severity", "hs.differs@2")
    assert str(problem.details["near"]).split(", ")[0] == "hs.differs"
    problem = _problem(HEAD + 'rules = ["hs.differs"]\n')
    assert (problem.kind, problem.place, problem.value) == (UNKNOWN_RULE, "rules", "hs.differs")


def test_two_revisions_of_a_rule_do_not_stand_in_one_set(monkeypatch: pytest.MonkeyPatch) -> None:
    second = replace(_rule("hs.differs"), revision=2)
    monkeypatch.setattr(
        ruleset, "_BY_NAME", {**{one.name: one for one in CURRENT.rules}, second.name: second}
    )
    problem = _problem(HEAD + 'rules = ["hs.differs", "hs.differs@2"]\n')
    assert (problem.kind, problem.place, problem.value) == (RULE_TWICE, "rules", "hs.differs")
    assert "2" in problem.message.en


# --- the hash --------------------------------------------------------------------------------------------

A, B = _rule("hs.differs"), _rule("purpose.differs")
WARN, INFO = Severity.WARN, Severity.INFO
DIFFERENT = (
    RuleSet("t", (A, B)),
    RuleSet("u", (A, B)),
    RuleSet("t", (B, A)),
    RuleSet("t", (A,)),
    RuleSet("t", (replace(A, revision=2), B)),
    RuleSet("t", (A, B), severities={A.code: WARN}),
    RuleSet("t", (A, B), severities={A.code: INFO}),
    RuleSet("t", (A, B), severities={B.code: WARN}),
    RuleSet("t", (A, B), severities={A.code: WARN, B.code: WARN}),
)


def test_sets_that_decide_otherwise_have_different_hashes() -> None:
    assert len({one.hash for one in DIFFERENT}) == len(DIFFERENT)


def test_what_only_speaks_of_the_set_is_not_hashed() -> None:
    plain = RuleSet("t", (A, B))
    told = replace(plain, in_force=date(2030, 1, 1), about=Text("甲", "a"), policy=STRICT)
    assert told.hash == plain.hash


def test_the_order_in_which_severities_stand_is_not_hashed() -> None:
    one, other = {A.code: WARN, B.code: INFO}, {B.code: INFO, A.code: WARN}
    assert RuleSet("t", (A, B), severities=one).hash == RuleSet("t", (A, B), severities=other).hash


def test_the_hash_of_a_verdict_is_of_both_rules_and_policy() -> None:
    sets = (*DIFFERENT[:3], DIFFERENT[5])
    policies = (DEFAULT, STRICT, Policy(value_percent=Decimal(3)))
    told = [one.hash_under(policy) for one in sets for policy in policies]
    assert len(set(told)) == 12
    assert all(one.startswith("sha256:") and len(one) == 71 for one in told)
    assert all(one != other for one, other in pairwise(told))
