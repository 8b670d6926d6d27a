"""hefu chains."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hefu.chains.analyse import analyse
from hefu.chains.casefile.writing import load
from hefu.cli.main import app
from tests.chains.builders import AS_OF, declared, line, tables
from tests.chains.test_analyse import lent_title

RUNNER = CliRunner()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, frame in tables(**lent_title()).items():
        if frame.height:
            frame.write_csv(folder / f"{name}.csv")
    return folder


def test_a_chain_becomes_a_case_file(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "cases"
    ran = RUNNER.invoke(
        app, ["chains", "analyse", str(papers), "-o", str(out), "--as-of", AS_OF.isoformat(), "--json"]
    )
    assert ran.exit_code == 1, ran.output
    told = json.loads(ran.output)
    (expected,) = analyse(tables(**lent_title()), AS_OF)
    assert [one["id"] for one in told["cases"]] == [expected.id]
    assert told["tables"]["declarations"]["read"] == 312
    assert load(out / expected.id) == expected
    assert (out / expected.id / "case.html").read_text(encoding="utf-8")
    assert (out / "index.html").exists()


def test_what_was_not_known_yet_makes_no_case(papers: Path, tmp_path: Path) -> None:
    ran = RUNNER.invoke(
        app, ["chains", "analyse", str(papers), "-o", str(tmp_path / "c"), "--as-of", "2026-03-02"]
    )
    assert ran.exit_code == 0, ran.output
    assert "proves nothing" in ran.output or "不等于" in ran.output


def test_honest_trade_is_no_finding_and_a_refused_row_is_bad_input(tmp_path: Path) -> None:
    told = tables(declarations=[declared("D1", "A")], lines=[line("D1")])
    told["declarations"].write_csv(tmp_path / "declarations.csv")
    (tmp_path / "lines.csv").write_text(told["lines"].write_csv().replace("D1,1,", "D1,one,"))
    ran = RUNNER.invoke(app, ["chains", "analyse", str(tmp_path), "-o", str(tmp_path / "cases")])
    assert ran.exit_code == 2
    assert "one" in ran.output
