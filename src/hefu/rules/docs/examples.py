"""Worked examples: for each rule a sound pair of papers, and the least edit that breaks exactly this rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pydantic import TypeAdapter

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import Day, scaled
from hefu.documents.goods import UnitCode
from hefu.documents.party import Party
from hefu.errors import Text
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.compare import compare
from hefu.rules.finding import Comparison, Finding
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet

Papers = dict[str, Any]
"""The papers by name: certificate, declaration, and where there are any further, principal, export, register."""

_DAY: Final = TypeAdapter(Day)
_UNIT: Final = TypeAdapter(UnitCode)
_COUNTED_BY: Final = {"items": "item", "lines": "line"}


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of one paper before and after; ``None`` where it is left out."""

    document: str
    field: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {name: getattr(self, name) for name in ("document", "field", "before", "after")}


@dataclass(frozen=True)
class Example:
    """A story, the papers as they would fit, the edits, and the papers as they then are."""

    code: str
    act: str
    story: Text
    edits: tuple[Changed, ...]
    sound: Papers
    papers: Papers
    settings: Mapping[str, Any]

    @property
    def certificate(self) -> dict[str, Any]:
        """The certificate as edited."""
        return dict(self.papers["certificate"])

    @property
    def declaration(self) -> dict[str, Any]:
        """The declaration as edited."""
        return dict(self.papers["declaration"])

    @property
    def policy(self) -> Policy:
        """The defaults, with the settings that the rule needs."""
        return Policy.model_validate(self.settings)

    @property
    def sound_case(self) -> Case:
        """What the comparison is given before the edit."""
        return _case(self.sound)

    @property
    def case(self) -> Case:
        """What the comparison is given after the edit."""
        return _case(self.papers)

    def judged(self, ruleset: RuleSet = CURRENT) -> Comparison:
        """What the comparison says of the edited papers."""
        (answer,) = compare([self.case], self.policy, ruleset)
        return answer

    def finding(self, ruleset: RuleSet = CURRENT) -> Finding | None:
        """What this rule says of the edited papers; ``None`` under a set without it."""
        return next((one for one in self.judged(ruleset).findings if one.code == self.code), None)

    def as_json(self, ruleset: RuleSet = CURRENT) -> dict[str, Any]:
        """For machines: the papers as edited, the edits, and what the comparison says."""
        answer = self.judged(ruleset)
        finding = next((one for one in answer.findings if one.code == self.code), None)
        told = answer.as_json()
        return {
            "story": self.story._asdict(),
            "act": self.act,
            "policy": dict(self.settings),
            "edits": [one.as_json() for one in self.edits],
            "papers": deepcopy(self.papers),
            "finding": finding and finding.as_json(),
            "verdict": {"match": told["match"], "entitlement": told["entitlement"], "passes": answer.passes},
        }


def example(code: str) -> Example | None:
    """The worked example of a rule."""
    return _examples().get(code)


def codes() -> tuple[str, ...]:
    """The codes that have an example."""
    return tuple(_examples())


def shown(value: Any) -> str:
    """A value of an edit as people read it; ``∅`` where there is none."""
    if value is None:
        return "∅"
    if isinstance(value, dict):
        return " ".join(shown(one) for one in value.values())
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


@cache
def _examples() -> Mapping[str, Example]:
    book = tomllib.loads((files("hefu.rules.docs") / "examples.toml").read_text(encoding="utf-8"))
    return {code: _example(code, told, book) for code, told in book["examples"].items()}


def _example(code: str, told: dict[str, Any], book: dict[str, Any]) -> Example:
    given, edits = _signed(told.get("given", {}), book), _signed(told.get("edits", {}), book)
    sound = _sound(told["act"], book)
    for name in ("further", "principal"):
        if any(path.startswith(f"{name}.") for path in given):
            sound[name] = deepcopy(sound["certificate"])
    for path, value in given.items():
        sound = put(sound, path, value)
    broken, changes = sound, {**edits, **dict.fromkeys(told.get("gone", ()))}
    for path, value in changes.items():
        broken = put(broken, path, value)
    return Example(
        code,
        told["act"],
        Text(told["zh"], told["en"]),
        tuple(_changed(path, at(sound, path), value) for path, value in changes.items()),
        sound,
        broken,
        told.get("policy", {}),
    )


def _changed(path: str, before: Any, after: Any) -> Changed:
    document, _, field = path.partition(".")
    return Changed(document, field, before, after)


