"""Measures that are kept up to date one paper at a time, each in constant time and bounded memory."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Hashable
from typing import Final

SAMPLE: Final = 64
"""Last prices of a kind of goods that are compared with."""
_PRICE_DAYS: Final = 180
_TO_SIGMA: Final = 0.7413
"""Quartile distance to standard deviation of a normal spread."""
_TABLE: Final = 256


def _weighed(n: int) -> float:
    return n * math.log2(n) if n else 0.0


_SMALL: Final = tuple(_weighed(n) for n in range(_TABLE))


class Spread:
    """Over how many classes something is spread, and how evenly."""

    __slots__ = ("_counts", "_sum", "n")

    def __init__(self) -> None:
        self.n = 0
        self._counts: dict[Hashable, int] = {}
        self._sum = 0.0

    def change(self, one: Hashable, by: int) -> None:
        """One more (1) or one less (-1) of a class."""
        had = self._counts.get(one, 0)
        now = had + by
        self.n += by
        if now < _TABLE and had < _TABLE:
            self._sum += _SMALL[now] - _SMALL[had]
        else:
            self._sum += _weighed(now) - _weighed(had)
        if now:
            self._counts[one] = now
        else:
            del self._counts[one]

    @property
    def entropy(self) -> float:
        """In bits."""
        return math.log2(self.n) - self._sum / self.n if self.n else 0.0


class Peers:
    """A straight line through what firms of a kind show at their size (x: log of the number, y: bits), renewed whenever
    one of them changes.
    """

    __slots__ = ("_x", "_xx", "_xy", "_y", "_yy", "n")

    def __init__(self) -> None:
        self.n = 0
        self._x = self._y = self._xx = self._xy = self._yy = 0.0

    def change(self, x: float, y: float, by: int) -> None:
        """One firm comes (1) or goes (-1)."""
        self.n += by
        self._x += by * x
        self._y += by * y
        self._xx += by * x * x
        self._xy += by * x * y
        self._yy += by * y * y

    def usual(self, x: float) -> tuple[float, float]:
        """What a firm of this size shows, and how far firms stray from the line (standard deviation)."""
        mean_x, mean_y = self._x / self.n, self._y / self.n
        var_x = self._xx / self.n - mean_x * mean_x
        cov = self._xy / self.n - mean_x * mean_y
        slope = cov / var_x if var_x > 1e-9 else 0.0
        rest = self._yy / self.n - mean_y * mean_y - slope * cov
        return mean_y + slope * (x - mean_x), math.sqrt(max(rest, 0.0))


class Standing:
    """A firm's spread, and where it stands among its peers."""

    __slots__ = ("_high", "_low", "_stood", "spread")

    def __init__(self) -> None:
        self.spread = Spread()
        self._low, self._high = -1.0, 0.0  # how many papers it may have without taking another place
        self._stood: tuple[Peers, float, float] | None = None

    def renew(self, peers: Peers, least: float) -> None:
        """Take its place among the peers anew, once its papers are a tenth more or less than when it took the last one; a
        firm with fewer papers than ``least`` has none.
        """
        n = self.spread.n
        if self._low < n < self._high:
            return
        self.leave()
        if n >= least:
            x, y = math.log2(n), self.spread.entropy
            peers.change(x, y, 1)
            self._stood = peers, x, y
            self._low, self._high = 0.9 * n, 1.1 * n
        else:
            self._high = least

    def leave(self) -> None:
        """Give up its place."""
        if self._stood is not None:
            was, x, y = self._stood
            was.change(x, y, -1)
            self._stood, self._low = None, -1.0


class Prices:
    """The last prices (logarithms) of a kind of goods, sorted, with their traders."""

    __slots__ = ("_queue", "_sorted")

    def __init__(self) -> None:
        self._queue: deque[tuple[int, float, str]] = deque()
        self._sorted: list[float] = []

    def add(self, day: int, price: float, trader: str) -> None:
        """One more; the oldest goes when there are too many or it is too old."""
        queue, values = self._queue, self._sorted
        while queue and (len(queue) >= SAMPLE or queue[0][0] < day - _PRICE_DAYS):
            del values[bisect_left(values, queue.popleft()[1])]
        queue.append((day, price, trader))
        insort(values, price)

    @property
    def n(self) -> int:
        """How many."""
        return len(self._sorted)

    @property
    def traders(self) -> int:
        """Of how many traders."""
        return len({trader for _, _, trader in self._queue})

    @property
    def middle(self) -> float:
        """The median."""
        return self._sorted[len(self._sorted) // 2]

    @property
    def spread(self) -> float:
        """Standard deviation as the quartiles tell it, so that single prices far off do not move it."""
        n = len(self._sorted)
        return (self._sorted[3 * n // 4] - self._sorted[n // 4]) * _TO_SIGMA
