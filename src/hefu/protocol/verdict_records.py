"""What a verdict is made again from: earlier documents of declarations, and the rule sets of their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hefu.documents.declaration import Declaration


@dataclass(frozen=True, slots=True)
class Edition:
    """An earlier document of a declaration, kept when it is corrected or amended."""

    number: str
    revision: int
    document: Declaration

    @property
    def key(self) -> tuple[str | int, ...]:
        """Number and revision."""
        return (self.number, self.revision)


@dataclass(frozen=True, slots=True)
class Adopted:
    """A rule set with its policy, as a file, under the hash that verdicts carry."""

    hash: str
    version: str
    text: str
    since: datetime

    @property
    def key(self) -> tuple[str | int, ...]:
        """The hash."""
        return (self.hash,)


VerdictRecord = Edition | Adopted
"""Both."""
