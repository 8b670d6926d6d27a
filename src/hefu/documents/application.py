"""出口货物已补税/未退税证明申请: what an enterprise hands to its tax office to be given a certificate.

Fields follow the application since 2026 (domain facts of the e-tax page: refund states and what each of them asks for).
The form itself (Annex 1 of STA Announcement 5/2026) has not been found, so field names are this project's own. What an
application lacks is no fault of the document: the self-check names all of it at once.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from hefu.documents.canonical import Document
from hefu.documents.certificate import CertificateLine, Purpose, RefundState, some_lines
from hefu.documents.fields import CertificateNumber, Day, Remark, TaxOffice, identifier
from hefu.documents.party import Party

Serial = Annotated[
    str, Field(min_length=1, max_length=50, pattern=r"^[^\s\x00-\x1f/?#%]+$"), BeforeValidator(identifier)
]
"""The enterprise's own number of an application, up to 50 characters (record field "application serial")."""


class Application(Document):
    """One application. ``agent`` is named by a principal (委托方) who applies first; ``principal_certificate`` is the
    certificate that came of it, by which the agent (受托方) applies at its own tax office. The lines may belong to
    several export declarations, as on the e-tax page; ``quantity`` of a line is what comes back, or what an amendment or
    withdrawal concerns.
    """

    serial: Serial
    applied_on: Day
    purpose: Purpose
    tax_office: TaxOffice
    applicant: Party
    agent: Party | None = None
    principal_certificate: CertificateNumber | None = None
    refund_state: RefundState
    lines: Annotated[tuple[CertificateLine, ...], Field(max_length=1000), AfterValidator(some_lines)]
    reason: Remark | None = None
    remark: Remark | None = None
