"""What goes back of a refund: by a red-letter entry in a claim, or paid back to the treasury."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from hefu.documents.canonical import digest
from hefu.documents.fields import plain, scaled, unscaled
from hefu.documents.refund import ClaimLine, Repayment, RepaymentLine
from hefu.errors import HefuError, Problem
from hefu.protocol import outcome
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account
from hefu.protocol.refunds import kinds
from hefu.protocol.refunds.fitting import lower_obligation
from hefu.protocol.refunds.goods import in_account, problem
from hefu.protocol.refunds.records import AgencyLine, Obligation, RefundLine, Repaid, Way

TAX_SCALE: Final = 6
"""Decimals of an amount of tax, (18,6) in the record."""
_CENT: Final = 10 ** (TAX_SCALE - 2)
_TAXES: Final = ("vat", "consumption_tax")


def repay(book: Book, repayment: Repayment, actor: str) -> Outcome | HefuError:
    """Enter a repayment: ``repaid``, ``exists``, or everything that is wrong with it."""
    fingerprint = digest(repayment)
    known = book.get(Repaid, repayment.payment_slip)
    if known is not None:
        if known.digest == fingerprint:
            return Outcome("exists", repayment.payment_slip)
        return outcome.refuse(
            outcome.DIFFERENT_CONTENT, repayment.payment_slip, "tax", stored=known.digest, given=fingerprint
        )
    trial, wrong = book.trial(), []
    for line in repayment.lines:
        found = give_back(
            trial, f"slip:{repayment.payment_slip}", Way.REPAID, repayment.claimant.uscc or "", line
        )
        wrong += [found] if found else []
    if wrong:
        return HefuError(wrong[0], *wrong[1:])
    trial.put(Repaid(repayment.payment_slip, repayment, fingerprint, actor, book.now))
    trial.note(actor, "refund.repaid", repayment.payment_slip, claimant=repayment.claimant.uscc)
    book.adopt(trial)
    return Outcome("repaid", repayment.payment_slip)


def give_back(
    book: Book, paper: str, way: Way, claimant: str, line: ClaimLine | RepaymentLine
) -> Problem | None:
    """Take so much of earlier claims of the same firm back, in the order of their papers, and with it what certificates owe for
    these goods. Returns what is wrong, having written nothing.
    """
    account, wanted, wrong = in_account(book, paper, line)
    if wrong is not None or account is None:
        return wrong
    lines = [one for one in book.find(RefundLine, "goods", account.goods) if one.claimant == claimant]
    remaining = sum(one.remaining for one in lines)
    if wanted > remaining:
        shown = {"remaining": plain(unscaled(remaining)), "wanted": plain(unscaled(wanted))}
        return problem(kinds.NOTHING_TO_REVERSE, paper, line, account, **shown)
    parts = list(_parts(lines, wanted))
    wrong = _amounts_differ(paper, line, account, parts)
    if wrong is not None:
        return wrong
    for one, part in parts:
        book.put(
            replace(
                one,
                remaining=one.remaining - part,
                vat=one.vat - _share(one, "vat", part),
                consumption_tax=one.consumption_tax - _share(one, "consumption_tax", part),
            )
        )
        drawn = book.find(AgencyLine, "agency", one.agency) if one.agency else []
        for source in drawn:
            if source.goods == account.goods:
                book.put(replace(source, claimed=source.claimed - part))
    owed = _settle(book, account.goods, claimant, wanted)
    book.put(replace(account, claimed=account.claimed - wanted, owed=account.owed - owed))
    book.put(RefundLine(paper, line.line, account.goods, way, claimant, wanted, 0, 0, 0))
    return None


def _parts(lines: Sequence[RefundLine], wanted: int) -> Iterator[tuple[RefundLine, int]]:
    for one in lines:
        part = min(one.remaining, wanted)
        if part:
            yield one, part
        wanted -= part


def _share(line: RefundLine, tax: str, part: int) -> int:
    """The tax of a part of what remains of a line, rounded half up to a cent; all of it for the whole."""
    whole: int = getattr(line, tax)
    if part == line.remaining:
        return whole
    cents = (Decimal(whole) * part / line.remaining / _CENT).to_integral_value(rounding=ROUND_HALF_UP)
    return min(whole, int(cents) * _CENT)


def _amounts_differ(
    paper: str, line: ClaimLine | RepaymentLine, account: Account, parts: Sequence[tuple[RefundLine, int]]
) -> Problem | None:
    """A full red-letter entry equals the claim, a part may be off by a cent (domain.md §1.5, §6 row 22). A refund that a
    certificate only states has no amounts on record.
    """
    if any(one.way is Way.STATED for one, _ in parts):
        return None
    tolerance = 0 if all(part == one.remaining for one, part in parts) else _CENT
    for tax in _TAXES:
        due = sum(_share(one, tax, part) for one, part in parts)
        given = scaled(getattr(line, tax) or Decimal(0), TAX_SCALE)
        if abs(due - given) > tolerance:
            shown = {"due": plain(unscaled(due, TAX_SCALE)), "given": plain(unscaled(given, TAX_SCALE))}
            return problem(kinds.AMOUNT, paper, line, account, tax=tax, **shown)
    return None


def _settle(book: Book, goods: str, claimant: str, quantity: int) -> int:
    """Lower what certificates of the claimant owe for these goods; by how much."""
    settled = 0
    for one in book.find(Obligation, "goods", goods):
        if one.claimant == claimant:
            part = min(one.quantity, quantity - settled)
            settled += lower_obligation(book, one.certificate, one.line, one.quantity - part)
    return settled
