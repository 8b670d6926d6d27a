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
from hefu.chains.weights import Weights, learned

MINIMUM: Final = 5
"""Confidence in percent below which a group is no case: a person's time, and a firm's name, for one in twenty (assumption)."""


@cache
def engine() -> str:
    """Version and hash of the rules, their thresholds and the weights, so that a case can be made again."""
    data = files("hefu.chains.indicators")
    text = b"".join((data / name).read_bytes() for name in ("indicators.toml", "learned.toml"))
    return f"hefu {__version__}, rules {hashlib.sha256(text).hexdigest()[:12]}"


def evidence(tables: Tables, as_of: date) -> Evidences:
    """What the rules say of every party."""
    return Evidences(Facts(resolve(tables), as_of), indicators())


def cases(
    found: Evidences, weights: Weights, *, minimum: float = MINIMUM, top: int | None = None
) -> list[Case]:
    """The cases in order: the one to look at first comes first, and each chain is one case."""
    maker = Maker(found, found.rules, weights, engine())
    members = groups(found, found.rules).group_by("group", maintain_order=True).agg("party")
    enough = (parties for _, parties in members.iter_rows() if maker.is_enough(parties))
    ranked = sorted(map(maker.scored, enough), key=lambda one: (-one.score, one.members))
    return maker.made([one for one in ranked[:top] if weights.confidence(one.score) >= minimum])


def analyse(tables: Tables, as_of: date, *, minimum: float = MINIMUM, top: int | None = None) -> list[Case]:
    """The cases of a day."""
    return cases(evidence(tables, as_of), learned(), minimum=minimum, top=top)
