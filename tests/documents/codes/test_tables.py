"""The code tables: every file says whence and when, every row is whole, nothing can be changed."""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import FrozenInstanceError, fields
from datetime import date
from importlib.resources import files
from math import gcd
from typing import Any

import pytest

from hefu.documents.codes import tables as codes
from hefu.documents.codes.tables import (
    NAMES,
    countries,
    currencies,
    modes,
    offices,
    tables,
    terms,
    unit,
    units,
)
from hefu.documents.declaration import Act

HEADERS = {
    "units": ["code", "name", "english", "dimension", "numerator", "denominator"],
    "modes": ["code", "name", "english", "acts", "refundable", "ecommerce"],
    "offices": ["code", "name", "english", "note"],
    "currencies": ["code", "number", "name", "english"],
    "countries": ["code", "number", "alpha2", "name", "english"],
    "terms": ["code", "number", "name", "english", "freight", "insurance"],
}
CODES = {
    "units": r"\d{3}",
    "modes": r"\d{4}",
    "offices": r"\d{4}",
    "currencies": r"[A-Z]{3}",
    "countries": r"[A-Z]{3}",
    "terms": r"[1-7]",
}
LOADED = {
    "units": units,
    "modes": modes,
    "offices": offices,
    "currencies": currencies,
    "countries": countries,
    "terms": terms,
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
every_table = pytest.mark.parametrize("name", [name for name in NAMES if name != "hs_changes"])
"""Code lists; the changes of commodity codes have tests of their own."""


def raw(name: str) -> bytes:
    return (files("hefu.documents.codes") / f"{name}.csv").read_bytes()


def rows(name: str) -> list[list[str]]:
    """Header and rows, read without the module under test."""
    return [row for row in csv.reader(raw(name).decode().splitlines()) if row and not row[0].startswith("#")]


def test_every_table_of_the_folder_is_loaded() -> None:
    found = {one.name for one in files("hefu.documents.codes").iterdir() if one.name.endswith(".csv")}
    assert found == {f"{name}.csv" for name in NAMES}


@every_table
def test_a_table_says_where_its_rows_come_from_and_of_which_day_they_are(name: str) -> None:
    comments = tables()[name].comments
    (source,) = [one for one in comments if one.startswith("source:")]
    (day,) = [one for one in comments if one.startswith("date:")]
    assert len(source) > len("source: ")
    assert date.fromisoformat(day.removeprefix("date:").strip()) >= date(2026, 1, 1)


@every_table
def test_a_table_knows_its_size_and_the_digest_of_its_bytes(name: str) -> None:
    told = tables()[name]
    assert told.name == name
    assert told.rows == len(rows(name)) - 1 > 0
    assert told.digest == hashlib.sha256(raw(name)).hexdigest()


@every_table
def test_a_table_is_utf_8_without_bom_and_ends_with_a_line(name: str) -> None:
    data = raw(name)
    data.decode("utf-8")
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\n")
    assert b"\r" not in data


@every_table
def test_every_row_has_every_column_without_stray_spaces(name: str) -> None:
    header, *body = rows(name)
    assert header == HEADERS[name]
    for row in body:
        assert len(row) == len(header), row
        assert all(cell == cell.strip() and cell for cell in row), row


@every_table
def test_every_code_has_its_form_and_stands_once(name: str) -> None:
    told = [row[0] for row in rows(name)[1:]]
    assert all(re.fullmatch(CODES[name], code) for code in told)
    assert len(set(told)) == len(told)


@every_table
def test_every_row_has_a_chinese_and_an_english_name(name: str) -> None:
    header, *body = rows(name)
    zh, en = header.index("name"), header.index("english")
    for row in body:
        assert CHINESE.search(row[zh]), row
        assert re.search(r"[A-Za-z]", row[en]), row
        assert not CHINESE.search(row[en]), row


@every_table
def test_no_row_is_lost_when_a_table_is_loaded(name: str) -> None:
    assert {row[0] for row in rows(name)[1:]} <= set(LOADED[name]())


@every_table
def test_a_loaded_table_cannot_be_changed(name: str) -> None:
    table: Any = LOADED[name]()
    code, row = next(iter(table.items()))
    with pytest.raises(TypeError):
        table[code] = None
    with pytest.raises(TypeError):
        del table[code]
    for field in fields(row):
        with pytest.raises(FrozenInstanceError):
            setattr(row, field.name, "")
    told: Any = tables()
    with pytest.raises(TypeError):
        told[name] = None


@pytest.mark.parametrize("name", ["currencies", "countries"])
def test_letter_code_and_customs_number_are_the_same_row(name: str) -> None:
    table: Any = LOADED[name]()
    numbers = [row[1] for row in rows(name)[1:]]
    assert len(set(numbers)) == len(numbers)
    for letters, number, *_ in rows(name)[1:]:
        assert re.fullmatch(r"\d{3}", number)
        assert table[letters] is table[number]
        assert table[letters].number == number


def test_two_letters_are_the_same_country_as_three() -> None:
    table = countries()
    told = [(row[0], row[2]) for row in rows("countries")[1:]]
    assert len({two for _, two in told}) == len(told)
    for three, two in told:
        assert re.fullmatch(r"[A-Z]{2}", two)
        assert table[two] is table[three]


@pytest.mark.parametrize(
    ("three", "two"),
    [("CHN", "CN"), ("DNK", "DK"), ("TUR", "TR"), ("CHE", "CH"), ("CHL", "CL"), ("KOR", "KR"), ("POL", "PL")],
)
def test_two_letters_are_those_of_the_standard(three: str, two: str) -> None:
    assert countries()[two].code == three


@pytest.mark.parametrize(
    ("table", "number", "letters"),
    [
        (currencies, "142", "CNY"),
        (currencies, "502", "USD"),
        (currencies, "300", "EUR"),
        (currencies, "116", "JPY"),
        (currencies, "133", "KRW"),
        (countries, "142", "CHN"),
        (countries, "502", "USA"),
        (countries, "116", "JPN"),
        (countries, "133", "KOR"),
        (countries, "303", "GBR"),
        (countries, "304", "DEU"),
        (countries, "601", "AUS"),
        (countries, "609", "NZL"),
    ],
)
def test_customs_numbers_are_those_of_the_sources(table: Any, number: str, letters: str) -> None:
    assert table()[number].code == letters


# Units


def test_no_two_units_share_a_name_and_no_name_is_a_code() -> None:
    names = [one.name for one in units().values()]
    assert len(set(names)) == len(names)
    assert not set(names) & set(units())


@pytest.mark.parametrize("one", list(units().values()), ids=lambda one: str(one.code))
def test_the_size_of_a_unit_is_a_positive_fraction_in_lowest_terms(one: Any) -> None:
    assert one.numerator > 0
    assert one.denominator > 0
    assert gcd(one.numerator, one.denominator) == 1


@pytest.mark.parametrize("dimension", sorted({one.dimension for one in units().values()}))
def test_no_two_units_of_a_count_are_the_same_size(dimension: str) -> None:
    sizes = [(one.numerator, one.denominator) for one in units().values() if one.dimension == dimension]
    twice = {size for size in sizes if sizes.count(size) > 1}
    assert not twice or dimension == "volume"  # 千升 is a cubic metre


@pytest.mark.parametrize("dimension", sorted({one.dimension for one in units().values()}))
def test_a_counted_dimension_is_named_after_its_base_unit(dimension: str) -> None:
    if CHINESE.search(dimension):
        base = unit(dimension)
        assert base is not None
        assert (base.dimension, base.numerator, base.denominator) == (dimension, 1, 1)


@pytest.mark.parametrize("text", ["", "千", "KGM", "9999", "0", " ", "\u3000", "千克克"])
def test_an_unknown_unit_is_none(text: str) -> None:
    assert unit(text) is None


# Supervision modes


@pytest.mark.parametrize("one", list(modes().values()), ids=lambda one: str(one.code))
def test_a_mode_serves_known_acts_and_says_whether_its_exports_are_refundable(one: Any) -> None:
    assert one.acts
    assert one.acts <= {act.value for act in Act}
    assert one.refundable in {"yes", "no", "unknown"}
    assert isinstance(one.ecommerce, bool)


def test_modes_say_yes_or_no_to_e_commerce_and_nothing_else() -> None:
    header, *body = rows("modes")
    assert {row[header.index("ecommerce")] for row in body} == {"yes", "no"}
    assert {one.code for one in modes().values() if one.ecommerce} == {"1210", "9610", "9710", "9810"}


def test_returned_goods_have_a_mode_for_returns_that_gives_no_refund() -> None:
    assert "return" in modes()["4561"].acts
    assert modes()["4561"].refundable == "no"
    assert "export" in modes()["0110"].acts


def test_tables_are_read_once() -> None:
    assert codes.units() is units()
    assert tables() is tables()
