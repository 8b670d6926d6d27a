"""Tables in, ranked cases out."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from hefu import __version__
from hefu.chains.case import Case
from hefu.chains.cases import Maker
from hefu.chains.facts import Facts
from hefu.chains.grouping import groups
from hefu.chains.indicators import indicators
from hefu.chains.parties import resolve
from hefu.chains.scoring import Evidences
from hefu.chains.tables import Tables

MINIMUM: Final = 1.5
"""Score below which a group is no case (assumption)."""


@cache
def engine() -> str:
    """Version and hash of the rules and their thresholds, so that a case can be made again."""
    text = (files("hefu.chains.indicators") / "indicators.toml").read_bytes()
    return f"hefu {__version__}, rules {hashlib.sha256(text).hexdigest()[:12]}"


def analyse(tables: Tables, as_of: date, *, minimum: float = MINIMUM, top: int | None = None) -> list[Case]:
    """The cases of a day, in order: the one to look at first comes first, and each chain is one case."""
    rules = indicators()
    evidences = Evidences(Facts(resolve(tables), as_of), rules)
    maker = Maker(evidences, rules, engine())
    members = groups(evidences, rules).group_by("group", maintain_order=True).agg("party")
    ranked = sorted(
        ((maker.rank(parties), parties) for _, parties in members.iter_rows() if maker.is_enough(parties)),
        key=lambda one: (-one[0], one[1]),
    )
    return [maker.make(parties) for score, parties in ranked[:top] if score >= minimum]
