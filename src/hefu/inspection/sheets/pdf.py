"""PDF as sheets: tables with drawn lines as they are, a form with the number of a paper as rows of it.

A form (a certificate, a declaration) says ``label: value`` beside its table, or in the cells of one. Each of its lines
becomes a row: the values of the form, then the cells of the line; the labels and the titles of the table are the header.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pdfplumber
import polars as pl
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from hefu import errors
from hefu.errors import HefuError, Problem, Text
from hefu.inspection.sheets.pdf_forms import Form, Row, form_of, is_header, segments
from hefu.inspection.sheets.sheet import ROW, Sheet, refuse_wide, tidy
from hefu.inspection.sheets.worker import Shelf, read_apart
from hefu.inspection.sources.bounds import LOCKED, TOO_MUCH, Limits
from hefu.inspection.sources.finding import Source

NO_TEXT = errors.kind(
    "inspection.pdf_no_text",
    http=422,
    message=Text(
        "{file}: 第 {place} 页没有可读的文字 (扫描件或字体未嵌入)",
        "{file}: page {place} has no text that can be read (a scan, or fonts are missing)",
    ),
    cure=Text(
        "把内容录入表格, 或从税务系统导出 Excel",
        "type it into a table, or ask the tax bureau's system for Excel",
    ),
)
NO_TABLE = errors.kind(
    "inspection.pdf_no_table",
    http=422,
    message=Text(
        "{file}: 第 {place} 页有文字, 但没有带框线的表格, 也没有证明编号或报关单号: {value}",
        "{file}: page {place} has text, but no table with lines and no number of a certificate or declaration: {value}",
    ),
    cure=Text(
        "核对是否需要该文件; 需要的, 录入表格或导出 Excel",
        "check whether this file is needed; if so, type it into a table or export it as Excel",
    ),
)
CROSSES = errors.kind(
    "inspection.pdf_crosses",
    http=422,
    message=Text(
        "{file}: 第 {place} 页: 文字 {value} 越出单元格, 无法分清属于哪一格",
        "{file}: page {place}: text {value} crosses the line of its cell, so that cells cannot be told apart",
    ),
    cure=Text(
        "录入表格, 或导出 Excel; 该页未读取",
        "type it into a table, or export it as Excel; the page was not read",
    ),
)
_OVER: Final = 2.0
"""Points by which a text may touch the line of its cell."""
_TOUCH: Final = 0.5
"""Points between the signs of one text."""
_CODES: Final = "(cid:"
"""What stands for a sign that the font does not explain."""


def pdf_sheets(source: Source, limits: Limits) -> Iterator[Sheet | HefuError]:
    """The sheets of a PDF: one for tables and forms under one header. Raises ``inspection.reader_died``."""
    return read_apart(_lay_down, source, limits, limits.pdf_seconds)


@dataclass(slots=True)
class _Sheets:
    """Sheets as they grow, page by page."""

    made: list[list[Row]] = field(default_factory=list)
    form: Form | None = None
    header: list[Row] = field(default_factory=list)

    def add_form(self, form: Form) -> None:
        """A form: rows of the sheet before, if the header is the same."""
        if not self.made or form.header() != self.header:
            self.made.append([*form.header()])
        self.form, self.header = form, form.header()
        self.made[-1] += form.rows()

    def add_table(self, rows: list[Row], above: list[Row]) -> None:
        """A table: more lines of the form before, or of the table before, if it is as wide; else a sheet of its own."""
        if self.form is not None and self.form.goes_on(rows):
            self.made[-1] += self.form.more(rows)
        elif self.form is None and self.made and not above and len(rows[0]) == len(self.made[-1][-1]):
            self.made[-1] += rows
        else:
            self.form = None
            self.made.append([*above, *rows])


def _lay_down(source: Source, shelf: Shelf, limits: Limits) -> None:
    sheets = _Sheets()
    try:
        with pdfplumber.open(source.path) as document:
            if len(document.pages) > limits.pages:
                _too_much(source, len(document.pages), limits.pages, "页数", "pages")
            signs = 0
            for page in document.pages:
                signs += len(page.chars)
                if signs > limits.signs:
                    _too_much(source, signs, limits.signs, "字数", "signs")
                try:
                    _add_page(sheets, page, source)
                except HefuError as error:
                    shelf.refuse(error)
                page.close()
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            errors.fail(LOCKED, file=source.name)
        raise
    for number, rows in enumerate(sheets.made, 1):
        name = "" if len(sheets.made) == 1 else str(number)
        shelf.add(name, _blocks(rows, source, name, limits))


def _too_much(source: Source, value: int, limit: int, zh: str, en: str) -> None:
    errors.fail(TOO_MUCH, file=source.name, value=value, limit=limit, what_zh=zh, what_en=en)


def _add_page(sheets: _Sheets, page: Any, source: Source) -> None:
    """What a page says. Raises ``inspection.pdf_no_text`` or ``pdf_no_table``; a page that is blank says nothing."""
    number = str(page.page_number)
    text = "".join(one["text"] for one in page.chars)
    if not text.strip():
        if page.images or page.curves or page.rects:
            errors.fail(NO_TEXT, file=source.name, place=number)
        return
    if text.count(_CODES) > len(page.chars) / 10:
        errors.fail(NO_TEXT, file=source.name, place=number)
    found = [(table, rows) for table in page.find_tables() if (rows := _grid(table))]
    words = page.extract_words(x_tolerance=2, keep_blank_chars=False)
    for table, _ in found:
        _refuse_crossing(_runs(page.chars), table, source.name, number)
    boxes = [table.bbox for table, _ in found]
    outside = [one for one in words if not any(_within(one, box) for box in boxes)]
    form = form_of(segments(outside), [rows for _, rows in found])
    if form is not None:
        sheets.add_form(form)
        return
    if not found:
        shown = " ".join(one["text"] for one in words)[:60]
        raise HefuError(Problem(NO_TABLE, place=number, value=shown, file=source.name))
    top = min(box[1] for box in boxes)
    above: list[Row] = [list(line) for line in segments([one for one in outside if one["bottom"] <= top + 1])]
    for place, (_, rows) in enumerate(found):
        has_header = any(map(is_header, rows[:3]))
        sheets.add_table(rows, above if place == 0 and has_header else [])


def _runs(signs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts as they were drawn, sign after sign without a gap, with their places."""
    runs: list[dict[str, Any]] = []
    for sign in signs:
        last = runs[-1] if runs else None
        if last and last["top"] == sign["top"] and abs(sign["x0"] - last["x1"]) < _TOUCH:
            last["x1"] = sign["x1"]
            last["text"] += sign["text"]
        elif sign["text"].strip():
            runs.append({name: sign[name] for name in ("x0", "x1", "top", "bottom", "text")})
        else:
            continue
        if sign["text"].strip():
            runs[-1]["reach"] = sign["x1"]
    return [{**one, "x1": one["reach"]} for one in runs]


