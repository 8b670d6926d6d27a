"""Who looks at what enterprises have here: noted at the door, written a moment later, so that nobody waits for it.

A route says what it shows (:class:`Subject`), or why that is nobody's (``guard.may``). What a page of the console asks of
its own node is one look of the person who reads the page; so are the questions of one page at the other authority.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import structlog
from starlette.requests import Request

from hefu.errors import HefuError
from hefu.stores.reads import Reading, Reads
from hefu.stores.reads_chain import Seal
from hefu.trust.access import Identity

PAGE_HEADER: Final = "hefu-page"
"""By which a console tells the other authority's node which of its questions are of one page."""
PAGE_SCOPE: Final = "hefu.page"
"""Where a console leaves its own node the look for which it asks."""
_FLUSH: Final = 1.0
"""Seconds between two writings."""
_CLEAR: Final = 3600.0
"""Seconds between two seals, each with the deletion of what is too old."""
_TRIED: Final = 60.0
"""Seconds after which a seal that could not be entered, or had nothing to seal, is tried again."""
_AGAIN: Final = 600.0
"""Seconds in which one person's looking at the same thing again is the same look."""
_PAGE: Final = 10.0
"""Seconds in which the questions of one page of the other authority are one look."""
_KNOWN: Final = 20_000
_WAITING: Final = 100_000
"""Looks and numbers that may wait to be written; beyond it looks are counted and lost."""
_ASKED: Final = 300
"""Characters of a filter that are kept."""
_PAGING: Final = ("limit",)
"""What of a query chooses nothing."""
_SHOWN: Final = range(400)
_DENIED: Final = (403, 404)
"""Answers that show nothing and stand on record all the same: what somebody was refused, or sought in vain."""
_LED_ON: Final = range(300, 400)

_log = structlog.get_logger("hefu.reads")


class Subject(StrEnum):
    """What is looked at."""

    CERTIFICATE = "read.certificate"
    STATES = "read.states"
    DECLARATION = "read.declaration"
    DECLARATIONS = "read.declarations"
    CHANGES = "read.changes"
    CHECK = "read.check"
    TRACE = "read.trace"
    SEARCH = "read.search"
    GATE = "read.gate"
    JOURNAL = "read.journal"
    APPLICATION = "read.application"
    APPLICATIONS = "read.applications"
    LEDGER = "read.ledger"
    CLAIM = "read.claim"
    AGENCY = "read.agency"
    PAPER = "read.paper"
    PAPERS = "read.papers"
    SCAN = "read.scan"
    CONTESTS = "read.contests"
    USES = "read.uses"
    ACTS = "read.acts"
    DIVERGENCES = "read.divergences"
    CASE = "read.case"
    CASES = "read.cases"
    SIGNS = "read.signs"
    DUE = "read.due"
    READS = "read.reads"
    LOST = "read.lost"
    """No look: so many could not be written."""


@dataclass(slots=True)
class Look:
    """A look while it lasts: at what, at which numbers, by which filter. That of a page gathers those of its questions."""

    subject: Subject | None = None
    numbers: dict[str, None] = field(default_factory=dict)
    asked: str = ""
    denied: dict[str, None] = field(default_factory=dict)

    def at(self, *numbers: str) -> None:
        """Name numbers that are looked at."""
        self.numbers.update(dict.fromkeys(one for one in numbers if one))

    def take(self, question: Look, status: int) -> None:
        """A question of this page was answered."""
        if question.subject is not None:
            if self.subject is None:
                self.subject, self.asked = question.subject, question.asked
            (self.numbers if status in _SHOWN else self.denied).update(question.numbers)


def look_of(request: Request) -> Look:
    """The look that a request is."""
    found: Look = request.state.look
    return found


def begin(request: Request, subject: Subject | None) -> Look:
    """The look that a request begins: at the numbers of its path, by the filter of its query."""
    request.state.look = look = Look(subject)
    if subject is not None:
        look.at(*map(str, request.path_params.values()))
        query = [(name, value) for name, value in request.query_params.multi_items() if name not in _PAGING]
        look.asked = urlencode(query)[:_ASKED]
    return look


def settle(request: Request, identity: Identity, look: Look, status: int) -> None:
    """A question of the API is answered: the look belongs to the page that asked, or goes on record."""
    page: Look | None = request.scope.get(PAGE_SCOPE)
    if page is not None:
        page.take(look, status)
        return
    name = request.headers.get(PAGE_HEADER, "")[:40]
    _note(request, identity, look, status, "way.other_console" if name else "way.api", name)


def settle_page(request: Request, identity: Identity, look: Look, status: int) -> None:
    """A page of the console is answered. A form that leads on to a page has shown nothing itself."""
    if status in _LED_ON and request.method != "GET":
        return
    look.numbers = look.numbers or look.denied
    _note(request, identity, look, status, "way.console", "")


