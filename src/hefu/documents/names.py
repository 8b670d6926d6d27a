"""Names of firms and goods: when two spellings are one name. Names advise, they never decide.

Widths, brackets, spaces, traditional characters, truncation and former names make one name look like two
(docs/rules, rows 7 and 10).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import opencc

_STORES: Final = (75, 100, 255, 300)
"""Lengths at which the stores of both sides cut names off, in characters; 75 and 100 also in bytes of GB18030."""

_CACHED: Final = 200_000

_IDEOGRAPHS: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TERM: Final = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+")
_PARTING: Final = re.compile(r"[,;:|/()\[\]{}、。【】《》\n]+")
"""What stands between a name and what is added to it, once widths are folded."""

_ENDING: Final = re.compile(r"(?<=...)(?:ies|es|s|ed|en|ing|y|e)$")
_SLIGHT: Final = frozenset("制式用的") | frozenset(
    ["a", "an", "and", "by", "for", "from", "in", "made", "of", "on", "or", "s", "the", "to", "with"]
)
"""Terms that tell nothing of the goods."""

_SHORTEST: Final = 3
"""Letters that a word keeps."""

_LONG: Final = 6
_ONE_WORD: Final = 88
"""From this likeness on (0 to 100) two spellings of a word of so many letters are one."""

_END: Final = ""
"""What stands after the last word of a phrase."""

_Phrases: TypeAlias = tuple[tuple[str, ...], ...]


@cache
def _simplifier() -> opencc.OpenCC:
    import opencc  # noqa: PLC0415 - needed by the first name that is not ASCII, not by every command

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
    folded = _folded(text)
    return folded if folded.isalnum() else "".join(sign for sign in folded if sign.isalnum())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


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
    """How alike two names of goods are, 0 to 100: how much of the shorter is in the longer, in whatever
    order, since one store keeps 75 characters and the other adds the specification.

    Terms are compared: in Chinese the single signs, else the words. One that both names have counts in
    full beside a neighbour that both have too, or as the word that ends a name (mobile *phone*, smart
    *phone*), and half on its own (*cotton* shirt, *cotton* bag).
    """
    if name_key(a) == name_key(b):
        return 100
    one, other = sorted((_phrases(a), _phrases(b)))
    other = _respelt(other, one)
    one, other = _opened(one, other), _opened(other, one)
    terms, others = (Counter(chain.from_iterable(phrases)) for phrases in (one, other))
    linked = {term for pair in _neighbours(one) & _neighbours(other) for term in pair}
    told = sum(count * (2 if term in linked else 1) for term, count in (terms & others).items())
    return told * 50 // max(1, min(terms.total(), others.total()))


@lru_cache(maxsize=_CACHED)
def _phrases(text: str) -> _Phrases:
    """The stems of the terms of a name, apart where it has commas, brackets and the like."""
    folded = _folded(text)
    plain = folded if folded.isascii() else _folded(_simplifier().convert(folded))
    phrases = [_TERM.findall(phrase) for phrase in _PARTING.split(plain.replace("'", ""))]
    telling = [[term for term in phrase if term not in _SLIGHT] for phrase in phrases]
    chosen = telling if any(telling) else phrases
    return tuple(tuple(map(_stem, phrase)) for phrase in chosen if phrase)


def _stem(term: str) -> str:
    """The word without its endings (shirts, knitted, batteries), so that words are one or are not."""
    while (shorter := _ENDING.sub("", term)) != term:
        term = shorter
    return term[:-1] if len(term) > _SHORTEST and term[-1] == term[-2] else term


def _respelt(phrases: _Phrases, other: _Phrases) -> _Phrases:
    """Long words as the other name spells them: aluminum as aluminium, polyster as polyester."""
    ours, theirs = _long_words(phrases), _long_words(other)
    if not (ours - theirs and theirs - ours):
        return phrases
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - for the few names that need it, not for every command

    spelt = {
        word: found[0]
        for word in ours - theirs
        if (
            found := process.extractOne(
                word, sorted(theirs - ours), scorer=fuzz.ratio, score_cutoff=_ONE_WORD
            )
        )
    }
    return tuple(tuple(spelt.get(term, term) for term in phrase) for phrase in phrases)


def _long_words(phrases: _Phrases) -> set[str]:
    terms = chain.from_iterable(phrases)
    return {term for term in terms if len(term) >= _LONG and term.isalpha()}


def _opened(phrases: _Phrases, other: _Phrases) -> _Phrases:
    """A word that the other name writes as two (smartphone, smart phone) is two."""
    seams = {x + y: (x, y) for phrase in other for x, y in pairwise(phrase)}
    return tuple(
        tuple(chain.from_iterable(seams.get(term, (term,)) for term in phrase)) for phrase in phrases
    )


def _neighbours(phrases: _Phrases) -> set[tuple[str, str]]:
    """The terms that follow each other; a word at the end of a phrase stands beside the end."""
    return {
        pair for phrase in phrases for pair in pairwise([*phrase, *([_END] if len(phrase[-1]) > 1 else [])])
    }
