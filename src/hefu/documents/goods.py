"""Which goods a paper speaks of, and how much of them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

from hefu.documents.codes.tables import Unit, unit, units
from hefu.documents.fields import QUANTITY_SCALE, scaled, unscaled
from hefu.documents.refusal import broken


def _unit_code(value: Any) -> Any:
    found = unit(value) if isinstance(value, str) else None
    if found is None:
        raise broken("海关计量单位代码表中没有", "not in the customs unit table")
    return found.code


UnitCode = Annotated[str, BeforeValidator(_unit_code)]
"""Three-digit customs unit code; the tax side's unit *name* is mapped to it (domain.md §6 row 11)."""


class GoodsKey(NamedTuple):
    """What the goods ledger counts by (I5).

    kind ``item``: one item of one export declaration (``owner`` empty);
    kind ``invoice``: one line of one invoice of one firm, before export;
    kind ``certificate``: one line of a principal's certificate, on which the agent's draws.
    """

    kind: str
    owner: str
    paper: str
    line: int

    def __str__(self) -> str:
        return ":".join(part for part in (self.kind, self.owner, self.paper, str(self.line)) if part)


def convert(quantity: Decimal, source: str, target: str) -> Decimal | None:
    """The quantity in another unit at 5 decimals, rounded half up; ``None`` if the two do not convert."""
    a, b = units()[source], units()[target]
    if a.dimension != b.dimension:
        return None
    exact = Fraction(quantity) * factor(a) / factor(b) * 10**QUANTITY_SCALE
    return unscaled((2 * exact.numerator + exact.denominator) // (2 * exact.denominator))


def factor(of: Unit) -> Fraction:
    """How many base units of its dimension one unit is."""
    return Fraction(of.numerator, of.denominator)


def in_unit(quantity: int, source: str, target: str) -> int | None:
    """A scaled quantity in another unit; ``None`` if they do not convert."""
    if source == target:
        return quantity
    converted = convert(unscaled(quantity), source, target)
    return None if converted is None else scaled(converted)
