"""代理出口货物证明 at tax: what an agent exported is its principal's to claim (domain.md §1.2, §1.6)."""

from __future__ import annotations

from dataclasses import replace

from hefu.documents.canonical import digest
from hefu.documents.fields import plain, unscaled
from hefu.documents.refund import AgencyCertificate, ClaimLine, ItemOfExport, RefundClaim
from hefu.errors import HefuError, Problem
from hefu.protocol import outcome
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account
from hefu.protocol.refunds import kinds
from hefu.protocol.refunds.goods import in_account, problem
from hefu.protocol.refunds.records import Agency, AgencyLine, Export, RefundLine, Way
from hefu.rules.days import months_after


def certify(book: Book, certificate: AgencyCertificate, actor: str) -> Outcome | HefuError:
    """Issue a certificate of agency export: ``issued``, ``exists``, or everything that is wrong with it."""
    fingerprint = digest(certificate)
    known = book.get(Agency, certificate.number)
    if known is not None:
        if known.digest == fingerprint:
            return Outcome("exists", certificate.number, body={"state": known.state})
        return outcome.refuse(
            outcome.DIFFERENT_CONTENT, certificate.number, "tax", stored=known.digest, given=fingerprint
        )
    trial, wrong = book.trial(), []
    for line in certificate.lines:
        found = _certify(trial, certificate, line)
        wrong += [found] if found else []
    if wrong:
        return HefuError(wrong[0], *wrong[1:])
    trial.put(Agency(certificate.number, certificate, fingerprint, "issued", actor, book.now))
    trial.note(
        actor,
        "agency.issued",
        certificate.number,
        agent=certificate.agent.uscc,
        principal=certificate.principal.uscc,
    )
    book.adopt(trial)
    return Outcome("issued", certificate.number, body={"state": "issued"})


def _certify(book: Book, certificate: AgencyCertificate, line: ItemOfExport) -> Problem | None:
    paper = f"agency:{certificate.number}"
    export = book.get(Export, line.declaration)
    if export is None:
        return problem(kinds.AGENCY_UNKNOWN_EXPORT, paper, line, None)
    account, wanted, wrong = in_account(book, paper, line)
    if wrong is not None or account is None:
        return wrong
    if not export.document.trader.is_same(certificate.agent):
        return problem(kinds.AGENCY_WRONG_FIRM, paper, line, account, agent=certificate.agent.uscc)
    exported = export.document.moved_on or export.document.declared_on
    until = months_after(exported, kinds.AGENCY_MONTHS)
    if exported >= kinds.AGENCY_LIMITED_FROM and certificate.issued_on > until:
        return problem(kinds.AGENCY_LATE, paper, line, account, exported=exported, until=until)
    free = account.quantity - account.taken + account.owed - certified(book, account.goods)
    free -= claimed_by_trader(book, account.goods)
    if wanted > free:
        shown = {"free": plain(unscaled(max(free, 0))), "wanted": plain(unscaled(wanted))}
        return problem(kinds.AGENCY_EXCEEDS, paper, line, account, **shown)
    book.put(AgencyLine(certificate.number, line.line, account.goods, wanted, 0))
    return None


def void(book: Book, number: str, actor: str) -> Outcome:
    """Void a certificate of agency export on which nothing is claimed: ``voided``, ``exists``, or a refusal."""
    known = book.get(Agency, number)
    if known is None:
        return outcome.refuse(kinds.UNKNOWN_AGENCY, number, "tax")
    if known.state == "voided":
        return Outcome("exists", number, body={"state": known.state})
    lines = book.find(AgencyLine, "agency", number)
    if any(one.claimed for one in lines):
        return outcome.refuse(kinds.AGENCY_CLAIMED, number, "tax")
    for one in lines:
        book.drop(one)
    book.put(replace(known, state="voided", changed_at=book.now))
    book.note(actor, "agency.voided", number)
    return Outcome("voided", number, body={"state": "voided"})


def certified(book: Book, goods: str) -> int:
    """How much of the goods is certified to principals."""
    return sum(one.quantity for one in book.find(AgencyLine, "goods", goods))


def claimed_by_trader(book: Book, goods: str) -> int:
    """For how much of the goods the trader itself has claimed a refund that has not gone back."""
    lines = book.find(RefundLine, "goods", goods)
    return sum(one.remaining for one in lines if one.way is Way.CLAIMED and not one.agency)


def source(
    book: Book, paper: str, claim: RefundClaim, line: ClaimLine, account: Account, wanted: int
) -> tuple[AgencyLine | None, Problem | None]:
    """The line of the agency certificate that a principal claims by, or why it does not serve."""
    number = line.agency_certificate or ""
    known = book.get(Agency, number)
    why: tuple[str, str] | None = None
    lines = [one for one in book.find(AgencyLine, "agency", number) if one.goods == account.goods]
    if known is None:
        why = ("没有此证明", "there is no such certificate")
    elif known.state != "issued":
        why = ("已作废", "it is voided")
    elif not known.document.principal.is_same(claim.claimant):
        why = ("委托方不是申报企业", "its principal is not the claimant")
    elif not lines:
        why = ("没有该货物", "it does not name these goods")
    elif wanted > lines[0].quantity - lines[0].claimed:
        left = plain(unscaled(lines[0].quantity - lines[0].claimed))
        why = (f"余额只有 {left}", f"only {left} of it is left")
    if why is None:
        return lines[0], None
    shown = {"agency": number, "why_zh": why[0], "why_en": why[1]}
    return None, problem(kinds.AGENCY_UNFIT, paper, line, account, **shown)
