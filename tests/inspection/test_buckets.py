"""However many parts are judged in turn, and in whatever order the papers come, the whole answer is the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.inspection.findings.result import Inspection
from hefu.inspection.report.machine import FRAMES
from tests.inspection.papers import inspected, papers_of
from tests.inspection.test_comparison import _documentary, _documents
from tests.rules.test_mass import _cases


def _papers(seed: int) -> list[Declaration | Certificate]:
    rng = random.Random(seed)
    cases = [one for case in _cases(range(seed * 60, seed * 60 + 60)) if (one := _documentary(case))]
    told = {one.number: one for case in cases for one in _documents(case)}
    documents = list(told.values())
    rng.shuffle(documents)
    return documents


def _content(told: Inspection) -> dict[str, Any]:
    """Everything but times: every table row by row, in no order where none is promised."""
    tables = {}
    for name in FRAMES:
        frame: pl.DataFrame = getattr(told, name)
        tables[name] = sorted(map(repr, frame.rows()))
    return {
        **tables,
        "details": told.details,
        "omitted": told.omitted,
        "pairs": told.pairs,
        "assumed": told.assumptions,
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_answer_is_the_same_in_any_number_of_parts(tmp_path: Path, seed: int) -> None:
    documents = _papers(seed)
    whole = _content(inspected(papers_of(documents, tmp_path / "1", 1)))
    assert whole["findings"]
    assert whole["details"]
    for buckets in (2, 5):
        told = _content(inspected(papers_of(documents, tmp_path / str(buckets), buckets)))
        for name, value in whole.items():
            assert told[name] == value, (buckets, name)
