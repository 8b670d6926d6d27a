"""A disk that is full, that returns errors, and whose last pages are torn, under a real node."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.faults.deaths import Mortals, mortals
from tests.faults.load import Load
from tests.nodes import Nodes, goods
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
ROOM = 12 * 1024 * 1024
TEARS = 2  # a log that was just put away has nothing to tear: the node dies again until this many are torn
TEARS_TRIED = 12


# --- full -------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of little room over a folder."""
    told = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", str(folder)], capture_output=True, check=False
    )
    if told.returncode:
        pytest.skip(
            f"a file system of a few megabytes cannot be mounted here: {told.stderr.decode().strip()}"
        )
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("side", list(Side))
def test_a_full_disk_stops_what_cannot_be_kept_and_nothing_else(tmp_path: Path, side: Side) -> None:
    """What was accepted stays, what cannot be kept is refused by name, and work goes on when there is room."""
    home = tmp_path / "home"
    nodes = Nodes(home)
    shutil.copytree(home / side.value, tmp_path / "kept")
    with small_disk(home / side.value):
        shutil.copytree(tmp_path / "kept", home / side.value, dirs_exist_ok=True)
        try:
            nodes.start()
            load = Load(nodes)
            asyncio.run(_filled(nodes, load, side, home / side.value / "filler"))
            nodes.settled(60)
        finally:
            nodes.stop()
        load.kept(sound(home))
    assert load.released


async def _filled(nodes: Nodes, load: Load, side: Side, filler: Path) -> None:
    async with load.clients(4):
        await asyncio.sleep(1)
        await asyncio.to_thread(_fill, filler)
        async with nodes.caller(side, side.value) as caller:
            for which in range(900_000, 901_000):
                status, body = await caller.ask("POST", *_paper(side, which), f"full {which}")
                if status == 503:
                    break
            assert (status, body["problems"][0]["code"]) == (503, "store.failed")
            assert (await caller.ask("GET", "/health"))[0] == 200
            await asyncio.to_thread(filler.unlink)
            for _ in range(200):
                status, _ = await caller.ask("POST", *_paper(side, which), "room again")
                if status in (200, 201):
                    return
                await asyncio.sleep(0.05)
        raise AssertionError("it does not go on though there is room")


def _paper(side: Side, which: int) -> tuple[str, dict[str, Any]]:
    """Where to send what, so that it is written by this side without asking the other."""
    certificate, declaration = goods(which)
    if side is Side.TAX:
        return "/v1/certificates", certificate
    return "/v1/declarations", {**declaration, "certificates": []}


def _fill(file: Path) -> None:
    """Take all the room there is, and what the store gives back while it is taken."""
    with file.open("ab", buffering=0) as out:
        for size in (65536, 4096, 512):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue


# --- errors -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def breaker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes a disk fail."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    made = tmp_path_factory.mktemp("disk") / "disk.so"
    source = Path(__file__).parents[1] / "faults" / "disk.c"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl"], check=True, timeout=60
    )
    return made


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("what", ["write", "sync"])
def test_a_disk_that_returns_errors_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaker: Path, side: Side, what: str
) -> None:
    """Nobody is told that something is kept which the disk has refused; after a start on a sound disk all is there."""
    nodes = Nodes(tmp_path)
    order = tmp_path / "disk"
    try:
        nodes.start(side.peer)
        with monkeypatch.context() as broken:
            broken.setenv("LD_PRELOAD", str(breaker))
            broken.setenv("HEFU_TEST_DISK", str(order))
            nodes.start(side)
        load = Load(nodes)
        asyncio.run(_broken(nodes, load, side, what, order))
        nodes.settled(60)
    finally:
        nodes.stop()
    load.kept(sound(tmp_path))
    assert load.released


async def _broken(nodes: Nodes, load: Load, side: Side, what: str, order: Path) -> None:
    rng = random.Random(f"{side} {what}")
    async with load.clients(6):
        for _ in range(3):
            await asyncio.sleep(rng.uniform(0.2, 0.5))
            await asyncio.to_thread(order.write_text, f"{what}\n", "ascii")
            await asyncio.sleep(rng.uniform(0.1, 0.3))
            async with nodes.caller(side, side.value) as caller:
                status, body = await caller.ask("POST", *_paper(side, 900_001), "broken")
                assert (status, body["problems"][0]["code"]) == (503, "store.failed")
            await asyncio.to_thread(order.unlink)
        await asyncio.sleep(0.3)
        nodes.kill(side)
        await asyncio.to_thread(nodes.start, side)
        await asyncio.sleep(0.3)


# --- torn -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", list(Side))
def test_a_torn_tail_of_the_log_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: Side
) -> None:
    """The machine dies within a write that nobody was told of: what the disk has of it may be anything."""
    rng = random.Random(f"torn {side}")
    with mortals(tmp_path, monkeypatch) as nodes:
        load = Load(nodes)
        torn = 0
        for step in itertools.chain(
            ("before-the-commit",), itertools.repeat("before-the-answer", TEARS_TRIED - 1)
        ):
            asyncio.run(_quiet_load(load))
            nodes.settled(60)
            torn += _die_torn(nodes, load, side, step, rng)
            nodes.start(side)
            if torn == TEARS:
                break
        asyncio.run(_quiet_load(load))
        nodes.settled(60)
    load.kept(sound(tmp_path))
    assert torn == TEARS, f"in {TEARS_TRIED} deaths only {torn} left something in the log to damage"
    assert load.released


async def _quiet_load(load: Load) -> None:
    async with load.clients(4):
        await asyncio.sleep(0.4)


def _die_torn(nodes: Mortals, load: Load, side: Side, step: str, rng: random.Random) -> int:
    """The node dies within its next write; what of the log is newer than the last answer is damaged."""
    log = nodes.home / side.value / "store.sqlite-wal"

    async def ask() -> int:
        load.next += 1
        async with nodes.caller(side, side.value) as caller:
            return (await caller.ask("POST", *_paper(side, load.next), f"paper {load.next}"))[0]

    assert asyncio.run(ask()) in (200, 201)  # the log has now begun anew if it was about to
    sure, began = _end(log.read_bytes())
    nodes.doom(side, step, 1)
    assert asyncio.run(ask()) == 0, "it was answered"
    assert asyncio.run(nodes.died(side))
    data = bytearray(log.read_bytes())
    end, now = _end(data)
    if now != began or end <= sure:
        return 0  # the log began anew, or nothing of the write has come to it
    at = rng.randrange(sure, end)
    if rng.random() < 0.5:
        del data[at:]
    else:
        data[at:end] = rng.randbytes(end - at)
    with log.open("r+b") as out:
        out.write(data)
        out.truncate(len(data))
        os.fsync(out.fileno())
    return 1


def _end(log: bytes | bytearray) -> tuple[int, bytes]:
    """Where the frames of a write-ahead log end that belong to its present run, and the salt of that run
    (https://www.sqlite.org/fileformat2.html, section 4).
    """
    size, salt = 24 + int.from_bytes(log[8:12]), bytes(log[16:24])
    at = 32
    while log[at + 8 : at + 16] == salt:
        at += size
    return at, salt
