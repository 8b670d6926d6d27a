"""From an application to the certificates that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hefu.documents.application import Application
from hefu.documents.certificate import Certificate, CertificateLine, Purpose
from hefu.documents.fields import SHANGHAI
from hefu.protocol.book import Book
from hefu.protocol.records import Issue
from hefu.rules.policy import Policy

Part = tuple[CertificateLine, ...]


def parts_of(application: Application, lines: Sequence[CertificateLine], policy: Policy) -> list[Part]:
    """The lines of each certificate: one certificate an export declaration where the policy (``certificate_lines``) wants it
    so, in the order in which the application names them; else one for all.
    """
    one_each = policy.certificate_lines == "one-declaration" and application.purpose is not Purpose.EXPORT
    parts: dict[str, list[CertificateLine]] = {}
    for line in lines:
        parts.setdefault(line.declaration or "" if one_each else "", []).append(line)
    return [tuple(part) for part in parts.values()]


def certificate_of(application: Application, part: Part, number: str, now: datetime) -> Certificate:
    """The certificate of one part, issued now. Lines keep their numbers, so that an agent's lines meet the principal's."""
    return Certificate(
        number=number,
        purpose=application.purpose,
        issued_on=now.astimezone(SHANGHAI).date(),
        tax_office=application.tax_office,
        holder=application.applicant,
        agent=application.agent,
        principal_certificate=application.principal_certificate,
        refund_state=application.refund_state,
        lines=part,
        reason=application.reason,
        remark=application.remark,
    )


def next_number(book: Book) -> str:
    """A number that no certificate has: the year and a counter of the store. Assumption: no source tells how tax numbers
    certificates; everywhere else a number is opaque.
    """
    year = book.now.astimezone(SHANGHAI).year
    while True:
        number = f"{year}{book.count(f'certificate {year}'):012}"
        if book.get(Issue, number) is None:
            return number
