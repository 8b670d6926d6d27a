"""Chinese and Latin text in a PDF without font files: the reader's own Song type for Chinese, Helvetica for the rest.

STSong-Light is one of the fonts that PDF readers bring for simplified Chinese (Adobe-GB1), so the file stays small. A sign
that neither font has is named by its code point.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from hefu.chains.casefile.captions import Language, said
from hefu.documents.visible import visible
from hefu.errors import Text

CHINESE: Final = "STSong-Light"
LATIN: Final = "Helvetica"
_ENCODINGS: Final = {LATIN: "cp1252", CHINESE: "gbk"}


@cache
def fonts() -> None:
    """Make the fonts known, once."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))


def runs(text: str, first: str = LATIN) -> list[tuple[str, str]]:
    """A text in pieces, each with a font that has its signs: ``first`` wherever that has them."""
    told: list[tuple[str, str]] = []
    for sign in visible(text):
        font, shown = _font_of(sign, first)
        if told and told[-1][0] == font:
            told[-1] = (font, told[-1][1] + shown)
        else:
            told.append((font, shown))
    return told


@cache
def _font_of(sign: str, first: str) -> tuple[str, str]:
    if sign in "⟨⟩":
        return first, "[" if sign == "⟨" else "]"
    for font in (first, LATIN, CHINESE):
        try:
            sign.encode(_ENCODINGS[font])
        except UnicodeEncodeError:
            continue
        return font, sign
    return first, f"[U+{ord(sign):04X}]"


def markup(text: str, first: str = LATIN) -> str:
    """A text as the markup of a paragraph set in the font ``first``; other signs name the font that has them."""
    return "".join(
        escape(piece) if font == first else f'<font name="{font}">{escape(piece)}</font>'
        for font, piece in runs(text, first)
    )


def paragraph(text: str | Text, style: ParagraphStyle, language: Language, *, lead: str = "") -> Paragraph:
    """A text as a paragraph, broken between signs where it is Chinese. ``lead`` stands before it in bold."""
    whole = text if isinstance(text, str) else said(text, language)
    if language == "zh":
        style, first = _chinese(style), CHINESE
    else:
        first = LATIN
    head = (
        f'<font name="{LATIN}-Bold">{markup(lead)}</font> '
        if lead and first == LATIN
        else markup(lead, first)
    )
    return Paragraph(head + (" " if lead and first == CHINESE else "") + markup(whole, first), style)


@cache
def _chinese(style: ParagraphStyle) -> ParagraphStyle:
    """The same style in the Chinese font, in which a paragraph of one font is broken much faster than one of two."""
    return ParagraphStyle(f"{style.name}-zh", parent=style, wordWrap="CJK", fontName=CHINESE)


def draw(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    size: float,
    anchor: Literal["start", "middle"] = "start",
    *,
    bold: bool = False,
) -> None:
    """One line of text on a canvas, from its base line."""
    pieces = [(f"{font}-Bold" if bold and font == LATIN else font, piece) for font, piece in runs(text)]
    widths = [pdfmetrics.stringWidth(piece, font, size) for font, piece in pieces]
    at = x - sum(widths) / 2 if anchor == "middle" else x
    for (font, piece), width in zip(pieces, widths, strict=True):
        canvas.setFont(font, size)
        canvas.drawString(at, y, piece)
        at += width
