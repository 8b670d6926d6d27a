"""The quarter of a report, and the day that puts a declaration into it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple, Self

from hefu import errors
from hefu.documents.declaration import Declaration
from hefu.errors import Text

QUARTER = errors.kind(
    "agency_report.quarter",
    http=422,
    message=Text("{value} 不是季度", "{value} is no quarter"),
    cure=Text("写成 2026Q1", "write it as 2026Q1"),
)
_FORM: Final = re.compile(r"([0-9]{4})-?[Qq]([1-4])")


class Quarter(NamedTuple):
    """A quarter of a calendar year, by days of Asia/Shanghai."""

    year: int
    number: int

    @classmethod
    def of(cls, text: str) -> Self:
        """``2026Q1``. Raises ``agency_report.quarter``."""
        found = _FORM.fullmatch(text.strip())
        if found is None or int(found[1]) == 0:
            errors.fail(QUARTER, value=text)
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        after = date(self.year, 12, 31) if self.number == 4 else date(self.year, 3 * self.number + 1, 1)
        return after if self.number == 4 else after - timedelta(days=1)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def export_day(declaration: Declaration) -> date:
    """The day of export where the declaration tells it (IEDate), else the day of declaration. Assumption: art. 7 speaks
    of goods exported in the period, and the tax side counts by the day of export on the declaration.
    """
    return declaration.moved_on or declaration.declared_on
