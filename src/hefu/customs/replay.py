"""What-if: verdicts of the past under other rules, before they go live; and under their own, as a proof.

Every verdict is made again from the facts that were entered with it, so it is seen as it was then: what other
declarations would have done under other rules is not played through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any, Final

from hefu.documents.fields import SHANGHAI
from hefu.protocol.book import Book
from hefu.protocol.records import Adopted
from hefu.protocol.verdicts import Verdict, verdict_of
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet, read
from hefu.stores.sqlite import SqliteReader

Rules = tuple[RuleSet, Policy]

_BATCH: Final = 512


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that comes out otherwise: what it was, what it would be, which codes come and go."""

    number: str
    at: datetime
    was: str
    becomes: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "was": self.was,
            "becomes": self.becomes,
            "gained": list(self.gained),
            "lost": list(self.lost),
        }


@dataclass
class Replay:
    """What came of it. ``broken`` are verdicts whose rules or documents are not on record."""

    verdicts: int = 0
    differences: list[Difference] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Counts first, then every difference."""
        moves = Counter((one.was, one.becomes) for one in self.differences)
        codes: dict[str, dict[str, int]] = {}
        for way in ("gained", "lost"):
            for one in self.differences:
                for code in getattr(one, way):
                    codes.setdefault(code, {"gained": 0, "lost": 0})[way] += 1
        return {
            "verdicts": self.verdicts,
            "same": self.verdicts - len(self.differences) - len(self.broken),
            "would_be_held": moves["passed", "held"],
            "would_pass": moves["held", "passed"],
            "other_findings": sum(count for (was, becomes), count in moves.items() if was == becomes),
            "codes": dict(sorted(codes.items())),
            "differences": [one.as_json() for one in self.differences],
            "broken": self.broken,
        }


def replay(
    reader: SqliteReader, since: date | None, rules: Rules | None, tick: Callable[[int], None]
) -> Replay:
    """Make the verdicts since a day (of Shanghai) again, under ``rules`` or, without, each under its own.
    ``tick`` is told how many more are done.
    """
    told = Replay()
    own: dict[str, Rules | None] = {}
    entries = reader.verdicts(_moment(since))
    while batch := list(islice(entries, _BATCH)):
        book = Book(reader, datetime.now(UTC))
        verdicts: list[Verdict] = []
        for entry in batch:
            try:
                verdicts.append(verdict_of(book, entry))
            except LookupError as error:
                told.broken.append(f"{entry.number} {entry.at.isoformat()}: {error}")
        for group, under in _grouped(book, verdicts, rules, own):
            if under is None:
                told.broken += [f"{one.number} {one.at.isoformat()}: {one.rules}" for one in group]
            else:
                told.differences += _differences(group, under)
        told.verdicts += len(batch)
        tick(len(batch))
    return told


def _moment(since: date | None) -> datetime | None:
    return None if since is None else datetime.combine(since, time(), SHANGHAI).astimezone(UTC)


def _grouped(
    book: Book, verdicts: Sequence[Verdict], rules: Rules | None, own: dict[str, Rules | None]
) -> Iterator[tuple[list[Verdict], Rules | None]]:
    """The verdicts by the rules to apply; those on record are read once."""
    if rules is not None:
        yield list(verdicts), rules
        return
    for told in dict.fromkeys(one.rules for one in verdicts):
        if told not in own:
            own[told] = _adopted(book, told)
        yield [one for one in verdicts if one.rules == told], own[told]


def _adopted(book: Book, told: str) -> Rules | None:
    kept = book.get(Adopted, told)
    if kept is None:
        return None
    ruleset = read(kept.text.encode(), told)
    return ruleset, ruleset.policy or Policy()


def _differences(verdicts: Sequence[Verdict], rules: Rules) -> Iterator[Difference]:
    ruleset, policy = rules
    comparisons = compare([one.case for one in verdicts], policy, ruleset)
    for one, again in zip(verdicts, comparisons, strict=True):
        codes = [finding.code for finding in again.findings]
        if again.passes is not one.passed or sorted(codes) != sorted(one.findings):
            yield Difference(
                number=one.number,
                at=one.at,
                was=_state(passes=one.passed),
                becomes=_state(passes=again.passes),
                gained=_more(codes, one.findings),
                lost=_more(one.findings, codes),
            )


def _state(*, passes: bool) -> str:
    return "passed" if passes else "held"


def _more(here: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted((Counter(here) - Counter(there)).elements()))
