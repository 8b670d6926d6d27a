"""What the two state machines keep, and under which key."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.contingency.records import (
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
    Key,
    Lodgement,
    Outgoing,
    PeerKey,
    Record,
    Side,
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
from tests.builders import EXPORT, agency_certificate, certificate, claim, declaration, repayment
from tests.protocol.applications.papers import application
from tests.protocol.authorities import NUMBER, RETURN, START

LODGED = Lodgement(
    RETURN, declaration(), "sha256:0", DeclarationState.LODGED, 1, {}, (), "firm", START, START
)
ISSUED = Issue(
    NUMBER, certificate(), "sha256:0", IssueState.ISSUED, UseState.AVAILABLE, None, "officer", START
)
KEYED: tuple[tuple[Record, Key], ...] = (
    (Cursor("out", NUMBER, 3), ("out", NUMBER)),
    (Outgoing(NUMBER, 3, "certificate.issued", {}, START), (NUMBER, 3)),
    (Answer("firm", "key-1", "sha256:0", 200, {}, START), ("firm", "key-1")),
    (Evidence("envelope-1", "in", "key-1", START, b""), ("envelope-1",)),
    (PeerKey("key-1", "ed25519", "text", START), ("key-1",)),
    (Copy(NUMBER, certificate(), "sha256:0", START), (NUMBER,)),
    (Covering(EXPORT, NUMBER), (EXPORT, NUMBER)),
    (Holding(NUMBER, UseState.USED, RETURN, START), (NUMBER,)),
    (LODGED, (RETURN,)),
    (Edition(RETURN, 1, declaration()), (RETURN, 1)),
    (Adopted("sha256:0", "2026.1", "version = '2026.1'", START), ("sha256:0",)),
    (Ahead(NUMBER, 3), (NUMBER,)),
    (Aside(NUMBER, 3, {}, "e", "a", "w", START), (NUMBER, 3)),
    (Wait(f"certificate:{NUMBER}", RETURN), (f"certificate:{NUMBER}", RETURN)),
    (Account("item:1:1", "011", 5, 0, "stated"), ("item:1:1",)),
    (ISSUED, (NUMBER,)),
    (Cover("item:1:1", NUMBER, 2, 5), (NUMBER, 2)),
    (Outage(1, Function.CERTIFICATES, START, None, "open"), (1,)),
    (Ticket("YJ2026-0001", Function.CERTIFICATES, "g", START, START, "a", "b", "open"), ("YJ2026-0001",)),
    (PaperCase(NUMBER, RETURN, "T", "d", "s", START, "a", START, 1, PaperState.ENTERED), (NUMBER,)),
    (Typed("sha256:0", certificate()), ("sha256:0",)),
    (Scan("sha256:1", "image/png", b""), ("sha256:1",)),
    (Contest(2, "paper.differs", NUMBER, RETURN, "", "T", {}, START), (2,)),
    (Restoration(1, START, START, "open"), (1,)),
    (Divergence(2, "use.differs", NUMBER, "a", "b", "", "open", START), (2,)),
    (Export(EXPORT, declaration("export"), 1, START), (EXPORT,)),
    (Claim("R1", claim(), "sha256:0", ClaimState.PAID, "U", "firm", START), ("R1",)),
    (RefundLine("claim:R1", 1, "g", Way.CLAIMED, "U", 5, 5, 0, 0), ("claim:R1", 1)),
    (Repaid("S1", repayment(), "sha256:0", "firm", START), ("S1",)),
    (Obligation(NUMBER, 1, "g", "U", 5, START), (NUMBER, 1)),
    (Agency("A1", agency_certificate(), "sha256:0", "issued", "officer", START), ("A1",)),
    (AgencyLine("A1", 1, "g", 5, 0), ("A1", 1)),
    (Filing("SQ1", application(), "sha256:0", FilingState.FILED, "firm", START), ("SQ1",)),
    (TwoOfficerAct(3, "paper.enter", NUMBER, {}, "g", "a", START, START), (3,)),
)


@pytest.mark.parametrize(("record", "key"), KEYED, ids=lambda one: type(one).__name__)
def test_a_record_lies_under_the_key_that_must_be_unique(record: Record, key: Key) -> None:
    assert record.key == key


@pytest.mark.parametrize("record", [record for record, _ in KEYED], ids=lambda one: type(one).__name__)
def test_a_record_does_not_change(record: Record) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(record, next(iter(record.__dataclass_fields__)), "other")


def test_every_kind_of_record_is_among_these() -> None:
    assert {type(record) for record, _ in KEYED} == set(Record.__args__)


def test_a_certificate_has_one_holder_because_its_number_is_the_whole_key() -> None:
    one = Holding(NUMBER, UseState.RESERVED, RETURN, START)
    two = Holding(NUMBER, UseState.USED, "530120261000000002", START)
    assert one.key == two.key


def test_the_peer_of_the_peer_is_oneself() -> None:
    assert Side.TAX.peer is Side.CUSTOMS
    assert all(side.peer.peer is side for side in Side)


def test_a_declaration_is_open_until_it_is_released_withdrawn_or_refused() -> None:
    closed = {DeclarationState.RELEASED, DeclarationState.WITHDRAWN, DeclarationState.REFUSED}
    assert {state for state in DeclarationState if not state.is_open} == closed


def test_a_declaration_names_each_certificate_it_draws_on_once_and_in_order() -> None:
    draws = (Draw(1, "B", 1, 5), Draw(2, "A", 1, 5), Draw(3, "B", 2, 5))
    drawing = Lodgement(
        RETURN, declaration(), "sha256:0", DeclarationState.RESERVED, 1, {}, draws, "firm", START, START
    )
    assert drawing.certificates == ("B", "A")
    assert LODGED.certificates == ()
