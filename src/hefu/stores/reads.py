"""Who looked at what: a table in a file of its own beside the store, so that writing it takes no lock and no fsync of the
gate's. What is older than it is kept is deleted; until then nothing in it changes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from hefu import errors
from hefu.stores.reads_chain import Batch, head_of, rows_of
from hefu.stores.sqlite import STORE_NEWER, STORE_UNREADABLE

FILE: Final = "reads.sqlite"
_SCRIPTS: Final = ("reads.sql", "reads_chain.sql")
"""What makes the schema, in order."""
_SCHEMA: Final = len(_SCRIPTS)
_AT_ONCE: Final = 5000
"""Rows deleted in one transaction."""
_COLUMNS: Final = "id, at, actor, subject, asked, status, way, path, address"
_NONE: Final = 1 << 62
"""An id above all."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look: when, who (as the journal names them), at what, by which filter, with what HTTP status, which way (API or a
    console), at which path, from which address.
    """

    id: int
    at: datetime
    actor: str
    subject: str
    asked: str = ""
    status: int = 0
    way: str = ""
    path: str = ""
    address: str = ""


class Reads:
    """The table, for the one process that writes it. ``last``: the newest id. Raises ``store.unreadable`` and
    ``store.newer``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()  # one transaction at a time, whichever thread asks
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(
                "PRAGMA synchronous = NORMAL"
            )  # whole after a crash, but for its last moment
            self._migrate()
            (self.last,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM reading").fetchone()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            errors.fail(STORE_UNREADABLE, file=str(path), value=error)

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > _SCHEMA:
            errors.fail(STORE_NEWER, file=str(self.path), value=version, known=_SCHEMA)
        for number, name in enumerate(_SCRIPTS[version:], version + 1):
            text = (files("hefu.stores") / name).read_text(encoding="utf-8")
            self._connection.executescript(f"BEGIN; {text}; PRAGMA user_version = {number}; COMMIT;")

    def add(self, readings: Sequence[Reading], numbers: Iterable[tuple[str, int]]) -> None:
        """Write readings, and numbers of these and of earlier ones by their ids, as the next batch of the chain: all or
        none.
        """
        with self._turn, self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            last = self._newest()
            number = last.id + 1
            connection.executemany(
                f"INSERT INTO reading ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own names
                [(one.id, _text(one.at), *astuple(one)[2:]) for one in readings],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO reading_number VALUES (?, ?, ?)",
                [(told, reading, number) for told, reading in numbers],
            )
            at = max((_text(one.at) for one in readings), default="")
            newest = max((one.id for one in readings), default=last.last)
            made = Batch(number, max(at, last.at), last.last, newest, last.head, "")
            head = head_of(made, rows_of(connection, made))
            connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)", (*astuple(made)[:-1], head))

    def _newest(self) -> Batch:
        """The newest batch; before the first one, what was kept before there was a chain."""
        row = self._connection.execute("SELECT * FROM batch ORDER BY id DESC LIMIT 1").fetchone()
        return Batch(*row) if row else Batch(0, "", self.last, self.last, "", "")

    def newest(self) -> Batch:
        """The newest batch, durable."""
        with self._turn:
            self._connection.execute("PRAGMA synchronous = FULL")
            with self._connection as connection:  # a commit that waits for the disk takes all before it along
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("PRAGMA application_id = 1")
                found = self._newest()
            self._connection.execute("PRAGMA synchronous = NORMAL")
        return found

    def last_before(self, moment: datetime) -> int:
        """The newest batch in which everything is older than a moment; 0 if there is none."""
        query = "SELECT coalesce(max(id), 0) FROM batch WHERE at < ?"
        with self._turn:
            return int(self._connection.execute(query, (_text(moment),)).fetchone()[0])

    def forget(self, batch: int, before: datetime) -> int:
        """Delete some of what stands in batches up to one, and of what is older than a moment and in no batch; how many
        readings, numbers and batches. 0: nothing is left to delete.
        """
        with self._turn, self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            chained = connection.execute("SELECT after FROM batch ORDER BY id LIMIT 1").fetchone()
            bound = connection.execute("SELECT last FROM batch WHERE id = ?", (batch,)).fetchone()
            reach = bound or chained or (_NONE,)
            old = connection.execute(
                "SELECT id FROM reading WHERE at < ? AND id <= ? ORDER BY at LIMIT ?",
                (_text(before), reach[0], _AT_ONCE),
            ).fetchall()
            connection.executemany(
                "DELETE FROM reading_number WHERE reading = ? AND batch <= ?",
                [(one, batch) for (one,) in old],
            )
            connection.executemany("DELETE FROM reading WHERE id = ?", old)
            if old:
                return len(old)
            gone = connection.execute(  # numbers that came later than their readings
                "DELETE FROM reading_number WHERE (number, reading) IN"
                " (SELECT number, reading FROM reading_number WHERE batch BETWEEN 1 AND ? LIMIT ?)",
                (batch, _AT_ONCE),
            ).rowcount
            if gone:
                return gone
            query = "DELETE FROM batch WHERE id IN (SELECT id FROM batch WHERE id <= ? LIMIT ?)"
            return connection.execute(query, (batch, _AT_ONCE)).rowcount

    def close(self) -> None:
        """Close the file, which then holds everything by itself; if somebody reads on, the log beside it does."""
        with self._turn, suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


