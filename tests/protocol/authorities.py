"""Both authorities face to face: real stores, no link. A test delivers what one says to the other.

Every write is checked against the invariants, so that each test of a transition tests them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any, Final, TypeVar

import orjson

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.fields import plain, unscaled
from hefu.errors import Problem
from hefu.protocol import tax
from hefu.protocol.book import Book, R
from hefu.protocol.cases import standing
from hefu.protocol.contingency import contests, papers, tickets
from hefu.protocol.contingency.papers import PaperEntry
from hefu.protocol.contingency.records import Contest, Function, PaperCase, Scan
from hefu.protocol.customs import Gate
from hefu.protocol.invariants import settled, violations
from hefu.protocol.messages import Message, parse
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import (
    Account,
    Cursor,
    DeclarationState,
    Issue,
    IssueState,
    Lodgement,
    Outgoing,
    Side,
)
from hefu.protocol.records import Copy as Arrived
from hefu.protocol.verification import Verification
from hefu.rules.case import UseState
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from hefu.stores.sqlite import SqliteStore
from hefu.stores.tables import TABLES
from tests import builders
from tests.registers import registers

START: Final = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
NUMBER: Final = "BSWT0001"
RETURN: Final = "530120261000000001"
OTHER_RETURN: Final = "530120261000000002"
GOODS: Final = f"item:{builders.EXPORT}:1"
INVOICE: Final = f"invoice:{builders.EXPORTER['uscc']}:FP0001:1"

FIRST, SECOND = "customs_officer:one", "customs_officer:two"

T = TypeVar("T")


class Authorities:
    """A tax and a customs authority under one policy, and a clock."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.gate = Gate(Verification(self.policy, CURRENT, compare))
        self.stores = {side: SqliteStore(":memory:", side) for side in Side}
        self.now = START

    def write(self, side: Side, work: Callable[[Book], T]) -> T:
        """One transaction of a side, a second later than the last; the invariants hold after it."""
        self.now += timedelta(seconds=1)
        with self.stores[side].write(self.now) as book:
            result = work(book)
        self.check()
        return result

    def check(self) -> None:
        now = registers(self.stores[Side.TAX], self.stores[Side.CUSTOMS], self.policy)
        found = violations(now)
        assert not found, found

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    def close(self) -> None:
        for store in self.stores.values():
            store.close()

    # --- commands ---------------------------------------------------------------------------------

    def issue(self, certificate: Certificate) -> Outcome:
        return self.write(Side.TAX, lambda book: tax.issue(book, certificate, "officer", self.policy))

    def void(self, number: str = NUMBER, reason: str = "mistake") -> Outcome:
        return self.write(Side.TAX, lambda book: tax.void(book, number, reason, "officer"))

    def reissue(self, certificate: Certificate, number: str = NUMBER) -> Outcome:
        return self.write(
            Side.TAX, lambda book: tax.reissue(book, number, certificate, "lost", "officer", self.policy)
        )

    def lodge_all(self, *declarations: Declaration) -> list[Outcome]:
        return self.write(Side.CUSTOMS, lambda book: self.gate.lodge(book, declarations, "firm"))

    def lodge(self, declaration: Declaration) -> Outcome:
        (outcome,) = self.lodge_all(declaration)
        return outcome

    def correct(self, declaration: Declaration) -> Outcome:
        return self.write(Side.CUSTOMS, lambda book: self.gate.correct(book, declaration, "firm"))

    def release(self, number: str = RETURN) -> Outcome:
        return self.write(Side.CUSTOMS, lambda book: self.gate.release(book, number, "officer"))

    def withdraw(self, number: str = RETURN) -> Outcome:
        return self.write(Side.CUSTOMS, lambda book: self.gate.withdraw(book, number, "mistake", "firm"))

    def refuse(self, number: str = RETURN) -> Outcome:
        return self.write(Side.CUSTOMS, lambda book: self.gate.refuse(book, number, "forbidden", "officer"))

    def expire(self, number: str = RETURN) -> Outcome:
        return self.write(Side.CUSTOMS, lambda book: self.gate.expire(book, number, "clock"))

    # --- contingency ----------------------------------------------------------------------------

    def ticket(self) -> str:
        """The open contingency of the link, opened by two officers if there is none."""
        told = self.customs(
            lambda book: tickets.open_ticket(
                book, Function.CERTIFICATES, None, "no link", FIRST, timedelta(hours=2)
            )
        )
        if told.status == "proposed":
            told = self.approve(told.body["act"])
        return told.number

    def enter(
        self, paper: Certificate, number: str = RETURN, scan: str = "scan", at: datetime | None = None
    ) -> Outcome:
        """The first officer enters a paper for a declaration."""
        picture = Scan(f"sha256:{scan}", "image/png", scan.encode())
        entry = PaperEntry(paper, number, self.ticket(), picture, at)
        return self.customs(lambda book: papers.enter_paper(book, entry, FIRST))

    def approve(self, act: int, actor: str = SECOND) -> Outcome:
        return self.customs(lambda book: self.gate.approve(book, act, "seen", actor))

    def reject(self, act: int, actor: str = SECOND) -> Outcome:
        return self.customs(lambda book: self.gate.reject(book, act, "not readable", actor))

    def on_paper(self, paper: Certificate, number: str = RETURN) -> Outcome:
        """A paper entered by one officer and approved by another."""
        told = self.enter(paper, number)
        assert told.status == "proposed", told
        return self.approve(told.body["act"])

    def close_contest(self, number: int, ground: str = "typing error") -> Outcome:
        told = self.customs(lambda book: contests.propose_closing(book, number, ground, FIRST))
        return told if told.refused else self.approve(told.body["act"])

    def customs(self, work: Callable[[Book], Outcome]) -> Outcome:
        return self.write(Side.CUSTOMS, work)

    def paper(self, number: str = NUMBER) -> PaperCase | None:
        return self.get(Side.CUSTOMS, PaperCase, number)

    def contests(self, number: str = NUMBER) -> list[Contest]:
        return self.stores[Side.CUSTOMS].find(Contest, "certificate", number)

    def command(self, name: str, number: str = RETURN) -> Outcome:
        """A command about a declaration, by name."""
        done: Outcome = getattr(self, name)(number)
        return done

    # --- what is said -----------------------------------------------------------------------------

    def said(self, side: Side, stream: str = NUMBER) -> list[str]:
        """The kinds of all messages of a side in a stream, in order."""
        sent = [one for one in self.stores[side].every(Outgoing) if one.stream == stream]
        return [one.kind for one in sorted(sent, key=lambda one: one.sequence)]

    def open(self, side: Side) -> list[Outgoing]:
        """The messages of a side that have not arrived, oldest first."""
        return [message for _, message in self.stores[side].open_outgoing(1000)]

    def deliver(self, message: Outgoing, to: Side) -> None:
        """One message arrives, as JSON, and is applied with its cursor."""
        body = parse(orjson.loads(orjson.dumps(message.body)), message.stream)
        receive = self.gate.receive if to is Side.CUSTOMS else tax.receive

        def arrive(book: Book) -> None:
            receive(book, body, to.peer.value)
            book.put(Cursor("in", message.stream, message.sequence))

        self.write(to, arrive)
        with self.stores[to.peer].write(self.now) as book:
            known = book.get(Outgoing, *message.key)
            assert known is not None
            done = Outgoing(known.stream, known.sequence, known.kind, known.body, known.at, "receipt")
            book.put(done)

    def stray(self, to: Side, message: Message) -> None:
        """A message that the other side's state machine would not send now."""
        receive = self.gate.receive if to is Side.CUSTOMS else tax.receive
        self.write(to, lambda book: receive(book, message, to.peer.value))

    def to_customs(self) -> None:
        for message in self.open(Side.TAX):
            self.deliver(message, Side.CUSTOMS)

    def to_tax(self) -> None:
        for message in self.open(Side.CUSTOMS):
            self.deliver(message, Side.TAX)

    def settle(self) -> None:
        """Everything arrives; then both sides say the same."""
        while any(self.open(side) for side in Side):
            self.to_customs()
            self.to_tax()
        now = registers(self.stores[Side.TAX], self.stores[Side.CUSTOMS], self.policy)
        assert list(settled(now)) == []

    # --- what is on record --------------------------------------------------------------------------

    def get(self, side: Side, kind: type[R], *key: str | int) -> R | None:
        return self.stores[side].fetch(kind, [key]).get(key)

    def issued(self, number: str = NUMBER) -> Issue:
        found = self.get(Side.TAX, Issue, number)
        assert found is not None
        return found

    def at_tax(self, number: str = NUMBER) -> tuple[IssueState, UseState, str | None]:
        """State, use and declaration of a certificate as tax sees it."""
        found = self.issued(number)
        return found.state, found.usage, found.declaration

    def at_customs(self, number: str = NUMBER) -> tuple[UseState, str | None]:
        """Where a certificate stands at customs, and who holds it."""
        found = standing(Book(self.stores[Side.CUSTOMS], self.now), number, RETURN)
        return found.state, found.declaration

    def everything(self) -> str:
        """All records and entries of both sides, for: this changed nothing."""
        told = [repr(list(store.every(kind))) for store in self.stores.values() for kind in TABLES]
        return "\n".join([*told, *(repr(store.journal_after(0)) for store in self.stores.values())])

    def has_copy(self, number: str = NUMBER) -> bool:
        return self.get(Side.CUSTOMS, Arrived, number) is not None

    def lodged(self, number: str = RETURN) -> Lodgement:
        found = self.get(Side.CUSTOMS, Lodgement, number)
        assert found is not None
        return found

    def state(self, number: str = RETURN) -> DeclarationState:
        return self.lodged(number).state

    def findings(self, number: str = RETURN) -> list[str]:
        """The codes that block a declaration."""
        told: list[dict[str, Any]] = self.lodged(number).comparison["findings"]
        return [one["code"] for one in told if one["severity"] == "block"]

    def account(self, side: Side, goods: str = GOODS) -> tuple[str, str, str] | None:
        """Quantity, taken and basis of an account, as people write them."""
        found = self.get(side, Account, goods)
        if found is None:
            return None
        return plain(unscaled(found.quantity)), plain(unscaled(found.taken)), found.basis

    def events(self, side: Side, number: str = NUMBER) -> list[str]:
        """The journal's entries under a number, oldest first."""
        return [entry.event for entry in self.stores[side].journal_after(0) if entry.number == number]

    # --- sound beginnings ---------------------------------------------------------------------------

    def ready(self, certificate: Certificate | None = None) -> None:
        """A certificate, BSWT0001 for a return unless given, issued and arrived."""
        assert self.issue(certificate or builders.certificate()).status == "issued"
        self.to_customs()

    def reserved(self) -> None:
        """The certificate reserved by the return; tax knows."""
        self.ready()
        assert self.lodge(builders.declaration()).status == "reserved"
        self.to_tax()

    def used(self) -> None:
        """The certificate used by the return; tax knows."""
        self.reserved()
        assert self.release().status == "released"
        self.to_tax()

    def exported(self, quantity: str = "100", **changes: Any) -> None:
        """EXPORT released with this quantity of item 1, on a certificate of its own; tax knows."""
        line = builders.invoice_line(quantity=quantity, exported_quantity=quantity)
        self.ready(builders.certificate("export", number="EXPORT1", issued_on="2026-01-05", lines=[line]))
        item = builders.item(first={"quantity": quantity, "unit": "011"})
        told = {"certificates": [{"number": "EXPORT1"}], "items": [item], **changes}
        assert self.lodge(builders.declaration("export", **told)).status == "reserved"
        assert self.release(builders.EXPORT).status == "released"
        self.settle()


@contextmanager
def facing(policy: Policy | None = None) -> Iterator[Authorities]:
    """Two authorities for the length of a test."""
    both = Authorities(policy)
    try:
        yield both
    finally:
        both.close()


def refused(outcome: Outcome, code: str, side: str) -> Problem:
    """The problem of a refusal under this code, which says all it has to say in both languages."""
    assert outcome.status == code
    assert outcome.refused
    problem = outcome.problem
    assert problem is not None
    assert (problem.kind.code, problem.side, problem.place) == (code, side, outcome.number)
    told = {"file": problem.file, "place": problem.place, "value": problem.value, **problem.details}
    for text in (*problem.kind.message, *problem.kind.cure):
        for _, slot, _, _ in Formatter().parse(text):
            assert slot is None or str(told.get(slot) or ""), f"{code} leaves {{{slot}}} empty: {text}"
    return problem
