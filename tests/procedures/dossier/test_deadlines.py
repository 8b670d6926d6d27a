"""Every deadline, in time and missed, with the day that it is counted from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hefu.procedures.dossier.deadlines import Deadline, words
from hefu.procedures.dossier.papers import Held
from tests.builders import (
    EXPORT,
    PRINCIPAL,
    agency_certificate,
    certificate,
    claim,
    claim_line,
    declaration,
    item,
    line,
    repayment,
)
from tests.procedures.dossier.shipments import (
    CONTRACT,
    INVOICE,
    complete,
    dossier_of,
    export,
    held,
    paper,
    without,
)


def due(code: str, *papers: Held, as_of: str = "2026-03-25") -> Deadline:
    (one,) = [one for one in dossier_of(*papers, as_of=as_of).deadlines if one.code == code]
    return one


def codes(*papers: Held, as_of: str = "2026-03-25") -> set[str]:
    return {one.code for one in dossier_of(*papers, as_of=as_of).deadlines}


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("as_of", "state"),
    [("2027-03-30", "open"), ("2027-03-31", "soon"), ("2027-04-30", "soon"), ("2027-05-01", "overdue")],
)
@pytest.mark.parametrize("code", ["receipt", "claim"])
def test_claim_and_receipt_are_due_on_30_april_of_the_next_year(code: str, as_of: str, state: str) -> None:
    one = due(code, export(), as_of=as_of)
    assert (one.day, one.state) == (day("2027-04-30"), state)
    assert (one.counted_from, one.place) == (day("2026-02-01"), "export.xml: declared_on")


def test_the_day_of_exit_goes_before_the_day_of_declaration() -> None:
    one = due("claim", export(moved_on="2027-01-02"))
    assert (one.day, one.place) == (day("2028-04-30"), "export.xml: moved_on")


@pytest.mark.parametrize(
    ("pay_by", "until"),
    [("2026-12-31", "2027-04-30"), ("2028-06-30", "2028-06-30"), ("2030-01-01", "2029-02-01")],
)
def test_a_contract_may_set_a_later_day_of_payment_but_not_beyond_36_months(pay_by: str, until: str) -> None:
    contract = paper("contract", CONTRACT, pay_by=pay_by)
    assert due("receipt", export(), contract).day == day(until)


def test_money_received_in_time_late_and_in_part() -> None:
    in_time = due("receipt", *complete())
    assert (in_time.state, in_time.done_on, in_time.late) == ("done", day("2026-03-01"), False)
    late = paper("receipt", "SH-9", day="2027-05-01", amount="500", currency="USD", invoices=[INVOICE])
    told = due("receipt", *without(complete(), "receipt"), late, as_of="2027-06-01")
    assert (told.state, told.late) == ("done", True)
    part = paper("receipt", "SH-9", day="2026-03-01", amount="300", currency="USD", invoices=[INVOICE])
    told = due("receipt", *without(complete(), "receipt"), part, as_of="2027-05-01")
    assert told.state == "overdue"
    assert told.note is not None
    assert "300 / 500 USD" in told.note.en
    bank_charges = paper(
        "receipt", "SH-9", day="2026-03-01", amount="480", currency="USD", invoices=[INVOICE]
    )
    assert due("receipt", *without(complete(), "receipt"), bank_charges).state == "done"
    euros = paper("receipt", "SH-9", day="2026-03-01", amount="500", currency="EUR", invoices=[INVOICE])
    assert due("receipt", *without(complete(), "receipt"), euros).state == "open"


def test_the_last_day_to_claim_is_36_months_after_export() -> None:
    one = due("claim_last", export(), as_of="2029-02-02")
    assert (one.day, one.state) == (day("2029-02-01"), "overdue")
    done = due("claim_last", *complete(), as_of="2029-02-02")
    assert (done.state, done.done_on) == ("done", day("2026-03-10"))


def test_nothing_is_claimed_that_is_not_refunded_or_did_not_stay_abroad() -> None:
    claims = {"receipt", "claim", "claim_last"}
    assert not claims & codes(export(mode="1039"))
    assert not claims & codes(export(certificates=[]), held(declaration("withdrawal", items=[])))
    whole = held(certificate())
    part = held(certificate(lines=[line(quantity="99")]))
    assert not claims & codes(export(certificates=[]), whole)
    assert claims <= codes(export(certificates=[]), part)
    assert not claims & codes(export(owner=PRINCIPAL))  # the agent's dossier


@pytest.mark.parametrize(("as_of", "state"), [("2026-03-25", "soon"), ("2026-03-26", "overdue")])
def test_papers_are_on_file_15_days_after_the_claim(as_of: str, state: str) -> None:
    one = due("filing", *without(complete(), "file_list"), as_of=as_of)
    assert (one.day, one.state, one.about) == (day("2026-03-25"), state, "TS2026030001")


@pytest.mark.parametrize(("made", "late"), [("2026-03-25", False), ("2026-03-26", True)])
def test_the_list_of_papers_says_when_they_were_filed(made: str, late: bool) -> None:
    listed = paper("file_list", "BA-01", day=made, declarations=[EXPORT])
    one = due("filing", *without(complete(), "file_list"), listed)
    assert (one.state, one.late) == ("done", late)


def test_a_list_of_before_the_claim_is_of_another_claim() -> None:
    listed = paper("file_list", "BA-01", day="2026-03-09", declarations=[EXPORT])
    assert due("filing", *without(complete(), "file_list"), listed).state == "soon"


@pytest.mark.parametrize(("claimed", "until"), [("2026-03-10", "2036-03-10"), ("2025-12-31", "2030-12-31")])
def test_papers_are_kept_ten_years_and_five_for_claims_before_2026(claimed: str, until: str) -> None:
    papers = [export(declared_on="2025-11-01", certificates=[]), held(claim(claimed_on=claimed))]
    one = due("keep", *papers, as_of=until)
    assert (one.day, one.state) == (day(until), "open")
    after = date.fromordinal(day(until).toordinal() + 1).isoformat()
    assert due("keep", *papers, as_of=after).state == "passed"


@pytest.mark.parametrize(("as_of", "state"), [("2028-12-31", "open"), ("2029-02-02", "overdue")])
def test_the_agent_has_36_months_for_its_certificate(as_of: str, state: str) -> None:
    one = due("agency_certificate", export(owner=PRINCIPAL), as_of=as_of)
    assert (one.day, one.state) == (day("2029-02-01"), state)
    made = due("agency_certificate", export(owner=PRINCIPAL), held(agency_certificate()))
    assert (made.state, made.done_on) == ("done", day("2026-03-01"))
    assert "agency_certificate" not in codes(export(owner=PRINCIPAL, declared_on="2025-12-31"))


@pytest.mark.parametrize(("as_of", "state"), [("2026-04-15", "soon"), ("2026-04-16", "overdue")])
def test_the_agent_reports_15_days_after_the_quarter(as_of: str, state: str) -> None:
    one = due("agent_report", export(owner=PRINCIPAL), as_of=as_of)
    assert (one.day, one.state, one.about) == (day("2026-04-15"), state, "2026Q1")
    report = paper("agent_report", "2026Q1", declarations=[EXPORT])
    assert due("agent_report", export(owner=PRINCIPAL), report).state == "done"
    assert "agent_report" not in codes(export(owner=PRINCIPAL, declared_on="2025-09-30"))


@pytest.mark.parametrize(("mode", "until"), [("0110", "2027-02-01"), ("9810", "2026-08-01")])
def test_a_return_has_a_year_and_in_e_commerce_six_months(mode: str, until: str) -> None:
    bare = export(mode=mode, certificates=[])
    assert due("return_window", bare, as_of=until).day == day(until)
    after = date.fromordinal(day(until).toordinal() + 1).isoformat()
    assert due("return_window", bare, as_of=after).state == "passed"
    begun = [bare, held(certificate())]
    assert due("return_window", *begun, as_of=until).state == "soon"
    assert due("return_window", *begun, as_of=after).state == "overdue"
    assert due("return_window", *begun, held(declaration("return")), as_of=after).state == "done"
    late = due("return_window", *begun, held(declaration("return", declared_on=after)), as_of=after)
    assert late.late


def test_in_bonded_e_commerce_the_period_begins_elsewhere() -> None:
    note = due("return_window", export(mode="1210", certificates=[])).note
    assert note is not None
    assert "leaving the zone" in note.en
    assert due("return_window", export(mode="9810", certificates=[])).note is None


def returned(*papers: Held) -> tuple[Held, ...]:
    return (export(certificates=[]), held(certificate(refund_state="refunded_open")), *papers)


def test_a_refund_that_is_open_goes_back_with_the_next_claim() -> None:
    first = held(claim(claimed_on="2026-02-10"))
    waiting = due("reversal", *returned(first))
    assert (waiting.day, waiting.state) == (None, "open")
    forgotten = due("reversal", *returned(first, held(claim(number="TS2", claimed_on="2026-03-15"))))
    assert forgotten.state == "overdue"
    assert forgotten.note is not None
    assert "TS2" in forgotten.note.en
    carried = claim(number="TS2", claimed_on="2026-03-15", lines=[claim_line(entry="reversal")])
    assert due("reversal", *returned(first, held(carried))).state == "done"
    paid = due("reversal", *returned(first, held(repayment())))
    assert (paid.state, paid.done_on) == ("done", day("2026-03-20"))
    assert "reversal" not in codes(export(certificates=[]), held(certificate()))


def test_a_claim_that_only_takes_back_is_no_claim() -> None:
    back = held(claim(lines=[claim_line(entry="reversal")]))
    assert due("claim", export(), back).state == "open"


def test_the_friday_before_a_weekend_is_safe() -> None:
    saturday = due("filing", *without(complete(), "claim", "file_list"), held(claim(claimed_on="2026-03-13")))
    assert (saturday.day, saturday.act_by) == (day("2026-03-28"), day("2026-03-27"))
    sunday = due("filing", *without(complete(), "claim", "file_list"), held(claim(claimed_on="2026-03-14")))
    assert (sunday.day, sunday.act_by) == (day("2026-03-29"), day("2026-03-27"))
    friday = due("filing", *without(complete(), "claim", "file_list"), held(claim(claimed_on="2026-03-12")))
    assert friday.act_by == friday.day == day("2026-03-27")


def test_the_most_urgent_comes_first() -> None:
    told = [
        one.state
        for one in dossier_of(*without(complete(), "file_list", "receipt"), as_of="2027-05-01").deadlines
    ]
    assert told == sorted(told, key=["overdue", "soon", "open", "done", "passed"].index)
    assert told[0] == "overdue"


def test_each_deadline_has_words_and_a_ground_in_both_languages() -> None:
    for code, one in words().items():
        for text in (one.title, one.cure, one.ground):
            assert text.zh, code
            assert text.en.isascii(), code


def as_json(one: Deadline) -> dict[str, Any]:
    return one.as_json()


def test_a_deadline_for_machines() -> None:
    told = as_json(due("filing", *complete()))
    assert told["day"] == told["act_by"] == "2026-03-25"
    assert told["done_on"] == "2026-03-20"
    assert told["ground"]["en"].startswith("STA Announcement 5 of 2026 art. 45")


def test_what_a_withdrawal_leaves_is_still_to_be_claimed() -> None:
    two = export(
        items=[item(total="500", currency="USD"), item(item=2, hs_code="6103420090")], certificates=[]
    )
    part = held(declaration("withdrawal", items=[item(item=2, hs_code="6103420090")]))
    assert "claim" in codes(two, part)
    assert "claim" not in codes(two, held(declaration("withdrawal", items=[])))
    assert "claim" not in codes(two, paper("withdrawal", "CD-1", declarations=[EXPORT]))
    assert "claim" not in codes(export(certificates=[]), held(certificate("withdrawal")))
    assert "claim" in codes(two, held(certificate("withdrawal")))
