"""What papers say against each other: certificates without declarations and the other way round, goods covered
twice, and parties and amounts of invoices and agreements.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import polars as pl

from hefu.documents.certificate import Purpose
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Act
from hefu.engines.shelves import Shelves
from hefu.inspection.findings.checks import SAID, said
from hefu.inspection.judging.agreeing import disagreements
from hefu.inspection.judging.comparison import NAMED, Judgement
from hefu.inspection.papers.shelved import Papers
from hefu.rules import words
from hefu.rules.case import UseState
from hefu.rules.days import as_day, as_number, months_after
from hefu.rules.mass.tables import CERTIFICATES, DECLARATIONS, ITEMS, LINES, STANDINGS
from hefu.rules.policy import Policy

col = pl.col

LAPSING: Final = timedelta(days=30)
"""How long before the last day a certificate is pointed out."""
CERTIFICATES_TOLD: Final = {
    "certificate": pl.String, "purpose": pl.String, "issued_on": pl.Int64, "holder_uscc": pl.String,
    "holder_name": pl.String, "state": pl.String, "agent": pl.Boolean, "until": pl.Int64, "usd": pl.Int64,
}  # fmt: skip
"""What is told of each certificate; ``agent``: it is a principal's, for its agent to apply with."""
_PART: Final = "\x1f"
"""Stands between the parts of what names goods: no field may hold it."""
_COVERS: Final = {
    "goods": pl.String, "certificate": pl.String, "covered": pl.Int64, "unit": pl.String, "exported": pl.Int64,
}  # fmt: skip


def across_all(papers: Papers, judged: Judgement, policy: Policy, today: date) -> pl.DataFrame:
    """Everything that checks say, what was said of the rows included, as ``SAID``."""
    several, ending = [], []
    for bucket, certificates in enumerate(certificates_told(papers.shelves, policy)):
        named = papers.shelves.take("named", bucket, NAMED)
        several.append(on_several(named))
        ending.append(lapsing(certificates, named, today))
    lapse = pl.concat(ending)
    missing = judged.findings.filter(col("code") == "certificate.missing").select("declaration")
    return pl.concat(
        [
            judged.said,
            covered_twice(papers.shelves),
            *several,
            lapse,
            fitting(papers.shelves, missing, lapse.select("certificate")),
            disagreements(papers, policy),
        ]
    )


def certificates_told(shelves: Shelves, policy: Policy) -> Iterator[pl.DataFrame]:
    """The certificates of one bucket after the other, as :data:`CERTIFICATES_TOLD`: all at once would fill memory."""
    return (_told(shelves, bucket, policy) for bucket in range(shelves.buckets))


def _told(shelves: Shelves, bucket: int, policy: Policy) -> pl.DataFrame:
    heads = shelves.take("certificates", bucket, CERTIFICATES)
    lines = shelves.take("lines", bucket, LINES)
    sums = lines.group_by("certificate").agg(
        usd=pl.when(col("line_fob").null_count() == 0).then(col("line_fob").sum()),
        day=col("line_export_day").min(),
    )
    states = shelves.take("standings", bucket, STANDINGS).select("certificate", "state")
    heads = heads.join(sums, on="certificate", how="left", maintain_order="left").join(
        states, on="certificate", how="left", maintain_order="left"
    )
    days = {
        day: as_number(months_after(as_day(day), policy.return_window_months))
        for day in heads.get_column("day").unique().drop_nulls()
    }
    until = pl.when(col("purpose") == Purpose.RETURN.value).then(
        col("day").replace_strict(days, default=None, return_dtype=pl.Int64)
    )
    agent = col("agent_uscc").is_not_null() | col("agent_code").is_not_null()
    return heads.with_columns(until=until, agent=agent).select(list(CERTIFICATES_TOLD))


def covered_twice(shelves: Shelves) -> pl.DataFrame:
    """Goods of which live certificates cover more than was exported (I5), each certificate a finding. An agent's
    certificate draws on its principal's, so the principal's does not count beside it.
    """
    for bucket in range(shelves.buckets):
        _lay_covers(shelves, bucket)
    return pl.concat([_twice(shelves.take("covers", one, _COVERS)) for one in range(shelves.buckets)])


def _lay_covers(shelves: Shelves, bucket: int) -> None:
    heads = shelves.take("certificates", bucket, CERTIFICATES)
    voided = shelves.take("standings", bucket, STANDINGS).filter(col("state") == UseState.WITHDRAWN.value)
    live = heads.filter(col("agent_uscc").is_null() & col("agent_code").is_null())
    live = live.join(voided, on="certificate", how="anti").select("certificate", "holder_uscc")
    kept = shelves.take(
        "goods-certified",
        bucket,
        {"certificate": pl.String, "line": pl.Int64, "invoice": pl.String, "invoice_line": pl.Int64},
    )
    lines = shelves.take("lines", bucket, LINES).join(kept, on=["certificate", "line"], how="left")
    lines = lines.join(live, on="certificate")
    exported = pl.concat_str(pl.lit("item"), "line_declaration", "line_item", separator=_PART)
    invoiced = pl.concat_str(pl.lit("invoice"), "invoice", "invoice_line", "holder_uscc", separator=_PART)
    covers = lines.select(
        "certificate",
        goods=pl.coalesce(exported, invoiced),
        covered="line_quantity",
        unit="line_unit",
        exported="line_exported",
    )
    shelves.put("covers", covers.filter(col("goods").is_not_null()).select(list(_COVERS)), "goods")
    heads = shelves.take("declarations", bucket, DECLARATIONS).filter(col("act") == Act.EXPORT.value)
    items = shelves.take("items", bucket, ITEMS).join(heads.select("declaration"), on="declaration")
    shipped = items.select(
        goods=pl.concat_str(pl.lit("item"), "declaration", "item", separator=_PART),
        certificate=pl.lit(None, pl.String),
        covered=pl.lit(None, pl.Int64),
        unit="first_unit",
        exported="first",
    )
    shelves.put("covers", shipped, "goods")


