"""One pass over many cases answers each as if it were alone; what passes is sound; order is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.fields import scaled
from hefu.documents.goods import convert
from hefu.rules.case import Case, UseState
from hefu.rules.compare import compare
from hefu.rules.finding import Comparison, Question
from hefu.rules.pairing import items_of
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from tests.builders import EXPORT, EXPORTER, PRINCIPAL, STRANGER, certificate, declaration, item, line
from tests.rules.mutations import ODD, mutated
from tests.rules.pairs import ACTS, ALL_CODES, DEFAULT, chained, codes, judged, pair, several

POLICIES = (
    DEFAULT,
    Policy(scope="announcement-256", original_unknown="hold"),
    Policy(return_window_months=1, ecommerce_window_months=24),
    Policy.model_validate(
        {
            "rates": {"202602": {"EUR": "7.8", "USD": "7.1"}, "202603": {"EUR": "7.9", "USD": "7"}},
            "successors": {
                STRANGER["uscc"]: EXPORTER["uscc"],
                ODD["uscc"]: PRINCIPAL["uscc"],
            },
            "certificate_pattern": "N[0-9]|P1",
            "window_months_by_mode": {"0110": 1},
            "hs_changes": [
                {"since": "2026-02-20", "old": "6109100000", "new": "6110200000", "source": "test"}
            ],
            "tolerances": [{"unit": "件", "hs": "61", "percent": "50", "amount": "1"}],
            "goods_similarity": 0,
        }
    ),
)
MANY = 500
SEEDS = st.lists(st.integers(0, 10**6), min_size=1, max_size=9)


@cache
def _cases() -> tuple[Case, ...]:
    return tuple(mutated(seed) for seed in range(MANY))


@cache
def _alone(policy: Policy) -> tuple[Comparison, ...]:
    return tuple(judged(case, policy) for case in _cases())


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.digest[7:15])
def test_five_hundred_cases_in_one_frame_are_answered_exactly_as_one_by_one(policy: Policy) -> None:
    together = compare(_cases(), policy)
    for case, one, alone in zip(_cases(), together, _alone(policy), strict=True):
        assert one == alone, case


NEEDS_POLICY = {
    "party.succeeded",
    "party.original_succeeded",
    "principal.agent_succeeded",
    "certificate.number_form",
}
"""Silent as long as the policy says nothing of successors and of the form of numbers."""


def test_the_mutated_cases_are_no_empty_proof() -> None:
    found = Counter(finding.code for one in _alone(DEFAULT) for finding in one.findings)
    assert set(found) == ALL_CODES - NEEDS_POLICY
    passing = sum(one.passes for one in _alone(DEFAULT))
    assert 0.05 * MANY < passing < 0.6 * MANY


def test_the_order_of_the_cases_does_not_matter() -> None:
    places = list(range(MANY))
    Random(7).shuffle(places)
    shuffled = compare([_cases()[place] for place in places], DEFAULT)
    assert shuffled == [_alone(DEFAULT)[place] for place in places]


@pytest.mark.parametrize("size", [1, 7, 64, 499])
def test_any_batch_size_gives_the_same_answers(size: int) -> None:
    cases = _cases()[:100] if size == 1 else _cases()
    answers: list[Comparison] = []
    for start in range(0, len(cases), size):
        answers += compare(cases[start : start + size], DEFAULT)
    assert answers == list(_alone(DEFAULT)[: len(cases)])


@settings(deadline=None, max_examples=30)
@given(seeds=SEEDS, cut=st.integers(0, 9))
def test_a_batch_is_its_two_parts(seeds: list[int], cut: int) -> None:
    cases = [mutated(seed) for seed in seeds]
    parts = compare(cases[:cut], DEFAULT) + compare(cases[cut:], DEFAULT)
    assert compare(cases, DEFAULT) == parts


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), times=st.integers(2, 5))
def test_the_same_case_twice_in_a_frame_is_answered_twice_the_same(seed: int, times: int) -> None:
    answers = compare([mutated(seed)] * times, DEFAULT)
    assert answers == [answers[0]] * times


def test_nothing_to_compare_gives_no_answers() -> None:
    assert compare([], DEFAULT) == []


def test_cases_that_need_nothing_stand_between_the_others_in_their_place() -> None:
    bare = pair("export", decl={"certificates": None}, certificates=())
    narrow = Policy(scope="announcement-256")
    cases = [bare, pair(), bare, pair(certificates=()), bare]
    answers = compare(cases, narrow)
    assert [one.declaration for one in answers] == [case.declaration.number for case in cases]
    assert [[found.code for found in one.findings] for one in answers] == [
        [],
        [],
        [],
        ["certificate.missing"],
        [],
    ]


def test_findings_come_in_the_order_of_the_rules() -> None:
    order = [rule.code for rule in CURRENT.rules]
    for one in _alone(DEFAULT):
        places = [order.index(finding.code) for finding in one.findings]
        assert places == sorted(places)


def test_no_finding_is_said_twice_for_the_same_place() -> None:
    for one in _alone(DEFAULT):
        places = [(found.code, found.certificate, found.line, found.item) for found in one.findings]
        assert len(set(places)) == len(places)


def test_every_answer_carries_the_rule_set_and_the_hash_of_rules_and_policy() -> None:
    for policy in POLICIES:
        for one in compare([pair(), pair(certificates=())], policy):
            assert (one.ruleset, one.ruleset_hash) == (CURRENT.version, CURRENT.hash_under(policy))


def test_another_rule_set_judges_by_its_own_rules_and_signs_with_its_own_name() -> None:
    only_quantity = tuple(rule for rule in CURRENT.rules if rule.code.startswith("quantity."))
    replayed = RuleSet("2026.1-replay", only_quantity)
    case = pair(cert={"issued_on": "2026-12-31"})
    (answer,) = compare([case], DEFAULT, replayed)
    assert codes(case) == ["date.issued_after_act"]
    assert answer.findings == ()
    assert (answer.ruleset, answer.ruleset_hash) == (replayed.version, replayed.hash_under(DEFAULT))


def test_what_passes_uses_only_certificates_that_are_free_fit_and_the_traders_own() -> None:
    for case, one in zip(_cases(), _alone(DEFAULT), strict=True):
        if not one.passes:
            continue
        assert case.certificates
        for standing in case.certificates:
            document = standing.document
            assert document is not None
            assert standing.state is UseState.AVAILABLE or standing.declaration == case.declaration.number
            assert document.purpose.value == case.declaration.act.value
            assert document.holder.is_same(case.declaration.trader)
            assert document.agent is None
            assert document.issued_on <= case.declaration.declared_on


def test_what_passes_draws_no_more_than_each_line_covers_and_covers_every_item() -> None:
    for case, one in zip(_cases(), _alone(DEFAULT), strict=True):
        if not one.passes:
            continue
        drawn: Counter[tuple[str, int]] = Counter()
        for draw in one.draws:
            assert draw.quantity > 0 or _is_less_than_half_a_unit(case)
            drawn[draw.certificate, draw.line] += draw.quantity
        documents = {standing.number: standing.document for standing in case.certificates}
        for (number, place), quantity in drawn.items():
            document = documents[number]
            covered = document.line_numbered(place) if document else None
            assert covered is not None
            assert quantity <= scaled(covered.quantity)
        assert {draw.item for draw in one.draws} == {made.item for made in items_of(case)}


def _is_less_than_half_a_unit(case: Case) -> bool:
    """0.00001 of a small unit is nothing in a large one, at five decimals."""
    return any(made.first.quantity == Decimal("0.00001") for made in case.declaration.items)


def test_a_draw_is_counted_in_the_unit_of_its_line() -> None:
    case = pair(
        "export",
        cert={"lines": [_tons("0.5")]},
        decl={"items": [item(first={"quantity": "300", "unit": "千克"}, second=None)]},
    )
    (draw,) = judged(case).draws
    told = convert(Decimal(300), "035", "070")
    assert told is not None
    assert draw.quantity == scaled(told) == 30_000


def test_a_draw_is_told_even_where_something_else_blocks() -> None:
    answer = judged(pair(cert={"issued_on": "2026-12-31"}))
    assert not answer.passes
    assert len(answer.draws) == 1


def test_several_certificates_of_one_declaration_are_judged_together_and_named_apart() -> None:
    documents = [
        certificate(number="A"),
        certificate(number="B", lines=[line(item=2, hs_code="6205200000")], issued_on="2026-12-31"),
    ]
    items = [item(), item(item=2, hs_code="6205200000")]
    case = several(
        documents,
        decl={"items": items},
        shipped={"items": items},
        goods_left={(EXPORT, 1): (10**7, "011"), (EXPORT, 2): (10**7, "011")},
    )
    answer = judged(case)
    assert [(found.code, found.certificate) for found in answer.findings] == [("date.issued_after_act", "B")]
    assert {(draw.item, draw.certificate) for draw in answer.draws} == {(1, "A"), (2, "B")}


def test_the_answer_waits_for_each_certificate_and_principal_without_data_and_no_other() -> None:
    waiting = 0
    for case, one in zip(_cases(), _alone(DEFAULT), strict=True):
        behind = case.principals.values()
        expected = [told.number for told in case.certificates if told.document is None]
        expected += [told.number for told in behind if not told.document or told.behind or told.ticket]
        assert sorted(one.waits_for) == sorted(expected)
        waiting += bool(one.waits_for)
    assert waiting > 20


@pytest.mark.parametrize("act", ACTS)
def test_fifty_items_on_fifty_lines_pass_at_once(act: str) -> None:
    count = range(1, 51)
    hs = {n: f"61091{n:05d}" for n in count}
    made = {"invoice": "FP0001", "declaration": None, "item": None} if act == "export" else {}
    lines = [
        line(line=n, hs_code=hs[n], **{"item": n, **made, **({"invoice_line": n} if made else {})})
        for n in count
    ]
    items = [item(item=n, hs_code=hs[n]) for n in count]
    case = pair(
        act,
        cert={"lines": lines},
        decl={"items": items},
        shipped={"items": items},
        goods_left={} if made else dict.fromkeys([(EXPORT, n) for n in count], (10**7, "011")),
    )
    answer = judged(case)
    assert answer.findings == ()
    assert [(draw.item, draw.line) for draw in answer.draws] == [(n, n) for n in count]


def test_a_declaration_that_needs_no_certificate_is_answered_under_both_questions() -> None:
    lodged = declaration("other", number="530120261000000005", certificates=None)
    answer = judged(Case(lodged))
    assert [answer.verdict(question) for question in Question] == ["pass", "pass"]


def _tons(quantity: str) -> dict[str, object]:
    return line(
        declaration=None,
        item=None,
        invoice="FP0001",
        invoice_line=1,
        unit="吨",
        quantity=quantity,
        exported_quantity=None,
    )


def test_items_together_draw_no_more_than_the_line_holds() -> None:
    items = [item(item=n, first={"quantity": "60", "unit": "011"}, second=None) for n in (1, 2, 3)]
    ties = [{"number": "BSWT0001", "item": n, "line": 1} for n in (1, 2, 3)]
    answer = judged(pair(decl={"items": items, "certificates": ties}))
    assert [(draw.item, draw.line, draw.quantity) for draw in answer.draws] == [
        (1, 1, scaled(Decimal(60))),
        (2, 1, scaled(Decimal(40))),
        (3, 1, 0),
    ]


def test_who_holds_a_certificate_is_said() -> None:
    holder = "530120261000000077"
    (one,) = pair().certificates
    taken = replace(one, state=UseState.USED, declaration=holder)
    (found,) = judged(pair(certificates=(taken,))).findings
    assert found.code == "certificate.used"
    assert holder in found.message.zh
    assert holder in found.message.en


@pytest.mark.parametrize(
    ("gap", "waits"), [({}, ()), ({"behind": True}, ("WT0001",)), ({"ticket": "YJ1"}, ("WT0001",))]
)
def test_a_principals_certificate_that_is_not_known_well_enough_is_waited_for(
    gap: dict[str, Any], waits: tuple[str, ...]
) -> None:
    case = chained()
    (one,) = case.principals.values()
    assert judged(replace(case, principals={one.number: replace(one, **gap)})).waits_for == waits
