"""What lies in the files that an agent gives: declarations, agreements, rates, reports of other quarters."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from hefu import errors
from hefu.documents.declaration import Declaration
from hefu.documents.readers import records
from hefu.documents.readers.json_documents import read_papers, unread
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, SYNTAX, TOO_LARGE, decode, json_values
from hefu.errors import HefuError, Text
from hefu.procedures.agency.agreements import Agreement
from hefu.procedures.agency.reported import Reported, read_report
from hefu.rules.policy import Policy

NOT_OURS = errors.kind(
    "agency_report.not_a_paper",
    http=422,
    message=Text(
        "{file}: 既不是报关单, 代理协议, 汇率, 也不是汇总表",
        "{file}: neither declarations, agreements, rates nor a report",
    ),
    cure=Text(
        "各种文件的写法见 docs/agency-report.md, 样例见 samples/agency",
        "docs/agency-report.md says how each is written; see samples/agency",
    ),
)
_SUFFIXES: Final = (".xml", ".json", ".jsonl", ".toml", ".csv", ".xlsx")
_SIDES: Final = ("agent", "principal", "consignor")
_RATES: Final = {"month", "currency", "rate"}


@dataclass(slots=True)
class Papers:
    """Everything that was read, each paper with its file; ``problems`` is what could not be."""

    declarations: list[tuple[str, Declaration]] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    rates: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    reports: list[Reported] = field(default_factory=list)
    problems: list[HefuError] = field(default_factory=list)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files among paths and in folders, in order of name."""
    found: list[Path] = []
    for path in paths:
        inner = (
            (one for one in path.rglob("*") if one.suffix.lower() in _SUFFIXES) if path.is_dir() else [path]
        )
        found += sorted(inner)
    return found


def read(files: Iterable[Path], progress: Callable[[], None] = lambda: None) -> Papers:
    """Read files; what cannot be read is kept as a problem, the rest is taken."""
    told = Papers()
    for file in files:
        try:
            _take(file, told)
        except HefuError as error:
            told.problems.append(error)
        progress()
    return told


def with_rates(policy: Policy, rates: dict[str, dict[str, Decimal]]) -> Policy:
    """The policy with rates of the papers beside its own. Raises ``document.field``."""
    told = policy.model_dump()
    for month, more in rates.items():
        told["rates"][month] = {**told["rates"].get(month, {}), **more}
    try:
        return Policy.model_validate(told)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        errors.fail(NOT_OURS, file=place)


def _take(file: Path, told: Papers) -> None:
    name, kind = str(file), file.suffix.lower()
    try:
        if file.stat().st_size > MAX_DOCUMENT_BYTES:
            errors.fail(TOO_LARGE, file=name, value=file.stat().st_size, limit=MAX_DOCUMENT_BYTES)
        data = file.read_bytes()
    except OSError as error:
        raise unread(error, name) from error
    if kind == ".xlsx":
        told.reports.append(read_report(data, name))
        return
    if kind == ".csv":
        _table(decode(data, name), name, told)
        return
    values = _agreements(data, name, kind)
    if values is not None:
        for place, one in enumerate(values):
            _agreement(one, f"{name} [{place}]", told)
        return
    for paper in read_papers(data, name):
        if isinstance(paper, HefuError):
            told.problems.append(paper)
        elif isinstance(paper, Declaration):
            told.declarations.append((name, paper))


def _agreement(values: Any, file: str, told: Papers) -> None:
    try:
        told.agreements.append(records.build(Agreement, values, file))
    except HefuError as error:
        told.problems.append(error)


def _agreements(data: bytes, file: str, kind: str) -> list[Any] | None:
    """The agreements of a file as plain values; ``None`` if it holds something else."""
    if kind == ".toml":
        try:
            values: Any = tomllib.loads(decode(data, file), parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            errors.fail(SYNTAX, file=file, value=error, format="TOML")
        if not isinstance(values.get("agreements"), list):
            errors.fail(NOT_OURS, file=file)
        return list(values["agreements"])
    if kind != ".json":
        return None
    values = json_values(decode(data, file), file)
    if isinstance(values, dict) and isinstance(values.get("agreements"), list):
        return list(values["agreements"])
    several = values if isinstance(values, list) else [values]
    is_agreement = [isinstance(one, dict) and "principal" in one and "purpose" not in one for one in several]
    return several if any(is_agreement) else None


def _table(text: str, file: str, told: Papers) -> None:
    rows = list(csv.DictReader(text.splitlines()))
    titles = set(rows[0] if rows else text.strip().split(","))
    if titles >= _RATES:
        for row in rows:
            told.rates.setdefault(row["month"].strip(), {})[row["currency"].strip()] = _rate(
                row["rate"], file
            )
    elif titles >= {"number", "agent_name", "principal_name"}:
        for values in _merged(rows):
            _agreement(values, file, told)
    else:
        errors.fail(NOT_OURS, file=file)


_POSITIVE: Final = TypeAdapter(Decimal)


def _rate(text: str, file: str) -> Decimal:
    try:
        return _POSITIVE.validate_python(text.strip())
    except ValidationError:
        errors.fail(NOT_OURS, file=f"{file} ({text})")


def _merged(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of one number are one agreement: the first says what it is, each adds a declaration that it covers."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        told = {key: value.strip() for key, value in row.items() if isinstance(value, str) and value.strip()}
        number = told.get("number", "")
        covers = _covers(told.pop("declaration", ""), told.pop("items", ""))
        if number not in found:
            found[number] = {**_nested(told), "covers": []}
        found[number]["covers"] += covers
    yield from found.values()


def _covers(declaration: str, items: str) -> list[dict[str, Any]]:
    return [{"declaration": declaration, "items": items.split()}] if declaration else []


def _nested(told: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in told.items():
        side, _, inner = key.partition("_")
        if side in _SIDES:
            values.setdefault(side, {})[inner] = value
        else:
            values[key] = value
    return values
