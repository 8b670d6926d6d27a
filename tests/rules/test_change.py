"""The smallest change that would pass: which field, on which paper, who may change it, and never a made-up one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hefu.errors import Text
from hefu.rules.case import Case, UseState
from hefu.rules.change import Change, changes_of_all, smallest_changes
from hefu.rules.compare import compare
from hefu.rules.edits import APPLY, DECLARANT, REISSUE, WAIT, Edit, put, text
from hefu.rules.policy import Policy
from hefu.rules.words import edited
from tests.builders import EXPORT, STRANGER, certificate, invoice_line, item, line
from tests.rules.mutations import mutated
from tests.rules.pairs import DEFAULT, Broken, judged, pair, several, standing
from tests.rules.test_ruleset import SUBJECTS

WHO = {DECLARANT: "declarant", REISSUE: "reissue", APPLY: "apply", WAIT: "wait"}
FRESH = "certificate certificate = {}, 91110000101623741K, 6109100000 100 011 (apply)"
STRANGERS = "91460000284077092F 4601960004 海南远航贸易有限公司"
RELATED = [
    f"declaration related = {EXPORT} (declarant)",
    "certificate lines[1].declaration = 530120260000000002 (apply)",
]
AGENT = ["certificate agent = 91440300MA5FC50094 (apply)"]
LESS = ["declaration items[1].first.quantity = 99.99999 (declarant)"]
BOTH_LESS = [
    "certificate lines[1].quantity = 99.99999 (apply) + declaration items[1].first.quantity = 99.99999 (declarant)"
]
TRADER = [f"declaration trader = {STRANGERS} (declarant) + certificate holder = 91460000284077092F (apply)"]
BOTH_CODES = [
    "certificate lines[1].hs_code = 6109100000 (reissue) + declaration items[1].hs_code = 6109100000 (declarant)"
]
RELEASED = ["register export_state = in_force (wait)"]
EXPECTED: dict[str, list[str]] = {
    "certificate.on_paper": [FRESH.format("return")],
    "certificate.behind": ["register certificate =  (wait)"],
    "certificate.withdrawn": [FRESH.format("return")],
    "certificate.used": [FRESH.format("return")],
    "certificate.reserved": [FRESH.format("return")],
    "certificate.for_agent": [FRESH.format("return")],
    **{
        f"certificate.{kind}-{act}": [FRESH.format(act)]
        for kind in ("missing", "unknown")
        for act in ("export", "return", "amendment", "withdrawal")
    },
    **{
        f"purpose.differs-{act}-{other}": [FRESH.format(act)]
        for act in ("export", "return", "amendment", "withdrawal")
        for other in ("export", "return", "amendment", "withdrawal")
        if act != other
    },
    **{
        f"{code}-{act}": told
        for act in ("return", "amendment", "withdrawal")
        for code, told in {
            "original.changing": ["register changing =  (wait)"],
            "declaration.differs": RELATED,
            "party.original_trader_differs": TRADER,
            "quantity.exceeds_export": BOTH_LESS,
            "date.before_export": ["declaration declared_on = 2026-03-06 (declarant)"],
            "date.export_date_differs": ["certificate lines[1].export_date = 2026-02-01 (reissue)"],
        }.items()
    },
    **{
        f"original.not_in_force-{act}-not_released": RELEASED for act in ("return", "amendment", "withdrawal")
    },
    "declaration.ambiguous": [f"declaration related = {EXPORT} (declarant)"],
    "item.not_found-return": ["certificate lines[1].item = 1 (apply)"],
    "item.withdrawn_in_part": ["declaration items =  (declarant)"],
    "item.not_covered-return": ["declaration items[2] =  (declarant)"],
    "item.not_covered-amendment": ["declaration items[2] =  (declarant)"],
    "party.holder_differs-export": [
        "certificate holder = 91110000101623741K (apply)",
        f"declaration trader = {STRANGERS} (declarant)",
    ],
    **{
        f"party.holder_differs-{act}": ["certificate holder = 91110000101623741K (apply)"]
        for act in ("return", "amendment", "withdrawal")
    },
    "principal.unknown": AGENT,
    "principal.voided": AGENT,
    **{f"principal.unfit-{why}": AGENT for why in ("other agent", "no agent")},
    **{
        f"principal.goods_differ-{act}": ["certificate lines = 6109100000 100 011 (apply)"]
        for act in ("export", "return", "amendment", "withdrawal")
    },
    "hs.differs-export": [
        "declaration items[1].hs_code = 6109100000 (declarant)",
        "certificate lines[1].hs_code = 6109909000 (reissue)",
    ],
    "hs.differs-amendment": ["declaration items[1].hs_code = 6109100000 (declarant)"],
    "hs.differs-withdrawal": ["declaration items[1].hs_code = 6109100000 (declarant)"],
    "hs.original_differs-return": ["certificate lines[1].hs_code = 6109100000 (reissue)"],
    "hs.original_differs-amendment": BOTH_CODES,
    "hs.original_differs-withdrawal": BOTH_CODES,
    "hs.heading_differs": ["declaration items[1].hs_code = 6109100000 (declarant)"],
    "unit.not_convertible-export": [
        "declaration items[1].first = 1 011 (declarant)",
        "certificate lines[1].unit = 008 (apply)",
    ],
    "unit.not_of_export-ledger": ["certificate lines[1].unit = 011 (apply)"],
    "unit.not_of_export-export": ["certificate lines[1].unit = 011 (apply)"],
    "quantity.exceeds_certificate-export": [
        "declaration items[1].first.quantity = 100 (declarant)",
        "certificate lines[1].quantity = 100.00001 (apply)",
    ],
    **{
        f"quantity.exceeds_certificate-{act}": ["declaration items[1].first.quantity = 100 (declarant)"]
        for act in ("return", "amendment", "withdrawal")
    },
    "quantity.exceeds_goods-return": LESS,
    "quantity.exceeds_goods-amendment": LESS,
    **{
        f"date.issued_after_act-{act}": ["declaration declared_on = 2026-03-01 (declarant)"]
        for act in ("export", "return", "amendment", "withdrawal")
    },
    "mode.not_for_act": ["declaration mode = 4561 (declarant)"],
}
"""Worked out by hand from what each rule says; what is not here, nothing can clear but another act."""

EXAMPLES = [one for module in SUBJECTS for one in module.BROKEN]


def _told(change: Change) -> str:
    return " + ".join(f"{e.document} {e.field} = {e.after} ({WHO[e.who]})" for e in change.edits)


def _changes(case: Case, policy: Policy = DEFAULT) -> list[str]:
    return [_told(one) for one in smallest_changes(case, policy)]


@pytest.mark.parametrize("broken", EXAMPLES, ids=str)
def test_for_each_rule_the_least_that_clears_it(broken: Broken) -> None:
    expected = EXPECTED.get(str(broken), []) if broken.severity == "block" else []
    assert _changes(broken.case, broken.policy) == expected


def test_every_expectation_is_of_an_example() -> None:
    assert set(EXPECTED) <= {str(one) for one in EXAMPLES}


def test_what_passes_needs_no_change() -> None:
    assert smallest_changes(pair(), DEFAULT) == ()


# --- several faults -----------------------------------------------------------------------------------


def test_two_faults_need_two_edits() -> None:
    case = pair("export", decl={"items": [item(hs_code="6109909000")], "declared_on": "2026-02-28"})
    told = _changes(case)
    assert told == [
        "declaration items[1].hs_code = 6109100000 (declarant) + declaration declared_on = 2026-03-01 (declarant)",
        "declaration declared_on = 2026-03-01 (declarant) + certificate lines[1].hs_code = 6109909000 (reissue)",
    ]


def _faulty(count: int) -> Case:
    lines = [invoice_line(line=n, invoice_line=n) for n in range(1, count + 1)]
    items = [item(item=n, first={"quantity": str(100 + n), "unit": "011"}) for n in range(1, count + 1)]
    ties = [{"number": "BSWT0001", "item": n, "line": n} for n in range(1, count + 1)]
    return pair("export", cert={"lines": lines}, decl={"items": items, "certificates": ties})


@pytest.mark.parametrize("count", [3, 4, 7])
def test_as_many_faults_as_there_are_need_as_many_edits(count: int) -> None:
    changes = smallest_changes(_faulty(count), DEFAULT)
    assert changes
    assert all(len(one.edits) == count for one in changes)
    assert len(changes) <= 4
    first = changes[0].edits
    assert {edit.field for edit in first} == {f"items[{n}].first.quantity" for n in range(1, count + 1)}
    assert {edit.after for edit in first} == {"100"}


def test_of_many_edits_one_that_a_later_one_makes_needless_is_left_out() -> None:
    """Two certificates of later days: declared on the earlier of them, then on the later, which is enough alone."""
    papers = [
        certificate(
            "export",
            number=name,
            issued_on=day,
            lines=[invoice_line(line=n, invoice_line=n) for n in numbers],
        )
        for name, day, numbers in (("A", "2026-03-09", (1, 2)), ("B", "2026-03-12", (3,)))
    ]
    items = [item(item=n, first={"quantity": str(100 + n), "unit": "011"}) for n in (1, 2, 3)]
    ties = [{"number": name, "item": n, "line": n} for name, n in (("A", 1), ("A", 2), ("B", 3))]
    case = pair(
        "export",
        certificates=tuple(standing(one) for one in papers),
        decl={"items": items, "certificates": ties},
    )
    (change,) = smallest_changes(case, DEFAULT)
    assert {(edit.field, edit.after) for edit in change.edits} == {
        ("declared_on", "2026-03-12"),
        *((f"items[{n}].first.quantity", "100") for n in (1, 2, 3)),
    }


def test_at_most_four_ways_are_told_the_least_effort_first() -> None:
    changes = smallest_changes(_faulty(3), DEFAULT)
    assert len(changes) == 4
    efforts = [sum(edit.effort for edit in one.edits) for one in changes]
    assert efforts == sorted(efforts)
    assert efforts[0] == 3


def test_one_edit_that_clears_two_faults_is_enough() -> None:
    """Another firm's certificate for another act: one fresh certificate mends both."""
    document = certificate("return", holder=STRANGER)
    case = pair("export", certificates=(standing(document),))
    assert _changes(case) == [FRESH.format("export")]


