"""The self-check: each finding comes alone where only that is wrong, and all of them at once where much is."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.fields import scaled
from hefu.protocol.applications.findings import CHECKS
from hefu.protocol.applications.granting import parts_of
from hefu.protocol.book import Book
from hefu.protocol.records import Account, Side
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER, certificate, invoice_line, line
from tests.protocol.applications.papers import application, checked, codes, paid
from tests.protocol.authorities import GOODS, Authorities, facing

OTHER_EXPORT = "530120260000000002"
MISFIT = {**EXPORTER, "uscc": "91110000101623741A"}


@pytest.fixture
def known(both: Authorities) -> Authorities:
    """Tax has heard of two items of EXPORT and one of another, 100 each."""

    def enter(book: Book) -> None:
        for goods in (GOODS, f"{GOODS[:-1]}2", f"item:{OTHER_EXPORT}:1"):
            book.put(_exported(goods))

    both.write(Side.TAX, enter)
    return both


def _exported(goods: str) -> Account:
    return Account(goods, "011", scaled(Decimal(100)), 0, "declared")


def test_a_sound_application_has_no_findings(known: Authorities) -> None:
    assert codes(known, application()) == []
    assert codes(known, application("export")) == []
    assert codes(known, application(refund_state="paid_back", reason=None, lines=[line(tax=paid())])) == []
    reversal = {"reversed_amount": "9000", "reversal_period": "202602"}
    assert codes(known, application(refund_state="reversed", reason=None, lines=[line(tax=reversal)])) == []
    assert codes(known, application(agent=AGENT)) == []


def _paid_back(**changes: Any) -> Any:
    return application(refund_state="paid_back", lines=[line(tax=paid(**changes))])


ALONE: dict[str, Any] = {
    "application.applicant_uscc": lambda: application(applicant={"customs_code": "1100660001"}),
    "application.agent_and_principal": lambda: application(agent=AGENT, principal_certificate="P1"),
    "application.agent_is_applicant": lambda: application(agent=EXPORTER),
    "application.check_digit": lambda: application(applicant=MISFIT),
    "application.line_repeats": lambda: application(lines=[line(), line(item=2)]),
    "application.goods_repeat": lambda: application(lines=[line(quantity="1"), line(line=2, quantity="1")]),
    "application.goods_unnamed": lambda: application(
        lines=[line(declaration=None, item=None, invoice="F1", invoice_line=1)]
    ),
    "application.reason_missing": lambda: application(reason=None),
    "application.state_contradicts": lambda: application(lines=[line(tax={"refunded_vat": "1300"})]),
    "application.reversal_missing": lambda: application(refund_state="reversed"),
    "application.payment_missing": lambda: _paid_back(paid_on=None),
    "application.settled_later": lambda: _paid_back(paid_on="2026-03-09"),
    "application.repaid_differs": lambda: _paid_back(repaid_vat="1299.98"),
    "application.repayment_unchecked": lambda: _paid_back(refunded_vat=None),
    "application.obligation": lambda: application(refund_state="refunded_open"),
    "application.dated_ahead": lambda: application(applied_on="2026-03-11"),
    "application.before_export": lambda: application(lines=[line(export_date="2026-03-09")]),
    "application.window_closed": lambda: application(lines=[line(export_date="2025-03-07")]),
    "application.export_unknown": lambda: application(lines=[line(item=3)]),
    "application.principal_missing": lambda: application(applicant=AGENT),
    "certificate.principal_unfit": lambda: application(applicant=AGENT, principal_certificate="NONE"),
    "goods.already_covered": application,
    "goods.fewer": lambda: application(lines=[line(quantity="101", exported_quantity=None)]),
    "goods.unit_not_convertible": lambda: application(lines=[line(unit="千克", exported_quantity=None)]),
    "goods.exported_quantity_differs": lambda: application(lines=[line(exported_quantity="120")]),
}
BEFORE: dict[str, Any] = {
    "goods.already_covered": certificate,
    "application.principal_missing": lambda: certificate(holder=PRINCIPAL, agent=AGENT),
}


def test_every_check_is_among_those_that_come_alone() -> None:
    assert {one.kind.code for one in CHECKS} <= set(ALONE)


@pytest.mark.parametrize("code", ALONE)
def test_each_finding_comes_alone_and_says_all_it_has_to_say(known: Authorities, code: str) -> None:
    if code in BEFORE:
        known.ready(BEFORE[code]())
    (found,) = checked(known, ALONE[code]())
    problem = found.problem
    assert problem.kind.code == code
    assert problem.place == "SQ2026-0001"
    assert found.ground.zh
    assert found.ground.en
    told = {"place": problem.place, "value": problem.value, **problem.details}
    for text in (*problem.kind.message, *problem.kind.cure):
        for _, slot, _, _ in Formatter().parse(text):
            assert slot is None or str(told.get(slot) or ""), f"{code} leaves {{{slot}}} empty: {text}"
    assert found.as_json()["code"] == code


def test_what_only_advises_does_not_block(known: Authorities) -> None:
    severities = {one.kind.code: one.severity for one in CHECKS}
    mild = {code.split(".")[1] for code, severity in severities.items() if severity is not Severity.BLOCK}
    assert mild == {
        "check_digit", "repaid_differs", "repayment_unchecked", "obligation", "window_closed", "export_unknown",
    }  # fmt: skip


def test_everything_is_told_at_once_in_the_order_of_the_lines(known: Authorities) -> None:
    known.ready()
    paper = application(
        reason=None,
        applied_on="2026-03-11",
        lines=[
            line(export_date="2026-04-01"),
            line(line=2, item=2, quantity="101", exported_quantity=None),
            line(line=3, declaration=OTHER_EXPORT, unit="千克", exported_quantity=None),
            line(line=3, declaration=OTHER_EXPORT, item=9),
        ],
    )
    found = checked(known, paper)
    assert [(one.problem.kind.code, one.line) for one in found] == [
        ("application.dated_ahead", None),
        ("application.reason_missing", None),
        ("application.before_export", 1),
        ("application.line_repeats", 3),
        ("application.export_unknown", 3),
        ("goods.already_covered", 1),
        ("goods.fewer", 2),
        ("goods.unit_not_convertible", 3),
    ]


def test_the_bounds_of_days() -> None:
    with facing() as both:
        for day, code in (("2025-03-08", False), ("2025-03-07", True)):
            told = codes(both, application(lines=[line(export_date=day)]))
            assert ("application.window_closed" in told) is code
            amended = codes(both, application("amendment", lines=[line(export_date=day)]))
            assert "application.window_closed" not in amended, "only a return has a period"
        both.now = both.now.replace(hour=15, minute=59, second=0)  # 23:59 in Shanghai
        assert "application.dated_ahead" not in codes(both, application(applied_on="2026-03-10"))
        both.now = both.now.replace(hour=16, minute=0, second=0)
        assert "application.dated_ahead" not in codes(both, application(applied_on="2026-03-11"))


def test_e_commerce_comes_back_within_its_own_months(both: Authorities) -> None:
    both.exported(mode="9610")
    for day, code in (("2025-09-08", False), ("2025-09-07", True)):
        told = codes(both, application(lines=[line(export_date=day)]))
        assert ("application.window_closed" in told) is code


def test_a_certificate_that_stated_the_export_is_no_declaration_information(both: Authorities) -> None:
    both.ready(certificate(lines=[line(quantity="40")]))
    assert codes(both, application(lines=[line(quantity="60")])) == ["application.export_unknown"]


def test_refunded_and_settled_at_once_is_a_contradiction(known: Authorities) -> None:
    paper = application(refund_state="refunded_open", lines=[line(tax={"payment_slip": "JK1"})])
    assert codes(known, paper) == ["application.obligation", "application.state_contradicts"]
    nothing = application(lines=[line(tax={"refunded_vat": "0"})])
    assert codes(known, nothing) == []


def test_a_reversal_of_a_later_period_is_settled_later(known: Authorities) -> None:
    def told(period: str) -> list[str]:
        tax = {"reversed_amount": "1", "reversal_period": period}
        return codes(known, application(refund_state="reversed", lines=[line(tax=tax)]))

    assert told("202603") == []
    assert told("202604") == ["application.settled_later"]


def test_repaid_is_held_against_what_the_ledger_has_where_nothing_is_stated(known: Authorities) -> None:
    def told(quantity: str, repaid: str) -> list[str]:
        one = line(quantity=quantity, exported_quantity=None, tax=paid(repaid_vat=repaid))
        return codes(known, application(refund_state="paid_back", lines=[one]))

    assert told("25", "325") == []
    assert told("25", "325.01") == []
    assert told("25", "325.02") == ["application.repaid_differs"]


def test_an_agent_applies_by_the_certificate_of_its_principal(known: Authorities) -> None:
    known.ready(certificate(holder=PRINCIPAL, agent=AGENT))
    assert codes(known, application(applicant=AGENT, principal_certificate="BSWT0001")) == []
    assert codes(known, application(applicant=STRANGER, principal_certificate="BSWT0001")) == [
        "certificate.principal_unfit"
    ]


def test_a_principal_unfit_for_all_lines_is_told_once(known: Authorities) -> None:
    lines = [line(), line(line=2, item=2)]
    told = codes(known, application(applicant=AGENT, principal_certificate="NONE", lines=lines))
    assert told == ["certificate.principal_unfit"]


def test_one_certificate_an_export_declaration_or_one_for_all() -> None:
    lines = [line(), line(line=2, declaration=OTHER_EXPORT), line(line=3, item=2)]
    paper = application(lines=lines)
    numbers = [[one.line for one in part] for part in parts_of(paper, paper.lines, Policy())]
    assert numbers == [[1, 3], [2]]
    (whole,) = parts_of(paper, paper.lines, Policy(certificate_lines="several"))
    assert len(whole) == 3
    before = application("export", lines=[invoice_line(), invoice_line(line=2, invoice="F2")])
    assert len(parts_of(before, before.lines, Policy())) == 1


_LINES = st.lists(
    st.builds(
        line,
        line=st.integers(1, 2),
        item=st.sampled_from([None, 1, 2]),
        declaration=st.sampled_from([None, "530120260000000001"]),
        invoice=st.sampled_from([None, "F1"]),
        invoice_line=st.sampled_from([None, 1]),
        quantity=st.sampled_from(["1", "100"]),
        unit=st.sampled_from(["件", "千克"]),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60)
@given(
    purpose=st.sampled_from(["export", "return", "withdrawal"]),
    parties=st.sampled_from([{}, {"agent": AGENT}, {"principal_certificate": "P1"}, {"applicant": AGENT}]),
    bare=st.booleans(),
    lines=_LINES,
)
def test_whatever_is_applied_for_is_answered_with_findings(
    purpose: str, parties: dict[str, Any], bare: bool, lines: list[dict[str, Any]]
) -> None:
    """No application makes a certificate that cannot be: what would is found before."""
    applicant = {"applicant": {"customs_code": "1100660001"}} if bare else {}
    paper = application(purpose, lines=lines, **{**parties, **applicant})
    with facing() as both:
        assert all(one.problem.kind.code for one in checked(both, paper))


def test_the_day_of_the_application_is_a_day() -> None:
    assert application(applied_on="20260308").applied_on == date(2026, 3, 8)


@pytest.mark.parametrize("page", ["docs/applications.md", "docs/applications.zh.md"])
def test_every_finding_is_documented(page: str) -> None:
    text = (Path(__file__).parents[3] / page).read_text(encoding="utf-8")
    assert {code for code in ALONE if f"`{code}`" not in text} == set()
    told = {one.kind.code: one.severity.value for one in CHECKS}
    zh = {"阻断": "block", "警告": "warn", "提示": "info"}
    rows = re.findall(r"^\| `(application\.\w+)` \| (\w+) \|", text, re.MULTILINE)
    assert {code: zh.get(severity, severity) for code, severity in rows} == told
