"""What both sides hold at one moment, as the invariants read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hefu.documents.certificate import Certificate
from hefu.protocol.applications.records import Filing
from hefu.protocol.contingency.records import PaperCase, TwoOfficerAct
from hefu.protocol.records import Account, Cover, Cursor, Entry, Holding, Issue, Lodgement
from hefu.protocol.refunds.records import AgencyLine, Claim, Obligation, RefundLine
from hefu.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Registers:
    """What both sides hold at one moment. Each side keeps its own accounts, cursors and journal. ``lost``: certificates
    with the declarations that hold them, whose documents went with a store and which a contest names. ``acts``: of two
    officers.
    """

    policy: Policy
    issues: Mapping[str, Issue]
    covers: Sequence[Cover]
    tax_accounts: Mapping[str, Account]
    holdings: Mapping[str, Holding]
    lodgements: Mapping[str, Lodgement]
    customs_accounts: Mapping[str, Account]
    refund_lines: Sequence[RefundLine] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    obligations: Sequence[Obligation] = ()
    agency_lines: Sequence[AgencyLine] = ()
    filings: Mapping[str, Filing] = field(default_factory=dict)
    papers: Mapping[str, PaperCase] = field(default_factory=dict)
    typed: Mapping[str, Certificate] = field(default_factory=dict)
    copies: frozenset[str] = frozenset()
    lost: frozenset[tuple[str, str]] = frozenset()
    acts: Sequence[TwoOfficerAct] = ()
    tax_cursors: Sequence[Cursor] = ()
    customs_cursors: Sequence[Cursor] = ()
    tax_journal: Sequence[Entry] = ()
    customs_journal: Sequence[Entry] = ()
