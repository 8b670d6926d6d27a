"""The words of the pages: the table of comparisons, conditions, columns and settings, from the TOML files here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hefu.errors import Text
from hefu.rules import (
    agency,
    commodity,
    dates,
    existence,
    mode,
    original,
    party,
    purpose,
    quantity,
    refund,
    value,
)
from hefu.rules.rule import Rule

SUBJECTS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "existence": existence.RULES,
    "purpose": purpose.RULES,
    "original": original.RULES,
    "party": party.RULES,
    "agency": agency.RULES,
    "commodity": commodity.RULES,
    "quantity": quantity.RULES,
    "value": value.RULES,
    "dates": dates.RULES,
    "mode": mode.RULES,
    "refund": refund.RULES,
}
"""The rules by subject, a page each."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what stands on either side, and how it is compared."""

    number: int
    certificate: Text
    declaration: Text
    how: Text


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that must be told apart, and the rules that give it."""

    told: Text
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the policy: what it is about, its values, where the default comes from, the rules it moves."""

    means: Text
    values: Text
    source: Text
    rules: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    """The table, in the order of its numbers."""
    return tuple(
        Row(one["number"], *(Text(*one[part]) for part in ("certificate", "declaration", "how")))
        for one in _book("table")["rows"]
    )


@cache
def answers() -> tuple[Answer, ...]:
    """The answers that must be told apart."""
    return tuple(Answer(Text(*one["told"]), tuple(one["codes"])) for one in _book("table")["answers"])


@cache
def subject_title(subject: str) -> Text:
    """The question of a subject."""
    return Text(*_book("table")["subjects"][subject])


def rows_of(rule: Rule) -> tuple[int, ...]:
    """The rows of the table that a rule answers."""
    return tuple(int(one) for one in rule.row.split(","))


@cache
def conditions() -> Mapping[str, Text]:
    """By code: when the rule speaks."""
    return {code: Text(*told) for code, told in _book("conditions")["conditions"].items()}


@cache
def settings() -> Mapping[str, Setting]:
    """By name: the settings of the policy."""
    return {
        name: Setting(
            Text(*told["means"]), Text(*told["values"]), Text(*told["source"]), tuple(told["rules"])
        )
        for name, told in _book("policies").items()
    }


@cache
def papers() -> Mapping[str, Text]:
    """The papers and registers that are read."""
    return {name: Text(*told) for name, told in _book("columns")["papers"].items()}


def column(name: str) -> Text:
    """The value of a column, in words."""
    shown = _book("columns")["shown"]
    told = shown.get(name) or next(one[name] for one in _book("columns")["fields"].values() if name in one)
    return Text(*told)


def is_told(column: str) -> bool:
    """Whether there are words for what a column is read from."""
    known = {name for one in _book("columns")["fields"].values() for name in one}
    return known.issuperset(_book("columns")["worked_out"].get(column, (column,)))


def fields(columns: Iterable[str]) -> dict[str, list[Text]]:
    """What columns are read from: by paper, the fields in words."""
    worked_out, known = _book("columns")["worked_out"], _book("columns")["fields"]
    wanted = {one for name in columns for one in worked_out.get(name, (name,))}
    told = {paper: [Text(*one[name]) for name in one if name in wanted] for paper, one in known.items()}
    return {paper: texts for paper, texts in told.items() if texts}


@cache
def _book(name: str) -> dict[str, Any]:
    return tomllib.loads((files("hefu.rules.docs") / f"{name}.toml").read_text(encoding="utf-8"))
