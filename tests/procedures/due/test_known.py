"""What each node knows to be due: counted like a dossier's days, gathered, never overdue where nothing can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from hefu.documents.application import Application
from hefu.documents.canonical import digest
from hefu.documents.certificate import RefundState
from hefu.procedures.dossier.deadlines import State
from hefu.procedures.due.at_customs import known_at_customs
from hefu.procedures.due.at_tax import claims_overdue, export_days, known_at_tax
from hefu.procedures.due.gathering import AHEAD, Due, Known
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.contingency.records import PaperCase, PaperState
from hefu.protocol.records import Copy, DeclarationState, Holding, Issue, IssueState, Lodgement, Side
from hefu.protocol.refunds.records import Claim, ClaimState, Export, Obligation, RefundLine, Way
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteStore
from tests.builders import (
    EXPORT,
    EXPORTER,
    PRINCIPAL,
    STRANGER,
    certificate,
    claim,
    claim_line,
    declaration,
    line,
)

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
OWN, OTHER = EXPORTER["uscc"], STRANGER["uscc"]
POLICY = Policy()


@pytest.fixture
def tax() -> Iterator[SqliteStore]:
    store = SqliteStore(":memory:", Side.TAX)
    yield store
    store.close()


@pytest.fixture
def customs() -> Iterator[SqliteStore]:
    store = SqliteStore(":memory:", Side.CUSTOMS)
    yield store
    store.close()


def put(store: SqliteStore, *records: Any) -> None:
    with store.write(NOON) as book:
        for one in records:
            book.put(one)


def export(number: str = EXPORT, **changes: Any) -> Export:
    return Export(number, declaration("export", number=number, **changes), 0, NOON)


def claimed(
    number: str, export: str = EXPORT, state: ClaimState = ClaimState.ACCEPTED, **changes: Any
) -> list[Any]:
    paper = claim(number=number, lines=[claim_line(declaration=export)], **changes)
    record = Claim(number, paper, digest(paper.canonical), state, OWN, "tester", NOON)
    told = RefundLine(f"claim:{number}", 1, f"item:{export}:1", Way.CLAIMED, OWN, 1, 1, 0, 0)
    return [record, told] if state in (ClaimState.ACCEPTED, ClaimState.PAID) else [record]


def at_tax(store: SqliteStore, day: str, firm: str = OWN, ahead: int = 30) -> Known:
    return known_at_tax(store, [firm], POLICY, date.fromisoformat(day), ahead)


def told(known: Known, days: int = 30) -> dict[str, Due]:
    return {one.deadline.code: one for one in known.within(days)}


def test_a_month_before_april_ends_the_claim_of_last_years_exports_is_one_thing_to_do(
    tax: SqliteStore,
) -> None:
    numbers = [f"53012026000000000{n}" for n in range(1, 6)]
    put(tax, *(export(one, declared_on="2026-02-01") for one in numbers), *claimed("TS1", numbers[0]))
    assert not told(at_tax(tax, "2027-03-01")), "more than a month is left"
    due = told(at_tax(tax, "2027-04-02"))
    assert due["claim"].numbers == tuple(numbers[1:])
    assert due["claim"].deadline.day == date(2027, 4, 30)
    assert due["claim"].deadline.state is State.SOON
    assert due["receipt"].numbers == tuple(numbers)
    assert not due["receipt"].deadline.seen


def test_a_claim_is_overdue_only_where_the_firm_claims_here(tax: SqliteStore) -> None:
    put(tax, export())
    due = told(at_tax(tax, "2027-05-10"))["claim"].deadline
    assert (due.state, due.seen) == (State.PASSED, False)
    assert "claim" not in told(at_tax(tax, "2027-08-10")), "and is not repeated for ever"
    put(tax, *claimed("TS9", "530120260000000009"))
    late = told(at_tax(tax, "2027-08-10"))["claim"].deadline
    assert (late.state, late.seen) == (State.OVERDUE, True)
    put(tax, *claimed("TS1"))
    assert "claim" not in told(at_tax(tax, "2027-08-10"))


def test_the_last_day_to_claim_comes_after_three_years(tax: SqliteStore) -> None:
    put(tax, export(), *claimed("TS9", "530120260000000009"))
    assert told(at_tax(tax, "2029-01-15"))["claim_last"].deadline.day == date(2029, 2, 1)
    assert "claim_last" not in told(at_tax(tax, "2028-12-15"))


def test_papers_of_a_claim_go_on_file_within_fifteen_days(tax: SqliteStore) -> None:
    put(tax, *claimed("TS1", claimed_on="2026-03-10"))
    due = told(at_tax(tax, "2026-03-12"))["filing"]
    assert (due.deadline.day, due.numbers, due.deadline.seen) == (date(2026, 3, 25), ("TS1",), False)


def test_an_agent_reports_its_quarter_once_and_its_principal_claims(tax: SqliteStore) -> None:
    put(tax, *(export(f"53012026000000000{n}", owner=PRINCIPAL) for n in (1, 2, 3)))
    due = told(at_tax(tax, "2026-04-01"))
    assert due["agent_report"].deadline.day == date(2026, 4, 15)
    assert due["agent_report"].deadline.about == "2026Q1"
    assert len(due["agent_report"].numbers) == 3
    principal = told(at_tax(tax, "2027-04-10", PRINCIPAL["uscc"]))
    assert set(principal) == {"receipt", "claim"}


def test_what_waits_or_was_refused_at_tax_is_told_without_a_day(tax: SqliteStore) -> None:
    put(tax, *claimed("TS1", state=ClaimState.HELD), *claimed("TS2", state=ClaimState.REFUSED))
    due = told(at_tax(tax, "2026-03-20"))
    assert (due["claim_waits"].numbers, due["claim_refused"].numbers) == (("TS1",), ("TS2",))
    assert "claim_refused" not in told(at_tax(tax, "2026-05-20"))
    assert "claim_waits" in told(at_tax(tax, "2026-05-20"))


def test_a_refund_that_is_owed_goes_back_with_the_next_claim(tax: SqliteStore) -> None:
    state = RefundState.REFUNDED_OPEN
    tax_of_line = {"refunded_vat": "1300", "outstanding": "1300"}
    paper = certificate(refund_state=state, lines=[line(tax=tax_of_line)])
    put(
        tax,
        Issue(
            paper.number,
            paper,
            digest(paper.canonical),
            IssueState.ISSUED,
            UseState.AVAILABLE,
            None,
            "x",
            NOON,
        ),
        Obligation(paper.number, 1, f"item:{EXPORT}:1", OWN, 1, NOON),
    )
    due = told(at_tax(tax, "2026-03-20"))["reversal"]
    assert (due.numbers, due.deadline.day) == ((paper.number,), None)


def application(serial: str, state: FilingState, at: datetime) -> Filing:
    paper = Application.model_validate(
        {
            "serial": serial, "applied_on": "2026-03-01", "purpose": "return", "tax_office": "11101010000",
            "applicant": EXPORTER, "refund_state": "not_claimed", "reason": "退运", "lines": [line()],
        }
    )  # fmt: skip
    decided = at if state is FilingState.REJECTED else None
    return Filing(serial, paper, digest(paper.canonical), state, "x", at, "y" if decided else "", decided)


def test_a_rejected_application_is_told_until_it_is_filed_again(tax: SqliteStore) -> None:
    put(tax, application("SQ1", FilingState.REJECTED, NOON))
    assert told(at_tax(tax, "2026-03-10"))["application_rejected"].numbers == ("SQ1",)
    assert not told(at_tax(tax, "2026-04-10"))
    put(tax, application("SQ2", FilingState.FILED, NOON + timedelta(days=2)))
    assert not told(at_tax(tax, "2026-03-10"))


def lodged(number: str, state: DeclarationState, act: str = "return", **more: Any) -> Lodgement:
    paper = declaration(act, number=number)
    return Lodgement(number, paper, digest(paper.canonical), state, 0, {}, (), "x", NOON, NOON, **more)


def at_customs(store: SqliteStore, day: str, firm: str = OWN) -> Known:
    return known_at_customs(store, [firm], POLICY, date.fromisoformat(day), AHEAD)


def test_customs_tells_what_it_holds_and_when_a_reservation_ends(customs: SqliteStore) -> None:
    put(
        customs,
        lodged("530120261000000001", DeclarationState.HELD),
        lodged("530120261000000002", DeclarationState.HELD),
        lodged("530120261000000003", DeclarationState.RESERVED, due=NOON + timedelta(days=14)),
        lodged("530120261000000004", DeclarationState.RELEASED),
    )
    due = told(at_customs(customs, "2026-03-02"))
    assert due["held"].numbers == ("530120261000000001", "530120261000000002")
    assert due["reservation"].deadline.day == date(2026, 3, 15)
    assert set(due) == {"held", "reservation"}


def test_an_unused_certificate_for_a_return_is_bound_to_the_year_of_its_export(customs: SqliteStore) -> None:
    paper = certificate(lines=[line(export_date="2025-04-10")])
    put(customs, Copy(paper.number, paper, digest(paper.canonical), NOON))
    due = told(at_customs(customs, "2026-03-20"))
    assert due["certificate_unused"].numbers == (paper.number,)
    assert due["return_window"].deadline.day == date(2026, 4, 10)
    assert due["return_window"].deadline.about == paper.number
    assert told(at_customs(customs, "2026-04-20"))["return_window"].deadline.is_overdue
    put(customs, Holding(paper.number, UseState.RESERVED, "530120261000000001", NOON))
    assert not told(at_customs(customs, "2026-03-20"))


def test_a_certificate_that_a_held_declaration_names_is_told_once(customs: SqliteStore) -> None:
    paper = certificate("export")
    copy = Copy(paper.number, paper, digest(paper.canonical), NOON)
    put(customs, copy, lodged(EXPORT, DeclarationState.HELD, "export"))
    assert set(told(at_customs(customs, "2026-03-20"))) == {"held"}


def test_a_certificate_of_the_principal_is_its_agents_to_use(customs: SqliteStore) -> None:
    paper = certificate(agent={"uscc": PRINCIPAL["uscc"], "name": "某代理"})
    put(customs, Copy(paper.number, paper, digest(paper.canonical), NOON))
    assert not told(at_customs(customs, "2026-03-20"))


@pytest.mark.parametrize(("state", "code"), [("approved", "paper_record"), ("contested", "paper_contested")])
def test_a_paper_without_its_record_is_told(customs: SqliteStore, state: str, code: str) -> None:
    number = "530120261000000001"
    case = PaperCase(
        "ZZ1", number, "YJ1", "d", "s", NOON, "one", NOON, 1, PaperState(state), approved_by="two"
    )  # fmt: skip
    put(customs, lodged(number, DeclarationState.RELEASED), case)
    assert told(at_customs(customs, "2026-03-02"))[code].numbers == ("ZZ1",)
    assert not told(at_customs(customs, "2026-03-02", OTHER))


def test_nobody_is_told_what_is_another_firms(tax: SqliteStore, customs: SqliteStore) -> None:
    paper = certificate(lines=[line(export_date="2025-04-10")])
    put(
        customs,
        lodged("530120261000000001", DeclarationState.HELD),
        Copy(paper.number, paper, digest(paper.canonical), NOON),
    )
    put(tax, export(), *claimed("TS1"), application("SQ1", FilingState.REJECTED, NOON))
    for known in (at_customs(customs, "2026-03-20", OTHER), at_tax(tax, "2026-03-20", OTHER, AHEAD)):
        assert known.dues == ()


@pytest.mark.parametrize(
    "day", ["2026-01-10", "2026-03-31", "2026-04-29", "2026-05-01", "2026-12-31", "2028-02-29"]
)
def test_no_export_is_left_out_from_which_something_is_counted(tax: SqliteStore, day: str) -> None:
    """What is found by the days of export is what is found by looking at every export."""
    as_of = date.fromisoformat(day)
    exports = [as_of - timedelta(days=n) for n in range(0, 1200, 9)]
    put(tax, *claimed("TS9", "530120260000099999"))
    put(
        tax,
        *(
            export(
                f"5301{one.year}0{n:09}", declared_on=one.isoformat(), owner=PRINCIPAL if n % 2 else EXPORTER
            )
            for n, one in enumerate(exports)
        ),
    )
    near = {(one.deadline.code, one.deadline.day, one.numbers) for one in at_tax(tax, day).within(30)}
    every = {
        (one.deadline.code, one.deadline.day, one.numbers) for one in at_tax(tax, day, ahead=AHEAD).within(30)
    }
    assert near == every
    ranges = list(export_days(as_of - timedelta(days=30), as_of + timedelta(days=30)))
    assert all(first <= last for first, last in ranges)
    first, last = claims_overdue(as_of)
    assert last < as_of
    assert first < last


def events(known: Known, language: str = "en") -> dict[str, Any]:
    told: list[Any] = Calendar.from_ical(known.calendar(language)).walk("VEVENT")
    return {str(one["categories"].cats[1]): one for one in told}


def test_the_calendar_keeps_its_identifiers_and_cancels_what_is_done(tax: SqliteStore) -> None:
    put(
        tax,
        export(),
        export("530120260000000002"),
        *claimed("TS9", "530120260000000009", claimed_on="2020-01-01"),
    )
    before = events(at_tax(tax, "2026-06-01", ahead=AHEAD))["claim"]
    assert before["status"] == "CONFIRMED"
    assert EXPORT in before["summary"]
    assert "530120260000000002" in before["summary"]
    assert len(before.walk("VALARM")) == 3
    put(tax, *claimed("TS1"))
    one_left = events(at_tax(tax, "2026-06-02", ahead=AHEAD))["claim"]
    assert EXPORT not in one_left["summary"]
    put(tax, *claimed("TS2", "530120260000000002"))
    after = events(at_tax(tax, "2026-06-03", ahead=AHEAD))["claim"]
    assert after["uid"] == one_left["uid"] == before["uid"]
    assert after["status"] == "CANCELLED"
    assert after["sequence"] > before["sequence"]
    assert not after.walk("VALARM")


def test_what_cannot_be_seen_stays_in_the_calendar_after_its_day(tax: SqliteStore) -> None:
    put(tax, export())
    late = events(at_tax(tax, "2027-05-10", ahead=AHEAD))["receipt"]
    assert late["status"] == "CONFIRMED"
    assert "cannot be seen" in late["description"]
    assert "看不到" in events(at_tax(tax, "2027-05-10", ahead=AHEAD), "zh")["receipt"]["description"]


def test_two_firms_and_two_sides_share_no_identifier(tax: SqliteStore, customs: SqliteStore) -> None:
    put(tax, export(owner=PRINCIPAL))
    own, other = (events(at_tax(tax, "2026-06-01", firm, AHEAD)) for firm in (OWN, PRINCIPAL["uscc"]))
    assert not {str(one["uid"]) for one in own.values()} & {str(one["uid"]) for one in other.values()}
