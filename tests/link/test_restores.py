"""Seeded histories in which one side loses its store and goes on with that of yesterday, again and again.

After each recovery the invariants hold, both registers say the same or the difference has a name, and what a client was
ever told to be used is used by nobody else. ``HEFU_RESTORES`` says how many histories are played (default 25).
"""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hefu.protocol import tax
from hefu.protocol.contingency.records import Contest
from hefu.protocol.invariants import violations
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import DeclarationState, Issue, IssueState, Lodgement, Side
from hefu.rules.case import UseState
from tests.link.registers_pair import Both
from tests.registers import registers
from tests.simulation.documents import POOL, a_certificate, a_declaration

SEEDS = int(os.environ.get("HEFU_RESTORES", "25"))
STEPS = 40
LOST = ("restore.use_lost", "restore.reservation_lost")


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
        )  # fmt: skip
        step()

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
        for certificate in told.body.get("certificates", ()) if told.status == "released" else ():
            before = self.used.setdefault(certificate, number)
            assert before == number, f"{certificate} was used by {before} and now by {number}"
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
        for _, message in self.both.stores[side].open_outgoing(10_000) if side is Side.CUSTOMS else ():
            if message.kind == "certificate.used":
                self.used.pop(message.stream, None)

    def check(self) -> None:
        """At rest: the invariants, what was told for good, and both sides the same or the difference named."""
        self.both.flow()
        now = registers(self.both.reader(Side.TAX), self.both.reader(Side.CUSTOMS), self.both.policy)
        assert [one for one in violations(now) if not one.startswith("I7")] == []
        lost = {one.certificate for one in self.both.reader(Side.CUSTOMS).every(Contest) if one.code in LOST}
        for certificate, declaration in self.used.items():
            holding = now.holdings[certificate]
            assert (holding.state, holding.declaration) == (UseState.USED, declaration) or certificate in lost
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
