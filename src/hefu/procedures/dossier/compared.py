"""Declarations against their certificates, by the rules of the gate: what a desk says is what the port will say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import scaled
from hefu.documents.goods import in_unit
from hefu.documents.party import Party
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.agency.chains import Agreements
from hefu.procedures.agency.exports import after
from hefu.procedures.agency.quarter import export_day
from hefu.procedures.dossier.contradictions import Contradiction, Side, named
from hefu.procedures.dossier.deadlines import NEW_RULES
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.papers import Kind
from hefu.procedures.dossier.shipment import Shipment, agreement_of
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.compare import compare
from hefu.rules.finding import Comparison, Finding
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

_SILENT: Final = frozenset({"original.unknown", "certificate.missing", "certificate.unknown"})
"""What only customs can know, and what the list of missing papers says already."""
_ACTS: Final = (Kind.EXPORT, Kind.RETURN, Kind.AMENDMENT, Kind.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison of one declaration, and its findings as contradictions."""

    comparison: Comparison
    contradictions: tuple[Contradiction, ...]

    def as_json(self) -> dict[str, Any]:
        """Verdicts and the rule set that gave them; the findings stand among the contradictions."""
        told = self.comparison.as_json()
        return {
            "declaration": self.comparison.declaration,
            **{name: told[name] for name in ("match", "entitlement", "waits_for", "ruleset", "ruleset_hash")},
            "findings": [one.code for one in self.contradictions],
        }


def compared(shipments: Sequence[Shipment], policy: Policy, ruleset: RuleSet) -> list[tuple[Compared, ...]]:
    """Of each shipment, every declaration that names a certificate or for which one is here: all in one pass."""
    asked: list[tuple[int, _Papers, Facts, Case]] = []
    for place, shipment in enumerate(shipments):
        papers = _Papers(shipment)
        for one in shipment.of(*_ACTS):
            case = papers.case(one)
            if case is not None:
                asked.append((place, papers, one, case))
    made: list[list[Compared]] = [[] for _ in shipments]
    answers = compare([case for *_, case in asked], policy, ruleset)
    for (place, papers, one, _), comparison in zip(asked, answers, strict=True):
        made[place].append(Compared(comparison, tuple(papers.told(one, comparison.findings))))
    return [tuple(one) for one in made]


