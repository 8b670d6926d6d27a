"""Parties: who is the same firm, and under which identifiers it asks for its papers."""

from __future__ import annotations

from itertools import product

import pytest

from hefu.documents.party import Party
from hefu.documents.readers.records import build
from tests.builders import EXPORTER, PRINCIPAL
from tests.documents.told import assert_speaks, refusal

FIRMS = [
    Party(**{key: value for key, value in firm.items() if key in kept})
    for firm in (EXPORTER, PRINCIPAL)
    for kept in (("uscc",), ("customs_code",), ("uscc", "customs_code"), ("uscc", "customs_code", "name"))
]


@pytest.mark.parametrize("values", [{}, {"name": "北京合符"}, {"uscc": None, "customs_code": None}])
def test_a_party_without_any_code_is_refused(values: dict[str, str | None]) -> None:
    problem = refusal(lambda: build(Party, values, "p.json"), "document.field")
    assert_speaks(problem, "p.json")
    assert "USCC" in problem.message.en
    assert "统一社会信用代码" in problem.message.zh


@pytest.mark.parametrize("key", ["uscc", "customs_code"])
def test_one_code_is_enough(key: str) -> None:
    party = Party.model_validate({key: EXPORTER[key]})
    assert party.identifiers() == {EXPORTER[key]}


@pytest.mark.parametrize("one", FIRMS)
def test_a_firm_is_itself_however_it_is_named(one: Party) -> None:
    assert one.is_same(one)


@pytest.mark.parametrize(("a", "b"), list(product(FIRMS, FIRMS)))
def test_being_the_same_firm_does_not_depend_on_who_is_asked(a: Party, b: Party) -> None:
    assert a.is_same(b) is b.is_same(a)


@pytest.mark.parametrize(("a", "b"), list(product(FIRMS[:4], FIRMS[4:])))
def test_two_firms_are_never_the_same(a: Party, b: Party) -> None:
    assert not a.is_same(b)


def test_firms_that_share_no_kind_of_code_are_not_taken_for_the_same() -> None:
    assert not Party(uscc=EXPORTER["uscc"]).is_same(Party(customs_code=EXPORTER["customs_code"]))


def test_the_uscc_decides_where_both_carry_one() -> None:
    borrowed = Party(uscc=PRINCIPAL["uscc"], customs_code=EXPORTER["customs_code"])
    assert not borrowed.is_same(Party.model_validate(EXPORTER))


def test_the_name_never_decides() -> None:
    renamed = Party.model_validate({**EXPORTER, "name": "另一个名称"})
    assert renamed.is_same(Party.model_validate(EXPORTER))
    assert not Party.model_validate({**PRINCIPAL, "name": EXPORTER["name"]}).is_same(renamed)


def test_a_firm_asks_under_its_codes_and_not_under_its_name() -> None:
    assert Party.model_validate(EXPORTER).identifiers() == {EXPORTER["uscc"], EXPORTER["customs_code"]}
