"""Rows of sheets as the columns reader gives them, for tests."""

from __future__ import annotations

from typing import Any

import polars as pl

from hefu.inspection.fields.fields import Paper
from hefu.inspection.papers.documents import frame_of, rows_of
from hefu.inspection.papers.parting import schema_of
from tests.builders import certificate, declaration


def item_row(**changes: Any) -> dict[str, Any]:
    """A row of a sound export declaration."""
    (row,) = rows_of(declaration("export", certificates=None), 0, 2)
    return {**row, **changes}


def line_row(act: str = "return", **changes: Any) -> dict[str, Any]:
    """A row of a sound certificate."""
    (row,) = rows_of(certificate(act), 0, 2)
    return {**row, **changes}


def frame(paper: Paper, *rows: dict[str, Any]) -> pl.DataFrame:
    """Rows in one frame with every column of the paper; they stand in rows 2, 3, ... unless they say where."""
    told = [{**row, "row": row["row"] if row.get("row", 2) != 2 else at} for at, row in enumerate(rows, 2)]
    known = frame_of(told, paper)
    missing = {name: kind for name, kind in schema_of(paper).items() if name not in known.columns}
    return known.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items())
