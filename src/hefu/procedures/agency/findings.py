"""What was found while a report was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hefu.errors import Text
from hefu.procedures.agency.checks import CHECKS
from hefu.rules.finding import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: about which declaration (or agreement), with the values that its sentences show."""

    code: str
    about: str
    values: dict[str, str]

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return CHECKS[self.code].severity

    @property
    def message(self) -> Text:
        """What was found."""
        return CHECKS[self.code].message.fill({"about": self.about, **self.values})

    @property
    def remedy(self) -> Text:
        """What the agent can do about it."""
        return CHECKS[self.code].remedy

    def as_json(self) -> dict[str, Any]:
        """The finding for machines; keys are stable."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "about": self.about,
            "values": self.values,
            "message": self.message._asdict(),
            "remedy": self.remedy._asdict(),
        }


def finding(name: str, about: str, **values: object) -> Finding:
    """A finding by the last part of its code."""
    return Finding(f"agency_report.{name}", about, {key: str(value) for key, value in values.items()})
