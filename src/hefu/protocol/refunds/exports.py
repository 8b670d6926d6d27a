"""Export declarations as customs tells tax of them: they open the ledger, wake claims, and end what amendments covered."""

from __future__ import annotations

from dataclasses import replace

from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.goods import GoodsKey
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.marks import DONE
from hefu.protocol.messages import ExportReleased
from hefu.protocol.records import Account, Issue
from hefu.protocol.refunds import claims
from hefu.protocol.refunds.records import Export
from hefu.rules.case import UseState


def enter(book: Book, message: ExportReleased, actor: str) -> None:
    """Enter an export declaration, new or amended, and do what waited for it."""
    document = message.declaration
    known = book.get(Export, document.number)
    amendments = known.amendments if known else ()
    if message.amended_by and message.amended_by not in amendments:
        amendments = (*amendments, message.amended_by)
    book.put(Export(document.number, document, message.revision, book.now, amendments))
    if message.amended_by:
        for issue in book.find(Issue, "declaration", message.amended_by):
            amended(book, issue, actor)
    goods.enter_export(book, document, actor)
    claims.export_came(book, document.number, actor)


def used(book: Book, issue: Issue, actor: str) -> None:
    """A certificate has been used: if the amendment that used it has come already, it has done its work."""
    if amended(book, issue, actor):
        for number in dict.fromkeys(line.declaration for line in issue.document.lines if line.declaration):
            export = book.get(Export, number)
            if export is not None:
                goods.enter_export(book, export.document, actor)


def amended(book: Book, issue: Issue, actor: str) -> bool:
    """An amendment that has taken effect leaves the goods as the amended record says: they may be returned, amended again
    or claimed. So a certificate that it has used covers nothing any more, nor does the principal's behind it once no
    agent's draws on that. Returns whether it is so.
    """
    exports = {line.declaration for line in issue.document.lines if line.declaration}
    if issue.usage is not UseState.USED or issue.document.purpose is not Purpose.AMENDMENT:
        return False
    if not all(issue.declaration in _amendments(book, export) for export in exports):
        return False
    goods.lift_cover(book, issue.number)
    _done(book, issue, actor)
    principal = issue.document.principal_certificate
    behind = book.get(Issue, principal) if principal else None
    if behind is not None and not goods.drawn_by_agents(book, behind.document):
        goods.lift_cover(book, behind.number)
        _close_draws(book, behind.document)
        _done(book, behind, actor)
    return True


def _amendments(book: Book, export: str) -> tuple[str, ...]:
    known = book.get(Export, export)
    return known.amendments if known else ()


def _done(book: Book, issue: Issue, actor: str) -> None:
    if DONE not in issue.marks:
        book.put(replace(issue, marks=(*issue.marks, DONE), changed_at=book.now))
        book.note(actor, "certificate.amendment_done", issue.number, issue.declaration or "")


def _close_draws(book: Book, principal: Certificate) -> None:
    """No agent draws on a principal's certificate that has done its work."""
    for line in principal.lines:
        account = book.get(Account, str(GoodsKey("certificate", "", principal.number, line.line)))
        if account is not None:
            book.put(replace(account, quantity=account.taken))
