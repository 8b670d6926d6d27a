"""The chain over who looked at what, and whether it still holds.

Each batch of looks that was written together has a head: SHA-256 over the head before it and over everything in it. The
node enters the newest head into its journal now and then (a seal). So whoever alters, removes, adds or reorders a look that
is sealed would have to change the journal, too. What is old is forgotten by whole batches, from the oldest on; the seal
made just before says which batch is then the first.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson

_READINGS: Final = (
    "SELECT id, at, actor, subject, asked, status, way, path, address FROM reading"
    " WHERE id > ? AND id <= ? ORDER BY id"
)
_NUMBERS: Final = (
    "SELECT number, reading, batch FROM reading_number WHERE batch >= ? AND batch <= ?"
    " ORDER BY batch, number, reading"
)
_BATCHES: Final = "SELECT id, at, after, last, before, head FROM batch WHERE id >= ? ORDER BY id"
_EVERY: Final = 1 << 62
"""An id above all."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was written together: readings above ``after`` up to ``last``, and numbers. ``at``: of its newest look."""

    id: int
    at: str
    after: int
    last: int
    before: str
    head: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A head as the journal has it; ``first`` is the oldest batch that is kept."""

    batch: int
    head: str
    at: str
    first: int


class Broken(StrEnum):
    """What is wrong between two moments."""

    ALTERED = "altered"
    """Looks are not what was written: altered, removed, added or reordered."""
    MISSING = "missing"
    """Whole batches are not there."""
    ADDED = "added"
    """Looks or numbers stand there that no batch has."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold: from one moment to another, as far as they are known."""

    kind: Broken
    batch: int
    since: str = ""
    until: str = ""


@dataclass
class Proof:
    """What a check has found. ``since`` and ``until``: the looks between are proven, empty if none are; ``looks`` were
    read, ``unsealed`` of them are newer than the last seal.
    """

    since: str = ""
    until: str = ""
    looks: int = 0
    unsealed: int = 0
    faults: list[Fault] = field(default_factory=list)


def head_of(one: Batch, rows: Iterable[Sequence[Any]]) -> str:
    """The head of a batch with these readings and, behind them, numbers."""
    told = hashlib.sha256(orjson.dumps([one.before, one.id, one.at, one.after, one.last]))
    for row in rows:
        told.update(orjson.dumps(row))
        told.update(b"\n")
    return told.hexdigest()


def rows_of(connection: sqlite3.Connection, one: Batch) -> Iterator[Sequence[Any]]:
    """Readings and numbers of a batch as they stand there."""
    yield from connection.execute(_READINGS, (one.after, one.last))
    yield from connection.execute(_NUMBERS, (one.id, one.id))


def check(path: Path, seals: Sequence[Seal]) -> Proof:
    """Whether the looks are those that were written, by the chain and by the seals of the journal, oldest first."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        return _Check(connection, seals).all()


class _Check:
    """One walk along the chain: readings and numbers are read once, in the order of their batches."""

    def __init__(self, connection: sqlite3.Connection, seals: Sequence[Seal]) -> None:
        self._first = max((one.first for one in seals), default=1)
        self._seals = {one.batch: one for one in seals if one.batch >= self._first}
        self._sealed = max(self._seals, default=0)
        self._proof = Proof()
        batches = connection.execute(_BATCHES, (self._first,))
        self._batches = (Batch(*row) for row in batches)
        self._connection = connection

    def all(self) -> Proof:
        """What the walk has found."""
        proof, before = self._proof, None
        numbers = _Ahead(self._connection.execute(_NUMBERS, (self._first, _EVERY)), 2)
        readings: _Ahead | None = None
        for one in self._batches:
            if readings is None:
                readings = _Ahead(self._connection.execute(_READINGS, (one.after, _EVERY)), 0)
                proof.since = one.at if self._sealed else ""
                self._before(one)
            self._follows(before, one)
            rows = readings.until(one.last)
            proof.looks += len(rows)
            proof.unsealed += len(rows) if one.id > self._sealed else 0
            head = head_of(one, chain(rows, numbers.until(one.id)))
            sealed = self._seals.get(one.id)
            if head != one.head or (sealed and sealed.head != head):
                self._fault(Broken.ALTERED, one.id, before, one)
            before = one
        self._ends(before, readings, numbers)
        return proof

    def _before(self, first: Batch) -> None:
        """Whether anything pretends to be older than the chain: such looks end before it begins, and so do numbers."""
        look = "SELECT 1 FROM reading WHERE id <= ? AND at > ? LIMIT 1"
        number = "SELECT 1 FROM reading_number WHERE batch < ? AND reading > ? LIMIT 1"
        if (
            self._connection.execute(look, (first.after, first.at)).fetchone()
            or self._connection.execute(number, (self._first, first.after)).fetchone()
        ):
            self._fault(Broken.ADDED, self._first, None, first)

    def _follows(self, before: Batch | None, one: Batch) -> None:
        """Whether a batch is the next of the chain."""
        wanted = before.id + 1 if before else self._first
        if one.id != wanted:
            self._fault(Broken.MISSING, wanted, before, one)
        elif before and (one.before, one.after) != (before.head, before.last):
            self._fault(Broken.ALTERED, one.id, before, one)

    def _ends(self, before: Batch | None, readings: _Ahead | None, numbers: _Ahead) -> None:
        """Whether anything is lacking or too much behind the last batch."""
        last = before.id if before else self._first - 1
        if self._sealed > last:
            lost = Fault(Broken.MISSING, last + 1, before.at if before else "", self._seals[self._sealed].at)
            self._proof.faults.append(lost)
        elif self._sealed:
            self._proof.until = self._seals[self._sealed].at
        more = readings.until(_EVERY) if readings else []
        if more or numbers.until(_EVERY):
            until = max((row[1] for row in more), default="")
            self._proof.faults.append(Fault(Broken.ADDED, last + 1, before.at if before else "", until))

    def _fault(self, kind: Broken, batch: int, before: Batch | None, one: Batch) -> None:
        self._proof.faults.append(Fault(kind, batch, before.at if before else "", one.at))


class _Ahead:
    """Rows in the order of a column, taken up to a value of it."""

    def __init__(self, rows: Iterator[Sequence[Any]], column: int) -> None:
        self._rows, self._column = rows, column
        self._next = next(rows, None)

    def until(self, value: int) -> list[Sequence[Any]]:
        """The next rows, up to a value."""
        taken = []
        while self._next is not None and self._next[self._column] <= value:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken
