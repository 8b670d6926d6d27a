"""What somebody who looks for chains would notice about the firm of these papers: an own section of the reports.

Inspection only holds and shows it. Who fills it is handed in (``inspect``), as ``chains`` stands above it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hefu.engines.shelves import Shelves
from hefu.errors import Text


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing: ``count`` of the firm's ``seen`` declarations show it. ``papers`` are the first of those that do, each with
    what it says.
    """

    code: str
    title: Text
    count: int
    seen: int
    papers: tuple[tuple[str, Text], ...]
    innocent: Text
    clears: Text
    ground: Text

    def as_json(self) -> dict[str, Any]:
        """For machines and for the page."""
        return {
            "code": self.code,
            "count": self.count,
            "seen": self.seen,
            "papers": [{"paper": paper, "says": says._asdict()} for paper, says in self.papers],
            **{name: getattr(self, name)._asdict() for name in ("title", "innocent", "clears", "ground")},
        }


@dataclass(frozen=True, slots=True)
class Noticed:
    """How the declarations of a firm look. ``lacking`` are papers without which some indicators could not look;
    ``left_out`` says why nobody looked.
    """

    firm: str = ""
    name: str = ""
    declarations: int = 0
    notices: tuple[Notice, ...] = ()
    lacking: tuple[Text, ...] = ()
    left_out: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines and for the page."""
        return {
            "firm": self.firm,
            "name": self.name,
            "declarations": self.declarations,
            "notices": [one.as_json() for one in self.notices],
            "lacking": [one._asdict() for one in self.lacking],
            "left_out": self.left_out._asdict() if self.left_out else None,
        }


Look = Callable[[Shelves, date], Noticed]
"""Looks at papers on their shelves that have been judged, on a day (Shanghai)."""
