"""Who stands behind the trader: does the chain of an agency hold, and are owner and consignor the principal?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

import pytest

from hefu.documents.party import Party
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.policy import Policy
from tests.builders import (
    AGENT,
    EXPORTER,
    PRINCIPAL,
    STRANGER,
    certificate,
    invoice_line,
    item,
    line,
)
from tests.rules.pairs import (
    ACTS,
    AFTER_EXPORT,
    OTHER_ACT,
    Broken,
    Changes,
    chained,
    codes,
    judged,
    only,
    pair,
    standing,
)

_chain = partial(
    Broken, question="entitlement", field="certificates", declared="BSWT0001", certified="WT0001"
)
ODD = {"uscc": "91350211M0000XUF46", "customs_code": "3502160005"}
"""A real firm whose published code has a check digit that does not fit."""
MERGED: Final = Policy(successors={STRANGER["uscc"]: AGENT["uscc"]})
"""The stranger has become the agent."""


def _behind(state: UseState, **changes: Any) -> Case:
    """The principal's certificate stands so."""
    document = certificate(number="WT0001", **{"holder": PRINCIPAL, "agent": AGENT, **changes})
    return chained(principals={"WT0001": standing(document, state)})


UNKNOWN_PRINCIPAL = chained(principals={"WT0001": Standing("WT0001", UseState.UNKNOWN)})


def _goods(act: str = "return", *, behind: Changes | None = None, **own: Any) -> Case:
    """An agent's line and the principal's line behind it."""
    made = invoice_line if act == "export" else line
    return chained(act, cert={"lines": [made(**own)]}, principal={"lines": [made(**(behind or {}))]})


