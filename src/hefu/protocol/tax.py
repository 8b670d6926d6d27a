"""The tax authority's state machine: content of a certificate and whether it is in force.

``draft -> issued -> (void requested) -> voided | superseded``. Use is customs' fact and arrives by
feedback. Tax never voids alone: it asks, customs grants or refuses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hefu.documents.canonical import digest
from hefu.documents.certificate import Certificate, CertificateLine, Purpose
from hefu.protocol import acts, goods, outcome
from hefu.protocol.book import Book
from hefu.protocol.messages import (
    CertificateFreed,
    CertificateIssued,
    CertificateMarked,
    CertificateMoved,
    CertificatePresented,
    CertificateReserved,
    CertificateUnknown,
    CertificateUsed,
    ExportReleased,
    GoodsReopened,
    Message,
    VoidGranted,
    VoidRefused,
    VoidRequested,
)
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Issue, IssueState, Side
from hefu.protocol.recovery import closing
from hefu.protocol.refunds import exports
from hefu.rules.case import UseState
from hefu.rules.pairing import same_code
from hefu.rules.policy import Policy

_SIDE = "tax"


def issue(book: Book, certificate: Certificate, actor: str, policy: Policy) -> Outcome:
    """Issue a certificate: ``issued``, ``exists``, or a refusal that changes nothing.

    Refuses another content under the same number, goods that live certificates cover already (I5),
    and an agent's certificate without a fit principal's behind it.
    """
    fingerprint = digest(certificate)
    existing = book.get(Issue, certificate.number)
    if existing is not None:
        if existing.state is IssueState.DRAFT:
            return _number_taken(existing)
        if existing.digest == fingerprint:
            return Outcome("exists", certificate.number, body={"state": existing.state.value})
        return outcome.refuse(
            outcome.DIFFERENT_CONTENT, certificate.number, _SIDE, stored=existing.digest, given=fingerprint
        )
    refusal = _unfit(book, certificate, policy)
    if refusal is not None:
        return refusal
    planned, refusal = goods.plan_cover(book, certificate)
    if refusal is not None:
        return refusal
    goods.put_cover(book, planned)
    _put_in_force(book, certificate, actor, replaces=None)
    return Outcome("issued", certificate.number)


def _unfit(book: Book, certificate: Certificate, policy: Policy) -> Outcome | None:
    exports = {line.declaration for line in certificate.lines if line.declaration}
    if policy.certificate_lines == "one-declaration" and len(exports) > 1:
        return outcome.refuse(
            outcome.SEVERAL_DECLARATIONS, certificate.number, _SIDE, value=", ".join(sorted(exports))
        )
    if certificate.principal_certificate is None:
        return None
    return _principal_unfit(book, certificate, certificate.principal_certificate)


def _principal_unfit(book: Book, certificate: Certificate, principal: str) -> Outcome | None:
    """The principal's certificate must be in force, name this agent and hold the same goods."""
    behind = book.get(Issue, principal)
    why: tuple[str, str] | None = None
    if behind is None:
        why = ("没有此证明", "no such certificate")
    elif behind.state is not IssueState.ISSUED:
        why = (f"状态为 {behind.state.value}", f"it is {behind.state.value}")
    elif behind.document.agent is None or not behind.document.agent.is_same(certificate.holder):
        why = ("其受托方不是本证明持有人", "its agent is not the holder of this certificate")
    elif behind.document.purpose is not certificate.purpose:
        why = ("用途不同", "its purpose differs")
    else:
        for line in certificate.lines:
            source = behind.document.line_numbered(line.line)
            if source is None or not _same_goods(certificate.purpose, source, line):
                why = (f"第 {line.line} 行货物不同", f"line {line.line} names other goods")
                break
    if why is None:
        return None
    return outcome.refuse(
        outcome.PRINCIPAL_UNFIT, certificate.number, _SIDE, principal=principal, why_zh=why[0], why_en=why[1]
    )


def _same_goods(purpose: Purpose, principal: CertificateLine, agent: CertificateLine) -> bool:
    """Before export the invoice is each firm's own paper, so the code tells; after it the item is one and the same."""
    if purpose is Purpose.EXPORT:
        return same_code(principal.hs_code, agent.hs_code)
    return (principal.declaration, principal.item) == (agent.declaration, agent.item)


def _put_in_force(book: Book, certificate: Certificate, actor: str, replaces: str | None) -> None:
    if certificate.agent is not None:
        goods.open_for_agent(book, certificate)
    book.put(
        Issue(
            number=certificate.number,
            document=certificate,
            digest=digest(certificate),
            state=IssueState.ISSUED,
            usage=UseState.AVAILABLE,
            declaration=None,
            issued_by=actor,
            changed_at=book.now,
            replaces=replaces,
        )
    )
    detail = {"purpose": certificate.purpose.value, "replaces": replaces or ""}
    book.note(actor, "certificate.issued", certificate.number, replaces or "", **detail)
    book.send(CertificateIssued(number=certificate.number, certificate=certificate, replaces=replaces))


