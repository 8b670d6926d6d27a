"""Looking through a bundle in a process of its own: the node's event loop and memory are not touched, and it can be
ended at any time, with everything that it has started.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import orjson
import structlog

from hefu.console.papers.bundle import DIED, MEMORY, Bundle, State
from hefu.console.papers.intake import require_room
from hefu.errors import HefuError, Problem

SECONDS: Final = 1800
"""How long a bundle may take."""
_log = structlog.get_logger("hefu.console")


async def look_through(one: Bundle, order: dict[str, Any]) -> None:
    """Have the worker do an order with a bundle, and keep what it says in the bundle. It ends, whatever happens."""
    one.state = State.RUNNING
    end = State.RUNNING
    try:
        async with asyncio.timeout(SECONDS), _worker(one) as process:
            end = await _followed(process, one, pickle.dumps(order))
    except HefuError as error:
        one.problems = [problem.as_json() for problem in error.problems]
        end = State.FAILED
    except (OSError, ValueError):  # no process, no time, or no sense in what it says
        _log.warning("papers not looked through", exc_info=True)
    await asyncio.to_thread(shutil.rmtree, one.path / "scratch", ignore_errors=True)
    if end is State.RUNNING:
        _log.warning("papers not looked through", kind=one.kind, files=one.files, bytes=one.bytes)
        died = Problem(DIED, details={"seconds": SECONDS, "limit": f"{MEMORY >> 30} GB"})
        one.problems = [died.as_json()]
        end = State.FAILED
    one.state = end


@asynccontextmanager
async def _worker(one: Bundle) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker, ended at the end of the block with everything that it has started."""
    process = await _start(one)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


async def _start(one: Bundle) -> asyncio.subprocess.Process:
    """The worker among the papers, so that they are called as their owner calls them; its modules never come from there
    (``PYTHONSAFEPATH``), and what it writes for itself goes with the bundle.
    """
    environment = {
        **os.environ,
        "PYTHONSAFEPATH": "1",
        "TMPDIR": str(one.path / "scratch"),
        "POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 2) // 2)),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hefu.console.papers.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=one.given,
        env=environment,
        start_new_session=True,
    )


async def _followed(process: asyncio.subprocess.Process, one: Bundle, order: bytes) -> State:
    """Send the order, and take in what the worker says, to its end: how it ended. Its input stays open: when it closes,
    the node is gone. Raises ``papers.no_room``.
    """
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the worker has no pipes")
    with suppress(ConnectionError):
        process.stdin.write(order)
        await process.stdin.drain()
    while line := await process.stdout.readline():
        require_room(one.path)
        match orjson.loads(line):
            case {"step": str(step), "size": int(size)}:
                one.step, one.size, one.done = step, size, 0
            case {"done": int(done)}:
                one.done = done
            case {"problems": list(problems)}:
                one.problems = problems
                return State.FAILED
            case {"finished": True}:
                return State.DONE
    return State.RUNNING
