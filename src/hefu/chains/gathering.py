"""What the two nodes hold, as the core tables that are joined: declarations, their lines, certificates, refund claims.

Customs knows how a declaration stands and which certificates it used, tax which certificate replaced which and what was
claimed; of a certificate that both know, customs says how it was used. Days are those of the node (Asia/Shanghai), not
those that a paper states. Agents' reports, agreements and firms' data lie in neither node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, TypeVar

import polars as pl

from hefu.chains.documents import certified, declared, framed, lines
from hefu.chains.tables import CERTIFICATES, CLAIMS, DECLARATIONS, LINES, Table, Tables
from hefu.documents.certificate import Certificate
from hefu.documents.fields import SHANGHAI, scaled
from hefu.documents.refund import Entry
from hefu.protocol.contingency.records import PaperCase, Typed
from hefu.protocol.marks import TAKEN_BACK
from hefu.protocol.records import Copy, DeclarationState, Holding, Issue, IssueState, Lodgement
from hefu.protocol.refunds.records import Claim, ClaimState, RefundLine
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteReader
from hefu.stores.tables import TABLES

_BATCH: Final = 5_000
"""Records that lie in memory as rows of Python at once."""
_FEN: Final = 100
_CLAIMED: Final = {
    ClaimState.HELD: "claimed",
    ClaimState.ACCEPTED: "claimed",
    ClaimState.PAID: "paid",
    ClaimState.REFUSED: "refused",
    ClaimState.RECALLED: "refused",
}
_ENDED: Final = (IssueState.VOIDED, IssueState.SUPERSEDED)

T = TypeVar("T")
Tick = Callable[[int], None]
Row = dict[str, Any]


def to_gather(reader: SqliteReader) -> int:
    """How many records of a store are gathered."""
    kinds = (Lodgement, Copy, Issue, Claim)
    return sum(
        reader.connection.execute(f"SELECT count(*) FROM {TABLES[kind].name}").fetchone()[0]  # noqa: S608
        for kind in kinds
    )


def gather(
    customs: SqliteReader | None,
    tax: SqliteReader | None,
    policy: Policy,
    tick: Tick = lambda _: None,
) -> Tables:
    """The tables of the stores that are given, each as it stands at one moment. The policy has the customs rates by which
    declarations are brought to FOB in CNY; ``tick`` is told how many more records are done.
    """
    for reader in (customs, tax):
        if reader is not None:
            reader.connection.execute("BEGIN")
    told: Tables = {}
    if customs is not None:
        told |= _declarations(customs, policy, tick)
    told[CERTIFICATES.name] = _certificates(customs, tax, tick)
    if tax is not None:
        told[CLAIMS.name] = _claims(tax, tick)
    return told


def _declarations(customs: SqliteReader, policy: Policy, tick: Tick) -> Tables:
    heads: list[pl.DataFrame] = []
    items: list[pl.DataFrame] = []
    for batch in _batches(customs.every(Lodgement)):
        heads.append(framed(DECLARATIONS, map(_lodged, batch)))
        items.append(framed(LINES, (row for one in batch for row in lines(one.document, policy))))
        tick(len(batch))
    return {DECLARATIONS.name: _joined(DECLARATIONS, heads), LINES.name: _joined(LINES, items)}


def _lodged(one: Lodgement) -> Row:
    state = DeclarationState.WITHDRAWN if TAKEN_BACK in one.marks else one.state
    codes = (finding["code"] for finding in one.comparison.get("findings", ()))
    return {
        **declared(one.document),
        "lodged": _day(one.lodged_at),
        "released": _day(one.changed_at) if state is DeclarationState.RELEASED else None,
        "state": state.value,
        "hold_codes": " ".join(codes) if state is DeclarationState.HELD else None,
    }


@dataclass(slots=True)
class _Use:
    """What became of a certificate."""

    declaration: str | None = None
    used: date | None = None
    ended: date | None = None
    replaces: str | None = None
    on_paper: bool = False

    def as_row(self) -> Row:
        return {
            "declaration": self.declaration,
            "used": self.used,
            "ended": self.ended,
            "replaces": self.replaces,
            "on_paper": self.on_paper,
        }


def _certificates(customs: SqliteReader | None, tax: SqliteReader | None, tick: Tick) -> pl.DataFrame:
    uses: dict[str, _Use] = {}
    if tax is not None:
        uses |= {one.number: _issued(one) for one in tax.every(Issue) if one.state is not IssueState.DRAFT}
    papers: dict[str, str] = {}
    if customs is not None:
        papers = {one.certificate: one.digest for one in customs.every(PaperCase) if one.state.binds}
        for number in papers:
            uses.setdefault(number, _Use()).on_paper = True
        for holding in customs.every(Holding):
            _held(uses.setdefault(holding.certificate, _Use()), holding)
    frames = [
        framed(CERTIFICATES, ({**row, **uses.get(one.number, _Use()).as_row()} for one in batch for row in certified(one)))
        for batch in _batches(_documents(customs, tax, papers, tick))
    ]  # fmt: skip
    return _joined(CERTIFICATES, frames)


def _issued(one: Issue) -> _Use:
    is_used = one.usage is UseState.USED
    return _Use(
        declaration=one.declaration if is_used else None,
        used=_day(one.changed_at) if is_used else None,
        ended=_day(one.changed_at) if one.state in _ENDED else None,
        replaces=one.replaces,
    )


def _held(use: _Use, holding: Holding) -> None:
    """What customs says of a use goes before what tax has been told of it."""
    is_used = holding.state is UseState.USED
    use.declaration = holding.declaration if is_used else None
    use.used = _day(holding.since) if is_used else None
    if holding.state is UseState.WITHDRAWN and use.ended is None:
        use.ended = _day(holding.since)


def _documents(
    customs: SqliteReader | None, tax: SqliteReader | None, papers: Mapping[str, str], tick: Tick
) -> Iterator[Certificate]:
    """Each certificate once: as it arrived at customs, else as tax issued it, else as an officer typed it from paper."""
    seen: set[str] = set()
    kinds: tuple[tuple[SqliteReader | None, type[Copy | Issue]], ...] = ((customs, Copy), (tax, Issue))
    for reader, kind in kinds:
        for one in reader.every(kind) if reader is not None else ():
            tick(1)
            if one.number not in seen and not (isinstance(one, Issue) and one.state is IssueState.DRAFT):
                seen.add(one.number)
                yield one.document
    missing = {number: digest for number, digest in papers.items() if number not in seen}
    if customs is not None and missing:
        typed = customs.fetch(Typed, [(digest,) for digest in set(missing.values())])
        yield from (typed[digest,].document for digest in missing.values() if (digest,) in typed)


def _claims(tax: SqliteReader, tick: Tick) -> pl.DataFrame:
    """A row for each line that claims; what was taken back altogether counts as reversed."""
    gone = {
        (one.paper, one.line) for one in tax.every(RefundLine) if one.quantity and not one.remaining
    }  # a line that gives back has none left either, and is no claim
    frames = []
    for batch in _batches(tax.every(Claim)):
        frames.append(framed(CLAIMS, (row for one in batch for row in _claimed(one, gone))))
        tick(len(batch))
    return _joined(CLAIMS, frames)


def _claimed(one: Claim, gone: set[tuple[str, int]]) -> Iterator[Row]:
    told = one.document
    for line in told.lines:
        if line.entry is not Entry.CLAIM:
            continue
        is_gone = (f"claim:{one.number}", line.line) in gone
        yield {
            "claim": one.number,
            "claimant": told.claimant.uscc,
            "claimant_name": told.claimant.name,
            "declaration": line.declaration,
            "item": line.item,
            "quantity": scaled(line.quantity, 5),
            "refund": int(((line.vat or 0) + (line.consumption_tax or 0)) * _FEN),
            "claimed": told.claimed_on,
            "paid": _day(one.changed_at) if one.state is ClaimState.PAID else None,
            "state": "reversed" if is_gone else _CLAIMED[one.state],
        }


def _batches(records: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(records)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _joined(table: Table, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    told = list(frames)
    return pl.concat(told) if told else table.empty()
