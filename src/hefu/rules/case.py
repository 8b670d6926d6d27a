"""What the comparison is given: a declaration and everything known about it at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration


class UseState(StrEnum):
    """State of a certificate at customs (DESIGN §2); ``unknown``: no data here yet."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    RESERVED = "reserved"
    USED = "used"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate and where it stands. ``declaration`` holds it when reserved or used.

    ``document`` is ``None`` exactly when ``state`` is ``unknown``.
    """

    number: str
    state: UseState
    document: Certificate | None = None
    declaration: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One declaration to be compared.

    ``certificates`` are those it names, in order, or those found by the export declaration it
    concerns; ``principals`` the principals' certificates behind them, by number; ``original`` the
    export declaration in force that ``declaration.related`` names, if customs has it;
    ``goods_left`` what is left of each of its items (by item number) for this act, in the item's
    first statutory unit, not counting what this declaration itself draws.
    """

    declaration: Declaration
    certificates: tuple[Standing, ...] = ()
    principals: Mapping[str, Standing] = field(default_factory=dict)
    original: Declaration | None = None
    goods_left: Mapping[int, Decimal] = field(default_factory=dict)
