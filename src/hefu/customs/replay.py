"""What-if: verdicts of the past under other rules, before they go live; and under their own, as a proof.

Every verdict is made again from the facts that were entered with it, so it is seen as it was then: what other
declarations would have done under other rules is not played through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any, Final

from hefu.documents.fields import SHANGHAI
from hefu.errors import HefuError
from hefu.protocol.book import Book
from hefu.protocol.verdict_records import Adopted
from hefu.protocol.verdicts import Verdict, verdict_of
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet, read
from hefu.stores.sqlite import SqliteReader

Rules = tuple[RuleSet, Policy]

_BATCH: Final = 512


@dataclass(frozen=True, slots=True)
class Move:
    """A finding that stays and is more or less severe."""

    code: str
    was: str
    becomes: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"code": self.code, "was": self.was, "becomes": self.becomes}


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that comes out otherwise: what it was, what it would be, which codes come and go, and which
    stay at another severity.
    """

    number: str
    at: datetime
    was: str
    becomes: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    moved: tuple[Move, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "was": self.was,
            "becomes": self.becomes,
            "gained": list(self.gained),
            "lost": list(self.lost),
            "severities": [one.as_json() for one in self.moved],
        }


@dataclass(frozen=True, slots=True)
class Unlike:
    """A rule set on record that is not what now goes by its version. ``why`` is ``software`` if the set on
    record has another hash in this program than it had when it judged: what decides has changed, or the text on
    record; and ``file`` if the set being tried has its version and says something else.
    """

    version: str
    recorded: str
    now: str
    why: str
    verdicts: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "version": self.version,
            "recorded": self.recorded,
            "now": self.now,
            "why": self.why,
            "verdicts": self.verdicts,
        }


