"""Reconciliation: the two registers compared by digests down to the rows that differ, and mended.

Either side may ask; each mends its own register only. The same way brings a restored node back to what it has said since
its backup: the other side holds its words, signed.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from hefu import errors
from hefu.errors import HefuError
from hefu.link.envelope import Opened, open_own, seal
from hefu.link.line import Transport
from hefu.link.outbox import Outbox
from hefu.link.registers import MANY, NOT_A_QUESTION, PATH, asked_at, opened
from hefu.protocol import messages
from hefu.protocol.book import Book
from hefu.protocol.messages import Message
from hefu.protocol.records import Outgoing, Side
from hefu.protocol.recovery import customs, repair, tax
from hefu.protocol.recovery.divergences import code_of, is_healed_there, summary
from hefu.protocol.recovery.records import Divergence, Restoration
from hefu.protocol.recovery.rows import DEPTH, Row, Tree
from hefu.protocol.recovery.words import Word, reopen
from hefu.protocol.verification import Verification
from hefu.stores.contradictions import Contradiction, contradictions
from hefu.stores.sqlite import SqliteReader
from hefu.stores.writer import Writer


@dataclass
class Report:
    """What a reconciliation came to. ``exchanges``: questions put to the peer; ``recovered``: own words taken back."""

    at: datetime
    equal: bool = True
    exchanges: int = 0
    differing: int = 0
    recovered: int = 0
    divergences: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "at": self.at.isoformat(),
            "equal": self.equal,
            "exchanges": self.exchanges,
            "differing": self.differing,
            "recovered": self.recovered,
            "open": sum(one["state"] == "open" for one in self.divergences),
            "divergences": self.divergences,
        }


class Reconciler:
    """One side's half of reconciliation. ``verification`` is customs' own, for declarations that come to life again."""

    def __init__(
        self,
        writer: Writer,
        path: str,
        outbox: Outbox,
        transport: Transport,
        clock: Callable[[], datetime],
        verification: Verification | None = None,
        pause: float = 0.5,
    ) -> None:
        self.side = outbox.side
        self._writer, self._path, self._outbox, self._transport = writer, path, outbox, transport
        self._clock, self._verification, self._pause = clock, verification, pause
        self._turn = asyncio.Lock()

    # --- asking -----------------------------------------------------------------------------------

    async def run(self) -> Report:
        """Compare, mend, and say what was found. Raises ``link.peer_unreachable``."""
        async with self._turn:
            report = Report(self._clock())
            found = await self._differing(report)
            report.differing = len(found)
            coded = {stream: code for stream, rows in found.items() if (code := code_of(self.side, *rows))}
            for _ in range(2):
                if coded:
                    await asyncio.sleep(self._pause)
                    found, coded = await self._confirmed(report, coded)
            if coded:
                await self._mend(report, found, coded)
            await self._look_within(report)
            report.equal = not report.divergences
            return report

    async def recover(self) -> Report:
        """Bring a restored store up to what this side has said since its backup; only then may it work."""
        async with self._turn:
            report = Report(self._clock())
            found = await self._differing(report)
            report.differing = len(found)
            coded = {stream: code for stream, rows in found.items() if (code := code_of(self.side, *rows))}
            forgotten = [stream for stream, code in coded.items() if code == "stream.forgotten"]
            if forgotten:
                await self._take_back(report, found, forgotten)
            await self._send_again(report, {stream: theirs for stream, (_, theirs) in found.items()})
            await self._writer.do(self._recovered, report, recovery=True)
            self._writer.recovering = False
            return report

    async def _ask(self, report: Report, question: dict[str, Any]) -> dict[str, Any]:
        report.exchanges += 1
        session = {"session": report.at.isoformat(), **question}
        data = seal(self.side, "registers", session, self._outbox.keyring, self._clock())
        answer = await self._transport.post(PATH, data, seconds=60)
        now = self._clock()
        return (await asked_at(self._path, lambda one: opened(one, self._outbox, answer, now))).content

    async def _differing(self, report: Report) -> dict[str, tuple[Row, Row]]:
        """The streams whose rows differ, with both rows."""
        mine = await asked_at(self._path, lambda reader: Tree(reader.rows(self.side)))
        told = await self._ask(report, {"prefixes": [""]})
        if told["root"] == mine.root:
            return {}
        frontier = mine.differing("", told["children"][""])
        for _ in range(DEPTH - 1):
            below: list[str] = []
            for part in _parts(frontier):
                told = await self._ask(report, {"prefixes": part})
                for prefix in part:
                    below += mine.differing(prefix, told["children"].get(prefix, {}))
            frontier = below
        found: dict[str, tuple[Row, Row]] = {}
        for part in _parts(frontier):
            theirs = _rows((await self._ask(report, {"leaves": part}))["rows"])
            leaves = set(part)
            own = await asked_at(self._path, partial(self._in_leaves, leaves=leaves))
            found |= _unlike({row.stream: row for row in own}, theirs)
        return found

    def _in_leaves(self, reader: SqliteReader, leaves: set[str]) -> list[Row]:
        return [row for row in reader.rows(self.side) if row.leaf in leaves]

    def _of_streams(self, reader: SqliteReader, streams: list[str]) -> list[Row]:
        return list(reader.rows(self.side, streams))

    async def _confirmed(
        self, report: Report, coded: dict[str, str]
    ) -> tuple[dict[str, tuple[Row, Row]], dict[str, str]]:
        """Those that differ in the same way a moment later: the others were under way."""
        found: dict[str, tuple[Row, Row]] = {}
        for part in _parts(sorted(coded)):
            theirs = _rows((await self._ask(report, {"streams": part}))["rows"])
            own = await asked_at(self._path, partial(self._of_streams, streams=part))
            found |= _unlike({row.stream: row for row in own}, theirs)
        still = {
            stream: coded[stream]
            for stream, rows in found.items()
            if code_of(self.side, *rows) == coded[stream]
        }
        return found, still

    # --- mending ----------------------------------------------------------------------------------

    async def _mend(self, report: Report, found: dict[str, tuple[Row, Row]], coded: dict[str, str]) -> None:
        forgotten = [stream for stream, code in coded.items() if code == "stream.forgotten"]
        taken = await self._take_back(report, found, forgotten) if forgotten else set()
        words = await self._said(
            report, [s for s, code in coded.items() if code.startswith(("content", "use"))]
        )
        behind = ("stream.lost", "stream.forgotten")
        lost = {stream: found[stream][1] for stream, code in coded.items() if code in behind}
        await self._send_again(report, lost)
        found_now = [
            (code, *found[stream], words.get(stream, {}), stream in taken)
            for stream, code in sorted(coded.items())
        ]
        report.divergences = await self._writer.do(self._mended, found_now)

    def _mended(self, book: Book, items: Sequence[Any]) -> list[list[dict[str, Any]]]:
        return [[summary(self._tried(book, *one)) for one in item] for item in items]

    def _tried(self, book: Book, code: str, mine: Row, theirs: Row, *rest: Any) -> Divergence:
        """Mend one; a row that cannot even be read is named, and stops none of the others."""
        trial = book.trial()
        try:
            found = self._one(trial, code, mine, theirs, *rest)
        except ValueError:
            return self._kept(book, code, mine.stream, (str(mine.facts), str(theirs.facts)), "")
        book.adopt(trial)
        return found

    def _one(
        self, book: Book, code: str, mine: Row, theirs: Row, words: dict[Side, list[Message]], taken: bool
    ) -> Divergence:
        """Mend one, and put it on record. ``taken``: whether forgotten words were there to be taken back."""
        owners = tuple(Side) if code.startswith("content") else (Side.CUSTOMS,)
        told = [word for owner in owners for word in words.get(owner, ())]
        done = ""
        if code == "stream.forgotten":
            done = "words taken back" if taken else ""
        elif code == "stream.lost_there":
            again = reopen(book, mine.stream, _sent(self.side, theirs))
            done = f"{again} sent again" if again else ""
        elif is_healed_there(code):
            done = "the other side mends it"
        elif words:
            done = repair.mend(book, self.side, code, mine, theirs, told)
            if not done and repair.is_mended_there(code, mine, told):
                done = "the other side mends it"
        return self._kept(book, code, mine.stream, (str(mine.facts), str(theirs.facts)), done)

    def _kept(self, book: Book, code: str, stream: str, rows: tuple[str, str], done: str) -> Divergence:
        """Put a divergence on record, once for the same two rows."""
        state = "healed" if done else "open"
        for known in book.find(Divergence, "stream", stream):
            same = (known.code, known.mine, known.theirs) == (code, *rows)
            if same and (known.state == state or (state, known.state) == ("open", "closed")):
                return known
        divergence = Divergence(book.count("divergence"), code, stream, *rows, done, state, book.now)
        book.put(divergence)
        book.note(f"{self.side.value}:reconciliation", "register.diverged", stream, code=code, done=done)
        return divergence

    async def _look_within(self, report: Report) -> None:
        """What the other side cannot see: rows that contradict their own papers, left to two officers."""
        found = await asked_at(self._path, lambda reader: list(contradictions(reader, self.side)))
        if found:
            report.divergences += await self._writer.do(self._named, found)

    def _named(self, book: Book, items: Sequence[Sequence[Contradiction]]) -> list[list[dict[str, Any]]]:
        return [
            [summary(self._kept(book, one.code, one.number, (one.row, one.papers), "")) for one in item]
            for item in items
        ]

    async def _take_back(
        self, report: Report, found: dict[str, tuple[Row, Row]], streams: Sequence[str]
    ) -> set[str]:
        """Take one's own words back; in which of the streams there were any."""
        sent = {stream: _sent(self.side, found[stream][0]) for stream in streams}
        come = {stream: _sent(self.side.peer, found[stream][0]) for stream in streams}
        words = await self._own_words(report, sent)
        told = [word async for word in self._told(report, come)]
        report.recovered += int(await self._writer.do(self._taken_back, (words, told), recovery=True))
        heard = {word.stream: come[word.stream] for word in told}
        for part in _parts(sorted(heard)):  # for the envelopes that prove them
            await self._ask(report, {"reopen": {stream: heard[stream] for stream in part}})
        return {word.stream for word in words}

    def _taken_back(self, book: Book, items: Sequence[tuple[list[Word], list[Word]]]) -> list[int]:
        return [self._take(book, words, told) for words, told in items]

    def _take(self, book: Book, words: list[Word], told: list[Word]) -> int:
        if self.side is Side.TAX:
            return tax.take_back(book, words, told)
        if self._verification is None:
            raise AssertionError("customs reconciles without its rules")
        return customs.take_back(book, words, told, self._verification)

    def _recovered(self, book: Book, items: Sequence[Report]) -> list[None]:
        for report in items:
            for one in book.find(Restoration, "state", "open"):
                book.put(replace(one, state="recovered", recovered_at=book.now))
            book.note(
                f"{self.side.value}:recovery", "node.recovered", self.side.value, words=report.recovered
            )
        return [None] * len(items)

    async def _send_again(self, report: Report, theirs: dict[str, Row]) -> None:
        """Have the other side send what this one has receipted and has no longer."""
        for part in _parts(sorted(theirs)):
            mine = {
                row.stream: row for row in await asked_at(self._path, partial(self._of_streams, streams=part))
            }
            come = {one: _sent(self.side.peer, mine.get(one, Row(one))) for one in part}
            behind = {one: come[one] for one in part if come[one] < _sent(self.side.peer, theirs[one])}
            if behind:
                await self._ask(report, {"reopen": behind})

    async def _own_words(self, report: Report, after: dict[str, int]) -> list[Word]:
        """What this side has said in these streams beyond its memory, by its signature."""
        before, words = 0, []
        while True:
            told = await self._ask(report, {"words": after, "before": before})
            for data in told["envelopes"]:
                envelope = open_own(b64decode(data), self.side, self._outbox.keyring)
                words += [
                    word for word in _words(envelope) if word.sequence > after.get(word.stream, 1 << 62)
                ]
            before = int(told["before"])
            if not before:
                return list({(word.stream, word.sequence): word for word in words}.values())

    async def _told(self, report: Report, after: dict[str, int]) -> AsyncIterator[Word]:
        """What the other side has said in these streams beyond what this one has applied."""
        for part in _parts(sorted(after), 500):
            told = await self._ask(report, {"told": {stream: after[stream] for stream in part}})
            for stream, said in told["told"].items():
                for sequence, body, at in said:
                    message = _message(body, stream, sequence)
                    if message is not None:
                        yield Word(stream, int(sequence), message, "", datetime.fromisoformat(at))

    async def _said(self, report: Report, streams: Sequence[str]) -> dict[str, dict[Side, list[Message]]]:
        """Everything that both sides have said in these streams."""
        said: dict[str, dict[Side, list[Message]]] = {one: {side: [] for side in Side} for one in streams}
        async for word in self._told(report, dict.fromkeys(streams, 0)):
            said[word.stream][self.side.peer].append(word.message)
        for stream in streams:
            own = await asked_at(self._path, partial(_sent_in, stream=stream))
            read = (_message(one.body, stream, one.sequence) for one in own)
            said[stream][self.side] = [one for one in read if one is not None]
        return said


