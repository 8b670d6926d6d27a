"""What the desk's gate remembers: what it is moving, what has gone out, and which certificates that took."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from hefu import errors
from hefu.errors import Text

LOCKED = errors.kind(
    "watch.locked",
    http=409,
    exit_code=3,
    message=Text("{file} 已有一个 hefu watch 在看", "another hefu watch looks after {file}"),
    cure=Text("只运行一个; 先结束另一个", "run one only; stop the other first"),
)
BROKEN = errors.kind(
    "watch.journal",
    http=500,
    exit_code=3,
    message=Text(
        "{file}: 日志读不了或写不了: {value}", "{file}: the journal cannot be read or written: {value}"
    ),
    cure=Text(
        "检查权限和磁盘空间; 损坏的从备份恢复, 不要删除: 它记着哪些报文已经发出",
        "check permissions and disk space; restore a damaged one from a backup, do not delete it: it knows which messages"
        " have gone out",
    ),
)
_SCHEMA: Final = """
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS token (token TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS folder (path TEXT PRIMARY KEY, mark TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS move (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, passed INTEGER NOT NULL, folder TEXT NOT NULL, mark TEXT NOT NULL,
    target TEXT NOT NULL, step INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE TABLE IF NOT EXISTS number (declaration TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS use (certificate TEXT PRIMARY KEY, declaration TEXT NOT NULL, digest TEXT NOT NULL) STRICT;
"""
DECIDED, RENAMED, LEFT = 0, 1, 2
"""How far a move is: entered; under its name where it goes; gone from the outbox."""


@dataclass(frozen=True, slots=True)
class Move:
    """A decided message. ``folder``: where it goes, known again by its ``mark``; ``target``: its name there; ``at``:
    when it was entered (UTC).
    """

    digest: str
    name: str
    passed: bool
    folder: Path
    mark: str
    target: str
    step: int = DECIDED
    at: str = ""


class Journal:
    """The memory of one outbox, a SQLite file that one program holds as long as it lives. Every change is on disk when
    its method returns. Raises ``watch.locked`` and ``watch.journal``.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._told():
            self._store = sqlite3.connect(file, timeout=0, isolation_level=None)
        try:
            with self._told():
                self._store.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._store.execute("BEGIN EXCLUSIVE")
                self._store.execute("COMMIT")
                self._store.executescript(_SCHEMA)
                self._store.execute(
                    "INSERT INTO token SELECT ? WHERE NOT EXISTS (SELECT * FROM token)",
                    (secrets.token_hex(4),),
                )
                self.token: str = self._store.execute("SELECT token FROM token").fetchone()[0]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the outbox."""
        self._store.close()

    def decide(self, move: Move, numbers: Iterable[str], taken: Mapping[str, str]) -> None:
        """Enter what is going to be moved; if it passes, its declarations and the certificates that they take."""
        values = (move.digest, move.name, move.passed, str(move.folder), move.mark, move.target)
        with self._changing() as store:
            store.execute(
                "INSERT OR REPLACE INTO move (digest, name, passed, folder, mark, target) VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
            store.executemany("INSERT INTO number VALUES (?, ?)", [(one, move.digest) for one in numbers])
            store.executemany(
                "INSERT INTO use VALUES (?, ?, ?)", [(one, by, move.digest) for one, by in taken.items()]
            )

    def rename(self, digest: str, target: str) -> None:
        """Another name for what is on its way, because its own has been taken meanwhile."""
        with self._changing() as store:
            store.execute("UPDATE move SET target = ? WHERE digest = ?", (target, digest))

    def reach(self, digest: str, step: int) -> None:
        """It has come so far."""
        with self._changing() as store:
            store.execute("UPDATE move SET step = ? WHERE digest = ?", (step, digest))

    def moved(self, digest: str) -> Move | None:
        """The message of this content, if one was ever decided."""
        return next(self._moves("WHERE digest = ?", digest), None)

    def on_the_way(self) -> list[Move]:
        """What was entered and is not done, in order."""
        return list(self._moves(f"WHERE step < {LEFT} ORDER BY rowid"))

    def lodged(self, declaration: str) -> Move | None:
        """The message that went out with this declaration."""
        return next(
            self._moves("WHERE digest IN (SELECT digest FROM number WHERE declaration = ?)", declaration),
            None,
        )

    def took(self, certificate: str) -> Move | None:
        """The message that took this certificate."""
        return next(
            self._moves("WHERE digest IN (SELECT digest FROM use WHERE certificate = ?)", certificate), None
        )

    def used(self) -> dict[str, str]:
        """Certificates taken, each with its declaration."""
        with self._told():
            return dict(self._store.execute("SELECT certificate, declaration FROM use"))

    def forget(self, told: str) -> list[Move]:
        """Forget messages that went out: by file name, declaration or certificate. Their certificates are free again,
        and they may go once more.
        """
        found = list(
            self._moves(
                "WHERE passed AND (name = ?1 OR digest IN (SELECT digest FROM number WHERE declaration = ?1"
                " UNION SELECT digest FROM use WHERE certificate = ?1))",
                told,
            )
        )
        with self._changing() as store:
            for table in ("move", "number", "use"):
                store.executemany(f"DELETE FROM {table} WHERE digest = ?", [(one.digest,) for one in found])  # noqa: S608
        return found

    def mark(self, folder: Path) -> str:
        """The mark that a folder had when it was first seen; empty if it was not."""
        with self._told():
            row = self._store.execute(
                "SELECT mark FROM folder WHERE path = ?", (str(folder.resolve()),)
            ).fetchone()
        return str(row[0]) if row else ""

    def know(self, folder: Path, mark: str) -> None:
        """Remember the mark of a folder."""
        with self._changing() as store:
            store.execute("INSERT INTO folder VALUES (?, ?)", (str(folder.resolve()), mark))

    def forget_folder(self, folder: Path) -> list[str]:
        """Forget the mark of a folder that was made anew; what was on its way there is judged again."""
        path = str(folder.resolve())
        with self._changing() as store:
            known = store.execute("DELETE FROM folder WHERE path = ?", (path,)).rowcount
            open_ones = [(one.digest,) for one in self.on_the_way() if one.folder.resolve() == Path(path)]
            for table in ("move", "number", "use"):
                store.executemany(f"DELETE FROM {table} WHERE digest = ?", open_ones if known else [])  # noqa: S608
        return [path] if known else []

    def _moves(self, where: str, *values: str) -> Iterator[Move]:
        with self._told():
            rows = self._store.execute(
                f"SELECT digest, name, passed, folder, mark, target, step, at FROM move {where}",  # noqa: S608
                values,
            ).fetchall()
        for digest, name, passed, folder, *rest in rows:
            yield Move(digest, name, bool(passed), Path(folder), *rest)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._told():
            self._store.execute("BEGIN")
            try:
                yield self._store
                self._store.execute("COMMIT")
            finally:
                if self._store.in_transaction:
                    self._store.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            errors.fail(LOCKED if busy else BROKEN, file=str(self._file), value=error)
