"""The official code tables, loaded from CSV with their source and date.

Each file begins with comment lines that say where its rows come from; what no source settles is
marked there as assumption or general knowledge.
"""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import lcm
from types import MappingProxyType

NAMES = ("units", "modes", "offices", "currencies", "countries", "terms", "hs_changes")


@dataclass(frozen=True, slots=True)
class TableInfo:
    """Where a table comes from: its comment lines, its row count, and the digest of its bytes."""

    name: str
    comments: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A customs unit of measure; ``numerator/denominator`` is its size in the dimension's base unit, ``size``
    the same in whole parts that all units of the dimension have in common.

    Two units convert exactly when they share the dimension. Look-alikes such as 支 and 枝 are
    dimensions of their own.
    """

    code: str
    name: str
    english: str
    dimension: str
    numerator: int
    denominator: int
    size: int


@dataclass(frozen=True, slots=True)
class Mode:
    """A supervision mode 监管方式: the acts that it serves, and whether its exports are refundable
    (``yes``, ``no``, ``unknown``).
    """

    code: str
    name: str
    english: str
    acts: frozenset[str]
    refundable: str
    ecommerce: bool


@dataclass(frozen=True, slots=True)
class Coded:
    """A row of a plain list: code, customs number where the list has one, names."""

    code: str
    number: str
    name: str
    english: str


def _read(name: str) -> tuple[TableInfo, list[dict[str, str]]]:
    data = (files("hefu.documents.codes") / f"{name}.csv").read_bytes()
    lines = data.decode("utf-8").splitlines()
    comments = tuple(line[1:].strip() for line in lines if line.startswith("#"))
    rows = list(csv.DictReader(line for line in lines if line and not line.startswith("#")))
    return TableInfo(name, comments, len(rows), hashlib.sha256(data).hexdigest()), rows


@cache
def tables() -> Mapping[str, TableInfo]:
    """Every table with its source, size and digest."""
    return MappingProxyType({name: _read(name)[0] for name in NAMES})


@cache
def units() -> Mapping[str, Unit]:
    """The customs unit table by code."""
    rows = _read("units")[1]
    parts: defaultdict[str, int] = defaultdict(lambda: 1)
    for row in rows:
        parts[row["dimension"]] = lcm(parts[row["dimension"]], int(row["denominator"]))
    return MappingProxyType(
        {
            row["code"]: Unit(
                row["code"],
                row["name"],
                row["english"],
                row["dimension"],
                int(row["numerator"]),
                int(row["denominator"]),
                int(row["numerator"]) * parts[row["dimension"]] // int(row["denominator"]),
            )
            for row in rows
        }
    )


@cache
def _unit_index() -> Mapping[str, Unit]:
    return {key: one for one in units().values() for key in (one.code, one.name)}


def unit(text: str) -> Unit | None:
    """The unit of a three-digit code (customs) or of a Chinese name (tax); ``None`` if there is none."""
    return _unit_index().get(text) or _unit_index().get(unicodedata.normalize("NFKC", text).strip())


@cache
def modes() -> Mapping[str, Mode]:
    """The supervision modes by code."""
    return MappingProxyType(
        {
            row["code"]: Mode(
                row["code"],
                row["name"],
                row["english"],
                frozenset(row["acts"].split()),
                row["refundable"],
                row["ecommerce"] == "yes",
            )
            for row in _read("modes")[1]
        }
    )


def _coded(name: str) -> Mapping[str, Coded]:
    index: dict[str, Coded] = {}
    for row in _read(name)[1]:
        one = Coded(row["code"], row.get("number", ""), row["name"], row["english"])
        for key in (one.code, one.number, row.get("alpha2")):
            if key:
                index[key] = one
    return MappingProxyType(index)


@cache
def currencies() -> Mapping[str, Coded]:
    """Currencies by letter code and by customs number (142 and CNY are the same row)."""
    return _coded("currencies")


@cache
def countries() -> Mapping[str, Coded]:
    """Countries by letter codes and by customs number (142, CHN and CN are the same row)."""
    return _coded("countries")


@cache
def terms() -> Mapping[str, Coded]:
    """Terms of delivery by code and by letters (3 and FOB are the same row)."""
    rows = dict(_coded("terms"))
    rows["C&F"] = rows["CFR"]
    return MappingProxyType(rows)


@cache
def terms_holding() -> Mapping[str, tuple[bool, bool]]:
    """Of each code of terms: whether the price holds freight, and whether it holds insurance."""
    return MappingProxyType(
        {row["code"]: (row["freight"] == "yes", row["insurance"] == "yes") for row in _read("terms")[1]}
    )


@cache
def offices() -> Mapping[str, Coded]:
    """Customs offices by code."""
    return _coded("offices")
