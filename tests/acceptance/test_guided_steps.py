"""Guided procedures against real nodes: a return walked from its export to the reversal, its state told after every step."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from hefu.cli.main import app
from hefu.documents.fields import SHANGHAI
from hefu.protocol.records import Side
from tests.nodes import Nodes
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]
ROOT = Path(__file__).parents[2]
EXPORT, DAY = "530120260000007001", "2026-05-10"
SAMPLES = "samples/steps"


def _run(*words: object, exits: int = 0) -> Result:
    told = CliRunner().invoke(app, [str(word) for word in words])
    assert told.exit_code == exits, (words, told.output, told.exception)
    return told


def _told(procedure: str = "return", *more: str, exits: int = 0) -> dict[str, dict[str, Any]]:
    """The steps by name."""
    told = orjson.loads(_run("steps", procedure, EXPORT, "--as-of", DAY, "--json", *more, exits=exits).output)
    return {one["step"]: one for one in told["steps"]}


def _standings(procedure: str = "return", *more: str, exits: int = 0) -> dict[str, str]:
    return {name: one["standing"] for name, one in _told(procedure, *more, exits=exits).items()}


def _exported(nodes: Nodes) -> None:
    _run("issue", f"{SAMPLES}/01-certificate.json")
    _run("declare", "--release", f"{SAMPLES}/02-export.json")
    nodes.settled()


def test_a_return_from_start_to_end(own_nodes: Nodes, tmp_path: Path) -> None:
    assert "steps.not_found" in str(_run("steps", "return", EXPORT, exits=1).exception)
    _run("issue", f"{SAMPLES}/01-certificate.json")
    _run("declare", f"{SAMPLES}/02-export.json")
    early = _told(exits=1)
    assert early["papers"]["standing"] == "blocked"
    assert "not released (reserved)" in early["papers"]["notes"][0]["en"]
    _run("release", EXPORT)
    own_nodes.settled()
    assert _standings() == {
        "papers": "now", "refund": "done", "apply": "later", "approve": "later", "declare": "later", "release": "later",
        "feedback": "later",
    }  # fmt: skip
    assert _told()["papers"]["deadline"]["day"] == "2027-03-05"
    _run("claim", f"{SAMPLES}/03-claim.json")
    assert _standings()["refund"] == "now", "what is claimed is recalled first, or waits to be refunded"
    _run("claim", "--pay", "TS-2026-71")
    told = _told()["refund"]
    assert (told["standing"], told["command"]) == ("now", f"hefu ledger {EXPORT}")

    _run("apply", f"{SAMPLES}/04-application.json")
    told = _told()
    assert [told[one]["standing"] for one in ("papers", "apply", "refund")] == ["done", "done", "now"]
    _run("applications", "SQ-2026-71", "--approve", "--number", "TY2026007001")
    own_nodes.settled()
    told = _told()
    assert [told[one]["standing"] for one in ("refund", "approve", "declare")] == ["done", "done", "now"]
    assert told["approve"]["evidence"] == "TY2026007001"
    assert (told["reverse"]["standing"], told["reverse"]["command"]) == ("now", "hefu claim CLAIM.json")

    back = orjson.loads(Path(f"{SAMPLES}/05-return.json").read_bytes())
    back["declared_on"] = back["moved_on"] = datetime.now(SHANGHAI).date().isoformat()
    (tmp_path / "return.json").write_bytes(orjson.dumps(back))
    items = [{**back["items"][0], "first": {"quantity": "201", "unit": "011"}}]
    wrong = {**back, "items": items}
    assert own_nodes.ask(Side.CUSTOMS, "exporter", "POST", "/v1/declarations", wrong)[1]["state"] == "held"
    told = _told(exits=1)
    assert told["declare"]["standing"] == "blocked"
    assert "quantity.exceeds_certificate" in told["declare"]["notes"][0]["en"]
    _run("declare", "--correct", tmp_path / "return.json")
    told = _told()
    assert [told[one]["standing"] for one in ("declare", "release")] == ["done", "waiting"]
    assert told["release"]["command"] == "hefu release 530120261000007001"
    assert _told("return", "--as", "customs", exits=3)["release"]["standing"] == "now"
    _run("release", "530120261000007001")
    own_nodes.settled()
    told = _told()
    assert [told[one]["standing"] for one in ("release", "feedback", "reverse")] == ["done", "done", "now"]
    _run("claim", f"{SAMPLES}/06-reversal.json")
    assert set(_standings().values()) == {"done"}
    own_nodes.stop()
    assert set(_standings(exits=3).values()) == {"unknown"}
    sound(own_nodes.home)


@pytest.mark.parametrize("guide", ["steps.md", "steps.zh.md"])
def test_the_guide_does_what_it_says(own_nodes: Nodes, tmp_path: Path, guide: str) -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "docs" / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    page = tmp_path / "steps.html"
    for command in block[1].strip().splitlines():
        words = shlex.split(command.partition("#")[0].replace("steps.html", str(page)))[1:]
        told = _run(*words)
        if words[0] in ("issue", "declare", "applications"):
            own_nodes.settled()
    assert "hefu declare RETURN.xml --as exporter" in told.output
    written = page.read_text(encoding="utf-8")
    standings = re.findall(r'<li class="(\w+)"', written)
    assert standings == ["done", "done", "done", "done", "now", "later", "later", "now"]
    assert "TY2026007001" in written


def test_a_rejected_application_blocks_and_a_withdrawal_needs_its_own_certificate(own_nodes: Nodes) -> None:
    _exported(own_nodes)
    application = orjson.loads(Path(f"{SAMPLES}/04-application.json").read_bytes())
    application |= {"purpose": "withdrawal", "refund_state": "not_claimed", "serial": "SQ-2026-73"}
    assert own_nodes.ask(Side.TAX, "exporter", "POST", "/v1/applications", application)[0] == 201
    told = _told("withdrawal")
    assert (told["apply"]["evidence"], told["approve"]["standing"]) == ("SQ-2026-73", "waiting")
    assert told["approve"]["command"] == "hefu applications SQ-2026-73 --approve"
    assert _told("withdrawal", "--as", "tax")["approve"]["standing"] == "now"
    assert _standings("return")["apply"] == "later", "it is for a withdrawal, not for a return"
    _run("applications", "SQ-2026-73", "--reject", "goods have left")
    told = _told("withdrawal")
    assert told["papers"]["standing"] == "now"
    application |= {"serial": "SQ-2026-74"}
    assert own_nodes.ask(Side.TAX, "exporter", "POST", "/v1/applications", application)[0] == 201
    assert _told("withdrawal")["apply"]["evidence"] == "SQ-2026-74"
