"""What two stores hold, as the invariants read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from hefu.protocol.applications.records import Filing
from hefu.protocol.book import R
from hefu.protocol.contingency.records import Contest, PaperCase, TwoOfficerAct, Typed
from hefu.protocol.invariants import settled, violations
from hefu.protocol.records import Account, Cover, Cursor, Entry, Holding, Issue, Lodgement, Record, Side
from hefu.protocol.refunds.records import AgencyLine, Claim, Obligation, RefundLine
from hefu.protocol.registers import Registers
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteReader, entry_of
from hefu.stores.tables import TABLES

_BY_NAME = {table.name: table for table in TABLES.values()}


def registers(tax: SqliteReader, customs: SqliteReader, policy: Policy) -> Registers:
    return Registers(
        policy=policy,
        issues={r.number: r for r in _every(tax, Issue)},
        covers=list(_every(tax, Cover)),
        tax_accounts={r.goods: r for r in _every(tax, Account)},
        refund_lines=list(_every(tax, RefundLine)),
        claims={r.number: r for r in _every(tax, Claim)},
        obligations=list(_every(tax, Obligation)),
        agency_lines=list(_every(tax, AgencyLine)),
        filings={r.serial: r for r in _every(tax, Filing)},
        holdings={r.certificate: r for r in _every(customs, Holding)},
        lodgements={r.number: r for r in _every(customs, Lodgement)},
        customs_accounts={r.goods: r for r in _every(customs, Account)},
        papers={r.certificate: r for r in _every(customs, PaperCase)},
        typed={r.digest: r.document for r in _every(customs, Typed)},
        lost=frozenset(
            (one.certificate, one.declaration)
            for one in _every(customs, Contest)
            if one.code.startswith("restore.")
        ),
        copies=frozenset(number for (number,) in customs.connection.execute("SELECT number FROM copy")),
        acts=list(_every(customs, TwoOfficerAct)),
        tax_cursors=list(_every(tax, Cursor)),
        customs_cursors=list(_every(customs, Cursor)),
        tax_journal=_journal(tax),
        customs_journal=_journal(customs),
    )


def _every(store: SqliteReader, kind: type[R]) -> Iterator[R]:
    """All records of a kind. Of one history most rows were read a step ago, and records do not change: each is made
    once.
    """
    table = TABLES[kind]
    columns = ", ".join(table.columns)
    for row in store.connection.execute(f"SELECT {columns} FROM {table.name}"):
        yield cast("R", _made(table.name, row))


@lru_cache(maxsize=20_000)
def _made(table: str, row: tuple[Any, ...]) -> Record:
    return _BY_NAME[table].read(row)


def _journal(store: SqliteReader) -> list[Entry]:
    query = "SELECT at, actor, event, number, other, detail FROM journal ORDER BY id"
    return [_entry_made(row) for row in store.connection.execute(query)]


@lru_cache(maxsize=20_000)
def _entry_made(row: tuple[str, ...]) -> Entry:
    return entry_of(row)


def sound(home: Path) -> Registers:
    """The registers of two nodes at rest; fails if an invariant does not hold or they disagree."""
    stores = [SqliteReader(str(home / side.value / "store.sqlite")) for side in (Side.TAX, Side.CUSTOMS)]
    try:
        now = registers(stores[0], stores[1], Policy())
        found = [*violations(now), *settled(now)]
        assert not found, found
        return now
    finally:
        for store in stores:
            store.close()
