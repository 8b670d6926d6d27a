"""What may stand once stands once, what is a value is plain text; anything else is refused by name."""

from __future__ import annotations

import re
from functools import partial

import pytest

from hefu.documents.readers.decmessage import read_decmessage
from tests.documents.readers.messages import FILE, SOUND, body, head, line_of, message, read
from tests.documents.told import assert_speaks, refusal, refused


@pytest.mark.parametrize("element", ["FirstQty", "EntryId", "GName", "CertCode", "RelId", "TradeCoScc"])
@pytest.mark.parametrize("inner", ["<!-- x -->", "<?x y?>", "<![CDATA[]]>"])
def test_a_comment_within_a_value_cuts_nothing_off(element: str, inner: str) -> None:
    text = re.sub(f"<{element}>(.)", rf"<{element}>\1{inner}", SOUND, count=1)
    assert inner in text
    assert read_decmessage(text.encode(), FILE) == read()


@pytest.mark.parametrize("element", ["FirstQty", "EntryId", "GName", "CertCode", "RelId", "TradeCoScc"])
def test_a_value_with_an_element_in_it_is_refused_by_name(element: str) -> None:
    data = message((f"<{element}>(.)", rf"<{element}>\1<x/>"))
    problem = refusal(lambda: read_decmessage(data, FILE), "decmessage.nested")
    assert problem.place.endswith(f"/{element} (line {line_of(data, element)})")
    assert problem.value == "'x'"
    assert_speaks(problem, FILE)


@pytest.mark.parametrize(
    "element", ["FirstQty", "GNo", "OriginCountry", "EntryId", "TradeMode", "CertCode", "RelId"]
)
@pytest.mark.parametrize("second", ["<{0}>7</{0}>", "<{0}/>", '<{0} xmlns="urn:other">7</{0}>'])
def test_a_value_that_stands_twice_is_refused_by_name(element: str, second: str) -> None:
    data = message((f"</{element}>", f"</{element}>\n{second.format(element)}"))
    problem = refusal(lambda: read_decmessage(data, FILE), "decmessage.repeated")
    assert problem.place.endswith(f"/{element} (line {line_of(data, element) + 1})")
    assert problem.value == f"'{element}'"
    assert_speaks(problem, FILE)


@pytest.mark.parametrize("part", ["DecHead", "DecLists", "DecFreeTxt", "DecLicenseDocus", "DecSign"])
def test_a_part_that_stands_twice_is_refused_by_name(part: str) -> None:
    for first in (True, False):
        parts = f"<{part}/>" if part in SOUND else f"<{part}/><{part}/>"
        data = message(("<DecHead>", f"{parts}<DecHead>") if first else body(parts))
        problem = refusal(partial(read_decmessage, data, FILE), "decmessage.repeated")
        assert problem.place.startswith(f"{part} (line ")
        assert_speaks(problem, FILE)


def test_every_value_that_stands_twice_is_named() -> None:
    twice = [(f"</{name}>", f"</{name}><{name}/>") for name in ("FirstQty", "GName", "PDate", "RelId")]
    problems = refused(lambda: read(*twice))
    assert {re.sub(r".*/| .*", "", problem.place) for problem in problems} == {
        "FirstQty",
        "GName",
        "PDate",
        "RelId",
    }


def test_what_is_not_read_may_stand_twice_and_hold_more() -> None:
    assert read(head("<MarkNo>1</MarkNo><MarkNo><a/></MarkNo>"), body("<TrnList/><TrnList/>")) == read()
