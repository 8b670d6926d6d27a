"""Text of papers as a reader sees it whole: nothing without width, nothing that turns the direction."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 600
"""Signs of one value that a page shows; the file itself has the rest."""

_UNSEEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def named(text: str) -> str:
    """A text in which whatever has no width, turns the direction or is no character is named by its code point."""
    return text if text.isprintable() else _UNSEEN.sub(lambda one: f"⟨U+{ord(one[0]):04X}⟩", text)


def visible(text: str) -> str:
    """A text of a file as it can be shown: :func:`named`, and what is very long is cut and says so."""
    return named(text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text):,})")
