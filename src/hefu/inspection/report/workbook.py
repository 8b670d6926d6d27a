"""The answer as a workbook that goes back to colleagues: a sheet a task, each finding beside its place.

No cell is live: everything from papers is written as text, never as a formula, a link or a number to be guessed. A text
that begins with a sign that programs take for a formula gets an apostrophe in front, so that it stays text when the
sheet is saved as CSV and opened again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hefu.documents.cell_text import safe
from hefu.errors import Text
from hefu.inspection.findings.actions import TITLES, Action
from hefu.inspection.findings.noticed import Noticed
from hefu.inspection.findings.result import Inspection, with_names

col = pl.col

LAST_ROW: Final = 1_048_576
"""Rows that a sheet of a workbook has."""
_FILLS: Final = {"block": "#F8D7D3", "warn": "#FBEBC8", "info": "#E3ECF5"}
_OUTCOMES: Final = {"held": "#F8D7D3", "clears": "#DDEFE0", "not_needed": "#EDEDED"}

_FINDING: Final = (
    ("severity", Text("程度", "severity"), 9),
    ("usd", Text("美元", "USD"), 14),
    ("declaration", Text("报关单号", "declaration"), 22),
    ("item", Text("项号", "item"), 7),
    ("certificate", Text("证明编号", "certificate"), 20),
    ("line", Text("行号", "line"), 7),
    ("message", Text("情况", "what is wrong"), 56),
    ("remedy", Text("处理", "what to do"), 48),
    ("declared", Text("报关单所填", "declared"), 22),
    ("certified", Text("证明所载", "certified"), 22),
    ("declared_file", Text("报关单文件", "declaration file"), 26),
    ("declared_sheet", Text("表", "sheet"), 12),
    ("declared_row", Text("行", "row"), 7),
    ("certified_file", Text("证明文件", "certificate file"), 26),
    ("certified_sheet", Text("表", "sheet"), 12),
    ("certified_row", Text("行", "row"), 7),
    ("code", Text("代码", "code"), 28),
    ("ground", Text("依据", "ground"), 40),
)
_DECLARED: Final = (
    ("declaration", Text("报关单号", "declaration"), 22),
    ("outcome", Text("结果", "outcome"), 12),
    ("action", Text("下一步", "next step"), 24),
    ("usd", Text("美元", "USD"), 14),
    ("act", Text("业务", "act"), 11),
    ("declared_on", Text("申报日期", "declared on"), 12),
    ("trader_uscc", Text("境内收发货人代码", "trader"), 22),
    ("trader_name", Text("境内收发货人", "trader name"), 30),
    ("certificates", Text("证明", "certificates"), 28),
    ("blocks", Text("扣留原因数", "reasons to hold"), 11),
    ("warns", Text("提醒数", "warnings"), 9),
    ("file", Text("文件", "file"), 30),
    ("sheet", Text("表", "sheet"), 12),
    ("row", Text("行", "row"), 7),
)
_CERTIFIED: Final = (
    ("certificate", Text("证明编号", "certificate"), 20),
    ("status", Text("状态", "status"), 18),
    ("purpose", Text("用途", "purpose"), 11),
    ("issued_on", Text("开具日期", "issued on"), 12),
    ("until", Text("最迟申报", "declare by"), 12),
    ("usd", Text("美元", "USD"), 14),
    ("holder_uscc", Text("持有人代码", "holder"), 22),
    ("holder_name", Text("持有人", "holder name"), 30),
    ("declarations", Text("报关单", "declarations"), 28),
    ("file", Text("文件", "file"), 30),
    ("sheet", Text("表", "sheet"), 12),
    ("row", Text("行", "row"), 7),
)
_NOTICED: Final = (
    ("title", Text("会引起注意的情形", "what would be noticed"), 26),
    ("count", Text("份数", "declarations"), 12),
    ("seen", Text("共", "of"), 8),
    ("paper", Text("单证", "paper"), 24),
    ("message", Text("情况", "what it says"), 56),
    ("innocent", Text("正当的解释", "innocent reading"), 36),
    ("remedy", Text("应备好的单证", "have ready"), 40),
    ("ground", Text("依据", "ground"), 40),
)
_REFUSED: Final = (
    ("file", Text("文件", "file"), 30),
    ("sheet", Text("表", "sheet"), 12),
    ("row", Text("行", "row"), 7),
    ("cell", Text("单元格", "cell"), 9),
    ("title", Text("列名", "title"), 18),
    ("value", Text("内容", "value"), 26),
    ("rule", Text("为何未读", "why it was refused"), 60),
)
_READ: Final = (
    ("file", Text("文件", "file"), 40),
    ("sheet", Text("表", "sheet"), 14),
    ("paper", Text("内容", "holds"), 14),
    ("header", Text("表头行", "header row"), 9),
    ("rows", Text("行数", "rows"), 9),
    ("judged", Text("已核", "judged"), 9),
    ("refused", Text("未读", "refused"), 9),
)
_COLUMNS: Final = (
    ("file", Text("文件", "file"), 40),
    ("sheet", Text("表", "sheet"), 14),
    ("column", Text("列", "column"), 8),
    ("title", Text("列名", "title"), 26),
    ("suggested", Text("最接近的字段", "nearest field"), 24),
)
Column = tuple[str, Text, int]


def write_workbook(
    inspection: Inspection, file: Path, language: str, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Write the workbook. ``language``: ``zh`` or ``en``; ``progress`` is told the rows written. What does not fit
    into one sheet goes on in the next.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(file), options)
    try:
        _Writer(book, language, progress).write(inspection)
    finally:
        book.close()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, language: str, progress: Callable[[int], None]) -> None:
        self._book = book
        self._language = language
        self._progress = progress
        self._head = book.add_format(
            {"bold": True, "bg_color": "#1F5B66", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        self._formats: dict[tuple[str, str], Format] = {}

    def write(self, inspection: Inspection) -> None:
        self._summary(inspection)
        for action in Action:
            group = inspection.findings.filter(col("action") == action.value)
            if group.height:
                name = f"{list(Action).index(action) + 1} {self._say(TITLES[action])}"
                self._table(name, _FINDING, group, lambda row: _FILLS[row["severity"]])
        self._table(
            self._say(Text("全部报关单", "all declarations")),
            _DECLARED,
            inspection.declarations,
            lambda row: _OUTCOMES[row["outcome"]],
        )
        self._table(self._say(Text("全部证明", "all certificates")), _CERTIFIED, inspection.certificates)
        if inspection.noticed and inspection.noticed.notices:
            name = self._say(Text("调查人员怎么看", "as an investigator sees it"))
            self._table(name, _NOTICED, _noticed(inspection.noticed))
        if inspection.refusals.height:
            self._table(self._say(Text("未能读取", "not read")), _REFUSED, inspection.refusals)
        unknown = with_names(inspection, inspection.columns.filter(col("field") == ""), "suggested")
        if unknown.height:
            self._table(self._say(Text("未识别的列", "columns not known")), _COLUMNS, unknown)
        self._table(self._say(Text("文件", "files")), _READ, inspection.files)

    def _say(self, text: Text) -> str:
        return text.zh if self._language == "zh" else text.en

    def _summary(self, inspection: Inspection) -> None:
        sheet = self._book.add_worksheet(self._say(Text("概览", "summary")))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 60)
        bold = self._book.add_format({"bold": True})
        for at, (label, value) in enumerate(self._told(inspection)):
            sheet.write_string(at, 0, safe(label), bold)
            _put(sheet, at, 1, value, self._cell("", "usd" if isinstance(value, Decimal) else ""))

    def _told(self, inspection: Inspection) -> Iterator[tuple[str, Any]]:
        """What was read, what would happen, what it is about."""
        rows, judged, refused = inspection.files.select(pl.sum("rows", "judged", "refused")).row(0)
        yield self._say(Text("自查时间", "inspected at")), inspection.at.strftime("%Y-%m-%d %H:%M:%S")
        yield self._say(Text("规则集", "rule set")), f"{inspection.ruleset} {inspection.ruleset_hash}"
        yield (
            self._say(Text("行: 读入 = 已核 + 未读", "rows: in = judged + refused")),
            f"{rows} = {judged} + {refused}",
        )
        yield self._say(Text("比对的项与行", "pairs of item and line")), inspection.pairs
        outcomes = inspection.declarations.group_by("outcome").agg(pl.len(), col("usd").sum()).sort("outcome")
        for outcome, many, usd in outcomes.iter_rows():
            label = self._say(Text("报关单", "declarations")) + f": {_worded(outcome, self._language)}"
            yield label, many
            yield f"{label}, USD", usd
        for status, many in inspection.certificates.group_by("status").len().sort("status").iter_rows():
            yield self._say(Text("证明", "certificates")) + f": {_worded(status, self._language)}", many
        for action in Action:
            many = inspection.findings.filter(col("action") == action.value).height
            if many:
                yield self._say(TITLES[action]), many
        for assumed in inspection.assumptions:
            yield self._say(Text("假设", "assumed")), self._say(Text(*assumed))
        if inspection.node:
            yield self._say(Text("主管机关节点", "authority's node")), inspection.node

    def _table(
        self,
        name: str,
        columns: Sequence[Column],
        frame: pl.DataFrame,
        fill: Callable[[dict[str, Any]], str] = lambda _: "",
    ) -> None:
        most = LAST_ROW - 1
        for part, start in enumerate(range(0, max(frame.height, 1), most), 1):
            self._sheet(
                _sheet_name(name, part), columns, frame.slice(start, most).iter_rows(named=True), fill
            )

    def _sheet(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[dict[str, Any]],
        fill: Callable[[dict[str, Any]], str],
    ) -> None:
        sheet = self._book.add_worksheet(name)
        for at, (_, title, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, self._say(title), self._head)
        sheet.freeze_panes(1, 0)
        written = 0
        for written, row in enumerate(rows, 1):
            colour = fill(row)
            for at, (column, _, _) in enumerate(columns):
                value = _value(row, column, self._language)
                _put(sheet, written, at, value, self._cell(colour if at < 3 else "", column))
            self._progress(1)
        sheet.autofilter(0, 0, max(written, 1), len(columns) - 1)

    def _cell(self, colour: str, column: str) -> Format:
        key = (colour, column if column in ("usd", "message", "remedy", "rule", "ground") else "")
        if key not in self._formats:
            told: dict[str, Any] = {"valign": "top"}
            if colour:
                told["bg_color"] = colour
            if key[1] == "usd":
                told["num_format"] = "#,##0.00"
            elif key[1]:
                told["text_wrap"] = True
            self._formats[key] = self._book.add_format(told)
        return self._formats[key]


def _noticed(told: Noticed) -> pl.DataFrame:
    """A row for each paper of each thing."""
    return pl.DataFrame(
        [
            {
                **{f"{name}_{language}": getattr(text, language)
                   for name, text in (("title", one.title), ("message", says), ("innocent", one.innocent),
                                      ("remedy", one.clears), ("ground", one.ground))
                   for language in ("zh", "en")},
                "count": one.count, "seen": one.seen, "paper": paper,
            }
            for one in told.notices
            for paper, says in one.papers
        ]
    )  # fmt: skip


_WORDS: Final = {
    "block": Text("扣留", "holds"), "warn": Text("提醒", "warns"), "info": Text("提示", "tells"),
    "held": Text("会被扣留", "would be held"), "clears": Text("可通过", "would clear"),
    "not_needed": Text("不需要证明", "needs none"), "matched": Text("相符", "matched"),
    "unused": Text("未使用", "unused"), "used": Text("已使用", "used"), "voided": Text("已作废", "voided"),
    "several": Text("多份报关单", "on several declarations"), "over_covered": Text("货物重复", "goods covered twice"),
    "lapsing": Text("即将到期", "about to lapse"), "lapsed": Text("已过期", "lapsed"),
    "export": Text("出口", "export"), "return": Text("退运", "return"), "amendment": Text("改单", "amendment"),
    "withdrawal": Text("撤单", "withdrawal"), "other": Text("其他", "other"),
    "certificate": Text("证明", "certificates"), "declaration": Text("报关单", "declarations"),
    "invoice": Text("发票", "invoices"), "agreement": Text("代理协议", "agreements"),
    **{action.value: title for action, title in TITLES.items()},
}  # fmt: skip
_WORDED: Final = frozenset({"severity", "outcome", "status", "action", "act", "purpose", "paper"})


def _worded(value: str, language: str) -> str:
    told = _WORDS.get(value)
    return value if told is None else getattr(told, language)


def _value(row: dict[str, Any], column: str, language: str) -> Any:
    value = row[f"{column}_{language}"] if f"{column}_{language}" in row else row[column]
    if isinstance(value, list):
        return ", ".join(value)
    return _worded(value, language) if column in _WORDED and value else value


def _put(sheet: Worksheet, row: int, column: int, value: Any, form: Format) -> None:
    """Numbers as numbers, all else as text that stays text; nothing where there is nothing."""
    if value is None or value == "":
        return
    if isinstance(value, int | Decimal):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(
            row, column, safe(value.isoformat() if isinstance(value, date) else str(value)), form
        )


def _sheet_name(name: str, part: int = 1) -> str:
    """A name as workbooks take it: at most 31 signs, without brackets, colons and the like; later parts say which they
    are.
    """
    number = "" if part == 1 else f" ({part})"
    return re.sub(r"[\[\]:*?/\\]", " ", name)[: 31 - len(number)] + number
