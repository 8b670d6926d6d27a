"""What tax knows to be due for an enterprise: the days counted from its exports and claims, and what waits for it.

Days are counted where those of a dossier are (``dossier.deadlines``), from what tax has on record. Receipts of foreign
exchange, lists of papers on file and agents' reports tax does not see here, nor claims of a firm that has never claimed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from hefu.documents.fields import SHANGHAI
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.dossier.deadlines import (
    CLAIM_MONTHS,
    REPORT_DAYS,
    SOON,
    Deadline,
    State,
    deadlines,
)
from hefu.procedures.dossier.facts import Facts, facts
from hefu.procedures.dossier.kinds import nature
from hefu.procedures.dossier.papers import AnyPaper, Held
from hefu.procedures.dossier.shipment import Shipment
from hefu.procedures.due.gathering import PAST, Found, Known, gathered, unseen
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.records import Issue, IssueState, Side
from hefu.protocol.refunds.records import Agency, Claim, ClaimState, Export, Obligation, Repaid
from hefu.rules.days import months_after
from hefu.rules.policy import Policy
from hefu.stores.listing import applications_of, exports_of, papers_of_export
from hefu.stores.sqlite import SqliteReader

MOST: Final = 5000
"""Exports that are looked at."""
_OF_EXPORT: Final = ("receipt", "claim", "claim_last", "agency_certificate", "agent_report")
_CLAIMS: Final = ("claim", "claim_last")
_NEVER_SEEN: Final = ("receipt", "filing", "agent_report")
_LATE: Final = 60
"""Days by which a declaration may come before the day of export that is counted from."""
_LAST: Final = 4
"""The quarter that is reported in the next year."""
_DEAD: Final = (IssueState.VOIDED, IssueState.SUPERSEDED)


def known_at_tax(
    reader: SqliteReader, firms: Sequence[str], policy: Policy, as_of: date, ahead: int
) -> Known:
    """What is due for an enterprise with these USCCs, so many days ahead."""
    found: list[Found] = []
    left_out = 0
    for firm in firms:
        one = _Firm(reader, firm, policy, as_of, ahead)
        found += one.all()
        left_out += one.left_out
    return Known(Side.TAX, tuple(firms), as_of, gathered(found), left_out)


@dataclass
class _Firm:
    """One firm on one day."""

    reader: SqliteReader
    uscc: str
    policy: Policy
    as_of: date
    ahead: int
    left_out: int = 0
    _read: dict[str, Facts] = field(default_factory=dict)

    def all(self) -> Iterator[Found]:
        """Everything."""
        for export in self._exports():
            shipment = Shipment(export.number, tuple(self._papers(export)))
            for one in self._due(shipment):
                if one.code in _OF_EXPORT:
                    yield export.number, self._as_seen(one)
        yield from self._of_claims()
        yield from self._owed()
        yield from self._rejected()

    @cached_property
    def _claims(self) -> list[Claim]:
        return self.reader.find(Claim, "claimant", self.uscc)

    def _exports(self) -> Iterator[Export]:
        """The exports from which anything may be counted that is due."""
        first, last = self.as_of - timedelta(days=PAST), self.as_of + timedelta(days=self.ahead)
        told: dict[str, Export] = {}
        for since, until in export_days(first, last):
            early = since - timedelta(days=_LATE)
            found = exports_of(self.reader, self.uscc, early, until, MOST + 1)
            told |= {one.number: one for one in found}
        since, until = claims_overdue(self.as_of)
        early = since - timedelta(days=_LATE)
        found = exports_of(self.reader, self.uscc, early, until, MOST + 1, unclaimed=True)
        told |= {one.number: one for one in found}
        self.left_out = max(0, len(told) - MOST)
        yield from list(told.values())[:MOST]

    def _papers(self, export: Export) -> Iterator[Facts]:
        """The export and what tax has of its goods."""
        yield facts(Held(export.document, Side.TAX.value))
        for kind, numbers in papers_of_export(self.reader, export.number).items():
            for number in numbers:
                made = self._paper(kind, number)
                if made is not None:
                    yield made

    def _paper(self, kind: str, number: str) -> Facts | None:
        key = f"{kind}:{number}"
        if key not in self._read:
            document = self._document(kind, number)
            if document is None:
                return None
            self._read[key] = facts(Held(document, Side.TAX.value))
        return self._read[key]

    def _document(self, kind: str, number: str) -> AnyPaper | None:
        """A paper that counts; ``None`` of one that was refused, recalled or voided."""
        match kind:
            case "claim":
                claim = self.reader.fetch(Claim, [(number,)]).get((number,))
                dead = claim is None or claim.state in (ClaimState.REFUSED, ClaimState.RECALLED)
                return None if dead or claim is None else claim.document
            case "slip":
                slip = self.reader.fetch(Repaid, [(number,)]).get((number,))
                return slip.document if slip else None
            case "agency":
                agency = self.reader.fetch(Agency, [(number,)]).get((number,))
                return agency.document if agency and agency.state == "issued" else None
        issue = self.reader.fetch(Issue, [(number,)]).get((number,))
        return issue.document if issue and issue.state not in _DEAD else None

    def _due(self, shipment: Shipment) -> tuple[Deadline, ...]:
        return deadlines(shipment, nature(shipment, Firm(uscc=self.uscc)), self.policy, self.as_of)

    def _as_seen(self, one: Deadline) -> Deadline:
        hidden = one.code in _NEVER_SEEN or (one.code in _CLAIMS and not self._claims)
        return unseen(one) if hidden else one

    def _of_claims(self) -> Iterator[Found]:
        """The papers of what was claimed of late go on file; what waits or was refused of late."""
        since = self.as_of - timedelta(days=PAST + SOON)
        for claim in self._claims:
            changed = claim.changed_at.astimezone(SHANGHAI).date()
            if claim.state is ClaimState.HELD:
                yield claim.number, _waiting("claim_waits", changed)
            elif claim.state is ClaimState.REFUSED and changed >= self.as_of - timedelta(days=SOON):
                yield claim.number, _waiting("claim_refused", changed)
            elif claim.state in (ClaimState.ACCEPTED, ClaimState.PAID) and claim.document.claimed_on >= since:
                for one in self._due(_alone(claim.number, claim.document)):
                    if one.code == "filing":
                        yield claim.number, unseen(one)

    def _owed(self) -> Iterator[Found]:
        """Certificates of which the refund has not gone back."""
        owing = dict.fromkeys(one.certificate for one in self.reader.find(Obligation, "claimant", self.uscc))
        for number in owing:
            issue = self.reader.fetch(Issue, [(number,)])[number,]
            for one in self._due(_alone(number, issue.document)):
                if one.code == "reversal":
                    yield number, Deadline(one.code, None, State.OPEN, counted_from=one.counted_from)

    def _rejected(self) -> Iterator[Found]:
        """Applications that were rejected of late, and not filed again for the same goods."""
        filings = applications_of(self.reader, self.uscc)
        for place, one in enumerate(filings):
            decided = one.decided_at and one.decided_at.astimezone(SHANGHAI).date()
            if one.state is not FilingState.REJECTED or not decided or decided < self.as_of - timedelta(SOON):
                continue
            wanted = _goods(one)
            later = filings[place + 1 :]
            if not any(
                wanted & _goods(other) and other.state in (FilingState.FILED, FilingState.APPROVED)
                for other in later
            ):
                yield one.serial, _waiting("application_rejected", decided)


def export_days(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days of export from which something is counted that falls due between two days."""
    for year in range(first.year, last.year + 1):
        if first <= date(year, 4, 30) <= last:
            yield date(year - 1, 1, 1), date(year - 1, 12, 31)
        for number in (1, 2, 3, 4):
            quarter = Quarter(year - (number == _LAST), number)
            if first <= quarter.last + timedelta(days=REPORT_DAYS) <= last:
                yield quarter.first, quarter.last
    yield months_after(first, -CLAIM_MONTHS), months_after(last, -CLAIM_MONTHS)


def claims_overdue(as_of: date) -> tuple[date, date]:
    """The days of export of which a refund may be claimed late only."""
    years = 1 if as_of > date(as_of.year, 4, 30) else 2
    return months_after(as_of, -CLAIM_MONTHS), date(as_of.year - years, 12, 31)


def _alone(number: str, document: AnyPaper) -> Shipment:
    """One paper, of which alone a deadline is counted."""
    return Shipment(number, (facts(Held(document, Side.TAX.value)),))


def _waiting(code: str, since: date) -> Deadline:
    return Deadline(code, None, State.OPEN, counted_from=since)


def _goods(filing: Filing) -> set[tuple[str | None, str | None]]:
    return {(line.declaration, line.invoice) for line in filing.document.lines}
