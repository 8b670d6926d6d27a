"""A node in one file, and back: store, keys, configuration and rules, with digests of each.

A backup is of one moment, taken while the node runs, and is there whole or not at all. A restored store
remembers that it is one: it is behind what the node has said since, and recovers that before it works.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

import orjson

from hefu import errors
from hefu.errors import Text
from hefu.protocol.records import Side
from hefu.protocol.recovery.records import Restoration
from hefu.stores.lock import held
from hefu.stores.reading import opened
from hefu.stores.reads import FILE as READS
from hefu.stores.sqlite import SqliteStore, known_schema

FORMAT: Final = 1
STORE: Final = "store.sqlite"
MANIFEST: Final = "manifest.json"
_PIECE: Final = 1 << 20
_BESIDE: Final = ("-wal", "-shm")
"""What SQLite keeps beside a file while somebody has it open."""
_LEFT_BEHIND: Final = {
    "node.log",
    "node.error.json",
    *(name + beside for name in (STORE, READS) for beside in ("", *_BESIDE)),
}
"""What is not copied as a file: of the two that SQLite writes each is taken as of one moment."""
_OTHERS: Final = ("papers/", "cases/")
"""What enterprises give for some hours, and case files, which have a keeper of their own: not the node's."""

NO_NODE = errors.kind(
    "backup.no_node",
    http=404,
    message=Text("{file} 中没有节点的数据库", "there is no store of a node in {file}"),
    cure=Text(
        "用 HEFU_HOME 指定目录; 先运行过 hefu up 才有", "name the home in HEFU_HOME, or run hefu up first"
    ),
)
NO_BACKUP = errors.kind(
    "backup.unreadable",
    http=422,
    message=Text("{file} 不是完好的备份: {value}", "{file} is not a sound backup: {value}"),
    cure=Text("换一份备份; 备份文件不能改动", "take another backup; the file must not be changed"),
)
NOT_WRITTEN = errors.kind(
    "backup.not_written",
    http=500,
    exit_code=3,
    message=Text("备份 {file} 没有写成: {value}", "the backup {file} was not written: {value}"),
    cure=Text("检查磁盘空间与权限后重试", "check disk space and permissions, then try again"),
)
NODE_IS_THERE = errors.kind(
    "backup.node_is_there",
    http=409,
    exit_code=1,
    message=Text("{file} 中已有节点", "there is a node in {file} already"),
    cure=Text(
        "确认要换掉的加 --replace: 原目录改名保留",
        "with --replace it is put aside, under another name, and kept",
    ),
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: whose node, as of when, up to which journal entry, and the digest of each file."""

    side: Side
    made_at: datetime
    version: str
    schema: int
    journal: int
    files: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The manifest for machines."""
        return {
            "format": FORMAT,
            "side": self.side.value,
            "made_at": self.made_at.isoformat(),
            "version": self.version,
            "schema": self.schema,
            "journal": self.journal,
            "files": self.files,
        }


def make(folder: Path, to: Path, version: str, now: datetime) -> Manifest:
    """Back a node's folder up into the file ``to``, also while the node runs. Raises ``backup.no_node`` and
    ``backup.not_written``; what stands at ``to`` stays until the new one is whole.
    """
    if not (folder / STORE).is_file():
        errors.fail(NO_NODE, file=str(folder))
    partial = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with _scratch(partial) as scratch:
            manifest = _gathered(folder, scratch, version, now)
            beside = scratch / "made.tar"
            _pack(scratch, manifest, beside)
            beside.replace(to)
        _synchronise(to.parent)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        errors.fail(NOT_WRITTEN, file=str(to), value=error)
    return manifest


def _gathered(folder: Path, scratch: Path, version: str, now: datetime) -> Manifest:
    """Copy the store first and the keys after it: a key that the store has announced is then in the backup."""
    copy = scratch / STORE
    with closing(sqlite3.connect(folder / STORE)) as source, closing(sqlite3.connect(copy)) as target:
        _taken(source, target)
        (side,) = target.execute("SELECT side FROM identity").fetchone()
        (journal,) = target.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()
        (schema,) = target.execute("PRAGMA user_version").fetchone()
        (sound,) = target.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        errors.fail(NOT_WRITTEN, file=str(folder / STORE), value=sound)
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = file.relative_to(folder).as_posix()
        if name not in _LEFT_BEHIND and not name.endswith(".new") and not name.startswith(_OTHERS):
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, scratch / name)
    _copy_reads(folder, scratch)
    names = sorted(one.relative_to(scratch).as_posix() for one in scratch.rglob("*") if one.is_file())
    digests = {name: _digest(scratch / name) for name in names}
    return Manifest(Side(side), now, version, int(schema), int(journal), digests)


