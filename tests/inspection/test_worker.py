"""The readers' own process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
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


_PROGRAM = """
import sys
from pathlib import Path
from hefu.inspection.fields.fields import Paper
from hefu.inspection.inspect import inspect
from hefu.inspection.papers.reading import Given
from hefu.rules.policy import Policy

told = inspect([Given([Path(sys.argv[1])], Paper.CERTIFICATE)], Policy()).answer
print(told.certificates.height, told.refusals.height)
"""


def test_a_program_that_inspects_runs_once_and_needs_no_guard(tmp_path: Path) -> None:
    """Somebody's script without ``if __name__ == "__main__"``: the reader's process must not begin it again."""
    list_, program = tmp_path / "list.parquet", tmp_path / "program.py"
    shown = {
        "证明编号": ["N0000001"],
        "行号": ["1"],
        "商品代码": ["6109100000"],
        "计量单位": ["件"],
        "证明数量": ["5"],
    }
    pl.DataFrame(shown).write_parquet(list_)
    program.write_text(_PROGRAM, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, str(program), str(list_)], capture_output=True, text=True, check=True
    )
    assert told.stdout == "1 0\n"