def test_of_two_certificates_the_one_that_will_not_do_may_be_left_out() -> None:
    good, bad = certificate(number="A"), certificate("amendment", number="B")
    changes = smallest_changes(several([good, bad]), DEFAULT)
    left_out = [edit for one in changes for edit in one.edits if edit.field == "certificates"]
    assert [(edit.before, edit.after, edit.who) for edit in left_out] == [("B", "", DECLARANT)]


# --- what may not be proposed -------------------------------------------------------------------------


@pytest.mark.parametrize("state", [UseState.USED, UseState.RESERVED])
def test_a_certificate_in_use_is_never_reissued(state: UseState) -> None:
    """Held by this very declaration; its code is wrong."""
    case = pair("export", decl={"items": [item(hs_code="6109909000")]})
    (one,) = case.certificates
    held = replace(case, certificates=(replace(one, state=state, declaration=case.declaration.number),))
    for change in smallest_changes(held, DEFAULT):
        for edit in change.edits:
            assert edit.who != REISSUE
    assert "certificate lines[1].hs_code = 6109909000 (apply)" in _changes(held)


def test_a_trader_known_by_customs_code_alone_gets_no_certificate_proposed() -> None:
    trader = {"customs_code": STRANGER["customs_code"]}
    told = _changes(pair("export", decl={"trader": trader}))
    assert told
    assert not any("certificate" in one for one in told)


