"""Norms of declaring that a declaration breaks by itself, beside any certificate. They never hold."""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.declaration import Act
from hefu.inspection.findings.checks import SAID, said
from hefu.inspection.papers.declared import Declared
from hefu.rules import words

col = pl.col

MOST_ITEMS: Final = 50
"""Items that a declaration may have (domain.md §2.4)."""
_CENT: Final = 10**7
"""A cent, in the scale of price times quantity (10^9)."""


def broken(one: Declared, stated: set[str]) -> pl.DataFrame:
    """What the declarations break, as :data:`~hefu.inspection.findings.checks.SAID`. ``stated`` names the columns that any
    sheet fills: what no sheet has is not missing.
    """
    found = [_weights(one), _totals(one), _sizes(one)]
    if "owner_uscc" in stated or "owner_code" in stated or "owner_name" in stated:
        found.append(_owners(one))
    if "item_model" in stated:
        found.append(_models(one))
    return pl.concat([pl.DataFrame(schema=SAID), *found])


def _weights(one: Declared) -> pl.DataFrame:
    heavy = one.about.filter(col("net_weight") > col("gross_weight"))
    return said(
        "papers.net_over_gross",
        heavy,
        declared=words.plain_text(col("net_weight"), 5),
        certified=words.plain_text(col("gross_weight"), 5),
    )


def _totals(one: Declared) -> pl.DataFrame:
    """Quantity times price against the total; a unit price is rounded to four decimals, a total to cents."""
    price, quantity = col("price").cast(pl.Int128), col("traded").cast(pl.Int128)
    product = price * quantity
    off = (product - col("total").cast(pl.Int128) * 10**5).abs()
    wrong = one.goods.filter(off > quantity // 2 + 1 + _CENT).with_columns(product=product // 10**5)
    return said(
        "papers.total_differs",
        wrong,
        declared=words.plain_text(col("total"), 4),
        certified=words.plain_text(col("product"), 4),
    )


def _sizes(one: Declared) -> pl.DataFrame:
    sizes = one.items.group_by("declaration", maintain_order=True).agg(items=pl.len())
    return said(
        "papers.too_many_items",
        sizes.filter(col("items") > MOST_ITEMS),
        declared=col("items"),
        certified=pl.lit(str(MOST_ITEMS)),
    )


def _owners(one: Declared) -> pl.DataFrame:
    heads = one.declarations.join(one.about.select("declaration", "owner_name"), on="declaration")
    none = pl.all_horizontal(col(name).is_null() for name in ("owner_uscc", "owner_code", "owner_name"))
    return said("papers.owner_missing", heads.filter((col("act") == Act.EXPORT.value) & none))


def _models(one: Declared) -> pl.DataFrame:
    return said("papers.model_missing", one.goods.filter(col("item_model").is_null()))
