"""Acts of two officers: one proposes on a named ground, another approves or rejects; nothing is done before.

What an act does is told by its kind; whoever decides is handed a ``perform`` for it. An act that is not
decided in time lapses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from hefu import errors
from hefu.errors import Text
from hefu.protocol import outcome
from hefu.protocol.book import Book
from hefu.protocol.contingency.records import ActState, TwoOfficerAct
from hefu.protocol.messages import Decision
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side

_SIDE: Final = "customs"

OPEN_FOR: Final = timedelta(days=7)
"""How long a proposal waits for the second officer. Assumption: no source names a period."""


class ActKind(StrEnum):
    """What two officers may do together."""

    OPEN_CONTINGENCY = "contingency.open"
    ENTER_PAPER = "paper.enter"
    CLOSE_CONTEST = "contest.close"
    OVERRIDE = "declaration.override"
    REOPEN_GOODS = "goods.reopen"
    MOVE_USE = "use.move"
    CLOSE_DIVERGENCE = "divergence.close"


Perform = Callable[[Book, TwoOfficerAct, str], Outcome]
"""Does what an approved act says: book, act, second officer. After a refusal nothing of it remains."""

NO_ACT = errors.kind(
    "act.not_found",
    http=404,
    message=Text("没有双人事项 {place}", "there is no act {place} of two officers"),
    cure=Text("用 hefu acts 查看待办事项", "see what waits with hefu acts"),
)
SAME_OFFICER = errors.kind(
    "act.same_officer",
    http=403,
    exit_code=1,
    message=Text(
        "双人事项 {place} 由 {value} 提出, 不能由同一人批准",
        "act {place} was proposed by {value}, who cannot approve it as well",
    ),
    cure=Text("请另一名关员复核后批准或驳回", "another officer looks at it and approves or rejects"),
)
ACT_DECIDED = errors.kind(
    "act.decided",
    http=409,
    exit_code=1,
    message=Text(
        "双人事项 {place} 的状态为 {value}, 不能再决定", "act {place} is {value} and is not decided again"
    ),
    cure=Text("仍有需要的重新提出", "propose it anew if it is still needed"),
)


def propose(
    book: Book, kind: ActKind, subject: str, content: dict[str, Any], ground: str, actor: str
) -> TwoOfficerAct:
    """Propose an act; the same one again, while it waits, is the same act."""
    for waiting in book.find(TwoOfficerAct, "state", ActState.PROPOSED.value):
        same = (waiting.kind, waiting.subject, waiting.content) == (kind.value, subject, content)
        if same and waiting.due > book.now:
            return waiting
    act = TwoOfficerAct(
        number=book.count("act"),
        kind=kind.value,
        subject=subject,
        content=content,
        ground=ground,
        proposed_by=actor,
        proposed_at=book.now,
        due=book.now + OPEN_FOR,
    )
    book.put(act)
    book.note(actor, "act.proposed", subject, act=act.number, kind=act.kind, ground=ground)
    return act


def enter_decided(
    book: Book, kind: ActKind, subject: str, content: dict[str, Any], decision: Decision, at: datetime
) -> None:
    """Enter an act that was decided before a store was lost, from a message that tells of it."""
    number = book.count("act")
    book.put(
        TwoOfficerAct(
            number=number,
            kind=kind.value,
            subject=subject,
            content=content,
            ground=decision.ground,
            proposed_by=decision.proposed_by,
            proposed_at=at,
            due=at + OPEN_FOR,
            state=ActState.APPROVED,
            decided_by=decision.approved_by,
            decided_at=at,
        )
    )
    book.note(_SIDE, "act.approved", subject, act=number, kind=kind.value, recovered=True)


def proposed(act: TwoOfficerAct) -> Outcome:
    """The answer to whoever proposes."""
    return Outcome(
        "proposed", act.subject, body={"act": act.number, "kind": act.kind, "due": act.due.isoformat()}
    )


def approve(book: Book, side: Side, number: int, remark: str, actor: str, perform: Perform) -> Outcome:
    """The second officer approves: the act is done in this transaction, or refused and still waits."""
    act, refusal = _waiting(book, side, number)
    if act is None:
        return refusal
    if actor == act.proposed_by:
        return outcome.refuse(SAME_OFFICER, str(number), side.value, value=actor)
    trial = book.trial()
    _decide(trial, act, ActState.APPROVED, remark, actor)
    done = perform(trial, act, actor)
    if not done.refused:
        book.adopt(trial)
    return done


def reject(book: Book, side: Side, number: int, remark: str, actor: str) -> Outcome:
    """Either officer says no: who proposed it takes it back, the other refuses."""
    act, refusal = _waiting(book, side, number)
    if act is None:
        return refusal
    _decide(book, act, ActState.REJECTED, remark, actor)
    return Outcome("rejected", act.subject, body={"act": number})


def lapse(book: Book, number: int, why: str) -> None:
    """An act that has lost its object, or its time."""
    act = book.get(TwoOfficerAct, number)
    if act is not None and act.state is ActState.PROPOSED:
        _decide(book, act, ActState.LAPSED, why, _SIDE)


def _waiting(book: Book, side: Side, number: int) -> tuple[TwoOfficerAct | None, Outcome]:
    """The act if it can be decided, else the refusal. One whose time is over is not decided any more."""
    act = book.get(TwoOfficerAct, number)
    if act is None:
        return None, outcome.refuse(NO_ACT, str(number), side.value)
    late = act.state is ActState.PROPOSED and act.due <= book.now
    if late or act.state is not ActState.PROPOSED:
        state = ActState.LAPSED if late else act.state
        return None, outcome.refuse(ACT_DECIDED, str(number), side.value, value=state.value)
    return act, Outcome("proposed", act.subject)


def _decide(book: Book, act: TwoOfficerAct, state: ActState, remark: str, actor: str) -> None:
    book.put(replace(act, state=state, decided_by=actor, decided_at=book.now, remark=remark))
    told = {"kind": act.kind, "proposed_by": act.proposed_by, "ground": act.ground, "remark": remark}
    book.note(actor, f"act.{state.value}", act.subject, act=act.number, **told)
