"""The inspection: everything read, everything judged, everything compared across documents, one answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from hefu.documents.fields import SHANGHAI
from hefu.engines.shelves import Shelves
from hefu.inspection.across import across_all, certificates_told
from hefu.inspection.answer import answer
from hefu.inspection.judging import judge_all
from hefu.inspection.layout import Layout
from hefu.inspection.mapping import Mapping
from hefu.inspection.papers import Papers
from hefu.inspection.reading import Given, read_all
from hefu.inspection.result import Inspection
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet

BUCKET_BYTES: Final = 512 * 1024 * 1024
"""About how many bytes of files are judged together: what bounds memory."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a caller is told how far the work is: a step with its size (0: not known), then parts of it."""

    step: Callable[[str, int], None] = field(default=lambda _name, _size: None)
    advance: Callable[[int], None] = field(default=lambda _more: None)


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
) -> Inspected:
    """Inspect what was given, under a rule set and policy. ``today`` (Shanghai) is when certificates lapse;
    ``buckets`` how many parts are judged in turn, by default as many as the size of the files asks for.
    """
    told = progress or Progress()
    with tempfile.TemporaryDirectory(prefix="hefu-inspect-") as folder:
        scratch = Path(folder)
        size = sum(_bytes(path) for one in given for path in one.paths)
        papers = Papers(Shelves(scratch / "shelves", buckets or 1 + size // BUCKET_BYTES))
        (scratch / "files").mkdir()
        told.step("read", size)
        layouts = read_all(given, papers, scratch / "files", mapping, told.advance)
        told.step("judge", papers.shelves.buckets)
        judged = judge_all(papers, policy, ruleset, lambda: told.advance(1))
        told.step("compare", 0)
        certificates = certificates_told(papers.shelves, policy)
        said = across_all(papers, judged, certificates, policy, today or datetime.now(SHANGHAI).date())
        told.step("explain", len(judged.heavy))
        made = answer(
            papers,
            judged,
            certificates,
            said,
            (ruleset, policy),
            datetime.now(SHANGHAI),
            lambda: told.advance(1),
        )
        return Inspected(made, layouts)


def _bytes(path: Path) -> int:
    """The size of a file or of a folder's files; what cannot be looked at is told when it is read."""
    try:
        if path.is_dir():
            return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
        return path.stat().st_size
    except OSError:
        return 0
