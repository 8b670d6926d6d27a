"""Does what a certificate says of refunds agree with the claims on record? (I6)"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hefu.documents.certificate import Certificate, CertificateLine, Purpose, RefundState
from hefu.documents.fields import plain, unscaled
from hefu.errors import Kind
from hefu.protocol import outcome
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Cover, Issue, Record
from hefu.protocol.refunds import kinds
from hefu.protocol.refunds.records import Claim, ClaimState, Obligation, RefundLine, Way

_GIVEN_BACK: Final = {
    RefundState.REVERSED: (Way.REVERSED, kinds.NOT_REVERSED),
    RefundState.PAID_BACK: (Way.REPAID, kinds.NOT_PAID_BACK),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """What a line brings into the refund ledger: so much of it is ``owed``, so much is ``stated`` to be refunded though no
    claim on record shows it, with the records that say so.
    """

    owed: int = 0
    stated: int = 0
    records: tuple[Record, ...] = ()


_NOTHING: Final = Fit()


def fit(
    book: Book, certificate: Certificate, line: CertificateLine, account: Account, wanted: int
) -> tuple[Fit, Outcome | None]:
    """What certifying ``wanted`` (in the account's unit) means for refunds, or the refusal. Writes nothing.

    Before export nothing can be refunded, and an agent's certificate draws on its principal's, whose refund it is. Where
    no claim on these goods is on record, as for claims from before the network, the certificate's own word counts.
    """
    if certificate.purpose is Purpose.EXPORT or certificate.principal_certificate is not None:
        return _NOTHING, None
    lines = book.find(RefundLine, "goods", account.goods)
    state = certificate.refund_state
    if state is RefundState.REFUNDED_OPEN:
        return _open(book, certificate, line, account, wanted, lines)
    if lines and state in _GIVEN_BACK:
        way, kind = _GIVEN_BACK[state]
        given = sum(one.quantity for one in lines if one.way is way) - _certified(book, account.goods, state)
        if wanted > given:
            return _NOTHING, _refused(kind, certificate, line, account, wanted, given=max(given, 0))
    if wanted > account.free:
        by = dict.fromkeys(one.paper.partition(":")[2] for one in lines if one.remaining)
        return _NOTHING, _refused(
            kinds.REFUND_CLAIMED, certificate, line, account, wanted, free=account.free, by=", ".join(by)
        )
    return _NOTHING, None


def _open(
    book: Book,
    certificate: Certificate,
    line: CertificateLine,
    account: Account,
    wanted: int,
    lines: list[RefundLine],
) -> tuple[Fit, Outcome | None]:
    """Refunded, neither reversed nor paid back: certified all the same, and owed."""
    owed: tuple[Record, ...] = (obligation(book, certificate, line, account.goods, wanted),)
    if not lines:
        stated = stated_refund(certificate, line, account.goods, wanted)
        return Fit(wanted, wanted, (*owed, stated)), None
    refunded = sum(one.remaining for one in lines if _is_paid(book, one)) - account.owed
    if wanted > refunded:
        given = max(refunded, 0)
        return _NOTHING, _refused(kinds.NOT_REFUNDED, certificate, line, account, wanted, given=given)
    return Fit(wanted, 0, owed), None


def stated_refund(certificate: Certificate, line: CertificateLine, goods: str, quantity: int) -> RefundLine:
    """A refund that no claim on record shows, by the word of a certificate."""
    paper, holder = f"certificate:{certificate.number}", certificate.holder.uscc or ""
    return RefundLine(paper, line.line, goods, Way.STATED, holder, quantity, quantity, 0, 0)


def open_when_issued(book: Book, certificate: Certificate, goods: str, wanted: int) -> tuple[int, int]:
    """How much of what a certificate covers was refunded and open by its own word, and of how much its holder's claims on
    record show a refund that nothing owes yet.
    """
    before_export = certificate.purpose is Purpose.EXPORT or certificate.principal_certificate is not None
    if before_export or certificate.refund_state is not RefundState.REFUNDED_OPEN:
        return 0, 0
    holder = certificate.holder.uscc or ""
    refunded = sum(one.remaining for one in book.find(RefundLine, "goods", goods) if one.claimant == holder)
    owed = sum(one.quantity for one in book.find(Obligation, "goods", goods) if one.claimant == holder)
    return wanted, refunded - owed


def _is_paid(book: Book, line: RefundLine) -> bool:
    if line.way is Way.STATED:
        return True
    claim = book.get(Claim, line.paper.partition(":")[2]) if line.way is Way.CLAIMED else None
    return claim is not None and claim.state is ClaimState.PAID


def _certified(book: Book, goods: str, state: RefundState) -> int:
    """How much of the goods live certificates of this refund state cover already."""
    covers = [(cover, book.get(Issue, cover.certificate)) for cover in book.find(Cover, "goods", goods)]
    return sum(cover.quantity for cover, issue in covers if issue and issue.document.refund_state is state)


def _refused(
    kind: Kind,
    certificate: Certificate,
    line: CertificateLine,
    account: Account,
    wanted: int,
    *,
    by: str = "",
    **quantities: int,
) -> Outcome:
    amounts = {name: plain(unscaled(value)) for name, value in {**quantities, "wanted": wanted}.items()}
    shown = {"line": line.line, "goods": account.goods, "unit": account.unit, "by": by}
    return outcome.refuse(kind, certificate.number, "tax", value=amounts["wanted"], **shown, **amounts)


def obligation(
    book: Book, certificate: Certificate, line: CertificateLine, goods: str, quantity: int
) -> Obligation:
    """What a line owes: its holder reverses so much with the next claim."""
    return Obligation(certificate.number, line.line, goods, certificate.holder.uscc or "", quantity, book.now)


def lower_obligation(book: Book, certificate: str, line: int, to: int) -> int:
    """Let a certificate line owe no more than ``to``; by how much it owes less now. The caller lowers the account."""
    found = book.get(Obligation, certificate, line)
    if found is None or found.quantity <= to:
        return 0
    if to:
        book.put(replace(found, quantity=to))
    else:
        book.drop(found)
    return found.quantity - to
