"""The two nodes as processes: start, wait until they answer, stop."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn, TextIO, cast

import httpx2
import orjson
import structlog
import uvicorn

from hefu import errors
from hefu.cli.client import refused
from hefu.errors import HefuError, Problem, Text
from hefu.protocol.records import Side
from hefu.settings import NodeSettings, load_node

NOT_UP: Final = errors.kind(
    "node.not_up",
    http=503,
    exit_code=3,
    message=Text(
        "{place} 节点没有在运行; 日志末尾: {value}", "the {place} node does not run; its log ends: {value}"
    ),
    cure=Text("看日志 {file}", "see the log {file}"),
)
NOT_STARTED: Final = errors.kind(
    "node.not_started",
    http=503,
    exit_code=3,
    message=Text("{place} 节点因此没有启动", "so the {place} node did not start"),
    cure=Text("更正后重新启动; 日志 {file}", "correct it and start again; its log is {file}"),
)
TAKEN: Final = errors.kind(
    "node.port_taken",
    http=503,
    exit_code=3,
    message=Text("{place} 节点的地址 {value} 已被占用", "the address of the {place} node, {value}, is taken"),
    cure=Text(
        "结束占用它的程序 (也许是另一个 hefu up), 或在 {file} 中改 host 或 port",
        "end the program that has it (another hefu up, perhaps), or change host or port in {file}",
    ),
)
_START_SECONDS: Final = 60
_NOT_STARTED: Final = 3
"""How uvicorn itself ends where it cannot start."""
_REASON: Final = "node.error.json"
"""Why a node did not start, in both languages, for whoever started it."""

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


def serve(side: Side, home: Path, *, until_stdin_closes: bool = False) -> None:
    """Run one node in this process until it is told to stop, or, on request, until its standard input
    closes: then whoever started it has gone.
    """
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    reason = home / side.value / _REASON
    reason.unlink(missing_ok=True)
    try:
        _serve(side, home / side.value)
    except HefuError as error:
        if reason.parent.is_dir():
            reason.write_bytes(orjson.dumps({"problems": [one.as_json() for one in error.problems]}))
        raise


class _Patient(io.TextIOBase):
    """An output that a node can do without: what a full disk does not take is lost, and work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _serve(side: Side, folder: Path) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Patient(sys.stdout))))
    settings = load_node(folder)
    _require_free(side, settings, folder)
    if side is Side.TAX:
        from hefu.tax.node import build  # noqa: PLC0415 - a node loads its own side only
    else:
        from hefu.customs.node import build  # noqa: PLC0415
    from hefu.console.site import attach  # noqa: PLC0415 - only a node needs it
    from hefu.procedures.due.http import tell_due  # noqa: PLC0415

    application = build(folder)
    attach(application)
    tell_due(application)
    if side is Side.CUSTOMS:
        from hefu.chains.gate.http import watch_gate  # noqa: PLC0415

        watch_gate(application)
    application.state.node.open_store()  # here, so that what is wrong with it is said as it is
    gc.collect()
    gc.freeze()  # what is loaded now stays; the collector need not walk it under load
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(0.0005)  # the event loop must not wait 5 ms for the writer
    server = _Server(
        uvicorn.Config(
            application,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,  # longer than the minute that proxies keep idle connections
        )
    )
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)


class _Server(uvicorn.Server):
    """A server that tells the node when it is to end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        self.config.app.state.node.stopping = True  # type: ignore[union-attr]
        super().handle_exit(sig, frame)


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@cache
def _leash() -> tuple[int, int]:
    """A pipe whose writing end lives exactly as long as this process, whatever ends it."""
    return os.pipe()


def _require_free(side: Side, settings: NodeSettings, folder: Path) -> None:
    """Raise ``node.port_taken`` where somebody listens already: a stranger's node would be taken for our own."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return  # the server itself says what is wrong with the address
            errors.fail(
                TAKEN,
                place=side.value,
                value=f"{settings.host}:{settings.port}",
                file=str(folder / "node.json"),
            )


def start(side: Side, home: Path) -> subprocess.Popen[bytes]:
    """Start a node; its output goes to ``node.log`` in its folder. Raises ``node.port_taken``."""
    folder = home / side.value
    _require_free(side, load_node(folder), folder)
    (folder / _REASON).unlink(missing_ok=True)
    log = (folder / "node.log").open("ab")
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
    """Return when the node answers; if it dies raise its own error, if it told one, else ``node.not_up``, as when
    it takes too long.
    """
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
    """Raise why a node has ended, if it has: its own error, else ``node.not_up`` with the end of its log."""
    if process.poll() is not None:
        _not_up(side, home)


def _not_up(side: Side, home: Path) -> NoReturn:
    log, reason = (home / side.value / name for name in ("node.log", _REASON))
    if reason.is_file():
        problems = refused(orjson.loads(reason.read_bytes())).problems
        raise HefuError(*problems, Problem(NOT_STARTED, place=side.value, file=str(log)))
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
