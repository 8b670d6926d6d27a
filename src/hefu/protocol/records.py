"""The records that the two state machines keep. Immutable; a change is a new record under its key.

Quantities here are integers scaled by 10^5 (``documents.fields.scaled``), times are aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Act, Declaration
from hefu.protocol.applications.records import ApplicationRecord
from hefu.protocol.contingency.records import ContingencyRecord
from hefu.protocol.marks import TOOK_EFFECT
from hefu.protocol.recovery.records import RecoveryRecord
from hefu.protocol.refunds.records import RefundRecord
from hefu.protocol.verdict_records import VerdictRecord
from hefu.rules.case import UseState
from hefu.rules.finding import Draw

Key = tuple[str | int, ...]


class Side(StrEnum):
    """The two authorities."""

    TAX = "tax"
    CUSTOMS = "customs"

    @property
    def peer(self) -> Side:
        """The other one."""
        return Side.CUSTOMS if self is Side.TAX else Side.TAX


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a stream of messages has come. ``way`` is ``out`` (sent) or ``in`` (applied); ``count`` is how many
    records of a kind have been numbered.
    """

    way: str
    stream: str
    sequence: int

    @property
    def key(self) -> Key:
        """Direction and stream."""
        return (self.way, self.stream)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to the other authority. It is done only when a signed receipt names it; ``receipt``
    is then the id of that envelope.
    """

    stream: str
    sequence: int
    kind: str
    body: dict[str, Any]
    at: datetime
    receipt: str | None = None

    @property
    def key(self) -> Key:
        """Stream and sequence: unique, gapless from 1."""
        return (self.stream, self.sequence)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of state (I7): what happened to which number, when, by whom, why."""

    at: datetime
    actor: str
    event: str
    number: str
    other: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer once given to an idempotency key, so that a repeat gets the same."""

    caller: str
    idempotency_key: str
    request_digest: str
    status: int
    body: dict[str, Any]
    at: datetime

    @property
    def key(self) -> Key:
        """Whose key."""
        return (self.caller, self.idempotency_key)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signed envelope as it came or went: ``way`` is ``in``, ``out`` or ``receipt``."""

    id: str
    way: str
    key_id: str
    at: datetime
    data: bytes

    @property
    def key(self) -> Key:
        """The envelope's id."""
        return (self.id,)


@dataclass(frozen=True, slots=True)
class PeerKey:
    """A public key of the other authority, trusted from ``not_before`` until ``not_after``."""

    key_id: str
    algorithm: str
    public_key: str
    not_before: datetime
    not_after: datetime | None = None

    @property
    def key(self) -> Key:
        """The key's id."""
        return (self.key_id,)


# --- at customs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """A certificate as it arrived from tax."""

    number: str
    document: Certificate
    digest: str
    arrived_at: datetime

    @property
    def key(self) -> Key:
        """The certificate's number."""
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Covering:
    """Index: which certificates have lines of an export declaration."""

    export: str
    certificate: str

    @property
    def key(self) -> Key:
        """Both numbers."""
        return (self.export, self.certificate)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a certificate: a declaration (reserved, used) or a granted void (withdrawn).

    One row per certificate at most, by unique key: this row is I1 and I2.
    """

    certificate: str
    state: UseState
    declaration: str | None
    since: datetime

    @property
    def key(self) -> Key:
        """The certificate's number."""
        return (self.certificate,)


class DeclarationState(StrEnum):
    """State of a declaration at customs (DESIGN §2)."""

    LODGED = "lodged"
    HELD = "held"
    RESERVED = "reserved"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"

    @property
    def is_open(self) -> bool:
        """Whether it can still be released, corrected, withdrawn or refused."""
        return self in (DeclarationState.LODGED, DeclarationState.HELD, DeclarationState.RESERVED)


