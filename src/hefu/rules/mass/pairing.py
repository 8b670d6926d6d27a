"""Pairing of very many: the plain cases by joins, what is left by the pairing of single cases.

What counts as plain: one item and one line; every item tied to a line of its own; and where all certificates may serve
and all lines are of the export declaration concerned, every item of an amendment or withdrawal certified under its
number by one line, or every item alike exactly one line that is alike no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final, TypeVar, cast

import polars as pl

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Act, CertificateReference, Declaration, DeclarationItem, Measure
from hefu.documents.fields import unscaled
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.expressions import is_told
from hefu.rules.mass.heads import Told
from hefu.rules.mass.joins import rows_of
from hefu.rules.mass.tables import Tables
from hefu.rules.pairing import pair, pools, shares

col = pl.col
M = TypeVar("M")

_NUMBERED: Final = ["amendment", "withdrawal"]
DIMENSIONS: Final = {code: one.dimension for code, one in units().items()}
_ROWS: Final = {
    "case": pl.Int64,
    "ref_row": pl.Int64,
    "item_row": pl.Int64,
    "line_row": pl.Int64,
    "by_second": pl.Boolean,
    "part": pl.Int64,
    "line_first": pl.Boolean,
    "line_shared": pl.Boolean,
    "goods_first": pl.Boolean,
    "goods_shared": pl.Boolean,
    "item_shared": pl.Boolean,
    "pool": pl.Int64,
}


def paired_rows(told: Told, tables: Tables) -> pl.DataFrame:
    """The pairs as row numbers of ``told.named``, ``items`` and ``lines``, with how much (``part``; null: the whole
    measure), whether the second measure counts, and what is shared.
    """
    second = ("second_unit",) if is_told(tables.items, "second_unit") else ()
    items = _rows(tables.items, told.items, ("item", "item_hs", "first_unit", *second), "item_row")
    lines = _rows(
        tables.lines,
        told.lines,
        ("line", "line_declaration", "line_item", "line_hs", "line_unit"),
        "line_row",
    )
    counts = (
        told.heads.select("case", "act", "export", "all_known")
        .join(items.group_by("case").agg(items=pl.len()), on="case")
        .join(lines.group_by("case").agg(lines=pl.len()), on="case")
        .join(told.ties.group_by("case").agg(ties=pl.len()), on="case", how="left")
        .join(_mixed(told, lines), on="case", how="left")
        .with_columns(
            col("ties").fill_null(0),
            col("mixed").fill_null(value=False),
            numbered=col("act").is_in(_NUMBERED),
        )
    )
    alone = (col("items") == 1) & (col("lines") == 1)
    single = alone & col("all_known") & (col("ties") == 0) & ~col("numbered")
    one, more = counts.filter(single).select("case"), counts.filter(~single)
    found = [_once(items.join(one, on="case").join(lines, on="case"))] if one.height else []
    for way in (_tied, _numbered, _alike):
        if more.height:
            pairs = way(more, items, lines, told.ties)
            if pairs.height:
                whole = _whole(pairs, more)
                if whole.height < more.height:
                    pairs = pairs.join(whole, on="case", how="semi")
                found.append(_once(pairs))
                more = more.join(whole, on="case", how="anti")
    if more.height:
        found.append(_singly(more, items, lines, told, tables))
    return pl.concat(found) if found else pl.DataFrame(schema=_ROWS)


def _mixed(told: Told, lines: pl.DataFrame) -> pl.DataFrame:
    """The cases that have a line of another export declaration, or of a certificate that may not serve."""
    export = told.heads.get_column("export").gather(lines.get_column("case"))
    serves = told.named.get_column("serves").gather(lines.get_column("ref_row"))
    elsewhere = export.is_not_null() & ~(lines.get_column("line_declaration") == export).fill_null(
        value=False
    )
    return lines.filter(elsewhere | ~serves).select("case").unique().with_columns(mixed=pl.lit(value=True))


def _rows(source: pl.DataFrame, rows: pl.DataFrame, names: tuple[str, ...], counted: str) -> pl.DataFrame:
    src = rows.get_column("src")
    picked = source.select(col(names).gather(src))
    return rows.hstack(picked).with_row_index(counted).with_columns(col(counted).cast(pl.Int64))


def keyed(major: str, minor: str) -> pl.Expr:
    """Two numbers in one: items and lines count to 9999."""
    return col(major) * 10_000 + col(minor)


def _whole(pairs: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The cases in which every item has exactly one line, no line two items, and no goods two lines."""
    once = all(pairs.get_column(name).n_unique() == pairs.height for name in ("item_row", "line_row"))
    twice = pl.lit(value=False) if once else col("item_row").is_duplicated() | col("line_row").is_duplicated()
    told = (
        pairs.select("case", "ref_row", twice=twice, goods=col("line_declaration").is_not_null())
        .group_by("case")
        .agg(
            pairs=pl.len(),
            twice=col("twice").any(),
            some=col("ref_row").min(),
            other=col("ref_row").max(),
            goods=col("goods").any(),
        )
    )
    # within one certificate no goods stand twice; over several that takes thought
    sound = (col("pairs") == col("items")) & ~col("twice") & ((col("some") == col("other")) | ~col("goods"))
    return told.join(cases.select("case", "items"), on="case").filter(sound).select("case")


