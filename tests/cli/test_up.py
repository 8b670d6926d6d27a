"""``hefu up``: serves until it is told to stop, stops both nodes, and says when one has died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from hefu.cli import home as homes
from hefu.protocol.records import Side
from hefu.settings import load_client

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
