"""The record of an application at tax. Times are aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hefu.documents.application import Application


class FilingState(StrEnum):
    """State of an application at tax; all but the first are final."""

    FILED = "filed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Filing:
    """An application at tax. ``certificates`` are those issued for it, in the order of its parts; ``reason`` is why it was
    rejected or withdrawn.
    """

    serial: str
    document: Application
    digest: str
    state: FilingState
    filed_by: str
    filed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    certificates: tuple[str, ...] = ()
    reason: str = ""

    @property
    def key(self) -> tuple[str]:
        """The application's serial."""
        return (self.serial,)


ApplicationRecord = Filing
