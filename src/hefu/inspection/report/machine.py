"""The answer for machines: one JSON document, or a folder of Parquet files (docs/spec/inspection.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO

import orjson
import polars as pl

from hefu.inspection.findings.result import Inspection

FRAMES: Final = ("files", "columns", "refusals", "declarations", "certificates", "findings")
"""The tables of an answer, under their names."""
_AT_ONCE: Final = 10_000
_TEXTS: Final = ("message", "remedy", "ground")


def write_json(inspection: Inspection, stream: TextIO) -> None:
    """Everything as one JSON document, written row by row: money and quantities as text, days as yyyy-mm-dd."""
    stream.write("{\n")
    stream.writelines(f'"{name}": {_json(value)},\n' for name, value in _head(inspection).items())
    for name in FRAMES:
        stream.write(f'"{name}": [')
        stream.writelines(
            (",\n" if at else "\n") + _json(row) for at, row in enumerate(_rows(getattr(inspection, name)))
        )
        stream.write("],\n")
    stream.write('"details": {')
    for at, (number, one) in enumerate(inspection.details.items()):
        told = {
            "declaration": one.declaration,
            "certificates": one.certificates,
            "original": one.original,
            "changes": one.changes,
        }
        stream.write((",\n" if at else "\n") + f"{_json(number)}: {_json(told)}")
    stream.write("}\n}\n")


def write_parquet(inspection: Inspection, folder: Path) -> None:
    """Every table as a Parquet file of the folder, which is made if it is not there: all of them, or none."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f".{name}.part" for name in FRAMES}
    try:
        for name, part in parts.items():
            getattr(inspection, name).write_parquet(part)
        for name, part in parts.items():
            part.replace(folder / f"{name}.parquet")
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _head(inspection: Inspection) -> dict[str, Any]:
    return {
        "at": inspection.at.isoformat(),
        "version": inspection.version,
        "ruleset": inspection.ruleset,
        "ruleset_hash": inspection.ruleset_hash,
        "policy": inspection.policy,
        "sound": inspection.sound,
        "counts": _counts(inspection),
        "assumptions": [{"zh": zh, "en": en} for zh, en in inspection.assumptions],
        "node": inspection.node,
        "live": inspection.live,
        "omitted": inspection.omitted,
        "noticed": inspection.noticed.as_json() if inspection.noticed else None,
    }


def _counts(inspection: Inspection) -> dict[str, Any]:
    """Rows in = judged + refused, pairs compared, and what came of declarations and certificates."""

    def by(frame: pl.DataFrame, name: str) -> dict[str, int]:
        return dict(frame.group_by(name).len().sort(name).iter_rows())

    rows, judged, refused = inspection.files.select(pl.sum("rows", "judged", "refused")).row(0)
    return {
        "rows": rows,
        "judged": judged,
        "refused": refused,
        "pairs": inspection.pairs,
        "declarations": by(inspection.declarations, "outcome"),
        "certificates": by(inspection.certificates, "status"),
        "findings": by(inspection.findings, "code"),
    }


def _rows(frame: pl.DataFrame) -> Iterator[Mapping[str, Any]]:
    texts = [name for name in _TEXTS if f"{name}_zh" in frame.columns]
    for part in frame.iter_slices(_AT_ONCE):
        for row in part.iter_rows(named=True):
            for name in (*texts, *(("rule",) if "rule_zh" in row else ())):
                row[name] = {language: row.pop(f"{name}_{language}") for language in ("zh", "en")}
            yield row


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
