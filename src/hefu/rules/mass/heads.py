"""What is told once: of each case, of each certificate that it names, and its items."""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.codes.tables import modes
from hefu.documents.fields import uscc_check_digit_fits
from hefu.rules.mass.tables import Tables
from hefu.rules.policy import Policy

col = pl.col

_AFTER: Final = ["return", "amendment", "withdrawal"]
_MODES: Final = pl.DataFrame(
    [(one.code, sorted(one.acts), one.refundable, one.ecommerce) for one in modes().values()],
    schema={"mode": pl.String, "acts": pl.List(pl.String), "refundable": pl.String, "ecommerce": pl.Boolean},
    orient="row",
)


def beside(left: pl.DataFrame, right: pl.DataFrame, on: str) -> pl.DataFrame:
    """A left join that keeps the order; of an empty table only its columns."""
    if right.height:
        return left.join(right, on=on, how="left", maintain_order="left")
    return left.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in right.schema.items() if name != on
    )


def asked(tables: Tables, policy: Policy) -> pl.DataFrame:
    """The declarations that are judged: in scope, or naming a certificate."""
    in_scope = [act for act in ("export", *_AFTER) if act != "export" or policy.scope == "broad"]
    judged = tables.declarations.filter("judged").with_columns(needed=col("act").is_in(in_scope))
    naming = tables.references.select("declaration").unique().with_columns(naming=True)
    return (
        judged.join(naming, on="declaration", how="left", maintain_order="left")
        .filter(col("needed") | col("naming"))
        .drop("naming", "judged")
        .with_row_index("case")
        .with_columns(col("case").cast(pl.Int64), after_export=col("act").is_in(_AFTER))
    )


def named(tables: Tables, heads: pl.DataFrame) -> pl.DataFrame:
    """Each certificate named by each case, once, in order, with what is known of it."""
    references = tables.references.select("declaration", "certificate").unique(maintain_order=True)
    behind = tables.certificates.select(
        principal="certificate",
        principal_uscc="holder_uscc",
        principal_code="holder_code",
        behind_agent_uscc="agent_uscc",
        behind_agent_code="agent_code",
        behind_known=pl.lit(value=True),
    )
    standing = tables.standings.select(principal="certificate", behind_state="state")
    known = tables.certificates.with_columns(known=pl.lit(value=True))
    if known.get_column("principal").null_count() < known.height:
        known = known.join(behind, on="principal", how="left").join(standing, on="principal", how="left")
    else:
        known = known.with_columns(
            pl.lit(None, kind).alias(name) for name, kind in behind.schema.items() if name != "principal"
        )
        known = known.with_columns(behind_state=pl.lit(None, pl.String))
    told = (
        references.join(heads.select("declaration", "case"), on="declaration", maintain_order="left")
        .join(known, on="certificate", how="left", maintain_order="left")
        .join(tables.standings, on="certificate", how="left", maintain_order="left")
        .with_columns(
            known=col("known").fill_null(value=False) & (col("state").fill_null("available") != "unknown")
        )
    )
    agent_by_uscc = col("behind_agent_uscc") == col("holder_uscc")
    agent_by_code = col("behind_agent_code") == col("holder_code")
    behind_is_known = col("behind_known").fill_null(value=False) & (
        col("behind_state").fill_null("available") != "unknown"
    )
    certified = (*tables.certificates.columns[1:], "principal_uscc", "principal_code")
    return told.select(
        "case",
        "certificate",
        state=pl.when("known").then(col("state").fill_null("available")).otherwise(pl.lit("unknown")),
        held_by="held_by",
        known="known",
        behind=col("behind").fill_null(value=False),
        ticket="ticket",
        for_agent=pl.when("known").then(col("agent_uscc").is_not_null() | col("agent_code").is_not_null()),
        **{
            name: pl.when("known").then(name)
            for name in certified
            if name not in ("agent_uscc", "agent_code", "principal_uscc", "principal_code")
        },
        principal_state=pl.when(col("known") & col("principal").is_not_null()).then(
            pl.when(behind_is_known)
            .then(col("behind_state").fill_null("available"))
            .otherwise(pl.lit("unknown"))
        ),
        principal_fits=pl.when("known").then(
            behind_is_known & pl.coalesce(agent_by_uscc, agent_by_code, pl.lit(value=False))
        ),
        principal_uscc=pl.when(behind_is_known).then("principal_uscc"),
        principal_code=pl.when(behind_is_known).then("principal_code"),
        holder_checks=pl.when("known").then(_checks(told, "holder_uscc")),
    ).with_row_index("ref_row")


