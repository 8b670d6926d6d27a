"""What customs knows to be due for an enterprise: declarations that are held or reserved, certificates not used yet, and
papers whose record has not come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.declaration import Declaration
from hefu.documents.fields import SHANGHAI
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.deadlines import SOON, Deadline, State, deadlines
from hefu.procedures.dossier.facts import facts
from hefu.procedures.dossier.kinds import nature
from hefu.procedures.dossier.papers import Held
from hefu.procedures.dossier.shipment import Shipment
from hefu.procedures.due.gathering import Found, Known, gathered
from hefu.protocol.contingency.records import PaperCase, PaperState
from hefu.protocol.records import DeclarationState, Lodgement, Side
from hefu.rules.policy import Policy
from hefu.stores.listing import declarations_of, unused_certificates_of
from hefu.stores.sqlite import SqliteReader

MOST: Final = 1000
"""Declarations of a state, and certificates, that are looked at."""
_WAITS: Final = {PaperState.APPROVED: "paper_record", PaperState.CONTESTED: "paper_contested"}


def known_at_customs(
    reader: SqliteReader, firms: Sequence[str], policy: Policy, as_of: date, _ahead: int
) -> Known:
    """What is due for an enterprise with these USCCs."""
    found = [told for firm in firms for told in _Firm(reader, firm, policy, as_of).all()]
    return Known(Side.CUSTOMS, tuple(firms), as_of, gathered(found))


@dataclass(frozen=True, slots=True)
class _Firm:
    """One firm on one day."""

    reader: SqliteReader
    uscc: str
    policy: Policy
    as_of: date

    def all(self) -> Iterator[Found]:
        """Everything."""
        held = self._declared(DeclarationState.HELD)
        for one in held:
            yield one.number, Deadline("held", None, State.OPEN, counted_from=_day_of(one))
        for one in self._declared(DeclarationState.RESERVED):
            if one.due is not None:
                day = one.due.astimezone(SHANGHAI).date()
                state = State.SOON if (day - self.as_of).days <= SOON else State.OPEN
                yield one.number, Deadline("reservation", day, state, counted_from=_day_of(one))
        named = {number for one in held for number in one.document.certificate_numbers()}
        yield from self._certificates(named)
        yield from self._papers()

    def _declared(self, state: DeclarationState) -> list[Lodgement]:
        return declarations_of(self.reader, self.uscc, date.min, date.max, after="", limit=MOST, state=state)

    def _certificates(self, named: Collection[str]) -> Iterator[Found]:
        """Certificates that no declaration has used or names, and by when goods that come back under one are to be
        declared. The principal's, by which its agent applies, are in no declaration.
        """
        for one in unused_certificates_of(self.reader, self.uscc)[:MOST]:
            paper = one.document
            if paper.agent is not None and paper.principal_certificate is None:
                continue
            arrived = one.arrived_at.astimezone(SHANGHAI).date()
            if one.number not in named:
                yield one.number, Deadline("certificate_unused", None, State.OPEN, counted_from=arrived)
            if paper.purpose is Purpose.RETURN:
                yield from self._return(paper)

    def _return(self, paper: Certificate) -> Iterator[Found]:
        for number in dict.fromkeys(line.declaration for line in paper.lines if line.declaration):
            known = self.reader.fetch(Lodgement, [(number,)]).get((number,))
            papers: list[Declaration | Certificate] = [known.document, paper] if known else [paper]
            shipment = Shipment(number, tuple(facts(Held(one, Side.CUSTOMS.value)) for one in papers))
            for due in deadlines(shipment, nature(shipment, Firm(uscc=self.uscc)), self.policy, self.as_of):
                if due.code == "return_window":
                    yield number, replace(due, about=paper.number)

    def _papers(self) -> Iterator[Found]:
        """Papers on which the firm's declarations went, whose record has not come or contradicts."""
        for state, code in _WAITS.items():
            for one in self.reader.find(PaperCase, "state", state.value):
                declared = self.reader.fetch(Lodgement, [(one.declaration,)]).get((one.declaration,))
                if declared is not None and declared.document.trader.uscc == self.uscc:
                    since = one.served_at.astimezone(SHANGHAI).date()
                    yield one.certificate, Deadline(code, None, State.OPEN, counted_from=since)


def _day_of(one: Lodgement) -> date:
    return one.changed_at.astimezone(SHANGHAI).date()
