"""Every history of the model up to a length, walked through: what a proof cannot show is how an error comes about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.model import protocol as model
from tests.model.algebra import Values
from tests.model.protocol import ALONE, NAMES, START, STEPS, State, Step

DECLARATIONS = (1, 2)


@dataclass(frozen=True)
class Trace:
    """The shortest way to a state that must not be."""

    violation: str
    steps: tuple[str, ...]
    state: State

    def __str__(self) -> str:
        told = "\n".join(f"  {number:2} {step}" for number, step in enumerate(self.steps, 1))
        return f"{self.violation}, after\n{told}\n  {self.state}"


def violated(s: State) -> str:
    """Which of I1, I2 and I4 does not hold; empty if all do."""
    holders = [d for d, state in s.declarations.items() if state in (model.TAKEN, model.RELEASED)]
    if len([d for d, used in s.ever.items() if used and not s.moved.get(d)]) > 1:
        return "I1: used by two declarations"
    if len(holders) > 1:
        return "I1: held by two declarations"
    if any(s.held_by != d for d in holders):
        return "I1: a declaration has what it does not hold"
    if s.tax == model.VOIDED and s.held != model.WITHDRAWN:
        return "I2: void at tax and not withdrawn at customs"
    user = s.held_by if s.moved.get(s.told_by) else s.told_by
    if s.told == model.USED and (s.held, s.held_by) != (model.USED, user):
        return "I4: used at tax and not at customs"
    at_rest = s.tax_heard == s.customs_said and s.customs_heard == s.tax_said and s.copy == 1
    if at_rest and s.held != model.WITHDRAWN and (s.told, s.told_by) != (s.held, s.held_by):
        return "I4: at rest the two sides say different things"
    if at_rest and s.tax == model.ASKED:
        return "I4: at rest tax still waits for an answer"
    return ""


def explore(steps: Mapping[str, Step] = STEPS, depth: int = 8) -> tuple[Trace | None, int]:
    """The first violation, shortest history first, and how many states were seen."""
    values = Values()
    seen = {key_of(START)}
    layer: list[tuple[State, tuple[str, ...]]] = [(START, ())]
    for _ in range(depth):
        further: list[tuple[State, tuple[str, ...]]] = []
        for state, history in layer:
            for name, step in steps.items():
                for d in (0,) if name in ALONE else DECLARATIONS:
                    may, reached = step(values, state, d)
                    if not may or (key := key_of(reached)) in seen:
                        continue
                    seen.add(key)
                    told = (*history, f"{name} {d}" if d else name)
                    if violation := violated(reached):
                        return Trace(violation, told, reached), len(seen)
                    further.append((reached, told))
        layer = further
    return None, len(seen)


def key_of(state: State) -> tuple[object, ...]:
    """The state as a key: empty places of tables are none."""
    return tuple(
        frozenset((k, v) for k, v in value.items() if v) if isinstance(value, dict) else value
        for value in (getattr(state, name) for name in NAMES)
    )
