"""The constants of a world, drawn for each world from ranges.

Worlds for training and worlds for testing draw from different ranges, so a method that has learnt the constants of one
simulator meets another. Sources: the reference on risk, §1.3 (published cases) and §3.3; ``assumed`` marks what no
source settles.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """From which ranges a world draws its constants."""

    TRAINING = "training"
    HARDENED = "hardened"  # for training: beyond the ranges of training worlds, the dial of rings turned up
    TEST = "test"


Span = tuple[float, float]


def _drawn(training: Span, test: Span, source: str) -> Any:
    return field(metadata={Kind.TRAINING: training, Kind.TEST: test, "source": source})


@dataclass(frozen=True, slots=True)
class Parameters:
    """Constants of one world. Shares are of 1, lags in days, rates of the value."""

    # who there is
    growth: float = _drawn((0.05, 0.25), (0.1, 0.4), "assumed: trend of trade over the year")
    young: float = _drawn((0.10, 0.16), (0.14, 0.24), "assumed: exporters registered within a year")
    startups: float = _drawn((0.010, 0.016), (0.014, 0.024), "§3.3: 1.5 % of traders")
    incubated: float = _drawn((0.07, 0.11), (0.09, 0.15), "§3.3: 10 % share an address; assumed")
    keeping: float = _drawn((0.04, 0.08), (0.05, 0.11), "§3.3: 5 % share an accountant; assumed")
    families: float = _drawn((0.03, 0.05), (0.04, 0.08), "assumed: two to five firms of one family")
    groups: float = _drawn((0.012, 0.022), (0.018, 0.03), "§3.3: 2 % group companies with invoice circles")
    private: float = _drawn((0.35, 0.5), (0.3, 0.6), "assumed: firms whose owner's accounts pay and are paid")
    # how honest papers look
    single_header: float = _drawn((0.06, 0.11), (0.09, 0.16), "§3.3: 6-15 % clerical single header of agents")
    report_missing: float = _drawn((0.05, 0.08), (0.06, 0.11), "§3.3: art. 7 row in 90-95 %")
    report_wrong: float = _drawn((0.02, 0.035), (0.025, 0.05), "§3.3: wrong principal 2-5 %")
    careless: float = _drawn((0.12, 0.18), (0.15, 0.25), "assumed: agents with three times these rates")
    late_invoices: float = _drawn((0.18, 0.25), (0.22, 0.36), "§3.3: 25 % of firms invoice late")
    hong_kong: float = _drawn((0.18, 0.28), (0.24, 0.38), "§3.3: 18-38 % of receipts from elsewhere")
    unpaid: float = _drawn((0.03, 0.06), (0.04, 0.10), "assumed: exports whose receipt is missing")
    other_shipper: float = _drawn((0.05, 0.08), (0.06, 0.11), "§3.3: 5-10 % of LCL and FOB")
    shared_container: float = _drawn((0.20, 0.27), (0.24, 0.35), "§3.3: 20-35 % LCL")
    margin_low: float = _drawn((0.03, 0.05), (0.02, 0.06), "§3.3: margin 3-18 %")
    margin_high: float = _drawn((0.15, 0.18), (0.14, 0.22), "§3.3")
    agent_fee: float = _drawn((0.009, 0.010), (0.008, 0.012), "§3.3: 0.9-1 %, [K13] 0.93 %")
    price_spread: float = _drawn((0.20, 0.28), (0.24, 0.40), "assumed: log deviation of honest prices")
    luxury: float = _drawn((0.02, 0.03), (0.02, 0.05), "assumed: exporters far above the usual price")
    far_port: float = _drawn((0.10, 0.16), (0.12, 0.24), "assumed: exports through an unusual port")
    elsewhere: float = _drawn((0.15, 0.25), (0.20, 0.35), "assumed: traders that buy in other districts")
    name_noise: float = _drawn((0.02, 0.04), (0.03, 0.07), "assumed: names written another way")
    without_id: float = _drawn((0.03, 0.06), (0.05, 0.12), "assumed: parties written without identifier")
    # what happens around certificates
    held: float = _drawn((0.020, 0.030), (0.024, 0.045), "assumed: exports held at the gate")
    relodged: float = _drawn((0.08, 0.12), (0.10, 0.18), "assumed: of held, withdrawn and lodged again")
    other_agent: float = _drawn((0.12, 0.18), (0.15, 0.30), "assumed: of those, through another agent")
    returned: float = _drawn((0.003, 0.006), (0.004, 0.010), "§3.3: returns 0.2-1 %")
    amended: float = _drawn((0.010, 0.020), (0.015, 0.030), "§3.3: amendments 1-3 %")
    withdrawn: float = _drawn((0.003, 0.005), (0.004, 0.008), "§3.3: withdrawals 0.5 %")
    churn: float = _drawn((0.010, 0.018), (0.014, 0.030), "assumed: certificates voided and reissued")
    on_paper: float = _drawn((0.002, 0.004), (0.002, 0.006), "assumed: contingency")
    # rings
    adaptation_low: float = _drawn((0.25, 0.40), (0.35, 0.55), "§3.3: dial; the older the scheme the lower")
    adaptation_high: float = _drawn((0.70, 0.85), (0.80, 0.95), "§3.3: dial")
    pace: float = _drawn((3.5, 5.5), (3.0, 7.5), "[K7] 7.5 declarations a header-month, six traders")
    ring_value: float = _drawn((90_000, 115_000), (70_000, 115_000), "[K7] USD 103,000 a declaration")
    invoices_each: float = _drawn(
        (2.0, 3.0), (1.6, 3.6), "[K7] 6.9 a declaration; fewer since e-invoices hold more"
    )
    invoice_fee: float = _drawn((0.06, 0.11), (0.04, 0.11), "[K8] 10-11 %")
    ring_hong_kong: float = _drawn((0.35, 0.55), (0.40, 0.70), "§3.3: 35-70 %")
    return_days: float = _drawn((4, 8), (5, 14), "[K4b]: back within days")
    cover: float = _drawn((0.40, 0.55), (0.45, 0.70), "§3.3: 40-70 % genuine cover trade")
    title_fee: float = _drawn((0.009, 0.012), (0.007, 0.014), "[K13] 0.93 %")
    reward: float = _drawn((0.020, 0.030), (0.015, 0.030), "[K3] CNY 0.03 a USD")
    overpriced: float = _drawn((3.5, 8.0), (2.2, 5.0), "[K4] above ten times; adapted less")
    mill_gone: float = _drawn((0.25, 0.40), (0.10, 0.30), "[K8]: mills vanish")


@dataclass(frozen=True, slots=True)
class Size:
    """How big a world is. The default is the one that is measured."""

    producers: int = 1500
    traders: int = 1750
    agents: int = 120
    services: int = 24
    market_agents: int = 24
    factories: int = 1600
    owners: int = 2400
    brokers: int = 70
    forwarders: int = 90
    rings_each: int = 3
    twins_each: int = 3
    busy: float = 1.0  # how often honest firms export, against the year that is measured

    def scaled(self, share: float) -> Size:
        """The same trade with fewer firms; rings and twins stay as many."""
        few = {
            one.name: max(4, round(getattr(self, one.name) * share))
            for one in fields(self)
            if one.name not in {"rings_each", "twins_each", "busy"}
        }
        return replace(self, **few)


FIRST: Final = date(2026, 1, 1)
LAST: Final = date(2026, 12, 31)
FIRST_DAY: Final = FIRST.toordinal()
DAYS: Final = LAST.toordinal() - FIRST_DAY + 1
SEEN: Final = date(2027, 4, 30)
"""The day of a full look: by then the reports and statements of the year have arrived."""

USD: Final = 7.1
"""CNY for a US dollar; assumed constant."""


_DIAL: Final = {"adaptation_low": (0.5, 0.6), "adaptation_high": (0.9, 1.0)}
"""Rings of hardened worlds know most of the evasions (assumed)."""


def _span(name: str, ranges: Mapping[str, Span], kind: Kind) -> Span:
    """Hardened worlds draw from the ranges for training, widened by half to each side whatever the test's are."""
    if kind is not Kind.HARDENED:
        return ranges[kind]
    low, high = ranges[Kind.TRAINING]
    return _DIAL.get(name, (max(low / 2, low - (high - low) / 2), high + (high - low) / 2))


def drawn(kind: Kind, dice: random.Random) -> Parameters:
    """Constants of one world of this kind."""
    return Parameters(
        **{one.name: dice.uniform(*_span(one.name, one.metadata, kind)) for one in fields(Parameters)}
    )
