"""Yesterday's backup of one node: it takes back what it has said since, and nothing is used twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hefu.protocol.records import Side
from hefu.stores import backup
from tests import builders
from tests.nodes import Nodes, goods
from tests.registers import sound

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    made = Nodes(tmp_path / "home")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _ask(nodes: Nodes, side: Side, who: str, path: str, body: Any = None) -> dict[str, Any]:
    status, told = nodes.ask(side, who, "POST", path, body)
    assert status < 400, told
    return told


def _issue(nodes: Nodes, *which: int) -> None:
    told = _ask(nodes, Side.TAX, "tax", "/v1/certificates/bulk", [goods(one)[0] for one in which])
    assert told["counts"] == {"issued": len(which)}
    nodes.settled()


def _lodge(nodes: Nodes, *which: int) -> None:
    told = _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations/bulk", [goods(one)[1] for one in which])
    assert told["counts"] == {"reserved": len(which)}


def _release(nodes: Nodes, *which: int) -> None:
    for one in which:
        _ask(nodes, Side.CUSTOMS, "customs", f"/v1/declarations/{goods(one)[1]['number']}/release")


def _void(nodes: Nodes, *which: int) -> None:
    for one in which:
        number = goods(one)[0]["number"]
        _ask(nodes, Side.TAX, "tax", f"/v1/certificates/{number}/void?wait=20", {"reason": "mistake"})


def _returned(number: str, declaration: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A certificate for the return of an export that customs has not on record, and the return."""
    export = f"53012025000000{number[-4:]}"
    line = builders.line(declaration=export, export_date="2025-12-01")
    certificate = builders.certificate(number=number, lines=[line])
    told = builders.declaration(number=declaration, related=export, certificates=[{"number": number}])
    return certificate.model_dump(mode="json", exclude_none=True), told.model_dump(
        mode="json", exclude_none=True
    )


def _restored(nodes: Nodes, side: Side, file: Path) -> None:
    """The node's disk is gone; yesterday's backup comes in its place."""
    nodes.kill(side)
    backup.restore(nodes.home, file, datetime.now(UTC), replace=True)
    nodes.start(side)
    until = time.monotonic() + 60
    while nodes.ask(side, "operator", "GET", "/v1/status")[1]["recovering"]:
        assert time.monotonic() < until, "it does not recover"
        time.sleep(0.05)
    nodes.settled()


def _agree(nodes: Nodes) -> None:
    for side in Side:
        told = _ask(nodes, side, "operator", "/v1/reconcile")
        assert told["equal"], told


def _standings(nodes: Nodes) -> list[tuple[str, str, str | None]]:
    told = []
    for which in range(1, 13):
        one = nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/{goods(which)[0]['number']}")[1]
        told.append((one["state"], one["usage"], one["declaration"]))
    return told


def _day(nodes: Nodes, file: Path, side: Side) -> None:
    """Work, a backup of one side, and a day's more work."""
    _issue(nodes, *range(1, 9))
    _lodge(nodes, 1, 2, 3)
    _release(nodes, 1)
    nodes.settled()
    backup.make(nodes.home / side.value, file, "test", datetime.now(UTC))
    _release(nodes, 2)
    _lodge(nodes, 4, 5)
    _release(nodes, 4)
    _void(nodes, 6)
    _issue(nodes, 9, 10, 11, 12)
    _lodge(nodes, 9, 10)
    _release(nodes, 9)
    _void(nodes, 11)
    nodes.settled()


@pytest.mark.parametrize("side", list(Side))
def test_a_restored_node_knows_again_what_it_has_said(nodes: Nodes, tmp_path: Path, side: Side) -> None:
    _day(nodes, tmp_path / "b.hefu", side)
    before = _standings(nodes)
    _restored(nodes, side, tmp_path / "b.hefu")
    assert _standings(nodes) == before
    for used in (2, 4, 9):
        certificate, declaration = goods(used)
        other = {**declaration, "number": "530120260999999999"[:-2] + f"{used:02}"}
        told = _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations", other)
        assert told["state"] == "held"
        assert "certificate.used" in [one["code"] for one in told["findings"]]
        refused = nodes.ask(
            Side.TAX, "tax", "POST", f"/v1/certificates/{certificate['number']}/void", {"reason": "again"}
        )
        assert refused[0] == 409
    _lodge(nodes, 7, 12)
    _release(nodes, 7, 12)
    nodes.settled()
    _agree(nodes)
    nodes.stop()
    sound(nodes.home)


