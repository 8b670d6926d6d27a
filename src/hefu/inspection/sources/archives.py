"""Zip archives of strangers: members come out one by one, and every bound is held while unpacking.

What the directory says of sizes is not believed. Members are written under numbers, so that no name of theirs
reaches the file system.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from hefu import errors
from hefu.errors import HefuError
from hefu.inspection.sources.bounds import BROKEN, LOCKED, MEMBER_NAME, TOO_MUCH, Limits

_PIECE: Final = 1 << 18
_ENTRY: Final = 46
"""Bytes of the smallest entry of a directory; names and extras of a real one stay below 2 KiB."""


@dataclass(slots=True)
class Budget:
    """What may still be unpacked from one archive of ``packed`` bytes, and from the archive that it lies in."""

    file: str
    packed: int
    limits: Limits
    outer: Budget | None = None
    unpacked: int = 0

    def spend(self, count: int, member: str) -> None:
        """Take ``count`` unpacked bytes; raises ``inspection.too_much``."""
        if self.outer is not None:
            self.outer.spend(count, member)
        self.unpacked += count
        if self.unpacked > self.limits.total_bytes:
            _too_much(self.file, member, "解压后字节数", "bytes unpacked", self.limits.total_bytes)
        allowed = max(self.limits.free_bytes, self.packed * self.limits.ratio)
        if self.unpacked > allowed:
            _too_much(self.file, member, "压缩比", "times its packed size", self.limits.ratio)


def _too_much(file: str, place: str, zh: str, en: str, limit: int) -> None:
    errors.fail(TOO_MUCH, file=file, place=place, value=f"> {limit}", limit=limit, what_zh=zh, what_en=en)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name as people wrote it."""

    name: str
    info: zipfile.ZipInfo = field(repr=False)


class Archive:
    """An open archive, which may lie in an ``outer`` one; close it by ``with``. Raises ``inspection.broken`` or ``too_much`` when it cannot be opened."""

    def __init__(self, path: Path, file: str, limits: Limits, outer: Budget | None = None) -> None:
        self.file = file
        self._limits = limits
        self.budget = Budget(file, path.stat().st_size, limits, outer)
        with path.open("rb") as raw:
            if _directory_bytes(raw, self.budget.packed) > limits.members * (_ENTRY + 1024):
                _too_much(file, "", "文件个数", "members", limits.members)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            errors.fail(BROKEN, file=file, value=error)
        self._raw = path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._raw.close()

    def names(self) -> set[str]:
        """All names, not yet checked."""
        return set(self._zip.namelist())

    def members(self) -> Iterator[Member | HefuError]:
        """Files in the order of the directory; folders are left out, what cannot be taken is an error."""
        infos = self._zip.infolist()
        if len(infos) > self._limits.members:
            yield _caught(
                TOO_MUCH,
                self.file,
                len(infos),
                what_zh="文件个数",
                what_en="members",
                limit=self._limits.members,
            )
            return
        locked, seen = 0, set()
        for info in infos:
            name = _name(info)
            if name.endswith("/"):
                continue
            wrong = _wrong(name, info, name in seen)
            seen.add(name)
            if wrong:
                yield _caught(MEMBER_NAME, self.file, shown(name), why_zh=wrong[0], why_en=wrong[1])
            elif info.flag_bits & 0x41:
                locked += 1
            else:
                yield Member(shown(name), info)
        if locked:
            yield _caught(LOCKED, self.file, f"({locked})")

    def pieces(self, member: Member) -> Iterator[bytes]:
        """The unpacked bytes, bounded. Raises ``inspection.broken`` and ``too_much``."""
        info, file = member.info, f"{self.file}/{member.name}"
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            errors.fail(BROKEN, file=file, value=f"compression {info.compress_type}")
        count = crc = 0
        for piece in self._unpacked(info, file):
            count += len(piece)
            self.budget.spend(len(piece), member.name)
            if count > self._limits.member_bytes:
                limit = self._limits.member_bytes
                errors.fail(
                    TOO_MUCH, file=file, value=f"> {limit}", limit=limit, what_zh="字节数", what_en="bytes"
                )
            crc = zlib.crc32(piece, crc)
            yield piece
        if crc != info.CRC or count != info.file_size:
            errors.fail(
                BROKEN, file=file, value=f"CRC {crc:08x} / {info.CRC:08x}, {count} / {info.file_size} bytes"
            )

    def _unpacked(self, info: zipfile.ZipInfo, file: str) -> Iterator[bytes]:
        self._raw.seek(info.header_offset)
        head = self._raw.read(30)
        if len(head) < 30 or head[:4] != b"PK\3\4":
            errors.fail(BROKEN, file=file, value="local header")
        name, extra = struct.unpack("<HH", head[26:30])
        self._raw.seek(name + extra, 1)
        left = info.compress_size
        inflate = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
        while left:
            packed = self._raw.read(min(_PIECE, left))
            if not packed:
                errors.fail(BROKEN, file=file, value="ends too early")
            left -= len(packed)
            if inflate is None:
                yield packed
                continue
            try:
                while packed and not inflate.eof:
                    yield inflate.decompress(packed, 4 * _PIECE)
                    packed = inflate.unconsumed_tail
            except zlib.error as error:
                errors.fail(BROKEN, file=file, value=error)
        if inflate is not None and not inflate.eof:
            errors.fail(BROKEN, file=file, value="ends too early")


def _caught(what: errors.Kind, file: str, value: object, **details: object) -> HefuError:
    return HefuError(errors.Problem(what, "", str(value), file, "", details))


def shown(name: str) -> str:
    """A name as it may be shown: no control or direction signs, bounded."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name[:255])


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: zips of Chinese systems hold GB18030 without saying so, some hold UTF-8."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437")  # what zipfile takes such names for; lossless
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    return name.replace("\\", "/")


def _wrong(name: str, info: zipfile.ZipInfo, is_twice: bool) -> tuple[str, str] | None:
    parts = name.split("/")
    if name.startswith("/") or parts[0].endswith(":"):
        return "绝对路径", "absolute"
    if ".." in parts or "\0" in name or not parts[-1]:
        return "指向压缩包之外", "leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "链接", "a link"
    return ("重复", "there twice") if is_twice else None


def _directory_bytes(raw: IO[bytes], size: int) -> int:
    """How long the archive says its directory is, before anything reads it. 0 where there is none."""
    start = max(0, size - 65_557)
    raw.seek(start)
    tail = raw.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        return 0
    (length,) = struct.unpack_from("<I", tail, at + 12)
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator[:4] == b"PK\6\7":
        raw.seek(min(struct.unpack_from("<Q", locator, 8)[0], size))
        record = raw.read(56)
        if len(record) == 56:
            (length,) = struct.unpack_from("<Q", record, 40)
    return int(length)
