"""What a drawing has room for: at most fifteen boxes; the parties that are left are folded by role, with their number."""

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
    """A box: one party, or several of one role folded together."""

    role: Role
    parties: tuple[Party, ...]

    @property
    def folded(self) -> bool:
        """Whether it stands for several parties."""
        return len(self.parties) > 1


@dataclass(frozen=True, slots=True)
class Joined:
    """A line between two boxes, by their place in the list. ``links`` are places in the case; several where folded."""

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
    """What is drawn. ``inside`` links lie within one folded box, ``astray`` ones name a party that the case lacks."""

    boxes: tuple[Drawn, ...]
    lines: tuple[Joined, ...]
    inside: int
    astray: int

    @property
    def folded(self) -> int:
        """Parties that have no box of their own."""
        return sum(len(one.parties) for one in self.boxes if one.folded)


def picture(case: Case) -> Picture:
    """Choose what is drawn: suspects first, then those with more links, then the surer roles, then the case's order."""
    boxes = _boxes(case)
    box_of = {party.id: at for at, box in enumerate(boxes) for party in box.parties}
    inside = astray = 0
    lines: dict[tuple[object, ...], list[int]] = {}
    for at, link in enumerate(case.links):
        source, target = box_of.get(link.source), box_of.get(link.target)
        if source is None or target is None:
            astray += 1
            continue
        if source == target and boxes[source].folded:
            inside += 1
            continue
        folded = boxes[source].folded or boxes[target].folded
        key = (source, target, link.lane, link.strength, -1 if folded else at)
        lines.setdefault(key, []).append(at)
    joined = [_join(case.links, box_of, of) for of in lines.values()]
    return Picture(boxes, tuple(joined), inside, astray)


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
    ends = [end for link in case.links for end in {link.source, link.target}]
    degree = {party.id: 0 for party in case.parties}
    for end in ends:
        if end in degree:
            degree[end] += 1
    shown: dict[Role, list[Party]] = {}
    for party in sorted(
        case.parties, key=lambda one: (not one.suspect, -degree[one.id], -one.confidence)
    ):  # stable: the case's order last
        shown.setdefault(party.role, []).append(party)
    hidden: dict[Role, list[Party]] = {role: [] for role in shown}
    while (role := _fullest(shown, hidden)) is not None:
        hidden[role].insert(0, shown[role].pop())
    single = {id(party): at for at, party in enumerate(case.parties)}
    boxes: list[Drawn] = []
    for one in sorted(shown, key=lambda one: list(PLACES).index(one)):
        boxes += [Drawn(one, (party,)) for party in sorted(shown[one], key=lambda party: single[id(party)])]
        if hidden[one]:
            boxes.append(Drawn(one, tuple(hidden[one])))
    return tuple(boxes)


def _fullest(shown: dict[Role, list[Party]], hidden: dict[Role, list[Party]]) -> Role | None:
    """The role that gives up its least party next; none when everything fits."""

    def boxes(roles: Iterable[Role]) -> int:
        return sum(len(shown[one]) + bool(hidden[one]) for one in roles)

    cells: dict[tuple[str, int], list[Role]] = {}
    for role in shown:
        cells.setdefault(PLACES[role], []).append(role)
    too_full = [roles for roles in cells.values() if boxes(roles) > MOST_IN_CELL]
    if not too_full and boxes(shown) <= MOST:
        return None
    # A fold of one party saves nothing: it is gone on with first.
    of_these = max(too_full, key=boxes) if too_full else list(shown)
    able = [one for one in of_these if len(shown[one]) + len(hidden[one]) > 1 and shown[one]]
    return max(able, key=lambda one: (len(hidden[one]) == 1, len(shown[one])), default=None)
