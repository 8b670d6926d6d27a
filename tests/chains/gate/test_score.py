"""The score beside the gate: it changes nothing, fails alone, and comes back after a start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from hefu.chains.gate import score as scores
from hefu.chains.gate.score import PAGE, Score
from hefu.customs.service import CustomsAuthority
from hefu.http.commands import Command, Reply, answering
from hefu.protocol.book import Book
from hefu.protocol.records import Lodgement, Side
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.stores.writer import Writer
from hefu.trust.access import Identity, Role
from tests.chains.gate.lodged import RATES, START, code, lodged

OFFICER = Identity("皇岗海关", Role.CUSTOMS_OFFICER)
SWAP = [lodged(1, trader=1, owner=9).document, lodged(2, trader=2, owner=9).document]
HONEST = lodged(3, trader=5).document


def decided(path: Path, score: Score | None, documents: Sequence[object] = (*SWAP, HONEST)) -> list[Reply]:
    """Lodge at a gate that has none of the certificates, so all are held; the score hangs on its writer."""
    writer = Writer(SqliteStore(str(path), Side.CUSTOMS), lambda: START)
    if score is not None:
        writer.committed.append(score.notice)
    handler = answering(CustomsAuthority(RATES).lodge)
    replies: list[Reply] = asyncio.run(writer.do_all(handler, [Command(OFFICER, one) for one in documents]))
    writer.stop()
    writer.store.close()
    return replies


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    reader = SqliteReader(str(path))
    names = ("lodgement", "holding", "outgoing", "journal", "wait", "cursor")
    told = {name: reader.connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    reader.close()
    return told


def test_answers_and_store_are_the_same_with_and_without_it(tmp_path: Path) -> None:
    with_it = decided(tmp_path / "a.sqlite", Score(RATES, 100))
    without = decided(tmp_path / "b.sqlite", None)
    assert [one.body for one in with_it] == [one.body for one in without]
    assert rows(tmp_path / "a.sqlite") == rows(tmp_path / "b.sqlite")


def test_it_tells_what_it_noticed_and_that_it_is_no_finding(tmp_path: Path) -> None:
    score = Score(RATES, 100)
    decided(tmp_path / "a.sqlite", score)
    told = score.of(SWAP[1].number)
    (sign,) = told["signs"]
    assert sign["indicator"] == "chains.header_swap"
    assert (told["seen"], told["score"]) == (True, 3.0)
    assert "no finding" in told["means"]["en"]
    assert score.of(HONEST.number)["signs"] == []
    assert score.of(HONEST.number)["seen"] is True
    assert score.of("530120260000000099")["seen"] is False
    assert [one["number"] for one in score.newest(10, 0)["declarations"]] == [SWAP[1].number]
    assert score.newest(10, 3.5)["declarations"] == []
    assert told["memory"] == {
        "since": "2026-02-01", "declarations": 3, "most": 100, "days": 365, "being_built": False,
    }  # fmt: skip


def test_its_failure_fails_no_verification_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    score = Score(RATES, 100)
    monkeypatch.setattr(scores, "signs_of", broken)
    replies = decided(tmp_path / "a.sqlite", score)
    assert [one.body["result"] for one in replies] == ["held"] * 3
    assert "begins with an empty memory" in capsys.readouterr().out
    assert score.of(HONEST.number)["seen"] is False
    monkeypatch.undo()
    decided(tmp_path / "b.sqlite", score)
    assert score.of(SWAP[1].number)["signs"]


def book_of(*lodgements: Lodgement) -> Book:
    book = Book(SqliteStore(":memory:", Side.CUSTOMS), START)
    for one in lodgements:
        book.put(one)
    return book


def test_a_new_state_changes_what_is_stopped_and_a_correction_is_looked_at_anew() -> None:
    score = Score(RATES, 100)
    held = lodged(1, trader=1, owner=9, state="held")
    score.notice(book_of(held))
    score.notice(book_of(lodged(1, trader=1, owner=9, state="reserved")))
    second = lodged(2, trader=2, owner=9)
    score.notice(book_of(second))
    assert score.of(second.number)["signs"] == []
    score.notice(book_of(lodged(1, trader=1, owner=9, state="refused")))
    score.notice(book_of(lodged(2, trader=2, owner=9, revision=2)))
    assert [one["other"] for one in score.of(second.number)["signs"]] == [code(1)]


def test_signs_are_forgotten_with_their_declarations() -> None:
    score = Score(RATES, 5)
    for n in range(30):
        score.notice(book_of(lodged(n, trader=n, owner=99, state="held")))
    told = score.newest(1000, 0)
    assert len(told["declarations"]) <= 5
    assert told["memory"]["declarations"] == 5


def test_after_a_start_the_memory_is_built_again_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    live = Score(RATES, 150)
    many = [
        lodged(n, trader=n % 7, owner=n % 7 if n % 3 else 50 + n % 2).document for n in range(2 * PAGE + 30)
    ]
    decided(path, live, many)
    again = Score(RATES, 150)
    asyncio.run(again.rebuild(str(path)))
    assert again.newest(10, 0) == live.newest(10, 0)  # the earliest have seen less than they had before
    assert again.of(many[0].number)["seen"] is False
    assert again.of(many[-1].number) == live.of(many[-1].number)


def test_what_is_decided_while_it_is_built_is_looked_at_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    decided(path, None, SWAP[:1])
    score = Score(RATES, 100)

    async def both() -> None:
        rebuilding = asyncio.create_task(score.rebuild(str(path)))  # has not begun to run
        score.notice(book_of(lodged(2, trader=2, owner=9)))
        assert score.of(SWAP[1].number)["memory"]["being_built"] is True
        await rebuilding

    asyncio.run(both())
    assert [one["indicator"] for one in score.of(SWAP[1].number)["signs"]] == ["chains.header_swap"]


def test_a_store_that_cannot_be_read_leaves_an_empty_memory(tmp_path: Path) -> None:
    score = Score(RATES, 100)
    asyncio.run(score.rebuild(str(tmp_path / "none.sqlite")))
    assert score.of("X")["memory"]["being_built"] is False
