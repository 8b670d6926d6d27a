"""The story of an outage, in the order in which people live it, with real nodes and the real command line."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from typer.testing import CliRunner

from hefu.cli.main import app
from hefu.protocol.records import Side
from tests.acceptance.conftest import commanded
from tests.nodes import Nodes, goods
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
SCAN = b"\x89PNG\r\n scan of a paper"


@pytest.fixture
def nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nodes]:
    """Two nodes that notice an outage at once."""
    made = Nodes(tmp_path / "home")
    file = made.home / "customs" / "node.json"
    file.write_bytes(orjson.dumps({**orjson.loads(file.read_bytes()), "beat_seconds": 0.2}))
    with commanded(made, monkeypatch):
        yield made


def _until(told: Callable[[], Any], seconds: float = 60) -> Any:
    """What it tells as soon as it tells something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = told()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


def _post(nodes: Nodes, who: str, path: str, body: Any) -> dict[str, Any]:
    status, told = nodes.ask(Side.CUSTOMS, who, "POST", path, body)
    assert status < 400, told
    return told


def _link(nodes: Nodes) -> dict[str, Any]:
    told: dict[str, Any] = httpx2.get(f"{nodes.settings.customs}/v1/functions", trust_env=False).json()
    (link,) = [one for one in told["functions"] if one["function"] == "certificates"]
    return {**link, "outages": told["outages"]}


def _open(nodes: Nodes) -> str:
    told = _post(nodes, "customs", "/v1/contingencies", {"function": "certificates", "ground": "no link"})
    assert told["result"] == "proposed"
    refused = nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/acts/{told['act']}/approve", {})
    assert (refused[0], refused[1]["code"]) == (403, "act.same_officer")
    return str(_post(nodes, "customs2", f"/v1/acts/{told['act']}/approve", {"remark": "seen"})["ticket"])


def _paper(certificate: dict[str, Any], declaration: dict[str, Any], ticket: str) -> dict[str, Any]:
    scan = {"media_type": "image/png", "data": base64.b64encode(SCAN).decode()}
    return {"certificate": certificate, "declaration": declaration["number"], "ticket": ticket, "scan": scan}


def test_an_outage_from_the_first_missed_answer_to_the_settled_paper(nodes: Nodes) -> None:
    certificate, declaration = goods(1)
    _until(lambda: _link(nodes)["state"] == "up")
    nodes.kill(Side.TAX)
    _until(lambda: _link(nodes)["state"] == "down")
    ticket = _open(nodes)
    shown = _link(nodes)
    assert (shown["state"], shown["ticket"], shown["ground"]) == ("contingency", ticket, "no link")
    page = httpx2.get(f"{nodes.settings.customs}/status", trust_env=False).text
    assert ticket in page
    assert "paper certificates serve" in page

    assert _post(nodes, "customs", "/v1/declarations", declaration)["state"] == "held"
    entered = _post(nodes, "customs", "/v1/papers", _paper(certificate, declaration, ticket))
    assert (entered["result"], entered["state"]) == ("proposed", "entered")
    (waiting,) = nodes.ask(Side.CUSTOMS, "customs2", "GET", "/v1/acts")[1]["acts"]
    assert (waiting["kind"], waiting["subject"]) == ("paper.enter", certificate["number"])
    seen = httpx2.get(
        f"{nodes.settings.customs}/v1/papers/{certificate['number']}/scan",
        headers=nodes.headers("customs2"),
        trust_env=False,
    )
    assert (seen.content, seen.headers["content-type"]) == (SCAN, "image/png")
    approved = _post(nodes, "customs2", f"/v1/acts/{entered['act']}/approve", {"remark": "scan fits"})
    assert approved["declaration_state"] == "reserved"
    released = _post(nodes, "customs", f"/v1/declarations/{declaration['number']}/release", None)
    assert (released["state"], released["deferred"]) == ("released", ticket)

    nodes.start(Side.TAX)
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    _until(lambda: _link(nodes)["outages"][0]["until"])
    nodes.settled()

    def settled() -> bool:
        told = nodes.ask(Side.CUSTOMS, "auditor", "GET", f"/v1/papers/{certificate['number']}")[1]
        return bool(told["state"] == "settled")

    _until(settled)
    nodes.settled()
    told = nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/{certificate['number']}")[1]
    assert (told["usage"], told["declaration"]) == ("used", declaration["number"])
    uses = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/contingencies/uses?since=2026-01-01")[1]
    assert uses["papers"] == 1
    assert uses["holder"] == [{"holder": certificate["holder"]["uscc"], "papers": 1, "contested": 0}]
    assert {one["officer"] for one in uses["officer"]} == {
        "customs_officer:皇岗海关/张伟",
        "customs_officer:皇岗海关/李娜",
    }
    _post(nodes, "customs", f"/v1/contingencies/{ticket}/close", {"ground": "link is back"})
    assert _link(nodes)["state"] == "up"
    nodes.stop()
    sound(nodes.home)


