"""Lists of declarations by trader, a page at a time."""

from __future__ import annotations

from datetime import date
from typing import Final, cast

from hefu.protocol.records import DeclarationState, Lodgement
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
