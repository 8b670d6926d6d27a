"""The papers of a self-inspection seen with an investigator's eyes (:mod:`hefu.chains.own`), for a section of its reports."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from hefu.chains.own import own
from hefu.chains.tables import CERTIFICATES, DECLARATIONS, LINES, TABLES, Table, Tables
from hefu.documents.certificate import Purpose
from hefu.engines.shelves import Shelves
from hefu.errors import Text
from hefu.inspection.findings.noticed import Notice, Noticed
from hefu.rules.mass import tables as mass

MOST, MOST_ITEMS = 100_000, 300_000
"""Declarations and their items beyond which nobody looks: indicators read all of them at once, and an inspection of
millions stays within its memory and its time.
"""
_MAINLY: Final = 0.5
"""Share of the declarations that one trader has, so that they are taken for its own (assumption)."""
_PAPERS: Final = 5
"""Papers that are named for one thing."""

col = pl.col


def noticed(shelves: Shelves, today: date) -> Noticed:
    """How the declarations look of the firm that is the trader of most of them."""
    heads = [
        shelves.take("declarations", bucket, mass.DECLARATIONS).filter("judged")
        for bucket in range(shelves.buckets)
    ]
    many = sum(one.height for one in heads)
    if many > MOST or (items := _every(shelves, "items", mass.ITEMS)).height > MOST_ITEMS:
        return _left_out(
            f"报关单太多 (最多 {MOST} 份 {MOST_ITEMS} 项); 可分批用 hefu chains own",
            f"too many declarations (at most {MOST} with {MOST_ITEMS} items); hefu chains own looks at parts of them",
        )
    told = _declared(pl.concat(heads))
    traders = told["trader"].value_counts(sort=True)
    if not told.height or traders["count"][0] < _MAINLY * told.height:
        return _left_out(
            "没有一家企业是半数以上报关单的境内收发货人; 可用 hefu chains own --firm 指定企业",
            "no firm is the trader of half of the declarations; hefu chains own --firm looks at the one that you name",
        )
    found = own(_tables(shelves, told, items), today, str(traders["trader"][0]))
    lacking = {table.title: None for _, tables in found.blind for table in tables}
    return Noticed(
        firm=found.firm,
        name=found.name,
        declarations=found.declarations,
        notices=tuple(
            Notice(
                one.rule.code, one.rule.title, one.count, one.seen,
                tuple((row.document, row.says) for row in one.evidence[:_PAPERS]),
                one.rule.innocent, one.rule.clears, one.rule.ground,
            )
            for one in found.notices
        ),
        lacking=tuple(lacking),
    )  # fmt: skip


def _left_out(zh: str, en: str) -> Noticed:
    return Noticed(left_out=Text(zh, en))


def _every(shelves: Shelves, name: str, schema: Any) -> pl.DataFrame:
    return pl.concat(shelves.take(name, one, schema) for one in range(shelves.buckets))


def _tables(shelves: Shelves, declared: pl.DataFrame, items: pl.DataFrame) -> Tables:
    tables = {one.name: one.empty() for one in TABLES}
    certified = _every(shelves, "certificates", mass.CERTIFICATES).join(
        _every(shelves, "lines", mass.LINES), on="certificate", how="left"
    )
    return {
        **tables,
        DECLARATIONS.name: declared,
        LINES.name: _as(
            LINES, items.join(declared, on="declaration", how="semi"), item="item", hs="item_hs", name="item_name", quantity="first", unit="first_unit"
        ),
        CERTIFICATES.name: _as(
            CERTIFICATES, certified.filter(col("holder_uscc").is_not_null()),
            holder="holder_uscc", issued=_day("issued_on"), export="line_declaration",
            item=pl.when(col("purpose") != Purpose.EXPORT.value).then("line_item"), quantity="line_quantity",
        ),
    }  # fmt: skip


def _declared(heads: pl.DataFrame) -> pl.DataFrame:
    told = _as(
        DECLARATIONS, heads.with_columns(trader=pl.coalesce("trader_uscc", "trader_code")),
        lodged=_day("declared_on"), released=_day("moved_on"), state=pl.lit("released"),
        owner=pl.coalesce("owner_uscc", "owner_code"), declarant="declarant_uscc",
        office=col("declaration").str.slice(0, 4), covers="related",
    )  # fmt: skip
    return told.filter(col("trader").is_not_null(), col("lodged").is_not_null())


def _day(name: str) -> pl.Expr:
    return col(name).cast(pl.Int32).cast(pl.Date)


def _as(table: Table, frame: pl.DataFrame, **columns: Any) -> pl.DataFrame:
    """A frame in the columns of a table: under other names or made where ``columns`` says so; what is not there is null."""
    made = []
    for name, dtype in table.schema.items():
        given = columns.get(name, name if name in frame.columns else pl.lit(None))
        made.append((col(given) if isinstance(given, str) else given).cast(dtype).alias(name))
    return frame.select(made).unique(list(table.by), keep="first", maintain_order=True)
