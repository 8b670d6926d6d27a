"""What an inspection takes from files, and how it names what it does not take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hefu import errors
from hefu.errors import Text

_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on hostile files, far above what people have.

    ``members`` of one archive, ``member_bytes`` of each and ``total_bytes`` of all when unpacked; beyond
    ``free_bytes`` an archive may not grow more than ``ratio`` times. ``columns`` and ``rows`` of one sheet, ``cells`` of
    one workbook, ``cell`` signs in a cell; ``memory_bytes`` and ``seconds`` for one workbook in the reader's own
    process; ``pages`` and ``signs`` of one PDF, ``pdf_seconds`` for it.
    """

    members: int = 20_000
    member_bytes: int = 4096 * _MIB
    total_bytes: int = 16_384 * _MIB
    free_bytes: int = 64 * _MIB
    ratio: int = 400
    columns: int = 512
    rows: int = 100_000_000
    cells: int = 100_000_000
    cell: int = 32_767
    memory_bytes: int = 8192 * _MIB
    seconds: float = 600
    pages: int = 500
    signs: int = 5_000_000
    pdf_seconds: float = 120


LIMITS: Final = Limits()

MISSING = errors.kind(
    "inspection.missing",
    http=422,
    message=Text("{file}: 找不到文件或文件夹", "{file}: no such file or folder"),
    cure=Text("核对路径", "check the path"),
)
UNREADABLE = errors.kind(
    "inspection.unreadable",
    http=422,
    message=Text("{file}: 无法读取: {value}", "{file}: cannot be read: {value}"),
    cure=Text(
        "检查权限, 关闭占用它的程序后重试", "check its permissions and close what uses it, then try again"
    ),
)
EMPTY_FILE = errors.kind(
    "inspection.empty_file",
    http=422,
    message=Text("{file}: 文件为空", "{file}: the file is empty"),
    cure=Text("重新导出或下载该文件", "export or download the file again"),
)
LOOP = errors.kind(
    "inspection.loop",
    http=422,
    message=Text("{file}: 链接指回其上级文件夹", "{file}: a link that leads back to a folder above it"),
    cure=Text("删除该链接, 或直接给出文件夹", "remove the link, or name the folder itself"),
)
UNKNOWN = errors.kind(
    "inspection.unknown_form",
    http=422,
    message=Text("{file}: 不能识别的文件格式 ({value})", "{file}: not a form that can be read ({value})"),
    cure=Text(
        "另存为 xlsx 或 UTF-8 编码的 csv; 可读格式: xlsx xls xlsb ods csv xml json jsonl parquet pdf zip",
        "save it as xlsx or as csv in UTF-8; what can be read: xlsx xls xlsb ods csv xml json jsonl parquet pdf zip",
    ),
)
LOCKED = errors.kind(
    "inspection.locked",
    http=422,
    message=Text("{file}: 已加密或有打开密码 {value}", "{file}: encrypted, or opens with a password {value}"),
    cure=Text("用密码打开后另存为不加密的文件", "open it with its password and save it without one"),
)
BROKEN = errors.kind(
    "inspection.broken",
    http=422,
    message=Text("{file}: {place} 文件损坏: {value}", "{file}: {place} damaged: {value}"),
    cure=Text("重新导出, 下载或压缩该文件", "export, download or pack the file again"),
)
TOO_MUCH = errors.kind(
    "inspection.too_much",
    http=413,
    message=Text(
        "{file}: {place} {what_zh} {value}, 超过上限 {limit}",
        "{file}: {place} {what_en} {value}, the limit is {limit}",
    ),
    cure=Text(
        "删去空白的行列, 或拆成较小的文件; 其余部分未读取",
        "take out blank rows and columns, or split it into smaller files; the rest of it was not read",
    ),
)
MEMBER_NAME = errors.kind(
    "inspection.member_name",
    http=422,
    message=Text(
        "{file}: 压缩包内的名称 {value} 不可用 ({why_zh})",
        "{file}: name {value} in the archive cannot be used ({why_en})",
    ),
    cure=Text("重新压缩, 只放普通文件, 每个名称一次", "pack it again with plain files only, each name once"),
)
NESTED = errors.kind(
    "inspection.nested",
    http=422,
    message=Text("{file}: 压缩包套了两层以上", "{file}: an archive in an archive in an archive"),
    cure=Text("先解压这一层", "unpack this one first"),
)
