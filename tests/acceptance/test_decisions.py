"""Decisions of two officers with real nodes, by the command line: release, move, and closing a divergence."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from hefu.cli.main import app
from hefu.protocol.records import Side
from tests.console.desk import Desk
from tests.nodes import Nodes, goods
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def _done(*words: str) -> dict[str, Any]:
    told = _run(*words, "--json")
    assert told.exit_code == 0, told.output
    found: dict[str, Any] = orjson.loads(told.output)
    return found


def _on_the_console(nodes: Nodes, side: Side, who: str, path: str, told: str) -> None:
    """Somebody sees it in the browser, too."""
    desk = Desk(nodes, side, who)
    page = desk.see(path)
    desk.client.close()
    assert page.status_code == 200
    assert told in page.text


def _file(folder: Path, name: str, told: dict[str, Any]) -> str:
    (folder / name).write_bytes(orjson.dumps(told))
    return str(folder / name)


def test_two_officers_release_and_put_a_use_right(own_nodes: Nodes, tmp_path: Path) -> None:
    certificate, declaration = goods(1)
    other = {**declaration, "number": goods(2)[1]["number"]}
    assert own_nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    own_nodes.settled()
    assert _run("declare", _file(tmp_path, "d.json", declaration)).exit_code == 0
    assert _run("release", declaration["number"]).exit_code == 0
    assert _run("declare", _file(tmp_path, "o.json", other)).exit_code == 1
    moved = _run("decide", "move", certificate["number"], "--to", other["number"], "-g", "number mistyped")
    assert (moved.exit_code, "--approve 1" in moved.output) == (0, True)
    listed = _run("acts").output
    assert f"{declaration['number']} → {other['number']}" in listed
    assert "number mistyped" in listed
    assert "act.same_officer" in str(_run("acts", "--approve", "1", "--as", "customs").exception)
    assert _done("acts", "--approve", "1")["result"] == "moved"
    assert _run("release", other["number"]).exit_code == 0
    bare = {**goods(3)[1], "certificates": []}
    assert _run("declare", _file(tmp_path, "b.json", bare)).exit_code == 1
    act = _done("decide", "release", bare["number"], "-g", "court order 7")["act"]
    assert "certificate.missing" in _run("acts").output
    assert _done("acts", "--approve", str(act), "--remark", "seen")["result"] == "released"
    refused = _run("decide", "reopen", bare["number"], "-g", "goods are back")
    assert refused.exit_code == 1
    own_nodes.settled()
    told = own_nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/{certificate['number']}")[1]
    assert (told["usage"], told["declaration"]) == ("used", other["number"])
    traced = _run("trace", certificate["number"]).output
    assert declaration["number"] in traced
    assert other["number"] in traced
    own_nodes.stop()
    sound(own_nodes.home)


@pytest.mark.parametrize(
    ("side", "edited", "code"),
    [
        (Side.CUSTOMS, "UPDATE copy SET digest = 'sha256:other'", "content.differs"),
        (Side.TAX, "UPDATE issue SET state = 'voided'", "use.differs"),
    ],
)
def test_a_divergence_is_closed_by_two_officers_of_the_side_that_found_it(
    own_nodes: Nodes, side: Side, edited: str, code: str
) -> None:
    """Somebody has changed a register behind the program's back, and no word tells which of the two is right."""
    certificate, declaration = goods(1)
    assert own_nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    own_nodes.settled()
    if side is Side.CUSTOMS:
        own_nodes.ask(Side.CUSTOMS, "exporter", "POST", "/v1/declarations", declaration)
        own_nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{declaration['number']}/release")
        own_nodes.settled()
    own_nodes.kill(side)
    with sqlite3.connect(own_nodes.home / side.value / "store.sqlite") as store:
        store.execute(f"{edited} WHERE number = ?", (certificate["number"],))
    store.close()
    own_nodes.start(side)
    assert _run("divergences").output.strip() == "no divergences"
    assert _run("reconcile").exit_code == 1
    at = ("--side", side.value)
    listed = _run("divergences", *at)
    assert (listed.exit_code, code in listed.output) == (1, True)
    found = orjson.loads(_run("divergences", *at, "--json").output)[side.value]
    _on_the_console(own_nodes, side, "operator", "/works", code)
    for one in found:  # the row against the other register, and against what its own papers and journal say
        number, ground = str(one["divergence"]), "copy was edited by hand"
        act = _done("divergences", *at, "--close", number, "-g", ground)["act"]
        assert "copy was edited by hand" in _run("acts", *at).output
        _on_the_console(own_nodes, side, side.value, "/acts", "copy was edited by hand")
        assert _run("acts", *at, "--approve", str(act), "--as", side.value).exit_code == 1
        assert _done("acts", *at, "--approve", str(act))["result"] == "closed"
    assert _run("divergences", *at).exit_code == 0
    assert "copy was edited by hand (" in _run("divergences", *at, "--closed").output
    _run("reconcile")
    assert _run("divergences", *at).exit_code == 0, "the same rows are no new divergence"