def test_under_another_policy_other_changes_pass() -> None:
    case = pair(original=None, export=EXPORT, goods_left={})
    assert _changes(case) == []
    assert judged(case).passes
    hold = Policy(original_unknown="hold")
    assert not judged(case, hold).passes
    assert smallest_changes(case, hold) == ()


def test_a_proposal_is_told_for_machines_too() -> None:
    (change,) = smallest_changes(pair(decl={"mode": "0110"}), DEFAULT)
    assert change.as_json() == [
        {
            "document": "declaration",
            "number": "530120261000000001",
            "field": "mode",
            "before": "0110",
            "after": "4561",
            "words": {
                "before": {"zh": "0110 一般贸易", "en": "0110 general trade"},
                "after": {"zh": "4561 退运货物", "en": "4561 returned goods"},
            },
            "who": {"zh": DECLARANT.zh, "en": DECLARANT.en},
        }
    ]


@pytest.mark.parametrize("seed", range(0, 240, 8))
def test_proposals_for_any_case_are_minimal_and_different(seed: int) -> None:
    case = mutated(seed)
    changes = smallest_changes(case, DEFAULT)
    (answer,) = compare([case], DEFAULT)
    if answer.passes:
        assert changes == ()
    assert len({len(one.edits) for one in changes}) <= 1
    assert len({one.edits for one in changes}) == len(changes)
    for one in changes:
        assert all(edit.before != edit.after for edit in one.edits)


