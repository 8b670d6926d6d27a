"""Applications with real nodes: the samples by the command line, the two steps of an agency export over HTTP, a crash."""

from __future__ import annotations

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
SAMPLES = Path(__file__).parents[2] / "samples" / "applications"
APPLICATIONS = "/v1/applications"


def sample(name: str, **changes: Any) -> dict[str, Any]:
    return {**orjson.loads((SAMPLES / f"{name}.json").read_bytes()), **changes}


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _code(told: dict[str, Any]) -> str:
    return str(told["problems"][0]["code"])


def test_principal_and_agent_in_two_steps_over_http(own_nodes: Nodes) -> None:
    principal, agent = sample("04-principal"), sample("05-agent", principal_certificate="WT2026000001")

    def ask(
        who: str, method: str, path: str = "", body: Any = None, key: str = ""
    ) -> tuple[int, dict[str, Any]]:
        return own_nodes.ask(Side.TAX, who, method, APPLICATIONS + path, body, key)

    early = ask("agent", "POST", "/check", agent)[1]
    assert [one["code"] for one in early["findings"] if one["severity"] == "block"] == [
        "certificate.principal_unfit"
    ]
    assert ask("agent", "POST", "", principal)[1]["code"] == "access.not_a_party"
    assert ask("exporter", "POST", "/check", principal)[1]["passes"] is True
    assert ask("tax", "GET")[1]["applications"] == [], "a check files nothing"
    first = ask("exporter", "POST", "", principal, key="k1")
    assert (first[0], first[1]["result"]) == (201, "filed")
    assert ask("exporter", "POST", "", principal, key="k1") == first
    assert ask("exporter", "POST", "", principal)[1]["result"] == "exists"
    assert (
        _code(ask("exporter", "POST", "", {**principal, "remark": "x"})[1]) == "exists_with_different_content"
    )
    own_nodes.kill(Side.TAX)
    own_nodes.start(Side.TAX)
    assert [one["number"] for one in ask("tax", "GET")[1]["applications"]] == ["SQ-2026-04"]
    assert _code(ask("agent", "POST", "/SQ-2026-04/withdraw", {"reason": "x"})[1]) == "access.not_a_party"
    assert _code(ask("exporter", "POST", "/SQ-2026-04/approve", {})[1]) == "access.forbidden"
    approved = ask("tax", "POST", "/SQ-2026-04/approve", {"numbers": ["WT2026000001"]}, key="k2")
    assert (approved[0], approved[1]["certificates"]) == (200, ["WT2026000001"])
    assert ask("tax", "POST", "/SQ-2026-04/approve", {"numbers": ["WT2026000001"]}, key="k2") == approved
    assert ask("agent", "GET", "/SQ-2026-04")[1]["certificates"] == ["WT2026000001"], "the agent may read it"
    decided = [ask(who, "GET", "/SQ-2026-04")[1]["decided_by"] for who in ("agent", "auditor")]
    office = "tax_officer:国家税务总局北京市税务局"
    assert decided == [office, f"{office}/王芳"], "an enterprise sees the office, not the officer"
    assert ask("agent", "POST", "", agent)[0] == 201
    assert _code(ask("exporter", "GET", "/SQ-2026-05")[1]) == "access.not_a_party"
    assert ask("exporter", "GET")[1]["applications"] == []
    assert [one["number"] for one in ask("agent", "GET")[1]["applications"]] == ["SQ-2026-05"]
    (number,) = ask("tax", "POST", "/SQ-2026-05/approve")[1]["certificates"]
    own_nodes.settled()
    held = own_nodes.ask(Side.CUSTOMS, "customs", "GET", f"/v1/certificates/{number}")[1]
    assert held["document"]["principal_certificate"] == "WT2026000001"
    traced = own_nodes.ask(Side.TAX, "agent", "GET", "/v1/trace/SQ-2026-05")[1]
    assert [one["event"] for one in traced["entries"]] == [
        "application.filed", "certificate.applied_for", "application.approved",
    ]  # fmt: skip
    assert own_nodes.ask(Side.TAX, "tax", "GET", "/v1/certificates/SQ-2026-05")[0] == 404
    own_nodes.stop()
    sound(own_nodes.home)


def test_the_samples_by_the_command_line(own_nodes: Nodes) -> None:
    assert _run("applications").output.strip() == "there are no applications (filed)"
    broken = _run("apply", "--check", SAMPLES / "06-broken.json")
    assert broken.exit_code == 1
    for code in (
        "application.reason_missing", "application.state_contradicts", "application.goods_repeat",
        "application.before_export",
    ):  # fmt: skip
        assert code in broken.output
    assert _run("apply", SAMPLES / "06-broken.json").exit_code == 1
    sound_ones = [SAMPLES / f"{name}.json" for name in ("01-not-claimed", "02-paid-back", "03-refunded-open")]
    told = _run("apply", "--check", *sound_ones)
    assert (told.exit_code, told.output.count("can be filed")) == (0, 3)
    assert "application.obligation" in told.output
    assert _run("apply", *sound_ones).output.count("filed") == 3
    listed = _run("applications").output
    assert [serial in listed for serial in ("SQ-2026-01", "SQ-2026-02", "SQ-2026-06")] == [True, True, False]
    assert "paid_back" in _run("applications", "sq-2026-02").output
    approved = _run("applications", "SQ-2026-01", "--approve", "--number", "TY2026000601")
    assert (approved.exit_code, "TY2026000601" in approved.output) == (0, True)
    assert _run("applications", "SQ-2026-02", "--reject", "slip not found").exit_code == 0
    assert _run("applications", "SQ-2026-03", "--withdraw").exit_code == 0
    assert "slip not found" in _run("applications", "--state", "rejected").output
    late = _run("applications", "SQ-2026-03", "--approve")
    assert late.exit_code == 1
    assert "application.wrong_state" in str(late.exception)
    machine = orjson.loads(_run("applications", "--state", "approved", "--json").output)
    assert [one["certificates"] for one in machine] == [["TY2026000601"]]
    assert _run("apply", SAMPLES / "none.json").exit_code == 2
    assert "application.filed" in _run("trace", "SQ-2026-01").output