def _message(body: dict[str, Any], stream: str, sequence: int) -> Message | None:
    """What was said, unless somebody has spoilt the record of it since."""
    try:
        return messages.parse(body, f"{stream}/{sequence}")
    except HefuError:
        return None


def _sent(side: Side, row: Row) -> int:
    return row.issued if side is Side.TAX else row.answered


def _parts(values: Sequence[str], size: int = MANY) -> Iterator[list[str]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


def _rows(told: Sequence[Sequence[Any]]) -> dict[str, Row]:
    try:
        found = [Row(*one) for one in told]
    except TypeError as error:
        raise HefuError(errors.Problem(NOT_A_QUESTION, value=str(error))) from error
    return {row.stream: row for row in found}


def _unlike(mine: dict[str, Row], theirs: dict[str, Row]) -> dict[str, tuple[Row, Row]]:
    both = {
        stream: (mine.get(stream, Row(stream)), theirs.get(stream, Row(stream)))
        for stream in mine.keys() | theirs.keys()
    }
    return {stream: rows for stream, rows in both.items() if rows[0].facts != rows[1].facts}


def _sent_in(reader: SqliteReader, stream: str) -> list[Outgoing]:
    return reader.find(Outgoing, "stream", stream)


def _words(opened: Opened) -> Iterator[Word]:
    """The messages of an envelope."""
    for one in opened.content["messages"]:
        stream, sequence = str(one["stream"]), int(one["sequence"])
        yield Word(
            stream, sequence, messages.parse(one["body"], f"{stream}/{sequence}"), opened.id, opened.at
        )
