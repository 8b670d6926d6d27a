"""Currencies, countries and terms of delivery: number and letters of one thing are one code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hefu.documents.canonical import Document
from hefu.documents.coded import Country, Currency, Terms
from hefu.documents.codes.tables import countries, currencies, terms, terms_holding
from hefu.documents.readers.records import build
from tests.documents.told import assert_speaks, refusal

TYPES: dict[str, TypeAdapter[Any]] = {
    "currency": TypeAdapter(Currency),
    "country": TypeAdapter(Country),
    "terms": TypeAdapter(Terms),
}
TABLES: dict[str, Callable[[], Any]] = {"currency": currencies, "country": countries, "terms": terms}
each_kind = pytest.mark.parametrize("kind", TYPES)


class _Paper(Document):
    currency: Currency | None = None
    country: Country | None = None
    terms: Terms | None = None


def _taken(kind: str, value: Any) -> Any:
    return TYPES[kind].validate_python(value)


@each_kind
def test_every_row_of_a_table_is_its_code_under_every_key(kind: str) -> None:
    for key, row in TABLES[kind]().items():
        assert _taken(kind, key) == row.code
        assert _taken(kind, f" {key.lower()}\t") == row.code


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("currency", "142", "CNY"),
        ("currency", "502", "USD"),
        ("currency", "300", "EUR"),
        ("country", "142", "CHN"),
        ("country", "502", "USA"),
        ("country", "304", "DEU"),
        ("country", "CN", "CHN"),
        ("country", "cn ", "CHN"),
        ("country", "ＵＳ", "USA"),
        ("country", "GB", "GBR"),
        ("country", "CH", "CHE"),
        ("terms", "FOB", "3"),
        ("terms", "cif", "1"),
        ("terms", "CFR", "2"),
        ("terms", "C&F", "2"),
        ("terms", "c&f ", "2"),
        ("terms", "C&I", "4"),
        ("terms", "EXW", "7"),
        ("terms", "3", "3"),
    ],
)
def test_number_and_letters_are_one_code(kind: str, value: str, code: str) -> None:
    assert _taken(kind, value) == code


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("currency", "１４２", "CNY"),
        ("currency", "ＵＳＤ", "USD"),
        ("currency", 142, "CNY"),
        ("country", "　５０２", "USA"),
        ("country", 502, "USA"),
        ("terms", "ＦＯＢ", "3"),
        ("terms", 3, "3"),
    ],
)
def test_full_width_and_plain_numbers_are_the_same_code(kind: str, value: Any, code: str) -> None:
    assert _taken(kind, value) == code


@each_kind
@pytest.mark.parametrize("value", ["XXQ", "999", "0", "A1B2C3D4"])
def test_a_code_that_the_table_does_not_know_stays_as_it_is(kind: str, value: str) -> None:
    assert value not in TABLES[kind]()
    assert _taken(kind, value) == value
    assert _taken(kind, f" {value.lower()} ") == value


@each_kind
def test_a_code_is_its_own_code(kind: str) -> None:
    for key in TABLES[kind]():
        assert _taken(kind, _taken(kind, key)) == _taken(kind, key)


@each_kind
@pytest.mark.parametrize("value", ["", "人民币", "US$", "A B", "123456789", "14²", True, 1.5, None, ["USD"]])
def test_what_is_no_code_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        _taken(kind, value)


@each_kind
@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("美元", "至多 8 位数字或字母", "up to 8 digits or letters"),
        ("", "至多 8 位数字或字母", "up to 8 digits or letters"),
        (["USD"], "应为文本", "must be text"),
    ],
)
def test_a_refusal_says_where_what_and_why_in_both_languages(kind: str, value: Any, zh: str, en: str) -> None:
    problem = refusal(lambda: build(_Paper, {kind: value}, "p.json"), "document.field")
    assert_speaks(problem, "p.json")
    assert problem.place == f"$.{kind}"
    assert zh in problem.message.zh
    assert en in problem.message.en


def test_one_number_is_a_currency_here_and_a_country_there() -> None:
    paper = build(_Paper, {"currency": "142", "country": "142", "terms": "fob"}, "p.json")
    assert (paper.currency, paper.country, paper.terms) == ("CNY", "CHN", "3")


@pytest.mark.parametrize("value", ["CN", "US", "EU"])
def test_two_letters_are_no_currency(value: str) -> None:
    assert _taken("currency", value) == value


def test_a_country_of_two_letters_that_the_table_does_not_know_stays_as_it_is() -> None:
    assert _taken("country", "XX") == "XX"


def test_terms_say_what_the_price_holds() -> None:
    holding = {code: terms_holding()[terms()[code].code] for code in ("CIF", "CFR", "FOB", "C&I", "EXW")}
    assert holding == {
        "CIF": (True, True),
        "CFR": (True, False),
        "FOB": (False, False),
        "C&I": (False, True),
        "EXW": (False, False),
    }


def test_every_code_of_terms_says_it_and_nothing_else_does() -> None:
    assert set(terms_holding()) == {row.code for row in terms().values()}
    assert terms()["C&F"] is terms()["CFR"]
