"""What contradicts: two places, two values, and what to do, whichever check has found it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from hefu.errors import Text
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.papers import NAMES
from hefu.rules.finding import Severity


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of contradiction, as ``checks.toml`` has it."""

    severity: Severity
    message: Text
    remedy: Text
    ground: Text


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two papers: its name, the place in it, and what stands there."""

    name: Text
    place: str
    value: str

    def as_json(self) -> dict[str, Any]:
        """The side for machines."""
        return {"paper": self.name._asdict(), "place": self.place, "value": self.value}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two papers that say different things. ``code`` is stable: ``dossier.…``, or that of the rule that compared a
    declaration with its certificate.
    """

    code: str
    severity: Severity
    left: Side
    right: Side
    message: Text
    remedy: Text
    ground: Text
    item: int | None = field(default=None)

    def as_json(self) -> dict[str, Any]:
        """The contradiction for machines; keys are stable."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "item": self.item,
            "left": self.left.as_json(),
            "right": self.right.as_json(),
            "message": self.message._asdict(),
            "remedy": self.remedy._asdict(),
            "ground": self.ground._asdict(),
        }


@cache
def checks() -> Mapping[str, Check]:
    """All checks by the last part of their code."""
    told = tomllib.loads((files(__package__ or "") / "checks.toml").read_text("utf-8"))
    return {
        name: Check(
            Severity(one["severity"]),
            *(Text(one[f"{part}_zh"], one[f"{part}_en"]) for part in ("message", "remedy", "ground")),
        )
        for name, one in told.items()
    }


def named(one: Facts) -> Text:
    """A paper as a sentence names it."""
    name = NAMES[one.kind]
    return Text(f"{name.zh} {one.held.number}", f"{name.en} {one.held.number}")


def side(one: Facts, path: str, value: object) -> Side:
    """A paper as one of two sides, with what stands at a path."""
    return Side(named(one), one.held.place(path), str(value))


def contradiction(name: str, left: Side, right: Side, item: int | None = None) -> Contradiction:
    """A contradiction by the last part of its code."""
    check = checks()[name]
    message = Text(*(_said(check, left, right, item, language) for language in (0, 1)))
    return Contradiction(
        f"dossier.{name}", check.severity, left, right, message, check.remedy, check.ground, item
    )


def _said(check: Check, left: Side, right: Side, item: int | None, language: int) -> str:
    slots = {
        "left": left.name[language],
        "right": right.name[language],
        "left_value": left.value,
        "right_value": right.value,
        "item": "" if item is None else item,
    }
    return check.message[language].format_map(slots)
