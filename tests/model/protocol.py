"""One certificate between two authorities: its states and every step that either may take.

The link loses, repeats, delays and reorders: whatever has been said may come at any time, any number of times. A crash
takes nothing that is in a store, so it is no step. Declarations are numbers; there may be any number of them. The
words of the messages, the goods, and who may ask for what are left out: the rules judge those, not the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from tests.model.algebra import Algebra

NONE, ISSUED, ASKED, VOIDED = range(4)
"""A certificate at tax."""
FREE, RESERVED, USED, WITHDRAWN = range(4)
"""Its use: at customs, and (but for withdrawn) as tax has been told."""
ABSENT, LODGED, TAKEN, RELEASED, CLOSED = range(5)
"""A declaration, as far as this certificate goes; ``taken``: it has passed and holds the certificate."""
ISSUE, ASK, UNKNOWN = 1, 2, 3
"""What tax says."""
RESERVE, FREED, USE, GRANT, REFUSE, MARK, PRESENT, MOVE, REOPEN = range(1, 10)
"""What customs says."""


@dataclass(frozen=True)
class State:
    """Both registers, what has been said in either direction (kind and a number: declaration or request), how far
    each side has applied, by whom the certificate was ever used, and from whom two officers have moved the use.
    """

    tax: Any
    told: Any
    told_by: Any
    asked: Any
    copy: Any
    held: Any
    held_by: Any
    paper: Any
    declarations: Any
    tax_said: Any
    tax_kinds: Any
    tax_numbers: Any
    customs_said: Any
    customs_kinds: Any
    customs_numbers: Any
    tax_heard: Any
    customs_heard: Any
    ever: Any
    moved: Any
    issued_at: Any


NAMES: Final = tuple(one.name for one in fields(State))
TABLES: Final = frozenset(
    {"declarations", "tax_kinds", "tax_numbers", "customs_kinds", "customs_numbers", "ever", "moved"}
)

START: Final = State(
    tax=NONE, told=FREE, told_by=0, asked=0, copy=0, held=FREE, held_by=0, paper=0, declarations={}, tax_said=0,
    tax_kinds={}, tax_numbers={}, customs_said=0, customs_kinds={}, customs_numbers={}, tax_heard=0, customs_heard=0,
    ever={}, moved={}, issued_at=0,
)  # fmt: skip
"""Nothing has happened. ``paper`` is the declaration that the number is bound to on paper, 0 if none."""

Step = Callable[[Algebra, State, Any], tuple[Any, State]]
"""With a declaration (or nothing): whether it may be taken, and what comes of it."""


def _tax_says(o: Algebra, s: State, kind: Any, number: Any, when: Any = True) -> State:
    place = s.tax_said + 1
    if when is True:
        return replace(
            s,
            tax_said=place,
            tax_kinds=o.put(s.tax_kinds, place, kind),
            tax_numbers=o.put(s.tax_numbers, place, number),
        )
    return replace(
        s,
        tax_said=o.pick(when, place, s.tax_said),
        tax_kinds=o.pick(when, o.put(s.tax_kinds, place, kind), s.tax_kinds),
        tax_numbers=o.pick(when, o.put(s.tax_numbers, place, number), s.tax_numbers),
    )


def _customs_says(o: Algebra, s: State, kind: Any, number: Any, when: Any) -> State:
    place = s.customs_said + 1
    return replace(
        s,
        customs_said=o.pick(when, place, s.customs_said),
        customs_kinds=o.pick(when, o.put(s.customs_kinds, place, kind), s.customs_kinds),
        customs_numbers=o.pick(when, o.put(s.customs_numbers, place, number), s.customs_numbers),
    )


def issue(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """Tax issues."""
    after = replace(s, tax=ISSUED, issued_at=s.tax_said + 1)
    return s.tax == NONE, _tax_says(o, after, ISSUE, 0)


def void(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """Tax asks whether it may void or reissue."""
    after = replace(s, tax=ASKED, asked=s.asked + 1)
    return o.all(s.tax == ISSUED, s.told != USED), _tax_says(o, after, ASK, s.asked + 1)


def tax_hears(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """The next message of customs takes effect at tax."""
    place = s.tax_heard + 1
    kind, number = o.at(s.customs_kinds, place), o.at(s.customs_numbers, place)
    answers = o.all(s.tax == ASKED, number == s.asked)
    after = replace(
        s,
        tax_heard=place,
        tax=o.pick(
            o.all(kind == GRANT, answers), VOIDED, o.pick(o.all(kind == REFUSE, answers), ISSUED, s.tax)
        ),
        told=o.pick(
            kind == RESERVE,
            RESERVED,
            o.pick(kind == FREED, FREE, o.pick(o.any(kind == USE, kind == MOVE), USED, s.told)),
        ),
        told_by=o.pick(
            o.any(kind == RESERVE, kind == USE, kind == MOVE), number, o.pick(kind == FREED, 0, s.told_by)
        ),
    )
    in_force = o.any(s.tax == ISSUED, s.tax == ASKED)
    stranger = o.all(kind == PRESENT, o.no(in_force))
    return s.customs_said >= place, _tax_says(o, after, UNKNOWN, number, stranger)


def customs_hears(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """The next message of tax takes effect at customs: a record comes, or a void is answered."""
    place = s.customs_heard + 1
    kind, number = o.at(s.tax_kinds, place), o.at(s.tax_numbers, place)
    bound = o.any(s.held == RESERVED, s.held == USED, s.paper != 0)
    grants = o.all(kind == ASK, o.no(bound))
    after = replace(
        s,
        customs_heard=place,
        copy=o.pick(kind == ISSUE, 1, s.copy),
        held=o.pick(grants, WITHDRAWN, s.held),
        held_by=o.pick(grants, 0, s.held_by),
    )
    after = _customs_says(o, after, GRANT, number, grants)
    after = _customs_says(o, after, REFUSE, number, o.all(kind == ASK, bound))
    came = o.all(kind == ISSUE, s.copy == 0)
    after = _customs_says(o, after, RESERVE, s.held_by, o.all(came, s.held == RESERVED))
    after = _customs_says(o, after, USE, s.held_by, o.all(came, s.held == USED))
    return s.tax_said >= place, after


def _to(o: Algebra, s: State, declaration: Any, state: int) -> Any:
    return o.put(s.declarations, declaration, state)


def _is(o: Algebra, s: State, declaration: Any, state: int) -> Any:
    return o.at(s.declarations, declaration) == state


def lodge(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A declaration is lodged, and held for the time being."""
    return _is(o, s, d, ABSENT), replace(s, declarations=_to(o, s, d, LODGED))


