"""The drawing of a case as SVG, to stand in a page or in the console.

Colours are attributes, so it looks right by itself; a page may override them by class, for the dark. Everything of the case
is escaped text. Each line is an anchor to ``#line-…``, so it works without a script.
"""

from __future__ import annotations

from html import escape
from typing import Final

from hefu.chains.case import Case, Strength
from hefu.chains.casefile import strip as times
from hefu.chains.casefile import words
from hefu.chains.casefile.captions import (
    NAME_SIZE,
    SMALL_SIZE,
    Language,
    box_lines,
    label_lines,
    line_spoken,
    party_name,
    said,
)
from hefu.chains.casefile.layout import ARROW, CAPTION, Box, Curve, Layout, Line, lay_out
from hefu.chains.casefile.strip import Strip, strip
from hefu.chains.casefile.words import counted
from hefu.documents.visible import named
from hefu.errors import Text

INKS: Final = {
    "invoices": "#7a3f8c", "papers": "#44596e", "goods": "#0a5a68", "control": "#9a3b2c", "money": "#256b3a",
}  # fmt: skip
"""Colour of a link by what it carries; the label says it in words."""
MISSING: Final = "#5f6a65"
BAND_NAMES: Final = {
    "invoices": Text("发票", "Invoices"),
    "goods": Text("货物与单证", "Goods and papers"),
    "money": Text("资金", "Money"),
}
BAND_FILLS: Final = {"invoices": "#f7f1f9", "goods": "#f0f5f5", "money": "#f0f6f1"}
DASHES: Final = {Strength.DOCUMENT: "", Strength.INFERRED: "7 4", Strength.MISSING: "2 4"}


def ink(line: Line) -> str:
    """The colour of a line."""
    if line.what.strength is Strength.MISSING:
        return MISSING
    return INKS.get(line.what.lane, INKS["papers"])


def drawing_svg(case: Case, language: Language) -> str:
    """The chain with its strip of time, as one ``svg`` element."""
    layout = lay_out(case)
    below = strip(case, layout.width)
    height = layout.height + (times.HEIGHT if below else 0)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chain" role="group" lang="{"zh-CN" if language == "zh" else "en"}"'
            f' viewBox="0 0 {_n(layout.width)} {_n(height)}" width="{_n(layout.width)}" height="{_n(height)}"'
            f" font-family=\"system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif\""
            f' aria-label="{_t(said(_spoken(case, layout), language))}">'
        ),
        *_bands(layout, language),
        *(_line(case, layout, at, language) for at in range(len(layout.lines))),
        *(_box(one, language) for one in layout.boxes),
    ]
    if below:
        parts += _strip(below, layout.height, language)
    return "".join((*parts, "</svg>"))


def _spoken(case: Case, layout: Layout) -> Text:
    return Text(
        f"链条图: {len(case.parties)} 方, {len(case.links)} 条线; 画出 {len(layout.boxes)} 框, {len(layout.lines)} 线",
        f"Drawing of the chain: {counted(len(case.parties), 'party', 'parties')} and {counted(len(case.links), 'link')},"
        f" in {counted(len(layout.boxes), 'box', 'boxes')} and {counted(len(layout.lines), 'line')}",
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _t(text: str) -> str:
    return escape(named(text), quote=True)


def _text(x: float, y: float, text: str, size: float, classes: str, **more: str) -> str:
    told = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in more.items())
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size:g}" class="{classes}"{told}>{_t(text)}</text>'


def _bands(layout: Layout, language: Language) -> list[str]:
    parts = []
    for name, at in layout.bands:
        parts += [
            (
                f'<rect class="band {name}" x="0" y="{_n(at.y)}" width="{_n(at.width)}" height="{_n(at.height)}"'
                f' fill="{BAND_FILLS[name]}"/>'
            ),
            _text(
                12,
                at.y + CAPTION - 7,
                said(BAND_NAMES[name], language),
                11,
                f"caption {name}",
                fill=INKS[name],
                font_weight="600",
            ),
        ]
    return parts


