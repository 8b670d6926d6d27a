"""Service levels: what is counted from a store, what is sampled, and that a look reads no more than its window."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hefu.http import levels
from hefu.http.levels import Levels, Sample, share
from hefu.link.reconcile import Report
from hefu.protocol.contingency.records import Function, Outage
from hefu.protocol.records import Evidence, Outgoing, Side
from hefu.stores.levels import counted, oldest_open, place_at, waiting, way
from hefu.stores.sqlite import SqliteReader, SqliteStore

START = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three hours at customs: a verdict a minute, every fifth a hold; each used certificate received by tax a second
    later, those of the last ten minutes not yet; an outage in the last hour.
    """
    path = str(tmp_path_factory.mktemp("store") / "store.sqlite")
    store = SqliteStore(path, Side.CUSTOMS)
    for minute in range(180):
        at = START + MINUTE * minute
        with store.write(at) as book:
            book.note("customs", "declaration.lodged", f"D{minute}")
            book.note("customs", "declaration.reserved" if minute % 5 else "declaration.held", f"D{minute}")
            body = {"number": f"C{minute}"}
            received = minute < 170
            book.add(
                Outgoing(f"C{minute}", 1, "certificate.used", body, at, f"R{minute}" if received else None)
            )
            if received:
                book.put(Evidence(f"R{minute}", "receipt", "k", at + timedelta(seconds=1), b""))
    with store.write(START + MINUTE * 180) as book:
        since = START + MINUTE * 150
        book.put(Outage(1, Function.CERTIFICATES, since, since + MINUTE * 5, "closed"))
        book.put(Outage(2, Function.CERTIFICATES, START, START + MINUTE, "closed"))
    store.close()
    return path


@pytest.fixture
def reader(path: str) -> Iterator[SqliteReader]:
    one = SqliteReader(path)
    yield one
    one.close()


@pytest.mark.parametrize("minute", [0, 1, 77, 179])
def test_a_moment_leads_to_its_rows(reader: SqliteReader, minute: int) -> None:
    at = START + MINUTE * minute
    assert place_at(reader, "outgoing", at) == place_at(reader, "outgoing", at - MINUTE / 2) == minute + 1
    assert place_at(reader, "journal", at) == 2 * minute + 1


def test_a_moment_after_all_rows_and_an_empty_log(reader: SqliteReader, tmp_path: Path) -> None:
    assert place_at(reader, "outgoing", START + MINUTE * 500) == 181
    empty = SqliteStore(str(tmp_path / "store.sqlite"), Side.TAX)
    assert place_at(empty, "journal", START) == 1
    assert way(empty, 1, 1).messages == 0
    empty.close()


def test_verdicts_messages_and_what_waits_are_counted(reader: SqliteReader) -> None:
    told = counted(reader, Side.CUSTOMS, 1, 2 * 60 + 1)
    assert told == {"declaration.held": 12, "declaration.reserved": 48}
    early, late = way(reader, 1, 61), way(reader, 161, 181)
    assert (early.messages, set(early.seconds), early.open) == (60, {1.0}, 0)
    assert (late.messages, len(late.seconds), late.open) == (20, 10, 10)
    assert oldest_open(reader) == START + MINUTE * 170
    assert waiting(reader) == (10, 0)


def test_of_very_many_messages_a_sample_is_looked_at(reader: SqliteReader) -> None:
    told = way(reader, 1, 181)
    assert told.messages == 180
    assert 60 <= len(told.seconds) + told.open <= 100


def test_no_look_goes_through_a_whole_log(reader: SqliteReader) -> None:
    asked: list[str] = []
    reader.connection.set_trace_callback(asked.append)
    place_at(reader, "journal", START + MINUTE)
    counted(reader, Side.CUSTOMS, 5, 9)
    counted(reader, Side.TAX, 5, 9)
    way(reader, 5, 9)
    oldest_open(reader)
    reader.backlog()
    reader.connection.set_trace_callback(None)
    assert len(asked) > 8
    for one in asked:
        for step in reader.connection.execute(f"EXPLAIN QUERY PLAN {one}").fetchall():
            assert not step[3].startswith("SCAN") or "outgoing_open" in step[3] or "CONSTANT" in step[3], (
                one,
                step,
            )


