"""What a comparison says: findings with both values, and three verdicts that are never merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hefu.errors import Text


class Severity(StrEnum):
    """``block`` holds the declaration, ``warn`` asks a person to look, ``info`` only tells."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Question(StrEnum):
    """Which of the two compared questions a rule answers; the third, execution, is what the
    system then did and comes from the protocol.
    """

    MATCH = "match"
    ENTITLEMENT = "entitlement"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that did not hold, for one item or the whole declaration.

    ``code`` is public and stable. ``item`` is the declaration's item number, ``certificate`` and
    ``line`` the certificate's. ``declared`` and ``certified`` are the two values as text, each
    empty where that side has none.
    """

    code: str
    question: Question
    severity: Severity
    field: str
    declared: str
    certified: str
    certificate: str
    item: int | None
    line: int | None
    message: Text
    remedy: Text
    ground: Text

    def as_json(self) -> dict[str, Any]:
        """The finding for machines and for the record."""
        return {
            "code": self.code,
            "question": self.question.value,
            "severity": self.severity.value,
            "field": self.field,
            "declared": self.declared,
            "certified": self.certified,
            "certificate": self.certificate,
            "item": self.item,
            "line": self.line,
            "message": self.message._asdict(),
            "remedy": self.remedy._asdict(),
            "ground": self.ground._asdict(),
        }


@dataclass(frozen=True, slots=True)
class Draw:
    """How much of one certificate line one item draws, in the line's unit, scaled by 10^5."""

    item: int
    certificate: str
    line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer for one declaration, with the rule set that gave it.

    ``waits_for`` names certificates without data here: when they arrive, compare again.
    """

    declaration: str
    findings: tuple[Finding, ...]
    draws: tuple[Draw, ...]
    waits_for: tuple[str, ...]
    ruleset: str
    ruleset_hash: str

    def verdict(self, question: Question) -> str:
        """``pass``, ``warn`` or ``fail`` for match or entitlement."""
        severities = {f.severity for f in self.findings if f.question is question}
        if Severity.BLOCK in severities:
            return "fail"
        return "warn" if Severity.WARN in severities else "pass"

    @property
    def passes(self) -> bool:
        """Whether nothing blocks."""
        return not any(f.severity is Severity.BLOCK for f in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Verdicts, findings and the rule set, for the record and for machines."""
        return {
            "match": self.verdict(Question.MATCH),
            "entitlement": self.verdict(Question.ENTITLEMENT),
            "findings": [f.as_json() for f in self.findings],
            "waits_for": list(self.waits_for),
            "ruleset": self.ruleset,
            "ruleset_hash": self.ruleset_hash,
        }
