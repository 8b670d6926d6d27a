"""The dossiers of all shipments: kind, papers, what is missing, what contradicts, what is due, and how urgent each is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from hefu import errors
from hefu.documents.canonical import as_json
from hefu.documents.declaration import Declaration
from hefu.errors import Problem, Text
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier import across, goods
from hefu.procedures.dossier.compared import Compared, compared
from hefu.procedures.dossier.contradictions import Contradiction, contradiction, side
from hefu.procedures.dossier.deadlines import URGENCY, Deadline, deadlines
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.kinds import Change, Nature, nature
from hefu.procedures.dossier.papers import NAMES
from hefu.procedures.dossier.reading import LOOSE, Read
from hefu.procedures.dossier.required import Need, Presence, needs
from hefu.procedures.dossier.shipment import Shipment, gather
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

NOTHING = errors.kind(
    "dossier.nothing",
    http=422,
    message=Text("没有可归档的单证", "there are no papers"),
    cure=Text(
        "给出单证所在的文件夹, 试用: hefu dossier samples/dossier",
        "give the folder with the papers; to try it: hefu dossier samples/dossier",
    ),
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One shipment on one day."""

    shipment: Shipment
    nature: Nature
    needs: tuple[Need, ...]
    deadlines: tuple[Deadline, ...]
    contradictions: tuple[Contradiction, ...]
    compared: tuple[Compared, ...]

    @property
    def missing(self) -> tuple[Need, ...]:
        """What should be there and is not."""
        return tuple(one for one in self.needs if one.presence is Presence.MISSING)

    @property
    def next(self) -> Deadline | None:
        """The most urgent thing that is to be done; a return that nobody has begun is none."""
        waiting = (one for one in self.deadlines if one.state in URGENCY[:3])
        return next((one for one in waiting if self._is_to_be_done(one)), None)

    def _is_to_be_done(self, one: Deadline) -> bool:
        nature = one.words.nature
        return nature == "duty" or (nature == "window" and Change.RETURN in self.nature.changes)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, nothing is overdue, and no paper contradicts another (what only tells aside)."""
        speaks = any(one.severity is not Severity.INFO for one in self.contradictions)
        return not (self.missing or speaks or any(one.is_overdue for one in self.deadlines))

    def as_json(self) -> dict[str, Any]:
        """The dossier for machines; keys are stable."""
        exported = self.shipment.exported
        return {
            "number": self.shipment.number,
            "exported": {"day": exported[0].isoformat(), "place": exported[1]} if exported else None,
            "kind": self.nature.as_json(),
            "complete": self.is_complete,
            "papers": [paper_json(one) for one in self.shipment.papers],
            "needs": [one.as_json() for one in self.needs],
            "missing": [one.requirement.code for one in self.missing],
            "contradictions": [one.as_json() for one in self.contradictions],
            "compared": [one.as_json() for one in self.compared],
            "deadlines": [one.as_json() for one in self.deadlines],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """All dossiers, the most urgent first, with whatever could not be read."""

    as_of: date
    dossiers: tuple[Dossier, ...]
    problems: tuple[Problem, ...]
    files: int
    ruleset: str
    ruleset_hash: str

    def of(self, number: str) -> tuple[Dossier, ...]:
        """The shipments that a person may mean by a number."""
        return tuple(one for one in self.dossiers if one.shipment.answers_to(number))

    def as_json(self) -> dict[str, Any]:
        """The answer for machines; keys are stable."""
        return {
            "as_of": self.as_of.isoformat(),
            "files": self.files,
            "ruleset": self.ruleset,
            "ruleset_hash": self.ruleset_hash,
            "shipments": [one.as_json() for one in self.dossiers],
            "problems": [one.as_json() for one in self.problems],
        }


def paper_json(one: Facts) -> dict[str, Any]:
    """A paper for machines, its content as it was read."""
    return {
        "kind": one.kind.value,
        "name": NAMES[one.kind]._asdict(),
        "number": one.held.number,
        "place": one.held.place(),
        "day": one.day.isoformat() if one.day else "",
        "content": as_json(one.held.document),
    }


def answer(read: Read, rules: tuple[RuleSet, Policy], as_of: date, enterprise: Firm | None = None) -> Answer:
    """The dossiers of everything that was read, on a day. ``enterprise`` is whose they are."""
    ruleset, policy = rules
    shipments, loose = gather(read.papers)
    twice = _used_twice(shipments)
    told = [
        _dossier(one, by_rules, policy, as_of, enterprise, twice.get(one.number, ()))
        for one, by_rules in zip(shipments, compared(shipments, policy, ruleset), strict=True)
    ]
    problems = [_loose(one) for one in loose]
    return Answer(
        as_of,
        tuple(sorted(told, key=_urgency)),
        (*read.problems, *problems),
        read.files,
        ruleset.version,
        ruleset.hash_under(policy),
    )


def _loose(one: Facts) -> Problem:
    name = NAMES[one.kind]
    told = {"name_zh": name.zh, "name_en": name.en}
    return Problem(LOOSE, one.held.at, one.held.number, one.held.file, details=told)


def _dossier(
    shipment: Shipment,
    by_rules: tuple[Compared, ...],
    policy: Policy,
    as_of: date,
    enterprise: Firm | None,
    more: Iterable[Contradiction],
) -> Dossier:
    """The dossier of one shipment; ``more`` is what contradicts papers of other shipments."""
    kind = nature(shipment, enterprise)
    due = deadlines(shipment, kind, policy, as_of)
    found = [
        *across.contradictions(shipment, kind, policy),
        *goods.contradictions(shipment),
        *more,
        *(one for told in by_rules for one in told.contradictions),
    ]
    found.sort(key=lambda one: list(Severity).index(one.severity))
    return Dossier(shipment, kind, needs(shipment, kind, policy, due), due, tuple(found), by_rules)


def _used_twice(shipments: Iterable[Shipment]) -> dict[str, list[Contradiction]]:
    """Certificates that declarations of several shipments, or several of one, name."""
    named: dict[str, dict[str, tuple[str, Facts]]] = {}
    for shipment in shipments:
        for one in shipment.papers:
            if isinstance(one.held.document, Declaration):
                for number in one.held.document.certificate_numbers():
                    named.setdefault(number, {})[one.number] = (shipment.number, one)
    told: dict[str, list[Contradiction]] = {}
    for number, users in named.items():
        for (owner, one), (other_owner, other) in combinations(users.values(), 2):
            for home, left, right in ((owner, one, other), (other_owner, other, one)):
                sides = (side(left, "certificates", number), side(right, "certificates", number))
                told.setdefault(home, []).append(contradiction("certificate_twice", *sides))
                if owner == other_owner:
                    break
    return told


def _urgency(one: Dossier) -> tuple[int, date, int, str]:
    due = one.next
    state, day = due.rank if due else (len(URGENCY), date.max)
    return state, day, -len(one.missing), one.shipment.number
