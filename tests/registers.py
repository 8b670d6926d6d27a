"""What two stores hold, as the invariants read it."""

from __future__ import annotations

from pathlib import Path

from hefu.protocol.contingency.records import PaperCase, Typed
from hefu.protocol.invariants import Registers, settled, violations
from hefu.protocol.records import Account, Copy, Cover, Cursor, Holding, Issue, Lodgement, Side
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteReader


def registers(tax: SqliteReader, customs: SqliteReader, policy: Policy) -> Registers:
    return Registers(
        policy=policy,
        issues={r.number: r for r in tax.every(Issue)},
        covers=list(tax.every(Cover)),
        tax_accounts={r.goods: r for r in tax.every(Account)},
        holdings={r.certificate: r for r in customs.every(Holding)},
        lodgements={r.number: r for r in customs.every(Lodgement)},
        customs_accounts={r.goods: r for r in customs.every(Account)},
        papers={r.certificate: r for r in customs.every(PaperCase)},
        typed={r.digest: r.document for r in customs.every(Typed)},
        copies=frozenset(r.number for r in customs.every(Copy)),
        tax_cursors=list(tax.every(Cursor)),
        customs_cursors=list(customs.every(Cursor)),
        tax_journal=tax.journal_after(0),
        customs_journal=customs.journal_after(0),
    )


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
