"""The SQLite store: one writer connection, a transaction a book, readers beside it.

Every commit is durable before it returns (WAL, ``synchronous=FULL``). Unique keys, checks and
triggers of the schema hold the invariants even against a wrong program.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import orjson

from hefu import errors
from hefu.errors import Text
from hefu.protocol.book import Book, R
from hefu.protocol.records import Copy, Cursor, Entry, Key, Outgoing, Record, Side
from hefu.protocol.recovery.rows import Row
from hefu.stores import functions
from hefu.stores.tables import TABLES, Table, column

STORE_OF_OTHER_SIDE = errors.kind(
    "store.other_side",
    http=500,
    exit_code=3,
    message=Text("{file} 是 {value} 一侧的数据库", "{file} is the store of the {value} side"),
    cure=Text("各侧使用各自的数据目录", "give each side its own data folder"),
)
STORE_UNREADABLE = errors.kind(
    "store.unreadable",
    http=500,
    exit_code=3,
    message=Text("数据库 {file} 无法打开: {value}", "cannot open the store {file}: {value}"),
    cure=Text("核对路径, 权限与磁盘空间", "check path, permissions and disk space"),
)
STORE_NEWER = errors.kind(
    "store.newer",
    http=500,
    exit_code=3,
    message=Text(
        "数据库 {file} 由更新版本的 hefu 写成 (结构 {value}, 本程序认识到 {known})",
        "the store {file} was written by a newer hefu (schema {value}, this program knows {known})",
    ),
    cure=Text("用写它的版本或更新的版本打开", "open it with the version that wrote it, or a newer one"),
)

_CACHED_COPIES: Final = 50_000
"""Certificates kept parsed. They never change once arrived, so the cache needs no invalidation."""

_PER_QUERY: Final = 500
"""Keys in one query, below SQLite's limit on parameters."""


class _Statements:
    """The SQL of one table, written once."""

    def __init__(self, table: Table) -> None:
        columns = ", ".join(table.columns)
        where = " AND ".join(f"{column(field)} = ?" for field in table.key)
        marks = ", ".join("?" * len(table.columns))
        self.select = f"SELECT {columns} FROM {table.name}"  # noqa: S608 - names from our own table list
        self.by_key = f"{self.select} WHERE {where}"
        self.insert = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608
        rest = [field for field in table.fields if field not in table.key]
        sets = ", ".join(f"{column(field)} = ?" for field in rest)
        self.update = f"UPDATE {table.name} SET {sets} WHERE {where}"  # noqa: S608
        self.delete = f"DELETE FROM {table.name} WHERE {where}"  # noqa: S608
        self.places = tuple(table.fields.index(field) for field in (*rest, *table.key))


_SQL: Final[dict[type[Any], _Statements]] = {kind: _Statements(table) for kind, table in TABLES.items()}
_ENTRY: Final = "INSERT INTO journal (at, actor, event, number, other, detail) VALUES (?, ?, ?, ?, ?, ?)"


def entry_of(row: tuple[str, ...]) -> Entry:
    """A journal entry from its columns."""
    at, actor, event, number, other, detail = row
    return Entry(datetime.fromisoformat(at), actor, event, number, other, orjson.loads(detail))


