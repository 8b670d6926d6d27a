"""Text of papers as cells of a sheet hold it: never a formula, never more than a cell takes."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 32_767
"""Signs that a cell can hold."""
_LIVE: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What programs take for the beginning of a formula, of full width and behind what is not seen too."""
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CUT: Final = " …[cut]"


def safe(text: str) -> str:
    """Text that no program takes for a formula, with what XML cannot hold made visible, no longer than a cell."""
    text = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    if _LIVE.match(text):
        text = "'" + text
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT
