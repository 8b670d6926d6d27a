"""Canonical JSON (RFC 8785) and digests: two parties that hold the same document hold the same bytes.

orjson with sorted keys writes the canonical form as long as keys are ASCII and numbers are small
integers. Documents are built so (decimals travel as text), and a property test holds the output
against the reference library for RFC 8785.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from pydantic import BaseModel


def as_json(document: BaseModel) -> dict[str, Any]:
    """The document as plain JSON values; absent fields are left out."""
    return document.model_dump(mode="json", exclude_none=True)


def canonical_bytes(value: BaseModel | dict[str, Any] | list[Any]) -> bytes:
    """The canonical JSON of a document or of plain JSON values, UTF-8."""
    plain = as_json(value) if isinstance(value, BaseModel) else value
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def digest(value: BaseModel | dict[str, Any] | list[Any] | bytes) -> str:
    """``sha256:`` and the lower-case hex digest of the canonical bytes (or of the bytes given)."""
    data = value if isinstance(value, bytes) else canonical_bytes(value)
    return "sha256:" + hashlib.sha256(data).hexdigest()
