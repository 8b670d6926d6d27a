"""JSON from a stranger: bounded, unambiguous, without loss; everything else is refused by name."""

from __future__ import annotations

import codecs
import json
import time
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.readers.limits import MAX_DEPTH, MAX_DOCUMENT_BYTES, decode, json_values, parse_json
from hefu.errors import HefuError
from tests.builders import certificate
from tests.documents.told import assert_speaks, refusal

FILE = "c.json"
SOUND = certificate().canonical
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def refuses(data: bytes, code: str, *, limit: int = MAX_DOCUMENT_BYTES) -> str:
    """The place of the one problem with which these bytes are refused."""
    problem = refusal(lambda: parse_json(data, FILE, limit), code)
    assert_speaks(problem, FILE)
    return problem.place


# Size and bytes


@pytest.mark.parametrize("limit", [1, 10, 1000])
def test_a_document_may_be_as_large_as_the_limit_and_no_larger(limit: int) -> None:
    assert decode(b"x" * limit, FILE, limit) == "x" * limit
    problem = refusal(lambda: decode(b"x" * (limit + 1), FILE, limit), "document.too_large")
    assert_speaks(problem, FILE)
    assert (problem.value, problem.details["limit"]) == (str(limit + 1), limit)
    assert str(limit + 1) in problem.message.zh


def test_size_is_judged_before_anything_is_read() -> None:
    refuses(b"[" * 101 + b"\0\xff", "document.too_large", limit=100)


def test_the_limit_is_far_above_a_declaration_and_far_below_memory() -> None:
    assert 4 * 2**20 < MAX_DOCUMENT_BYTES < 100 * 2**20
    refuses(bytes(MAX_DOCUMENT_BYTES + 1), "document.too_large")


@pytest.mark.parametrize("data", [b"", b" ", b"\n\r\t \n"])
def test_an_empty_file_is_refused_as_empty(data: bytes) -> None:
    refuses(data, "document.empty")


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"\0", "1:1"), (b'{"a": "x\0y"}', "1:9"), (b'[1,\n2,\0"a"]', "2:3"), (SOUND + b"\0", "")],
)
def test_a_nul_byte_is_refused_with_its_place(data: bytes, place: str) -> None:
    assert refuses(data, "document.nul_byte") == (place or f"1:{len(SOUND) + 1}")


@pytest.mark.parametrize(
    ("data", "place"),
    [(b'{"a": "\xff"}', "1:8"), (b'{\n"a": "\xc3("}', "2:7"), (b"\x80", "1:1"), (b'["\xff\xff"]', "1:3")],
)
def test_bytes_of_no_encoding_are_refused_with_their_place(data: bytes, place: str) -> None:
    assert refuses(data, "document.encoding") == place


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_encoding_that_senders_use_is_read_to_the_same_values(encoding: str) -> None:
    text = '{"名称": "棉制针织T恤衫", "n": [1, 2]}'
    assert parse_json(text.encode(encoding), FILE) == json.loads(text)


@pytest.mark.parametrize("damage", ["你好".encode("gb18030"), "针织".encode()[:4], b"\xe9\x92"])
@pytest.mark.parametrize("name", ["针织", "针织棉布上衣"])
def test_damaged_utf_8_is_not_taken_for_another_encoding(name: str, damage: bytes) -> None:
    data = f'{{"a": "{name}", "b": "@"}}'.encode().replace(b"@", damage)
    assert name not in data.decode("gb18030")  # another name, and no error
    refuses(data, "document.encoding")


def test_chinese_that_happens_to_fit_utf_8_in_part_is_still_read() -> None:
    text = '{"a": "联通公司的棉制针织上衣"}'
    assert parse_json(text.encode("gb18030"), FILE) == json.loads(text)


def test_utf_16_without_a_mark_is_not_guessed() -> None:
    refuses('{"a": 1}'.encode("utf-16-le"), "document.nul_byte")


@pytest.mark.parametrize("mark", [codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_utf_32_is_refused(mark: bytes) -> None:
    with pytest.raises(HefuError):
        parse_json(mark + '{"a": 1}'.encode("utf-32-le" if mark[0] else "utf-32-be"), FILE)


# Syntax


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "1:2"),
        ('{"a": 1,}', None),
        ("[1, 2", "1:6"),
        ("{'a': 1}", "1:2"),
        ('{"a": 1} x', "1:10"),
        ('{"a"\n:\n}', "3:1"),
        ("// no\n{}", "1:1"),
        ("undefined", "1:1"),
        ('["a\nb"]', None),
        ("[01]", None),
        ("[0x10]", None),
        ("[+1]", "1:2"),
        ("[.5]", "1:2"),
    ],
)
def test_what_is_no_json_is_refused_with_line_and_column(text: str, place: str | None) -> None:
    told = refuses(text.encode(), "document.syntax")
    assert place is None or told == place


@given(st.integers(1, len(SOUND) - 1))
def test_no_beginning_of_a_document_is_taken_for_the_document(size: int) -> None:
    with pytest.raises(HefuError):
        parse_json(SOUND[:size], FILE)


