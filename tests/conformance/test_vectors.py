"""Vectors as files: another implementation that agrees with them can take the place of a node."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from hefu.documents.canonical import Document, digest
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.errors import HefuError
from hefu.link.envelope import id_of, open_envelope, seal
from hefu.protocol.messages import parse
from hefu.protocol.records import PeerKey, Side
from hefu.trust.keyring import Keyring, SigningKey, key_id_of

VECTORS = Path(__file__).parent / "vectors"
DOCUMENTS: list[dict[str, Any]] = orjson.loads((VECTORS / "documents.json").read_bytes())
LINK: dict[str, Any] = orjson.loads((VECTORS / "envelopes.json").read_bytes())


def named(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=[one["name"] for one in vectors])


@named(DOCUMENTS)
def test_a_document_has_the_canonical_form_and_digest_of_the_vector(vector: dict[str, Any]) -> None:
    kinds: dict[str, type[Document]] = {"certificate": Certificate, "declaration": Declaration}
    document = kinds[vector["kind"]].model_validate(vector["document"])
    assert document.canonical.decode() == vector["canonical"]
    assert digest(document) == vector["digest"]


@named(LINK["envelopes"])
def test_sealing_gives_the_bytes_of_the_vector(vector: dict[str, Any]) -> None:
    at = datetime.fromisoformat(vector["at"])
    key = SigningKey(LINK["key_id"], LINK["algorithm"], b64decode(LINK["private_key"]), at, confirmed=True)
    assert key_id_of("tax", key.public) == LINK["key_id"]
    data = seal(Side.TAX, vector["kind"], vector["content"], Keyring([key]), at)
    assert data.decode() == vector["envelope"]
    assert id_of(data) == vector["id"]


@named(LINK["envelopes"])
def test_the_vector_opens_to_its_content_for_customs_and_for_nobody_else(vector: dict[str, Any]) -> None:
    at = datetime.fromisoformat(vector["at"])
    key = PeerKey(LINK["key_id"], LINK["algorithm"], LINK["public_key"], at)
    data = vector["envelope"].encode()
    opened = open_envelope(data, Side.CUSTOMS, {key.key_id: key}.get, at)
    assert (opened.id, opened.kind, opened.at) == (vector["id"], vector["kind"], at)
    assert {name: opened.content[name] for name in vector["content"]} == vector["content"]
    for message in opened.content.get("messages", []):
        assert parse(message["body"], "vector").body() == message["body"]
    with pytest.raises(HefuError):
        open_envelope(data, Side.TAX, {key.key_id: key}.get, at)
