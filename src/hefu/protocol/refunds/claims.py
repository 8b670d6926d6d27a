"""Refund claims at tax: filed, held until the export declaration has come, accepted or refused, paid or recalled.

What a claim takes is counted on the account of the goods, where certificates count, too: so no goods are both certified
as not refunded and refunded (I6), whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from hefu.documents.canonical import digest
from hefu.documents.certificate import Purpose
from hefu.documents.codes.tables import modes
from hefu.documents.fields import plain, scaled, unscaled
from hefu.documents.refund import ClaimLine, Entry, RefundClaim
from hefu.errors import HefuError, Problem
from hefu.protocol import outcome
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Cover, Issue, Wait
from hefu.protocol.refunds import agency, kinds
from hefu.protocol.refunds.giving_back import TAX_SCALE, give_back
from hefu.protocol.refunds.goods import in_account, item_key, problem
from hefu.protocol.refunds.records import AgencyLine, Claim, ClaimState, Export, Obligation, RefundLine, Way
from hefu.rules.days import months_after


def file(book: Book, claim: RefundClaim, actor: str) -> Outcome | HefuError:
    """File a claim: ``accepted``, ``held`` while tax has no record of an export declaration that it names, ``exists``, or
    everything that is wrong with it; then nothing is written.
    """
    fingerprint = digest(claim)
    known = book.get(Claim, claim.number)
    if known is not None:
        if known.digest == fingerprint:
            return Outcome("exists", claim.number, body={"state": known.state.value})
        return outcome.refuse(
            outcome.DIFFERENT_CONTENT, claim.number, "tax", stored=known.digest, given=fingerprint
        )
    record = Claim(
        claim.number, claim, fingerprint, ClaimState.HELD, claim.claimant.uscc or "", actor, book.now
    )
    missing = {line.declaration for line in claim.lines if book.get(Export, line.declaration) is None}
    if missing:
        for export in missing:
            book.put(Wait(f"export:{export}", claim.number))
        book.put(replace(record, waits_for=tuple(sorted(missing))))
        book.note(actor, "claim.held", claim.number, waits_for=sorted(missing))
        return Outcome("held", claim.number, body={"state": "held", "waits_for": sorted(missing)})
    wrong = _accept(book, record, actor)
    if wrong:
        return HefuError(wrong[0], *wrong[1:])
    return Outcome("accepted", claim.number, body={"state": "accepted"})


def export_came(book: Book, export: str, actor: str) -> None:
    """Claims that were held for an export declaration are judged when it comes; what is wrong then is kept with them."""
    for wait in book.find(Wait, "on", f"export:{export}"):
        book.drop(wait)
        held = book.get(Claim, wait.declaration)
        if held is None or held.state is not ClaimState.HELD:
            continue
        left = tuple(one for one in held.waits_for if one != export)
        if left:
            book.put(replace(held, waits_for=left))
            continue
        wrong = _accept(book, held, actor)
        if wrong:
            told = tuple(one.as_json() for one in wrong)
            book.put(
                replace(held, state=ClaimState.REFUSED, waits_for=(), problems=told, changed_at=book.now)
            )
            book.note(actor, "claim.refused", held.number, codes=[one.kind.code for one in wrong])


def _accept(book: Book, record: Claim, actor: str) -> list[Problem]:
    """Enter a claim into the ledger as a whole, or say everything that is wrong with it."""
    trial = book.trial()
    paper, claim = f"claim:{record.number}", record.document
    wrong: list[Problem] = []
    for line in claim.lines:
        if line.entry is Entry.REVERSAL:
            found = give_back(trial, paper, Way.REVERSED, record.claimant, line)
            wrong += [found] if found else []
    wrong += _owed(trial, record)
    for line in claim.lines:
        if line.entry is Entry.CLAIM:
            found = _take(trial, paper, claim, line)
            wrong += [found] if found else []
    if not wrong:
        trial.put(replace(record, state=ClaimState.ACCEPTED, waits_for=(), changed_at=book.now))
        trial.note(actor, "claim.accepted", record.number, claimant=record.claimant, period=claim.period)
        book.adopt(trial)
    return wrong


def _owed(book: Book, record: Claim) -> Iterator[Problem]:
    """What is refunded and certified goes back with the next claim, or no claim is accepted (domain.md §1.3)."""
    for one in book.find(Obligation, "claimant", record.claimant):
        account = book.get(Account, one.goods)
        unit = account.unit if account else ""
        shown = {
            "by": one.certificate,
            "goods": one.goods,
            "owed": plain(unscaled(one.quantity)),
            "unit": unit,
        }
        yield Problem(kinds.OWED, place=record.number, value=one.certificate, side="tax", details=shown)


def _take(book: Book, paper: str, claim: RefundClaim, line: ClaimLine) -> Problem | None:
    export = book.get(Export, line.declaration)
    account, wanted, wrong = in_account(book, paper, line)
    wrong = wrong or (_barred(book, paper, claim, line, export) if export else None)
    if wrong is not None or account is None or export is None:
        return wrong
    if account.claimed + wanted > account.quantity:
        amounts = {"quantity": account.quantity, "claimed": account.claimed, "wanted": wanted}
        return problem(kinds.EXCEEDS, paper, line, account, **_told(amounts))
    if wanted > account.free:
        by = dict.fromkeys(cover.certificate for cover in book.find(Cover, "goods", account.goods))
        amounts = {"free": account.free, "wanted": wanted}
        return problem(kinds.CERTIFIED, paper, line, account, by=", ".join(by), **_told(amounts))
    source, wrong = _entitled(book, paper, claim, line, export, account, wanted)
    if wrong is not None:
        return wrong
    if source is not None:
        book.put(replace(source, claimed=source.claimed + wanted))
    book.put(replace(account, claimed=account.claimed + wanted))
    book.put(
        RefundLine(
            paper,
            line.line,
            account.goods,
            Way.CLAIMED,
            claim.claimant.uscc or "",
            wanted,
            wanted,
            scaled(line.vat or Decimal(0), TAX_SCALE),
            scaled(line.consumption_tax or Decimal(0), TAX_SCALE),
            line.agency_certificate or "",
        )
    )
    return None


def _told(quantities: dict[str, int]) -> dict[str, str]:
    return {name: plain(unscaled(value)) for name, value in quantities.items()}


def _barred(book: Book, paper: str, claim: RefundClaim, line: ClaimLine, export: Export) -> Problem | None:
    """What bars every claim on an export declaration: withdrawn, about to be amended, a mode without refund, too late."""
    live: dict[Purpose, list[str]] = {Purpose.WITHDRAWAL: [], Purpose.AMENDMENT: []}
    for item in export.document.items:
        for cover in book.find(Cover, "goods", item_key(export.number, item.item)):
            issue = book.get(Issue, cover.certificate)
            if issue is not None and issue.document.purpose in live:
                live[issue.document.purpose].append(issue.number)
    for purpose, kind in (
        (Purpose.WITHDRAWAL, kinds.WITHDRAWN),
        (Purpose.AMENDMENT, kinds.AMENDMENT_PENDING),
    ):
        if live[purpose]:
            return problem(kind, paper, line, None, by=", ".join(dict.fromkeys(live[purpose])))
    mode = modes().get(export.document.mode or "")
    if mode is not None and mode.refundable == "no":
        return problem(kinds.MODE, paper, line, None, mode=export.document.mode)
    exported = export.document.moved_on or export.document.declared_on
    until = months_after(exported, kinds.CLAIM_MONTHS)
    if claim.claimed_on > until:
        return problem(kinds.LATE, paper, line, None, exported=exported, until=until)
    return None


def _entitled(
    book: Book,
    paper: str,
    claim: RefundClaim,
    line: ClaimLine,
    export: Export,
    account: Account,
    wanted: int,
) -> tuple[AgencyLine | None, Problem | None]:
    """The trader claims what its agency certificates leave to it, a principal what such a certificate gives."""
    if line.agency_certificate is not None:
        return agency.source(book, paper, claim, line, account, wanted)
    trader = export.document.trader
    if not trader.is_same(claim.claimant):
        named = " ".join(filter(None, (trader.name, trader.uscc)))
        return None, problem(kinds.NOT_THE_CLAIMANT, paper, line, account, trader=named)
    certified = agency.certified(book, account.goods)
    free = account.quantity - certified - agency.claimed_by_trader(book, account.goods)
    if certified and wanted > free:
        amounts = {"certified": certified, "free": max(free, 0), "wanted": wanted}
        return None, problem(kinds.AGENT_CERTIFIED, paper, line, account, **_told(amounts))
    return None, None


def pay(book: Book, number: str, actor: str) -> Outcome:
    """The refund of an accepted claim is paid: ``paid``, ``exists``, or a refusal."""
    known = book.get(Claim, number)
    if known is None:
        return outcome.refuse(kinds.UNKNOWN_CLAIM, number, "tax")
    if known.state is ClaimState.PAID:
        return Outcome("exists", number, body={"state": known.state.value})
    if known.state is not ClaimState.ACCEPTED:
        return _wrong_state(known, "支付", "paid")
    book.put(replace(known, state=ClaimState.PAID, changed_at=book.now))
    book.note(actor, "claim.paid", number, claimant=known.claimant)
    return Outcome("paid", number, body={"state": "paid"})


def recall(book: Book, number: str, actor: str) -> Outcome:
    """The claimant takes a claim back that is not paid: ``recalled``, ``exists``, or a refusal."""
    known = book.get(Claim, number)
    if known is None:
        return outcome.refuse(kinds.UNKNOWN_CLAIM, number, "tax")
    if known.state is ClaimState.RECALLED:
        return Outcome("exists", number, body={"state": known.state.value})
    if known.state not in (ClaimState.ACCEPTED, ClaimState.HELD):
        return _wrong_state(known, "撤回", "recalled")
    lines = book.find(RefundLine, "paper", f"claim:{number}")
    if any(one.way is not Way.CLAIMED or one.remaining < one.quantity for one in lines):
        return outcome.refuse(kinds.HAS_REVERSALS, number, "tax")
    for export in known.waits_for:
        book.drop(Wait(f"export:{export}", number))
    for one in lines:
        _untake(book, one)
    book.put(replace(known, state=ClaimState.RECALLED, waits_for=(), changed_at=book.now))
    book.note(actor, "claim.recalled", number, claimant=known.claimant)
    return Outcome("recalled", number, body={"state": "recalled"})


def _untake(book: Book, line: RefundLine) -> None:
    account = book.get(Account, line.goods)
    if account is not None:
        book.put(replace(account, claimed=account.claimed - line.quantity))
    for source in book.find(AgencyLine, "agency", line.agency) if line.agency else []:
        if source.goods == line.goods:
            book.put(replace(source, claimed=source.claimed - line.quantity))
    book.drop(line)


def _wrong_state(known: Claim, what_zh: str, what_en: str) -> Outcome:
    value = known.state.value
    return outcome.refuse(
        kinds.WRONG_STATE, known.number, "tax", value=value, what_zh=what_zh, what_en=what_en
    )
