"""The records of contingency at customs, and of acts that two officers do together.

An act is proposed by one officer and decided by another; until then it has done nothing. A paper
certificate is such an act: entered by one, approved by another. Times are aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hefu.documents.certificate import Certificate


class Function(StrEnum):
    """What can fail, announced each by itself."""

    CERTIFICATES = "certificates"
    """Data of certificates from tax to customs."""
    ISSUING = "issuing"
    """Tax issues electronically."""
    VERIFICATION = "verification"
    """Customs compares and binds."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A function is down from ``since`` until ``until``, as the node itself has seen it. ``state`` is ``open`` until
    it is back.
    """

    number: int
    function: Function
    since: datetime
    until: datetime | None
    state: str

    @property
    def key(self) -> tuple[int]:
        """Counts from 1."""
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A contingency: for which function, on what ground, by whom and since when. ``outage_since`` is when the function
    failed as far as is known. ``state`` is ``open`` or ``closed``; ``approved_by`` is empty where one officer was enough.
    """

    number: str
    function: Function
    ground: str
    outage_since: datetime
    opened_at: datetime
    opened_by: str
    approved_by: str
    state: str
    closed_at: datetime | None = None
    closed_by: str = ""
    closing: str = ""

    @property
    def key(self) -> tuple[str]:
        """The ticket's number."""
        return (self.number,)

    def serves(self, moment: datetime) -> bool:
        """Whether paper that was taken at this moment falls under it."""
        return self.outage_since <= moment and (self.closed_at is None or moment <= self.closed_at)


class PaperState(StrEnum):
    """State of a paper certificate at customs."""

    ENTERED = "entered"
    APPROVED = "approved"
    SETTLED = "settled"
    CONTESTED = "contested"
    CLOSED = "closed"

    @property
    def binds(self) -> bool:
        """Whether the number belongs to the declaration that it was approved for."""
        return self in (PaperState.APPROVED, PaperState.SETTLED, PaperState.CONTESTED)


@dataclass(frozen=True, slots=True)
class PaperCase:
    """A certificate handled on paper: for which declaration, under which ticket, what it says (``digest`` of a
    :class:`Typed`), its scan (SHA-256), when the paper was taken, and the two officers. One a number: a second is a
    contest. ``act`` is the proposal that enters it.
    """

    certificate: str
    declaration: str
    ticket: str
    digest: str
    scan: str
    served_at: datetime
    entered_by: str
    entered_at: datetime
    act: int
    state: PaperState
    approved_by: str = ""
    settled_at: datetime | None = None

    @property
    def key(self) -> tuple[str]:
        """The certificate's number."""
        return (self.certificate,)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a paper certificate says, as an officer has typed it. Kept for good."""

    digest: str
    document: Certificate

    @property
    def key(self) -> tuple[str]:
        """Digest of the document."""
        return (self.digest,)


@dataclass(frozen=True, slots=True)
class Scan:
    """The picture of a paper, as bytes, under their SHA-256 in hex. Kept for good."""

    digest: str
    media_type: str
    data: bytes

    @property
    def key(self) -> tuple[str]:
        """SHA-256 of the bytes."""
        return (self.digest,)


@dataclass(frozen=True, slots=True)
class Contest:
    """Two facts about a certificate that cannot both be right; ``code`` says which kind (``contingency.CONTESTS``).
    Two officers close it, with their ground in ``closing``.
    """

    number: int
    code: str
    certificate: str
    declaration: str
    other: str
    ticket: str
    detail: dict[str, Any]
    at: datetime
    state: str = "open"
    closing: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def key(self) -> tuple[int]:
        """Counts from 1."""
        return (self.number,)


class ActState(StrEnum):
    """State of an act of two officers."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class TwoOfficerAct:
    """An act that one officer proposes and another decides. ``kind`` says what it does (``acts.KINDS``), ``subject``
    to which number, ``content`` with what; ``ground`` is why, ``remark`` what the second officer says.
    """

    number: int
    kind: str
    subject: str
    content: dict[str, Any]
    ground: str
    proposed_by: str
    proposed_at: datetime
    due: datetime
    state: ActState = ActState.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
    remark: str = ""

    @property
    def key(self) -> tuple[int]:
        """Counts from 1."""
        return (self.number,)


ContingencyRecord = Outage | Ticket | PaperCase | Typed | Scan | Contest | TwoOfficerAct
