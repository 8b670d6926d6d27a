"""Every command as a person and as a machine meets it: output, exit code, both languages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from hefu.cli import home as homes
from hefu.protocol.records import Side
from tests.nodes import Nodes, goods

FINE, FINDINGS, BAD, DOWN = 0, 1, 2, 3

Done = subprocess.CompletedProcess[str]


def hefu(home: Path, *words: str, language: str = "en") -> Done:
    return subprocess.run(
        [sys.executable, "-m", "hefu.cli.main", *words],
        env={**os.environ, "HEFU_HOME": str(home), "HEFU_LANG": language, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def told(done: Done) -> Any:
    return orjson.loads(done.stdout)


def papers(folder: Path, which: int, **changes: Any) -> tuple[Path, Path]:
    certificate, declaration = goods(which)
    first, second = folder / f"c{which}.json", folder / f"d{which}.json"
    first.write_bytes(orjson.dumps(certificate))
    second.write_bytes(orjson.dumps({**declaration, **changes}))
    return first, second


pytestmark = pytest.mark.processes


def test_issue_declare_release_trace_void(nodes: Nodes, tmp_path: Path) -> None:
    certificate, declaration = papers(tmp_path, 900001)
    issued = hefu(nodes.home, "issue", str(certificate), "--json")
    assert (issued.returncode, told(issued)["results"][0]["result"]) == (FINE, "issued")
    declared = hefu(nodes.home, "declare", str(declaration), "--json")
    assert (declared.returncode, told(declared)["results"][0]["state"]) == (FINE, "reserved")
    number = told(declared)["results"][0]["number"]
    assert hefu(nodes.home, "release", number).returncode == FINE
    traced = hefu(nodes.home, "trace", number, "--json")
    events = [entry["event"] for entry in told(traced)["entries"]]
    assert events.index("declaration.lodged") < events.index("declaration.released")
    refused = hefu(nodes.home, "void", "N0900001", "--reason", "lost")
    assert refused.returncode == FINDINGS
    assert number in refused.stdout + refused.stderr


def test_a_repeat_is_fine_and_other_content_under_the_number_is_not(nodes: Nodes, tmp_path: Path) -> None:
    certificate, _ = papers(tmp_path, 900002)
    assert hefu(nodes.home, "issue", str(certificate)).returncode == FINE
    again = hefu(nodes.home, "issue", str(certificate), "--json")
    assert (again.returncode, told(again)["results"][0]["result"]) == (FINE, "exists")
    other = orjson.loads(certificate.read_bytes())
    certificate.write_bytes(orjson.dumps({**other, "issued_on": "2026-01-06"}))
    differs = hefu(nodes.home, "issue", str(certificate), "--json")
    assert differs.returncode == FINDINGS
    assert told(differs)["results"][0]["code"] == "exists_with_different_content"


@pytest.mark.parametrize(("language", "word"), [("en", "declared quantity"), ("zh", "报关数量")])
def test_a_held_declaration_exits_1_with_reasons_in_the_language(
    nodes: Nodes, tmp_path: Path, language: str, word: str
) -> None:
    which = 900003 if language == "en" else 900004
    certificate, declaration = papers(tmp_path, which)
    changed = orjson.loads(declaration.read_bytes())
    changed["items"][0]["first"]["quantity"] = "101"
    declaration.write_bytes(orjson.dumps(changed))
    hefu(nodes.home, "issue", str(certificate))
    nodes.settled()
    held = hefu(nodes.home, "declare", str(declaration), language=language)
    assert held.returncode == FINDINGS
    assert "quantity.exceeds_certificate" in held.stdout
    assert word in held.stdout


def test_a_folder_with_a_broken_file_takes_the_rest_and_exits_2(nodes: Nodes, tmp_path: Path) -> None:
    papers(tmp_path, 900005)
    (tmp_path / "d900005.json").unlink()
    (tmp_path / "broken.json").write_text('{"number": ')
    done = hefu(nodes.home, "issue", str(tmp_path), "--json")
    assert done.returncode == BAD
    answer = told(done)
    assert [one["result"] for one in answer["results"]] == ["issued"]
    assert answer["unreadable"][0]["code"] == "document.syntax"
    assert answer["unreadable"][0]["file"].endswith("broken.json")


def test_an_empty_folder_says_so(nodes: Nodes, tmp_path: Path) -> None:
    done = hefu(nodes.home, "issue", str(tmp_path))
    assert done.returncode == FINE
    assert "no documents" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "code"), [(["trace", "NOSUCHNUMBER"], BAD), (["release", "530120260000000000"], FINDINGS)]
)
def test_an_unknown_number_is_named(nodes: Nodes, words: list[str], code: int) -> None:
    done = hefu(nodes.home, *words)
    assert done.returncode == code
    assert words[1] in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [["nosuchcommand"], ["issue"], ["void", "X1"], ["rules", "no.such_rule"], ["issue", "nosuchfile.json"]],
)
def test_wrong_usage_exits_2(nodes: Nodes, words: list[str]) -> None:
    assert hefu(nodes.home, *words).returncode == BAD


def test_an_identity_may_do_only_what_is_its_own(nodes: Nodes, tmp_path: Path) -> None:
    certificate, _ = papers(tmp_path, 900006)
    refused = hefu(nodes.home, "issue", str(certificate), "--as", "exporter")
    assert refused.returncode == BAD
    assert "access.forbidden" in refused.stdout + refused.stderr
    unknown = hefu(nodes.home, "issue", str(certificate), "--as", "nobody")
    assert unknown.returncode == BAD
    assert "exporter" in unknown.stderr


def test_status_rules_and_keys_for_machines(nodes: Nodes) -> None:
    status = told(hefu(nodes.home, "status", "--json"))
    assert {status[side.value]["side"] for side in Side} == {"tax", "customs"}
    rules = told(hefu(nodes.home, "rules", "--json"))
    assert any(rule["code"] == "hs.differs" for rule in rules["rules"])
    keys = told(hefu(nodes.home, "keys", "--json"))
    assert keys["tax"]["signs_with"] in {key["key_id"] for key in keys["customs"]["peer"]}


def test_a_rotated_key_signs_once_the_peer_has_it(tmp_path: Path, nodes: Nodes) -> None:
    before = told(hefu(nodes.home, "keys", "--json"))["customs"]["signs_with"]
    assert hefu(nodes.home, "keys", "--rotate", "customs").returncode == FINE
    nodes.settled()
    keys = told(hefu(nodes.home, "keys", "--json"))
    assert keys["customs"]["signs_with"] != before
    assert keys["customs"]["signs_with"] in {key["key_id"] for key in keys["tax"]["peer"]}
    certificate, declaration = papers(tmp_path, 900007)
    assert hefu(nodes.home, "issue", str(certificate)).returncode == FINE
    assert hefu(nodes.home, "declare", str(declaration)).returncode == FINE
    nodes.settled()


def test_without_nodes_the_answer_is_exit_3_and_what_to_do(tmp_path: Path) -> None:
    homes.make(tmp_path, {side: homes.free_port() for side in Side})
    done = hefu(tmp_path, "status")
    assert done.returncode == DOWN
    assert "hefu up" in done.stderr


def test_without_a_home_the_answer_is_what_to_do(tmp_path: Path) -> None:
    done = hefu(tmp_path / "nowhere", "status", language="zh")
    assert done.returncode == BAD
    assert "hefu up" in done.stderr


def test_setup_writes_secrets_for_their_owner_only_and_never_over_old_ones(tmp_path: Path) -> None:
    hefu(tmp_path, "setup")
    secrets = [tmp_path / "client.json", *(tmp_path / "tax").rglob("*.json")]
    assert len(secrets) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)
    before = [path.read_bytes() for path in secrets]
    hefu(tmp_path, "setup")
    assert [path.read_bytes() for path in secrets] == before


def test_due_tells_what_both_nodes_know_and_writes_one_calendar(nodes: Nodes, tmp_path: Path) -> None:
    _, declaration = goods(836_001)
    lodged = nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", declaration)
    assert lodged[1]["state"] == "held"
    done = hefu(nodes.home, "due", "--json")
    assert done.returncode == FINE, done.stdout
    tax, customs = told(done)
    assert (tax["side"], customs["side"]) == ("tax", "customs")
    held = next(one for one in customs["due"] if one["code"] == "held")
    assert declaration["number"] in held["numbers"]
    file = tmp_path / "due.ics"
    chinese = hefu(nodes.home, "due", "--calendar", str(file), language="zh")
    assert (chinese.returncode, "报关单被扣留" in chinese.stdout) == (FINE, True)
    assert file.read_text(encoding="utf-8").count("BEGIN:VCALENDAR") == 1
    assert hefu(nodes.home, "due", "--as", "auditor").returncode == BAD


def test_reads_says_whether_the_record_is_whole(nodes: Nodes) -> None:
    done = hefu(nodes.home, "reads", "--json")
    assert done.returncode == FINE
    assert [one["sound"] for one in told(done)] == [True, True]
    assert "looks are those that were written" in hefu(nodes.home, "reads").stdout
    assert "与写入时一致" in hefu(nodes.home, "reads", "--side", "tax", language="zh").stdout
