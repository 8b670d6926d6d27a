"""Both nodes, the link and everything that can go wrong with them, in one process from one seed.

The nodes are the product's own code: store, gate, outbox, inbox, signatures. Only network, clock and
crashes are made here. A crash rolls back the open transaction and forgets everything that is not in
the store.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import zip_longest
from typing import Any
from unittest.mock import patch

from hefu.customs.service import CustomsAuthority
from hefu.documents.declaration import Declaration
from hefu.errors import HefuError
from hefu.link.envelope import Opened
from hefu.link.inbox import Inbox, receipt
from hefu.link.outbox import Outbox, pull_request
from hefu.protocol import tax
from hefu.protocol.applications import deciding
from hefu.protocol.book import Book
from hefu.protocol.customs import Gate
from hefu.protocol.invariants import settled, violations
from hefu.protocol.messages import KeyAnnounced, Message
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, Outgoing, PeerKey, Side
from hefu.protocol.refunds import claims, giving_back
from hefu.protocol.registers import Registers
from hefu.protocol.verdict_records import Adopted
from hefu.protocol.verdicts import VERDICTS, verdict_of
from hefu.protocol.verification import Verification
from hefu.rules.case import Case
from hefu.rules.compare import compare
from hefu.rules.finding import Comparison
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from hefu.stores.contradictions import contradictions
from hefu.stores.sqlite import SqliteReader, SqliteStore, _migrate
from hefu.tax.service import TaxAuthority
from hefu.trust.keyring import Keyring, SigningKey, generate
from tests.history.operations import (
    Answer,
    Asked,
    Recorder,
    asked_about,
    declaring,
    issuing,
    reissuing,
)
from tests.registers import registers
from tests.simulation import applying, officers, refunds
from tests.simulation.documents import EXPORTS, POOL, a_certificate, a_declaration, an_export

START = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


class Crash(Exception):  # an event, not an error
    """The process dies here."""


class Violation(AssertionError):
    """An invariant does not hold."""


@cache
def first_key(side: Side) -> SigningKey:
    return generate(side.value, START, confirmed=True)


@cache
def _empty() -> bytes:
    with closing(SqliteReader(":memory:")) as empty:
        _migrate(empty.connection, empty.path)
        return empty.connection.serialize()


def _copied(connection: sqlite3.Connection, _path: str) -> None:
    """The schema, made once by the scripts and then copied: making it took a quarter of a history's time."""
    connection.deserialize(_empty())


_REMEMBERED: dict[str, Comparison] = {}


def remembered_compare(cases: Sequence[Case], policy: Policy, ruleset: RuleSet) -> list[Comparison]:
    """The real comparison, which is a pure function, asked once for each different question."""
    keys = [f"{policy.digest} {case!r}" for case in cases]
    fresh = {key: case for key, case in zip(keys, cases, strict=True) if key not in _REMEMBERED}
    if len(_REMEMBERED) > 20_000:
        _REMEMBERED.clear()
        fresh = dict(zip(keys, cases, strict=True))
    _REMEMBERED.update(zip(fresh, compare(list(fresh.values()), policy, ruleset), strict=True))
    return [_REMEMBERED[key] for key in keys]


@dataclass
class Parts:
    """The pieces that a broken variant may replace."""

    issue: Callable[..., Outcome] = tax.issue
    void: Callable[..., Outcome] = tax.void
    receive_at_tax: Callable[..., None] = tax.receive
    claim: Callable[..., Outcome | HefuError] = claims.file
    pay: Callable[..., Outcome] = claims.pay
    recall: Callable[..., Outcome] = claims.recall
    repay: Callable[..., Outcome | HefuError] = giving_back.repay
    approve: Callable[..., Outcome | HefuError] = deciding.approve
    gate: type[Gate] = Gate
    verification: type[Verification] = Verification
    inbox: type[Inbox] = Inbox
    outbox: type[Outbox] = Outbox
    store: type[SqliteStore] = SqliteStore


_BESIDE = {**officers.STEPS, **applying.STEPS, **refunds.STEPS}
"""Steps that stand in modules of their own."""

Applied = tuple[str, dict[str, Any]]
"""Stream and body of a message that took effect."""


@dataclass
class Packet:
    to: Side
    data: bytes
    at: int


