"""A case: a chain of parties with the documents that join them. A referral to a person, never a finding of guilt.

What a case file says, and in which order, follows the reference on risk, §4.2: a claim for each link, evidence by number,
amounts that are never added, roles with their alternatives, what is not known, what would clear the firm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hefu.errors import Text


class Role(StrEnum):
    """What a party seems to be in the chain. ``witness``: named because it saw goods or papers, nothing more."""

    OWNER = "owner"  # 真实货主
    HEADER = "header"  # 抬头公司: lends its name
    AGENT = "agent"  # honest agent, or not told apart from one
    CLAIMANT = "claimant"  # 退税申报人
    MILL = "mill"  # 配票: issues the invoices
    PAYER = "payer"  # 付汇, 资金回流
    BROKER = "broker"
    FORWARDER = "forwarder"
    WITNESS = "witness"
    UNKNOWN = "unknown"


class Strength(StrEnum):
    """How a link is known: a document says it, several facts suggest it, or it should be there and is not."""

    DOCUMENT = "document"
    INFERRED = "inferred"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of evidence: the document, its field and value, the indicator, and both readings of it."""

    number: int
    indicator: str
    table: str
    document: str
    field: str
    value: str
    against: str  # the threshold or the peers that the value is held against
    on: date | None
    says: Text
    innocent: Text
    clears: Text
    ground: Text


@dataclass(frozen=True, slots=True)
class Party:
    """A party of a case. ``confidence`` is of its role, in percent; ``alternatives`` are other roles with theirs."""

    id: str
    name: str
    role: Role
    confidence: int
    alternatives: tuple[tuple[Role, int], ...]
    suspect: bool
    why: Text


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow of the drawing, in one sentence, with the numbers of its evidence."""

    source: str
    target: str
    lane: str  # goods, invoices, money, papers, control
    strength: Strength
    claim: Text
    count: int
    fen: int
    first: date | None
    last: date | None
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """One of the amounts at stake, as a range in fen with its basis. Amounts of a case are never added."""

    kind: str  # goods, refund_paid, refund_open, vat_upstream, income, subsidy
    low: int
    high: int
    basis: Text


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known, and the cheapest question that would tell."""

    what: Text
    ask: Text


@dataclass(frozen=True, slots=True)
class Case:
    """A chain as of one day. ``id`` stays the same from run to run; ``score`` orders cases, it decides nothing, and
    ``contributions`` says what each indicator adds to it.
    """

    id: str
    as_of: date
    pattern: str
    title: Text
    score: float
    confidence: int
    parties: tuple[Party, ...]
    links: tuple[Link, ...]
    evidence: tuple[Evidence, ...]
    amounts: tuple[Amount, ...]
    unknown: tuple[Unknown, ...]
    declarations: tuple[str, ...]
    # table letter -> share of the case's parties, in percent, of whom it has rows; no letter: not loaded
    coverage: dict[str, int]
    engine: str = ""  # version and hash of the rules, thresholds and weights that made it
    contributions: dict[str, float] = field(default_factory=dict)
