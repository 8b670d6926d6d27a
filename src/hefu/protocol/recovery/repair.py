"""What is done about a divergence when the streams are level: each side mends its own register, by the words of the fact's
owner, and never so that what was used would be free. What that does not settle is left for two officers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hefu.documents.canonical import digest
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.messages import (
    CertificateFreed,
    CertificateIssued,
    CertificateMoved,
    CertificateReserved,
    CertificateUsed,
    ExportReleased,
    Message,
    VoidGranted,
)
from hefu.protocol.records import Copy, Cover, Covering, Holding, Issue, IssueState, Lodgement, Side
from hefu.protocol.recovery.rows import Row
from hefu.protocol.refunds.records import Export
from hefu.rules.case import UseState

_NOTHING = ""
_BY = {Side.TAX: "tax:reconciliation", Side.CUSTOMS: "customs:reconciliation"}


def mend(book: Book, side: Side, code: str, mine: Row, theirs: Row, words: Iterable[Message]) -> str:
    """Mend this side's register, if it is this side's to mend; what was done, or nothing. ``words``: everything that the
    owner of the fact has said in this stream: tax of the content, customs of the use.
    """
    told = list(words)
    done = _NOTHING
    if code in ("content.missing", "content.differs"):
        done = _content(book, side, mine, theirs, told)
    elif code == "use.differs":
        done = _use_at_tax(book, theirs, told) if side is Side.TAX else _use_at_customs(book, mine, told)
    if done:
        book.note(_BY[side], "register.mended", mine.stream, code=code, done=done)
    return done


def is_mended_there(code: str, mine: Row, words: Iterable[Message]) -> bool:
    """Whether the words say that it is the other side's register that is wrong."""
    told = list(words)
    if code in ("content.missing", "content.differs"):
        said = _issued(told) or _exported(told)
        return said is not None and digest(said) == mine.content
    use, by = use_of(told)
    return (use.value, by) == (mine.use, mine.declaration)


def use_of(words: Iterable[Message]) -> tuple[UseState, str]:
    """The use of a certificate by everything that customs has said of it."""
    use, by = UseState.AVAILABLE, ""
    for word in words:
        match word:
            case CertificateReserved(declaration=declaration) if use is UseState.AVAILABLE:
                use, by = UseState.RESERVED, declaration
            case CertificateFreed() if use is UseState.RESERVED:
                use, by = UseState.AVAILABLE, ""
            case CertificateUsed(declaration=declaration) if use is not UseState.WITHDRAWN:
                use, by = UseState.USED, declaration
            case CertificateMoved(declaration=declaration) if use is UseState.USED:
                by = declaration
            case VoidGranted() if use is not UseState.USED:
                use, by = UseState.WITHDRAWN, ""
            case _:
                pass
    return use, by


def _issued(words: Iterable[Message]) -> Certificate | None:
    return next((one.certificate for one in words if isinstance(one, CertificateIssued)), None)


def _content(book: Book, side: Side, mine: Row, theirs: Row, words: Iterable[Message]) -> str:
    """The content is what tax has issued, or customs released: its own message says what that was."""
    told = list(words)
    issued = _issued(told)
    if issued is None:
        return _export(book, side, mine, theirs, told)
    if digest(issued) == mine.content:
        return _NOTHING
    if side is Side.CUSTOMS:
        return _copy_again(book, issued) if digest(issued) == theirs.content else _NOTHING
    known = book.get(Issue, mine.stream)
    if known is None:
        return _issue_again(book, issued, theirs)
    book.put(replace(known, document=issued, digest=digest(issued), changed_at=book.now))
    return "content as issued"


def _exported(words: Iterable[Message]) -> Declaration | None:
    return next((one.declaration for one in reversed(list(words)) if isinstance(one, ExportReleased)), None)


def _export(book: Book, side: Side, mine: Row, theirs: Row, words: list[Message]) -> str:
    """The export declaration is what customs has last said of it."""
    said = _exported(words)
    if said is None or digest(said) == mine.content:
        return _NOTHING
    if side is Side.TAX and digest(said) == theirs.content:
        told = [one for one in words if isinstance(one, ExportReleased)]
        amended = tuple(dict.fromkeys(one.amended_by for one in told if one.amended_by))
        book.put(Export(said.number, said, told[-1].revision, book.now, amended))
        return "export declaration as released"
    known = book.get(Lodgement, mine.stream) if side is Side.CUSTOMS else None
    if known is None or known.digest != digest(said):
        return _NOTHING
    book.put(replace(known, document=said))
    return "export declaration as released"


def _copy_again(book: Book, issued: Certificate) -> str:
    """Customs has what tax has issued. One that was used by another content is left to officers; a document that is not
    what its digest says was not what was compared.
    """
    known, holding = book.get(Copy, issued.number), book.get(Holding, issued.number)
    compared = known is None or known.digest == digest(issued)
    if not compared and holding is not None and holding.state is not UseState.WITHDRAWN:
        return _NOTHING
    book.put(Copy(issued.number, issued, digest(issued), known.arrived_at if known else book.now))
    for export in sorted({line.declaration for line in issued.lines if line.declaration}):
        book.put(Covering(export, issued.number))
    return "content as issued"


def _issue_again(book: Book, issued: Certificate, theirs: Row) -> str:
    """A certificate that tax has issued and does not have: in force again, used as customs says."""
    if theirs.use == UseState.WITHDRAWN.value:
        return _NOTHING
    usage = UseState(theirs.use) if theirs.use else UseState.AVAILABLE
    book.put(
        Issue(
            number=issued.number,
            document=issued,
            digest=digest(issued),
            state=IssueState.ISSUED,
            usage=usage,
            declaration=theirs.declaration or None,
            issued_by=_BY[Side.TAX],
            changed_at=book.now,
        )
    )
    book.note(_BY[Side.TAX], "certificate.issued", issued.number, recovered=True)
    if usage is not UseState.AVAILABLE:
        book.note(
            _BY[Side.TAX], f"certificate.{usage.value}", issued.number, theirs.declaration, recovered=True
        )
    if not book.find(Cover, "certificate", issued.number):
        goods.cover_again(book, issued)
    return "in force again"


def _use_at_tax(book: Book, theirs: Row, words: Iterable[Message]) -> str:
    """The use is customs' fact; tax takes it over if customs' own words bear its register out."""
    use, by = use_of(words)
    known = book.get(Issue, theirs.stream)
    if known is None or known.state in (IssueState.VOIDED, IssueState.SUPERSEDED):
        return _NOTHING
    if (use.value, by) != (theirs.use, theirs.declaration) or use is UseState.WITHDRAWN:
        return _NOTHING
    book.put(replace(known, usage=use, declaration=by or None, changed_at=book.now))
    event = {UseState.AVAILABLE: "freed"}.get(use, use.value)
    book.note(_BY[Side.TAX], f"certificate.{event}", known.number, by, recovered=True)
    return "use as customs has said"


def _use_at_customs(book: Book, mine: Row, words: Iterable[Message]) -> str:
    """What customs has said is so, where that binds more than its register does; never where it would free."""
    use, by = use_of(words)
    holding = book.get(Holding, mine.stream)
    if use in (UseState.AVAILABLE, UseState.RESERVED) or holding is not None:
        return _NOTHING
    book.put(Holding(mine.stream, use, by or None, book.now))
    book.note(_BY[Side.CUSTOMS], f"certificate.{use.value}", mine.stream, by, recovered=True)
    return f"{use.value} as said before"
