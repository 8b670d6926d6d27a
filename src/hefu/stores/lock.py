"""One process a node: whoever opens its folder to write, or puts another store in its place, holds the lock."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hefu import errors
from hefu.errors import Text

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

IN_USE = errors.kind(
    "node.in_use",
    http=503,
    exit_code=3,
    message=Text("{file} 正由另一个进程使用", "{file} is in use by another process"),
    cure=Text(
        "节点正在运行: 先停止它 (hefu up 的用 Ctrl-C), 再重试",
        "the node is running: stop it first (Ctrl-C for hefu up), then try again",
    ),
)


def hold(folder: Path) -> IO[bytes]:
    """Take the lock of a node's folder until the file is closed, or the process ends. Raises ``node.in_use``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    held = (folder.parent / f".{folder.name}.lock").open(
        "a+b"
    )  # beside it: the folder itself may be exchanged
    try:
        if sys.platform == "win32":
            os.lseek(held.fileno(), 0, os.SEEK_SET)
            msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        errors.fail(IN_USE, file=str(folder))
    return held


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The lock for the length of a block."""
    with hold(folder):
        yield