def _may_take(o: Algebra, s: State, d: Any) -> Any:
    known = o.any(o.all(s.copy == 1, s.paper == 0), s.paper == d)
    return o.all(_is(o, s, d, LODGED), s.held == FREE, known)


def reserve(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A declaration passes: the certificate is reserved for it."""
    after = replace(s, held=RESERVED, held_by=d, declarations=_to(o, s, d, TAKEN))
    return _may_take(o, s, d), _customs_says(o, after, RESERVE, d, s.copy == 1)


def use_at_passing(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """The same under the other policy: used as soon as the comparison passes."""
    after = replace(s, held=USED, held_by=d, declarations=_to(o, s, d, TAKEN), ever=o.put(s.ever, d, 1))
    return _may_take(o, s, d), _customs_says(o, after, o.pick(s.copy == 1, USE, PRESENT), d, s.held == FREE)


def release(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Released: what it holds becomes used."""
    after = replace(s, held=USED, declarations=_to(o, s, d, RELEASED), ever=o.put(s.ever, s.held_by, 1))
    return _is(o, s, d, TAKEN), _customs_says(
        o, after, o.pick(s.copy == 1, USE, PRESENT), d, s.held == RESERVED
    )


def _freed(o: Algebra, s: State, d: Any, to: int) -> State:
    after = replace(s, held=FREE, held_by=0, declarations=_to(o, s, d, to))
    return _customs_says(o, after, FREED, d, s.copy == 1)


def withdraw(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Withdrawn, refused or expired before release: the certificate is free, its paper is given back."""
    after = replace(_freed(o, s, d, CLOSED), paper=o.pick(s.paper == d, 0, s.paper))
    return o.all(_is(o, s, d, TAKEN), s.held == RESERVED), after


def correct(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Corrected before release: the certificate is free, and the declaration is compared anew."""
    return o.all(_is(o, s, d, TAKEN), s.held == RESERVED), _freed(o, s, d, LODGED)


def close(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A held declaration ends; its paper is given back."""
    after = replace(s, declarations=_to(o, s, d, CLOSED), paper=o.pick(s.paper == d, 0, s.paper))
    return _is(o, s, d, LODGED), after


def close_after_use(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Ended though the certificate was used at passing: it stays used."""
    return o.all(_is(o, s, d, TAKEN), s.held == USED), replace(s, declarations=_to(o, s, d, CLOSED))


def reopen_after_use(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Compared anew though the certificate is used: it keeps it."""
    return o.all(_is(o, s, d, TAKEN), s.held == USED), s


def mark(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Tax is told that the declaration which used it was taken back."""
    return o.all(s.held == USED, s.held_by == d, s.copy == 1), _customs_says(o, s, MARK, d, s.copy == 1)


def approve_paper(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Two officers bind the number to a held declaration by its paper."""
    free = o.all(s.copy == 0, s.held == FREE, s.paper == 0)
    after = _customs_says(o, replace(s, paper=d), PRESENT, d, s.copy == 0)
    return o.all(free, _is(o, s, d, LODGED)), after


def give_paper_back(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A correction no longer names the number."""
    return o.all(s.paper == d, d != 0, s.held == FREE), replace(s, paper=0)


def move(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Two officers move a use that was wrong to the held declaration whose it is, and which passes with it."""
    ended = o.any(_is(o, s, s.held_by, RELEASED), _is(o, s, s.held_by, CLOSED))
    after = replace(
        s,
        held_by=d,
        declarations=o.put(o.put(s.declarations, s.held_by, CLOSED), d, TAKEN),
        ever=o.put(s.ever, d, 1),
        moved=o.put(s.moved, s.held_by, 1),
    )
    may = o.all(s.held == USED, ended, _is(o, s, d, LODGED), s.copy == 1, s.paper == 0)
    return may, _customs_says(o, after, MOVE, d, s.copy == 1)


def reopen_goods(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Two officers give the goods of a declaration back that was ended after use; the number stays used."""
    return o.all(s.held == USED, s.held_by == d, s.copy == 1), _customs_says(o, s, REOPEN, d, s.copy == 1)


STEPS: Final[Mapping[str, Step]] = {
    one.__name__: one
    for one in (
        issue, void, tax_hears, customs_hears, lodge, reserve, use_at_passing, release, withdraw, correct, close,
        close_after_use, reopen_after_use, mark, approve_paper, give_paper_back, move, reopen_goods,
    )
}  # fmt: skip
"""Every step by name."""

ALONE: Final = frozenset({"issue", "void", "tax_hears", "customs_hears"})
"""Steps that concern no declaration."""
