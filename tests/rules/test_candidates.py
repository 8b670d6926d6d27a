"""What one might change about certificates, export declarations, items, firms and states; and the case afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from hefu.documents.canonical import as_json
from hefu.rules.case import ExportState, Standing, UseState
from tests.builders import EXPORT, EXPORTER, STRANGER, certificate, invoice_line, item, line
from tests.rules.offers import after, offered, paper, told, words
from tests.rules.pairs import (
    ACTS,
    AFTER_EXPORT,
    OTHER_ACT,
    OTHER_EXPORT,
    chained,
    pair,
    several,
    standing,
)

OBTAINED: Final = (
    "certificate.missing",
    "certificate.unknown",
    "certificate.withdrawn",
    "certificate.used",
    "certificate.reserved",
    "certificate.for_agent",
    "certificate.on_paper",
    "certificate.number_form",
    "purpose.differs",
)


@pytest.mark.parametrize(
    "code",
    [
        "party.succeeded",
        "refund.open",
        "original.unknown",
        "hs.not_in_force",
        "date.window_closed",
        "zzzz",
        "",
    ],
)
def test_for_other_findings_there_is_nothing_to_change(code: str) -> None:
    assert told(pair(), code, "1", "2") == []


# --- a certificate of one's own ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", OBTAINED)
@pytest.mark.parametrize("act", ACTS)
def test_what_will_not_do_is_replaced_by_one_that_fits(code: str, act: str) -> None:
    """Another firm's, of another office, of other goods, used by another act, with tax refunded."""
    lines = [invoice_line(hs_code="8517130000")] if act == "export" else [line(hs_code="8517130000", item=5)]
    old = certificate(
        act, holder=STRANGER, tax_office="14403010000", refund_state="refunded_open", lines=lines
    )
    case = pair(
        act,
        certificates=(Standing("BSWT0001", UseState.USED, old, OTHER_ACT, behind=True, ticket="T1"),),
        decl={"items": [item(first={"quantity": "100.50", "unit": "011"})]},
    )
    (one,) = offered(case, code, act, "why", at=(0, 0))
    assert words([one]) == [
        f"certificate BSWT0001 certificate: why -> {act}, 91110000101623741K, 6109100000 100.5 011 (apply)"
    ]
    assert one.edit.effort == 3
    fresh = paper(after(one, case))
    made = invoice_line if act == "export" else line
    expected = certificate(
        act,
        issued_on=case.declaration.declared_on,
        tax_office="14403010000",
        lines=[made(quantity="100.5", exported_quantity=None)],
    )
    assert as_json(fresh) == as_json(expected)


@pytest.mark.parametrize("act", ACTS)
def test_where_there_is_none_one_is_applied_for(act: str) -> None:
    case = pair(act, certificates=(), decl={"certificates": None})
    (one,) = offered(case, "certificate.missing", act, "", cert="", at=(0, 0))
    assert words([one]) == [
        f"certificate - certificate:  -> {act}, 91110000101623741K, 6109100000 100 011 (apply)"
    ]
    fresh = paper(after(one, case), "-")
    assert (fresh.number, fresh.tax_office) == ("-", "00000000000")
    (made,) = fresh.lines
    if act == "export":
        assert (made.invoice, made.invoice_line, made.declaration) == ("-", 1, None)
    else:
        assert (made.declaration, made.item, made.invoice) == (EXPORT, 1, None)


def test_one_that_is_not_known_here_is_applied_for_under_its_number() -> None:
    case = pair(certificates=(Standing("BSWT0001", UseState.UNKNOWN),))
    (one,) = offered(case, "certificate.unknown", at=(0, 0))
    assert paper(after(one, case)).tax_office == "00000000000"


