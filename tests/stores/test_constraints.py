"""The store says no by itself, whatever the code above it does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hefu.protocol.records import Account, Cursor, Holding, Outgoing, Side
from hefu.rules.case import UseState
from hefu.stores.sqlite import SqliteStore

NOW = datetime(2026, 3, 10, tzinfo=UTC)
USED = "INSERT INTO holding VALUES ('C', 'used', 'D', 't')"
RESERVED = "INSERT INTO holding VALUES ('C', 'reserved', 'D', 't')"
WITHDRAWN = "INSERT INTO holding VALUES ('C', 'withdrawn', NULL, 't')"
ENTRY = "INSERT INTO journal (at, actor, event, number, other, detail) VALUES ('t', 'a', 'e', 'n', '', '{}')"
ACCOUNT = "INSERT INTO account VALUES ('g', '011', 100, 40, 'stated', 0, 0)"
SENT = "INSERT INTO outgoing (stream, sequence, kind, body, at) VALUES ('C', 1, 'k', '{}', 't')"
LODGED = "INSERT INTO lodgement VALUES ('D', '{}', 'd', 'held', 1, '{}', '[]', 'a', 't', 't', NULL, '[]', NULL, '')"
CLAIMED = "INSERT INTO account VALUES ('g', '011', 100, 30, 'declared', 0, 70)"
PAID = "INSERT INTO claim VALUES ('R', '{}', 'd', 'paid', 'u', 'f', 't', '[]', '[]')"
COPY = "INSERT INTO copy VALUES ('C', '{}', 'd', 't')"
ISSUED = "INSERT INTO issue VALUES ('C', '{}', 'd', 'issued', 'available', NULL, 'a', 't', NULL, NULL, 0, '', '[]')"
PAPER = "INSERT INTO paper VALUES ('C', 'D', 'T', 'd', 's', 't', 'a', 't', 1, '{state}', '{second}', NULL)"
APPROVED = PAPER.format(state="approved", second="b")
ACT = "INSERT INTO two_officer_act VALUES (1, 'k', 's', '{{}}', 'g', 'a', 't', 't', '{state}', '{second}', NULL, '')"
CONTEST = "INSERT INTO contest VALUES (1, 'k', 'C', 'D', '', 'T', '{}', 't', 'open', '', '', NULL)"


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    made = SqliteStore(":memory:", Side.CUSTOMS)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (USED, "INSERT INTO holding VALUES ('C', 'reserved', 'E', 't')"),
        (USED, "UPDATE holding SET state = 'reserved'"),
        (USED, "UPDATE holding SET declaration = 'E'"),
        (USED, "DELETE FROM holding"),
        (WITHDRAWN, "UPDATE holding SET state = 'reserved', declaration = 'D'"),
        (WITHDRAWN, "DELETE FROM holding"),
        (RESERVED, "UPDATE holding SET declaration = 'E'"),
        (RESERVED, "UPDATE holding SET declaration = NULL"),
        ("", "INSERT INTO holding VALUES ('C', 'reserved', NULL, 't')"),
        ("", "INSERT INTO holding VALUES ('C', 'withdrawn', 'D', 't')"),
        ("", "INSERT INTO holding VALUES ('C', 'lost', 'D', 't')"),
        (ENTRY, "UPDATE journal SET event = 'other'"),
        (ENTRY, "DELETE FROM journal"),
        ("", "INSERT INTO account VALUES ('g', '011', 100, 101, 'stated', 0, 0)"),
        (ACCOUNT, "UPDATE account SET taken = 101"),
        (ACCOUNT, "UPDATE account SET taken = -1"),
        (ACCOUNT, "UPDATE account SET quantity = 39"),
        (ACCOUNT, ACCOUNT),
        (SENT, SENT),
        (LODGED, LODGED),
        (APPROVED, APPROVED),
        ("", PAPER.format(state="approved", second="")),
        ("", PAPER.format(state="approved", second="a")),
        ("", PAPER.format(state="settled", second="")),
        (APPROVED, "UPDATE paper SET declaration = 'E'"),
        (APPROVED, "UPDATE paper SET approved_by = 'a'"),
        (APPROVED, "DELETE FROM paper"),
        ("", ACT.format(state="approved", second="a")),
        (ACT.format(state="rejected", second="b"), "UPDATE two_officer_act SET state = 'approved'"),
        (ACT.format(state="proposed", second=""), "DELETE FROM two_officer_act"),
        (CONTEST, "DELETE FROM contest"),
        ("INSERT INTO typed VALUES ('d', '{}')", "UPDATE typed SET document = '[]'"),
        ("INSERT INTO typed VALUES ('d', '{}')", "DELETE FROM typed"),
        ("INSERT INTO scan VALUES ('d', 'image/png', x'00')", "UPDATE scan SET data = x'01'"),
        ("INSERT INTO scan VALUES ('d', 'image/png', x'00')", "DELETE FROM scan"),
        (COPY, COPY),
        (ISSUED, ISSUED),
        ("", "INSERT INTO account VALUES ('g', '011', 'many', 0, 'stated', 0, 0)"),
        ("", "INSERT INTO account VALUES ('g', '011', 100, 40, 'stated', 0, 61)"),
        ("", "INSERT INTO account VALUES ('g', '011', 100, 40, 'stated', 41, 0)"),
        ("", "INSERT INTO account VALUES ('g', '011', 100, 40, 'stated', 40, 101)"),
        (CLAIMED, "UPDATE account SET taken = 31"),
        (CLAIMED, "UPDATE account SET quantity = 99"),
        (PAID, "UPDATE claim SET state = 'recalled'"),
        (PAID, "DELETE FROM claim"),
        ("", "INSERT INTO agency_line VALUES ('A', 1, 'g', 5, 6)"),
        ("", "INSERT INTO refund_line VALUES ('p', 1, 'g', 'claimed', 'u', 5, 6, 0, 0, '')"),
        ("", "INSERT INTO obligation VALUES ('C', 1, 'g', 'u', 0, 't')"),
        ("", "INSERT INTO identity VALUES (2, 'tax')"),
    ],
)
def test_what_must_not_be_is_refused(store: SqliteStore, first: str, then: str) -> None:
    if first:
        store.connection.execute(first)
    with pytest.raises(sqlite3.IntegrityError):
        store.connection.execute(then)


@pytest.mark.parametrize("then", ["UPDATE holding SET state = 'used'", "DELETE FROM holding"])
def test_a_reservation_becomes_a_use_or_is_freed(store: SqliteStore, then: str) -> None:
    store.connection.execute(RESERVED)
    store.connection.execute(then)


def test_a_book_that_fails_at_its_last_row_leaves_nothing(store: SqliteStore) -> None:
    store.connection.execute(USED)
    before = store.connection.total_changes
    with pytest.raises(sqlite3.IntegrityError), store.write(NOW) as book:
        book.put(Cursor("in", "S", 1))
        book.note("a", "e", "n")
        book.put(Account("g", "011", 100, 0, "stated"))
        book.add(Holding("C", UseState.RESERVED, "E", NOW))
    for table in ("cursor", "journal", "account"):
        assert store.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert store.connection.total_changes >= before
    with store.write(NOW) as book:
        book.put(Cursor("in", "S", 1))
    assert store.fetch(Cursor, [("in", "S")])


def test_what_is_dropped_in_the_middle_of_a_book_leaves_nothing(store: SqliteStore) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), store.write(NOW) as book:
        book.put(Cursor("in", "S", 1))
        raise Stop
    assert not store.fetch(Cursor, [("in", "S")])
    assert not store.connection.in_transaction


def test_many_keys_of_two_parts_are_found_in_one_question(store: SqliteStore) -> None:
    with store.write(NOW) as book:
        for number in range(1200):
            book.put(Cursor("out", f"S{number}", number + 1))
            book.add(Outgoing(f"S{number}", 1, "k", {}, NOW))
    keys: list[tuple[str | int, ...]] = [("out", f"S{number}") for number in range(1300)]
    found = store.fetch(Cursor, keys)
    assert len(found) == 1200
    assert found["out", "S7"].sequence == 8
    assert store.missing(Cursor, keys) == keys[1200:]
    assert len(store.fetch(Outgoing, [(f"S{number}", 1) for number in range(1300)])) == 1200


@pytest.mark.parametrize(
    ("state", "second", "content", "to"),
    [
        ("proposed", "", '{"from": "D", "to": "E"}', "E"),
        ("approved", "b", '{"from": "D", "to": "E"}', "F"),
        ("approved", "b", '{"from": "C", "to": "E"}', "E"),
    ],
)
def test_a_use_moves_by_an_approved_act_alone(
    store: SqliteStore, state: str, second: str, content: str, to: str
) -> None:
    store.connection.execute(USED)
    act = ACT.format(state=state, second=second).replace("'k', 's', '{}'", f"'use.move', 'C', '{content}'")
    store.connection.execute(act)
    with pytest.raises(sqlite3.IntegrityError, match="moved"):
        store.connection.execute(f"UPDATE holding SET declaration = '{to}'")


def test_a_use_moves_by_the_act_that_names_both(store: SqliteStore) -> None:
    store.connection.execute(USED)
    act = ACT.format(state="approved", second="b")
    store.connection.execute(act.replace("'k', 's', '{}'", """'use.move', 'C', '{"from": "D", "to": "E"}'"""))
    store.connection.execute("UPDATE holding SET declaration = 'E'")
    with pytest.raises(sqlite3.IntegrityError, match="changed"):
        store.connection.execute("UPDATE holding SET state = 'reserved'")
