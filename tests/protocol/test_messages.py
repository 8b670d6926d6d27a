"""What the authorities say to each other survives the wire; anything else is refused by name."""

from __future__ import annotations

from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hefu.errors import HefuError
from hefu.protocol.messages import (
    KEY_STREAM,
    CertificateFreed,
    CertificateIssued,
    CertificateMarked,
    CertificateMoved,
    CertificatePresented,
    CertificateReserved,
    CertificateUnknown,
    CertificateUsed,
    Decision,
    ExportReleased,
    GoodsReopened,
    KeyAnnounced,
    KeyRetired,
    Message,
    VoidGranted,
    VoidRefused,
    VoidRequested,
    parse,
)
from tests.builders import EXPORT, certificate, declaration
from tests.protocol.authorities import NUMBER, RETURN

BY_TWO = Decision(ground="court order 7", proposed_by="officer:one", approved_by="officer:two")
MESSAGES: tuple[tuple[Message, str, str], ...] = (
    (CertificateIssued(number=NUMBER, certificate=certificate()), "certificate.issued", NUMBER),
    (
        CertificateIssued(number="B", certificate=certificate(number="B"), replaces=NUMBER),
        "certificate.issued",
        "B",
    ),
    (VoidRequested(number=NUMBER, request=1, reason="错开"), "certificate.void_requested", NUMBER),
    (VoidGranted(number=NUMBER, request=1), "certificate.void_granted", NUMBER),
    (
        VoidRefused(number=NUMBER, request=1, state="used", declaration=RETURN),
        "certificate.void_refused",
        NUMBER,
    ),
    (CertificateReserved(number=NUMBER, declaration=RETURN), "certificate.reserved", NUMBER),
    (CertificateFreed(number=NUMBER, declaration=RETURN, why="refused"), "certificate.freed", NUMBER),
    (
        CertificateUsed(number=NUMBER, declaration=RETURN, drawn={1: "10000000", 12: "1"}),
        "certificate.used",
        NUMBER,
    ),
    (CertificateMarked(number=NUMBER, declaration=RETURN, mark="m"), "certificate.marked", NUMBER),
    (
        CertificateMoved(
            number=NUMBER, declaration=RETURN, moved_from=EXPORT, drawn={1: "1"}, decision=BY_TWO
        ),
        "certificate.moved",
        NUMBER,
    ),
    (
        GoodsReopened(number=NUMBER, declaration=RETURN, decision=BY_TWO),
        "certificate.goods_reopened",
        NUMBER,
    ),
    (
        CertificatePresented(number=NUMBER, declaration=RETURN, ticket="YJ2026-0001"),
        "certificate.presented",
        NUMBER,
    ),
    (CertificateUnknown(number=NUMBER, declaration=RETURN), "certificate.unknown", NUMBER),
    (ExportReleased(declaration=declaration("export"), revision=2), "export.released", EXPORT),
    (
        KeyAnnounced(key_id="k", algorithm="ed25519", public_key="p", not_before="2026-01-01T00:00:00+00:00"),
        "key.announced",
        KEY_STREAM,
    ),
    (KeyRetired(key_id="k", not_after="2026-01-01T00:00:00+00:00"), "key.retired", KEY_STREAM),
)
EACH = pytest.mark.parametrize(
    ("message", "kind", "stream"), MESSAGES, ids=lambda one: getattr(one, "kind", "")
)


def over_the_wire(body: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(orjson.dumps(body))
    return told


@EACH
def test_a_message_arrives_as_it_was_sent(message: Message, kind: str, stream: str) -> None:
    assert parse(over_the_wire(message.body()), "A/1") == message


@EACH
def test_a_message_names_its_kind_and_its_stream(message: Message, kind: str, stream: str) -> None:
    assert message.body()["kind"] == message.kind == kind
    assert message.stream == stream


@EACH
def test_a_message_does_not_change(message: Message, kind: str, stream: str) -> None:
    with pytest.raises(ValidationError):
        setattr(message, next(iter(type(message).model_fields)), "other")


@EACH
def test_an_unknown_field_is_refused_and_named(message: Message, kind: str, stream: str) -> None:
    with pytest.raises(HefuError) as caught:
        parse({**message.body(), "surprise": 1}, "A/1")
    problem = caught.value.first
    assert problem.kind.code == "message.unreadable"
    assert (problem.place, "surprise" in problem.value) == ("A/1", True)


@EACH
def test_a_message_without_one_of_its_fields_is_refused_and_the_field_named(
    message: Message, kind: str, stream: str
) -> None:
    required = [name for name, field in type(message).model_fields.items() if field.is_required()]
    for name in required:
        body = message.body()
        del body[name]
        with pytest.raises(HefuError) as caught:
            parse(body, "A/1")
        assert name in caught.value.first.value


def test_every_message_of_the_link_is_among_these() -> None:
    (union, _) = get_args(Message)
    assert {type(message) for message, _, _ in MESSAGES} == set(get_args(union))


@pytest.mark.parametrize("body", [{}, {"kind": "certificate.burnt", "number": NUMBER}, {"kind": None}])
def test_a_message_of_no_known_kind_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(HefuError) as caught:
        parse(body, "A/1")
    assert caught.value.first.kind.code == "message.unreadable"
    assert caught.value.first.kind.http == 422


def test_a_certificate_that_breaks_its_own_rules_is_refused_inside_a_message() -> None:
    body = CertificateIssued(number=NUMBER, certificate=certificate()).body()
    body["certificate"]["lines"][0]["quantity"] = "101"
    with pytest.raises(HefuError) as caught:
        parse(body, "A/1")
    assert "more than the exported" in caught.value.first.value


def test_a_refused_void_says_reserved_or_used_and_nothing_else() -> None:
    body = VoidRefused(number=NUMBER, request=1, state="used", declaration=RETURN).body()
    with pytest.raises(HefuError):
        parse({**body, "state": "available"}, "A/1")


@given(st.dictionaries(st.integers(1, 9999), st.integers(0, 2**63 - 1), max_size=5))
def test_quantities_beyond_the_safe_integers_of_json_arrive_exactly(drawn: dict[int, int]) -> None:
    told = {line: str(quantity) for line, quantity in drawn.items()}
    sent = CertificateUsed(number=NUMBER, declaration=RETURN, drawn=told)
    arrived = parse(over_the_wire(sent.body()), "A/1")
    assert isinstance(arrived, CertificateUsed)
    assert {line: int(quantity) for line, quantity in arrived.drawn.items()} == drawn


@pytest.mark.parametrize("quantity", ["abc", "-5", "1.5", "", "1" * 20])
def test_a_drawn_quantity_is_a_whole_number(quantity: str) -> None:
    body = CertificateUsed(number="A", declaration="D", drawn={1: "5"}).body()
    with pytest.raises(HefuError) as caught:
        parse({**body, "drawn": {"1": quantity}}, "A/1")
    assert caught.value.first.kind.code == "message.unreadable"


def test_a_certificate_travels_in_its_own_stream() -> None:
    body = CertificateIssued(number="BSWT0001", certificate=certificate()).body()
    with pytest.raises(HefuError) as caught:
        parse({**body, "number": "OTHER"}, "OTHER/1")
    assert caught.value.first.kind.code == "message.unreadable"
