"""How each record lies in its table: columns, key, and the way there and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

import orjson

from hefu.documents.application import Application
from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.contingency.records import (
    ActState,
    Contest,
    Function,
    Outage,
    PaperCase,
    PaperState,
    Scan,
    Ticket,
    TwoOfficerAct,
    Typed,
)
from hefu.protocol.records import (
    Account,
    Ahead,
    Answer,
    Copy,
    Cover,
    Covering,
    Cursor,
    DeclarationState,
    Evidence,
    Holding,
    Issue,
    IssueState,
    Lodgement,
    Outgoing,
    PeerKey,
    Record,
    Wait,
)
from hefu.protocol.recovery.records import Aside, Divergence, Restoration
from hefu.protocol.refunds.records import (
    Agency,
    AgencyLine,
    Claim,
    ClaimState,
    Export,
    Obligation,
    RefundLine,
    Repaid,
    Way,
)
from hefu.protocol.verdict_records import Adopted, Edition
from hefu.rules.case import UseState
from hefu.rules.finding import Draw

Encode = Callable[[Any], Any]


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()


def _document(value: Document) -> str:
    return value.canonical.decode()


def _draws(value: tuple[Draw, ...]) -> str:
    return _dump([[d.item, d.certificate, d.line, d.quantity] for d in value])


def _read_draws(text: str) -> tuple[Draw, ...]:
    return tuple(Draw(*parts) for parts in orjson.loads(text))


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True)
class Table:
    """One record type: its table, its fields in column order, the key fields, and what must be
    encoded and decoded (other fields go as they are). ``columns`` differ from fields only where a
    field's name is a word of SQL.
    """

    name: str
    record: type[Record]
    fields: tuple[str, ...]
    key: tuple[str, ...]
    encode: Mapping[str, Encode]
    decode: Mapping[str, Encode]
    renewed: Callable[[Any, Any], bool] = lambda _before, _after: False
    """Whether the old row goes and a new one comes, so that the store can forbid to change it in place."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Column names in field order."""
        return tuple(column(field) for field in self.fields)

    def row(self, record: Record) -> tuple[Any, ...]:
        """The record as a row."""
        values = list(self._values(record))
        for place, encode in self._encoded:
            values[place] = encode(values[place])
        return tuple(values)

    def read(self, row: tuple[Any, ...]) -> Record:
        """The row as a record."""
        values = list(row)
        for place, decode in self._decoded:
            values[place] = decode(values[place])
        made: Record = self.record(*values)
        return made

    @cached_property
    def _values(self) -> Callable[[Record], tuple[Any, ...]]:
        return attrgetter(*self.fields)

    @cached_property
    def _encoded(self) -> list[tuple[int, Encode]]:
        return [(self.fields.index(field), code) for field, code in self.encode.items()]

    @cached_property
    def _decoded(self) -> list[tuple[int, Encode]]:
        return [(self.fields.index(field), code) for field, code in self.decode.items()]


def column(field: str) -> str:
    """The column of a field."""
    return {"on": "waits_on"}.get(field, field)


_AT = (_moment, _read_moment)
_JSON = (_dump, orjson.loads)
_MARKS = (_dump, lambda text: tuple(orjson.loads(text)))
_STATE: Encode = str
_USE = (_STATE, UseState)
_CERTIFICATE = (_document, Certificate.model_validate_json)
_DECLARATION = (_document, Declaration.model_validate_json)


def _freed_and_taken(before: Holding, after: Holding) -> bool:
    """One transaction has given a reserved certificate back and another declaration has taken it."""
    return before.state is UseState.RESERVED and before.declaration != after.declaration


def _table(
    record: type[Record],
    name: str,
    key: tuple[str, ...],
    renewed: Callable[[Any, Any], bool] = lambda _before, _after: False,
    **codecs: tuple[Encode, Encode],
) -> Table:
    return Table(
        name=name,
        record=record,
        fields=tuple(record.__dataclass_fields__),
        key=key,
        encode={field: pair[0] for field, pair in codecs.items()},
        decode={field: pair[1] for field, pair in codecs.items()},
        renewed=renewed,
    )


