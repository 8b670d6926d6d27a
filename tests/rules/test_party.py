"""Is the certificate this firm's, alone or through an agency?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from hefu.rules.case import Case
from hefu.rules.policy import Policy
from tests.builders import EXPORTER, PRINCIPAL, STRANGER
from tests.rules.pairs import (
    ACTS,
    AFTER_EXPORT,
    Broken,
    codes,
    judged,
    pair,
)

_broken = partial(Broken, question="entitlement")


ODD = {"uscc": "91350211M0000XUF46", "customs_code": "3502160005"}
"""A real firm whose published code has a check digit that does not fit."""

SUCCEEDED = Policy(successors={STRANGER["uscc"]: EXPORTER["uscc"]})


def _warns(
    code: str,
    case: Case,
    declared: dict[str, str],
    certified: dict[str, str],
    field: str = "trader",
    question: str = "entitlement",
    **more: Any,
) -> Broken:
    """Something that a person looks at; it does not hold the declaration."""
    told = {"severity": "warn", "question": question, **more}
    return Broken(code, case, declared["uscc"], certified["uscc"], field, **told)


BROKEN = (
    *(
        _broken(
            "party.holder_differs",
            pair(act, cert={"holder": STRANGER}),
            EXPORTER["uscc"],
            STRANGER["uscc"],
            "trader",
            why=act,
        )
        for act in ACTS
    ),
    *(
        _broken(
            "party.original_trader_differs",
            pair(act, shipped={"trader": STRANGER}),
            EXPORTER["uscc"],
            STRANGER["uscc"],
            "trader",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    _warns("party.succeeded", pair(cert={"holder": STRANGER}), EXPORTER, STRANGER, policy=SUCCEEDED),
    *(
        _warns(
            "party.original_succeeded",
            pair(act, shipped={"trader": STRANGER}),
            EXPORTER,
            STRANGER,
            policy=SUCCEEDED,
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    Broken(
        "party.name_differs",
        pair(decl={"trader": {**EXPORTER, "name": "北京兴达制衣有限公司"}}),
        "北京兴达制衣有限公司",
        EXPORTER["name"],
        "trader",
        severity="warn",
    ),
    *(
        _warns(
            "party.check_digit",
            pair(act, cert={"holder": ODD}, decl={"trader": ODD, "owner": ODD}, shipped={"trader": ODD}),
            ODD,
            {"uscc": ""},
            question="match",
            why=act,
        )
        for act in ACTS
    ),
    _warns("party.owner_check_digit", pair(decl={"owner": ODD}), ODD, EXPORTER, "owner", question="match"),
    _warns(
        "party.declarant_check_digit",
        pair(decl={"declarant": ODD}),
        ODD,
        EXPORTER,
        "declarant",
        question="match",
    ),
    Broken(
        "party.holder_check_digit",
        pair(
            cert={"holder": ODD},
            decl={"trader": {"customs_code": ODD["customs_code"]}, "owner": None},
            shipped={"trader": {"customs_code": ODD["customs_code"]}},
        ),
        ODD["customs_code"],
        ODD["uscc"],
        "holder",
        severity="warn",
    ),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


def _party(*, uscc: str | None = None, code: str | None = None) -> dict[str, str]:
    told = {"uscc": uscc, "customs_code": code}
    return {name: value for name, value in told.items() if value is not None}


SAME, OTHER = EXPORTER, STRANGER
BOTH = _party(uscc=SAME["uscc"], code=SAME["customs_code"])


@pytest.mark.parametrize(
    ("trader", "fits"),
    [
        (BOTH, True),
        (_party(uscc=SAME["uscc"]), True),
        (_party(code=SAME["customs_code"]), True),
        (_party(uscc=SAME["uscc"], code=OTHER["customs_code"]), True),
        (_party(uscc=OTHER["uscc"], code=SAME["customs_code"]), False),
        (_party(uscc=OTHER["uscc"]), False),
        (_party(code=OTHER["customs_code"]), False),
    ],
)
def test_uscc_decides_where_both_have_it_and_else_the_customs_code(
    trader: dict[str, str], *, fits: bool
) -> None:
    case = pair(decl={"trader": trader}, shipped={"trader": trader})
    assert codes(case) == ([] if fits else ["party.holder_differs"])


@pytest.mark.parametrize("code", ["0000000000", "9999999999"])
def test_another_code_of_the_original_trader_is_another_firm(code: str) -> None:
    """Whether it comes before or after the trader's own does not matter."""
    trader = _party(code=SAME["customs_code"])
    case = pair(decl={"trader": trader, "owner": None}, shipped={"trader": _party(code=code), "owner": None})
    assert codes(case) == ["party.original_trader_differs"]


