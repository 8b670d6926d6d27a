"""The inspection: everything read, everything judged, everything compared across documents, one answer."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from hefu.documents.fields import SHANGHAI
from hefu.engines.shelves import Shelves
from hefu.inspection.fields.mapping import Mapping
from hefu.inspection.findings.noticed import Look
from hefu.inspection.findings.result import Inspection
from hefu.inspection.judging.across import across_all
from hefu.inspection.judging.answer import answer
from hefu.inspection.judging.comparison import judge_all
from hefu.inspection.layout.layout import Layout
from hefu.inspection.papers.reading import Given, read_all
from hefu.inspection.papers.shelved import Papers
from hefu.inspection.progress import Progress
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet

BUCKET_ROWS: Final = 1_250_000
"""About how many rows are judged together: what bounds memory."""
_BYTES_A_ROW: Final = {".csv": 120, ".tsv": 120, ".txt": 120, ".xlsx": 40, ".zip": 15, ".xls": 150}
_BYTES: Final = 400
"""About how long a row of other files is."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """The answer, and how the sheets were understood."""

    answer: Inspection
    layouts: Sequence[Layout]


def inspect(
    given: Sequence[Given],
    policy: Policy,
    ruleset: RuleSet = CURRENT,
    *,
    mapping: Mapping | None = None,
    today: date | None = None,
    progress: Progress | None = None,
    buckets: int | None = None,
    look: Look | None = None,
) -> Inspected:
    """Inspect what was given, under a rule set and policy. ``today`` (Shanghai) is when certificates lapse; ``look`` says
    how the declarations look to somebody who looks for chains;
    ``buckets`` how many parts are judged in turn, by default as many as the size of the files asks for.
    """
    told = progress or Progress()
    with tempfile.TemporaryDirectory(prefix="hefu-inspect-") as folder:
        scratch = Path(folder)
        files = [file for one in given for path in one.paths for file in _files(path)]
        size = sum(_bytes(file) for file in files)
        many = buckets or 1 + sum(map(_rows, files)) // BUCKET_ROWS
        papers = Papers(Shelves(scratch / "shelves", many))
        (scratch / "files").mkdir()
        told.step("read", size)
        layouts = read_all(given, papers, scratch / "files", mapping, told.advance)
        told.step("judge", papers.shelves.buckets)
        judged = judge_all(papers, policy, ruleset, lambda: told.advance(1))
        told.step("compare", 0)
        day = today or datetime.now(SHANGHAI).date()
        said = across_all(papers, judged, policy, day)
        told.step("explain", len(judged.heavy))
        made = answer(
            papers,
            judged,
            said,
            (ruleset, policy),
            datetime.now(SHANGHAI),
            told.advance,
        )
        if look is not None:
            made = replace(made, noticed=look(papers.shelves, day))
        return Inspected(made, layouts)


def _files(path: Path) -> list[Path]:
    """The files of a path; what cannot be looked at is told when it is read."""
    try:
        return [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    except OSError:
        return []


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _rows(file: Path) -> int:
    """About how many rows a file has: only memory and time depend on it, no answer."""
    if file.suffix.lower() == ".parquet":
        try:
            return int(pl.scan_parquet(file).select(pl.len()).collect().item())
        except (OSError, pl.exceptions.PolarsError):
            return 0
    return _bytes(file) // _BYTES_A_ROW.get(file.suffix.lower(), _BYTES)