def _sound(act: str, book: dict[str, Any]) -> Papers:
    papers: Papers = _signed(book["papers"], book)
    own = book["acts"][act]
    papers["certificate"]["purpose"] = act
    papers["certificate"]["lines"][0] |= own["line"]
    papers["declaration"] |= {"act": act, **own["declaration"]}
    if act == Act.EXPORT:
        del papers["export"]
        papers["register"] = {"certificate": papers["register"]["certificate"]}
    return papers


def _signed(value: Any, book: dict[str, Any]) -> Any:
    """A copy in which the firms stand for their names."""
    if isinstance(value, str) and value.startswith("@"):
        return dict(book["firms"][value[1:]])
    if isinstance(value, dict):
        return {key: _signed(one, book) for key, one in value.items()}
    return [_signed(one, book) for one in value] if isinstance(value, list) else value


def at(told: Any, path: str) -> Any:
    """The value at a path; ``None`` where there is none."""
    for step in path.split("."):
        name, _, number = step.rstrip("]").partition("[")
        told = (told or {}).get(name)
        if number:
            place = _place(told or [], name, int(number))
            told = None if place is None else told[place]
    return told


def put(told: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with the value at a path; ``None`` leaves it out, a new number of a list is added."""
    head, _, rest = path.partition(".")
    name, _, number = head.rstrip("]").partition("[")
    if not number:
        inner = put(told.get(name) or {}, rest, value) if rest else value
        return {key: one for key, one in {**told, name: inner}.items() if one is not None}
    rows = list(told.get(name, ()))
    place = _place(rows, name, int(number))
    counted = _COUNTED_BY.get(name)
    row: dict[str, Any] = rows[place] if place is not None else {counted: int(number)} if counted else {}
    row = put(row, rest, value) if rest else dict(value)
    rows[len(rows) if place is None else place : None if place is None else place + 1] = [row]
    return {**told, name: rows}


def _place(rows: list[dict[str, Any]], name: str, number: int) -> int | None:
    counted = _COUNTED_BY.get(name)
    if counted is None:
        return number - 1 if number <= len(rows) else None
    return next((place for place, row in enumerate(rows) if row[counted] == number), None)


def _case(papers: Papers) -> Case:
    """What customs would assemble of these papers and of what is on record."""
    register = papers["register"]
    lodged = Declaration.model_validate(papers["declaration"])
    export = _export_concerned(lodged, papers)
    named = papers.get("export")
    state = ExportState(register.get("export", "unknown"))
    if named is None or export != named["number"]:
        state = ExportState.UNKNOWN
    return Case(
        lodged,
        tuple(_standing(number, papers) for number in lodged.certificate_numbers()),
        principals=_principals(papers),
        export=export,
        original=Declaration.model_validate(named) if state is ExportState.IN_FORCE else None,
        export_state=state,
        amended_on=_DAY.validate_python(register["amended_on"]) if "amended_on" in register else None,
        changing=register.get("changing"),
        consignor=Party.model_validate(register["consignor"]) if "consignor" in register else None,
        goods_left=_left(register["left"], named["number"]) if named else {},
    )


def _export_concerned(lodged: Declaration, papers: Papers) -> str | None:
    if lodged.related is not None or lodged.act is not Act.RETURN:
        return lodged.related
    told = {line["declaration"] for line in papers["certificate"]["lines"]}
    return told.pop() if len(told) == 1 else None


def _standing(number: str, papers: Papers) -> Standing:
    free: Papers = {"certificate": "available"}
    for name, facts in (("certificate", papers["register"]), ("further", free)):
        if papers.get(name, {}).get("number") == number:
            return Standing(
                number,
                UseState(facts["certificate"]),
                Certificate.model_validate(papers[name]),
                facts.get("held_by"),
                facts.get("behind", False),
                facts.get("ticket"),
            )
    return Standing(number, UseState.UNKNOWN)


def _principals(papers: Papers) -> dict[str, Standing]:
    told = papers.get("principal")
    if told is None:
        return {}
    state = UseState(papers["register"]["principal"])
    document = None if state is UseState.UNKNOWN else Certificate.model_validate(told)
    return {told["number"]: Standing(told["number"], state, document)}


def _left(left: dict[str, str], export: str) -> dict[tuple[str, int], tuple[int, str]]:
    """What the register has left of the first exported item."""
    unit: str = _UNIT.validate_python(left["unit"])
    return {(export, 1): (scaled(Decimal(left["quantity"])), unit)}