BROKEN = (
    *(
        Broken(
            "party.consignor_differs",
            pair(act, consignor=Party.model_validate(PRINCIPAL)),
            EXPORTER["uscc"],
            PRINCIPAL["uscc"],
            "owner",
            severity="warn",
            why=act,
        )
        for act in ACTS
    ),
    _chain("principal.unknown", UNKNOWN_PRINCIPAL),
    _chain("principal.unfit", chained(principal={"agent": STRANGER}), why="other agent"),
    _chain("principal.unfit", chained(principal={"agent": None}), why="no agent"),
    _chain("principal.voided", _behind(UseState.WITHDRAWN)),
    *(
        Broken(
            "party.owner_differs",
            chained(act, decl={"owner": STRANGER}),
            STRANGER["uscc"],
            PRINCIPAL["uscc"],
            "owner",
            severity="warn",
            why=act,
        )
        for act in ACTS
    ),
    *(
        Broken(
            "principal.goods_differ",
            _goods(act, behind={"quantity": "99.99999"}),
            "1",
            "WT0001",
            "certificates",
            question="entitlement",
            why=act,
        )
        for act in ACTS
    ),
    Broken(
        "principal.agent_succeeded",
        chained(principal={"agent": STRANGER}),
        AGENT["uscc"],
        STRANGER["uscc"],
        "certificates",
        question="entitlement",
        severity="warn",
        policy=MERGED,
    ),
    Broken(
        "principal.check_digit",
        chained(principal={"holder": ODD}, decl={"owner": None}),
        "WT0001",
        ODD["uscc"],
        "certificates",
        severity="warn",
    ),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize("act", ACTS)
def test_a_sound_agency_chain_passes_without_findings(act: str) -> None:
    assert codes(chained(act)) == []


def test_a_voided_principals_certificate_is_not_searched_for_another_agent_too() -> None:
    document = certificate(number="WT0001", holder=PRINCIPAL, agent=STRANGER)
    case = chained(principals={"WT0001": standing(document, UseState.WITHDRAWN)})
    assert codes(case) == ["principal.voided"]


def test_the_principal_itself_cannot_use_the_agents_certificate() -> None:
    assert codes(chained(decl={"trader": PRINCIPAL}, shipped={"trader": PRINCIPAL})) == [
        "party.holder_differs"
    ]


def test_the_answer_waits_for_the_principals_certificate() -> None:
    assert judged(UNKNOWN_PRINCIPAL).waits_for == ("WT0001",)
    assert judged(chained()).waits_for == ()


@pytest.mark.parametrize("state", [UseState.RESERVED, UseState.USED])
def test_the_use_of_the_principals_certificate_is_not_the_agents_obstacle(state: UseState) -> None:
    document = certificate(number="WT0001", holder=PRINCIPAL, agent=AGENT)
    case = chained(principals={"WT0001": standing(document, state, OTHER_ACT)})
    assert codes(case) == []


def test_an_unfit_chain_is_not_searched_for_a_wrong_owner_too() -> None:
    case = chained(principal={"agent": STRANGER}, decl={"owner": STRANGER})
    assert codes(case) == ["principal.unfit"]


def test_without_an_owner_in_the_declaration_none_is_compared() -> None:
    assert codes(chained(decl={"owner": None})) == []


def test_without_an_agency_the_owner_is_free() -> None:
    assert codes(pair(decl={"owner": STRANGER})) == []


def test_each_certificate_has_its_own_principal() -> None:
    fit = certificate(number="WT0001", holder=PRINCIPAL, agent=AGENT)
    unfit = certificate(number="WT0002", holder=PRINCIPAL, agent=STRANGER)
    a = certificate(number="A", holder=AGENT, principal_certificate="WT0001")
    b = certificate(number="B", holder=AGENT, principal_certificate="WT0002")
    case = chained(
        decl={"certificates": [{"number": "A"}, {"number": "B"}]},
        certificates=(standing(a), standing(b)),
        principals={"WT0001": standing(fit), "WT0002": standing(unfit)},
    )
    blocked = [(one.code, one.certificate) for one in judged(case).findings if one.severity == "block"]
    assert blocked == [("principal.unfit", "B")]


@pytest.mark.parametrize("known_by", ["uscc", "customs_code"])
@pytest.mark.parametrize(
    ("consignor", "expected"), [(PRINCIPAL, ["party.consignor_differs"]), (EXPORTER, [])]
)
def test_a_consignor_is_known_by_either_code(
    known_by: str, consignor: dict[str, str], expected: list[str]
) -> None:
    owner = {known_by: EXPORTER[known_by]}
    case = pair(decl={"owner": owner}, consignor=Party.model_validate({known_by: consignor[known_by]}))
    assert codes(case) == expected


def test_without_owner_or_consignor_there_is_nothing_to_hold_against_each_other() -> None:
    assert codes(pair(decl={"owner": None}, consignor=Party.model_validate(PRINCIPAL))) == []
    assert codes(pair(decl={"owner": STRANGER})) == []


def test_a_principals_certificate_for_another_purpose_does_not_fit() -> None:
    document = certificate("amendment", number="WT0001", holder=PRINCIPAL, agent=AGENT)
    assert codes(chained(principals={"WT0001": standing(document)})) == ["principal.unfit"]


@pytest.mark.parametrize("gap", [{"behind": True}, {"ticket": "YJ1"}])
def test_a_principals_certificate_with_a_gap_or_on_paper_is_not_known_well_enough(
    gap: dict[str, Any],
) -> None:
    (one,) = chained().principals.values()
    assert codes(chained(principals={one.number: replace(one, **gap)})) == ["principal.unknown"]


# --- the goods behind ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("behind", "fits"), [("100", True), ("250", True), ("99.99999", False)])
@pytest.mark.parametrize("act", ACTS)
def test_the_principals_certificate_covers_as_much(act: str, behind: str, *, fits: bool) -> None:
    told = codes(_goods(act, behind={"quantity": behind, "exported_quantity": None}))
    assert told == ([] if fits else ["principal.goods_differ"])


@pytest.mark.parametrize("act", AFTER_EXPORT)
@pytest.mark.parametrize("other", [{"item": 2}, {"declaration": "530120260000000002"}])
def test_the_principals_certificate_covers_the_same_exported_item(act: str, other: Changes) -> None:
    assert codes(_goods(act, behind=other)) == ["principal.goods_differ"]


@pytest.mark.parametrize("act", AFTER_EXPORT)
@pytest.mark.parametrize("same", [{"line": 7}, {"hs_code": "8517130000"}, {"goods_name": "手机"}])
def test_after_export_item_and_number_alone_tell_the_goods(act: str, same: Changes) -> None:
    """The code is held against the export declaration."""
    assert codes(_goods(act, behind=same)) == []


@pytest.mark.parametrize(
    ("behind", "fits"),
    [
        ({"invoice": "OTHER", "invoice_line": 9}, True),
        ({"hs_code": "61091000"}, True),
        ({"line": 2}, False),
        ({"hs_code": "6109909000"}, False),
    ],
)
def test_before_export_the_line_and_its_code_tell_the_goods(behind: Changes, *, fits: bool) -> None:
    """Each firm has an invoice of its own."""
    assert codes(_goods("export", behind=behind)) == ([] if fits else ["principal.goods_differ"])


@pytest.mark.parametrize(
    ("unit", "quantity", "fits"),
    [
        ("吨", "0.1", True),
        ("吨", "0.09999", False),
        ("千克", "100", True),
        ("克", "100000", True),
        ("克", "99999.995", False),
        ("件", "100", False),
    ],
)
def test_the_goods_behind_count_in_any_unit_that_converts(unit: str, quantity: str, *, fits: bool) -> None:
    kilograms = {"unit": "千克", "quantity": "100", "exported_quantity": None}
    case = chained(
        "export",
        cert={"lines": [invoice_line(**kilograms)]},
        decl={"items": [item(first={"quantity": "100", "unit": "035"}, second=None)]},
        principal={"lines": [invoice_line(unit=unit, quantity=quantity, exported_quantity=None)]},
    )
    assert codes(case) == ([] if fits else ["principal.goods_differ"])


def test_the_first_line_that_is_not_covered_is_named_once() -> None:
    phones = {"hs_code": "8517130000"}
    goods = [item(item=n, **(phones if n > 1 else {})) for n in (1, 2, 3)]
    lines = [line(line=n, item=n, **(phones if n > 1 else {})) for n in (3, 2, 1)]
    case = chained(
        "amendment",
        cert={"lines": lines},
        decl={"items": goods},
        shipped={"items": goods},
        principal={"lines": [line()]},
        goods_left={},
    )
    assert (only(case).code, only(case).declared) == ("principal.goods_differ", "2")


def test_a_chain_that_is_unfit_or_voided_is_not_searched_for_its_goods_too() -> None:
    less = {"lines": [line(quantity="1")]}
    assert codes(chained(principal={"agent": STRANGER, **less})) == ["principal.unfit"]
    assert codes(_behind(UseState.WITHDRAWN, **less)) == ["principal.voided"]


def test_a_principals_certificate_of_other_goods_is_not_searched_for_a_wrong_owner_too() -> None:
    case = chained(principal={"lines": [line(quantity="1")]}, decl={"owner": STRANGER})
    assert codes(case) == ["principal.goods_differ"]


# --- one firm that became another ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("successors", "expected"),
    [
        ([(STRANGER, AGENT)], ["principal.agent_succeeded"]),
        ([(STRANGER, EXPORTER), (EXPORTER, AGENT)], ["principal.agent_succeeded"]),
        ([(AGENT, STRANGER)], ["principal.unfit"]),
        ([(STRANGER, EXPORTER)], ["principal.unfit"]),
        ([], ["principal.unfit"]),
    ],
)
def test_the_agent_may_be_the_successor_of_the_one_that_the_principal_named(
    successors: list[tuple[dict[str, str], dict[str, str]]], expected: list[str]
) -> None:
    policy = Policy(successors={a["uscc"]: b["uscc"] for a, b in successors})
    assert codes(chained(principal={"agent": STRANGER}), policy) == expected


