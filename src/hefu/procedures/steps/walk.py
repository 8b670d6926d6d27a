"""The steps of a procedure in their order, each with where it stands in this case."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hefu.errors import Text
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.dossier.deadlines import Deadline
from hefu.procedures.dossier.kinds import Trade
from hefu.procedures.steps.conditions import DONE, NEEDED, WARNINGS, NotTold
from hefu.procedures.steps.known import Known
from hefu.protocol.records import Side


class Procedure(StrEnum):
    """What is to be gone through."""

    RETURN = "return"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"
    AGENCY_EXPORT = "agency-export"


class Standing(StrEnum):
    """Where a step stands: ``now`` is to be done by who asks, ``waiting`` by another; ``unknown``: the node that knows
    has not told.
    """

    DONE = "done"
    NOW = "now"
    WAITING = "waiting"
    BLOCKED = "blocked"
    LATER = "later"
    UNKNOWN = "unknown"


ROLES: Final[Mapping[str, Text]] = {
    "exporter": Text("出口企业", "exporter"),
    "agent": Text("受托方", "agent"),
    "principal": Text("委托方", "principal"),
    "tax_officer": Text("税务人员", "tax officer"),
    "customs_officer": Text("关员", "customs officer"),
    "link": Text("系统 (两署联网)", "the systems of both authorities"),
}
_SIDES: Final = {
    Side.TAX: Text("税务节点", "the tax node"),
    Side.CUSTOMS: Text("海关节点", "the customs node"),
}
_TRADES: Final = {Trade.OWN: "exporter", Trade.AGENT: "agent", Trade.PRINCIPAL: "principal"}


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the procedure's file has it."""

    id: str
    who: str
    title: Text
    do: Text
    paper: Text
    source: Text
    assumption: bool
    needed: str
    done: str
    warn: tuple[str, ...]
    heed: tuple[str, ...]
    after: tuple[str, ...]
    due: str
    command: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A step in this case. ``who`` is the role that does it; ``evidence`` the number of what shows that it is done;
    ``notes`` what blocks it, what is to be heeded, or which node does not tell; ``late``: its day has passed.
    """

    step: Step
    standing: Standing
    who: str
    evidence: str = ""
    notes: tuple[Text, ...] = ()
    deadline: Deadline | None = None
    command: str = ""
    late: bool = False

    def as_json(self) -> dict[str, Any]:
        """The step for machines; keys are stable."""
        step = self.step
        return {
            "step": step.id,
            "standing": self.standing.value,
            "who": self.who,
            "who_name": ROLES[self.who]._asdict(),
            "title": step.title._asdict(),
            "do": step.do._asdict(),
            "paper": step.paper._asdict(),
            "evidence": self.evidence,
            "notes": [one._asdict() for one in self.notes],
            "deadline": self.deadline.as_json() if self.deadline else None,
            "late": self.late,
            "source": step.source._asdict(),
            "assumption": step.assumption,
            "command": self.command,
        }


@dataclass(frozen=True, slots=True)
class Walk:
    """A procedure in this case."""

    procedure: Procedure
    title: Text
    export: str
    steps: tuple[Taken, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be done."""
        return all(one.standing is Standing.DONE for one in self.steps)

    def standing(self, *standings: Standing) -> list[Taken]:
        """Its steps that stand so."""
        return [one for one in self.steps if one.standing in standings]

    def as_json(self) -> dict[str, Any]:
        """The procedure for machines; keys are stable."""
        return {
            "procedure": self.procedure.value,
            "title": self.title._asdict(),
            "export": self.export,
            "done": self.is_done,
            "steps": [one.as_json() for one in self.steps],
        }


@cache
def _told(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__ or "") / f"{name}.toml").read_text("utf-8"))


@cache
def steps_of(procedure: Procedure) -> tuple[Step, ...]:
    """The steps of a procedure, in order."""
    made: list[Step] = []
    for own in _told(procedure.value)["step"]:
        told = {**(_told("shared")[own["like"]] if "like" in own else {}), **own}
        before = (made[-1].id,) if made else ()
        made.append(
            Step(
                told["id"],
                told["who"],
                _text(told, "title"),
                _text(told, "do"),
                _text(told, "paper"),
                _text(told, "source"),
                told.get("assumption", False),
                told.get("needed", "always"),
                told["done"],
                tuple(told.get("warn", ())),
                tuple(told.get("heed", ())),
                tuple(told.get("after", before)),
                told.get("due", ""),
                told.get("command", ""),
            )
        )
    return tuple(made)


def _text(told: Mapping[str, Any], name: str) -> Text:
    return Text(told.get(f"{name}_zh", ""), told.get(f"{name}_en", ""))


def walk(procedure: Procedure, known: Known, viewer: Iterable[str] = ()) -> Walk:
    """The steps that this case needs. ``viewer`` are the roles of who asks; without any, the enterprise whose papers
    these are.
    """
    roles = frozenset(viewer) or frozenset({_TRADES[known.nature.trade]})
    steps = [one for one in steps_of(procedure) if NEEDED[one.needed](known)]
    here = {one.id for one in steps}
    taken: dict[str, Taken] = {}
    for step in steps:
        before = [taken[one] for one in _before(procedure, step, here)]
        taken[step.id] = _taken(step, known, before, roles)
    title = _text(_told(procedure.value), "title")
    return Walk(procedure, title, known.export, tuple(taken.values()))


def _before(procedure: Procedure, step: Step, here: set[str]) -> list[str]:
    """The steps that come before: in the place of one that the case does not need, those before that."""
    by_id = {one.id: one for one in steps_of(procedure)}
    found: list[str] = []
    for one in step.after:
        found += [one] if one in here else _before(procedure, by_id[one], here)
    return list(dict.fromkeys(found))


def _taken(step: Step, known: Known, before: list[Taken], roles: frozenset[str]) -> Taken:
    who = step.who
    if who == "trader":
        who = "agent" if known.is_agency else "exporter"
    due = known.due.get(step.due)
    late = due is not None and due.day is not None and due.day < known.today
    try:
        evidence = DONE[step.done](known)
        if evidence is not None:
            return Taken(step, Standing.DONE, who, evidence, deadline=due)
        command = _filled(step.command, known)
        if any(one.standing is not Standing.DONE for one in before):
            return Taken(step, Standing.LATER, who, deadline=due, late=late)
        blocking, notes = (_warnings(names, known) for names in (step.warn, step.heed))
    except NotTold as missing:
        why = known.silent[missing.side]
        side = _SIDES[missing.side]
        note = Text(f"{side.zh}: {why.zh}", f"{side.en}: {why.en}")
        return Taken(step, Standing.UNKNOWN, who, notes=(note,), deadline=due, late=late)
    standing = Standing.NOW if who in roles else Standing.WAITING
    if blocking:
        standing = Standing.BLOCKED
    return Taken(step, standing, who, "", blocking + notes, due, command, late)


def _warnings(names: Iterable[str], known: Known) -> tuple[Text, ...]:
    return tuple(found for found in (WARNINGS[one](known) for one in names) if found is not None)


def _filled(command: str, known: Known) -> str:
    """The next command with the numbers of this case; what has none yet stays a word in capitals."""
    exported = known.shipment.exported
    quarter = Quarter(exported[0].year, (exported[0].month + 2) // 3) if exported else "QUARTER"
    numbers = {
        "export": known.export,
        "certificate": (known.certificate() or {}).get("number", "CERTIFICATE"),
        "application": (known.application() or {}).get("number", "APPLICATION"),
        "act": (known.act or {}).get("number", "DECLARATION"),
        "quarter": quarter,
    }
    return command.format(**numbers)
