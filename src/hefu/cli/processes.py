"""The two nodes as processes: start, wait until they answer, stop."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import httpx2
import uvicorn

from hefu import errors
from hefu.errors import Text
from hefu.protocol.records import Side
from hefu.settings import load_node

NOT_UP: Final = errors.kind(
    "node.not_up",
    http=503,
    exit_code=3,
    message=Text(
        "{place} 节点没有在运行; 日志末尾: {value}", "the {place} node does not run; its log ends: {value}"
    ),
    cure=Text("端口可能被占用; 看日志 {file}", "its port may be taken; see the log {file}"),
)
_START_SECONDS: Final = 60
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


def serve(side: Side, home: Path, *, until_stdin_closes: bool = False) -> None:
    """Run one node in this process until it is told to stop, or, on request, until its standard input
    closes: then whoever started it has gone.
    """
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    folder = home / side.value
    settings = load_node(folder)
    if side is Side.TAX:
        from hefu.tax.node import build  # noqa: PLC0415 - a node loads its own side only
    else:
        from hefu.customs.node import build  # noqa: PLC0415
    application = build(folder)
    gc.collect()
    gc.freeze()  # what is loaded now stays; the collector need not walk it under load
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(0.0005)  # the event loop must not wait 5 ms for the writer
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,  # longer than the minute that proxies keep idle connections
    )


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@cache
def _leash() -> tuple[int, int]:
    """A pipe whose writing end lives exactly as long as this process, whatever ends it."""
    return os.pipe()


def start(side: Side, home: Path) -> subprocess.Popen[bytes]:
    """Start a node; its output goes to ``node.log`` in its folder."""
    log = (home / side.value / "node.log").open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "hefu.cli.main", "serve", side.value, "--until-stdin-closes"],
            stdin=_leash()[0],
            env={**os.environ, "HEFU_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_up(side: Side, home: Path, process: subprocess.Popen[bytes]) -> None:
    """Return when the node answers; raise ``node.not_up`` if it dies or takes too long."""
    settings = load_node(home / side.value)
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            answer = httpx2.get(f"http://{settings.host}:{settings.port}/health", timeout=1, trust_env=False)
        except httpx2.HTTPError:
            time.sleep(0.05)
            continue
        if (
            answer.status_code == httpx2.codes.OK
            and answer.json()["side"] == side.value
            and process.poll() is None
        ):
            return
        time.sleep(0.05)
    _not_up(side, home)


def require_alive(side: Side, home: Path, process: subprocess.Popen[bytes]) -> None:
    """Raise ``node.not_up`` with the end of its log if a node has ended."""
    if process.poll() is not None:
        _not_up(side, home)


def _not_up(side: Side, home: Path) -> NoReturn:
    log = home / side.value / "node.log"
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    errors.fail(NOT_UP, place=side.value, value=" ".join(last), file=str(log))


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a node gently, then firmly."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def both(home: Path) -> Iterator[dict[Side, subprocess.Popen[bytes]]]:
    """Both nodes, up inside the block. The first Ctrl-C (or SIGTERM) ends the block; while the nodes
    stop, further ones are ignored, so that an impatient second one leaves no node behind.
    """
    before = {number: signal.signal(number, _interrupt) for number in _ENDING}
    running: dict[Side, subprocess.Popen[bytes]] = {}
    try:
        for side in Side:
            running[side] = start(side, home)
        for side, process in running.items():
            wait_until_up(side, home, process)
        yield running
    finally:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        for process in running.values():
            stop(process)
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
