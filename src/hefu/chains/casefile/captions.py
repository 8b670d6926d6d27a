"""What stands in the boxes and on the lines of a drawing, cut to the room that there is. The same for page and PDF."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

from hefu.chains.case import Case, Party
from hefu.chains.casefile import words
from hefu.chains.casefile.folding import Drawn, Joined
from hefu.chains.casefile.layout import BOX_WIDTH, LABEL_WIDTH
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
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


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


def box_lines(what: Drawn, language: Language) -> tuple[str, list[str], str]:
    """Of a box: its role with the confidence, its name on at most two lines, its identifier."""
    room = BOX_WIDTH - 2 * _PADDING
    name = said(words.role(what.role), language)
    if what.folded:
        more = Text(f"另有 {len(what.parties)} 家", f"{len(what.parties)} more")
        listed = ", ".join(party_name(one) for one in what.parties)
        return fit(name, room, SMALL_SIZE), [said(more, language)], fit(listed, room, SMALL_SIZE)
    party = what.parties[0]
    sure = f" {party.confidence}%"
    return (
        fit(name, room - text_width(sure, SMALL_SIZE), SMALL_SIZE) + sure,
        wrap(party_name(party), room, NAME_SIZE, 2),
        fit(visible(party.id), room, SMALL_SIZE - 1),
    )


def line_name(what: Joined) -> str:
    """The letter of a link; of several that were folded together, the first and how many more."""
    more = f" +{len(what.links) - 1}" if len(what.links) > 1 else ""
    return words.letter(what.links[0]) + more


def label_lines(what: Joined, language: Language) -> tuple[str, str]:
    """Of a line: its letter, kind and evidence; how many documents and how much money."""
    room = LABEL_WIDTH - 6
    head = f"{line_name(what)} {visible(said(words.lane(what.lane), language))}"
    listed = words.numbers(what.evidence)
    if listed:
        space = room - text_width(f"{head} []", SMALL_SIZE)
        signs = max(2, int(space / (0.6 * SMALL_SIZE)))
        head = f"{head} [{words.numbers(what.evidence, signs)}]"
    parts = [f"{what.count:,}×"] if what.count else [said(Text("未见", "not found"), language)]
    if what.fen:
        parts.append(said(words.short_money(what.fen), language))
    return fit(head, room, SMALL_SIZE), fit(" ".join(parts), room, SMALL_SIZE)


def line_spoken(case: Case, what: Joined, language: Language) -> str:
    """A line in one sentence, for who cannot see it."""
    claims = " ".join(said(case.links[at].claim, language) for at in what.links)
    strength = said(words.STRENGTHS[what.strength], language)
    rows = words.numbers(what.evidence)
    told = Text(
        f"线 {line_name(what)}: {claims} ({strength}; 证据 {rows or '无'})",
        f"Line {line_name(what)}: {claims} ({strength}; evidence {rows or 'none'})",
    )
    return visible(said(told, language))
