"""How much each indicator counts when cases are ordered, in nats that it adds to the log of the odds of a case.

Two sets: the rules' own (assumptions, ``indicators.toml``), and learned ones (``learned.toml``, with where they come from).
They order cases and say how sure one is; which parties belong together, and every reason that a reader sees, come from
the rules alone.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from hefu.chains.indicators import Indicator, indicators

_EVEN: Final = 7.0
"""Sum of the rules' weights at which a case is as likely true as not (assumption)."""
_SLOPE: Final = 1.5
"""So many of their nats change the log of the odds by one (assumption)."""
SUREST: Final = 99
"""Papers that only order cases are never certain."""


@dataclass(frozen=True)
class Weights:
    """``base`` is the log of the odds of a group of which no indicator speaks, the rest what each adds at full strength."""

    base: float
    by_indicator: Mapping[str, float]

    def confidence(self, score: float) -> int:
        """How likely a case of this score is true, in percent, :data:`SUREST` at most."""
        return min(SUREST, round(100 / (1 + math.exp(-self.base - score))))


def assumed(rules: Iterable[Indicator]) -> Weights:
    """The rules' own weights."""
    return Weights(-_EVEN / _SLOPE, {one.code: one.weight / _SLOPE for one in rules})


@cache
def learned() -> Weights:
    """The weights learned on simulated worlds for training (``python -m benchmarks.chains.learning``). An indicator that is
    younger than the learning keeps its own, which learning begins from.
    """
    told = tomllib.loads((files("hefu.chains.indicators") / "learned.toml").read_text("utf-8"))
    known = {f"chains.{name}": weight for name, weight in told["weights"].items()}
    return Weights(told["base"], {**assumed(indicators()).by_indicator, **known})
