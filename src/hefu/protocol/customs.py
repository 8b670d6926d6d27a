"""The customs authority's state machine: use of a certificate and life of a declaration.

``lodged -> held | reserved -> released``; ``held`` is compared again when what it waits for arrives;
``withdrawn`` and ``refused`` give back what was reserved. ``used`` is final. The comparison is handed
in, so that this machine decides and the rules judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hefu.documents.canonical import digest
from hefu.documents.declaration import Declaration
from hefu.protocol import acts, decisions, outcome
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contents import bound_paper
from hefu.protocol.contingency import contests, papers, tickets
from hefu.protocol.contingency.records import TwoOfficerAct
from hefu.protocol.contingency.texts import PAPER_CONTESTED
from hefu.protocol.messages import (
    CertificateIssued,
    CertificateUnknown,
    Message,
    VoidGranted,
    VoidRefused,
    VoidRequested,
)
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, Covering, DeclarationState, Holding, Lodgement, Side
from hefu.protocol.recovery import closing
from hefu.protocol.releasing import released
from hefu.protocol.verification import Verification, has_used, keep_edition
from hefu.rules.case import UseState

_SIDE = "customs"


class Gate:
    """The customs side under one way of verification. Holds no state of its own."""

    def __init__(self, verification: Verification) -> None:
        self.policy = verification.policy
        self.verification = verification

    # --- commands -------------------------------------------------------------------------------

    def lodge(self, book: Book, declarations: Sequence[Declaration], actor: str) -> list[Outcome]:
        """Lodge declarations and compare them, all in one frame.

        Each comes to ``reserved``, ``held``, ``exists`` or a refusal; one that fails does not touch
        the others. Two that want the same certificate are settled in their order.
        """
        outcomes: list[Outcome | None] = []
        fresh: list[tuple[int, Lodgement]] = []
        repeated: list[tuple[int, Lodgement]] = []
        for declaration in declarations:
            known = book.get(Lodgement, declaration.number)
            if known is None:
                lodgement = self._lodged(book, declaration, actor)
                fresh.append((len(outcomes), lodgement))
                outcomes.append(None)
                continue
            fingerprint = digest(declaration)
            if known.digest == fingerprint:
                repeated.append((len(outcomes), known))
                outcomes.append(None)
            else:
                outcomes.append(
                    outcome.refuse(
                        outcome.DIFFERENT_CONTENT, known.number, _SIDE, stored=known.digest, given=fingerprint
                    )
                )
        settled = self.verification.verify(book, [lodgement for _, lodgement in fresh])
        for (place, _), lodgement in zip(fresh, settled, strict=True):
            outcomes[place] = Outcome(lodgement.state.value, lodgement.number, body=summary(lodgement))
        for place, known in repeated:  # told last: one that this batch has lodged is compared by now
            now = book.get(Lodgement, known.number) or known
            outcomes[place] = Outcome("exists", known.number, body=summary(now))
        return [one for one in outcomes if one is not None]

    def correct(self, book: Book, declaration: Declaration, actor: str) -> Outcome:
        """Replace the document of a declaration that is not released, and compare it again. The same document
        again is compared again only if it is held by a verdict of other rules than today's.
        """
        known = book.get(Lodgement, declaration.number)
        if known is None:
            return outcome.refuse(outcome.UNKNOWN_DECLARATION, declaration.number, _SIDE)
        if not known.state.is_open or (known.state is DeclarationState.RESERVED and has_used(book, known)):
            return _wrong_state(known, "更正", "corrected")
        fingerprint = digest(declaration)
        if known.digest == fingerprint:
            if known.state is not DeclarationState.HELD or self.verification.is_of_today(known):
                return Outcome("exists", known.number, body=summary(known))
            (again,) = self.verification.verify(book, [known])
            return Outcome(again.state.value, again.number, body=summary(again))
        keep_edition(book, known)
        corrected = replace(
            self.verification.give_back(book, known, actor, "corrected"),
            document=declaration,
            digest=fingerprint,
            state=DeclarationState.LODGED,
            revision=known.revision + 1,
            due=None,
            changed_at=book.now,
        )
        book.note(actor, "declaration.corrected", known.number, revision=corrected.revision)
        if known.deferred:
            papers.let_go(book, known, actor, frozenset(declaration.certificate_numbers()))
            corrected = replace(corrected, deferred=papers.ticket_of(book, known.number))
        (settled,) = self.verification.verify(book, [corrected])
        self.verification.wake_freed(book, known)
        return Outcome(settled.state.value, settled.number, body=summary(settled))

    def release(self, book: Book, number: str, actor: str) -> Outcome:
        """Release a reserved declaration: in this transaction its certificates become used (I3)."""
        known = book.get(Lodgement, number)
        if known is None:
            return outcome.refuse(outcome.UNKNOWN_DECLARATION, number, _SIDE)
        if known.state is DeclarationState.RELEASED:
            return Outcome("exists", number, body=summary(known))
        if known.state is not DeclarationState.RESERVED:
            return _wrong_state(known, "放行", "released")
        contest = contests.open_contest(book, known)
        if contest is not None:
            told = {"certificate": contest.certificate, "contest": contest.number}
            return outcome.refuse(PAPER_CONTESTED, number, _SIDE, value=contest.code, **told)
        if not known.draws and self.policy.needs_certificate(known.document):
            raise AssertionError(f"{number} passed without a certificate")  # I3, whatever the rules say
        done = released(book, known, actor, self.verification)
        return Outcome("released", number, body=summary(done))

    def withdraw(self, book: Book, number: str, reason: str, actor: str) -> Outcome:
        """The declarant withdraws before release; what was reserved becomes free."""
        return self._close(book, number, DeclarationState.WITHDRAWN, reason, actor)

    def refuse(self, book: Book, number: str, reason: str, actor: str) -> Outcome:
        """Customs refuses before release; what was reserved becomes free."""
        return self._close(book, number, DeclarationState.REFUSED, reason, actor)

    def expire(self, book: Book, number: str, actor: str) -> Outcome:
        """Refuse a declaration whose reservation has waited longer than the policy allows."""
        known = book.get(Lodgement, number)
        if known is None or known.due is None or known.due > book.now:
            return Outcome("not_due", number)
        return self._close(book, number, DeclarationState.REFUSED, "reservation expired", actor)

    def approve(self, book: Book, number: int, remark: str, actor: str) -> Outcome:
        """The second officer approves an act: it is done in this transaction."""
        return acts.approve(book, Side.CUSTOMS, number, remark, actor, self._perform)

    def reject(self, book: Book, number: int, remark: str, actor: str) -> Outcome:
        """An officer says no to an act: it is never done."""
        told = acts.reject(book, Side.CUSTOMS, number, remark, actor)
        act = book.get(TwoOfficerAct, number)
        if act is not None and not told.refused and act.kind == ActKind.ENTER_PAPER.value:
            papers.reject_paper(book, act, actor)
        return told

    def _perform(self, book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
        match ActKind(act.kind):
            case ActKind.OPEN_CONTINGENCY:
                return tickets.approve_opening(book, act, actor)
            case ActKind.ENTER_PAPER:
                return papers.approve_paper(book, act, actor, self.verification)
            case ActKind.CLOSE_CONTEST:
                closed = contests.approve_closing(book, act, actor)
                self.verification.wake(book, [f"certificate:{act.subject}"])
                return closed
            case ActKind.OVERRIDE:
                return decisions.approve_override(book, act, actor, self.verification)
            case ActKind.REOPEN_GOODS:
                return decisions.approve_reopening(book, act, actor, self.verification)
            case ActKind.MOVE_USE:
                return decisions.approve_move(book, act, actor, self.verification)
            case ActKind.CLOSE_DIVERGENCE:
                return closing.approve_closing(book, act, actor)

    # --- messages -------------------------------------------------------------------------------

    def receive(self, book: Book, message: Message, actor: str) -> None:
        """Apply one message of tax. Every message in its order has an effect or is on record as
        contested; none raises.
        """
        match message:
            case CertificateIssued():
                self._arrive(book, message, actor)
            case VoidRequested():
                self._answer_void(book, message, actor)
            case CertificateUnknown():
                papers.not_at_tax(book, message, actor)
            case _:
                book.note(actor, "message.contested", message.stream, kind=message.kind)

    def _arrive(self, book: Book, message: CertificateIssued, actor: str) -> None:
        certificate = message.certificate
        if book.get(Copy, certificate.number) is not None:
            book.note(actor, "message.contested", certificate.number, kind=message.kind)
            return
        book.put(Copy(certificate.number, certificate, digest(certificate), book.now))
        exports = {line.declaration for line in certificate.lines if line.declaration}
        for export in sorted(exports):
            book.put(Covering(export, certificate.number))
        book.note(actor, "certificate.arrived", certificate.number, purpose=certificate.purpose.value)
        papers.record_came(book, certificate.number, actor)
        self.verification.tell_again(book, certificate.number)
        self.verification.wake(
            book, [f"certificate:{certificate.number}", *(f"export:{e}" for e in sorted(exports))]
        )

    def _answer_void(self, book: Book, message: VoidRequested, actor: str) -> None:
        holding = book.get(Holding, message.number)
        paper = bound_paper(book, message.number)
        if paper is not None or (holding is not None and holding.state is not UseState.WITHDRAWN):
            state = "used" if holding and holding.state is UseState.USED else "reserved"
            declaration = (holding and holding.declaration) or (paper and paper.declaration) or ""
            book.note(actor, "certificate.void_refused", message.number, declaration, state=state)
            book.send(
                VoidRefused(
                    number=message.number, request=message.request, state=state, declaration=declaration
                )
            )
            self.verification.wake(book, [f"certificate:{message.number}"])
            return
        if holding is None:
            book.put(Holding(message.number, UseState.WITHDRAWN, None, book.now))
            book.note(actor, "certificate.withdrawn", message.number, reason=message.reason)
        book.send(VoidGranted(number=message.number, request=message.request))
        self.verification.wake(book, [f"certificate:{message.number}"])

    # --- steps ----------------------------------------------------------------------------------

    def _lodged(self, book: Book, declaration: Declaration, actor: str) -> Lodgement:
        lodgement = Lodgement(
            number=declaration.number,
            document=declaration,
            digest=digest(declaration),
            state=DeclarationState.LODGED,
            revision=1,
            comparison={},
            draws=(),
            lodged_by=actor,
            lodged_at=book.now,
            changed_at=book.now,
        )
        book.put(lodgement)
        book.note(
            actor,
            "declaration.lodged",
            declaration.number,
            declaration.related or "",
            act=declaration.act.value,
        )
        return lodgement

    def _close(self, book: Book, number: str, to: DeclarationState, reason: str, actor: str) -> Outcome:
        known = book.get(Lodgement, number)
        if known is None:
            return outcome.refuse(outcome.UNKNOWN_DECLARATION, number, _SIDE)
        if known.state is to:
            return Outcome("exists", number, body=summary(known))
        if not known.state.is_open:
            return _wrong_state(known, "撤回或拒绝", "withdrawn or refused")
        closed = self.verification.give_back(book, known, actor, reason)
        closed = replace(closed, state=to, due=None, changed_at=book.now)
        book.put(closed)
        book.note(actor, f"declaration.{to.value}", number, reason=reason)
        papers.let_go(book, closed, actor)
        self.verification.wake_freed(book, known)
        return Outcome(to.value, number, body=summary(closed))


def summary(lodgement: Lodgement) -> dict[str, Any]:
    """Where a declaration stands, for the answer to its declarant."""
    return {
        "number": lodgement.number,
        "act": lodgement.document.act.value,
        "state": lodgement.state.value,
        "revision": lodgement.revision,
        "certificates": list(lodgement.certificates),
        "marks": list(lodgement.marks),
        "deferred": lodgement.deferred,
        **lodgement.comparison,
    }


def _wrong_state(known: Lodgement, what_zh: str, what_en: str) -> Outcome:
    cure_zh, cure_en = "查看 hefu trace", "see hefu trace"
    if known.state is DeclarationState.HELD:
        codes = ", ".join(
            dict.fromkeys(f["code"] for f in known.comparison["findings"] if f["severity"] == "block")
        )
        cure_zh, cure_en = f"先消除扣留原因: {codes}", f"first settle why it is held: {codes}"
    return outcome.refuse(
        outcome.WRONG_STATE,
        known.number,
        _SIDE,
        value=known.state.value,
        state=known.state.value,
        what_zh=what_zh,
        what_en=what_en,
        cure_zh=cure_zh,
        cure_en=cure_en,
    )
