"""Case files on disk: a folder for each case, beside its record, and the list of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from hefu import errors
from hefu.chains.case import Case
from hefu.chains.casefile import record as records
from hefu.chains.casefile.captions import Language
from hefu.chains.casefile.case_page import case_page
from hefu.chains.casefile.ftm import ftm_entities
from hefu.chains.casefile.index_page import Listed, index_page
from hefu.chains.casefile.machine import case_json, read_case
from hefu.chains.casefile.record import Record, Status
from hefu.chains.casefile.workbook import evidence_workbook
from hefu.errors import Text
from hefu.files import whole

CASE: Final = "case.json"
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

BAD_ID: Final = errors.kind(
    "chains.bad_case_id",
    http=422,
    message=Text("案号不能作文件夹名: {value}", "a case id that cannot name a folder: {value}"),
    cure=Text("案号只用字母, 数字, - 和 _, 最长 64 位", "use letters, digits, - and _ in it, at most 64"),
)
UNKNOWN_CASE: Final = errors.kind(
    "chains.unknown_case",
    http=404,
    message=Text("{file}: 没有案卷 {value}", "{file}: there is no case {value}"),
    cure=Text(
        "给出案卷的文件夹, 或用 --cases 给出写有全部案卷的文件夹",
        "give the folder of the case, or name the folder of all cases with --cases",
    ),
)
UNWRITABLE: Final = errors.kind(
    "chains.unwritable",
    http=422,
    exit_code=3,
    message=Text("{file}: 写不了: {value}", "{file}: cannot be written: {value}"),
    cure=Text("检查文件夹, 权限和磁盘空间", "check folder, permissions and disk space"),
)


def write_cases(
    cases: Sequence[Case],
    folder: Path,
    *,
    today: date | None = None,
    language: str = "",
    told: Callable[[Case], None] = lambda _: None,
) -> Path:
    """Write each case into a folder of its own, open or renew its record, and list all cases that lie there.

    Cases of earlier runs stay, with what became of them. ``language`` is the one in which pages begin, ``told`` hears of
    each case when it is written. Gives the list's path. Raises ``chains.bad_case_id`` and ``chains.unwritable``.
    """
    for case in cases:
        if not _ID.fullmatch(case.id):
            errors.fail(BAD_ID, value=case.id)
    day = today or records.now().date()
    try:
        for case in cases:
            own = folder / case.id
            own.mkdir(parents=True, exist_ok=True)
            write_case(own, case, records.opened(own, case, day), day, language)
            told(case)
        return _write_index(folder, day, language)
    except OSError as error:
        errors.fail(UNWRITABLE, file=str(error.filename or folder), value=error.strerror or str(error))


def write_case(own: Path, case: Case, record: Record, today: date, language: str) -> None:
    """All files of a case, each whole or not at all. The workbook is in the language in which pages begin, else Chinese."""
    from hefu.chains.casefile.pdf import case_pdf  # noqa: PLC0415 - a node seldom draws one

    put(own / CASE, case_json(case))
    put(own / "case.ftm.json", ftm_entities(case))
    put(own / "evidence.xlsx", evidence_workbook(case, "en" if language == "en" else "zh"))
    for one in LANGUAGES:
        put(own / f"case.{one}.pdf", case_pdf(case, record, today, one))
    put(own / "case.html", case_page(case, record, today, language).encode())


def refresh(own: Path, language: str = "") -> None:
    """Write a case again after its record has grown, and the list that it stands in."""
    day = records.now().date()
    try:
        write_case(own, load(own), records.read(own), day, language)
        _write_index(own.parent, day, language)
    except OSError as error:
        errors.fail(UNWRITABLE, file=str(error.filename or own), value=error.strerror or str(error))


def load(own: Path) -> Case:
    """The case of a folder. Raises ``chains.unknown_case`` and ``chains.not_a_case``."""
    file = own / CASE
    if not file.is_file():
        errors.fail(UNKNOWN_CASE, file=str(own.parent), value=own.name)
    return read_case(file.read_bytes(), str(file))


def case_folder(folder: Path, number: str) -> Path:
    """The folder of the case with this number. Raises ``chains.unknown_case``."""
    own = folder / number
    if not _ID.fullmatch(number) or not (own / CASE).is_file():
        errors.fail(UNKNOWN_CASE, file=str(folder), value=number)
    return own


def all_in(folder: Path) -> Iterator[Listed]:
    """Every case of a folder with its record."""
    for file in sorted(folder.glob(f"*/{CASE}")):
        yield Listed(load(file.parent), records.read(file.parent))


def counting(cases: Sequence[Case], folder: Path, today: date | None = None) -> list[Case]:
    """Those cases that count: neither closed nor lapsed by what lies in the folder."""
    day = today or records.now().date()
    return [one for one in cases if records.read(folder / one.id).status(day) is Status.OPEN]


def put(file: Path, content: bytes) -> None:
    """A file that appears whole or not at all."""
    with whole(file) as part:
        part.write_bytes(content)


def _write_index(folder: Path, today: date, language: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "index.html"
    put(file, index_page(list(all_in(folder)), today, language).encode())
    return file
