"""A backlog shrinks while new work goes on, and afterwards both registers say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backlog import measured

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def test_a_backlog_drains_beside_new_work(tmp_path: Path) -> None:
    told = measured(tmp_path, 4000)
    assert told["course"][-1][1] < 2000
    assert told["released"] > 0
