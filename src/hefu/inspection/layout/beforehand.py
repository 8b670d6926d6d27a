"""What a list tells once for all its rows: the unit in a title, the currency in a title or above the list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from hefu.inspection.fields.codes import code_of
from hefu.inspection.fields.fields import FIELDS, UNIT_OF, Field, Paper
from hefu.inspection.fields.marks import CURRENCY_OF
from hefu.inspection.fields.titles import before_currency, folded, in_brackets
from hefu.inspection.layout.header import Cells

_NAMED = re.compile(r"([^:：()（）]{1,20})[:：]\s*([^\s,，;；。()（）]{1,12})")
_CURRENCY = "currency"


def told_once(
    paper: Paper, fields: Mapping[str, str], titles: Mapping[str, str], above: Sequence[Cells]
) -> dict[str, str]:
    """Fields without a column whose value the list tells once, each with the text of it. ``above``: the rows over the
    header. What two places say differently is not taken.
    """
    known = {one.name: one for one in FIELDS[paper]}
    told: dict[str, str] = {}
    for quantity, unit in UNIT_OF.items():
        if quantity in fields and unit in known and unit not in fields:
            texts = [one for one in in_brackets(titles.get(fields[quantity], "")) if _is(known[unit], one)]
            told |= {unit: texts[0]} if len(texts) == 1 else {}
    if _CURRENCY in known and _CURRENCY not in fields:
        amounts = [name for name, currency in CURRENCY_OF.items() if currency == _CURRENCY and name in fields]
        within = [one for name in amounts for one in in_brackets(titles.get(fields[name], ""))]
        texts = [one for one in (*within, *_above(above)) if _is(known[_CURRENCY], one)]
        codes = {code_of(known[_CURRENCY], one)[0] for one in texts}
        told |= {_CURRENCY: texts[0]} if amounts and len(codes) == 1 else {}
    return told


def _is(field: Field, text: str) -> bool:
    return code_of(field, text)[0] is not None


def _above(rows: Sequence[Cells]) -> Iterator[str]:
    """What stands over the list behind a word for the currency, beside it, or in brackets."""
    for cells in rows:
        told = [unicodedata.normalize("NFKC", text) for text in cells if text and len(text) <= 200]
        for text, beside in zip(told, [*told[1:], ""], strict=True):
            if folded(text) in before_currency():
                yield beside.strip()
            yield from (said for word, said in _NAMED.findall(text) if folded(word) in before_currency())
            yield from in_brackets(text)
