"""What a refusal says, and documents to draw at random."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hefu.documents import fields
from hefu.documents.certificate import Certificate
from hefu.documents.readers.records import build
from hefu.errors import HefuError, Problem
from tests.builders import AGENT, EXPORTER, PRINCIPAL, certificate, invoice_line, line

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WHOLE_FILE = frozenset(
    {
        "document.too_large",
        "document.empty",
        "document.too_many_elements",
        "document.unreadable",
        "decmessage.not_one",
        "decmessage.version",
    }
)
"""Kinds that are about a file as a whole and name no place in it."""

WORDS = st.text(
    st.sampled_from("棉制针织T恤衫上衣电视机abcXYZ 019-()/&<>\"'、，—é𠮷"), min_size=1, max_size=40
).filter(lambda text: bool(text.strip()))
"""Names as firms and goods have them, with what XML and JSON must escape, and a rare character."""

QUANTITIES = st.decimals("0.00001", "9999999999999", places=5, allow_nan=False).map(lambda d: format(d, "f"))
AMOUNTS = st.decimals("0", "99999999999999", places=4, allow_nan=False).map(
    lambda d: format(d.copy_abs(), "f")
)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31)).map(date.isoformat)
PARTIES = st.sampled_from([EXPORTER, PRINCIPAL, AGENT]).flatmap(
    lambda party: st.sampled_from(
        [party, {"uscc": party["uscc"]}, {key: party[key] for key in ("uscc", "customs_code")}]
    )
)


def take(name: str, value: Any) -> Any:
    """A value as the field type of this name takes it."""
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(fields, name))
    return adapter.validate_python(value)


def assert_refused(name: str, value: Any) -> None:
    """The field type of this name refuses the value."""
    with pytest.raises(ValidationError):
        take(name, value)


def refused(call: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems with which a call is refused."""
    with pytest.raises(HefuError) as caught:
        call()
    return caught.value.problems


def refusal(call: Callable[[], object], code: str) -> Problem:
    """The one problem with which a call is refused; it must be of this kind."""
    (problem,) = refused(call)
    assert problem.kind.code == code
    return problem


def assert_speaks(problem: Problem, file: str) -> None:
    """A problem names file, place and cure, in Chinese and in English."""
    assert problem.file == file
    assert problem.place or problem.kind.code in WHOLE_FILE
    for text in problem.message:
        assert file in text
        assert problem.place in text or problem.kind.code in WHOLE_FILE
    shown = re.compile("|".join(re.escape(part) for part in (file, problem.place, problem.value) if part))
    zh, en = (shown.sub("", text) for text in problem.message)
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)
    assert re.search("[a-z]", en)
    assert CHINESE.search(problem.cure.zh)
    assert problem.cure.en
    assert not CHINESE.search(problem.cure.en)


def built_certificate(**changes: Any) -> Certificate:
    """The sound certificate with changes, through the reader's door."""
    values = {**certificate().model_dump(mode="json", exclude_none=True), **changes}
    return build(Certificate, {k: v for k, v in values.items() if v is not None}, "c.json")


@st.composite
def certificates(draw: st.DrawFn) -> Certificate:
    """Certificates of every purpose with up to five lines."""
    purpose = draw(st.sampled_from(["export", "return", "amendment", "withdrawal"]))
    made, key = (invoice_line, "invoice_line") if purpose == "export" else (line, "item")
    numbers = draw(st.lists(st.integers(1, 9999), min_size=1, max_size=5, unique=True))
    lines = [
        made(
            line=number,
            goods_name=draw(WORDS),
            quantity=draw(QUANTITIES),
            exported_quantity=None,
            fob_usd=draw(st.none() | AMOUNTS),
            export_date=draw(st.none() | DAYS),
            unit=draw(st.sampled_from(["件", "千克", "035", "011"])),
            **{key: number},
        )
        for number in numbers
    ]
    return certificate(
        purpose,
        lines=lines,
        issued_on=draw(DAYS),
        holder={**EXPORTER, "name": draw(WORDS)},
        remark=draw(st.none() | WORDS),
        reason=draw(st.none() | WORDS),
    )
