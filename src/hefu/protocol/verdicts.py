"""Verdicts of the past, made again: from the facts in the journal, the documents of that time and the rule
set that was adopted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.protocol.book import Book
from hefu.protocol.cases import case_from, edition_of
from hefu.protocol.contents import typed
from hefu.protocol.records import Copy, Entry
from hefu.rules.case import Case

VERDICTS = ("declaration.held", "declaration.reserved")
"""The entries of the journal that are verdicts."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict on record: which declaration, when, what was found (codes, and how severe each was, which the
    oldest entries do not tell), under which rules; and its case.
    """

    number: str
    at: datetime
    passed: bool
    findings: tuple[str, ...]
    severities: Mapping[str, str]
    rules: str
    case: Case


def verdict_of(book: Book, entry: Entry) -> Verdict:
    """The verdict of an entry. A missing document is a damaged store and raises ``LookupError``."""

    def edition(number: str, revision: int) -> Declaration:
        found = edition_of(book, number, revision)
        if found is None:
            raise LookupError(f"{number} revision {revision}")
        return found

    def certificate(number: str, paper: str | None) -> Certificate:
        if paper is not None:
            return typed(book, paper)
        copy = book.get(Copy, number)
        if copy is None:
            raise LookupError(number)
        return copy.document

    return Verdict(
        number=entry.number,
        at=entry.at,
        passed=entry.event == "declaration.reserved",
        findings=tuple(entry.detail["findings"]),
        severities=entry.detail.get("severities", {}),
        rules=entry.detail["rules"],
        case=case_from(entry.detail["facts"], entry.number, edition, certificate),
    )
