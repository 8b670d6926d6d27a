"""Proposals written into the papers by hand: they pass, none of their edits can be spared, none is forbidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.rules import change
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.change import smallest_changes
from hefu.rules.edits import APPLY, DECLARANT, REISSUE, WAIT, Edit
from hefu.rules.finding import Comparison
from tests.rules.mutations import mutated
from tests.rules.offers import finding
from tests.rules.pairs import DEFAULT, Broken, judged, pair
from tests.rules.test_change import EXAMPLES

HELD: Final = [one for one in EXAMPLES if one.severity == "block"]
FIELD: Final = re.compile(
    r"(?:(items|lines)\[([0-9]+)\]\.)?(hs_code|export_date|declared_on|mode|quantity|item|first\.quantity|declaration)"
)
"""What is one value, and brings nothing else with it."""


def _written(told: dict[str, Any], edit: Edit) -> None:
    """One value changed in a paper, where it says what it is said to say."""
    found = FIELD.fullmatch(edit.field)
    assert found is not None, edit
    room, number, path = found.groups()
    at = told
    if room:
        (at,) = (one for one in told[room] if str(one[room.removesuffix("s")]) == number)
    *inner, name = path.split(".")
    for one in inner:
        at = at[one]
    assert str(at[name]) == edit.before
    at[name] = int(edit.after) if name == "item" else edit.after
    if name == "quantity" and room == "lines":
        at.pop("exported_quantity", None)


def _by_hand(case: Case, edits: Sequence[Edit]) -> Case:
    for edit in edits:
        if edit.document == "declaration":
            told = as_json(case.declaration)
            _written(told, edit)
            case = replace(case, declaration=Declaration.model_validate(told))
            continue
        made = []
        for one in case.certificates:
            document, standing = one.document, one
            if one.number == edit.number and document is not None:
                told = as_json(document)
                _written(told, edit)
                standing = Standing(one.number, UseState.AVAILABLE, Certificate.model_validate(told))
            made.append(standing)
        case = replace(case, certificates=tuple(made))
    return case


def _plain(edits: Sequence[Edit]) -> bool:
    return all(FIELD.fullmatch(one.field) and one.document != "register" for one in edits)


@pytest.mark.parametrize("broken", HELD, ids=str)
def test_what_is_proposed_written_by_hand_passes_and_no_part_of_it_does(broken: Broken) -> None:
    for told in smallest_changes(broken.case, broken.policy):
        if _plain(told.edits):
            assert judged(_by_hand(broken.case, told.edits), broken.policy).passes
            for one in told.edits:
                fewer = [other for other in told.edits if other is not one]
                assert not judged(_by_hand(broken.case, fewer), broken.policy).passes


def test_most_proposals_can_be_written_by_hand() -> None:
    made = [told for one in HELD for told in smallest_changes(one.case, one.policy)]
    assert sum(_plain(one.edits) for one in made) >= 30


@pytest.mark.parametrize("seed", range(1, 400, 10))
def test_nothing_is_proposed_that_the_law_forbids(seed: int) -> None:
    """Only an unused certificate is issued anew with other words, and never for more or for other goods; a register is
    never corrected; what was used, voided or handled on paper is not changed but replaced.
    """
    case = mutated(seed)
    states = {one.number: one for one in case.certificates}
    for told in smallest_changes(case, DEFAULT):
        for edit in told.edits:
            _is_allowed(edit, case, states.get(edit.number))


def _is_allowed(edit: Edit, case: Case, one: Standing | None) -> None:
    if edit.document == "declaration":
        assert (edit.number, edit.who) == (case.declaration.number, DECLARANT)
        assert edit.field not in {"number", "act"}
    elif edit.document == "register":
        assert edit.who is WAIT
    elif edit.who == REISSUE:
        assert one is not None
        assert one.state is UseState.AVAILABLE
        assert edit.field.endswith((".hs_code", ".export_date"))
    else:
        assert (edit.document, edit.who) == ("certificate", APPLY)


def test_the_work_for_what_cannot_be_cleared_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seventy faults, each with a change of its own, and none that helps: 70 ones, of 2415 pairs and 54740 threes the
    first 256, then one after the other for 64 comparisons.
    """
    days = [str(date(2026, 4, 1) + timedelta(days=n)) for n in range(70)]
    findings = tuple(finding("date.issued_after_act", "2026-03-05", day) for day in days)
    asked: list[int] = []

    def never(cases: Sequence[Case], *_: Any) -> list[Comparison]:
        asked.append(len(cases))
        return [Comparison(one.declaration.number, findings, (), (), "t", "") for one in cases]

    monkeypatch.setattr(change, "compare", never)
    assert smallest_changes(pair(), DEFAULT) == ()
    assert asked == [1, 70, 256, 256, *[1] * 64]