def _taken(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy what SQLite holds as of one moment, into one file."""
    source.backup(target)
    target.execute("PRAGMA journal_mode = DELETE")


def _copy_reads(folder: Path, to: Path) -> None:
    """Who looked at what, if the node has it."""
    if (folder / READS).is_file():
        with (
            closing(sqlite3.connect(folder / READS)) as source,
            closing(sqlite3.connect(to / READS)) as target,
        ):
            _taken(source, target)


def _pack(scratch: Path, manifest: Manifest, to: Path) -> None:
    (scratch / MANIFEST).write_bytes(orjson.dumps(manifest.as_json(), option=orjson.OPT_INDENT_2))
    handle = os.open(to, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)  # it holds keys
    with os.fdopen(handle, "w+b") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for name in (MANIFEST, *manifest.files):
                archive.add(scratch / name, name)
        file.flush()
        os.fsync(file.fileno())


def restore(
    home: Path, backup: Path, now: datetime, *, replace: bool = False
) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of a node that does not run. A node that stands there is put aside, if ``replace`` says
    so; its configuration and keys stay in force. Returns the manifest and where the old node lies now. Raises
    ``backup.unreadable``, ``backup.node_is_there``, ``node.in_use``.
    """
    with _scratch(home / f".restoring-{secrets.token_hex(4)}") as scratch:
        manifest = _unpacked(backup, scratch)
        folder = home / manifest.side.value
        there = (folder / STORE).exists()
        if there and not replace:
            errors.fail(NODE_IS_THERE, file=str(folder))
        with held(folder):
            _keep(folder, scratch)
            _marked(scratch, manifest, now)
            aside = _free(home / f"{manifest.side.value}.before-{now:%Y%m%dT%H%M%S}") if there else None
            if folder.exists():
                folder.replace(aside or _free(home / f"{folder.name}.empty"))
            scratch.replace(folder)
        _synchronise(home)
    return manifest, aside


def _unpacked(backup: Path, to: Path) -> Manifest:
    """The files of a backup, each as its manifest says. Nothing else of the archive is touched."""
    try:
        with tarfile.open(backup, "r:") as archive:
            manifest = _manifest(archive, backup)
            for name, digest in manifest.files.items():
                _extract(archive, name, to / PurePosixPath(name))
                if _digest(to / name) != digest:
                    errors.fail(NO_BACKUP, file=str(backup), value=f"{name}: sha256")
    except (OSError, tarfile.TarError, KeyError) as error:
        errors.fail(NO_BACKUP, file=str(backup), value=error)
    with opened_any(to / STORE, manifest.side) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        errors.fail(NO_BACKUP, file=str(backup), value=sound)
    return manifest


def _manifest(archive: tarfile.TarFile, backup: Path) -> Manifest:
    member = archive.extractfile(MANIFEST)
    try:
        told = orjson.loads(member.read(_PIECE)) if member else {}
        manifest = Manifest(
            Side(told["side"]),
            datetime.fromisoformat(told["made_at"]),
            str(told["version"]),
            int(told["schema"]),
            int(told["journal"]),
            {_safe(name): str(digest) for name, digest in told["files"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        errors.fail(NO_BACKUP, file=str(backup), value=f"{MANIFEST}: {error}")
    if told.get("format") != FORMAT or STORE not in manifest.files or manifest.schema > known_schema():
        errors.fail(
            NO_BACKUP, file=str(backup), value=f"format {told.get('format')}, schema {manifest.schema}"
        )
    return manifest


def _safe(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise ValueError(name)
    return name


def _extract(archive: tarfile.TarFile, name: str, to: Path) -> None:
    member = archive.getmember(name)
    source = archive.extractfile(member) if member.isfile() else None
    if source is None:
        raise tarfile.TarError(name)
    to.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source, os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(source, file, _PIECE)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def opened_any(path: Path, side: Side) -> Iterator[sqlite3.Connection]:
    """A store of any schema that this program knows, brought up to date."""
    SqliteStore(str(path), side).close()
    with opened(str(path), side) as reader:
        yield reader.connection


def _keep(folder: Path, scratch: Path) -> None:
    """What the node has beside its store stays in force: configuration, every key that it has made since, and who looked
    at what, which no restored backup takes back.
    """
    for file in (one for one in folder.rglob("*") if one.is_file()):
        name = file.relative_to(folder).as_posix()
        if name not in _LEFT_BEHIND:
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, scratch / name)
            (scratch / name).chmod(0o600)
    with suppress(
        sqlite3.Error
    ):  # damaged with the disk: then what the backup has, and the old file stays aside
        _copy_reads(folder, scratch)
    if (scratch / READS).exists():
        (scratch / READS).chmod(0o600)


def _marked(scratch: Path, manifest: Manifest, now: datetime) -> None:
    """Let the store know that it is a restored one."""
    store = SqliteStore(str(scratch / STORE), manifest.side)
    with store.write(now) as book:
        number = book.count("restoration")
        book.put(Restoration(number, manifest.made_at, now, "open"))
        book.note("operator", "node.restored", manifest.side.value, backup=manifest.made_at.isoformat())
    store.close()


def _free(path: Path) -> Path:
    """The path, or one beside it that is free."""
    numbered = (path.with_name(f"{path.name}-{n}") for n in range(2, 1000))
    return next(one for one in (path, *numbered) if not one.exists())


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _synchronise(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
