"""Each variant replaces one part of the product by one that a hurried programmer might have written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from hefu.documents.canonical import digest
from hefu.documents.certificate import Certificate
from hefu.link.envelope import Opened
from hefu.link.inbox import Inbox
from hefu.link.outbox import Outbox, Parcel
from hefu.protocol import goods, tax
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contingency.records import PaperCase, PaperState, TwoOfficerAct
from hefu.protocol.customs import Gate, summary
from hefu.protocol.messages import CertificateIssued, Message, VoidGranted, VoidRequested
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import (
    Copy,
    Cover,
    Cursor,
    DeclarationState,
    Holding,
    Issue,
    IssueState,
    Lodgement,
    Outgoing,
    Record,
    Side,
)
from hefu.protocol.releasing import released
from hefu.protocol.verification import Verification
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteReader, SqliteStore
from tests.simulation.world import Parts


def void_alone(book: Book, number: str, reason: str, actor: str) -> Outcome:
    """Tax voids by its own, possibly stale, view of the use."""
    found = book.get(Issue, number)
    if found is None or found.state is not IssueState.ISSUED or found.usage is not UseState.AVAILABLE:
        return tax.void(book, number, reason, actor)
    goods.lift_cover(book, number)
    book.put(replace(found, state=IssueState.VOIDED, changed_at=book.now))
    book.note(actor, "certificate.voided", number)
    return Outcome("voided", number)


class GrantWhileReserved(Gate):
    """Customs grants a void as long as the certificate is not used, reservations notwithstanding."""

    def _answer_void(self, book: Book, message: VoidRequested, actor: str) -> None:
        holding = book.get(Holding, message.number)
        if holding is not None and holding.state is UseState.RESERVED:
            book.send(VoidGranted(number=message.number, request=message.request))
            return
        super()._answer_void(book, message, actor)


class ReleaseWithoutUse(Gate):
    """A release that forgets to mark the certificates used."""

    def release(self, book: Book, number: str, actor: str) -> Outcome:
        known = book.get(Lodgement, number)
        if known is None or known.state is not DeclarationState.RESERVED:
            return super().release(book, number, actor)
        released = replace(known, state=DeclarationState.RELEASED, due=None)
        book.put(released)
        book.note(actor, "declaration.released", number)
        return Outcome("released", number, body=summary(released))


class UsedIsFreed(Gate):
    """A withdrawal after release that gives the certificate back."""

    def withdraw(self, book: Book, number: str, reason: str, actor: str) -> Outcome:
        known = book.get(Lodgement, number)
        if known is None or known.state is not DeclarationState.RELEASED:
            return super().withdraw(book, number, reason, actor)
        self.verification.give_back(book, replace(known, state=DeclarationState.RESERVED), actor, reason)
        book.put(replace(known, state=DeclarationState.WITHDRAWN, draws=()))
        book.note(actor, "declaration.withdrawn", number)
        return Outcome("withdrawn", number)


class StaleCompare(Verification):
    """A batch judged by what was true before its first member took anything."""

    def verify(self, book: Book, lodgements: Sequence[Lodgement]) -> list[Lodgement]:
        cases = [self_assemble(book, one, self.policy) for one in lodgements]
        comparisons = self._compare(cases, self.policy, self.ruleset)
        return [self._settle(book, *one) for one in zip(lodgements, cases, comparisons, strict=True)]


def self_assemble(book: Book, lodgement: Lodgement, policy: Policy) -> Any:
    from hefu.protocol.cases import assemble  # noqa: PLC0415 - kept beside its only use

    return assemble(book, lodgement.document, policy)


def issue_without_ledger(book: Book, certificate: Certificate, actor: str, policy: Policy) -> Outcome:
    """An issue that does not look at what live certificates cover already."""
    known = book.get(Issue, certificate.number)
    if known is not None:
        return tax.issue(book, certificate, actor, policy)
    planned: list[Record] = []
    for line in certificate.lines:
        account = goods.opened_by(certificate, line)
        planned.append(replace(account, taken=account.quantity))
        planned.append(Cover(account.goods, certificate.number, line.line, account.quantity))
    goods.put_cover(book, planned)
    tax._put_in_force(book, certificate, actor, None)
    return Outcome("issued", certificate.number)


class NoDuplicateCheck(Inbox):
    """An inbox that applies whatever comes."""

    def _take(self, book: Book, envelope: Opened, stream: str, sequence: int, body: dict[str, Any]) -> str:
        known = book.get(Cursor, "in", stream)
        if known is not None and sequence <= known.sequence:
            book.put(Cursor("in", stream, sequence - 1))
        return super()._take(book, envelope, stream, sequence, body)


class SkipsGaps(Inbox):
    """An inbox that takes a later message for the next one, and so loses the ones between."""

    def _take(self, book: Book, envelope: Opened, stream: str, sequence: int, body: dict[str, Any]) -> str:
        known = book.get(Cursor, "in", stream)
        if sequence > 1 + (known.sequence if known else 0):
            book.put(Cursor("in", stream, sequence - 1))
        return super()._take(book, envelope, stream, sequence, body)


class CursorApart(SqliteStore):
    """A store that saves the cursors in a transaction of their own, before the effect."""

    @contextmanager
    def write(self, now: datetime) -> Iterator[Book]:
        cursors: list[Cursor] = []
        try:
            with super().write(now) as book:
                try:
                    yield book
                finally:
                    cursors = [c.after for c in book.changes.values() if isinstance(c.after, Cursor)]
                    book.changes = {k: c for k, c in book.changes.items() if not isinstance(c.after, Cursor)}
        finally:
            self.connection.executemany(
                "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)",
                [(c.way, c.stream, c.sequence) for c in cursors],
            )


class FeedbackApart(SqliteStore):
    """A store that saves outgoing messages after the commit, so that a crash between loses them."""

    @contextmanager
    def write(self, now: datetime) -> Iterator[Book]:
        lost: list[Outgoing] = []
        with super().write(now) as book:
            yield book
            lost = [
                c.after for c in book.changes.values() if isinstance(c.after, Outgoing) and c.before is None
            ]
            if now.second % 5 == 0:
                book.changes = {k: c for k, c in book.changes.items() if c.after not in lost}


class DoneWhenSent(Outbox):
    """An outbox that takes sending for delivery."""

    def parcel(self, reader: SqliteReader, now: datetime, limit: int = 256, after: int = 0) -> Parcel | None:
        found = super().parcel(reader, now, limit, after)
        if found is not None:
            reader.connection.execute("UPDATE outgoing SET receipt = 'sent' WHERE id <= ?", (found.last,))
        return found


def feedback_ignores_state(book: Book, message: Message, actor: str) -> None:
    """Tax takes a refused void for granted."""
    found = book.get(Issue, message.stream)
    if message.kind == "certificate.void_refused" and found is not None:
        goods.lift_cover(book, found.number)
        book.put(replace(found, state=IssueState.VOIDED))
        return
    tax.receive(book, message, actor)


class NoUniqueKey(SqliteStore):
    """A store without the unique key and the triggers on who holds a certificate."""

    def __init__(self, path: str, side: Side) -> None:
        super().__init__(path, side)
        for name in ("used_is_final", "binding_stays", "used_is_kept"):
            self.connection.execute(f"DROP TRIGGER {name}")
        self.connection.execute("DROP TABLE holding")
        self.connection.execute(
            "CREATE TABLE holding (certificate TEXT, state TEXT, declaration TEXT, since TEXT)"
        )


class BindsBlindly(Verification):
    """A verification that trusts the store to refuse a second binding, over a store that does not."""

    def _take(self, book: Book, lodgement: Lodgement) -> None:
        for certificate in lodgement.certificates:
            book.put(Holding(certificate, UseState.RESERVED, lodgement.number, book.now))
        goods.take(book, lodgement.draws)

    def verify(self, book: Book, lodgements: Sequence[Lodgement]) -> list[Lodgement]:
        real, book.get = book.get, _blind(book.get)  # type: ignore[method-assign]
        try:
            cases = [self_assemble(book, one, self.policy) for one in lodgements]
        finally:
            book.get = real  # type: ignore[method-assign]
        comparisons = self._compare(cases, self.policy, self.ruleset)
        return [self._settle(book, *one) for one in zip(lodgements, cases, comparisons, strict=True)]


def _blind(get: Callable[..., Any]) -> Callable[..., Any]:
    return lambda kind, *key: None if kind is Holding else get(kind, *key)


def grant_drops_the_draft(book: Book, message: Message, actor: str) -> None:
    """A grant that supersedes the old certificate and loses the new one."""
    found = book.get(Issue, message.stream)
    tax.receive(book, message, actor)
    if isinstance(message, VoidGranted) and found is not None and found.replacement:
        heir = book.get(Issue, found.replacement)
        if heir is not None and heir.state is IssueState.ISSUED:
            goods.lift_cover(book, heir.number)
            book.drop(heir)


class OneOfficerIsEnough(Gate):
    """Whoever entered a paper may approve it."""

    def approve(self, book: Book, number: int, remark: str, actor: str) -> Outcome:
        told = super().approve(book, number, remark, actor)
        act = book.get(TwoOfficerAct, number)
        case = book.get(PaperCase, act.subject) if act else None
        if told.status == "act.same_officer" and case is not None:
            book.put(replace(case, state=PaperState.APPROVED, approved_by=actor))
        return told


class PaperForgotten(Gate):
    """A record that comes after its paper is not held against it."""

    def _arrive(self, book: Book, message: CertificateIssued, actor: str) -> None:
        certificate = message.certificate
        book.put(Copy(certificate.number, certificate, digest(certificate), book.now))
        book.note(actor, "certificate.arrived", certificate.number)
        self.verification.tell_again(book, certificate.number)
        self.verification.wake(book, [f"certificate:{certificate.number}"])


class UseOnPaperNotTold(Verification):
    """Tax never learns of a use that began on paper."""

    def tell_again(self, book: Book, certificate: str) -> None:
        return


class BoundPaperVoided(Gate):
    """A void is granted while the number is bound on paper and nothing is reserved yet."""

    def _answer_void(self, book: Book, message: VoidRequested, actor: str) -> None:
        if book.get(Holding, message.number) is None:
            book.put(Holding(message.number, UseState.WITHDRAWN, None, book.now))
            book.note(actor, "certificate.withdrawn", message.number, reason=message.reason)
            book.send(VoidGranted(number=message.number, request=message.request))
            return
        super()._answer_void(book, message, actor)


class OverrideLeavesItFree(Gate):
    """Two officers release a held declaration, and what it names stays free for another."""

    def _perform(self, book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
        if act.kind != ActKind.OVERRIDE.value:
            return super()._perform(book, act, actor)
        known = book.get(Lodgement, act.subject)
        if known is None or known.state is not DeclarationState.HELD:
            return super()._perform(book, act, actor)
        released(book, known, actor, self.verification)
        return Outcome(
            "released", known.number, body={"certificates": list(known.document.certificate_numbers())}
        )


class MoveUntold(Gate):
    """A wrong use is put right at customs, and tax is not told."""

    def _perform(self, book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
        trial = book.trial()
        done = super()._perform(trial, act, actor)
        if done.status == "moved":
            said = [
                place for place in trial.changes if act.subject in place[1] and place[0] in (Outgoing, Cursor)
            ]
            for place in said:
                trial.changes.pop(place)
        book.adopt(trial)
        return done


class ReopensTheNumber(Gate):
    """With the goods the certificate comes back as well."""

    def _perform(self, book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
        done = super()._perform(book, act, actor)
        for certificate in done.body.get("certificates", ()) if done.status == "reopened" else ():
            holding = book.get(Holding, certificate)
            if holding is not None:
                book.drop(holding)
        return done


VARIANTS: dict[str, Parts] = {
    "grant that loses the reissue": Parts(receive_at_tax=grant_drops_the_draft),
    "tax voids without asking": Parts(void=void_alone),
    "customs grants while reserved": Parts(gate=GrantWhileReserved),
    "release without use": Parts(gate=ReleaseWithoutUse),
    "used certificate freed": Parts(gate=UsedIsFreed, store=NoUniqueKey),
    "batch judged by stale state": Parts(verification=StaleCompare),
    "issue without the goods ledger": Parts(issue=issue_without_ledger),
    "inbox applies duplicates": Parts(inbox=NoDuplicateCheck),
    "inbox skips gaps": Parts(inbox=SkipsGaps),
    "cursor outside the transaction": Parts(store=CursorApart),
    "feedback outside the transaction": Parts(store=FeedbackApart),
    "sent taken for delivered": Parts(outbox=DoneWhenSent),
    "refused void taken for granted": Parts(receive_at_tax=feedback_ignores_state),
    "one officer approves his own paper": Parts(gate=OneOfficerIsEnough),
    "a paper is never settled": Parts(gate=PaperForgotten),
    "a use on paper is not told": Parts(verification=UseOnPaperNotTold),
    "a bound paper is voided": Parts(gate=BoundPaperVoided),
    "an override leaves its certificate free": Parts(gate=OverrideLeavesItFree),
    "tax is not told of a moved use": Parts(gate=MoveUntold),
    "reopened goods free the number": Parts(gate=ReopensTheNumber, store=NoUniqueKey),
    "binding without the unique key": Parts(verification=BindsBlindly, store=NoUniqueKey),
}
"""Every variant by what is wrong with it."""

SELDOM: dict[str, dict[str, int]] = {
    "reopened goods free the number": {"lodge": 18, "release": 24, "look": 16, "reopen": 16},
}
"""Variants that show only where some steps are taken more often than usual: those steps and their weights."""

UNSEEN: dict[str, str] = {
    "one officer approves his own paper": "who approved a paper is in no answer about the certificate's use",
    "a paper is never settled": "the state of a paper beside its certificate's use is not part of the history",
}
"""Variants that answers about use do not show, and why; the registers do."""

assert sqlite3.sqlite_version_info >= (3, 37), "STRICT tables"
