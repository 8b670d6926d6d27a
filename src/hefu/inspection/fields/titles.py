"""Titles of columns and words for values, as people write them, matched to fields (``names.toml``)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain, product
from typing import Any, Final, TypeVar

from rapidfuzz import fuzz, process

from hefu.errors import Text
from hefu.inspection.fields.fields import FIELDS, Paper

_BRACKETED: Final = re.compile(r"[(\[{【<]([^)\]}】>]*)[)\]}】>]")
_CHOICE: Final = re.compile(r"[{}]")
_SIGNS: Final = re.compile(r"[\W_]+")
_HAN: Final = re.compile(r"[^\u3400-\u9fff]+")
_NEAR: Final = 60
"""How alike a title must be to be suggested, of 100."""
LONGEST: Final = 120
"""Signs of a title; what is longer is a note."""
_WEIGHTS: Final = frozenset({"gross_weight", "net_weight"})
_YUAN: Final = frozenset({"refunded_vat", "refunded_consumption_tax", "repaid_vat", "repaid_consumption_tax"})
_Found = TypeVar("_Found")
_MONEY: Final = frozenset({"price", "total", "amount", "tax", "freight", "insurance", "line_fob"}) | _YUAN


def folded(text: str) -> str:
    """A title without case, width, spaces and signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=20_000)
def readings(title: str) -> tuple[str, ...]:
    """The ways to read a title, the fullest first: whole, without what stands in brackets, its Chinese part alone, its
    other part alone.
    """
    plain = unicodedata.normalize("NFKC", title)
    bare = _BRACKETED.sub("", plain)
    chinese = _HAN.sub("", bare)
    other = re.sub(r"[\u3400-\u9fff]+", " ", bare)
    return tuple(dict.fromkeys(filter(None, map(folded, (plain, bare, chinese, other)))))


@cache
def _names() -> dict[str, Any]:
    return tomllib.loads((files("hefu.inspection.fields") / "names.toml").read_text("utf-8"))


def spelled(name: str) -> Iterator[str]:
    """A name in all its spellings: ``{sales |}order {no|number}`` has four."""
    parts = [part.split("|") for part in _CHOICE.split(name)]
    return map("".join, product(*parts))


def listed_titles(paper: Paper) -> dict[str, list[str]]:
    """Of each field the folded titles that say it and nothing else, its own name last."""
    return {
        field: [folded(name) for name in (*chain.from_iterable(map(spelled, names)), field)]
        for field, names in _names()[paper.value].items()
    }


@cache
def titles(paper: Paper) -> Mapping[str, str]:
    """Folded title to field."""
    told: dict[str, str] = {}
    for field, names in listed_titles(paper).items():
        for name in names:
            told.setdefault(name, field)
    return told


@cache
def words(kind: str) -> Mapping[str, str]:
    """Folded word to the value of a list, such as ``purpose``."""
    told: dict[str, str] = {}
    for value, names in _names()["values"].get(kind, {}).items():
        for name in (value, *names):
            told.setdefault(folded(name), value)
    return told


def listed(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The values of a list, each with its words."""
    return {value: tuple(names) for value, names in _names()["values"].get(kind, {}).items()}


@cache
def totals() -> frozenset[str]:
    """Folded words that stand before a sum."""
    return frozenset(folded(one) for one in _names()["totals"]["words"])


@cache
def before_notes() -> frozenset[str]:
    """Folded words with which a note below a list begins."""
    return frozenset(map(folded, chain.from_iterable(map(spelled, _names()["notes"]["words"]))))


@cache
def before_currency() -> frozenset[str]:
    """Folded words that stand before the currency of a list, above it."""
    return frozenset(folded(one) for one in _names()["above"]["currency"])


@cache
def called(paper: Paper, field: str) -> Text:
    """A field's name for people: its first title in each language."""
    names = _names()[paper.value].get(field, [field])
    english = next((name for name in names if name.isascii()), field)
    return Text(names[0], english)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a title stands for: a field, or the fields that it may stand for where nothing better does."""

    field: str | None = None
    loose: tuple[str, ...] = ()


@lru_cache(maxsize=20_000)
def claim(title: str, paper: Paper) -> Claim:
    """What a title stands for in a paper. One in another unit than the field's, such as 毛重(吨), stands for none."""
    if len(title) > LONGEST:
        return Claim()
    within = _BRACKETED.findall(unicodedata.normalize("NFKC", title))
    units = {folded(one) for one in within}
    known, vague = titles(paper), _loose(paper)
    field = _first(title, known) or _agreed(title, known)
    loose = () if field else _first(title, vague) or _agreed(title, vague) or ()
    if not loose:
        field = field or next(filter(None, (_first(one, known) for one in within)), None)
    if field is not None:
        return Claim(None if _is_in_other_units(field, units) else field)
    return Claim(None, tuple(one for one in loose if not _is_in_other_units(one, units)))


def _first(title: str, known: Mapping[str, _Found]) -> _Found | None:
    return next((known[one] for one in readings(title) if one in known), None)


def _agreed(title: str, known: Mapping[str, _Found]) -> _Found | None:
    """What the parts beside a stroke stand for, where those that are known agree: Seller/Exporter."""
    parts = {known[folded(part)] for part in title.split("/") if folded(part) in known}
    return parts.pop() if len(parts) == 1 and "/" in title else None


def joined(title: str, paper: Paper) -> tuple[str, ...]:
    """The quantities that a title may stand for which has the unit in the same cell."""
    return _first(title, _several("joined", paper)) or ()


def _loose(paper: Paper) -> Mapping[str, tuple[str, ...]]:
    return _several("loose", paper)


@cache
def _several(section: str, paper: Paper) -> Mapping[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    for field, names in _names()[section][paper.value].items():
        for name in dict.fromkeys(map(folded, chain.from_iterable(map(spelled, names)))):
            told[name] = (*told.get(name, ()), field)
    return told


@cache
def _other_units(kind: str) -> frozenset[str]:
    return frozenset(folded(one) for one in _names()["other_units"][kind])


def _is_in_other_units(field: str, units: set[str]) -> bool:
    kinds = {
        "weights": field in _WEIGHTS,
        "dollars": field == "line_fob",
        "yuan": field in _YUAN,
        "amounts": field in _MONEY,
    }
    return any(applies and units & _other_units(kind) for kind, applies in kinds.items())


def field_of(title: str, paper: Paper) -> str | None:
    """The field that a title stands for in a paper, if any; of several the likeliest."""
    told = claim(title, paper)
    return told.field or next(iter(told.loose), None)


def is_title(text: str) -> bool:
    """Whether a text is a title of any paper."""
    return any(field_of(text, paper) is not None for paper in Paper)


def nearest(title: str, paper: Paper) -> str:
    """The field whose titles are most like this one; empty if none is at all."""
    known = {**{one: fields[0] for one, fields in _loose(paper).items()}, **titles(paper)}
    best = process.extractOne(folded(title[:LONGEST]), known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return known[best[0]] if best else ""


def in_brackets(title: str) -> list[str]:
    """What stands in the brackets of a title."""
    return [one.strip() for one in _BRACKETED.findall(unicodedata.normalize("NFKC", title))]


def unnamed_fields(paper: Paper) -> set[str]:
    """Fields without a title; there are none."""
    return {one.name for one in FIELDS[paper]} - set(_names()[paper.value])
