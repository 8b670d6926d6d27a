"""What tax knows of an application, as it is told to those who ask."""

from __future__ import annotations

from typing import Any

from hefu.documents.canonical import as_json
from hefu.documents.party import Party
from hefu.protocol.applications.records import Filing
from hefu.stores.sqlite import SqliteReader


def filing_of(reader: SqliteReader, serial: str) -> Filing | None:
    """The application under a serial."""
    return reader.fetch(Filing, [(serial,)]).get((serial,))


def parties(filing: Filing) -> list[Party]:
    """Applicant and agent."""
    return [one for one in (filing.document.applicant, filing.document.agent) if one is not None]


def summary(filing: Filing) -> dict[str, Any]:
    """Where an application stands, for machines."""
    document = filing.document
    return {
        "number": filing.serial,
        "kind": "application",
        "state": filing.state.value,
        "purpose": document.purpose.value,
        "refund_state": document.refund_state.value,
        "applicant": as_json(document.applicant),
        "agent": as_json(document.agent) if document.agent else None,
        "principal_certificate": document.principal_certificate,
        "lines": len(document.lines),
        "declarations": sorted({line.declaration for line in document.lines if line.declaration}),
        "filed_by": filing.filed_by,
        "filed_at": filing.filed_at.isoformat(),
        "decided_by": filing.decided_by,
        "decided_at": filing.decided_at and filing.decided_at.isoformat(),
        "certificates": list(filing.certificates),
        "reason": filing.reason,
    }
