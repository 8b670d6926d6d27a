"""The signed envelope: what travels between the authorities.

The form is DSSE (payload type, payload in base64, signatures), signed over its pre-authentication
encoding, so the bytes that were signed are the bytes that are kept as evidence. One envelope
carries many messages, or the receipt for an envelope, or a request to send a stream again.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from hefu import errors
from hefu.documents.canonical import canonical_bytes, digest
from hefu.errors import Text
from hefu.protocol.records import PeerKey, Side
from hefu.trust.algorithms import ALGORITHMS
from hefu.trust.keyring import Keyring

PAYLOAD_TYPE: Final = "application/vnd.hefu.link+json;version=1"

MAX_BYTES: Final = 32 * 1024 * 1024
"""Holds the largest document that is taken (16 MiB) in base64, so that nothing taken can be undeliverable."""

BAD_ENVELOPE = errors.kind(
    "envelope.unreadable",
    http=400,
    message=Text("信封无法解析: {value}", "the envelope cannot be read: {value}"),
    cure=Text("按 docs/spec/link.md 的格式发送", "send the form of docs/spec/link.md"),
)
BAD_SIGNATURE = errors.kind(
    "envelope.signature_invalid",
    http=401,
    message=Text("信封签名无效 (密钥 {value})", "the envelope's signature does not hold (key {value})"),
    cure=Text("核对对方密钥与轮换记录 (hefu keys)", "check the peer's keys and their rotation (hefu keys)"),
)
WRONG_ADDRESS = errors.kind(
    "envelope.not_for_us",
    http=400,
    message=Text("信封发自 {value}, 不是发给本节点的", "the envelope is {value}, not for this node"),
    cure=Text("核对对端地址配置", "check the configured address of the peer"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A checked envelope: its id (the digest of its payload), who signed when, and what it says."""

    id: str
    key_id: str
    kind: str
    at: datetime
    content: dict[str, Any]
    data: bytes


def _signed_bytes(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def seal(side: Side, kind: str, content: dict[str, Any], keyring: Keyring, now: datetime) -> bytes:
    """An envelope from this side to the other, signed with the newest key that the other knows."""
    payload = canonical_bytes(
        {"from": side.value, "to": side.peer.value, "kind": kind, "at": now.isoformat(), **content}
    )
    key = keyring.signer
    signature = key.sign(_signed_bytes(payload))
    return orjson.dumps(
        {
            "payloadType": PAYLOAD_TYPE,
            "payload": b64encode(payload).decode(),
            "signatures": [{"keyid": key.key_id, "sig": b64encode(signature).decode()}],
        }
    )


def open_envelope(
    data: bytes, side: Side, peer_key: Callable[[str], PeerKey | None], now: datetime
) -> Opened:
    """Check and read an envelope addressed to ``side`` that arrives ``now``.

    A retired key is judged by the time of arrival: whoever has stolen it writes any time into the
    envelope, and an honest peer seals afresh at every attempt.

    Raises ``envelope.unreadable``, ``envelope.signature_invalid`` or ``envelope.not_for_us``;
    nothing of an envelope that fails is used.
    """
    if len(data) > MAX_BYTES:
        errors.fail(BAD_ENVELOPE, value=f"{len(data)} bytes > {MAX_BYTES}")
    try:
        outer = orjson.loads(data)
        payload = b64decode(outer["payload"], validate=True)
        told = outer["signatures"][0]
        key_id, signature = str(told["keyid"]), b64decode(told["sig"], validate=True)
        right_type = outer["payloadType"] == PAYLOAD_TYPE
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, binascii.Error) as error:
        errors.fail(BAD_ENVELOPE, value=error)
    if not right_type:
        errors.fail(BAD_ENVELOPE, value=outer["payloadType"])
    key = peer_key(key_id)
    if key is None or not _holds(key, payload, signature):
        errors.fail(BAD_SIGNATURE, value=key_id)
    try:
        content = orjson.loads(payload)
        at = datetime.fromisoformat(content["at"])
        way = (content["from"], content["to"], content["kind"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        errors.fail(BAD_ENVELOPE, value=error)
    if way[:2] != (side.peer.value, side.value):
        errors.fail(WRONG_ADDRESS, value=f"{way[0]} -> {way[1]}")
    if key.not_after is not None and now > key.not_after:
        errors.fail(BAD_SIGNATURE, value=f"{key_id}, retired {key.not_after.isoformat()}")
    return Opened(digest(payload), key_id, str(way[2]), at, content, data)


def open_own(data: bytes, side: Side, keyring: Keyring) -> Opened:
    """An envelope that this side has sealed itself, brought back by the other: its own signature is the proof.

    Raises as :func:`open_envelope`.
    """
    try:
        outer = orjson.loads(data)
        payload = b64decode(outer["payload"], validate=True)
        told = outer["signatures"][0]
        key_id, signature = str(told["keyid"]), b64decode(told["sig"], validate=True)
        content = orjson.loads(payload)
        at = datetime.fromisoformat(content["at"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        errors.fail(BAD_ENVELOPE, value=error)
    key = next((one for one in keyring.keys if one.key_id == key_id), None)
    if key is None or not ALGORITHMS[key.algorithm].verify(key.public, _signed_bytes(payload), signature):
        errors.fail(BAD_SIGNATURE, value=key_id)
    if (content["from"], content["kind"]) != (side.value, "messages"):
        errors.fail(WRONG_ADDRESS, value=f"{content['from']}: {content['kind']}")
    return Opened(digest(payload), key_id, "messages", at, content, data)


def _holds(key: PeerKey, payload: bytes, signature: bytes) -> bool:
    algorithm = ALGORITHMS.get(key.algorithm)
    return algorithm is not None and algorithm.verify(
        b64decode(key.public_key), _signed_bytes(payload), signature
    )


def id_of(data: bytes) -> str:
    """The id of an envelope that this side has sealed."""
    return digest(b64decode(orjson.loads(data)["payload"]))
