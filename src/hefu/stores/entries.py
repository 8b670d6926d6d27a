"""The journal in pages, with row ids, for whoever follows it."""

from __future__ import annotations

from typing import Final

from hefu.protocol.records import Entry
from hefu.stores.sqlite import SqliteReader, entry_of

_COLUMNS: Final = "SELECT id, at, actor, event, number, other, detail FROM journal"


def entries_after(reader: SqliteReader, last: int, limit: int) -> list[tuple[int, Entry]]:
    """The first entries after a row id with their ids, the oldest first."""
    rows = reader.connection.execute(f"{_COLUMNS} WHERE id > ? ORDER BY id LIMIT ?", (last, limit))
    return [(row[0], entry_of(row[1:])) for row in rows]


def entries_before(reader: SqliteReader, first: int, limit: int) -> list[tuple[int, Entry]]:
    """The last entries before a row id (0: of all) with their ids, the newest first."""
    rows = reader.connection.execute(
        f"{_COLUMNS} WHERE id < ?1 OR ?1 = 0 ORDER BY id DESC LIMIT ?2", (first, limit)
    )
    return [(row[0], entry_of(row[1:])) for row in rows]
