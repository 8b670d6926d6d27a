"""The calendar parsed back: days, reminders, identifiers that last."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from hefu.procedures.dossier.calendar import calendar
from hefu.procedures.dossier.papers import Held
from tests.builders import EXPORT, claim
from tests.procedures.dossier.shipments import complete, dossier_of, export, held, without

AS_OF = "2026-03-15"


def events(*papers: Held, as_of: str = AS_OF, language: str = "en") -> list[Any]:
    data = calendar([dossier_of(*papers, as_of=as_of)], date.fromisoformat(as_of), language)
    return Calendar.from_ical(data).walk("VEVENT")


def event(code: str, *papers: Held, as_of: str = AS_OF) -> Any:
    (one,) = [one for one in events(*papers, as_of=as_of) if code in one["categories"].cats]
    return one


def test_every_deadline_with_a_day_is_an_event_of_that_day() -> None:
    one = dossier_of(*without(complete(), "file_list"), as_of=AS_OF)
    told = {
        (str(made.decoded("dtstart")), str(made["summary"]))
        for made in events(*without(complete(), "file_list"))
    }
    assert told == {(str(due.day), f"{due.words.title.en} {EXPORT}") for due in one.deadlines if due.day}


def test_reminders_come_a_month_a_week_and_a_day_before_in_the_morning() -> None:
    one = event("filing", *without(complete(), "file_list"))
    start = datetime.combine(one.decoded("dtstart"), datetime.min.time())
    rings = [start + alarm.decoded("trigger") for alarm in one.walk("VALARM")]
    assert start == datetime(2026, 3, 25)  # noqa: DTZ001
    assert [str(one) for one in rings] == [
        "2026-02-23 09:00:00",
        "2026-03-18 09:00:00",
        "2026-03-24 09:00:00",
    ]
    assert {str(alarm["action"]) for alarm in one.walk("VALARM")} == {"DISPLAY"}


def test_before_a_weekend_reminders_count_from_the_friday() -> None:
    one = event("filing", *without(complete(), "claim", "file_list"), held(claim(claimed_on="2026-03-13")))
    assert one.decoded("dtstart") == date(2026, 3, 28)
    assert one.walk("VALARM")[-1].decoded("trigger") == timedelta(days=-2, hours=9)


def test_what_is_done_is_cancelled_under_the_same_identifier() -> None:
    before, after = (
        event("filing", *without(complete(), "file_list")),
        event("filing", *complete(), as_of="2026-03-21"),
    )
    assert str(before["uid"]) == str(after["uid"])
    assert (str(before["status"]), str(after["status"])) == ("CONFIRMED", "CANCELLED")
    assert not after.walk("VALARM")
    assert after.decoded("sequence") > before.decoded("sequence")


def test_identifiers_differ_by_shipment_and_deadline() -> None:
    told = [str(one["uid"]) for one in events(*complete())]
    other = [str(one["uid"]) for one in events(export(number="530120260000000002", certificates=[]))]
    assert len(set(told + other)) == len(told) + len(other)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_is_as_rfc_5545_has_it(language: str) -> None:
    one = dossier_of(*complete(), as_of=AS_OF)
    data = calendar([one], date.fromisoformat(AS_OF), language)
    assert data == calendar([one], date.fromisoformat(AS_OF), language)
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    title = {"zh": "备案单证归档", "en": "papers put on file"}[language]
    assert any(title in str(made["summary"]) for made in Calendar.from_ical(data).walk("VEVENT"))
