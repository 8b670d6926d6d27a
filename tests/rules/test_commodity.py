"""Are the goods the same by commodity code?"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.codes.hs import Change
from hefu.rules.case import Case
from hefu.rules.policy import Policy
from tests.builders import EXPORT, invoice_line, item, line
from tests.rules.pairs import ACTS, AFTER_EXPORT, Broken, codes, judged, pair

CODE = "6109100000"
_broken = partial(Broken, field="hs_code", item=1, line=1)


def _case(act: str, *, item_hs: str = CODE, line_hs: str = CODE, export_hs: str = CODE, **rest: Any) -> Case:
    certified = invoice_line(hs_code=line_hs) if act == "export" else line(hs_code=line_hs)
    return pair(
        act,
        cert={"lines": [certified]},
        decl={"items": [item(hs_code=item_hs)]},
        shipped={"items": [item(hs_code=export_hs)]},
        **rest,
    )


SPLIT = (
    Change(date(2026, 1, 1), CODE, "6109100010", "test"),
    Change(date(2026, 1, 1), CODE, "6109100090", "test"),
)
"""The code of all these cases was split before the export."""

BROKEN = (
    *(
        _broken("hs.differs", _case(act, item_hs="6109909000"), "6109909000", CODE, why=act)
        for act in ("export", "amendment", "withdrawal")
    ),
    *(
        _broken(
            "hs.original_differs",
            _case(act, line_hs="6109909000", item_hs=CODE if act == "return" else "6109909000"),
            CODE,
            "6109909000",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    _broken("hs.heading_differs", _case("return", item_hs="6110200000"), "6110200000", CODE),
    _broken(
        "hs.subheading_differs",
        _case("return", item_hs="6109909000"),
        "6109909000",
        CODE,
        severity="warn",
    ),
    *(
        _broken(
            "hs.not_in_force",
            _case(act),
            CODE,
            day,
            severity="warn",
            policy=Policy(hs_changes=SPLIT),
            why=act,
        )
        for act, day in (("export", "2026-03-05"), ("return", "2026-03-05"))
    ),
    *(
        _broken(
            "goods.name_differs",
            pair(act, decl={"items": [item(goods_name="智能手机")]}),
            "智能手机",
            "棉制针织T恤衫",
            severity="warn",
            field="goods_name",
            why=act,
        )
        for act in ACTS
    ),
    _broken(
        "origin.not_china",
        pair(decl={"items": [item(origin="VNM")]}),
        "VNM",
        EXPORT,
        severity="warn",
        field="origin",
    ),
)


MOVED = (Change(date(2026, 2, 20), CODE, "6110200000", "test"),)
"""Moved to another heading between export (1 February) and return (5 March)."""


def _returned(hs: str, *, known: bool = True, **rest: Any) -> Case:
    gone: dict[str, Any] = {} if known else {"original": None}
    return _case("return", item_hs=hs, line_hs=CODE, **gone, **rest)


@pytest.mark.parametrize("known", [True, False])
def test_a_return_may_come_under_the_code_that_the_tariff_made_of_it(*, known: bool) -> None:
    told: dict[str, Any] = {"cert": {"lines": [line(hs_code=CODE, export_date="2026-02-01")]}}
    told |= {} if known else {"original": None}
    case = pair(decl={"items": [item(hs_code="6110200000")]}, **told)
    unknown = [] if known else ["original.unknown"]
    assert codes(case, Policy(hs_changes=MOVED)) == unknown
    assert codes(case) == [*unknown, "hs.heading_differs" if known else "hs.differs"]


@pytest.mark.parametrize(
    ("since", "joined"),
    [("2026-02-01", False), ("2026-02-02", True), ("2026-03-05", True), ("2026-03-06", False)],
)
def test_only_a_change_between_export_and_return_joins_two_codes(since: str, *, joined: bool) -> None:
    change = Change(date.fromisoformat(since), CODE, "6110200000", "test")
    found = codes(_returned("6110200000"), Policy(hs_changes=(change,)))
    assert ("hs.heading_differs" not in found) is joined


def test_without_a_day_of_export_nothing_is_joined() -> None:
    case = _returned("6110200000", known=False)
    assert codes(case, Policy(hs_changes=MOVED)) == ["original.unknown", "hs.differs"]


@pytest.mark.parametrize("act", ["export", "amendment", "withdrawal"])
def test_certificate_and_export_are_of_one_time_so_nothing_is_joined(act: str) -> None:
    found = codes(_case(act, item_hs="6110200000"), Policy(hs_changes=MOVED))
    assert "hs.differs" in found


@pytest.mark.parametrize("origin", ["CHN", "142", "CN", None])
def test_goods_that_come_back_are_from_china_or_say_nothing(origin: str | None) -> None:
    assert codes(pair(decl={"items": [item(origin=origin)]})) == []


@pytest.mark.parametrize("act", ["export", "amendment", "withdrawal"])
def test_only_a_return_is_asked_where_its_goods_are_from(act: str) -> None:
    assert codes(pair(act, decl={"items": [item(origin="VNM")]})) == []


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("line_hs", ["61091000", "6109100000", "6109100000A", "61091000001234567890"])
def test_codes_of_different_length_agree_on_their_common_prefix(act: str, line_hs: str) -> None:
    assert codes(_case(act, line_hs=line_hs)) == []
    assert codes(_case(act, line_hs=line_hs, item_hs="61091000", export_hs="61091000")) == []


@pytest.mark.parametrize("act", ["export", "amendment", "withdrawal"])
@pytest.mark.parametrize("digit", range(10))
def test_a_difference_in_any_digit_blocks_outside_a_return(act: str, digit: int) -> None:
    assert codes(_case(act, item_hs=_other_at(CODE, digit))) == ["hs.differs"]


@pytest.mark.parametrize("digit", range(10))
def test_in_a_return_the_first_four_digits_block_and_the_rest_warn(digit: int) -> None:
    answer = judged(_case("return", item_hs=_other_at(CODE, digit)))
    told = "hs.heading_differs" if digit < 4 else "hs.subheading_differs"
    assert [one.code for one in answer.findings] == [told]
    assert answer.passes is (digit >= 4)


@pytest.mark.parametrize("digit", range(10))
def test_the_certificate_agrees_with_the_export_to_the_last_common_digit(digit: int) -> None:
    assert codes(_case("return", line_hs=_other_at(CODE, digit))) == ["hs.original_differs"]


@pytest.mark.parametrize("digit", [8, 9])
def test_digits_beyond_the_shorter_code_are_not_compared(digit: int) -> None:
    assert codes(_case("amendment", item_hs=_other_at(CODE, digit), line_hs="61091000")) == []


def test_a_return_of_an_export_that_customs_does_not_have_is_compared_with_the_certificate() -> None:
    case = _case("return", item_hs="6110200000", original=None)
    assert codes(case) == ["original.unknown", "hs.differs"]


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
def test_one_cause_is_one_finding_when_item_and_export_agree_against_the_certificate(act: str) -> None:
    assert codes(_case(act, line_hs="6110200000")) == ["hs.differs"]


def test_names_and_specifications_of_goods_advise_and_never_decide() -> None:
    case = pair(decl={"items": [item(goods_name="完全不同的品名", specification="别的规格")]})
    assert codes(case) == ["goods.name_differs"]
    assert judged(case).passes


@pytest.mark.parametrize(
    "name", ["棉製針織T恤衫", "棉制针织Ｔ恤衫", "针织棉制 T恤衫", "棉制针织T恤衫|圆领|男式", "棉针织T恤衫"]
)
def test_spellings_of_one_name_of_goods_are_one_name(name: str) -> None:
    assert codes(pair(decl={"items": [item(goods_name=name)]})) == []


@pytest.mark.parametrize(("threshold", "expected"), [(28, []), (29, ["goods.name_differs"])])
def test_how_unlike_names_of_goods_may_be_is_policy(threshold: int, expected: list[str]) -> None:
    case = pair(
        cert={"lines": [line(goods_name="甲乙丙丁戊己庚")]},
        decl={"items": [item(goods_name="甲乙申酉戌亥子")]},
    )
    assert codes(case, Policy(goods_similarity=threshold)) == expected


@settings(deadline=None, max_examples=60)
@given(
    a=st.from_regex(r"61(09|10)[01]{4}([01]{2})?", fullmatch=True),
    b=st.from_regex(r"61(09|10)[01]{4}([01]{2})?", fullmatch=True),
)
def test_agreement_is_symmetric_and_by_common_prefix(a: str, b: str) -> None:
    shared = min(len(a), len(b))
    expected = [] if a[:shared] == b[:shared] else ["hs.differs"]
    assert codes(_case("export", item_hs=a, line_hs=b)) == expected
    assert codes(_case("export", item_hs=b, line_hs=a)) == expected


def _other_at(code: str, digit: int) -> str:
    return code[:digit] + ("7" if code[digit] != "7" else "8") + code[digit + 1 :]


def test_goods_exported_as_of_another_origin_come_back_as_such() -> None:
    foreign = {"origin": "DEU"}
    assert codes(pair(decl={"items": [item(**foreign)]}, shipped={"items": [item(**foreign)]})) == []
    assert codes(pair(decl={"items": [item(**foreign)]}, shipped={"items": [item(origin="CHN")]})) == [
        "origin.not_china"
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("6109909000", ["original.unknown", "hs.subheading_differs"]),
        ("6110200000", ["original.unknown", "hs.differs"]),
    ],
)
def test_a_return_of_what_is_not_on_record_differs_as_one_that_is(code: str, expected: list[str]) -> None:
    case = pair(decl={"items": [item(hs_code=code)]}, original=None, goods_left={})
    assert codes(case) == expected
