"""A declaration beside its certificates and the export declaration, field by field, differing fields marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.declaration import Act, Declaration, DeclarationItem
from hefu.documents.visible import visible
from hefu.inspection.findings.result import Detail
from hefu.inspection.report.rows import GOODS, HEAD, Read, Row
from hefu.inspection.report.shown import Shown, joined
from hefu.inspection.report.taken import taken
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.pairing import Pair, item_numbered, items_of, pair

ITEMS: Final = 40
"""Items of a declaration that are shown field by field, those with findings first."""
CERTIFICATES: Final = 4
"""Certificates beside a declaration that have a column of their own."""

_PATH: Final = re.compile(r"(items|becomes|lines)\[(\d+)\]\.?")
_UNLIKE: Final = frozenset({"related", "trader", "hs_code", "goods_name", "origin", "export_date"})
"""Fields of which an unlike value is worth a mark even where no rule objects."""


def beside(detail: Detail, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the page shows of a declaration: columns, sections of rows with marks, and the smallest changes.

    ``findings`` are its own, each with ``id``; a mark is the ``id`` of the finding that is about the field.
    """
    declaration = taken(Declaration, detail.declaration)
    certificates = [taken(Certificate, one) for one in detail.certificates]
    original = None if detail.original is None else taken(Declaration, detail.original)
    pairs = _pairs(declaration, certificates, original)
    loud = {one["item"] for one in findings if one["item"] is not None}
    items = sorted(items_of(Case(declaration, original=original)), key=lambda one: one.item not in loud)
    shown = sorted(items[:ITEMS], key=lambda one: one.item)
    columns = certificates[:CERTIFICATES]
    goods = [_goods(one, pairs, columns, original) for one in shown]
    drawn = {(one.standing.number, one.line.line) for one in pairs}
    for certificate in columns:
        left = [line for line in certificate.lines if (certificate.number, line.line) not in drawn]
        goods += [_left(line, certificate, columns, original) for line in left[:ITEMS]]
    head = _section(
        {"kind": "head"}, HEAD, [declaration], [[one] for one in columns], [original] if original else []
    )
    sections = [head, *goods]
    _mark(sections, findings)
    return {
        "certificates": [one.number for one in columns],
        "original": original is not None,
        "number": declaration.number,
        "export": original.number if original else "",
        "sections": [_bare(one) for one in sections],
        "more": len(items) - len(shown),
        "changes": [[edit(one) for one in change] for change in detail.changes],
    }


def _pairs(
    declaration: Declaration, certificates: Sequence[Certificate], original: Declaration | None
) -> list[Pair]:
    standings = tuple(Standing(one.number, UseState.AVAILABLE, one) for one in certificates)
    named = next((line.declaration for one in certificates for line in one.lines if line.declaration), None)
    export = None if declaration.act is Act.EXPORT else declaration.related or named
    return pair(Case(declaration, standings, export=export, original=original))


def _goods(
    item: DeclarationItem,
    pairs: Sequence[Pair],
    certificates: Sequence[Certificate],
    original: Declaration | None,
) -> dict[str, Any]:
    """An item, the lines that it draws on, and the exported item that those speak of."""
    own = [one for one in pairs if one.item.item == item.item]
    lines = [[one.line for one in own if one.standing.number == paper.number] for paper in certificates]
    number = next((one.line.item for one in own), item.item)
    source = item_numbered(original, number)
    told = _section(
        {"kind": "item", "item": item.item, "name": visible(item.goods_name or "")},
        GOODS,
        [item],
        lines,
        [source] if source else [],
    )
    told["lines"] = {(one.standing.number, one.line.line) for one in own}
    return told


def _left(
    line: CertificateLine,
    paper: Certificate,
    certificates: Sequence[Certificate],
    original: Declaration | None,
) -> dict[str, Any]:
    lines = [[line] if one is paper else [] for one in certificates]
    source = item_numbered(original, line.item)
    about = {"kind": "line", "item": None, "line": line.line, "name": visible(line.goods_name or "")}
    told = _section(about, GOODS, [], lines, [source] if source else [])
    told["lines"] = {(paper.number, line.line)}
    return told


def _section(
    about: dict[str, Any],
    rows: Iterable[Row],
    declared: Sequence[Any],
    certified: Sequence[Sequence[Any]],
    original: Sequence[Any],
) -> dict[str, Any]:
    """All rows of a section; the cells in the order of the columns."""
    told: list[dict[str, Any]] = []
    for row in rows:
        sides = [
            (row.declared, declared),
            *((row.certified, one) for one in certified),
            (row.declared, original),
        ]
        cells = [_cell(read, papers) for read, papers in sides]
        unlike = row.name in _UNLIKE and _unlike(cells)
        told.append({"field": row.name, "cells": cells, "marks": [], "fields": row.fields, "unlike": unlike})
    return {**about, "rows": told, "lines": set()}


def _cell(read: Read | None, papers: Sequence[Any]) -> Shown:
    if read is None:
        return ""
    return joined([told for told in map(read, papers) if told])


def _unlike(cells: Sequence[Shown]) -> bool:
    """Whether the certificates say something else than the declaration."""
    return bool(cells[0]) and any(one and one != cells[0] for one in cells[1:-1])


def _mark(sections: Sequence[dict[str, Any]], findings: Sequence[Mapping[str, Any]]) -> None:
    """Every finding at the field that it is about: of its item or line if that has the field, else of the head, else at
    the number of the papers.
    """
    for one in findings:
        place = (one["certificate"], one["line"])
        own = [
            section
            for section in sections
            if section["kind"] != "head"
            and (section["item"] == one["item"] if one["item"] is not None else place in section["lines"])
        ]
        about = (
            row for section in (*own, sections[0]) for row in section["rows"] if one["field"] in row["fields"]
        )
        next(about, sections[0]["rows"][0])["marks"].append(one["id"])


def _bare(section: dict[str, Any]) -> dict[str, Any]:
    """A section as JSON, with the rows in which some paper says something or a finding says that it should."""
    rows = [
        {name: row[name] for name in ("field", "cells", "marks", "unlike")}
        for row in section["rows"]
        if any(row["cells"]) or row["marks"]
    ]
    return {**{name: one for name, one in section.items() if name != "lines"}, "rows": rows}


def _said(told: Mapping[str, str]) -> Shown:
    zh, en = visible(told["zh"]), visible(told["en"])
    return zh if zh == en else [zh, en]


def edit(one: Mapping[str, Any]) -> dict[str, Any]:
    """An edit of the smallest change, its place and values in words."""
    path = str(one["field"])
    found = _PATH.match(path)
    field = path[found.end() :] if found else path
    name = field.split(".")[-1]
    who = [one["who"]["zh"], one["who"]["en"]]
    parts: dict[str, Any] = {"paper": one["document"], "number": one["number"], "who": who}
    if found:
        parts |= {"part": "line" if found[1] == "lines" else "item", "at": int(found[2])}
    named = field.split(".")[0] if name in ("quantity", "unit", "uscc", "customs_code", "name") else name
    values = {side: _said(one["words"][side]) for side in ("before", "after")}
    return {**parts, "field": named or (found and found[1]), "path": path, **values}