def test_every_item_gets_a_line_in_its_order() -> None:
    goods = [item(item=3), item(item=7, hs_code="6110200000", goods_name="毛衣")]
    case = pair("export", decl={"items": goods})
    (one,) = offered(case, "purpose.differs", at=(0, 0))
    assert one.edit.after == ("export, 91110000101623741K, 6109100000 100 011; 6110200000 100 011")
    lines = paper(after(one, case)).lines
    assert [(n.line, n.invoice, n.invoice_line, n.goods_name) for n in lines] == [
        (1, "FP0001", 1, "棉制针织T恤衫"),
        (2, "FP0001", 2, "毛衣"),
    ]


def test_before_export_the_invoice_is_the_old_ones_if_it_had_any() -> None:
    case = pair("export", certificates=(standing(certificate("return")),))
    (one,) = offered(case, "purpose.differs", at=(0, 0))
    assert paper(after(one, case)).lines[0].invoice == "-"


SHIPPED: Final = [
    item(item=1, hs_code="6109100000"),
    item(item=2, hs_code="6110200000"),
    item(item=3, hs_code="6109100000"),
    item(item=4, hs_code="6110200900"),
    item(item=5, hs_code="6110209000"),
]


@pytest.mark.parametrize(
    ("number", "hs", "exported"),
    [
        (1, "6109100000", 1),
        (3, "6109100000", 3),
        (2, "6109100000", 1),
        (9, "6109100000", 1),
        (1, "6109100099", 1),
        (3, "61091000", 3),
        (1, "6110200000", 2),
        (2, "6110200099", 2),
        (4, "6110200000", 2),
        (1, "6110200900", 4),
        (4, "6110209000", 5),
        (1, "6110209099", 5),
        (3, "6110209900", 3),
        (1, "8517130000", 1),
        (4, "6101000000", 4),
    ],
)
@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_goods_belong_to_the_exported_item_of_their_number_else_of_their_code(
    act: str, number: int, hs: str, exported: int
) -> None:
    """The code to its eighth digit."""
    goods = [item(item=number, hs_code=hs)]
    case = pair(act, decl={"items": goods}, shipped={"items": SHIPPED})
    (one,) = offered(case, "purpose.differs", at=(0, 0))
    (made,) = paper(after(one, case)).lines
    assert (made.line, made.declaration, made.item) == (1, EXPORT, exported)


def test_where_the_export_is_not_known_goods_keep_their_number() -> None:
    case = pair(decl={"items": [item(item=8)]}, original=None)
    (one,) = offered(case, "purpose.differs", at=(0, 0))
    assert paper(after(one, case)).lines[0].item == 8


def test_a_withdrawal_of_all_is_for_all_that_was_exported() -> None:
    case = pair("withdrawal", decl={"items": None}, shipped={"items": SHIPPED})
    (one,) = offered(case, "certificate.used", at=(0, 0))
    assert [n.item for n in paper(after(one, case)).lines] == [1, 2, 3, 4, 5]


def test_no_certificate_is_proposed_that_could_not_be_issued() -> None:
    twice = [item(item=6, hs_code="6110200000"), item(item=7, hs_code="6110200000")]
    assert told(pair(decl={"items": twice}, shipped={"items": SHIPPED}), "purpose.differs") == []
    unnamed = {"customs_code": EXPORTER["customs_code"]}
    assert told(pair(decl={"trader": unnamed}), "purpose.differs") == []
    assert told(pair(export=None), "purpose.differs") == []


def test_of_several_the_one_that_will_not_do_may_be_left_out() -> None:
    papers = [certificate(number=name, lines=[line(item=n)]) for n, name in enumerate("ABC", start=1)]
    case = several(papers)
    fresh, without = offered(case, "certificate.used", "B", cert="B", at=(0, 0))
    assert (fresh.edit.document, fresh.edit.number, fresh.edit.effort) == ("certificate", "B", 3)
    assert [one.number for one in after(fresh, case).certificates] == ["A", "B", "C"]
    assert [one.document for one in after(fresh, case).certificates][::2] == [papers[0], papers[2]]
    assert words([without]) == [f"declaration {case.declaration.number} certificates: B ->  (declarant)"]
    assert without.edit.effort == 1
    now = after(without, case)
    assert [one.number for one in now.certificates] == ["A", "C"]
    assert [one.number for one in now.declaration.certificates] == ["A", "C"]
    assert replace(now, declaration=case.declaration, certificates=case.certificates) == case


