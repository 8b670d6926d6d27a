"""What a certificate says at customs: the record of tax, or the paper that an act was begun with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.protocol.book import Book
from hefu.protocol.contingency.records import PaperCase, Typed
from hefu.protocol.records import Copy

_ADVISING: Final = frozenset({"name", "goods_name", "reason", "remark"})
"""Names and remarks advise, they decide nothing; an officer may have typed them in short."""


def bound_paper(book: Book, number: str) -> PaperCase | None:
    """The approved paper under a number, if there is one."""
    case = book.get(PaperCase, number)
    return case if case is not None and case.state.binds else None


def content(book: Book, number: str) -> Certificate | None:
    """What counts for the declaration that has, or may take, the certificate. What began on paper ends on paper, even
    when the record has come.
    """
    case = bound_paper(book, number)
    if case is not None:
        return typed(book, case.digest)
    copy = book.get(Copy, number)
    return None if copy is None else copy.document


def typed(book: Book, digest: str) -> Certificate:
    """What was typed from a paper. A store that lost it is damaged: ``LookupError``."""
    found = book.get(Typed, digest)
    if found is None:
        raise LookupError(digest)
    return found.document


def differences(paper: Certificate, record: Certificate) -> list[dict[str, str]]:
    """The decisive fields that a paper states otherwise than the record: ``field``, ``paper``, ``record``. What the
    paper leaves out is no difference; a line that the record does not have is one.
    """
    stated = dict(_flat("", paper))
    known = dict(_flat("", record))
    return [
        {"field": field, "paper": str(value), "record": str(known.get(field, ""))}
        for field, value in stated.items()
        if known.get(field) != value
    ]


def _flat(place: str, document: Document) -> Iterator[tuple[str, Any]]:
    for name in type(document).model_fields:
        value = getattr(document, name)
        where = f"{place}.{name}" if place else name
        if name in _ADVISING or value is None:
            continue
        if isinstance(value, Document):
            yield from _flat(where, value)
        elif name == "lines":
            for line in value:
                yield from _flat(f"line {line.line}", line)
        else:
            yield where, value
