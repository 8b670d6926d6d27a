"""Commodity codes over time: what a code of one day may have become by another (domain.md §6 row 9).

China changes the tariff every 1 January and splits or merges 10-digit codes in between. The table that
ships with hefu is not complete; an authority adds changes of its own, which count like the shipped ones.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from hefu import errors
from hefu.documents.fields import Day
from hefu.documents.refusal import broken, shown
from hefu.errors import HefuError, Problem, Text

COLUMNS: Final = ("since", "old", "new", "source")
_LINE: Final = 8
"""Digits of a tariff line, the shortest code there is."""

HEADER = errors.kind(
    "hs_changes.header",
    http=422,
    message=Text(
        "{file}: {place}: 表头应为 {expected}, 而不是 {value}",
        "{file}: {place}: the header must be {expected}, not {value}",
    ),
    cure=Text(
        "第一行 (注释之后) 写列名 {expected}, 以 UTF-8 保存",
        "write {expected} on the first line after the comments, and save as UTF-8",
    ),
)
ROW = errors.kind(
    "hs_changes.row",
    http=422,
    message=Text("{file}: {place}: {value}: {rule_zh}", "{file}: {place}: {value}: {rule_en}"),
    cure=Text(
        "更正该行后重新载入; 其余各行也未被采用", "correct this line and load again; no line was taken"
    ),
)


def _prefix(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{8}(?:[0-9]{2})?", value.strip()):
        raise broken("应为 8 位或 10 位数字", "must be 8 or 10 digits")
    return value.strip()


def _named(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise broken("应写明公告或出版物", "must name the act or publication")
    return value.strip()


Prefix = Annotated[str, BeforeValidator(_prefix)]
"""8 or 10 digits, standing for every code that begins with them."""


@dataclass(frozen=True, slots=True)
class Change:
    """From the day ``since`` on, goods of ``old`` may stand under ``new``; several changes of a day and
    code are a split. A code that lives on beside its successors is its own successor.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    since: Day
    old: Prefix
    new: Prefix
    source: Annotated[str, BeforeValidator(_named)]


_CHANGE: Final = TypeAdapter(Change)


def read_changes(text: str, file: str) -> tuple[Change, ...]:
    """The changes in a CSV text: ``#`` comments, the header, one change a line. Raises one
    :class:`~hefu.errors.HefuError` with every line that is wrong.
    """
    lines = [
        (number, line)
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    number, header = lines[0] if lines else (1, "")
    if _cells(header) != COLUMNS:
        expected = ",".join(COLUMNS)
        errors.fail(HEADER, place=f"line {number}", value=shown(header), file=file, expected=expected)
    found: list[Change] = []
    wrong: list[Problem] = []
    for number, line in lines[1:]:
        cells = _cells(line)
        if len(cells) != len(COLUMNS):
            rule = Text(f"应有 {len(COLUMNS)} 列", f"must have {len(COLUMNS)} columns")
            wrong.append(_problem(file, f"line {number}", shown(line), rule))
            continue
        try:
            found.append(_CHANGE.validate_python(dict(zip(COLUMNS, cells, strict=True))))
        except ValidationError as error:
            wrong += [
                _problem(
                    file,
                    f"{one['loc'][0]} (line {number})",
                    shown(one["input"]),
                    Text(one["ctx"]["zh"], one["ctx"]["en"]),
                )
                for one in error.errors(include_url=False)
            ]
    if wrong:
        raise HefuError(*wrong)
    return tuple(found)


def _cells(line: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line]), ()))
    except csv.Error:  # a cell beyond the reader's limit
        return ()


def _problem(file: str, place: str, value: str, rule: Text) -> Problem:
    return Problem(ROW, place, value, file, details={"rule_zh": rule.zh, "rule_en": rule.en})


@cache
def shipped() -> tuple[Change, ...]:
    """The changes that ship with hefu, each with its source."""
    name = "hs_changes.csv"
    return read_changes((files("hefu.documents.codes") / name).read_text(encoding="utf-8"), name)


