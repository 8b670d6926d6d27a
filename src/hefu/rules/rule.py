"""What a rule is made of: a condition, what it says, what cures it, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import polars as pl

from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy


class Once(StrEnum):
    """How often a rule speaks: once a case, once a certificate, or for every pair of item and line."""

    CASE = "case"
    CERTIFICATE = "certificate"
    PAIR = "pair"


@dataclass(frozen=True)
class Rule:
    """One rule: where it stands in the law or the form, what breaks it, what it says, what cures it.

    ``broken`` is true in a row of the frame that does not hold; ``declared`` and ``certified`` name
    the columns whose values are shown. ``message`` and ``remedy`` may use the slots ``declared``,
    ``certified``, ``item``, ``line``, ``certificate``, ``held_by``, ``principal``, ``unit``, and
    ``export`` and ``export_item``, the exported item that the line speaks of (of a case the export declaration
    concerned). ``row`` is the row of the table of comparisons (docs/rules). ``revision`` counts the versions of a rule: a rule
    whose condition changes keeps its old revision beside the new one, so that a rule set names the one
    it was made with.
    """

    code: str
    question: Question
    severity: Severity | Callable[[Policy], Severity]
    field: str
    broken: pl.Expr
    declared: str
    certified: str
    message: Text
    remedy: Text
    ground: Text
    row: str
    once: Once = Once.PAIR
    revision: int = 1

    def severity_under(self, policy: Policy) -> Severity:
        """The severity, which for some rules is a matter of policy."""
        return self.severity if isinstance(self.severity, Severity) else self.severity(policy)

    @property
    def name(self) -> str:
        """How a rule set names it: the code, with ``@revision`` from the second on."""
        return self.code if self.revision == 1 else f"{self.code}@{self.revision}"

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the condition reads."""
        return tuple(dict.fromkeys(self.broken.meta.root_names()))


@dataclass(frozen=True, eq=False)
class Seldom:
    """A column that needs more than an expression (names, dated tables, tolerances) and is asked only in
    the rows where ``when`` holds; elsewhere it is ``default``.

    ``when`` may depend on the policy; ``judge`` gets the policy and the values of ``reads``.
    """

    name: str
    when: pl.Expr | Callable[[Policy], pl.Expr]
    reads: tuple[str, ...]
    judge: Callable[..., Any]
    default: Any = False
    dtype: type[pl.DataType] = pl.Boolean

    def asked(self, policy: Policy) -> pl.Expr:
        """Where it is asked, under a policy."""
        when = self.when if isinstance(self.when, pl.Expr) else self.when(policy)
        return when.fill_null(value=False).alias(self.name)

    @cached_property
    def nowhere(self) -> pl.Expr:
        """The column where it is asked nowhere."""
        return pl.lit(self.default, self.dtype).alias(self.name)
