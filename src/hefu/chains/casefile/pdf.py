"""A case as a static PDF in one language: the drawing and the sums on the first page, then everything in words.

Rows of one indicator stand in one table under what they have in common: the innocent reading, what would clear it, the
ground. Of very many rows the first are printed; the workbook beside it has all.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, SimpleDocTemplate, Spacer, Table, TableStyle

from hefu.chains.case import Case, Evidence, Strength
from hefu.chains.casefile import words
from hefu.chains.casefile.adding import ADDS, GROUND, SLIGHT, TITLE, about, added
from hefu.chains.casefile.captions import Language, identifier, line_claim, party_name, said
from hefu.chains.casefile.folding import Picture
from hefu.chains.casefile.pdf_drawing import ChainDrawing
from hefu.chains.casefile.pdf_text import LATIN, draw, fonts, paragraph
from hefu.chains.casefile.record import Record, Status
from hefu.chains.casefile.rights import NEVER_ADDED, NOT_IN_PICTURE, RIGHTS
from hefu.chains.casefile.short import first_rows, in_short
from hefu.errors import Text

MARGIN: Final = 34.0
ROWS: Final = 60
"""Rows of evidence that are printed."""
PARTIES: Final = 24
FIRST: Final = 190.0
"""Points that the head and the case in short take of the first page, as a rule."""
_GREY: Final = HexColor("#c3ccc8")
_GRID: Final = TableStyle([
    ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, _GREY),
    ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
])  # fmt: skip
_BODY: Final = ParagraphStyle("body", fontName=LATIN, fontSize=8.5, leading=11.5)
_SMALL: Final = ParagraphStyle(
    "small", fontName=LATIN, fontSize=7.2, leading=9.6, textColor=HexColor("#37423f")
)
_TITLE: Final = ParagraphStyle("title", fontName=LATIN, fontSize=14, leading=18, spaceAfter=3)
_PART: Final = ParagraphStyle("part", fontName=LATIN, fontSize=10.5, leading=14, spaceBefore=8, spaceAfter=2)
_FLAG: Final = ParagraphStyle("flag", fontName=LATIN, fontSize=9, leading=12, textColor=HexColor("#7d5200"))


def case_pdf(case: Case, record: Record, today: date, language: Language) -> bytes:
    """The file; the same case and record give the same bytes."""
    fonts()
    file = BytesIO()
    paper = Paper(case, record, today, language)
    told = SimpleDocTemplate(
        file,
        pagesize=paper.size,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"{case.id} {said(case.title, language)}",
        author="hefu",
        lang="zh-CN" if language == "zh" else "en",
        invariant=1,
    )
    told.build(paper.story(), canvasmaker=_numbered(f"{case.id}  ·  {said(words.REFERRAL, language)}"))
    return file.getvalue()


class Paper:
    """A case in the order in which it is printed."""

    def __init__(self, case: Case, record: Record, today: date, language: Language) -> None:
        self.case, self.record, self.today, self.language = case, record, today, language
        self.drawing = ChainDrawing(case, language, (0, 0))
        wide = self.drawing.layout.width > 1.3 * self.drawing.whole
        self.size = landscape(A4) if wide else A4
        # The frame of a page keeps six points free on every side.
        self.room = (self.size[0] - 2 * MARGIN - 12, self.size[1] - 2 * MARGIN - 12)
        self.drawing.page = self.room

    @property
    def drawn(self) -> Picture:
        """What the drawing shows."""
        return self.drawing.layout.picture

    def story(self) -> list[Flowable]:
        """All of it."""
        drawing = [self.drawing, Spacer(0, 4)]
        who = [*self._roles(), *self._unknowns()]
        if self.drawing.fits(self.room[0], self.room[1] - FIRST):
            body = [*drawing, *self._amounts(), *self._claims(), *who]
        else:  # it takes a page of its own: what can be read before it fills the first
            body = [*self._amounts(), *who, *drawing, *self._claims()]
        return [
            *self._head(),
            *self._short(),
            *body,
            *self._adds(),
            *self._evidence(),
            *self._firm(),
            *self._rights(),
        ]

    def _p(self, text: str | Text, style: ParagraphStyle = _BODY, lead: str | Text = "") -> Flowable:
        return paragraph(
            text, style, self.language, lead=lead if isinstance(lead, str) else said(lead, self.language)
        )

    def _table(self, rows: list[list[Any]], shares: list[float], *, repeat: int = 0) -> Table:
        return Table(
            rows, [self.room[0] * share / sum(shares) for share in shares], style=_GRID, repeatRows=repeat
        )

    def _heads(self, *titles: Text) -> list[Flowable]:
        return [self._p("", _SMALL, lead=one) for one in titles]

    def _head(self) -> list[Flowable]:
        case, status = self.case, self.record.status(self.today)
        told = {
            Status.OPEN: Text("移交线索, 不是结论: 由人核查, 本身不扣货, 不处罚", "A referral, not a finding: for a person to examine; by itself it holds and penalises nothing"),
            Status.EXPIRED: Text("线索已过期, 不再计入", "Lapsed: it no longer counts"),
            Status.CLOSED: Text("已结案, 不再计入", "Closed: it no longer counts"),
        }  # fmt: skip
        facts = (
            (Text("案号", "Case"), case.id),
            (Text("截止日期", "As of"), words.day(case.as_of)),
            (Text("把握", "Confidence"), f"{case.confidence}%"),
            (Text("报关单", "Declarations"), f"{len(case.declarations):,}"),
            (Text("有效期至", "Lapses after"), words.day(self.record.expires) or "–"),
            (Text("规则与引擎", "Rules, engine"), case.engine or "–"),
            (Text("记录摘要", "Record digest"), self.record.digest[:16] or "–"),
        )
        cells = [self._p(value, _SMALL, lead=name) for name, value in facts]
        covered = [
            f"{letter} {said(title, self.language)} {f'{share}%' if share is not None else said(Text('未载入', 'not loaded'), self.language)}"
            for letter, title, share in words.coverage(case)
        ]
        return [
            self._p(told[status], _FLAG),
            self._p(case.title, _TITLE),
            self._table([cells], [1.15, 1.1, 0.75, 0.8, 1.15, 1.6, 1.4]),
            self._p(", ".join(covered), _SMALL, lead=Text("各表覆盖当事方", "Parties covered by table")),
            Spacer(0, 4),
        ]

    def _short(self) -> list[Flowable]:
        return [
            *(
                self._p(text, _SMALL, lead=f"{said(lead, self.language)}:")
                for lead, text in in_short(self.case)
            ),
            Spacer(0, 4),
        ]

    def _amounts(self) -> list[Flowable]:
        told = {one.kind: one for one in self.case.amounts}
        kinds = [*words.AMOUNTS, *(kind for kind in told if kind not in words.AMOUNTS)]
        heads, values, grounds = [], [], []
        for kind in kinds:
            heads.append(self._p("", _SMALL, lead=words.amount_kind(kind)))
            values.append(self._p(words.money_range(told[kind]) if kind in told else words.CANNOT_TELL))
            grounds.append(self._p(told[kind].basis if kind in told else "", _SMALL))
        return [
            KeepTogether(
                [self._table([heads, values, grounds], [1.0] * len(kinds)), self._p(NEVER_ADDED, _SMALL)]
            )
        ]

    def _claims(self) -> list[Flowable]:
        cells = []
        for at, line in enumerate(self.drawn.lines):
            more = (
                ""
                if line.strength is Strength.DOCUMENT
                else f" ({said(words.STRENGTHS[line.strength], self.language)})"
            )
            rows = f" [{words.numbers(line.evidence, 40)}]" if line.evidence else ""
            days = words.days(line.first, line.last)
            claim = said(line_claim(self.case, self.drawn, at), self.language)
            cells.append(self._p(f"{claim}{more} {days}{rows}", _SMALL, lead=words.letter(at)))
        half = (len(cells) + 1) // 2
        pairs = [[cells[at], cells[at + half] if at + half < len(cells) else ""] for at in range(half)]
        notes = [NOT_IN_PICTURE]
        if self.drawn.folded:
            notes.append(
                Text(
                    f" {self.drawn.folded} 家并入带数量的框。",
                    f" {words.counted(self.drawn.folded, 'party is', 'parties are')} folded into boxes with their number.",
                )
            )
        if self.drawn.hidden:
            notes.append(
                Text(
                    f" {len(self.drawn.hidden)} 条联系未画出, 见 case.html。",
                    f" Not drawn, listed in case.html: {words.counted(len(self.drawn.hidden), 'link')}.",
                )
            )
        note = "".join(said(one, self.language) for one in notes)
        return [
            self._p("", _PART, lead=Text("每条线一句话", "One sentence for each line")),
            *([self._table(pairs, [1, 1])] if pairs else []),
            self._p(note, _SMALL),
        ]  # fmt: skip

    def _roles(self) -> list[Flowable]:
        ordered = sorted(self.case.parties, key=lambda one: not one.suspect)
        rows = [
            self._heads(
                Text("当事方", "Party"),
                Text("标识", "Identifier"),
                Text("角色", "Role"),
                Text("也可能是", "Or else"),
                Text("因为", "Because"),
            )
        ]
        for one in ordered[:PARTIES]:
            flag = said(Text(" (需核实)", " (to be examined)"), self.language) if one.suspect else ""
            others = ", ".join(
                f"{said(words.role(role), self.language)} {share}%" for role, share in one.alternatives
            )
            rows.append([
                self._p(party_name(one) + flag, _SMALL), self._p(identifier(one), _SMALL),
                self._p(f"{said(words.role(one.role), self.language)} {one.confidence}%", _SMALL),
                self._p(others or "–", _SMALL), self._p(one.why, _SMALL),
            ])  # fmt: skip
        rest = len(ordered) - PARTIES
        return [
            self._p("", _PART, lead=Text("谁像什么, 把握多大", "Who seems to be what, and how surely")),
            self._table(rows, [2.2, 1.6, 1.3, 1.5, 3], repeat=1),
            *([self._p(Text(f"另外 {rest} 方见 case.html。", f"{rest} more parties: see case.html."), _SMALL)] if rest > 0 else []),
        ]  # fmt: skip

    def _unknowns(self) -> list[Flowable]:
        told = [
            self._p(f"{said(one.what, self.language)} → {said(one.ask, self.language)}", _BODY, lead=f"{at}.")
            for at, one in enumerate(self.case.unknown, 1)
        ]
        title = Text("还不知道什么, 最省的下一问", "What is not known, and the cheapest next question")
        return [self._p("", _PART, lead=title), *(told or [self._p(Text("没有列出。", "None listed."))])]

    def _adds(self) -> list[Flowable]:
        rows = [self._heads(Text("指标", "Indicator"), ADDS, GROUND, Text("证据行", "Rows"))]
        for one in added(self.case):
            name = said(words.indicator(one.indicator) if one.indicator else SLIGHT, self.language)
            cells = (f"{name} {one.indicator}".strip(), one.figure, one.ground, words.numbers(one.rows, 40))
            rows.append([self._p(cell, _SMALL) for cell in cells])
        what = about(self.case)
        return [
            self._p("", _PART, lead=TITLE),
            *([self._p(what, _SMALL)] if what else []),
            self._table(rows, [2.6, 0.5, 3.2, 1.7], repeat=1),
        ]

    def _evidence(self) -> list[Flowable]:
        told: list[Flowable] = [self._p("", _PART, lead=Text("证据", "Evidence"))]
        printed, left = first_rows(self.case, ROWS)
        for _, held in groupby(printed, key=_in_common):
            told += self._group(list(held))
        rest = len(left)
        if rest:
            told.append(
                self._p(
                    Text(f"另外 {rest} 行见 evidence.xlsx。", f"{rest} more rows: see evidence.xlsx."), _SMALL
                )
            )
        return told

    def _group(self, rows: list[Evidence]) -> list[Flowable]:
        one = rows[0]
        shared = (
            (Text("无辜的解释", "Innocent reading"), one.innocent),
            (Text("什么可以澄清", "What would clear it"), one.clears),
            (Text("依据", "Ground"), one.ground),
        )
        name = said(words.indicator(one.indicator), self.language)
        cells = [
            self._heads(
                Text("行", "Row"),
                Text("单证", "Document"),
                Text("日期", "Day"),
                Text("值", "Value"),
                Text("说明什么", "What it says"),
            )
        ]
        for row in rows:
            against = (
                f" ({said(Text('对照', 'against'), self.language)} {row.against})" if row.against else ""
            )
            field = said(words.field(row.table, row.field), self.language)
            cells.append([
                self._p(f"[{row.number}]", _SMALL), self._p(f"{said(words.paper(row.table), self.language)} {row.document}", _SMALL),
                self._p(words.day(row.on), _SMALL), self._p(f"{field}: {row.value}{against}", _SMALL), self._p(row.says, _SMALL),
            ])  # fmt: skip
        return [
            self._p("", _PART, lead=f"{name} {one.indicator}".strip()),
            self._table([[self._p(text, _SMALL, lead=title) for title, text in shared]], [1, 1, 1]),
            self._table(cells, [0.45, 2.2, 0.9, 2.6, 3.4], repeat=1),
        ]

    def _firm(self) -> list[Flowable]:
        told: list[Flowable] = [
            self._p("", _PART, lead=Text("企业一方与处理结果", "The firm's side, and what came of it"))
        ]
        entries = self.record.told
        for one in entries:
            what = Text("企业一方", "The firm's side")
            if one.outcome:
                outcome = words.OUTCOMES[one.outcome.value]
                what = Text(f"结案: {outcome.zh}", f"Closed: {outcome.en}")
            told.append(self._p(f"{one.at:%Y-%m-%d %H:%M}  {', '.join(one.by)}", _BODY, lead=what))
            told += [self._p(line, _BODY) for line in one.text.splitlines()]
            if one.document:
                told.append(self._p(f"{one.document}  SHA-256 {one.sha256}", _SMALL))
        return told if entries else [*told, self._p(Text("企业尚未答复。", "The firm has not answered yet."))]

    def _rights(self) -> list[Flowable]:
        told = [self._p("", _PART, lead=Text("权利与申诉", "Rights and appeal"))]
        for right, ground in RIGHTS:
            told.append(
                self._p(f"{said(right, self.language)} ({said(ground, self.language)})", _SMALL, lead="•")
            )
        return told


def _in_common(one: Evidence) -> tuple[str, Text, Text, Text]:
    return one.indicator, one.innocent, one.clears, one.ground


@cache
def _numbered(foot: str) -> type[Canvas]:
    """A canvas that writes the foot of each page when it knows how many there are."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 (its base calls it so)
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self.setFillColor(HexColor("#55605c"))
                draw(self, MARGIN, MARGIN / 2, f"{foot}  ·  {number} / {len(self._pages)}", 7.5)
                super().showPage()
            super().save()

    return Numbered