class _Table:
    """Shipped and added changes by tariff line."""

    def __init__(self, changes: Iterable[Change]) -> None:
        leaving: dict[str, list[Change]] = defaultdict(list)
        arriving: dict[str, list[Change]] = defaultdict(list)
        for one in changes:
            leaving[one.old[:_LINE]].append(one)
            arriving[one.new[:_LINE]].append(one)
        self._leaving: Mapping[str, Sequence[Change]] = MappingProxyType(leaving)
        self._arriving: Mapping[str, Sequence[Change]] = MappingProxyType(arriving)
        self.lines = frozenset(leaving) | frozenset(arriving)

    def next_step(self, code: str, after: date, until: date) -> tuple[date, frozenset[str]] | None:
        """The first day in (after, until] with a change of the line, and what the code may be from then on."""
        rows = self._leaving.get(code[:_LINE], ())
        day = min((one.since for one in rows if after < one.since <= until), default=None)
        return None if day is None else (day, self._successors(code, day))

    def _successors(self, code: str, day: date) -> frozenset[str]:
        rows = [one for one in self._leaving.get(code[:_LINE], ()) if one.since == day]
        whole = [one for one in rows if code.startswith(one.old)]
        # a row for the 10-digit code speaks more exactly of it than the row of its line
        closest = max((len(one.old) for one in whole), default=0)
        taken = {one.new for one in whole if len(one.old) == closest}
        parts = {one.new for one in rows if one.old.startswith(code) and one.old != code}
        # rows for parts of a line leave the rest of it where it is
        return frozenset(taken | parts if whole else parts | {code})

    def state(self, code: str, day: date) -> bool | None:
        """Whether the code is in force on the day, as far as the changes tell."""
        line = code[:_LINE]
        left = {one.since for one in self._leaving.get(line, ()) if code.startswith(one.old)}
        came = {
            one.since
            for one in self._arriving.get(line, ())
            if code.startswith(one.new) and not _fits(one.old, code)
        }
        if not left | came:
            return None
        past = [one for one in left | came if one <= day]
        if not past:
            return min(left | came) in left
        last = max(past)
        return last in came or any(_fits(one, code) for one in self._successors(code, last))


def _fits(a: str, b: str) -> bool:
    """Equal on the common prefix of the shorter code (domain.md §6 row 8)."""
    return a.startswith(b) or b.startswith(a)


class _Same:
    """A sequence as a key of the cache: the very same object. To hash all of its rows on every call
    would be a scan of them.
    """

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self.changes = changes

    def __hash__(self) -> int:
        return id(self.changes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.changes is other.changes


@lru_cache(maxsize=32)
def _indexed(more: _Same) -> _Table:
    return _Table((*shipped(), *more.changes))


def _table(more: Sequence[Change]) -> _Table:
    """The index of shipped and added changes; a tuple is indexed once."""
    return _indexed(_Same(tuple(more)))


def touched(more: Sequence[Change] = ()) -> frozenset[str]:
    """The tariff lines (8 digits) that any change speaks of."""
    return _table(more).lines


def joined(old: str, new: str, after: date, until: date, more: Sequence[Change] = ()) -> bool:
    """Whether goods of code ``old`` on day ``after`` may stand under ``new`` on day ``until``: the codes
    fit, or a chain of changes with effect in (after, until] leads from one to the other.
    """
    return _fits(old, new) or any(_fits(one, new) for one in _ends(old, after, until, _table(more)))


def _ends(old: str, after: date, until: date, table: _Table) -> Iterator[str]:
    """What the code may be at the end of the days. The earliest goes first: steps lead to later days
    only, so ways that meet are walked on once.
    """
    ends = {(after, old)}
    while ends:
        since, code = min(ends)
        ends.remove((since, code))
        step = table.next_step(code, since, until)
        if step is None:
            yield code
        else:
            ends |= {(step[0], one) for one in step[1]}


def in_force(code: str, day: date, more: Sequence[Change] = ()) -> bool | None:
    """Whether the code was valid on that day: ``None`` if no change speaks of it, ``False`` if it had
    gone over into others wholly, or had not begun.

    Changes of single 10-digit codes say nothing about the line that they belong to.
    """
    return _table(more).state(code, day)
