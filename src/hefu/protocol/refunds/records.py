"""The records of refunds at tax. Quantities are scaled by 10^5 in the account's unit, amounts of tax by 10^6 (CNY)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hefu.documents.declaration import Declaration
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment


@dataclass(frozen=True, slots=True)
class Export:
    """An export declaration as customs has told tax of it (feeds 201, 202), in the version in force.

    ``amendments`` are the acts that have changed it: the certificates used by them have done their work.
    """

    number: str
    document: Declaration
    revision: int
    arrived_at: datetime
    amendments: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str]:
        """The declaration's number."""
        return (self.number,)


class ClaimState(StrEnum):
    """State of a refund claim: ``held`` waits for the export declaration, and is ``accepted`` or ``refused`` when it
    comes; ``accepted`` is not paid yet; ``recalled`` was taken back by the claimant before (撤回申报).
    """

    HELD = "held"
    ACCEPTED = "accepted"
    PAID = "paid"
    REFUSED = "refused"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Claim:
    """A refund claim at tax. ``waits_for`` are the export declarations that a held one waits for; ``problems`` why one that
    was held is refused.
    """

    number: str
    document: RefundClaim
    digest: str
    state: ClaimState
    claimant: str
    filed_by: str
    changed_at: datetime
    waits_for: tuple[str, ...] = ()
    problems: tuple[dict[str, Any], ...] = ()

    @property
    def key(self) -> tuple[str]:
        """The claim's number."""
        return (self.number,)


class Way(StrEnum):
    """What a refund line did: claimed a refund, took a claim back by a red-letter entry, paid it back, or is a refund that
    a certificate of state ``refunded_open`` states and no claim on record shows.
    """

    CLAIMED = "claimed"
    REVERSED = "reversed"
    REPAID = "repaid"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One line of a claim, a repayment, or a certificate that states a refund. ``paper`` names its kind, too
    (``claim:NUMBER``, ``slip:NUMBER``, ``certificate:NUMBER``). ``quantity`` is the whole; ``remaining``, ``vat`` and
    ``consumption_tax`` are what has not gone back yet (zero where the line itself gives back).
    """

    paper: str
    line: int
    goods: str
    way: Way
    claimant: str
    quantity: int
    remaining: int
    vat: int
    consumption_tax: int
    agency: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """Paper and line."""
        return (self.paper, self.line)


@dataclass(frozen=True, slots=True)
class Repaid:
    """A repayment on record."""

    payment_slip: str
    document: Repayment
    digest: str
    entered_by: str
    entered_at: datetime

    @property
    def key(self) -> tuple[str]:
        """The number of the payment slip."""
        return (self.payment_slip,)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What a certificate of state ``refunded_open`` owes: so much of these goods is certified while their refund has not
    gone back. It goes with the next claim of the claimant, or no claim is accepted (domain.md §1.3).
    """

    certificate: str
    line: int
    goods: str
    claimant: str
    quantity: int
    since: datetime

    @property
    def key(self) -> tuple[str, int]:
        """The certificate line."""
        return (self.certificate, self.line)


@dataclass(frozen=True, slots=True)
class Agency:
    """A certificate of agency export at tax; ``state`` is ``issued`` or ``voided``."""

    number: str
    document: AgencyCertificate
    digest: str
    state: str
    issued_by: str
    changed_at: datetime

    @property
    def key(self) -> tuple[str]:
        """The certificate's number."""
        return (self.number,)


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """How much of some goods a principal may claim by an agency certificate, and how much it has claimed."""

    agency: str
    line: int
    goods: str
    quantity: int
    claimed: int

    @property
    def key(self) -> tuple[str, int]:
        """The certificate line."""
        return (self.agency, self.line)


RefundRecord = Export | Claim | RefundLine | Repaid | Obligation | Agency | AgencyLine
"""Everything that the refund ledger keeps."""
