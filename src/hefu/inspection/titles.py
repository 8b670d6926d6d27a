"""Titles of columns and words for values, as people write them, matched to fields (``names.toml``)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rapidfuzz import fuzz, process

from hefu.errors import Text
from hefu.inspection.fields import FIELDS, Paper

_BRACKETED: Final = re.compile(r"[(\[{【<][^)\]}】>]*[)\]}】>]")
_SIGNS: Final = re.compile(r"[\W_]+")
_HAN: Final = re.compile(r"[^\u3400-\u9fff]+")
_NEAR: Final = 60
"""How alike a title must be to be suggested, of 100."""


def folded(text: str) -> str:
    """A title without case, width, spaces and signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def readings(title: str) -> Iterator[str]:
    """The ways to read a title, the fullest first: whole, without what stands in brackets, its Chinese part alone, its
    other part alone.
    """
    plain = unicodedata.normalize("NFKC", title)
    bare = _BRACKETED.sub("", plain)
    chinese = _HAN.sub("", bare)
    other = re.sub(r"[\u3400-\u9fff]+", " ", bare)
    seen = dict.fromkeys(folded(one) for one in (plain, bare, chinese, other))
    yield from (one for one in seen if one)


@cache
def _names() -> dict[str, Any]:
    return tomllib.loads((files("hefu.inspection") / "names.toml").read_text("utf-8"))


@cache
def titles(paper: Paper) -> Mapping[str, str]:
    """Folded title to field."""
    told: dict[str, str] = {}
    for field, names in _names()[paper.value].items():
        for name in (*names, field):
            told.setdefault(folded(name), field)
    return told


@cache
def words(kind: str) -> Mapping[str, str]:
    """Folded word to the value of a list, such as ``purpose``."""
    told: dict[str, str] = {}
    for value, names in _names()["values"].get(kind, {}).items():
        for name in (value, *names):
            told.setdefault(folded(name), value)
    return told


@cache
def totals() -> frozenset[str]:
    """Folded words that stand before a sum."""
    return frozenset(folded(one) for one in _names()["totals"]["words"])


@cache
def called(paper: Paper, field: str) -> Text:
    """A field's name for people: its first title in each language."""
    names = _names()[paper.value].get(field, [field])
    english = next((name for name in names if name.isascii()), field)
    return Text(names[0], english)


def field_of(title: str, paper: Paper) -> str | None:
    """The field that a title stands for in a paper, if any."""
    known = titles(paper)
    return next((known[one] for one in readings(title) if one in known), None)


def nearest(title: str, paper: Paper) -> str:
    """The field whose titles are most like this one; empty if none is at all."""
    known = titles(paper)
    best = process.extractOne(folded(title), known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return known[best[0]] if best else ""


def unnamed_fields(paper: Paper) -> set[str]:
    """Fields without a title; there are none."""
    return {one.name for one in FIELDS[paper]} - set(_names()[paper.value])
