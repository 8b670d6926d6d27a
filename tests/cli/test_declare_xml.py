"""``hefu declare`` reads a DecMessage as the customs node would, under its supporting-document code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from hefu.cli import home as homes
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.protocol.records import Side
from hefu.settings import load_node, write
from tests.builders import declaration
from tests.nodes import Nodes

pytestmark = pytest.mark.processes


def hefu(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hefu.cli.main", *words],
        env={**os.environ, "HEFU_HOME": str(home), "HEFU_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def message(path: Path, number: str) -> Path:
    """A return that names a certificate under code Y and another paper under code B."""
    references = [{"number": one, "source": "license"} for one in ("BSWT0001", "CIQ000001")]
    text = write_decmessage(declaration(number=number, certificates=references)).decode()
    for one, code in (("BSWT0001", "Y"), ("CIQ000001", "B")):
        text = text.replace(f"<CertCode>{one}<", f"<DocuCode>{code}</DocuCode><CertCode>{one}<")
    path.write_text(text)
    return path


@pytest.fixture
def customs(tmp_path: Path) -> Iterator[Nodes]:
    """A customs node that looks for certificates under the code Y."""
    nodes = Nodes(tmp_path / "home")
    folder = nodes.home / "customs"
    write(folder / "node.json", load_node(folder).model_copy(update={"policy": {"license_code": "Y"}}))
    try:
        nodes.start(Side.CUSTOMS)
        yield nodes
    finally:
        nodes.stop()


def named(nodes: Nodes, number: str) -> list[str]:
    status, told = nodes.ask(Side.CUSTOMS, "customs", "GET", f"/v1/declarations/{number}")
    assert status == 200, told
    return [one["number"] for one in told["document"]["certificates"]]


def test_a_message_is_read_under_the_code_of_the_customs_node(customs: Nodes, tmp_path: Path) -> None:
    number = "530120261000000001"
    path = message(tmp_path / "d.xml", number)
    declared = hefu(customs.home, "declare", str(path), "--json")
    assert orjson.loads(declared.stdout)["results"][0]["state"] == "held"
    assert named(customs, number) == ["BSWT0001"]
    corrected = hefu(customs.home, "declare", str(path), "--correct", "--as", "customs", "--json")
    assert orjson.loads(corrected.stdout)["results"][0]["result"] == "exists"
    status, told = customs.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", path.read_bytes())
    assert (status, told["result"]) == (200, "exists")  # the node reads the same


def test_every_caller_may_ask_for_the_policy(customs: Nodes) -> None:
    for who in ("exporter", "customs", "auditor"):
        status, told = customs.ask(Side.CUSTOMS, who, "GET", "/v1/rules")
        assert (status, told["policy"]["license_code"]) == (200, "Y")


def test_without_the_node_a_message_is_not_guessed_at(tmp_path: Path) -> None:
    homes.make(tmp_path / "home", {side: homes.free_port() for side in Side})
    path = message(tmp_path / "d.xml", "530120261000000001")
    done = hefu(tmp_path / "home", "declare", str(path))
    assert done.returncode == 3
    assert "node.unreachable" in done.stderr
