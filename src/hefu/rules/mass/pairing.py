"""Pairing of very many: the plain cases by joins, what is left by the pairing of single cases.

What counts as plain: one item and one line; every item tied to a line of its own; every item of an amendment or
withdrawal certified under its number by one line; every item alike exactly one line that is alike no other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import polars as pl
from pydantic import BaseModel

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Act, CertificateReference, Declaration, DeclarationItem, Measure
from hefu.documents.fields import unscaled
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.pairing import pair, shares

col = pl.col
M = TypeVar("M", bound=BaseModel)

DIMENSIONS: Final = {code: one.dimension for code, one in units().items()}
_ROWS: Final = {
    "case": pl.Int64,
    "ref_row": pl.UInt32,
    "item_row": pl.UInt32,
    "line_row": pl.UInt32,
    "by_second": pl.Boolean,
    "part": pl.Int64,
    "line_first": pl.Boolean,
    "line_shared": pl.Boolean,
    "goods_first": pl.Boolean,
    "goods_shared": pl.Boolean,
    "item_shared": pl.Boolean,
}


def pair_rows(
    heads: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, references: pl.DataFrame
) -> pl.DataFrame:
    """The pairs as row numbers of ``items`` and ``lines``, with how much (``part``; null: the whole measure),
    whether the second measure counts, and what is shared.
    """
    items = items.select(
        "case", "item", "item_hs", "first", "first_unit", "second", "second_unit"
    ).with_row_index("item_row")
    lines = lines.select(
        "case",
        "ref_row",
        "certificate",
        "line",
        "line_declaration",
        "line_item",
        "line_hs",
        "line_unit",
        "line_quantity",
    ).with_row_index("line_row")
    ties = (
        references.filter(col("item").is_not_null())
        .join(heads.select("declaration", "case"), on="declaration")
        .select("case", "certificate", "item", "line")
    )
    counts = (
        heads.select("case", "act", "export")
        .join(items.group_by("case").agg(items=pl.len()), on="case")
        .join(lines.group_by("case").agg(lines=pl.len()), on="case")
        .join(ties.group_by("case").agg(ties=pl.len()), on="case", how="left")
        .with_columns(col("ties").fill_null(0))
    )
    one = counts.filter((col("items") == 1) & (col("lines") == 1)).select("case")
    found = [_once(items.join(one, on="case").join(lines, on="case"))]
    more = counts.join(one, on="case", how="anti")
    for way in (_tied, _numbered, _alike):
        if more.height:
            pairs = way(more, items, lines, ties)
            whole = _whole(pairs, more)
            found.append(_once(pairs.join(whole, on="case", how="semi")))
            more = more.join(whole, on="case", how="anti")
    if more.height:
        found.append(_singly(more, items, lines, references, heads))
    return pl.concat(found)


def _whole(pairs: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The cases in which every item has exactly one line, no line two items, and no goods two lines."""
    twice = pairs.select(
        "case",
        twice=col("item_row").is_duplicated() | col("line_row").is_duplicated(),
        ref_row="ref_row",
        goods=col("line_declaration").is_not_null(),
    )
    told = twice.group_by("case").agg(
        pairs=pl.len(),
        twice=col("twice").any(),
        some=col("ref_row").min(),
        other=col("ref_row").max(),
        goods=col("goods").any(),
    )
    # within one certificate no goods stand twice; over several that takes thought
    sound = (col("pairs") == col("items")) & ~col("twice") & ((col("some") == col("other")) | ~col("goods"))
    return told.join(cases.select("case", "items"), on="case").filter(sound).select("case")


