"""A report as it lies in a workbook: read back, and held against what the papers say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

import python_calamine as calamine

from hefu import errors
from hefu.documents.names import same_name
from hefu.errors import Text
from hefu.procedures.agency.findings import Finding, finding
from hefu.procedures.agency.report import Report, Row

NOT_A_REPORT = errors.kind(
    "agency_report.not_a_report",
    http=422,
    message=Text("{file}: 不是代理出口汇总表: {value}", "{file}: no agent's report: {value}"),
    cure=Text(
        "给出 hefu agency-report 写的, 或有报关单号, 委托方名称, 识别号, 金额各列的 .xlsx",
        "give an .xlsx of hefu agency-report, or one with columns for declaration, consignor, its id and amount",
    ),
)
_UNPACKED: Final = 256 * 1024 * 1024
"""Bytes of an unpacked workbook; far more than a quarter of declarations needs."""
_COLUMNS: Final = {
    "declaration": re.compile("报关单|declaration", re.IGNORECASE),
    "taxpayer_id": re.compile("识别号|信用代码|taxpayer|USCC", re.IGNORECASE),
    "consignor": re.compile("委托方|consignor", re.IGNORECASE),
    "amount": re.compile("金额|amount", re.IGNORECASE),
}
_TOTAL: Final = re.compile("合\\s*计|total", re.IGNORECASE)
_QUARTER: Final = re.compile(r"([0-9]{4})\s*(?:-?[Qq]([1-4])|年\s*第?\s*([1-4一二三四])\s*季)")
_USCC: Final = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RT-UW-Y]{18}(?![0-9A-Z])")
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A line of a workbook with its row; ``amount`` is ``None`` where there is none to read."""

    row: int
    declaration: str
    consignor: str
    taxpayer_id: str
    amount: Decimal | None

    @property
    def who(self) -> str:
        """The consignor's id, or its name where there is none."""
        return self.taxpayer_id or self.consignor


@dataclass(slots=True)
class Reported:
    """A report in a file. Quarter, agent and total are empty where the sheet does not tell them."""

    file: str
    quarter: str = ""
    agent: str = ""
    rows: list[ReportedRow] = field(default_factory=list)
    total: Decimal | None = None


def read_report(data: bytes, file: str) -> Reported:
    """The report on the first sheet of a workbook. Raises ``agency_report.not_a_report``."""
    try:
        with ZipFile(BytesIO(data)) as packed:
            size = sum(one.file_size for one in packed.infolist())
        if size > _UNPACKED:
            errors.fail(NOT_A_REPORT, file=file, value=f"{size} > {_UNPACKED}")
        with calamine.CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (BadZipFile, calamine.CalamineError) as error:
        errors.fail(NOT_A_REPORT, file=file, value=error)
    return _report(cells, file)


def _report(cells: list[list[Any]], file: str) -> Reported:
    told, places = Reported(file), dict[str, int]()
    for number, row in enumerate(cells, 1):
        texts = [_text(cell) for cell in row]
        if not places:
            found = _places(texts)
            if len(found) == len(_COLUMNS):
                places = found
            else:
                _head(" ".join(texts), told)
            continue
        amount = _amount(row[places["amount"]])
        declaration = texts[places["declaration"]]
        if any(_TOTAL.search(text) for text in texts[:2]) and not re.fullmatch("[0-9EI]{18}", declaration):
            told.total = amount
            break
        if declaration:
            told.rows.append(
                ReportedRow(
                    number, declaration, texts[places["consignor"]], texts[places["taxpayer_id"]], amount
                )
            )
    if not places:
        errors.fail(NOT_A_REPORT, file=file, value=", ".join(_COLUMNS))
    return told


def _places(texts: list[str]) -> dict[str, int]:
    """Columns by the first word of their title that says what they are; a title serves once."""
    found: dict[str, int] = {}
    for name, words in _COLUMNS.items():
        for place, text in enumerate(texts):
            if words.search(text) and place not in found.values():
                found[name] = place
                break
    return found


def _head(line: str, told: Reported) -> None:
    quarter, agent = _QUARTER.search(line), _USCC.search(line)
    if quarter and not told.quarter:
        told_number = quarter[2] or quarter[3]
        number = "一二三四".find(told_number) + 1 or int(told_number)
        told.quarter = f"{quarter[1]}Q{number}"
    if agent and not told.agent:
        told.agent = agent[0]


def _text(cell: Any) -> str:
    """A cell as text; a number of 18 digits that a program made a number has lost digits, and shows it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().removeprefix("'")


def _amount(cell: Any) -> Decimal | None:
    try:
        told = Decimal(_text(cell).replace(",", "").replace("¥", ""))
        return told.quantize(_CENT) if told.is_finite() else None
    except InvalidOperation:
        return None


def compared(report: Report, checked: Reported) -> Iterator[Finding]:
    """Row by row, what a workbook says otherwise than the papers."""
    agent = report.agent.uscc or ""
    for zh, en, told, wanted in (
        ("所属期", "quarter", checked.quarter, str(report.quarter)),
        ("代理企业代码", "agent", checked.agent, agent),
    ):
        if told and told != wanted:
            yield finding(
                "head_differs", checked.file, what_zh=zh, what_en=en, reported=told, expected=wanted
            )
    expected = {
        (row.declaration, row.consignor.identifier or row.consignor.name or ""): row for row in report.rows
    }
    seen: set[tuple[str, str]] = set()
    for one in checked.rows:
        key = (one.declaration, one.who)
        wanted_row = expected.get(key)
        if key in seen:
            yield finding("row_twice", one.declaration, row=one.row, consignor=one.who)
        elif wanted_row is None:
            shown = {"row": one.row, "consignor": one.who, "reported": _shown(one.amount)}
            yield finding("row_extra", one.declaration, **shown)
        else:
            yield from _differing(one, wanted_row)
        seen.add(key)
    for (number, who), row in expected.items():
        if (number, who) not in seen:
            yield finding("row_missing", number, consignor=who, expected=_shown(row.amount))
    summed = sum((one.amount for one in checked.rows if one.amount is not None), Decimal("0.00"))
    if checked.total is not None and checked.total != summed:
        yield finding("total_differs", checked.file, reported=checked.total, expected=summed)


def _differing(one: ReportedRow, wanted: Row) -> Iterator[Finding]:
    if one.amount != wanted.amount:
        shown = {"reported": _shown(one.amount), "expected": _shown(wanted.amount)}
        yield finding("amount_differs", one.declaration, row=one.row, consignor=one.who, **shown)
    name = wanted.consignor.name
    if name and one.consignor and not same_name(name, one.consignor):
        yield finding("reported_name", one.declaration, row=one.row, reported=one.consignor, expected=name)


def reported_before(report: Report, earlier: Iterable[Reported]) -> Iterator[Finding]:
    """Rows that a report of another quarter has too."""
    rows = {(row.declaration, row.consignor.identifier or row.consignor.name or "") for row in report.rows}
    for one in earlier:
        if one.quarter == str(report.quarter):
            continue
        for row in one.rows:
            if (row.declaration, row.who) in rows:
                shown = {"consignor": row.who, "file": one.file, "quarter": one.quarter or "?"}
                yield finding("reported_before", row.declaration, **shown)


def _shown(amount: Decimal | None) -> str:
    return "—" if amount is None else str(amount)