@pytest.mark.parametrize("names", ["A", ""])
def test_the_only_one_is_not_left_out(names: str) -> None:
    papers = [certificate(number=name) for name in names]
    made = offered(several(papers), "certificate.used", cert="A", at=(0, 0))
    assert [one.edit.field for one in made] == ["certificate"]


def test_of_several_the_one_that_is_not_named_is_not_left_out() -> None:
    case = several([certificate(number="A"), certificate(number="B", lines=[line(item=2)])])
    assert [one.edit.field for one in offered(case, "certificate.missing", cert="Z")] == ["certificate"]


# --- the export declaration and its items -------------------------------------------------------------------


@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_another_export_declaration_is_a_slip_of_the_act_or_of_the_certificate(act: str) -> None:
    case = pair(
        act,
        cert={"lines": [line(line=2, declaration=OTHER_EXPORT)]},
        amended_on=date(2026, 3, 1),
        changing=OTHER_ACT,
    )
    right, reissued = offered(case, "declaration.differs", EXPORT, OTHER_EXPORT, at=(1, 2))
    number = case.declaration.number
    assert words([right, reissued]) == [
        f"declaration {number} related: {EXPORT} -> {OTHER_EXPORT} (declarant)",
        f"certificate BSWT0001 lines[2].declaration: {OTHER_EXPORT} -> {EXPORT} (apply)",
    ]
    now = after(right, case)
    assert (now.declaration.related, now.export, now.original) == (OTHER_EXPORT, OTHER_EXPORT, None)
    assert (now.export_state, now.amended_on, now.changing) == (ExportState.UNKNOWN, None, None)
    assert now.certificates == case.certificates
    now = after(reissued, case)
    assert paper(now).lines[0].declaration == EXPORT
    assert (now.declaration, now.original, now.changing) == (case.declaration, case.original, OTHER_ACT)


def test_an_act_that_names_none_names_one_of_its_certificates() -> None:
    case = pair(decl={"related": None}, export=None)
    assert told(case, "declaration.ambiguous", "", EXPORT) == [
        f"declaration {case.declaration.number} related:  -> {EXPORT} (declarant)"
    ]


def test_an_act_cannot_concern_what_its_certificate_does_not_name() -> None:
    case = pair("amendment", certificates=(standing(certificate("export")),))
    right, _ = offered(case, "declaration.differs")
    assert right.make(case) is None


def test_an_item_that_was_never_exported_is_one_of_the_same_code() -> None:
    goods = [*SHIPPED, item(item=6, hs_code="61091000")]
    case = pair(cert={"lines": [line(item=7)]}, shipped={"items": goods})
    made = offered(case, "item.not_found", EXPORT, "7")
    assert words(made) == [
        f"certificate BSWT0001 lines[1].item: 7 -> {number} (apply)" for number in (1, 3, 6)
    ]
    assert [paper(after(one, case)).lines[0].item for one in made] == [1, 3, 6]
    other = pair(cert={"lines": [line(item=7, hs_code="6110200099")]}, shipped={"items": goods})
    assert [one.edit.after for one in offered(other, "item.not_found")] == ["2"]


def test_items_of_an_export_that_is_not_known_are_not_guessed() -> None:
    case = pair(cert={"lines": [line(item=7)]}, original=None)
    assert told(case, "item.not_found", EXPORT, "7") == []


