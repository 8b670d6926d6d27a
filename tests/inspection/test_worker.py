"""The readers' own process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hefu.inspection.sheets.worker import Shelf, _Worker
from hefu.inspection.sources.bounds import LIMITS, Limits
from hefu.inspection.sources.finding import Source


def _nothing(_source: Source, _shelf: Shelf, _limits: Limits) -> None:
    """A task that is done at once."""


def test_what_lies_among_the_papers_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder from a stranger may hold anything, and people stand in it when they inspect it."""
    (tmp_path / "multiprocessing").mkdir()
    for name in ("multiprocessing/__init__.py", "random.py", "polars.py"):
        (tmp_path / name).write_text("from pathlib import Path\nPath('trapped').touch()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    worker = _Worker()
    try:
        shelf = worker.ask(_nothing, Source("a.pdf", Path("a.pdf"), "pdf", 0), Shelf(tmp_path), LIMITS, 30)
    finally:
        worker.stop()
    assert shelf.problems == []
    assert not (tmp_path / "trapped").exists()
    assert "PYTHONSAFEPATH" not in os.environ
