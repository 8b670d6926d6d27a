"""I6, and what it rests on: refund claims, what has gone back and what is owed, counted from the papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from hefu.documents.certificate import Purpose, RefundState
from hefu.documents.fields import scaled
from hefu.documents.goods import in_unit
from hefu.documents.refund import Entry
from hefu.protocol.refunds.goods import item_key
from hefu.protocol.refunds.records import Claim, ClaimState, Way
from hefu.protocol.registers import Registers

_COUNTED: Final = (ClaimState.ACCEPTED, ClaimState.PAID)
_WAYS: Final = {Entry.CLAIM: Way.CLAIMED, Entry.REVERSAL: Way.REVERSED}
_GIVEN_BACK: Final = (Way.REVERSED, Way.REPAID)
_Whose = tuple[str, str]
"""Goods and the claimant of their refund."""


def refunds_apart(now: Registers) -> Iterator[str]:
    """I6: no goods are both certified as not refunded and refunded, but for what a certificate owes."""
    owed: defaultdict[str, int] = defaultdict(int)
    covered = {(cover.certificate, cover.line): cover for cover in now.covers}
    for one in now.obligations:
        owed[one.goods] += one.quantity
        cover = covered.get((one.certificate, one.line))
        if cover is None or cover.quantity < one.quantity:
            yield f"{one.certificate} line {one.line} owes {one.quantity} and covers {cover}"
    claimed: defaultdict[str, int] = defaultdict(int)
    by_agency: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in now.refund_lines:
        claimed[line.goods] += line.remaining
        by_agency[(line.agency, line.goods)] += line.remaining
    for source in now.agency_lines:
        if not source.claimed == by_agency[(source.agency, source.goods)] <= source.quantity:
            yield (
                f"{source.agency} says {source.claimed} claimed of {source.quantity}, claims say"
                f" {by_agency[(source.agency, source.goods)]}"
            )
    for goods, account in now.tax_accounts.items():
        if (account.owed, account.claimed) != (owed[goods], claimed[goods]):
            yield (
                f"account {goods} says {account.owed} owed and {account.claimed} claimed, its papers say"
                f" {owed[goods]} and {claimed[goods]}"
            )
        if account.free < 0:
            yield f"account {goods}: {account.taken} certified, {account.claimed} claimed of {account.quantity}"
    unknown = {*owed, *claimed} - now.tax_accounts.keys()
    yield from (f"{goods} is claimed or owed without an account" for goods in sorted(unknown))


def claims_counted(now: Registers) -> Iterator[str]:
    """I6: an accepted or paid claim is in the ledger with each of its lines, any other with none."""
    entered = {
        (line.paper, line.line): (line.goods, line.way, line.quantity)
        for line in now.refund_lines
        if line.paper.startswith("claim:")
    }
    wanted = {
        place: what
        for claim in now.claims.values()
        if claim.state in _COUNTED
        for place, what in _lines(now, claim)
    }
    for paper, line in sorted(entered.keys() | wanted.keys()):
        found, due = entered.get((paper, line)), wanted.get((paper, line))
        if found != due:
            claim = now.claims.get(paper.removeprefix("claim:"))
            state = claim.state.value if claim else "not there"
            yield f"{paper} line {line} is {state}: the ledger has {found}, the paper {due}"


def _lines(now: Registers, claim: Claim) -> Iterator[tuple[tuple[str, int], tuple[str, Way, int | None]]]:
    for line in claim.document.lines:
        goods = item_key(line.declaration, line.item)
        account = now.tax_accounts.get(goods)
        quantity = in_unit(scaled(line.quantity), line.unit, account.unit) if account else None
        yield (f"claim:{claim.number}", line.line), (goods, _WAYS[line.entry], quantity)


def given_back_once(now: Registers) -> Iterator[str]:
    """I6: what a firm has reversed and repaid of a refund is what has gone from its claims, once."""
    gone: defaultdict[_Whose, int] = defaultdict(int)
    given: defaultdict[_Whose, int] = defaultdict(int)
    for line in now.refund_lines:
        if line.way in _GIVEN_BACK:
            given[(line.goods, line.claimant)] += line.quantity
        else:
            gone[(line.goods, line.claimant)] += line.quantity - line.remaining
    for goods, claimant in sorted(gone.keys() | given.keys()):
        whose = (goods, claimant)
        if gone[whose] != given[whose]:
            yield f"{goods} of {claimant}: {given[whose]} given back, {gone[whose]} gone from claims"


def owed_until_given_back(now: Registers) -> Iterator[str]:
    """I6: a certificate of goods that are refunded still owes what it covers, less what has gone back; and no claim is
    accepted past what its claimant owes.
    """
    owed = {(one.certificate, one.line): one.quantity for one in now.obligations}
    settled: defaultdict[_Whose, int] = defaultdict(int)
    for cover in now.covers:
        issue = now.issues.get(cover.certificate)
        told = issue.document if issue else None
        if (
            told is not None
            and told.refund_state is RefundState.REFUNDED_OPEN
            and told.purpose is not Purpose.EXPORT
            and told.principal_certificate is None
        ):
            whose = (cover.goods, told.holder.uscc or "")
            settled[whose] += cover.quantity - owed.get((cover.certificate, cover.line), 0)
    given: defaultdict[_Whose, int] = defaultdict(int)
    for line in now.refund_lines:
        if line.way in _GIVEN_BACK:
            given[(line.goods, line.claimant)] += line.quantity
    for whose, quantity in settled.items():
        if quantity > given[whose]:
            yield f"{whose[0]} of {whose[1]}: {quantity} no longer owed, {given[whose]} given back"
    issued, accepted = {}, {}
    for place, entry in enumerate(now.tax_journal):
        if entry.event == "certificate.issued":
            issued[entry.number] = place
        elif entry.event == "claim.accepted":
            accepted[str(entry.detail["claimant"])] = place
    for one in now.obligations:
        if accepted.get(one.claimant, -1) > issued.get(one.certificate, -1):
            yield f"a claim of {one.claimant} was accepted past what it owes by {one.certificate}"
