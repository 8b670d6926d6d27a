"""The one error shape: code, side, place, value, rule and cure, in Chinese and English.

Every room registers its kinds here with :func:`kind`; a kind is a stable public code with the
HTTP status and exit code it maps to. An error carries one or more problems, because a person who
corrects a document wants to see everything that is wrong with it, not the first thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn


class Text(NamedTuple):
    """One sentence in both languages; either may hold ``{name}`` slots."""

    zh: str
    en: str

    def fill(self, slots: Mapping[str, object]) -> Text:
        """Put the slots into both sentences; a missing slot shows as an empty string."""
        safe = _Slots(slots)
        return Text(self.zh.format_map(safe), self.en.format_map(safe))


class _Slots(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A named outcome: stable code, HTTP status, exit code (DESIGN §7), message and cure."""

    code: str
    http: int
    exit: int
    message: Text
    cure: Text


_REGISTRY: dict[str, Kind] = {}


def kind(code: str, *, http: int, message: Text, cure: Text, exit_code: int = 2) -> Kind:
    """Register a kind of error under its public code. A code is registered once."""
    if code in _REGISTRY:
        raise AssertionError(f"error code registered twice: {code}")
    _REGISTRY[code] = Kind(code, http, exit_code, message, cure)
    return _REGISTRY[code]


def registry() -> Mapping[str, Kind]:
    """All kinds registered so far, by code."""
    return MappingProxyType(_REGISTRY)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what kind, in which file, at which place, with which value.

    ``details`` fills the slots of the kind's texts (besides ``file``, ``place`` and ``value``)
    and goes to machines as it is.
    """

    kind: Kind
    place: str = ""
    value: str = ""
    file: str = ""
    side: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def _slots(self) -> dict[str, object]:
        return {"file": self.file, "place": self.place, "value": self.value, **self.details}

    @property
    def message(self) -> Text:
        """What happened."""
        return self.kind.message.fill(self._slots)

    @property
    def cure(self) -> Text:
        """What the reader can do about it."""
        return self.kind.cure.fill(self._slots)

    def as_json(self) -> dict[str, Any]:
        """The problem for machines; keys are stable."""
        return {
            "code": self.kind.code,
            "side": self.side,
            "file": self.file,
            "place": self.place,
            "value": self.value,
            "message": self.message._asdict(),
            "cure": self.cure._asdict(),
            **({"details": dict(self.details)} if self.details else {}),
        }


class HefuError(Exception):
    """The only exception that crosses a room's door. Holds at least one problem."""

    def __init__(self, first: Problem, *more: Problem) -> None:
        self.problems: tuple[Problem, ...] = (first, *more)
        super().__init__("; ".join(f"[{p.kind.code}] {p.place}: {p.message.en}" for p in self.problems))

    @property
    def first(self) -> Problem:
        """The problem that decides the HTTP status and the exit code."""
        return self.problems[0]


def fail(
    what: Kind, *, place: str = "", value: object = "", file: str = "", side: str = "", **details: object
) -> NoReturn:
    """Raise a :class:`HefuError` with one problem."""
    raise HefuError(Problem(what, place, str(value), file, side, details))
