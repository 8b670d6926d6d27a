"""What two stores say of one certificate, as a state of the model; and whether the model's steps lead from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from hefu.protocol.contingency.records import PaperCase
from hefu.protocol.records import (
    Copy,
    Cursor,
    DeclarationState,
    Holding,
    Issue,
    IssueState,
    Lodgement,
    Outgoing,
)
from hefu.rules.case import UseState
from hefu.stores.sqlite import SqliteReader
from tests.model import protocol as model
from tests.model.algebra import Values
from tests.model.exploring import key_of
from tests.model.protocol import ALONE, STEPS, State

_TAX: Final = {
    IssueState.DRAFT: model.NONE, IssueState.ISSUED: model.ISSUED, IssueState.VOID_REQUESTED: model.ASKED,
    IssueState.VOIDED: model.VOIDED, IssueState.SUPERSEDED: model.VOIDED,
}  # fmt: skip
_USE: Final = {
    UseState.AVAILABLE: model.FREE, UseState.RESERVED: model.RESERVED, UseState.USED: model.USED,
    UseState.WITHDRAWN: model.WITHDRAWN,
}  # fmt: skip
_KINDS: Final = {
    "certificate.issued": model.ISSUE, "certificate.void_requested": model.ASK, "certificate.unknown": model.UNKNOWN,
    "certificate.reserved": model.RESERVE, "certificate.freed": model.FREED, "certificate.used": model.USE,
    "certificate.void_granted": model.GRANT, "certificate.void_refused": model.REFUSE,
    "certificate.marked": model.MARK, "certificate.presented": model.PRESENT,
    "certificate.moved": model.MOVE, "certificate.goods_reopened": model.REOPEN,
}  # fmt: skip
_REQUESTS: Final = ("certificate.void_requested", "certificate.void_granted", "certificate.void_refused")
DEEPEST: Final = 8
"""Model steps that one step of the code may be."""


@dataclass
class Names:
    """The declarations that a certificate has had to do with, as the numbers of the model."""

    known: dict[str, int] = field(default_factory=dict)

    def __call__(self, declaration: str | None) -> int:
        """The number of a declaration; 0 stands for none."""
        return self.known.setdefault(declaration, len(self.known) + 1) if declaration else 0


def state_of(tax: SqliteReader, customs: SqliteReader, number: str, names: Names) -> State:
    """What both stores say of a certificate."""
    issue = tax.fetch(Issue, [(number,)]).get((number,))
    holding = customs.fetch(Holding, [(number,)]).get((number,))
    paper = customs.fetch(PaperCase, [(number,)]).get((number,))
    for bound in (holding, paper):
        names(bound.declaration if bound else None)
    declarations, ever, moved = _declarations(customs, number, names)
    issued = issue is not None and issue.state is not IssueState.DRAFT
    tax_kinds, tax_numbers = _said(tax, number, names)
    customs_kinds, customs_numbers = _said(customs, number, names)
    return State(
        tax=_TAX[issue.state] if issue else model.NONE,
        told=_USE[issue.usage] if issue else model.FREE,
        told_by=names(issue.declaration) if issue else 0,
        asked=issue.requests if issue else 0,
        copy=int((number,) in customs.fetch(Copy, [(number,)])),
        held=_USE[holding.state] if holding else model.FREE,
        held_by=names(holding.declaration) if holding else 0,
        paper=names(paper.declaration) if paper and paper.state.binds else 0,
        declarations=declarations,
        tax_said=len(tax_kinds),
        tax_kinds=tax_kinds,
        tax_numbers=tax_numbers,
        customs_said=len(customs_kinds),
        customs_kinds=customs_kinds,
        customs_numbers=customs_numbers,
        tax_heard=_heard(tax, number),
        customs_heard=_heard(customs, number),
        ever=ever,
        moved=moved,
        issued_at=next((i for i, kind in tax_kinds.items() if kind == model.ISSUE), 0) if issued else 0,
    )


def _declarations(
    customs: SqliteReader, number: str, names: Names
) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    told: dict[int, int] = {}
    for one in customs.every(Lodgement):
        draws = number in one.certificates
        if not draws and one.number not in names.known:
            continue
        if draws and one.state is DeclarationState.RESERVED:
            state = model.TAKEN
        elif draws and one.state is DeclarationState.RELEASED:
            state = model.RELEASED
        else:
            state = model.LODGED if one.state.is_open else model.CLOSED
        told[names(one.number)] = state
    journal = customs.journal_of(number)
    used = {
        names(entry.other): 1 for entry in journal if entry.event in ("certificate.used", "certificate.moved")
    }
    moved = {names(entry.detail["moved_from"]): 1 for entry in journal if entry.event == "certificate.moved"}
    return told, used, moved


def _said(store: SqliteReader, number: str, names: Names) -> tuple[dict[int, int], dict[int, int]]:
    kinds: dict[int, int] = {}
    numbers: dict[int, int] = {}
    for one in store.find(Outgoing, "stream", number):
        kinds[one.sequence] = _KINDS[one.kind]
        about = one.body["request"] if one.kind in _REQUESTS else names(one.body.get("declaration"))
        numbers[one.sequence] = about if one.kind != "certificate.issued" else 0
    return kinds, numbers


def _heard(store: SqliteReader, number: str) -> int:
    cursor = store.fetch(Cursor, [("in", number)]).get(("in", number))
    return cursor.sequence if cursor else 0


def path(before: State, after: State) -> list[str] | None:
    """Steps of the model that lead from one state to another; ``None`` if none do, as few as there are."""
    if key_of(before) == key_of(after):
        return []
    touched = _touched(before, after)
    seen = {key_of(before)}
    layer: list[tuple[State, list[str]]] = [(before, [])]
    for _ in range(DEEPEST):
        further: list[tuple[State, list[str]]] = []
        for state, steps in layer:
            for name, reached in _next(state, touched):
                if key_of(reached) == key_of(after):
                    return [*steps, name]
                if key_of(reached) not in seen and _towards(reached, after):
                    seen.add(key_of(reached))
                    further.append((reached, [*steps, name]))
        layer = further
    return None


def _next(state: State, touched: Iterable[int]) -> Iterator[tuple[str, State]]:
    values = Values()
    for name, step in STEPS.items():
        for d in (0,) if name in ALONE else touched:
            may, reached = step(values, state, d)
            if may:
                yield f"{name} {d}" if d else name, reached


def _touched(before: State, after: State) -> list[int]:
    changed = {
        d
        for d in before.declarations.keys() | after.declarations.keys()
        if before.declarations.get(d) != after.declarations.get(d)
    }
    return sorted((changed | {before.held_by, after.held_by, before.paper, after.paper}) - {0})


def _towards(state: State, after: State) -> bool:
    """What has been said is not unsaid: a state that said something else leads nowhere."""
    return (
        state.tax_said <= after.tax_said
        and state.customs_said <= after.customs_said
        and state.tax_heard <= after.tax_heard
        and state.customs_heard <= after.customs_heard
        and all(after.customs_kinds.get(place) == kind for place, kind in state.customs_kinds.items())
        and all(after.tax_kinds.get(place) == kind for place, kind in state.tax_kinds.items())
    )
