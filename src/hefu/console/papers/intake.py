"""Files that a browser sends, written to disk piece by piece as they come, within bounds and under safe names."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from hefu import errors
from hefu.console.papers.bundle import CUT_OFF, NO_ROOM, NONE_GIVEN, TOO_LARGE, Bundle

FILES: Final = 20_000
"""Files of one bundle."""
RESERVE: Final = 1 << 30
"""Bytes of the disk that papers leave free: the registers need them."""
_FIELD: Final = 16 * 1024
"""Bytes of a field that is no file."""
_DEPTH: Final = 12
_NAME: Final = 180
_SAME: Final = 100
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


async def take(request: Request, bundle: Bundle, limit: int) -> dict[str, str]:
    """Write the files of a form into ``bundle.given``; the form's other fields. Raises ``papers.none`` and what
    :func:`received` raises.
    """
    writing = await received(request, bundle.given, limit)
    if not writing.files:
        errors.fail(NONE_GIVEN)
    bundle.files, bundle.bytes = writing.files, writing.size
    return writing.fields


async def received(request: Request, folder: Path, limit: int) -> Writing:
    """A form whose files have been written into a folder. Raises ``papers.too_large``, ``papers.cut_off`` and
    ``papers.no_room``.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        errors.fail(CUT_OFF, value=kind.decode("latin-1") or "-")
    writing = Writing(folder, options[b"boundary"], limit)
    try:
        async for piece in request.stream():
            if piece:
                await asyncio.to_thread(writing.feed, piece)
        writing.end()
    except MultipartParseError as error:
        errors.fail(CUT_OFF, value=str(error)[:80])
    finally:
        writing.close()
    return writing


async def form_with_file(request: Request, limit: int) -> tuple[dict[str, str], bytes]:
    """The fields of a form of at most ``limit`` bytes, and what its file holds; nothing if none was chosen. Raises what
    :func:`received` raises.
    """
    with tempfile.TemporaryDirectory(prefix="hefu-form-") as folder:
        writing = await received(request, Path(folder), limit)
        file = first_file(Path(folder))
        return writing.fields, file.read_bytes() if file else b""


def first_file(folder: Path) -> Path | None:
    """The file that was sent, if one was."""
    return next((one for one in folder.rglob("*") if one.is_file()), None)


class Writing:
    """Parses a form as its pieces come. What is wrong is raised by :meth:`feed` and :meth:`end`."""

    def __init__(self, folder: Path, boundary: bytes, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers,
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_end": self._finish,
            },
        )
        self.fields: dict[str, str] = {}
        self.files = 0
        self.size = 0
        self._looked_at = -RESERVE
        self._is_whole = False
        self._file: BinaryIO | None = None
        self._begin()

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if self.size > self._limit:
            _too_large("上传总量", "sent in all", f"{self._limit >> 20} MB")
        if self.size - self._looked_at > RESERVE // 16:
            self._looked_at = self.size
            require_room(self._folder)
        self._parser.write(piece)

    def end(self) -> None:
        """Everything has come."""
        if not self._is_whole:
            errors.fail(CUT_OFF, value="-")

    def close(self) -> None:
        """Let go of the file at which it ended."""
        if self._file is not None:
            self._file.close()

    def _begin(self) -> None:
        self._name, self._value = bytearray(), bytearray()
        self._about = b""
        self._field, self._text = "", bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._about = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _headers(self) -> None:
        _, options = parse_options_header(self._about)
        self._field = options.get(b"name", b"").decode("utf-8", errors="replace")
        name = options.get(b"filename")
        if not name:  # a field, or the place of a file that nobody chose
            return
        self.files += 1
        if self.files > FILES:
            _too_large("文件数", "files", str(FILES))
        path = _place(self._folder, safe(name.decode("utf-8", errors="replace")))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif len(self._text) + end - start > _FIELD:
            _too_large("表单项", "a field", f"{_FIELD} B")
        else:
            self._text += data[start:end]

    def _part_end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        else:
            self.fields[self._field] = self._text.decode("utf-8", errors="replace").strip()

    def _finish(self) -> None:
        self._is_whole = True


def safe(name: str) -> Path:
    """A name as it was sent, as a path that stays in its folder: parts that lead out are left out, signs that no file
    name has become ``_``.
    """
    parts = [_UNFIT.sub("_", one).strip() for one in re.split(r"[/\\]", name)]
    kept = [_short(one) for one in parts if one.strip(". ")]
    return Path(*kept[-_DEPTH:]) if kept else Path("_")


def _short(name: str) -> str:
    """A name that a file system takes, with its ending."""
    if len(name.encode()) <= _NAME:
        return name
    end = Path(name).suffix[:16]
    room = _NAME - len(end.encode())
    return name.encode()[:room].decode("utf-8", errors="ignore") + end


def _place(folder: Path, inner: Path) -> Path:
    """Where a file goes: beside one that has its name already."""
    for part in inner.parts[:-1]:
        folder = _beside(folder / part, Path.is_file)
    return _beside(folder / inner.name, Path.exists)


def _beside(path: Path, is_taken: Callable[[Path], bool]) -> Path:
    tried, many = path, 1
    while is_taken(tried):
        many += 1
        if many > _SAME:
            _too_large("同名文件", f"files named {path.name}", str(_SAME))
        tried = path.with_name(f"{path.stem} ({many}){path.suffix}")
    return tried


def require_room(folder: Path) -> None:
    """Raises ``papers.no_room`` when the disk of a folder is nearly full."""
    if shutil.disk_usage(folder).free < RESERVE:
        errors.fail(NO_ROOM)


def _too_large(zh: str, en: str, limit: str) -> None:
    errors.fail(TOO_LARGE, what_zh=zh, what_en=en, limit=limit)
