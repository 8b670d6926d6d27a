"""What the questions of ``*.sql`` ask beyond SQLite's own functions."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

import orjson

from hefu.documents.canonical import canonical_bytes, digest
from hefu.documents.fields import scaled
from hefu.documents.goods import in_unit


def register(connection: sqlite3.Connection) -> None:
    """Let a connection ask ``digest_of(document)``, ``json_of(json)`` (in canonical form), ``sound(json)`` and
    ``in_unit(quantity, unit, wanted)``.
    """
    for name, arguments, function in (
        ("digest_of", 1, _digest_of),
        ("json_of", 1, _json_of),
        ("sound", 1, _sound),
        ("in_unit", 3, _in_unit),
    ):
        connection.create_function(name, arguments, function, deterministic=True)


def _digest_of(told: str | bytes | None) -> str | None:
    return None if told is None else digest(told.encode() if isinstance(told, str) else told)


def _json_of(told: str | None) -> bytes | None:
    return None if told is None else canonical_bytes(orjson.loads(told))


def _sound(told: str | None) -> str:
    """The text if it is JSON, else that of an empty list, so that one spoilt text does not spoil a question."""
    try:
        orjson.loads(told or "")
    except ValueError:
        return "[]"
    return told or ""


def _in_unit(quantity: int | str | None, unit: str | None, wanted: str | None) -> int | None:
    """A quantity, scaled or as text of a document, in another unit, scaled; ``None`` if it cannot be."""
    try:
        told = scaled(Decimal(quantity)) if isinstance(quantity, str) else quantity
        return None if told is None else in_unit(told, unit or "", wanted or "")
    except (ArithmeticError, KeyError):
        return None