def _once(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs that share nothing: the whole item from its own line."""
    by_second = pl.lit(value=False)
    if "second_unit" in pairs.columns:
        of_line = _dimension("line_unit")
        second = (_dimension("first_unit") != of_line) & (_dimension("second_unit") == of_line)
        by_second = second.fill_null(value=False)
    return pairs.select(
        col("case"),
        col("ref_row"),
        col("item_row"),
        col("line_row"),
        by_second.alias("by_second"),
        part=pl.lit(None, pl.Int64),
        line_first=pl.lit(value=True),
        line_shared=pl.lit(value=False),
        goods_first=pl.lit(value=True),
        goods_shared=pl.lit(value=False),
        item_shared=pl.lit(value=False),
        pool=pl.lit(None, pl.Int64),
    )


def _tied(cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Items tied to lines by the declaration, each named."""
    full = cases.filter((col("ties") == col("items")) & ~col("numbered")).select("case")
    if not full.height:
        return pl.DataFrame()
    chosen = ties.join(full, on="case", how="semi").filter(col("line").is_not_null())
    return (
        chosen.select(of_item=keyed("case", "item"), of_line=keyed("ref_row", "line"))
        .join(items.with_columns(of_item=keyed("case", "item")), on="of_item")
        .join(lines.drop("case").with_columns(of_line=keyed("ref_row", "line")), on="of_line")
    )


def _numbered(cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
    """Items of amendments and withdrawals by their number in the export declaration."""
    free = cases.filter(col("numbered") & ~col("mixed")).select("case")
    if not free.height:
        return pl.DataFrame()
    theirs = lines.join(free, on="case").with_columns(item="line_item")
    return items.join(theirs, on=["case", "item"])


def _alike(cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
    """Items by their code and a unit that converts."""
    plain = (col("ties") == 0) & ~col("numbered") & ~col("mixed") & col("all_known")
    free = cases.filter(plain).select("case")
    if not free.height:
        return pl.DataFrame()

    def by_code(name: str) -> pl.Expr:
        return col("case") * 10**8 + col(name).str.head(8).cast(pl.Int64, strict=False)

    theirs = lines.select(
        col("line_row", "ref_row", "line_declaration", "line_hs", "line_unit"), code=by_code("line_hs")
    )
    pairs = (
        items.join(free, on="case", how="semi").with_columns(code=by_code("item_hs")).join(theirs, on="code")
    )
    fits = col("item_hs").str.starts_with(col("line_hs")) | col("line_hs").str.starts_with(col("item_hs"))
    of_line = _dimension("line_unit")
    converts = _dimension("first_unit") == of_line
    if "second_unit" in items.columns:
        converts |= (_dimension("second_unit") == of_line).fill_null(value=False)
    if (pairs.get_column("first_unit") == pairs.get_column("line_unit")).all():
        converts = pl.lit(value=True)
    return pairs.filter(fits & converts)


def _dimension(unit: str) -> pl.Expr:
    return col(unit).replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)


def _singly(
    cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, told: Told, tables: Tables
) -> pl.DataFrame:
    """The cases that need thought, one by one, by the pairing of single cases."""
    chosen = cases.select("case")
    theirs = {
        case: _Single(act, export) for case, act, export in cases.select("case", "act", "export").rows()
    }
    named = told.named.join(chosen, on="case", how="semi").select("case", "ref_row", "certificate", "serves")
    for case, _, number, serves in named.iter_rows():
        theirs[case].serving[number] = serves
    named = named.drop("serves")
    exported = told.heads.filter("original").join(chosen, on="case", how="semi").select("export", "case")
    known = rows_of(told.runs, exported)
    for case, number in zip(known["case"], tables.items.get_column("item").gather(known["src"]), strict=True):
        theirs[case].exported.append(number)
    ties = told.ties.join(named.drop("case"), on="ref_row", maintain_order="left")
    for case, *tie in ties.select("case", "certificate", "item", "line").iter_rows():
        theirs[case].ties.append(tuple(tie))
    for item in _told_of(items, tables.items, chosen, ("first", "second", "second_unit")):
        theirs[item["case"]].items.append(item)
    of_lines = lines.join(chosen, on="case", how="semi").join(named.drop("case"), on="ref_row")
    for line in _told_of(of_lines, tables.lines, chosen, ("line_quantity",)):
        theirs[line["case"]].lines.append(line)
    rows = [(case, *row) for case, one in theirs.items() for row in one.paired()]
    return pl.DataFrame(rows, schema=_ROWS, orient="row")


def _told_of(
    rows: pl.DataFrame, source: pl.DataFrame, chosen: pl.DataFrame, names: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    rows = rows.join(chosen, on="case", how="semi")
    return rows.with_columns(
        source.get_column(name).gather(rows.get_column("src")) for name in names
    ).iter_rows(named=True)


@dataclass
class _Single:
    """One case's rows, made documents again as far as pairing asks for them."""

    act: str
    export: str | None
    serving: dict[str, bool] = field(default_factory=dict)
    exported: list[int] = field(default_factory=list)
    ties: list[tuple[Any, ...]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def paired(self) -> list[tuple[Any, ...]]:
        """The pairs as rows, without the case."""
        item_rows = {row["item"]: row["item_row"] for row in self.items}
        line_rows = {(row["certificate"], row["line"]): row for row in self.lines}
        pairs = pair(self._case())
        told: list[tuple[Any, ...]] = []
        for one, shared, pool in zip(pairs, shares(pairs), pools(pairs), strict=True):
            line = line_rows[one.standing.number, one.line.line]
            second = one.measure is one.item.second
            rows = (line["ref_row"], item_rows[one.item.item], line["line_row"])
            told.append((*rows, second, one.quantity, *shared, pool))
        return told

    def _case(self) -> Case:
        exported = tuple(_made(DeclarationItem, item=number) for number in self.exported)
        return Case(
            _made(
                Declaration,
                number="",
                act=Act(self.act),
                items=tuple(_item(row) for row in self.items),
                certificates=tuple(
                    _made(CertificateReference, number=number, item=item, line=line)
                    for number, item, line in self.ties
                ),
            ),
            tuple(self._standing(number) for number in self.serving),
            export=self.export,
            original=_made(Declaration, items=exported) if exported else None,
        )

    def _standing(self, number: str) -> Standing:
        lines = tuple(_line(row) for row in self.lines if row["certificate"] == number)
        if not lines:
            return Standing(number, UseState.UNKNOWN)
        document = _made(Certificate, number=number, purpose=Act(self.act), lines=lines)
        return Standing(number, UseState.AVAILABLE if self.serving[number] else UseState.WITHDRAWN, document)


def _made(_: type[M], **fields: Any) -> M:
    """A document of which only these fields are told, as far as pairing can tell."""
    return cast(M, SimpleNamespace(**fields))


def _item(row: dict[str, Any]) -> DeclarationItem:
    second = _measure(row["second"], row["second_unit"])
    first = _measure(row["first"], row["first_unit"])
    return _made(DeclarationItem, item=row["item"], hs_code=row["item_hs"], first=first, second=second)


def _measure(quantity: int | None, unit: str | None) -> Measure | None:
    return None if quantity is None else _made(Measure, quantity=unscaled(quantity), unit=unit)


def _line(row: dict[str, Any]) -> CertificateLine:
    return _made(
        CertificateLine,
        line=row["line"],
        declaration=row["line_declaration"],
        item=row["line_item"],
        hs_code=row["line_hs"],
        unit=row["line_unit"],
        quantity=unscaled(row["line_quantity"]),
    )
