"""Lists: declarations of a trader, a page at a time, of a state the newest, the last ones; and what is a firm's own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final, cast

import orjson

from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.book import R
from hefu.protocol.records import Copy, DeclarationState, Entry, Lodgement
from hefu.protocol.refunds.records import Export
from hefu.stores.sqlite import SqliteReader
from hefu.stores.tables import TABLES

_TRADER: Final = "json_extract(document, '$.trader.uscc')"
"""As the index ``lodgement_trader`` has it."""
_ROLES: Final = {"trader": "", "owner": f" AND {_TRADER} IS NOT json_extract(document, '$.owner.uscc')"}
"""As the indices ``export_trader`` and ``export_owner`` have them; an export of one's own is found once."""
_PARTIES: Final = tuple(
    f"json_extract(document, '$.{role}.{code}')"
    for role in ("applicant", "agent")
    for code in ("uscc", "customs_code")
)
"""As the indices ``application_applicant``, ``application_agent`` and those of customs codes have them."""
_CLAIMED: Final = (
    "SELECT 1 FROM refund_line WHERE way = 'claimed'"
    " AND goods > 'item:' || export.number || ':' AND goods < 'item:' || export.number || ';'"
)
""";`` follows ``:``, so this is every item of the export."""


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
    where = (
        f"{_TRADER} = ? AND number > ?{' AND state = ?' if state else ''}"
        " AND json_extract(document, '$.declared_on') BETWEEN ? AND ? ORDER BY number LIMIT ?"
    )
    only = [state.value] if state else []
    return _found(reader, Lodgement, where, trader, after, *only, since.isoformat(), until.isoformat(), limit)


def newest_of(reader: SqliteReader, *, state: str, limit: int) -> list[Entry]:
    """The declarations of a state that were lodged last, each as the step that brought it there and who lodged it; in
    detail the ``findings`` of its last comparison and the ticket under which it is ``deferred``.
    """
    query = (
        "SELECT changed_at, lodged_by, number, json_extract(comparison, '$.findings'), deferred FROM lodgement"
        " WHERE state = ? ORDER BY rowid DESC LIMIT ?"
    )
    rows = reader.connection.execute(query, (state, limit))
    return [
        Entry(
            datetime.fromisoformat(at),
            by,
            f"declaration.{state}",
            number,
            "",
            {"findings": orjson.loads(findings or "[]"), "deferred": deferred},
        )
        for at, by, number, findings, deferred in rows
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


def exports_of(
    reader: SqliteReader, firm: str, since: date, until: date, limit: int, *, unclaimed: bool = False
) -> list[Export]:
    """At tax: the exports of which a firm (USCC) is trader or owner, declared from one day to another, the oldest first;
    only those of which no refund is claimed, if so asked.
    """
    found: list[Export] = []
    for role, more in _ROLES.items():
        where = (
            f"json_extract(document, '$.{role}.uscc') = ? AND json_extract(document, '$.declared_on') BETWEEN ? AND ?{more}"
            f"{' AND NOT EXISTS (' + _CLAIMED + ')' if unclaimed else ''}"
            " ORDER BY json_extract(document, '$.declared_on'), number LIMIT ?"
        )
        found += _found(reader, Export, where, firm, since.isoformat(), until.isoformat(), limit)
    return sorted(found, key=lambda one: (one.document.declared_on, one.number))[:limit]


def papers_of_export(reader: SqliteReader, number: str) -> dict[str, list[str]]:
    """At tax: the numbers of claims, payment slips, certificates and agency certificates of an export's goods, by kind:
    ``claim``, ``slip``, ``certificate``, ``agency``.
    """
    found: dict[str, dict[str, None]] = {}
    for query, kind in (
        ("SELECT paper FROM refund_line WHERE goods > ? AND goods < ?", ""),
        ("SELECT certificate FROM cover WHERE goods > ? AND goods < ?", "certificate:"),
        ("SELECT agency FROM agency_line WHERE goods > ? AND goods < ?", "agency:"),
    ):
        for (told,) in reader.connection.execute(query, (f"item:{number}:", f"item:{number};")):
            name, _, paper = f"{kind}{told}".partition(":")
            found.setdefault(name, {})[paper] = None
    return {kind: list(numbers) for kind, numbers in found.items()}


def applications_of(reader: SqliteReader, firm: str) -> list[Filing]:
    """At tax: the applications of a firm (USCC), the oldest first."""
    where = "json_extract(document, '$.applicant.uscc') = ? ORDER BY filed_at, serial"
    return _found(reader, Filing, where, firm)


def applications_in(
    reader: SqliteReader, state: FilingState, codes: Collection[str] | None, *, after: str, limit: int
) -> list[Filing]:
    """At tax: the applications of a state, the oldest first, beginning behind that with a serial (empty: with the first);
    ``codes``: only those of which a firm with one of them (USCC, customs code) is applicant or agent. A serial that is
    not there ends the list.
    """
    asked: list[tuple[str, list[str]]] = [("state = ?", [])]
    if codes is not None:  # + keeps the state from choosing the index: what is a firm's own is less
        asked = [(f"{one} = ? AND +state = ?", [code]) for one in _PARTIES for code in sorted(codes)]
    behind, place = "", []
    if after:
        query = "SELECT filed_at FROM application WHERE serial = ?"
        last = reader.connection.execute(query, (after,)).fetchone()
        if last is None:
            return []
        behind, place = " AND filed_at >= ? AND (filed_at, serial) > (?, ?)", [last[0], last[0], after]
    found: dict[str, Filing] = {}
    for where, values in asked:
        ordered = f"{where}{behind} ORDER BY filed_at, serial LIMIT ?"
        for one in _found(reader, Filing, ordered, *values, state.value, *place, limit):
            found[one.serial] = one
    return sorted(found.values(), key=lambda one: (one.filed_at, one.serial))[:limit]


def unused_certificates_of(reader: SqliteReader, firm: str) -> list[Copy]:
    """At customs: the certificates of a firm (USCC) that nothing holds, in the order of numbers."""
    where = (
        "json_extract(document, '$.holder.uscc') = ?"
        " AND NOT EXISTS (SELECT 1 FROM holding WHERE certificate = copy.number) ORDER BY number"
    )
    return _found(reader, Copy, where, firm)


def _found(reader: SqliteReader, kind: type[R], where: str, *values: Any) -> list[R]:
    """The records of a kind for which a condition holds, in the order that it ends with."""
    table = TABLES[kind]
    query = f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {where}"  # noqa: S608 - names of our own
    return [cast("R", table.read(row)) for row in reader.connection.execute(query, values)]