def path_of(path: tuple[Curve, ...]) -> str:
    """Curves as the data of an SVG path."""
    told = [f"M{_n(path[0][0][0])} {_n(path[0][0][1])}"]
    for start, one, other, end in path:
        if (one, other) == (start, end):
            told.append(f"L{_n(end[0])} {_n(end[1])}")
        else:
            told.append("C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in (one, other, end)))
    return "".join(told)


def _line(case: Case, layout: Layout, at: int, language: Language) -> str:
    line, name = layout.lines[at], words.letter(at)
    what, colour = line.what, ink(line)
    lane = what.lane if what.lane in INKS else "papers"
    data, spoken = path_of(line.path), _t(line_spoken(case, layout.picture, at, language))
    dashes = f' stroke-dasharray="{DASHES[what.strength]}"' if DASHES[what.strength] else ""
    head, more = label_lines(what, name, language)
    label, (x, y) = line.label, line.tip
    middle = label.x + label.width / 2
    dated = f' data-first="{words.day(what.first)}" data-last="{words.day(what.last)}"'
    return (
        f'<a class="line {lane} {what.strength}" href="#line-{name}" data-line="{name}"{dated} aria-label="{spoken}"><title>{spoken}</title>'
        f'<path class="reach" d="{data}" fill="none" stroke="transparent" stroke-width="14"/>'
        f'<path class="wire" d="{data}" fill="none" stroke="{colour}" stroke-width="1.8"{dashes}/>'
        f"{_tip(x, y, line.heading, colour, filled=what.lane == 'money')}"
        f'<rect class="label" x="{_n(label.x)}" y="{_n(label.y)}" width="{_n(label.width)}" height="{_n(label.height)}"'
        f' rx="5" fill="#ffffff" stroke="{colour}"{dashes}/>'
        + _text(
            middle,
            label.y + 12,
            head,
            SMALL_SIZE,
            "head",
            fill=colour,
            font_weight="600",
            text_anchor="middle",
        )
        + _text(middle, label.y + 23.5, more, SMALL_SIZE, "count", fill="#37423f", text_anchor="middle")
        + "</a>"
    )


def _tip(x: float, y: float, heading: int, colour: str, *, filled: bool) -> str:
    """Money ends in a filled arrowhead, all else in an open one."""
    back = x - heading * (ARROW - 2)
    points = f"M{_n(back)} {_n(y - 4.5)}L{_n(x - heading)} {_n(y)}L{_n(back)} {_n(y + 4.5)}"
    if filled:
        return f'<path class="tip" d="{points}Z" fill="{colour}"/>'
    return f'<path class="tip open" d="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'


def _box(box: Box, language: Language) -> str:
    at, what = box.at, box.what
    head, name, below = box_lines(what, language)
    suspect = any(one.suspect for one in what.parties)
    classes = f"box {what.role}" + " suspect" * suspect + " folded" * what.folded
    stroke = 'stroke="#a8231b" stroke-width="2.2"' if suspect else 'stroke="#5d6965" stroke-width="1.2"'
    title = _t("\n".join(f"{party_name(one)} {one.id}" for one in what.parties))
    shadow = (
        f'<rect class="behind" x="{_n(at.x + 4)}" y="{_n(at.y - 4)}" width="{_n(at.width)}" height="{_n(at.height)}"'
        ' rx="6" fill="#ffffff" stroke="#5d6965"/>'
        if what.folded
        else ""
    )
    lines = len(name) + 2
    top = (at.height - lines * 15.5) / 2 + 11.5
    red = "#a8231b" if suspect else "#44596e"
    texts = [_text(8, top, head, SMALL_SIZE, "role", fill=red, font_weight="600")]
    texts += [
        _text(8, top + 15.5 * (row + 1), one, NAME_SIZE, "name", fill="#1b2422", font_weight="600")
        for row, one in enumerate(name)
    ]
    texts.append(_text(8, top + 15.5 * (len(name) + 1), below, SMALL_SIZE - 1, "id", fill="#55605c"))
    frame = f'x="{_n(at.x)}" y="{_n(at.y)}" width="{_n(at.width)}" height="{_n(at.height)}"'
    # An inner svg clips: whatever font the reader has, no name leaves its box.
    return (
        f'<g class="{classes}"><title>{title}</title>{shadow}<rect class="face" {frame} rx="6" fill="#ffffff" {stroke}/>'
        f'<svg {frame} aria-label="{_t(head)}">{"".join(texts)}</svg></g>'
    )


def _strip(below: Strip, top: float, language: Language) -> list[str]:
    bottom = top + times.TOP + times.ROW * len(times.ROWS)
    width = below.right - below.left
    parts = [
        (
            f'<g class="strip" data-first="{words.day(below.first)}" data-last="{words.day(below.last)}"'
            f' data-left="{_n(below.left)}" data-right="{_n(below.right)}">'
        ),
        (
            f'<rect class="chosen" x="{_n(below.left)}" y="{_n(top + times.TOP - 6)}" width="{_n(width)}"'
            f' height="{_n(bottom - top - times.TOP + 6)}" fill="#e1eff1"/>'
        ),
    ]
    for x, label in below.ticks:
        parts += [
            f'<path class="tick" d="M{_n(x)} {_n(top + times.TOP - 6)}V{_n(bottom)}" stroke="#c3ccc8"/>',
            _text(x, bottom + 13, label, 10, "day", fill="#55605c", text_anchor="middle"),
        ]
    for row, name in enumerate(times.ROWS):
        y = top + times.TOP + times.ROW * (row + 0.5) - 3
        parts += [
            f'<path class="rail" d="M{_n(below.left)} {_n(y)}H{_n(below.right)}" stroke="#c3ccc8"/>',
            _text(
                12,
                y + 4,
                said(BAND_NAMES[name], language).split(" ")[0],
                10.5,
                f"caption {name}",
                fill=INKS[name],
            ),
        ]
    for mark in below.marks:
        y = top + times.TOP + times.ROW * (mark.row + 0.5) - 3
        name = times.ROWS[mark.row]
        title = said(Text(f"证据 {mark.evidence}", f"Evidence {mark.evidence}"), language)
        parts.append(
            f'<circle class="mark {name}" cx="{_n(mark.x)}" cy="{_n(y)}" r="4.5" fill="{INKS[name]}" fill-opacity="0.75"'
            f' data-on="{words.day(mark.on)}" data-evidence="{mark.evidence}">'
            f"<title>{title}, {words.day(mark.on)}</title></circle>"
        )
    return [*parts, "</g>"]