class _Papers:
    """The certificates, declarations and agreements of a shipment."""

    def __init__(self, shipment: Shipment) -> None:
        self.shipment = shipment
        self.certificates: Mapping[str, tuple[Facts, Certificate]] = {
            one.held.document.number: (one, one.held.document)
            for one in shipment.of(Kind.CERTIFICATE)
            if isinstance(one.held.document, Certificate)
        }
        self.exports: Mapping[str, tuple[Facts, Declaration]] = {
            one.held.document.number: (one, one.held.document)
            for one in shipment.of(Kind.EXPORT)
            if isinstance(one.held.document, Declaration)
        }
        told = (agreement_of(one.held) for one in shipment.of(Kind.AGREEMENT))
        self.agreements = Agreements(one for one in told if one is not None)

    def case(self, one: Facts) -> Case | None:
        """What the comparison is given; ``None`` where there is nothing to compare with."""
        declaration = one.held.document
        if not isinstance(declaration, Declaration):
            return None
        numbers = declaration.certificate_numbers() or tuple(self._found(declaration))
        if not any(number in self.certificates for number in numbers):
            return None
        if declaration.act is Act.EXPORT and export_day(declaration) < NEW_RULES:
            return None
        standings = tuple(map(self._standing, numbers))
        papers = [paper.document for paper in standings if paper.document]
        behind = {paper.principal_certificate for paper in papers if paper.principal_certificate}
        related = declaration.related
        lines = (line.declaration for paper in papers for line in paper.lines if line.declaration)
        export = None if declaration.act is Act.EXPORT else related or next(lines, None)
        original, state, amended_on = self._as_of(export, declaration)
        return Case(
            declaration,
            standings,
            principals={number: self._standing(number) for number in sorted(behind)},
            export=export,
            original=original,
            export_state=state,
            amended_on=amended_on,
            consignor=self._consignor(declaration) if declaration.act is Act.EXPORT else None,
            goods_left=self._left(papers, numbers, original),
        )

    def _as_of(
        self, number: str | None, act: Declaration
    ) -> tuple[Declaration | None, ExportState, date | None]:
        """An export declaration as it stood when another act was made, and the day of its last amendment before."""
        found = self.exports.get(number or "")
        if found is None:
            return None, ExportState.UNKNOWN, None
        now: Declaration | None = found[1]
        amended_on = None
        for change, _ in self.shipment.changes_of(found[1].number, act):
            now = after(now, change) if now else None
            amended_on = change.declared_on if change.act is Act.AMENDMENT else amended_on
        return now, ExportState.IN_FORCE if now else ExportState.WITHDRAWN, amended_on

    def _found(self, declaration: Declaration) -> Iterator[str]:
        """Certificates of the act for the export concerned, where the declaration names none."""
        for number, (_, paper) in self.certificates.items():
            is_its_own = paper.purpose.value == declaration.act.value and paper.agent is None
            if is_its_own and declaration.related in {line.declaration for line in paper.lines}:
                yield number

    def _standing(self, number: str) -> Standing:
        found = self.certificates.get(number)
        if found is None:
            return Standing(number, UseState.UNKNOWN)
        return Standing(number, UseState.AVAILABLE, found[1])

    def _left(
        self, papers: Iterable[Certificate], own: Sequence[str], original: Declaration | None
    ) -> dict[tuple[str, int], tuple[int, str]]:
        """What other certificates leave of the exported goods. One for an amendment takes nothing once it is made."""
        told: dict[tuple[str, int], tuple[int, str]] = {}
        is_amended = bool(self.shipment.of(Kind.AMENDMENT))
        items = {(original.number, one.item): one.first for one in original.items} if original else {}
        for goods in {(line.declaration, line.item) for paper in papers for line in paper.lines}:
            first = next((one for key, one in items.items() if key == goods), None)
            if first is None or goods[0] is None or goods[1] is None:
                continue
            left = scaled(first.quantity)
            for other, (_, paper) in self.certificates.items():
                takes = paper.purpose is not Purpose.AMENDMENT or not is_amended
                if other in own or paper.purpose is Purpose.EXPORT or paper.agent is not None or not takes:
                    continue
                for line in paper.lines:
                    if (line.declaration, line.item) == goods:
                        left -= in_unit(scaled(line.quantity), line.unit, first.unit) or 0
            told[goods[0], goods[1]] = max(left, 0), first.unit
        return told

    def _consignor(self, declaration: Declaration) -> Party | None:
        """The end of the chain of agreements, where it is one firm with a code."""
        ends: list[Firm] = []
        for item in declaration.items:
            for trail in self.agreements.trails(declaration, item.item, export_day(declaration)):
                if not any(trail.end.is_same(one) for one in ends):
                    ends.append(trail.end)
        if len(ends) != 1 or not (ends[0].uscc or ends[0].customs_code):
            return None
        return Party(uscc=ends[0].uscc, customs_code=ends[0].customs_code, name=ends[0].name)

    def told(self, one: Facts, findings: Iterable[Finding]) -> Iterator[Contradiction]:
        """Findings as contradictions between a declaration and its certificate or export."""
        for found in findings:
            if found.code in _SILENT:
                continue
            declaration = one.held.document
            place = found.field
            if found.item is not None and isinstance(declaration, Declaration):
                at = next((n for n, item in enumerate(declaration.items) if item.item == found.item), None)
                place = found.field if at is None else f"items[{at}].{found.field}"
            other = self._other(found)
            right = (
                Side(named(other), other.held.place(_line_path(other, found)), found.certified)
                if other
                else Side(named(one), one.held.place(place), found.certified)
            )
            left = Side(named(one), one.held.place(place), found.declared)
            yield Contradiction(
                found.code, found.severity, left, right, found.message, found.remedy, found.ground, found.item
            )

    def _other(self, found: Finding) -> Facts | None:
        known = self.certificates.get(found.certificate)
        return known[0] if known else next((one for one, _ in self.exports.values()), None)


def _line_path(other: Facts, found: Finding) -> str:
    """Where the line of a certificate stands that a finding is about."""
    paper = other.held.document
    if not isinstance(paper, Certificate) or found.line is None:
        return ""
    at = next((n for n, line in enumerate(paper.lines) if line.line == found.line), None)
    return "" if at is None else f"lines[{at}]"
