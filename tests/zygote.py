"""Nodes forked from a process that has loaded their code once: real processes, up in a quarter of the time.

``hefu up`` and ``hefu serve`` themselves start nodes with an interpreter of their own; tests/cli looks at that.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Final, NoReturn, cast

from hefu.cli import processes
from hefu.protocol.records import Side

_BEFORE: Final = ("PYTHONPATH", "LD_PRELOAD")
"""What acts before any code of a node does: nodes that differ in it need different processes to be forked from."""


class Forked(subprocess.Popen[bytes]):
    """A node that somebody else gave birth to, as far as its starter can tell: by its descriptor, never by its number,
    which may be another's by then. How it ended is not known.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode = None
        self._descriptor = os.pidfd_open(pid)

    def __del__(self) -> None:
        os.close(self._descriptor)

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired("node", timeout or 0)
        return 0

    def send_signal(self, sig: int) -> None:
        if self._ended(0) is None:
            signal.pidfd_send_signal(self._descriptor, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._descriptor], [], [], seconds)[0]:
            self.returncode = 0
        return self.returncode


def start(side: Side, home: Path) -> subprocess.Popen[bytes]:
    """As :func:`hefu.cli.processes.start`, which does it where the system has no descriptors of processes."""
    if not hasattr(os, "pidfd_open"):
        return processes.start(side, home)
    return Forked(_mother(*(os.environ.get(name, "") for name in _BEFORE)).bear(side, home))


class _Mother:
    """The process that nodes are forked from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        leash, self._held = os.pipe()  # closes with this process, whatever ends it; then its nodes end
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote", str(leash)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            pass_fds=[leash],
        )
        atexit.register(self._end)

    def bear(self, side: Side, home: Path) -> int:
        """The number of a new process that is this node."""
        told = [side.value, str(home), str(Path.cwd()), dict(os.environ)]
        asked, answered = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        with self._lock:
            asked.write(json.dumps(told).encode() + b"\n")
            asked.flush()
            return int(answered.readline())

    def _end(self) -> None:
        with self._process:
            self._process.kill()


@cache
def _mother(*_before: str) -> _Mother:
    return _Mother()


# --- within the process -------------------------------------------------------------------------------------


def main(leash: int) -> None:
    """Bear a node for each line of standard input, until that closes."""
    for name in ("hefu.tax.node", "hefu.customs.node", "hefu.console.site"):
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for its children here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who started the tests
    for line in sys.stdin.buffer:
        pid = os.fork()
        if not pid:
            _be(leash, *json.loads(line))
        print(pid, flush=True)


def _be(leash: int, side: str, home: str, cwd: str, environment: dict[str, str]) -> NoReturn:
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(leash, 0)
        log = os.open(f"{home}/{side}/node.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update({**environment, "HEFU_HOME": home})
        os.chdir(cwd)
        processes.serve(Side(side), Path(home), until_stdin_closes=True)
        status = 0
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 1
    except BaseException:  # noqa: BLE001 - it ends here, whatever it was
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(int(sys.argv[1]))