def reads_before(
    path: Path,
    before: int,
    limit: int,
    *,
    person: str = "",
    number: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[tuple[Reading, list[str]]]:
    """The newest readings below an id (0: of all) with their numbers: of people in whose name ``person`` occurs, of a
    number, from one moment until before another.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA query_only = ON")
        # ids follow time, so a day is a range of ids
        first = _first_at(connection, since) if since else 0
        end = min(before or _NONE, _first_at(connection, until) if until else _NONE)
        wheres, values = ["id >= ? AND id < ?"], list[Any]([first, end])
        if person:
            known = [one for one in _actors(connection) if person.casefold() in one.casefold()]
            wheres.append(f"actor IN ({', '.join('?' * len(known))})")
            values += known
        if number:
            wheres.append("id IN (SELECT reading FROM reading_number WHERE number = ?)")
            values.append(number)
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM reading WHERE {' AND '.join(wheres)} ORDER BY id DESC LIMIT ?",  # noqa: S608
            (*values, limit),
        ).fetchall()
        return [(_reading(row), _numbers(connection, row[0])) for row in rows]


def actors(path: Path) -> list[str]:
    """Everybody who has looked, in the order of names."""
    with closing(sqlite3.connect(path)) as connection:
        return _actors(connection)


def _actors(connection: sqlite3.Connection) -> list[str]:
    """One step through the index a name, however many readings there are."""
    query = (
        "WITH RECURSIVE one (actor) AS (SELECT min(actor) FROM reading UNION ALL"
        " SELECT (SELECT min(actor) FROM reading WHERE actor > one.actor) FROM one WHERE one.actor IS NOT NULL)"
        " SELECT actor FROM one WHERE actor IS NOT NULL"
    )
    return [str(actor) for (actor,) in connection.execute(query)]


def _first_at(connection: sqlite3.Connection, moment: datetime) -> int:
    """The first id at or after a moment, an id above all if there is none."""
    query = "SELECT id FROM reading WHERE at >= ? ORDER BY at LIMIT 1"
    found = connection.execute(query, (_text(moment),)).fetchone()
    return int(found[0]) if found else _NONE


def _text(moment: datetime) -> str:
    """A moment as it is written: of one zone, so that texts follow each other as moments do."""
    return moment.astimezone(UTC).isoformat()


def _numbers(connection: sqlite3.Connection, reading: int) -> list[str]:
    query = "SELECT number FROM reading_number WHERE reading = ? ORDER BY number"
    return [str(number) for (number,) in connection.execute(query, (reading,))]


def _reading(row: tuple[Any, ...]) -> Reading:
    return Reading(row[0], datetime.fromisoformat(row[1]), *row[2:])
