"""Which papers a shipment needs, which of them are there, who provides what is missing, and on what ground."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.codes.tables import modes
from hefu.errors import Text
from hefu.procedures.dossier.deadlines import NEW_RULES, Deadline
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.kinds import CHANGES, Change, Nature
from hefu.procedures.dossier.papers import NAMES, Kind
from hefu.procedures.dossier.shipment import Shipment
from hefu.rules.policy import Policy


class Presence(StrEnum):
    """``present``; ``missing`` now; ``later``: there is time for it, or what it follows has not happened."""

    PRESENT = "present"
    MISSING = "missing"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A paper that kinds of shipments need, as ``required.toml`` has it."""

    papers: tuple[str, ...]
    of: frozenset[str]
    since: str
    only_if: str
    due: str
    source: Text
    ground: Text
    assumption: bool

    @property
    def code(self) -> str:
        """A stable name."""
        return "|".join(self.papers)

    @property
    def name(self) -> Text:
        """The paper as people call it."""
        told = [_named(one) for one in self.papers]
        return Text(" 或 ".join(one.zh for one in told), " or ".join(one.en for one in told))


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement of one shipment and how it stands; ``found`` are the papers that meet it."""

    requirement: Requirement
    presence: Presence
    found: tuple[Facts, ...]
    deadline: Deadline | None

    def as_json(self) -> dict[str, Any]:
        """The need for machines; keys are stable."""
        what = self.requirement
        return {
            "paper": what.code,
            "name": what.name._asdict(),
            "presence": self.presence.value,
            "found": [
                {
                    "number": one.held.number,
                    "place": one.held.place(),
                    "day": one.day.isoformat() if one.day else "",
                }
                for one in self.found
            ],
            "due": self.deadline.day.isoformat() if self.deadline and self.deadline.day else "",
            "deadline": what.due,
            "from": what.source._asdict(),
            "ground": what.ground._asdict(),
            "assumption": what.assumption,
        }


def _named(code: str) -> Text:
    kind, _, purpose = code.partition(":")
    name = NAMES[Kind(kind)]
    if not purpose:
        return name
    use = CHANGES[Change(purpose)]
    return Text(f"{name.zh} ({use.zh})", f"{name.en} ({use.en})")


@cache
def requirements() -> tuple[Requirement, ...]:
    """All requirements, in the order in which papers come about."""
    told = tomllib.loads((files(__package__ or "") / "required.toml").read_text("utf-8"))
    return tuple(
        Requirement(
            tuple(one["paper"]),
            frozenset(one["of"]),
            one["since"],
            one.get("only_if", ""),
            one.get("due", ""),
            Text(one["from_zh"], one["from_en"]),
            Text(one["ground_zh"], one["ground_en"]),
            one.get("assumption", False),
        )
        for one in told["required"]
    )


def needs(
    shipment: Shipment, kind: Nature, policy: Policy, deadlines: Iterable[Deadline]
) -> tuple[Need, ...]:
    """What a shipment of some kind needs."""
    due: dict[str, Deadline] = {}
    for one in deadlines:  # the most urgent comes first
        due.setdefault(one.code, one)
    return tuple(
        _need(shipment, what, due.get(what.due))
        for what in requirements()
        if what.of & kind.names
        and _CONDITIONS[what.only_if](shipment, policy)
        and (what.due in ("", *due) or not shipment.exported or what.since == "claim")
    )


def _need(shipment: Shipment, what: Requirement, deadline: Deadline | None) -> Need:
    found = tuple(one for one in shipment.papers if any(_meets(one, paper) for paper in what.papers))
    if found:
        return Need(what, Presence.PRESENT, found, deadline)
    comes = what.since == "start" or (
        shipment.exported if what.since == "export" else shipment.of(Kind.CLAIM)
    )
    is_due = comes and (deadline is None or deadline.is_overdue)
    return Need(what, Presence.MISSING if is_due else Presence.LATER, (), deadline)


def _meets(one: Facts, paper: str) -> bool:
    kind, _, purpose = paper.partition(":")
    if one.kind.value != kind:
        return False
    document = one.held.document
    if kind != Kind.CERTIFICATE.value or not isinstance(document, Certificate):
        return True
    return document.purpose.value == (purpose or Purpose.EXPORT.value)


def refundable(shipment: Shipment, _: Policy) -> bool:
    """Whether exports under its supervision mode are refunded, as far as is known (a property of the mode)."""
    export = shipment.export
    mode = modes().get(export.mode or "") if export else None
    return mode is None or mode.refundable != "no"


def _by_broker(shipment: Shipment, _: Policy) -> bool:
    export = shipment.export
    return bool(export and export.declarant and not export.declarant.is_same(export.trader))


def _before_export(shipment: Shipment, policy: Policy) -> bool:
    exported = shipment.exported
    return policy.scope == "broad" and (exported is None or exported[0] >= NEW_RULES)


def _bought(shipment: Shipment, _: Policy) -> bool:
    return bool(shipment.of(Kind.PURCHASE_CONTRACT, Kind.PURCHASE_INVOICE))


_CONDITIONS: Final[Mapping[str, Callable[[Shipment, Policy], bool]]] = {
    "": lambda _shipment, _policy: True,
    "broker": _by_broker,
    "purchase": _bought,
    "broad": _before_export,
    "refundable": refundable,
}