def test_an_item_without_certificate_is_left_out_or_gets_one() -> None:
    goods = [item(item=n, goods_name=f"第{n}项") for n in (1, 2, 3)]
    case = pair(decl={"items": goods}, shipped={"items": goods})
    less, more = offered(case, "item.not_covered", "2", "", cert="", at=(2, 0))
    assert words([less]) == [f"declaration {case.declaration.number} items[2]: 第2项 ->  (declarant)"]
    assert (less.edit.effort, more.edit.effort) == (1, 3)
    assert [one.item for one in after(less, case).declaration.items] == [1, 3]
    assert (more.edit.document, more.edit.number) == ("certificate", "-")


@pytest.mark.parametrize(("items", "which"), [([1], 1), ([2, 3], 1), ([2, 3], 4), ([2, 3], 0)])
def test_the_only_item_and_one_that_is_not_there_are_not_left_out(items: list[int], which: int) -> None:
    goods = [item(item=n) for n in items]
    case = pair(decl={"items": goods}, shipped={"items": goods})
    made = offered(case, "item.not_covered", cert="", at=(which, 0))
    assert [one.edit.document for one in made] == ["certificate"]


def test_an_item_that_is_tied_to_a_line_cannot_be_left_out() -> None:
    tied = [{"number": "BSWT0001", "item": 2, "line": 1}]
    goods = [item(), item(item=2)]
    case = pair(decl={"items": goods, "certificates": tied}, shipped={"items": goods})
    less, _ = offered(case, "item.not_covered", cert="", at=(2, 0))
    assert less.make(case) is None


def test_a_withdrawal_of_a_part_becomes_one_of_the_whole() -> None:
    case = pair("withdrawal", decl={"items": [item(), item(item=2)]})
    (one,) = offered(case, "item.withdrawn_in_part", at=(0, 0), cert="")
    assert words([one]) == [f"declaration {case.declaration.number} items: 2 ->  (declarant)"]
    assert after(one, case).declaration.items == ()


# --- firms ----------------------------------------------------------------------------------------------------

STRANGERS: Final = "91460000284077092F 4601960004 海南远航贸易有限公司"


def test_another_firms_certificate_is_a_wrong_trader_or_takes_ones_own() -> None:
    case = pair(cert={"holder": STRANGER})
    made = offered(case, "party.holder_differs", EXPORTER["uscc"], STRANGER["uscc"])
    assert words(made) == [
        f"declaration {case.declaration.number} trader: 91110000101623741K -> {STRANGERS} (declarant)",
        "certificate BSWT0001 holder: 91460000284077092F -> 91110000101623741K (apply)",
    ]
    assert [one.edit.effort for one in made] == [4, 3]
    assert after(made[0], case).declaration.trader == paper(case).holder
    assert paper(after(made[1], case)).holder == case.declaration.trader


def test_a_trader_without_credit_code_cannot_hold_a_certificate() -> None:
    case = pair(cert={"holder": STRANGER}, decl={"trader": {"customs_code": "1100660001"}})
    made = offered(case, "party.holder_differs", "1100660001", STRANGER["uscc"])
    assert [(one.edit.field, one.edit.effort) for one in made] == [("trader", 4)]


def test_a_certificate_that_is_not_known_names_no_trader() -> None:
    case = pair(certificates=(Standing("BSWT0001", UseState.UNKNOWN),))
    assert told(case, "party.holder_differs") == []
    assert told(pair(), "party.holder_differs", cert="Z") == []


def test_who_exported_is_the_trader() -> None:
    case = pair(shipped={"trader": STRANGER})
    (one,) = offered(case, "party.original_trader_differs", EXPORTER["uscc"], STRANGER["uscc"])
    assert words([one]) == [
        f"declaration {case.declaration.number} trader: 91110000101623741K -> {STRANGERS} (declarant)"
    ]
    assert one.edit.effort == 4
    assert case.original is not None
    assert after(one, case).declaration.trader == case.original.trader


