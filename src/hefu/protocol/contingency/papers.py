"""Paper certificates: entered by one officer, approved by another, and compared with the record when it comes.

From the approval on the number belongs to its declaration, which is compared with what the paper says
and ends as it began, whether or not the record comes meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from hefu.documents.canonical import digest
from hefu.documents.certificate import Certificate
from hefu.protocol import acts, outcome
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contents import differences, typed
from hefu.protocol.contingency import contests, texts
from hefu.protocol.contingency.records import (
    Contest,
    PaperCase,
    PaperState,
    Scan,
    Ticket,
    TwoOfficerAct,
    Typed,
)
from hefu.protocol.messages import CertificatePresented, CertificateUnknown
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, Covering, DeclarationState, Holding, Lodgement
from hefu.protocol.verification import Verification
from hefu.rules.case import UseState

_SIDE: Final = "customs"


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """What the first officer enters: what the paper says, for which declaration, under which ticket, its scan, and
    when the paper was taken (``None``: now).
    """

    certificate: Certificate
    declaration: str
    ticket: str
    scan: Scan
    served_at: datetime | None = None


def enter_paper(book: Book, entry: PaperEntry, actor: str) -> Outcome:
    """Enter a paper: ``proposed`` to a second officer; ``contested``, on record, if its number is taken already; or a
    refusal.
    """
    number, at = entry.certificate.number, entry.served_at or book.now
    refusal = _not_enterable(book, entry, at)
    if refusal is not None:
        return refusal
    clash = _clash(book, entry)
    if clash is not None:
        return contests.raise_contest(book, clash, number, entry.declaration, entry.ticket, actor)
    fingerprint = digest(entry.certificate)
    known = book.get(PaperCase, number)
    if known is not None and known.state is not PaperState.CLOSED:
        if (known.digest, known.scan) == (fingerprint, entry.scan.digest):
            return Outcome("exists", number, body=case_summary(known))
        if known.state.binds:
            return outcome.refuse(
                outcome.DIFFERENT_CONTENT, number, _SIDE, stored=known.digest, given=fingerprint
            )
        acts.lapse(book, known.act, "entered anew")
    content = {"declaration": entry.declaration, "ticket": entry.ticket, "digest": fingerprint}
    act = acts.propose(book, ActKind.ENTER_PAPER, number, content, f"ticket {entry.ticket}", actor)
    if book.get(Typed, fingerprint) is None:
        book.put(Typed(fingerprint, entry.certificate))
    if book.get(Scan, entry.scan.digest) is None:
        book.put(entry.scan)
    also = [one.certificate for one in book.find(PaperCase, "scan", entry.scan.digest)]
    case = PaperCase(
        certificate=number,
        declaration=entry.declaration,
        ticket=entry.ticket,
        digest=fingerprint,
        scan=entry.scan.digest,
        served_at=at,
        entered_by=actor,
        entered_at=book.now,
        act=act.number,
        state=PaperState.ENTERED,
    )
    book.put(case)
    told = {"ticket": entry.ticket, "digest": fingerprint, "scan": entry.scan.digest}
    book.note(actor, "paper.entered", number, entry.declaration, **told)
    same_scan = sorted(one for one in also if one != number)
    return Outcome("proposed", number, body={"act": act.number, **case_summary(case), "same_scan": same_scan})


def _not_enterable(book: Book, entry: PaperEntry, at: datetime) -> Outcome | None:
    number, ticket = entry.certificate.number, book.get(Ticket, entry.ticket)
    if ticket is None:
        return outcome.refuse(texts.NO_TICKET, entry.ticket, _SIDE)
    if at > book.now or not ticket.serves(at):
        return outcome.refuse(texts.OUTSIDE_TICKET, number, _SIDE, value=at.isoformat(), ticket=ticket.number)
    lodgement = book.get(Lodgement, entry.declaration)
    if lodgement is None:
        return outcome.refuse(outcome.UNKNOWN_DECLARATION, entry.declaration, _SIDE)
    if number not in _wanted(book, lodgement):
        return outcome.refuse(texts.NOT_NAMED, number, _SIDE, value=entry.declaration)
    if lodgement.state is not DeclarationState.HELD:
        state = lodgement.state.value
        return outcome.refuse(texts.NOT_HELD, number, _SIDE, value=entry.declaration, state=state)
    if book.get(Copy, number) is not None and book.get(Holding, number) is None:
        return outcome.refuse(texts.RECORD_IS_HERE, number, _SIDE)
    return None


def _wanted(book: Book, lodgement: Lodgement) -> set[str]:
    """The certificates a declaration names, and the principals' behind those that it has on paper."""
    named = set(lodgement.document.certificate_numbers())
    for case in book.find(PaperCase, "declaration", lodgement.number):
        principal = typed(book, case.digest).principal_certificate
        if principal and case.state.binds:
            named.add(principal)
    return named


def _clash(book: Book, entry: PaperEntry) -> tuple[str, str, dict[str, Any]] | None:
    """Why the number cannot be this paper's: code, the other declaration, details."""
    holding, case = book.get(Holding, entry.certificate.number), book.get(PaperCase, entry.certificate.number)
    details = {"digest": digest(entry.certificate), "scan": entry.scan.digest}
    if case is not None and case.state is not PaperState.CLOSED and case.declaration != entry.declaration:
        return "paper.presented_twice", case.declaration, details
    if holding is None or holding.declaration == entry.declaration:
        return None
    if holding.state is UseState.WITHDRAWN:
        return "paper.of_withdrawn", "", details
    return "paper.used_elsewhere", holding.declaration or "", details


