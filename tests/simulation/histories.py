"""Histories: a seed becomes a list of steps; a failing list is shrunk to the shortest that still fails."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hefu.rules.policy import Policy
from tests.history.check import check
from tests.simulation.documents import EXPORTS, an_export
from tests.simulation.world import Parts, Violation, World

Step = tuple[str, int]

WEIGHTS: Final = {
    "issue": 10, "lodge": 12, "release": 14, "void": 5, "reissue": 3, "correct": 3, "withdraw": 2, "refuse": 1,
    "expire": 2, "send": 14, "deliver": 22, "lose": 2, "repeat": 2, "pull": 2, "crash": 2, "doom": 3,
    "restart": 6, "flow": 14, "clock": 1, "rotate": 1,
    "paper": 6, "contest": 2, "look": 8, "override": 2, "reopen": 2, "move": 3,
    "apply": 4, "decide": 5,
    "claim": 7, "decide_claim": 4, "repayment": 2, "certify_agency": 2,
}  # fmt: skip
REFUNDING: Final = {
    "issue": 14, "apply": 12, "decide": 14, "claim": 24, "decide_claim": 20, "repayment": 10, "certify_agency": 8,
}  # fmt: skip
"""Once there are exports, what is done about their refunds."""
LENGTH: Final = 60


@dataclass(frozen=True)
class Failure:
    """What went wrong, after which steps."""

    seed: int
    text: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        told = "\n".join(f"  {number:2} {name} {seed}" for number, (name, seed) in enumerate(self.steps, 1))
        return f"seed {self.seed}: {self.text}\nshortest history found ({len(self.steps)} steps):\n{told}"


def steps_of(
    seed: int, length: int = LENGTH, more: Mapping[str, int] = MappingProxyType({})
) -> tuple[Step, ...]:
    """The steps of a seed, some of them ``more`` often than usual."""
    rng = random.Random(seed)
    exported = not policy_of(seed).needs_certificate(an_export(EXPORTS[0]))
    weights = WEIGHTS | (REFUNDING if exported else {}) | dict(more)
    names = rng.choices(list(weights), list(weights.values()), k=length)
    if exported:
        names[:2] = ["exported", "flow"]
    return tuple((name, rng.randrange(1 << 30)) for name in names)


def policy_of(seed: int) -> Policy:
    """The policy of a seed: one history in four marks certificates used when the comparison passes; in another exports
    need none and have been released before, so that much can be claimed.
    """
    if seed % 4 == 1:
        return Policy(scope="announcement-256")
    return Policy(used_at="passing") if seed % 4 == 3 else Policy()


def play(
    steps: tuple[Step, ...],
    parts: Parts | None = None,
    policy: Policy | None = None,
    *,
    outside: bool = False,
) -> tuple[World, str]:
    """Play the steps in a new world; the text says what was violated, empty if nothing: in the registers, which are
    looked into unless told to stay ``outside``, or in what the clients were told.
    """
    world = World(parts or Parts(), policy or Policy(), outside)
    try:
        for name, seed in steps:
            world.step(name, seed)
        world.heal()
    except Violation as violation:
        return world, str(violation)
    except Exception as error:  # noqa: BLE001 - any exception out of the nodes is a finding
        return world, f"{type(error).__name__}: {error}"
    finally:
        for node in world.nodes.values():
            node.store.close()
    found = check(world.history.operations, world.policy.used_at)
    return world, str(found) if found else ""


def run(seed: int, parts: Parts | None = None, *, shrinking: bool = True) -> Failure | None:
    """One history; its failure, shrunk, or ``None``."""
    steps = steps_of(seed)
    policy = policy_of(seed)
    _, text = play(steps, parts, policy)
    if not text:
        return None
    if shrinking:
        steps, text = shrink(steps, text, parts, policy)
    return Failure(seed, text, steps)


def shrink(
    steps: tuple[Step, ...], text: str, parts: Parts | None, policy: Policy
) -> tuple[tuple[Step, ...], str]:
    """Leave out steps, in ever smaller runs, as long as the history still fails."""
    size = len(steps) // 2
    while size:
        start = 0
        while start < len(steps):
            shorter = steps[:start] + steps[start + size :]
            _, still = play(shorter, parts, policy)
            if still:
                steps, text = shorter, still
            else:
                start += size
        size //= 2
    return steps, text
