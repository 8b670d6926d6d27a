"""``hefu replay`` as a person and as a machine meets it: what it reads, under which policy, and what it tells."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from hefu.cli.main import main
from hefu.protocol.records import Side
from tests.builders import certificate, declaration, item, line
from tests.protocol.authorities import OTHER_RETURN, Authorities

FINE, FINDINGS, BAD = 0, 1, 2
MORE = [item(first={"quantity": "101", "unit": "011"})]


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Hefu = Callable[..., Done]


@pytest.fixture
def hefu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Hefu:
    def run(*words: object, language: str = "en") -> Done:
        monkeypatch.setenv("HEFU_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HEFU_LANG", language)
        monkeypatch.setattr(sys, "argv", ["hefu", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            main()
        told = capsys.readouterr()
        return Done(int(caught.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A customs store: one return that passed, and one that was held the day after."""
    return saved(two_returns(), tmp_path / "customs" / "store.sqlite")


def two_returns() -> Authorities:
    made = Authorities()
    made.issue(certificate())
    made.issue(certificate(number="BSWT0002", lines=[line(item=2)]))
    made.settle()
    made.lodge(declaration())
    made.pass_days(1)
    made.lodge(declaration(number=OTHER_RETURN, certificates=[{"number": "BSWT0002"}], items=MORE))
    return made


def saved(both: Authorities, path: Path, side: Side = Side.CUSTOMS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    both.stores[side].connection.execute("VACUUM INTO ?", (str(path),))
    both.close()
    return path


# --- which store --------------------------------------------------------------------------------------


def test_a_store_alone_is_replayed(hefu: Hefu, store: Path) -> None:
    done = hefu("replay", "--store", store)
    assert (done.code, done.err) == (FINE, "")
    assert "2 verdicts, every one comes out the same" in done.out


@pytest.mark.parametrize(("language", "found"), [("en", "empty SQLite"), ("zh", "空的 SQLite")])
def test_an_empty_store_is_named(hefu: Hefu, tmp_path: Path, language: str, found: str) -> None:
    path = tmp_path / "store.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    done = hefu("replay", "--store", path, language=language)
    assert (done.code, done.out) == (BAD, "")
    for told in ("store.not_one", str(path), found, "store.sqlite-wal"):
        assert told in done.err


def test_a_file_that_is_no_store_is_named(hefu: Hefu, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of a database" * 1000)
    done = hefu("replay", "--store", path)
    assert done.code == BAD
    for told in ("store.not_one", str(path), "no SQLite file"):
        assert told in done.err


def test_the_store_of_the_tax_node_is_named(hefu: Hefu, tmp_path: Path) -> None:
    path = saved(two_returns(), tmp_path / "store.sqlite", Side.TAX)
    done = hefu("replay", "--store", path)
    assert done.code == BAD
    for told in ("store.of_other_node", str(path), "tax", "customs"):
        assert told in done.err
    assert "no verdicts" not in done.out