def test_a_successor_of_the_agent_needs_the_purpose_and_the_goods_all_the_same() -> None:
    wrong = certificate("amendment", number="WT0001", holder=PRINCIPAL, agent=STRANGER)
    assert codes(chained(principals={"WT0001": standing(wrong)}), MERGED) == ["principal.unfit"]
    less = chained(principal={"agent": STRANGER, "lines": [line(quantity="1")]})
    assert codes(less, MERGED) == ["principal.goods_differ", "principal.agent_succeeded"]


def _became(*steps: tuple[dict[str, str], dict[str, str]]) -> Policy:
    return Policy(successors={before["uscc"]: after["uscc"] for before, after in steps})


@pytest.mark.parametrize(
    ("policy", "fits"),
    [
        (_became((PRINCIPAL, STRANGER)), True),
        (_became((PRINCIPAL, EXPORTER), (EXPORTER, STRANGER)), True),
        (_became((STRANGER, PRINCIPAL)), False),
        (_became((PRINCIPAL, EXPORTER)), False),
    ],
)
def test_the_owner_may_be_the_principals_successor(policy: Policy, *, fits: bool) -> None:
    assert codes(chained(decl={"owner": STRANGER}), policy) == ([] if fits else ["party.owner_differs"])


def test_a_successor_is_one_whichever_code_comes_first_in_the_alphabet() -> None:
    for owner in (EXPORTER, STRANGER):
        assert codes(chained(decl={"owner": owner}), _became((PRINCIPAL, owner))) == []
    assert EXPORTER["uscc"] < PRINCIPAL["uscc"] < STRANGER["uscc"]


