"""The invariants, and the proof that every step keeps them: for any number of steps and of declarations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import z3

from tests.model.algebra import Formulas
from tests.model.protocol import (
    ABSENT,
    ASK,
    CLOSED,
    FREE,
    FREED,
    GRANT,
    ISSUE,
    MOVE,
    NAMES,
    NONE,
    RELEASED,
    RESERVE,
    RESERVED,
    START,
    STEPS,
    TABLES,
    TAKEN,
    USE,
    USED,
    VOIDED,
    WITHDRAWN,
    State,
    Step,
)

SECONDS: Final = 60
"""How long the solver may think about one step."""


def symbolic(name: str) -> State:
    """A state of which nothing is known."""
    integers = z3.IntSort()
    return State(
        **{
            one: z3.Array(f"{name}_{one}", integers, integers) if one in TABLES else z3.Int(f"{name}_{one}")
            for one in NAMES
        }
    )


def invariants(s: State) -> dict[str, Any]:
    """What always holds, by name. Those of DESIGN come first; the others carry them from step to step."""
    d, e, i = z3.Ints("d e i")
    said = z3.And(i >= 1, i <= s.customs_said)
    spoken = z3.And(i >= 1, i <= s.tax_said)
    kind, number = s.customs_kinds[i], s.customs_numbers[i]
    granted = z3.Exists([i], z3.And(said, kind == GRANT))
    return {
        "I1 used by one ever": z3.ForAll(
            [d, e],
            z3.Implies(
                z3.And(s.ever[d] == 1, s.ever[e] == 1, s.moved[d] == 0, s.moved[e] == 0), d == e
            ),
        ),
        "I1 one declaration at a time": z3.ForAll(
            [d, e],
            z3.Implies(
                z3.And(
                    z3.Or(s.declarations[d] == TAKEN, s.declarations[d] == RELEASED),
                    z3.Or(s.declarations[e] == TAKEN, s.declarations[e] == RELEASED),
                ),
                d == e,
            ),
        ),
        "I2 never void and used": z3.Implies(s.tax == VOIDED, s.held == WITHDRAWN),
        "I4 heard is what was said": z3.And(
            s.tax_heard >= 0,
            s.tax_heard <= s.customs_said,
            s.customs_heard >= 0,
            s.customs_heard <= s.tax_said,
        ),
        "I4 used at tax is used at customs": z3.Implies(
            s.told == USED,
            z3.And(s.held == USED, z3.Or(s.told_by == s.held_by, s.moved[s.told_by] == 1)),
        ),
        "I4 at rest both say the same": z3.Implies(
            z3.And(s.tax_heard == s.customs_said, s.customs_heard == s.tax_said, s.copy == 1, s.held != WITHDRAWN),
            z3.And(s.told == s.held, s.told_by == s.held_by),
        ),
        "states are states": z3.And(
            s.tax >= NONE, s.tax <= VOIDED, s.told >= FREE, s.told <= USED, s.held >= FREE,
            s.held <= WITHDRAWN, z3.Or(s.copy == 0, s.copy == 1),
            z3.ForAll([d], z3.And(s.declarations[d] >= ABSENT, s.declarations[d] <= CLOSED)),
            z3.ForAll([d], z3.Or(s.ever[d] == 0, s.ever[d] == 1)), s.declarations[0] == ABSENT,
        ),
        "taken holds it": z3.ForAll(
            [d],
            z3.Implies(
                s.declarations[d] == TAKEN,
                z3.And(z3.Or(s.held == RESERVED, s.held == USED), s.held_by == d),
            ),
        ),
        "released has used it": z3.ForAll(
            [d], z3.Implies(s.declarations[d] == RELEASED, z3.And(s.held == USED, s.held_by == d))
        ),
        "reserved is for one that is taken": z3.Implies(
            s.held == RESERVED, s.declarations[s.held_by] == TAKEN
        ),
        "a user has passed": z3.Implies(
            s.held == USED,
            z3.And(s.declarations[s.held_by] >= TAKEN, s.declarations[s.held_by] <= CLOSED),
        ),
        "nobody holds what is free": z3.Implies(
            z3.Or(s.held == FREE, s.held == WITHDRAWN), s.held_by == 0
        ),
        "somebody holds what is not": z3.Implies(
            z3.Or(s.held == RESERVED, s.held == USED), s.held_by != 0
        ),
        "ever is the user": z3.ForAll(
            [d],
            (s.ever[d] == 1) == z3.Or(z3.And(s.held == USED, s.held_by == d), s.moved[d] == 1),
        ),
        "moved has ended, and stays used": z3.ForAll(
            [d],
            z3.And(
                z3.Or(s.moved[d] == 0, s.moved[d] == 1),
                z3.Implies(s.moved[d] == 1, z3.And(s.declarations[d] == CLOSED, s.held == USED, s.held_by != d)),
            ),
        ),
        "paper is its holder's": z3.Implies(
            z3.And(s.paper != 0, s.held != FREE), z3.And(s.held_by == s.paper, s.held != WITHDRAWN)
        ),
        "what is held is known": z3.Implies(s.held != FREE, z3.Or(s.copy == 1, s.paper != 0)),
        "withdrawn has a record": z3.Implies(s.held == WITHDRAWN, s.copy == 1),
        "granted is withdrawn": z3.Implies(granted, s.held == WITHDRAWN),
        "void was granted": z3.Implies(s.tax == VOIDED, granted),
        "use was used": z3.ForAll(
            [i],
            z3.Implies(
                z3.And(said, z3.Or(kind == USE, kind == MOVE)),
                z3.And(s.held == USED, z3.Or(s.held_by == number, s.moved[number] == 1)),
            ),
        ),
        "tax spoke once of the issue": z3.ForAll(
            [i], z3.Implies(spoken, (s.tax_kinds[i] == ISSUE) == (i == s.issued_at))
        ),
        "issued is in force": z3.And(
            s.issued_at >= 0, s.issued_at <= s.tax_said, (s.issued_at == 0) == (s.tax == NONE),
        ),
        "a question follows the issue": z3.ForAll(
            [i], z3.Implies(z3.And(spoken, s.tax_kinds[i] == ASK), z3.And(i > s.issued_at, s.issued_at > 0))
        ),
        "the record came": (s.copy == 1) == z3.And(s.issued_at > 0, s.customs_heard >= s.issued_at),
        "nothing of use was said before the record": z3.Implies(
            s.copy == 0,
            z3.ForAll(
                [i], z3.Implies(said, z3.And(kind != RESERVE, kind != FREED, kind != USE, kind != MOVE))
            ),
        ),
        "tax knows what it has heard": _heard(s, s.tax_heard, s.told, s.told_by),
        "customs has said what it holds": z3.Implies(
            z3.And(s.copy == 1, s.held != WITHDRAWN), _heard(s, s.customs_said, s.held, s.held_by)
        ),
        "of the withdrawn the last word was free": z3.Implies(
            s.held == WITHDRAWN, _heard(s, s.customs_said, FREE, 0)
        ),
    }  # fmt: skip


def _heard(s: State, until: Any, use: Any, by: Any) -> Any:
    """Use and holder are what the last word about the use, up to a place, says."""
    i, j = z3.Ints("i j")
    silent = z3.ForAll([i], z3.Implies(z3.And(i >= 1, i <= until), z3.Not(_about(s, i))))
    last = z3.And(
        j >= 1,
        j <= until,
        _about(s, j),
        z3.ForAll([i], z3.Implies(z3.And(i > j, i <= until), z3.Not(_about(s, i)))),
    )
    kind, number = s.customs_kinds[j], s.customs_numbers[j]
    says = z3.And(
        use == z3.If(kind == RESERVE, RESERVED, z3.If(kind == FREED, FREE, USED)),
        by == z3.If(kind == FREED, 0, number),
    )
    return z3.Or(z3.And(silent, use == FREE, by == 0), z3.Exists([j], z3.And(last, says)))


def _about(s: State, place: Any) -> Any:
    """Whether the word at a place is about the use."""
    kind = s.customs_kinds[place]
    return z3.Or(kind == RESERVE, kind == FREED, kind == USE, kind == MOVE)


@dataclass(frozen=True)
class Gap:
    """A step that may break an invariant, and a state in which it does, as far as the solver tells."""

    step: str
    invariant: str
    counterexample: str

    def __str__(self) -> str:
        return f"{self.step} does not keep '{self.invariant}': {self.counterexample}"


def starts() -> list[Gap]:
    """Invariants that do not hold at the start."""
    s = symbolic("s")
    begin = [
        z3.ForAll([z3.Int("x")], getattr(s, name)[z3.Int("x")] == 0)
        if name in TABLES
        else getattr(s, name) == getattr(START, name)
        for name in NAMES
    ]
    return [
        gap for name, one in invariants(s).items() if (gap := _gap("start", name, [*begin, z3.Not(one)], s))
    ]


def proved(name: str, step: Step, stop_at_first: bool = False) -> list[Gap]:
    """The invariants that a step may break, if all held before it."""
    o, s, d = Formulas(), symbolic("s"), z3.Int("declaration")
    may, after = step(o, s, d)
    before = [*invariants(s).values(), may, d > 0]
    found: list[Gap] = []
    for invariant, one in invariants(after).items():
        gap = _gap(name, invariant, [*before, z3.Not(one)], s)
        if gap is not None:
            found.append(gap)
            if stop_at_first:
                break
    return found


def _gap(step: str, invariant: str, constraints: list[Any], s: State) -> Gap | None:
    solver = z3.Solver()
    solver.set("timeout", SECONDS * 1000)
    solver.add(*constraints)
    told = solver.check()
    if told == z3.unsat:
        return None
    if told == z3.unknown:
        return Gap(step, invariant, f"the solver gave up: {solver.reason_unknown()}")
    model = solver.model()
    shown = {
        name: model.eval(getattr(s, name), model_completion=True) for name in NAMES if name not in TABLES
    }
    return Gap(step, invariant, ", ".join(f"{name}={value}" for name, value in shown.items()))


def all_proved(
    steps: Mapping[str, Step] = STEPS, on_step: Callable[[str], None] = lambda _: None
) -> list[Gap]:
    """Everything: the start, and every step."""
    found = starts()
    for name, step in steps.items():
        found += proved(name, step)
        on_step(name)
    return found
