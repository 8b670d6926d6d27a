"""What the README tells a newcomer to type, typed; and what it says they will see, seen."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nodes import Nodes, running

ROOT = Path(__file__).parents[2]


@pytest.mark.processes
@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_five_minutes_end_as_the_readme_says(tmp_path: Path, page: str, language: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    typed = [
        shlex.split(line, comments=True)
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if line.startswith(".venv/bin/hefu")
    ]
    (shown,) = re.findall(r"\n\n```\n(.*?)```", text, re.DOTALL)
    with running(tmp_path) as nodes:
        report = str(tmp_path / "report.html")
        typed = [[report if word == "report.html" else word for word in words] for words in typed]
        done = [run(nodes, words[1:], language) for words in typed]
    codes = [one.returncode for one in done]
    assert codes == [0, 1, 0, 0, 1, 1], [one.stdout + one.stderr for one in done]
    seen = [" ".join(line.split()) for line in done[1].stdout.splitlines()]
    for line in shown.strip().splitlines():
        assert " ".join(line.split()) in seen
    assert "530120260000000900" in done[4].stderr + done[4].stdout
    for event in ("certificate.issued", "certificate.arrived", "certificate.reserved", "certificate.used"):
        assert event in done[3].stdout or language == "zh"
    assert ("9 would be held" if language == "en" else "9 份会被扣留") in done[5].stdout
    assert "530120260000005107" in Path(report).read_text("utf-8")


def run(nodes: Nodes, words: list[str], language: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hefu.cli.main", *words],
        cwd=ROOT,
        env={**os.environ, "HEFU_HOME": str(nodes.home), "HEFU_LANG": language},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
