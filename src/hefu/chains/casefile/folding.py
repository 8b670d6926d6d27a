"""What a drawing has room for: fifteen boxes and thirty lines. The parties that are left are folded by role.

Links of one kind between the same two boxes are one line. Suspects keep a box of their own the longest, then those with
more evidence and links, then those whose role is surer. Where there are too many lines still, those without a row of
evidence are left out first, then those of the least money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hefu.chains.case import Case, Link, Party, Role, Strength

MOST: Final = 15
"""Boxes of a drawing (reference on risk, §4.2)."""
MOST_IN_CELL: Final = 6
"""Boxes that stand on top of each other; more would make the drawing taller than a screen."""
MOST_LINES: Final = 30
"""Lines that an eye can follow; beyond that parties are folded down to one of each role, then lines are left out."""

PLACES: Final[dict[Role, tuple[str, int]]] = {
    Role.OWNER: ("goods", 0),
    Role.UNKNOWN: ("goods", 0),
    Role.BROKER: ("goods", 1),
    Role.FORWARDER: ("goods", 1),
    Role.WITNESS: ("goods", 1),
    Role.MILL: ("invoices", 1),
    Role.PAYER: ("money", 1),
    Role.HEADER: ("goods", 2),
    Role.AGENT: ("goods", 2),
    Role.CLAIMANT: ("goods", 3),
}
"""Band and column of a role: the goods go from left to right, invoices stand above, money below."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box: one party, or several of one role folded together; ``besides`` others of the role that have their own."""

    role: Role
    parties: tuple[Party, ...]
    besides: bool = False

    @property
    def folded(self) -> bool:
        """Whether it stands for several parties."""
        return len(self.parties) > 1


@dataclass(frozen=True, slots=True)
class Joined:
    """A line between two boxes, by their place in the list. ``links`` are places in the case."""

    source: int
    target: int
    lane: str
    strength: Strength
    links: tuple[int, ...]
    count: int
    fen: int
    first: date | None
    last: date | None
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn. ``hidden`` links lie within one folded box, were left out, or name a party that the case lacks."""

    boxes: tuple[Drawn, ...]
    lines: tuple[Joined, ...]
    hidden: tuple[int, ...]

    @property
    def folded(self) -> int:
        """Parties that have no box of their own."""
        return sum(len(one.parties) for one in self.boxes if one.folded)


def picture(case: Case) -> Picture:
    """Choose what is drawn."""
    boxes = _boxes(case)
    box_of = {party.id: at for at, box in enumerate(boxes) for party in box.parties}
    hidden: list[int] = []
    lines: dict[tuple[object, ...], list[int]] = {}
    for at, link in enumerate(case.links):
        source, target = box_of.get(link.source), box_of.get(link.target)
        if source is None or target is None or (source == target and boxes[source].folded):
            hidden.append(at)
        else:
            lines.setdefault((source, target, link.lane, link.strength), []).append(at)
    joined = [_join(case.links, box_of, of) for of in lines.values()]
    by_weight = sorted(
        joined, key=lambda one: (not one.evidence, one.strength is not Strength.MISSING, -one.fen)
    )
    hidden += [at for one in by_weight[MOST_LINES:] for at in one.links]
    kept = {one.links for one in by_weight[:MOST_LINES]}
    return Picture(boxes, tuple(one for one in joined if one.links in kept), tuple(sorted(hidden)))


def _join(links: Sequence[Link], box_of: dict[str, int], at: Sequence[int]) -> Joined:
    these = [links[one] for one in at]
    one = these[0]
    return Joined(
        box_of[one.source],
        box_of[one.target],
        one.lane,
        one.strength,
        tuple(at),
        sum(link.count for link in these),
        sum(link.fen for link in these),
        min((link.first for link in these if link.first), default=None),
        max((link.last for link in these if link.last), default=None),
        tuple(sorted({number for link in these for number in link.evidence})),
    )


def _boxes(case: Case) -> tuple[Drawn, ...]:
    weight = {party.id: 0 for party in case.parties}
    for link in case.links:
        for end in {link.source, link.target} & weight.keys():
            weight[end] += 1 + len(link.evidence)
    shown: dict[Role, list[Party]] = {}
    for party in sorted(case.parties, key=lambda one: (not one.suspect, -weight[one.id], -one.confidence)):
        shown.setdefault(party.role, []).append(party)  # the sort is stable: the case's order comes last
    hidden: dict[Role, list[Party]] = {role: [] for role in shown}
    while (role := _fullest(case.links, shown, hidden)) is not None:
        hidden[role].insert(0, shown[role].pop())
    place = {id(party): at for at, party in enumerate(case.parties)}
    boxes: list[Drawn] = []
    for one in sorted(shown, key=lambda one: list(PLACES).index(one)):
        boxes += [Drawn(one, (party,)) for party in sorted(shown[one], key=lambda party: place[id(party)])]
        if hidden[one]:
            boxes.append(Drawn(one, tuple(hidden[one]), besides=bool(shown[one])))
    return tuple(boxes)


def _fullest(
    links: Sequence[Link], shown: dict[Role, list[Party]], hidden: dict[Role, list[Party]]
) -> Role | None:
    """The role that gives up its least party next; none when everything fits, or nothing more can be folded."""

    def boxes(roles: Iterable[Role]) -> int:
        return sum(len(shown[one]) + bool(hidden[one]) for one in roles)

    able = [one for one in shown if shown[one] and len(shown[one]) + len(hidden[one]) > 1]
    begun = [one for one in able if len(hidden[one]) == 1]
    if begun:  # a fold of one party saves nothing
        return begun[0]
    cells: dict[tuple[str, int], list[Role]] = {}
    for role in shown:
        cells.setdefault(PLACES[role], []).append(role)
    too_full = [roles for roles in cells.values() if boxes(roles) > MOST_IN_CELL]
    if too_full:
        able = [one for one in max(too_full, key=boxes) if one in able]
    elif boxes(shown) <= MOST:
        if _lines(links, shown, hidden) <= MOST_LINES:
            return None
        able = [one for one in able if len(shown[one]) > 1 and len(shown[one]) + len(hidden[one]) > 2]
    return max(able, key=lambda one: len(shown[one]), default=None)


def _lines(links: Sequence[Link], shown: dict[Role, list[Party]], hidden: dict[Role, list[Party]]) -> int:
    box_of: dict[str, str] = {one.id: one.id for parties in shown.values() for one in parties}
    box_of.update({one.id: f"\n{role}" for role, parties in hidden.items() for one in parties})
    return len({
        (box_of[one.source], box_of[one.target], one.lane, one.strength)
        for one in links
        if one.source in box_of and one.target in box_of
    })  # fmt: skip
