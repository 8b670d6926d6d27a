"""Every column of every table of business is changed behind the program's back, one at a time: the store refuses it,
reconciliation heals it or names it, or it stands below among those that it does not see, with what tells of them instead.
Nothing of it spreads to the other side.

The registers are those of seeded histories, so that every table has rows. ``HEFU_CORRUPTIONS`` says how many rows of each
table are spoilt (default 1).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from hefu.protocol.records import Side
from hefu.protocol.refunds.records import Export
from tests.builders import certificate, declaration, invoice_line
from tests.link.registers_pair import Both
from tests.simulation.histories import steps_of
from tests.simulation.world import World

ROWS = int(os.environ.get("HEFU_CORRUPTIONS", "1"))
STEPS = 500
SEEDS = 40
"""Histories among which every table has rows."""

TABLES: Final = {
    Side.CUSTOMS: (
        "copy", "covering", "holding", "lodgement", "wait", "account", "edition", "adopted", "ticket", "paper", "typed",
        "scan", "contest", "two_officer_act", "cursor", "outgoing", "journal",
    ),
    Side.TAX: (
        "issue", "cover", "account", "export", "claim", "refund_line", "repaid", "obligation", "agency", "agency_line",
        "application", "cursor", "outgoing", "journal",
    ),
}  # fmt: skip
_WHEN_AND_WHO = (
    "arrived_at", "at", "changed_at", "since", "lodged_at", "lodged_by", "amended_at", "issued_by", "filed_by", "filed_at",
    "entered_by", "entered_at", "decided_at", "reason", "ground", "remark", "due", "proposed_at", "proposed_by", "served_at",
    "settled_at", "opened_at", "opened_by", "closed_at", "closed_by", "closing", "outage_since", "other", "detail", "actor",
)  # fmt: skip
"""Moments, persons and words: the journal tells them, and no decision depends on them."""

UNSEEN: Final[dict[str, frozenset[str]]] = {
    # verdicts are made again from document and rules: hefu replay names one that was changed
    "lodgement": frozenset({"comparison", "draws", "marks"}),
    "adopted": frozenset({"hash", "version", "text"}),
    "edition": frozenset({"revision", "document"}),
    # a held declaration without what it waits for is compared again when it is corrected or asked for
    "wait": frozenset({"waits_on", "declaration"}),
    # of goods whose export declaration is not on record, what certificates state at least
    "account": frozenset({"goods", "unit", "quantity", "basis"}),
    "ticket": frozenset({"function", "approved_by"}),
    "scan": frozenset({"media_type"}),
    "contest": frozenset({"code", "declaration", "ticket"}),
    "two_officer_act": frozenset({"kind", "content", "decided_by"}),
    # the other side holds what was said, signed: a changed word is dropped there as a repetition
    "outgoing": frozenset({"body", "receipt"}),
    # entries before the last of a number; the published log will hold them
    "journal": frozenset({"event", "number"}),
    "issue": frozenset({"replacement", "requests", "marks"}),
    "export": frozenset({"revision", "amendments"}),
    "claim": frozenset({"waits_for", "problems"}),
    # reversals and repayments are entries of papers that their digests hold; amounts are recomputed from them
    "refund_line": frozenset(
        {"paper", "line", "goods", "claimant", "quantity", "vat", "consumption_tax", "agency"}
    ),
    "application": frozenset({"decided_by"}),
}
"""Columns of which a change alone is not seen, by table."""

KEPT: Final = ("envelope", "journal", "divergence", "outgoing", "cursor")
"""Tables to which reconciliation may write though nothing is wrong with them: words sent again, what was found."""


@cache
def _worlds() -> dict[tuple[Side, str], World]:
    """For each table a history that ended in peace and left rows in it."""
    found: dict[tuple[Side, str], World] = {}
    wanted = {(side, table) for side, tables in TABLES.items() for table in tables}
    for seed in range(SEEDS):
        world = World()
        for name, step in steps_of(seed, STEPS):
            world.step(name, step)
        world.heal()
        for side, table in sorted(wanted - found.keys()):
            if world.nodes[side].store.connection.execute(f"SELECT 1 FROM {table}").fetchone():
                found[side, table] = world
        if found.keys() == wanted:
            break
    return found


@pytest.fixture
def both(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Both]:
    """The registers of a history that has rows in the table of the test."""
    world = _worlds()[request.getfixturevalue("side"), request.getfixturevalue("table")]
    made = Both(tmp_path)
    made.close()
    for side in Side:
        node = world.nodes[side]
        with sqlite3.connect(made.path(side)) as file:
            node.store.connection.backup(file)
        file.close()
        made.keys[side] = made.outboxes[side].keyring = node.keyring
        shutil.copy(made.path(side), f"{made.path(side)}.whole")
        made.open(side)
    made.clock.now = max(world.now(side) for side in Side)
    yield made
    made.close()


def _whole_again(both: Both) -> None:
    both.close()
    for side in Side:
        for beside in ("-wal", "-shm"):
            Path(both.path(side) + beside).unlink(missing_ok=True)
        shutil.copy(f"{both.path(side)}.whole", both.path(side))
        both.open(side)


def _changed(value: Any) -> Any:
    """Another value of the same kind."""
    if value is None or value == "":
        return "X"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return value + b"x"
    for before, after in (("available", "used"), ("reserved", "used"), ("used", "reserved"), ("open", "closed"),
                          ("accepted", "paid"), ("paid", "accepted"), ("held", "released"), ("released", "held"),
                          ("issued", "voided"), ("voided", "issued"), ("2026", "2025"), ("1", "2"), ("[]", '["X"]')):  # fmt: skip
        if before in value:
            return value.replace(before, after, 1)
    return f"{value}X"


def _rows(both: Both, side: Side, table: str) -> list[dict[str, Any]]:
    read = both.stores[side].connection.execute(f"SELECT * FROM {table}")
    names = [one[0] for one in read.description]
    rows = [dict(zip(names, row, strict=True)) for row in read]
    return [row for row in rows if row.get("way") not in ("count", "unproved")]


def _spoil(both: Both, side: Side, table: str, row: dict[str, Any], column: str) -> bool:
    where = " AND ".join(f"{name} IS ?" for name in row)
    both.stores[side].close()
    connection = sqlite3.connect(both.path(side))
    texts = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    try:
        for name, _ in texts:
            connection.execute(f"DROP TRIGGER {name}")
        done = connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE {where}", (_changed(row[column]), *row.values())
        )
        assert done.rowcount == 1
        for _, text in texts:
            connection.execute(text)
        connection.commit()
    except sqlite3.IntegrityError:
        return False
    finally:
        connection.close()
        both.open(side)
    return True


def _business(both: Both, side: Side) -> list[tuple[str, list[Any]]]:
    return [(name, rows) for name, rows in both.everything(side) if name not in KEPT]


def _outcome(both: Both, side: Side, table: str, row: dict[str, Any], column: str) -> str:
    """What came of a change of one value."""
    _whole_again(both)
    if not _spoil(both, side, table, row, column):
        return "refused"
    theirs = _business(both, side.peer)
    found = [one for asked in (side, side.peer) for one in both.reconcile(asked).divergences]
    assert _business(both, side.peer) == theirs, f"{table}.{column} has spread"
    if not found:
        return "unseen"
    if any(one["state"] == "open" for one in found):
        return "named"
    assert all(both.reconcile(asked).equal for asked in Side), f"{table}.{column} was not healed"
    return "healed"


@pytest.mark.parametrize(("side", "table"), [(s, t) for s, tables in TABLES.items() for t in tables])
def test_a_changed_value_is_refused_healed_or_named(both: Both, side: Side, table: str) -> None:
    rows = _rows(both, side, table)
    assert UNSEEN.get(table, frozenset()) <= rows[0].keys()
    free = UNSEEN.get(table, frozenset()) | set(_WHEN_AND_WHO)
    for column in rows[0] if ROWS > 1 else rows[0].keys() - free:
        for row in rows[:: max(1, len(rows) // ROWS)][:ROWS]:
            told = _outcome(both, side, table, row, column)
            assert told != "unseen" or column in free, f"{table}.{column} of {row}"


def test_one_text_that_cannot_be_read_stops_nothing_else(tmp_path: Path) -> None:
    """It is named, and what is wrong beside it is healed."""
    made = Both(tmp_path)
    try:
        for which in (1, 2):
            made.issue(certificate("export", number=f"N{which}", lines=[invoice_line(invoice=f"F{which}")]))
        made.flow()
        made.spoil(
            Side.TAX,
            "UPDATE issue SET document = 'no json' WHERE number = 'N1'",
            "UPDATE issue SET digest = 'sha256:0' WHERE number = 'N2'",
        )
        found = made.reconcile(Side.TAX).divergences
        told = {(one["stream"], one["code"], one["state"]) for one in found}
        assert told == {
            ("N1", "content.differs", "open"),
            ("N1", "own.cover", "open"),
            ("N2", "content.differs", "healed"),
        }
    finally:
        made.close()


def test_words_that_nobody_has_any_more_are_not_called_healed(tmp_path: Path) -> None:
    """Sent again cannot be what is not there."""
    made = Both(tmp_path)
    try:
        made.issue(certificate("export", number="N1", lines=[invoice_line()]))
        made.spoil(Side.TAX, "DELETE FROM outgoing WHERE stream = 'N1'")
        told = [(one["code"], one["state"]) for one in made.reconcile(Side.TAX).divergences]
        assert told == [("stream.lost_there", "open"), ("own.words", "open")]
    finally:
        made.close()


def test_an_export_declaration_that_tax_lost_or_changed_comes_back_from_customs(tmp_path: Path) -> None:
    made = Both(tmp_path)
    try:
        lines = [invoice_line(invoice="F1")]
        made.issue(certificate("export", number="N1", issued_on="2026-01-05", lines=lines))
        made.flow()
        paper = declaration("export", certificates=[{"number": "N1"}])
        assert [one.status for one in made.lodge(paper)] == ["reserved"]
        made.release(paper.number)
        made.flow()
        whole = made.everything(Side.TAX)
        for statement in (
            "DELETE FROM export",
            'UPDATE export SET document = replace(document, \'"quantity":"\', \'"quantity":"9\')',
        ):
            made.spoil(Side.TAX, statement)
            told = [(one["code"].split(".")[0], one["state"]) for one in made.reconcile(Side.TAX).divergences]
            assert told[0] == ("content", "healed")
            assert made.reconcile(Side.TAX).equal
            (export,) = made.reader(Side.TAX).every(Export)
            assert export.document == paper
        assert [row for row in made.everything(Side.TAX) if row[0] == "account"] == [
            row for row in whole if row[0] == "account"
        ]
    finally:
        made.close()