@pytest.mark.parametrize("code", ["principal.unknown", "principal.voided", "principal.unfit"])
def test_a_principals_certificate_names_the_agent(code: str) -> None:
    case = chained(principals={"P9": standing(certificate(number="P9"))})
    (one,) = offered(case, code, at=(0, 0))
    assert words([one]) == ["certificate WT0001 agent:  -> 91440300MA5FC50094 (apply)"]
    assert one.edit.effort == 3
    now = after(one, case)
    assert now.principals.keys() == {"P9", "WT0001"}
    behind = now.principals["WT0001"]
    assert (behind.number, behind.state) == ("WT0001", UseState.AVAILABLE)
    assert behind.document is not None
    assert behind.document.number == "WT0001"
    assert behind.document.agent == behind.document.holder == case.declaration.trader
    assert behind.document.principal_certificate is None
    assert now.certificates == case.certificates


@pytest.mark.parametrize(
    "code", ["principal.unknown", "principal.voided", "principal.unfit", "certificate.behind"]
)
def test_of_a_certificate_that_is_not_there_nothing_is_said(code: str) -> None:
    assert told(pair(), code, cert="Z") == []
    case = pair(certificates=(Standing("BSWT0001", UseState.UNKNOWN),))
    assert bool(told(case, code)) is (code == "certificate.behind")


def test_a_principals_certificate_is_applied_for_with_the_goods_of_the_agents() -> None:
    less = chained(principal={"lines": [line(quantity="60", hs_code="6109909000")]})
    (one,) = offered(less, "principal.goods_differ", "1", "WT0001", at=(0, 0))
    assert words([one]) == ["certificate WT0001 lines: 6109909000 60 011 -> 6109100000 100 011 (apply)"]
    assert one.edit.effort == 3
    now = after(one, less)
    behind = now.principals["WT0001"].document
    (own,) = now.certificates
    assert behind is not None
    assert own.document is not None
    assert (behind.lines, behind.agent) == (own.document.lines, own.document.holder)
    assert now.certificates == less.certificates


def test_goods_are_not_proposed_for_a_principals_certificate_that_is_not_there() -> None:
    case = chained()
    assert told(case, "principal.goods_differ", "1", "P7") == []
    assert told(case, "principal.goods_differ", "1", "WT0001", cert="Z") == []
    unknown = chained(principals={"WT0001": Standing("WT0001", UseState.UNKNOWN)})
    assert told(unknown, "principal.goods_differ", "1", "WT0001") == []


# --- time ------------------------------------------------------------------------------------------------------


def test_what_another_act_changes_is_waited_for() -> None:
    case = pair(changing=OTHER_ACT)
    (one,) = offered(case, "original.changing", EXPORT, OTHER_ACT)
    assert words([one]) == [f"register {EXPORT} changing: {OTHER_ACT} ->  (wait)"]
    assert after(one, case) == replace(case, changing=None)


def test_an_export_that_is_not_released_is_waited_for_and_a_withdrawn_one_is_not() -> None:
    case = pair(original=None, export_state=ExportState.NOT_RELEASED)
    (one,) = offered(case, "original.not_in_force", EXPORT, "not_released")
    assert words([one]) == [f"register {EXPORT} export_state: not_released -> in_force (wait)"]
    assert after(one, case) == replace(case, export_state=ExportState.IN_FORCE)
    for state in (ExportState.WITHDRAWN, ExportState.UNKNOWN, ExportState.IN_FORCE):
        assert told(pair(original=None, export_state=state), "original.not_in_force") == []


def test_data_that_are_behind_are_waited_for() -> None:
    late = Standing("BSWT0001", UseState.RESERVED, certificate("export"), "X", behind=True, ticket="T")
    case = pair("export", certificates=(late,))
    (one,) = offered(case, "certificate.behind", "BSWT0001", "available")
    assert words([one]) == [f"register {case.declaration.number} certificate: behind ->  (wait)"]
    assert after(one, case).certificates == (replace(late, behind=False),)
