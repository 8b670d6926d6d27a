"""What a comparison says: findings with both values, and verdicts that are never merged."""

from __future__ import annotations

from itertools import product

import pytest

from hefu.errors import Text
from hefu.rules.finding import Comparison, Finding, Question, Severity
from hefu.rules.rule import Rule
from hefu.rules.ruleset import CURRENT
from tests.builders import STRANGER, certificate
from tests.rules.pairs import judged, pair, standing

SAID = Text("中文", "English")
JSON = {
    "code",
    "question",
    "severity",
    "field",
    "declared",
    "certified",
    "certificate",
    "item",
    "line",
    "message",
    "remedy",
    "ground",
}


def _finding(question: Question, severity: Severity) -> Finding:
    return Finding("a.b", question, severity, "field", "x", "y", "N", 1, 2, SAID, SAID, SAID)


def _answer(*findings: Finding) -> Comparison:
    return Comparison("530120261000000001", findings, (), (), "2026.1", "sha256:0")


@pytest.mark.parametrize(
    ("severity", "verdict", "passes"),
    [("block", "fail", False), ("warn", "warn", True), ("info", "pass", True)],
)
@pytest.mark.parametrize("question", Question)
def test_a_finding_touches_only_the_verdict_of_its_own_question(
    question: Question, severity: str, verdict: str, *, passes: bool
) -> None:
    answer = _answer(_finding(question, Severity(severity)))
    (other,) = set(Question) - {question}
    assert answer.verdict(question) == verdict
    assert answer.verdict(other) == "pass"
    assert answer.passes is passes


@pytest.mark.parametrize(("match", "entitlement"), list(product(Severity, Severity)))
def test_both_verdicts_stand_side_by_side_in_every_combination(
    match: Severity, entitlement: Severity
) -> None:
    answer = _answer(_finding(Question.MATCH, match), _finding(Question.ENTITLEMENT, entitlement))
    told = answer.as_json()
    words = {Severity.BLOCK: "fail", Severity.WARN: "warn", Severity.INFO: "pass"}
    assert (told["match"], told["entitlement"]) == (words[match], words[entitlement])
    assert answer.passes is (Severity.BLOCK not in (match, entitlement))


def test_the_worst_finding_of_a_question_is_its_verdict_in_any_order() -> None:
    findings = [_finding(Question.MATCH, severity) for severity in Severity]
    for order in (findings, findings[::-1]):
        assert _answer(*order).verdict(Question.MATCH) == "fail"
    assert _answer(*findings[1:]).verdict(Question.MATCH) == "warn"


def test_without_findings_both_questions_pass() -> None:
    told = _answer().as_json()
    assert (told["match"], told["entitlement"], told["findings"]) == ("pass", "pass", [])


def test_the_comparison_gives_two_verdicts_and_leaves_the_third_to_what_the_system_does() -> None:
    assert {question.value for question in Question} == {"match", "entitlement"}
    told = judged(pair()).as_json()
    assert set(told) == {"match", "entitlement", "findings", "waits_for", "ruleset", "ruleset_hash"}
    assert not {"execution", "verdict", "result", "passes", "state"} & set(told)


def test_documents_may_agree_though_the_certificate_is_not_this_firms() -> None:
    told = judged(pair(cert={"holder": STRANGER})).as_json()
    assert (told["match"], told["entitlement"]) == ("pass", "fail")


def test_a_certificate_may_be_good_though_the_documents_do_not_agree() -> None:
    told = judged(pair("amendment", decl={"items": [_other_goods()]})).as_json()
    assert (told["match"], told["entitlement"]) == ("fail", "pass")


def test_the_same_comparison_may_warn_of_one_and_fail_the_other() -> None:
    told = judged(pair(cert={"holder": STRANGER}, original=None)).as_json()
    assert (told["match"], told["entitlement"]) == ("warn", "fail")


def test_both_may_fail_each_for_its_own_reason() -> None:
    broken = certificate("amendment", issued_on="2026-12-31")
    answer = judged(pair("amendment", decl={"items": [_other_goods()]}, certificates=(standing(broken),)))
    told = {one.question.value: one.code for one in answer.findings if one.severity is Severity.BLOCK}
    assert told == {"match": "hs.differs", "entitlement": "date.issued_after_act"}


@pytest.mark.parametrize("rule", CURRENT.rules, ids=lambda rule: rule.code)
def test_every_rule_answers_one_of_the_two_questions(rule: Rule) -> None:
    assert rule.question in set(Question)


def test_a_finding_for_machines_has_every_part_as_plain_values() -> None:
    told = _finding(Question.MATCH, Severity.WARN).as_json()
    assert set(told) == JSON
    assert told["message"] == told["remedy"] == {"zh": "中文", "en": "English"}
    assert (told["question"], told["severity"]) == ("match", "warn")
    assert {type(value) for value in told.values()} == {str, int, dict}


def test_a_finding_of_the_whole_declaration_names_no_item() -> None:
    (told,) = judged(pair(certificates=())).as_json()["findings"]
    assert (told["item"], told["line"]) == (None, None)


def test_the_words_of_severities_and_questions_are_public_and_stable() -> None:
    assert [one.value for one in Severity] == ["block", "warn", "info"]
    assert [one.value for one in Question] == ["match", "entitlement"]


def _other_goods() -> dict[str, object]:
    return {
        "item": 1,
        "hs_code": "6110200000",
        "goods_name": "毛衫",
        "first": {"quantity": "100", "unit": "件"},
    }
