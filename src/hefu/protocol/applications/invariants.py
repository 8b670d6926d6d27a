"""What must hold of applications and the certificates that came of them."""

from __future__ import annotations

from collections.abc import Iterator

from hefu.protocol.applications.granting import parts_of
from hefu.protocol.applications.records import FilingState
from hefu.protocol.registers import Registers


def granted_once(now: Registers) -> Iterator[str]:
    """Applications: an approved one has all its certificates, each issued for it alone and once; no other has any."""
    issued = [(e.number, e.other) for e in now.tax_journal if e.event == "certificate.applied_for"]
    granted = [(number, one.serial) for one in now.filings.values() for number in one.certificates]
    if sorted(issued) != sorted(granted) or len(dict(granted)) != len(granted):
        yield f"granted {granted}, issued {issued}"
    for filing in now.filings.values():
        parts = parts_of(filing.document, filing.document.lines, now.policy)
        wanted = parts if filing.state is FilingState.APPROVED else []
        issues = [now.issues.get(number) for number in filing.certificates]
        found = [issue.document.lines if issue else () for issue in issues]
        if found != wanted:
            yield f"{filing.serial} is {filing.state.value} with {filing.certificates}, which hold {found}"
