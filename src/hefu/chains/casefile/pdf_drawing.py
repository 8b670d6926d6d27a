"""The drawing of a chain on paper: the same layout as on the page."""

from __future__ import annotations

from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from hefu.chains.case import Case
from hefu.chains.casefile import strip as times
from hefu.chains.casefile import words
from hefu.chains.casefile.captions import NAME_SIZE, SMALL_SIZE, Language, box_lines, label_lines, said
from hefu.chains.casefile.layout import ARROW, CAPTION, Box, Line, lay_out
from hefu.chains.casefile.pdf_text import draw
from hefu.chains.casefile.strip import strip
from hefu.chains.casefile.svg import BAND_FILLS, BAND_NAMES, DASHES, INKS, ink

LEAST_SCALE: Final = 0.45
"""Below that the drawing goes onto a page of its own."""
_RED: Final = "#a8231b"
_EDGE: Final = "#5d6965"
_DASHES: Final = {one: [float(part) for part in told.split()] for one, told in DASHES.items()}


class ChainDrawing(Flowable):  # type: ignore[misc]
    """A chain with its strip of time, as large as the place allows."""

    def __init__(self, case: Case, language: Language, page: tuple[float, float]) -> None:
        super().__init__()
        self.layout = lay_out(case)
        self.below = strip(case, self.layout.width)
        self.whole = self.layout.height + (times.HEIGHT if self.below else 0)
        self.language = language
        self.page = page
        self.scale = 1.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """How much room it takes: what there is, or a whole page where it would become too small to read."""
        fitting = min(1.0, width / self.layout.width, height / self.whole)
        full = min(1.0, self.page[0] / self.layout.width, self.page[1] / self.whole)
        self.scale = fitting if fitting >= min(LEAST_SCALE, full) else full
        return width, self.whole * self.scale

    def fits(self, width: float, height: float) -> bool:
        """Whether it can be read in so much room."""
        return min(1.0, width / self.layout.width, height / self.whole) >= LEAST_SCALE

    def draw(self) -> None:
        """Draw it, with y from above as in the layout."""
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.translate(max(0.0, (self.page[0] - self.layout.width * self.scale) / 2), 0)
        canvas.scale(self.scale, self.scale)
        for name, band in self.layout.bands:
            canvas.setFillColor(HexColor(BAND_FILLS[name]))
            canvas.rect(band.x, self.whole - band.bottom, band.width, band.height, stroke=0, fill=1)
            self._text(
                12, band.y + CAPTION - 7, said(BAND_NAMES[name], self.language), 11, INKS[name], bold=True
            )
        for at, one in enumerate(self.layout.lines):
            self._line(at, one)
        for box in self.layout.boxes:
            self._box(box)
        self._strip()
        canvas.restoreState()

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        middle: bool = False,
        bold: bool = False,
    ) -> None:
        self.canv.setFillColor(HexColor(colour))
        draw(self.canv, x, self.whole - y, text, size, "middle" if middle else "start", bold=bold)

    def _line(self, at: int, line: Line) -> None:
        canvas: Canvas = self.canv
        colour: Color = HexColor(ink(line))
        canvas.saveState()
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(1.6)
        canvas.setDash(_DASHES[line.what.strength])
        path = canvas.beginPath()
        path.moveTo(line.path[0][0][0], self.whole - line.path[0][0][1])
        for _, (ax, ay), (bx, by), (x, y) in line.path:
            path.curveTo(ax, self.whole - ay, bx, self.whole - by, x, self.whole - y)
        canvas.drawPath(path)
        label = line.label
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setLineWidth(1)
        canvas.roundRect(label.x, self.whole - label.bottom, label.width, label.height, 5, stroke=1, fill=1)
        canvas.setDash([])
        self._tip(line, colour)
        head, more = label_lines(line.what, words.letter(at), self.language)
        middle = label.x + label.width / 2
        self._text(middle, label.y + 12, head, SMALL_SIZE, ink(line), middle=True, bold=True)
        self._text(middle, label.y + 23.5, more, SMALL_SIZE, "#37423f", middle=True)
        canvas.restoreState()

    def _tip(self, line: Line, colour: Color) -> None:
        canvas: Canvas = self.canv
        (x, y), heading = line.tip, line.heading
        back, level = x - heading * (ARROW - 2), self.whole - y
        path = canvas.beginPath()
        path.moveTo(back, level + 4.5)
        path.lineTo(x - heading, level)
        path.lineTo(back, level - 4.5)
        filled = line.what.lane == "money"
        if filled:
            path.close()
        canvas.setFillColor(colour)
        canvas.drawPath(path, stroke=1, fill=1 if filled else 0)

    def _box(self, box: Box) -> None:
        canvas: Canvas = self.canv
        at, what = box.at, box.what
        suspect = any(one.suspect for one in what.parties)
        canvas.saveState()
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setStrokeColor(HexColor(_EDGE))
        canvas.setLineWidth(1)
        if what.folded:
            canvas.roundRect(at.x + 4, self.whole - at.bottom + 4, at.width, at.height, 6, stroke=1, fill=1)
        if suspect:
            canvas.setStrokeColor(HexColor(_RED))
            canvas.setLineWidth(2.2)
        canvas.roundRect(at.x, self.whole - at.bottom, at.width, at.height, 6, stroke=1, fill=1)
        clip = canvas.beginPath()
        clip.rect(at.x, self.whole - at.bottom, at.width, at.height)
        canvas.clipPath(clip, stroke=0)
        head, name, below = box_lines(what, self.language)
        top = at.y + (at.height - (len(name) + 2) * 15.5) / 2 + 11.5
        self._text(at.x + 8, top, head, SMALL_SIZE, _RED if suspect else "#44596e", bold=True)
        for row, one in enumerate(name, 1):
            self._text(at.x + 8, top + 15.5 * row, one, NAME_SIZE, "#1b2422", bold=True)
        self._text(at.x + 8, top + 15.5 * (len(name) + 1), below, SMALL_SIZE - 1, "#55605c")
        canvas.restoreState()

    def _strip(self) -> None:
        if self.below is None:
            return
        canvas: Canvas = self.canv
        top = self.layout.height
        bottom = top + times.TOP + times.ROW * len(times.ROWS)
        canvas.setStrokeColor(HexColor("#c3ccc8"))
        canvas.setLineWidth(0.8)
        for x, label in self.below.ticks:
            canvas.line(x, self.whole - top - times.TOP + 6, x, self.whole - bottom)
            self._text(x, bottom + 13, label, 10, "#55605c", middle=True)
        for row, name in enumerate(times.ROWS):
            y = top + times.TOP + times.ROW * (row + 0.5) - 3
            canvas.line(self.below.left, self.whole - y, self.below.right, self.whole - y)
            self._text(12, y + 4, said(BAND_NAMES[name], self.language).split(" ")[0], 10.5, INKS[name])
        for mark in self.below.marks:
            y = top + times.TOP + times.ROW * (mark.row + 0.5) - 3
            canvas.setFillColor(HexColor(INKS[times.ROWS[mark.row]]))
            canvas.circle(mark.x, self.whole - y, 4, stroke=0, fill=1)
