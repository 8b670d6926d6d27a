"""``hefu chains gather`` as a person and a machine meet it."""

from __future__ import annotations

from pathlib import Path

from hefu.chains.gathering import to_gather
from hefu.chains.reading import read
from hefu.protocol.records import Side
from tests.cli.conftest import Hefu, saved
from tests.protocol.authorities import RETURN
from tests.protocol.refunds.test_claims import NARROW, Desk


def test_the_command_writes_tables_that_the_analysis_reads(hefu: Hefu, tmp_path: Path) -> None:
    desk = Desk(NARROW)
    desk.used()
    assert to_gather(desk.stores[Side.CUSTOMS]) == 2
    store = saved(desk, tmp_path / "home" / "customs" / "store.sqlite")
    out = tmp_path / "tables"
    done = hefu("chains", "gather", out, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json == {"stores": [str(store)], "tables": {"declarations": 1, "lines": 1, "certificates": 1}}
    told = read([out])
    assert not told.problems
    assert not told.ignored
    assert told.tables["certificates"]["declaration"].to_list() == [RETURN]
    assert "gather" not in hefu("chains", "analyse", out, "-o", tmp_path / "cases").err


def test_without_a_store_it_says_where_it_looked(hefu: Hefu, tmp_path: Path) -> None:
    done = hefu("chains", "gather", tmp_path / "tables")
    assert done.code == 2
    assert "chains.no_store" in done.err
    assert not (tmp_path / "tables").exists()
    named = hefu("chains", "gather", tmp_path / "tables", "--tax", tmp_path / "none.sqlite")
    assert str(tmp_path / "none.sqlite") in named.err
