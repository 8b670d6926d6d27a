"""What is true of a world. No method that is measured may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hefu.chains.case import Role


class Template(StrEnum):
    """Kinds of rings (the reference on risk, §3.4), and with the same name their honest twins."""

    CLASSIC = "classic"  # 买单配票
    LENDER = "lender"  # 假自营真代理
    PRICE = "price"  # 低值高报, own farm invoices
    CHANGED = "changed"  # 变票
    CAROUSEL = "carousel"  # 循环出口
    SUBSIDY = "subsidy"  # 骗补
    LAYERED = "layered"  # a middleman is reported as principal
    SWAP = "swap"  # another header after a hold
    CONCEALMENT = "concealment"  # no refund, income untaxed


HELD_OUT: Final = frozenset({Template.CAROUSEL, Template.SUBSIDY, Template.LAYERED, Template.SWAP})
"""Never in a training world, so nothing can be tuned on them."""
VISIBLE: Final = frozenset(Template) - HELD_OUT


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring. Parties go by their USCC, persons by their name; a party may have two roles.

    ``declarations`` are those under a bought name with their FOB value in fen, not the cover trade of the same firms.
    ``edges`` are pairs of parties that truly dealt, smaller key first. ``money`` is what was taken and when: refunds
    claimed, rewards paid, or, where neither is taken, the value that left undeclared by its owner.
    """

    id: str
    template: Template
    adaptation: float
    roles: dict[str, frozenset[Role]]
    declarations: dict[str, int]
    edges: frozenset[tuple[str, str]]
    money: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """Honest parties that look like a ring of the template."""

    id: str
    template: Template
    members: frozenset[str]
    declarations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """Rings, twins, what each firm is, and to whom each written name belongs."""

    rings: tuple[Ring, ...]
    twins: tuple[Twin, ...]
    kinds: dict[str, str]
    names: dict[str, str]

    @property
    def guilty(self) -> frozenset[str]:
        """Every member of any ring."""
        return frozenset(key for ring in self.rings for key in ring.roles)
