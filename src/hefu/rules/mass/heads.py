"""What is told once: of each case, of each certificate that it names, and which rows are its items and lines.

A document's rows stand together in its table, so joins go over runs of rows, not over rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from hefu.documents.certificate import RefundState
from hefu.documents.codes.tables import modes, units
from hefu.documents.declaration import Act
from hefu.rules.case import ExportState, UseState
from hefu.rules.expressions import is_told
from hefu.rules.mass.agency import with_principals
from hefu.rules.mass.joins import beside, checks, rows_of, runs_of
from hefu.rules.mass.tables import Tables
from hefu.rules.policy import Policy

col = pl.col

_AFTER: Final = ["return", "amendment", "withdrawal"]
_MODES: Final = pl.DataFrame(
    [(one.code, sorted(one.acts), one.refundable, one.ecommerce) for one in modes().values()],
    schema={"mode": pl.String, "acts": pl.List(pl.String), "refundable": pl.String, "ecommerce": pl.Boolean},
    orient="row",
)
_CODE: Final = pl.Enum(
    list(dict.fromkeys(one.value for kind in (Act, UseState, ExportState, RefundState) for one in kind))
)
_CODED: Final = frozenset({"act", "purpose", "state", "export_state", "refund_state", "principal_state"})
"""What is asked at every pair is soonest compared as a number."""
_YES, _NUMBER, _NOTHING = pl.lit(value=True), pl.lit(None, pl.Int64), pl.lit(None, pl.String)


@dataclass(frozen=True, slots=True)
class Told:
    """One row a case (``heads``), one a certificate that a case names (``named``), both in the order of the
    cases; the ties of items to lines; the rows of the tables' items and lines that are concerned; and where each
    declaration's items stand (``runs``).
    """

    heads: pl.DataFrame
    named: pl.DataFrame
    ties: pl.DataFrame
    items: pl.DataFrame
    lines: pl.DataFrame
    runs: pl.DataFrame


def tell(tables: Tables, policy: Policy) -> Told:
    """Everything that is told of the declarations that are to be judged."""
    heads = _asked(tables, policy)
    named, ties = _named(tables, heads)
    heads = _with_export(heads, named, tables)
    runs = runs_of(tables.items.get_column("declaration"))
    items = _items(tables, heads, runs)
    known = named.filter("known").select("certificate", "case", "ref_row")
    lines = rows_of(runs_of(tables.lines.get_column("certificate")), known)
    named = _serving(named, heads)
    heads = _with_facts(heads, named, items, tables, runs)
    heads, named = (one.cast(dict.fromkeys(_CODED & set(one.columns), _CODE)) for one in (heads, named))
    return Told(heads, named, ties, items, lines, runs)


def _asked(tables: Tables, policy: Policy) -> pl.DataFrame:
    """The declarations that are judged: in scope, or naming a certificate."""
    in_scope = [act for act in ("export", *_AFTER) if act != "export" or policy.scope == "broad"]
    heads = tables.declarations.filter("judged").with_columns(needed=col("act").is_in(in_scope))
    if not heads.get_column("needed").all():
        naming = col("declaration").is_in(tables.references.get_column("declaration").unique().implode())
        heads = heads.filter(col("needed") | naming)
    return (
        heads.drop("judged")
        .with_row_index("case")
        .with_columns(col("case").cast(pl.Int64), after_export=col("act").is_in(_AFTER))
    )


def _named(tables: Tables, heads: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each certificate named by each case, once, with what is known of it; and each tie of an item to it."""
    same = pl.all_horizontal(col(name) == col(name).shift() for name in ("declaration", "certificate"))
    begins = tables.references.select(~same.fill_null(value=False)).to_series()
    run = begins.cum_sum().alias("run")
    runs = (
        tables.references.select("declaration", "certificate")
        .with_columns(run)
        .filter(begins)
        .join(heads.select("declaration", "case"), on="declaration", maintain_order="left")
        .sort("case", maintain_order=True)
    )
    named = (
        runs.select("case", "certificate")
        .unique(maintain_order=True)
        .with_row_index("ref_row")
        .with_columns(col("ref_row").cast(pl.Int64))
    )
    tied = tables.references.select(run, "item", "line").filter(col("item").is_not_null())
    of_runs = runs.join(tied.select("run").unique(), on="run", how="semi")
    of_runs = of_runs.join(named, on=["case", "certificate"]).select("run", "case", "ref_row")
    ties = tied.join(of_runs, on="run", maintain_order="left").drop("run")
    return _certified(named, tables), ties


