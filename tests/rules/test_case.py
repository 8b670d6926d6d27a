"""What a case was assembled from, by number."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from hefu.rules.case import Case, Standing, UseState
from tests.builders import EXPORT, certificate, declaration, line
from tests.rules.pairs import OTHER_EXPORT, chained, pair, several, standing


def test_a_case_reads_its_certificates_and_its_export_declaration() -> None:
    assert pair().numbers() == {"BSWT0001", EXPORT}


def test_a_case_reads_the_principals_certificate_too() -> None:
    assert chained().numbers() == {"BSWT0001", "WT0001", EXPORT}


def test_a_case_reads_every_export_declaration_that_its_certificates_name() -> None:
    documents = [certificate(number="A"), certificate(number="B", lines=[line(declaration=OTHER_EXPORT)])]
    assert several(documents).numbers() == {"A", "B", EXPORT, OTHER_EXPORT}


def test_an_unknown_certificate_is_read_by_its_number_alone() -> None:
    case = pair(certificates=(Standing("BSWT0009", UseState.UNKNOWN),), decl={"related": None}, export=None)
    assert case.numbers() == {"BSWT0009"}


def test_before_export_only_the_certificate_is_read() -> None:
    assert pair("export").numbers() == {"BSWT0001"}


def test_a_bare_declaration_reads_nothing() -> None:
    assert Case(declaration("export", certificates=None)).numbers() == set()


def test_two_acts_on_one_certificate_or_one_export_read_a_number_in_common() -> None:
    first, second = pair(), pair(certificates=(standing(certificate(number="Z")),))
    assert first.numbers() & second.numbers() == {EXPORT}


def test_cases_do_not_share_their_defaults() -> None:
    a, b = Case(declaration()), Case(declaration())
    assert a.goods_left is not b.goods_left
    assert a.principals is not b.principals


def test_a_case_cannot_be_changed_while_it_is_judged() -> None:
    with pytest.raises(FrozenInstanceError):
        pair().export = OTHER_EXPORT  # type: ignore[misc]


def test_the_states_of_a_certificate_are_those_of_the_design() -> None:
    assert [state.value for state in UseState] == ["unknown", "available", "reserved", "used", "withdrawn"]