@dataclass(frozen=True, slots=True)
class Lodgement:
    """A declaration at customs: the document, where it stands, and the last comparison.

    ``revision`` counts corrections and, after release, amendments. ``draws`` is what it takes from
    its certificates while reserved or used; ``due`` is when a reservation expires. ``marks`` are
    notes that stay, such as ``withdrawn-after-release``; ``amended_at`` is when it was last amended;
    ``deferred`` is the ticket of the contingency under which it is handled on paper (empty: it is not).
    """

    number: str
    document: Declaration
    digest: str
    state: DeclarationState
    revision: int
    comparison: dict[str, Any]
    draws: tuple[Draw, ...]
    lodged_by: str
    lodged_at: datetime
    changed_at: datetime
    due: datetime | None = None
    marks: tuple[str, ...] = ()
    amended_at: datetime | None = None
    deferred: str = ""

    @property
    def key(self) -> Key:
        """The declaration's number."""
        return (self.number,)

    @property
    def certificates(self) -> tuple[str, ...]:
        """The certificates it holds, each once."""
        return tuple(dict.fromkeys(draw.certificate for draw in self.draws))

    @property
    def counted(self) -> tuple[Draw, ...]:
        """What of its draws stands in the goods ledger: an export takes from no exported goods, and an amendment that has
        taken effect does no more.
        """
        return () if self.document.act is Act.EXPORT or TOOK_EFFECT in self.marks else self.draws


@dataclass(frozen=True, slots=True)
class Ahead:
    """A message of a stream has come before its turn: the latest such sequence, until it is reached."""

    stream: str
    sequence: int

    @property
    def key(self) -> Key:
        """The stream."""
        return (self.stream,)


@dataclass(frozen=True, slots=True)
class Wait:
    """A held declaration and one thing whose arrival makes it worth comparing again:
    ``certificate:NUMBER`` or ``export:NUMBER``.
    """

    on: str
    declaration: str

    @property
    def key(self) -> Key:
        """Both."""
        return (self.on, self.declaration)


@dataclass(frozen=True, slots=True)
class Account:
    """The goods ledger: of these goods, how much there is and how much is taken.

    At tax ``taken`` is what live certificates cover (I5); at customs what returns, amendments and
    withdrawals have reserved or used. ``taken <= quantity`` is a constraint of the store as well.
    ``basis`` says how the quantity is known: ``declared`` (the released export declaration),
    ``stated`` (the certificate's exported quantity) or ``assumed`` (the first certificate's own
    quantity, for want of better).

    At tax, besides, ``claimed`` is for how much of them a refund is claimed or paid and has not gone back, and ``owed`` the
    part of ``taken`` that is certified all the same, under an obligation. ``claimed <= quantity - taken + owed`` (I6).
    """

    goods: str
    unit: str
    quantity: int
    taken: int
    basis: str
    owed: int = 0
    claimed: int = 0

    @property
    def free(self) -> int:
        """What is neither certified nor claimed."""
        return self.quantity - self.taken + self.owed - self.claimed

    @property
    def key(self) -> Key:
        """The goods."""
        return (self.goods,)


# --- at tax ---------------------------------------------------------------------------------------


class IssueState(StrEnum):
    """State of a certificate at tax (DESIGN §2); use is a second, separate fact."""

    DRAFT = "draft"
    ISSUED = "issued"
    VOID_REQUESTED = "void_requested"
    VOIDED = "voided"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Issue:
    """A certificate at tax: content, whether it is in force, and its use as customs has told.

    ``usage`` and ``declaration`` are customs' facts. ``replacement`` is the number of the draft
    that takes its place when a reissue is granted; ``replaces`` points back. ``requests`` counts
    the questions put to customs; ``reason`` belongs to the last.
    """

    number: str
    document: Certificate
    digest: str
    state: IssueState
    usage: UseState
    declaration: str | None
    issued_by: str
    changed_at: datetime
    replacement: str | None = None
    replaces: str | None = None
    requests: int = 0
    reason: str = ""
    marks: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """The certificate's number."""
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Cover:
    """How much of some goods one live certificate line covers, in the account's unit."""

    goods: str
    certificate: str
    line: int
    quantity: int

    @property
    def key(self) -> Key:
        """The certificate line."""
        return (self.certificate, self.line)


Record = (
    Cursor
    | Outgoing
    | Answer
    | Evidence
    | PeerKey
    | Copy
    | Covering
    | Holding
    | Lodgement
    | Ahead
    | Wait
    | Account
    | Issue
    | Cover
    | ApplicationRecord
    | ContingencyRecord
    | RecoveryRecord
    | RefundRecord
    | VerdictRecord
)
