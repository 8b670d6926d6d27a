"""The signs: what of the indicators can be answered for one declaration at once, from what the gate remembers.

An indicator keeps its name, its innocent reading, what clears it, its ground, its weight and its thresholds; only how it
is said differs where the gate sees it on other papers (``signs.toml``). What the comparison itself finds on one declaration
(another holder, another owner) is no sign: only a habit of it is, far beyond that of the other traders.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import islice, takewhile
from typing import Any, Final, NamedTuple

from hefu.chains.gate.measures import Peers, Spread
from hefu.chains.gate.memory import Memory, Trader
from hefu.chains.gate.seen import Goods, Seen
from hefu.chains.indicators import Indicator, indicator, limits_of
from hefu.chains.scoring import BEYOND, COUNTS, PRIOR_HITS, PRIOR_SEEN, REPEATED, Z
from hefu.documents.declaration import Act
from hefu.errors import Text

_HABIT: Final = 3
"""Findings of one kind from which on they may be a habit (assumption)."""
_TAIL: Final = 1.645
"""Standard deviations above its peers that one in twenty firms stands (the tail of ``header_diversity``, taken as normal:
assumption).
"""
_SWAP: Final = limits_of("header_swap")
_AGAIN: Final = limits_of("return_and_again")
_TITLES: Final = limits_of("many_headers")
_BURST: Final = limits_of("new_header_burst")
_PRICE: Final = limits_of("unit_price")


class Sign(NamedTuple):
    """What was noticed, of which party, with its value and what that is held against; ``papers`` are other declarations
    that it rests on, ``strength`` is from 0 to 1.
    """

    name: str
    party: str
    value: str
    against: str
    other: str = ""
    papers: tuple[str, ...] = ()
    strength: float = 1.0

    @property
    def rule(self) -> Indicator:
        """The indicator that it answers."""
        return _rules()[self.name]

    @property
    def nats(self) -> float:
        """What it adds to the score."""
        return self.rule.weight * self.strength

    def as_json(self) -> dict[str, Any]:
        """The sign with both readings."""
        rule = self.rule
        slots = {"party": self.party, "other": self.other, "value": self.value, "against": self.against}
        return {
            "indicator": rule.code,
            "title": rule.title._asdict(),
            "says": _says().get(self.name, rule.says).fill(slots)._asdict(),
            "party": self.party,
            "other": self.other,
            "value": self.value,
            "against": self.against,
            "papers": list(self.papers),
            "innocent": rule.innocent._asdict(),
            "clears": rule.clears._asdict(),
            "ground": rule.ground._asdict(),
            "strength": round(self.strength, 2),
        }


@cache
def _rules() -> dict[str, Indicator]:
    return {name: indicator(name) for name in NAMES}


@cache
def _says() -> dict[str, Text]:
    told = tomllib.loads((files("hefu.chains.gate") / "signs.toml").read_text("utf-8"))
    return {name: Text(*pair) for name, pair in told["says"].items()}


def signs_of(one: Seen, memory: Memory) -> tuple[Sign, ...]:
    """What is noticed of an export that the memory has just taken in."""
    if one.act is not Act.EXPORT:
        return ()
    trader = memory.traders[one.trader]
    asked = _ALWAYS if one.owner == one.trader and not one.slip else _SIGNS
    found = [sign for rule in asked if (sign := rule(one, trader, memory)) is not None]
    return tuple(found)


def score(signs: tuple[Sign, ...]) -> float:
    """Nats of all signs together; within one source the second counts half, the third a quarter (as in a case)."""
    by_source: dict[str, list[float]] = {}
    for sign in signs:
        by_source.setdefault(sign.rule.source, []).append(sign.nats)
    return sum(
        nats * REPEATED**place
        for told in by_source.values()
        for place, nats in enumerate(sorted(told, reverse=True))
    )


def header_swap(one: Seen, _: Trader, memory: Memory) -> Sign | None:
    """A1: goods that were stopped under another trader come again."""
    for goods in one.goods:
        for stopped in memory.stopped_like(one, goods):
            days = one.day - stopped.day
            if stopped.trader != one.trader and days <= _SWAP["days"] and _is_swap(one, goods, stopped):
                value = f"{stopped.number} → {one.number}"
                return Sign("header_swap", one.trader, value, f"{days} d", stopped.trader, (stopped.number,))
    return None


def _is_swap(one: Seen, goods: Goods, stopped: Seen) -> bool:
    """The same quantity, for the same owner who is not the trader, or by the same declarant with the same weight."""
    is_owners = one.owner == stopped.owner and one.owner != one.trader
    by_declarant = one.declarant == stopped.declarant and goods.weight > 0
    return any(
        was.hs8 == goods.hs8
        and _near(goods.quantity, was.quantity, _SWAP["near"])
        and (is_owners or (by_declarant and _near(goods.weight, was.weight, _SWAP["near"])))
        for was in stopped.goods
    )


def return_and_again(one: Seen, _: Trader, memory: Memory) -> Sign | None:
    """A6: goods that came back go out again, more than once."""
    back = {
        returned.number: None
        for goods in one.goods
        for returned in memory.returned_like(one, goods)
        if returned.covers != one.number
        and 0 <= one.day - returned.day <= _AGAIN["days"]
        and any(
            was.hs8 == goods.hs8 and _near(goods.quantity, was.quantity, _AGAIN["near"])
            for was in returned.goods
        )
    }
    if len(back) < _AGAIN["times"]:
        return None
    value = f"{next(iter(back))} → {one.number}"
    return Sign("return_and_again", one.trader, value, f"{len(back)} ×", papers=tuple(back))


def habit(one: Seen, trader: Trader, memory: Memory) -> Sign | None:
    """A2, B1, B2: what the comparison has found on this declaration it finds on this trader's again and again."""
    if not one.slip or trader.slips[one.slip] < _HABIT:
        return None
    n, seen = trader.slips[one.slip], trader.n
    usual = (memory.slips[one.slip] - n + PRIOR_HITS) / max(memory.exports - seen + PRIOR_SEEN, PRIOR_SEEN)
    strength = min(math.log(_lower(n, seen) / usual) / math.log(BEYOND), 1.0)
    if strength < COUNTS:
        return None
    return Sign(one.slip, one.trader, f"{n} / {seen}", f"{usual:.1%}", one.owner, strength=strength)


