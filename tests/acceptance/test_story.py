"""The story that ``hefu demo`` plays."""

from __future__ import annotations

import os
import subprocess
import sys

import orjson
import pytest

from hefu.cli.story import samples
from hefu.documents.readers.json_documents import read_paths
from hefu.errors import HefuError


@pytest.mark.processes
def test_demo_comes_out_as_it_must() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hefu.cli.main", "demo", "--json"],
        env={**os.environ, "HEFU_LANG": "en"},
        capture_output=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = orjson.loads(done.stdout)
    assert len(told) >= 70
    assert all(step["right"] for step in told)


def test_samples_hold_at_least_forty_documents_sound_and_broken() -> None:
    taken = [one for folder in ("certificates", "declarations") for one in read_paths([samples() / folder])]
    papers = [one for _, one in taken if not isinstance(one, HefuError)]
    assert len(papers) == len(taken) >= 40
    broken = [one for _, one in read_paths([samples() / "broken"])]
    assert broken
    assert all(isinstance(one, HefuError) for one in broken)
