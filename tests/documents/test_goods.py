"""Quantities in other units: exact by definition, rounded once; what does not convert says so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hefu.documents.codes.tables import unit, units
from hefu.documents.fields import scaled
from hefu.documents.goods import GoodsKey, UnitCode, convert, factor
from tests.builders import EXPORT, EXPORTER, certificate, invoice_line, line
from tests.documents.told import built_certificate, refused

CODES = sorted(units())
QUANTITY = st.decimals("0.00001", "9999999999999.99999", places=5)
PAIRS = [(a, b) for a in CODES for b in CODES if units()[a].dimension == units()[b].dimension]
STRANGERS = [(a, b) for a in CODES for b in CODES if units()[a].dimension != units()[b].dimension]

EQUAL = [
    ("1", "吨", "1000", "千克"),
    ("1", "公担", "100", "千克"),
    ("1", "担", "100", "斤"),
    ("2", "斤", "1", "千克"),
    ("1", "千克", "1000", "克"),
    ("5", "克拉", "1", "克"),
    ("1", "磅", "0.45359237", "千克"),
    ("16", "盎司", "1", "磅"),
    ("1", "长吨", "2240", "磅"),
    ("1", "短吨", "2000", "磅"),
    ("1", "码", "0.9144", "米"),
    ("1", "码", "3", "英尺"),
    ("1", "英尺", "12", "英寸"),
    ("1", "千英尺", "1000", "英尺"),
    ("1", "千米", "1000", "米"),
    ("1", "平方码", "9", "平方英尺"),
    ("1", "平方英尺", "0.09290304", "平方米"),
    ("1", "千升", "1", "立方米"),
    ("1", "升", "1000", "毫升"),
    ("1", "千升", "1000", "升"),
    ("1", "打", "12", "个"),
    ("1", "罗", "12", "打"),
    ("1", "万个", "10000", "个"),
    ("1", "亿个", "10000", "万个"),
    ("1", "千个", "10", "百个"),
    ("1", "亿支", "100000", "千支"),
    ("1", "千支", "10", "百支"),
    ("1", "万双", "10000", "双"),
    ("1", "万套", "10000", "套"),
    ("1", "万张", "10", "千张"),
    ("1", "千枝", "10", "百枝"),
    ("1", "百把", "100", "把"),
    ("1", "百副", "100", "副"),
    ("1", "百片", "100", "片"),
    ("1", "千只", "1000", "只"),
    ("1", "千块", "1000", "块"),
    ("1", "千盒", "1000", "盒"),
    ("1", "万粒", "10", "千粒"),
]


def code(name: str) -> str:
    found = unit(name)
    assert found is not None, name
    return found.code


def take(value: Any) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(UnitCode)
    return adapter.validate_python(value)


@pytest.mark.parametrize(("a", "first", "b", "second"), EQUAL, ids=lambda text: text)
def test_units_are_as_large_as_their_definitions_say(a: str, first: str, b: str, second: str) -> None:
    one, other = units()[code(first)], units()[code(second)]
    assert one.dimension == other.dimension
    assert Fraction(a) * factor(one) == Fraction(b) * factor(other)


def test_every_unit_that_is_not_the_base_of_its_dimension_is_held_to_a_definition() -> None:
    named = {code(name) for row in EQUAL for name in (row[1], row[3])}
    assert {one.code for one in units().values() if factor(one) != 1} <= named


@given(QUANTITY, st.sampled_from(PAIRS))
def test_converting_is_exact_and_rounds_once_half_up(quantity: Decimal, pair: tuple[str, str]) -> None:
    source, target = (units()[one] for one in pair)
    with localcontext() as context:
        context.prec = 60
        exact = quantity * source.numerator * target.denominator / (source.denominator * target.numerator)
        wanted = exact.quantize(Decimal("0.00001"), ROUND_HALF_UP)
    assert convert(quantity, *pair) == wanted


@given(QUANTITY, st.sampled_from(CODES))
def test_a_unit_converts_to_itself_unchanged(quantity: Decimal, one: str) -> None:
    assert convert(quantity, one, one) == quantity


@given(QUANTITY, st.sampled_from(PAIRS))
def test_a_conversion_is_off_by_at_most_half_of_the_last_decimal(
    quantity: Decimal, pair: tuple[str, str]
) -> None:
    told = convert(quantity, *pair)
    assert told is not None
    exact = Fraction(quantity) * factor(units()[pair[0]]) / factor(units()[pair[1]])
    assert abs(Fraction(told) - exact) <= Fraction(1, 2 * 10**5)
    assert Fraction(scaled(told), 10**5) == Fraction(told)


@given(QUANTITY, QUANTITY, st.sampled_from(PAIRS))
def test_more_stays_more_in_another_unit(a: Decimal, b: Decimal, pair: tuple[str, str]) -> None:
    small, large = convert(min(a, b), *pair), convert(max(a, b), *pair)
    assert small is not None
    assert large is not None
    assert small <= large


@given(st.decimals("0.001", "9999999", places=3))
def test_there_and_back_is_where_it_began_when_no_decimal_is_lost(tonnes: Decimal) -> None:
    kilograms = convert(tonnes, "070", "035")
    assert kilograms is not None
    assert convert(kilograms, "035", "070") == tonnes


@given(st.sampled_from(STRANGERS))
def test_units_of_different_dimensions_do_not_convert(pair: tuple[str, str]) -> None:
    assert convert(Decimal(1), *pair) is None


@pytest.mark.parametrize(
    ("a", "b"),
    [("支", "枝"), ("件", "个"), ("只", "个"), ("疋", "匹"), ("盒", "合"), ("套", "副"), ("千克", "升")],
)
def test_look_alikes_do_not_convert(a: str, b: str) -> None:
    assert convert(Decimal(1), code(a), code(b)) is None
    assert convert(Decimal(1), code(b), code(a)) is None


# Units of a document


@pytest.mark.parametrize("one", list(units().values()), ids=lambda one: str(one.code))
def test_a_unit_is_known_by_its_code_and_by_its_name(one: Any) -> None:
    for text in (one.code, one.name, f" {one.code} ", f"{one.name}\t"):
        assert take(text) == one.code


def test_a_full_width_code_is_its_code() -> None:
    assert take("０１１") == "011"


@pytest.mark.parametrize("value", ["", "11", "0011", "999", "公斤?", "KG", "kg", 11, 35, None, True, ["011"]])
def test_a_unit_that_is_not_in_the_table_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        take(value)


def test_a_refused_unit_says_which_and_where_in_both_languages() -> None:
    problem = refused(lambda: built_certificate(lines=[line(unit="箩筐")]))[0]
    assert problem.place == "$.lines[0].unit"
    assert "箩筐" in problem.message.zh
    assert "代码表中没有" in problem.message.zh
    assert "not in the customs unit table" in problem.message.en


# What the ledger counts by


def test_goods_of_a_declaration_are_the_same_for_every_holder() -> None:
    paper = certificate()
    assert paper.goods_key(paper.lines[0]) == GoodsKey("item", "", EXPORT, 1)
    assert str(paper.goods_key(paper.lines[0])) == f"item:{EXPORT}:1"


def test_goods_of_an_invoice_are_the_firms_own() -> None:
    paper = certificate("export", lines=[invoice_line()])
    assert paper.goods_key(paper.lines[0]) == GoodsKey("invoice", EXPORTER["uscc"], "FP0001", 1)
    assert str(paper.goods_key(paper.lines[0])) == f"invoice:{EXPORTER['uscc']}:FP0001:1"


def test_the_same_goods_named_by_tax_and_by_18_characters_are_one_key() -> None:
    by_tax = certificate(lines=[line(declaration=f"{EXPORT}001", item=None)])
    plainly = certificate()
    assert by_tax.goods_key(by_tax.lines[0]) == plainly.goods_key(plainly.lines[0])