# --- edits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, ""), ([], ""), ("a", "a"), (3, "3"), ({"a": 1, "b": "x"}, "1 x"), ({}, "")],
)
def test_values_are_shown_as_people_write_them(value: Any, told: str) -> None:
    assert text(value) == told


PAPER: dict[str, Any] = {
    "mode": "0110",
    "trader": {"name": "a"},
    "items": [{"item": 2, "first": {"unit": "011", "quantity": "1"}}, {"item": 1}],
    "lines": [{"line": 1, "unit": "011"}, {"line": 11, "unit": "008"}],
}


@pytest.mark.parametrize(
    ("path", "value", "changed"),
    [
        ("mode", "4561", {"mode": "4561"}),
        ("mode", None, {"mode": None}),
        ("related", "x", {"related": "x"}),
        ("trader", {"uscc": "u"}, {"trader": {"uscc": "u"}}),
        ("trader.name", "b", {"trader": {"name": "b"}}),
        ("owner.name", "b", {"owner": {"name": "b"}}),
        (
            "items[2].first.quantity",
            "5",
            {"items": [{"item": 2, "first": {"unit": "011", "quantity": "5"}}, {"item": 1}]},
        ),
        ("items[1].hs_code", "61", {"items": [PAPER["items"][0], {"item": 1, "hs_code": "61"}]}),
        ("lines[1].unit", "035", {"lines": [{"line": 1, "unit": "035"}, {"line": 11, "unit": "008"}]}),
        ("lines[11].unit", None, {"lines": [{"line": 1, "unit": "011"}, {"line": 11}]}),
        ("lines[3].unit", "035", {}),
    ],
)
def test_one_place_of_a_paper_changes_and_nothing_else(
    path: str, value: Any, changed: dict[str, Any]
) -> None:
    before = {**PAPER}
    after = {name: one for name, one in {**PAPER, **changed}.items() if one is not None}
    assert put(PAPER, path, value) == after
    assert before == PAPER


def test_what_cannot_be_made_is_not_proposed() -> None:
    case = pair("export", decl={"declared_on": "2026-02-28"})
    unknown = replace(case, certificates=(standing(certificate("export", number="B"), UseState.WITHDRAWN),))
    assert "apply" in _changes(unknown)[0]


def test_an_edit_orders_by_who_must_act() -> None:
    edit = Edit("declaration", "1", "mode", "a", "b", DECLARANT)
    assert edit.effort == 1
    assert edit.as_json()["who"] == {"zh": DECLARANT.zh, "en": DECLARANT.en}
    assert all(isinstance(who, Text) for who in WHO)
    assert len(WHO) == 4


def test_lines_of_a_certificate_are_counted_by_their_own_number() -> None:
    documents = [certificate(number="A", lines=[line(line=7, export_date="2026-02-02")])]
    assert _changes(several(documents)) == ["certificate lines[7].export_date = 2026-02-01 (reissue)"]


def test_many_at_once_are_answered_as_one_by_one() -> None:
    cases = [mutated(seed) for seed in range(40)]
    together = changes_of_all(cases, DEFAULT)
    assert together == [smallest_changes(case, DEFAULT) for case in cases]
    assert sum(map(bool, together)) > 10


@pytest.mark.parametrize(
    ("field", "told", "zh", "en"),
    [
        ("items[1].first", "100 006", "100 套", "100 sets"),
        ("lines[1].unit", "006 套", "006 套", "006 sets"),
        ("lines[1].unit", "011", "011 件", "011 articles"),
        ("mode", "4561", "4561 退运货物", "4561 returned goods"),
        ("mode", "9999", "9999", "9999"),
        ("certificate", "return", "退运", "return"),
        ("certificate", "behind", "后续报文未到", "later messages are missing"),
        (
            "certificate",
            "export, 91110000101623741K, 6109100000 100 011; 6110200000 5 006",
            "出口, 91110000101623741K, 6109100000 100 件; 6110200000 5 套",
            "export, 91110000101623741K, 6109100000 100 articles; 6110200000 5 sets",
        ),
        ("export_state", "not_released", "未放行", "not released"),
        ("items[1].first.quantity", "100", "100", "100"),
        ("related", "", "", ""),
    ],
)
def test_a_proposal_says_codes_in_words(field: str, told: str, zh: str, en: str) -> None:
    assert edited(field, told) == Text(zh, en)