def void(book: Book, number: str, reason: str, actor: str) -> Outcome:
    """Ask customs whether a certificate may be voided: ``void_requested``, or a refusal.

    What feedback already shows as used is refused at once, naming the declaration.
    """
    found, refusal = _in_force(book, number, "作废", "voided")
    if found is None:
        return refusal or Outcome("exists", number)
    if found.replacement is not None:
        return _dead(found, "reissue_requested", "作废", "voided")
    if found.state is IssueState.VOID_REQUESTED:
        return Outcome("void_requested", number, body={"state": found.state.value, "repeat": True})
    _ask(book, replace(found, replacement=None), reason, actor)
    return Outcome("void_requested", number)


def reissue(
    book: Book, number: str, certificate: Certificate, reason: str, actor: str, policy: Policy
) -> Outcome:
    """Ask customs whether ``certificate`` may take the place of ``number``: ``reissue_requested``.

    The new certificate waits as a draft that nobody else can number. It covers no more than the old
    one, so that the grant can never fail for want of goods.
    """
    fingerprint = digest(certificate)
    taken = book.get(Issue, certificate.number)
    repeated = taken is not None and taken.replaces == number and taken.digest == fingerprint
    if taken is not None and repeated and taken.state is not IssueState.DRAFT:
        return Outcome("exists", number, body={"state": "superseded", "replacement": taken.number})
    found, refusal = _in_force(book, number, "作废后重新开具", "reissued")
    if found is None:
        return refusal or Outcome("exists", number)
    if found.state is IssueState.VOID_REQUESTED:
        if taken is not None and found.replacement == taken.number and taken.digest == fingerprint:
            return Outcome("reissue_requested", number, body={"replacement": taken.number, "repeat": True})
        state = "reissue_requested" if found.replacement else found.state.value
        return _dead(found, state, "作废后重新开具", "reissued")
    if taken is not None:
        return _number_taken(taken)
    refusal = _unfit(book, certificate, policy) or goods.wider_than(book, certificate, number)
    if refusal is not None:
        return refusal
    book.put(
        Issue(
            number=certificate.number,
            document=certificate,
            digest=fingerprint,
            state=IssueState.DRAFT,
            usage=UseState.AVAILABLE,
            declaration=None,
            issued_by=actor,
            changed_at=book.now,
            replaces=number,
        )
    )
    book.note(actor, "certificate.drafted", certificate.number, number)
    _ask(book, replace(found, replacement=certificate.number), reason, actor)
    return Outcome("reissue_requested", number, body={"replacement": certificate.number})


def _in_force(book: Book, number: str, what_zh: str, what_en: str) -> tuple[Issue | None, Outcome | None]:
    """The certificate if customs may be asked about it, else the refusal."""
    found = book.get(Issue, number)
    if found is None or found.state is IssueState.DRAFT:
        return None, outcome.refuse(outcome.UNKNOWN_CERTIFICATE, number, _SIDE)
    if found.usage is UseState.USED:
        return None, outcome.refuse(
            outcome.CERTIFICATE_USED, number, _SIDE, value=found.declaration, declaration=found.declaration
        )
    if found.state in (IssueState.VOIDED, IssueState.SUPERSEDED):
        if what_en == "voided" and found.state is IssueState.VOIDED:
            return None, Outcome("exists", number, body={"state": found.state.value})
        return None, _dead(found, found.state.value, what_zh, what_en)
    agents = goods.drawn_by_agents(book, found.document)
    if agents:
        return None, outcome.refuse(outcome.CERTIFICATE_DRAWN_ON, number, _SIDE, by=", ".join(agents))
    return found, None


def _dead(found: Issue, state: str, what_zh: str, what_en: str) -> Outcome:
    return outcome.refuse(
        outcome.CERTIFICATE_DEAD, found.number, _SIDE, state=state, what_zh=what_zh, what_en=what_en
    )


def _number_taken(by: Issue) -> Outcome:
    state = by.state.value
    return outcome.refuse(outcome.NUMBER_TAKEN, by.number, _SIDE, value=state, state=state)


def _ask(book: Book, found: Issue, reason: str, actor: str) -> None:
    asked = replace(
        found,
        state=IssueState.VOID_REQUESTED,
        requests=found.requests + 1,
        reason=reason,
        changed_at=book.now,
    )
    book.put(asked)
    book.note(actor, "certificate.void_requested", found.number, found.replacement or "", reason=reason)
    book.send(VoidRequested(number=found.number, request=asked.requests, reason=reason))


def approve(book: Book, number: int, remark: str, actor: str) -> Outcome:
    """The second officer of tax approves an act."""
    return acts.approve(book, Side.TAX, number, remark, actor, closing.approve_closing)


def reject(book: Book, number: int, remark: str, actor: str) -> Outcome:
    """An officer of tax says no to an act."""
    return acts.reject(book, Side.TAX, number, remark, actor)