def _refuse_crossing(runs: list[dict[str, Any]], table: Any, file: str, page: str) -> None:
    """Raise for a text that stands in two cells: it would be cut in two without a word."""
    for run in runs:
        if _within(run, table.bbox):
            cell = next((box for box in table.cells if _within(run, box)), None)
            if cell and (run["x0"] < cell[0] - _OVER or run["x1"] > cell[2] + _OVER):
                errors.fail(CROSSES, file=file, place=page, value=run["text"][:60])


def _within(word: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _grid(table: Any) -> list[Row]:
    """The rows of a table; a merged cell stands in each place that it covers."""
    texts = table.extract(x_tolerance=2)
    cells = [
        (box, _joined(text))
        for row, told in zip(table.rows, texts, strict=True)
        for box, text in zip(row.cells, told, strict=True)
        if box is not None
    ]
    xs = sorted({round(edge) for box, _ in cells for edge in (box[0], box[2])})
    ys = sorted({round(edge) for box, _ in cells for edge in (box[1], box[3])})
    rows: list[Row] = [[None] * (len(xs) - 1) for _ in ys[1:]]
    at_x, at_y = ({edge: number for number, edge in enumerate(edges)} for edges in (xs, ys))
    for (x0, y0, x1, y1), text in cells:
        for row in range(at_y[round(y0)], at_y[round(y1)]):
            for column in range(at_x[round(x0)], at_x[round(x1)]):
                rows[row][column] = text
    return [row for row in rows if any(row)]


def _joined(text: str | None) -> str | None:
    """The text of a cell; lines that were only wrapped are joined, those that stand for themselves stay apart."""
    joined = ""
    for line in map(str.strip, (text or "").split("\n")):
        before, after = joined[-1:], line[:1]
        if not joined or not line:
            joined += line
        elif before.isascii() and before.isalpha() and after.isascii() and after.isalpha():
            joined += f" {line}"
        elif before.isascii() and before.isalnum() and after.isascii() and after.isalpha():
            joined += f"\n{line}"
        else:
            joined += line
    return joined or None


def _blocks(rows: list[Row], source: Source, name: str, limits: Limits) -> Iterator[pl.DataFrame]:
    width = max(map(len, rows))
    refuse_wide(source.name, name, width, limits.columns)
    columns = {
        str(number): [row[number] if number < len(row) else None for row in rows] for number in range(width)
    }
    numbers = list(range(1, len(rows) + 1))
    frame = pl.DataFrame(
        {ROW: numbers, **columns}, schema={ROW: pl.Int64, **dict.fromkeys(columns, pl.String)}
    )
    yield tidy(frame, source.name, name, limits.cell)
