"""What the page holds: an inspection as plain JSON, bounded, the heaviest first, with all counts made of the whole.

Tables travel by column, each text once. Money is an integer in 1/10,000 US dollar, as text: the page counts with
whole numbers too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Purpose
from hefu.documents.declaration import Act
from hefu.documents.fields import SHANGHAI
from hefu.documents.visible import visible
from hefu.inspection.findings.actions import TITLES, Action
from hefu.inspection.findings.checks import CHECKS
from hefu.inspection.findings.result import Inspection
from hefu.inspection.report.beside import beside
from hefu.inspection.report.shown import coded
from hefu.rules.docs import texts

col = pl.col

ROWS: Final = 5_000
"""Rows of a table that the page holds."""
DETAILS: Final = 400
"""Declarations that are shown field by field."""
OWN_FINDINGS: Final = 200
"""Findings of one declaration that are marked in its papers."""
MONTHS: Final = 36
"""Beyond so many months the chart counts by year."""

_OUTCOMES: Final = ("held", "clears", "not_needed")
_STATUSES: Final = (
    "several", "over_covered", "held", "lapsed", "lapsing", "unused", "voided", "matched", "used",
)  # fmt: skip
_SEVERITIES: Final = ("block", "warn", "info")
_SLOT: Final = re.compile(r"\{\w+\}")


def content(inspection: Inspection) -> dict[str, Any]:
    """The page's data."""
    findings = inspection.findings.with_row_index("id").with_columns(
        declaration=_stated("declaration"), certificate=_stated("certificate").fill_null("")
    )
    declarations = _first(inspection.declarations, "outcome", _OUTCOMES)
    closely = _closely(inspection, declarations)
    kept = _first(findings, "severity", _SEVERITIES, col("declaration").is_in(closely)).sort("id")
    certificates = _first(inspection.certificates, "status", _STATUSES)
    own = _by_declaration(kept, closely)
    tables = {
        "declarations": (declarations, inspection.declarations.height),
        "certificates": (certificates, inspection.certificates.height),
        "findings": (kept, findings.height),
        "refusals": (inspection.refusals.head(ROWS), inspection.refusals.height),
        "files": (inspection.files.head(ROWS), inspection.files.height),
        "columns": (_unread_first(inspection.columns), inspection.columns.height),
    }
    return {
        "about": _about(inspection),
        "totals": _totals(inspection, findings),
        "codes": _code_titles(findings),
        "words": {
            "act": {act.value: coded("act", act.value) for act in Act},
            "purpose": {purpose.value: coded("purpose", purpose.value) for purpose in Purpose},
            "action": {action.value: [title.zh, title.en] for action, title in TITLES.items()},
        },
        "tables": {name: _table(frame, whole) for name, (frame, whole) in tables.items()},
        "details": {number: beside(inspection.details[number], own.get(number, [])) for number in closely},
        "live": _live(inspection, certificates.get_column("certificate")),
        "noticed": _visible(inspection.noticed.as_json()) if inspection.noticed else None,
    }


def _stated(name: str) -> pl.Expr:
    return pl.when(col(name) != "").then(col(name))


def _first(
    frame: pl.DataFrame, name: str, order: Iterable[str], before: pl.Expr | None = None
) -> pl.DataFrame:
    """The rows that matter most: in the order of a column's values, the largest money first."""
    ranks = {value: rank for rank, value in enumerate(order)}
    rank = col(name).replace_strict(ranks, default=len(ranks), return_dtype=pl.Int64)
    keys = [rank, -col("usd")] if before is None else [~before.fill_null(value=False), rank, -col("usd")]
    return frame.sort(*keys, nulls_last=True, maintain_order=True).head(ROWS)


def _closely(inspection: Inspection, declarations: pl.DataFrame) -> list[str]:
    """The declarations that are shown field by field."""
    known = [one for one in declarations.get_column("declaration") if one in inspection.details]
    return list(dict.fromkeys(known))[:DETAILS]


def _by_declaration(findings: pl.DataFrame, closely: list[str]) -> dict[str, list[dict[str, Any]]]:
    wanted = findings.filter(col("declaration").is_in(closely)).select(
        "id", "declaration", "certificate", "item", "line", "field"
    )
    return {
        str(number): part.head(OWN_FINDINGS).to_dicts()
        for (number,), part in wanted.partition_by("declaration", as_dict=True).items()
    }


def _unread_first(columns: pl.DataFrame) -> pl.DataFrame:
    return columns.sort(col("field").fill_null("") != "", maintain_order=True).head(ROWS)


