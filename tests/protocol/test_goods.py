"""The goods ledger: goods, not only numbers, and exact to the last decimal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.certificate import Certificate
from hefu.documents.fields import plain, scaled, unscaled
from hefu.documents.goods import in_unit
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Copy, Cover, Covering, Side
from hefu.rules.finding import Draw
from hefu.stores.sqlite import SqliteStore
from tests.builders import (
    AGENT,
    EXPORT,
    EXPORTER,
    PRINCIPAL,
    certificate,
    declaration,
    invoice_line,
    item,
    line,
)
from tests.protocol.authorities import GOODS, INVOICE, NUMBER, START, refused

PIECES, KILOS, GRAMS = "011", "035", "036"


@pytest.fixture
def book() -> Iterator[Book]:
    store = SqliteStore(":memory:", Side.TAX)
    yield Book(store, START)
    store.close()


def cover(book: Book, *lines: dict[str, Any], number: str = NUMBER, **changes: Any) -> Outcome | None:
    """Cover the lines of a certificate, if the ledger has room."""
    planned, refusal = goods.plan_cover(book, certificate(number=number, lines=list(lines), **changes))
    goods.put_cover(book, planned)
    return refusal


def account(book: Book, key: str = GOODS) -> tuple[str, str, str, str]:
    found = book.get(Account, key)
    assert found is not None
    return plain(unscaled(found.quantity)), plain(unscaled(found.taken)), found.unit, found.basis


# --- what is counted on what ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "key"),
    [
        (certificate(), GOODS),
        (certificate("export"), INVOICE),
        (certificate(principal_certificate="WT0001", lines=[line(line=3)]), "certificate:WT0001:3"),
        (certificate(agent=AGENT), GOODS),
    ],
    ids=["item", "invoice line", "line of the principal's certificate", "principal's own"],
)
def test_goods_are_counted_by_item_invoice_line_or_line_of_the_principals_certificate(
    document: Certificate, key: str
) -> None:
    assert str(goods.key_of(document, document.lines[0])) == key


@pytest.mark.parametrize(
    ("quantity", "source", "target", "expected"),
    [
        ("1", KILOS, GRAMS, "1000"),
        ("1", GRAMS, KILOS, "0.001"),
        ("0.005", GRAMS, KILOS, "0.00001"),
        ("0.004", GRAMS, KILOS, "0"),
        ("0.00001", PIECES, PIECES, "0.00001"),
    ],
)
def test_quantities_convert_exactly_and_round_half_up_at_five_decimals(
    quantity: str, source: str, target: str, expected: str
) -> None:
    assert in_unit(scaled(Decimal(quantity)), source, target) == scaled(Decimal(expected))


def test_pieces_do_not_convert_to_kilograms() -> None:
    assert in_unit(1, PIECES, KILOS) is None


# --- covering -----------------------------------------------------------------------------------------


def test_the_first_certificate_opens_the_account_as_it_states(book: Book) -> None:
    assert cover(book, line(quantity="40")) is None
    assert account(book) == ("100", "40", PIECES, "stated")
    assert book.get(Cover, NUMBER, 1) == Cover(GOODS, NUMBER, 1, scaled(Decimal(40)))


def test_without_a_stated_quantity_the_account_has_no_room_for_a_second(book: Book) -> None:
    assert cover(book, line(quantity="40", exported_quantity=None)) is None
    assert account(book) == ("40", "40", PIECES, "assumed")
    told = cover(book, line(quantity="1", exported_quantity=None), number="B")
    assert told is not None
    assert refused(told, "goods.already_covered", "tax").details["by"] == NUMBER


def test_a_stated_quantity_replaces_an_assumed_one_if_it_is_more(book: Book) -> None:
    cover(book, line(quantity="40", exported_quantity=None))
    assert cover(book, line(quantity="60"), number="B") is None
    assert account(book) == ("100", "100", PIECES, "stated")


@pytest.mark.parametrize("stated", ["39", "101"])
def test_two_certificates_must_state_the_same_exported_quantity(book: Book, stated: str) -> None:
    cover(book, line(quantity="40"))
    told = cover(book, line(quantity="10", exported_quantity=stated), number="B")
    assert told is not None
    problem = refused(told, "goods.exported_quantity_differs", "tax")
    assert (problem.details["quantity"], problem.details["given"]) == ("100", stated)
    assert (problem.details["basis"], problem.details["line"]) == ("stated", 1)


def test_a_unit_that_does_not_convert_is_refused_naming_both(book: Book) -> None:
    cover(book, line(quantity="40"))
    told = cover(book, line(quantity="1", unit="千克", exported_quantity=None), number="B")
    assert told is not None
    problem = refused(told, "goods.unit_not_convertible", "tax")
    assert (problem.details["unit"], problem.details["given"]) == (PIECES, KILOS)


def test_certificates_in_units_that_convert_share_one_account(book: Book) -> None:
    cover(book, line(quantity="1", unit="千克", exported_quantity="1.5"))
    assert cover(book, line(quantity="500", unit="克", exported_quantity="1500"), number="B") is None
    assert account(book) == ("1.5", "1.5", KILOS, "stated")
    told = cover(book, line(quantity="0.005", unit="克", exported_quantity=None), number="C")
    assert told is not None
    assert told.status == "goods.already_covered"


def test_planning_writes_nothing(book: Book) -> None:
    planned, refusal = goods.plan_cover(book, certificate())
    assert refusal is None
    assert planned
    assert book.changes == {}


QUANTITIES = st.decimals(min_value="0.00001", max_value="100", places=5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(QUANTITIES, st.booleans()), max_size=12))
def test_live_certificates_never_cover_more_than_the_goods_nor_less_than_they_could(
    asked: list[tuple[Decimal, bool]],
) -> None:
    """Cover, and at random give the oldest back; what fits is taken, what does not is refused."""
    store = SqliteStore(":memory:", Side.TAX)
    with store.write(START) as book:
        live: dict[str, Decimal] = {}
        for place, (quantity, lift) in enumerate(asked):
            told = cover(book, line(quantity=str(quantity)), number=f"C{place}")
            assert (told is None) is (sum(live.values()) + quantity <= 100)
            if told is None:
                live[f"C{place}"] = quantity
            if lift and live:
                oldest = next(iter(live))
                goods.lift_cover(book, oldest)
                del live[oldest]
        found = book.get(Account, GOODS)
        assert (found.taken if found else 0) == scaled(sum(live.values(), Decimal(0)))
        assert {c.certificate for c in book.find(Cover, "goods", GOODS)} == live.keys()
    store.close()


# --- lifting and settling -----------------------------------------------------------------------------


def test_lifting_gives_back_every_line(book: Book) -> None:
    cover(book, line(), line(line=2, item=2, quantity="40"))
    goods.lift_cover(book, NUMBER)
    assert account(book)[:2] == ("100", "0")
    assert account(book, f"item:{EXPORT}:2")[:2] == ("100", "0")
    assert book.find(Cover, "certificate", NUMBER) == []


@pytest.mark.parametrize(
    ("drawn", "left"),
    [({}, "0"), ({1: "0"}, "0"), ({1: "3000000"}, "30"), ({1: "4000000"}, "40"), ({1: "9900000"}, "40")],
    ids=["nothing", "zero", "part", "all", "more than it covers"],
)
def test_after_use_a_line_covers_what_was_drawn_of_it_and_never_more_than_before(
    book: Book, drawn: dict[int, str], left: str
) -> None:
    document = certificate(lines=[line(quantity="40")])
    goods.put_cover(book, goods.plan_cover(book, document)[0])
    goods.settle_cover(book, document, drawn)
    assert account(book)[:2] == ("100", left)
    found = book.get(Cover, NUMBER, 1)
    assert (plain(unscaled(found.quantity)) if found else "0") == left


def test_what_was_drawn_is_in_the_lines_unit_and_counted_in_the_accounts(book: Book) -> None:
    cover(book, line(quantity="1", unit="千克", exported_quantity="2"), number="A")
    document = certificate(lines=[line(quantity="500", unit="克", exported_quantity="2000")])
    goods.put_cover(book, goods.plan_cover(book, document)[0])
    goods.settle_cover(book, document, {1: str(scaled(Decimal(250)))})
    assert account(book) == ("2", "1.25", KILOS, "stated")


def test_a_reissue_is_as_wide_as_the_old_one_in_any_unit_that_converts(book: Book) -> None:
    cover(book, line(quantity="1", unit="千克", exported_quantity="2"))
    same = certificate(number="B", lines=[line(quantity="1000", unit="克", exported_quantity="2000")])
    more = certificate(number="B", lines=[line(quantity="1000.005", unit="克", exported_quantity="2000")])
    assert goods.wider_than(book, same, NUMBER) is None
    wider = goods.wider_than(book, more, NUMBER)
    assert wider is not None
    assert refused(wider, "certificate.reissue_covers_more", "tax").details["line"] == 1


def test_only_a_principals_certificate_is_drawn_on(book: Book) -> None:
    principal = certificate(number="WT0001", holder=PRINCIPAL, agent=AGENT)
    goods.open_for_agent(book, principal)
    assert goods.drawn_by_agents(book, principal) == []
    cover(book, line(quantity="30"), number="A", holder=AGENT, principal_certificate="WT0001")
    cover(book, line(quantity="30"), number="B", holder=AGENT, principal_certificate="WT0001")
    assert goods.drawn_by_agents(book, principal) == ["A", "B"]
    assert goods.drawn_by_agents(book, principal.model_copy(update={"agent": None})) == []


# --- exports ------------------------------------------------------------------------------------------


def test_an_export_opens_one_account_an_item_as_declared(book: Book) -> None:
    two = declaration("export", items=[item(), item(item=2, first={"quantity": "7", "unit": KILOS})])
    goods.enter_export(book, two, "customs")
    assert account(book) == ("100", "0", PIECES, "declared")
    assert account(book, f"item:{EXPORT}:2") == ("7", "0", KILOS, "declared")


@pytest.mark.parametrize(
    ("declared", "unit", "expected"),
    [
        ("120", PIECES, ("120", "40", PIECES, "declared")),
        ("40", PIECES, ("40", "40", PIECES, "declared")),
        ("39.99999", PIECES, ("100", "40", PIECES, "stated")),
        ("120", KILOS, ("100", "40", PIECES, "stated")),
    ],
    ids=["more", "just enough", "too little", "other unit"],
)
def test_what_was_declared_replaces_what_was_stated_unless_it_contradicts_what_is_taken(
    book: Book, declared: str, unit: str, expected: tuple[str, str, str, str]
) -> None:
    cover(book, line(quantity="40"))
    told = declaration("export", items=[item(first={"quantity": declared, "unit": unit})])
    goods.enter_export(book, told, "customs")
    assert account(book) == expected
    contested = [entry.event for entry in book.journal]
    assert contested == ([] if expected[3] == "declared" else ["goods.contested"])


def test_an_export_entered_again_changes_nothing(book: Book) -> None:
    goods.enter_export(book, declaration("export"), "customs")
    cover(book, line(quantity="40"))
    before = account(book)
    goods.enter_export(book, declaration("export"), "customs")
    assert account(book) == before == ("100", "40", PIECES, "declared")


# --- at customs ---------------------------------------------------------------------------------------


def arrived(book: Book, document: Certificate) -> None:
    book.put(Copy(document.number, document, "sha256:0", START))
    for export in {one.declaration for one in document.lines if one.declaration}:
        book.put(Covering(export, document.number))


@given(st.lists(st.integers(1, scaled(Decimal(25))), min_size=1, max_size=4))
def test_giving_back_undoes_taking(quantities: list[int]) -> None:
    store = SqliteStore(":memory:", Side.CUSTOMS)
    book = Book(store, START)
    arrived(book, certificate())
    draws = tuple(Draw(place, NUMBER, 1, quantity) for place, quantity in enumerate(quantities, 1))
    goods.take(book, draws)
    found = book.get(Account, GOODS)
    assert found is not None
    assert (found.quantity, found.taken) == (scaled(Decimal(100)), sum(quantities))
    goods.give_back(book, draws)
    assert account(book) == ("100", "0", PIECES, "stated")
    store.close()


def test_draws_are_taken_in_the_accounts_unit(book: Book) -> None:
    goods.enter_export(book, declaration("export", items=[item(first={"quantity": "2", "unit": KILOS})]), "x")
    arrived(book, certificate(lines=[line(quantity="500", unit="克", exported_quantity="2000")]))
    goods.take(book, (Draw(1, NUMBER, 1, scaled(Decimal(500))),))
    assert account(book) == ("2", "0.5", KILOS, "declared")


def test_an_export_takes_nothing_from_exported_goods(book: Book) -> None:
    arrived(book, certificate("export", holder=EXPORTER, lines=[invoice_line()]))
    draws = (Draw(1, NUMBER, 1, 5), Draw(1, "UNKNOWN", 1, 5), Draw(1, NUMBER, 9, 5))
    goods.take(book, draws)
    assert goods.taken_by(book, draws) == {}
    assert book.get(Account, INVOICE) is None
