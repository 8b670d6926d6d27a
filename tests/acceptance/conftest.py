"""Two nodes of a test's own, called from the command line in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.nodes import Nodes

ROOT = Path(__file__).parents[2]


@contextmanager
def commanded(made: Nodes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nodes]:
    """The nodes, up, with commands that speak English on wide lines and are given in the checkout."""
    monkeypatch.setenv("HEFU_HOME", str(made.home))
    monkeypatch.setenv("HEFU_LANG", "en")
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(ROOT)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def own_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nodes]:
    with commanded(Nodes(tmp_path / "home"), monkeypatch) as made:
        yield made
