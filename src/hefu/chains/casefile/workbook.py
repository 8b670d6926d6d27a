"""The evidence of a case as a workbook, for who works it off: every row, every party, every link. No cell is live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from hefu.chains.case import Case
from hefu.chains.casefile import words
from hefu.chains.casefile.adding import SLIGHT, about, added
from hefu.chains.casefile.captions import Language, said
from hefu.chains.casefile.folding import picture
from hefu.chains.casefile.rights import NEVER_ADDED
from hefu.documents.cell_text import safe
from hefu.errors import Text

Cell = str | int | Text

_EVIDENCE: Final = (
    (Text("行", "row"), 6), (Text("线", "lines"), 8), (Text("单证种类", "kind of document"), 20), (Text("单证", "document"), 26),
    (Text("日期", "day"), 12), (Text("字段", "field"), 18), (Text("值", "value"), 28), (Text("对照", "held against"), 28),
    (Text("指标", "indicator"), 26), (Text("代码", "code"), 24), (Text("说明什么", "what it says"), 48), (Text("无辜的解释", "innocent reading"), 36),
    (Text("什么可以澄清", "what would clear it"), 36), (Text("依据", "ground"), 36),
    (Text("核查意见", "what was found"), 36),
)  # fmt: skip
_PARTIES: Final = (
    (Text("标识", "identifier"), 22), (Text("名称", "name"), 34), (Text("角色", "role"), 18), (Text("把握 (%)", "confidence (%)"), 12),
    (Text("也可能是", "or else"), 30), (Text("需核实", "to be examined"), 12), (Text("因为", "because"), 60),
)  # fmt: skip
_LINKS: Final = (
    (Text("线", "line"), 6), (Text("自", "from"), 22), (Text("至", "to"), 22), (Text("种类", "kind"), 10), (Text("依据", "known by"), 18),
    (Text("内容", "claim"), 60), (Text("份数", "documents"), 10), (Text("元", "CNY"), 18), (Text("首日", "first"), 12), (Text("末日", "last"), 12),
    (Text("证据行", "rows"), 24),
)  # fmt: skip
_ADDED: Final = (
    (Text("指标", "indicator"), 44), (Text("代码", "code"), 26), (Text("加分", "adds"), 10), (Text("法律依据", "legal ground"), 60),
    (Text("证据行", "rows"), 30),
)  # fmt: skip
_AMOUNTS: Final = (
    (Text("金额", "amount"), 32), (Text("从 (元)", "from (CNY)"), 20), (Text("至 (元)", "to (CNY)"), 20), (Text("依据", "basis"), 60),
)  # fmt: skip


def evidence_workbook(case: Case, language: Language) -> bytes:
    """The file. Money is text to the cent, so that no program rounds or adds it."""
    file = BytesIO()
    with xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    ) as book:
        book.set_properties(
            {
                "title": safe(f"{case.id} {said(case.title, language)}"),
                "comments": said(words.REFERRAL, language),
            }
        )
        sheets = _Sheets(book, language)
        lines: dict[int, list[str]] = {one.number: [] for one in case.evidence}
        line_of: dict[int, str] = {}
        for at, line in enumerate(picture(case).lines):
            line_of.update(dict.fromkeys(line.links, words.letter(at)))
            for number in line.evidence:
                lines.setdefault(number, []).append(words.letter(at))
        sheets.add(Text("证据", "evidence"), _EVIDENCE, (
            (one.number, ", ".join(lines[one.number]), words.paper(one.table), one.document, words.day(one.on), words.field(one.table, one.field),
             one.value, one.against, words.indicator(one.indicator), one.indicator, one.says, one.innocent, one.clears, one.ground, "")
            for one in case.evidence
        ))  # fmt: skip
        sheets.add(Text("当事方", "parties"), _PARTIES, (
            (one.id, one.name, words.role(one.role), one.confidence,
             ", ".join(f"{said(words.role(role), language)} {share}%" for role, share in one.alternatives),
             Text("是", "yes") if one.suspect else "", one.why)
            for one in case.parties
        ))  # fmt: skip
        sheets.add(Text("联系", "links"), _LINKS, (
            (line_of.get(at, ""), one.source, one.target, words.lane(one.lane), words.STRENGTHS[one.strength], one.claim, one.count,
             _yuan(one.fen), words.day(one.first), words.day(one.last), words.numbers(one.evidence))
            for at, one in enumerate(case.links)
        ))  # fmt: skip
        sheets.add(Text("金额", "amounts"), _AMOUNTS, [
            *((words.amount_kind(one.kind), _yuan(one.low), _yuan(one.high), one.basis) for one in case.amounts),
            (NEVER_ADDED, "", "", ""),
        ])  # fmt: skip
        sheets.add(Text("加分", "what adds"), _ADDED, [
            *((words.indicator(one.indicator) if one.indicator else SLIGHT, one.indicator, one.figure, one.ground, words.numbers(one.rows))
              for one in added(case)),
            (about(case) or "", "", "", "", ""),
        ])  # fmt: skip
    return file.getvalue()


class _Sheets:
    def __init__(self, book: Workbook, language: Language) -> None:
        self.book, self.language = book, language
        self.head: Format = book.add_format(
            {"bold": True, "bg_color": "#E1EFF1", "text_wrap": True, "valign": "top"}
        )
        self.text: Format = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.number: Format = book.add_format({"valign": "top", "num_format": "#,##0"})

    def add(self, name: Text, columns: Sequence[tuple[Text, int]], rows: Iterable[Sequence[Cell]]) -> None:
        sheet = self.book.add_worksheet(said(name, self.language))
        for at, (title, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, said(title, self.language), self.head)
        last = 0
        for last, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(last, at, cell, self.number)
                else:
                    sheet.write_string(
                        last,
                        at,
                        safe(cell if isinstance(cell, str) else said(cell, self.language)),
                        self.text,
                    )
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{said(words.REFERRAL, self.language)}&R&P / &N")


def _yuan(fen: int) -> str:
    return words.money(fen).en.removeprefix("CNY ")
