"""Canonical JSON (RFC 8785) and digests: two parties that hold the same document hold the same bytes.

orjson with sorted keys writes the canonical form as long as keys are ASCII and numbers are small
integers. Documents are built so (decimals travel as text), and a property test holds the output
against the reference library for RFC 8785.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import orjson
from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """Base of every document and its parts: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=True)

    @cached_property
    def canonical(self) -> bytes:
        """Its canonical JSON, UTF-8, written once: a document does not change."""
        return canonical_bytes(as_json(self))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with changes, which has a canonical form of its own."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("canonical", None)
        return copy


def as_json(document: Document) -> dict[str, Any]:
    """The document as plain JSON values; absent fields are left out."""
    return document.model_dump(mode="json", exclude_none=True)


def canonical_bytes(value: dict[str, Any] | list[Any]) -> bytes:
    """The canonical JSON of plain JSON values, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Document | bytes) -> str:
    """``sha256:`` and the lower-case hex digest of a document's canonical form, or of bytes."""
    data = value if isinstance(value, bytes) else value.canonical
    return "sha256:" + hashlib.sha256(data).hexdigest()
