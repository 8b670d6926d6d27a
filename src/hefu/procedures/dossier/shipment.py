"""Papers gathered into shipments. A shipment is one export declaration with all that concerns it; before there is a
declaration, what shares a contract or an invoice.

The most exact number decides: a paper that names export declarations belongs to these; one that does not, to whichever
shipment knows its certificate or invoice, else its contract. So a contract of two declarations is in both shipments,
and an invoice of one of them in one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.fields import split_tax_declaration_number
from hefu.procedures.agency.agreements import Agreement, Cover
from hefu.procedures.agency.chains import Agreements
from hefu.procedures.agency.exports import after
from hefu.procedures.agency.quarter import export_day
from hefu.procedures.dossier.facts import Facts, facts, folded
from hefu.procedures.dossier.papers import Held, Kind, Paper

_DIGITS: Final = 18
"""Signs of a declaration number."""
_EXACT: Final = ("certificates", "invoices")
_NUMBERED: Final = (*_EXACT, "contracts")


@dataclass(frozen=True, slots=True)
class Shipment:
    """One shipment. ``number`` is its export declaration, else its contract or invoice; ``shared`` are the papers that
    others have, too, so that their amounts are not of this one alone.
    """

    number: str
    papers: tuple[Facts, ...]
    shared: frozenset[tuple[Kind, str]] = frozenset()

    def is_shared(self, one: Facts) -> bool:
        """Whether a paper of it is one of other shipments, too."""
        return (one.kind, one.number) in self.shared

    def of(self, *kinds: Kind) -> list[Facts]:
        """Its papers of some kinds, in the order in which they were read."""
        return [one for one in self.papers if one.kind in kinds]

    @property
    def export(self) -> Declaration | None:
        """The export declaration, where its content is at hand."""
        told = (one.held.document for one in self.of(Kind.EXPORT))
        return next((one for one in told if isinstance(one, Declaration)), None)

    @property
    def in_force(self) -> tuple[Facts, ...]:
        """Its export declarations as they stand after what amended or withdrew them (assumption, as in the agent's
        report: a firm keeps what customs accepted). Of one that was withdrawn whole nothing is left.
        """
        told: list[Facts] = []
        for one in self.of(Kind.EXPORT):
            now: Declaration | None = None
            if isinstance(one.held.document, Declaration):
                changes = self.changes_of(one.held.document.number)
                now = one.held.document
                for change, _ in changes:
                    now = after(now, change) if now else None
                if now is not None and changes:
                    files = (one.held.file, *(file for _, file in changes))
                    one = facts(Held(now, " + ".join(files)))  # noqa: PLW2901 - the same paper, as it is now
            if now is not None or not isinstance(one.held.document, Declaration):
                told.append(one)
        return tuple(told)

    def changes_of(self, number: str, before: Declaration | None = None) -> list[tuple[Declaration, str]]:
        """What amends or withdraws an export declaration, in order of day, each with its file; only what comes before
        another act, if one is given.
        """
        told = [
            (one.held.document, one.held.file)
            for one in self.of(Kind.AMENDMENT, Kind.WITHDRAWAL)
            if isinstance(one.held.document, Declaration) and one.held.document.related == number
        ]
        told.sort(key=lambda one: _place(one[0]))
        if before is None:
            return told
        return [one for one in told if _place(one[0]) < _place(before)]

    @property
    def exported(self) -> tuple[date, str] | None:
        """The day of export and the place that says so: of the declaration, else of a row about it, else of a
        certificate.
        """
        if self.export is not None:
            path = "moved_on" if self.export.moved_on else "declared_on"
            held = next(one.held for one in self.of(Kind.EXPORT) if one.held.document is self.export)
            return export_day(self.export), held.place(path)
        for one in self.of(Kind.EXPORT):
            if one.day is not None:
                return one.day, one.held.place(one.day_path)
        for one in self.of(Kind.CERTIFICATE):
            if isinstance(one.held.document, Certificate):
                for place, line in enumerate(one.held.document.lines):
                    if line.export_date is not None:
                        return line.export_date, one.held.place(f"lines[{place}].export_date")
        return None

    def answers_to(self, number: str) -> bool:
        """Whether a person may mean it by this number: its own, or that of any of its papers."""
        wanted = folded(number)[:18] if len(folded(number)) == 21 else folded(number)
        told = {self.number, *(one.number for one in self.papers)}
        for one in self.papers:
            if len(one.declarations) < 2:
                told.update(one.declarations)
            told.update((*one.contracts, *one.invoices))
        return wanted in told


def agreement_of(held: Held) -> Agreement | None:
    """The agency agreement that a paper is; a row of a sheet is one, too, where it names both firms."""
    paper = held.document
    if isinstance(paper, Agreement):
        return paper
    if (
        not isinstance(paper, Paper)
        or paper.kind is not Kind.AGREEMENT
        or not (paper.agent and paper.principal)
    ):
        return None
    if paper.agent.is_same(paper.principal):
        return None
    covers = tuple(
        Cover(declaration=number)
        for one in paper.declarations
        if (number := split_tax_declaration_number(folded(one))[0])[8:9] in ("0", "E")
        and len(number) == _DIGITS
    )
    return Agreement(number=paper.number, agent=paper.agent, principal=paper.principal, covers=covers)


def _place(act: Declaration) -> tuple[date, str]:
    """Where an act stands in time."""
    return act.declared_on, act.number


@dataclass(slots=True)
class _Group:
    """A shipment that is being gathered, with the numbers that it knows."""

    number: str
    papers: list[int] = field(default_factory=list)
    known: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in _NUMBERED})

    def add(self, place: int, one: Facts) -> None:
        self.papers.append(place)
        for name in _NUMBERED:
            self.known[name].update(getattr(one, name))


def gather(papers: Iterable[Held]) -> tuple[list[Shipment], list[Facts]]:
    """Shipments in order of number, and the papers that belong to none. The same content twice is one paper."""
    told = [facts(one) for one in _once(papers)]
    groups = {number: _Group(number) for one in told for number in one.declarations}
    left = dict(enumerate(told))
    for place, one in enumerate(told):
        for number in one.declarations:
            groups[number].add(place, one)
            left.pop(place, None)
    _frames(told, groups, left)
    exports = list(groups.values())
    while _attach(exports, left, _EXACT) or _attach(exports, left, ("contracts",)):
        pass
    rest = _without_declaration(left)
    everything = [*exports, *rest]
    if len(everything) == 1:
        for place, one in list(left.items()):
            everything[0].add(place, one)
            del left[place]
    many = Counter(place for one in everything for place in one.papers)
    shared = frozenset((told[place].kind, told[place].number) for place, count in many.items() if count > 1)
    made = [
        Shipment(one.number, tuple(told[place] for place in sorted(one.papers)), shared) for one in everything
    ]
    return sorted(made, key=lambda one: one.number), list(left.values())


def _once(papers: Iterable[Held]) -> Iterable[Held]:
    seen: set[tuple[Kind, bytes]] = set()
    for one in papers:
        key = (one.kind, one.document.canonical)
        if key not in seen:
            seen.add(key)
            yield one


def _frames(told: Sequence[Facts], groups: dict[str, _Group], left: dict[int, Facts]) -> None:
    """Frame agreements, which list no declarations, by the chain that leads from a declaration through them."""
    known = {place: made for place, one in enumerate(told) if (made := agreement_of(one.held)) is not None}
    at = {one.number: place for place, one in known.items()}
    agreements = Agreements(known.values())
    for one in told if at else ():
        declaration = one.held.document
        if not isinstance(declaration, Declaration) or one.kind is not Kind.EXPORT:
            continue
        day = export_day(declaration)
        for item in declaration.items:
            for trail in agreements.trails(declaration, item.item, day):
                for agreement in trail.agreements:
                    place = at[agreement.number]
                    if place not in groups[declaration.number].papers:
                        groups[declaration.number].add(place, told[place])
                    left.pop(place, None)


def _attach(groups: Sequence[_Group], left: dict[int, Facts], names: Sequence[str]) -> bool:
    """Attach what is tied to a group by numbers of these names; whether anything was."""
    before = len(left)
    for name in names:
        knowing: dict[str, list[_Group]] = defaultdict(list)
        for group in groups:
            for number in group.known[name]:
                knowing[number].append(group)
        for place, one in list(left.items()):
            found = {id(group): group for number in getattr(one, name) for group in knowing.get(number, ())}
            for group in found.values():
                group.add(place, one)
            if found:
                del left[place]
    return len(left) < before


def _without_declaration(left: dict[int, Facts]) -> list[_Group]:
    """What has no declaration yet, by contract or invoice."""
    groups: list[_Group] = []
    for name in ("contracts", "invoices"):
        for place, one in list(left.items()):
            numbers = getattr(one, name)
            if place in left and numbers:
                group = _Group(numbers[0])
                group.add(place, one)
                del left[place]
                groups.append(group)
                while _attach([group], left, _NUMBERED):
                    pass
    return groups