def approve_paper(book: Book, act: TwoOfficerAct, actor: str, verification: Verification) -> Outcome:
    """Perform of ``paper.enter``: from now on the number is bound, and its declaration compared with the paper."""
    number = act.subject
    case = book.get(PaperCase, number)
    lodgement = book.get(Lodgement, act.content["declaration"])
    if case is None or case.act != act.number or case.state is not PaperState.ENTERED or lodgement is None:
        return outcome.refuse(acts.ACT_DECIDED, str(act.number), _SIDE, value="overtaken")
    if actor == case.entered_by:
        return outcome.refuse(acts.SAME_OFFICER, str(act.number), _SIDE, value=actor)
    if lodgement.state is not DeclarationState.HELD:
        state = lodgement.state.value
        return outcome.refuse(texts.NOT_HELD, number, _SIDE, value=lodgement.number, state=state)
    approved = replace(case, state=PaperState.APPROVED, approved_by=actor)
    book.put(approved)
    contests.come_again(book, number, lodgement.number, actor)
    paper = typed(book, case.digest)
    for export in sorted({line.declaration for line in paper.lines if line.declaration}):
        book.put(Covering(export, number))
    trader = lodgement.document.trader.uscc or lodgement.document.trader.customs_code or ""
    told = {
        "ticket": case.ticket,
        "entered_by": case.entered_by,
        "holder": paper.holder.uscc,
        "trader": trader,
    }
    book.note(actor, "paper.approved", number, lodgement.number, **told)
    book.send(CertificatePresented(number=number, declaration=lodgement.number, ticket=case.ticket))
    deferred = replace(lodgement, deferred=case.ticket, changed_at=book.now)
    book.put(deferred)
    (settled,) = verification.verify(book, [deferred])
    return Outcome(
        "approved", number, body={**case_summary(approved), "declaration_state": settled.state.value}
    )


def reject_paper(book: Book, act: TwoOfficerAct, actor: str) -> None:
    """The paper of a rejected act: it binds nothing."""
    case = book.get(PaperCase, act.subject)
    if case is not None and case.act == act.number and case.state is PaperState.ENTERED:
        book.put(replace(case, state=PaperState.CLOSED))
        book.note(actor, "paper.closed", case.certificate, case.declaration, ticket=case.ticket)


def let_go(book: Book, lodgement: Lodgement, actor: str, keeping: frozenset[str] = frozenset()) -> None:
    """A declaration that will not be released, or no longer names a number, gives its paper back. What is used stays."""
    for case in book.find(PaperCase, "declaration", lodgement.number):
        holding = book.get(Holding, case.certificate)
        if case.state is PaperState.CLOSED or case.certificate in keeping or holding is not None:
            continue
        acts.lapse(book, case.act, "declaration closed")
        book.put(replace(case, state=PaperState.CLOSED))
        book.note(actor, "paper.closed", case.certificate, lodgement.number, ticket=case.ticket)


def ticket_of(book: Book, declaration: str) -> str:
    """The ticket under which a declaration has a paper; empty if it has none any more."""
    bound = [one for one in book.find(PaperCase, "declaration", declaration) if one.state.binds]
    return bound[0].ticket if bound else ""


# --- when the record comes ------------------------------------------------------------------------------


def record_came(book: Book, number: str, actor: str) -> None:
    """The record of a certificate has come: its paper, if there is one, is settled or contested by itself."""
    case, copy = book.get(PaperCase, number), book.get(Copy, number)
    if case is None or copy is None or case.state is PaperState.CLOSED:
        return
    if case.state is PaperState.ENTERED:
        acts.lapse(book, case.act, "the record came first")
        book.put(replace(case, state=PaperState.CLOSED))
        book.note(actor, "paper.overtaken", number, case.declaration, ticket=case.ticket)
        return
    for contest in book.find(Contest, "certificate", number):
        if contest.code == "paper.unknown_at_tax" and contest.state == "open":
            contests.close(book, contest, "the record came", actor)
    found = differences(typed(book, case.digest), copy.document)
    if found:
        clash = ("paper.differs", "", {"differences": found})
        contests.raise_contest(book, clash, number, case.declaration, case.ticket, actor)
    contests.settle(book, number, actor)


def not_at_tax(book: Book, message: CertificateUnknown, actor: str) -> None:
    """Tax has no certificate in force under the number of a paper."""
    case = book.get(PaperCase, message.number)
    if (
        case is None
        or not case.state.binds
        or case.declaration != message.declaration
        or book.get(Copy, message.number) is not None
    ):
        book.note(actor, "message.contested", message.number, kind=message.kind)
        return
    clash = ("paper.unknown_at_tax", "", {"digest": case.digest})
    contests.raise_contest(book, clash, message.number, case.declaration, case.ticket, actor)
    contests.settle(book, message.number, actor)


def case_summary(case: PaperCase) -> dict[str, Any]:
    """A paper for machines."""
    return {
        "certificate": case.certificate,
        "declaration": case.declaration,
        "ticket": case.ticket,
        "state": case.state.value,
        "digest": case.digest,
        "scan": case.scan,
        "served_at": case.served_at.isoformat(),
        "entered_by": case.entered_by,
        "entered_at": case.entered_at.isoformat(),
        "approved_by": case.approved_by,
        "settled_at": case.settled_at and case.settled_at.isoformat(),
    }
