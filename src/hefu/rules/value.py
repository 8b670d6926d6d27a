"""Does the value fit, brought to FOB in US dollars? (docs/rules, rows 17, 18)

The certificate states the FOB value of its quantity; it is held against the total of the exported item,
less the freight and insurance that its terms hold, at the customs rate of the month of export. Charges
of the declaration are shared out by the items' totals (assumption). Returns may come back at another
value, so the value of the import is not compared.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.codes.tables import terms_holding
from hefu.documents.fields import scaled
from hefu.errors import Text
from hefu.rules.days import as_day
from hefu.rules.expressions import OF_ITEM, OF_LINE, is_told, rounded, wide
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule
from hefu.rules.sources import DECLARATION_FORM, TAX_PRACTICE, cite

col = pl.col

RULES = (
    Rule(
        code="value.differs",
        question=Question.MATCH,
        severity=Severity.WARN,
        field="fob_usd",
        broken=col("comparable") & col("line_first") & col("value_off"),
        declared="expected_fob",
        certified="line_fob",
        message=Text(
            "证明 {certificate} 第 {line} 行离岸价 {certified} 美元, 按出口报关单折算为 {declared} 美元",
            "line {line} of certificate {certificate} says {certified} US dollars FOB, by the export declaration it is"
            " {declared}",
        ),
        remedy=Text(
            "核对成交方式, 运费, 保费, 币制和汇率; 证明有误且未使用的, 由税务机关作废后重新开具",
            "check terms, freight, insurance, currency and rate; tax voids a wrong certificate, while unused, and issues it"
            " anew",
        ),
        ground=cite(TAX_PRACTICE, DECLARATION_FORM),
        row="17, 18",
    ),
    Rule(
        code="value.not_compared",
        question=Question.MATCH,
        severity=Severity.INFO,
        field="fob_usd",
        broken=col("comparable") & col("line_first") & col("value_unrated"),
        declared="goods_currency",
        certified="line_fob",
        message=Text(
            "证明 {certificate} 第 {line} 行离岸价 {certified} 美元未比对: 出口报关单的总价不能折算为美元离岸价",
            "the {certified} US dollars FOB of line {line} of certificate {certificate} were not compared: the total of the"
            " export declaration cannot be brought to FOB in US dollars",
        ),
        remedy=Text(
            "核对出口报关单的币制, 总价, 成交方式, 运费和保费是否齐全; 缺当月海关汇率的, 由运维人员补充",
            "check whether currency, total, terms, freight and insurance stand in the export declaration; a missing customs"
            " rate of that month is the operator's to add",
        ),
        ground=TAX_PRACTICE,
        row="17",
    ),
)

_USD: Final = "USD"
_CURRENCIES: Final = ("goods_currency", "freight_currency", "insurance_currency")
_KEY: Final = ("value_day", *_CURRENCIES)
_RATES: Final = (*(f"{one}_rate" for one in _CURRENCIES), "usd_rate")
_HOLDING: Final = {
    part: [code for code, held in terms_holding().items() if held[place]]
    for place, part in enumerate(("freight", "insurance"))
}
READS: Final = (
    "act", "declared_on", "original_declared", "goods_terms", "goods_sum", "net_weight",
    *(f"{part}{of}" for part in _HOLDING for of in ("", "_mark", "_currency")),
    "line_fob", "line_quantity", "goods_total", "goods_currency",
)  # fmt: skip
"""Beside the shared columns and what is shared."""
_EVIDENT: Final = (
    (col("goods_total") == col("line_fob"))
    & (col("goods_currency") == _USD)
    & col("goods_terms").is_in([code for code, held in terms_holding().items() if not any(held)])
    & (col("goods_whole") == col("line_quantity"))
    & ~col("line_shared")
    & ~col("item_shared")
)
"""The whole of the exported goods, in dollars, on terms that hold no charges, at the price that is stated."""
_ADDED: Final = ("expected_fob", "value_off", "value_unrated")
NOTHING: Final = (
    pl.lit(None, pl.Int128).alias("expected_fob"),
    pl.lit(value=False).alias("value_off"),
    pl.lit(value=False).alias("value_unrated"),
)


def with_values(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add ``expected_fob`` (US dollars, scaled by 10^4), ``value_off`` and ``value_unrated``: what is not
    evidently equal is brought to FOB in dollars.
    """
    frame = frame.with_columns(_whole().alias("goods_whole"))
    evident = frame.select(_EVIDENT.fill_null(value=False)).to_series()
    doubtful = ~evident & (frame.get_column("line_fob").is_not_null() | frame.get_column("line_shared"))
    frame = frame.with_columns(pl.when(evident).then(wide("line_fob")).alias("expected_fob"), *NOTHING[1:])
    if not doubtful.any():
        return frame
    places = doubtful.arg_true()
    valued = _valued(frame if len(places) == frame.height else frame[places], policy)
    return frame.with_columns(
        frame.get_column(one.name).scatter(places, one) for one in valued.select(_ADDED).iter_columns()
    )


