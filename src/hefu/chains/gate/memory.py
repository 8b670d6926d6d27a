"""The graph of parties as the gate sees it: traders, owners and declarants, and what joins them, over the last declarations.

Bounded twice: by the number of declarations and by their age. What a declaration adds is taken away when it is forgotten,
so what is counted here speaks of the declarations that are remembered and of no others.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from hefu.chains.gate.measures import Peers, Prices, Standing
from hefu.chains.gate.seen import Goods, Seen
from hefu.chains.indicators import limits_of
from hefu.documents.declaration import Act

DAYS: Final = 365
"""How long a declaration is remembered at most."""
_LEAST: Final = limits_of("header_diversity")["least"]
_BURST_DAYS: Final = limits_of("new_header_burst")["days"]
_LAST: Final = 16
"""Of the stopped or returned goods of one kind so many of the last are looked at."""
_FIRSTS: Final = 128
"""Traders first served by one declarant that are kept."""
_DECLARANTS: Final = 10_000
"""Declarants whose first services are kept."""
_KINDS: Final = 5_000
"""Kinds of goods whose prices are kept."""
_FORGET: Final = 2
"""Declarations forgotten for one that comes, at most: no declaration pays for the age of many."""

Key = tuple[str, ...]
Index = dict[Key, dict[str, None]]


class Trader:
    """What is remembered of a trader. ``others`` counts declarations for another's goods, ``slips`` by indicator."""

    __slots__ = ("goods", "n", "others", "places", "slips")

    def __init__(self) -> None:
        self.n = self.others = 0
        self.goods, self.places = Standing(), Standing()
        self.slips: Counter[str] = Counter()

    @property
    def is_agent(self) -> bool:
        """Whether it mostly exports for others."""
        return 2 * self.others > self.n


class First(NamedTuple):
    """A declarant's first declaration for a trader; ``new``: the trader's first one that is remembered at all."""

    day: int
    trader: str
    new: bool


