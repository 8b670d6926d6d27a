"""Readers of strangers' formats in a process of their own, which may run out of memory or time without taking us along."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Final

import polars as pl

from hefu import errors
from hefu.errors import HefuError, Problem, Text
from hefu.inspection.sheets.sheet import Sheet
from hefu.inspection.sources.bounds import BROKEN, Limits
from hefu.inspection.sources.finding import Source

DIED = errors.kind(
    "inspection.reader_died",
    http=422,
    message=Text(
        "{file}: 在 {limit} 字节内存和 {seconds} 秒内无法打开",
        "{file}: cannot be opened in {limit} bytes and {seconds} seconds",
    ),
    cure=Text(
        "打开后另存为 xlsx, 或拆成较小的文件", "open it and save it as xlsx, or split it into smaller files"
    ),
)


@dataclass(slots=True)
class Shelf:
    """Where a reader lays down the blocks of sheets, and what it could not read."""

    path: Path
    names: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str, str, dict[str, object]]] = field(default_factory=list)
    """Code, place, value, file and details: plain, on their way between the processes."""

    def add(self, name: str, blocks: Iterator[pl.DataFrame]) -> None:
        """Lay down a sheet; one that cannot be read to its end is refused as a whole."""
        sheet = len(self.names)
        try:
            for number, block in enumerate(blocks):
                block.write_ipc(self.path / f"{sheet:04}-{number:06}")
        except HefuError as error:
            self.refuse(error)
            for path in self.path.glob(f"{sheet:04}-*"):
                path.unlink()
        else:
            self.names.append(name)

    def refuse(self, error: HefuError) -> None:
        """Keep what is wrong."""
        for one in error.problems:
            self.problems.append((one.kind.code, one.place, one.value, one.file, dict(one.details)))

    def error(self) -> HefuError:
        """What is wrong, as one error."""
        kinds = errors.registry()
        return HefuError(
            *(
                Problem(kinds[code], place, value, file, "", details)
                for code, place, value, file, details in self.problems
            )
        )


Task = Callable[[Source, Shelf, Limits], None]
"""Reads a source onto a shelf. It may raise whatever it likes: that is a damaged file."""


class _Folder:
    """The folder of a shelf; it goes when the last sheet that reads from it goes."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="hefu-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def read(self, number: int) -> Iterator[pl.DataFrame]:
        for path in sorted(self.path.glob(f"{number:04}-*")):
            yield pl.read_ipc(path)


def read_apart(task: Task, source: Source, limits: Limits, seconds: float) -> Iterator[Sheet | HefuError]:
    """The sheets that a task finds, within ``limits.memory_bytes`` and ``seconds``; what could not be read follows.

    Raises ``inspection.reader_died``.
    """
    folder = _Folder()
    shelf = _WORKER.ask(task, source, Shelf(folder.path), limits, seconds)
    for number, name in enumerate(shelf.names):

        def read(_rows: int, number: int = number) -> Iterator[pl.DataFrame]:
            return folder.read(number)

        yield Sheet(source.name, name, read)
    if shelf.problems:
        yield shelf.error()


def try_apart(task: Task, source: Source, limits: Limits, seconds: float) -> None:
    """Do a task to see whether it ends well; what it lays down is thrown away.

    Raises ``inspection.reader_died``, or what is wrong.
    """
    shelf = _WORKER.ask(task, source, Shelf(Path()), limits, seconds)
    if shelf.problems:
        raise shelf.error()


class _Worker:
    """The process: started when first needed, and anew when it died."""

    def __init__(self) -> None:
        self._memory = 0
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None

    def ask(self, task: Task, source: Source, shelf: Shelf, limits: Limits, seconds: float) -> Shelf:
        """The shelf as the task leaves it."""
        line = self._line
        if line is None or self._memory != limits.memory_bytes:
            line = self._start(limits.memory_bytes)
        told: Shelf | None = None
        with contextlib.suppress(EOFError, OSError):
            line.send((task, source, shelf, limits))
            if line.poll(seconds):
                told = line.recv()
        if told is None:
            self.stop()
            errors.fail(DIED, file=source.name, limit=limits.memory_bytes, seconds=f"{seconds:g}")
        return told

    def _start(self, memory: int) -> Connection:
        self.stop()
        context = multiprocessing.get_context(
            "spawn"
        )  # a fork would take the locks of running threads with it
        self._memory = memory
        self._line, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, memory), daemon=True)
        with _nothing_but_hefu():
            self._process.start()
        there.close()
        return self._line

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


@contextlib.contextmanager
def _nothing_but_hefu() -> Iterator[None]:
    """Processes that start in the block import nothing from the folder in which we stand, which may be that of the
    papers, and do not run the program again that inspects.
    """
    before, program = os.environ.get(_SAFE), sys.modules["__main__"]
    os.environ[_SAFE] = "1"
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program
        if before is None:
            del os.environ[_SAFE]
        else:
            os.environ[_SAFE] = before


_SAFE: Final = "PYTHONSAFEPATH"
_WORKER: Final = _Worker()


def _serve(line: Connection, memory: int) -> None:
    """Do one task after the other."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # bounds of memory are a thing of Unix
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the last words of a library are not for people
    while True:
        try:
            task, source, shelf, limits = line.recv()
        except EOFError:
            return
        line.send(_done(task, source, shelf, limits))


def _done(task: Task, source: Source, shelf: Shelf, limits: Limits) -> Shelf:
    try:
        task(source, shelf, limits)
    except HefuError as error:
        shelf.refuse(error)
    except MemoryError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        value = (str(error) or type(error).__name__)[:200]
        shelf.refuse(HefuError(Problem(BROKEN, value=value, file=source.name)))
    return shelf
