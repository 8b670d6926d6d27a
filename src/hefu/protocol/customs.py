"""The customs authority's state machine: use of a certificate and life of a declaration.

``lodged -> held | reserved -> released``; ``held`` is compared again when what it waits for arrives;
``withdrawn`` and ``refused`` give back what was reserved. ``used`` is final. The comparison is handed
in, so that this machine decides and the rules judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hefu.documents.canonical import digest
from hefu.documents.declaration import Act, Declaration
from hefu.protocol import goods, outcome
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble, waits
from hefu.protocol.messages import (
    CertificateFreed,
    CertificateIssued,
    CertificateMarked,
    CertificateReserved,
    CertificateUsed,
    ExportReleased,
    Message,
    VoidGranted,
    VoidRefused,
    VoidRequested,
)
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, Covering, DeclarationState, Holding, Lodgement, Wait
from hefu.rules.case import Case, UseState
from hefu.rules.finding import Comparison, Draw
from hefu.rules.policy import Policy

Compare = Callable[[Sequence[Case], Policy], list[Comparison]]
"""The comparison: one answer a case, in order."""

_SIDE = "customs"


class Gate:
    """The customs side under one policy and one comparison. Holds no state of its own."""

    def __init__(self, policy: Policy, compare: Compare) -> None:
        self.policy = policy
        self._compare = compare

    # --- commands -------------------------------------------------------------------------------

    def lodge(self, book: Book, declarations: Sequence[Declaration], actor: str) -> list[Outcome]:
        """Lodge declarations and compare them, all in one frame.

        Each comes to ``reserved``, ``held``, ``exists`` or a refusal; one that fails does not touch
        the others. Two that want the same certificate are settled in their order.
        """
        outcomes: list[Outcome | None] = []
        fresh: list[tuple[int, Lodgement]] = []
        for declaration in declarations:
            known = book.get(Lodgement, declaration.number)
            if known is None:
                lodgement = self._lodged(book, declaration, actor)
                fresh.append((len(outcomes), lodgement))
                outcomes.append(None)
                continue
            fingerprint = digest(declaration)
            if known.digest == fingerprint:
                outcomes.append(Outcome("exists", known.number, body=summary(known)))
            else:
                outcomes.append(
                    outcome.refuse(
                        outcome.DIFFERENT_CONTENT, known.number, _SIDE, stored=known.digest, given=fingerprint
                    )
                )
        settled = self._verify(book, [lodgement for _, lodgement in fresh])
        for (place, _), lodgement in zip(fresh, settled, strict=True):
            outcomes[place] = Outcome(lodgement.state.value, lodgement.number, body=summary(lodgement))
        return [one for one in outcomes if one is not None]

    def correct(self, book: Book, declaration: Declaration, actor: str) -> Outcome:
        """Replace the document of a declaration that is not released, and compare it again."""
        known = book.get(Lodgement, declaration.number)
        if known is None:
            return outcome.refuse(outcome.UNKNOWN_DECLARATION, declaration.number, _SIDE)
        if not known.state.is_open:
            return _wrong_state(known, "更正", "corrected")
        fingerprint = digest(declaration)
        if known.digest == fingerprint:
            return Outcome("exists", known.number, body=summary(known))
        self._give_back(book, known, actor, "corrected")
        corrected = replace(
            known,
            document=declaration,
            digest=fingerprint,
            state=DeclarationState.LODGED,
            revision=known.revision + 1,
            draws=(),
            due=None,
            changed_at=book.now,
        )
        book.note(actor, "declaration.corrected", known.number, revision=corrected.revision)
        (settled,) = self._verify(book, [corrected])
        self._wake_freed(book, known)
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
        if not known.draws and self.policy.needs_certificate(known.document):
            raise AssertionError(f"{number} passed without a certificate")  # I3, whatever the rules say
        for certificate in known.certificates:
            book.put(Holding(certificate, UseState.USED, number, book.now))
            drawn = _drawn(known.draws, certificate)
            book.note(actor, "certificate.used", certificate, number, drawn=drawn)
            book.send(CertificateUsed(number=certificate, declaration=number, drawn=drawn))
        released = replace(known, state=DeclarationState.RELEASED, due=None, changed_at=book.now)
        book.put(released)
        book.note(actor, "declaration.released", number, certificates=list(known.certificates))
        self._wake(book, [f"certificate:{certificate}" for certificate in known.certificates])
        self._take_effect(book, released, actor)
        return Outcome("released", number, body=summary(released))

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
        self._wake(book, [f"certificate:{certificate.number}", *(f"export:{e}" for e in sorted(exports))])

    def _answer_void(self, book: Book, message: VoidRequested, actor: str) -> None:
        holding = book.get(Holding, message.number)
        if holding is not None and holding.state is not UseState.WITHDRAWN:
            state = "used" if holding.state is UseState.USED else "reserved"
            declaration = holding.declaration or ""
            book.note(actor, "certificate.void_refused", message.number, declaration, state=state)
            book.send(
                VoidRefused(
                    number=message.number, request=message.request, state=state, declaration=declaration
                )
            )
            return
        book.put(Holding(message.number, UseState.WITHDRAWN, None, book.now))
        book.note(actor, "certificate.withdrawn", message.number, reason=message.reason)
        book.send(VoidGranted(number=message.number, request=message.request))
        self._wake(book, [f"certificate:{message.number}"])

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

    def _verify(self, book: Book, lodgements: Sequence[Lodgement]) -> list[Lodgement]:
        """Compare and settle. What an earlier one of the batch has taken is seen by the later ones:
        a case that shares a certificate or an export declaration with it is assembled anew.
        """
        cases = [assemble(book, lodgement.document, self.policy) for lodgement in lodgements]
        comparisons = self._compare(cases, self.policy)
        settled: list[Lodgement] = []
        taken: set[str] = set()
        for lodgement, case, first in zip(lodgements, cases, comparisons, strict=True):
            comparison, reads = first, case.numbers()
            if not taken.isdisjoint(reads):
                again = assemble(book, lodgement.document, self.policy)
                (comparison,) = self._compare([again], self.policy)
            settled.append(self._settle(book, lodgement, comparison))
            if comparison.passes:
                taken.update(reads)
        return settled

    def _settle(self, book: Book, lodgement: Lodgement, comparison: Comparison) -> Lodgement:
        number = lodgement.number
        verdict = comparison.as_json()
        for wait in (
            book.find(Wait, "declaration", number) if lodgement.state is DeclarationState.HELD else ()
        ):
            book.drop(wait)
        if comparison.passes:
            due = book.now + timedelta(days=self.policy.reservation_days)
            after = replace(
                lodgement,
                state=DeclarationState.RESERVED,
                comparison=verdict,
                draws=comparison.draws,
                changed_at=book.now,
                due=due,
            )
            self._reserve(book, after)
        else:
            after = replace(
                lodgement,
                state=DeclarationState.HELD,
                comparison=verdict,
                draws=(),
                changed_at=book.now,
                due=None,
            )
            for on in waits(lodgement.document, comparison):
                book.put(Wait(on, number))
        book.put(after)
        codes = [finding.code for finding in comparison.findings]
        book.note(
            _SIDE, f"declaration.{after.state.value}", number, findings=codes, rules=comparison.ruleset_hash
        )
        return after

    def _reserve(self, book: Book, lodgement: Lodgement) -> None:
        for certificate in lodgement.certificates:
            book.put(Holding(certificate, UseState.RESERVED, lodgement.number, book.now))
            book.note(_SIDE, "certificate.reserved", certificate, lodgement.number)
            book.send(CertificateReserved(number=certificate, declaration=lodgement.number))
        goods.take(book, lodgement.draws)

    def _give_back(self, book: Book, lodgement: Lodgement, actor: str, why: str) -> None:
        """Free what a reserved declaration holds, and drop what a held one waits for."""
        for wait in book.find(Wait, "declaration", lodgement.number):
            book.drop(wait)
        if lodgement.state is not DeclarationState.RESERVED:
            return
        goods.give_back(book, lodgement.draws)
        for certificate in lodgement.certificates:
            holding = book.get(Holding, certificate)
            if holding is not None:
                book.drop(holding)
            book.note(actor, "certificate.freed", certificate, lodgement.number, why=why)
            book.send(CertificateFreed(number=certificate, declaration=lodgement.number, why=why))

    def _close(self, book: Book, number: str, to: DeclarationState, reason: str, actor: str) -> Outcome:
        known = book.get(Lodgement, number)
        if known is None:
            return outcome.refuse(outcome.UNKNOWN_DECLARATION, number, _SIDE)
        if known.state is to:
            return Outcome("exists", number, body=summary(known))
        if not known.state.is_open:
            return _wrong_state(known, "撤回或拒绝", "withdrawn or refused")
        self._give_back(book, known, actor, reason)
        closed = replace(known, state=to, draws=(), due=None, changed_at=book.now)
        book.put(closed)
        book.note(actor, f"declaration.{to.value}", number, reason=reason)
        self._wake_freed(book, known)
        return Outcome(to.value, number, body=summary(closed))

    def _wake(self, book: Book, ons: Sequence[str], but: str = "") -> None:
        """Compare again the held declarations that wait for one of these, except ``but``."""
        waits = [wait for on in ons for wait in book.find(Wait, "on", on)]
        numbers = [wait.declaration for wait in waits if wait.declaration != but]
        held = [book.get(Lodgement, number) for number in dict.fromkeys(numbers)]
        waiting = [one for one in held if one is not None and one.state is DeclarationState.HELD]
        self._verify(book, sorted(waiting, key=lambda one: (one.lodged_at, one.number)))

    def _wake_freed(self, book: Book, known: Lodgement) -> None:
        """Wake those who wait for what this declaration held."""
        related = known.document.related
        freed = [f"certificate:{certificate}" for certificate in known.certificates]
        self._wake(book, [*freed, *([f"export:{related}"] if related else [])], but=known.number)

    def _take_effect(self, book: Book, released: Lodgement, actor: str) -> None:
        """What a release does beyond its certificates: exports enter the goods ledger of both sides,
        amendments change and withdrawals end the export declaration they concern.
        """
        document = released.document
        if document.act is Act.EXPORT:
            goods.enter_export(book, document, actor)
            book.send(ExportReleased(declaration=document, revision=released.revision))
            self._wake(book, [f"export:{document.number}"])
            return
        original = book.get(Lodgement, document.related) if document.related else None
        if original is None or original.state is not DeclarationState.RELEASED:
            return
        if document.act is Act.AMENDMENT and document.becomes:
            self._amend(book, original, document, actor)
        elif document.act is Act.WITHDRAWAL:
            self._end(book, original, document, actor)

    def _amend(self, book: Book, original: Lodgement, amendment: Declaration, actor: str) -> None:
        becomes = {item.item: item for item in amendment.becomes}
        items = tuple(becomes.pop(item.item, item) for item in original.document.items)
        document = original.document.model_copy(update={"items": (*items, *becomes.values())})
        after = replace(
            original,
            document=document,
            digest=digest(document),
            revision=original.revision + 1,
            changed_at=book.now,
        )
        book.put(after)
        book.note(actor, "declaration.amended", original.number, amendment.number, revision=after.revision)
        goods.enter_export(book, document, actor)
        book.send(ExportReleased(declaration=document, revision=after.revision))

    def _end(self, book: Book, original: Lodgement, withdrawal: Declaration, actor: str) -> None:
        """Withdrawn after release: its certificates stay used, and are marked (DESIGN §2)."""
        mark = "withdrawn-after-release"
        book.put(replace(original, marks=(*original.marks, mark), changed_at=book.now))
        book.note(actor, "declaration.withdrawn_after_release", original.number, withdrawal.number)
        for certificate in original.certificates:
            book.note(actor, "certificate.marked", certificate, original.number, mark=mark)
            book.send(CertificateMarked(number=certificate, declaration=original.number, mark=mark))


def summary(lodgement: Lodgement) -> dict[str, Any]:
    """Where a declaration stands, for the answer to its declarant."""
    return {
        "number": lodgement.number,
        "act": lodgement.document.act.value,
        "state": lodgement.state.value,
        "revision": lodgement.revision,
        "certificates": list(lodgement.certificates),
        "marks": list(lodgement.marks),
        **lodgement.comparison,
    }


def _drawn(draws: Sequence[Draw], certificate: str) -> dict[int, str]:
    total: dict[int, int] = {}
    for draw in draws:
        if draw.certificate == certificate:
            total[draw.line] = total.get(draw.line, 0) + draw.quantity
    return {line: str(quantity) for line, quantity in sorted(total.items())}


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
