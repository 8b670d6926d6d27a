"""What a store has kept of a stretch of time, counted. Reads go by row id and are bounded by the stretch: neither the
journal nor the outbox has an index of moments, but ids and moments grow together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from hefu.protocol.records import Side
from hefu.stores.sqlite import SqliteReader

Log = Literal["journal", "outgoing"]

_COUNTED: Final = {
    Side.CUSTOMS: "event IN ('declaration.held', 'declaration.reserved')",  # as the index of verdicts has it
    Side.TAX: "event = 'certificate.issued'",
}
SAMPLE: Final = 100
"""Messages of one stretch at which is looked, evenly spread over it."""


@dataclass(frozen=True, slots=True)
class Way:
    """The messages that a node queued in a stretch: how many, how many seconds each of a sample took from being written
    to the other side's signed receipt (its clock against ours), and how many of the sample have none yet.
    """

    messages: int
    seconds: tuple[float, ...]
    open: int


def place_at(reader: SqliteReader, log: Log, at: datetime) -> int:
    """The row id of the first row written at or after a moment; one after the last if there is none yet."""
    ends = f"SELECT (SELECT min(id) FROM {log}), (SELECT max(id) FROM {log})"  # noqa: S608 (apart, each is one look)
    first, last = reader.connection.execute(ends).fetchone()
    if first is None:
        return 1
    query = f"SELECT id, at FROM {log} WHERE id >= ? ORDER BY id LIMIT 1"  # noqa: S608
    low, high = int(first), int(last) + 1
    while low < high:
        place, written = reader.connection.execute(query, ((low + high) // 2,)).fetchone()
        if datetime.fromisoformat(written) < at:
            low = int(place) + 1
        else:
            high = (low + high) // 2
    return low


def counted(reader: SqliteReader, side: Side, start: int, end: int) -> Counter[str]:
    """How often a side's measured events stand between two row ids of its journal."""
    query = (
        f"SELECT event, count(*) FROM journal WHERE id >= ? AND id < ? AND {_COUNTED[side]} GROUP BY event"  # noqa: S608
    )
    return Counter(dict(reader.connection.execute(query, (start, end)).fetchall()))


def way(reader: SqliteReader, start: int, end: int) -> Way:
    """How long messages between two row ids of the outbox took."""
    query = (
        "SELECT outgoing.at, envelope.at FROM outgoing LEFT JOIN envelope ON envelope.id = outgoing.receipt"
        " WHERE outgoing.id = ?"
    )
    seconds: list[float] = []
    waiting = 0
    for place in range(start, end, max(1, -(-(end - start) // SAMPLE))):
        row = reader.connection.execute(query, (place,)).fetchone()
        if row is None:
            continue
        written, received = row
        if received is None:
            waiting += 1
        else:
            took = datetime.fromisoformat(received) - datetime.fromisoformat(written)
            seconds.append(took.total_seconds())
    return Way(end - start, tuple(sorted(seconds)), waiting)


def oldest_open(reader: SqliteReader) -> datetime | None:
    """When the oldest message without a receipt was written."""
    row = reader.connection.execute(
        "SELECT at FROM outgoing WHERE receipt IS NULL ORDER BY id LIMIT 1"
    ).fetchone()
    return None if row is None else datetime.fromisoformat(row[0])


def waiting(reader: SqliteReader) -> tuple[int, int]:
    """How many messages have no receipt, and how many of the other side's are set aside."""
    (aside,) = reader.connection.execute("SELECT count(*) FROM aside").fetchone()
    return reader.backlog(), int(aside)