def told_at(
    path: str, monkeypatch: pytest.MonkeyPatch, one: Levels, minute: float, hours: int
) -> dict[str, Any]:
    monkeypatch.setattr(levels, "_now", lambda: START + MINUTE * minute)
    node = SimpleNamespace(side=Side.CUSTOMS, started=START, reader=SimpleNamespace(path=path))
    return asyncio.run(one.told(node, hours))  # type: ignore[arg-type]


def test_an_hour_is_told_in_minutes_and_a_day_in_quarters(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Levels()
    hour = told_at(path, monkeypatch, one, 179.5, 1)
    assert (len(hour["stretches"]), hour["from"]) == (60, (START + MINUTE * 120).isoformat())
    assert sum(sum(each["counts"].values()) for each in hour["stretches"]) == 60
    assert (hour["whole_window"]["messages"], hour["whole_window"]["open"]) == (60, 10)
    assert [each["since"] for each in hour["bands"]] == [(START + MINUTE * 150).isoformat()]
    assert hour["samples_from"] is None
    day = told_at(path, monkeypatch, one, 179.5, 24)
    assert len(day["stretches"]) == 96
    assert sum(sum(each["counts"].values()) for each in day["stretches"]) == 180
    assert len(day["bands"]) == 2
    assert day["stretches"][-12]["counts"] == {"declaration.held": 3, "declaration.reserved": 12}


def test_what_is_over_is_read_once(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Levels()
    asked: list[int] = []

    def noticed(reader: SqliteReader, side: Side, start: int, end: int) -> Counter[str]:
        asked.append(start)
        return counted(reader, side, start, end)

    monkeypatch.setattr(levels, "counted", noticed)
    first = told_at(path, monkeypatch, one, 165, 1)
    assert len(asked) == 60
    asked.clear()
    assert told_at(path, monkeypatch, one, 165 + 1 / 60, 1) == first  # a look serves everybody for a while
    assert not asked
    told_at(path, monkeypatch, one, 166.5, 1)
    assert len(asked) == 2  # the one that ran then, and the one that runs now


def test_samples_and_comparisons_are_those_of_the_window(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Levels()
    for minute, (backlog, down) in {
        100: (9, True),
        170: (4, False),
        170.25: (7, True),
        171: (2, False),
    }.items():
        one.samples.append(Sample(START + MINUTE * minute, backlog, 0, down))
    one.reports.append(Report(START + MINUTE * 172, equal=False, differing=3))
    told = told_at(path, monkeypatch, one, 179.5, 1)
    by_minute = {each["at"]: each["backlog"] for each in told["stretches"]}
    assert by_minute[(START + MINUTE * 170).isoformat()] == 7
    assert by_minute[(START + MINUTE * 173).isoformat()] is None
    silence = next(each for each in told["bands"] if each["kind"] == "silence")
    assert (silence["since"], silence["until"], silence["over"]) == (
        (START + MINUTE * 170.25).isoformat(),
        (START + MINUTE * 171).isoformat(),
        True,
    )
    assert [(each["equal"], each["differing"]) for each in told["reconciliations"]] == [(False, 3)]


def test_the_memory_is_bounded() -> None:
    assert Levels().samples.maxlen == 24 * 3600 / levels.EVERY
    assert Levels().reports.maxlen


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (1, 1), (100, 100)])
def test_shares_are_by_the_nearest_rank(percent: int, value: int) -> None:
    assert share(list(range(1, 101)), percent) == value
    assert share([], percent) is None
    assert share([7], percent) == 7
