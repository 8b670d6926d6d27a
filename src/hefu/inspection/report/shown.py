"""How values of papers come onto the page: codes with their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hefu.documents.codes.tables import countries, currencies, modes, offices, terms, units
from hefu.documents.visible import visible
from hefu.rules import words

Shown = str | list[str]
"""A text, or the same in Chinese and English."""

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