class Node:
    """One authority's node: store, keys, outbox, inbox, and its state machine."""

    def __init__(self, side: Side, parts: Parts, policy: Policy) -> None:
        self.side, self.parts, self.policy = side, parts, policy
        with patch("hefu.stores.sqlite._migrate", _copied):
            self.store = parts.store(":memory:", side)
        self.alive = True
        self.skew = timedelta(0)
        self.applying: list[Applied] = []
        self.applied: list[Applied] = []
        self.keyring = Keyring([first_key(side)])
        with self.store.write(START) as book:
            theirs = first_key(side.peer)
            book.put(PeerKey(theirs.key_id, theirs.algorithm, theirs.public_text, theirs.not_before))
        self.boot()

    def boot(self) -> None:
        """Start the process: everything but store and key files is made anew."""
        self.outbox = self.parts.outbox(self.side, self.keyring)
        verification = self.parts.verification(self.policy, CURRENT, remembered_compare)
        self.gate = self.parts.gate(verification)
        receive = self.gate.receive if self.side is Side.CUSTOMS else self.parts.receive_at_tax

        def watched(book: Book, message: Message, actor: str) -> None:
            self.applying.append((message.stream, message.body()))
            receive(book, message, actor)

        self.inbox = self.parts.inbox(self.side, watched)
        self.store._copies.clear()
        self.alive = True


