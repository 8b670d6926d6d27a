"""A million pairs of item and certificate line, judged by all rules, beside a bare join-and-compare.

Half the pairs are exports of four items tied to their lines (EcoRelation); half are returns of two items that find
their lines by code, with the export declaration that they come from. One pair in some twenty is not sound.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import polars as pl
from stdnum.cn import uscc

from benchmarks.measure import Bar, Row, paired
from hefu.rules.mass.judge import judge
from hefu.rules.mass.tables import (
    CERTIFICATES,
    DECLARATIONS,
    EXPORTS,
    GOODS,
    ITEMS,
    LINES,
    REFERENCES,
    STANDINGS,
    Tables,
)
from hefu.rules.policy import Policy

col = pl.col
_FIRMS = 20_000


def _noise(height: int, seed: int, below: int) -> pl.Series:
    return pl.int_range(height, eager=True).hash(seed=seed) % below


@cache
def _codes() -> pl.Series:
    """Social credit codes with check digits that fit."""
    begun = (f"91110000{number:09d}" for number in range(2 * _FIRMS))
    return pl.Series([code + uscc.calc_check_digit(code) for code in begun])


def _firms(numbers: pl.Expr) -> dict[str, pl.Expr]:
    text = numbers.cast(pl.String).str.zfill(8)
    return {
        "uscc": pl.lit(_codes()).gather(numbers),
        "code": pl.concat_str(pl.lit("11"), text),
        "name": pl.concat_str(pl.lit("北京合符第"), text, pl.lit("进出口有限公司")),
    }


def _number(office: str, kind: str, place: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{office}2026{kind}"), place.cast(pl.String).str.zfill(9))


def tables(pairs: int) -> Tables:
    """Documents with about that many pairs."""
    exports, returns = pairs // 8, pairs // 4
    made = [_exports(exports), _returns(returns)]
    joined = {
        name: pl.concat([getattr(one, name) for one in made], how="vertical") for name in Tables.__slots__
    }
    return Tables(**joined)


def _shaped(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(col(name).cast(kind) for name, kind in schema.items())


def _heads(count: int, act: str, kind: str, office: str, judged: bool, day: int) -> pl.DataFrame:
    firms = _firms(col("firm"))
    mode = {"export": "0110", "return": "4561"}[act]
    return pl.DataFrame(
        {"place": pl.int_range(count, eager=True), "firm": _noise(count, 1, _FIRMS)}
    ).with_columns(
        declaration=_number(office, kind, col("place")),
        judged=pl.lit(judged),
        act=pl.lit(act),
        mode=pl.lit(mode),
        declared_on=pl.lit(day),
        terms=pl.lit("3"),
        trader_uscc=firms["uscc"],
        trader_code=firms["code"],
        trader_name=firms["name"],
        owner_uscc=firms["uscc"],
    )


def _goods(heads: pl.DataFrame, items: int, seed: int) -> pl.DataFrame:
    each = pl.int_range(heads.height * items, eager=True)
    rows = pl.DataFrame({"place": each // items, "item": each % items + 1})
    height = rows.height
    return rows.join(
        heads.select("place", "declaration", "firm"), on="place", maintain_order="left"
    ).with_columns(
        hs=pl.concat_str(
            (col("item") + 60).cast(pl.String),
            pl.lit("09"),
            (_noise(height, seed, 9000) + 100000).cast(pl.String),
        ),
        name=pl.concat_str(pl.lit("针织货物"), _noise(height, seed + 1, 5000).cast(pl.String)),
        unit=_noise(height, seed + 2, 3).replace_strict(
            [0, 1, 2], ["011", "035", "007"], return_dtype=pl.String
        ),
        quantity=(_noise(height, seed + 3, 10**9) + 10**5).cast(pl.Int64),
        total=(_noise(height, seed + 4, 10**9) + 10**5).cast(pl.Int64),
        fault=_noise(height, seed + 5, 200),
    )


def _items(goods: pl.DataFrame, faulty: bool) -> pl.DataFrame:
    fault = col("fault") if faulty else pl.lit(199)
    told = goods.with_columns(
        item_hs=pl.when(fault == 0).then(pl.lit("9999999999")).otherwise("hs"),
        item_name=pl.when(fault == 1).then(pl.lit("完全不同")).otherwise("name"),
        first=pl.when(fault == 2).then(col("quantity") * 2).otherwise("quantity"),
        first_unit="unit",
        currency=pl.lit("USD"),
        item_origin=pl.when(fault == 3).then(pl.lit("VNM")).otherwise(pl.lit("CHN")),
    )
    return _shaped(told, dict(ITEMS))


def _lines(goods: pl.DataFrame, certificate: pl.Expr, exported: bool) -> pl.DataFrame:
    tons = (col("fault") >= 190) & (col("unit") == "035")
    told = goods.with_columns(
        certificate=certificate,
        line="item",
        line_declaration=col("origin_declaration") if exported else pl.lit(None, pl.String),
        line_item=col("item") if exported else pl.lit(None, pl.Int64),
        line_hs="hs",
        line_name="name",
        line_unit=pl.when(tons).then(pl.lit("070")).otherwise("unit"),
        line_quantity=pl.when(tons).then(col("quantity") // 1000 + 1).otherwise("quantity"),
        line_export_day=pl.lit(20480) if exported else pl.lit(None, pl.Int64),
        line_fob=pl.when(col("fault") == 4).then(col("total") * 2).otherwise("total"),
    )
    return _shaped(told, dict(LINES)).sample(fraction=1, shuffle=True, seed=7)


def _certificates(heads: pl.DataFrame, certificate: pl.Expr, purpose: str) -> pl.DataFrame:
    wrong = pl.when(_noise(heads.height, 9, 200) == 0).then(col("firm") + _FIRMS - 1).otherwise("firm")
    firms = _firms(wrong)
    told = heads.with_columns(
        certificate=certificate,
        purpose=pl.lit(purpose),
        issued_on=pl.lit(20500),
        holder_uscc=firms["uscc"],
        holder_code=firms["code"],
        holder_name=firms["name"],
        refund_state=pl.lit("not_claimed"),
    )
    return _shaped(told, dict(CERTIFICATES)).sample(fraction=1, shuffle=True, seed=8)


def _none(schema: object) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))  # type: ignore[call-overload]


def _exports(count: int) -> Tables:
    heads = _heads(count, "export", "0", "5301", True, 20510)
    goods = _goods(heads, 4, 11)
    certificate = pl.concat_str(pl.lit("CK"), col("place").cast(pl.String).str.zfill(12))
    references = goods.select("declaration", certificate=certificate, item="item", line="item")
    return Tables(
        _shaped(heads, dict(DECLARATIONS)),
        _items(goods, faulty=True),
        _shaped(references, dict(REFERENCES)),
        _certificates(heads, certificate, "export"),
        _lines(goods, certificate, exported=False),
        _none(STANDINGS),
        _none(EXPORTS),
        _none(GOODS),
    )


def _returns(count: int) -> Tables:
    shipped = _heads(count, "export", "0", "5302", False, 20480)
    heads = _heads(count, "return", "1", "5302", True, 20510).with_columns(
        related=_number("5302", "0", col("place"))
    )
    goods = _goods(heads, 2, 21).with_columns(origin_declaration=_number("5302", "0", col("place")))
    certificate = pl.concat_str(pl.lit("TY"), col("place").cast(pl.String).str.zfill(12))
    original = goods.with_columns(declaration="origin_declaration")
    return Tables(
        pl.concat([_shaped(one, dict(DECLARATIONS)) for one in (shipped, heads)]),
        pl.concat([_items(original, faulty=False), _items(goods, faulty=True)]),
        _shaped(heads.select("declaration", certificate=certificate), dict(REFERENCES)),
        _certificates(heads, certificate, "return"),
        _lines(goods, certificate, exported=True),
        _none(STANDINGS),
        _none(EXPORTS),
        _none(GOODS),
    )


def bare(told: Tables) -> pl.DataFrame:
    """Joins on the keys and one comparison a compared column; no rules, no findings."""
    heads = told.declarations.filter("judged")
    shipped = told.declarations.filter(~col("judged"))
    certified = told.lines.join(told.certificates, on="certificate")
    items = told.items.join(heads, on="declaration")
    tied = told.references.filter(col("line").is_not_null())
    loose = told.references.filter(col("line").is_null()).select("declaration", "certificate")
    first = items.join(tied, on=["declaration", "item"]).join(certified, on=["certificate", "line"])
    second = items.join(loose, on="declaration").join(
        certified, left_on=["certificate", "item"], right_on=["certificate", "line_item"], suffix="_line"
    )
    second = second.join(
        told.items, left_on=["related", "item"], right_on=["declaration", "item"], suffix="_shipped"
    )
    second = second.join(shipped, left_on="related", right_on="declaration", suffix="_exporter")
    common = [
        ("item_hs", "line_hs"),
        ("item_name", "line_name"),
        ("first", "line_quantity"),
        ("first_unit", "line_unit"),
        ("trader_uscc", "holder_uscc"),
        ("trader_code", "holder_code"),
        ("trader_name", "holder_name"),
        ("act", "purpose"),
        ("declared_on", "issued_on"),
        ("total", "line_fob"),
    ]
    more = [
        ("related", "line_declaration"),
        ("item_hs_shipped", "line_hs"),
        ("item_hs_shipped", "item_hs"),
        ("first_shipped", "line_quantity"),
        ("first_unit_shipped", "line_unit"),
        ("total_shipped", "line_fob"),
        ("trader_uscc_exporter", "trader_uscc"),
        ("trader_code_exporter", "trader_code"),
        ("declared_on_exporter", "line_export_day"),
    ]
    return pl.concat(
        [
            first.select((col(a) == col(b)).alias(f"{a}={b}") for a, b in common),
            second.select((col(a) == col(b)).alias(f"{a}={b}") for a, b in (*common, *more)),
        ],
        how="diagonal",
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def against_bare_polars(rounds: int, pairs: int = 1_000_000) -> Row:
    """All rules with findings against the joins and comparisons alone."""
    told, policy = tables(pairs), Policy()
    judged = judge(told, policy)
    if judged.pairs != pairs or not judged.findings.height:
        raise AssertionError(f"{judged.pairs} pairs and {judged.findings.height} findings of {pairs} pairs")
    return paired(
        f"{pairs:,} pairs, all rules, {judged.findings.height:,} findings",
        "the same joins and comparisons in Polars, no findings",
        "s",
        lambda: _timed(lambda: judge(told, policy)),
        lambda: _timed(lambda: bare(told)),
        bar=Bar(2, at_least=False),
        rounds=rounds,
    )
