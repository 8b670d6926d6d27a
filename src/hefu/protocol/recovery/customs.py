"""Customs takes back every use, reservation and grant that it has said. What no message carries, the documents of
declarations lodged since, is lost: it is named, and its certificates stay bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hefu.documents.canonical import digest
from hefu.documents.declaration import Declaration
from hefu.protocol import acts, decisions, goods
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contingency.contests import raise_contest
from hefu.protocol.marks import REOPENED, TOOK_EFFECT
from hefu.protocol.messages import (
    CertificateFreed,
    CertificateIssued,
    CertificateMarked,
    CertificateMoved,
    CertificatePresented,
    CertificateReserved,
    CertificateUsed,
    ExportReleased,
    GoodsReopened,
    VoidGranted,
    VoidRefused,
    VoidRequested,
)
from hefu.protocol.records import Copy, Covering, DeclarationState, Holding, Lodgement
from hefu.protocol.recovery.words import Word, forgotten, heard, said
from hefu.protocol.verification import Verification, tell
from hefu.rules.case import UseState
from hefu.rules.finding import Draw

_ACTOR = "customs:recovery"


def take_back(book: Book, words: Sequence[Word], told: Sequence[Word], verification: Verification) -> int:
    """Enter forgotten words into the register, after those messages of tax (``told``) that they answer; how many.
    Messages of tax that have no answer yet stay for their turn.
    """
    mine = forgotten(book, words, "out")
    _hear(book, told, mine)
    for word in mine:
        said(book, word)
        _certificate(book, word)
    touched = dict.fromkeys(
        word.message.declaration
        for word in mine
        if isinstance(
            word.message, CertificateReserved | CertificateFreed | CertificateUsed | CertificateMoved
        )
    )
    exports = {word.stream: word.message for word in mine if isinstance(word.message, ExportReleased)}
    last = {
        word.stream: word.message
        for word in mine
        if isinstance(word.message, CertificateUsed | CertificateMoved)
    }
    used = list(last.values())
    amended = {
        word.message.amended_by
        for word in mine
        if isinstance(word.message, ExportReleased) and word.message.amended_by
    }
    for number in touched:
        if number in amended:
            _declaration(
                book, number, [one for one in used if one.declaration == number], verification, (TOOK_EFFECT,)
            )
    for number, export in exports.items():
        _export_again(book, export, [one for one in used if one.declaration == number])
    for number in touched:
        if number not in exports and number not in amended:
            _declaration(book, number, [one for one in used if one.declaration == number], verification)
    for message in _papers(mine):
        _bind_again(book, message, verification)
    return len(mine)


def _hear(book: Book, told: Iterable[Word], mine: Sequence[Word]) -> None:
    """What of tax has had its effect, by the words that answer it."""
    answered = {
        (word.stream, word.message.request)
        for word in mine
        if isinstance(word.message, VoidGranted | VoidRefused)
    }
    stopped: set[str] = set()
    for word in forgotten(book, told, "in"):
        message = word.message
        if isinstance(message, CertificateIssued):
            _copied(book, message)
        elif not isinstance(message, VoidRequested) or (word.stream, message.request) not in answered:
            stopped.add(word.stream)
        if word.stream not in stopped:
            heard(book, word)


def _copied(book: Book, message: CertificateIssued) -> None:
    certificate = message.certificate
    if book.get(Copy, certificate.number) is not None:
        return
    book.put(Copy(certificate.number, certificate, digest(certificate), book.now))
    for export in sorted({line.declaration for line in certificate.lines if line.declaration}):
        book.put(Covering(export, certificate.number))
    book.note(_ACTOR, "certificate.arrived", certificate.number, recovered=True)


def _certificate(book: Book, word: Word) -> None:
    """The certificate's row, as the word says; used and withdrawn are final, but for what two officers have moved."""
    message = word.message
    holding = book.get(Holding, word.stream)
    if isinstance(message, CertificateMoved):
        _moved(book, message, word.at)
        return
    if isinstance(message, CertificateMarked | GoodsReopened):
        _marked(book, message)
        return
    if holding is not None and holding.state is not UseState.RESERVED:
        return
    match message:
        case CertificateReserved(declaration=declaration):
            book.put(Holding(word.stream, UseState.RESERVED, declaration, word.at))
            book.note(_ACTOR, "certificate.reserved", word.stream, declaration, recovered=True)
        case CertificateUsed(declaration=declaration):
            book.put(Holding(word.stream, UseState.USED, declaration, word.at))
            book.note(_ACTOR, "certificate.used", word.stream, declaration, recovered=True)
        case CertificateFreed(declaration=declaration):
            if holding is not None:
                book.drop(holding)
            book.note(_ACTOR, "certificate.freed", word.stream, declaration, recovered=True)
        case VoidGranted():
            book.put(Holding(word.stream, UseState.WITHDRAWN, None, word.at))
            book.note(_ACTOR, "certificate.withdrawn", word.stream, recovered=True)
        case _:
            book.note(_ACTOR, "message.recovered", word.stream, kind=message.kind)


