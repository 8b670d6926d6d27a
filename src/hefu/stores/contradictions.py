"""What a register says against itself: rows that do not follow from their papers, or from the journal. Somebody has
changed them behind the program's back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from hefu.protocol.records import Side
from hefu.stores.sqlite import SqliteReader


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``row``: what the row of ``number`` says; ``papers``: what its papers or the journal say (``divergences.CODES``)."""

    code: str
    number: str
    row: str
    papers: str


def contradictions(reader: SqliteReader, side: Side) -> Iterator[Contradiction]:
    """Everything that a side's register says against itself, without a look at the other side's."""
    names = (f"contradictions_{side.value}.sql", "contradictions.sql")
    query = "".join((files("hefu.stores") / name).read_text(encoding="utf-8") for name in names)
    for code, number, row, papers in reader.connection.execute(query):
        yield Contradiction(code, str(number), _told(row), _told(papers))


def _told(value: str | int | None) -> str:
    return "" if value is None else str(value)
