"""Tables told as cases again are judged as the cases that they were made of."""

from __future__ import annotations

import pytest

from hefu.rules.case import Case
from hefu.rules.compare import compare
from hefu.rules.mass.cases import cases_of
from hefu.rules.mass.tables import tables_of
from hefu.rules.policy import Policy
from tests.rules.pairs import ACTS, DEFAULT, pair
from tests.rules.test_compare import POLICIES
from tests.rules.test_mass import _cases


def _told(cases: list[Case], policy: Policy) -> list[object]:
    """What is said of each; what it waits for may also come from registers beside the tables."""
    return [{**answer.as_json(), "waits_for": None} for answer in compare(cases, policy)]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.digest[7:15])
def test_what_was_made_of_cases_is_judged_as_they_are(policy: Policy) -> None:
    cases = _cases(range(500))
    again = cases_of(tables_of(cases), [case.declaration.number for case in cases])
    for case, told, other in zip(cases, _told(cases, policy), _told(again, policy), strict=True):
        assert other == told, case


@pytest.mark.parametrize("act", ACTS)
def test_a_single_case_comes_back(act: str) -> None:
    case = pair(act)
    (again,) = cases_of(tables_of([case]), [case.declaration.number])
    assert again.export == case.export
    assert again.declaration.certificate_numbers() == case.declaration.certificate_numbers()
    assert _told([again], DEFAULT) == _told([case], DEFAULT)


def test_cases_come_in_the_order_asked_for() -> None:
    cases = _cases(range(20))
    numbers = [case.declaration.number for case in reversed(cases)]
    assert [one.declaration.number for one in cases_of(tables_of(cases), numbers)] == numbers


def test_a_declaration_that_is_not_there_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        cases_of(tables_of([pair("return")]), ["530120261000000077"])