def _valued(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    frame = frame.with_columns(
        pl.when(col("act") == "export").then("declared_on").otherwise("original_declared").alias("value_day")
    )
    frame = _with_rates(frame, policy)
    frame = frame.with_columns(_fob(frame).alias("goods_fob"))
    frame = frame.with_columns(_expected().alias("expected_fob"))
    off = (col("expected_fob") - wide("line_fob")).abs()
    beyond = (off > scaled(policy.value_amount, 4)) & (
        off * 10**6 > scaled(policy.value_percent, 4) * col("expected_fob")
    )
    asked = pl.all_horizontal(col(name).is_not_null() for name in ("line_fob", "goods_total", "goods_whole"))
    return frame.with_columns(
        beyond.fill_null(value=False).alias("value_off"),
        (asked & col("expected_fob").is_null()).alias("value_unrated"),
    )


def _with_rates(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The rates of each row's currencies; dollars alone need none."""
    foreign = pl.any_horizontal((col(one) != _USD).any() for one in _CURRENCIES)
    if not frame.select(foreign).item():
        return frame.with_columns(pl.lit(None, pl.Int128).alias(name) for name in _RATES)
    return frame.join(_rates(frame, policy), on=_KEY, how="left", nulls_equal=True, maintain_order="left")


def _rates(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """For each day and currencies that occur: US dollars for one unit of each, as scaled rates."""
    asked = frame.select(_KEY).unique().rows()
    told = [(*row, *(_rate(policy, row[0], currency) for currency in (*row[1:], _USD))) for row in asked]
    rates = dict.fromkeys(_RATES, pl.Int128())
    keys = dict(zip(_KEY, (pl.Int64(), pl.String(), pl.String(), pl.String()), strict=True))
    return pl.DataFrame(told, schema={**keys, **rates}, orient="row")


def _rate(policy: Policy, day: int | None, currency: str | None) -> int | None:
    """CNY for one unit in the month of the day, scaled by 10^8."""
    if day is None or currency is None:
        return None
    known = policy.rate(as_day(day), currency)
    return None if known is None else scaled(known, 8)


def _dollars(amount: pl.Expr, currency: str) -> pl.Expr:
    same = col(currency) == _USD
    rated = rounded(amount * col(f"{currency}_rate"), col("usd_rate"))
    return pl.when(same).then(amount).otherwise(rated)


def _charge(frame: pl.DataFrame, part: str) -> pl.Expr:
    """The item's share of a charge of the declaration, in US dollars: none if the terms do not hold it,
    null if they do and it is not stated.
    """
    held = col("goods_terms").is_in(_HOLDING[part])
    if not is_told(frame, part):
        return pl.when(held).then(None).otherwise(0)
    total, whole = wide("goods_total"), col("goods_sum")
    by_rate = _dollars(_bounded(rounded(total * wide(part), _wide(10**7))), "goods_currency")
    amount = (
        pl.when(col(f"{part}_mark") == "total")
        .then(rounded(wide(part), _wide(10)))
        .otherwise(_bounded(rounded(wide(part) * wide("net_weight"), _wide(10**9))))
    )
    shared = rounded(_dollars(amount, f"{part}_currency") * total, whole)
    return (
        pl.when(held)
        .then(pl.when(col(f"{part}_mark") == "rate").then(by_rate).otherwise(shared))
        .otherwise(0)
    )


def _wide(number: int) -> pl.Expr:
    return pl.lit(number, pl.Int128)


def _bounded(amount: pl.Expr, limit: int = 10**19) -> pl.Expr:
    """The amount, or null beyond a limit under which products of amounts stay within 128 bits."""
    return pl.when(amount.abs() <= limit).then(amount)


def _fob(frame: pl.DataFrame) -> pl.Expr:
    """FOB in US dollars of the goods that ``goods_whole`` counts: of a return the exported item; of an export
    what all items draw from the line, an item that several lines cover being shared out by quantity.
    """
    fob = (
        _dollars(wide("goods_total"), "goods_currency")
        - _charge(frame, "freight")
        - _charge(frame, "insurance")
    )
    exporting = col("act") == "export"
    if frame.get_column("item_shared").any():
        one_unit = col("item_unit").n_unique().over(OF_ITEM) == 1
        part = rounded(fob * wide("item_quantity"), wide("item_quantity").sum().over(OF_ITEM))
        fob = pl.when(exporting & col("item_shared")).then(pl.when(one_unit).then(part)).otherwise(fob)
    if frame.get_column("line_shared").any():
        known = fob.is_not_null().all().over(OF_LINE)
        together = pl.when(known).then(fob.sum().over(OF_LINE))
        fob = pl.when(exporting & col("line_shared")).then(together).otherwise(fob)
    return fob


def _whole() -> pl.Expr:
    """The quantity that fetched it, in the line's unit."""
    drawn = pl.when(col("drawn").is_not_null()).then("drawn_of_line")
    return pl.when(col("act") == "export").then(drawn).otherwise("exported")


def _expected() -> pl.Expr:
    """FOB in US dollars of the line's quantity."""
    known = (
        col("goods_terms").is_in(list(terms_holding())) & (col("goods_whole") > 0) & (col("goods_total") > 0)
    )
    expected = rounded(col("goods_fob") * wide("line_quantity"), col("goods_whole"))
    return pl.when(known).then(_bounded(expected, 10**26))
