"""Who stands at the end: from the declaring agent along the agreements to the actual consignor.

Through a chain C<-D<-E the declaring agent C reports the true owner E (STA's worked example to art. 7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hefu.documents.declaration import Declaration
from hefu.procedures.agency.agreements import Agreement, Firm, firm_of


class Fault(StrEnum):
    """What keeps a chain from its end; the values are the last part of the finding's code."""

    NONE = ""
    BROKEN = "chain_broken"
    LOOPS = "chain_loops"
    DISAGREES = "consignor_disagrees"


@dataclass(frozen=True, slots=True)
class Trail:
    """A way along agreements and the firm at its end; ``about`` is what the fault concerns."""

    agreements: tuple[Agreement, ...]
    end: Firm
    fault: Fault = Fault.NONE
    about: str = ""

    @property
    def firms(self) -> tuple[Firm, ...]:
        """For whom the first agent acts, one after the other."""
        return (*(one.principal for one in self.agreements), self.end)


class Agreements:
    """All agreements at hand, found by agent, number and declaration."""

    def __init__(self, agreements: Iterable[Agreement]) -> None:
        self.all = tuple(agreements)
        self._by_number = {one.number: one for one in self.all}
        self._by_agent: dict[str, list[Agreement]] = defaultdict(list)
        self._listing: dict[str, list[Agreement]] = defaultdict(list)
        for one in self.all:
            for key in _keys(one.agent):
                self._by_agent[key].append(one)
            for number in dict.fromkeys(cover.declaration for cover in one.covers):
                self._listing[number].append(one)

    def of_agent(self, firm: Firm) -> list[Agreement]:
        """The agreements by which a firm exports for others, each once."""
        found = {id(one): one for key in _keys(firm) for one in self._by_agent.get(key, ())}
        return [one for one in found.values() if one.agent.is_same(firm)]

    def lists(self, number: str) -> bool:
        """Whether any agreement names a declaration."""
        return number in self._listing

    def trails(self, declaration: Declaration, item: int, day: date) -> list[Trail]:
        """Every way from the trader of an item to a consignor. Agreements that list the item come before frames."""
        agent = firm_of(declaration.trader)
        listed = [
            one
            for one in self._listing.get(declaration.number, ())
            if one.agent.is_same(agent) and one.lists(declaration.number, item)
        ]
        here = _Here(self, declaration, item, day)
        if listed:
            return [trail for one in listed for trail in here.onward((one,))]
        frames = [one for one in self.of_agent(agent) if not one.covers]
        ways = (trail for one in frames for trail in here.onward((one,)))
        return [way for way in ways if way.agreements[0].frames(declaration, day, way.firms)]

    def by_number(self, number: str) -> Agreement | None:
        """The agreement of this number."""
        return self._by_number.get(number)


@dataclass(frozen=True, slots=True)
class _Here:
    """One item, for which agreements are followed."""

    agreements: Agreements
    declaration: Declaration
    item: int
    day: date

    def onward(self, path: tuple[Agreement, ...]) -> Iterator[Trail]:
        last = path[-1]
        if any(one.agent.is_same(last.principal) for one in path):
            yield Trail(path, last.principal, Fault.LOOPS, last.principal.shown)
            return
        stated = last.consignor
        if last.behind is not None:
            behind = self.agreements.by_number(last.behind)
            if behind is None or not behind.agent.is_same(last.principal):
                yield Trail(path, stated or last.principal, Fault.BROKEN, last.behind)
                return
            ends = list(self.onward((*path, behind)))
        else:
            ends = self._entrusted(path)
        if not ends:
            yield Trail(path, stated or last.principal)
        for trail in ends:
            if stated is not None and not stated.is_same(trail.end) and trail.fault is Fault.NONE:
                yield Trail(trail.agreements, stated, Fault.DISAGREES, trail.end.shown)
            else:
                yield trail

    def _entrusted(self, path: tuple[Agreement, ...]) -> list[Trail]:
        """The ways on by which the last principal was itself entrusted with the item: by agreements that list it, else by
        frames that concern the declaration.
        """
        theirs = self.agreements.of_agent(path[-1].principal)
        listed = [one for one in theirs if one.lists(self.declaration.number, self.item)]
        if listed:
            return [way for one in listed for way in self.onward((*path, one))]
        ways = [(one, way) for one in theirs if not one.covers for way in self.onward((*path, one))]
        return [way for one, way in ways if one.frames(self.declaration, self.day, way.firms[len(path) :])]


def _keys(firm: Firm) -> Iterator[str]:
    """By what a firm is found: its codes, or its name where it has none."""
    yield from firm.codes
    if not firm.codes and firm.name:
        yield firm.name
