"""Release: certificates become used, and what a release does beyond them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hefu.documents.canonical import digest
from hefu.documents.declaration import Act, Declaration
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.marks import TAKEN_BACK, TOOK_EFFECT
from hefu.protocol.messages import Decision, ExportReleased
from hefu.protocol.records import DeclarationState, Lodgement
from hefu.protocol.verification import Verification, keep_edition, mark


def released(
    book: Book, known: Lodgement, actor: str, verification: Verification, decision: Decision | None = None
) -> Lodgement:
    """Let a declaration go: in this transaction its certificates become used (I3). ``decision``: by which two officers
    release it though it was held.
    """
    if verification.policy.used_at == "release":
        for certificate in known.certificates:
            verification.use(book, known, certificate, actor)
    done = replace(known, state=DeclarationState.RELEASED, due=None, changed_at=book.now)
    book.put(done)
    told: dict[str, Any] = {"decision": decision.model_dump()} if decision else {}
    book.note(actor, "declaration.released", known.number, certificates=list(known.certificates), **told)
    done = _take_effect(book, done, actor, verification, decision)
    related = [f"export:{known.document.related}"] if known.document.related else []
    verification.wake(book, [*(f"certificate:{one}" for one in known.certificates), *related])
    return done


def _take_effect(
    book: Book, done: Lodgement, actor: str, verification: Verification, decision: Decision | None
) -> Lodgement:
    """Exports enter the goods ledger of both sides, amendments change and withdrawals end the export declaration they
    concern.
    """
    document = done.document
    if document.act is Act.EXPORT:
        goods.enter_export(book, document, actor)
        book.send(ExportReleased(declaration=document, revision=done.revision, decision=decision))
        verification.wake(book, [f"export:{document.number}"])
        return done
    original = book.get(Lodgement, document.related) if document.related else None
    if original is None or original.state is not DeclarationState.RELEASED:
        return done
    if document.act is Act.AMENDMENT and document.becomes:
        return _amend(book, original, done, actor)
    if document.act is Act.WITHDRAWAL:
        _end(book, original, document, actor)
    return done


def _amend(book: Book, original: Lodgement, done: Lodgement, actor: str) -> Lodgement:
    """From now on the goods are what the amended declaration says, not what the amendment drew on: they may be returned or
    amended again.
    """
    amendment = done.document
    document = original.document.amended_by(amendment)
    keep_edition(book, original)
    after = replace(
        original,
        document=document,
        digest=digest(document),
        revision=original.revision + 1,
        changed_at=book.now,
        amended_at=book.now,
    )
    book.put(after)
    book.note(actor, "declaration.amended", original.number, amendment.number, revision=after.revision)
    goods.give_back(book, done.counted)
    effective = replace(done, marks=(*done.marks, TOOK_EFFECT))
    book.put(effective)
    goods.enter_export(book, document, actor)
    book.send(ExportReleased(declaration=document, revision=after.revision, amended_by=amendment.number))
    return effective


def _end(book: Book, original: Lodgement, withdrawal: Declaration, actor: str) -> None:
    """Withdrawn after release: its certificates stay used, and are marked (DESIGN §2)."""
    book.put(replace(original, marks=(*original.marks, TAKEN_BACK), changed_at=book.now))
    book.note(actor, "declaration.withdrawn_after_release", original.number, withdrawal.number)
    mark(book, original, TAKEN_BACK, actor)
