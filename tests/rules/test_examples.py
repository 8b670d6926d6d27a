"""For every rule a worked example: the sound pair passes, the edited one breaks this rule and no other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hefu.rules.compare import compare
from hefu.rules.describe import as_json, set_as_json
from hefu.rules.docs.examples import Example, at, codes, example, put, shown
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.rules.pairs import ALL_CODES

EDITABLE = {"certificate", "declaration", "export", "register", "principal", "further"}


def of(code: str) -> Example:
    found = example(code)
    assert found is not None, code
    return found


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert set(codes()) == ALL_CODES
    assert example("no.such_rule") is None


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_the_sound_pair_passes_without_findings(code: str) -> None:
    one = of(code)
    (answer,) = compare([one.sound_case], one.policy)
    assert answer.findings == ()
    assert answer.passes


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_the_edited_pair_yields_exactly_this_finding(code: str) -> None:
    assert [finding.code for finding in of(code).judged().findings] == [code]


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_a_chinese_sentence_has_no_gaps_and_no_empty_places(code: str) -> None:
    (found,) = of(code).judged().findings
    for told in (found.message.zh, found.remedy.zh):
        assert not re.search(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]", told)
        assert not re.search(r"\(\)|“”| {2}", told)


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_edit_tells_what_was_and_what_is(code: str) -> None:
    one = of(code)
    assert one.edits
    for edit in one.edits:
        assert edit.document in EDITABLE
        assert edit.before != edit.after
        path = f"{edit.document}.{edit.field}"
        assert at(one.sound, path) == edit.before
        assert at(one.papers, path) == edit.after


HELD = {"certificate.used", "certificate.reserved"}
"""The register never has one in use without its user, so both go together."""


@pytest.mark.parametrize("code", sorted(ALL_CODES - HELD))
def test_none_of_several_edits_can_be_left_out(code: str) -> None:
    one = of(code)
    for edit in one.edits if len(one.edits) > 1 else ():
        fewer = replace(one, papers=put(one.papers, f"{edit.document}.{edit.field}", edit.before))
        assert [finding.code for finding in fewer.judged().findings] != [code], edit


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_the_story_is_one_short_sentence_in_each_language(code: str) -> None:
    story = of(code).story
    assert re.search(r"[\u4e00-\u9fff]", story.zh)
    assert not re.search(r"[\u4e00-\u9fff]", story.en)
    assert story.zh.endswith("。")
    assert story.en.endswith(".")
    assert len(story.en) < 130
    assert story.en.count(". ") == 0


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_machines_are_told_the_example_with_the_rule(code: str) -> None:
    rule = CURRENT.rule(code)
    assert rule is not None
    told = as_json(rule, CURRENT, Policy())["example"]
    assert told["finding"]["code"] == code
    assert told["verdict"]["passes"] is (told["finding"]["severity"] != "block")
    assert told["papers"]["certificate"] == of(code).certificate
    assert told["papers"]["declaration"] == of(code).declaration


def test_a_whole_set_is_told_without_examples() -> None:
    assert all("example" not in rule for rule in set_as_json(CURRENT, Policy())["rules"])


def test_paths_count_items_and_lines_by_their_number() -> None:
    paper = {"items": [{"item": 2, "hs_code": "1"}], "certificates": [{"number": "A"}]}
    assert at(paper, "items[2].hs_code") == "1"
    assert at(paper, "items[1].hs_code") is None
    assert put(paper, "items[1].hs_code", "9")["items"] == [
        {"item": 2, "hs_code": "1"},
        {"item": 1, "hs_code": "9"},
    ]
    assert put(paper, "certificates[1].number", "B")["certificates"] == [{"number": "B"}]
    assert put(paper, "certificates[2].number", "B")["certificates"] == [{"number": "A"}, {"number": "B"}]
    assert put(paper, "items", None) == {"certificates": [{"number": "A"}]}
    assert shown(None) == "∅"
    assert shown(True) == "true"