def receive(book: Book, message: Message, actor: str) -> None:
    """Apply one message of customs. Every message in its order has an effect or is on record as
    contested; none raises.
    """
    if isinstance(message, ExportReleased):
        exports.enter(book, message, actor)
        decided: dict[str, Any] = {"decision": message.decision.model_dump()} if message.decision else {}
        book.note(actor, "export.entered", message.declaration.number, revision=message.revision, **decided)
        return
    number = message.stream
    found = book.get(Issue, number)
    if isinstance(message, CertificatePresented):
        _presented(book, found, message, actor)
        return
    if found is None:
        book.note(actor, "message.contested", number, kind=message.kind)
        return
    match message:
        case CertificateReserved(declaration=declaration):
            _usage(book, found, UseState.RESERVED, declaration, actor)
        case CertificateFreed(declaration=declaration, why=why):
            _usage(book, found, UseState.AVAILABLE, declaration, actor, why=why)
        case CertificateUsed(declaration=declaration, drawn=drawn):
            goods.settle_cover(book, found.document, drawn)
            exports.used(book, _usage(book, found, UseState.USED, declaration, actor, drawn=drawn), actor)
        case CertificateMarked(declaration=declaration, mark=mark):
            book.put(replace(found, marks=(*found.marks, mark), changed_at=book.now))
            book.note(actor, "certificate.marked", number, declaration, mark=mark)
        case CertificateMoved():
            goods.settle_cover(book, found.document, message.drawn)
            moved = replace(found, declaration=message.declaration, changed_at=book.now)
            book.put(moved)
            book.note(
                actor,
                "certificate.moved",
                number,
                message.declaration,
                moved_from=message.moved_from,
                decision=message.decision.model_dump(),
            )
            exports.used(book, moved, actor)
        case GoodsReopened(declaration=declaration, decision=decision):
            goods.lift_cover(book, number)
            book.note(
                actor, "certificate.goods_reopened", number, declaration, decision=decision.model_dump()
            )
        case VoidGranted(request=request):
            _granted(book, found, request, actor)
        case VoidRefused(request=request, state=state, declaration=declaration):
            _refused(book, found, request, state, declaration, actor)
        case _:
            book.note(actor, "message.contested", number, kind=message.kind)


def _presented(book: Book, found: Issue | None, message: CertificatePresented, actor: str) -> None:
    """Presented on paper at customs. What customs has of a certificate in force was sent when it was issued; of any
    other number it learns here that there is none.
    """
    known = found is not None and found.state in (IssueState.ISSUED, IssueState.VOID_REQUESTED)
    book.note(
        actor,
        "certificate.presented",
        message.number,
        message.declaration,
        ticket=message.ticket,
        known=known,
    )
    if not known:
        book.send(CertificateUnknown(number=message.number, declaration=message.declaration))


def _usage(
    book: Book, found: Issue, usage: UseState, declaration: str, actor: str, **detail: object
) -> Issue:
    holder = None if usage is UseState.AVAILABLE else declaration
    after = replace(found, usage=usage, declaration=holder, changed_at=book.now)
    book.put(after)
    event = {UseState.RESERVED: "reserved", UseState.AVAILABLE: "freed", UseState.USED: "used"}[usage]
    book.note(actor, f"certificate.{event}", found.number, declaration, **detail)
    return after


def _is_answer(found: Issue, request: int) -> bool:
    return found.state is IssueState.VOID_REQUESTED and found.requests == request


def _granted(book: Book, found: Issue, request: int, actor: str) -> None:
    if not _is_answer(found, request):
        book.note(actor, "message.contested", found.number, kind="certificate.void_granted")
        return
    draft = book.get(Issue, found.replacement) if found.replacement else None
    if draft is None:
        goods.lift_cover(book, found.number)
        book.put(replace(found, state=IssueState.VOIDED, changed_at=book.now))
        book.note(actor, "certificate.voided", found.number, reason=found.reason)
        return
    book.put(replace(found, state=IssueState.SUPERSEDED, changed_at=book.now))
    book.note(actor, "certificate.superseded", found.number, draft.number, reason=found.reason)
    goods.move_cover(book, found.number, draft.document)
    _put_in_force(book, draft.document, draft.issued_by, replaces=found.number)


def _refused(book: Book, found: Issue, request: int, state: str, declaration: str, actor: str) -> None:
    if not _is_answer(found, request):
        book.note(actor, "message.contested", found.number, kind="certificate.void_refused")
        return
    draft = book.get(Issue, found.replacement) if found.replacement else None
    if draft is not None:
        book.drop(draft)
        book.note(actor, "certificate.draft_dropped", draft.number, found.number)
    book.put(replace(found, state=IssueState.ISSUED, replacement=None, changed_at=book.now))
    book.note(actor, "certificate.void_refused", found.number, declaration, state=state)
