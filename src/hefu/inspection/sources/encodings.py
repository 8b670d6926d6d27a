"""Texts of any length as UTF-8, piece by piece: which encoding it is, is decided where it first matters and
then verified to the end.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hefu import errors
from hefu.documents.readers.limits import NUL
from hefu.errors import Text

ENCODING = errors.kind(
    "inspection.encoding",
    http=422,
    message=Text(
        "{file}: 第 {place} 行: 字节 {value} 不是 {encoding} 编码",
        "{file}: line {place}: bytes {value} are not {encoding}",
    ),
    cure=Text(
        "用导出它的程序另存为“CSV UTF-8”; 其余部分未读取",
        "save it again as CSV UTF-8 from the program that wrote it; the rest of it was not read",
    ),
)
FIRST: Final = 1 << 20
PIECE: Final = 1 << 24
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ASCII: Final = bytes(range(128))
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")
_BEYOND_LATIN: Final = re.compile("[\u0250-\u07ff]")
_LATIN_OR_HAN: Final = re.compile("[\u0080-\u024f\u0800-\U0010ffff]")


def utf8_pieces(path: Path, file: str) -> Iterator[bytes]:
    """The text as UTF-8 without a mark, first a megabyte of the file, then larger pieces; characters are never cut.

    Encodings: UTF-8, UTF-16 with its mark, GB18030 (with GBK and GB2312 in it). Raises ``inspection.encoding`` and
    ``document.nul_byte`` with the line.
    """
    decoder: codecs.IncrementalDecoder | None = None
    encoding, line = "", 1
    with path.open("rb") as raw:
        piece = raw.read(FIRST)
        for mark, name in _MARKS:
            if piece.startswith(mark):
                encoding, piece = name, piece[len(mark) :]
        while True:
            following = raw.read(PIECE)
            if not encoding and not piece.isascii():
                sample = piece + following  # the first sign beyond ASCII may be the last of the piece
                encoding = _guess(sample[_first(sample) :][:FIRST])
            if encoding and decoder is None:
                decoder = codecs.getincrementaldecoder(encoding)()
            text = (
                piece
                if decoder is None
                else _decoded(decoder, piece, file, line, encoding, final=not following)
            )
            if b"\0" in text:
                errors.fail(NUL, file=file, place=str(line + text.count(b"\n", 0, text.index(b"\0"))))
            yield text
            line += text.count(b"\n")
            piece = following
            if not piece:
                return


def _decoded(
    decoder: codecs.IncrementalDecoder, piece: bytes, file: str, line: int, encoding: str, *, final: bool
) -> bytes:
    try:
        return decoder.decode(piece, final).encode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(encoding, "replace")
        wrong = error.object[error.start : error.start + 4].hex(" ")
        place = line + before.count("\n")
        errors.fail(ENCODING, file=file, place=str(place), value=wrong, encoding=encoding.upper())
    except UnicodeEncodeError as error:  # half of a pair, in UTF-16
        place = line + error.object.count("\n", 0, error.start)
        errors.fail(
            ENCODING,
            file=file,
            place=str(place),
            value=ascii(error.object[error.start]),
            encoding=encoding.upper(),
        )


def _first(sample: bytes) -> int:
    found = _BEYOND_ASCII.search(sample)
    return found.start() if found else 0


def _guess(sample: bytes) -> str:
    """UTF-8, if most of the bytes beyond ASCII fit it; else GB18030. A damaged text is named by what it mostly is.

    Some pairs of GB18030 are letters of UTF-8 as well (证 is also a Hebrew accent): where all that fits are letters
    beyond Latin, and all of it reads as plain GB2312, it is that.
    """
    fitting = sample.decode("utf-8", "ignore")
    beyond = len(sample.translate(None, _ASCII))
    if 2 * len(fitting.encode().translate(None, _ASCII)) <= beyond:
        return "gb18030"
    if _BEYOND_LATIN.search(fitting) and not _LATIN_OR_HAN.search(fitting):
        try:
            codecs.getincrementaldecoder("gb2312")().decode(sample)
        except UnicodeDecodeError:
            return "utf-8"
        return "gb18030"
    return "utf-8"
