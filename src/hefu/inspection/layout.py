"""Where the header of a sheet stands, what it lists, and which column is which field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from hefu import errors
from hefu.errors import Text
from hefu.inspection.fields import FIELDS, Paper
from hefu.inspection.mapping import IGNORED, Mapping
from hefu.inspection.sheet import ROW
from hefu.inspection.titles import called, field_of, folded, nearest, totals

LOOKED_AT: Final = 40
"""Rows in which the header may end."""
_HEIGHT: Final = 3
_LEAST: Final = 3
"""Titles that a header has at least, unless a mapping names them."""

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
    title.
    """

    paper: Paper
    header: int
    fields: dict[str, str]
    titles: dict[str, str]
    unknown: tuple[Unknown, ...]

    def recognised(self) -> dict[str, str]:
        """Title to field."""
        return {self.titles[column]: field for field, column in self.fields.items()}

    def columns(self) -> list[dict[str, str]]:
        """Every column with a title, as ``result.COLUMNS`` wants them."""
        by_column = {column: field for field, column in self.fields.items()}
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
        again = pl.all_horizontal(
            pl.col(column).eq_missing(pl.lit(self.titles[column]))
            for column in list(self.fields.values())[:4]
        )
        first = pl.coalesce(names).str.to_lowercase().str.replace_all(r"[\s\W_]+", "")
        return below.filter(~again & ~first.is_in(list(totals())).fill_null(value=False))


def letter(column: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    told = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        told = chr(65 + rest) + told
    return told


def find_layout(
    block: pl.DataFrame, file: str, sheet: str, expected: Paper | None = None, mapping: Mapping | None = None
) -> Layout:
    """How the sheet that begins with ``block`` is to be read. ``expected``: what it is said to list.

    Raises ``inspection.no_header`` and ``inspection.columns_missing``.
    """
    rows = [(row[0], row[1:]) for row in block.head(LOOKED_AT).iter_rows()]
    best: tuple[tuple[float, ...], Layout] | None = None
    for at in range(len(rows)):
        for height in range(1, min(_HEIGHT, at + 1) + 1):
            levels = [cells for _, cells in rows[at - height + 1 : at + 1]]
            for paper in Paper:
                layout = _read(levels, rows[at][0], paper, mapping or Mapping())
                score = _score(layout, expected, height)
                if best is None or score > best[0]:
                    best = (score, layout)
    if best is None or len(best[1].fields) < _LEAST:
        shown = " / ".join(" ".join(filter(None, cells))[:60] for _, cells in rows[:3])
        errors.fail(NO_HEADER, file=file, place=sheet, value=shown)
    _complete(best[1], file, sheet)
    return best[1]


def _score(layout: Layout, expected: Paper | None, height: int) -> tuple[float, ...]:
    """Better is: more needed fields, then more fields, then what was expected, then fewer rows of header."""
    needed = [one.name for one in FIELDS[layout.paper] if one.needed]
    found = sum(name in layout.fields for name in needed) / len(needed)
    wanted = expected is layout.paper
    return (len(layout.fields) * (0.5 + found / 2) + 2 * wanted, found, -height, -layout.header)


def _read(levels: Sequence[tuple[str | None, ...]], header: int, paper: Paper, mapping: Mapping) -> Layout:
    """Titles of one to three rows read as fields; the first column of a field has it, unless another names it more
    fully.
    """
    fields: dict[str, str] = {}
    titles: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for column, parts in enumerate(zip(*levels, strict=True)):
        told = list(dict.fromkeys(part for part in parts if part))
        if not told:
            continue
        titles[str(column)] = " ".join(told)
        for rank, name in enumerate(_names(told, paper, mapping)):
            if name and (name not in fields or rank < ranks[name]):
                fields[name], ranks[name] = str(column), rank
                break
    taken = set(fields.values())
    unknown = tuple(
        Unknown(int(column), title, "" if nearest(title, paper) in fields else nearest(title, paper))
        for column, title in titles.items()
        if column not in taken and mapping.of(paper, title) != IGNORED
    )
    return Layout(paper, header, fields, titles, unknown)


def _names(parts: list[str], paper: Paper, mapping: Mapping) -> Iterator[str | None]:
    """The fields that a title may stand for, the surest first: as mapped, of all its levels together, of the lowest."""
    whole = "".join(parts)
    mapped = [
        found for one in (" ".join(parts), whole, parts[-1]) if (found := mapping.of(paper, one)) is not None
    ]
    if mapped:
        yield mapped[0] or None
        return
    yield field_of(whole, paper)
    if len(parts) > 1:
        yield field_of(parts[-1], paper)
        yield field_of(parts[0] + parts[-1], paper)
        yield field_of(parts[0], paper) if folded(parts[-1]) in ("", folded(parts[0])) else None


def _complete(layout: Layout, file: str, sheet: str) -> None:
    missing = [one.name for one in FIELDS[layout.paper] if one.needed and one.name not in layout.fields]
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
