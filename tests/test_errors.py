"""The one error shape: every kind speaks both languages and says what to do."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hefu
from hefu import errors
from hefu.errors import HefuError, Kind, Problem, Text

CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
CHINESE = re.compile(r"[一-鿿]")
LATIN = re.compile(r"[A-Za-z]{2}")

for _module in pkgutil.walk_packages(hefu.__path__, "hefu."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)

KINDS = [one for code, one in sorted(errors.registry().items()) if not code.startswith("test.")]
EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.code)
SAMPLE = Kind(
    "test.sample",
    409,
    1,
    Text("{file} 第 {place} 处的 {value} 与 {other} 不符", "{value} at {place} of {file} is not {other}"),
    Text("把 {value} 改为 {other}", "change {value} to {other}"),
)


def slots(text: str) -> set[str]:
    """The slots of a sentence; the ones that differ by language under one name."""
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return {re.sub(r"(^|_)(zh|en)$", "", name) for name in named}


def handed_in(text: Text) -> bool:
    """Whether both sentences come from where the problem arises, each in its own language."""
    bare = "".join(re.sub(r"\{\w+\}", "", one) for one in text)
    named = all(re.search(r"\{(\w+_)?" + one + r"\}", getattr(text, one)) for one in text._fields)
    return named and not any(sign.isalpha() for sign in bare)


# --- every kind ---------------------------------------------------------------------------------------


def test_every_room_has_registered_its_kinds() -> None:
    assert {"settings.missing", "certificate.already_used", "message.unreadable", "store.other_side"} <= {
        kind.code for kind in KINDS
    }


@EACH
def test_a_kind_lies_under_its_code_and_the_code_is_plain(kind: Kind) -> None:
    assert errors.registry()[kind.code] is kind
    assert CODE.fullmatch(kind.code)


@EACH
def test_a_kind_has_message_and_cure_in_chinese_and_english(kind: Kind) -> None:
    for text in (kind.message, kind.cure):
        zh, en = (re.sub(r"\{\w+\}", "", one).strip() for one in text)
        if handed_in(text):
            continue
        assert CHINESE.search(zh), text.zh
        assert LATIN.search(en), text.en
        assert not CHINESE.search(en), text.en


@EACH
def test_both_languages_of_a_message_name_the_same_values(kind: Kind) -> None:
    assert slots(kind.message.zh) == slots(kind.message.en)


@EACH
def test_the_slots_of_a_kind_are_plain_names(kind: Kind) -> None:
    for text in (*kind.message, *kind.cure):
        for _, name, form, conversion in string.Formatter().parse(text):
            assert name is None or (name.isidentifier() and not form and not conversion), text


@EACH
def test_a_kind_maps_to_an_http_error_and_an_exit_code(kind: Kind) -> None:
    assert 400 <= kind.http <= 599
    assert kind.exit in {1, 2, 3}


@EACH
def test_a_kind_renders_with_its_slots_filled_and_without(kind: Kind) -> None:
    names = set().union(*(slots(text) for text in (*kind.message, *kind.cure)))
    details = {f"{name}{end}".lstrip("_"): f"<{name}>" for name in names for end in ("", "_zh", "_en")}
    own = {name: details.pop(name, "") for name in ("file", "place", "value")}
    filled = Problem(kind, side="tax", details=details, **own)
    for rendered, text in zip((*filled.message, *filled.cure), (*kind.message, *kind.cure), strict=True):
        assert "{" not in rendered
        assert all(f"<{name}>" in rendered for name in slots(text))
    for rendered in (*Problem(kind).message, *Problem(kind).cure):
        assert "{" not in rendered
        assert "None" not in rendered


def test_a_code_is_registered_once() -> None:
    with pytest.raises(AssertionError, match="registered twice"):
        errors.kind("settings.missing", http=500, message=Text("", ""), cure=Text("", ""))


def test_the_registry_is_read_only() -> None:
    with pytest.raises(TypeError):
        errors.registry()["test.other"] = SAMPLE  # type: ignore[index]


# --- a problem ----------------------------------------------------------------------------------------


def sample(**changes: Any) -> Problem:
    told: dict[str, Any] = {
        "place": "lines.0.quantity",
        "value": "101",
        "file": "a.json",
        "side": "tax",
        "details": {"other": "100"},
    }
    return Problem(SAMPLE, **{**told, **changes})


def test_a_problem_renders_file_place_value_and_details_in_both_languages() -> None:
    assert sample().message == Text(
        "a.json 第 lines.0.quantity 处的 101 与 100 不符", "101 at lines.0.quantity of a.json is not 100"
    )
    assert sample().cure == Text("把 101 改为 100", "change 101 to 100")


def test_a_slot_without_a_value_is_left_empty_and_does_not_fail() -> None:
    assert sample(details={}).cure.en == "change 101 to "


@given(st.text(), st.text())
def test_values_come_through_as_they_are_whatever_they_hold(value: str, other: str) -> None:
    told = sample(value=value, details={"other": other})
    assert told.cure == Text(f"把 {value} 改为 {other}", f"change {value} to {other}")


def test_a_value_that_looks_like_a_slot_is_not_filled() -> None:
    assert sample(value="{file}").cure.en == "change {file} to 100"


def test_a_problem_for_machines_has_stable_keys_and_both_languages() -> None:
    told = sample().as_json()
    assert list(told) == ["code", "side", "file", "place", "value", "message", "cure", "details"]
    assert (told["code"], told["side"], told["file"]) == ("test.sample", "tax", "a.json")
    assert told["message"].keys() == told["cure"].keys() == {"zh", "en"}
    assert told["details"] == {"other": "100"}
    assert orjson.loads(orjson.dumps(told)) == told


def test_a_problem_without_details_says_nothing_of_them() -> None:
    assert "details" not in sample(details={}).as_json()


# --- the error ----------------------------------------------------------------------------------------


def test_an_error_holds_all_its_problems_and_the_first_decides() -> None:
    first, second = sample(), sample(place="lines.1.quantity")
    error = HefuError(first, second)
    assert error.problems == (first, second)
    assert error.first is first
    assert str(error).count("[test.sample]") == 2
    assert "lines.1.quantity" in str(error)


def test_fail_raises_one_problem_with_everything_it_was_given() -> None:
    with pytest.raises(HefuError) as caught:
        errors.fail(SAMPLE, place="a", value=5, file="b", side="customs", other="c")
    problem = caught.value.first
    assert caught.value.problems == (problem,)
    assert (problem.place, problem.value, problem.file, problem.side) == ("a", "5", "b", "customs")
    assert problem.details == {"other": "c"}