class SqliteReader:
    """Reads records. Used by the writer inside its transaction, and alone for questions; several
    threads that share one for questions take turns with its ``lock``.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.lock = threading.Lock()
        self.connection.execute("PRAGMA busy_timeout = 5000")
        functions.register(self.connection)
        self._copies: OrderedDict[Key, Record] = OrderedDict()

    def fetch(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        """The records of a kind under these keys; missing ones are left out."""
        table, sql = TABLES[kind], _SQL[kind]
        if kind is Copy:
            return cast("dict[Key, R]", self._fetch_copies(keys))
        found: dict[Key, Record] = {}
        if len(keys) == 1:
            for key in keys:
                row = self.connection.execute(sql.by_key, key).fetchone()
                if row is not None:
                    found[key] = table.read(row)
        else:
            name = f"({', '.join(column(field) for field in table.key)})"
            mark = f"({', '.join('?' * len(table.key))})"
            for start in range(0, len(keys), _PER_QUERY):
                part = keys[start : start + _PER_QUERY]
                query = f"{sql.select} WHERE {name} IN (VALUES {', '.join([mark] * len(part))})"
                for row in self.connection.execute(query, [value for key in part for value in key]):
                    record = table.read(row)
                    found[record.key] = record
        return cast("dict[Key, R]", found)

    def missing(self, kind: type[R], keys: Sequence[Key]) -> list[Key]:
        """The keys under which there is no record of this kind; a look at the index alone."""
        table = TABLES[kind]
        where = " AND ".join(f"{column(field)} = ?" for field in table.key)
        query = f"SELECT 1 FROM {table.name} WHERE {where}"  # noqa: S608
        return [key for key in keys if self.connection.execute(query, key).fetchone() is None]

    def _fetch_copies(self, keys: Sequence[Key]) -> dict[Key, Record]:
        found: dict[Key, Record] = {}
        for key in keys:
            known = self._copies.get(key)
            if known is None:
                row = self.connection.execute(_SQL[Copy].by_key, key).fetchone()
                if row is None:
                    continue
                known = TABLES[Copy].read(row)
                self.remember(known)
            found[key] = known
        return found

    def remember(self, copy: Record) -> None:
        """Keep a committed certificate parsed."""
        self._copies[copy.key] = copy
        if len(self._copies) > _CACHED_COPIES:
            self._copies.popitem(last=False)

    def find(self, kind: type[R], field: str, value: str) -> list[R]:
        """The records of a kind whose field has this value, in key order."""
        table, sql = TABLES[kind], _SQL[kind]
        order = ", ".join(column(one) for one in table.key)
        query = f"{sql.select} WHERE {column(field)} = ? ORDER BY {order}"
        return cast("list[R]", [table.read(row) for row in self.connection.execute(query, (value,))])

    def every(self, kind: type[R]) -> Iterator[R]:
        """All records of a kind, for checks and reports."""
        table = TABLES[kind]
        for row in self.connection.execute(_SQL[kind].select):
            yield cast("R", table.read(row))

    def journal_of(self, number: str) -> list[Entry]:
        """Every entry about a number, on either of its ends, oldest first."""
        query = (
            "SELECT id, at, actor, event, number, other, detail FROM journal WHERE number = ?1"
            " UNION SELECT id, at, actor, event, number, other, detail FROM journal WHERE other = ?1 ORDER BY id"
        )
        return [entry_of(row[1:]) for row in self.connection.execute(query, (number,))]

    def journal_after(self, last: int) -> list[Entry]:
        """Every entry after a row id, oldest first."""
        query = "SELECT at, actor, event, number, other, detail FROM journal WHERE id > ? ORDER BY id"
        return [entry_of(row) for row in self.connection.execute(query, (last,))]

    def verdicts(self, since: datetime | None = None) -> Iterator[Entry]:
        """The verdicts on record since a moment, oldest first."""
        query = (
            "SELECT at, actor, event, number, other, detail FROM journal"
            " WHERE event IN ('declaration.held', 'declaration.reserved') AND at >= ? ORDER BY id"
        )
        for row in self.connection.execute(query, (since.isoformat() if since else "",)):
            yield entry_of(row)

    def approved_papers(self, since: datetime | None = None) -> Iterator[Entry]:
        """The approvals of paper certificates since a moment, oldest first."""
        query = (
            "SELECT at, actor, event, number, other, detail FROM journal"
            " WHERE event = 'paper.approved' AND at >= ? ORDER BY id"
        )
        for row in self.connection.execute(query, (since.isoformat() if since else "",)):
            yield entry_of(row)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many records stand in which state, and how much waits to be sent."""
        told: dict[str, dict[str, int]] = {}
        for name in ("issue", "holding", "lodgement"):
            rows = self.connection.execute(f"SELECT state, count(*) FROM {name} GROUP BY state")  # noqa: S608
            told[name] = dict(rows.fetchall())
        (copies,) = self.connection.execute("SELECT count(*) FROM copy").fetchone()
        (entries,) = self.connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()
        told["copy"] = {"arrived": copies}
        told["journal"] = {"entries": entries}
        told["outgoing"] = {"open": self.backlog()}
        (aside,) = self.connection.execute("SELECT count(*) FROM aside").fetchone()
        told["aside"] = {"messages": aside}
        return told

    def set_aside(self, limit: int = 20) -> list[dict[str, Any]]:
        """The first messages that were set aside, and why."""
        query = "SELECT stream, sequence, why, at FROM aside ORDER BY at, stream, sequence LIMIT ?"
        names = ("stream", "sequence", "why", "at")
        return [dict(zip(names, row, strict=True)) for row in self.connection.execute(query, (limit,))]

    def backlog(self) -> int:
        """Messages without a receipt."""
        (number,) = self.connection.execute("SELECT count(*) FROM outgoing WHERE receipt IS NULL").fetchone()
        return int(number)

    def open_outgoing(self, limit: int, after: int = 0) -> list[tuple[int, Outgoing]]:
        """The oldest messages without a receipt, with their row ids, ascending."""
        query = (
            "SELECT id, stream, sequence, kind, body, at, receipt FROM outgoing"
            " WHERE receipt IS NULL AND id > ? ORDER BY id LIMIT ?"
        )
        read = TABLES[Outgoing].read
        rows = self.connection.execute(query, (after, limit))
        return [(row[0], cast("Outgoing", read(row[1:]))) for row in rows]

    def due(self, now: datetime) -> list[str]:
        """Declarations whose reservation has expired."""
        rows = self.connection.execute(
            "SELECT number FROM lodgement WHERE due <= ? ORDER BY due", (now.isoformat(),)
        )
        return [number for (number,) in rows]

    def cursors(self, way: str, streams: Sequence[str]) -> Iterator[Cursor]:
        """The cursors of many streams."""
        found = self.connection.execute(
            "SELECT way, stream, sequence FROM cursor WHERE way = ? AND stream IN (SELECT value FROM json_each(?))",
            (way, orjson.dumps(streams).decode()),
        )
        return (Cursor(*row) for row in found)

    def envelopes_before(self, place: int) -> Iterator[tuple[int, bytes]]:
        """The other side's envelopes with their row ids, the newest first, below a row id (0: all)."""
        query = (
            "SELECT rowid, data FROM envelope WHERE way = 'in' AND (rowid < ?1 OR ?1 = 0) ORDER BY rowid DESC"
        )
        yield from self.connection.execute(query, (place,))

    def restored(self) -> bool:
        """Whether this is a restored store that has not recovered yet."""
        query = "SELECT 1 FROM restoration WHERE state = 'open'"
        return self.connection.execute(query).fetchone() is not None

    def rows(self, side: Side, streams: Sequence[str] | None = None) -> Iterator[Row]:
        """What the register says of every stream, or of some, as the other side can say it too."""
        query = (files("hefu.stores") / f"rows_{side.value}.sql").read_text(encoding="utf-8")
        if streams is None:
            found = self.connection.execute(query.replace(":only", "1"))
        else:
            only = "stream IN (SELECT value FROM json_each(?))"
            found = self.connection.execute(query.replace(":only", only), (orjson.dumps(streams).decode(),))
        return (Row(*row) for row in found)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class SqliteStore(SqliteReader):
    """The one writer of a node's store. ``path`` may be ``:memory:`` for a store without a disk."""

    def __init__(self, path: str, side: Side) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            super().__init__(path)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            _migrate(self.connection, path)
        except sqlite3.DatabaseError as error:
            errors.fail(STORE_UNREADABLE, file=path, value=error)
        self.side = side
        self._claim()

    def _claim(self) -> None:
        self.connection.execute("INSERT OR IGNORE INTO identity VALUES (1, ?)", (self.side.value,))
        (owner,) = self.connection.execute("SELECT side FROM identity").fetchone()
        if owner != self.side.value:
            errors.fail(STORE_OF_OTHER_SIDE, file=self.path, value=owner)

    @contextmanager
    def write(self, now: datetime) -> Iterator[Book]:
        """One transaction: what the book holds at the end is durable, or nothing is."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            book = Book(self, now)
            yield book
            self._apply(book)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        for (kind, _), change in book.changes.items():
            if kind is Copy and change.after is not None:
                self.remember(change.after)

    def _apply(self, book: Book) -> None:
        inserts: dict[type[Record], list[tuple[Any, ...]]] = {}
        updates: dict[type[Record], list[tuple[Any, ...]]] = {}
        deletes: dict[type[Record], list[Key]] = {}
        for (kind, key), change in book.changes.items():
            before, after = change.before, change.after
            if before == after:
                continue
            renewed = before is not None and after is not None and TABLES[kind].renewed(before, after)
            if before is not None and (after is None or renewed):
                deletes.setdefault(kind, []).append(key)
            if after is not None:
                row = TABLES[kind].row(after)
                if before is None or renewed:
                    inserts.setdefault(kind, []).append(row)
                else:
                    updates.setdefault(kind, []).append(tuple(row[place] for place in _SQL[kind].places))
        for kind, keys in deletes.items():
            self._many(_SQL[kind].delete, keys)
        for kind, rows in inserts.items():
            self.connection.executemany(_SQL[kind].insert, rows)
        for kind, rows in updates.items():
            self._many(_SQL[kind].update, rows)
        self.connection.executemany(
            _ENTRY,
            [
                (
                    e.at.isoformat(),
                    e.actor,
                    e.event,
                    e.number,
                    e.other,
                    orjson.dumps(e.detail, option=orjson.OPT_NON_STR_KEYS).decode(),
                )
                for e in book.journal
            ],
        )

    def close(self) -> None:
        """Close the connection; what the log beside the file still held is then in the file itself."""
        with suppress(sqlite3.Error):  # somebody reads on, or it is closed already: all is safe in the log
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        super().close()

    def _many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        done = self.connection.executemany(statement, rows).rowcount
        if done != len(rows):
            raise AssertionError(f"{done} of {len(rows)} rows changed: {statement}")


def _scripts() -> dict[int, str]:
    """The numbered scripts that make the schema, in their order."""
    names = sorted(one.name for one in files("hefu.stores.migrations").iterdir() if one.name.endswith(".sql"))
    return {int(name.split("_", 1)[0]): name for name in names}


def known_schema() -> int:
    """The newest schema that this program knows."""
    return max(_scripts())


def _migrate(connection: sqlite3.Connection, path: str) -> None:
    """Apply the numbered scripts that this store has not seen, each in its own transaction."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    known = known_schema()
    if version > known:
        errors.fail(STORE_NEWER, file=path, value=version, known=known)
    for number, name in _scripts().items():
        if number > version:
            text = (files("hefu.stores.migrations") / name).read_text(encoding="utf-8")
            connection.executescript(f"BEGIN; {text}; PRAGMA user_version = {number}; COMMIT;")
