"""What the benchmarks measure against works on today's schema."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import plain_service
from hefu.documents.canonical import as_json, digest
from hefu.protocol.records import Copy, Holding, Lodgement, Side
from hefu.stores.sqlite import SqliteStore
from tests.builders import certificate, declaration

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def test_the_plain_service_reserves_what_fits(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "store.sqlite"), Side.CUSTOMS)
    paper = certificate()
    with store.write(NOW) as book:
        book.put(Copy(paper.number, paper, digest(paper), NOW))
    with sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None) as connection:
        plain_service._decide(connection, as_json(declaration()))
    connection.close()
    assert [one.number for one in store.every(Lodgement)] == [declaration().number]
    assert [one.certificate for one in store.every(Holding)] == [paper.number]
    store.close()
