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
from hefu.documents.certificate import Certificate, RefundState
from hefu.documents.codes.tables import countries, currencies, terms, units
from hefu.documents.declaration import Declaration, Mark
from hefu.documents.readers.decmessage import REMARK_NUMBER, RETURN_MODES
from hefu.documents.readers.records import build
from hefu.errors import HefuError, Problem
from tests.builders import (
    AGENT,
    EXPORT,
    EXPORTER,
    PRINCIPAL,
    certificate,
    declaration,
    invoice_line,
    item,
    line,
)

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WHOLE_FILE = frozenset(
    {
        "document.too_large",
        "document.empty",
        "document.too_many_elements",
        "document.unreadable",
        "document.not_there",
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
CHARGED = st.decimals("0", "9999999999999", places=5, allow_nan=False).map(
    lambda d: format(d.copy_abs(), "f")
)
TAXES = st.decimals("0", "999999999999", places=6, allow_nan=False).map(lambda d: format(d.copy_abs(), "f"))
COUNTRIES = sorted({c.code for c in countries().values()})
TERMS = sorted({one.code for one in terms().values()})
CURRENCIES = sorted({c.code for c in currencies().values()})
MEASURES = st.fixed_dictionaries({"quantity": QUANTITIES, "unit": st.sampled_from(sorted(units()))})
NUMBERS = {"export": "0E", "return": "1I", "other": "01EI"}
MODES = {"export": ("0110", "1210", "9710"), "return": RETURN_MODES, "other": ("0110", "1300")}
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


ROLES: list[dict[str, Any]] = [{}, {"agent": AGENT}, {"principal_certificate": "BSWT0000"}]
LINE_TAXES = st.fixed_dictionaries(
    {},
    optional={
        "refunded_vat": TAXES,
        "refunded_consumption_tax": TAXES,
        "repaid_vat": TAXES,
        "repaid_consumption_tax": TAXES,
        "outstanding": TAXES,
        "payment_slip": st.from_regex(r"[0-9]{1,20}", fullmatch=True),
        "paid_on": DAYS,
        "reversed_amount": AMOUNTS,
        "reversal_period": st.dates(date(2020, 1, 1), date(2035, 12, 31)).map("{:%Y%m}".format),
    },
)
"""Tax before and after of a line, with any of it left out."""


@st.composite
def certificates(draw: st.DrawFn) -> Certificate:
    """Certificates of every purpose and refund state with up to five lines, their values and taxes; the
    holder's own, a principal's or an agent's.
    """
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
            tax=draw(st.none() | LINE_TAXES),
            **{key: number},
        )
        for number in numbers
    ]
    return certificate(
        purpose,
        lines=lines,
        issued_on=draw(DAYS),
        refund_state=draw(st.sampled_from(RefundState)),
        **draw(st.sampled_from(ROLES)),
        holder={**EXPORTER, "name": draw(WORDS)},
        remark=draw(st.none() | WORDS),
        reason=draw(st.none() | WORDS),
    )


@st.composite
def items(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """An item of this number with all that an item may say."""
    country = st.none() | st.sampled_from(COUNTRIES)
    return item(
        item=number,
        hs_code=draw(st.from_regex(r"[0-9]{8}([0-9]{2}([0-9A-Z]{1,10})?)?", fullmatch=True)),
        goods_name=draw(WORDS),
        specification=draw(st.none() | WORDS),
        first=draw(MEASURES),
        second=draw(st.none() | MEASURES),
        traded=draw(st.none() | MEASURES),
        unit_price=draw(st.none() | AMOUNTS),
        total=draw(st.none() | AMOUNTS),
        currency=draw(st.none() | st.sampled_from(CURRENCIES)),
        origin=draw(country),
        destination=draw(country),
    )


@st.composite
def charges(draw: st.DrawFn) -> dict[str, Any] | None:
    """Freight and the like, by each mark, or none."""
    if draw(st.booleans()):
        return None
    mark = draw(st.sampled_from(Mark))
    currency = st.sampled_from(CURRENCIES)
    return {
        "mark": mark.value,
        "value": draw(CHARGED),
        "currency": draw(st.none() | currency if mark is Mark.RATE else currency),
    }


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    """Declarations as a message can carry them, with up to four items and certificates."""
    act = draw(st.sampled_from(sorted(NUMBERS)))
    numbers = draw(st.lists(st.integers(1, 9999), min_size=1, max_size=4, unique=True))
    named = draw(st.lists(st.integers(0, 99999), max_size=4, unique=True))
    cut = draw(st.integers(0, len(named)))
    tied = [
        {
            "number": f"BSWT{n}",
            "source": "relation",
            "item": draw(st.sampled_from(numbers)),
            "line": draw(st.integers(1, 99)),
        }
        for n in named[:cut]
    ]
    return declaration(
        act,
        number=f"53012026{draw(st.sampled_from(NUMBERS[act]))}{draw(st.integers(0, 10**9 - 1)):09}",
        mode=draw(st.sampled_from(MODES[act])),
        related=draw(st.none() | st.just(EXPORT)),
        office=draw(st.none() | st.just("5301")),
        declared_on=draw(DAYS),
        moved_on=draw(st.none() | DAYS),
        trader=draw(PARTIES),
        owner=draw(st.none() | PARTIES),
        declarant=draw(st.none() | PARTIES),
        contract=draw(st.none() | WORDS),
        terms=draw(st.none() | st.sampled_from(TERMS)),
        **{name: draw(charges()) for name in ("freight", "insurance", "other_charges")},
        gross_weight=draw(st.none() | QUANTITIES),
        net_weight=draw(st.none() | QUANTITIES),
        certificates=[*tied, *({"number": f"BSWT{n}"} for n in named[cut:])],
        items=[draw(items(number)) for number in numbers],
        remark=draw(st.none() | WORDS.filter(lambda text: not REMARK_NUMBER.search(text))),
    )
