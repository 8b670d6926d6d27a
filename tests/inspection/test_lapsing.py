"""Unused certificates whose goods must soon be declared, on both sides of each bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import certificate, line
from tests.inspection.papers import TODAY, inspected, papers_of


@pytest.mark.parametrize(
    ("exported", "until", "status", "code"),
    [
        ("2025-03-19", "2026-03-19", "lapsed", "papers.certificate_lapsed"),
        ("2025-03-20", "2026-03-20", "lapsing", "papers.certificate_lapsing"),
        ("2025-04-19", "2026-04-19", "lapsing", "papers.certificate_lapsing"),
        ("2025-04-20", "2026-04-20", "unused", "papers.certificate_unused"),
    ],
)
def test_a_certificate_lapses_on_the_day_after_its_last(
    tmp_path: Path, exported: str, until: str, status: str, code: str
) -> None:
    assert TODAY.isoformat() == "2026-03-20"
    told = inspected(papers_of([certificate(lines=[line(export_date=exported)])], tmp_path))
    (row,) = told.certificates.to_dicts()
    assert (row["status"], row["until"].isoformat()) == (status, until)
    assert told.findings["code"].to_list() == [code]
