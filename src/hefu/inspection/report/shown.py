"""How values of papers come onto the page: text that a reader sees whole, and codes with their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hefu.documents.codes.tables import countries, currencies, modes, offices, terms, units
from hefu.rules import words

LONGEST: Final = 600
"""Characters of one value that the page shows; the file itself has the rest."""

Shown = str | list[str]
"""A text, or the same in Chinese and English."""

_UNSEEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_TABLES: Final[Mapping[str, Callable[[], Mapping[str, Any]]]] = {
    "mode": modes,
    "office": offices,
    "unit": units,
    "currency": currencies,
    "origin": countries,
    "destination": countries,
    "terms": terms,
}
_WORDED: Final = frozenset({"act", "purpose", "refund_state", "state"})


def visible(text: str) -> str:
    """A text of a file as it can be shown: what has no width, turns the direction or is no character is named by
    its code point; what is very long is cut and says so.
    """
    if text.isprintable() and len(text) <= LONGEST:
        return text
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text):,})"
    return _UNSEEN.sub(lambda one: f"⟨U+{ord(one[0]):04X}⟩", cut)


def coded(name: str, code: str) -> Shown:
    """The value of a field: a code with its words, all else as it is."""
    if name in _WORDED:
        try:
            return list(words.shown(name, {name: code}))
        except KeyError:
            return visible(code)
    found = _TABLES[name]().get(code) if name in _TABLES else None
    if found is None:
        return visible(code)
    return [f"{code} {found.name}", f"{code} {found.english or found.name}"]


def joined(parts: Sequence[Shown], between: str = "\n") -> Shown:
    """Several values in one cell; one text is enough where both languages say the same."""
    zh, en = (between.join(one if isinstance(one, str) else one[at] for one in parts) for at in (0, 1))
    return zh if zh == en else [zh, en]
