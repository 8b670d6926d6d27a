"""hefu chains answer, close, show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hefu.chains.casefile import write_cases
from hefu.cli.main import app
from hefu.errors import HefuError
from tests.chains.casefile.made import bought_invoices

RUNNER = CliRunner()
CASE = bought_invoices().id


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    write_cases([bought_invoices()], tmp_path / "cases")
    return tmp_path / "cases"


def run(*words: str, code: int = 0) -> str:
    ran = RUNNER.invoke(app, ["chains", *words])
    assert ran.exit_code == code, ran.output
    return ran.output


def told(*words: str, code: int = 0) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(run(*words, "--json", code=code))
    return read


def test_an_open_case_is_shown_and_counts(cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEFU_LANG", "en")
    text = run("show", CASE, "-C", str(cases), code=1)
    assert "a referral, not a finding; open" in text
    assert "the firm has not answered yet" in text
    assert told("show", str(cases / CASE), code=1)["status"] == "open"
    monkeypatch.setenv("HEFU_LANG", "zh")
    assert "企业尚未答复" in run("show", CASE, "-C", str(cases), code=1)


def test_the_firm_answers_and_two_people_close(cases: Path, tmp_path: Path) -> None:
    paper = tmp_path / "agreement.pdf"
    paper.write_bytes(b"an agreement")
    one = told(
        "answer", CASE, "-C", str(cases), "--by", "the firm", "--text", "here it is", "--document", str(paper)
    )
    assert [entry["act"] for entry in one["record"]] == ["opened", "answered"]
    page = (cases / CASE / "case.html").read_text(encoding="utf-8")
    assert "here it is" in page
    assert one["record"][1]["document"] in page
    two = told(
        "close", CASE, "-C", str(cases), "--outcome", "cleared", "--by", "A", "--by", "B", "--text", "genuine"
    )
    assert two["status"] == "closed"
    assert two["record"][2]["by"] == ["A", "B"]
    assert told("show", CASE, "-C", str(cases))["digest"] == two["digest"]
    text = run("show", CASE, "-C", str(cases))
    assert "A, B" in text
    assert "agreement.pdf" in text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("close", CASE, "--outcome", "cleared", "--by", "A", "--text", "x"), "chains.two_people"),
        (("answer", CASE, "--by", "A"), "chains.nothing_said"),
        (("show", "nothing"), "chains.unknown_case"),
    ],
)
def test_what_cannot_be_done_is_said(cases: Path, words: tuple[str, ...], code: str) -> None:
    ran = RUNNER.invoke(app, ["chains", *words, "-C", str(cases)])
    assert isinstance(ran.exception, HefuError)
    assert ran.exception.first.kind.code == code
    assert ran.exception.first.kind.exit == 2
