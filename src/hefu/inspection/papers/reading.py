"""Reading all that was given: files to sheets and documents, sheets to typed rows, everything onto the shelves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import polars as pl

from hefu.documents.readers.json_documents import read_papers
from hefu.errors import HefuError
from hefu.inspection.fields.fields import Paper
from hefu.inspection.fields.mapping import Mapping
from hefu.inspection.layout.columns import KEYS, Order, read_block
from hefu.inspection.layout.layout import LOOKED_AT, NO_HEADER, Layout, find_layout, is_prose
from hefu.inspection.layout.tables import next_table, side_by_side
from hefu.inspection.papers.shelved import Papers
from hefu.inspection.sheets.opening import Sheet, sheets
from hefu.inspection.sheets.sheet import ROW
from hefu.inspection.sources.finding import Source, Sources

DOCUMENTS: Final = frozenset({"xml", "json", "jsonl"})
BLOCK: Final = 250_000
"""Rows of a sheet that are read together."""
BULK_BYTES: Final = 256 * 1024 * 1024
"""The largest file of documents: a bulk download may hold very many, each bounded by itself."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given: paths, and what they are said to list (``None``: whatever they say themselves)."""

    paths: Sequence[Path]
    paper: Paper | None = None


def read_all(
    given: Sequence[Given],
    papers: Papers,
    scratch: Path,
    mapping: Mapping | None = None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> list[Layout]:
    """Everything that can be read comes onto the shelves of ``papers``, everything else among its refusals. Returns
    how the sheets were understood. ``on_bytes`` is told the size of each file when it is done.
    """
    layouts: list[Layout] = []
    found = Sources(scratch)
    for one in given:
        for source in found.read(one.paths):
            if isinstance(source, HefuError):
                papers.refuse_file(source)
                continue
            if source.form in DOCUMENTS:
                _read_documents(source, papers)
            else:
                layouts += _read_sheets(source, one.paper, papers, mapping)
            on_bytes(source.size)
    return layouts


def _read_documents(source: Source, papers: Papers) -> None:
    place = papers.open(source.name)
    data = source.path.read_bytes()
    for row, paper in enumerate(read_papers(data, source.name, BULK_BYTES, at_desk=True), 1):
        if isinstance(paper, HefuError):
            papers.refuse_file(paper, place, row)
        else:
            papers.add_document(place, paper, row)


def _read_sheets(
    source: Source, paper: Paper | None, papers: Papers, mapping: Mapping | None
) -> list[Layout]:
    told: list[Layout] = []
    notes: list[tuple[Sheet, HefuError]] = []
    for sheet in _tables(source, papers, mapping):
        try:
            told += _read_sheet(sheet, paper, papers, mapping)
        except HefuError as error:
            if error.first.kind is NO_HEADER and is_prose(next(sheet.blocks(LOOKED_AT))):
                notes.append((sheet, error))
            else:
                _refuse_sheet(sheet, error, papers)
    for sheet, wrong in notes:  # beside a list it is a note; alone it is a file that could not be read
        if told:
            papers.noted(papers.open(sheet.source, sheet.name))
        else:
            _refuse_sheet(sheet, wrong, papers)
    return told


def _tables(source: Source, papers: Papers, mapping: Mapping | None) -> Iterator[Sheet]:
    """The sheets of a source, those that stand side by side apart."""
    for sheet in sheets(source):
        if isinstance(sheet, HefuError):
            papers.refuse_file(sheet)
            continue
        try:
            parts = side_by_side(sheet, mapping)
        except HefuError:  # told when it is read
            parts = [sheet]
        yield from parts


def _refuse_sheet(sheet: Sheet, wrong: HefuError, papers: Papers) -> None:
    """A sheet of which nothing can be judged: each of its rows is refused, for one reason."""
    rows = 0
    with suppress(HefuError):
        rows = sum(block.height for block in sheet.blocks(BLOCK))
    papers.refuse_sheet(wrong, papers.open(sheet.source, sheet.name), max(rows, 1))


def _read_sheet(sheet: Sheet, paper: Paper | None, papers: Papers, mapping: Mapping | None) -> list[Layout]:
    """One sheet, table by table; an empty one is told without rows."""
    blocks = sheet.blocks(BLOCK)
    rest = next(blocks, None)
    if rest is None or rest.is_empty():
        papers.open(sheet.source, sheet.name)
        return []
    layouts: list[Layout] = []
    while rest is not None:
        layout = find_layout(rest, sheet.source, sheet.name, None if layouts else paper, mapping)
        layouts.append(layout)
        rest = _read_table(layout, chain([rest], blocks), sheet, papers)
    return layouts


def _read_table(
    layout: Layout, blocks: Iterator[pl.DataFrame], sheet: Sheet, papers: Papers
) -> pl.DataFrame | None:
    """One table, block by block. Returns the rows of its last block from the header of another table on, if there is
    one.
    """
    source = papers.open(sheet.source, sheet.name, layout.paper, layout.header)
    papers.columns(source, layout.columns())
    rest: pl.DataFrame | None = None
    number: str | None = None
    order: Order | None = None
    left_out = 0
    notes: list[pl.DataFrame] = []
    try:
        for block in blocks:
            read = read_block(block, layout, number, order)
            at = next_table(block, layout, read.refused["row"], layout.fields.get(KEYS[layout.paper], ""))
            if at is not None:
                rest = block.filter(pl.col(ROW) >= at)
                read = read_block(block.filter(pl.col(ROW) < at), layout, number, order)
            number, order = read.number, read.order
            left_out += read.left_out
            notes.append(read.notes)
            papers.refuse(source, read.refused)
            papers.add_rows(source, read.rows, read.counted)
            if rest is not None:
                break
    except HefuError as error:  # what came before stays judged, what comes after is told as refused
        papers.refuse_file(error, source)
    papers.left_out(source, left_out)
    papers.notes(source, notes)
    papers.told_once(source, layout.told)
    papers.presumed(source, {*layout.fields, *layout.told})
    if order is not None:
        papers.counted(source)
    return rest
