"""The steps of an inspection, and where its caller is told how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from hefu.errors import Text

STEPS: Final[Mapping[str, Text]] = {
    "read": Text("读取", "reading"),
    "judge": Text("核验", "judging"),
    "compare": Text("比对单证", "comparing papers"),
    "explain": Text("寻找最小改动", "looking for smallest changes"),
    "ask": Text("询问海关", "asking customs"),
    "write": Text("写报告", "writing"),
}
"""The steps in words, in their order; customs is asked only where an order names its node."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a caller is told how far the work is: a step with its size (0: not known), then parts of it."""

    step: Callable[[str, int], None] = field(default=lambda _name, _size: None)
    advance: Callable[[int], None] = field(default=lambda _more: None)
