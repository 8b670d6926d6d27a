"""Bundles without a node: deleted in time and at the start, ended with the node, told when the worker dies."""

from __future__ import annotations

import asyncio
import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hefu.console.papers import cabinet, intake, running
from hefu.console.papers.bundle import DOSSIER, Bundle, State
from hefu.console.papers.cabinet import Cabinet
from hefu.errors import HefuError
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.console.giving import SAMPLES


def _cabinet(folder: Path, hours: float = 1.0) -> Cabinet:
    settings = SimpleNamespace(papers_hours=hours, papers_megabytes=1, papers_at_once=1)
    node: Any = SimpleNamespace(folder=folder, settings=settings)
    return Cabinet(node)


def _order(one: Bundle) -> dict[str, Any]:
    return {"kind": one.kind, "made": str(one.made), "language": "en", "rules": (CURRENT, Policy())}


async def _until(one: Bundle, *states: State) -> None:
    async with asyncio.timeout(60):
        while one.state not in states:
            await asyncio.sleep(0.02)


def test_what_lies_there_at_the_start_is_deleted(tmp_path: Path) -> None:
    old = tmp_path / "papers" / "old" / "given"
    old.mkdir(parents=True)
    (old / "invoice.pdf").write_bytes(b"secret")
    _cabinet(tmp_path)
    assert list((tmp_path / "papers").iterdir()) == []
    assert (tmp_path / "papers").stat().st_mode & 0o077 == 0


def test_it_is_deleted_when_its_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def done(one: Bundle, _: dict[str, Any]) -> None:
        one.state = State.DONE

    monkeypatch.setattr(cabinet, "look_through", done)

    async def play() -> None:
        kept = _cabinet(tmp_path, hours=0.3 / 3600)
        one = kept.begin("me", DOSSIER, "en")
        kept.start(one, {})
        await _until(one, State.DONE)
        assert one.path.is_dir()
        assert kept.of("me", DOSSIER) == [one]
        await asyncio.sleep(0.6)
        assert not one.path.exists()
        assert kept.of("me", DOSSIER) == []

    asyncio.run(play())


def test_nothing_is_left_when_the_node_stops(tmp_path: Path) -> None:
    async def play() -> None:
        kept = _cabinet(tmp_path)
        one, waiting = kept.begin("me", DOSSIER, "en"), kept.begin("you", DOSSIER, "en")
        for each in (one, waiting):
            kept.start(each, _order(each))
        await _until(one, State.RUNNING)
        await kept.close()

    asyncio.run(play())
    assert list(tmp_path.iterdir()) == []


def test_they_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going = asyncio.Event()

    async def wait(one: Bundle, _: dict[str, Any]) -> None:
        one.state = State.RUNNING
        await going.wait()
        one.state = State.DONE

    monkeypatch.setattr(cabinet, "look_through", wait)

    async def play() -> None:
        kept = _cabinet(tmp_path)
        first, second, third = (kept.begin(who, DOSSIER, "en") for who in ("a", "b", "c"))
        for one in (first, second, third):
            kept.start(one, {})
        await _until(first, State.RUNNING)
        await asyncio.sleep(0.05)
        assert [one.state for one in (second, third)] == [State.WAITING] * 2
        assert (kept.ahead(second), kept.ahead(third)) == (1, 2)
        await kept.cancel(second)
        assert second.state is State.CANCELLED
        assert kept.ahead(third) == 1
        going.set()
        await _until(third, State.DONE)
        for one in (first, second, third):
            await kept.delete(one)
        assert list((tmp_path / "papers").iterdir()) == []

    asyncio.run(play())


def test_a_worker_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = running._start

    async def killed(one: Bundle) -> asyncio.subprocess.Process:
        process = await start(one)
        os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(running, "_start", killed)

    async def play() -> None:
        kept = _cabinet(tmp_path)
        one = kept.begin("me", DOSSIER, "en")
        kept.start(one, _order(one))
        await _until(one, State.FAILED)
        assert one.problems[0]["code"] == "papers.died"
        await kept.delete(one)

    asyncio.run(play())


