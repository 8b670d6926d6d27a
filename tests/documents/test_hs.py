"""Commodity codes over time: chains of dated changes, validity, an authority's own file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hefu.documents.codes import hs
from hefu.documents.codes.hs import Change, in_force, joined, read_changes, shipped, touched
from hefu.documents.codes.tables import tables
from hefu.errors import HefuError, Problem

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HEADER = "since,old,new,source\n"
A, B, C, D = "99000010", "99000020", "99000030", "98000040"
"""Lines of no tariff, so that no shipped change touches them; D is of another heading."""


def on(text: str) -> date:
    return date.fromisoformat(text)


def change(since: str, old: str, new: str) -> Change:
    return Change(on(since), old, new, "a test")


def leads(old: str, new: str, after: str, until: str, *more: Change) -> bool:
    return joined(old, new, on(after), on(until), more)


# One change: direction and bounds

MOVED = change("2025-01-01", A, B)


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        ("2024-12-31", "2025-01-01", True),
        ("2024-06-01", "2025-06-01", True),
        ("2024-12-30", "2024-12-31", False),
        ("2025-01-01", "2025-01-01", False),
        ("2025-01-01", "2025-01-02", False),
        ("2025-06-01", "2026-06-01", False),
        ("2025-06-01", "2024-06-01", False),
    ],
)
def test_a_change_counts_after_the_first_day_and_up_to_the_last(
    after: str, until: str, expected: bool
) -> None:
    assert leads(A, B, after, until, MOVED) is expected


def test_a_change_is_not_walked_backwards() -> None:
    assert not leads(B, A, "2024-06-01", "2025-06-01", MOVED)
    assert not leads(B, A, "2025-06-01", "2024-06-01", MOVED)


def test_a_code_without_changes_stays_itself_and_becomes_nothing_else() -> None:
    assert leads(C, C, "2024-06-01", "2025-06-01", MOVED)
    assert not leads(C, A, "2024-06-01", "2025-06-01", MOVED)
    assert not leads(C, B, "2024-06-01", "2025-06-01", MOVED)
    assert not leads(A, C, "2024-06-01", "2025-06-01", MOVED)


def test_a_move_to_another_heading_is_a_change_like_any_other() -> None:
    assert leads(A, D, "2024-06-01", "2025-06-01", change("2025-01-01", A, D))
    assert not leads(A, D, "2024-06-01", "2025-06-01", MOVED)


def test_goods_under_the_old_code_after_the_change_still_fit_it() -> None:
    assert leads(A, A, "2024-06-01", "2025-06-01", MOVED)


# Splits and merges


def test_a_split_leads_to_each_part_and_not_from_part_to_part() -> None:
    split = (change("2025-01-01", A, B), change("2025-01-01", A, C))
    assert leads(A, B, "2024-06-01", "2025-06-01", *split)
    assert leads(A, C, "2024-06-01", "2025-06-01", *split)
    assert not leads(B, C, "2024-06-01", "2025-06-01", *split)
    assert not leads(A, D, "2024-06-01", "2025-06-01", *split)


def test_a_merge_leads_from_each_part_and_not_from_part_to_part() -> None:
    merge = (change("2025-01-01", A, C), change("2025-01-01", B, C))
    assert leads(A, C, "2024-06-01", "2025-06-01", *merge)
    assert leads(B, C, "2024-06-01", "2025-06-01", *merge)
    assert not leads(A, B, "2024-06-01", "2025-06-01", *merge)


# Chains

TWO_YEARS = (change("2024-01-01", A, B), change("2025-01-01", B, C))


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        ("2023-12-31", "2025-01-01", True),
        ("2023-06-01", "2025-06-01", True),
        ("2023-06-01", "2024-12-31", False),
        ("2024-01-01", "2025-06-01", False),
    ],
)
def test_a_chain_needs_every_change_inside_the_days(after: str, until: str, expected: bool) -> None:
    assert leads(A, C, after, until, *TWO_YEARS) is expected
    assert leads(A, C, after, until, *reversed(TWO_YEARS)) is expected


def test_a_chain_walks_in_the_order_of_time() -> None:
    crossed = (change("2025-01-01", A, B), change("2024-01-01", B, C))
    assert not leads(A, C, "2023-06-01", "2025-06-01", *crossed)


def test_changes_of_one_day_do_not_chain() -> None:
    swap = (change("2025-01-01", A, B), change("2025-01-01", B, C))
    assert not leads(A, C, "2024-06-01", "2025-06-01", *swap)
    assert leads(A, B, "2024-06-01", "2025-06-01", *swap)


def test_a_code_in_the_middle_of_a_chain_is_left_unless_it_lives_on() -> None:
    assert leads(A, B, "2023-06-01", "2024-06-01", *TWO_YEARS)
    assert not leads(A, B, "2023-06-01", "2025-06-01", *TWO_YEARS)
    assert leads(A, B, "2023-06-01", "2025-06-01", *TWO_YEARS, change("2025-01-01", B, B))


def test_the_first_change_of_a_code_comes_first_however_the_file_is_sorted() -> None:
    moved_once = (change("2025-01-01", A, B), change("2024-01-01", A, C))
    assert leads(A, C, "2023-06-01", "2025-06-01", *moved_once)
    assert not leads(A, B, "2023-06-01", "2025-06-01", *moved_once)


def test_a_tangle_of_changes_is_walked_once() -> None:
    days = [on("2025-01-01") + timedelta(days=n) for n in range(90)]
    tangle = tuple(Change(day, old, new, "a test") for day in days for old in (A, B) for new in (A, B))
    assert joined(A, B, on("2024-12-31"), days[-1], tangle)
    assert not joined(A, C, on("2024-12-31"), days[-1], tangle)


def test_a_code_may_come_back() -> None:
    there_and_back = (change("2024-01-01", A, B), change("2025-01-01", B, A), change("2026-01-01", A, C))
    assert leads(A, C, "2023-06-01", "2026-01-01", *there_and_back)
    assert not leads(B, C, "2023-06-01", "2025-12-31", *there_and_back)


# 8 digits, 10 digits, tax codes


@pytest.mark.parametrize("old", [A, A + "01", A + "0199", A + "01TAXCODE"])
@pytest.mark.parametrize("new", [B, B + "00", B + "90X"])
def test_a_change_of_a_line_takes_all_of_its_codes_along(old: str, new: str) -> None:
    assert leads(old, new, "2024-06-01", "2025-06-01", MOVED)
    assert not leads(old, new, "2025-01-01", "2025-06-01", MOVED)
    assert not leads(old, C, "2024-06-01", "2025-06-01", MOVED)


def test_a_change_of_a_10_digit_code_leaves_its_neighbours_alone() -> None:
    moved = change("2025-01-01", A + "01", B + "02")
    assert leads(A + "01", B + "02", "2024-06-01", "2025-06-01", moved)
    assert leads(A + "01X9", B + "02Y", "2024-06-01", "2025-06-01", moved)
    assert leads(A + "01", B, "2024-06-01", "2025-06-01", moved)
    assert not leads(A + "01", B + "03", "2024-06-01", "2025-06-01", moved)
    assert not leads(A + "09", B + "02", "2024-06-01", "2025-06-01", moved)


def test_a_line_may_hold_the_10_digit_code_that_moved_and_the_rest_of_it() -> None:
    moved = (change("2025-01-01", A + "01", B + "02"), change("2026-01-01", A, C))
    assert leads(A, B + "02", "2024-06-01", "2025-06-01", moved[0])
    assert leads(A, B + "02", "2024-06-01", "2026-06-01", *moved)
    assert leads(A, C, "2024-06-01", "2026-06-01", *moved)
    assert not leads(A + "01", C, "2024-06-01", "2026-06-01", *moved)


def test_of_two_changes_of_a_day_the_closer_one_speaks() -> None:
    both = (change("2025-01-01", A, B), change("2025-01-01", A + "01", C + "01"))
    assert leads(A + "01", C + "01", "2024-06-01", "2025-06-01", *both)
    assert not leads(A + "01", B, "2024-06-01", "2025-06-01", *both)
    assert leads(A + "02", B, "2024-06-01", "2025-06-01", *both)
    assert leads(A, B, "2024-06-01", "2025-06-01", *both)
    assert leads(A, C, "2024-06-01", "2025-06-01", *both)


def test_a_10_digit_split_inside_a_line() -> None:
    split = (change("2025-07-01", A + "90", A + "91"), change("2025-07-01", A + "90", A + "99"))
    assert leads(A + "90", A + "91", "2025-06-30", "2025-07-01", *split)
    assert leads(A + "90", A + "99", "2025-06-30", "2025-07-01", *split)
    assert not leads(A + "90", A + "99", "2025-06-29", "2025-06-30", *split)
    assert not leads(A + "91", A + "99", "2025-06-30", "2025-07-01", *split)


# The shipped table


@pytest.mark.parametrize(
    ("old", "new", "after", "until"),
    [
        ("8517121011", "8517130000", "2021-12-31", "2022-01-01"),
        ("85171210", "8517141000", "2021-06-01", "2022-06-01"),
        ("8541402000", "8541430000", "2021-06-01", "2022-06-01"),
        ("8543709990", "8543400000", "2021-06-01", "2022-06-01"),
        ("8803300000", "8807300000", "2021-06-01", "2022-06-01"),
        ("3907209010", "3907299010", "2021-06-01", "2022-06-01"),
        ("29411093", "29349970", "2022-12-31", "2023-01-01"),
        ("8479501000", "8479501100", "2022-06-01", "2023-06-01"),
        ("8539500000", "8539521000", "2020-12-31", "2022-01-01"),
        ("8479899990", "8479897000", "2025-12-31", "2026-01-01"),
    ],
)
def test_shipped_changes_join(old: str, new: str, after: str, until: str) -> None:
    assert leads(old, new, after, until)
    assert not leads(old, new, until, until)
    assert not leads(new, old, after, until)


def test_shipped_and_added_changes_make_one_chain() -> None:
    added = change("2024-01-01", "85171300", A)
    assert leads("8517121011", A, "2021-06-01", "2024-06-01", added)
    assert not leads("8517121011", A, "2021-06-01", "2024-06-01")
    assert not leads("8517121011", A, "2021-06-01", "2023-12-31", added)


def test_the_shipped_table_is_counted_among_the_tables_and_whole() -> None:
    text = (files("hefu.documents.codes") / "hs_changes.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.reader(text.splitlines()) if not row[0].startswith("#")]
    assert tables()["hs_changes"].rows == len(rows) - 1 == len(shipped()) > 0
    told = [(one.since, one.old, one.new) for one in shipped()]
    assert told == sorted(set(told))
    assert shipped() is shipped()


@pytest.mark.parametrize("one", shipped(), ids=lambda one: f"{one.since}-{one.old}-{one.new}")
def test_a_shipped_change_names_a_source_and_agrees_with_the_others(one: Change) -> None:
    assert "年" in one.source or "general knowledge" in one.source
    # the new code is in force from its day on, the old one was until then
    assert in_force(one.new, one.since)
    assert in_force(one.old, one.since - timedelta(days=1))
    moved_on = not any(
        other.new == one.old for other in shipped() if (other.since, other.old) == (one.since, one.old)
    )
    assert in_force(one.old, one.since) is not moved_on


# Added changes


def test_a_tuple_of_changes_is_indexed_once_and_a_list_may_grow() -> None:
    fixed = (MOVED,)
    assert hs._table(fixed) is hs._table(fixed)
    growing: list[Change] = []
    assert not joined(A, B, on("2024-06-01"), on("2025-06-01"), growing)
    growing.append(MOVED)
    assert joined(A, B, on("2024-06-01"), on("2025-06-01"), growing)
    assert not joined(A, B, on("2024-06-01"), on("2025-06-01"))


def test_the_lines_that_changes_speak_of() -> None:
    assert touched([change("2025-01-01", A + "01", B)]) - touched() == {A, B}
    assert {"85171210", "85171300", "39072990"} <= touched()
    assert not touched() & {A, B, C, D}


def test_a_change_cannot_be_changed() -> None:
    one: Any = MOVED
    with pytest.raises(FrozenInstanceError):
        one.new = C


def test_settings_that_hold_changes_are_checked_like_files() -> None:
    told = {"since": "2025-01-01", "old": A, "new": B, "source": "a test"}
    check = TypeAdapter(Change)
    assert check.validate_python(told) == MOVED
    for wrong in ({"old": "1234"}, {"new": 12345678}, {"source": " "}, {"since": "soon"}, {"to": B}):
        with pytest.raises(ValidationError):
            check.validate_python({**told, **wrong})


# In force


def valid(code: str, day: str, *more: Change) -> bool | None:
    return in_force(code, on(day), more)


def test_of_a_code_in_no_change_nothing_is_known() -> None:
    assert valid(C, "2025-01-01", MOVED) is None
    assert valid(C + "01", "2025-01-01", MOVED) is None


@pytest.mark.parametrize("suffix", ["", "01", "01TAX"])
def test_a_code_ends_and_begins_on_the_day_of_the_change(suffix: str) -> None:
    assert valid(A + suffix, "2024-12-31", MOVED) is True
    assert valid(A + suffix, "2025-01-01", MOVED) is False
    assert valid(B + suffix, "2024-12-31", MOVED) is False
    assert valid(B + suffix, "2025-01-01", MOVED) is True


def test_a_code_that_is_its_own_successor_was_and_remains_in_force() -> None:
    carved = (change("2025-01-01", A, A), change("2025-01-01", A, B))
    for day in ("2024-12-31", "2025-01-01", "2026-01-01"):
        assert valid(A, day, *carved) is True
    assert valid(B, "2024-12-31", *carved) is False


def test_a_code_given_away_and_used_again_for_other_goods_is_in_force() -> None:
    assert valid(A, "2025-01-01", MOVED, change("2025-01-01", C, A)) is True
    later = (MOVED, change("2026-01-01", C, A))
    assert [valid(A, day, *later) for day in ("2024-12-31", "2025-12-31", "2026-01-01")] == [
        True,
        False,
        True,
    ]


def test_changes_of_10_digit_codes_say_nothing_about_their_line() -> None:
    moved = change("2025-01-01", A + "01", B + "02")
    assert valid(A, "2025-06-01", moved) is None
    assert valid(B, "2024-06-01", moved) is None
    assert valid(A + "09", "2025-06-01", moved) is None
    assert valid(A + "01", "2025-06-01", moved) is False
    assert valid(B + "02", "2024-06-01", moved) is False
    assert valid(A, "2024-06-01", change("2025-01-01", A + "01", A)) is None


def test_of_two_changes_of_a_day_the_closer_one_says_whether_a_code_ended() -> None:
    both = (change("2025-01-01", A, A), change("2025-01-01", A + "01", B + "01"))
    assert valid(A + "01", "2025-01-01", *both) is False
    assert valid(A + "02", "2025-01-01", *both) is True
    assert valid(A, "2025-01-01", *both) is True


def test_phones_of_2021_and_2022() -> None:
    assert valid("8517121011", "2021-12-31") is True
    assert valid("8517121011", "2022-01-01") is False
    assert valid("8517130000", "2021-12-31") is False
    assert valid("8517130000", "2022-01-01") is True


# An authority's own file


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(HefuError) as caught:
        read_changes(text, "own.csv")
    return caught.value.problems


def test_a_file_with_comments_blank_lines_bom_and_quotes_is_read() -> None:
    text = (
        f'\ufeff# ours, 2026\n\n{HEADER}# a note\n20250101,{A},{B}01,"a, b"\n\n2025-07-01, {B}01 ,{C},act\n'
    )
    assert read_changes(text, "own.csv") == (
        Change(on("2025-01-01"), A, B + "01", "a, b"),
        Change(on("2025-07-01"), B + "01", C, "act"),
    )
    assert read_changes(HEADER, "own.csv") == ()


@pytest.mark.parametrize("text", ["", "# only this\n", f"2025-01-01,{A},{B},act\n", "since,old,new\n"])
def test_a_file_without_the_header_is_refused(text: str) -> None:
    (problem,) = refused(text)
    assert problem.kind is hs.HEADER
    assert problem.place == "line 1"
    for told in (problem.message, problem.cure):
        assert CHINESE.search(told.zh)
        assert not CHINESE.search(told.en)
        assert "since,old,new,source" in told.zh
        assert "since,old,new,source" in told.en
    assert "own.csv: line 1" in problem.message.en


@pytest.mark.parametrize(
    ("row", "place", "value", "zh", "en"),
    [
        (f"2025-02-30,{A},{B},act", "since (line 3)", "2025-02-30", "日期不存在", "no such day"),
        (f"1.1.2025,{A},{B},act", "since (line 3)", "1.1.2025", "yyyy-mm-dd", "yyyy-mm-dd"),
        (f"2025-01-01,1234,{B},act", "old (line 3)", "1234", "8 位或 10 位数字", "8 or 10 digits"),
        (f"2025-01-01,{A}1,{B},act", "old (line 3)", A + "1", "8 位或 10 位数字", "8 or 10 digits"),
        (f"2025-01-01,{A},{B}012,act", "new (line 3)", B + "012", "8 位或 10 位数字", "8 or 10 digits"),
        (f"2025-01-01,{A},９９000020,act", "new (line 3)", "９９000020", "8 位或", "8 or 10 digits"),
        (f"2025-01-01,{A},{B}, ", "source (line 3)", "", "公告或出版物", "act or publication"),
        (f"2025-01-01,{A},{B}", "line 3", A, "4 列", "4 columns"),
        (f"2025-01-01,{A},{B},act,more", "line 3", A, "4 列", "4 columns"),
        ("1" * 200_000, "line 3", "1111", "4 列", "4 columns"),
    ],
)
def test_a_wrong_row_is_refused_with_line_value_rule_and_cure(
    row: str, place: str, value: str, zh: str, en: str
) -> None:
    (problem,) = refused(f"# ours\n{HEADER}{row}\n2025-01-01,{A},{B},act\n")
    assert problem.kind is hs.ROW
    assert (problem.file, problem.place) == ("own.csv", place)
    assert value in problem.value
    assert len(problem.value) < 100
    for told, rule in ((problem.message.zh, zh), (problem.message.en, en)):
        assert told.startswith(f"own.csv: {place}: ")
        assert rule in told
    assert CHINESE.search(problem.message.zh)
    assert CHINESE.search(problem.cure.zh)
    assert not CHINESE.search(problem.message.en + problem.cure.en)


def test_every_wrong_place_is_told_at_once() -> None:
    found = refused(f"{HEADER}soon,1234,{B},\n\n2025-01-01,{A},{B},act\n2025-01-01\n")
    assert [one.place for one in found] == ["since (line 2)", "old (line 2)", "source (line 2)", "line 5"]


# Whatever the changes

LINES = st.sampled_from([A, B, C])
CODES = st.builds(str.__add__, LINES, st.sampled_from(["", "01", "02", "01X", "02Y7"]))
PREFIXES = st.builds(str.__add__, LINES, st.sampled_from(["", "01", "02"]))
DAYS = st.integers(0, 6).map(lambda n: on("2025-01-01") + timedelta(days=n))
CHANGES = st.lists(st.builds(Change, DAYS, PREFIXES, PREFIXES, st.just("drawn")), max_size=8)


def fit(a: str, b: str) -> bool:
    return a[: len(b)] == b[: len(a)]


def step(code: str, rows: Sequence[Change]) -> set[str]:
    """What a code may be after the rows of one day."""
    exact = {one.new for one in rows if len(one.old) == 10 and one.old == code[:10]}
    line = {one.new for one in rows if one.old == code[:8]}
    part = {one.new for one in rows if len(code) == 8 and one.old[:8] == code and one.old != code}
    return exact or ((line or {code}) | part)


def by_hand(old: str, new: str, after: date, until: date, changes: Sequence[Change]) -> bool:
    """The same question, asked of every row on every day."""
    held = {old}
    for day in range(after.toordinal() + 1, until.toordinal() + 1):
        rows = [one for one in changes if one.since.toordinal() == day]
        held = {then for code in held for then in step(code, rows)}
    return fit(old, new) or any(fit(code, new) for code in held)


def in_force_by_hand(code: str, day: date, changes: Sequence[Change]) -> bool | None:
    told: bool | None = None
    for now in sorted({one.since for one in changes}, reverse=True):
        rows = [one for one in changes if one.since == now]
        left = any(one.old in {code[:8], code[:10]} for one in rows)
        came = any(one.new in {code[:8], code[:10]} and not fit(one.old, code) for one in rows)
        if now <= day and (left or came):
            return came or any(fit(then, code) for then in step(code, rows))
        if left or came:
            told = left
    return told


@given(CODES, CODES, DAYS, DAYS, CHANGES)
def test_chains_are_those_found_by_hand(
    old: str, new: str, after: date, until: date, changes: list[Change]
) -> None:
    assert joined(old, new, after, until, changes) is by_hand(old, new, after, until, changes)


@given(CODES, DAYS, DAYS, CHANGES)
def test_a_code_is_joined_with_itself(code: str, after: date, until: date, changes: list[Change]) -> None:
    assert joined(code, code, after, until, changes)
    assert joined(code, code[:8], after, until, changes)
    assert joined(code[:8], code, after, until, changes)


@given(CODES, CODES, DAYS, DAYS, CHANGES)
def test_only_changes_within_the_days_count(
    old: str, new: str, after: date, until: date, changes: list[Change]
) -> None:
    within = [one for one in changes if after < one.since <= until]
    assert joined(old, new, after, until, changes) is joined(old, new, after, until, within)


@given(CODES, CODES, DAYS, DAYS, DAYS, CHANGES)
def test_more_days_keep_what_no_further_change_takes_away(
    old: str, new: str, after: date, until: date, later: date, changes: list[Change]
) -> None:
    """Later days may take a code away again (a chain goes on), unless no change touches the new line."""
    if until <= later and not any(until < one.since <= later and one.old[:8] == new[:8] for one in changes):
        assert joined(old, new, after, later, changes) >= joined(old, new, after, until, changes)


@given(CODES, DAYS, CHANGES)
def test_validity_is_that_found_by_hand(code: str, day: date, changes: list[Change]) -> None:
    assert in_force(code, day, changes) is in_force_by_hand(code, day, changes)
