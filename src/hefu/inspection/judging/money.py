"""What papers are worth, in US dollars: only for what is told first, nothing is decided by it."""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.fields import scaled
from hefu.rules.days import as_day
from hefu.rules.policy import Policy

col = pl.col
_RATE_DIGITS: Final = 8


def worth(heads: pl.DataFrame, items: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``declaration`` and ``usd`` (scaled by 10^4) of declarations whose items all have a total in dollars, or in a
    currency with a rate of the month in the policy.
    """
    told = items.select("declaration", "total", "currency").join(
        heads.select("declaration", "declared_on"), on="declaration"
    )
    if told.get_column("currency").unique().drop_nulls().to_list() in ([], ["USD"]):
        usd: pl.Expr = pl.when(col("currency") == "USD").then("total")
    else:
        told = told.join(_rates(told, policy), on=["declared_on", "currency"], how="left", nulls_equal=True)
        usd = (col("total").cast(pl.Int128) * col("rate") // 10**_RATE_DIGITS).cast(pl.Int64)
    summed = (
        told.select("declaration", usd=usd)
        .group_by("declaration")
        .agg(col("usd").sum(), whole=col("usd").null_count() == 0)
    )
    return summed.select("declaration", usd=pl.when("whole").then("usd"))


def _rates(told: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """US dollars for one unit, scaled by 10^8, for each day and currency that occur."""
    rows: list[tuple[int | None, str | None, int]] = []
    for day, currency in told.select("declared_on", "currency").unique().iter_rows():
        month = {} if day is None else policy.rates.get(as_day(day).strftime("%Y%m"), {})
        if currency == "USD":
            rows.append((day, currency, 10**_RATE_DIGITS))
        elif "USD" in month and (currency == "CNY" or currency in month):
            yuan = 1 if currency == "CNY" else month[currency]
            rows.append((day, currency, scaled(yuan / month["USD"], _RATE_DIGITS)))
    schema = {"declared_on": pl.Int64, "currency": pl.String, "rate": pl.Int128}
    return pl.DataFrame(rows, schema=schema, orient="row")
