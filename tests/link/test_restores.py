"""Seeded histories in which one side loses its store and goes on with that of yesterday, again and again.

After each recovery the invariants hold, both registers say the same or the difference has a name, and what a client was
ever told to be used is used by nobody else. ``HEFU_RESTORES`` says how many histories are played (default 25).
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from hefu.documents.canonical import digest
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.protocol import tax
from hefu.protocol.book import Book
from hefu.protocol.contingency.contests import propose_closing
from hefu.protocol.contingency.papers import PaperEntry, enter_paper
from hefu.protocol.contingency.records import Contest, Function, Scan
from hefu.protocol.contingency.tickets import open_ticket
from hefu.protocol.invariants import settled, violations
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import DeclarationState, Issue, IssueState, Lodgement, Side
from hefu.rules.case import UseState
from tests.history.operations import Asked
from tests.link.registers_pair import Both
from tests.nodes import goods
from tests.registers import registers
from tests.simulation import officers
from tests.simulation.documents import POOL, a_certificate, a_declaration

if TYPE_CHECKING:
    from tests.simulation.world import World

SEEDS = int(os.environ.get("HEFU_RESTORES", "25"))
STEPS = 40
LOST = ("restore.use_lost", "restore.reservation_lost", "restore.paper_lost")


@dataclass
class Desk:
    """What the officers of the simulated world need, of a history."""

    history: History

    @property
    def nodes(self) -> dict[Side, Any]:
        both = self.history.both
        return {Side.CUSTOMS: SimpleNamespace(store=both.stores[Side.CUSTOMS], gate=both.gate)}

    @property
    def policy(self) -> Any:
        return self.history.both.policy

    def write(self, side: Side, work: Callable[[Book], Any]) -> Any:
        with self.history.both.stores[side].write(self.history.both.clock()) as book:
            return work(book)

    def tell(self, outcome: Outcome) -> None:
        """Nobody counts here."""

    def ask(self, side: Side, _: str, asked: Sequence[Asked], work: Callable[[Book], Any]) -> Any:
        outcomes = self.write(side, work)
        for one, told in zip(asked, outcomes, strict=True):
            self.history.told(one, told)
        return outcomes

    def ask_one(self, side: Side, client: str, asked: Asked, work: Callable[[Book], Outcome]) -> Outcome:
        (told,) = self.ask(side, client, [asked], lambda book: [work(book)])
        return cast("Outcome", told)

    def do_correct(self, rng: random.Random) -> None:
        """No corrections here."""


@dataclass
class History:
    """One history: the two sides, copies of their stores, and what clients were told for good."""

    both: Both
    folder: Path
    rng: random.Random
    used: dict[str, str] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    kept: dict[Side, Path] = field(default_factory=dict)
    restored: int = 0

    def step(self) -> None:
        step = self.rng.choice(
            [self.issue] * 4 + [self.lodge] * 5 + [self.release] * 5 + [self.void, self.withdraw, self.refuse]
            + [self.both.flow] * 4 + [self.keep] * 2 + [self.restore]
            + [self.paper] * 4 + [self.officers]
        )  # fmt: skip
        step()

    def paper(self) -> None:
        officers.paper(cast("World", Desk(self)), self.rng)

    def officers(self) -> None:
        """Two officers close a contest, release what is held, give goods back or put a use right."""
        name = self.rng.choice(["contest", "override", "reopen", "move"])
        officers.STEPS[name](cast("World", Desk(self)), self.rng)

    def told(self, asked: Asked, outcome: Outcome) -> None:
        """What the second officer was told for good."""
        if outcome.status == "moved":
            self.used[asked.about] = asked.other
        elif outcome.status == "released":
            self._is_used(outcome)

    def issue(self) -> None:
        with self.both.stores[Side.TAX].write(self.both.clock()) as book:
            for which in self.rng.sample(range(POOL), 3):
                tax.issue(book, a_certificate(which), "officer", self.both.policy)

    def lodge(self) -> None:
        self.both.lodge(*(a_declaration(self.rng.randrange(POOL)) for _ in range(2)))

    def void(self) -> None:
        self.both.void(a_certificate(self.rng.randrange(POOL)).number)

    def release(self) -> None:
        self._at_gate("release")

    def withdraw(self) -> None:
        self._at_gate("withdraw")

    def refuse(self) -> None:
        self._at_gate("refuse")

    def _at_gate(self, what: str) -> None:
        every = list(self.both.reader(Side.CUSTOMS).every(Lodgement))
        ready = [one.number for one in every if one.state is DeclarationState.RESERVED]
        if not ready:
            return
        number = self.rng.choice(ready)
        gate = self.both.gate
        with self.both.stores[Side.CUSTOMS].write(self.both.clock()) as book:
            if what == "release":
                told: Outcome = gate.release(book, number, "officer")
            else:
                told = getattr(gate, what)(book, number, "mistake", "officer")
        if told.status == "released":
            self._is_used(told)

    def _is_used(self, told: Outcome) -> None:
        for certificate in told.body.get("certificates", ()):
            before = self.used.setdefault(certificate, told.number)
            assert before == told.number, f"{certificate} was used by {before} and now by {told.number}"
            assert certificate not in self.voided

    def keep(self) -> None:
        """A backup of one side."""
        side = self.rng.choice(list(Side))
        self.kept[side] = self.folder / f"kept {side.value}"
        self.both.stores[side].close()
        shutil.copy(self.both.path(side), self.kept[side])
        self.both.open(side)

    def restore(self) -> None:
        """One side dies with its disk; its last backup takes back what it has said since, before it works."""
        if not self.kept:
            return
        side = self.rng.choice(sorted(self.kept))
        self._forget(side)
        self.both.stores[side].close()
        for suffix in ("-wal", "-shm"):
            Path(self.both.path(side) + suffix).unlink(missing_ok=True)
        shutil.copy(self.kept[side], self.both.path(side))
        self.both.open(side)
        self.both.reconcile(side, recover=True)
        self.restored += 1
        self.check()

    def _forget(self, side: Side) -> None:
        """What was not delivered before the disk was lost nobody can know (docs/operate/backup.md)."""
        if side is Side.CUSTOMS:
            for _, message in self.both.stores[side].open_outgoing(10_000):
                if message.kind in ("certificate.used", "certificate.moved", "certificate.presented"):
                    self.used.pop(message.stream, None)

    def check(self) -> None:
        """At rest: the invariants, what was told for good, and both sides the same or the difference named."""
        self.both.flow()
        now = registers(self.both.reader(Side.TAX), self.both.reader(Side.CUSTOMS), self.both.policy)
        assert [one for one in violations(now) if not one.startswith("I7")] == []
        lost = {one.certificate for one in self.both.reader(Side.CUSTOMS).every(Contest) if one.code in LOST}
        for certificate, declaration in self.used.items():
            holding = now.holdings.get(certificate)
            assert holding is not None, f"{certificate} was used by {declaration} and is free"
            assert holding.declaration == declaration
            assert holding.state is UseState.USED or certificate in lost
        for issue in self.both.reader(Side.TAX).every(Issue):
            if issue.state in (IssueState.VOIDED, IssueState.SUPERSEDED):
                self.voided.add(issue.number)
                assert issue.number not in self.used
        for side in Side:
            told = self.both.reconcile(side)
            assert told.equal or all(one["code"] for one in told.divergences)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_yesterdays_store_goes_on_where_it_was(tmp_path: Path, seed: int) -> None:
    both = Both(tmp_path)
    history = History(both, tmp_path, random.Random(seed))
    try:
        for _ in range(STEPS):
            history.step()
        history.check()
    finally:
        both.close()


# --- a paper that went with the store ---------------------------------------------------------------------


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    made = Both(tmp_path)
    yield made
    made.close()


def _paper(both: Both, paper: Certificate, declaration: str) -> None:
    """In a contingency: entered by one officer, approved by another."""
    with both.stores[Side.CUSTOMS].write(both.clock()) as book:
        ticket = open_ticket(book, Function.CERTIFICATES, None, "no link", "first", timedelta(0)).number
        told = enter_paper(
            book, PaperEntry(paper, declaration, ticket, Scan(digest(b"x"), "image/png", b"x")), "first"
        )
        assert told.status == "proposed", told
        assert not both.gate.approve(book, told.body["act"], "seen", "second").refused


def _lost(both: Both, keep: Path, work: Callable[[], None]) -> None:
    """Work that only the other side knows of: customs goes on with the store of before."""
    shutil.copy(_closed(both), keep)
    both.open(Side.CUSTOMS)
    work()
    both.flow()
    shutil.copy(keep, _closed(both))
    both.open(Side.CUSTOMS)
    both.reconcile(Side.CUSTOMS, recover=True)


def _closed(both: Both) -> str:
    both.stores[Side.CUSTOMS].close()
    return both.path(Side.CUSTOMS)


def _sound(both: Both) -> None:
    both.flow()
    now = registers(both.reader(Side.TAX), both.reader(Side.CUSTOMS), both.policy)
    assert [*violations(now), *settled(now)] == []
    for side in Side:
        assert both.reconcile(side).equal


def _contests(both: Both) -> list[tuple[str, str]]:
    return [(one.code, one.state) for one in both.reader(Side.CUSTOMS).every(Contest)]


def _export(which: int) -> tuple[Certificate, Declaration]:
    certificate, declaration = goods(which)
    return Certificate.model_validate(certificate), Declaration.model_validate(declaration)


def test_what_was_released_on_a_lost_paper_is_used(both: Both, tmp_path: Path) -> None:
    paper, declaration = _export(1)

    def work() -> None:
        both.lodge(declaration)
        _paper(both, paper, declaration.number)
        both.release(declaration.number)

    _lost(both, tmp_path / "kept", work)
    _sound(both)
    thief = declaration.model_copy(update={"number": _export(2)[1].number})
    both.lodge(thief)
    both.issue(paper)
    both.flow()
    (told,) = both.lodge(thief)
    assert "certificate.used" in [one["code"] for one in told.body["findings"]]
    both.void(paper.number)
    _sound(both)
    (issue,) = both.reader(Side.TAX).every(Issue)
    assert (issue.state, issue.usage) == (IssueState.ISSUED, UseState.USED)
    assert issue.declaration == declaration.number
    assert _contests(both) == [("restore.paper_lost", "open")]


@pytest.mark.parametrize("again", ["paper", "record", "never"])
def test_a_number_bound_by_a_lost_paper_stays_bound_until_it_comes_again(
    both: Both, tmp_path: Path, again: str
) -> None:
    paper, declaration = _export(1)

    def work() -> None:
        both.lodge(declaration)
        _paper(both, paper, declaration.number)

    _lost(both, tmp_path / "kept", work)
    _sound(both)
    assert _contests(both) == [("restore.paper_lost", "open")]
    thief = declaration.model_copy(update={"number": _export(2)[1].number})
    assert [one.status for one in both.lodge(thief)] == ["held"]
    if again == "paper":
        assert [one.status for one in both.lodge(declaration)] == ["held"]
        _paper(both, paper, declaration.number)
    both.issue(paper)
    _sound(both)
    assert both.reader(Side.TAX).fetch(Issue, [(paper.number,)])[paper.number,].usage is UseState.RESERVED
    assert [one.status for one in both.lodge(thief)] == ["exists"]
    if again == "record":
        assert [one.status for one in both.lodge(declaration)] == ["reserved"]
    if again == "never":
        both.decide(lambda book: propose_closing(book, 1, "never came", "first"))
    _sound(both)
    assert _contests(both) == [("restore.paper_lost", "closed")]
    states = {one.number: one.state.value for one in both.reader(Side.CUSTOMS).every(Lodgement)}
    assert states[thief.number] == ("reserved" if again == "never" else "held"), "who waits is woken"
    both.release(thief.number if again == "never" else declaration.number)
    _sound(both)
