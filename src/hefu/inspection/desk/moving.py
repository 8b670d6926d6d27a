"""Moving files between folders that may be drives of a network: whole or not at all, and never over another."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MARK: Final = ".hefu-watch"
"""In an outbox the folder of its watcher; in the folders where messages go a file by which the folder is known again."""
_PIECE: Final = 1 << 20
_BEYOND: Final = 1 << 30
"""The byte that is locked, beyond what is read of the file."""


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """One after the other, of all who give names in this folder; its mark is what is locked."""
    with (folder / MARK).open("a+b") as held:
        if sys.platform == "win32":
            os.lseek(held.fileno(), _BEYOND, os.SEEK_SET)
            msvcrt.locking(held.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def mark_of(folder: Path) -> str:
    """The mark of a folder, which tells it from the empty place where a drive should be; empty if it has none."""
    file = folder / MARK
    return file.read_text(encoding="ascii") if file.is_file() else ""


def make_mark(folder: Path) -> str:
    """The mark of a folder, made if it has none."""
    with turn(folder):
        told = mark_of(folder)
        if not told:
            told = secrets.token_hex(16)
            write(folder / MARK, told.encode())
    return told


def write(file: Path, data: bytes) -> None:
    """Write a small file so that it stays."""
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    synchronise(file.parent)


def copy(source: Path, part: Path) -> str:
    """Copy a file so that it stays; the SHA-256 of what was copied."""
    told = hashlib.sha256()
    with source.open("rb") as read, part.open("wb") as written:
        while piece := read.read(_PIECE):
            told.update(piece)
            written.write(piece)
        written.flush()
        os.fsync(written.fileno())
    synchronise(part.parent)
    return told.hexdigest()


def digest_of(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def free_name(folder: Path, name: str) -> str:
    """A name that nothing in the folder has: this one, or with a number before its suffix."""
    path, told, at = Path(name), name, 1
    while os.path.lexists(folder / told):
        at += 1
        told = f"{path.stem}-{at}{path.suffix}"
    return told


def synchronise(folder: Path) -> None:
    """Make the names of a folder durable, where the system can."""
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError:  # some drives of a network cannot
        return
    finally:
        os.close(number)
