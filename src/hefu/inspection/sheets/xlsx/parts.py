"""What a workbook says of all its sheets: their names, the shared texts, which styles show days."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from hefu import errors
from hefu.errors import HefuError
from hefu.inspection.sheets.xlsx.stream import Elements, decoded, plain, root_of, runs
from hefu.inspection.sources.archives import Archive, Member
from hefu.inspection.sources.bounds import BROKEN, TOO_MUCH, Limits

_RELATION: Final = re.compile(r"\{.*[rR]elationships\}id$")
_SHARED: Final = r'^<t(?: xml:space="preserve")?>([^<]*)</t></si>\s*$'
_MOST_TEXTS: Final = 50_000_000
_DAYS: Final = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
"""Numbers of formats of days and times that need no code in the file (27-36 and 50-58 are the Chinese ones)."""
_NO_CODE: Final = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook: its sheets in order with their parts, the shared texts, for each style whether it shows days or
    elapsed hours, and whether days count from 1904.
    """

    sheets: tuple[tuple[str, Member], ...]
    texts: pl.Series
    days: frozenset[int]
    elapsed: frozenset[int]
    from_1904: bool


def workbook_of(archive: Archive, limits: Limits) -> Workbook:
    """Everything but the cells. Raises ``inspection.broken``, ``too_much`` or ``document.entities``."""
    parts: dict[str, Member] = {}
    for member in archive.members():
        if isinstance(member, HefuError):
            raise member
        parts[member.name.casefold()] = member
    start = _related(archive, parts, "").get("officeDocument", "xl/workbook.xml")
    if start.casefold() not in parts:
        errors.fail(BROKEN, file=archive.file, place=start, value="-")
    book = root_of(archive, parts[start.casefold()])
    targets = _related(archive, parts, start)
    names = [
        (
            one.get("name") or "",
            next((str(value) for key, value in one.items() if _RELATION.match(str(key))), ""),
        )
        for one in book.iterfind(".//{*}sheets/{*}sheet")
    ]
    sheets = [(name, targets[number].casefold()) for name, number in names if number in targets]
    missing = [name for name, number in names if targets.get(number, "").casefold() not in parts]
    if missing or not names:
        errors.fail(BROKEN, file=archive.file, place="".join(missing[:1]), value="sheet")
    properties = book.find(".//{*}workbookPr")
    days, elapsed = _styles(archive, parts.get(targets.get("styles", "").casefold()))
    return Workbook(
        sheets=tuple((name, parts[part]) for name, part in sheets if "chartsheets/" not in part),
        texts=_texts(archive, parts.get(targets.get("sharedStrings", "").casefold()), limits),
        days=days,
        elapsed=elapsed,
        from_1904=properties is not None and properties.get("date1904") in {"1", "true"},
    )


def _related(archive: Archive, parts: dict[str, Member], part: str) -> dict[str, str]:
    """Where the relations of a part lead, by their number and by the last word of their type."""
    folder, name = posixpath.split(part)
    rels = parts.get(posixpath.join(folder, "_rels", f"{name}.rels").casefold())
    told: dict[str, str] = {}
    if rels is not None:
        for one in root_of(archive, rels).iterfind("{*}Relationship"):
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target") or "")).lstrip("/")
            told[one.get("Id") or ""] = target
            told.setdefault((one.get("Type") or "").rsplit("/", 1)[-1], target)
    return told


def _styles(archive: Archive, member: Member | None) -> tuple[frozenset[int], frozenset[int]]:
    """The styles that show days or times, and those among them that show elapsed hours."""
    if member is None:
        return frozenset(), frozenset()
    root = root_of(archive, member)
    codes = {
        one.get("numFmtId"): one.get("formatCode") or "" for one in root.iterfind("{*}numFmts/{*}numFmt")
    }
    days, elapsed = set(), set()
    for style, one in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        number = one.get("numFmtId") or "0"
        code = _NO_CODE.sub("", codes.get(number, "")).split(";")[0]
        by_number = number not in codes and number.isdigit() and int(number) in _DAYS
        if by_number or re.search("[ymdhs]", code, re.IGNORECASE):
            days.add(style)
            if "[" in code or number == "46":
                elapsed.add(style)
    return frozenset(days), frozenset(elapsed)


def _texts(archive: Archive, member: Member | None, limits: Limits) -> pl.Series:
    """The shared texts, by their number."""
    told = pl.Series([], dtype=pl.String)
    if member is None:
        return told
    elements = Elements(archive, member, "sst", "si", limits.columns, member.name)
    for piece in elements.pieces():
        told.append(_shared(elements, piece))
        if len(told) > min(limits.cells, _MOST_TEXTS):
            errors.fail(
                TOO_MUCH,
                file=archive.file,
                place=member.name,
                value=len(told),
                limit=min(limits.cells, _MOST_TEXTS),
                what_zh="共享文本个数",
                what_en="shared texts",
            )
    return told.rechunk()


def _shared(elements: Elements, piece: str) -> pl.Series:
    parts = pl.Series([piece]).str.split("<si>").explode()
    if not parts[0].strip():
        texts = parts[1:].str.extract(_SHARED)
        if not texts.null_count():
            return plain(texts)
    tree = elements.parsed(piece)
    return decoded(pl.Series(["".join(runs(one)) for one in tree.iterfind("{*}si")], dtype=pl.String))
