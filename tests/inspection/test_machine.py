"""What machines are given holds everything, row by row."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from hefu.errors import HefuError
from hefu.inspection import report
from hefu.inspection.report.machine import FRAMES, write_json, write_parquet
from tests.inspection.reported import nothing, sample


def test_json_holds_every_row() -> None:
    told = sample()
    stream = io.StringIO()
    write_json(told, stream)
    read = json.loads(stream.getvalue())
    for name in FRAMES:
        assert len(read[name]) == getattr(told, name).height
    assert read["counts"]["rows"] == read["counts"]["judged"] + read["counts"]["refused"]
    assert read["details"].keys() == told.details.keys()
    finding = read["findings"][0]
    assert finding["message"].keys() == {"zh", "en"}
    assert read["sound"] is told.sound


def test_the_keys_of_the_document_are_those_of_its_description() -> None:
    """docs/spec/inspection.md names every key, and every column that it names is there."""
    text = (Path(__file__).parents[2] / "docs/spec/inspection.md").read_text("utf-8")
    table = re.findall(r"^\| (`.*?) \| (.*) \|$", text, re.MULTILINE)
    described = {key: meaning for keys, meaning in table for key in re.findall(r"`(\w+)`", keys)}
    stream = io.StringIO()
    write_json(sample(), stream)
    read = json.loads(stream.getvalue())
    assert described.keys() == read.keys()
    for name in FRAMES:
        meaning = described[name].split("one of")[0]
        columns = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", meaning))
        assert set(columns) <= read[name][0].keys(), name


def test_money_is_text_in_json() -> None:
    stream = io.StringIO()
    write_json(sample(), stream)
    worth = [one["usd"] for one in json.loads(stream.getvalue())["declarations"]]
    assert any(worth)
    assert all(one is None or isinstance(one, str) for one in worth)


def test_nothing_is_a_document_too() -> None:
    stream = io.StringIO()
    write_json(nothing(), stream)
    assert json.loads(stream.getvalue())["findings"] == []


def test_parquet_holds_every_table(tmp_path: Path) -> None:
    told = sample()
    write_parquet(told, tmp_path / "out")
    for name in FRAMES:
        assert pl.read_parquet(tmp_path / "out" / f"{name}.parquet").equals(getattr(told, name))
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize("name", ["a.html", "a.xlsx", "a.json", "folder"])
def test_a_report_appears_whole(tmp_path: Path, name: str) -> None:
    report.write(sample(), tmp_path / name, "en")
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_an_unknown_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HefuError) as caught:
        report.write(sample(), tmp_path / "a.docx", "en")
    assert caught.value.first.kind.code == "report.unknown_form"


def test_a_folder_that_is_not_there_is_told_early(tmp_path: Path) -> None:
    with pytest.raises(HefuError) as caught:
        report.check(tmp_path / "none" / "a.html")
    assert caught.value.first.kind.code == "report.unwritable"


def test_what_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "write_html", broken)
    (tmp_path / "a.html").write_text("old")
    with pytest.raises(HefuError) as caught:
        report.write(sample(), tmp_path / "a.html", "en")
    assert caught.value.first.kind.code == "report.unwritable"
    assert [one.name for one in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
@pytest.mark.parametrize("name", ["a.html", "a.xlsx", "a.json", "folder"])
def test_a_full_disk_is_told_whatever_writes(tmp_path: Path, name: str) -> None:
    script = (
        "import pathlib, resource, sys\n"
        "from hefu.errors import HefuError\n"
        "from hefu.inspection import report\n"
        "from tests.inspection.reported import sample\n"
        "told = sample()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "try:\n"
        "    report.write(told, pathlib.Path(sys.argv[1]), 'en')\n"
        "except HefuError as error:\n"
        "    print(error.first.kind.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "report.unwritable\n", done.stderr
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]
