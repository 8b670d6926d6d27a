"""What is due when for a shipment: each day with the fact it is counted from, its ground, and whether it is done.

No source at hand settles what becomes of a last day that is a Saturday or Sunday, and no list of public holidays is at
hand. Days are told as counted; beside one at a weekend stands the Friday before, by which it is safe to act (assumption).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hefu.documents.certificate import Certificate, Purpose, RefundState
from hefu.documents.codes.tables import modes
from hefu.documents.declaration import Declaration
from hefu.documents.fields import plain
from hefu.documents.goods import convert
from hefu.documents.refund import Entry, RefundClaim, Repayment
from hefu.errors import Text
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.kinds import Change, Nature, Trade
from hefu.procedures.dossier.papers import Kind, Paper
from hefu.procedures.dossier.shipment import Shipment
from hefu.rules.days import months_after
from hefu.rules.policy import Policy

SOON: Final = 30
"""Days before a deadline from which on it is ``soon``."""
CLAIM_MONTHS: Final = 36
FILING_DAYS: Final = 15
REPORT_DAYS: Final = 15
NEW_RULES: Final = date(2026, 1, 1)
"""STA Announcement 5 of 2026 and Joint Announcement 256 of 2025 are in force from here on."""
_REPORTED_FROM: Final = date(2025, 10, 1)
"""STA Announcement 17 of 2025 is in force from here on."""
_KEEP_YEARS: Final = (10, 5)
"""Papers of claims under the new rules, and of those before."""
_SATURDAY: Final = 5
_BONDED: Final = "1210"
_FROM_ZONE: Final = Text(
    "1210 方式自出区之日起算, 单证中没有该日, 按出口日期算",
    "under mode 1210 counted from leaving the zone; no paper tells that day, so from the day of export",
)


class State(StrEnum):
    """Where a deadline stands. ``passed``: a window that nobody needed, or papers that need be kept no longer."""

    DONE = "done"
    OPEN = "open"
    SOON = "soon"
    OVERDUE = "overdue"
    PASSED = "passed"


URGENCY: Final = (State.OVERDUE, State.SOON, State.OPEN, State.DONE, State.PASSED)
"""The most urgent first."""


@dataclass(frozen=True, slots=True)
class Words:
    """What ``deadlines.toml`` says of a deadline."""

    nature: str
    title: Text
    cure: Text
    ground: Text
    assumption: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing due. ``day`` is its last day (``None``: it has none, it comes with an event), ``counted_from`` the day
    and ``place`` the paper that it is counted from; ``about`` the number of the paper that it concerns; ``seen`` whether
    what has been done about it would be seen where it is counted.
    """

    code: str
    day: date | None
    state: State
    about: str = ""
    counted_from: date | None = None
    place: str = ""
    done_on: date | None = None
    late: bool = False
    note: Text | None = None
    seen: bool = True

    @property
    def words(self) -> Words:
        """Title, cure and ground."""
        return words()[self.code]

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done."""
        return self.state is State.OVERDUE

    @property
    def act_by(self) -> date | None:
        """By when it is safe to act: the day itself, or the Friday before a weekend (assumption)."""
        settled = self.state in (State.DONE, State.PASSED) or self.words.nature == "keep"
        if self.day is None or settled or self.day.weekday() < _SATURDAY:
            return self.day
        return self.day - timedelta(days=self.day.weekday() - _SATURDAY + 1)

    @property
    def rank(self) -> tuple[int, date]:
        """For sorting, the most urgent first; what has no day stands among what is soon."""
        state = State.SOON if self.day is None and self.state is State.OPEN else self.state
        return URGENCY.index(state), self.day or date.min

    def as_json(self) -> dict[str, Any]:
        """The deadline for machines; keys are stable."""
        told = self.words
        return {
            "code": self.code,
            "nature": told.nature,
            "state": self.state.value,
            "day": _iso(self.day),
            "act_by": _iso(self.act_by),
            "about": self.about,
            "counted_from": _iso(self.counted_from),
            "place": self.place,
            "done_on": _iso(self.done_on),
            "late": self.late,
            "seen": self.seen,
            "title": told.title._asdict(),
            "note": self.note._asdict() if self.note else None,
            "cure": told.cure._asdict(),
            "ground": told.ground._asdict(),
            "assumption": told.assumption,
        }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@cache
def words() -> Mapping[str, Words]:
    """All deadlines by code."""
    told = tomllib.loads((files(__package__ or "") / "deadlines.toml").read_text("utf-8"))
    return {
        code: Words(
            one["nature"],
            Text(one["title_zh"], one["title_en"]),
            Text(one["cure_zh"], one["cure_en"]),
            Text(one["ground_zh"], one["ground_en"]),
            one.get("assumption", False),
        )
        for code, one in told.items()
    }


def deadlines(shipment: Shipment, nature: Nature, policy: Policy, as_of: date) -> tuple[Deadline, ...]:
    """Everything due for a shipment, the most urgent first."""
    return tuple(sorted(_Due(shipment, nature, policy, as_of).all(), key=lambda one: one.rank))


@dataclass(frozen=True, slots=True)
class _Due:
    """Counts the days of one shipment."""

    shipment: Shipment
    nature: Nature
    policy: Policy
    as_of: date

    def all(self) -> Iterator[Deadline]:
        exported = self.shipment.exported
        claims = self._claims()
        if exported is not None:
            yield from self._of_export(*exported, claims)
        yield from self._of_claims(claims)
        yield from self._reversals(claims)

    def _of_export(self, day: date, place: str, claims: list[Facts]) -> Iterator[Deadline]:
        next_april = date(day.year + 1, 4, 30)
        last = months_after(day, CLAIM_MONTHS)
        if self._claims_refund(claims):
            yield self._receipt(day, place, next_april, last)
            first = min((one.day for one in claims if one.day), default=None)
            for code, until in (("claim", next_april), ("claim_last", last)):
                yield self._made(
                    code, until, is_done=bool(claims), done_on=first, counted_from=day, place=place
                )
        if self.nature.trade is not Trade.OWN and day >= NEW_RULES and self._mode_is_refunded():
            found = self.shipment.of(Kind.AGENCY_CERTIFICATE)
            yield self._on_paper("agency_certificate", last, found, day, place)
        if self.nature.trade is Trade.AGENT and day >= _REPORTED_FROM:
            quarter = Quarter(day.year, (day.month + 2) // 3)
            reports = self.shipment.of(Kind.AGENT_REPORT)
            until = quarter.last + timedelta(days=REPORT_DAYS)
            yield self._on_paper("agent_report", until, reports, day, place, about=str(quarter))
        if not self._is_withdrawn():
            until = months_after(day, self._return_months())
            window = self._on_paper("return_window", until, self.shipment.of(Kind.RETURN), day, place)
            yield replace(window, note=_FROM_ZONE) if self._mode() == _BONDED else window

    def _of_claims(self, claims: list[Facts]) -> Iterator[Deadline]:
        """What follows a claim; an agent keeps no file of a claim that it does not make."""
        lists = self.shipment.of(Kind.FILE_LIST)
        for one in claims:
            if one.day is None:
                continue
            later = [made for made in lists if made.day is None or made.day >= one.day]
            until = one.day + timedelta(days=FILING_DAYS)
            place = one.held.place(one.day_path)
            yield self._on_paper("filing", until, later, one.day, place, about=one.held.number)
        days = [(one.day, one.held.place(one.day_path)) for one in claims if one.day]
        if days:
            day, place = max(days)
            until = months_after(day, 12 * _KEEP_YEARS[day < NEW_RULES])
            yield self._made("keep", until, counted_from=day, place=place)

    def _reversals(self, claims: list[Facts]) -> Iterator[Deadline]:
        """What is refunded and certified goes back with the next claim (domain facts 1.3)."""
        for one in self.shipment.of(Kind.CERTIFICATE):
            paper = one.held.document
            if not isinstance(paper, Certificate) or paper.refund_state is not RefundState.REFUNDED_OPEN:
                continue
            wanted = {(line.declaration, line.item) for line in paper.lines}
            given = self._given_back(paper.issued_on)
            after = [claim for claim in claims if claim.day and claim.day > paper.issued_on]
            is_done = wanted <= given.keys()
            state = State.DONE if is_done else State.OVERDUE if after else State.OPEN
            note = None
            if after and not is_done:
                number = after[0].held.number
                note = Text(f"申报 {number} 没有带上冲减", f"claim {number} does not carry the reversal")
            yield Deadline(
                "reversal", None, state, about=paper.number, counted_from=paper.issued_on,
                place=one.held.place("refund_state"), note=note,
                done_on=max(given[one] for one in wanted) if is_done else None,
            )  # fmt: skip

    def _claims(self) -> list[Facts]:
        """Claims of a refund, not those that only take one back."""
        told = []
        for one in self.shipment.of(Kind.CLAIM):
            paper = one.held.document
            if not isinstance(paper, RefundClaim) or any(line.entry is Entry.CLAIM for line in paper.lines):
                told.append(one)
        return told

    def _given_back(self, since: date) -> dict[tuple[str | None, int | None], date]:
        """Items reversed or repaid from a day on, with the day."""
        told: dict[tuple[str | None, int | None], date] = {}
        for one in self.shipment.of(Kind.CLAIM, Kind.REPAYMENT):
            paper = one.held.document
            if isinstance(paper, RefundClaim) and paper.claimed_on >= since:
                for line in paper.lines:
                    if line.entry is Entry.REVERSAL:
                        told[line.declaration, line.item] = paper.claimed_on
            elif isinstance(paper, Repayment) and paper.paid_on >= since:
                told |= {(line.declaration, line.item): paper.paid_on for line in paper.lines}
        return told

    def _claims_refund(self, claims: list[Facts]) -> bool:
        """Whether a refund is the enterprise's to claim: not an agent's, not of a mode without refund, and not where all
        goods are certified as come back or never gone.
        """
        if self.nature.trade is Trade.AGENT or not self._mode_is_refunded():
            return False
        return bool(claims) or not (self._is_withdrawn() or self._all_came_back())

    def _mode(self) -> str:
        export = self.shipment.export
        return (export.mode if export else "") or ""

    def _mode_is_refunded(self) -> bool:
        mode = modes().get(self._mode())
        return mode is None or mode.refundable != "no"

    def _is_withdrawn(self) -> bool:
        """Whether the whole export is withdrawn: by an application for all of it, or, where only a row of a sheet or a
        certificate tells of a withdrawal and nobody says what is left, by that.
        """
        told = Change.WITHDRAWAL in self.nature.changes
        export = self.shipment.export
        if export is None or any(
            isinstance(one.held.document, Paper) for one in self.shipment.of(Kind.WITHDRAWAL)
        ):
            return told
        return not self.shipment.in_force

    def _all_came_back(self) -> bool:
        """Whether certificates for return or withdrawal cover all that is exported."""
        exports = [one.held.document for one in self.shipment.in_force]
        export = next((one for one in exports if isinstance(one, Declaration)), None)
        if export is None:
            return False
        left = {item.item: item.first.quantity for item in export.items}
        units = {item.item: item.first.unit for item in export.items}
        for one in self.shipment.of(Kind.CERTIFICATE):
            paper = one.held.document
            if isinstance(paper, Certificate) and paper.purpose in (Purpose.RETURN, Purpose.WITHDRAWAL):
                for line in paper.lines:
                    if line.declaration == export.number and line.item in left:
                        back = convert(line.quantity, line.unit, units[line.item])
                        left[line.item] -= back or Decimal(0)
        return all(one <= 0 for one in left.values())

    def _return_months(self) -> int:
        code = self._mode()
        mode = modes().get(code)
        return self.policy.return_months(code, ecommerce=bool(mode and mode.ecommerce))

    def _receipt(self, day: date, place: str, next_april: date, last: date) -> Deadline:
        """Received is what the receipts say in the currency of the declaration or invoices; it is all when it is short by
        no more than the policy's amount and share for values.
        """
        agreed = [
            one.held.document.pay_by
            for one in self.shipment.of(Kind.CONTRACT)
            if isinstance(one.held.document, Paper) and one.held.document.pay_by
        ]
        until = min(max([next_april, *agreed]), last)
        receipts = self.shipment.of(Kind.RECEIPT)
        whole, currency = self._worth()
        note, is_done = None, bool(receipts)
        if whole is not None and receipts:
            got = sum((one.amount or Decimal(0) for one in receipts if one.currency == currency), Decimal(0))
            short = whole - got
            is_done = not (
                short > self.policy.value_amount and short * 100 > whole * self.policy.value_percent
            )
            if not is_done:
                told = f"{plain(got)} / {plain(whole)} {currency}"
                note = Text(f"已收 {told}", f"received {told}")
        done_on = max((one.day for one in receipts if one.day), default=None) if is_done else None
        return self._made(
            "receipt", until, is_done=is_done, done_on=done_on, counted_from=day, place=place, note=note
        )

    def _worth(self) -> tuple[Decimal | None, str]:
        """What the buyer is to pay, by the declaration or else the invoices."""
        for papers in (self.shipment.in_force, self.shipment.of(Kind.EXPORT_INVOICE)):
            told = [one for one in papers if one.amount is not None]
            if told and len({one.currency for one in told}) == 1:
                amounts = {one.number: one.amount or Decimal(0) for one in told}
                return sum(amounts.values(), Decimal(0)), told[0].currency
        return None, ""

    def _on_paper(
        self, code: str, until: date, found: list[Facts], day: date, place: str, about: str = ""
    ) -> Deadline:
        """A deadline that a paper meets."""
        done_on = min((one.day for one in found if one.day), default=None)
        return self._made(
            code,
            until,
            is_done=bool(found),
            done_on=done_on,
            counted_from=day,
            place=place,
            about=about,
        )

    def _made(self, code: str, until: date, *, is_done: bool = False, **told: Any) -> Deadline:
        nature = words()[code].nature
        needed = nature == "duty" or (code == "return_window" and Change.RETURN in self.nature.changes)
        if is_done:
            state = State.DONE
        elif until < self.as_of:
            state = State.OVERDUE if needed else State.PASSED
        elif (until - self.as_of).days <= SOON and nature != "keep":
            state = State.SOON
        else:
            state = State.OPEN
        done_on = told.get("done_on")
        return Deadline(code, until, state, late=bool(done_on and done_on > until), **told)
