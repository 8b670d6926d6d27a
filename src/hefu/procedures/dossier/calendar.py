"""Deadlines as a calendar (RFC 5545) that any calendar program takes, with reminders.

A deadline keeps its UID, so that the file can be imported again: what has been done since is then cancelled there, and
its reminders with it. What has no day, such as a reversal with the next claim, is in no calendar.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event

import hefu
from hefu.documents.fields import SHANGHAI
from hefu.errors import Text
from hefu.procedures.dossier.answer import Dossier
from hefu.procedures.dossier.deadlines import Deadline, State
from hefu.procedures.dossier.wording import remarks

REMIND: Final = (30, 7, 1)
"""Days before a deadline on which a person is reminded."""
_MORNING: Final = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Dated:
    """A deadline for a calendar: under which UID, and the numbers that it concerns as its title names them."""

    uid: str
    subject: str
    due: Deadline


def calendar(dossiers: Iterable[Dossier], as_of: date, language: str) -> bytes:
    """The deadlines of shipments; ``language``: ``zh`` or ``en``."""
    told = (
        Dated(uid(one.shipment.number, due), one.shipment.number, due)
        for one in dossiers
        for due in one.deadlines
    )
    return written(told, as_of, language, Text("合符单证期限", "hefu deadlines"))


def written(dated: Iterable[Dated], as_of: date, language: str, name: Text) -> bytes:
    """Deadlines as a calendar of this name."""
    made = Calendar()
    made.add("prodid", f"-//hefu//dossier {hefu.__version__}//{language.upper()}")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _say(name, language))
    for one in dated:
        if one.due.day is not None:
            made.add_component(_event(one, one.due.day, as_of, language))
    return bytes(made.to_ical())


def uid(shipment: str, due: Deadline) -> str:
    """The same for the same deadline of the same shipment, whenever and wherever it is written."""
    told = f"{shipment}\x1f{due.code}\x1f{due.about}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@hefu"


def _event(one: Dated, day: date, as_of: date, language: str) -> Event:
    event, due = Event(), one.due
    title = f"{_say(due.words.title, language)} {one.subject}"
    event.add("uid", one.uid)
    event.add("dtstamp", datetime.combine(as_of, time(), SHANGHAI).astimezone(UTC))
    event.add("sequence", as_of.toordinal())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", title)
    event.add("description", "\n".join(_described(due, language)))
    is_over = due.state is State.DONE or (due.state is State.PASSED and due.seen)
    event.add("status", "CANCELLED" if is_over else "CONFIRMED")
    event.add("categories", [due.words.nature, due.code])
    if not is_over:
        safe = due.act_by or day
        for days in REMIND:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", title)
            alarm.add("trigger", (safe - day) - timedelta(days=days) + _MORNING)
            event.add_component(alarm)
    return event


def _described(due: Deadline, language: str) -> Iterable[str]:
    if due.about:
        yield due.about
    yield from (_say(one, language) for one in remarks(due))
    yield "→ " + _say(due.words.cure, language)
    yield _say(due.words.ground, language)
    if due.place:
        yield due.place


def _say(text: Text, language: str) -> str:
    return text.zh if language == "zh" else text.en
