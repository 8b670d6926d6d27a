"""Two ways to read one description: as formulas for the solver, and as values to be walked through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import z3


class Algebra(Protocol):
    """The few operations that transitions are written with."""

    def all(self, *conditions: Any) -> Any: ...
    def any(self, *conditions: Any) -> Any: ...
    def no(self, condition: Any) -> Any: ...
    def pick(self, condition: Any, yes: Any, no: Any) -> Any: ...
    def at(self, table: Any, key: Any) -> Any: ...
    def put(self, table: Any, key: Any, value: Any) -> Any: ...


class Values:
    """Plain values; tables are dictionaries whose missing entries are 0."""

    def all(self, *conditions: bool) -> bool:
        return all(conditions)

    def any(self, *conditions: bool) -> bool:
        return any(conditions)

    def no(self, condition: bool) -> bool:
        return not condition

    def pick(self, condition: bool, yes: Any, no: Any) -> Any:
        return yes if condition else no

    def at(self, table: Mapping[int, int], key: int) -> int:
        return table.get(key, 0)

    def put(self, table: Mapping[int, int], key: int, value: int) -> dict[int, int]:
        return {**table, key: value}


class Formulas:
    """Terms of the solver; tables are arrays of integers."""

    def all(self, *conditions: Any) -> Any:
        return z3.And(*conditions)

    def any(self, *conditions: Any) -> Any:
        return z3.Or(*conditions)

    def no(self, condition: Any) -> Any:
        return z3.Not(condition)

    def pick(self, condition: Any, yes: Any, no: Any) -> Any:
        return z3.If(condition, yes, no)

    def at(self, table: Any, key: Any) -> Any:
        return table[key]

    def put(self, table: Any, key: Any, value: Any) -> Any:
        return z3.Store(table, key, value)
