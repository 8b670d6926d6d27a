"""Opening a store: schema, sides, restart after a crash in the middle of a transaction."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hefu.errors import HefuError
from hefu.protocol.records import Cursor, Side
from hefu.stores.sqlite import SqliteReader, SqliteStore

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def schema(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    told = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return told


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    SqliteStore(str(path), Side.TAX).close()
    before = schema(path)
    SqliteStore(str(path), Side.TAX).close()
    assert schema(path) == before
    assert len(before) > 20


def test_a_store_belongs_to_one_side(tmp_path: Path) -> None:
    path = str(tmp_path / "store.sqlite")
    SqliteStore(path, Side.TAX).close()
    with pytest.raises(HefuError) as caught:
        SqliteStore(path, Side.CUSTOMS)
    assert caught.value.first.kind.code == "store.other_side"


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("this is not a database, and long enough to be looked at as one")
    with pytest.raises(HefuError) as caught:
        SqliteStore(str(path), Side.TAX)
    assert (caught.value.first.kind.code, caught.value.first.file) == ("store.unreadable", str(path))


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    SqliteStore(str(path), Side.TAX).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(HefuError) as caught:
        SqliteStore(str(path), Side.TAX)
    assert caught.value.first.kind.code == "store.newer"
    assert path.read_bytes() == before


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "store.sqlite"), Side.TAX)
    assert store.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


@pytest.mark.parametrize("place", ["before", "within", "after"])
def test_a_process_that_dies_leaves_whole_transactions(tmp_path: Path, place: str) -> None:
    path = tmp_path / "store.sqlite"
    script = f"""
import os
from datetime import datetime, UTC
from hefu.protocol.records import Cursor, Side
from hefu.stores.sqlite import SqliteStore
store = SqliteStore({str(path)!r}, Side.TAX)
now = datetime(2026, 3, 10, tzinfo=UTC)
with store.write(now) as book:
    book.put(Cursor("in", "FIRST", 1))
apply = SqliteStore._apply
def dying(self, book):
    apply(self, book)
    if {place!r} == "within":
        os._exit(9)
SqliteStore._apply = dying
if {place!r} == "before":
    os._exit(9)
with store.write(now) as book:
    for number in range(500):
        book.put(Cursor("in", f"S{{number}}", 1))
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == 9
    store = SqliteStore(str(path), Side.TAX)
    count = sum(1 for _ in store.every(Cursor))
    assert count == (501 if place == "after" else 1)
    store.close()


def test_a_reader_sees_what_is_committed_and_no_more(tmp_path: Path) -> None:
    path = str(tmp_path / "store.sqlite")
    store, reader = SqliteStore(path, Side.TAX), SqliteReader(path)
    with store.write(NOW) as book:
        book.put(Cursor("in", "S", 1))
        assert book.get(Cursor, "in", "S") is not None
        assert not reader.fetch(Cursor, [("in", "S")])
    assert reader.fetch(Cursor, [("in", "S")])
    reader.close()
    store.close()
