"""Codes and words of lists, as people write them: by code, by name, by both, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from hefu.documents import fields as forms
from hefu.documents.coded import Country, Currency, Terms
from hefu.documents.codes.tables import Coded, countries, currencies, modes, offices, terms, units
from hefu.documents.goods import UnitCode
from hefu.errors import Text
from hefu.inspection.fields.fields import Field
from hefu.inspection.fields.titles import folded, listed, words

_TABLES: Final[Mapping[int, tuple[Any, str, int]]] = {
    id(Country): (countries, "country", 3),
    id(Currency): (currencies, "currency", 3),
    id(Terms): (terms, "terms", 0),
    id(forms.Code): (modes, "mode", 4),
    id(forms.CustomsOffice): (offices, "office", 4),
    id(UnitCode): (units, "unit", 3),
}
"""Of each form its table, the words for its codes besides, and the digits of its numbers."""
_LISTED: Final = frozenset({"purpose", "state", "refund_state", "act", "flow", "mark"})
_BOTH: Final = (
    re.compile(r"[(\[【]?([0-9]{1,4})[)\]】]?[\s:|/.、_-]*(\D.*)"),
    re.compile(r"([0-9A-Za-z]{1,12})[\s:|/.、_-]+(\S.*)"),
    re.compile(r"(\S.*?)\s*[(\[【]\s*([^)\]】]{1,12}?)\s*[)\]】]"),
    re.compile(r"(\S.*?)[\s:|/_-]+([0-9A-Za-z]{1,12})"),
)
"""A code and its name: 035 千克, 0110-一般贸易, 千克(035), (035)千克, 千克/035."""


def _kind(field: Field) -> str:
    return "mark" if field.name.endswith("_mark") else field.name


def is_coded(field: Field) -> bool:
    """Whether the field holds a code of a table or a word of a list."""
    return id(field.form) in _TABLES or _kind(field) in _LISTED


def code_of(field: Field, text: str) -> tuple[str | None, bool]:
    """The code that a text says, if it is known, and whether it says two that contradict each other."""
    found = _by_code(field, text) or _by_name(field, text)
    if found is not None:
        return found, False
    for one, other in _halves(text):
        code = _by_code(field, one)
        name = _by_code(field, other) or _by_name(field, other)
        if code is not None and name not in (None, code):
            return None, True
        if code is not None and (name is not None or one.isdigit() or field.form is Terms):
            return code, False
    return None, False


def _halves(text: str) -> Iterator[tuple[str, str]]:
    for form in _BOTH:
        if found := form.fullmatch(text):
            yield found[1].strip(), found[2].strip()
            yield found[2].strip(), found[1].strip()


def _by_code(field: Field, text: str) -> str | None:
    table, _, digits = _TABLES.get(id(field.form), (None, "", 0))
    if table is None:
        return words(_kind(field)).get(folded(text)) if text.isascii() and text.isalnum() else None
    found = table().get(text.zfill(digits) if text.isascii() and text.isdigit() else text.upper())
    return str(found.code) if found else None


def _by_name(field: Field, text: str) -> str | None:
    _, kind, _ = _TABLES.get(id(field.form), (None, _kind(field), 0))
    named = _named(id(field.form)).get(text.casefold())
    return named or words(kind).get(folded(text))


@cache
def _named(form: int) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for one in _TABLES[form][0]().values() if form in _TABLES else ():
        names = (one.name, one.english, one.number) if isinstance(one, Coded) else (one.name, one.english)
        for name in names:
            if name:
                told.setdefault(name.casefold(), one.code)
    return told


@cache
def _choices(kind: str) -> Text:
    told = listed(kind)
    return Text(
        "应为以下之一: " + ", ".join(names[0] if names else value for value, names in told.items()),
        "must be one of " + ", ".join(told),
    )


def choices(field: Field) -> Text | None:
    """What a word of a list may be; nothing for a field of another kind."""
    return _choices(_kind(field)) if _kind(field) in _LISTED else None
