"""Files that a dossier is written to: each appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

from hefu import errors
from hefu.errors import Text
from hefu.files import whole

UNWRITABLE = errors.kind(
    "dossier.unwritable",
    http=422,
    exit_code=3,
    message=Text("{file}: 写不了: {value}", "{file}: cannot be written: {value}"),
    cure=Text(
        "关闭打开它的程序, 检查文件夹, 权限和磁盘空间",
        "close what has it open, and check folder, permissions and disk space",
    ),
)
FORM = errors.kind(
    "dossier.output",
    http=422,
    message=Text("{file}: 不能写成这种文件", "{file}: no dossier is written as such a file"),
    cure=Text("文件名以 {suffixes} 结尾", "let the name end in {suffixes}"),
)


def check(file: Path, *suffixes: str) -> None:
    """Refuse early what could not be written in the end. Raises ``dossier.output`` and ``dossier.unwritable``."""
    if file.suffix.lower() not in suffixes:
        errors.fail(FORM, file=str(file), suffixes=", ".join(suffixes))
    if not file.parent.is_dir():
        errors.fail(UNWRITABLE, file=str(file), value=f"没有文件夹 / no folder {file.parent}")


def write(file: Path, data: bytes) -> None:
    """Write a file. Raises ``dossier.unwritable``."""
    try:
        with whole(file) as part:
            part.write_bytes(data)
    except OSError as error:
        errors.fail(UNWRITABLE, file=str(file), value=error.strerror or error)
