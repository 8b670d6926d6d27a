"""Is the certificate for this kind of act?"""

from __future__ import annotations

from functools import partial

import pytest

from hefu.rules.case import Case
from tests.builders import certificate, declaration
from tests.rules.pairs import ACTS, AFTER_EXPORT, Broken, codes, judged, pair, standing

_PAIRS = [(act, purpose) for act in ACTS for purpose in ACTS]
_broken = partial(Broken, "purpose.differs", field="purpose", question="entitlement")


def _case(act: str, purpose: str) -> Case:
    return pair(act, certificates=(standing(certificate(purpose)),))


BROKEN = tuple(
    _broken(_case(act, purpose), act, purpose, why=f"{act}-{purpose}")
    for act, purpose in _PAIRS
    if act != purpose
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_certificate_of_another_purpose_yields_exactly_one_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize(("act", "purpose"), _PAIRS)
def test_a_certificate_serves_its_own_purpose_and_no_other(act: str, purpose: str) -> None:
    assert judged(_case(act, purpose)).passes is (act == purpose)


@pytest.mark.parametrize("purpose", AFTER_EXPORT)
def test_of_an_unfit_certificate_nothing_but_the_purpose_is_compared(purpose: str) -> None:
    act = {"return": "amendment", "amendment": "withdrawal", "withdrawal": "return"}[purpose]
    everything_else_wrong = certificate(
        purpose,
        issued_on="2026-12-31",
        lines=[_line_of_other_goods()],
    )
    case = pair(act, certificates=(standing(everything_else_wrong),))
    assert codes(case) == ["purpose.differs"]


def test_the_remedy_names_the_purpose_that_is_needed() -> None:
    (found,) = judged(_case("return", "withdrawal")).findings
    assert "退运" in found.remedy.zh
    assert "return" in found.remedy.en
    assert "withdrawal" in found.message.en


def test_an_import_that_needs_no_certificate_is_not_asked_for_a_purpose() -> None:
    lodged = declaration("other", number="530120261000000005")
    assert codes(Case(lodged, (standing(certificate()),))) == []


def _line_of_other_goods() -> dict[str, object]:
    return {
        "line": 1,
        "declaration": "530120260000000009",
        "item": 7,
        "hs_code": "8517130000",
        "goods_name": "手机",
        "unit": "台",
        "quantity": "1",
    }
