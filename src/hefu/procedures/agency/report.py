"""The report: a row for each declaration and consignor, their total, and everything that was found on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from hefu.documents.declaration import Declaration
from hefu.documents.fields import uscc_check_digit_fits
from hefu.documents.names import same_name
from hefu.procedures.agency.agreements import Agreement, Firm, firm_of
from hefu.procedures.agency.chains import Agreements
from hefu.procedures.agency.checks import CHECKS
from hefu.procedures.agency.directory import Directory
from hefu.procedures.agency.exports import exports_of
from hefu.procedures.agency.findings import Finding, finding
from hefu.procedures.agency.quarter import Quarter, export_day
from hefu.procedures.agency.tracing import Traced, trace
from hefu.rules.finding import Severity
from hefu.rules.fob import Working, money, workings
from hefu.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form. ``amount`` is CNY FOB, ``None`` where it cannot be made; ``items`` and ``agreements`` say what it
    rests on, ``codes`` what blocks it.
    """

    declaration: str
    day: date
    consignor: Firm
    amount: Decimal | None
    items: tuple[int, ...]
    agreements: tuple[str, ...]
    codes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The row for machines; keys are stable."""
        return {
            "declaration": self.declaration,
            "day": self.day.isoformat(),
            "consignor": self.consignor.name or "",
            "taxpayer_id": self.consignor.identifier,
            "amount": None if self.amount is None else str(self.amount),
            "items": list(self.items),
            "agreements": list(self.agreements),
            "codes": list(self.codes),
        }


@dataclass(frozen=True, slots=True)
class Worked:
    """How the amount of an item came about, beside the declaration."""

    declaration: Declaration
    consignor: Firm
    working: Working


@dataclass(slots=True)
class Report:
    """《代理出口企业受托出口情况汇总表》 of an agent for a quarter. ``own`` counts items of the agent's own exports,
    ``outside`` its exports of other quarters.
    """

    agent: Firm
    quarter: Quarter
    rows: list[Row] = field(default_factory=list)
    workings: list[Worked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    declarations: int = 0
    own: int = 0
    outside: int = 0

    @property
    def total(self) -> Decimal:
        """The sum of the amounts that could be made, CNY."""
        return sum((row.amount for row in self.rows if row.amount is not None), Decimal("0.00"))

    @property
    def is_blocked(self) -> bool:
        """Whether something keeps it from being submitted."""
        return any(one.severity is Severity.BLOCK for one in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The report for machines; keys are stable."""
        return {
            "form": "代理出口企业受托出口情况汇总表",
            "quarter": str(self.quarter),
            "agent": {"name": self.agent.name or "", "uscc": self.agent.uscc or ""},
            "currency": "CNY",
            "rows": [row.as_json() for row in self.rows],
            "total": str(self.total),
            "is_blocked": self.is_blocked,
            "declarations": self.declarations,
            "own_items": self.own,
            "other_quarters": self.outside,
            "findings": [one.as_json() for one in self.findings],
        }


_ORDER: Final = list(Severity)
_OF_OWNER: Final = ("owner_differs", "owner_outside_chain")


def make(
    quarter: Quarter,
    agent: Firm,
    papers: Iterable[tuple[str, Declaration]],
    agreements: Sequence[Agreement],
    policy: Policy,
) -> Report:
    """The agent's report of a quarter, from its declarations (each with its file) and agreements."""
    exports = exports_of(papers, agent, quarter)
    directory = Directory(agreements, exports.known.values(), agent)
    report = Report(directory.completed(agent), quarter, outside=exports.outside)
    report.declarations = len(exports.inside)
    report.findings += exports.findings
    known = Agreements(agreements)
    for declaration in exports.inside:
        _Maker(report, directory, known, policy, declaration).make()
    report.findings += _of_firms(report)
    report.findings += _of_agreements(
        report, known, exports.known, {one.number: one for one in exports.inside}
    )
    ordered(report)
    return report


def ordered(report: Report) -> None:
    """Bring findings into their order, each once: the gravest first, then by what they are about."""
    told = {(one.code, one.about, tuple(one.values.items())): one for one in report.findings}
    report.findings = sorted(
        told.values(), key=lambda one: (_ORDER.index(one.severity), one.about, one.code, str(one.values))
    )