def _moved(book: Book, message: CertificateMoved, at: datetime) -> None:
    """With the use comes the act that moved it: the officers and their ground stand in the message."""
    content = {"certificate": message.number, "from": message.moved_from, "to": message.declaration}
    known = book.get(Lodgement, message.moved_from)
    if known is not None and message.number in known.certificates:
        book.put(decisions.parted(book, known, message.number))
    acts.enter_decided(book, ActKind.MOVE_USE, message.number, content, message.decision, at)
    book.put(Holding(message.number, UseState.USED, message.declaration, at))
    told = {"moved_from": message.moved_from, "decision": message.decision.model_dump(), "recovered": True}
    book.note(_ACTOR, "certificate.moved", message.number, message.declaration, **told)


def _marked(book: Book, message: CertificateMarked | GoodsReopened) -> None:
    """The declaration that used it was taken back; its goods may have been given back since."""
    known = book.get(Lodgement, message.declaration)
    event = message.kind
    told: dict[str, Any] = {"recovered": True}
    if isinstance(message, CertificateMarked):
        told["mark"] = message.mark
        if known is not None and message.mark not in known.marks and not known.state.is_open:
            book.put(replace(known, marks=(*known.marks, message.mark)))
    else:
        told["decision"] = message.decision.model_dump()
        if known is not None and REOPENED not in known.marks and not known.state.is_open:
            book.put(decisions.reopened(book, known))
    book.note(_ACTOR, event, message.number, message.declaration, **told)


def _papers(mine: Sequence[Word]) -> Iterator[CertificatePresented]:
    """What was presented on paper, and of whose use nothing was said afterwards: the record had not come, or its
    declaration was held.
    """
    last = {word.stream: word.message for word in mine}
    return (one for one in last.values() if isinstance(one, CertificatePresented))


def _bind_again(book: Book, message: CertificatePresented, verification: Verification) -> None:
    """The number of a paper belongs to its declaration, used or not. The paper, if the backup does not have it, is lost."""
    number, declaration = message.number, message.declaration
    holding, known = book.get(Holding, number), book.get(Lodgement, declaration)
    if holding is not None and (holding.state is UseState.USED or holding.declaration != declaration):
        return
    released = known is not None and known.state is DeclarationState.RELEASED
    use = UseState.USED if message.digest or released else UseState.RESERVED
    book.put(Holding(number, use, declaration, book.now))
    book.note(_ACTOR, f"certificate.{use.value}", number, declaration, ticket=message.ticket, recovered=True)
    if (
        known is not None
        and known.state is DeclarationState.RESERVED
        and number in known.certificates
        and known.digest == message.digest
    ):
        book.put(replace(known, state=DeclarationState.RELEASED, due=None, changed_at=book.now))
        book.note(_ACTOR, "declaration.released", declaration, recovered=True)
        return
    raise_contest(book, ("restore.paper_lost", "", {}), number, declaration, message.ticket, _ACTOR)
    if book.get(Copy, number) is not None:
        verification.tell_again(book, number)


