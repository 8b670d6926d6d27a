"""Self-inspection beside a running node: the authority's own record, and a dry run that leaves no trace."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hefu.documents.canonical import as_json
from hefu.protocol.records import Side
from hefu.stores.reading import asked
from tests.builders import certificate, declaration, item
from tests.nodes import Nodes

pytestmark = pytest.mark.processes
OTHER = "530120260000000777"


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    running = Nodes(tmp_path_factory.mktemp("home"))
    running.start()
    status, _ = running.ask(Side.TAX, "tax", "POST", "/v1/certificates", as_json(certificate("export")))
    assert status == 201
    yield running
    running.stop()


def _check(nodes: Nodes, *papers: Any, who: str = "customs") -> list[dict[str, Any]]:
    status, told = nodes.ask(
        Side.CUSTOMS, who, "POST", "/v1/declarations/check", [as_json(one) for one in papers]
    )
    assert status == 200
    results: list[dict[str, Any]] = told["results"]
    return results


def _content(nodes: Nodes) -> list[str]:
    path = nodes.home / "customs" / "store.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        return list(store.iterdump())


def _sound() -> Any:
    return _export()


def _export(**changes: Any) -> Any:
    return declaration(
        "export", declared_on="2026-03-05", certificates=[{"number": certificate("export").number}], **changes
    )


def test_a_dry_run_says_what_lodging_would_and_leaves_no_trace(nodes: Nodes) -> None:
    more = _export(number=OTHER, items=[item(first={"quantity": "101", "unit": "011"})])
    _check(nodes, _sound())  # the certificate has arrived
    before = _content(nodes)
    sound, held = _check(nodes, _sound(), more)
    assert (sound["status"], sound["state"]) == (200, "reserved")
    assert held["state"] == "held"
    assert held["findings"]
    assert _content(nodes) == before
    (again,) = _check(nodes, more)
    assert [one["code"] for one in again["findings"]] == ["quantity.exceeds_certificate"]
    assert again["changes"]


def test_within_one_dry_run_a_certificate_serves_once(nodes: Nodes) -> None:
    twin = _sound().model_copy(update={"number": OTHER})
    first, second = _check(nodes, _sound(), twin)
    assert (first["state"], second["state"]) == ("reserved", "held")


def test_a_long_dry_run_keeps_nobody_waiting(nodes: Nodes) -> None:
    twins = [_sound().model_copy(update={"number": f"53012026{at:010}"}) for at in range(400)]
    with ThreadPoolExecutor(1) as beside:
        run = beside.submit(_check, nodes, *twins)
        answered = 0
        while not run.done():
            status, _ = nodes.ask(
                Side.CUSTOMS, "customs", "GET", f"/v1/certificates/{certificate('export').number}"
            )
            assert status == 200
            answered += not run.done()
        assert [one["state"] for one in run.result()] == ["reserved", *["held"] * 399]
    assert answered > 2


def test_a_dry_run_cannot_write_even_if_it_would(nodes: Nodes) -> None:
    path = str(nodes.home / "customs" / "store.sqlite")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        asked(path, lambda reader: reader.connection.execute("DELETE FROM journal"))


def test_what_cannot_be_taken_is_refused_in_its_place(nodes: Nodes) -> None:
    body = [as_json(_sound()), {"act": "export"}]
    status, told = nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations/check", body)
    assert status == 200
    assert [one["status"] for one in told["results"]] == [200, 422]


def test_an_enterprise_checks_only_its_own(nodes: Nodes) -> None:
    status, told = nodes.ask(Side.CUSTOMS, "agent", "POST", "/v1/declarations/check", [as_json(_sound())])
    assert status == 200
    assert told["results"][0]["code"] == "access.not_a_party"


def test_states_are_told_only_as_far_as_the_caller_may_know(nodes: Nodes) -> None:
    number = certificate("export").number
    asked = {"numbers": [number, "NOSUCH"]}
    path = "/v1/certificates/states"
    _, own = nodes.ask(Side.CUSTOMS, "exporter", "POST", path, asked)
    assert [one["state"] for one in own["states"]] == ["available", "unknown"]
    _, others = nodes.ask(Side.CUSTOMS, "agent", "POST", path, asked)
    assert [one["state"] for one in others["states"]] == ["unknown", "unknown"]
    status, _ = nodes.ask(
        Side.CUSTOMS, "exporter", "POST", path, {"numbers": [str(at) for at in range(1001)]}
    )
    assert status == 422


def _inspect(nodes: Nodes, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "certificates.json").write_text(json.dumps([as_json(certificate("export"))]))
    (folder / "declarations.json").write_text(json.dumps([as_json(_sound())]))
    command = [
        sys.executable,
        "-m",
        "hefu.cli.main",
        "inspect",
        "certificates.json",
        "declarations.json",
        "--json",
    ]
    return subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)


def test_an_inspection_beside_the_node_shows_its_record(nodes: Nodes, tmp_path: Path) -> None:
    token = nodes.settings.identities["exporter"].token
    done = _inspect(nodes, tmp_path, "--node", nodes.address(Side.CUSTOMS), "--token", token)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["live"][certificate("export").number]["state"] == "available"
    assert told["live"][_sound().number] == {"state": "reserved"}
    assert told["node"] == nodes.address(Side.CUSTOMS)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--node", "http://127.0.0.1:9"), "inspection.node_unreachable"),
        (("--token", "wrong"), "inspection.node_refused"),
    ],
)
def test_a_node_that_does_not_answer_is_told_as_such(
    nodes: Nodes, tmp_path: Path, options: tuple[str, ...], code: str
) -> None:
    address = () if "--node" in options else ("--node", nodes.address(Side.CUSTOMS))
    done = _inspect(nodes, tmp_path, *address, *options)
    assert done.returncode == 3
    assert code in done.stderr