def _checks(frame: pl.DataFrame, column: str) -> pl.Series:
    """Whether each code's check digit fits, asked once for every code."""
    codes = frame.get_column(column).unique().drop_nulls()
    told = pl.DataFrame(
        {column: codes, "fits": [uscc_check_digit_fits(code) for code in codes]},
        schema={column: pl.String, "fits": pl.Boolean},
    )
    fits = frame.select(column).join(told, on=column, how="left", maintain_order="left").get_column("fits")
    return fits.fill_null(value=True)


def with_export(heads: pl.DataFrame, named: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The export declaration concerned: the one named; a return may leave that to its certificates."""
    silent = heads.filter((col("act") == "return") & col("related").is_null()).select("case")
    if not silent.height:
        return heads.with_columns(export="related")
    told = (
        named.filter("known")
        .join(silent, on="case")
        .select("case", "certificate")
        .join(tables.lines.select("certificate", "line_declaration"), on="certificate")
        .group_by("case")
        .agg(told=col("line_declaration").unique())
        .filter(col("told").list.len() == 1)
        .select("case", told=col("told").list.first())
    )
    return (
        heads.join(told, on="case", how="left", maintain_order="left")
        .with_columns(export=pl.coalesce("related", "told"))
        .drop("told")
    )


def items(tables: Tables, heads: pl.DataFrame) -> pl.DataFrame:
    """The items of each case; of a withdrawal without items those of the export declaration."""
    own = heads.select("declaration", "case").join(
        tables.items, on="declaration", maintain_order="left_right"
    )
    whole = heads.filter(col("act") == "withdrawal").join(own.select("case"), on="case", how="anti")
    if whole.height:
        in_force = _originals(tables).select("export")
        theirs = (
            whole.join(in_force, on="export")
            .select("case", declaration="export")
            .join(tables.items, on="declaration")
            .select(own.columns)
        )
        own = pl.concat([own, theirs]).sort("case", maintain_order=True)
    return own.drop("declaration")


def _originals(tables: Tables) -> pl.DataFrame:
    """The export declarations on record and in force, once each, what was told to be judged last."""
    exported = (
        tables.declarations.filter(col("act") == "export")
        .sort("judged")
        .unique("declaration", keep="first", maintain_order=True)
    )
    state = tables.exports.select(declaration="export", export_state="export_state")
    return (
        exported.join(state, on="declaration", how="left", maintain_order="left")
        .filter(col("export_state").fill_null("in_force") == "in_force")
        .rename({"declaration": "export"})
    )


def with_facts(heads: pl.DataFrame, named: pl.DataFrame, items: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Everything that a case says once."""
    counts = named.group_by("case").agg(named=pl.len(), all_known=col("known").all())
    sizes = items.group_by("case").agg(items=pl.len())
    heads = (
        heads.join(counts, on="case", how="left", maintain_order="left")
        .join(sizes, on="case", how="left", maintain_order="left")
        .with_columns(
            col("named").fill_null(0), col("all_known").fill_null(value=True), col("items").fill_null(0)
        )
    )
    originals = _originals(tables).select(
        "export",
        original_uscc="trader_uscc",
        original_code="trader_code",
        original_day=pl.coalesce("moved_on", "declared_on"),
        original_declared="declared_on",
        original_mode="mode",
        **{f"original_{name}": name for name in _PRICE},
        original=pl.lit(value=True),
    )
    heads = beside(heads, originals, "export")
    heads = beside(heads, tables.exports.select("export", "export_state", "amended_on", "changing"), "export")
    consignors = tables.exports.select(
        concerned="export", consignor_uscc="consignor_uscc", consignor_code="consignor_code"
    )
    heads = heads.with_columns(
        original=col("original").fill_null(value=False) & (col("act") != "export"),
        concerned=pl.coalesce("export", "declaration"),
    ).pipe(beside, consignors, "concerned")
    export = col("act") == "export"
    heads = heads.with_columns(
        export_state=pl.when(export | col("export").is_null())
        .then(pl.lit("unknown"))
        .otherwise(
            pl.coalesce(
                "export_state", pl.when("original").then(pl.lit("in_force")).otherwise(pl.lit("unknown"))
            )
        ),
        export_mode=pl.when(export).then("mode").otherwise("original_mode"),
        **{name: pl.when(export).then(name).otherwise(f"original_{name}") for name in _PRICE},
    )
    modes_of_export = _MODES.select(export_mode="mode", refundable="refundable", ecommerce="ecommerce")
    heads = heads.join(_MODES.select("mode", "acts"), on="mode", how="left", maintain_order="left").join(
        modes_of_export, on="export_mode", how="left", maintain_order="left"
    )
    unasked = col("acts").is_null() | ~col("act").is_in(["export", "return"])
    heads = _with_sums(heads, tables)
    return heads.with_columns(
        mode_known=col("acts").is_not_null(),
        mode_serves=unasked | col("acts").list.contains(col("act")),
        ecommerce=col("ecommerce").fill_null(value=False),
        goods_terms="terms",
        partial=_partial(heads, items, tables),
        **{f"{who}_checks": _checks(heads, f"{who}_uscc") for who in ("trader", "owner", "declarant")},
    )


_PRICE: Final = (
    "terms",
    "net_weight",
    "freight_mark",
    "freight",
    "freight_currency",
    "insurance_mark",
    "insurance",
    "insurance_currency",
)


def _with_sums(heads: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The total of all items of the declaration of export, if they are in one currency and all stated: what
    charges are shared out by.
    """
    charged = any(heads.get_column(name).null_count() < heads.height for name in ("freight", "insurance"))
    if not charged or tables.lines.get_column("line_fob").null_count() == tables.lines.height:
        return heads.with_columns(goods_sum=pl.lit(None, pl.Int128))
    sums = (
        tables.items.group_by("declaration")
        .agg(
            goods_sum=col("total").cast(pl.Int128).sum(),
            whole=(col("currency").n_unique() == 1) & (col("total").null_count() == 0),
        )
        .select(exported="declaration", goods_sum=pl.when("whole").then("goods_sum"))
    )
    exported = (
        pl.when(col("act") == "export").then("declaration").otherwise(pl.when("original").then("export"))
    )
    return heads.with_columns(exported=exported).join(sums, on="exported", how="left", maintain_order="left")


def _partial(heads: pl.DataFrame, items: pl.DataFrame, tables: Tables) -> pl.Series:
    """Whether a withdrawal names less than the whole export declaration."""
    withdrawn = heads.filter((col("act") == "withdrawal") & col("original")).select(
        "case", declaration="export"
    )
    left = (
        withdrawn.join(
            tables.items.select("declaration", "item", "first_unit", whole="first"), on="declaration"
        )
        .join(
            items.select("case", "item", "first_unit", "first"), on=["case", "item", "first_unit"], how="left"
        )
        .filter(col("first").fill_null(0) < col("whole"))
        .select("case")
        .unique()
    )
    return heads.get_column("case").is_in(left.get_column("case").implode())
