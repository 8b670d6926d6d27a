"""What about a certificate cannot both be right: kept, shown, and closed by two officers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from hefu.protocol import acts, outcome
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contingency import texts
from hefu.protocol.contingency.records import Contest, PaperCase, PaperState, TwoOfficerAct
from hefu.protocol.messages import CertificateFreed
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, Holding, Lodgement
from hefu.rules.case import UseState

_SIDE: Final = "customs"
_BINDING: Final = frozenset({"restore.reservation_lost", "restore.paper_lost"})
"""Contests that keep a certificate reserved for a declaration which does not draw on it."""


def raise_contest(
    book: Book,
    clash: tuple[str, str, dict[str, Any]],
    number: str,
    declaration: str,
    ticket: str,
    actor: str,
) -> Outcome:
    """Keep what cannot be right, once."""
    code, other, detail = clash
    for known in book.find(Contest, "certificate", number):
        if (known.code, known.declaration, known.other, known.detail) == (code, declaration, other, detail):
            return Outcome("contested", number, body=contest_summary(known))
    raised = Contest(book.count("contest"), code, number, declaration, other, ticket, detail, book.now)
    book.put(raised)
    book.note(actor, "contest.raised", number, declaration, code=code, contest=raised.number, against=other)
    return Outcome("contested", number, body=contest_summary(raised))


def settle(book: Book, number: str, actor: str) -> None:
    """Contested while a contest of its own declaration is open, settled when none is and the record is here."""
    case = book.get(PaperCase, number)
    if case is None or not case.state.binds:
        return
    contests = book.find(Contest, "certificate", number)
    if any(one.state == "open" and one.declaration == case.declaration for one in contests):
        state = PaperState.CONTESTED
    elif book.get(Copy, number) is not None:
        state = PaperState.SETTLED
    else:
        state = PaperState.APPROVED
    if state is not case.state:
        book.put(replace(case, state=state, settled_at=book.now if state is PaperState.SETTLED else None))
        book.note(actor, f"paper.{state.value}", number, case.declaration, ticket=case.ticket)


def propose_closing(book: Book, number: int, ground: str, actor: str) -> Outcome:
    """Propose to close a contest, with the ground that two officers have found."""
    contest = book.get(Contest, number)
    if contest is None:
        return outcome.refuse(texts.NO_CONTEST, str(number), _SIDE)
    if contest.state == "closed":
        return Outcome("exists", contest.certificate, body=contest_summary(contest))
    act = acts.propose(book, ActKind.CLOSE_CONTEST, contest.certificate, {"contest": number}, ground, actor)
    return acts.proposed(act)


def approve_closing(book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
    """Perform of ``contest.close``: what was used stays used; a release that waited for it may go on."""
    contest = book.get(Contest, act.content["contest"])
    if contest is None:
        return outcome.refuse(texts.NO_CONTEST, str(act.content["contest"]), _SIDE)
    closed = close(book, contest, act.ground, f"{act.proposed_by}, {actor}")
    if contest.code in _BINDING:
        _free(book, contest, actor)
    settle(book, contest.certificate, actor)
    return Outcome("closed", contest.certificate, body=contest_summary(closed))


def _free(book: Book, contest: Contest, actor: str) -> None:
    """A reservation whose declaration or paper was lost with a store, and does not come again."""
    number, holding = contest.certificate, book.get(Holding, contest.certificate)
    if holding is None or (holding.state, holding.declaration) != (UseState.RESERVED, contest.declaration):
        return
    lodgement = book.get(Lodgement, contest.declaration)
    if lodgement is None or number not in lodgement.certificates:
        book.drop(holding)
        told = CertificateFreed(number=number, declaration=contest.declaration, why="lost")
        book.note(actor, "certificate.freed", number, contest.declaration, why=told.why)
        if book.get(Copy, number) is not None:
            book.send(told)


def come_again(book: Book, number: str, declaration: str, actor: str) -> None:
    """What was lost with a store is here again: its declaration has taken the certificate anew, or its paper was entered."""
    for contest in book.find(Contest, "certificate", number):
        if contest.state == "open" and contest.declaration == declaration and contest.code in _BINDING:
            close(book, contest, "come again", actor)


def close(book: Book, contest: Contest, ground: str, by: str) -> Contest:
    """Close a contest, on the ground that was found."""
    closed = replace(contest, state="closed", closing=ground, closed_by=by, closed_at=book.now)
    book.put(closed)
    book.note(
        by, "contest.closed", contest.certificate, contest.declaration, contest=contest.number, ground=ground
    )
    return closed


def open_contest(book: Book, lodgement: Lodgement) -> Contest | None:
    """The open contest that a release waits for: the goods are still here, so they wait until it is clear."""
    if not lodgement.deferred:
        return None
    for number in lodgement.certificates:
        case = book.get(PaperCase, number)
        if case is not None and case.state is PaperState.CONTESTED:
            for contest in book.find(Contest, "certificate", number):
                if contest.state == "open" and contest.declaration == lodgement.number:
                    return contest
    return None


def contest_summary(contest: Contest) -> dict[str, Any]:
    """A contest for machines, in words as well."""
    text, cure = texts.CONTESTS[contest.code]
    told = {"certificate": contest.certificate, "declaration": contest.declaration, "other": contest.other}
    return {
        "contest": contest.number,
        "code": contest.code,
        **told,
        "ticket": contest.ticket,
        "detail": contest.detail,
        "at": contest.at.isoformat(),
        "state": contest.state,
        "closing": contest.closing,
        "closed_by": contest.closed_by,
        "message": {"zh": text.zh.format(**told), "en": text.en.format(**told)},
        "cure": {"zh": cure.zh.format(**told), "en": cure.en.format(**told)},
    }
