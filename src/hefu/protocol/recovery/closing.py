"""A divergence that nothing settles by itself is closed by two officers of the side that found it, with what they found."""

from __future__ import annotations

from dataclasses import replace

from hefu import errors
from hefu.errors import Text
from hefu.protocol import acts, outcome
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.contingency.records import TwoOfficerAct
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from hefu.protocol.recovery.divergences import summary
from hefu.protocol.recovery.records import Divergence

NO_DIVERGENCE = errors.kind(
    "divergence.not_found",
    http=404,
    message=Text("没有不一致 {place}", "there is no divergence {place}"),
    cure=Text("用 hefu divergences 查看", "see hefu divergences"),
)


def propose_closing(book: Book, side: Side, number: int, ground: str, actor: str) -> Outcome:
    """Propose to close a divergence, with what was found. The registers stay as they are: the same rows again are no
    new divergence, other rows are.
    """
    known = book.get(Divergence, number)
    if known is None:
        return outcome.refuse(NO_DIVERGENCE, str(number), side.value)
    if known.state != "open":
        return Outcome("exists", known.stream, body=summary(known))
    content = {"divergence": number}
    return acts.proposed(acts.propose(book, ActKind.CLOSE_DIVERGENCE, known.stream, content, ground, actor))


def approve_closing(book: Book, act: TwoOfficerAct, actor: str) -> Outcome:
    """Perform of ``divergence.close``."""
    known = book.get(Divergence, act.content["divergence"])
    if known is None or known.state != "open":
        raise AssertionError(
            f"divergence {act.content['divergence']} is gone"
        )  # its act is the only way to close it
    closed = replace(known, state="closed", done=f"{act.ground} ({act.proposed_by}, {actor})")
    book.put(closed)
    book.note(actor, "register.divergence_closed", known.stream, code=known.code, ground=act.ground)
    return Outcome("closed", known.stream, body=summary(closed))
