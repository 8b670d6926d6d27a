"""Steps as a hurried programmer might have written them: walking through must find each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tests.model import protocol
from tests.model.algebra import Algebra
from tests.model.protocol import (
    ASKED,
    FREE,
    GRANT,
    ISSUED,
    LODGED,
    RELEASED,
    RESERVED,
    TAKEN,
    USED,
    VOIDED,
    WITHDRAWN,
    State,
    Step,
)


def void_alone(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """Tax voids without asking, by its own view of the use."""
    return o.all(s.tax == ISSUED, s.told == FREE), replace(s, tax=VOIDED)


def hears_again(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """The inbox of tax applies a message that has come before, the last but one, a second time."""
    may, after = protocol.tax_hears(o, replace(s, tax_heard=s.tax_heard - 2), None)
    return o.all(may, s.tax_heard > 1), replace(after, tax_heard=s.tax_heard)


def hears_out_of_order(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """The inbox of tax skips a message that has not come."""
    may, after = protocol.tax_hears(o, replace(s, tax_heard=s.tax_heard + 1), None)
    return may, after


def counts_what_never_came(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """A receipt is believed before the message was durable: the cursor moves, the effect is lost."""
    return s.customs_said > s.tax_heard, replace(s, tax_heard=s.tax_heard + 1)


def release_without_reserving(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """The gate uses a certificate for a declaration that has not reserved it."""
    after = replace(
        s, held=USED, held_by=d, declarations=o.put(s.declarations, d, RELEASED), ever=o.put(s.ever, d, 1)
    )
    return o.all(o.at(s.declarations, d) == LODGED, s.copy == 1), after


def reserve_what_is_reserved(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Two declarations reserve one certificate."""
    after = replace(s, held=RESERVED, held_by=d, declarations=o.put(s.declarations, d, TAKEN))
    return o.all(o.at(s.declarations, d) == LODGED, s.copy == 1, s.held != USED, s.held != WITHDRAWN), after


def grant_while_reserved(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """Customs grants a void as long as the certificate is not used."""
    place = s.customs_said + 1
    after = replace(
        s,
        customs_said=place,
        customs_kinds=o.put(s.customs_kinds, place, GRANT),
        customs_numbers=o.put(s.customs_numbers, place, s.asked),
        customs_heard=s.customs_heard + 1,
    )
    return o.all(s.tax == ASKED, s.held == RESERVED, s.tax_said > s.customs_heard), after


def free_the_used(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A withdrawal after release gives the certificate back."""
    after = replace(s, held=FREE, held_by=0, declarations=o.put(s.declarations, d, LODGED))
    return o.at(s.declarations, d) == RELEASED, after


def use_untold(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A use that customs does not feed back."""
    after = replace(
        s, held=USED, declarations=o.put(s.declarations, d, RELEASED), ever=o.put(s.ever, s.held_by, 1)
    )
    return o.all(o.at(s.declarations, d) == TAKEN, s.copy == 1), after


def void_of_bound_paper(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """A void is granted while the number is bound on paper."""
    place = s.customs_heard + 1
    after = replace(s, customs_heard=place, held=WITHDRAWN)
    asked = o.at(s.tax_kinds, place) == protocol.ASK
    return o.all(s.tax_said >= place, asked, s.held == FREE, s.paper != 0), after


def record_over_paper(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """Another declaration takes a number by its record while it is bound on paper."""
    after = replace(s, held=RESERVED, held_by=d, declarations=o.put(s.declarations, d, TAKEN))
    return o.all(o.at(s.declarations, d) == LODGED, s.held == FREE, s.copy == 1), after


def paper_use_untold(o: Algebra, s: State, _: Any) -> tuple[Any, State]:
    """The record comes, and tax is not told that its number is held on paper."""
    place = s.customs_heard + 1
    came = o.all(s.tax_said >= place, o.at(s.tax_kinds, place) == protocol.ISSUE)
    return came, replace(s, customs_heard=place, copy=1)


def move_untold(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A wrong use is put right at customs, and tax keeps the wrong declaration."""
    may, after = protocol.move(o, s, d)
    return may, replace(
        after, customs_said=s.customs_said, customs_kinds=s.customs_kinds, customs_numbers=s.customs_numbers
    )


def move_keeps_both(o: Algebra, s: State, d: Any) -> tuple[Any, State]:
    """A wrong use is moved, and the first declaration still has it."""
    may, after = protocol.move(o, s, d)
    return may, replace(after, declarations=o.put(s.declarations, d, TAKEN))


BROKEN: Final[Mapping[str, Step]] = {
    one.__name__: one
    for one in (
        void_alone, hears_again, hears_out_of_order, counts_what_never_came, release_without_reserving,
        reserve_what_is_reserved, grant_while_reserved, free_the_used, use_untold, void_of_bound_paper,
        record_over_paper, paper_use_untold, move_untold, move_keeps_both,
    )
}  # fmt: skip
"""Every wrong step by name."""
