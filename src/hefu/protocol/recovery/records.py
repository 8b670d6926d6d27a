"""The records of recovery: a store that was restored from a backup, divergences of the two registers, and messages over
which the program failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Restoration:
    """This store is a backup of ``backup_at``, put in place at ``restored_at``. While ``state`` is ``open`` it is behind
    what the node has said since, and takes no work; then it is ``recovered``.
    """

    number: int
    backup_at: datetime
    restored_at: datetime
    state: str
    recovered_at: datetime | None = None

    @property
    def key(self) -> tuple[int]:
        """Counts from 1."""
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Divergence:
    """The registers say different things about a stream (``divergences.CODES``): what this side had, what the other,
    what was done by itself, or that two officers must look (``state`` ``open``).
    """

    number: int
    code: str
    stream: str
    mine: str
    theirs: str
    done: str
    state: str
    at: datetime

    @property
    def key(self) -> tuple[int]:
        """Counts from 1."""
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Aside:
    """A message in its turn over which this program failed (``why``), and those behind it in its stream. It is tried again
    when the node starts; until then nothing of this stream takes effect, and everything of the others does.
    """

    stream: str
    sequence: int
    body: dict[str, Any]
    envelope: str
    actor: str
    why: str
    at: datetime

    @property
    def key(self) -> tuple[str, int]:
        """Stream and sequence."""
        return (self.stream, self.sequence)


RecoveryRecord = Restoration | Divergence | Aside
