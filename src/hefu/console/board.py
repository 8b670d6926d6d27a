"""The board of a gate: one for everybody who looks at it, brought up to date once a look however many look.

Each look reads what the journal has gained since the last one. Every change of state is one entry (I7), so the counts
follow from the entries; the tables are counted when the board begins, and again only if nobody has looked for long.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from hefu.console.language import Language
from hefu.console.page import rendered
from hefu.http.node import Node, now
from hefu.protocol.records import DeclarationState, Entry
from hefu.stores.entries import entries_after, entries_before
from hefu.stores.listing import newest_of
from hefu.stores.reading import asked
from hefu.stores.sqlite import SqliteReader

SHOWN: Final = 40
"""Rows of the board."""
REASONS: Final = 2
"""Reasons of a hold that a row shows."""
FILTERS: Final = ("held", "reserved", "released", "refused", "withdrawn")
"""States of which the board shows the declarations alone."""
_PAUSE: Final = 0.4
"""Seconds between two looks at the journal."""
_QUIET: Final = 10.0
"""Seconds without news after which a browser is told that the line still stands."""
_FAR: Final = 20_000
"""Entries after which it is cheaper to begin anew than to follow."""
_PAGE: Final = 2000
_MINUTE: Final = timedelta(minutes=1)
_RATES: Final = ("declaration.lodged", "declaration.held", "declaration.released")
_STATES: Final = {f"declaration.{one.value}": one.value for one in DeclarationState}
"""The state to which an entry brings its declaration."""

Entries = list[tuple[int, Entry]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The board as it stood at one look; ``name`` differs whenever anything on it does. ``only``: the same board with the
    declarations of one state alone.
    """

    name: str
    told: dict[str, Any]
    said: dict[str, str] = field(default_factory=dict)
    only: dict[str, Frame] = field(default_factory=dict)

    def html(self, language: Language) -> str:
        """The board in a language, rendered once."""
        if language.code not in self.said:
            self.said[language.code] = rendered(language, "_board.html", **self.told)
        return self.said[language.code]

    def event(self, language: Language) -> bytes:
        """The board as a server-sent event."""
        lines = b"".join(b"data: %s\n" % line.encode() for line in self.html(language).splitlines())
        return b"id: %s\n%s\n" % (self.name.encode(), lines)


class Board:
    """What the journal says of declarations: how many are in each state, the newest step of each, and the moments of
    the last minute. ``last`` is the row id of the newest entry taken.
    """

    def __init__(self, last: int, counts: Iterable[tuple[str, int]] = ()) -> None:
        self.last = last
        self.counts = Counter(dict(counts))
        self._steps: dict[str, Entry] = {}
        self._moments: deque[tuple[datetime, str]] = deque()

    def show(self, entries: Entries) -> None:
        """Take entries in the order of the journal, as steps and moments."""
        for place, entry in entries:
            self.last = place
            if not entry.event.startswith("declaration."):
                continue
            self._steps.pop(entry.number, None)
            self._steps[entry.number] = entry
            if len(self._steps) > SHOWN:
                del self._steps[next(iter(self._steps))]
            if entry.event in _RATES:
                self._moments.append((entry.at, entry.event))

    def count(self, entries: Entries, before: Mapping[str, str]) -> None:
        """Move each declaration from the state that it had ``before`` these entries to the one that it has come to."""
        for number, states in _reached(entries).items():
            if before.get(number):
                self.counts[before[number]] -= 1
            self.counts[states[-1]] += 1

    def frame(self, at: datetime) -> Frame:
        """The board at a moment."""
        while self._moments and self._moments[0][0] < at - _MINUTE:
            self._moments.popleft()
        rates = Counter(event for _, event in self._moments)
        name = f"{self.last}:{'-'.join(str(rates[one]) for one in _RATES)}"
        rows = list(reversed(self._steps.values()))
        return Frame(name, {"counts": +self.counts, "rates": rates, "rows": rows, "state": ""})


