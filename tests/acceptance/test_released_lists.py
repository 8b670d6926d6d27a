"""A trader's declarations at customs, a page at a time, to itself and officers only; and the agent's report made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from typer.testing import CliRunner

from hefu.cli.main import app
from hefu.documents.canonical import as_json
from hefu.protocol.records import Side
from tests import builders
from tests.builders import AGENT, EXPORTER, PRINCIPAL
from tests.nodes import Nodes

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def export(nodes: Nodes, serial: int, day: str, total: str) -> dict[str, Any]:
    """An export of the agent for its principal, released."""
    number = f"53012026000000{serial:04}"
    line = builders.invoice_line(invoice=f"FP{serial}")
    told = {"issued_on": "2026-01-05", "lines": [line]}
    for certificate in (
        builders.certificate("export", number=f"P{serial}", holder=PRINCIPAL, agent=AGENT, **told),
        builders.certificate(
            "export", number=f"A{serial}", holder=AGENT, principal_certificate=f"P{serial}", **told
        ),
    ):
        assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", as_json(certificate))[0] == 201
    items = [builders.item(total=total, currency="USD")]
    paper = as_json(builders.declaration(
        "export", number=number, declared_on=day, moved_on=day, terms="FOB", trader=AGENT, owner=PRINCIPAL, items=items,
        certificates=[{"number": f"A{serial}"}],
    ))  # fmt: skip
    lodged = nodes.ask(Side.CUSTOMS, "agent", "POST", "/v1/declarations", paper)[1]
    assert lodged["state"] == "reserved", lodged
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{number}/release")[0] == 200
    return paper


def listed(nodes: Nodes, who: str, **asked: Any) -> tuple[int, dict[str, Any]]:
    return nodes.ask(Side.CUSTOMS, who, "GET", f"/v1/declarations?{urlencode(asked)}")


def test_declarations_by_trader_and_the_report_made_of_them(own_nodes: Nodes, tmp_path: Path) -> None:
    days = ("2026-01-20", "2026-02-20", "2026-03-31", "2026-04-01")
    papers = [export(own_nodes, serial, day, "1000") for serial, day in enumerate(days, 1)]
    numbers = [one["number"] for one in papers]
    mine = {"trader": AGENT["uscc"]}
    for who in ("agent", "customs", "tax"):
        status, told = listed(own_nodes, who, **mine)
        assert (status, [one["number"] for one in told["declarations"]], told["next"]) == (200, numbers, "")
    assert told["declarations"][0]["document"] == papers[0]
    first = listed(own_nodes, "agent", **mine, limit=2)[1]
    assert first["next"] == numbers[1]
    rest = listed(own_nodes, "agent", **mine, limit=2, after=first["next"])[1]["declarations"]
    assert [one["number"] for one in rest] == numbers[2:]
    within = listed(own_nodes, "agent", **mine, **{"from": "2026-02-20", "to": "2026-03-31"})[1][
        "declarations"
    ]
    assert [one["number"] for one in within] == numbers[1:3]
    assert listed(own_nodes, "exporter", **mine)[1]["code"] == "access.not_a_party"
    assert [listed(own_nodes, "agent", **one)[0] for one in ({}, {"trader": "IO"})] == [422, 422]
    assert listed(own_nodes, "auditor", **mine)[1]["code"] == "access.forbidden"
    assert listed(own_nodes, "exporter", trader=EXPORTER["uscc"])[1]["declarations"] == []
    assert listed(own_nodes, "agent", **mine, **{"from": "yesterday"})[0] == 422

    (tmp_path / "rates.csv").write_text(
        "month,currency,rate\n202601,USD,7.0\n202602,USD,7.1\n202603,USD,7.2\n"
    )
    agreement = {"number": "F", "agent": AGENT, "principal": PRINCIPAL}
    (tmp_path / "agreements.json").write_bytes(orjson.dumps({"agreements": [agreement]}))
    beside = [tmp_path / "rates.csv", tmp_path / "agreements.json"]
    by_node = _report(*beside, "--node", own_nodes.address(Side.CUSTOMS))
    assert [(one["declaration"], one["amount"]) for one in by_node["rows"]] == [
        (numbers[0], "7000.00"), (numbers[1], "7100.00"), (numbers[2], "7200.00"),
    ]  # fmt: skip
    (tmp_path / "papers.json").write_bytes(orjson.dumps(papers))
    assert _report(*beside, tmp_path / "papers.json") == by_node


def _report(*words: object) -> dict[str, Any]:
    told = CliRunner().invoke(app, ["agency-report", "-q", "2026Q1", *map(str, words), "--json"])
    assert told.exit_code == 0, (told.output, told.exception)
    made: dict[str, Any] = orjson.loads(told.output)
    return made