def test_what_is_sent_for_a_scan_must_be_one(nodes: Nodes) -> None:
    certificate, declaration = goods(2)
    body = _paper(certificate, declaration, "YJ2026-0001")
    body["scan"] = {"media_type": "application/pdf", "data": base64.b64encode(SCAN).decode()}
    status, told = nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/papers", body)
    assert (status, told["code"]) == (422, "paper.scan_unreadable")
    body["scan"] = {"media_type": "text/html", "data": "!"}
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/papers", body)[0] == 422
    assert nodes.ask(Side.CUSTOMS, "exporter", "POST", "/v1/papers", body)[0] == 403
    assert nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/contingencies/uses?since=soon")[0] == 422
    assert nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/papers/NONE")[0] == 404
    assert nodes.ask(Side.CUSTOMS, "customs2", "POST", "/v1/acts/x/approve", {})[0] == 404


def test_the_same_by_the_command_line(nodes: Nodes, tmp_path: Path) -> None:
    """With a paper that says otherwise than the record, which two officers find out."""
    certificate, declaration = goods(3)
    run = CliRunner().invoke
    files = {"c": {**certificate, "issued_on": "2026-01-04"}, "d": declaration}
    for name, told in files.items():
        (tmp_path / f"{name}.json").write_bytes(orjson.dumps(told))
    (tmp_path / "scan.png").write_bytes(SCAN)
    _until(lambda: run(app, ["contingency"]).exit_code == 0)
    nodes.kill(Side.TAX)
    _until(lambda: run(app, ["contingency"]).exit_code == 1)
    assert "another officer" in run(app, ["contingency", "open", "certificates", "-g", "no link"]).output
    assert run(app, ["acts"]).output.count("open a contingency") == 1
    assert "opened" in run(app, ["acts", "--approve", "1"]).output
    assert run(app, ["declare", str(tmp_path / "d.json")]).exit_code == 1
    enter = [
        "paper",
        str(tmp_path / "c.json"),
        "--declaration",
        declaration["number"],
        "--ticket",
        "YJ2026-0001",
    ]
    assert run(app, enter).exit_code == 2
    entered = run(app, [*enter, "--scan", str(tmp_path / "scan.png")])
    assert (entered.exit_code, "--approve 2" in entered.output) == (0, True)
    assert "reserved" in run(app, ["acts", "--approve", "2", "--remark", "scan fits"]).output
    assert "approved" in run(app, ["paper"]).output
    nodes.start(Side.TAX)
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    # Tax may be asked for the number before it issues it: what was contested then closes when the record comes.
    _until(lambda: "paper.differs" in run(app, ["contests"]).output)
    listed = run(app, ["contests"]).output
    (contest,) = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/contests")[1]["contests"]
    assert contest["code"] == "paper.differs"
    assert "issued_on: paper 2026-01-04, record 2026-01-05" in listed
    assert run(app, ["release", declaration["number"]]).exit_code == 1
    assert (
        "--approve 3"
        in run(app, ["contests", "--close", str(contest["contest"]), "-g", "typing error"]).output
    )
    assert run(app, ["acts", "--approve", "3"]).exit_code == 0
    assert run(app, ["contests"]).exit_code == 0
    assert "typing error (customs_officer:皇岗海关/张伟, " in run(app, ["contests", "--closed"]).output
    assert run(app, ["release", declaration["number"]]).exit_code == 0
    shown = run(app, ["contingency", "uses"])
    assert certificate["holder"]["uscc"] in shown.output
    assert run(app, ["contingency", "close", "YJ2026-0001", "-g", "back"]).exit_code == 0
