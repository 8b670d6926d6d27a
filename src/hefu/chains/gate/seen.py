"""What is remembered of a declaration: its parties, where it was declared, its goods, and what became of it."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from sys import intern
from typing import Final, NamedTuple

from hefu.documents.declaration import Act, DeclarationItem
from hefu.documents.fields import SHANGHAI
from hefu.documents.party import Party
from hefu.protocol.records import DeclarationState, Lodgement
from hefu.rules.policy import Policy

ITEMS: Final = 50
"""Items of a declaration that are looked at: as many as customs takes (domain reference §2.4)."""
_RATES: Final = 4096
"""Rates that are kept at hand."""
_STOPPED: Final = frozenset({DeclarationState.HELD, DeclarationState.REFUSED, DeclarationState.WITHDRAWN})
_SLIPS: Final = {
    "party.holder_differs": "other_holder",
    "party.owner_differs": "other_owner",
    "party.consignor_differs": "other_owner",
}
"""Findings of the comparison that an indicator counts, by their code."""


class Goods(NamedTuple):
    """An item: code of eight digits, statutory quantity and unit, logarithm of the value of one unit in CNY (``None``: not
    known), weight in kg (0: of several items together), destination.
    """

    hs8: str
    unit: str
    quantity: float
    price: float | None
    weight: float
    destination: str


class Seen(NamedTuple):
    """A declaration as it is remembered. A party is its USCC, else its customs code. ``day`` is the ordinal of the day
    on which it was lodged, ``slip`` the indicator for which the comparison's finding counts (empty: none), ``stopped``
    whether its goods were held, refused or withdrawn.
    """

    number: str
    revision: int
    day: int
    act: Act
    trader: str
    owner: str
    declarant: str
    office: str
    covers: str
    goods: tuple[Goods, ...]
    chapters: frozenset[str]
    slip: str
    stopped: bool

    @property
    def on(self) -> date:
        """The day on which it was lodged."""
        return date.fromordinal(self.day)


class Sight:
    """Takes from a lodgement what is remembered; the policy has the customs rates."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rates: dict[tuple[date, str], float] = {}
        self._last = (datetime.min.replace(tzinfo=UTC), 0)  # a group is lodged at one moment

    def seen(self, lodgement: Lodgement) -> Seen:
        """A lodgement as it is remembered."""
        told = lodgement.document
        trader = _code(told.trader)
        owner = _code(told.owner) if told.owner else trader
        items = told.items if len(told.items) <= ITEMS else told.items[:ITEMS]
        weight = float(told.net_weight) if told.net_weight is not None and len(items) == 1 else 0.0
        findings = lodgement.comparison.get("findings")
        return Seen(
            lodgement.number,
            lodgement.revision,
            self._day(lodgement.lodged_at),
            told.act,
            trader,
            owner,
            _code(told.declarant) if told.declarant else trader,
            intern(told.office or ""),
            told.related or "",
            tuple([self._goods(told.declared_on, item, weight) for item in items]),
            frozenset([intern(item.hs_code[:2]) for item in items]),
            _slip(findings, own=owner == trader) if findings else "",
            is_stopped(lodgement),
        )

    def _day(self, at: datetime) -> int:
        if at is not self._last[0]:
            self._last = at, at.astimezone(SHANGHAI).toordinal()
        return self._last[1]

    def _goods(self, day: date, item: DeclarationItem, weight: float) -> Goods:
        quantity, price = float(item.first.quantity), None
        if item.total and item.currency is not None and quantity > 0:
            # As invoiced: freight and insurance are no reason for a price several times the usual one.
            worth = float(item.total) * self._rate(day, item.currency)
            price = math.log(worth / quantity) if worth > 0 else None
        code, unit, place = intern(item.hs_code[:8]), intern(item.first.unit), intern(item.destination or "")
        return Goods(code, unit, quantity, price, weight, place)

    def _rate(self, day: date, currency: str) -> float:
        """CNY for one unit of a currency; 0 where it is not known."""
        key = (day, currency)
        known = self._rates.get(key)
        if known is None:
            if len(self._rates) >= _RATES:
                self._rates.clear()
            known = self._rates[key] = float(self._policy.rate(day, currency) or 0)
        return known


def is_stopped(lodgement: Lodgement) -> bool:
    """Whether its goods were held, refused or withdrawn."""
    return lodgement.state in _STOPPED


def _code(party: Party) -> str:
    return intern(party.uscc or party.customs_code or "")


def _slip(findings: list[dict[str, str]], *, own: bool) -> str:
    for finding in findings:
        slip = _SLIPS.get(finding["code"])
        if slip is not None:
            return "single_header" if own and slip == "other_owner" else slip
    return ""
