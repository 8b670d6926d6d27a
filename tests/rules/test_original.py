"""Does the certificate speak of the same export declaration and item?"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from hefu.rules.case import Case, ExportState
from hefu.rules.policy import Policy
from tests.builders import EXPORT, certificate, declaration, item, line
from tests.rules.pairs import AFTER_EXPORT, OTHER_EXPORT, Broken, codes, judged, left, only, pair, several

HOLD = Policy(original_unknown="hold")
SHIRTS = "6205200000"
_broken = partial(Broken, field="related")


def _elsewhere(act: str = "return", **rest: Any) -> Case:
    """The act concerns another export declaration than the certificate."""
    other = declaration("export", number=OTHER_EXPORT, certificates=None)
    return pair(act, decl={"related": OTHER_EXPORT}, **{"original": other, **rest})


def _two_items(act: str = "return", **rest: Any) -> Case:
    """Two items, the second without a line."""
    items = [item(), item(item=2, hs_code=SHIRTS)]
    return pair(act, decl={"items": items}, shipped={"items": items}, **rest)


BROKEN = (
    *(
        _broken(
            "original.changing",
            pair(act, changing="XG2026000009"),
            EXPORT,
            "XG2026000009",
            question="entitlement",
            certificate="BSWT0001",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    *(
        _broken(
            "original.amended_since",
            pair(act, amended_on=date(2026, 3, 2)),
            "2026-03-02",
            "2026-03-01",
            severity="warn",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    *(
        _broken("declaration.differs", _elsewhere(act), OTHER_EXPORT, EXPORT, item=1, line=1, why=act)
        for act in AFTER_EXPORT
    ),
    _broken(
        "declaration.ambiguous",
        pair(decl={"related": None}, export=None, original=None),
        "",
        EXPORT,
        item=1,
        line=1,
    ),
    _broken("declaration.not_related", pair(decl={"related": None}), "", EXPORT, severity="warn"),
    *(
        _broken("original.unknown", pair(act, original=None), EXPORT, EXPORT, severity="warn", why=act)
        for act in AFTER_EXPORT
    ),
    _broken("original.unknown", pair(original=None), EXPORT, EXPORT, policy=HOLD, why="hold"),
    *(
        Broken(
            "item.not_found",
            pair(act, cert={"lines": [line(item=2)]}, decl={"items": [item(item=2)]}, goods_left={}),
            EXPORT,
            "2",
            "item",
            item=2,
            line=1,
            why=act,
        )
        for act in ("return", "amendment")
    ),
    *(
        _broken(
            "original.not_in_force",
            pair(act, original=None, export_state=state),
            EXPORT,
            state.value,
            question="entitlement",
            certificate="BSWT0001",
            why=f"{act}-{state.value}",
        )
        for act in AFTER_EXPORT
        for state in (ExportState.NOT_RELEASED, ExportState.WITHDRAWN)
    ),
    Broken(
        "item.withdrawn_in_part",
        pair("withdrawal", decl={"items": [item(first={"quantity": "99.99999", "unit": "011"})]}),
        "1",
        "100",
        "items",
    ),
    Broken(
        "item.none",
        pair("withdrawal", decl={"items": []}, original=None, goods_left={}),
        EXPORT,
        "unknown",
        "items",
        question="entitlement",
    ),
    *(
        Broken("item.not_covered", _two_items(act), "2", "", "items", certificate="", item=2, why=act)
        for act in AFTER_EXPORT
    ),
)


def test_an_amendment_on_the_day_of_issue_or_before_says_nothing() -> None:
    for day in (date(2026, 3, 1), date(2026, 2, 28)):
        assert codes(pair(amended_on=day)) == []


def test_an_export_has_no_original_that_could_change() -> None:
    assert codes(pair("export", amended_on=date(2026, 3, 2), changing="XG2026000009")) == []


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize("written", [EXPORT, f"{EXPORT}001", f" {EXPORT}001 "])
def test_the_tax_form_of_the_declaration_number_is_the_same_number(written: str) -> None:
    assert codes(pair(cert={"lines": [line(declaration=written)]})) == []


@pytest.mark.parametrize("written", [1, "1", "01", "001"])
def test_item_numbers_are_compared_as_integers(written: object) -> None:
    assert codes(pair(cert={"lines": [line(item=written)]}, decl={"items": [item(item=written)]})) == []


def test_a_number_that_differs_in_its_last_digit_is_another_declaration() -> None:
    near = EXPORT[:-1] + "2"
    assert only(_elsewhere(), Policy()).declared == near == OTHER_EXPORT


def test_the_direction_letter_e_is_another_number_than_zero() -> None:
    collective = EXPORT[:8] + "E" + EXPORT[9:]
    other = declaration("export", number=collective, certificates=None)
    found = only(pair(decl={"related": collective}, original=other))
    assert (found.code, found.declared, found.certified) == ("declaration.differs", collective, EXPORT)


@pytest.mark.parametrize(("setting", "severity"), [("warn", "warn"), ("hold", "block")])
def test_an_export_that_customs_does_not_have_is_what_the_policy_says(setting: str, severity: str) -> None:
    policy = Policy.model_validate({"original_unknown": setting})
    answer = judged(pair(original=None), policy)
    assert [(one.code, one.severity.value) for one in answer.findings] == [("original.unknown", severity)]
    assert answer.passes is (severity == "warn")


@pytest.mark.parametrize("setting", ["warn", "hold"])
def test_a_known_export_is_no_matter_of_policy(setting: str) -> None:
    assert codes(pair(), Policy.model_validate({"original_unknown": setting})) == []


@pytest.mark.parametrize("setting", ["warn", "hold"])
def test_before_export_there_is_no_original_to_miss(setting: str) -> None:
    assert codes(pair("export"), Policy.model_validate({"original_unknown": setting})) == []


def test_an_unknown_export_is_said_once_a_certificate_not_at_every_item() -> None:
    case = _two_items(
        cert={"lines": [line(), line(line=2, item=2, hs_code=SHIRTS)]}, original=None, goods_left={}
    )
    assert codes(case) == ["original.unknown"]


def test_two_certificates_of_different_exports_leave_a_return_without_relation_ambiguous() -> None:
    documents = [
        certificate(number="A"),
        certificate(number="B", lines=[line(declaration=OTHER_EXPORT, hs_code=SHIRTS)]),
    ]
    items = [item(), item(item=2, hs_code=SHIRTS)]
    case = several(documents, decl={"items": items, "related": None}, export=None, original=None)
    found = judged(case).findings
    assert [(one.code, one.certificate, one.certified) for one in found] == [
        ("declaration.ambiguous", "A", EXPORT),
        ("declaration.ambiguous", "B", OTHER_EXPORT),
    ]


def test_naming_the_export_of_one_leaves_the_other_certificate_blocked() -> None:
    documents = [
        certificate(number="A"),
        certificate(number="B", lines=[line(declaration=OTHER_EXPORT, hs_code=SHIRTS)]),
    ]
    items = [item(), item(item=2, hs_code=SHIRTS)]
    found = only(several(documents, decl={"items": items}))
    assert (found.code, found.certificate, found.item) == ("declaration.differs", "B", 2)


def test_every_uncovered_item_is_named() -> None:
    items = [item(), *(item(item=n, hs_code=SHIRTS) for n in (2, 3, 4))]
    case = pair(decl={"items": items}, shipped={"items": items})
    assert [one.item for one in judged(case).findings] == [2, 3, 4]
    assert set(codes(case)) == {"item.not_covered"}


def test_uncovered_items_out_of_scope_are_nobodys_business() -> None:
    items = [item(), item(item=2, hs_code=SHIRTS)]
    case = pair("export", decl={"items": items})
    assert codes(case) == ["item.not_covered"]
    assert codes(case, Policy(scope="announcement-256")) == []


def test_a_withdrawal_without_items_concerns_every_item_of_the_export() -> None:
    items = [item(), item(item=2, hs_code=SHIRTS)]
    short = pair("withdrawal", decl={"items": None}, shipped={"items": items})
    assert [(one.code, one.item) for one in judged(short).findings] == [("item.not_covered", 2)]
    whole = pair(
        "withdrawal",
        decl={"items": None},
        shipped={"items": items},
        cert={"lines": [line(), line(line=2, item=2, hs_code=SHIRTS)]},
        goods_left={**left(), **left(item=2)},
    )
    assert codes(whole) == []
    assert [draw.item for draw in judged(whole).draws] == [1, 2]


@pytest.mark.parametrize("named", [["100", "4"], ["100", None]])
def test_a_withdrawal_is_told_the_item_and_the_quantity_that_it_lacks(named: list[str | None]) -> None:
    shipped = [
        item(item=n, first={"quantity": q, "unit": "011"}) for n, q in ((3, "7"), (1, "100"), (2, "5"))
    ]
    items = [
        item(item=n, first={"quantity": q, "unit": "011"})
        for n, q in enumerate(named, start=1)
        if q is not None
    ]
    case = pair("withdrawal", decl={"items": items}, shipped={"items": shipped}, goods_left={})
    (found,) = (one for one in judged(case).findings if one.code == "item.withdrawn_in_part")
    assert (found.declared, found.certified) == ("2", "5")
    assert f"{EXPORT}, 其第 2 项 (法定数量 5 件)" in found.message.zh
    assert f"{EXPORT}; its item 2 (5 articles)" in found.message.en


def test_a_missing_item_of_the_export_is_not_reported_as_other_goods_too() -> None:
    case = pair(
        cert={"lines": [line(item=9, export_date="2020-01-01", quantity="100")]},
        decl={"items": [item()]},
        goods_left={},
        shipped={"declared_on": "2020-01-01"},
    )
    assert "item.not_found" in codes(case)
    assert not {"hs.original_differs", "quantity.exceeds_export"} & set(codes(case))


def test_without_certificate_and_items_the_certificate_is_what_is_missing() -> None:
    case = pair(
        "withdrawal", decl={"items": [], "certificates": []}, certificates=(), original=None, goods_left={}
    )
    assert codes(case) == ["certificate.missing"]


@pytest.mark.parametrize("state", [ExportState.NOT_RELEASED, ExportState.WITHDRAWN])
def test_an_export_that_is_not_in_force_has_no_items_to_miss(state: ExportState) -> None:
    case = pair("withdrawal", decl={"items": []}, original=None, export_state=state, goods_left={})
    assert codes(case) == ["original.not_in_force"]


@pytest.mark.parametrize(("quantity", "whole"), [("1", True), ("0.99999", False)])
def test_a_withdrawal_of_the_whole_may_be_written_in_another_unit(quantity: str, *, whole: bool) -> None:
    weight = {"quantity": "1000", "unit": "千克"}
    case = pair(
        "withdrawal",
        cert={"lines": [line(**weight, exported_quantity=None)]},
        decl={"items": [item(first={"quantity": quantity, "unit": "吨"}, second=None)]},
        shipped={"items": [item(first=weight, second=None)]},
        goods_left={},
    )
    assert codes(case) == ([] if whole else ["item.withdrawn_in_part"])


@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_what_is_held_for_an_export_that_is_not_on_record_is_told_how_to_get_on(act: str) -> None:
    found = only(pair(act, original=None), HOLD)
    assert (found.code, found.severity) == ("original.unknown", "block")
    assert "补录原单后自动重新核验" in found.remedy.zh
    assert "on record" in found.remedy.en
