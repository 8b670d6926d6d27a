"""The dossier by the command line: the guide's own commands, and what a clerk sees, writes and gets wrong."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from icalendar import Calendar
from typer.testing import CliRunner, Result

from hefu.cli.main import app, main

ROOT = Path(__file__).parents[2]
SAMPLES = "samples/dossier"
COMPLETE, AGENCY, RETURNED = "530120260000007101", "530120260000007102", "530120250000007103"
ON = ("--as-of", "2026-11-20")


@pytest.fixture(autouse=True)
def _at_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEFU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEFU_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(ROOT)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["dossier", *map(str, words)])


def asked(*words: object) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(run(*words, *ON, "--json").stdout)
    return told


def one(number: str) -> dict[str, Any]:
    (told,) = asked(SAMPLES, number)["shipments"]
    return dict(told)


@pytest.mark.parametrize(("page", "language"), [("dossier.md", "en"), ("dossier.zh.md", "zh")])
def test_the_commands_of_the_guide_do_what_it_says(
    page: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEFU_LANG", language)
    text = (ROOT / "docs" / page).read_text("utf-8")
    typed = [
        shlex.split(line)[1:]
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(typed) == 2
    written = ("report.html", "due.ics")
    typed = [[str(tmp_path / word) if word in written else word for word in words] for words in typed]
    first, second = (CliRunner().invoke(app, words) for words in typed)
    assert (first.exit_code, second.exit_code) == (1, 1)
    places = [first.stdout.index(number) for number in (RETURNED, AGENCY, COMPLETE)]
    assert places == sorted(places)
    title = {"en": "refunded tax reversed", "zh": "冲减已退税款"}[language]
    assert title in second.stdout
    assert title in (tmp_path / "report.html").read_text("utf-8")
    days = {
        event.decoded("dtstart")
        for event in Calendar.from_ical((tmp_path / "due.ics").read_bytes()).walk("VEVENT")
    }
    assert date(2026, 12, 15) in days


def test_the_complete_export_lacks_nothing() -> None:
    told = one("FP2026071")
    assert (told["complete"], told["missing"], told["contradictions"]) == (True, [], [])
    assert told["compared"][0]["match"] == told["compared"][0]["entitlement"] == "pass"
    assert told["compared"][0]["ruleset_hash"].startswith("sha256:")
    assert run(SAMPLES, COMPLETE, *ON).exit_code == 0


def test_the_agency_export_lacks_its_agreement_and_contradicts_itself() -> None:
    told = one(AGENCY)
    assert told["kind"]["trade"] == "agent"
    assert told["missing"] == ["agreement"]
    (quantity,) = [found for found in told["contradictions"] if found["code"] == "dossier.quantity_differs"]
    assert (quantity["left"]["value"][:4], quantity["right"]["value"][:4]) == ("1900", "2000")
    assert quantity["left"]["place"] == f"{SAMPLES}/papers.xlsx: 单证!N11"
    assert quantity["right"]["place"] == f"{SAMPLES}/declarations/{AGENCY}.xml: items[0].first.quantity"
    assert "quantity.exceeds_certificate" in {found["code"] for found in told["contradictions"]}


def test_the_return_is_due_soon_and_its_refund_open() -> None:
    told = one("TY2026007103")
    assert told["kind"] == {**told["kind"], "trade": "own", "changes": ["return"]}
    states = {due["code"]: (due["state"], due["day"]) for due in told["deadlines"]}
    assert states["return_window"] == ("soon", "2026-12-15")
    assert states["reversal"] == ("open", "")
    assert told["missing"] == ["quality_report|explanation"]


def test_an_agreement_and_a_right_invoice_mend_the_agency_export(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    shutil.copytree(ROOT / SAMPLES, folder)
    covers = [{"declaration": AGENCY}]
    agreement = {"number": "WT-1", "agent": OWN, "principal": MAKER, "covers": covers}
    (folder / "agreement.json").write_bytes(orjson.dumps(agreement))
    told = next(one for one in asked(folder)["shipments"] if one["number"] == AGENCY)
    assert told["missing"] == []
    assert told["kind"]["reasons"][0]["place"] == f"{folder}/agreement.json"


OWN = {"uscc": "91110000101623741K", "name": "北京合符进出口有限公司"}
MAKER = {"uscc": "911101066976941872", "name": "北京兴达制衣有限公司"}


def test_whose_dossier_it_is_decides_the_part() -> None:
    told = asked(SAMPLES, AGENCY, "--enterprise", MAKER["uscc"])["shipments"][0]
    assert told["kind"]["trade"] == "principal"
    assert "claim" in {need["paper"] for need in told["needs"]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "there are no papers"),
        ((SAMPLES, "NOBODY"), 2, "no shipment answers to NOBODY"),
        (("nowhere",), 2, "no such file or folder"),
        ((SAMPLES, "-o", "report.doc"), 2, "report.doc"),
        ((SAMPLES, "--calendar", "due.txt"), 2, "due.txt"),
        ((SAMPLES, "-o", "no/such/folder.html"), 3, "cannot be written"),
        ((SAMPLES, "--mapping", "nowhere.toml"), 2, "cannot be read"),
        ((SAMPLES, "--enterprise", "IOSVZ"), 2, "IOSVZ"),
    ],
)
def test_what_a_clerk_gets_wrong_is_told_with_its_cure(
    words: tuple[str, ...],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["hefu", "dossier", *words, *ON])
    with pytest.raises(SystemExit) as ended:
        main()
    told = "".join(capsys.readouterr())
    assert ended.value.code == code, told
    assert said in told
    assert "→" in told


def test_a_file_that_cannot_be_read_does_not_hide_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    shutil.copytree(ROOT / SAMPLES, folder)
    (folder / "broken.json").write_text("{", "utf-8")
    done = run(folder, *ON)
    assert done.exit_code == 2
    assert "broken.json" in done.stdout
    assert COMPLETE in done.stdout


def test_json_is_written_as_it_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "dossier.json"
    done = run(SAMPLES, COMPLETE, *ON, "--json", "-o", file)
    assert file.read_text("utf-8") == done.stdout
