"""The envelope: whatever is changed, nothing of it is used."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.errors import HefuError
from hefu.link import envelope as envelopes
from hefu.link.envelope import id_of, open_envelope, seal
from hefu.protocol.records import PeerKey, Side
from hefu.trust.keyring import Keyring, generate

NOW = datetime(2026, 3, 10, tzinfo=UTC)
KEY = generate("tax", NOW, confirmed=True)
OTHER = generate("tax", NOW, confirmed=True)
KNOWN = {KEY.key_id: PeerKey(KEY.key_id, KEY.algorithm, KEY.public_text, NOW)}
CONTENT: dict[str, Any] = {"messages": [{"stream": "C", "sequence": 1, "body": {"kind": "k", "n": "名"}}]}
SEALED = seal(Side.TAX, "messages", CONTENT, Keyring([KEY]), NOW)


def opened(data: bytes, known: dict[str, PeerKey] | None = None, side: Side = Side.CUSTOMS) -> str:
    """The kind of what opens, or the code of what refused it."""
    try:
        return open_envelope(data, side, (KNOWN if known is None else known).get, NOW).kind
    except HefuError as error:
        return error.first.kind.code


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    told = orjson.loads(SEALED)
    change(told)
    return orjson.dumps(told)


def test_a_sound_envelope_opens_to_what_was_sealed() -> None:
    told = open_envelope(SEALED, Side.CUSTOMS, KNOWN.get, NOW)
    assert (told.kind, told.key_id, told.at, told.data) == ("messages", KEY.key_id, NOW, SEALED)
    assert told.content["messages"] == CONTENT["messages"]
    assert told.id == id_of(SEALED)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_changed_byte_changes_what_is_read(place: int, by: int) -> None:
    data = bytearray(SEALED)
    data[place] ^= by
    outcome = opened(bytes(data))
    if outcome == "messages":
        told = open_envelope(bytes(data), Side.CUSTOMS, KNOWN.get, NOW)
        assert (told.content["messages"], told.id) == (CONTENT["messages"], id_of(SEALED))
    else:
        assert outcome.startswith("envelope.")


def resealed(**changes: Any) -> bytes:
    """A payload with changes, signed properly by the peer."""
    payload = {**orjson.loads(b64decode(orjson.loads(SEALED)["payload"])), **changes}
    data = orjson.dumps({k: v for k, v in payload.items() if v is not None}, option=orjson.OPT_SORT_KEYS)
    signature = KEY.sign(envelopes._signed_bytes(data))
    return orjson.dumps(
        {
            "payloadType": envelopes.PAYLOAD_TYPE,
            "payload": b64encode(data).decode(),
            "signatures": [{"keyid": KEY.key_id, "sig": b64encode(signature).decode()}],
        }
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "envelope.unreadable"),
        (b"\xff\xfe", "envelope.unreadable"),
        (b"[]", "envelope.unreadable"),
        (b"{}", "envelope.unreadable"),
        (changed(lambda e: e.pop("signatures")), "envelope.unreadable"),
        (changed(lambda e: e.update(signatures=[])), "envelope.unreadable"),
        (changed(lambda e: e.update(payload="%%%")), "envelope.unreadable"),
        (changed(lambda e: e.update(payload=7)), "envelope.unreadable"),
        (changed(lambda e: e["signatures"][0].update(sig="*")), "envelope.unreadable"),
        (changed(lambda e: e.update(payloadType="application/json")), "envelope.unreadable"),
        (changed(lambda e: e["signatures"][0].update(keyid="tax-0")), "envelope.signature_invalid"),
        (changed(lambda e: e["signatures"][0].update(sig="")), "envelope.signature_invalid"),
        (seal(Side.TAX, "messages", CONTENT, Keyring([OTHER]), NOW), "envelope.signature_invalid"),
        (resealed(to="tax"), "envelope.not_for_us"),
        (resealed(**{"from": "customs"}), "envelope.not_for_us"),
        (resealed(at="yesterday"), "envelope.unreadable"),
        (resealed(at=None), "envelope.unreadable"),
        (resealed(kind=None), "envelope.unreadable"),
        (resealed(kind="messages"), "messages"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, code: str) -> None:
    assert opened(data) == code


def test_a_signature_of_one_type_does_not_serve_another() -> None:
    payload = b64decode(orjson.loads(SEALED)["payload"])
    signature = KEY.sign(payload)
    assert opened(changed(lambda e: e["signatures"][0].update(sig=b64encode(signature).decode()))) == (
        "envelope.signature_invalid"
    )


def test_an_envelope_does_not_open_at_its_sender() -> None:
    assert opened(SEALED, side=Side.TAX) == "envelope.not_for_us"


def test_a_retired_key_is_judged_by_the_time_of_arrival() -> None:
    ended = PeerKey(KEY.key_id, KEY.algorithm, KEY.public_text, NOW, NOW - timedelta(seconds=1))
    assert opened(SEALED, {KEY.key_id: ended}) == "envelope.signature_invalid"
    backdated = seal(Side.TAX, "messages", CONTENT, Keyring([KEY]), NOW - timedelta(days=30))
    assert opened(backdated, {KEY.key_id: ended}) == "envelope.signature_invalid"
    still = PeerKey(KEY.key_id, KEY.algorithm, KEY.public_text, NOW, NOW)
    assert opened(SEALED, {KEY.key_id: still}) == "messages"


def test_a_key_of_an_unknown_algorithm_is_not_trusted() -> None:
    other = PeerKey(KEY.key_id, "rsa", KEY.public_text, NOW)
    assert opened(SEALED, {KEY.key_id: other}) == "envelope.signature_invalid"


def test_an_envelope_beyond_the_limit_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelopes, "MAX_BYTES", len(SEALED) - 1)
    assert opened(SEALED) == "envelope.unreadable"