@pytest.mark.parametrize(
    ("policy", "fits"),
    [
        (_became((PRINCIPAL, EXPORTER)), True),
        (_became((EXPORTER, PRINCIPAL)), True),
        (_became((EXPORTER, STRANGER), (STRANGER, PRINCIPAL)), True),
        (_became((EXPORTER, STRANGER)), False),
    ],
)
def test_owner_and_reported_consignor_may_be_one_firm_before_and_after(policy: Policy, *, fits: bool) -> None:
    """The report may be older than the declaration, or younger."""
    case = pair(consignor=Party.model_validate(PRINCIPAL))
    assert codes(case, policy) == ([] if fits else ["party.consignor_differs"])


# --- told once ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consignor", "expected"),
    [
        (PRINCIPAL, ["party.owner_differs"]),
        ({"customs_code": PRINCIPAL["customs_code"]}, ["party.owner_differs"]),
        (EXPORTER, ["party.owner_differs", "party.consignor_differs"]),
        (STRANGER, ["party.owner_differs"]),
    ],
)
def test_an_owner_who_is_neither_principal_nor_consignor_is_told_once(
    consignor: dict[str, str], expected: list[str]
) -> None:
    case = chained(decl={"owner": STRANGER}, consignor=Party.model_validate(consignor))
    assert codes(case) == expected


@pytest.mark.parametrize("principal", [{"agent": STRANGER}, {"lines": [line(quantity="1")]}])
def test_what_the_chain_does_not_tell_of_the_owner_the_report_does(principal: Changes) -> None:
    case = chained(principal=principal, decl={"owner": STRANGER}, consignor=Party.model_validate(PRINCIPAL))
    assert codes(case)[1:] == ["party.consignor_differs"]


def test_one_certificate_of_several_is_enough_to_tell_of_the_owner() -> None:
    own = certificate(number="A", holder=AGENT, lines=[line(quantity="50")])
    agents = certificate(
        number="B", holder=AGENT, principal_certificate="WT0001", lines=[line(quantity="50")]
    )
    case = chained(
        decl={"owner": STRANGER, "certificates": [{"number": "A"}, {"number": "B"}]},
        certificates=(standing(own), standing(agents)),
        consignor=Party.model_validate(PRINCIPAL),
    )
    found = judged(case).findings
    assert [(one.code, one.certificate) for one in found] == [("party.owner_differs", "B")]


@pytest.mark.parametrize("role", ["owner", "declarant"])
def test_a_code_that_stands_in_the_declaration_too_is_told_there(role: str) -> None:
    told = {"owner": ODD, "declarant": None} if role == "owner" else {"owner": None, "declarant": ODD}
    case = chained(principal={"holder": ODD}, decl=told)
    assert codes(case) == [f"party.{role}_check_digit"]


@pytest.mark.parametrize("changes", [{"agent": STRANGER}, {"agent": None}])
def test_the_code_of_a_principal_in_an_unfit_chain_is_not_looked_at(changes: Changes) -> None:
    case = chained(principal={"holder": ODD, **changes}, decl={"owner": None})
    assert codes(case) == ["principal.unfit"]


def test_an_owner_by_customs_code_is_the_principal_whose_code_is_odd() -> None:
    case = chained(principal={"holder": ODD}, decl={"owner": {"customs_code": ODD["customs_code"]}})
    assert codes(case) == ["principal.check_digit"]
