"""What was measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from benchmarks.chains.gate import Answer
from benchmarks.chains.metrics import Figures

ENGINE: Final = "hefu"
RULES: Final = "hefu, the rules' weights"
"""The same groups in the order of the weights that the rules have, without what was learned."""


@dataclass(slots=True)
class Study:
    """What was measured: for each coverage and method the figures of every world, and the deeper looks at some."""

    seeds: list[int] = field(default_factory=list)
    refused: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    figures: dict[float, dict[str, list[Figures]]] = field(default_factory=dict)
    seconds: dict[float, list[float]] = field(default_factory=dict)
    edges: list[int] = field(default_factory=list)
    gone: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    steady: list[tuple[float, float]] = field(default_factory=list)
    deleted: list[float] = field(default_factory=list)
    sufficient: list[float] = field(default_factory=list)

    def note(self, coverage: float, method: str, made: Figures) -> None:
        """Keep the figures of one list."""
        self.figures.setdefault(coverage, {}).setdefault(method, []).append(made)
