"""From a group of parties to a case: parties with roles, links with their papers, rows of evidence."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import polars as pl

from hefu.chains.case import Case, Evidence, Link, Party, Role, Strength
from hefu.chains.facts import Facts
from hefu.chains.indicators import Indicator
from hefu.chains.links import pairs
from hefu.chains.roles import Standing, invoiced, places, standing
from hefu.chains.scoring import COUNTS, Evidences
from hefu.chains.telling import CLAIMS, amounts, coverage, tables_of, title, unknowns, why
from hefu.chains.weights import Weights
from hefu.errors import Text

NEEDED: Final = 2
"""Independent sources that a referral needs (reference on risk, §4.3)."""
_SUSPECT: Final = 1.5
"""What a party's own indicators must add to the log of the odds before it is called a suspect; with less it is a witness
of the case that ties it, unless nobody in the case has more (assumption, set on worlds for training)."""
_DECISIVE: Final = 0.5
"""Strength from which on a decisive paper of its own makes a party a suspect by itself (assumption)."""
_ONLY_SUSPECTS: Final = (Role.HEADER, Role.CLAIMANT)
"""Roles that are a reproach: whoever is no suspect is a witness instead."""


def evidence_of(rule: Indicator, row: Mapping[str, Any], names: Mapping[str, str], number: int) -> Evidence:
    """A hit of an indicator as a row of evidence, in words."""
    slots = {
        "party": names.get(row["party"], row["party"]),
        "other": names.get(row["other"], row["other"] or ""),
        "value": names.get(row["value"], row["value"] or ""),
        "against": names.get(row["against"], row["against"] or ""),
    }
    says = rule.says.fill(slots)
    return Evidence(
        number=number,
        indicator=rule.code,
        table=row["table"],
        document=row["document"] or "",
        field=row["field"],
        value=row["value"] or "",
        against=row["against"] or "",
        on=row["on"],
        says=Text(f"{slots['party']}: {says.zh}", f"{slots['party']}: {says.en}"),
        innocent=rule.innocent,
        clears=rule.clears,
        ground=rule.ground,
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """A group of parties, what each indicator adds to its score, the most first, and the sum."""

    members: list[str]
    contributions: dict[str, float]
    score: float


@dataclass(frozen=True)
class _Seen:
    """What the tables say of everybody in some cases: who deals with whom, where each stands, in which tables."""

    pairs: pl.DataFrame
    places: dict[str, dict[str, int]]
    tables: dict[str, set[str]]
    invoiced: dict[str, dict[str, int]]

    @classmethod
    def of(cls, facts: Facts, everybody: list[str]) -> _Seen:
        wanted = pl.Series(everybody, dtype=pl.String).implode()
        inside = pl.col("source").is_in(wanted) & pl.col("target").is_in(wanted)
        return cls(
            pairs(facts).filter(inside),
            places(facts, everybody),
            tables_of(facts, everybody),
            invoiced(facts, everybody),
        )

    def at(self, party: str, members: list[str]) -> dict[str, int]:
        """The places of a party, with how many invoices it wrote to members of a case."""
        count = sum(self.invoiced[party].get(one, 0) for one in members)
        return {**self.places[party], "invoices.to members": count}


def _everybody(members: list[str], rows: list[dict[str, Any]]) -> list[str]:
    """Members, then the others whom the evidence names."""
    return [*members, *sorted({row["other"] for row in rows if row["other"]} - set(members))]


@dataclass(frozen=True)
class Maker:
    """What all cases of one run share."""

    evidences: Evidences
    rules: tuple[Indicator, ...]
    weights: Weights
    engine: str

    @cached_property
    def _by_code(self) -> dict[str, Indicator]:
        return {one.code: one for one in self.rules}

    @cached_property
    def _hits(self) -> dict[str, list[dict[str, Any]]]:
        """Hits by party, those of indicators that count for it."""
        counting = self.evidences.strengths.filter(pl.col("nats") >= COUNTS).select(
            "party", "indicator", "nats"
        )
        told: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.evidences.hits.join(
            counting, on=["party", "indicator"], maintain_order="left"
        ).to_dicts():
            told[row["party"]].append(row)
        return told

    @cached_property
    def _scores(self) -> dict[str, dict[str, Any]]:
        return {row["party"]: row for row in self.evidences.scores.to_dicts()}

    @cached_property
    def _sources(self) -> dict[str, frozenset[str]]:
        counting = self.evidences.strengths.filter(pl.col("nats") >= COUNTS)
        grouped = counting.group_by("party").agg(pl.col("source").unique())
        return {party: frozenset(sources) for party, sources in grouped.iter_rows()}

    @cached_property
    def _exports(self) -> dict[str, list[str]]:
        exports = self.evidences.facts.heads.filter(pl.col("act") == "export").sort("declaration")
        grouped = exports.group_by("trader", maintain_order=True).agg("declaration")
        return dict(grouped.iter_rows())

    @cached_property
    def _shares(self) -> dict[str, dict[str, float]]:
        """By party: how strongly each indicator speaks of it, repetitions of one source less."""
        told: dict[str, dict[str, float]] = defaultdict(dict)
        for party, code, share in self.evidences.worth.select("party", "indicator", "share").iter_rows():
            told[party][code] = share
        return told

    @cached_property
    def _values(self) -> dict[str, float]:
        """By party: what its indicators add together."""
        weights = self.weights.by_indicator
        return {
            party: sum(weights[code] * share for code, share in shares.items())
            for party, shares in self._shares.items()
        }

    def spoken(self, members: list[str]) -> dict[str, float]:
        """How strongly each indicator speaks of a group: its worst member in full, the second half, the third a third."""
        told: dict[str, float] = defaultdict(float)
        for place, one in enumerate(sorted(members, key=lambda one: (-self._values[one], one)), 1):
            for code, share in self._shares[one].items():
                told[code] += share / place
        return told

    def scored(self, members: list[str]) -> Scored:
        """What each indicator adds to the log of the odds of a group."""
        told = {code: self.weights.by_indicator[code] * share for code, share in self.spoken(members).items()}
        added = dict(sorted(told.items(), key=lambda one: (-one[1], one[0])))
        return Scored(members, added, sum(added.values()))

    @cached_property
    def _decided(self) -> frozenset[str]:
        """Parties of whom a decisive paper speaks."""
        joins = [one.code for one in self.rules if one.joins]
        strong = self.evidences.strengths.filter(
            pl.col("indicator").is_in(joins), pl.col("strength") >= _DECISIVE
        )
        return frozenset(strong["party"])

    def suspects(self, members: list[str]) -> frozenset[str]:
        """Of whom enough is known by its own papers, not only by its ties; at least the worst."""
        bar = min(_SUSPECT, max(self._values[one] for one in members))
        return frozenset(one for one in members if self._values[one] >= bar or one in self._decided)

    def is_enough(self, members: list[str]) -> bool:
        """Whether indicators of enough independent sources speak."""
        return len(frozenset().union(*(self._sources.get(one, frozenset()) for one in members))) >= NEEDED

    def made(self, groups: Sequence[Scored]) -> list[Case]:
        """The cases of groups. The tables are looked through once for all of them."""
        rows = [self._rows(one.members) for one in groups]
        named = [_everybody(one.members, of) for one, of in zip(groups, rows, strict=True)]
        everybody = sorted({party for people in named for party in people})
        seen = _Seen.of(self.evidences.facts, everybody)
        return [
            self._made(one, of, people, seen) for one, of, people in zip(groups, rows, named, strict=True)
        ]

    def _rows(self, members: list[str]) -> list[dict[str, Any]]:
        return sorted(
            (row for one in members for row in self._hits[one]),
            key=lambda row: (-self._by_code[row["indicator"]].weight, row["indicator"], str(row["on"]), *map(str, row.values())),
        )  # fmt: skip

    def _made(self, group: Scored, rows: list[dict[str, Any]], everybody: list[str], seen: _Seen) -> Case:
        facts, members = self.evidences.facts, group.members
        stands = {one: seen.tables[one] for one in everybody}
        standings = {
            one: standing(
                self._scores.get(one, {}).get("kind", "unknown"),
                seen.at(one, members),
                frozenset(row["indicator"].removeprefix("chains.") for row in self._hits.get(one, [])),
            )
            for one in everybody
        }
        evidence = tuple(
            evidence_of(self._by_code[row["indicator"]], row, facts.parties.names, number)
            for number, row in enumerate(rows, 1)
        )
        suspects = self.suspects(members)
        made = (self._party(one, standings[one], one in suspects) for one in everybody)
        parties = tuple(sorted(made, key=self._place))
        declarations = self.declarations(members)
        return Case(
            id=self._id(rows),
            as_of=facts.as_of,
            pattern=self._pattern(rows),
            title=title(self._pattern(rows), parties),
            score=round(group.score, 3),
            confidence=self.weights.confidence(group.score),
            parties=parties,
            links=self._links(everybody, rows, seen.pairs),
            evidence=evidence,
            amounts=amounts(
                facts, members, declarations, {row["declaration"] for row in rows if row["declaration"]}
            ),
            unknown=unknowns(stands, parties),
            declarations=tuple(declarations),
            coverage=coverage(facts, stands),
            contributions={code: round(points, 2) for code, points in group.contributions.items()},
            engine=self.engine,
        )

    def _place(self, one: Party) -> tuple[bool, bool, float, str]:
        """Suspects first, of them those who export or claim, and the worst of each: the case is named after the first."""
        middle = one.role in {*_ONLY_SUSPECTS, Role.AGENT}
        return not one.suspect, not middle, -self._values.get(one.id, 0.0), one.id

    def _party(self, one: str, has: Standing, is_suspect: bool) -> Party:
        role, sure, rest = has.role, has.confidence, has.alternatives
        if not is_suspect and role in _ONLY_SUSPECTS:
            # How sure it is a witness, and what it is if it is none.
            else_ = self.weights.confidence(self._values.get(one, 0.0))
            more = ((other, round(share * else_ / 100)) for other, share in ((role, sure), *rest))
            role, sure, rest = Role.WITNESS, 100 - else_, tuple(pair for pair in more if pair[1])[:3]
        return Party(
            id=one,
            name=self.evidences.facts.parties.names.get(one, one),
            role=role,
            confidence=sure,
            alternatives=rest,
            suspect=is_suspect,
            why=why(self.evidences.facts.parties.how.get(one), [self._by_code[code] for code in self._codes(one)], is_suspect),
        )  # fmt: skip

    def _codes(self, one: str) -> list[str]:
        return list(dict.fromkeys(row["indicator"] for row in self._hits.get(one, [])))

    def declarations(self, members: list[str]) -> list[str]:
        """What the evidence of a group speaks of, and the exports of its suspects."""
        told = {row["declaration"] for one in members for row in self._hits[one] if row["declaration"]}
        for one in self.suspects(members):
            told.update(self._exports.get(one, ()))
        return sorted(told)

    def _pattern(self, rows: list[dict[str, Any]]) -> str:
        """The kind of chain that most of the evidence speaks for."""
        weights: dict[str, float] = defaultdict(float)
        for party, code in dict.fromkeys((row["party"], row["indicator"]) for row in rows):
            del party
            weights[self._by_code[code].pattern] += self._by_code[code].weight
        return min(weights, key=lambda one: (-weights[one], one))

    def _id(self, rows: list[dict[str, Any]]) -> str:
        """From the oldest decisive paper, so that a case keeps its id while more papers come."""
        decisive = [row for row in rows if self._by_code[row["indicator"]].joins] or rows
        oldest = min(
            decisive,
            key=lambda row: (str(row["on"] or "9999"), row["document"] or "", row["indicator"], row["party"]),
        )
        text = "|".join(str(oldest[key]) for key in ("indicator", "document", "party"))
        return "C" + hashlib.sha256(text.encode()).hexdigest()[:12].upper()

    def _links(
        self, everybody: list[str], rows: list[dict[str, Any]], pairs: pl.DataFrame
    ) -> tuple[Link, ...]:
        names = self.evidences.facts.parties.names
        numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, row in enumerate(rows, 1):
            if row["other"]:
                numbers[min(row["party"], row["other"]), max(row["party"], row["other"])].append(number)
        wanted = pl.Series(everybody, dtype=pl.String).implode()
        told, seen = [], set()
        known = pairs.filter(pl.col("source").is_in(wanted), pl.col("target").is_in(wanted))
        for row in known.to_dicts():
            key = min(row["source"], row["target"]), max(row["source"], row["target"])
            seen.add(key)
            slots = {
                "source": names.get(row["source"], row["source"]),
                "target": names.get(row["target"], row["target"]),
                "count": row["count"],
            }
            told.append(
                Link(
                    source=row["source"], target=row["target"], lane=row["lane"], strength=Strength.DOCUMENT,
                    claim=CLAIMS[row["how"]].fill(slots), count=row["count"], fen=row["fen"], first=row["first"],
                    last=row["last"], evidence=tuple(numbers.get(key, ())),
                )
            )  # fmt: skip
        for key in sorted(set(numbers) - seen):
            dated = [rows[number - 1]["on"] for number in numbers[key] if rows[number - 1]["on"]]
            slots = {"source": names.get(key[0], key[0]), "target": names.get(key[1], key[1])}
            told.append(
                Link(
                    source=key[0], target=key[1], lane="control", strength=Strength.INFERRED,
                    claim=CLAIMS["inferred"].fill(slots), count=len(numbers[key]), fen=0,
                    first=min(dated, default=None), last=max(dated, default=None), evidence=tuple(numbers[key]),
                )
            )  # fmt: skip
        return tuple(told)