class _Maker:
    """Makes the rows of one declaration."""

    def __init__(
        self,
        report: Report,
        directory: Directory,
        agreements: Agreements,
        policy: Policy,
        declaration: Declaration,
    ) -> None:
        self._report = report
        self._directory = directory
        self._agreements = agreements
        self._policy = policy
        self._declaration = declaration
        self._day = export_day(declaration)

    def make(self) -> None:
        groups: dict[str, list[Working]] = defaultdict(list)
        firms: dict[str, Firm] = {}
        named: dict[str, tuple[str, ...]] = {}
        codes: dict[str, set[str]] = defaultdict(set)
        remarks: dict[tuple[str, tuple[tuple[str, str], ...]], list[int]] = defaultdict(list)
        for made, traced in self._traced():
            number = made.item.item
            for one in traced.remarks:
                remarks[one.name, one.values].append(number)
            if traced.consignor is None:
                self._report.own += not any(_blocks(one.name) for one in traced.remarks)
                continue
            firm = self._directory.completed(traced.consignor)
            key = firm.identifier or firm.customs_code or firm.name or ""
            firms.setdefault(key, firm)
            groups[key].append(made)
            named[key] = tuple(dict.fromkeys((*named.get(key, ()), *traced.agreements)))
            codes[key].update(one.name for one in traced.remarks if _blocks(one.name))
            if made.wrong:
                codes[key].add(made.wrong)
                self._wrong(made)
            self._report.workings.append(Worked(self._declaration, firm, made))
        for (name, values), items in remarks.items():
            told = {**dict(values), "items": ", ".join(map(str, items))}
            self._report.findings.append(finding(name, self._declaration.number, **told))
        for key, group in groups.items():
            self._row(firms[key], group, named[key], codes[key])

    def _traced(self) -> list[tuple[Working, Traced]]:
        """Each item with its consignor. Goods of several consignors have one owner in the head of the declaration: where it
        is the consignor of some items, it does not speak against those of the others.
        """
        told = [
            (made, trace(self._agreements, self._declaration, made.item.item, self._day))
            for made in workings(self._declaration, self._policy)
        ]
        owner = firm_of(self._declaration.owner) if self._declaration.owner else None
        if owner and any(one.consignor is not None and one.consignor.is_same(owner) for _, one in told):
            for _, one in told:
                one.remarks = [remark for remark in one.remarks if remark.name not in _OF_OWNER]
        return told

    def _wrong(self, made: Working) -> None:
        values: dict[str, str] = {"lacking": made.lacking}
        if made.wrong in {"no_total", "not_positive"}:
            values = {"item": str(made.item.item)}
        if made.wrong == "no_rate":
            values["month"] = self._declaration.declared_on.strftime("%Y%m")
        self._report.findings.append(finding(made.wrong, self._declaration.number, **values))

    def _row(self, firm: Firm, group: list[Working], agreements: tuple[str, ...], codes: set[str]) -> None:
        values = [one.fob for one in group]
        amount = (
            None if None in values else money(sum((one for one in values if one is not None), Fraction()))
        )
        lacks = {name for name, is_there in _lacking(firm).items() if not is_there}
        self._report.rows.append(
            Row(
                self._declaration.number,
                self._day,
                firm,
                amount,
                tuple(one.item.item for one in group),
                agreements,
                tuple(sorted(f"agency_report.{name}" for name in codes | lacks)),
            )
        )


def _blocks(name: str) -> bool:
    return CHECKS[f"agency_report.{name}"].severity is Severity.BLOCK


def _lacking(firm: Firm) -> dict[str, bool]:
    return {
        "consignor_without_id": bool(firm.identifier) or firm.is_abroad,
        "consignor_without_name": bool(firm.name),
    }


def _of_firms(report: Report) -> Iterable[Finding]:
    """What speaks against the consignors, and the agent, as firms."""
    names: dict[str, list[str]] = defaultdict(list)
    for one in (report.agent, *(row.consignor for row in report.rows)):
        if one.uscc and not uscc_check_digit_fits(one.uscc):
            yield finding("check_digit", one.name or one.uscc, uscc=one.uscc)
        if (
            one.identifier
            and one.name
            and not any(same_name(one.name, told) for told in names[one.identifier])
        ):
            names[one.identifier].append(one.name)
    for row in report.rows:
        for name, is_there in _lacking(row.consignor).items():
            if not is_there:
                yield finding(name, row.consignor.shown)
        if row.consignor.is_abroad:
            yield finding("consignor_abroad", row.consignor.shown, country=row.consignor.country or "")
    for identifier, told in names.items():
        if len(told) > 1:
            yield finding("name_differs", identifier, names=", ".join(told))


def _of_agreements(
    report: Report, agreements: Agreements, known: dict[str, Declaration], inside: dict[str, Declaration]
) -> Iterable[Finding]:
    """Agreements of the agent that lead to nothing, or to what is not there."""
    used = {number for row in report.rows for number in row.agreements}
    told = {one.about: one for one in report.findings}
    numbers: dict[str, Agreement] = {}
    for one in agreements.all:
        if numbers.setdefault(one.number, one) != one:
            yield finding("agreement_twice", one.number)
    for one in agreements.of_agent(report.agent):
        if not one.runs(report.quarter.first, report.quarter.last):
            continue
        for cover in one.covers:
            if cover.declaration not in known:
                yield finding("declaration_missing", cover.declaration, agreement=one.number)
            elif cover.declaration in inside:
                there = {item.item for item in inside[cover.declaration].items}
                gone = [str(item) for item in cover.items if item not in there]
                if gone:
                    yield finding(
                        "item_missing", cover.declaration, agreement=one.number, items=", ".join(gone)
                    )
        listed = {cover.declaration for cover in one.covers}
        if (
            one.number not in used
            and not listed & told.keys()
            and not (listed and listed <= known.keys() - inside.keys())
        ):
            yield finding("agreement_unused", one.number)
