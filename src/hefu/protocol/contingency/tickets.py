"""Outages that the node has seen, and the tickets under which paper serves meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from hefu.documents.fields import SHANGHAI
from hefu.protocol import acts, outcome
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contingency import texts
from hefu.protocol.contingency.records import Function, Outage, Ticket, TwoOfficerAct
from hefu.protocol.outcome import Outcome

_SIDE: Final = "customs"
LONGEST_PAST: Final = timedelta(days=30)
"""How far back the start of an outage may be put. Assumption."""


def function_down(book: Book, function: Function, since: datetime, actor: str) -> None:
    """The node has seen a function fail, for the first time since it was last up."""
    if _outage(book, function) is None:
        book.put(Outage(book.count("outage"), function, since, None, "open"))
        book.note(actor, "function.down", function.value, since=since.isoformat())


def function_up(book: Book, function: Function, actor: str) -> None:
    """The node has seen it work again. A contingency stays open until an officer closes it."""
    outage = _outage(book, function)
    if outage is not None:
        book.put(replace(outage, until=book.now, state="closed"))
        book.note(actor, "function.up", function.value, since=outage.since.isoformat())


def _outage(book: Book, function: Function) -> Outage | None:
    found = (one for one in book.find(Outage, "state", "open") if one.function is function)
    return next(found, None)


def open_ticket(
    book: Book, function: Function, since: datetime | None, ground: str, actor: str, published: timedelta
) -> Outcome:
    """Open a contingency: at once where the function has been down for the published time (none: always), else as an
    act that a second officer approves. ``since``: when it failed, by default since the node has seen it fail, or now.
    """
    for known in book.find(Ticket, "state", "open"):
        if known.function is function:
            return Outcome("exists", known.number, body=ticket_summary(known))
    outage = _outage(book, function)
    start = since or (outage.since if outage else book.now)
    if not book.now - LONGEST_PAST <= start <= book.now:
        return outcome.refuse(texts.BAD_START, function.value, _SIDE, value=start.isoformat())
    if not published or (outage is not None and book.now - outage.since >= published):
        return _opened(book, function, start, ground, actor, approved_by="")
    content = {"function": function.value, "since": start.isoformat()}
    return acts.proposed(acts.propose(book, ActKind.OPEN_CONTINGENCY, function.value, content, ground, actor))


def approve_opening(book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
    """Perform of ``contingency.open``."""
    function = Function(act.content["function"])
    for known in book.find(Ticket, "state", "open"):
        if known.function is function:
            return Outcome("exists", known.number, body=ticket_summary(known))
    since = datetime.fromisoformat(act.content["since"])
    return _opened(book, function, since, act.ground, act.proposed_by, approved_by=actor)


def _opened(
    book: Book, function: Function, since: datetime, ground: str, actor: str, approved_by: str
) -> Outcome:
    year = book.now.astimezone(SHANGHAI).year
    number = f"YJ{year}-{book.count(f'ticket {year}'):04}"
    ticket = Ticket(number, function, ground, since, book.now, actor, approved_by, "open")
    book.put(ticket)
    told = {"ground": ground, "since": since.isoformat(), "approved_by": approved_by}
    book.note(actor, "contingency.opened", number, function.value, **told)
    return Outcome("opened", number, body=ticket_summary(ticket))


def close_ticket(book: Book, number: str, ground: str, actor: str) -> Outcome:
    """Close a contingency. What began on paper under it ends on paper."""
    ticket = book.get(Ticket, number)
    if ticket is None:
        return outcome.refuse(texts.NO_TICKET, number, _SIDE)
    if ticket.state == "closed":
        return Outcome("exists", number, body=ticket_summary(ticket))
    closed = replace(ticket, state="closed", closed_at=book.now, closed_by=actor, closing=ground)
    book.put(closed)
    book.note(actor, "contingency.closed", number, ticket.function.value, ground=ground)
    return Outcome("closed", number, body=ticket_summary(closed))


def ticket_summary(ticket: Ticket) -> dict[str, Any]:
    """A ticket for machines."""
    return {
        "ticket": ticket.number,
        "function": ticket.function.value,
        "ground": ticket.ground,
        "outage_since": ticket.outage_since.isoformat(),
        "opened_at": ticket.opened_at.isoformat(),
        "opened_by": ticket.opened_by,
        "approved_by": ticket.approved_by,
        "state": ticket.state,
        "closed_at": ticket.closed_at and ticket.closed_at.isoformat(),
        "closed_by": ticket.closed_by,
        "closing": ticket.closing,
    }
