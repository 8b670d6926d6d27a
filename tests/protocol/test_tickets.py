"""When a contingency opens, by whom, and when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hefu.protocol.contingency import tickets
from hefu.protocol.contingency.records import Function, Outage, Ticket
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from tests.builders import certificate, declaration
from tests.protocol.authorities import FIRST, RETURN, SECOND, Authorities, facing, refused

LINK = Function.CERTIFICATES


def _open(
    both: Authorities, since: datetime | None = None, function: Function = LINK, minutes: int = 120
) -> Outcome:
    published = timedelta(minutes=minutes)
    return both.customs(
        lambda book: tickets.open_ticket(book, function, since, "no answer", FIRST, published)
    )


def _down(both: Authorities, function: Function = LINK) -> None:
    both.write(Side.CUSTOMS, lambda book: tickets.function_down(book, function, book.now, "customs:clock"))


def _up(both: Authorities, function: Function = LINK) -> None:
    both.write(Side.CUSTOMS, lambda book: tickets.function_up(book, function, "customs:clock"))


def _outages(both: Authorities) -> list[Outage]:
    return list(both.stores[Side.CUSTOMS].every(Outage))


def test_at_once_it_takes_two_officers(both: Authorities) -> None:
    told = _open(both)
    assert (told.status, told.body["kind"]) == ("proposed", "contingency.open")
    assert both.get(Side.CUSTOMS, Ticket, "YJ2026-0001") is None
    opened = both.approve(told.body["act"])
    assert (opened.status, opened.number) == ("opened", "YJ2026-0001")
    assert (opened.body["opened_by"], opened.body["approved_by"]) == (FIRST, SECOND)
    assert opened.body["ground"] == "no answer"


def test_asked_again_it_is_the_same_proposal(both: Authorities) -> None:
    since = both.now
    assert _open(both, since).body["act"] == _open(both, since).body["act"]


@pytest.mark.parametrize(("minutes", "alone"), [(119, False), (119.99, False), (120, True), (121, True)])
def test_after_the_published_time_one_officer_opens_it(minutes: float, alone: bool) -> None:
    with facing() as both:
        _down(both)
        both.now += timedelta(minutes=minutes, seconds=-1)
        told = _open(both)
        assert told.status == ("opened" if alone else "proposed")
        if alone:
            assert told.body["approved_by"] == ""
            assert told.body["outage_since"] == _outages(both)[0].since.isoformat()


def test_another_function_being_down_does_not_count(both: Authorities) -> None:
    _down(both, Function.ISSUING)
    both.now += timedelta(hours=3)
    assert _open(both).status == "proposed"
    assert _open(both, function=Function.ISSUING).status == "opened"


def test_an_outage_that_is_over_does_not_count(both: Authorities) -> None:
    _down(both)
    both.now += timedelta(hours=3)
    _up(both)
    assert _open(both).status == "proposed"
    (outage,) = _outages(both)
    assert (outage.state, outage.until) == ("closed", both.now - timedelta(seconds=1))


def test_the_published_time_is_a_setting(both: Authorities) -> None:
    _down(both)
    both.now += timedelta(minutes=5)
    assert _open(both, minutes=6).status == "proposed"
    assert _open(both, minutes=5).status == "opened"


def test_at_any_time_is_the_other_setting(both: Authorities) -> None:
    assert _open(both, minutes=0).status == "opened"


def test_one_contingency_a_function_at_a_time(both: Authorities) -> None:
    first = both.ticket()
    told = _open(both)
    assert (told.status, told.number) == ("exists", first)
    both.customs(lambda book: tickets.close_ticket(book, first, "link is back", FIRST))
    second = both.ticket()
    assert (first, second) == ("YJ2026-0001", "YJ2026-0002")


def test_two_proposals_approved_make_one_contingency(both: Authorities) -> None:
    one = _open(both, both.now).body["act"]
    two = _open(both, both.now).body["act"]
    assert one != two
    assert both.approve(one).status == "opened"
    assert both.approve(two).status == "exists"
    assert len(list(both.stores[Side.CUSTOMS].every(Ticket))) == 1


@pytest.mark.parametrize("days", [-31, 1])
def test_an_outage_begins_in_the_near_past(both: Authorities, days: int) -> None:
    told = _open(both, both.now + timedelta(days=days))
    refused(told, "contingency.start_impossible", "customs")


def test_closing_again_is_exists(both: Authorities) -> None:
    number = both.ticket()
    close = [both.customs(lambda book: tickets.close_ticket(book, number, "over", FIRST)) for _ in range(2)]
    assert [one.status for one in close] == ["closed", "exists"]
    assert close[0].body["closing"] == "over"


def test_there_is_no_such_contingency(both: Authorities) -> None:
    refused(
        both.customs(lambda book: tickets.close_ticket(book, "YJ1999-0001", "over", FIRST)),
        "contingency.not_found",
        "customs",
    )


def test_an_outage_is_on_record_once(both: Authorities) -> None:
    for _ in range(3):
        _down(both)
    assert len(_outages(both)) == 1
    _up(both)
    _up(both)
    _down(both)
    assert [one.state for one in _outages(both)] == ["closed", "open"]


def test_paper_taken_while_customs_itself_was_down_is_entered_afterwards(both: Authorities) -> None:
    """The counter took it at two o'clock; the system came back at four, and the ticket says since when it failed."""
    taken = both.now
    both.pass_days(1)
    told = _open(both, taken - timedelta(minutes=1))
    both.approve(told.body["act"])
    number = both.ticket()
    both.lodge(declaration())
    entered = both.enter(certificate(), at=taken)
    assert entered.status == "proposed"
    assert entered.body["served_at"] == taken.isoformat()
    both.customs(lambda book: tickets.close_ticket(book, number, "back", FIRST))
    assert both.approve(entered.body["act"]).body["declaration_state"] == "reserved"
    assert both.lodged(RETURN).deferred == number