def _reached(entries: Entries) -> dict[str, list[str]]:
    """The states to which entries bring each declaration, in order."""
    reached: dict[str, list[str]] = {}
    for _, entry in entries:
        if entry.event in _STATES:
            reached.setdefault(entry.number, []).append(_STATES[entry.event])
    return reached


def _before(reader: SqliteReader, number: str, steps: int) -> str:
    """The state of a declaration before its newest steps; empty if it had none."""
    states = [_STATES[one.event] for one in reader.journal_of(number) if one.event in _STATES]
    return states[-steps - 1] if len(states) > steps else ""


class Lookout:
    """Keeps the board of a node for everybody."""

    def __init__(self) -> None:
        self._board: Board | None = None
        self._frame: Frame | None = None
        self._looked = 0.0
        self._turn = asyncio.Lock()

    async def look(self, node: Node, state: str = "") -> Frame:
        """The board as it stands, at most as old as the pause between two looks; with the newest declarations of a state,
        if one is given.
        """
        frame = await self._look(node)
        if state and state not in frame.only:
            rows = await asyncio.to_thread(
                asked, node.reader.path, partial(newest_of, state=state, limit=SHOWN)
            )
            told = {**frame.told, "rows": [_with_reasons(one) for one in rows], "state": state}
            frame.only[state] = Frame(f"{frame.name}:{state}", told)
        return frame.only[state] if state else frame

    async def _look(self, node: Node) -> Frame:
        async with self._turn:
            if self._frame is None or time.monotonic() - self._looked >= _PAUSE:
                told = await asyncio.to_thread(asked, node.reader.path, partial(_news, self._board))
                self._board, entries, before = told
                self._board.count(entries, before)
                self._board.show(entries)
                frame = self._board.frame(now())
                if self._frame is None or frame.name != self._frame.name:
                    self._frame = frame
                self._looked = time.monotonic()
            return self._frame

    async def frames(
        self, node: Node, language: Language, seen: str, state: str = ""
    ) -> AsyncIterator[bytes]:
        """The board as events whenever it differs from the one ``seen``. Whoever reads slowly gets fewer of them: each
        holds the whole board.
        """
        spoke = time.monotonic()
        while not node.stopping:
            frame = await self.look(node, state)
            if frame.name != seen:
                seen, spoke = frame.name, time.monotonic()
                yield frame.event(language)
            elif time.monotonic() - spoke >= _QUIET:
                spoke = time.monotonic()
                yield b"event: quiet\ndata:\n\n"
            await asyncio.sleep(_PAUSE)


def _with_reasons(one: Entry) -> Entry:
    """A row with what holds its declaration: the first reasons, each once, and how many ``more`` there are."""
    said = [found["message"] for found in one.detail["findings"] if found["severity"] == "block"]
    reasons = list({text["en"]: text for text in said}.values())
    detail = {
        "deferred": one.detail["deferred"],
        "reasons": reasons[:REASONS],
        "more": len(reasons[REASONS:]),
    }
    return replace(one, detail=detail)


def _news(board: Board | None, reader: SqliteReader) -> tuple[Board, Entries, Mapping[str, str]]:
    """What the journal has gained since the last look, and the state before of each declaration that is not new; or
    another board, begun anew. Changes nothing, so that nothing is lost if whoever looks goes away meanwhile.
    """
    if board is not None:
        entries = entries_after(reader, board.last, _FAR)
        if len(entries) < _FAR:
            known = {
                number: _before(reader, number, len(states))
                for number, states in _reached(entries).items()
                if states[0] != DeclarationState.LODGED
            }
            return board, entries, known
    return _begun(reader), [], {}


def _begun(reader: SqliteReader) -> Board:
    """A board counted from the tables, with the steps of the last minute, and more if that is too few for its rows."""
    entries: Entries = []
    while len(entries) < _FAR:
        page = entries_before(reader, entries[-1][0] if entries else 0, _PAGE)
        entries += page
        if len(page) < _PAGE or page[-1][1].at < now() - _MINUTE:
            break
    board = Board(0, reader.counts()["lodgement"].items())
    board.show(entries[::-1])
    return board