def _export_again(
    book: Book, message: ExportReleased, used: Sequence[CertificateUsed | CertificateMoved]
) -> None:
    """A released export declaration is whole in the message that told tax of it."""
    document = message.declaration
    known = book.get(Lodgement, document.number)
    if known is not None and known.state is DeclarationState.RESERVED:
        goods.give_back(book, known.draws)
    draws = _draws(document, used) or (known.draws if known else ())
    book.put(
        Lodgement(
            number=document.number,
            document=document,
            digest=digest(document),
            state=DeclarationState.RELEASED,
            revision=message.revision,
            comparison=known.comparison if known else {},
            draws=draws,
            lodged_by=known.lodged_by if known else _ACTOR,
            lodged_at=known.lodged_at if known else book.now,
            changed_at=book.now,
            marks=known.marks if known else (),
        )
    )
    if message.decision is not None:
        content = {"declaration": document.number, "revision": message.revision}
        acts.enter_decided(book, ActKind.OVERRIDE, document.number, content, message.decision, book.now)
    book.note(_ACTOR, "declaration.released", document.number, recovered=True)
    goods.enter_export(book, document, _ACTOR)


def _draws(document: Declaration, used: Sequence[CertificateUsed | CertificateMoved]) -> tuple[Draw, ...]:
    """What was drawn, by certificate and line; which item drew it no message says, so it is the first."""
    item = document.items[0].item if document.items else 1
    return tuple(
        Draw(item, one.number, line, int(quantity))
        for one in used
        for line, quantity in sorted(one.drawn.items())
    )


def _declaration(
    book: Book,
    number: str,
    used: Sequence[CertificateUsed | CertificateMoved],
    verification: Verification,
    marks: tuple[str, ...] = (),
) -> None:
    """A return, amendment or withdrawal: no message carries its document. If the backup has the same one it stands
    where the words say, with further ``marks`` if it was released; else it is lost, and named.
    """
    known = book.get(Lodgement, number)
    if known is not None and known.state.is_open:
        _again(book, known, used, verification, marks)
    elif known is None:
        for holding in book.find(Holding, "declaration", number):
            code = "restore.use_lost" if holding.state is UseState.USED else "restore.reservation_lost"
            raise_contest(book, (code, "", {}), holding.certificate, number, "", _ACTOR)


def _again(
    book: Book,
    known: Lodgement,
    used: Sequence[CertificateUsed | CertificateMoved],
    verification: Verification,
    marks: tuple[str, ...],
) -> None:
    """One that the backup has, still open: released if the words say so and its document is the one that was."""
    if known.state is DeclarationState.RESERVED:
        goods.give_back(book, known.draws)
    if used and all(one.digest == known.digest for one in used):
        done = replace(
            known,
            state=DeclarationState.RELEASED,
            draws=_draws(known.document, used),
            due=None,
            changed_at=book.now,
            marks=(*known.marks, *marks),
        )
        goods.take(book, done.counted)
        book.put(done)
        book.note(_ACTOR, "declaration.released", number := known.number, recovered=True)
        verification.wake(book, [f"export:{number}"])
        return
    if used:
        for one in used:
            raise_contest(book, ("restore.use_lost", "", {}), one.number, known.number, "", _ACTOR)
    held = replace(known, state=DeclarationState.HELD, draws=(), due=None, changed_at=book.now)
    reserved = [
        one for one in book.find(Holding, "declaration", known.number) if one.state is UseState.RESERVED
    ]
    for holding in reserved:
        book.drop(holding)
        book.note(_ACTOR, "certificate.freed", holding.certificate, known.number, recovered=True)
    book.put(held)
    (settled,) = verification.verify(book, [held])
    for holding in reserved:
        if holding.certificate not in settled.certificates:
            tell(
                book,
                CertificateFreed(number=holding.certificate, declaration=known.number, why="node restored"),
            )