def test_a_worker_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS", 0.05)

    async def play() -> None:
        kept = _cabinet(tmp_path)
        one = kept.begin("me", DOSSIER, "en")
        kept.start(one, _order(one))
        await _until(one, State.FAILED)
        assert one.problems[0]["code"] == "papers.died"
        await kept.delete(one)

    asyncio.run(play())


def test_a_full_disk_is_told_and_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _cabinet(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=intake.RESERVE - 1))
    with pytest.raises(HefuError, match=r"papers\.no_room"):
        kept.begin("me", DOSSIER, "en")
    assert list((tmp_path / "papers").iterdir()) == []


def test_a_worker_ends_with_its_node(tmp_path: Path) -> None:
    """The node is gone when the worker's input closes, however it went."""
    with subprocess.Popen(
        [sys.executable, "-m", "hefu.console.papers.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        start_new_session=True,
    ) as worker:
        assert worker.stdin is not None
        for number in range(3000):  # work for many seconds
            (tmp_path / f"{number}.xml").symlink_to(SAMPLES / "declarations/01-export.xml")
        order = {"kind": DOSSIER, "made": str(tmp_path), "language": "en", "rules": (CURRENT, Policy())}
        worker.stdin.write(pickle.dumps(order))
        worker.stdin.close()
        assert worker.wait(30) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a/b.xlsx", "a/b.xlsx"),
        ("../../b.xlsx", "b.xlsx"),
        ("C:\\papers\\b.xlsx", "C_/papers/b.xlsx"),
        ("/b.xlsx", "b.xlsx"),
        ("a//./b.xlsx", "a/b.xlsx"),
        ("..", "_"),
        ("\x00\n.csv", "__.csv"),
        ("~$b.xlsx", "~$b.xlsx"),
        ("证明 清单.xlsx", "证明 清单.xlsx"),
    ],
)
def test_names_stay_in_their_folder(sent: str, kept: str) -> None:
    assert intake.safe(sent) == Path(kept)


@pytest.mark.parametrize("name", ["长" * 300 + ".xlsx", "a" * 5000, "/".join("d" * 40) + "/b.csv"])
def test_long_names_are_shortened_and_keep_their_ending(name: str) -> None:
    path = intake.safe(name)
    assert all(len(one.encode()) <= 200 for one in path.parts)
    assert len(path.parts) <= 12
    assert path.suffix == Path(name).suffix


def _sent(
    files: list[tuple[str, bytes]], folder: Path, limit: int = 1 << 20, step: int = 7
) -> intake.Writing:
    body = b"".join(
        b'--xyz\r\nContent-Disposition: form-data; name="papers"; filename="%s"\r\n\r\n%s\r\n'
        % (name.encode(), data)
        for name, data in files
    )
    writing = intake.Writing(folder, b"xyz", limit)
    try:
        whole = body + b"--xyz--\r\n"
        for at in range(0, len(whole), step):
            writing.feed(whole[at : at + step])
        writing.end()
    finally:
        writing.close()
    return writing


def test_files_come_through_byte_by_byte(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9 + b"\r\n--xy\r\n--xyz-\r\n"
    writing = _sent([("a.bin", data), ("", b""), ("f/b.txt", b"")], tmp_path, step=1)
    assert (tmp_path / "a.bin").read_bytes() == data
    assert (tmp_path / "f/b.txt").read_bytes() == b""
    assert writing.files == 2


def test_bounds_hold_while_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HefuError, match=r"papers\.too_large"):
        _sent([("a.bin", b"x" * 2000)], tmp_path, limit=1000)
    assert sum(one.stat().st_size for one in tmp_path.rglob("*") if one.is_file()) <= 1000
    monkeypatch.setattr(intake, "FILES", 3)
    with pytest.raises(HefuError, match=r"papers\.too_large"):
        _sent([(f"{n}.csv", b"") for n in range(5)], tmp_path)
    monkeypatch.setattr(intake, "FILES", 1000)
    with pytest.raises(HefuError, match=r"papers\.too_large"):
        _sent([("same.csv", b"")] * 150, tmp_path)
