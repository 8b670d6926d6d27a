"""What the checks of an inspection found, in words: both languages, with the values filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from hefu.documents.codes.tables import units
from hefu.errors import Text
from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.titles import called
from hefu.inspection.findings.checks import CHECKS, QUESTION, SAID, Check

col = pl.col
_SLOT: Final = re.compile(r"\{(\w+)\}")


def in_words(found: pl.DataFrame) -> pl.DataFrame:
    """Findings of checks with severity, action and texts, in the columns of the report."""
    parts = [
        _worded(part, CHECKS[str(code)])
        for (code,), part in found.partition_by("code", as_dict=True, maintain_order=True).items()
    ]
    return pl.concat(parts) if parts else found.clear().with_columns(_texts(next(iter(CHECKS.values()))))


def _worded(found: pl.DataFrame, check: Check) -> pl.DataFrame:
    return found.with_columns(_texts(check))


def _texts(check: Check) -> list[pl.Expr]:
    plain: dict[str, Any] = {
        "question": QUESTION,
        "severity": check.severity.value,
        "action": check.action.value,
        "field": check.field,
        "ground_zh": check.ground.zh,
        "ground_en": check.ground.en,
    }
    told = [pl.lit(value).alias(name) for name, value in plain.items()]
    for name in ("message", "remedy"):
        for language in ("zh", "en"):
            sentence = getattr(getattr(check, name), language)
            named = _named(check.of, language)
            told.append(
                filled(sentence, named, english=check.measured and language == "en").alias(
                    f"{name}_{language}"
                )
            )
    return told


def _named(paper: Paper | None, language: str) -> Mapping[str, str]:
    """What the fields of a paper are called in a language."""
    if paper is None:
        return {}
    return {one.name: getattr(called(paper, one.name), language) for one in FIELDS[paper]}


def filled(text: str, names: Mapping[str, str] | None = None, *, english: bool = False) -> pl.Expr:
    """A sentence with its slots taken from the columns of the same names, as far as there are any. ``names``: what the
    values of ``other`` are called; ``english``: the units of quantities are put into English.
    """
    parts = _SLOT.split(text)
    told = []
    for place, part in enumerate(parts):
        if place % 2 and part in SAID:
            held = col(part).cast(pl.String).fill_null("")
            if english and part in ("declared", "certified"):
                held = held.str.replace_many(_MEASURES, leftmost=True)
            told.append(held.replace(dict(names)) if names and part == "other" else held)
        elif part:
            told.append(pl.lit("…" if place % 2 else part))
    return pl.concat_str(told)


_MEASURES: Final = {
    f" {one.name}": f" {one.english}"
    for one in sorted(units().values(), key=lambda one: len(one.name), reverse=True)
}
"""Units as they stand behind quantities; the longest first, since 克 begins 克拉."""
DESK: Final = {
    "certificate.unknown": (
        Text(
            "报关单 {declaration} 填报的证明 {certificate} 不在所给的证明中",
            "certificate {certificate}, named by declaration {declaration}, is not among the certificates given",
        ),
        Text(
            "核对编号; 证明在别处的, 一并给出后重新自查; 海关没有其数据时会扣留",
            "check the number; if you have the certificate, give it too and inspect again; without its data customs holds"
            " the declaration",
        ),
    ),
    "certificate.missing": (
        Text(
            "报关单 {declaration} 须有《出口货物已补税/未退税证明》: 未填编号, 所给的证明中也没有可用的",
            "declaration {declaration} needs a Certificate of Tax Paid / Not Refunded: none is named, and none"
            " of those given can be found for it",
        ),
        Text(
            "有证明的填入编号; 没有的向主管税务机关申请",
            "enter the number of the certificate; if there is none, apply to the tax office",
        ),
    ),
}
"""What a desk says in its own words: message and remedy of findings that speak of what customs has."""
