"""Which exports a report is about, each in the version in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hefu.documents.declaration import Act, Declaration
from hefu.procedures.agency.agreements import Firm, firm_of
from hefu.procedures.agency.findings import Finding, finding
from hefu.procedures.agency.quarter import Quarter, export_day


@dataclass(slots=True)
class Exports:
    """The agent's exports: ``inside`` the quarter in order of number, ``known`` whatever is at hand, and what was found
    about their versions. ``outside`` counts the agent's exports of other quarters.
    """

    inside: list[Declaration] = field(default_factory=list)
    known: dict[str, Declaration] = field(default_factory=dict)
    outside: int = 0
    findings: list[Finding] = field(default_factory=list)


def exports_of(papers: Iterable[tuple[str, Declaration]], agent: Firm, quarter: Quarter) -> Exports:
    """The agent's exports among declarations and applications, each with the file it stands in.

    Applications to amend or withdraw are taken as granted (assumption: a firm keeps what customs accepted).
    """
    told = Exports()
    given = dict(_given(papers, told.findings))
    changes = [one for one in given.values() if one.act in (Act.AMENDMENT, Act.WITHDRAWAL)]
    exported = {
        number: one
        for number, one in given.items()
        if one.act is Act.EXPORT and firm_of(one.trader).is_same(agent)
    }
    told.known = dict(exported)
    for change in sorted(changes, key=lambda one: (one.declared_on, one.number)):
        if firm_of(change.trader).is_same(agent):
            _change(change, exported, told, quarter)
    for number in sorted(exported):
        if export_day(exported[number]) in quarter:
            told.inside.append(exported[number])
        else:
            told.outside += 1
    return told


def after(export: Declaration, change: Declaration) -> Declaration | None:
    """An export declaration as it stands after an amendment or withdrawal; ``None`` if nothing of it is left. A withdrawal
    that names items takes these out, one without items the whole declaration.
    """
    if change.act is Act.AMENDMENT:
        return export.amended_by(change)
    gone = {item.item for item in change.items}
    left = tuple(item for item in export.items if gone and item.item not in gone)
    return export.model_copy(update={"items": left}) if left else None


def _given(
    papers: Iterable[tuple[str, Declaration]], findings: list[Finding]
) -> Iterator[tuple[str, Declaration]]:
    """Each number once. The same content twice is one paper; of different contents the latter is taken, and told."""
    seen: dict[str, tuple[str, Declaration]] = {}
    for file, one in papers:
        before = seen.get(one.number)
        if before is not None and before[1] != one:
            findings.append(finding("two_versions", one.number, files=f"{before[0]}, {file}"))
        seen[one.number] = (file, one)
    return ((number, one) for number, (_, one) in seen.items())


def _change(change: Declaration, exported: dict[str, Declaration], told: Exports, quarter: Quarter) -> None:
    number = change.related or ""
    before = exported.get(number)
    if before is None:
        if number not in told.known:
            told.findings.append(finding("change_without_export", number, change=change.number))
        return
    day = export_day(before)
    if day not in quarter and change.declared_on in quarter:
        earlier = Quarter(day.year, (day.month + 2) // 3)
        told.findings.append(finding("earlier_changed", number, change=change.number, quarter=earlier))
    left = after(before, change)
    if left is not None:
        exported[number] = left
    else:
        del exported[number]
    name = "amended" if left is not None else "withdrawn"
    if day in quarter:
        told.findings.append(finding(name, number, change=change.number))
