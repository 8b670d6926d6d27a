"""What the comparison is given: a declaration and everything known about it at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.declaration import Declaration
from hefu.documents.party import Party


class UseState(StrEnum):
    """State of a certificate at customs (DESIGN §2); ``unknown``: no data here yet."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    RESERVED = "reserved"
    USED = "used"
    WITHDRAWN = "withdrawn"


class ExportState(StrEnum):
    """The export declaration concerned, at customs; ``unknown``: not on record."""

    UNKNOWN = "unknown"
    NOT_RELEASED = "not_released"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate and where it stands. ``declaration`` holds it when reserved or used.

    ``document`` is ``None`` exactly when ``state`` is ``unknown``. ``behind`` says that a later message
    about it has come than the last one applied, so that what is known of it is not the latest.
    ``ticket`` names the contingency under which it is being handled on paper.
    """

    number: str
    state: UseState
    document: Certificate | None = None
    declaration: str | None = None
    behind: bool = False
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One declaration to be compared.

    ``certificates`` are those it names, in order, or those found by the export declaration it
    concerns; ``principals`` the principals' certificates behind them, by number. ``export`` is the
    export declaration concerned: the one it names, else the one its certificates name; ``original``
    is that declaration as in force, if it is, and ``export_state`` says what else it may be;
    ``amended_on`` is the day of its last amendment, and ``changing`` another act that is about to amend
    or withdraw it. ``goods_left`` is what is left of the exported goods that the certificates name, by
    export declaration and item: scaled quantity and unit code, not counting what this act itself draws.
    ``consignor`` is who the agent's report under STA Announcement 17 of 2025 art. 7 names as the actual
    consignor of the export declaration, where that report is at hand.
    """

    declaration: Declaration
    certificates: tuple[Standing, ...] = ()
    principals: Mapping[str, Standing] = field(default_factory=dict)
    export: str | None = None
    original: Declaration | None = None
    export_state: ExportState = ExportState.UNKNOWN
    amended_on: date | None = None
    changing: str | None = None
    consignor: Party | None = None
    goods_left: Mapping[tuple[str, int], tuple[int, str]] = field(default_factory=dict)

    def left_of(self, line: CertificateLine) -> tuple[int, str] | None:
        """What is left of the exported goods that a line names: scaled quantity and unit code."""
        if line.declaration is None or line.item is None:
            return None
        return self.goods_left.get((line.declaration, line.item))

    def numbers(self) -> set[str]:
        """The certificates and export declarations whose standing it was assembled from."""
        told = {one.number for one in self.certificates} | self.principals.keys()
        for one in self.certificates:
            if one.document is not None:
                told.update(line.declaration for line in one.document.lines if line.declaration)
        return told | ({self.declaration.related} if self.declaration.related else set())