class Memory:
    """The last declarations, at most ``most``. ``titles``: owner to trader to (last day, how many), the last one last;
    ``firsts``: by declarant, of the last weeks; ``goods_peers``, ``places_peers``: by whether they are agents.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.declarations: dict[str, Seen] = {}
        self.traders: dict[str, Trader] = {}
        self.titles: dict[str, dict[str, tuple[int, int]]] = {}
        self.firsts: dict[str, deque[First]] = {}
        self.all_firsts = self.new_firsts = 0
        self.slips: Counter[str] = Counter()
        self.exports = 0
        self.goods_peers = (Peers(), Peers())
        self.places_peers = (Peers(), Peers())
        self.prices: dict[tuple[str, str], Prices] = {}
        self._served: dict[tuple[str, str], int] = {}
        self._stopped: Index = {}
        self._returned: Index = {}

    @property
    def oldest(self) -> Seen:
        """The declaration that is forgotten next; there is one."""
        return next(iter(self.declarations.values()))

    def add(self, one: Seen) -> None:
        """Remember a declaration; whatever was known under its number goes first."""
        if one.number in self.declarations:
            self._forget(one.number)
        for _ in range(_FORGET):
            if not self.declarations or (
                len(self.declarations) < self.most and self.oldest.day >= one.day - DAYS
            ):
                break
            self._forget(self.oldest.number)
        self.declarations[one.number] = one
        if one.act is Act.EXPORT:
            if one.declarant != one.trader:
                self._serve(one)
            self._count(one, 1)
            for goods in one.goods:
                if goods.price is not None:
                    self._price(one, goods, goods.price)
        elif one.act is Act.RETURN:
            _enter(self._returned, _return_keys(one), one.number)
        elif one.act is Act.WITHDRAWAL and one.covers in self.declarations:
            self.stop(one.covers, stopped=True)
        if one.stopped:
            _enter(self._stopped, _stop_keys(one), one.number)

    def stop(self, number: str, *, stopped: bool) -> None:
        """A declaration that is remembered was held, refused or withdrawn, or it no longer is held."""
        known = self.declarations[number]
        if known.stopped is not stopped:
            self.declarations[number] = known._replace(stopped=stopped)
            (_enter if stopped else _leave)(self._stopped, _stop_keys(known), number)

    def stopped_like(self, one: Seen, goods: Goods) -> Iterator[Seen]:
        """Stopped exports of such goods to the same place: for the same owner, who is not the trader now, or, where the
        weight is known, by the same declarant. The last first.
        """
        if one.owner != one.trader:
            yield from self._found(self._stopped, _owner_key(one, goods))
        if goods.weight:
            yield from self._found(self._stopped, _declarant_key(one, goods))

    def returned_like(self, one: Seen, goods: Goods) -> Iterable[Seen]:
        """Returns of such goods to the same trader, the last first."""
        return self._found(self._returned, (one.trader, goods.hs8))

    def _found(self, index: Index, key: Key) -> Iterable[Seen]:
        numbers = index.get(key)
        return [self.declarations[one] for one in islice(reversed(numbers), _LAST)] if numbers else ()

    def _serve(self, one: Seen) -> None:
        pair = (one.declarant, one.trader)
        known = self._served.get(pair, 0)
        self._served[pair] = known + 1
        if known or one.day - self.oldest.day < _BURST_DAYS:
            return  # known, or the memory does not look back far enough to call anybody new
        firsts = self.firsts.get(one.declarant)
        if firsts is None:
            if len(self.firsts) >= _DECLARANTS:
                for gone in self.firsts.pop(next(iter(self.firsts))):
                    self._count_first(gone, -1)
            firsts = self.firsts[one.declarant] = deque()
        while firsts and (len(firsts) >= _FIRSTS or one.day - firsts[0].day > _BURST_DAYS):
            self._count_first(firsts.popleft(), -1)
        firsts.append(First(one.day, one.trader, one.trader not in self.traders))
        self._count_first(firsts[-1], 1)

    def _count_first(self, first: First, by: int) -> None:
        self.all_firsts += by
        self.new_firsts += by * first.new

    def _count(self, one: Seen, by: int) -> None:
        """What an export adds (1) or takes away (-1)."""
        trader = self.traders.get(one.trader)
        if trader is None:
            trader = self.traders[one.trader] = Trader()
        self.exports += by
        trader.n += by
        for chapter in one.chapters:
            trader.goods.spread.change((chapter, one.owner), by)
        trader.places.spread.change((one.office, one.declarant), by)
        if one.owner != one.trader:
            trader.others += by
            self._title(one, by)
        if one.slip:
            trader.slips[one.slip] += by
            self.slips[one.slip] += by
        if by > 0:
            trader.goods.renew(self.goods_peers[trader.is_agent], _LEAST)
            trader.places.renew(self.places_peers[trader.is_agent], _LEAST)
        elif not trader.n:
            trader.goods.leave()
            trader.places.leave()
            del self.traders[one.trader]

    def _title(self, one: Seen, by: int) -> None:
        titles = self.titles.setdefault(one.owner, {})
        day, many = titles.pop(one.trader, (one.day, 0)) if by > 0 else titles[one.trader]
        if many + by:
            titles[one.trader] = (max(day, one.day), many + by)
        else:
            del titles[one.trader]
            if not titles:
                del self.titles[one.owner]

    def _price(self, one: Seen, goods: Goods, price: float) -> None:
        kind = (goods.hs8, goods.unit)
        known = self.prices.get(kind)
        if known is None:
            if len(self.prices) >= _KINDS:
                del self.prices[next(iter(self.prices))]
            known = self.prices[kind] = Prices()
        known.add(one.day, price, one.trader)

    def _forget(self, number: str) -> None:
        one = self.declarations.pop(number)
        if one.stopped:
            _leave(self._stopped, _stop_keys(one), number)
        if one.act is Act.RETURN:
            _leave(self._returned, _return_keys(one), number)
        if one.act is not Act.EXPORT:
            return
        self._count(one, -1)
        if one.declarant != one.trader:
            pair = (one.declarant, one.trader)
            self._served[pair] -= 1
            if not self._served[pair]:
                del self._served[pair]


def _owner_key(one: Seen, goods: Goods) -> Key:
    return ("owner", one.owner, goods.hs8, goods.destination)


def _declarant_key(one: Seen, goods: Goods) -> Key:
    return ("declarant", one.declarant, goods.hs8, goods.destination)


def _stop_keys(one: Seen) -> Iterator[Key]:
    if one.act is Act.EXPORT:
        for goods in one.goods:
            yield _owner_key(one, goods)
            if goods.weight:
                yield _declarant_key(one, goods)


def _return_keys(one: Seen) -> Iterator[Key]:
    return ((one.trader, goods.hs8) for goods in one.goods)


def _enter(index: Index, keys: Iterable[Key], number: str) -> None:
    for key in keys:
        index.setdefault(key, {})[number] = None


def _leave(index: Index, keys: Iterable[Key], number: str) -> None:
    for key in set(keys):
        numbers = index.get(key)
        if numbers is not None:
            numbers.pop(number, None)
            if not numbers:
                del index[key]
