"""What is on record of contingency at customs, and what is counted of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from hefu.protocol.book import Book
from hefu.protocol.contingency import contests, papers, tickets
from hefu.protocol.contingency.records import Contest, Function, Outage, PaperCase, Ticket
from hefu.protocol.records import Copy, Entry
from hefu.stores.sqlite import SqliteReader


def link_seen(book: Book, items: Sequence[datetime | None]) -> list[None]:
    """What the node has seen of the link: down since a moment, or up (``None``)."""
    for since in items:
        if since is None:
            tickets.function_up(book, Function.CERTIFICATES, "customs:clock")
        else:
            tickets.function_down(book, Function.CERTIFICATES, since, "customs:clock")
    return [None] * len(items)


def link_is_down(reader: SqliteReader) -> bool:
    """Whether an outage of the link is on record that has not ended."""
    return any(one.function is Function.CERTIFICATES for one in reader.find(Outage, "state", "open"))


def functions(reader: SqliteReader) -> list[dict[str, Any]]:
    """Each function: ``up``, ``down`` (seen by the node) or ``contingency``, since when, under which ticket."""
    down = {one.function: one for one in reader.find(Outage, "state", "open")}
    opened = {one.function: one for one in reader.find(Ticket, "state", "open")}
    told = []
    for function in Function:
        outage, ticket = down.get(function), opened.get(function)
        since = ticket.outage_since if ticket else outage.since if outage else None
        told.append(
            {
                "function": function.value,
                "state": "contingency" if ticket else "down" if outage else "up",
                "since": since and since.isoformat(),
                "ticket": ticket and ticket.number,
                "announced_at": ticket and ticket.opened_at.isoformat(),
                "ground": ticket.ground if ticket else "",
            }
        )
    return told


def past(reader: SqliteReader) -> dict[str, list[dict[str, Any]]]:
    """The last outages and contingencies, the newest first."""
    outages = sorted(reader.every(Outage), key=lambda one: one.number, reverse=True)
    known = sorted(reader.every(Ticket), key=lambda one: one.opened_at, reverse=True)
    return {
        "outages": [
            {
                "function": one.function.value,
                "since": one.since.isoformat(),
                "until": one.until and one.until.isoformat(),
            }
            for one in outages[:100]
        ],
        "contingencies": [tickets.ticket_summary(one) for one in known[:100]],
    }


def papers_on_record(reader: SqliteReader, state: str = "") -> list[dict[str, Any]]:
    """Papers, of one state if told, the newest first."""
    found = reader.find(PaperCase, "state", state) if state else list(reader.every(PaperCase))
    return [papers.case_summary(one) for one in sorted(found, key=lambda one: one.entered_at, reverse=True)]


def contests_on_record(reader: SqliteReader, state: str = "open") -> list[dict[str, Any]]:
    """Contests of a state, the oldest first."""
    return [contests.contest_summary(one) for one in reader.find(Contest, "state", state)]


def uses(entries: Iterable[Entry], contested: set[str]) -> dict[str, Any]:
    """How often contingency was used, and contested: by enterprise (USCC or customs code), officer and ticket."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("holder", "trader", "officer", "ticket")}
    wrong: dict[str, Counter[str]] = {name: Counter() for name in counts}
    total = 0
    for entry in entries:
        total += 1
        who = {
            "holder": [str(entry.detail["holder"])],
            "trader": [str(entry.detail["trader"])],
            "officer": [str(entry.detail["entered_by"]), entry.actor],
            "ticket": [str(entry.detail["ticket"])],
        }
        for name, values in who.items():
            counts[name].update(values)
            if entry.number in contested:
                wrong[name].update(values)
    told = {
        name: [
            {name: value, "papers": number, "contested": wrong[name][value]}
            for value, number in count.most_common()
        ]
        for name, count in counts.items()
    }
    return {"papers": total, **told}


def uses_since(reader: SqliteReader, since: datetime | None) -> dict[str, Any]:
    """:func:`uses` of a store, since a moment. A number that tax did not know yet when it was told of the paper, and has
    issued since, was never in contest.
    """
    raised = list(reader.every(Contest))
    unknown = {(one.certificate,) for one in raised if one.code == "paper.unknown_at_tax"}
    still = set(reader.missing(Copy, sorted(unknown)))
    contested = {
        one.certificate for one in raised if one.code != "paper.unknown_at_tax" or (one.certificate,) in still
    }
    return uses(reader.approved_papers(since), contested)
