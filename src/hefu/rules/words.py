"""How values of the frame are shown: as data for machines, in words of each language for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from hefu.documents.codes.tables import Coded, Mode, countries, modes, units
from hefu.documents.fields import plain, unscaled
from hefu.errors import Text
from hefu.rules.days import as_day

_SCALES: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        (
            "drawn_of_line",
            "wanted_of_goods",
            "line_quantity",
            "line_exported",
            "exported",
            "left_here",
            "lacking_quantity",
        ),
        5,
    ),
    **dict.fromkeys(("expected_fob", "line_fob"), 4),
    **dict.fromkeys(("refunded", "repaid", "repaid_due", "tax_told"), 6),
}
"""Decimals of the scaled columns."""

_DAYS: Final = frozenset(
    {
        "declared_on", "issued_on", "original_day", "line_export_day", "export_declared", "exported_on",
        "window_end", "amended_on", "paid_on",
    }
)  # fmt: skip
_UNITS: Final = frozenset({"item_unit", "line_unit", "goods_unit"})
_WORDS: Final[Mapping[str, Text]] = {
    "export": Text("出口", "export"),
    "return": Text("退运", "return"),
    "amendment": Text("改单", "amendment"),
    "withdrawal": Text("撤单", "withdrawal"),
    "other": Text("其他", "other"),
    "unknown": Text("无数据", "unknown"),
    "available": Text("可用", "available"),
    "reserved": Text("已预留", "reserved"),
    "used": Text("已使用", "used"),
    "withdrawn": Text("已作废或撤销", "withdrawn"),
    "not_released": Text("未放行", "not released"),
    "in_force": Text("有效", "in force"),
    "not_claimed": Text("尚未申报退(免)税", "not claimed"),
    "reversed": Text("已冲减退(免)税", "reversed"),
    "paid_back": Text("已缴回退(免)税", "paid back"),
    "refunded_open": Text("已办理退(免)税", "refunded, open"),
    "behind": Text("后续报文未到", "later messages are missing"),
}
"""Codes that documents and registers carry, as people say them."""

_MEASURES: Final = frozenset({"first", "second", "traded"})
_WORDED: Final = frozenset({"act", "purpose", "state", "export_state", "refund_state"})
_SAID: Final = frozenset({*_WORDED, "certificate", "lines", "changing"})
"""Fields of edits whose values are codes in words, or goods."""
_NO_EXPORT: Final = Text("不再有效", "no longer in force")
"""An export declaration that was withdrawn or refused."""
_ABSENT: Final = Text("未填", "not stated")
_PROOF: Final = frozenset({"payment_slip", "paid_on"})


def value(column: str, row: Mapping[str, Any]) -> str:
    """A value as data; empty where there is none. A firm without a credit code shows its customs code."""
    held = row[column]
    if held is None and column.endswith("_uscc"):
        held = row.get(f"{column.removesuffix('_uscc')}_code")
    if held is None:
        return ""
    if column in _UNITS:
        return f"{held} {units()[held].name}"
    if column in _SCALES:
        return plain(unscaled(held, _SCALES[column]))
    return as_day(held).isoformat() if column in _DAYS else str(held)


def shown(column: str, row: Mapping[str, Any]) -> Text:
    """A value in words."""
    held = row[column]
    if held is not None and column in _UNITS:
        unit = units()[held]
        return Text(f"{held} {unit.name}", f"{held} {unit.english}")
    if held is not None and column in _WORDED:
        return _NO_EXPORT if (column, held) == ("export_state", "withdrawn") else _WORDS[held]
    if held is None and column in _PROOF:
        return _ABSENT
    text = value(column, row)
    if held is not None and column == "window_end":
        return _period(text, row)
    if held is not None and column == "lacking_quantity":
        unit = units()[row["lacking_unit"]]
        return Text(f"{text} {unit.name}", f"{text} {unit.english}")
    named = _named(column, text)
    return Text(f"{text} {named.name}", f"{text} {named.english}") if named else Text(text, text)


def _named(column: str, code: str) -> Coded | Mode | None:
    """What the code tables say of a code, where they know it."""
    if column in ("mode", "export_mode"):
        return modes().get(code)
    return countries().get(code) if column in ("item_origin", "origin", "destination") else None


def _period(end: str, row: Mapping[str, Any]) -> Text:
    """The last day of a return, with the day and the months that it is counted from."""
    exported = row["line_export_day"] if row["original_day"] is None else row["original_day"]
    start, last = as_day(exported), as_day(row["window_end"])
    months = (last.year - start.year) * 12 + last.month - start.month
    return Text(
        f"{end} (自 {start} 出口起 {months} 个月)", f"{end} ({months} months from the export on {start})"
    )


def edited(field: str, told: str) -> Text:
    """A value of an edit (:class:`hefu.rules.edits.Edit`) in words: codes with what they mean."""
    name = field.rpartition(".")[2]
    if name in _MEASURES:
        quantity, _, code = told.partition(" ")
        unit = units().get(code)
        return Text(f"{quantity} {unit.name}", f"{quantity} {unit.english}") if unit else Text(told, told)
    if name == "unit":
        unit = units().get(told[:3])
        return Text(f"{unit.code} {unit.name}", f"{unit.code} {unit.english}") if unit else Text(told, told)
    named = _named(name, told)
    if named is not None:
        return Text(f"{told} {named.name}", f"{told} {named.english}")
    if name not in _SAID:
        return Text(told, told)
    parts = [_WORDS.get(part) or _goods(part) for part in told.split(", ")]
    return Text(", ".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def _goods(told: str) -> Text:
    """Goods of a certificate as an edit lists them: commodity code, quantity and unit code of each line."""
    zh, en = [], []
    for one in told.split("; "):
        rest, _, code = one.rpartition(" ")
        unit = units().get(code) if rest else None
        zh.append(f"{rest} {unit.name}" if unit else one)
        en.append(f"{rest} {unit.english}" if unit else one)
    return Text("; ".join(zh), "; ".join(en))


def said(sentence: Text, slots: Mapping[str, Any]) -> Text:
    """A sentence with its slots, each in the sentence's language."""
    return Text(
        sentence.zh.format_map({key: one.zh if isinstance(one, Text) else one for key, one in slots.items()}),
        sentence.en.format_map({key: one.en if isinstance(one, Text) else one for key, one in slots.items()}),
    )


def columns(column: str) -> tuple[str, ...]:
    """The columns that showing this one asks for."""
    return (column, f"{column.removesuffix('_uscc')}_code") if column.endswith("_uscc") else (column,)


def column_text(column: str, present: Sequence[str]) -> pl.Expr:
    """What :func:`value` says, for a whole column."""
    held = pl.col(column)
    if column.endswith("_uscc") and (code := f"{column.removesuffix('_uscc')}_code") in present:
        held = pl.coalesce(column, code)
    elif column in _UNITS:
        held = held + " " + held.replace_strict({code: one.name for code, one in units().items()}, default="")
    elif column in _SCALES:
        held = plain_text(held, _SCALES[column])
    elif column in _DAYS:
        held = held.cast(pl.Int32).cast(pl.Date).cast(pl.String)
    return held.cast(pl.String).fill_null("")


def plain_text(held: pl.Expr, digits: int) -> pl.Expr:
    """A scaled integer in plain decimals, without trailing zeros."""
    one = 10**digits
    size = held.abs()
    rest = (size % one).cast(pl.String).str.zfill(digits).str.strip_chars_end("0")
    sign = pl.when(held < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(rest == "").then(pl.lit("")).otherwise(pl.lit("."))
    text: pl.Expr = sign + (size // one).cast(pl.String) + point + rest
    return text
