"""The one writer of a store, in a thread of its own: work forms groups by itself under load.

While one transaction is being made durable, new work gathers; the next transaction takes all of it
(up to a bound), so a loaded node pays one fsync for many pieces of work and an idle one answers one
at a time without waiting. Work that fails unexpectedly is taken out and the others are done again
without it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import structlog

from hefu import errors
from hefu.errors import HefuError, Text
from hefu.protocol.book import Book
from hefu.stores.sqlite import SqliteStore

Handler = Callable[[Book, Sequence[Any]], Sequence[Any]]
"""Does the same kind of work for several items in one book; one result an item, in order. A result
may be a :class:`HefuError`, which refuses that item alone; the handler has then written nothing for it."""

GROUP: Final = 512
"""Items in one transaction at most: bounds the latency of the last and the memory of a book."""

QUEUE: Final = 8192
"""Items that may wait; beyond it callers are told to come back (back-pressure)."""

BUSY = errors.kind(
    "store.busy",
    http=503,
    exit_code=3,
    message=Text("节点繁忙: 等待的请求已有 {value} 个", "the node is busy: {value} requests are waiting"),
    cure=Text("稍后重试 (Retry-After)", "try again shortly (Retry-After)"),
)
STORE_FAILED = errors.kind(
    "store.failed",
    http=503,
    exit_code=3,
    message=Text(
        "数据库写入失败, 什么都没有记下: {value}", "the store could not write, nothing was recorded: {value}"
    ),
    cure=Text("检查磁盘空间与健康状况后重试", "check disk space and health, then try again"),
)
WORK_FAILED = errors.kind(
    "store.work_failed",
    http=500,
    exit_code=3,
    message=Text(
        "程序出错, 什么都没有记下: {value}", "the program failed over this, nothing was recorded: {value}"
    ),
    cure=Text(
        "其他业务不受影响; 请把时间与内容告诉运行人员",
        "other work goes on; tell the operator time and content",
    ),
)
RECOVERING = errors.kind(
    "node.recovering",
    http=503,
    exit_code=3,
    message=Text(
        "节点由备份恢复, 正在向对方找回此后的签名报文, 暂不办理业务",
        "the node was restored from a backup and is recovering what it has said since; it takes no work yet",
    ),
    cure=Text(
        "稍后重试; 久未完成的检查与对方的链路 (hefu status)",
        "try again shortly; if it does not end, check the link to the other authority (hefu status)",
    ),
)
STOPPED = errors.kind(
    "store.stopped",
    http=503,
    exit_code=3,
    message=Text("节点正在停止", "the node is stopping"),
    cure=Text("待节点重启后重试", "try again when the node is up"),
)

_log = structlog.get_logger("hefu.writer")


@dataclass(slots=True)
class _Work:
    handler: Handler
    item: Any
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Writer:
    """Takes work from the event loop and does it in groups. ``clock`` gives the time of each group;
    ``committed`` are told of every durable book after its callers, in the writer's thread. ``recovering``: the store
    was restored and is behind what its side has said.
    """

    def __init__(self, store: SqliteStore, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.committed: list[Callable[[Book], None]] = []
        self.recovering = store.restored()
        self._clock = clock
        self._waiting: deque[_Work] = deque()
        self._durable: list[Book] = []
        self._wake = threading.Condition()
        self._stopping = False
        self._working = False
        self._thread = threading.Thread(target=self._run, name=f"writer-{store.side.value}", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether work is waiting or being done."""
        return bool(self._waiting) or self._working

    async def do(self, handler: Handler, item: Any, *, recovery: bool = False) -> Any:
        """Have an item done; returns when its transaction is durable. Raises what refused it. Until a restored store has
        recovered, only work of ``recovery`` is done.
        """
        (result,) = await self.do_all(handler, [item], recovery=recovery)
        if isinstance(result, HefuError):
            raise result
        return result

    async def do_all(self, handler: Handler, items: Sequence[Any], *, recovery: bool = False) -> list[Any]:
        """Have many items done, in order; refusals come back as results."""
        if self.recovering and not recovery:
            errors.fail(RECOVERING)
        loop = asyncio.get_running_loop()
        work = [_Work(handler, item, loop, loop.create_future()) for item in items]
        with self._wake:
            if self._stopping:
                errors.fail(STOPPED)
            if len(self._waiting) + len(work) > QUEUE and self._waiting:
                errors.fail(BUSY, value=len(self._waiting))
            self._waiting.extend(work)
            self._wake.notify()
        return [await one.future for one in work]

    def stop(self) -> None:
        """Finish what is waiting, then stop."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._stopping:
                    self._wake.wait()
                if not self._waiting:
                    return
                group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
                self._working = True
            _answer(group, self._done(group))
            durable, self._durable = self._durable, []
            for book in durable:
                for tell in self.committed:
                    tell(book)
            self._working = False

    def _done(self, group: Sequence[_Work]) -> list[Any]:
        try:
            return self._transaction(group)
        except HefuError as error:
            if len(group) == 1:
                return [error]
        except Exception as error:  # noqa: BLE001 - one item's bug must not take the others down
            if len(group) == 1:
                _log.exception("work failed", handler=group[0].handler)
                return [HefuError(errors.Problem(_kind_of(error), value=_named(error)))]
        # Somebody in the group failed after writing: nothing was committed, so do each alone.
        return [result for one in group for result in self._done([one])]

    def _transaction(self, group: Sequence[_Work]) -> list[Any]:
        results: list[Any] = []
        with self.store.write(self._clock()) as book:
            for handler, same in groupby(group, key=lambda one: one.handler):
                items = [one.item for one in same]
                done = handler(book, items)
                if len(done) != len(items):
                    raise AssertionError(f"{handler} gave {len(done)} results for {len(items)} items")
                results.extend(done)
        self._durable.append(book)
        return results


def _kind_of(error: Exception) -> errors.Kind:
    """A store that cannot write is another matter than a program that is wrong, or that the store's own rules stop."""
    environment = isinstance(error, sqlite3.Error | OSError | MemoryError)
    return STORE_FAILED if environment and not isinstance(error, sqlite3.IntegrityError) else WORK_FAILED


def _named(error: Exception) -> str:
    return str(error) if isinstance(error, sqlite3.Error) else type(error).__name__


def _answer(group: Sequence[_Work], results: Sequence[Any]) -> None:
    """Hand the results over, with one wake-up an event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for one, result in zip(group, results, strict=True):
        by_loop.setdefault(one.loop, []).append((one.future, result))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, pairs)
        except RuntimeError:
            _log.info("caller has gone", results=len(pairs))


def _resolve(pairs: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in pairs:
        if not future.done():
            future.set_result(result)
