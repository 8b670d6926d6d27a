"""The unit of work that a decision is written in: what was read, what changes, what is said.

A :class:`Book` lies over a :class:`Reader`. Decisions read through it and write into it; nothing
reaches the store until the whole book is committed in one transaction. A book that is dropped has
done nothing, so a crash before the commit is a crash before the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

from hefu.protocol.messages import Message
from hefu.protocol.records import Cursor, Entry, Key, Outgoing, Record

R = TypeVar("R", bound=Record)
Place = tuple[type[Any], Key]


class Reader(Protocol):
    """What a store offers to a book: records by key, and records by one indexed field."""

    def fetch(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        """The records of a kind under these keys; missing ones are left out."""
        ...

    def find(self, kind: type[R], field: str, value: str) -> list[R]:
        """The records of a kind whose indexed field has this value, in key order."""
        ...


class Change:
    """What becomes of one record: ``before`` and ``after``, either of them ``None``."""

    __slots__ = ("after", "before")

    def __init__(self, before: Record | None, after: Record | None) -> None:
        self.before = before
        self.after = after


class Book:
    """One transaction's reads and writes, and the clock that it is written under."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self.now = now
        self.changes: dict[Place, Change] = {}
        self.journal: list[Entry] = []
        self._reader = reader
        self._seen: dict[Place, Record | None] = {}

    def get(self, kind: type[R], *key: str | int) -> R | None:
        """The record as this transaction sees it."""
        place = (kind, key)
        change = self.changes.get(place)
        if change is not None:
            return cast("R | None", change.after)
        if place not in self._seen:
            self._seen[place] = self._reader.fetch(kind, [key]).get(key)
        return cast("R | None", self._seen[place])

    def prefetch(self, kind: type[R], keys: Iterable[Key]) -> None:
        """Read many records at once, so that the ``get`` of each costs nothing more."""
        missing = [key for key in dict.fromkeys(keys) if (kind, key) not in self._seen]
        if missing:
            found = self._reader.fetch(kind, missing)
            for key in missing:
                self._seen[(kind, key)] = found.get(key)

    def find(self, kind: type[R], field: str, value: str) -> list[R]:
        """The records of a kind whose field has this value, this transaction's writes included."""
        found: dict[Key, Record] = {record.key: record for record in self._reader.find(kind, field, value)}
        for (changed, key), change in self.changes.items():
            if changed is kind:
                found.pop(key, None)
                if change.after is not None and getattr(change.after, field) == value:
                    found[key] = change.after
        return [cast("R", found[key]) for key in sorted(found)]

    def put(self, record: Record) -> None:
        """Write a record, new or changed."""
        self._set(type(record), record.key, record)

    def add(self, record: Record) -> None:
        """Write a record that cannot be there yet, without looking; the store's key holds it to that."""
        self.changes[(type(record), record.key)] = Change(None, record)

    def drop(self, record: Record) -> None:
        """Delete a record."""
        self._set(type(record), record.key, None)

    def _set(self, kind: type[Record], key: Key, after: Record | None) -> None:
        change = self.changes.get((kind, key))
        if change is None:
            self.changes[(kind, key)] = Change(self.get(kind, *key), after)
        else:
            change.after = after

    def trial(self) -> Book:
        """A book over this one, for what may still be refused: adopted as a whole, or dropped."""
        return Book(_Pages(self), self.now)

    def adopt(self, trial: Book) -> None:
        """Take over everything that a trial came to."""
        for (kind, key), change in trial.changes.items():
            self._set(kind, key, change.after)
        self.journal += trial.journal

    def count(self, what: str) -> int:
        """The next number of a kind of record, from 1."""
        last = self.get(Cursor, "count", what)
        number = 1 + (last.sequence if last else 0)
        self.put(Cursor("count", what, number))
        return number

    def note(self, actor: str, event: str, number: str, other: str = "", **detail: Any) -> None:
        """Enter a change of state into the journal."""
        self.journal.append(Entry(self.now, actor, event, number, other, detail))

    def send(self, message: Message) -> None:
        """Queue a message to the other authority as the next of its stream."""
        last = self.get(Cursor, "out", message.stream)
        sequence = 1 + (last.sequence if last else 0)
        self.put(Cursor("out", message.stream, sequence))
        self.add(Outgoing(message.stream, sequence, message.kind, message.body(), self.now))


class _Pages:
    """A book as the reader of another."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def fetch(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        found = {key: self._book.get(kind, *key) for key in keys}
        return {key: record for key, record in found.items() if record is not None}

    def find(self, kind: type[R], field: str, value: str) -> list[R]:
        return self._book.find(kind, field, value)
