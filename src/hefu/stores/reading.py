"""Opening a store only to read it: what is no store of that side is refused by name, before a question fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from hefu import errors
from hefu.errors import Text
from hefu.protocol.records import Side
from hefu.stores.sqlite import STORE_NEWER, STORE_UNREADABLE, SqliteReader, known_schema

NOT_A_STORE = errors.kind(
    "store.not_one",
    http=422,
    message=Text(
        "{file} 不是 hefu 节点的数据库: {found_zh}", "{file} is not the store of a hefu node: {found_en}"
    ),
    cure=Text(
        "给出 {wanted} 节点目录中的 store.sqlite; 副本在节点停止后取, 旁边有 store.sqlite-wal 的一并取走",
        "name the store.sqlite in the folder of the {wanted} node; copy it when the node has stopped, together with"
        " store.sqlite-wal if that stands beside it",
    ),
)
OTHER_SIDE = errors.kind(
    "store.of_other_node",
    http=422,
    message=Text(
        "{file} 是 {value} 节点的数据库, 这里要的是 {wanted} 节点的",
        "{file} is the store of the {value} node; wanted is that of the {wanted} node",
    ),
    cure=Text(
        "给出 {wanted} 节点目录中的 store.sqlite", "name the store.sqlite in the folder of the {wanted} node"
    ),
)
OLDER = errors.kind(
    "store.older",
    http=422,
    message=Text(
        "数据库 {file} 由旧版本的 hefu 写成 (结构 {value}, 本程序读 {known})",
        "the store {file} was written by an older hefu (schema {value}, this program reads {known})",
    ),
    cure=Text(
        "把它放进节点目录, 用本程序启动一次节点 (hefu serve {wanted}), 结构即更新",
        "put it into a node's folder and start the node once with this program (hefu serve {wanted}): that brings"
        " it up to date",
    ),
)

T = TypeVar("T")
_OURS: Final = {"identity", "journal"}
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
_SHOWN: Final = 5


@contextmanager
def opened(path: str, side: Side) -> Iterator[SqliteReader]:
    """A reader of the store of a side, closed at the end. Raises ``store.not_one``, ``store.of_other_node``,
    ``store.older``, ``store.newer``, and ``store.unreadable`` whenever the file cannot be read on.
    """
    try:
        reader = SqliteReader(path)
        try:
            _require(reader, side)
            yield reader
        finally:
            reader.close()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            _not_one(path, side, Text("不是 SQLite 文件", "no SQLite file"))
        errors.fail(STORE_UNREADABLE, file=path, value=error)


def _require(reader: SqliteReader, side: Side) -> None:
    connection, path = reader.connection, reader.path
    tables = [str(name) for (name,) in connection.execute(_TABLES)]
    if not tables:
        _not_one(path, side, Text("空的 SQLite 数据库, 没有表", "an empty SQLite database, without tables"))
    if not _OURS.issubset(tables):
        told = ", ".join(tables[:_SHOWN]) + (" ..." if len(tables) > _SHOWN else "")
        _not_one(
            path, side, Text(f"别的 SQLite 数据库, 其中有表 {told}", f"another SQLite database, with {told}")
        )
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    known = known_schema()
    if version > known:
        errors.fail(STORE_NEWER, file=path, value=version, known=known)
    row = connection.execute("SELECT side FROM identity").fetchone()
    if row is None:
        _not_one(path, side, Text("没有任何一侧写过它", "neither side has written to it"))
    if row[0] != side.value:
        errors.fail(OTHER_SIDE, file=path, value=row[0], wanted=side.value)
    if version < known:
        errors.fail(OLDER, file=path, value=version, known=known, wanted=side.value)


def _not_one(path: str, side: Side, found: Text) -> None:
    errors.fail(NOT_A_STORE, file=path, wanted=side.value, found_zh=found.zh, found_en=found.en)


def asked(path: str, question: Callable[[SqliteReader], T]) -> T:
    """Ask the store as it stands at one moment, through a connection of its own that cannot write: a long question keeps
    nobody waiting.
    """
    reader = SqliteReader(path)
    try:
        reader.connection.execute("PRAGMA query_only = ON")
        reader.connection.execute("BEGIN")
        return question(reader)
    finally:
        reader.close()
