"""Names of firms and goods: when two spellings are one name. Names advise, they never decide.

Widths, brackets, spaces, traditional characters, truncation and former names make one name look like two
(docs/rules, rows 7 and 10).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Final

import opencc
from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

_STORES: Final = (75, 100, 255, 300)
"""Lengths at which the stores of both sides cut names off, in characters; 75 and 100 also in bytes of GB18030."""

_CACHED: Final = 200_000
_ONE_WORD: Final = 75
"""From this likeness on (0 to 100) two spellings are one word: shirt and shirts, colour and color."""


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=_CACHED)
def name_key(text: str) -> str:
    """The name without what spelling adds: width, brackets, spaces, punctuation, case, traditional
    characters.
    """
    key = _letters(text)
    if key.isascii():
        return key
    # Simplifying may leave signs that fold once more; done again until nothing changes.
    while (again := _letters(_simplifier().convert(key))) != key:
        key = again
    return key


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded if folded.isalnum() else "".join(sign for sign in folded if sign.isalnum())


def same_name(a: str, b: str, former: Collection[str] = ()) -> bool:
    """Whether two names of firms are one: spelt alike, one cut off at a store's length, or one of them a
    former name of the firm.
    """
    if name_key(a) == name_key(b) or _is_cut(a, b) or _is_cut(b, a):
        return True
    known = {name_key(name) for name in former}
    return name_key(a) in known or name_key(b) in known


def _is_cut(short: str, whole: str) -> bool:
    full = len(short) in _STORES or len(short.encode("gb18030")) in (74, 75, 99, 100)
    return full and name_key(whole).startswith(name_key(short))


@lru_cache(maxsize=_CACHED)
def similarity(a: str, b: str) -> int:
    """How alike two names of goods are, 0 to 100. One store keeps 75 characters, the other adds the
    specification, so the shorter is held against the like part of the longer, in whatever order: by signs
    in Chinese, by words in English.
    """
    one, other = sorted((name_key(a), name_key(b)), key=lambda key: (len(key), key))
    if not one:
        return 100 * (one == other)
    if one in other:
        return 100
    if one.isascii() and other.isascii():
        return _by_words(*sorted((_words(a), _words(b)), key=lambda words: (len(words), words)))
    return sum((Counter(one) & Counter(other)).values()) * 100 // len(one)


def _words(name: str) -> list[str]:
    return sorted(set(default_process(unicodedata.normalize("NFKC", name)).split()))


def _by_words(few: list[str], many: list[str]) -> int:
    """The share of the fewer words that the other name has too, endings and slips of the pen apart."""
    return 100 * sum(any(fuzz.ratio(one, other) >= _ONE_WORD for other in many) for one in few) // len(few)
