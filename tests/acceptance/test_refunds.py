"""Refunds with real nodes, by the command line: the guide's own commands, and a claim that races a certificate."""

from __future__ import annotations

import re
import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from hefu.cli.main import app
from hefu.protocol.records import Side
from tests.nodes import Nodes
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
EXPORT = "530120260000000001"


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _exported(nodes: Nodes) -> None:
    """The first export of the samples is released, and tax knows it."""
    assert _run("issue", "samples/certificates/01-export.json").exit_code == 0
    told = _run("declare", "--release", "samples/declarations/01-export.xml", "--as", "exporter")
    assert _run("release", EXPORT).exit_code == 0, told.output
    nodes.settled()


def _ledger() -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(_run("ledger", EXPORT, "--json").output)["items"][0]
    return told


@pytest.mark.parametrize("guide", ["refunds.md", "refunds.zh.md"])
def test_the_guide_does_what_it_says(own_nodes: Nodes, guide: str) -> None:
    _exported(own_nodes)
    block = re.search(r"```sh\n(.*?)```", (ROOT / "docs" / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    for command in block[1].strip().splitlines():
        told = _run(*shlex.split(command)[1:])
        assert told.exit_code == 0, (command, told.output, told.exception)
    item = _ledger()
    shown = {name: item[name] for name in ("claimed", "refunded", "reversed", "repaid")}
    assert shown == {"claimed": "0", "refunded": "250", "reversed": "100", "repaid": "50"}
    assert _run("ledger", "530120260000009999").exit_code == 1
    sound(own_nodes.home)


def test_a_firm_sees_and_claims_only_its_own(own_nodes: Nodes) -> None:
    _exported(own_nodes)
    told = orjson.loads((ROOT / "samples/refunds/01-claim.json").read_bytes())
    assert (
        own_nodes.ask(Side.TAX, "agent", "POST", "/v1/refund-claims", told)[1]["code"] == "access.not_a_party"
    )
    assert own_nodes.ask(Side.TAX, "exporter", "POST", "/v1/refund-claims", told)[0] == 200
    path = f"/v1/refund-claims/{told['number']}"
    assert own_nodes.ask(Side.TAX, "agent", "GET", path)[1]["code"] == "access.not_a_party"
    assert own_nodes.ask(Side.TAX, "exporter", "POST", f"{path}/pay")[1]["code"] == "access.forbidden"
    assert own_nodes.ask(Side.TAX, "exporter", "GET", path)[1]["state"] == "accepted"
    assert own_nodes.ask(Side.TAX, "exporter", "GET", f"/v1/ledger/{EXPORT}")[0] == 200


def test_claims_and_certificates_race_for_the_same_goods(own_nodes: Nodes) -> None:
    """Ten of each at once want a tenth and more of the goods: what is taken is never more than there is."""
    _exported(own_nodes)
    before = _ledger()
    exported = int(before["exported"])
    claim = orjson.loads((ROOT / "samples/refunds/01-claim.json").read_bytes())
    part = str(exported // 8)

    def claiming(which: int) -> int:
        lines = [{**claim["lines"][0], "quantity": part}]
        told = {**claim, "number": f"R{which}", "lines": lines}
        return own_nodes.ask(Side.TAX, "exporter", "POST", "/v1/refund-claims", told)[0]

    def certifying(which: int) -> int:
        line = {
            "line": 1, "declaration": EXPORT, "item": 1, "hs_code": "6109100000", "goods_name": "T恤",
            "unit": before["unit"], "quantity": part,
        }  # fmt: skip
        told = {
            "number": f"TY{which}", "purpose": "return", "issued_on": "2026-03-01", "tax_office": "11101010000",
            "holder": claim["claimant"], "lines": [line],
        }  # fmt: skip
        return own_nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", told)[0]

    with ThreadPoolExecutor(8) as pool:
        claims, certificates = pool.map(claiming, range(10)), pool.map(certifying, range(10))
        statuses = [*claims, *certificates]
    assert sum(status < 300 for status in statuses) == 8
    assert all(status in (200, 201, 409) for status in statuses)
    assert int(_ledger()["free"]) < int(part)
    own_nodes.settled()
    sound(own_nodes.home)
