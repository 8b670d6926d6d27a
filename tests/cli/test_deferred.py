"""Rooms that few calls need are loaded when they are called or listed, and not before."""

from __future__ import annotations

import subprocess
import sys

from typer.testing import CliRunner

from hefu.cli.main import app

LATER = ("hefu.chains", "hefu.procedures", "scipy", "reportlab", "icalendar")


def test_the_program_starts_without_them() -> None:
    ask = f"import sys, hefu.cli.main; print([one for one in {LATER!r} if one in sys.modules])"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_they_are_commands_like_all_others() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output
    for name in ("agency-report", "dossier", "steps", "chains"):
        assert f" {name} " in listed
        told = CliRunner().invoke(app, [name, "--help"])
        assert told.exit_code == 0
        assert name in told.output