def _twice(covers: pl.DataFrame) -> pl.DataFrame:
    sizes = {code: one.size for code, one in units().items()}
    kinds = {code: one.dimension for code, one in units().items()}
    size = col("unit").replace_strict(sizes, default=None, return_dtype=pl.Int128)
    several = covers.filter(col("certificate").is_not_null()).group_by("goods").agg(many=pl.len())
    told = covers.join(several.filter(col("many") > 1), on="goods").with_columns(
        kind=col("unit").replace_strict(kinds, default=None, return_dtype=pl.String),
        covered_parts=col("covered").cast(pl.Int128) * size,
        exported_parts=col("exported").cast(pl.Int128) * size,
        size=size,
    )
    sums = told.group_by("goods").agg(
        col("covered_parts").sum(),
        col("exported_parts").max(),
        one_kind=col("kind").n_unique() == 1,
        shown_unit=col("unit").first(),
        shown_size=col("size").first(),
    )
    over = sums.filter(col("one_kind") & (col("covered_parts") > col("exported_parts")))
    found = (
        told.filter(col("certificate").is_not_null()).select("goods", "certificate").join(over, on="goods")
    )
    names = {code: one.name for code, one in units().items()}
    unit = pl.concat_str(
        pl.lit(" "), col("shown_unit").replace_strict(names, default="", return_dtype=pl.String)
    )
    found = found.with_columns(
        declared=pl.concat_str(words.plain_text(col("exported_parts") // col("shown_size"), 5), unit),
        certified=pl.concat_str(words.plain_text(col("covered_parts") // col("shown_size"), 5), unit),
        other=col("goods").str.split(_PART).list.slice(1, 2).list.join(" / "),
    )
    return said("papers.goods_covered_twice", found.sort("goods", "certificate"))


def on_several(references: pl.DataFrame) -> pl.DataFrame:
    """Certificates that several declarations name, each declaration a finding."""
    several = references.filter(col("declaration").n_unique().over("certificate") > 1)
    others = several.with_columns(
        other=col("declaration").unique(maintain_order=True).str.join(", ").over("certificate")
    )
    return said("papers.certificate_on_several", others.with_columns(col("other").str.slice(0, 300)))


def lapsing(certificates: pl.DataFrame, references: pl.DataFrame, today: date) -> pl.DataFrame:
    """Unused certificates whose goods had to be or must soon be declared, and others that nobody names."""
    unused = certificates.join(references, on="certificate", how="anti").filter(
        ~col("agent") & col("state").fill_null(UseState.AVAILABLE.value).is_in([UseState.AVAILABLE.value])
    )
    lapsed = (col("until") < as_number(today)).fill_null(value=False)
    ending = (col("until") <= as_number(today + LAPSING)).fill_null(value=False)
    day = col("until").cast(pl.Int32).cast(pl.Date).cast(pl.String)
    return pl.concat(
        [
            pl.DataFrame(schema=SAID),
            said("papers.certificate_lapsed", unused.filter(lapsed), other=day),
            said("papers.certificate_lapsing", unused.filter(ending & ~lapsed), other=day),
            said("papers.certificate_unused", unused.filter(~ending)),
        ]
    )


def fitting(shelves: Shelves, missing: pl.DataFrame, unused: pl.DataFrame) -> pl.DataFrame:
    """Unused certificates (``certificate``) that fit declarations without one (``declaration``): of the same firm, for
    exactly the same goods, code, unit and quantity, item for item.
    """
    if missing.is_empty() or unused.is_empty():
        return pl.DataFrame(schema=SAID)
    goods, lines = [], []
    for bucket in range(shelves.buckets):
        heads = shelves.take("declarations", bucket, DECLARATIONS).join(missing, on="declaration", how="semi")
        items = shelves.take("items", bucket, ITEMS).join(
            heads.select("declaration", firm="trader_uscc"), on="declaration"
        )
        goods.append(
            items.select(
                "declaration", "firm", hs=col("item_hs").str.slice(0, 8), unit="first_unit", quantity="first"
            )
        )
        held = shelves.take("certificates", bucket, CERTIFICATES).join(unused, on="certificate", how="semi")
        held = held.filter(col("purpose") == Purpose.EXPORT.value).select("certificate", firm="holder_uscc")
        covers = shelves.take("lines", bucket, LINES).join(held, on="certificate")
        lines.append(
            covers.select(
                "certificate",
                "firm",
                hs=col("line_hs").str.slice(0, 8),
                unit="line_unit",
                quantity="line_quantity",
            )
        )
    wanted, offered = (
        _bundled(pl.concat(rows), name) for rows, name in ((goods, "declaration"), (lines, "certificate"))
    )
    fits = wanted.join(offered, on=["firm", "goods"]).filter(
        col("declaration").is_unique() & col("certificate").is_unique()
    )
    return said("papers.certificate_fits", fits.sort("declaration"))


def _bundled(rows: pl.DataFrame, paper: str) -> pl.DataFrame:
    """The goods of a paper as one text, whatever their order."""
    goods = pl.concat_str("hs", "unit", "quantity", separator=_PART)
    return (
        rows.with_columns(goods=goods)
        .group_by(paper, "firm", maintain_order=True)
        .agg(goods=col("goods").sort().str.join(_PART * 2))
    )