def _about(inspection: Inspection) -> dict[str, Any]:
    settings = texts.settings()
    return {
        "at": inspection.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "today": inspection.at.astimezone(SHANGHAI).date().isoformat(),
        "version": inspection.version,
        "ruleset": inspection.ruleset,
        "hash": inspection.ruleset_hash,
        "policy": [
            {"name": name, "value": visible(_plain(value)), "means": list(settings[name].means)}
            for name, value in inspection.policy.items()
            if name in settings
        ],
        "assumptions": [[visible(one) for one in both] for both in inspection.assumptions],
        "node": visible(inspection.node),
        "pairs": inspection.pairs,
    }


def _plain(value: Any) -> str:
    """A setting's value as a person reads it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_plain, value))
    return "" if value is None else str(value)


def _totals(inspection: Inspection, findings: pl.DataFrame) -> dict[str, Any]:
    files, declared = inspection.files, inspection.declarations
    papers = findings.with_columns(paper=pl.coalesce("declaration", _stated("certificate")))
    actions = _worth(papers, "action", "paper")
    codes = _worth(papers, "code", "paper").join(
        findings.group_by("code").agg(severity=col("severity").mode().sort().first()), on="code"
    )
    rank = {action.value: place for place, action in enumerate(Action)}
    return {
        "files": files.height,
        **{name: int(files.get_column(name).sum() or 0) for name in ("rows", "judged", "refused")},
        "unread_columns": int((inspection.columns.get_column("field").fill_null("") == "").sum()),
        "outcomes": {one["outcome"]: one for one in _rows(_worth(declared, "outcome", "declaration"))},
        "actions": sorted(_rows(actions), key=lambda one: rank.get(one["action"], len(rank))),
        "codes": sorted(_rows(codes), key=lambda one: (_SEVERITIES.index(one["severity"]), -one["rows"])),
        "statuses": sorted(
            _rows(_worth(inspection.certificates, "status", "certificate")),
            key=lambda one: _STATUSES.index(one["status"]) if one["status"] in _STATUSES else len(_STATUSES),
        ),
        "months": _months(declared),
    }


def _worth(frame: pl.DataFrame, by: str, paper: str) -> pl.DataFrame:
    """By the values of a column: rows, papers, what these are worth together (each once), how many have no value."""
    rows = frame.group_by(by).agg(rows=pl.len())
    once = frame.group_by(by, paper).agg(usd=col("usd").max())
    sums = once.group_by(by).agg(
        papers=pl.len(), usd=col("usd").sum(), unknown=col("usd").null_count(), most=col("usd").max()
    )
    return rows.join(sums, on=by).sort(by).drop("most")


def _months(declared: pl.DataFrame) -> list[dict[str, Any]]:
    dated = declared.filter(col("declared_on").is_not_null())
    months = dated.with_columns(month=col("declared_on").dt.strftime("%Y-%m"))
    if months.get_column("month").n_unique() > MONTHS:
        months = months.with_columns(month=col("month").str.slice(0, 4))
    counts = months.group_by("month").agg(
        *((col("outcome") == outcome).sum().alias(outcome) for outcome in _OUTCOMES),
        usd=col("usd").filter(col("outcome") == "held").sum(),
    )
    return _rows(counts.sort("month").tail(MONTHS))


def _code_titles(findings: pl.DataFrame) -> dict[str, list[str]]:
    """By code: when the rule speaks, in words."""
    told: dict[str, list[str]] = {}
    conditions = texts.conditions()
    for code in findings.get_column("code").unique(maintain_order=True):
        if code in conditions:
            told[code] = list(conditions[code])
        elif code in CHECKS:
            told[code] = [_SLOT.sub("…", one) for one in CHECKS[code].message]
    return told


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: _json(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(int(value.scaleb(4)))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return visible(value)
    return [_json(one) for one in value] if isinstance(value, list) else value


def _table(frame: pl.DataFrame, whole: int) -> dict[str, Any]:
    """A table by column; texts that repeat are told once."""
    return {
        "rows": frame.height,
        "total": whole,
        "columns": {name: _column(frame.get_column(name)) for name in frame.columns},
    }


def _column(values: pl.Series) -> Any:
    if values.dtype == pl.String and 2 * values.n_unique() <= values.len():
        told = values.unique(maintain_order=True)
        at = {value: place for place, value in enumerate(told.to_list())}
        return {"texts": [_json(one) for one in told.to_list()], "at": [at[one] for one in values.to_list()]}
    return [_json(one) for one in values.to_list()]


def _visible(value: Any) -> Any:
    """Every text of it as a person can see it."""
    if isinstance(value, dict):
        return {key: _visible(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_visible(one) for one in value]
    return visible(value) if isinstance(value, str) else value


def _live(inspection: Inspection, certificates: pl.Series) -> dict[str, list[list[str]]]:
    """The authority's record of the certificates that the page holds, entry by entry."""
    return {
        number: [[visible(key), visible(text)] for key, text in _entries(inspection.live[number])]
        for number in certificates
        if number in inspection.live
    }


def _entries(record: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", _plain(value)
