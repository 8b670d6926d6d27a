"""The report as a workbook (form, findings, how each amount was made), as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hefu import errors
from hefu.documents.cell_text import safe
from hefu.errors import Text
from hefu.files import whole
from hefu.procedures.agency.report import Report, Row
from hefu.rules.fob import money

OUTPUT = errors.kind(
    "agency_report.output",
    http=422,
    message=Text("{file}: 不能写成这种文件", "{file}: no report is written as such a file"),
    cure=Text("文件名以 .xlsx, .csv 或 .json 结尾", "let the name end in .xlsx, .csv or .json"),
)
TITLE: Final = "代理出口企业受托出口情况汇总表"
_FORM: Final = (
    ("序号\nno.", 6),
    ("报关单号\ncustoms export declaration", 24),
    ("实际委托方名称\nactual consignor", 36),
    ("纳税人识别号 (统一社会信用代码)\ntaxpayer id (USCC)", 28),
    ("出口金额 (人民币元, 离岸价)\nexport amount (CNY, FOB)", 20),
    ("备注\nremarks", 40),
)
_FOUND: Final = (
    (Text("程度", "severity"), 10), (Text("单证", "about"), 26), (Text("情况", "what was found"), 70),
    (Text("处理", "what to do"), 56), (Text("代码", "code"), 36),
)  # fmt: skip
_WORKED: Final = (
    (Text("报关单号", "declaration"), 22), (Text("项号", "item"), 6), (Text("实际委托方", "consignor"), 34),
    (Text("出口日期", "exported on"), 12), (Text("申报日期", "declared on"), 12), (Text("成交方式", "terms"), 9),
    (Text("总价", "total"), 16), (Text("币制", "currency"), 9), (Text("海关汇率", "customs rate"), 13),
    (Text("折人民币", "in CNY"), 16), (Text("减运费", "less freight"), 14), (Text("减保费", "less insurance"), 14),
    (Text("离岸价 (元)", "FOB (CNY)"), 16), (Text("未成原因", "why not"), 28),
)  # fmt: skip
_WORDS: Final = {
    "block": Text("须处理", "blocks"),
    "warn": Text("提醒", "warns"),
    "info": Text("提示", "tells"),
}


def check(file: Path) -> None:
    """Raises ``agency_report.output`` for a name that says no known form."""
    if file.suffix.lower() not in _WRITERS:
        errors.fail(OUTPUT, file=str(file))


def write(report: Report, file: Path, language: str) -> None:
    """Write the report; ``language`` (``zh`` or ``en``) is that of findings and workings, the form is in both."""
    check(file)
    with whole(file) as part:
        part.write_bytes(_WRITERS[file.suffix.lower()](report, language))


def as_json(report: Report, _: str = "") -> bytes:
    """The report for machines."""
    return orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2) + b"\n"


def _as_csv(report: Report, _: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["declaration", "consignor", "taxpayer_id", "amount", "remarks"])
    for row in report.rows:
        texts = (row.declaration, row.consignor.name or "", row.consignor.identifier)
        amount = "" if row.amount is None else str(row.amount)
        writer.writerow([*map(safe, texts), amount, " ".join(row.codes)])
    return out.getvalue().encode("utf-8-sig")


def _as_workbook(report: Report, language: str) -> bytes:
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        last = report.quarter.last
        book.set_properties({"title": TITLE, "created": datetime(last.year, last.month, last.day)})  # noqa: DTZ001 - the same report is the same file
        plain = book.add_format({"valign": "top", "text_wrap": True})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
        amount = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        sheets = _Sheets(plain, bold, amount)
        sheets.form(book.add_worksheet("汇总表"), report)
        sheets.table(
            book.add_worksheet(_say(Text("检查", "findings"), language)),
            _FOUND,
            _found(report, language),
            language,
        )
        name = _say(Text("金额计算", "amounts"), language)
        sheets.table(book.add_worksheet(name), _WORKED, _worked(report), language)
    return out.getvalue()


class _Sheets:
    """Writes sheets in the formats of one workbook."""

    def __init__(self, plain: Format, bold: Format, amount: Format) -> None:
        self._plain, self._bold, self._amount = plain, bold, amount

    def form(self, sheet: Worksheet, report: Report) -> None:
        for at, text in enumerate(_head(report)):
            sheet.write_string(at, 0, safe(text))
        top = len(_head(report)) + 1
        for at, (title, width) in enumerate(_FORM):
            sheet.set_column(at, at, width)
            sheet.write_string(top, at, title, self._bold)
        for number, row in enumerate(report.rows, 1):
            self._row(sheet, top + number, (number, *_cells(row)))
        end = top + len(report.rows) + 1
        self._row(sheet, end, ("合计 total", None, None, None, report.total))
        sheet.freeze_panes(top + 1, 0)

    def table(
        self,
        sheet: Worksheet,
        columns: Sequence[tuple[Text, int]],
        rows: Iterable[Sequence[Any]],
        language: str,
    ) -> None:
        for at, (title, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, _say(title, language), self._bold)
        for number, row in enumerate(rows, 1):
            self._row(sheet, number, row)
        sheet.freeze_panes(1, 0)

    def _row(self, sheet: Worksheet, at: int, cells: Sequence[Any]) -> None:
        """Numbers as numbers, all else as text that stays text."""
        for column, value in enumerate(cells):
            if isinstance(value, Decimal):
                sheet.write_number(at, column, value, self._amount)
            elif isinstance(value, int):
                sheet.write_number(at, column, value, self._plain)
            elif value:
                sheet.write_string(at, column, safe(str(value)), self._plain)


def _head(report: Report) -> list[str]:
    quarter = report.quarter
    blocks = sum(one.severity == "block" for one in report.findings)
    state = (
        f"草稿, {blocks} 处须处理 / draft, {blocks} findings block it"
        if blocks
        else "可报送 / ready to be submitted"
    )
    return [
        f"{TITLE} / summary of exports made as an agent (国家税务总局公告2025年第17号第七条)",
        f"所属期 period: {quarter.year}年第{quarter.number}季度 ({quarter.first} – {quarter.last})",
        f"代理出口企业 agent: {report.agent.name or ''}  统一社会信用代码 USCC: {report.agent.uscc or ''}",
        state,
    ]


def _cells(row: Row) -> tuple[Any, ...]:
    return (row.declaration, row.consignor.name, row.consignor.identifier, row.amount, " ".join(row.codes))


def _found(report: Report, language: str) -> Iterable[Sequence[Any]]:
    for one in report.findings:
        level = _say(_WORDS[one.severity.value], language)
        yield level, one.about, _say(one.message, language), _say(one.remedy, language), one.code


def _worked(report: Report) -> Iterable[Sequence[Any]]:
    for one in report.workings:
        made, declaration = one.working, one.declaration
        moved = declaration.moved_on.isoformat() if declaration.moved_on else ""
        yield (
            declaration.number, made.item.item, one.consignor.name, moved, declaration.declared_on.isoformat(),
            made.terms, made.item.total, made.item.currency, None if made.rate is None else str(made.rate),
            *(_shown(part) for part in (made.gross, made.freight, made.insurance, made.fob)),
            f"agency_report.{made.wrong}" if made.wrong else "",
        )  # fmt: skip


def _shown(part: Fraction | None) -> Decimal | None:
    return None if part is None else money(part)


def _say(text: Text, language: str) -> str:
    return text.zh if language == "zh" else text.en


_WRITERS: Final = {".xlsx": _as_workbook, ".csv": _as_csv, ".json": as_json}
