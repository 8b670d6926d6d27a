"""The principals' certificates behind agents': how they stand, whose they are, and what they do not cover."""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.codes.tables import units
from hefu.rules.expressions import is_told, lost, same_hs
from hefu.rules.mass.joins import beside, checks
from hefu.rules.mass.tables import Tables

col = pl.col

_NOTHING: Final = {
    "principal_state": pl.String,
    "principal_serves": pl.Boolean,
    **dict.fromkeys(
        ("principal_agent_uscc", "principal_agent_code", "principal_uscc", "principal_code"), pl.String
    ),
    "principal_checks": pl.Boolean,
    "principal_lacks": pl.Int64,
}
_GOODS: Final = ("line_declaration", "line_item", "line_hs", "line_unit", "line_quantity")


def with_principals(named: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """With what is known of the principal's certificate behind each; nothing is while it is not the latest, or being
    handled on paper.
    """
    if not is_told(named, "principal"):
        return named.with_columns(pl.lit(None, kind).alias(name) for name, kind in _NOTHING.items())
    told = beside(named, _known(tables), "principal")
    told = told.with_columns(
        principal_checks=checks(told.get_column("principal_uscc")),
        principal_serves=(col("principal_purpose") == col("purpose")).fill_null(value=False),
        principal_state=pl.when(col("principal").is_not_null()).then(
            col("principal_state").fill_null("unknown")
        ),
    )
    return beside(told, _lacking(told, tables), "certificate").drop("principal_purpose")


def _known(tables: Tables) -> pl.DataFrame:
    """Certificates as principals', as far as they can be relied on."""
    told = beside(tables.certificates, tables.standings, "certificate")
    state = col("state").fill_null("available")
    gap = col("behind").fill_null(value=False) | col("ticket").is_not_null()
    return told.filter((state != "unknown") & ~gap).select(
        principal="certificate",
        principal_state=state,
        principal_purpose="purpose",
        principal_agent_uscc="agent_uscc",
        principal_agent_code="agent_code",
        principal_uscc="holder_uscc",
        principal_code="holder_code",
    )


def _lacking(told: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The first line of each agent's certificate whose goods the principal's does not cover, or less of them."""
    chained = told.filter(col("principal_uscc").is_not_null()).select("certificate", "principal").unique()
    place = pl.when(col("line_declaration").is_null()).then("line").otherwise("line_item").alias("place")
    lines = tables.lines.select("certificate", "line", *_GOODS, place)
    own = lines.join(chained, on="certificate")
    theirs = lines.drop("line").rename({"certificate": "principal"})
    theirs = theirs.join(chained.select("principal").unique(), on="principal", how="semi")
    goods = ["principal", "line_declaration", "place"]
    both = _sized(own.join(theirs, on=goods, how="left", suffix="_behind", nulls_equal=True))
    more = col("line_quantity") * col("own_size") - col("line_quantity_behind") * col("behind_size")
    same = col("line_declaration").is_not_null() | same_hs("line_hs", "line_hs_behind")
    covers = same & (col("own_kind") == col("behind_kind")) & (more <= lost("own", "behind"))
    return (
        both.filter(~covers.fill_null(value=False))
        .group_by("certificate")
        .agg(principal_lacks=col("line").min())
    )


def _sized(both: pl.DataFrame) -> pl.DataFrame:
    """With kind and size of the two units."""
    kinds = {code: one.dimension for code, one in units().items()}
    sizes = {code: one.size for code, one in units().items()}
    return both.with_columns(
        part
        for name, unit in (("own", "line_unit"), ("behind", "line_unit_behind"))
        for part in (
            col(unit).replace_strict(kinds, default=None, return_dtype=pl.String).alias(f"{name}_kind"),
            col(unit).replace_strict(sizes, default=None, return_dtype=pl.Int128).alias(f"{name}_size"),
        )
    )