def test_firms_that_share_no_identifier_are_not_taken_for_the_same() -> None:
    holder, trader = _party(uscc=SAME["uscc"]), _party(code=SAME["customs_code"])
    case = pair(cert={"holder": holder}, decl={"trader": trader}, shipped={"trader": trader})
    assert codes(case) == ["party.holder_differs"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("北京合符进出口有限公司(改名)", ["party.name_differs"]),
        ("BEIJING HEFU", ["party.name_differs"]),
        ("北京合符進出口有限公司", []),
        (" 北京合符进出口 有限公司", []),
        ("（北京）合符进出口有限公司", []),
        (None, []),
    ],
)
def test_names_of_firms_advise_and_never_decide(name: str | None, expected: list[str]) -> None:
    trader = {**BOTH, **({"name": name} if name else {})}
    case = pair(decl={"trader": trader})
    assert codes(case) == expected
    assert judged(case).passes


def test_a_former_name_is_the_firms_own() -> None:
    case = pair(decl={"trader": {**BOTH, "name": "北京旧名贸易公司"}})
    known = {EXPORTER["uscc"]: ("北京旧名贸易公司",)}
    assert codes(case, Policy(former_names=known)) == []
    assert codes(case, Policy(former_names={STRANGER["uscc"]: ("北京旧名贸易公司",)})) == [
        "party.name_differs"
    ]


def test_names_of_different_firms_are_not_compared() -> None:
    assert codes(pair(cert={"holder": {**STRANGER, "name": "另一家"}})) == ["party.holder_differs"]


SUCCESSOR = Policy(successors={STRANGER["uscc"]: PRINCIPAL["uscc"], PRINCIPAL["uscc"]: EXPORTER["uscc"]})


@pytest.mark.parametrize("before", [PRINCIPAL, STRANGER])
def test_a_successor_is_let_through_to_a_person(before: dict[str, str]) -> None:
    for case, code in (
        (pair(cert={"holder": before}), "party.succeeded"),
        (pair(shipped={"trader": before}), "party.original_succeeded"),
    ):
        assert codes(case, SUCCESSOR) == [code]
        assert judged(case, SUCCESSOR).passes
        assert not judged(case).passes
    both = pair(cert={"holder": before}, shipped={"trader": before})
    assert codes(both, SUCCESSOR) == ["party.succeeded"]


def test_holder_and_exporter_that_are_two_firms_are_pointed_out_one_by_one() -> None:
    two = pair(cert={"holder": PRINCIPAL}, shipped={"trader": STRANGER})
    assert codes(two, SUCCESSOR) == ["party.succeeded", "party.original_succeeded"]
    found = judged(two, SUCCESSOR).findings
    assert [(one.declared, one.certified) for one in found] == [
        (EXPORTER["uscc"], PRINCIPAL["uscc"]),
        (EXPORTER["uscc"], STRANGER["uscc"]),
    ]


def test_a_predecessor_is_not_a_successor_and_circles_end() -> None:
    case = pair(cert={"holder": EXPORTER}, decl={"trader": STRANGER}, shipped={"trader": STRANGER})
    assert codes(case, SUCCESSOR) == ["party.holder_differs"]
    circle = Policy(successors={STRANGER["uscc"]: PRINCIPAL["uscc"], PRINCIPAL["uscc"]: STRANGER["uscc"]})
    assert codes(pair(cert={"holder": STRANGER}), circle) == ["party.holder_differs"]


def test_a_last_digit_is_enough_to_be_another_firm() -> None:
    near = EXPORTER["uscc"][:-1] + "L"
    case = pair(cert={"holder": _party(uscc=near)})
    assert codes(case) == ["party.holder_differs"]


def test_before_export_there_is_no_original_trader_to_compare_with() -> None:
    assert codes(pair("export")) == []


def test_one_wrong_holder_is_not_reported_as_a_wrong_exporter_too() -> None:
    case = pair(cert={"holder": STRANGER}, shipped={"trader": STRANGER})
    assert codes(case) == ["party.holder_differs"]


@pytest.mark.parametrize("role", ["owner", "declarant"])
@pytest.mark.parametrize("firm", [EXPORTER, STRANGER], ids=["before", "after"])
def test_a_misfit_code_is_told_whoever_trades(role: str, firm: dict[str, str]) -> None:
    """One trader's code sorts before the odd one, the other's after it."""
    case = pair(
        cert={"holder": firm}, decl={"trader": firm, "owner": None, role: ODD}, shipped={"trader": firm}
    )
    assert codes(case) == [f"party.{role}_check_digit"]


@pytest.mark.parametrize(("mine", "theirs"), [("uscc", "customs_code"), ("customs_code", "uscc")])
def test_a_firm_known_by_two_codes_is_one_through_the_holder(mine: str, theirs: str) -> None:
    case = pair(
        decl={"trader": {mine: EXPORTER[mine]}, "owner": None}, shipped={"trader": {theirs: EXPORTER[theirs]}}
    )
    assert codes(case) == []
    other = pair(
        decl={"trader": {mine: EXPORTER[mine]}, "owner": None}, shipped={"trader": {theirs: STRANGER[theirs]}}
    )
    assert codes(other) == ["party.original_trader_differs"]


def test_one_wrong_code_in_two_roles_is_told_once() -> None:
    assert codes(pair(decl={"owner": ODD, "declarant": ODD})) == ["party.owner_check_digit"]