@dataclass
class Replay:
    """What came of it. ``broken`` are verdicts whose rules or documents are not on record."""

    verdicts: int = 0
    differences: list[Difference] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unlike: list[Unlike] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Counts first, then every difference."""
        moves = Counter((one.was, one.becomes) for one in self.differences)
        alike = [one for one in self.differences if one.was == one.becomes]
        findings = sum(bool(one.gained or one.lost) for one in alike)
        codes: dict[str, dict[str, int]] = {}
        for way in ("gained", "lost"):
            for one in self.differences:
                for code in getattr(one, way):
                    codes.setdefault(code, {"gained": 0, "lost": 0})[way] += 1
        moved = Counter(move for one in self.differences for move in one.moved)
        return {
            "verdicts": self.verdicts,
            "same": self.verdicts - len(self.differences) - len(self.broken),
            "would_be_held": moves["passed", "held"],
            "would_pass": moves["held", "passed"],
            "other_findings": findings,
            "other_severities": len(alike) - findings,
            "codes": dict(sorted(codes.items())),
            "severities": [
                {**move.as_json(), "verdicts": count}
                for move, count in sorted(moved.items(), key=lambda pair: pair[0].code)
            ],
            "differences": [one.as_json() for one in self.differences],
            "broken": self.broken,
            "unlike": [one.as_json() for one in self.unlike],
        }


def replay(
    reader: SqliteReader, since: date | None, rules: Rules | None, tick: Callable[[int], None]
) -> Replay:
    """Make the verdicts since a day (of Shanghai) again, under ``rules`` or, without, each under its own.
    ``tick`` is told how many more are done.
    """
    told = Replay()
    own = _OnRecord()
    entries = reader.verdicts(_moment(since))
    while batch := list(islice(entries, _BATCH)):
        book = Book(reader, datetime.now(UTC))
        verdicts: list[Verdict] = []
        for entry in batch:
            try:
                verdicts.append(verdict_of(book, entry))
            except LookupError as error:
                told.broken.append(f"{entry.number} {entry.at.isoformat()}: {error}")
        own.take(book, verdicts)
        for group, under in _grouped(verdicts, rules, own):
            if under is None:
                told.broken += [f"{one.number} {one.at.isoformat()}: {own.why(one.rules)}" for one in group]
            else:
                told.differences += _differences(group, under, own)
        told.verdicts += len(batch)
        tick(len(batch))
    told.unlike = list(own.unlike(rules[0] if rules else None))
    return told


class _OnRecord:
    """The rule sets under which the verdicts were made, each read once, and how many verdicts it made."""

    def __init__(self) -> None:
        self._read: dict[str, Rules | str] = {}
        self._verdicts: Counter[str] = Counter()

    def take(self, book: Book, verdicts: Sequence[Verdict]) -> None:
        """Read the sets of these verdicts."""
        for told in (one.rules for one in verdicts):
            self._verdicts[told] += 1
            if told not in self._read:
                self._read[told] = _adopted(book, told)

    def get(self, told: str) -> Rules | None:
        """The rules with this hash; ``None`` if they are not on record or cannot be read."""
        found = self._read[told]
        return None if isinstance(found, str) else found

    def why(self, told: str) -> str:
        """Why there are no rules with this hash."""
        return str(self._read[told])

    def severities(self, one: Verdict) -> Mapping[str, str]:
        """How severe the findings of a verdict were: as entered with it, else by its rules."""
        found = self.get(one.rules)
        if one.severities or found is None:
            return one.severities
        ruleset, policy = found
        rules = filter(None, map(ruleset.rule, one.findings))
        return {rule.code: ruleset.severity(rule, policy).value for rule in rules}

    def unlike(self, tried: RuleSet | None) -> Iterator[Unlike]:
        """The sets that are not what now goes by their version."""
        for told, verdicts in self._verdicts.items():
            found = self.get(told)
            if found is None:
                continue
            ruleset, policy = found
            now = ruleset.hash_under(policy)
            if now != told:
                yield Unlike(ruleset.version, told, now, "software", verdicts)
            if tried is not None and tried.version == ruleset.version and tried.hash != ruleset.hash:
                yield Unlike(ruleset.version, told, tried.hash_under(policy), "file", verdicts)


def _moment(since: date | None) -> datetime | None:
    return None if since is None else datetime.combine(since, time(), SHANGHAI).astimezone(UTC)


def _grouped(
    verdicts: Sequence[Verdict], rules: Rules | None, own: _OnRecord
) -> Iterator[tuple[list[Verdict], Rules | None]]:
    """The verdicts by the rules to apply."""
    if rules is not None:
        yield list(verdicts), rules
        return
    for told in dict.fromkeys(one.rules for one in verdicts):
        yield [one for one in verdicts if one.rules == told], own.get(told)


def _adopted(book: Book, told: str) -> Rules | str:
    """The rules on record under a hash, or why there are none."""
    kept = book.get(Adopted, told)
    if kept is None:
        return told
    try:
        ruleset = read(kept.text.encode(), told)
    except HefuError as error:
        return str(error)
    return ruleset, ruleset.policy or Policy()


def _differences(verdicts: Sequence[Verdict], rules: Rules, own: _OnRecord) -> Iterator[Difference]:
    ruleset, policy = rules
    comparisons = compare([one.case for one in verdicts], policy, ruleset)
    for one, again in zip(verdicts, comparisons, strict=True):
        codes = [finding.code for finding in again.findings]
        moved = tuple(_moved(own.severities(one), {f.code: f.severity.value for f in again.findings}))
        if again.passes is not one.passed or sorted(codes) != sorted(one.findings) or moved:
            yield Difference(
                number=one.number,
                at=one.at,
                was=_state(passes=one.passed),
                becomes=_state(passes=again.passes),
                gained=_more(codes, one.findings),
                lost=_more(one.findings, codes),
                moved=moved,
            )


def _moved(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Move]:
    for code in sorted(before.keys() & after.keys()):
        if before[code] != after[code]:
            yield Move(code, before[code], after[code])


def _state(*, passes: bool) -> str:
    return "passed" if passes else "held"


def _more(here: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted((Counter(here) - Counter(there)).elements()))
