"""Tax takes back what it has issued and asked, with what customs has answered."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from hefu.documents.canonical import digest
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.messages import (
    CertificateIssued,
    CertificatePresented,
    CertificateUnknown,
    Message,
    VoidGranted,
    VoidRefused,
    VoidRequested,
)
from hefu.protocol.records import Issue, IssueState
from hefu.protocol.recovery.words import Word, forgotten, heard, said
from hefu.protocol.tax import receive
from hefu.rules.case import UseState

_ACTOR = "tax:recovery"


def take_back(book: Book, words: Sequence[Word], told: Sequence[Word]) -> int:
    """Enter forgotten words into the register, and with each stream what customs has answered in it (``told``), so that
    goods which a use or a void has given back are there for the certificates issued since; how many.
    """
    mine, answers = forgotten(book, words, "out"), forgotten(book, told, "in")
    for stream in dict.fromkeys(word.stream for word in mine):
        own = [word for word in mine if word.stream == stream]
        _stream(book, own, deque(word for word in answers if word.stream == stream))
    return len(mine)


def _stream(book: Book, own: Sequence[Word], answers: deque[Word]) -> None:
    """One stream: each own word, and then the answers that do not wait for a later one."""
    replied = sum(isinstance(word.message, CertificateUnknown) for word in own)
    for word in own:
        said(book, word)
        match word.message:
            case CertificateIssued():
                _issued(book, word.message)
            case VoidRequested():
                _asked(book, word.message)
            case _:
                book.note(_ACTOR, "message.recovered", word.stream, kind=word.message.kind)
        while answers and not _is_early(book, answers[0].message):
            answer = answers.popleft()
            if isinstance(answer.message, CertificatePresented) and replied:
                replied -= 1  # the reply is among the own words: it is not said again
                told = {"ticket": answer.message.ticket, "known": False, "recovered": True}
                book.note(_ACTOR, "certificate.presented", answer.stream, answer.message.declaration, **told)
            else:
                receive(book, answer.message, _ACTOR)
            heard(book, answer)


def _is_early(book: Book, message: Message) -> bool:
    """Whether it answers a question that has not been entered yet."""
    if not isinstance(message, VoidGranted | VoidRefused):
        return False
    found = book.get(Issue, message.number)
    return found is None or found.requests < message.request


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
