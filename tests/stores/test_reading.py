"""Opening a store only to read it: what is none, or another, is named with what to do; a store that was closed
is one file.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hefu.errors import HefuError, Problem
from hefu.protocol.records import Cursor, Side
from hefu.stores.reading import opened
from hefu.stores.sqlite import SqliteReader, SqliteStore

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def filled(path: Path, side: Side = Side.CUSTOMS) -> SqliteStore:
    store = SqliteStore(str(path), side)
    with store.write(NOW) as book:
        for number in range(500):
            book.put(Cursor("in", f"S{number}", 1))
    return store


def refused(path: Path) -> Problem:
    with pytest.raises(HefuError) as caught, opened(str(path), Side.CUSTOMS):
        pass
    problem = caught.value.first
    assert problem.file == str(path)
    for text in problem.message:
        assert str(path) in text
    return problem


def sql(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def empty(path: Path) -> None:
    path.touch()


def no_tables(path: Path) -> None:
    sql(path, "PRAGMA journal_mode = WAL")


def text(path: Path) -> None:
    path.write_text("this is not a database, and long enough to be looked at as one" * 100)


def foreign(path: Path) -> None:
    sql(path, "CREATE TABLE orders (id INTEGER)")


def unclaimed(path: Path) -> None:
    filled(path).close()
    sql(path, "DELETE FROM identity")


@pytest.mark.parametrize(
    ("make", "zh", "en"),
    [
        (empty, "空的 SQLite", "empty SQLite"),
        (no_tables, "空的 SQLite", "empty SQLite"),
        (text, "不是 SQLite", "no SQLite file"),
        (foreign, "orders", "orders"),
        (unclaimed, "没有任何一侧", "neither side"),
    ],
)
def test_a_file_that_is_no_store_is_named_with_what_was_found(
    tmp_path: Path, make: Callable[[Path], None], zh: str, en: str
) -> None:
    path = tmp_path / "store.sqlite"
    make(path)
    problem = refused(path)
    assert (problem.kind.code, problem.kind.exit) == ("store.not_one", 2)
    assert zh in problem.message.zh
    assert en in problem.message.en
    assert all("customs" in one and "store.sqlite-wal" in one for one in problem.cure)


def test_the_store_of_the_other_node_is_named_as_that(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    filled(path, Side.TAX).close()
    problem = refused(path)
    assert (problem.kind.code, problem.kind.exit) == ("store.of_other_node", 2)
    assert all("tax" in one and "customs" in one for one in problem.message)


@pytest.mark.parametrize(("version", "code"), [(1, "store.older"), (9999, "store.newer")])
def test_a_store_of_another_schema_is_left_alone(tmp_path: Path, version: int, code: str) -> None:
    path = tmp_path / "store.sqlite"
    filled(path).close()
    sql(path, f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    assert refused(path).kind.code == code
    assert path.read_bytes() == before


def test_a_folder_is_unreadable(tmp_path: Path) -> None:
    assert refused(tmp_path).kind.code == "store.unreadable"


def test_damage_found_on_the_way_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    filled(path).close()
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    with pytest.raises(HefuError) as caught, opened(str(path), Side.CUSTOMS) as reader:
        list(reader.every(Cursor))
    assert caught.value.first.kind.code == "store.unreadable"


def test_a_store_that_was_closed_is_one_file(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.sqlite", tmp_path / "copy.sqlite"
    filled(path).close()
    shutil.copy(path, copy)
    with opened(str(copy), Side.CUSTOMS) as reader:
        assert sum(1 for _ in reader.every(Cursor)) == 500


def test_a_store_that_others_still_have_open_holds_everything_once_it_is_closed(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.sqlite", tmp_path / "copy.sqlite"
    store = filled(path)
    reader = SqliteReader(str(path))
    assert reader.fetch(Cursor, [("in", "S1")])
    store.close()
    store.close()
    assert Path(f"{path}-wal").stat().st_size == 0
    shutil.copy(path, copy)
    with opened(str(copy), Side.CUSTOMS) as other:
        assert sum(1 for _ in other.every(Cursor)) == 500
    reader.close()