def header_diversity(one: Seen, trader: Trader, memory: Memory) -> Sign | None:
    """B5: chapters and owners spread beyond firms of the same kind and size."""
    peers = memory.goods_peers[trader.is_agent]
    return _beyond("header_diversity", one, trader.goods.spread, peers)


def title_across_ports(one: Seen, trader: Trader, memory: Memory) -> Sign | None:
    """B5: customs offices and declarants spread beyond firms of the same kind and size."""
    peers = memory.places_peers[trader.is_agent]
    return _beyond("title_across_ports", one, trader.places.spread, peers)


def many_headers(one: Seen, _: Trader, memory: Memory) -> Sign | None:
    """B7: one owner's goods under several titles within weeks."""
    titles = memory.titles[one.owner] if one.owner != one.trader else {}
    if len(titles) < _TITLES["titles"]:
        return None
    last = islice(reversed(titles.values()), _MOST)
    many = sum(1 for _ in takewhile(lambda title: one.day - title[0] <= _TITLES["days"], last))
    if many < _TITLES["titles"]:
        return None
    bound = f"≥ {_TITLES['titles']:.0f} / {_TITLES['days']:.0f} d"
    return Sign("many_headers", one.owner, f"{many}", bound, one.trader)


def new_header_burst(one: Seen, _: Trader, memory: Memory) -> Sign | None:
    """B9: a declarant brings many traders that this gate does not remember, more than others do."""
    firsts = memory.firsts.get(one.declarant)
    if not firsts or firsts[-1].trader != one.trader or not firsts[-1].new:
        return None
    recent = [first for first in firsts if one.day - first.day <= _BURST["days"]]
    fresh, all_ = (
        len({first.trader for first in recent if first.new}),
        len({first.trader for first in recent}),
    )
    usual = memory.new_firsts / memory.all_firsts
    if fresh < _BURST["least"] or fresh < _BURST["times"] * usual * all_:
        return None
    return Sign("new_header_burst", one.declarant, f"{fresh} / {all_}", f"{usual:.0%}", one.trader)


def unit_price(one: Seen, _: Trader, memory: Memory) -> Sign | None:
    """F1: a price far above what others declare for the same code and unit."""
    for goods in one.goods:
        known = memory.prices.get((goods.hs8, goods.unit))
        if goods.price is None or known is None or known.n < _PRICE["least"]:
            continue
        above = goods.price - known.middle
        if above > _PRICE["z"] * max(known.spread, _PRICE["floor"]) and known.traders >= _PRICE["traders"]:
            return Sign(
                "unit_price", one.trader, f"{math.exp(above):.1f} ×", f"z > {_PRICE['z']:.0f}", goods.hs8
            )
    return None


_MOST: Final = 20
"""Titles of one owner that are counted; there are enough then."""
_SPREAD: Final = {name: limits_of(name) for name in ("header_diversity", "title_across_ports")}
_SIGNS: Final[tuple[Callable[[Seen, Trader, Memory], Sign | None], ...]] = (
    header_swap,
    return_and_again,
    habit,
    header_diversity,
    title_across_ports,
    many_headers,
    new_header_burst,
    unit_price,
)
_ALWAYS: Final = tuple(rule for rule in _SIGNS if rule not in (habit, many_headers))
"""Those that do not need another's goods or a finding."""
NAMES: Final = (
    "header_swap",
    "return_and_again",
    "other_holder",
    "other_owner",
    "single_header",
    "header_diversity",
    "title_across_ports",
    "many_headers",
    "new_header_burst",
    "unit_price",
)
"""The indicators that can be answered at the gate."""


def _beyond(name: str, one: Seen, spread: Spread, peers: Peers) -> Sign | None:
    limits = _SPREAD[name]
    if spread.n < limits["least"] or peers.n < limits["peers"]:
        return None
    shown = spread.entropy
    usual, stray = peers.usual(math.log2(spread.n))
    if shown - usual < max(limits["bits"], _TAIL * stray):
        return None
    return Sign(name, one.trader, f"{shown:.1f} bit", f"{usual:.1f} bit")


def _near(one: float, other: float, share: float) -> bool:
    return abs(one - other) <= share * other


def _lower(n: int, seen: int) -> float:
    """Lower bound of a share (Wilson), as in the analysis."""
    rate, z2 = n / seen, Z * Z
    spread = Z * math.sqrt(rate * (1 - rate) / seen + z2 / (4 * seen * seen))
    return (rate + z2 / (2 * seen) - spread) / (1 + z2 / seen)
