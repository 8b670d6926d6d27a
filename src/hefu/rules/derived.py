"""Columns that several rules share, computed once from the frame: conversions, sums, guards.

A guard keeps one cause from yielding several findings: a rule speaks only where what it compares
is there and comparable. What is dear (conversions, windows, values, names) is computed only where the
frame has something to convert, to sum or to doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import polars as pl

from hefu.rules import agency, refund, value
from hefu.rules.expressions import OF_ITEM, OF_LINE, converted, is_told, lost, same_hs, same_party, wide
from hefu.rules.frame import HEAD_SCHEMA
from hefu.rules.policy import Policy
from hefu.rules.rule import Seldom

col = pl.col

_HEADS = [
    (col("known") & (col("purpose") == col("act"))).fill_null(value=False).alias("fit"),
    (col("state").eq("available") | (col("held_by") == col("declaration")))
    .fill_null(value=False)
    .alias("mine"),
    same_party("holder", "trader").alias("holder_is_trader"),
    pl.coalesce(
        col("original_uscc") == col("trader_uscc"),
        col("original_code") == col("trader_code"),
        same_party("original", "holder") & same_party("holder", "trader"),
    ).alias("original_is_trader"),
    (col("known") & col("principal").is_not_null()).alias("chained"),
    same_party("principal_agent", "holder").alias("principal_names_holder"),
    agency.UNTOLD,
]
"""What a case and a certificate that it names tell without items and lines."""

_PAIRS = [
    same_hs("item_hs", "line_hs").alias("hs_fits"),
    same_hs("original_hs", "line_hs").alias("hs_fits_original"),
    (col("line_declaration") == col("export")).fill_null(value=False).alias("same_export"),
    (col("line").is_not_null() & col("item").is_not_null()).alias("paired"),
    pl.coalesce("left_unit", "original_unit").alias("goods_unit"),
    pl.coalesce("original_hs", "line_hs").alias("hs_then"),
    pl.when(col("refunded") > 0).then("refunded").otherwise("repaid").alias("tax_told"),
    pl.coalesce("original_declared", "line_export_day").alias("export_declared"),
    pl.coalesce(
        "line_export_day", pl.when(col("line_declaration") == col("export")).then("original_declared")
    ).alias("exported_on"),
]

_GUARDS = [
    (col("fit") & col("paired")).alias("comparable"),
    (col("fit") & col("paired") & (col("line_dimension") == col("item_dimension"))).alias("measurable"),
    (col("fit") & col("after_export") & col("same_export") & col("original")).alias("original_concerned"),
    ((col("act") == "return") & col("original_hs").is_not_null()).alias("return_of_known"),
]

_MANY: Final = 10_000
_OF_GOODS = ("case", "line_declaration", "line_item")


def derive(frame: pl.DataFrame, policy: Policy, seldom: tuple[Seldom, ...]) -> pl.DataFrame:
    """The frame with the shared columns. Items that draw on one line, and lines of the same goods,
    count with their sum.
    """
    return agency.with_told(_with_pairs(frame, policy, seldom, (*_HEADS, *_PAIRS)))


def derive_heads(frame: pl.DataFrame, policy: Policy, seldom: tuple[Seldom, ...]) -> pl.DataFrame:
    """A frame of cases and certificates alone, with the shared columns that need no more."""
    return agency.with_told(_with_seldom(frame.with_columns(_HEADS), policy, seldom))


def derive_pairs(frame: pl.DataFrame, policy: Policy, seldom: tuple[Seldom, ...]) -> pl.DataFrame:
    """The rest of the shared columns, for a frame that has those of :func:`derive_heads`."""
    return _with_pairs(frame, policy, seldom, _PAIRS)


HEADS: Final = frozenset({*HEAD_SCHEMA, *(one.meta.output_name() for one in _HEADS)} - {"uncovered"})
"""The columns of :func:`derive_heads`, beside those asked seldom; what is uncovered shows only when items and
lines have been paired."""


def reads(policy: Policy, seldom: Iterable[Seldom]) -> frozenset[str]:
    """The columns that these are asked by and judged by."""
    asked = {name for one in seldom for name in one.asked(policy).meta.root_names()}
    return frozenset(asked.union(*(one.reads for one in seldom)))


def reads_of_heads(policy: Policy, seldom: tuple[Seldom, ...]) -> frozenset[str]:
    """What :func:`derive_heads` reads."""
    return reads(policy, seldom).union(agency.READS, *(one.meta.root_names() for one in _HEADS))


def reads_of_pairs(policy: Policy, seldom: tuple[Seldom, ...]) -> frozenset[str]:
    """What :func:`derive_pairs` reads, beside quantities and units."""
    shared = (one.meta.root_names() for one in (*_PAIRS, *_GUARDS))
    return reads(policy, seldom).union(*shared, OF_LINE, OF_ITEM, value.READS, refund.READS)


def _with_pairs(
    frame: pl.DataFrame, policy: Policy, seldom: tuple[Seldom, ...], first: Sequence[pl.Expr]
) -> pl.DataFrame:
    limited = is_told(frame, "left")
    valued = is_told(frame, "line_fob")
    refunded = is_told(frame, "refunded")
    frame = _with(
        frame,
        *first,
        _in_unit(frame, "item_quantity", "item", "line").alias("drawn"),
        _in_unit(frame, "original_quantity", "original", "line").alias("exported"),
        _in_unit(frame, "left", "left", "line").alias("left_here"),
        *([] if limited else _UNLIMITED),
        *([] if valued else value.NOTHING),
        *([] if refunded else refund.NOTHING),
    )
    drawn = _summed(frame, col("drawn"), OF_LINE, "line_shared").alias("drawn_of_line")
    frame = _with(frame, drawn, *_GUARDS)
    frame = _with(frame, *_exactly(frame))
    if is_told(frame, "pool"):
        frame = _with(frame, *_together())
    if limited:
        frame = _with_goods(frame)
    if valued:
        frame = value.with_values(frame, policy)
    if refunded:
        frame = refund.with_repayment(frame, policy)
    return _with_seldom(frame, policy, seldom)


def _with(frame: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    """Few rows are soonest done without handing columns to other cores."""
    return frame.with_columns(columns) if frame.height > _MANY else frame.with_columns_seq(columns)


def _in_unit(frame: pl.DataFrame, quantity: str, source: str, target: str) -> pl.Expr:
    """A quantity in another unit: as it is where all the frame counts in one unit."""
    a, b = frame.get_column(f"{source}_unit"), frame.get_column(f"{target}_unit")
    if (a != b).any():
        return converted(quantity, source, target)
    return pl.when(col(f"{target}_unit").is_not_null()).then(wide(quantity))


def _summed(frame: pl.DataFrame, value: pl.Expr, over: tuple[str, ...], flag: str) -> pl.Expr:
    return value.sum().over(*over) if frame.get_column(flag).any() else value


def _exactly(frame: pl.DataFrame) -> tuple[pl.Expr, ...]:
    """What is compared: how much more than the line holds is drawn from it (``excess``), and how much more
    than was exported is certified (``beyond``); in the frame's one unit, or, where units differ, in parts that
    they have in common (``part`` of the line's unit), since a converted quantity is rounded. Likewise whether
    the exported quantity that the line states is another than was exported (``exported_off``). ``pooled`` and
    ``pool_excess`` are quantity and excess of a line that is drawn on alone.
    """
    line, exported, stated = wide("line_quantity"), col("exported"), wide("line_exported")
    if not _is_mixed(frame):
        excess = col("drawn_of_line") - line
        return (
            col("line_quantity").alias("pooled"),
            excess.alias("excess"),
            excess.alias("pool_excess"),
            (line - exported).alias("beyond"),
            (stated != exported).alias("exported_off"),
            pl.lit(1, pl.Int64).alias("part"),
        )
    line = line * wide("line_size")
    drawn = pl.when(col("drawn").is_not_null()).then(wide("item_quantity") * wide("item_size"))
    shipped = pl.when(exported.is_not_null()).then(wide("original_quantity") * wide("original_size"))
    excess = _summed(frame, drawn, OF_LINE, "line_shared") - line - lost("item", "line")
    return (
        col("line_quantity").alias("pooled"),
        excess.alias("excess"),
        excess.alias("pool_excess"),
        (line - shipped - lost("original", "line")).alias("beyond"),
        ((stated * wide("line_size") - shipped).abs() > lost("original", "line")).alias("exported_off"),
        col("line_size").alias("part"),
    )


def _together() -> tuple[pl.Expr, ...]:
    """What the lines hold that are drawn on together (``pooled``, in the line's unit), and how much more is drawn of
    those among them that are overdrawn (``pool_excess``): a tolerance is one, however many certificates there are.
    """

    def once(value: pl.Expr) -> pl.Expr:
        return pl.when("line_first").then(value).otherwise(0).sum().over("case", "pool")

    alone = col("pool").is_null()
    whole = once(wide("line_quantity") * col("part")) // col("part")
    over = once(pl.when(col("excess") > 0).then("excess").otherwise(0))
    return (
        pl.when(alone).then("pooled").otherwise(whole).alias("pooled"),
        pl.when(alone).then("pool_excess").otherwise(over).alias("pool_excess"),
    )


def _is_mixed(frame: pl.DataFrame) -> bool:
    line = frame.get_column("line_unit")
    return any((frame.get_column(f"{one}_unit") != line).any() for one in ("item", "original", "left"))


_UNLIMITED = (
    pl.lit(None, pl.Int128).alias("taken_of_goods"),
    pl.lit(None, pl.Int128).alias("wanted_of_goods"),
    pl.lit(value=False).alias("goods_exceeded"),
)


def _with_goods(frame: pl.DataFrame) -> pl.DataFrame:
    """What rows take of the exported goods: in the account's unit, rounded as the ledger rounds it, and in
    the line's; of a line that is overdrawn its own quantity, which its own rule speaks about. It is more than
    is left if it is so either exactly or as the ledger would count it.
    """

    def taken(drawn: pl.Expr, line: pl.Expr) -> pl.Expr:
        own = pl.when(col("excess") <= 0).then(drawn).when("line_first").then(line).otherwise(0)
        return _summed(frame, own, _OF_GOODS, "goods_shared")

    counted = taken(
        _in_unit(frame, "drawn", "line", "left"), _in_unit(frame, "line_quantity", "line", "left")
    )
    more = col("taken_of_goods") > col("left")
    if _is_mixed(frame):
        exact = taken(wide("item_quantity") * wide("item_size"), wide("line_quantity") * wide("line_size"))
        left = pl.when(col("line_dimension") == col("left_dimension")).then(wide("left") * wide("left_size"))
        more = more | (exact > left + lost("left", "line"))
    frame = frame.with_columns_seq(counted.alias("taken_of_goods"))
    wanted = _in_unit(frame, "taken_of_goods", "left", "line")
    return frame.with_columns_seq(wanted.alias("wanted_of_goods"), more.alias("goods_exceeded"))


def _with_seldom(frame: pl.DataFrame, policy: Policy, columns: tuple[Seldom, ...]) -> pl.DataFrame:
    asked = frame.select_seq(_asked(policy, columns))
    return frame.with_columns_seq(
        _judged(frame, flag, one, policy) if flag.any() else one.nowhere
        for one, flag in zip(columns, asked.iter_columns(), strict=True)
    )


@lru_cache(maxsize=64)
def _asked(policy: Policy, columns: tuple[Seldom, ...]) -> list[pl.Expr]:
    """Built once a policy: writing expressions costs as much as asking them of one row."""
    return [one.asked(policy) for one in columns]


def _judged(frame: pl.DataFrame, asked: pl.Series, one: Seldom, policy: Policy) -> pl.Series:
    """The column, judged once for each combination of values that occurs."""
    known: dict[tuple[object, ...], object] = {}
    rows = frame.select(one.reads).filter(asked).rows()
    for row in rows:
        if row not in known:
            known[row] = one.judge(policy, *row)
    everywhere = pl.Series(one.name, [one.default], dtype=one.dtype).new_from_index(0, frame.height)
    return everywhere.scatter(asked.arg_true(), pl.Series([known[row] for row in rows], dtype=one.dtype))
