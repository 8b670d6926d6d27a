"""What stands in the boxes and on the lines of a drawing, cut to the room that there is. The same for page and PDF."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

from hefu.chains.case import Case, Party
from hefu.chains.casefile import words
from hefu.chains.casefile.folding import Drawn, Joined, Picture
from hefu.chains.casefile.layout import BOX_WIDTH, LABEL_WIDTH
from hefu.chains.parties import NAMED
from hefu.documents.visible import visible
from hefu.errors import Text

Language = Literal["zh", "en"]
NAME_SIZE: Final = 12.5
SMALL_SIZE: Final = 10.5
_PADDING: Final = 8
_NARROW: Final = frozenset("iljftr.,:;'|!()[]× ")
_BROAD: Final = frozenset("mwMW@%—…&<>=+")


def said(text: Text, language: Language) -> str:
    """One of the two sentences."""
    return text.zh if language == "zh" else text.en


def text_width(text: str, size: float) -> float:
    """About how wide a text is in bold, in the unit of its size; rather too much than too little."""
    return size * sum(map(_em, text))


def _em(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    if sign in _NARROW:
        return 0.4
    if sign in _BROAD:
        return 1.0
    return 0.76 if sign.isupper() else 0.66


def fit(text: str, width: float, size: float) -> str:
    """A text on one line of a width; what does not fit is an ellipsis."""
    room, used, fits = width / size, 0.0, 0
    for at, sign in enumerate(text):
        used += _em(sign)
        if used > room:
            return text[:fits].rstrip() + "…" if room >= _em("…") else ""
        if used + _em("…") <= room:
            fits = at + 1
    return text


def wrap(text: str, width: float, size: float, lines: int) -> list[str]:
    """A text on at most so many lines, broken at blanks where there are any, else between signs."""
    told: list[str] = []
    rest = text.strip()
    while rest and len(told) < lines - 1 and text_width(rest, size) > width:
        end = 1
        while end < len(rest) and text_width(rest[: end + 1], size) <= width:
            end += 1
        blank = rest.rfind(" ", 0, end + 1)
        cut = blank if blank > end // 3 else end
        told.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        told.append(fit(rest, width, size))
    return told


def party_name(party: Party) -> str:
    """The name as written, else the identifier."""
    return visible(party.name or party.id)


def identifier(party: Party) -> Text:
    """The USCC or customs code; of whom only a name is known, that."""
    if party.id.startswith(NAMED):
        return Text("只知名称", "known by name")
    return Text(visible(party.id), visible(party.id))


def box_lines(what: Drawn, language: Language) -> tuple[str, list[str], str]:
    """Of a box: its role with the confidence, its name on at most two lines, its identifier."""
    room = BOX_WIDTH - 2 * _PADDING
    name = said(words.role(what.role), language)
    if what.folded:
        listed = ", ".join(party_name(one) for one in what.parties)
        return fit(name, room, SMALL_SIZE), [said(_many(what), language)], fit(listed, room, SMALL_SIZE)
    party = what.parties[0]
    sure = f" {party.confidence}%"
    return (
        fit(name, room - text_width(sure, SMALL_SIZE), SMALL_SIZE) + sure,
        wrap(party_name(party), room, NAME_SIZE, 2),
        fit(said(identifier(party), language), room, SMALL_SIZE - 1),
    )


def box_name(what: Drawn) -> Text:
    """A box in words: a party's name, or how many of which role."""
    if not what.folded:
        name = party_name(what.parties[0])
        return Text(name, name)
    first, rest, role = party_name(what.parties[0]), len(what.parties) - 1, words.role(what.role)
    return Text(f"{first} 等 {rest + 1} 家 ({role.zh})", f"{first} and {rest} more ({role.en})")


def _many(what: Drawn) -> Text:
    number = len(what.parties)
    return (
        Text(f"另有 {number} 家", f"{number} more")
        if what.besides
        else Text(f"{number} 家", words.counted(number, "firm"))
    )


def line_claim(case: Case, drawn: Picture, at: int) -> Text:
    """A line in one sentence: that of its link; of several, how many and what they come to."""
    line = drawn.lines[at]
    if len(line.links) == 1:
        return case.links[line.links[0]].claim
    source, target, lane = (
        box_name(drawn.boxes[line.source]),
        box_name(drawn.boxes[line.target]),
        words.lane(line.lane),
    )
    papers = (
        Text(f", {line.count:,} 份", f", {words.counted(line.count, 'document')}")
        if line.count
        else Text("", "")
    )
    money = words.money(line.fen) if line.fen else Text("", "")
    return Text(
        f"{source.zh} → {target.zh}: {lane.zh} {len(line.links)} 条{papers.zh}"
        + (f", {money.zh}" if line.fen else ""),
        f"{source.en} → {target.en}: {words.counted(len(line.links), 'link')} of {lane.en}{papers.en}"
        + (f", {money.en}" if line.fen else ""),
    )


def label_lines(what: Joined, name: str, language: Language) -> tuple[str, str]:
    """Of a line: its letter, kind and evidence; how many documents and how much money."""
    room = LABEL_WIDTH - 6
    head = f"{name} {visible(said(words.lane(what.lane), language))}"
    listed = words.numbers(what.evidence)
    if listed:
        space = room - text_width(f"{head} []", SMALL_SIZE)
        signs = max(2, int(space / (0.6 * SMALL_SIZE)))
        head = f"{head} [{words.numbers(what.evidence, signs)}]"
    parts = [f"{what.count:,}×"] if what.count else [said(Text("未见", "not found"), language)]
    if what.fen:
        parts.append(said(words.short_money(what.fen), language))
    return fit(head, room, SMALL_SIZE), fit(" ".join(parts), room, SMALL_SIZE)


def line_spoken(case: Case, drawn: Picture, at: int, language: Language) -> str:
    """A line in one sentence, for who cannot see it."""
    line, name = drawn.lines[at], words.letter(at)
    claim = said(line_claim(case, drawn, at), language)
    strength = said(words.STRENGTHS[line.strength], language)
    rows = words.numbers(line.evidence)
    told = Text(
        f"线 {name}: {claim} ({strength}; 证据 {rows or '无'})",
        f"Line {name}: {claim} ({strength}; evidence {rows or 'none'})",
    )
    return visible(said(told, language))