def _once(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs that share nothing: the whole item from its own line."""
    first = col("first_unit").replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)
    second = col("second_unit").replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)
    of_line = col("line_unit").replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)
    plain = pairs.select((col("first_unit") == col("line_unit")).all()).item()
    by_second = (
        pl.lit(value=False) if plain else ((first != of_line) & (second == of_line)).fill_null(value=False)
    )
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
    )


def _tied(cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Items tied to lines by the declaration, each named."""
    full = cases.filter((col("ties") == col("items")) & (col("items") > 1)).select("case")
    return (
        ties.join(full, on="case", how="semi")
        .filter(col("line").is_not_null())
        .join(items, on=["case", "item"])
        .join(lines, on=["case", "certificate", "line"])
    )


def _numbered(cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
    """Items of amendments and withdrawals by their number in the export declaration."""
    free = cases.filter((col("ties") == 0) & col("act").is_in(["amendment", "withdrawal"])).select(
        "case", "export"
    )
    theirs = lines.join(free, on="case").filter(col("line_declaration") == col("export")).drop("export")
    return items.join(theirs.with_columns(item="line_item"), on=["case", "item"])


def _alike(cases: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
    """Items by their code and a unit that converts."""
    free = cases.filter(
        (col("ties") == 0) & (col("items") > 1) & ~col("act").is_in(["amendment", "withdrawal"])
    )
    keyed = items.join(free.select("case"), on="case", how="semi").with_columns(
        hs8=col("item_hs").str.head(8)
    )
    pairs = keyed.join(lines.with_columns(hs8=col("line_hs").str.head(8)), on=["case", "hs8"])
    pairs = pairs.filter(
        col("item_hs").str.starts_with(col("line_hs")) | col("line_hs").str.starts_with(col("item_hs"))
    )

    def dimension(name: str) -> pl.Expr:
        return col(name).replace_strict(DIMENSIONS, default=None, return_dtype=pl.String)

    of_line = dimension("line_unit")
    return pairs.filter(
        (col("first_unit") == col("line_unit"))
        | (dimension("first_unit") == of_line)
        | (dimension("second_unit") == of_line)
    )


def _singly(
    cases: pl.DataFrame,
    items: pl.DataFrame,
    lines: pl.DataFrame,
    references: pl.DataFrame,
    heads: pl.DataFrame,
) -> pl.DataFrame:
    """The cases that need thought, one by one, by the pairing of single cases."""
    told = cases.select("case").join(heads.select("case", "declaration", "act", "export"), on="case")
    theirs = {row["case"]: _Single(row["act"], row["export"]) for row in told.iter_rows(named=True)}
    named = references.join(told.select("case", "declaration"), on="declaration")
    for case, *reference in named.select("case", "certificate", "item", "line").iter_rows():
        theirs[case].references.append(tuple(reference))
    for item in items.join(told.select("case"), on="case", how="semi").iter_rows(named=True):
        theirs[item["case"]].items.append(item)
    for line in lines.join(told.select("case"), on="case", how="semi").iter_rows(named=True):
        theirs[line["case"]].lines.append(line)
    rows = [(case, *row) for case, one in theirs.items() for row in one.paired()]
    return pl.DataFrame(rows, schema=_ROWS, orient="row")


@dataclass
class _Single:
    """One case's rows, made documents again as far as pairing asks for them."""

    act: str
    export: str | None
    references: list[tuple[Any, ...]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def paired(self) -> list[tuple[Any, ...]]:
        """The pairs as rows, without the case."""
        item_rows = {row["item"]: row["item_row"] for row in self.items}
        line_rows = {(row["certificate"], row["line"]): row for row in self.lines}
        pairs = pair(self._case())
        told: list[tuple[Any, ...]] = []
        for one, shared in zip(pairs, shares(pairs), strict=True):
            line = line_rows[one.standing.number, one.line.line]
            second = one.measure is one.item.second
            rows = (line["ref_row"], item_rows[one.item.item], line["line_row"])
            told.append((*rows, second, one.quantity, *shared))
        return told

    def _case(self) -> Case:
        numbers = dict.fromkeys(reference[0] for reference in self.references)
        return Case(
            _made(
                Declaration,
                act=Act(self.act),
                items=tuple(_item(row) for row in self.items),
                certificates=tuple(
                    _made(CertificateReference, number=number, item=item, line=line)
                    for number, item, line in self.references
                ),
            ),
            tuple(self._standing(number) for number in numbers),
            export=self.export,
        )

    def _standing(self, number: str) -> Standing:
        lines = tuple(_line(row) for row in self.lines if row["certificate"] == number)
        document = _made(Certificate, number=number, lines=lines) if lines else None
        return Standing(number, UseState.AVAILABLE if lines else UseState.UNKNOWN, document)


def _made(kind: type[M], **fields: Any) -> M:
    """A document of which only these fields are told."""
    return kind.model_construct(**fields)


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
