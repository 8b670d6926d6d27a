"""Loaded by a node's interpreter before anything else, in tests alone: the node dies where it is told to.

A test arms it by writing ``STEP N`` into the file that ``HEFU_TEST_DEATH`` names: at the N-th passage of that step from
then on the process is killed with SIGKILL, which no code can notice.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

passed: dict[str, int] = {}


def passes(step: str) -> None:
    """The node passes a step; perhaps it is its last."""
    try:
        wanted, count = Path(os.environ["HEFU_TEST_DEATH"]).read_text("ascii").split()
    except (OSError, ValueError):
        return
    if wanted == step:
        passed[step] = passed.get(step, 0) + 1
        if passed[step] >= int(count):
            os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, before: str = "", after: str = "") -> None:
    """Have a function pass a step before it begins, or after it has ended."""
    real = getattr(owner, name)

    def watched(*given: Any, **named: Any) -> Any:
        if before:
            passes(before)
        result = real(*given, **named)
        if after:
            passes(after)
        return result

    setattr(owner, name, watched)


def around_async(owner: Any, name: str, before: str = "", after: str = "") -> None:
    """The same for a coroutine."""
    real = getattr(owner, name)

    async def watched(*given: Any, **named: Any) -> Any:
        if before:
            passes(before)
        result = await real(*given, **named)
        if after:
            passes(after)
        return result

    setattr(owner, name, watched)


def sqlite(module: ModuleType) -> None:
    """Steps of a transaction, and between the scripts of the schema."""
    store = module.SqliteStore
    around(store, "_many", before="within-the-rows")
    around(store, "_apply", after="before-the-commit")
    real_write, real_scripts = store.write, module._scripts

    @contextmanager
    def write(self: Any, now: Any) -> Any:
        with real_write(self, now) as book:
            yield book
        passes("after-the-commit")

    class Scripts(dict[int, str]):
        def items(self) -> Any:
            for pair in super().items():
                passes("between-migrations")
                yield pair

    store.write = write
    setattr(module, "_scripts", lambda: Scripts(real_scripts()))  # noqa: B010 - a module has no such attribute to mypy


STEPS: dict[str, Callable[[ModuleType], None]] = {
    "hefu.stores.sqlite": sqlite,
    "hefu.stores.writer": lambda module: around(module, "_answer", before="before-the-answer"),
    "hefu.link.inbox": lambda module: around(module.Inbox, "accept", after="after-applying"),
    "hefu.link.outbox": lambda module: around(module.Outbox, "settle", before="before-the-receipt", after="after-the-receipt"),
    "hefu.link.line": lambda module: around_async(module.Line, "take", after="before-the-receipt-goes"),
    "hefu.link.transports.http": lambda module: around_async(
        module.HttpTransport, "post", before="before-sending", after="after-sending"
    ),
}  # fmt: skip
"""What is watched in each module."""


class Finder(importlib.abc.MetaPathFinder):
    """Watches modules as they are imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in STEPS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        real = spec.loader.exec_module

        def load(module: ModuleType) -> None:
            real(module)
            STEPS[name](module)

        spec.loader.exec_module = load  # type: ignore[method-assign]
        return spec


if "HEFU_TEST_DEATH" in os.environ:
    sys.meta_path.insert(0, Finder())
