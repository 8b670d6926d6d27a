"""The score at the gate: told of every durable decision, it remembers, and says what it noticed when somebody asks.

It hangs on the writer like the line does: after the transaction is durable and its callers have their answers. Nothing
waits for it and nothing reads it but the two questions of :mod:`hefu.chains.gate.http`. If it fails, that is logged, and it
begins anew with an empty memory; the gate does not notice.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import structlog

from hefu.chains.analyse import engine
from hefu.chains.gate.memory import DAYS, Memory
from hefu.chains.gate.seen import Sight, is_stopped
from hefu.chains.gate.signs import Sign, score, signs_of
from hefu.errors import Text
from hefu.protocol.book import Book
from hefu.protocol.records import Lodgement
from hefu.rules.policy import Policy
from hefu.stores.listing import last_lodged
from hefu.stores.reading import asked

PAGE: Final = 100
"""Declarations that are read from the store at once when the memory is built again."""

MEANS: Final = Text(
    "供人参考的提示, 不是认定: 不扣留, 不放行, 不改变核验结果和单证。每条都有正当的解释和可以澄清的单证。",
    "A hint for a person and no finding: it holds nothing, releases nothing and changes no verdict and no document."
    " Each sign has an innocent reading and a paper that clears it.",
)

_log = structlog.get_logger("hefu.gate.score")


@dataclass(frozen=True, slots=True)
class Told:
    """What was noticed of a declaration when it was decided."""

    number: str
    at: datetime
    trader: str
    trader_name: str
    score: float
    signs: tuple[Sign, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines and the console."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "trader": self.trader,
            "trader_name": self.trader_name,
            "score": round(self.score, 2),
            "signs": [sign.as_json() for sign in self.signs],
        }


class Score:
    """The memory of a gate, of the last ``most`` declarations at most, and what was noticed of each."""

    def __init__(self, policy: Policy, most: int) -> None:
        self._sight, self._most = Sight(policy), most
        self._turn = threading.Lock()
        self._waiting: deque[Lodgement] | None = None  # what is decided while the memory is built again
        self._begin()

    def _begin(self) -> None:
        self._memory = Memory(self._most)
        self._told: dict[str, Told] = {}

    def notice(self, book: Book) -> None:
        """A book is durable. Called in the writer's thread."""
        fresh = [change.after for change in book.changes.values() if isinstance(change.after, Lodgement)]
        if fresh:
            with self._turn:
                if self._waiting is None:
                    self._take(fresh)
                else:
                    self._waiting.extend(fresh)

    def rebuild(self, path: str) -> Coroutine[Any, Any, None]:
        """Build the memory again from the last declarations of the store, a page at a time with a pause as long as the
        page took: callers come first. What is decided from this call on is taken in afterwards.
        """
        self._waiting = waiting = deque[Lodgement](maxlen=self._most)
        return self._rebuild(path, waiting)

    async def _rebuild(self, path: str, waiting: deque[Lodgement]) -> None:
        clock = asyncio.get_running_loop().time
        place: int | None = 0
        while place is not None:
            began = clock()
            place = await asyncio.to_thread(self._page, path, place)
            await asyncio.sleep(clock() - began)
        with self._turn:
            self._take(waiting)
            self._waiting = None

    def _page(self, path: str, place: int) -> int | None:
        """Take in the next page; where the one after it begins, if there is one."""
        try:
            page = asked(path, lambda reader: last_lodged(reader, self._most, after=place, limit=PAGE))
        except sqlite3.Error as error:
            _log.warning("signs: the store could not be read", error=str(error))
            return None
        with self._turn:
            self._take([lodgement for _, lodgement in page])
        return page[-1][0] if page else None

    def _take(self, lodgements: Iterable[Lodgement]) -> None:
        """Remember and look. A hint must never cost a verification: whatever goes wrong ends here."""
        try:
            for one in lodgements:
                self._learn(one)
        except Exception:  # noqa: BLE001
            _log.exception("signs: failed, begins with an empty memory")
            self._begin()

    def _learn(self, lodgement: Lodgement) -> None:
        number = lodgement.number
        known = self._memory.declarations.get(number)
        if known is not None and known.revision == lodgement.revision:
            self._memory.stop(number, stopped=is_stopped(lodgement))
            return
        one = self._sight.seen(lodgement)
        self._memory.add(one)
        signs = signs_of(one, self._memory)
        self._told.pop(number, None)
        if signs:
            name = lodgement.document.trader.name or ""
            self._told[number] = Told(number, lodgement.lodged_at, one.trader, name, score(signs), signs)
            oldest = next(iter(self._told))
            if oldest not in self._memory.declarations:
                del self._told[oldest]

    def of(self, number: str) -> dict[str, Any]:
        """What was noticed of a declaration, or that it is not remembered."""
        with self._turn:
            told = self._told.get(number)
            is_seen = number in self._memory.declarations
            about = self._about()
        bare = {"number": number, "score": 0.0, "signs": []}
        return {**(told.as_json() if told and is_seen else bare), "seen": is_seen, **about}

    def newest(self, limit: int, least: float) -> dict[str, Any]:
        """The last declarations of which anything was noticed, the newest first, from a score on."""
        with self._turn:
            told = list(self._told.values())
            about = self._about()
        chosen = islice((one for one in reversed(told) if one.score >= least), limit)
        return {"declarations": [one.as_json() for one in chosen], **about}

    def _about(self) -> dict[str, Any]:
        """What the memory holds, under which rules, and what a sign is."""
        remembered = self._memory.declarations
        return {
            "memory": {
                "since": self._memory.oldest.on.isoformat() if remembered else None,
                "declarations": len(remembered),
                "most": self._most,
                "days": DAYS,
                "being_built": self._waiting is not None,
            },
            "engine": engine(),
            "means": MEANS._asdict(),
        }