def test_documents_that_no_message_carries_are_named_and_come_again(nodes: Nodes, tmp_path: Path) -> None:
    pairs = [_returned(f"R{which:04}", f"53012026100000{which:04}") for which in range(1, 5)]
    _ask(nodes, Side.TAX, "tax", "/v1/certificates/bulk", [certificate for certificate, _ in pairs])
    nodes.settled()
    assert _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations", pairs[0][1])["state"] == "reserved"
    file = tmp_path / "b.hefu"
    backup.make(nodes.home / "customs", file, "test", datetime.now(UTC))
    for _, declaration in pairs[1:]:
        assert _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations", declaration)["state"] == "reserved"
    for _, declaration in pairs[:3]:
        _ask(nodes, Side.CUSTOMS, "customs", f"/v1/declarations/{declaration['number']}/release")
    nodes.settled()
    _restored(nodes, Side.CUSTOMS, file)

    known = nodes.ask(Side.CUSTOMS, "customs", "GET", f"/v1/declarations/{pairs[0][1]['number']}")[1]
    assert known["state"] == "released"
    lost = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/contests")[1]["contests"]
    assert [(one["code"], one["certificate"]) for one in lost] == [
        ("restore.use_lost", "R0002"),
        ("restore.use_lost", "R0003"),
        ("restore.reservation_lost", "R0004"),
    ]
    _agree(nodes)
    thief = {**pairs[1][1], "number": "530120261000009999"}
    told = _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations", thief)
    assert [one["code"] for one in told["findings"] if one["severity"] == "block"] == ["certificate.used"]
    for _, declaration in (pairs[1], pairs[3]):
        assert _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations", declaration)["state"] == "reserved"
        _ask(nodes, Side.CUSTOMS, "customs", f"/v1/declarations/{declaration['number']}/release")
    nodes.settled()
    _agree(nodes)
    for certificate, declaration in pairs:
        one = nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/{certificate['number']}")[1]
        assert (one["usage"], one["declaration"]) == ("used", declaration["number"])
    nodes.stop()
    sound(nodes.home)


def test_a_reservation_that_never_comes_again_is_freed_by_two_officers(nodes: Nodes, tmp_path: Path) -> None:
    certificate, declaration = _returned("R0009", "530120261000000009")
    _ask(nodes, Side.TAX, "tax", "/v1/certificates", certificate)
    nodes.settled()
    file = tmp_path / "b.hefu"
    backup.make(nodes.home / "customs", file, "test", datetime.now(UTC))
    _ask(nodes, Side.CUSTOMS, "customs", "/v1/declarations", declaration)
    nodes.settled()
    _restored(nodes, Side.CUSTOMS, file)
    (lost,) = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/contests")[1]["contests"]
    act = _ask(
        nodes, Side.CUSTOMS, "customs", f"/v1/contests/{lost['contest']}/close", {"ground": "given up"}
    )
    _ask(nodes, Side.CUSTOMS, "customs2", f"/v1/acts/{act['act']}/approve", {})
    nodes.settled()
    one = nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/{certificate['number']}")[1]
    assert (one["usage"], one["declaration"]) == ("available", None)
    _agree(nodes)


def test_a_restored_node_takes_no_work_before_the_other_has_answered(nodes: Nodes, tmp_path: Path) -> None:
    _issue(nodes, 1, 2)
    file = tmp_path / "b.hefu"
    backup.make(nodes.home / "customs", file, "test", datetime.now(UTC))
    _lodge(nodes, 1)
    nodes.settled()
    nodes.kill(Side.CUSTOMS)
    nodes.kill(Side.TAX)
    backup.restore(nodes.home, file, datetime.now(UTC), replace=True)
    nodes.start(Side.CUSTOMS)
    status, told = nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", goods(2)[1])
    assert (status, told["code"]) == (503, "node.recovering")
    assert nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/status")[1]["recovering"]
    nodes.start(Side.TAX)
    until = time.monotonic() + 60
    while nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", goods(2)[1])[0] == 503:
        assert time.monotonic() < until
        time.sleep(0.05)
    nodes.settled()
    _agree(nodes)