@given(VALUES)
def test_sound_json_is_read_as_the_standard_says(value: Any) -> None:
    assert parse_json(json.dumps(value).encode(), FILE) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode(), FILE) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_values_or_a_refusal(data: bytes) -> None:
    try:
        parse_json(data, FILE)
    except HefuError as error:
        for problem in error.problems:
            assert_speaks(problem, FILE)


# Depth


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [1, MAX_DEPTH - 1, MAX_DEPTH])
def test_nesting_up_to_the_limit_is_read(opening: str, closing: str, depth: int) -> None:
    json_values(opening * depth + "1" + closing * depth, FILE)


@pytest.mark.parametrize(
    ("before", "place"),
    [("[", "1:33"), ('["]",\n', "2:32"), ('{"[[[": "\\"",\n\n"a":', "3:36"), ("[{},\n ", "2:33")],
)
def test_the_bracket_that_is_too_deep_is_named_with_line_and_column(before: str, place: str) -> None:
    assert refuses((before + "[" * 99).encode(), "document.too_deep") == place


@pytest.mark.parametrize("text", ['\\"', "a", "\\", '"', "[]", '""', "\\\\"])
def test_looking_for_the_depth_takes_time_as_the_text_is_long(text: str) -> None:
    start = time.process_time()
    for opening in ("[]" * 33 + '"', "[]" * 33):
        with pytest.raises(HefuError):
            json_values(opening + text * 100_000, FILE)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 1000, 100_000])
def test_deeper_nesting_is_refused_before_it_is_built(opening: str, closing: str, depth: int) -> None:
    refuses((opening * depth + "1" + closing * depth).encode(), "document.too_deep")
    refuses((opening * depth).encode(), "document.too_deep")


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert len(json_values("[" + ",".join(["[]", "{}"] * 5000) + "]", FILE)) == 10_000


@pytest.mark.parametrize(
    "text", ["[" * 100, '"' + "{" * 100, "\\" + "[" * 100, '\\"' * 10 + "[" * 100, "]" * 100]
)
def test_brackets_within_a_text_are_not_nesting(text: str) -> None:
    assert json_values(json.dumps([text, {"k": text}]), FILE) == [text, {"k": text}]


# Keys


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1, "a": 2}', "$.a"),
        ('{"a": 1, "a": 1}', "$.a"),
        ('{"a": 1, "b": 2, "\\u0061": 3}', "$.a"),
        ('{"a": 1, "a": 2, "a": 3}', "$.a"),
        ('{"x": {"a": 1, "a": null}}', "$.x.a"),
        ('[{}, {"a": [], "a": []}]', "$[1].a"),
        ('{"a": {"b": 1, "b": 2}, "a": 3}', "$.a"),
    ],
)
def test_a_key_that_stands_twice_is_refused_by_name(text: str, place: str) -> None:
    problem = refusal(lambda: json_values(text, FILE), "document.duplicate_key")
    assert (problem.place, problem.value) == (place, "'a'")
    assert_speaks(problem, FILE)


def test_a_long_key_that_stands_twice_is_shown_by_its_beginning() -> None:
    key = "x" * 100_000
    problem = refusal(lambda: json_values(f'{{"{key}": 1, "{key}": 2}}', FILE), "document.duplicate_key")
    assert all(len(text) < 400 for text in problem.message)


def test_the_same_key_in_two_objects_is_no_duplicate() -> None:
    assert json_values('[{"a": 1}, {"a": {"a": 2}}]', FILE) == [{"a": 1}, {"a": {"a": 2}}]


def test_keys_that_differ_in_case_are_two_keys() -> None:
    assert json_values('{"a": 1, "A": 2}', FILE) == {"a": 1, "A": 2}


# Numbers


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused_by_name(number: str) -> None:
    for text, place in ((number, "$"), (f"[1, {number}]", "$[1]"), (f'{{"a": {{"b": {number}}}}}', "$.a.b")):
        problem = refusal(partial(json_values, text, FILE), "document.number")
        assert (problem.place, problem.value) == (place, number)
        assert_speaks(problem, FILE)


@pytest.mark.parametrize("digits", [21, 1000, 1_000_000])
def test_a_huge_number_is_refused_before_it_is_built(digits: int) -> None:
    problem = refusal(lambda: json_values("9" * digits, FILE), "document.number")
    assert len(problem.value) <= 24
    assert_speaks(problem, FILE)


def test_a_number_of_twenty_digits_is_still_taken() -> None:
    assert json_values("9" * 20, FILE) == int("9" * 20)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,30})\.[0-9]{1,30}", fullmatch=True))
def test_a_number_with_a_point_comes_back_digit_for_digit(number: str) -> None:
    assert json_values(f"[{number}]", FILE) == [number]


@pytest.mark.parametrize("number", ["1e5", "1E400", "-1.5e-400", "1e999999999"])
def test_a_number_with_an_exponent_is_never_computed(number: str) -> None:
    assert json_values(f"[{number}]", FILE) == [number]