def _note(request: Request, identity: Identity, look: Look, status: int, way: str, page: str) -> None:
    if look.subject is None or not (status in _SHOWN or status in _DENIED):
        return
    recorder: Recorder = request.app.state.node.reads
    address = request.client.host if request.client else ""
    at, path = datetime.now(UTC), request.url.path
    reading = Reading(0, at, identity.actor, look.subject.value, look.asked, status, way, path, address)
    recorder.note(reading, tuple(look.numbers), page)


class Seals(Protocol):
    """Where the seals of the chain stand: in the node's journal."""

    async def known(self) -> list[Seal]:
        """Those that stand there, oldest first."""
        ...

    async def enter(self, seal: Seal) -> None:
        """Enter one."""
        ...


class Recorder:
    """Takes looks from the event loop and writes them from a thread, gathered over a second. What cannot be written
    waits; beyond a bound looks are lost, and how many stands on record as soon as anything can be written again.
    """

    def __init__(self, store: Reads, side: str, days: int) -> None:
        self.store = store
        self.days = days
        self.lost = 0
        self.error = ""
        self._side = side
        self._last = store.last
        self._readings: list[Reading] = []
        self._numbers: list[tuple[str, int]] = []
        self._known: OrderedDict[tuple[Any, ...], tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._cleared = -_CLEAR

    @property
    def waiting(self) -> int:
        """How many looks wait to be written."""
        return len(self._readings)

    def note(self, reading: Reading, numbers: Sequence[str], page: str = "") -> None:
        """Have a look on record, unless it stands there already. The questions of a ``page`` are one look."""
        now = time.monotonic()
        same = (reading.actor, reading.subject, numbers, reading.asked, reading.status, reading.address)
        with self._lock:
            if self._find(same, now, _AGAIN):
                return
            if len(self._readings) + len(self._numbers) >= _WAITING:
                self.lost += 1
                return
            found = self._find((reading.actor, page), now, _PAGE) if page else 0
            number = found or self._last + 1
            if not found:
                self._last = number
                self._readings.append(replace(reading, id=number))
            for key in (same, (reading.actor, page)) if page else (same,):
                self._known.setdefault(key, (now, number))
            self._numbers += [(one, number) for one in numbers]
            while len(self._known) > _KNOWN:
                self._known.popitem(last=False)

    def _find(self, key: tuple[Any, ...], now: float, seconds: float) -> int:
        """The look that is known by a key and is not over; 0 if there is none."""
        at, number = self._known.get(key, (0.0, 0))
        if number and now - at >= seconds:
            del self._known[key]
            return 0
        return number

    def flush(self) -> None:
        """Write what waits. What cannot be written waits on."""
        with self._turn:
            with self._lock:
                readings, self._readings = self._readings, []
                numbers, self._numbers = self._numbers, []
                lost, self.lost = self.lost, 0
                if lost:
                    self._last += 1
            if not (readings or numbers or lost):
                return
            gap = Reading(self._last, datetime.now(UTC), self._side, Subject.LOST.value, str(lost))
            try:
                self.store.add([*readings, *([gap] if lost else [])], numbers)
            except sqlite3.Error as error:
                with self._lock:
                    self._readings = readings + self._readings
                    self._numbers = numbers + self._numbers
                    self.lost += lost
                if not self.error:
                    _log.error("who looks at what cannot be written", side=self._side, error=str(error))
                self.error = str(error)
            else:
                if self.error or lost:
                    _log.warning("who looks at what is written again", side=self._side, lost=lost)
                self.error = ""

    async def keep(self, seals: Seals) -> None:
        """Write every second, and every hour seal what is written and delete what has been kept long enough."""
        while True:
            await asyncio.sleep(_FLUSH)
            await asyncio.to_thread(self.flush)
            if time.monotonic() - self._cleared >= _CLEAR:
                self._cleared = time.monotonic()
                sealed = False
                try:
                    sealed = await self.seal(seals)
                except HefuError as error:  # a restored node takes no work before it has recovered
                    _log.warning("not sealed yet", side=self._side, error=str(error))
                if not sealed:
                    self._cleared += _TRIED - _CLEAR

    async def seal(self, seals: Seals) -> bool:
        """Enter the newest head of the chain into the journal, then delete what is too old: the journal says before it is
        done which batch is the first from then on, so that nothing else can be gone. Whether there is a seal now.
        """
        old = datetime.now(UTC) - timedelta(days=self.days)
        cut = await asyncio.to_thread(self.store.last_before, old)
        newest = await asyncio.to_thread(self.store.newest)
        known = await seals.known()
        last = known[-1] if known else Seal(0, "", "", 1)
        first = max(last.first, cut + 1)
        if (newest.id, first) != (last.batch, last.first) and newest.id:
            await seals.enter(Seal(newest.id, newest.head, newest.at, first))
        while await asyncio.to_thread(self.store.forget, cut, old):
            pass
        return newest.id > 0

    def close(self) -> None:
        """Write what waits and close the file."""
        self.flush()
        if self._readings or self.lost:
            many = len(self._readings) + self.lost
            _log.error("looks are lost", side=self._side, looks=many, error=self.error)
        self.store.close()