TABLES: Final[Mapping[type[Any], Table]] = {
    table.record: table
    for table in (
        _table(Cursor, "cursor", ("way", "stream")),
        _table(Outgoing, "outgoing", ("stream", "sequence"), body=_JSON, at=_AT),
        _table(Answer, "answer", ("caller", "idempotency_key"), body=_JSON, at=_AT),
        _table(Evidence, "envelope", ("id",), at=_AT),
        _table(PeerKey, "peer_key", ("key_id",), not_before=_AT, not_after=_AT),
        _table(Copy, "copy", ("number",), document=_CERTIFICATE, arrived_at=_AT),
        _table(Covering, "covering", ("export", "certificate")),
        _table(Holding, "holding", ("certificate",), _freed_and_taken, state=_USE, since=_AT),
        _table(
            Lodgement,
            "lodgement",
            ("number",),
            document=_DECLARATION,
            state=(_STATE, DeclarationState),
            comparison=_JSON,
            draws=(_draws, _read_draws),
            lodged_at=_AT,
            changed_at=_AT,
            due=_AT,
            marks=_MARKS,
            amended_at=_AT,
        ),
        _table(Edition, "edition", ("number", "revision"), document=_DECLARATION),
        _table(Adopted, "adopted", ("hash",), since=_AT),
        _table(Ahead, "ahead", ("stream",)),
        _table(Aside, "aside", ("stream", "sequence"), body=_JSON, at=_AT),
        _table(Wait, "wait", ("on", "declaration")),
        _table(Account, "account", ("goods",)),
        _table(
            Issue,
            "issue",
            ("number",),
            document=_CERTIFICATE,
            state=(_STATE, IssueState),
            usage=_USE,
            changed_at=_AT,
            marks=_MARKS,
        ),
        _table(Cover, "cover", ("certificate", "line")),
        _table(Outage, "outage", ("number",), function=(_STATE, Function), since=_AT, until=_AT),
        _table(
            Ticket,
            "ticket",
            ("number",),
            function=(_STATE, Function),
            outage_since=_AT,
            opened_at=_AT,
            closed_at=_AT,
        ),
        _table(
            PaperCase,
            "paper",
            ("certificate",),
            served_at=_AT,
            entered_at=_AT,
            state=(_STATE, PaperState),
            settled_at=_AT,
        ),
        _table(Typed, "typed", ("digest",), document=_CERTIFICATE),
        _table(Scan, "scan", ("digest",)),
        _table(Contest, "contest", ("number",), detail=_JSON, at=_AT, closed_at=_AT),
        _table(
            TwoOfficerAct,
            "two_officer_act",
            ("number",),
            content=_JSON,
            proposed_at=_AT,
            due=_AT,
            state=(_STATE, ActState),
            decided_at=_AT,
        ),
        _table(Restoration, "restoration", ("number",), backup_at=_AT, restored_at=_AT, recovered_at=_AT),
        _table(Divergence, "divergence", ("number",), at=_AT),
        _table(
            Filing,
            "application",
            ("serial",),
            document=(_document, Application.model_validate_json),
            state=(_STATE, FilingState),
            filed_at=_AT,
            decided_at=_AT,
            certificates=_MARKS,
        ),
        _table(Export, "export", ("number",), document=_DECLARATION, arrived_at=_AT, amendments=_MARKS),
        _table(
            Claim,
            "claim",
            ("number",),
            document=(_document, RefundClaim.model_validate_json),
            state=(_STATE, ClaimState),
            changed_at=_AT,
            waits_for=_MARKS,
            problems=_MARKS,
        ),
        _table(RefundLine, "refund_line", ("paper", "line"), way=(_STATE, Way)),
        _table(
            Repaid,
            "repaid",
            ("payment_slip",),
            document=(_document, Repayment.model_validate_json),
            entered_at=_AT,
        ),
        _table(Obligation, "obligation", ("certificate", "line"), since=_AT),
        _table(
            Agency,
            "agency",
            ("number",),
            document=(_document, AgencyCertificate.model_validate_json),
            changed_at=_AT,
        ),
        _table(AgencyLine, "agency_line", ("agency", "line")),
    )
}
"""Every record type's table."""
