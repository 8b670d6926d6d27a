"""Lists of declarations: of a trader, a page at a time; of a state, the newest; the last ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, cast

from hefu.protocol.records import DeclarationState, Entry, Lodgement
from hefu.stores.sqlite import SqliteReader
from hefu.stores.tables import TABLES

_TRADER: Final = "json_extract(document, '$.trader.uscc')"
"""As the index ``lodgement_trader`` has it."""


def declarations_of(
    reader: SqliteReader,
    trader: str,
    since: date,
    until: date,
    *,
    after: str,
    limit: int,
    state: DeclarationState | None = None,
) -> list[Lodgement]:
    """What a trader (USCC) declared from one day to another, in the order of numbers, beginning behind one; of one state
    if there is one.
    """
    table = TABLES[Lodgement]
    query = (
        f"SELECT {', '.join(table.columns)} FROM lodgement WHERE {_TRADER} = ? AND number > ?"  # noqa: S608
        f"{' AND state = ?' if state else ''}"
        " AND json_extract(document, '$.declared_on') BETWEEN ? AND ? ORDER BY number LIMIT ?"
    )
    rows = reader.connection.execute(
        query, (trader, after, *([state.value] if state else []), since.isoformat(), until.isoformat(), limit)
    )
    return [cast("Lodgement", table.read(row)) for row in rows]


def newest_of(reader: SqliteReader, *, state: str, limit: int) -> list[Entry]:
    """The declarations of a state that were lodged last, each as the step that brought it there and who lodged it."""
    query = "SELECT changed_at, lodged_by, number FROM lodgement WHERE state = ? ORDER BY rowid DESC LIMIT ?"
    rows = reader.connection.execute(query, (state, limit))
    return [
        Entry(datetime.fromisoformat(at), by, f"declaration.{state}", number, "", {})
        for at, by, number in rows
    ]


def last_lodged(reader: SqliteReader, most: int, *, after: int, limit: int) -> list[tuple[int, Lodgement]]:
    """Of the last ``most`` declarations that were lodged, those behind a row id, the oldest first, with their row ids."""
    table = TABLES[Lodgement]
    query = (
        f"SELECT rowid, {', '.join(table.columns)} FROM lodgement"  # noqa: S608
        " WHERE rowid > max(?, (SELECT coalesce(max(rowid), 0) FROM lodgement) - ?) ORDER BY rowid LIMIT ?"
    )
    rows = reader.connection.execute(query, (after, most, limit))
    return [(row[0], cast("Lodgement", table.read(row[1:]))) for row in rows]
