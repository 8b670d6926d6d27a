"""The writer: groups form, refusals stay alone, a failing item does not take the others down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hefu import errors
from hefu.errors import HefuError, Problem
from hefu.protocol.book import Book
from hefu.protocol.outcome import UNKNOWN_CERTIFICATE
from hefu.protocol.records import Cursor, Side
from hefu.stores import writer as writers
from hefu.stores.sqlite import SqliteStore
from hefu.stores.writer import Writer

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def keep(book: Book, items: Sequence[str]) -> list[str | HefuError]:
    """Keeps a cursor an item; refuses ``no``, breaks at ``bug``."""
    done: list[str | HefuError] = []
    for item in items:
        if item == "no":
            done.append(HefuError(Problem(UNKNOWN_CERTIFICATE, place=item)))
            continue
        book.put(Cursor("in", item, 1))
        if item == "bug":
            raise ZeroDivisionError("a bug")
        if item == "late":
            errors.fail(UNKNOWN_CERTIFICATE, place=item)
        done.append(item)
    return done


def with_writer(work: Callable[[Writer], Coroutine[Any, Any, Any]]) -> tuple[Any, SqliteStore, list[int]]:
    """Run work beside a writer over a new store; its result, the store, and the sizes of the groups."""
    store = SqliteStore(":memory:", Side.TAX)
    writer = Writer(store, lambda: NOW)
    sizes: list[int] = []
    writer.committed.append(lambda book: sizes.append(len(book.changes)))
    try:
        return asyncio.run(work(writer)), store, sizes
    finally:
        writer.stop()


def kept(store: SqliteStore) -> set[str]:
    return {cursor.stream for cursor in store.every(Cursor)}


def test_what_waits_together_is_one_transaction() -> None:
    gate = threading.Event()

    def slow(_: Book, items: Sequence[str]) -> list[str]:
        gate.wait(5)
        return list(items)

    async def work(writer: Writer) -> list[str]:
        first = asyncio.create_task(writer.do(slow, "first"))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(writer.do(keep, f"S{number}")) for number in range(50)]
        await asyncio.sleep(0.05)
        gate.set()
        await first
        return list(await asyncio.gather(*rest))

    told, store, sizes = with_writer(work)
    assert told == [f"S{number}" for number in range(50)]
    assert sizes == [0, 50]
    assert len(kept(store)) == 50


def test_results_come_in_the_order_of_the_items_though_groups_are_bounded() -> None:
    items = [f"S{number}" for number in range(writers.GROUP * 2 + 7)]
    told, store, sizes = with_writer(lambda writer: writer.do_all(keep, items))
    assert told == items
    assert max(sizes) == writers.GROUP
    assert kept(store) == set(items)


def test_a_refused_item_is_refused_alone() -> None:
    told, store, _ = with_writer(lambda writer: writer.do_all(keep, ["a", "no", "b"]))
    assert [one if isinstance(one, str) else one.first.kind.code for one in told] == [
        "a",
        "certificate.not_found",
        "b",
    ]
    assert kept(store) == {"a", "b"}


@pytest.mark.parametrize(("bad", "code"), [("bug", "store.work_failed"), ("late", "certificate.not_found")])
def test_an_item_that_breaks_after_writing_takes_nobody_with_it_and_leaves_nothing(
    bad: str, code: str
) -> None:
    told, store, _ = with_writer(lambda writer: writer.do_all(keep, ["a", bad, "b"]))
    assert (told[0], told[2]) == ("a", "b")
    assert told[1].first.kind.code == code
    assert kept(store) == {"a", "b"}


def test_do_raises_what_refused_it() -> None:
    with pytest.raises(HefuError) as caught:
        with_writer(lambda writer: writer.do(keep, "no"))
    assert caught.value.first.kind.code == "certificate.not_found"


def test_beyond_the_queue_callers_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "QUEUE", 5)
    gate = threading.Event()

    def slow(_: Book, items: Sequence[str]) -> list[str]:
        gate.wait(5)
        return list(items)

    async def work(writer: Writer) -> str:
        first = asyncio.create_task(writer.do(slow, "first"))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(writer.do(keep, f"S{number}")) for number in range(5)]
        await asyncio.sleep(0.05)
        with pytest.raises(HefuError) as caught:
            await writer.do(keep, "one too many")
        gate.set()
        await asyncio.gather(first, *waiting)
        assert await writer.do(keep, "later") == "later"
        return caught.value.first.kind.code

    told, store, _ = with_writer(work)
    assert told == "store.busy"
    assert kept(store) == {*(f"S{number}" for number in range(5)), "later"}


def test_stopping_finishes_what_waits_and_takes_no_more() -> None:
    async def work(writer: Writer) -> tuple[list[Any], str]:
        task = asyncio.create_task(writer.do_all(keep, [f"S{number}" for number in range(100)]))
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.stop)
        with pytest.raises(HefuError) as caught:
            await writer.do(keep, "late comer")
        return await task, caught.value.first.kind.code

    (told, code), store, _ = with_writer(work)
    assert len(told) == len(kept(store)) == 100
    assert code == "store.stopped"


def test_a_disk_that_fails_is_told_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3  # noqa: PLC0415

    def full(_self: SqliteStore, _book: Book) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async def work(writer: Writer) -> tuple[list[Any], str]:
        with monkeypatch.context() as patch:
            patch.setattr(SqliteStore, "_apply", full)
            failed = await writer.do_all(keep, ["a", "b"])
        return failed, await writer.do(keep, "c")

    (failed, later), store, _ = with_writer(work)
    assert [one.first.kind.code for one in failed] == ["store.failed", "store.failed"]
    assert "disk is full" in str(failed[0].first.message.en)
    assert (later, kept(store)) == ("c", {"c"})
