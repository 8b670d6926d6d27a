"""A rule as data, the versioned set of rules, and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import polars as pl

from hefu.documents.codes.tables import tables
from hefu.errors import Text
from hefu.rules.finding import Question, Severity
from hefu.rules.policy import Policy

_DECIDING = {
    "hefu.rules": sorted(one.name for one in files("hefu.rules").iterdir() if one.name.endswith(".py")),
    "hefu.documents": ["certificate.py", "declaration.py", "fields.py", "goods.py", "party.py"],
}
"""What could change a verdict: every module of the rules, and how documents are read into numbers."""


@dataclass(frozen=True)
class Rule:
    """One rule: where it stands in the law or the form, what breaks it, what it says, what cures it.

    ``broken`` is true in a row of the frame that does not hold; ``declared`` and ``certified`` name
    the columns whose values are shown. ``message`` and ``remedy`` may use the slots ``declared``,
    ``certified``, ``item``, ``line``, ``certificate``, ``held_by`` and ``principal``. ``row`` is the row
    of the comparison table in the domain notes (§6).
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
    ground: str
    row: str

    def severity_under(self, policy: Policy) -> Severity:
        """The severity, which for some rules is a matter of policy."""
        return self.severity if isinstance(self.severity, Severity) else self.severity(policy)


@dataclass(frozen=True)
class RuleSet:
    """The rules in the order in which findings are shown, under a version."""

    version: str
    rules: tuple[Rule, ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the version, the rules' codes, the source text of every module that decides, and
        the digests of the code tables: a change of anything that could change a verdict changes the hash, on any
        machine alike. (Serialised expressions would change with the library that writes them.)
        """
        sources = [(files(room) / name).read_bytes() for room, names in _DECIDING.items() for name in names]
        parts = [self.version.encode(), *(rule.code.encode() for rule in self.rules), *sources]
        parts += [info.digest.encode() for info in tables().values()]
        return "sha256:" + hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in parts)).hexdigest()

    @cached_property
    def flags(self) -> list[pl.Expr]:
        """One boolean expression a rule, named by its code; null where the rule does not apply."""
        return [rule.broken.alias(rule.code) for rule in self.rules]

    def hash_under(self, policy: Policy) -> str:
        """The hash that a verdict carries: of the rules and of the policy they were applied under."""
        both = f"{self.hash} {policy.digest}".encode()
        return "sha256:" + hashlib.sha256(both).hexdigest()

    def rule(self, code: str) -> Rule | None:
        """The rule with this code."""
        return next((rule for rule in self.rules if rule.code == code), None)
