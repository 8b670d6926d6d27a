"""What is due, gathered: what falls on the same day for the same reason is one thing to do, however many numbers it is
about.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from hefu.errors import Text
from hefu.procedures.dossier.calendar import Dated, written
from hefu.procedures.dossier.deadlines import URGENCY, Deadline, State
from hefu.protocol.records import Side

PAST: Final = 30
"""Days for which a thing still stands here after its day, where a node cannot see whether it was done."""
AHEAD: Final = 366
"""Days that the calendar reaches ahead."""
UNSEEN: Final = Text("办了没有, 本节点看不到", "whether it has been done cannot be seen at this node")
_NAMED: Final = 3
"""Numbers that the title of an event names."""
_CALENDARS: Final = {
    Side.TAX: Text("合符 待办期限 (税务)", "hefu, due at tax"),
    Side.CUSTOMS: Text("合符 待办期限 (海关)", "hefu, due at customs"),
}

Found = tuple[str, Deadline]
"""A deadline, and the number of what it falls on."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do for ``numbers``: all that it is still to be done for, or, if there is none, all that it was."""

    deadline: Deadline
    numbers: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines; keys are stable."""
        return {**self.deadline.as_json(), "numbers": list(self.numbers)}


@dataclass(frozen=True, slots=True)
class Known:
    """What a node knows of an enterprise's deadlines on a day; ``left_out`` exports were too many to be looked at."""

    side: Side
    firms: tuple[str, ...]
    as_of: date
    dues: tuple[Due, ...]
    left_out: int = 0

    def within(self, days: int) -> tuple[Due, ...]:
        """What is to be done within so many days, the most urgent first; what has no day is to be done now."""
        return tuple(one for one in self.dues if _is_within(one.deadline, self.as_of, days))

    def calendar(self, language: str) -> bytes:
        """Everything that has a day, as a calendar (RFC 5545); what has been done is cancelled in it."""
        dated = (Dated(self._uid(one), _subject(one), one.deadline) for one in self.dues)
        return written(dated, self.as_of, language, _CALENDARS[self.side])

    def _uid(self, one: Due) -> str:
        """The same for the same thing of the same firm, whatever is left to be done for it."""
        due = one.deadline
        told = "\x1f".join((self.side.value, *self.firms, due.code, due.about, str(due.day)))
        return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@hefu"


def unseen(one: Deadline) -> Deadline:
    """A deadline of which the node does not see whether it has been met: it is never overdue here."""
    state = State.PASSED if one.state is State.OVERDUE else one.state
    return replace(one, state=state, seen=False, note=UNSEEN)


def gathered(found: Iterable[Found]) -> tuple[Due, ...]:
    """Deadlines that are one thing to do, the most urgent first."""
    same: defaultdict[tuple[str, date | None, str], list[Found]] = defaultdict(list)
    for number, one in found:
        same[one.code, one.day, one.about].append((number, one))
    return tuple(sorted(map(_one, same.values()), key=lambda due: due.deadline.rank))


def _one(found: Sequence[Found]) -> Due:
    state = min((one.state for _, one in found), key=URGENCY.index)
    numbers = {number for number, one in found if one.state is state}
    return Due(next(one for _, one in found if one.state is state), tuple(sorted(numbers)))


def _is_within(one: Deadline, as_of: date, days: int) -> bool:
    if one.state is State.DONE or (one.state is State.PASSED and one.seen):
        return False
    if one.day is None or one.is_overdue:
        return True
    return as_of - timedelta(days=PAST) <= one.day <= as_of + timedelta(days=days)


def _subject(one: Due) -> str:
    told = ", ".join(one.numbers[:_NAMED])
    return f"{told} … ({len(one.numbers)})" if len(one.numbers) > _NAMED else told
