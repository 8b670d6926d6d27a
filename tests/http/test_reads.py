"""Who looks at what is on record: once a look, at both nodes, over API and console, refused or not."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hefu.http import reads as http_reads
from hefu.http.reads import Recorder
from hefu.protocol.records import Side
from hefu.stores.reads import FILE, Reading, Reads, reads_before
from hefu.stores.reads_chain import Seal, check
from tests.console.desk import Desk, lodged
from tests.nodes import Nodes

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Look = tuple[str, str, tuple[str, ...], int, str]


def look(actor: str, asked: str = "") -> Reading:
    return Reading(0, NOW, actor, "read.trace", asked, 200, "way.api", "/v1/trace/X", "127.0.0.1")


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    made = Recorder(Reads(tmp_path / FILE), "customs", 180)
    yield made
    made.close()


def kept(recorder: Recorder) -> list[tuple[Reading, list[str]]]:
    recorder.flush()
    return reads_before(recorder.store.path, 0, 1000)


def test_the_same_look_again_is_one_look_and_a_page_of_the_other_side_is_one(recorder: Recorder) -> None:
    for _ in range(3):
        recorder.note(look("a"), ("X",))
    recorder.note(look("b"), ("X",))
    for number in ("X", "Y", "Z"):
        recorder.note(look("c"), (number,), "page1")
    recorder.note(look("d"), ("X",), "page1")
    recorder.note(look("c"), ("W",), "page2")
    told = [(one.actor, numbers) for one, numbers in kept(recorder)]
    assert told == [("c", ["W"]), ("d", ["X"]), ("c", ["X", "Y", "Z"]), ("b", ["X"]), ("a", ["X"])]
    recorder.note(look("c"), ("V",), "page2")  # after it was written, too
    assert kept(recorder)[0][1] == ["V", "W"]


def test_after_its_time_it_is_another_look(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.note(look("a"), ("X",))
    monkeypatch.setattr(http_reads, "_AGAIN", 0.0)
    recorder.note(look("a"), ("X",))
    assert len(kept(recorder)) == 2


def test_what_cannot_be_written_waits_and_what_is_lost_is_told(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_reads, "_WAITING", 6)
    with monkeypatch.context() as broken:
        broken.setattr(recorder.store, "add", _full)
        for n in range(5):
            recorder.note(look("a", f"{n}"), ("X",))
            recorder.flush()
        assert (recorder.waiting, recorder.lost, recorder.error) == (3, 2, "database or disk is full")
    told = [(one.actor, one.subject, one.asked) for one, _ in kept(recorder)]
    assert told == [("customs", "read.lost", "2"), *(("a", "read.trace", f"{n}") for n in (2, 1, 0))]
    assert (recorder.waiting, recorder.lost, recorder.error) == (0, 0, "")


def _full(*_: Any) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def test_what_waits_is_written_when_the_node_stops(tmp_path: Path) -> None:
    recorder = Recorder(Reads(tmp_path / FILE), "tax", 180)
    recorder.note(look("a"), ())
    recorder.close()
    assert len(reads_before(tmp_path / FILE, 0, 10)) == 1
    assert not (tmp_path / f"{FILE}-wal").exists()


class Kept:
    """Seals as a journal keeps them."""

    def __init__(self) -> None:
        self.seals: list[Seal] = []

    async def known(self) -> list[Seal]:
        return self.seals

    async def enter(self, seal: Seal) -> None:
        self.seals = [*self.seals, seal]


def test_what_is_sealed_is_proven_and_what_is_old_goes_only_after_it_is_said(recorder: Recorder) -> None:
    journal = Kept()
    assert not asyncio.run(recorder.seal(journal)), "there is nothing yet"
    for n in range(3):
        recorder.note(look("a", f"{n}"), (f"CK{n}",))
        recorder.flush()
    recorder.days = 10_000
    assert asyncio.run(recorder.seal(journal))
    assert asyncio.run(recorder.seal(journal))
    assert [(one.batch, one.first) for one in journal.seals] == [(3, 1)], "nothing new, no other seal"
    assert check(recorder.store.path, journal.seals).faults == []
    recorder.days = 0
    recorder.note(replace(look("a"), at=datetime.now(UTC) + timedelta(days=1)), ("CK9",))
    recorder.flush()
    asyncio.run(recorder.seal(journal))
    assert [(one.batch, one.first) for one in journal.seals] == [(3, 1), (4, 4)]
    told = check(recorder.store.path, journal.seals)
    assert (told.faults, told.looks) == ([], 1)


@pytest.mark.processes
def test_a_look_that_is_changed_in_the_file_is_found_by_the_auditor(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    try:
        earlier = Reads(tmp_path / "tax" / FILE)  # what was not sealed yet is sealed at the start
        earlier.add([replace(look("tax_officer:某局"), id=1, at=datetime.now(UTC))], [("CK970A", 1)])
        earlier.close()
        nodes.start(Side.TAX)
        until = time.monotonic() + 20
        while not (told := nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads")[1])["sealed"]:
            assert time.monotonic() < until
            time.sleep(0.1)
        (entry,) = nodes.ask(Side.TAX, "auditor", "GET", "/v1/trace/reads")[1]["entries"]
        assert (entry["event"], entry["detail"]["batch"] > 0) == ("reads.sealed", True)
        proof = nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads/proof")[1]
        assert (proof["sound"], proof["faults"], proof["until"]) == (True, [], told["sealed"])
        with closing(sqlite3.connect(tmp_path / "tax" / FILE)) as other:
            other.execute("DROP TRIGGER reading_is_written_once")
            other.execute("UPDATE reading SET actor = 'nobody' WHERE actor LIKE 'tax_officer%'")
            other.commit()
        proof = nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads/proof")[1]
        assert not proof["sound"]
        assert {one["kind"] for one in proof["faults"]} == {"altered"}
        for language, said in (("en", "No: it was changed"), ("zh", "不完整")):
            desk = Desk(nodes, Side.TAX, "auditor", language)
            with closing(desk.client):
                assert said in desk.see("/reads/proof").text
        assert nodes.ask(Side.TAX, "tax", "GET", "/v1/reads/proof")[0] == 403
    finally:
        nodes.stop()


@pytest.fixture(scope="module")
def pair(nodes: Nodes) -> tuple[str, str]:
    """A certificate and the declaration that names it."""
    found = lodged(nodes, 970_001)  # numbers that no other test has looked at: it would be the same look
    nodes.settled()
    return found


def newest(nodes: Nodes, side: Side) -> int:
    """The id of the newest look."""
    return max(
        (one["id"] for one in nodes.ask(side, "auditor", "GET", "/v1/reads?limit=1")[1]["reads"]), default=0
    )


def seen(nodes: Nodes, side: Side, since: int, query: str) -> list[Look]:
    """What the auditor reads of what came since a look, without the reading of it, the newest first."""
    status, told = nodes.ask(side, "auditor", "GET", f"/v1/reads?limit=1000&{query}")
    assert status == 200
    return [
        (one["subject"].removeprefix("read."), one["actor"], tuple(one["numbers"]), one["status"], one["way"])
        for one in told["reads"]
        if one["id"] > since and one["subject"] not in ("read.reads", "read.gate")
    ]


OFFICER = "customs_officer:皇岗海关/李娜"


@pytest.mark.processes
def test_a_page_of_the_console_is_one_look_at_all_it_shows(nodes: Nodes, pair: tuple[str, str]) -> None:
    certificate, declaration = pair
    since, there = newest(nodes, Side.CUSTOMS), newest(nodes, Side.TAX)
    desk = Desk(nodes, Side.CUSTOMS, "customs2")
    with closing(desk.client):
        desk.see(f"/declarations/{declaration}")
        desk.see(f"/trace/{declaration}")
        desk.see(f"/search?q={certificate.lower()}")
        desk.see("/search?q=NOSUCH970")
    assert seen(nodes, Side.CUSTOMS, since, "person=李娜") == [
        ("search", OFFICER, ("NOSUCH970",), 404, "way.console"),
        ("certificate", OFFICER, (certificate,), 200, "way.console"),
        ("search", OFFICER, (certificate.lower(),), 303, "way.console"),
        ("trace", OFFICER, (declaration,), 200, "way.console"),
        ("declaration", OFFICER, tuple(sorted((certificate, declaration))), 200, "way.console"),
    ]
    assert seen(nodes, Side.TAX, there, "person=李娜") == [
        ("certificate", OFFICER, (certificate,), 200, "way.other_console"),
        ("trace", OFFICER, (declaration,), 200, "way.other_console"),
    ]


@pytest.mark.processes
def test_over_the_api_each_question_is_a_look_and_so_is_a_refused_one(
    nodes: Nodes, pair: tuple[str, str]
) -> None:
    certificate, declaration = pair
    since = newest(nodes, Side.CUSTOMS)
    assert nodes.ask(Side.CUSTOMS, "agent", "GET", f"/v1/declarations/{declaration}")[0] == 403
    assert nodes.ask(Side.CUSTOMS, "agent", "GET", "/v1/papers?state=970")[0] == 403
    assert (
        nodes.ask(Side.CUSTOMS, "agent", "POST", "/v1/certificates/states", {"numbers": [certificate]})[0]
        == 200
    )
    for _ in range(2):
        assert nodes.ask(Side.CUSTOMS, "agent", "GET", "/v1/rules")[0] == 200
        assert (
            nodes.ask(
                Side.CUSTOMS, "agent", "GET", "/v1/declarations?trader=91440300MA5FC50094&from=1970-01-01"
            )[0]
            == 200
        )
    who = "enterprise:深圳通运报关代理有限公司"
    assert seen(nodes, Side.CUSTOMS, since, "person=通运") == [
        ("declarations", who, ("91440300MA5FC50094",), 200, "way.api"),
        ("states", who, (certificate,), 200, "way.api"),
        ("papers", who, (), 403, "way.api"),
        ("declaration", who, (declaration,), 403, "way.api"),
    ]
    numbered = [one[0] for one in seen(nodes, Side.CUSTOMS, 0, f"number={certificate}&person=通运")]
    assert numbered == ["states"]


@pytest.mark.processes
def test_reading_it_is_on_record_and_only_auditors_read_it(nodes: Nodes) -> None:
    assert nodes.ask(Side.TAX, "operator", "GET", "/v1/reads?number=OTHER")[0] == 403
    nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads?number=FIRST970")
    _, told = nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads?person=auditor")
    (last, *_) = told["reads"]
    assert (last["subject"], last["asked"], last["address"]) == (
        "read.reads",
        "number=FIRST970",
        "127.0.0.1",
    )
    refused = nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads?person=operator")[1]["reads"]
    assert ("number=OTHER", 403) in [(one["asked"], one["status"]) for one in refused]
    assert told["kept_days"] == 180
    assert "people" not in told, "they are asked for once, not with each page"
    people = nodes.ask(Side.TAX, "auditor", "GET", "/v1/reads/people")[1]["people"]
    assert last["actor"] in people
    assert people == sorted(people)
    assert nodes.ask(Side.TAX, "operator", "GET", "/v1/reads/people")[0] == 403
    for query in ("from=yesterday", "limit=0", "before=-1"):
        assert nodes.ask(Side.TAX, "auditor", "GET", f"/v1/reads?{query}")[0] == 422


@pytest.mark.processes
def test_the_auditors_page_shows_it_in_both_languages(nodes: Nodes, pair: tuple[str, str]) -> None:
    assert nodes.ask(Side.CUSTOMS, "customs", "GET", f"/v1/declarations/{pair[1]}")[0] == 200
    for language, title, what in (
        ("en", "Who looked at what", "Declaration"),
        ("zh", "谁看过什么", "报关单"),
    ):
        desk = Desk(nodes, Side.CUSTOMS, "auditor", language)
        with closing(desk.client):
            shown = desk.see(f"/reads?number={pair[1]}").text
            assert title in shown
            assert f"{what}</td>" in shown
            assert "read." not in shown
            assert ("Nobody looked" if language == "en" else "没有人查看过") in desk.see(
                "/reads?number=NONE"
            ).text
