"""Declarations against their certificates, by the rules of the gate: what a desk says is what the port will say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import scaled
from hefu.documents.goods import in_unit
from hefu.documents.party import Party
from hefu.procedures.agency.agreements import Agreement, Firm
from hefu.procedures.agency.chains import Agreements
from hefu.procedures.agency.quarter import export_day
from hefu.procedures.dossier.contradictions import Contradiction, Side, named
from hefu.procedures.dossier.deadlines import NEW_RULES
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.papers import Kind
from hefu.procedures.dossier.shipment import Shipment
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


def compared(shipment: Shipment, policy: Policy, ruleset: RuleSet) -> tuple[Compared, ...]:
    """Every declaration of a shipment that names a certificate or for which one is here."""
    papers = _Papers(shipment)
    facts = [one for one in shipment.of(*_ACTS) if isinstance(one.held.document, Declaration)]
    cases = [(one, case) for one in facts if (case := papers.case(one)) is not None]
    told = compare([case for _, case in cases], policy, ruleset)
    return tuple(
        Compared(comparison, tuple(papers.told(one, comparison.findings)))
        for (one, _), comparison in zip(cases, told, strict=True)
    )


class _Papers:
    """The certificates, declarations and agreements of a shipment."""

    def __init__(self, shipment: Shipment) -> None:
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
        self.agreements = Agreements(
            one.held.document
            for one in shipment.of(Kind.AGREEMENT)
            if isinstance(one.held.document, Agreement)
        )

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
        original = self.exports.get(export or "")
        return Case(
            declaration,
            standings,
            principals={number: self._standing(number) for number in sorted(behind)},
            export=export,
            original=original[1] if original else None,
            export_state=ExportState.IN_FORCE if original else ExportState.UNKNOWN,
            consignor=self._consignor(declaration) if declaration.act is Act.EXPORT else None,
            goods_left=self._left(papers, numbers),
        )

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
        self, papers: Iterable[Certificate], own: Sequence[str]
    ) -> dict[tuple[str, int], tuple[int, str]]:
        """What other certificates leave of the exported goods."""
        told: dict[tuple[str, int], tuple[int, str]] = {}
        goods = {(line.declaration, line.item) for paper in papers for line in paper.lines}
        for number, item in goods:
            export = self.exports.get(number or "")
            found = next((one for one in export[1].items if one.item == item), None) if export else None
            if number is None or item is None or found is None:
                continue
            left = scaled(found.first.quantity)
            for other, (_, paper) in self.certificates.items():
                if other in own or paper.purpose is Purpose.EXPORT or paper.agent is not None:
                    continue
                for line in paper.lines:
                    if (line.declaration, line.item) == (number, item):
                        left -= in_unit(scaled(line.quantity), line.unit, found.first.unit) or 0
            told[number, item] = max(left, 0), found.first.unit
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
