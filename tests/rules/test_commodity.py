"""Are the goods the same by commodity code?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.rules.case import Case
from tests.builders import invoice_line, item, line
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
)


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


def test_names_and_specifications_of_goods_never_decide() -> None:
    case = pair(decl={"items": [item(goods_name="完全不同的品名", specification="别的规格")]})
    assert codes(case) == []


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
