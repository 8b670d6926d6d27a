"""Every rule there is, in the order in which findings are shown, and every revision of it."""

from __future__ import annotations

from typing import Final

from hefu.rules import (
    agency,
    commodity,
    dates,
    existence,
    mode,
    original,
    party,
    purpose,
    quantity,
    refund,
    value,
)
from hefu.rules.rule import Rule, Seldom

RULES: Final[tuple[Rule, ...]] = (
    *existence.RULES,
    *purpose.RULES,
    *original.RULES,
    *party.RULES,
    *agency.RULES,
    *commodity.RULES,
    *quantity.RULES,
    *value.RULES,
    *dates.RULES,
    *mode.RULES,
    *refund.RULES,
)

SELDOM: Final[tuple[Seldom, ...]] = (
    *existence.SELDOM,
    *party.SELDOM,
    *agency.SELDOM,
    *commodity.SELDOM,
    *quantity.SELDOM,
    *dates.SELDOM,
)
