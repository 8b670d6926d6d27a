"""What an inspection writes: a page, a workbook, files for machines."""

from __future__ import annotations

from pathlib import Path

from polars.exceptions import PolarsError
from xlsxwriter.exceptions import XlsxFileError

from hefu import errors
from hefu.errors import Text
from hefu.files import whole
from hefu.inspection.findings.result import Inspection
from hefu.inspection.report.html import write_html
from hefu.inspection.report.machine import write_json, write_parquet
from hefu.inspection.report.workbook import write_workbook

UNKNOWN = errors.kind(
    "report.unknown_form",
    http=422,
    message=Text("{file}: 不知道写成什么格式", "{file}: not known which form this is"),
    cure=Text(
        "用 .html, .xlsx 或 .json; 写 Parquet 时给一个没有后缀的文件夹名",
        "use .html, .xlsx or .json; for Parquet name a folder, without a suffix",
    ),
)
UNWRITABLE = errors.kind(
    "report.unwritable",
    http=422,
    exit_code=3,
    message=Text("{file}: 写不了: {value}", "{file}: cannot be written: {value}"),
    cure=Text(
        "关闭打开它的程序, 检查文件夹, 权限和磁盘空间",
        "close what has it open, and check folder, permissions and disk space",
    ),
)


def check(file: Path) -> None:
    """Refuse early what could not be written in the end. Raises ``report.unknown_form`` and ``report.unwritable``."""
    if file.suffix.lower() not in ("", ".html", ".htm", ".xlsx", ".json"):
        errors.fail(UNKNOWN, file=str(file))
    if not file.parent.is_dir():
        errors.fail(UNWRITABLE, file=str(file), value=f"没有文件夹 / no folder {file.parent}")


def write(inspection: Inspection, file: Path, language: str) -> None:
    """Write a report in the form that the name asks for: ``.html``, ``.xlsx``, ``.json``, or, without a suffix, a
    folder of Parquet files. It appears whole or not at all. Raises as :func:`check` does.
    """
    check(file)
    try:
        if not file.suffix:
            write_parquet(inspection, file)
            return
        with whole(file) as part:
            match file.suffix.lower():
                case ".xlsx":
                    write_workbook(inspection, part, language)
                case ".json":
                    with part.open("w", encoding="utf-8") as stream:
                        write_json(inspection, stream)
                case _:
                    write_html(inspection, part, language)
    except (OSError, XlsxFileError, PolarsError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        errors.fail(UNWRITABLE, file=str(file), value=told or str(error))
