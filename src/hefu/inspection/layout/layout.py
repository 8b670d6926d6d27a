"""Where the header of a sheet stands, what it lists, and which column is which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import polars as pl

from hefu import errors
from hefu.errors import Text
from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.mapping import IGNORED
from hefu.inspection.fields.mapping import Mapping as Named
from hefu.inspection.fields.titles import called, folded, is_title, nearest, totals
from hefu.inspection.layout.beforehand import told_once
from hefu.inspection.layout.header import LEAST, Cells, Header, is_whole, read_header
from hefu.inspection.sheets.sheet import ROW

LOOKED_AT: Final = 40
"""Rows in which the header may end."""
HEIGHT: Final = 3
"""Rows that a header has at most."""
_NUMBERING: Final = ("序号", "行次", "no", "seq")
"""Titles, folded, of a column that counts the rows of a sheet and says nothing else."""
_COMPARED: Final = 8
"""Columns by which a header is known again."""

NO_HEADER = errors.kind(
    "inspection.no_header",
    http=422,
    message=Text(
        "{file} {place}: 没有找到表头; 前几行是 {value}",
        "{file} {place}: no header found; the first rows say {value}",
    ),
    cure=Text(
        "确认表中有证明编号, 报关单号, 商品代码, 数量等列名; 列名不同的用 --mapping 指定",
        "check that the sheet has titles such as certificate number, declaration number, HS code, quantity; name other"
        " titles with --mapping",
    ),
)
NO_COLUMNS = errors.kind(
    "inspection.columns_missing",
    http=422,
    message=Text(
        "{file} {place}: {paper_zh}缺少必需的列: {value_zh}; 未识别的列: {unknown_zh}",
        "{file} {place}: needed columns of {paper_en} are missing: {value_en}; columns not recognised: {unknown_en}",
    ),
    cure=Text(
        "补上这些列; 列名不同的, 用 --save-mapping 写出映射文件, 改好后以 --mapping 使用",
        "add these columns; if they have other titles, write a mapping file with --save-mapping, edit it and use it with"
        " --mapping",
    ),
)
_PAPERS: Final = {
    Paper.CERTIFICATE: Text("证明清单", "a list of certificates"),
    Paper.DECLARATION: Text("报关单清单", "a list of declarations"),
    Paper.INVOICE: Text("发票清单", "a list of invoices"),
    Paper.AGREEMENT: Text("代理协议清单", "a list of agency agreements"),
}


class Unknown(NamedTuple):
    """A column that was not recognised: its place in the sheet from 0, its title, the nearest field."""

    column: int
    title: str
    suggested: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is read. ``header`` is its last row; ``fields`` field to column of the block; ``titles`` column to
    title; ``levels`` all rows down to the header as they stand; ``told`` fields that the list tells once, with the text.
    """

    paper: Paper
    header: int
    fields: dict[str, str]
    titles: dict[str, str]
    unknown: tuple[Unknown, ...]
    levels: tuple[Cells, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> list[dict[str, str]]:
        """Every column with a title, as ``result.COLUMNS`` wants them."""
        by_column = {column: field for field, column in reversed(self.fields.items())}
        suggested = {str(one.column): one.suggested for one in self.unknown}
        return [
            {
                "column": letter(int(column)), "title": title, "field": by_column.get(column, ""),
                "suggested": suggested.get(column, ""),
            }
            for column, title in self.titles.items()
        ]  # fmt: skip

    def data(self, block: pl.DataFrame) -> pl.DataFrame:
        """The rows of a block that are data: below the header, no sums, no header told again."""
        names = [name for name in block.columns if name != ROW]
        below = block.filter(pl.col(ROW) > self.header)
        if not names or below.is_empty():
            return below
        number = self.fields.get(FIELDS[self.paper][0].name, "")
        first = pl.coalesce(names)
        heads = [_plain(pl.col(number))] if number in names else []
        sums = pl.all_horizontal(
            _plain(first).is_in(totals()), *(head.is_null() | head.is_in(totals()) for head in heads)
        )
        below = below.filter(~sums.fill_null(value=False))
        again = self._again(names)
        seen = below.get_column(names[0]).is_in(again.get_column(names[0]).implode(), nulls_equal=True)
        return below.join(again, on=again.columns, how="anti", nulls_equal=True) if seen.any() else below

    def _again(self, names: list[str]) -> pl.DataFrame:
        """The first cells of the rows down to the header, which pages may tell again."""
        rows = self.levels or (tuple(self.titles.get(name) for name in names),)
        shown = names[:_COMPARED]
        told = [[row[int(name)] if int(name) < len(row) else None for name in shown] for row in rows]
        return pl.DataFrame(
            [row for row in told if any(row)], schema=dict.fromkeys(shown, pl.String), orient="row"
        )


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[\s\W_]+", "")


def letter(column: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    told = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        told = chr(65 + rest) + told
    return told


def find_layout(
    block: pl.DataFrame, file: str, sheet: str, expected: Paper | None = None, mapping: Named | None = None
) -> Layout:
    """How the sheet that begins with ``block`` is to be read. ``expected``: what it is said to list.

    Raises ``inspection.no_header`` and ``inspection.columns_missing``.
    """
    rows = [(row[0], row[1:]) for row in block.head(LOOKED_AT).iter_rows()]
    best = _best(rows, expected, mapping or Named())
    if best is None or len(best[1].fields) < LEAST:
        shown = " / ".join(" ".join(filter(None, cells))[:60] for _, cells in rows[:3])
        errors.fail(NO_HEADER, file=file, place=sheet, value=shown)
    layout = _layout(best[1], int(-best[0][-1]), rows, mapping or Named())
    _complete(layout, file, sheet)
    return layout


def _best(
    rows: Sequence[tuple[int, Cells]], expected: Paper | None, mapping: Named
) -> tuple[tuple[float, ...], Header] | None:
    """The likeliest header with its score; of two tables one below the other that of the first."""
    known = [any(map(is_title, filter(None, cells))) for _, cells in rows]
    best: tuple[tuple[float, ...], Header] | None = None
    for at in range(len(rows)):
        for height in range(1, min(HEIGHT, at + 1) + 1):
            levels = tuple(cells for _, cells in rows[at - height + 1 : at + 1])
            if height > 1 and not any(known[at - height + 1 : at + 1]):
                continue
            for paper in Paper:
                header = read_header(levels, paper, mapping)
                score = _score(header, at, expected)
                if best is None or score > best[0]:
                    best = (score, header)
    if best is None:
        return None
    top = int(-best[0][-1]) + 1 - len(best[1].levels)
    above = _best(rows[:top], None, mapping) if top > LEAST else None
    return above if above and _has_lines(above, rows[:top]) else best


def _has_lines(found: tuple[tuple[float, ...], Header], rows: Sequence[tuple[int, Cells]]) -> bool:
    """Whether a header has all its paper needs, and rows of a table below it."""
    score, header = found
    below = [cells for _, cells in rows[int(-score[-1]) + 1 :]]
    lines = [one for one in below if len(set(filter(None, one))) >= LEAST and not _says_the_same(one, header)]
    return is_whole(header) and bool(lines)


def is_prose(block: pl.DataFrame) -> bool:
    """Whether a sheet has no row with as many cells as a header, so that it can hold no list."""
    names = [name for name in block.columns if name != ROW]
    filled = (sum(one is not None for one in row) for row in block.select(names).iter_rows())
    return max(filled, default=0) < LEAST


def _score(header: Header, at: int, expected: Paper | None) -> tuple[float, ...]:
    """Better is: more needed fields, then more fields, then what was expected or is a whole list, then fewer rows of
    header, then the first.
    """
    needed = [one for one in FIELDS[header.paper] if one.needed]
    found = sum(one.is_among(header.fields) for one in needed) / len(needed)
    wanted = (expected is header.paper) + (len(needed) > 1 and is_whole(header))
    return (len(header.fields) * (0.5 + found / 2) + 2 * wanted, found, -len(header.levels), -at)


def _layout(header: Header, at: int, rows: Sequence[tuple[int, Cells]], mapping: Named) -> Layout:
    """The layout of a header whose last row is the ``at``-th, or one further down that says the same."""
    above = [cells for _, cells in rows[: at + 1 - len(header.levels)]]
    for _, cells in rows[at + 1 : at + 3]:
        if not _says_the_same(cells, header):
            break
        at += 1
    fields = dict(header.fields)
    number = fields.get("declaration")
    if header.loose.get("item") and _is_running(rows[at + 1 :], fields["item"], number):
        del fields["item"]
    taken = set(fields.values())
    unknown = tuple(
        Unknown(int(column), title, _suggested(header, fields, column))
        for column, title in header.titles.items()
        if column not in taken
        and mapping.of(header.paper, title) != IGNORED
        and not (folded(title) in _NUMBERING and _counts(rows[at + 1 :], column))
    )
    levels = tuple(cells for _, cells in rows[: at + 1])
    told = told_once(header.paper, fields, header.titles, above)
    return Layout(header.paper, rows[at][0], fields, header.titles, unknown, levels, told)


def _suggested(header: Header, fields: dict[str, str], column: str) -> str:
    """The field that a column claims in vain, or else the nearest one that no column has."""
    if column in header.claimed:
        return header.claimed[column]
    near = nearest(header.titles[column], header.paper)
    return "" if near in fields else near


def _says_the_same(cells: Cells, header: Header) -> bool:
    """Whether a row below a header is one too: the titles in another language, or the columns counted."""
    told = [text for text in cells if text]
    counted = [str(number) for number in range(1, len(told) + 1)]
    if len(told) > LEAST and [text.strip("()（）") for text in told] == counted:
        return True
    again = read_header((cells,), header.paper, Named()).fields
    return len(again) >= LEAST and 2 * len(again.items() & header.fields.items()) > len(told)


def _is_running(rows: Sequence[tuple[int, Cells]], column: str, number: str | None) -> bool:
    """Whether a column counts the rows of the sheet, not the items of each declaration."""
    if number is None:
        return False
    papers = {cells[int(number)] for _, cells in rows if cells[int(column)]}
    return _counts(rows, column) and len(papers - {"", None}) > 1


def _counts(rows: Sequence[tuple[int, Cells]], column: str) -> bool:
    """Whether a column does nothing but count the rows: 1, 2, 3."""
    told = [cells[int(column)] for _, cells in rows if cells[int(column)]]
    return told == [str(at) for at in range(1, len(told) + 1)]


def _complete(layout: Layout, file: str, sheet: str) -> None:
    known = {*layout.fields, *layout.told}
    missing = [
        one.name for one in FIELDS[layout.paper] if one.needed and not one.counted and not one.is_among(known)
    ]
    if not missing:
        return
    names = [called(layout.paper, name) for name in missing]
    unknown = [
        (one.title, called(layout.paper, one.suggested) if one.suggested else None) for one in layout.unknown
    ]
    errors.fail(
        NO_COLUMNS,
        file=file,
        place=sheet,
        value=", ".join(missing),
        value_zh=", ".join(one.zh for one in names),
        value_en=", ".join(one.en for one in names),
        paper_zh=_PAPERS[layout.paper].zh,
        paper_en=_PAPERS[layout.paper].en,
        unknown_zh=", ".join(f"{title} (接近 {near.zh})" if near else title for title, near in unknown[:8])
        or "无",
        unknown_en=", ".join(f"{title} (near {near.en})" if near else title for title, near in unknown[:8])
        or "none",
    )
