"""Commands are loaded when they are called or listed, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hefu.cli.main import app

LATER = (
    "hefu.chains",
    "hefu.procedures",
    "hefu.inspection",
    "hefu.customs",
    "scipy",
    "reportlab",
    "icalendar",
    "polars",
)


@pytest.mark.parametrize(
    "words", [["--version"], ["trace", "--help"], ["declare", "--help"], ["status", "--help"]]
)
def test_a_call_of_a_node_loads_nothing_heavy(words: list[str]) -> None:
    ask = (
        "import sys\nfrom hefu.cli.main import app\n"
        f"app({words!r}, standalone_mode=False)\nprint([one for one in {LATER!r} if one in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


def test_all_are_listed_and_explain_themselves() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output
    for name in ("issue", "agency-report", "dossier", "steps", "chains", "decide"):
        assert f" {name} " in listed
        told = CliRunner().invoke(app, [name, "--help"])
        assert told.exit_code == 0
        assert name in told.output
