"""What needs more than an expression, and what is dear, is asked only where it could matter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hefu.documents.codes.hs import Change
from hefu.rules import derived, refund, value
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.derived import derive
from hefu.rules.frame import build
from hefu.rules.library import SELDOM
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER, certificate, item, line
from tests.rules.pairs import ACTS, AFTER_EXPORT, DEFAULT, chained, left, pair, several, standing

EXPORTED = date(2026, 2, 1)
SHORTEST = 28 * 6
"""Days that the shortest period of a return has at least, under the policy as it is given out."""
MERGED = Policy(successors={STRANGER["uscc"]: AGENT["uscc"]})


def _moved(code: str) -> Policy:
    change = Change(since=date(2026, 1, 1), old=code, new=f"{code[:-1]}9", source="a test")
    return Policy(hs_changes=(change,))


def _asked(case: Case, policy: Policy = DEFAULT) -> set[str]:
    frame = derive(build([case], [True]), policy, SELDOM)
    return {one.name for one in SELDOM if frame.select(one.asked(policy)).to_series().any()}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("policy", [DEFAULT, MERGED, _moved("85171300")], ids=["usual", "merged", "moved"])
def test_sound_papers_are_asked_for_nothing_seldom(act: str, policy: Policy) -> None:
    assert _asked(pair(act), policy) == set()
    if act != "export":
        assert _asked(chained(act), policy) == set()


def _held(party: dict[str, str], **changes: Any) -> Case:
    return pair(cert={"holder": party}, **changes)


OTHER_NAME = {**EXPORTER, "name": "合符进出口"}
OTHER_CODE = item(hs_code="6109909000")
OTHER_GOODS = item(goods_name="智能手机")
MUCH = item(first={"quantity": "101", "unit": "011"})
UNKNOWN = (Standing("BSWT0001", UseState.UNKNOWN),)


@pytest.mark.parametrize("policy", [DEFAULT, MERGED], ids=["usual", "merged"])
@pytest.mark.parametrize(
    ("case", "asked"),
    [
        (_held(OTHER_NAME), {"name_differs"}),
        (_held(STRANGER), {"holder_succeeded"}),
        (_held(STRANGER, decl={"trader": {"customs_code": "1100660001"}}), set()),
        (pair(shipped={"trader": STRANGER}), {"original_succeeded"}),
        (pair(shipped={"trader": OTHER_NAME}), set()),
        (pair(decl={"trader": STRANGER}, certificates=UNKNOWN), {"original_succeeded"}),
        (pair(decl={"trader": STRANGER}, original=None), {"holder_succeeded"}),
        *((pair(act, decl={"items": [OTHER_GOODS]}), {"goods_differ"}) for act in AFTER_EXPORT),
        (pair("return", decl={"items": [OTHER_CODE]}), {"hs_joined"}),
        (pair("amendment", decl={"items": [OTHER_CODE]}), set()),
        (pair("withdrawal", decl={"items": [OTHER_CODE]}), set()),
        (pair("export", decl={"items": [OTHER_CODE]}), set()),
        (pair("return", decl={"items": [MUCH]}), {"allowance"}),
        (pair("export", decl={"items": [MUCH]}), {"allowance"}),
        (pair("amendment", decl={"items": [MUCH]}), set()),
        (pair("withdrawal", decl={"items": [MUCH]}), set()),
        (pair(certificates=UNKNOWN, decl={"items": [MUCH, OTHER_GOODS | {"item": 2}]}), set()),
    ],
)
def test_each_is_asked_where_what_it_judges_is_in_doubt_and_nothing_else(
    case: Case, asked: set[str], policy: Policy
) -> None:
    assert _asked(case, policy) == asked


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        (chained(principal={"agent": STRANGER}), {"agent_succeeded"}),
        (
            chained(
                principals={
                    "WT0001": standing(
                        certificate("amendment", number="WT0001", holder=PRINCIPAL, agent=STRANGER)
                    )
                }
            ),
            set(),
        ),
        (chained(principal={"holder": STRANGER}), {"owner_succeeded"}),
        (pair(decl={"owner": PRINCIPAL}), set()),
        (pair(consignor=certificate(holder=STRANGER).holder), {"consignor_succeeded"}),
        (pair(consignor=certificate().holder), set()),
    ],
)
def test_who_became_whom_behind_the_trader_is_asked_where_any_succession_is_on_record(
    case: Case, asked: set[str]
) -> None:
    assert _asked(case, MERGED) == asked
    assert _asked(case) == set()


@pytest.mark.parametrize("act", ACTS)
def test_the_tariff_of_the_day_is_asked_of_codes_that_it_touches(act: str) -> None:
    assert _asked(pair(act), _moved("61091000")) == (
        {"hs_outdated"} if act in ("export", "return") else set()
    )


@pytest.mark.parametrize("act", ACTS)
def test_numbers_are_held_against_a_form_where_the_policy_has_one(act: str) -> None:
    assert _asked(pair(act), Policy(certificate_pattern="BSWT[0-9]{4}")) == {"number_odd"}


@pytest.mark.parametrize("days", [SHORTEST, SHORTEST + 1])
@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_a_period_is_counted_out_once_the_shortest_may_have_passed(act: str, days: int) -> None:
    case = pair(act, decl={"declared_on": (EXPORTED + timedelta(days=days)).isoformat()})
    assert _asked(case) == ({"window_end"} if act == "return" and days > SHORTEST else set())
    unfit = certificate("amendment" if act == "return" else "return")
    assert _asked(pair(act, decl={"declared_on": "2027-12-01"}, certificates=(standing(unfit),))) == set()


def _never(*told: Any) -> Any:
    raise AssertionError(told)


def test_what_no_paper_states_is_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, repayments, accounts, lines drawn on together, other units: each costs, and few papers have it."""
    for room, name in (
        (value, "with_values"),
        (refund, "with_repayment"),
        (derived, "_with_goods"),
        (derived, "_together"),
        (derived, "converted"),
    ):
        monkeypatch.setattr(room, name, _never)
    for act in ACTS:
        derive(build([pair(act, goods_left={})] * 2, [True] * 2), DEFAULT, SELDOM)
    for case in (
        pair(cert={"lines": [line(fob_usd="1")]}, goods_left={}),
        pair(cert={"lines": [line(tax={"refunded_vat": "1"})]}, goods_left={}),
        pair(goods_left=left()),
        pair(cert={"lines": [line(unit="吨", quantity="0.02")]}, goods_left={}),
        several(
            [certificate(number=name, lines=[line(quantity="50")]) for name in ("A", "B")], goods_left={}
        ),
    ):
        with pytest.raises(AssertionError):
            derive(build([pair(goods_left={}), case], [True] * 2), DEFAULT, SELDOM)
