"""Freight, insurance and other charges of a message: mark, rate and currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hefu.documents.declaration import Charge, Mark
from hefu.documents.readers.decmessage import read_decmessage
from tests.documents.readers.messages import FILE, head, line_of, message, read
from tests.documents.told import assert_speaks, refusal

NAMES = {"freight": "Fee", "insurance": "Insur", "other_charges": "Other"}
each_charge = pytest.mark.parametrize("charge", NAMES)


def _stated(charge: str, mark: str | None, rate: str | None, currency: str | None = None) -> tuple[str, str]:
    told = {"Mark": mark, "Rate": rate, "Curr": currency}
    name = NAMES[charge]
    return head(
        "\n".join(f"<{name}{end}>{text}</{name}{end}>" for end, text in told.items() if text is not None)
    )


def _charge(charge: str, *told: str | None) -> Charge | None:
    declaration = read(_stated(charge, *told))
    others = {name: getattr(declaration, name) for name in NAMES if name != charge}
    assert set(others.values()) == {None}
    found: Charge | None = getattr(declaration, charge)
    return found


@each_charge
@pytest.mark.parametrize(
    ("told", "mark", "value", "currency"),
    [
        (("1", "5"), Mark.RATE, "5", None),
        (("1", "0.3", "USD"), Mark.RATE, "0.3", "USD"),
        (("2", "120.5", "502"), Mark.UNIT, "120.5", "USD"),
        (("3", "5000", "USD"), Mark.TOTAL, "5000", "USD"),
        (("3", "0.00001", "300"), Mark.TOTAL, "0.00001", "EUR"),
        (("3", "9999999999999.99999", "１１６"), Mark.TOTAL, "9999999999999.99999", "JPY"),
        (("2", "1", "999"), Mark.UNIT, "1", "999"),
        (("3", "0", "142"), Mark.TOTAL, "0", "CNY"),
    ],
)
def test_each_mark_says_what_the_number_means(
    charge: str, told: tuple[str, ...], mark: Mark, value: str, currency: str | None
) -> None:
    assert _charge(charge, *told) == Charge(mark=mark, value=Decimal(value), currency=currency)


@each_charge
@pytest.mark.parametrize(
    "told", [(None, None), ("", ""), (None, "0"), ("", "0.00000", "USD"), (None, None, "502")]
)
def test_without_a_mark_nought_is_no_charge(charge: str, told: tuple[str | None, ...]) -> None:
    assert _charge(charge, *told) is None


WRONG: list[tuple[tuple[str | None, ...], str, str]] = [
    (("4", "5", "USD"), "Mark", "4"),
    ((None, "5", "USD"), "Mark", ""),
    (("3", "-1", "USD"), "Rate", "-1"),
    (("3", "x", "USD"), "Rate", "x"),
    (("3", "1.000001", "USD"), "Rate", "1.000001"),
    (("3", "10000000000000", "USD"), "Rate", "10000000000000"),
    (("1", None), "Rate", ""),
    (("3", "5"), "Curr", ""),
    (("2", "5", ""), "Curr", ""),
    (("3", "5", "US$"), "Curr", "US$"),
    (("1", "5", "美元"), "Curr", "美元"),
]


@each_charge
@pytest.mark.parametrize(("told", "end", "value"), WRONG, ids=str)
def test_what_is_wrong_is_told_with_its_element(
    charge: str, told: tuple[Any, ...], end: str, value: str
) -> None:
    data = message(_stated(charge, *told))
    problem = refusal(lambda: read_decmessage(data, FILE), "document.field")
    assert_speaks(problem, FILE)
    assert f"{NAMES[charge]}{end}" in problem.place
    assert value in problem.value
    if value:
        assert f"(line {line_of(data, f'{NAMES[charge]}{end}')})" in problem.place


def test_a_mark_may_be_a_number_or_a_word() -> None:
    for number, word in (("1", "rate"), ("2", "unit"), ("3", "total")):
        told = {"value": "1", "currency": "USD"}
        one, other = (Charge.model_validate({"mark": mark, **told}) for mark in (number, word))
        assert one == other
        assert one.mark == word
    data = message(_stated("freight", "0", "1", "USD"))
    problem = refusal(lambda: read_decmessage(data, FILE), "document.field")
    assert "1 (rate), 2 (unit) or 3 (total)" in problem.message.en
