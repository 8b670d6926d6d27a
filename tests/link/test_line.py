"""Exactly once and in order, through loss, repetition, restart and a peer that breaks."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import orjson
import pytest

from hefu import errors
from hefu.errors import HefuError
from hefu.link import outbox as outboxes
from hefu.link.inbox import Result
from hefu.link.transports.http import PEER_UNREACHABLE
from hefu.protocol.records import Evidence, Outgoing, PeerKey, Side
from tests.link.pair import END_FAULTS, End, facing


def run(folder: Path, story: object) -> None:
    async def play() -> None:
        async with facing(folder) as (tax, customs):
            await story(tax, customs)  # type: ignore[operator]

    asyncio.run(play())


def unreachable(_path: str, _data: bytes) -> None:
    errors.fail(PEER_UNREACHABLE, place="peer", value="down")


def test_messages_arrive_once_in_the_order_of_their_stream(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        for number in range(1, 41):
            await tax.say(f"C{number % 4}", number)
        await tax.settled()
        for stream in range(4):
            assert customs.heard(f"C{stream}") == [n for n in range(1, 41) if n % 4 == stream]
            assert customs.cursor(f"C{stream}") == 10
        assert customs.entries() == 40

    run(tmp_path, story)


@pytest.mark.parametrize("fault", list(END_FAULTS))
def test_each_takes_effect_once_through(tmp_path: Path, fault: str) -> None:
    async def story(tax: End, customs: End) -> None:
        END_FAULTS[fault](tax)
        for number in range(1, 31):
            await tax.say("C", number)
            await asyncio.sleep(0.002)
        END_FAULTS["nothing"](tax)
        await tax.settled()
        assert customs.heard("C") == list(range(1, 31))
        assert (customs.entries(), customs.cursor("C")) == (30, 30)

    run(tmp_path, story)


def test_a_receipt_that_was_lost_is_given_again_and_nothing_is_applied_twice(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        tax.wire.lose_answer = True
        await tax.say("C", 1)
        async with asyncio.timeout(5):
            while len(tax.wire.carried) < 3:
                await asyncio.sleep(0.002)
        assert (customs.entries(), tax.open_messages()) == (1, 1)
        assert tax.line.health.failures > 0
        tax.wire.lose_answer = False
        await tax.settled()
        async with asyncio.timeout(5):
            while tax.line.health.failures:  # told after the message is closed
                await asyncio.sleep(0.002)
        assert customs.entries() == 1

    run(tmp_path, story)


def test_only_a_signed_receipt_closes_a_message(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        genuine = tax.wire.post

        async def forged(path: str, data: bytes, seconds: float | None = None) -> bytes:
            answer = orjson.loads(await genuine(path, data, seconds))
            answer["signatures"][0]["sig"] = "AAAA"
            return orjson.dumps(answer)

        tax.wire.post = forged  # type: ignore[method-assign]
        await tax.say("C", 1)
        await asyncio.sleep(0.05)
        assert tax.open_messages() == 1
        assert "signature" in tax.line.health.last_error
        tax.wire.post = genuine  # type: ignore[method-assign]
        await tax.settled()
        (message,) = tax.reader.every(Outgoing)
        receipts = [one for one in tax.reader.every(Evidence) if one.way == "receipt"]
        assert message.receipt in {one.id for one in receipts}
        assert customs.entries() == 1

    run(tmp_path, story)


@pytest.mark.parametrize("which", ["tax", "customs"])
def test_it_resumes_where_it_was_after_a_restart_of_either_side(tmp_path: Path, which: str) -> None:
    async def story(tax: End, customs: End) -> None:
        await tax.say("C", 1, 2, 3)
        await tax.settled()
        tax.wire.fault = unreachable
        await tax.say("C", 4, 5)
        end = tax if which == "tax" else customs
        await end.close()
        end.open()
        tax.wire.fault = lambda _path, _data: None
        await tax.say("C", 6)
        await tax.settled()
        assert customs.heard("C") == [1, 2, 3, 4, 5, 6]
        assert customs.cursor("C") == 6

    run(tmp_path, story)


def test_a_message_that_breaks_the_program_is_set_aside_and_the_others_go_on(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        customs.refuse = lambda message: message.stream == "BAD"
        tax.wire.fault = unreachable
        await tax.say("GOOD", 1)
        await tax.say("BAD", 1, 2)
        await tax.say("GOOD", 2)
        tax.wire.fault = lambda _path, _data: None
        await tax.settled()
        await tax.say("BAD", 3)
        await tax.say("GOOD", 3)
        await tax.settled()
        assert (customs.cursor("GOOD"), customs.cursor("BAD"), customs.entries()) == (3, 0, 3)
        assert customs.heard("BAD") == []
        shown = customs.reader.set_aside()
        assert [(one["stream"], one["sequence"], one["why"]) for one in shown] == [
            ("BAD", 1, "ZeroDivisionError"),
            ("BAD", 2, "behind another"),
            ("BAD", 3, "behind another"),
        ]
        assert customs.reader.counts()["aside"] == {"messages": 3}

    run(tmp_path, story)


def test_what_was_set_aside_takes_effect_once_in_order_when_the_program_is_mended(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        customs.refuse = lambda message: message.stream == "BAD"
        await tax.say("BAD", 1, 2, 3)
        await tax.settled()
        assert await customs.line.try_aside() == 0
        customs.refuse = lambda _message: False
        assert await customs.line.try_aside() == 3
        assert await customs.line.try_aside() == 0
        await tax.say("BAD", 4)
        await tax.settled()
        assert customs.heard("BAD") == [1, 2, 3, 4]
        assert (customs.cursor("BAD"), customs.reader.set_aside(), customs.entries()) == (4, [], 4)

    run(tmp_path, story)


def test_one_that_fails_again_keeps_those_behind_it(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        customs.refuse = lambda _message: True
        await tax.say("BAD", 1, 2, 3)
        await tax.settled()
        customs.refuse = lambda message: getattr(message, "request", 0) == 2
        assert await customs.line.try_aside() == 1
        assert customs.heard("BAD") == [1]
        assert [one["sequence"] for one in customs.reader.set_aside()] == [2, 3]

    run(tmp_path, story)


def test_a_message_set_aside_that_comes_again_is_tried_again(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        customs.refuse = lambda _message: True
        await tax.say("BAD", 1)
        await tax.settled()
        customs.refuse = lambda _message: False
        await customs.line.pull(["BAD"], 5)
        assert (customs.heard("BAD"), customs.reader.set_aside()) == ([1], [])

    run(tmp_path, story)


def test_a_full_disk_sets_nothing_aside(tmp_path: Path) -> None:
    """The message is not at fault: it stays open at its sender, and comes again when there is room."""

    async def story(tax: End, customs: End) -> None:
        full = sqlite3.OperationalError("database or disk is full")
        genuine = customs.line.inbox.accept_some

        def fail(*_: object) -> list[Result]:
            raise full

        customs.line.inbox.accept_some = fail  # type: ignore[method-assign, assignment]
        await tax.say("C", 1)
        async with asyncio.timeout(5):
            while tax.line.health.failures < 2:
                await asyncio.sleep(0.002)
        assert (customs.entries(), customs.cursor("C"), tax.open_messages()) == (0, 0, 1)
        customs.line.inbox.accept_some = genuine  # type: ignore[method-assign]
        await tax.settled()
        assert (customs.entries(), customs.cursor("C"), customs.reader.set_aside()) == (1, 1, [])

    run(tmp_path, story)


def test_a_backlog_goes_over_in_envelopes_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(tax: End, customs: End) -> None:
        tax.wire.fault = unreachable
        for stream in range(20):
            await tax.say(f"C{stream}", *range(1, 31))
        tax.wire.fault = lambda _path, _data: None
        await tax.settled(30)
        assert customs.entries() == 600
        assert len(tax.wire.carried) >= 600 // outboxes.BATCH

    run(tmp_path, story)
    monkeypatch.setattr(outboxes, "FULL", 300)

    async def small(tax: End, customs: End) -> None:
        await tax.say("D", *range(1, 21))
        await tax.settled()
        assert customs.heard("D") == list(range(1, 21))
        assert max(len(data) for data in tax.wire.carried) < 1500
        assert len(tax.wire.carried) >= 5

    (tmp_path / "small").mkdir()
    run(tmp_path / "small", small)


def test_a_pull_brings_a_stream_at_once_and_the_push_finds_it_applied(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        tax.wire.fault = unreachable
        await tax.say("C", 1, 2)
        await tax.say("D", 1)
        await customs.line.pull(["C", "NOSUCH"], 2)
        assert (customs.heard("C"), customs.heard("D")) == ([1, 2], [])
        tax.wire.fault = lambda _path, _data: None
        await tax.settled()
        assert (customs.heard("C"), customs.heard("D"), customs.entries()) == ([1, 2], [1], 3)

    run(tmp_path, story)


def test_a_pull_from_a_silent_peer_ends_in_time_and_is_no_error(tmp_path: Path) -> None:
    async def story(_tax: End, customs: End) -> None:
        customs.wire.fault = unreachable
        await customs.line.pull(["C"], 0.05)
        assert customs.heard("C") == []

    run(tmp_path, story)


def test_a_stranger_gets_neither_messages_taken_nor_a_pull_answered(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        own = tax.line.outbox.parcel(tax.reader, tax.line._clock())
        assert own is None
        from_itself = outboxes.pull_request(Side.TAX, ["C"], tax.keyring, tax.line._clock())
        with pytest.raises(HefuError) as caught:
            await tax.line.answer_pull(from_itself)
        assert caught.value.first.kind.code in {"envelope.signature_invalid", "envelope.not_for_us"}
        with pytest.raises(HefuError) as caught:
            await customs.line.take(b"{}")
        assert caught.value.first.kind.code == "envelope.unreadable"

    run(tmp_path, story)


def test_a_new_key_signs_only_after_the_peer_has_it(tmp_path: Path) -> None:
    async def story(tax: End, customs: End) -> None:
        old = tax.keyring.signer.key_id
        tax.wire.fault = unreachable
        new = await tax.line.rotate("operator:us")
        await tax.say("C", 1)
        assert tax.keyring.signer.key_id == old
        tax.wire.fault = lambda _path, _data: None
        await tax.settled()
        assert tax.keyring.signer.key_id == new
        assert {key.key_id for key in customs.reader.every(PeerKey)} == {old, new}
        await tax.say("C", 2)
        await tax.settled()
        assert customs.heard("C") == [1, 2]
        last = [one for one in customs.reader.every(Evidence) if one.way == "in"]
        assert new in {one.key_id for one in last}

    run(tmp_path, story)
