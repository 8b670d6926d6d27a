"""Amounts that name their currency: USD 1,200.00, ¥35, 3%."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from hefu.documents.codes.tables import currencies
from hefu.errors import Text
from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.titles import folded, words

CURRENCY: Final = Text("金额所带币种与币制栏不一致", "the amount names another currency than its row")
RATE: Final = Text(
    "百分比只用于标志为费率的运费, 保费", "per cent is for freight and insurance that are marked as a rate"
)
PERCENT: Final = "%"
CURRENCY_OF: Final[Mapping[str, str]] = {
    "price": "currency",
    "total": "currency",
    "amount": "currency",
    "tax": "currency",
    "freight": "freight_currency",
    "insurance": "insurance_currency",
}
"""The column that names the currency of an amount."""
MARK_OF: Final[Mapping[str, str]] = {"freight": "freight_mark", "insurance": "insurance_mark"}
"""The column that says whether a charge is a rate, which alone may be per cent."""
_FIXED: Final[Mapping[str, str]] = {
    "line_fob": "USD",
    "refunded_vat": "CNY",
    "refunded_consumption_tax": "CNY",
    "repaid_vat": "CNY",
    "repaid_consumption_tax": "CNY",
}
_SIGN: Final = r"[^\s0-9.,+-](?:[^0-9.,+-]{0,6}[^\s0-9.,+-])?"
_MARKED: Final = re.compile(
    rf"({_SIGN})\s*([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)|([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*({_SIGN})"
)
_SEVERAL: Final[Mapping[str, frozenset[str]]] = {
    "¥": frozenset({"CNY", "JPY"}),
    "$": frozenset({"USD", "HKD", "SGD", "CAD", "AUD", "NZD", "TWD", "MOP"}),
    "元": frozenset({"CNY"}),
}
"""Signs of more than one currency."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A number and the currencies that its mark may stand for, or :data:`PERCENT` alone."""

    number: str
    currencies: frozenset[str]

    def fits(self, field: str) -> bool:
        """Whether an amount of that kind may be in such a currency at all."""
        if PERCENT in self.currencies:
            return field in MARK_OF
        fixed = _FIXED.get(field)
        return fixed in self.currencies if fixed else field in CURRENCY_OF


def marked(text: str) -> Marked | None:
    """The number and the mark of an amount that has one that is known."""
    found = _MARKED.fullmatch(text)
    if found is None:
        return None
    told = _meant(found[1] or found[4])
    return Marked(found[2] or found[3], told) if told else None


@cache
def codes_for(field: str) -> tuple[str, ...]:
    """The letters of the currencies that an amount may be in; none for what is no amount."""
    fixed = _FIXED.get(field)
    if fixed:
        return (fixed,)
    return tuple(sorted({one.code for one in currencies().values()})) if field in CURRENCY_OF else ()


@cache
def _names() -> Mapping[str, str]:
    return {
        folded(name): one.code for one in currencies().values() for name in (one.code, one.name, one.english)
    }


def _meant(sign: str) -> frozenset[str]:
    if sign == PERCENT:
        return frozenset({PERCENT})
    if sign in _SEVERAL:
        return _SEVERAL[sign]
    code = _names().get(folded(sign)) or words("currency").get(folded(sign))
    return frozenset({code}) if code else frozenset()


def settled(
    rows: pl.DataFrame, texts: pl.DataFrame, paper: Paper
) -> tuple[pl.DataFrame, list[tuple[str, pl.Series, Text]]]:
    """Rows with the currencies that amounts name where their row names none, and the fields whose amounts contradict
    their row, each with where and the rule. ``texts`` are the cells of the rows.
    """
    known = {one.name for one in FIELDS[paper]}
    disputed: list[tuple[str, pl.Series, Text]] = []
    for name, currency in CURRENCY_OF.items():
        if name not in texts.columns or currency not in known:
            continue
        meant = _currencies(texts.get_column(name))
        if meant is None:
            continue
        blank = pl.lit(None, pl.String)
        stated = pl.col(currency) if currency in rows.columns else blank
        mark = pl.col(MARK_OF[name]) if MARK_OF.get(name) in rows.columns else blank
        is_rate = pl.col("meant") == PERCENT
        sole = pl.when(~is_rate & ~pl.col("meant").str.contains(",", literal=True)).then("meant")
        told = rows.with_columns(meant=meant).select(
            pl.coalesce(stated, sole).alias(currency),
            differs=(~is_rate & ~pl.col("meant").str.contains(stated, literal=True)).fill_null(value=False),
            no_rate=(is_rate & mark.ne_missing("rate")).fill_null(value=False),
        )
        rows = rows.with_columns(told.get_column(currency))
        for rule, wrong in ((CURRENCY, told.get_column("differs")), (RATE, told.get_column("no_rate"))):
            if wrong.any():
                disputed.append((name, wrong, rule))
    return rows, disputed


def _currencies(texts: pl.Series) -> pl.Series | None:
    """The currencies that each amount names, with commas between them; nothing if none does."""
    if not texts.str.contains(r"[^0-9.,\s+-]").any():
        return None
    signs = texts.str.replace_all(r"[0-9.,\s+-]+", "")
    meant = {
        sign: _meant(unicodedata.normalize("NFKC", sign)) for sign in signs.drop_nulls().unique() if sign
    }
    names = {sign: ",".join(sorted(one)) for sign, one in meant.items() if one}
    return signs.replace_strict(names, default=None, return_dtype=pl.String) if names else None
