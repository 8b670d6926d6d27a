"""From values to a document: every wrong field is one problem, with place, value, rule and cure."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers.records import build, json_path
from hefu.errors import HefuError
from tests.builders import certificate, declaration, item
from tests.documents.told import assert_speaks, refusal, refused

FILE = "报文/d.json"
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.text(st.sampled_from("aZ09棉 ,.-/\t\0²٣\ud800\uffff"), max_size=25)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["uscc", "item", "x", "数"]), inner)
    ),
    max_leaves=6,
)


def built(**changes: Any) -> Declaration:
    return build(Declaration, {**as_json(declaration()), **changes}, FILE)


def place_of(problem: Any) -> str:
    return str(problem.place)


BROKEN = [
    ({"number": None}, "$.number", "string_type", "应为文本", "must be text"),
    ({"act": "import"}, "$.act", "enum", "应为以下之一", "must be one of"),
    ({"office": "ABC"}, "$.office", "string_pattern_mismatch", "4 位数字", "4 digits"),
    ({"declared_on": "2026-02-30"}, "$.declared_on", "value_error", "日期不存在", "no such day"),
    ({"moved_on": "soon"}, "$.moved_on", "value_error", "日期应为", "a day as"),
    ({"gross_weight": "0"}, "$.gross_weight", "greater_than", "应大于 0", "must be more than 0"),
    ({"gross_weight": 1.5}, "$.gross_weight", "value_error", "浮点数会丢失精度", "a float loses digits"),
    ({"gross_weight": "1e5"}, "$.gross_weight", "value_error", "应为普通十进制数", "a plain decimal number"),
    ({"gross_weight": []}, "$.gross_weight", "decimal_type", "应为十进制数", "must be a decimal number"),
    ({"trader": "北京"}, "$.trader", "model_type", "应为对象", "must be an object"),
    ({"trader": {"uscc": "1"}}, "$.trader.uscc", "value_error", "18 位", "18 characters"),
    (
        {"trader": {"customs_code": "1"}},
        "$.trader.customs_code",
        "string_pattern_mismatch",
        "10 位数字或字母",
        "10 digits or letters",
    ),
    ({"items": "none"}, "$.items", "tuple_type", "应为列表", "must be a list"),
    ({"colour": "red"}, "$.colour", "extra_forbidden", "没有这个字段", "there is no such field"),
    ({"items": [item(), item(item=0)]}, "$.items[1].item", "greater_than_equal", "不小于 1", "at least 1"),
    ({"items": [item(item=10_000)]}, "$.items[0].item", "less_than_equal", "不大于 9999", "at most 9999"),
    ({"items": [item(item="一")]}, "$.items[0].item", "int_parsing", "应为整数", "must be a whole number"),
    ({"items": [item(item="²")]}, "$.items[0].item", "int_parsing", "应为整数", "must be a whole number"),
    ({"items": [item(item="9" * 5000)]}, "$.items[0].item", "int_parsing", "应为整数", "whole number"),
    ({"items": [item(item=True)]}, "$.items[0].item", "int_type", "应为整数", "must be a whole number"),
    ({"items": [item(item=1.5)]}, "$.items[0].item", "int_type", "应为整数", "must be a whole number"),
    ({"remark": "\ud800"}, "$.remark", "string_unicode", "代理项", "lone surrogate"),
    ({"contract": "x" * 76}, "$.contract", "string_too_long", "超过 75 个字符", "longer than 75 characters"),
    ({"contract": " "}, "$.contract", "string_too_short", "少于 1 个字符", "shorter than 1 characters"),
    (
        {"items": [item(first={"quantity": "1", "unit": "a / b"})]},
        "$.items[0].first.unit",
        "value_error",
        "海关计量单位代码表中没有",
        "not in the customs unit table",
    ),
    ({"items": [item(first=None)]}, "$.items[0].first", "missing", "必填", "is required"),
    (
        {"items": [item(first={"quantity": "0.000001", "unit": "011"})]},
        "$.items[0].first.quantity",
        "decimal_max_places",
        "小数超过 5 位",
        "more than 5 decimals",
    ),
    (
        {"items": [item(first={"quantity": "9" * 19, "unit": "011"})]},
        "$.items[0].first.quantity",
        "decimal_max_digits",
        "超过 18 位数字",
        "more than 18 digits",
    ),
    (
        {"items": [item(first={"quantity": "9" * 14, "unit": "011"})]},
        "$.items[0].first.quantity",
        "decimal_whole_digits",
        "整数部分超过 13 位",
        "more than 13 digits before the point",
    ),
    (
        {"items": [item(first={"quantity": "1", "unit": "999"})]},
        "$.items[0].first.unit",
        "value_error",
        "海关计量单位代码表中没有",
        "not in the customs unit table",
    ),
    ({"certificates": [{}]}, "$.certificates[0].number", "missing", "必填", "is required"),
    ({"items": []}, "$", "value_error", "没有商品项", "no item"),
    ({"remark": "a\0b"}, "$.remark", "value_error", "控制字符", "control character"),
]


@pytest.mark.parametrize(
    ("changes", "place", "rule", "zh", "en"), BROKEN, ids=[f"{row[1]}-{row[2]}" for row in BROKEN]
)
def test_a_wrong_field_is_one_problem_with_place_rule_and_cure_in_both_languages(
    changes: dict[str, Any], place: str, rule: str, zh: str, en: str
) -> None:
    problem = refusal(lambda: built(**changes), "document.field")
    assert (problem.place, problem.details["rule"]) == (place, rule)
    assert zh in problem.message.zh
    assert en in problem.message.en
    assert_speaks(problem, FILE)
    json.dumps(problem.as_json(), allow_nan=False)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    problems = refused(
        lambda: built(
            declared_on="never",
            colour="red",
            gross_weight="-1",
            trader={"uscc": "1", "customs_code": "2"},
            items=[item(hs_code="1"), item(item=2, goods_name="", first={"quantity": "x", "unit": "y"})],
        )
    )
    assert sorted(map(place_of, problems)) == [
        "$.colour",
        "$.declared_on",
        "$.gross_weight",
        "$.items[0].hs_code",
        "$.items[1].first.quantity",
        "$.items[1].first.unit",
        "$.items[1].goods_name",
        "$.trader.customs_code",
        "$.trader.uscc",
    ]
    for problem in problems:
        assert_speaks(problem, FILE)


def test_a_missing_field_shows_no_value_and_a_wrong_one_shows_its_own() -> None:
    values = {**as_json(declaration()), "contract": "x" * 76}
    del values["trader"]
    told = {p.place: p.value for p in refused(lambda: build(Declaration, values, FILE))}
    assert told["$.trader"] == ""
    assert told["$.contract"].startswith("'xxx")


@pytest.mark.parametrize("size", [61, 1000, 1_000_000])
def test_a_long_value_is_shown_by_its_beginning(size: int) -> None:
    problem = refusal(lambda: built(office="7" * size), "document.field")
    assert problem.value == repr("7" * 60 + "…")
    assert len(problem.message.zh) < 300


@pytest.mark.parametrize(
    "wrong", [{"declared_on": "2" * 9999}, {"items": [item(first={"unit": "x" * 9999})]}]
)
def test_no_rule_repeats_a_long_value(wrong: dict[str, Any]) -> None:
    for problem in refused(lambda: built(**wrong)):
        assert all(len(text) < 300 for text in problem.message)


@pytest.mark.parametrize("value", ["a / b", "一 / 二", " / "])
@pytest.mark.parametrize("name", ["number", "declared_on", "gross_weight", "related", "trader", "office"])
def test_a_slash_in_a_value_mixes_no_languages(name: str, value: str) -> None:
    problem = refusal(lambda: built(**{name: value}), "document.field")
    assert_speaks(problem, FILE)
    assert value not in str(problem.details["rule_zh"]) + str(problem.details["rule_en"])


@pytest.mark.parametrize("key", ["a\nb", "a\u2028", "x" * 10_000])
def test_a_strange_key_is_shown_quoted_and_by_its_beginning(key: str) -> None:
    problem = refusal(lambda: built(**{key: 1}), "document.field")
    assert problem.place.startswith("$['")
    assert len(problem.place) < 100
    json.dumps(problem.as_json(), ensure_ascii=False).encode()


def test_a_list_or_an_object_is_shown_by_its_kind() -> None:
    assert refusal(lambda: built(remark={"secret": 1}), "document.field").value == "{…}"
    assert refusal(lambda: built(remark=["secret"]), "document.field").value == "[…]"


def test_braces_in_a_value_are_shown_as_they_are() -> None:
    problem = refusal(lambda: built(office="{file}{0}{"), "document.field")
    assert "'{file}{0}{'".upper() in problem.message.zh.upper()


@pytest.mark.parametrize("values", [None, 1, "x", [], True, 1.5, [{}]])
def test_what_is_no_object_is_no_document(values: Any) -> None:
    for document in (Certificate, Declaration):
        problem = refusal(partial(build, document, values, FILE), "document.field")
        assert (problem.place, problem.details["rule"]) == ("$", "model_type")
        assert_speaks(problem, FILE)


def test_a_reader_may_give_its_own_words_for_a_place() -> None:
    told = refusal(
        lambda: build(
            Declaration, {**as_json(declaration()), "office": "x"}, FILE, lambda path: f"<{path[0]}>"
        ),
        "document.field",
    )
    assert told.place == "<office>"


@pytest.mark.parametrize(
    ("path", "text"), [((), "$"), (("a",), "$.a"), (("a", 0, "b"), "$.a[0].b"), ((0, 1), "$[0][1]")]
)
def test_a_path_is_written_as_json_path(path: tuple[int | str, ...], text: str) -> None:
    assert json_path(path) == text


@settings(max_examples=300)
@given(st.sampled_from(sorted(Declaration.model_fields)), VALUES)
def test_whatever_stands_in_a_field_of_a_declaration_is_taken_or_refused_by_name(
    name: str, value: Any
) -> None:
    values = {**as_json(declaration()), name: value}
    try:
        told = build(Declaration, values, FILE)
    except HefuError as error:
        for problem in error.problems:
            assert problem.place == "$" or problem.place.startswith(f"$.{name}")
            assert_speaks(problem, FILE)
    else:
        assert Declaration.model_validate(as_json(told)) == told


@settings(max_examples=300)
@given(st.sampled_from(sorted(Certificate.model_fields)), VALUES)
def test_whatever_stands_in_a_field_of_a_certificate_is_taken_or_refused_by_name(
    name: str, value: Any
) -> None:
    values = {**as_json(certificate()), name: value}
    try:
        told = build(Certificate, values, FILE)
    except HefuError as error:
        for problem in error.problems:
            assert problem.file == FILE
            assert problem.place == "$" or problem.place.startswith(f"$.{name}")
    else:
        assert Certificate.model_validate(as_json(told)) == told
