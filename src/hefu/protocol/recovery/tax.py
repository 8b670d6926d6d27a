"""Tax takes back what it has issued and asked; what customs has answered then comes again in its turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hefu.documents.canonical import digest
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.messages import CertificateIssued, VoidRequested
from hefu.protocol.records import Issue, IssueState
from hefu.protocol.recovery.words import Word, forgotten, said
from hefu.rules.case import UseState

_ACTOR = "tax:recovery"


def take_back(book: Book, words: Sequence[Word]) -> int:
    """Enter forgotten words into the register; how many."""
    found = forgotten(book, words, "out")
    for word in found:
        said(book, word)
        match word.message:
            case CertificateIssued():
                _issued(book, word.message)
            case VoidRequested():
                _asked(book, word.message)
            case _:
                book.note(_ACTOR, "message.recovered", word.stream, kind=word.message.kind)
    return len(found)


def _issued(book: Book, message: CertificateIssued) -> None:
    certificate = message.certificate
    if certificate.agent is not None:
        goods.open_for_agent(book, certificate)
    book.put(
        Issue(
            number=certificate.number,
            document=certificate,
            digest=digest(certificate),
            state=IssueState.ISSUED,
            usage=UseState.AVAILABLE,
            declaration=None,
            issued_by=_ACTOR,
            changed_at=book.now,
            replaces=message.replaces,
        )
    )
    replaced = book.get(Issue, message.replaces) if message.replaces else None
    if replaced is not None:
        book.put(
            replace(
                replaced, state=IssueState.SUPERSEDED, replacement=certificate.number, changed_at=book.now
            )
        )
        book.note(_ACTOR, "certificate.superseded", replaced.number, certificate.number, recovered=True)
        goods.move_cover(book, replaced.number, certificate)
    else:
        goods.cover_again(book, certificate)
    book.note(_ACTOR, "certificate.issued", certificate.number, message.replaces or "", recovered=True)


def _asked(book: Book, message: VoidRequested) -> None:
    found = book.get(Issue, message.number)
    if found is None or found.state not in (IssueState.ISSUED, IssueState.VOID_REQUESTED):
        return
    asked = replace(
        found,
        state=IssueState.VOID_REQUESTED,
        requests=message.request,
        reason=message.reason,
        changed_at=book.now,
    )
    book.put(asked)
    book.note(_ACTOR, "certificate.void_requested", message.number, reason=message.reason, recovered=True)