@dataclass
class World:
    """The seeded world. ``history`` is what its clients asked and were told; ``outside``: nobody looks into the
    registers, so that a history goes on whatever is wrong in them.
    """

    parts: Parts = field(default_factory=Parts)
    policy: Policy = field(default_factory=Policy)
    outside: bool = False

    def __post_init__(self) -> None:
        self.clock = 0
        self.nodes = {side: Node(side, self.parts, self.policy) for side in Side}
        self.network: list[Packet] = []
        self.crash_next: str = ""
        self.outcomes: list[str] = []
        self.faults: Counter[str] = Counter()
        self._checked: tuple[int, ...] = ()
        self.history = Recorder()
        self.desks: dict[Side, TaxAuthority | CustomsAuthority]
        self.desks = {Side.TAX: TaxAuthority(self.policy), Side.CUSTOMS: CustomsAuthority(self.policy)}

    # --- time and processes ---------------------------------------------------------------------

    def now(self, side: Side) -> datetime:
        return START + timedelta(seconds=self.clock) + self.nodes[side].skew

    def step(self, name: str, seed: int) -> None:
        """Do one thing, then check every invariant."""
        self.clock += 1
        rng = random.Random(seed)
        try:
            if name in _BESIDE:
                _BESIDE[name](self, rng)
            else:
                getattr(self, f"do_{name}")(rng)
        except Crash:
            pass
        except HefuError as error:
            self.outcomes.append(error.first.kind.code)
        except Exception:
            if not self.outside:
                raise
        self.check()

    def write(self, side: Side, work: Callable[[Book], Any]) -> Any:
        """One transaction of a node; dies before the commit or after it if told so."""
        node = self.nodes[side]
        if not node.alive:
            raise Crash
        doom, self.crash_next = self.crash_next, ""
        node.applying.clear()
        with node.store.write(self.now(side)) as book:
            result = work(book)
            if doom == "before":
                self.crash(side, "killed before a commit")
                raise Crash
        node.applied += node.applying
        if doom == "after":
            self.crash(side, "killed after a commit, before the answer")
            raise Crash
        return result

    def ask(
        self, side: Side, client: str, asked: Sequence[Asked], work: Callable[[Book], Sequence[Outcome]]
    ) -> Sequence[Outcome]:
        """One transaction as its clients see it: asked, and answered unless the node dies."""
        if not self.nodes[side].alive:
            self.faults["asked a dead node"] += 1
            raise Crash
        begun = [self.history.begin(client, one) for one in asked]
        outcomes: Sequence[Outcome] = ()
        try:
            outcomes = self.write(side, work)
        finally:
            for operation in begun[len(outcomes) :]:
                self.history.lost(operation)
        for operation, outcome in zip(begun, outcomes, strict=True):
            self.history.end(operation, Answer.of(outcome))
            self.outcomes.append(outcome.status)
        return outcomes

    def ask_one(self, side: Side, client: str, asked: Asked, work: Callable[[Book], Outcome]) -> Outcome:
        (outcome,) = self.ask(side, client, [asked], lambda book: [work(book)])
        return outcome

    def look(self, side: Side, what: str, number: str) -> None:
        """A client reads where a certificate or a declaration stands."""
        if self.nodes[side].alive:
            answer = Answer.reading(self.desks[side].describe(self.nodes[side].store, number))
            self.history.told("reader", Asked(what, number), answer)

    def crash(self, side: Side, when: str) -> None:
        self.faults[when] += self.nodes[side].alive
        self.nodes[side].alive = False

    # --- what may happen ------------------------------------------------------------------------

    def do_crash(self, rng: random.Random) -> None:
        side = rng.choice(list(Side))
        self.crash(side, "killed between two steps")

    def do_doom(self, rng: random.Random) -> None:
        """The next transaction of either side is its last."""
        self.crash_next = rng.choice(["before", "after"])

    def do_restart(self, _: random.Random) -> None:
        for node in self.nodes.values():
            if not node.alive:
                node.boot()

    def do_clock(self, rng: random.Random) -> None:
        side = rng.choice(list(Side))
        self.faults["a clock jumped"] += 1
        self.nodes[side].skew += timedelta(hours=rng.choice([-30, -1, 1, 30, 24 * 15]))

    def do_issue(self, rng: random.Random) -> None:
        for which in rng.sample(range(POOL), rng.choice([1, 2, 4])):
            certificate = a_certificate(which, rng.choice([0, 0, 0, 1, 2]))
            issue = partial(self.parts.issue, certificate=certificate, actor="officer", policy=self.policy)
            self.ask_one(Side.TAX, "officer", issuing(certificate), issue)

    def do_void(self, rng: random.Random) -> None:
        known = self.known(Side.TAX, "issue")
        number = rng.choice(known) if known else a_certificate(rng.randrange(POOL)).number
        void = partial(self.parts.void, number=number, reason="reason", actor="officer")
        self.ask_one(Side.TAX, "officer", Asked("void", number), void)

    def do_reissue(self, rng: random.Random) -> None:
        old = a_certificate(rng.randrange(POOL), rng.choice([0, 0, 0, 1, 2]))
        new = old.model_copy(update={"number": f"{old.number}R{rng.randrange(3)}"})
        reissue = partial(tax.reissue, number=old.number, certificate=new, reason="lost", actor="officer")
        self.ask_one(Side.TAX, "officer", reissuing(old.number, new), partial(reissue, policy=self.policy))

    def do_lodge(self, rng: random.Random) -> None:
        arrived = {copy.number for copy in self.nodes[Side.CUSTOMS].store.every(Copy)}
        known = arrived if rng.random() < 0.7 else set(self.known(Side.TAX, "issue"))
        fitting = [n for n in range(POOL) if known & set(a_declaration(n).certificate_numbers())]
        choice = fitting if fitting and rng.random() < 0.8 else range(POOL)
        names = tuple(sorted(arrived))
        declarations = [
            a_declaration(rng.choice(choice), names if rng.random() < 0.4 else ())
            for _ in range(rng.choice([1, 1, 2, 4]))
        ]
        gate = self.nodes[Side.CUSTOMS].gate
        asked = [self._declaring("lodge", one) for one in declarations]
        self.ask(Side.CUSTOMS, "firm", asked, lambda book: gate.lodge(book, declarations, "firm"))

    def do_exported(self, _: random.Random) -> None:
        """What claims and certificates are about is exported and released."""
        gate = self.nodes[Side.CUSTOMS].gate
        exports = [an_export(number) for number in EXPORTS]
        asked = [self._declaring("lodge", one) for one in exports]
        self.ask(Side.CUSTOMS, "firm", asked, lambda book: gate.lodge(book, exports, "firm"))
        for number in EXPORTS:
            release = partial(gate.release, number=number, actor="officer")
            self.ask_one(Side.CUSTOMS, "gate", Asked("release", number), release)

    def do_correct(self, rng: random.Random) -> None:
        declaration = a_declaration(rng.randrange(POOL))
        other = a_declaration(rng.randrange(POOL))
        corrected = declaration.model_copy(update={"certificates": other.certificates})
        gate = self.nodes[Side.CUSTOMS].gate
        asked = self._declaring("correct", corrected)
        self.ask_one(Side.CUSTOMS, "firm", asked, lambda book: gate.correct(book, corrected, "firm"))

    def _declaring(self, what: str, declaration: Declaration) -> Asked:
        return declaring(what, declaration, needs=self.policy.needs_certificate(declaration))

    def do_release(self, rng: random.Random) -> None:
        self._at_gate(rng, "release", lambda gate, book, number: gate.release(book, number, "officer"))

    def do_withdraw(self, rng: random.Random) -> None:
        self._at_gate(
            rng, "withdraw", lambda gate, book, number: gate.withdraw(book, number, "mistake", "firm")
        )

    def do_refuse(self, rng: random.Random) -> None:
        self._at_gate(
            rng, "refuse", lambda gate, book, number: gate.refuse(book, number, "forbidden", "officer")
        )

    def do_expire(self, rng: random.Random) -> None:
        self._at_gate(rng, "expire", lambda gate, book, number: gate.expire(book, number, "clock"))

    def _at_gate(self, rng: random.Random, what: str, act: Callable[[Gate, Book, str], Outcome]) -> None:
        known = self.known(Side.CUSTOMS, "lodgement")
        ready = self.known(Side.CUSTOMS, "lodgement", "reserved")
        choice = ready if ready and rng.random() < 0.7 else known
        number = rng.choice(choice) if choice else a_declaration(rng.randrange(POOL)).number
        gate = self.nodes[Side.CUSTOMS].gate
        self.ask_one(Side.CUSTOMS, "gate", Asked(what, number), lambda book: act(gate, book, number))

    def do_look(self, rng: random.Random) -> None:
        """Clients read: a certificate on either side, a declaration."""
        issued, lodged = self.known(Side.TAX, "issue"), self.known(Side.CUSTOMS, "lodgement")
        if issued:
            self.look(Side.TAX, "read at tax", rng.choice(issued))
            self.look(Side.CUSTOMS, "read at customs", rng.choice(issued))
        if lodged:
            self.look(Side.CUSTOMS, "read declaration", rng.choice(lodged))

    def do_rotate(self, rng: random.Random) -> None:
        side = rng.choice(list(Side))
        node = self.nodes[side]
        if len(node.keyring.keys) < 3:
            key = generate(side.value, self.now(side))
            message = KeyAnnounced(
                key_id=key.key_id,
                algorithm=key.algorithm,
                public_key=key.public_text,
                not_before=key.not_before.isoformat(),
            )
            node.keyring.add(key)
            self.write(side, lambda book: book.send(message))

    # --- the link ----------------------------------------------------------------------------------

    def do_send(self, rng: random.Random) -> None:
        side = rng.choice(list(Side))
        self.send(side, rng.choice([1, 1, 2, 5, 100]), rng.choice([1, 3, 5]))

    def send(self, side: Side, limit: int = 100, parcels: int = 1) -> None:
        """Send the open messages, in several envelopes under way at once if told so."""
        node = self.nodes[side]
        last = 0
        for _ in range(parcels if node.alive else 0):
            parcel = node.outbox.parcel(node.store, self.now(side), limit, last)
            if parcel is not None:
                self.network.append(Packet(side.peer, parcel.data, self.clock))
                last = parcel.last

    def do_pull(self, rng: random.Random) -> None:
        node = self.nodes[Side.CUSTOMS]
        if node.alive:
            streams = [a_certificate(rng.randrange(POOL)).number]
            request = pull_request(Side.CUSTOMS, streams, node.keyring, self.now(Side.CUSTOMS))
            self.network.append(Packet(Side.TAX, request, self.clock))

    def do_lose(self, rng: random.Random) -> None:
        if self.network:
            self.faults["envelope lost"] += 1
            self.network.pop(rng.randrange(len(self.network)))

    def do_repeat(self, rng: random.Random) -> None:
        if self.network:
            self.faults["envelope repeated"] += 1
            self.network.append(rng.choice(self.network))

    def do_deliver(self, rng: random.Random) -> None:
        """Any packet may come first: that is delay and reordering."""
        if self.network:
            place = rng.randrange(len(self.network))
            self.faults["envelope overtook another"] += place > 0
            self.arrive(self.network.pop(place))

    def arrive(self, packet: Packet) -> None:
        node = self.nodes[packet.to]
        side = packet.to
        self.faults["envelope for a dead node"] += not node.alive

        def take(book: Book) -> bytes | None:
            envelope = node.outbox.open(book, packet.data)
            return self._taken(node, book, envelope)

        answer = self.write(side, take)
        if answer is not None:
            self.network.append(Packet(side.peer, answer, self.clock))

    def _taken(self, node: Node, book: Book, envelope: Opened) -> bytes | None:
        if envelope.kind == "messages":
            results = node.inbox.accept(book, envelope)
            return receipt(node.side, envelope, results, node.keyring, book.now)
        if envelope.kind == "receipt":
            node.outbox.settle(book, [envelope])
            return None
        return node.outbox.resend(node.store, envelope.content["streams"], book.now)

    def do_flow(self, _rng: random.Random) -> None:
        """A while without faults: what is open goes over, both ways."""
        for side in Side:
            self.send(side)
        for _ in range(len(self.network)):
            self.arrive(self.network.pop(0))

    def known(self, side: Side, table: str, state: str = "%") -> list[str]:
        """The numbers on record, of one state."""
        query = f"SELECT number FROM {table} WHERE state LIKE ? ORDER BY number"
        rows = self.nodes[side].store.connection.execute(query, (state,))
        return [number for (number,) in rows]

    # --- at the end --------------------------------------------------------------------------------

    def heal(self) -> None:
        """No more faults: deliver everything, and both sides must agree."""
        self.crash_next = ""
        for _ in range(60):
            self.do_restart(random.Random(0))
            self.clock += 1
            for side in Side:
                self.send(side)
            if not self.network:
                break
            while self.network:
                self._arrive_at_last(self.network.pop(0))
        self.look_at_everything()
        if self.outside:
            return
        self.check()
        still = [*settled(self.registers()), *self.not_exactly_once()]
        still += self.not_made_again()
        still += [f"{s.value}: {one}" for s in Side for one in contradictions(self.nodes[s].store, s)]
        still += [f"{side} has unsent messages" for side in Side if self.nodes[side].store.backlog()]
        if still:
            raise Violation(f"I4 at rest: {'; '.join(still)}")

    def _arrive_at_last(self, packet: Packet) -> None:
        try:
            self.arrive(packet)
        except Exception:
            if not self.outside:
                raise

    def look_at_everything(self) -> None:
        """What clients read when both nodes say that nothing is to be sent any more."""
        unsent = any(self.nodes[side].store.backlog() for side in Side)
        self.history.told("reader", Asked("rest", ""), Answer("unsent" if unsent else "rest"))
        certificates, declarations = asked_about(self.history.operations)
        for number in certificates:
            self.look(Side.TAX, "read at tax", number)
            self.look(Side.CUSTOMS, "read at customs", number)
        for number in declarations:
            self.look(Side.CUSTOMS, "read declaration", number)

    def not_exactly_once(self) -> Iterator[str]:
        """I4 by watching: what took effect is what was sent, once each, in order."""
        for side in Side:
            sent = sorted(self.nodes[side.peer].store.every(Outgoing), key=lambda m: (m.stream, m.sequence))
            applied = sorted(self.nodes[side].applied, key=lambda one: one[0])
            wanted = [(m.stream, m.body) for m in sent if m.stream != "keys"]
            if applied != wanted:
                different = [(a, b) for a, b in zip_longest(applied, wanted) if a != b]
                yield f"{side.value} applied {different[0][0]} where {different[0][1]} was sent"

    def not_made_again(self) -> Iterator[str]:
        """Every verdict on record comes out the same from its facts, the documents and the rules."""
        customs = self.nodes[Side.CUSTOMS]
        book = Book(customs.store, self.now(Side.CUSTOMS))
        for entry in customs.store.journal_after(0):
            if entry.event in VERDICTS:
                verdict = verdict_of(book, entry)
                (again,) = remembered_compare([verdict.case], self.policy, CURRENT)
                if (
                    again.passes is not verdict.passed
                    or tuple(f.code for f in again.findings) != verdict.findings
                ):
                    yield f"{verdict.number} was {verdict.findings}, is {[f.code for f in again.findings]}"
                if book.get(Adopted, verdict.rules) is None:
                    yield f"{verdict.number} names rules that nobody kept"

    def registers(self) -> Registers:
        return registers(self.nodes[Side.TAX].store, self.nodes[Side.CUSTOMS].store, self.policy)

    def check(self) -> None:
        """Every invariant, if a register has changed since the last time."""
        changes = tuple(node.store.connection.total_changes for node in self.nodes.values())
        if changes != self._checked and not self.outside:
            found = violations(self.registers())
            if found:
                raise Violation("; ".join(found))
        self._checked = changes

    def tell(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome.status)
