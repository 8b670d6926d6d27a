"""Variants of refunds and applications, over a store that holds nobody back, so that the invariants alone must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from hefu.documents.certificate import Certificate
from hefu.documents.refund import Repayment
from hefu.errors import HefuError
from hefu.protocol import tax
from hefu.protocol.applications import deciding
from hefu.protocol.applications.granting import parts_of
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Side
from hefu.protocol.refunds import agency, claims, giving_back
from hefu.protocol.refunds.records import AgencyLine, Claim, ClaimState, Obligation, Repaid, Way
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteStore
from tests.simulation.world import Parts


class NoChecks(SqliteStore):
    """A store without the CHECKs on accounts and the triggers on what is decided."""

    def __init__(self, path: str, side: Side) -> None:
        super().__init__(path, side)
        self.connection.execute("PRAGMA ignore_check_constraints = ON")
        for name in ("application_is_decided_once", "claim_is_decided_once"):
            self.connection.execute(f"DROP TRIGGER {name}")


def claim_beside_certificates(book: Book, *given: Any) -> Outcome | HefuError:
    """A claim is held against other claims, not against certificates of the same goods."""
    with patch.object(Account, "free", property(lambda one: one.quantity - one.claimed)):
        return claims.file(book, *given)


def claim_past_what_is_owed(book: Book, *given: Any) -> Outcome | HefuError:
    """A claim is accepted whatever its claimant owes by a certificate."""
    with patch.object(claims, "_owed", lambda *_: iter(())):
        return claims.file(book, *given)


def claim_in_part(book: Book, *given: Any) -> Outcome | HefuError:
    """What is right of a refused claim stays in the ledger."""
    with patch.object(Book, "trial", lambda one: one), patch.object(Book, "adopt", lambda *_: None):
        return claims.file(book, *given)


def claim_past_the_agency(book: Book, *given: Any) -> Outcome | HefuError:
    """A principal's claim is not counted on the agency certificate by which it claims."""
    with patch.object(agency, "source", lambda *_: (None, None)):
        return claims.file(book, *given)


def pay_whatever_is_there(book: Book, number: str, actor: str) -> Outcome:
    """A payment that does not look whether the claim counts on the account."""
    known = book.get(Claim, number)
    if known is None or known.state is ClaimState.PAID:
        return claims.pay(book, number, actor)
    book.put(replace(known, state=ClaimState.PAID, changed_at=book.now))
    book.note(actor, "claim.paid", number, claimant=known.claimant)
    return Outcome("paid", number)


def recall_keeps_the_goods(book: Book, number: str, actor: str) -> Outcome:
    """A recalled claim that goes on counting."""
    with patch.object(claims, "_untake", lambda *_: None):
        return claims.recall(book, number, actor)


def recall_from_the_account_alone(book: Book, number: str, actor: str) -> Outcome:
    """A recalled claim that is taken from the account and goes on counting on its agency certificate."""
    find = book.find
    book.find = lambda kind, *by: [] if kind is AgencyLine else find(kind, *by)  # type: ignore[method-assign]
    try:
        return claims.recall(book, number, actor)
    finally:
        book.find = find  # type: ignore[method-assign]


def repay_again(book: Book, repayment: Repayment, actor: str) -> Outcome | HefuError:
    """A slip that comes once more is counted once more."""
    if book.get(Repaid, repayment.payment_slip) is None:
        return giving_back.repay(book, repayment, actor)
    for line in repayment.lines:
        paper, claimant = f"slip:{repayment.payment_slip}", repayment.claimant.uscc or ""
        giving_back.give_back(book, paper, Way.REPAID, claimant, line)
    return Outcome("repaid", repayment.payment_slip)


def repay_without_settling(book: Book, repayment: Repayment, actor: str) -> Outcome | HefuError:
    """What is paid back stays claimed on the lines of the claims."""
    with patch.object(giving_back, "_parts", lambda *_: iter(())):
        return giving_back.repay(book, repayment, actor)


def issue_forgets_what_is_owed(book: Book, certificate: Certificate, actor: str, policy: Policy) -> Outcome:
    """A certificate of goods still refunded, of which nobody remembers that they are to be reversed."""
    told = tax.issue(book, certificate, actor, policy)
    for one in book.find(Obligation, "certificate", certificate.number) if told.status == "issued" else ():
        account = book.get(Account, one.goods)
        assert account is not None
        book.put(replace(account, owed=account.owed - one.quantity))
        book.drop(one)
    return told


def approve_in_part(book: Book, *given: Any) -> Outcome | HefuError:
    """An application of two parts is approved with the first."""
    serial, numbers, *rest = given
    with patch.object(deciding, "parts_of", lambda *told: parts_of(*told)[:1]):
        return deciding.approve(book, serial, numbers[:1], *rest)


def approve_again(book: Book, serial: str, numbers: Any, *rest: Any) -> Outcome | HefuError:
    """An application that is approved already is issued for once more."""
    filing = book.get(Filing, serial)
    if filing is not None and filing.state is FilingState.APPROVED:
        book.put(replace(filing, state=FilingState.FILED))
        return deciding.approve(book, serial, (), *rest)
    return deciding.approve(book, serial, numbers, *rest)


def _unchecked(**parts: Callable[..., Any]) -> Parts:
    return Parts(store=NoChecks, **parts)  # type: ignore[arg-type]


VARIANTS: dict[str, Parts] = {
    "a claim beside a live certificate": _unchecked(claim=claim_beside_certificates),
    "a claim past what a certificate owes": _unchecked(claim=claim_past_what_is_owed),
    "a refused claim counted in part": _unchecked(claim=claim_in_part),
    "a claim past its agency certificate": _unchecked(claim=claim_past_the_agency),
    "a payment of a claim that does not count": _unchecked(pay=pay_whatever_is_there),
    "a recalled claim keeps its goods": _unchecked(recall=recall_keeps_the_goods),
    "a recalled claim keeps its agency certificate": _unchecked(recall=recall_from_the_account_alone),
    "a repayment counted twice": _unchecked(repay=repay_again),
    "a repayment that settles no claim": _unchecked(repay=repay_without_settling),
    "an open refund forgotten": _unchecked(issue=issue_forgets_what_is_owed),
    "an application approved in part": _unchecked(approve=approve_in_part),
    "an application approved twice": _unchecked(approve=approve_again),
}
"""Every variant by what is wrong with it."""
