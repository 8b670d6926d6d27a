"""The unit of work: it sees its own writes, and nothing reaches the store until it is committed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.protocol.book import Book, R
from hefu.protocol.messages import CertificateReserved, Message, VoidGranted
from hefu.protocol.records import Account, Cover, Cursor, Key, Outgoing, Record, Side, Wait
from hefu.stores.sqlite import SqliteStore
from tests.protocol.authorities import NUMBER, RETURN, START


class Shelf:
    """Records in memory that counts how often it is asked."""

    def __init__(self, *records: Record) -> None:
        self.records: dict[tuple[type[Any], Key], Record] = {(type(r), r.key): r for r in records}
        self.asked: list[tuple[Key, ...]] = []

    def fetch(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        self.asked.append(tuple(keys))
        return {key: cast("R", self.records[kind, key]) for key in keys if (kind, key) in self.records}

    def find(self, kind: type[R], field: str, value: str) -> list[R]:
        found = [r for (k, _), r in self.records.items() if k is kind and getattr(r, field) == value]
        return [cast("R", record) for record in sorted(found, key=lambda one: one.key)]


def account(taken: int = 0, goods: str = "g1") -> Account:
    return Account(goods, "011", 100, taken, "stated")


def cover(certificate: str, goods: str = "g1", quantity: int = 5) -> Cover:
    return Cover(goods, certificate, 1, quantity)


def test_a_book_reads_what_is_stored() -> None:
    book = Book(Shelf(account(7)), START)
    assert book.get(Account, "g1") == account(7)
    assert book.get(Account, "g2") is None


def test_a_book_asks_the_store_once_for_a_record_there_or_not() -> None:
    shelf = Shelf(account())
    book = Book(shelf, START)
    for _ in range(3):
        book.get(Account, "g1")
        book.get(Account, "g2")
    assert shelf.asked == [(("g1",),), (("g2",),)]


def test_prefetch_reads_many_at_once_and_each_once() -> None:
    shelf = Shelf(account())
    book = Book(shelf, START)
    book.prefetch(Account, [("g1",), ("g2",), ("g1",)])
    book.prefetch(Account, [("g2",)])
    assert book.get(Account, "g1") == account()
    assert book.get(Account, "g2") is None
    assert shelf.asked == [(("g1",), ("g2",))]


def test_prefetch_does_not_hide_a_write_of_the_book() -> None:
    book = Book(Shelf(account()), START)
    book.put(account(9))
    book.prefetch(Account, [("g1",)])
    assert book.get(Account, "g1") == account(9)


def test_a_book_sees_what_it_wrote_and_what_it_dropped() -> None:
    book = Book(Shelf(account()), START)
    book.put(account(5))
    assert book.get(Account, "g1") == account(5)
    book.drop(account(5))
    assert book.get(Account, "g1") is None


def test_a_change_keeps_what_was_stored_and_what_it_comes_to() -> None:
    book = Book(Shelf(account()), START)
    book.put(account(1))
    book.put(account(2))
    (change,) = book.changes.values()
    assert (change.before, change.after) == (account(), account(2))


def test_a_record_written_and_dropped_again_comes_to_nothing() -> None:
    book = Book(Shelf(), START)
    book.put(account())
    book.drop(account())
    (change,) = book.changes.values()
    assert (change.before, change.after) == (None, None)


def test_adding_does_not_look() -> None:
    shelf = Shelf()
    book = Book(shelf, START)
    book.add(account())
    assert shelf.asked == []
    assert book.get(Account, "g1") == account()


def test_nothing_reaches_the_store_from_a_book_that_is_not_committed() -> None:
    shelf = Shelf(account())
    book = Book(shelf, START)
    book.put(account(5))
    book.drop(cover("A"))
    book.note("officer", "certificate.issued", NUMBER)
    assert shelf.records == {(Account, ("g1",)): account()}


def test_an_entry_has_the_time_of_its_book() -> None:
    book = Book(Shelf(), START)
    book.note("officer", "certificate.issued", NUMBER, RETURN, purpose="return")
    (entry,) = book.journal
    assert (entry.at, entry.actor, entry.event) == (START, "officer", "certificate.issued")
    assert (entry.number, entry.other, entry.detail) == (NUMBER, RETURN, {"purpose": "return"})


@given(
    stored=st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from(["g1", "g2"])),
    written=st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["g1", "g2", None]))),
)
def test_finding_counts_the_writes_of_the_book(
    stored: dict[str, str], written: list[tuple[str, str | None]]
) -> None:
    book = Book(Shelf(*(cover(number, goods) for number, goods in stored.items())), START)
    model = dict(stored)
    for number, goods in written:
        if goods is None:
            book.drop(cover(number))
            model.pop(number, None)
        else:
            book.put(cover(number, goods))
            model[number] = goods
    for goods in ("g1", "g2"):
        expected = [cover(number, goods) for number in sorted(model) if model[number] == goods]
        assert book.find(Cover, "goods", goods) == expected


def test_finding_leaves_records_of_another_kind_alone() -> None:
    book = Book(Shelf(cover("A")), START)
    book.put(Wait("certificate:A", RETURN))
    book.put(account())
    assert book.find(Cover, "goods", "g1") == [cover("A")]


def reserved(number: str) -> Message:
    return CertificateReserved(number=number, declaration=RETURN)


def sequences(book: Book) -> list[tuple[str, int]]:
    written = [change.after for change in book.changes.values()]
    return sorted((one.stream, one.sequence) for one in written if isinstance(one, Outgoing))


@given(st.lists(st.sampled_from(["A", "B", "C"]), max_size=20))
def test_messages_of_each_certificate_are_numbered_from_one_without_gaps(numbers: list[str]) -> None:
    book = Book(Shelf(), START)
    for number in numbers:
        book.send(reserved(number))
    expected = [(n, place) for n in set(numbers) for place in range(1, numbers.count(n) + 1)]
    assert sequences(book) == sorted(expected)
    for number in set(numbers):
        assert book.get(Cursor, "out", number) == Cursor("out", number, numbers.count(number))


def test_numbering_goes_on_where_the_last_transaction_ended() -> None:
    book = Book(Shelf(Cursor("out", "A", 7), Cursor("in", "A", 30)), START)
    book.send(reserved("A"))
    assert sequences(book) == [("A", 8)]


def test_a_message_is_queued_with_kind_body_and_time_and_without_receipt() -> None:
    book = Book(Shelf(), START)
    book.send(VoidGranted(number="A", request=2))
    body = {"kind": "certificate.void_granted", "number": "A", "request": 2}
    assert book.get(Outgoing, "A", 1) == Outgoing("A", 1, "certificate.void_granted", body, START, None)


def test_a_committed_book_is_what_the_next_one_reads() -> None:
    store = SqliteStore(":memory:", Side.TAX)
    with store.write(START) as book:
        book.put(account(5))
        book.send(reserved("A"))
    with store.write(START) as book:
        assert book.get(Account, "g1") == account(5)
        book.send(reserved("A"))
        assert sequences(book) == [("A", 2)]
    store.close()


def test_a_book_whose_decision_failed_has_done_nothing() -> None:
    store = SqliteStore(":memory:", Side.TAX)

    def fails() -> None:
        with store.write(START) as book:
            book.put(account(5))
            book.send(reserved("A"))
            raise RuntimeError("crash before the commit")

    with pytest.raises(RuntimeError):
        fails()
    assert not any([*store.every(kind)] for kind in (Account, Outgoing, Cursor))
    store.close()
