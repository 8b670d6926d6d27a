"""Comparing and settling at customs: what passes reserves its certificates, what does not is held and
waits. Every verdict is entered with the facts it was made from, so that it can be made again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hefu.documents.declaration import Act
from hefu.documents.fields import scaled
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble, facts, waits
from hefu.protocol.contents import bound_paper, differences, typed
from hefu.protocol.contingency import contests
from hefu.protocol.marks import AFTER_USE, TAKEN_BACK
from hefu.protocol.messages import (
    CertificateFreed,
    CertificateMarked,
    CertificateMoved,
    CertificatePresented,
    CertificateReserved,
    CertificateUsed,
    GoodsReopened,
)
from hefu.protocol.records import Copy, DeclarationState, Holding, Lodgement, Wait
from hefu.protocol.verdict_records import Adopted, Edition
from hefu.rules.case import Case, UseState
from hefu.rules.finding import Comparison, Draw
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

CertificateFeedback = (
    CertificateReserved
    | CertificateFreed
    | CertificateUsed
    | CertificateMarked
    | CertificateMoved
    | GoodsReopened
)
"""What customs feeds back of one certificate."""

Compare = Callable[[Sequence[Case], Policy, RuleSet], list[Comparison]]
"""The comparison: one answer a case, in order."""

_SIDE = "customs"


class Verification:
    """The comparison under one rule set and policy, and what follows from it."""

    def __init__(self, policy: Policy, ruleset: RuleSet, compare: Compare) -> None:
        self.policy = policy
        self.ruleset = ruleset
        self._compare = compare

    def verify(self, book: Book, lodgements: Sequence[Lodgement]) -> list[Lodgement]:
        """Compare and settle. What an earlier one of the batch has taken is seen by the later ones:
        a case that shares a certificate or an export declaration with it is assembled anew.
        """
        cases = [assemble(book, lodgement.document, self.policy) for lodgement in lodgements]
        comparisons = self._compare(cases, self.policy, self.ruleset)
        settled: list[Lodgement] = []
        taken: set[str] = set()
        for lodgement, first, told in zip(lodgements, cases, comparisons, strict=True):
            case, comparison, reads = first, told, first.numbers()
            if not taken.isdisjoint(reads):
                case = assemble(book, lodgement.document, self.policy)
                (comparison,) = self._compare([case], self.policy, self.ruleset)
            settled.append(self._settle(book, lodgement, case, comparison))
            if comparison.passes:
                taken.update(reads)
        return settled

    def is_of_today(self, lodgement: Lodgement) -> bool:
        """Whether its verdict was made under this rule set and policy."""
        return lodgement.comparison.get("ruleset_hash") == self.ruleset.hash_under(self.policy)

    def _settle(self, book: Book, lodgement: Lodgement, case: Case, comparison: Comparison) -> Lodgement:
        number = lodgement.number
        if lodgement.state is DeclarationState.HELD:
            self.stop_waiting(book, lodgement)
        after = replace(
            lodgement,
            state=DeclarationState.RESERVED if comparison.passes else DeclarationState.HELD,
            comparison=comparison.as_json(),
            draws=comparison.draws if comparison.passes else (),
            changed_at=book.now,
            due=self._due(book, comparison),
        )
        if comparison.passes:
            self.take(book, after)
        else:
            for on in waits(lodgement.document, comparison, case.export):
                book.put(Wait(on, number))
        book.put(after)
        self._adopt(book, comparison)
        book.note(
            _SIDE,
            f"declaration.{after.state.value}",
            number,
            findings=[finding.code for finding in comparison.findings],
            severities={finding.code: finding.severity.value for finding in comparison.findings},
            rules=comparison.ruleset_hash,
            facts=facts(book, after.revision, case),
        )
        return after

    def _due(self, book: Book, comparison: Comparison) -> datetime | None:
        """When a reservation ends by itself; a certificate that is used already cannot be given back."""
        if not comparison.passes or self.policy.used_at == "passing":
            return None
        return book.now + timedelta(days=self.policy.reservation_days)

    def _adopt(self, book: Book, comparison: Comparison) -> None:
        """Keep the rule set with the first verdict made under it."""
        told = comparison.ruleset_hash
        if book.get(Adopted, told) is None:
            text = self.ruleset.as_toml(self.policy)
            book.put(Adopted(told, comparison.ruleset, text, book.now))

    def take(self, book: Book, lodgement: Lodgement) -> None:
        """Its certificates become reserved for a declaration, or used by it, and the goods taken."""
        for certificate in lodgement.certificates:
            known = book.get(Holding, certificate)
            if known is not None:
                contests.come_again(book, certificate, lodgement.number, _SIDE)
                if known.state is UseState.USED:
                    continue  # by this declaration, whose document was lost with a store and has come again
            if self.policy.used_at == "passing":
                self.use(book, lodgement, certificate, _SIDE)
            else:
                book.put(Holding(certificate, UseState.RESERVED, lodgement.number, book.now))
                book.note(_SIDE, "certificate.reserved", certificate, lodgement.number)
                tell(book, CertificateReserved(number=certificate, declaration=lodgement.number))
        goods.take(book, lodgement.draws)

    def use(self, book: Book, lodgement: Lodgement, certificate: str, actor: str) -> None:
        """A certificate becomes used by a declaration, for good."""
        known = book.get(Holding, certificate)
        if known is not None and known.state is UseState.USED:
            return
        drawn = _said_drawn(book, lodgement.draws, certificate)
        book.put(Holding(certificate, UseState.USED, lodgement.number, book.now))
        book.note(actor, "certificate.used", certificate, lodgement.number, drawn=drawn)
        if book.get(Copy, certificate) is None:
            told = {"number": certificate, "declaration": lodgement.number, "ticket": lodgement.deferred}
            book.send(CertificatePresented(**told, digest=lodgement.digest))
        else:
            book.send(_used(lodgement, certificate, drawn))

    def tell_again(self, book: Book, certificate: str) -> None:
        """The record of a certificate that is held on its paper has come: only now does tax know what is meant, and is
        told how it is held.
        """
        holding = book.get(Holding, certificate)
        if holding is None or holding.declaration is None:
            return
        about = {"number": certificate, "declaration": holding.declaration}
        if holding.state is not UseState.USED:
            tell(book, CertificateReserved(**about))
            return
        lodgement = book.get(Lodgement, holding.declaration)
        if lodgement is None:  # lost with a store, like the paper
            tell(book, CertificateUsed(**about, drawn=_said_drawn(book, (), certificate)))
            return
        if certificate not in lodgement.certificates and lodgement.document.act is Act.EXPORT:
            lodgement = _drawing_whole(book, lodgement, certificate)
            book.put(lodgement)
        tell(book, _used(lodgement, certificate, _said_drawn(book, lodgement.draws, certificate)))
        for text in (one for one in lodgement.marks if one in (TAKEN_BACK, AFTER_USE)):
            tell(book, CertificateMarked(**about, mark=text))

    def give_back(self, book: Book, lodgement: Lodgement, actor: str, why: str) -> Lodgement:
        """Free what a reserved declaration holds, and drop what a held one waits for. Certificates that
        are used already stay so, with their draws, and are marked.
        """
        self.stop_waiting(book, lodgement)
        if lodgement.state is not DeclarationState.RESERVED:
            return lodgement
        if has_used(book, lodgement):
            mark(book, lodgement, AFTER_USE, actor)
            return replace(lodgement, marks=(*lodgement.marks, AFTER_USE))
        goods.give_back(book, lodgement.draws)
        for certificate in lodgement.certificates:
            holding = book.get(Holding, certificate)
            if holding is not None:
                book.drop(holding)
            book.note(actor, "certificate.freed", certificate, lodgement.number, why=why)
            tell(book, CertificateFreed(number=certificate, declaration=lodgement.number, why=why))
        return replace(lodgement, draws=())

    def stop_waiting(self, book: Book, lodgement: Lodgement) -> None:
        """Drop what a held declaration waits for."""
        for wait in book.find(Wait, "declaration", lodgement.number):
            book.drop(wait)

    def wake(self, book: Book, ons: Sequence[str], but: str = "") -> None:
        """Compare again the held declarations that wait for one of these, except ``but``."""
        found = [wait for on in ons for wait in book.find(Wait, "on", on)]
        numbers = [wait.declaration for wait in found if wait.declaration != but]
        held = [book.get(Lodgement, number) for number in dict.fromkeys(numbers)]
        waiting = [one for one in held if one is not None and one.state is DeclarationState.HELD]
        self.verify(book, sorted(waiting, key=lambda one: (one.lodged_at, one.number)))

    def wake_freed(self, book: Book, known: Lodgement) -> None:
        """Wake those who wait for what this declaration held."""
        related = known.document.related
        freed = [f"certificate:{certificate}" for certificate in known.certificates]
        self.wake(book, [*freed, *([f"export:{related}"] if related else [])], but=known.number)


def keep_edition(book: Book, lodgement: Lodgement) -> None:
    """Keep the document of a declaration that is about to be corrected or amended."""
    book.put(Edition(lodgement.number, lodgement.revision, lodgement.document))


def mark(book: Book, lodgement: Lodgement, text: str, actor: str) -> None:
    """Mark the certificates of a declaration that was taken back after their use."""
    for certificate in lodgement.certificates:
        book.note(actor, "certificate.marked", certificate, lodgement.number, mark=text)
        tell(book, CertificateMarked(number=certificate, declaration=lodgement.number, mark=text))


def _used(lodgement: Lodgement, certificate: str, drawn: dict[int, str]) -> CertificateUsed:
    return CertificateUsed(
        number=certificate, declaration=lodgement.number, digest=lodgement.digest, drawn=drawn
    )


def tell(book: Book, message: CertificateFeedback) -> None:
    """Tell tax of a certificate whose record is here. Of one that is held on paper alone tax is told when the record
    comes (:meth:`Verification.tell_again`).
    """
    if book.get(Copy, message.number) is not None:
        book.send(message)


def _drawing_whole(book: Book, lodgement: Lodgement, certificate: str) -> Lodgement:
    """An export declaration that was released on a paper which was lost with a store, now that the record is here: it
    draws all of it, since nobody knows how much it was.
    """
    copy = book.get(Copy, certificate)
    item = lodgement.document.items[0].item if lodgement.document.items else 1
    lines = copy.document.lines if copy is not None else ()
    whole = tuple(Draw(item, certificate, line.line, scaled(line.quantity)) for line in lines)
    return replace(lodgement, draws=(*lodgement.draws, *whole))


def _said_drawn(book: Book, draws: Sequence[Draw], certificate: str) -> dict[int, str]:
    """What was drawn, by line of the record. A paper that the record contradicts counts whole, and so does one that was
    lost with a store, so that nothing of its goods comes back by mistake.
    """
    case, copy, drawn = (
        bound_paper(book, certificate),
        book.get(Copy, certificate),
        drawn_of(draws, certificate),
    )
    contradicted = case is not None and copy and differences(typed(book, case.digest), copy.document)
    if copy is not None and (contradicted or not drawn):
        return {line.line: str(scaled(line.quantity)) for line in copy.document.lines}
    return {line: str(quantity) for line, quantity in sorted(drawn.items())}


def drawn_of(draws: Sequence[Draw], certificate: str) -> dict[int, int]:
    """What draws take of a certificate, by line."""
    total: dict[int, int] = {}
    for draw in draws:
        if draw.certificate == certificate:
            total[draw.line] = total.get(draw.line, 0) + draw.quantity
    return total


def has_used(book: Book, lodgement: Lodgement) -> bool:
    """Whether one of its certificates is used already, and cannot be given back."""
    holdings = [book.get(Holding, certificate) for certificate in lodgement.certificates]
    return any(one is not None and one.state is UseState.USED for one in holdings)
