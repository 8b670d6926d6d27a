"""Twelve published rules as an investigator would put them into a spreadsheet: a point each, value breaks ties.

Numbers in brackets are those of the reference on risk, §1.4.
"""

from __future__ import annotations

from typing import Final

import polars as pl

RULES: Final[dict[str, pl.Expr]] = {
    "single header although the report names another [B1]": pl.col("single_reported") > 0.05,
    "declared for another without a report [B4]": pl.col("double_unreported") > 0.2,
    "many chapters and districts [B5]": (pl.col("chapters") > 1.2) & (pl.col("districts") > 1.2),
    "unusual port [B11]": pl.col("far") > 0.5,
    "shared address, handler or phone of 3 to 20 firms [C1]": pl.any_horizontal(
        pl.col(f"share_{one}").is_between(3, 20)
        for one in ("address", "tax_handler", "phone", "finance_head", "legal_person")
    ),
    "new and at once active [C2]": (pl.col("age_at_first") < 200) & (pl.col("declarations") >= 5),
    "exports beyond capital and staff [C4]": (pl.col("fob_to_capital") > 20) & (pl.col("staff") < 3),
    "invoices after the export [D1]": pl.col("invoice_lag") > 8,
    "few suppliers stand for nearly all inputs [D3]": (pl.col("top_supplier") > 0.9)
    & (pl.col("declarations") >= 5),
    "paid from elsewhere [E3]": pl.col("elsewhere") > 0.5,
    "receipts fall short while refunds are claimed [E4]": (pl.col("received").fill_null(0) < 0.8)
    & (pl.col("claimed") > 0),
    "price out of line [F1]": pl.col("dearest") > 1.1,
}


def points(rows: pl.DataFrame) -> pl.Series:
    """A score for each row: points, and a fraction for the value."""
    score = pl.sum_horizontal(rule.fill_null(value=False).cast(pl.Float64) for rule in RULES.values())
    return rows.select(score + 0.9 * pl.col("fob").rank() / pl.len()).to_series()
