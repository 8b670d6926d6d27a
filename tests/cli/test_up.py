"""``hefu up``: serves until it is told to stop, stops both nodes, and says when one has died."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from hefu.cli import home as homes
from hefu.cli import processes
from hefu.protocol.records import Side
from hefu.settings import load_client, load_node, write
from hefu.stores.sqlite import SqliteStore

pytestmark = pytest.mark.processes


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    homes.make(home, {side: homes.free_port() for side in Side})
    return subprocess.Popen(
        [sys.executable, "-m", "hefu.cli.main", "up", *words],
        env={**os.environ, "HEFU_HOME": str(home), "HEFU_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/health", timeout=1, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def wait_for(condition: bool, home: Path, seconds: float = 30) -> None:
    settings = load_client(home)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if [answers(settings.tax), answers(settings.customs)] == [condition, condition]:
            return
        time.sleep(0.1)
    raise AssertionError(f"nodes are not {'up' if condition else 'down'}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_both_nodes_when_told(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path)
    try:
        wait_for(True, tmp_path)
        assert process.stdout is not None
        line = ""
        while "Ctrl-C" not in line:
            line = process.stdout.readline()
        for _ in range(3):  # an impatient person presses it again
            process.send_signal(number)
            time.sleep(0.05)
        assert process.wait(30) == 0
        wait_for(False, tmp_path)
    finally:
        process.kill()
        process.communicate()


def test_it_says_when_a_node_has_died(tmp_path: Path) -> None:
    process = start(tmp_path)
    try:
        wait_for(True, tmp_path)
        assert process.stdout is not None
        line = ""
        while "Ctrl-C" not in line:
            line = process.stdout.readline()
        subprocess.run(["pkill", "-9", "-P", str(process.pid), "-f", "serve customs"], check=True)
        assert process.wait(30) == 3
        assert process.stderr is not None
        told = process.stderr.read()
        assert "customs" in told
        assert "node.log" in told
        wait_for(False, tmp_path)
    finally:
        process.kill()
        process.communicate()


def test_its_nodes_go_with_it_when_it_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path, "--no-samples")
    try:
        wait_for(True, tmp_path)
        process.kill()
        wait_for(False, tmp_path)
    finally:
        process.communicate()


def refused(home: Path, language: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hefu.cli.main", "up", "--no-samples"],
        env={**os.environ, "HEFU_HOME": str(home), "HEFU_LANG": language},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("there is no rule set 2099.9", "versions 2026.1", "the customs node did not start")),
        ("zh", ("没有规则集 2099.9", "版本之一: 2026.1", "customs 节点因此没有启动")),
    ],
)
def test_a_node_that_does_not_start_tells_its_own_error(
    tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    homes.make(tmp_path, {side: homes.free_port() for side in Side})
    folder = tmp_path / "customs"
    write(folder / "node.json", load_node(folder).model_copy(update={"rules": "2099.9"}))
    done = refused(tmp_path, language)
    assert done.returncode == 2
    for word in (*words, "ruleset.missing", str(folder / "node.json"), str(folder / "node.log")):
        assert word in done.stderr
    assert "port" not in done.stderr
    assert "Traceback" not in done.stderr + (folder / "node.log").read_text()


def test_a_store_of_the_other_side_is_told_as_that_and_the_next_start_forgets_it(tmp_path: Path) -> None:
    homes.make(tmp_path, {side: homes.free_port() for side in Side})
    store = tmp_path / "customs" / "store.sqlite"
    SqliteStore(str(store), Side.TAX).close()
    done = refused(tmp_path, "en")
    assert done.returncode == 3
    assert "store.other_side" in done.stderr
    store.unlink()
    process = processes.start(Side.CUSTOMS, tmp_path)
    try:
        processes.wait_until_up(Side.CUSTOMS, tmp_path, process)
        assert not list(tmp_path.rglob("node.error.json"))
    finally:
        processes.stop(process)


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path) -> None:
    homes.make(tmp_path, {side: homes.free_port() for side in Side})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", load_node(tmp_path / "customs").port))
        taken.listen()
        done = refused(tmp_path, "en")
    assert done.returncode == 3
    for word in (
        "node.port_taken",
        str(load_node(tmp_path / "customs").port),
        str(tmp_path / "customs" / "node.json"),
    ):
        assert word in done.stderr


def test_nodes_of_others_at_the_same_ports_are_not_taken_for_our_own(tmp_path: Path) -> None:
    """They answer, but know nothing of our tokens; the samples would be refused one by one."""
    ports = {side: homes.free_port() for side in Side}
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    homes.make(theirs, ports)
    homes.make(ours, ports)
    with processes.both(theirs):
        done = refused(ours, "zh")
    assert done.returncode == 3
    assert "node.port_taken" in done.stderr
    assert "已被占用" in done.stderr
    assert "access." not in done.stderr
