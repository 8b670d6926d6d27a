"""The rows of a header as fields: which column has which, where several claim one and one may be several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hefu.inspection.fields.fields import FIELDS, UNIT_OF, Paper
from hefu.inspection.fields.mapping import IGNORED, Mapping
from hefu.inspection.fields.titles import LONGEST, Claim, claim, folded, joined

Cells = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Rows of a header read as fields of a paper: ``fields`` field to column, ``titles`` column to title of all levels,
    ``claimed`` column to a field that another column has, ``loose`` fields whose title might say something else.
    """

    paper: Paper
    levels: tuple[Cells, ...]
    fields: dict[str, str]
    titles: dict[str, str]
    claimed: dict[str, str]
    loose: dict[str, str]


LEAST: Final = 3
"""Titles that a header has at least, unless a mapping names them."""


def is_whole(header: Header) -> bool:
    """Whether a header has every column that its paper needs, and is a header."""
    needed = [one for one in FIELDS[header.paper] if one.needed and not one.counted]
    return len(header.fields) >= LEAST and all(one.is_among(header.fields) for one in needed)


def read_header(levels: Sequence[Cells], paper: Paper, mapping: Mapping) -> Header:
    """The fields of one to three rows. The surest title of a field has it, of several the first."""
    titles: dict[str, str] = {}
    sure: list[tuple[int, int, str]] = []
    loose: dict[int, tuple[str, ...]] = {}
    for column, parts in enumerate(zip(*levels, strict=True)):
        told = list(dict.fromkeys(part for part in parts if part))
        if not told:
            continue
        titles[str(column)] = " ".join(told)
        for rank, found in enumerate(_claims(told, paper, mapping)):
            if found.field:
                sure.append((rank, column, found.field))
            elif found.loose:
                loose.setdefault(column, found.loose)
    fields: dict[str, str] = {}
    claimed: dict[str, str] = {}
    taken: set[int] = set()
    for _, column, field in sorted(sure):
        if column in taken:
            continue
        if field in fields:
            claimed.setdefault(str(column), field)
            continue
        fields[field] = str(column)
        taken.add(column)
    told_loosely = _settle({at: names for at, names in loose.items() if at not in taken}, fields, claimed)
    _join(titles, fields, paper)
    kept = {column: field for column, field in claimed.items() if column not in fields.values()}
    return Header(paper, tuple(levels), fields, titles, kept, told_loosely)


def _join(titles: dict[str, str], fields: dict[str, str], paper: Paper) -> None:
    """A column that nothing else has, with a quantity and its unit in each cell, is both."""
    for column, title in titles.items():
        for quantity in joined(title, paper) if column not in fields.values() else ():
            if quantity not in fields and UNIT_OF[quantity] not in fields:
                fields[quantity] = fields[UNIT_OF[quantity]] = column
                break


def _claims(parts: list[str], paper: Paper, mapping: Mapping) -> Iterator[Claim]:
    """What a title may stand for, the surest first: as mapped, all its levels together, the lowest, the outer ones."""
    whole = "".join(parts)
    for one in (" ".join(parts), whole, parts[-1]):
        mapped = mapping.of(paper, one)
        if mapped is not None:
            yield Claim(mapped) if mapped != IGNORED else Claim()
            return
    yield Claim()  # a mapped title goes before all others
    yield claim(whole, paper)
    if len(parts) > 1 and len(whole) <= 2 * LONGEST:
        yield claim(parts[-1], paper)
        yield claim(parts[0] + parts[-1], paper)
        yield claim(parts[0], paper) if folded(parts[-1]) in ("", folded(parts[0])) else Claim()


def _settle(
    loose: dict[int, tuple[str, ...]], fields: dict[str, str], claimed: dict[str, str]
) -> dict[str, str]:
    """Give titles that say too little the first of their fields that is free; returns those fields. A unit beside a
    quantity is the unit of that quantity, and a quantity beside such a unit is one whose unit is free.
    """
    told: dict[str, str] = {}
    units = set(UNIT_OF.values())
    of_column = {int(column): field for field, column in fields.items()}
    for column in sorted(loose):
        names = [name for name in loose[column] if name not in fields]
        beside = UNIT_OF.get(of_column.get(column - 1, ""))
        if units & set(loose[column]) and beside is not None and beside not in fields:
            names = [beside]
        if any(UNIT_OF.get(name) in loose.get(column + 1, ()) for name in names):
            names = [name for name in names if UNIT_OF.get(name) not in fields] or names
        if not names:
            claimed[str(column)] = loose[column][0]
            continue
        fields[names[0]] = str(column)
        of_column[column] = told[names[0]] = names[0]
    return told