def _certified(named: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """What certificates and registers say of each."""
    told = beside(named, tables.certificates.with_columns(known=_YES), "certificate")
    told = beside(told, tables.standings, "certificate")
    told = told.with_columns(
        known=col("known").fill_null(value=False) & (col("state").fill_null("available") != "unknown")
    )
    stated = (
        "purpose",
        "issued_on",
        "holder_uscc",
        "holder_code",
        "holder_name",
        "principal",
        "refund_state",
    )
    return told.select(
        "case",
        "ref_row",
        "certificate",
        "held_by",
        "known",
        "ticket",
        *(pl.when("known").then(name).alias(name) for name in stated),
        state=pl.when("known").then(col("state").fill_null("available")).otherwise(pl.lit("unknown")),
        behind=col("behind").fill_null(value=False),
        for_agent=pl.when("known").then(col("agent_uscc").is_not_null() | col("agent_code").is_not_null()),
        holder_checks=pl.when("known").then(checks(told.get_column("holder_uscc"))),
    ).pipe(with_principals, tables)


def _with_export(heads: pl.DataFrame, named: pl.DataFrame, tables: Tables) -> pl.DataFrame:
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
    told = beside(heads, told, "case")
    return told.with_columns(export=pl.coalesce("related", "told")).drop("told")


def _items(tables: Tables, heads: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """The items of each case; of a withdrawal without items those of the export declaration."""
    own = rows_of(runs, heads.select("declaration", "case"))
    whole = heads.filter(col("act") == "withdrawal").join(own.select("case"), on="case", how="anti")
    if not whole.height:
        return own
    in_force = _originals(tables, whole.get_column("export")).select("export")
    theirs = rows_of(runs, whole.join(in_force, on="export", how="semi").select("export", "case"))
    return pl.concat([own, theirs]).sort("case", maintain_order=True)


def _originals(tables: Tables, exports: pl.Series) -> pl.DataFrame:
    """These export declarations as far as they are on record and in force, once each: as given for their own
    sake rather than as one to be judged.
    """
    asked = exports.drop_nulls().unique().to_frame("declaration")
    exported = tables.declarations.filter(col("act") == "export").join(asked, on="declaration", how="semi")
    given, judged = exported.filter(~col("judged")), exported.filter("judged")
    if judged.height:
        given = pl.concat([given, judged.join(given, on="declaration", how="anti")])
    told = beside(given.rename({"declaration": "export"}), tables.exports, "export")
    return told.filter(col("export_state").fill_null("in_force") == "in_force").drop(
        *(name for name in tables.exports.columns if name != "export")
    )


_PRICE: Final = (
    "terms", "net_weight", "freight_mark", "freight", "freight_currency",
    "insurance_mark", "insurance", "insurance_currency",
)  # fmt: skip


def _with_facts(
    heads: pl.DataFrame, named: pl.DataFrame, items: pl.DataFrame, tables: Tables, runs: pl.DataFrame
) -> pl.DataFrame:
    """Everything that a case says once."""
    counts = named.group_by("case").agg(
        named=pl.len(), all_known=col("known").all(), serving=col("serves").any()
    )
    sizes = items.group_by("case").agg(items=pl.len())
    heads = beside(beside(heads, counts, "case"), sizes, "case").with_columns(
        col("named").fill_null(0),
        col("all_known").fill_null(value=True),
        col("serving").fill_null(value=False),
        col("items").fill_null(0),
    )
    originals = _originals(tables, heads.get_column("export")).select(
        "export",
        original_uscc="trader_uscc",
        original_code="trader_code",
        original_day=pl.coalesce("moved_on", "declared_on"),
        original_declared="declared_on",
        original_mode="mode",
        **{f"original_{name}": name for name in _PRICE},
        original=_YES,
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
    on_record = pl.when("original").then(pl.lit("in_force")).otherwise(pl.lit("unknown"))
    heads = heads.with_columns(
        export_state=pl.coalesce("export_state", on_record),
        export_mode=pl.when(export).then("mode").otherwise("original_mode"),
        **{name: pl.when(export).then(name).otherwise(f"original_{name}") for name in _PRICE},
    )
    modes_of_export = _MODES.select(export_mode="mode", refundable="refundable", ecommerce="ecommerce")
    heads = beside(beside(heads, _MODES.select("mode", "acts"), "mode"), modes_of_export, "export_mode")
    unasked = col("acts").is_null() | ~col("act").is_in(["export", "return"])
    heads = _with_lacking(_with_sums(heads, tables), items, tables, runs)
    return heads.with_columns(
        mode_known=col("acts").is_not_null(),
        mode_serves=unasked | col("acts").list.contains(col("act")),
        ecommerce=col("ecommerce").fill_null(value=False),
        goods_terms="terms",
        **{
            f"{who}_checks": checks(heads.get_column(f"{who}_uscc"))
            for who in ("trader", "owner", "declarant")
        },
    )


def _serving(named: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """With whether each certificate is free or the declaration's own, and for its act."""
    of_case = named.select(
        act=pl.lit(heads.get_column("act")).gather("case"),
        number=pl.lit(heads.get_column("declaration")).gather("case"),
    )
    free = (col("state") == "available") | (col("held_by") == of_case.get_column("number"))
    fit = col("purpose") == of_case.get_column("act")
    return named.with_columns(serves=(free & fit).fill_null(value=False))


def _with_sums(heads: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The total of all items of the declaration of export, if they are in one currency and all stated: what
    charges are shared out by.
    """
    if not (is_told(heads, "freight", "insurance") and is_told(tables.lines, "line_fob")):
        return heads.with_columns(goods_sum=pl.lit(None, pl.Int128))
    sums = (
        tables.items.group_by("declaration")
        .agg(
            goods_sum=col("total").cast(pl.Int128).sum(),
            whole=(col("currency").n_unique() == 1) & (col("total").null_count() == 0),
        )
        .select(exported="declaration", goods_sum=pl.when("whole").then("goods_sum"))
    )
    own, theirs = pl.when(col("act") == "export").then("declaration"), pl.when("original").then("export")
    return beside(heads.with_columns(exported=pl.coalesce(own, theirs)), sums, "exported")


def _with_lacking(
    heads: pl.DataFrame, items: pl.DataFrame, tables: Tables, runs: pl.DataFrame
) -> pl.DataFrame:
    """With the first item of the export declaration that a withdrawal names less of, or not at all."""
    withdrawn = heads.filter((col("act") == "withdrawal") & col("original"))
    if not withdrawn.height:
        return heads.with_columns(lacking=_NUMBER, lacking_quantity=_NUMBER, lacking_unit=_NOTHING)
    exported = rows_of(runs, withdrawn.select("export", "case"))
    concerned = items.join(withdrawn.select("case"), on="case", how="semi")
    goods = tables.items.select("item", "first_unit", "first", "second_unit", "second")
    whole = exported.select("case").hstack(goods[exported.get_column("src")])
    named = concerned.select("case").hstack(goods[concerned.get_column("src")])
    both = _sized(whole.join(named, on=["case", "item"], how="left", suffix="_named"))
    less = both.filter(
        col("first_named").is_null() | ((col("alike")) & (col("mine") < col("theirs"))).fill_null(value=False)
    ).sort("item")
    first = less.group_by("case").agg(
        lacking=col("item").first(),
        lacking_quantity=col("first").first(),
        lacking_unit=col("first_unit").first(),
    )
    return beside(heads, first, "case")


def _sized(both: pl.DataFrame) -> pl.DataFrame:
    """What was exported and what is named of it, in one unit each of a kind (``alike``)."""
    kinds = {code: one.dimension for code, one in units().items()}
    sizes = {code: one.size for code, one in units().items()}

    def kind(unit: str) -> pl.Expr:
        return col(unit).replace_strict(kinds, default=None, return_dtype=pl.String)

    def size(unit: str) -> pl.Expr:
        return col(unit).replace_strict(sizes, default=None, return_dtype=pl.Int128)

    second = (kind("first_unit_named") != kind("first_unit")) & (
        kind("second_unit_named") == kind("first_unit")
    )
    second = second.fill_null(value=False)
    both = both.with_columns(
        unit=pl.when(second).then("second_unit_named").otherwise("first_unit_named"),
        amount=pl.when(second).then("second_named").otherwise("first_named"),
    )
    return both.with_columns(
        alike=kind("unit") == kind("first_unit"),
        mine=col("amount").cast(pl.Int128) * size("unit"),
        theirs=col("first").cast(pl.Int128) * size("first_unit"),
    )
