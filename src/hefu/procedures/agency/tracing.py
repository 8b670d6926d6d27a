"""For whom an item was exported, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hefu.documents.declaration import Declaration
from hefu.procedures.agency.agreements import Firm, firm_of
from hefu.procedures.agency.chains import Agreements, Fault, Trail

MARKET: Final = "1039"
"""Market procurement 市场采购: whoever declares exports for others (STA Announcement 17 of 2025 art. 7)."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding about an item before items are gathered: the last part of its code and its values."""

    name: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Traced:
    """The actual consignor of an item: ``None`` if it is the agent's own, or nobody knows; the agreements that lead to it
    and what was noticed.
    """

    consignor: Firm | None
    agreements: tuple[str, ...] = ()
    remarks: list[Remark] = field(default_factory=list)

    def note(self, name: str, **values: str) -> Traced:
        """Add what was noticed."""
        self.remarks.append(Remark(name, tuple(values.items())))
        return self


def trace(agreements: Agreements, declaration: Declaration, item: int, day: date) -> Traced:
    """The actual consignor of an item exported on a day."""
    trails = agreements.trails(declaration, item, day)
    return (
        _by_agreement(agreements, declaration, day, trails)
        if trails
        else _by_owner(agreements, declaration, day)
    )


def _by_owner(agreements: Agreements, declaration: Declaration, day: date) -> Traced:
    """Without an agreement the owner on the declaration tells: another than the trader makes it an agency."""
    owner = firm_of(declaration.owner) if declaration.owner else None
    if owner is not None and not owner.is_same(firm_of(declaration.trader)):
        told = Traced(owner).note("no_agreement", owner=owner.shown)
        return _as_agent(agreements, told, owner, day)
    if declaration.mode == MARKET:
        return Traced(None).note("no_consignor", mode=declaration.mode)
    if agreements.lists(declaration.number):
        return Traced(None).note("part_uncovered")
    return Traced(None) if owner else Traced(None).note("owner_missing")


def _by_agreement(
    agreements: Agreements, declaration: Declaration, day: date, trails: Sequence[Trail]
) -> Traced:
    owner = firm_of(declaration.owner) if declaration.owner else None
    ends: list[Trail] = []
    for trail in trails:
        if not any(trail.end.is_same(one.end) for one in ends):
            ends.append(trail)
    owned = [one for one in ends if owner is not None and one.end.is_same(owner)]
    if len(ends) > 1 and len(owned) != 1:
        return Traced(None).note("several_agreements", consignors=", ".join(one.end.shown for one in ends))
    trail = owned[0] if owned else ends[0]
    named = ", ".join(one.number for one in trail.agreements)
    if trail.fault is Fault.LOOPS:
        return Traced(None).note(trail.fault.value, agreements=named, missing=trail.about)
    told = Traced(trail.end, tuple(one.number for one in trail.agreements))
    if trail.fault is not Fault.NONE:
        told.note(trail.fault.value, missing=trail.about, consignor=trail.end.shown)
    if owner is not None and not owner.is_same(trail.end):
        inside = any(owner.is_same(one) for one in (firm_of(declaration.trader), *trail.firms))
        name = "owner_differs" if inside else "owner_outside_chain"
        told.note(name, owner=owner.shown, agreements=named, consignor=trail.end.shown)
    return _as_agent(agreements, told, trail.end, day) if trail.fault is Fault.NONE else told


def _as_agent(agreements: Agreements, told: Traced, end: Firm, day: date) -> Traced:
    """A consignor who is the agent of a frame of that time may not be the last."""
    frames = [
        one.number
        for one in agreements.of_agent(end)
        if not one.covers and one.runs(day, day) and one.number not in told.agreements
    ]
    return (
        told.note("principal_is_agent", consignor=end.shown, agreements=", ".join(frames)) if frames else told
    )
