"""Case files at the console: who gets in, what is shown, what is entered, and that opening one goes on record."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hefu.chains.casefile import record as records
from hefu.chains.casefile.record import Act, Outcome
from hefu.chains.casefile.writing import write_cases
from hefu.protocol.records import Answer, Side
from hefu.stores.sqlite import SqliteReader
from tests.chains.casefile.made import HOSTILE, all_three, bought_invoices
from tests.console.conftest import Sit
from tests.console.desk import fields_of
from tests.nodes import Nodes

pytestmark = pytest.mark.processes
CASE = bought_invoices().id


@pytest.fixture(scope="module")
def folder(nodes: Nodes) -> Path:
    """The folder of case files of the customs node, with three."""
    folder = nodes.home / "customs" / "cases"
    write_cases(all_three(), folder)
    return folder


def fresh(folder: Path, number: str) -> str:
    """A case that no other test has touched."""
    write_cases([replace(bought_invoices(), id=number)], folder)
    return number


def journal(nodes: Nodes, number: str) -> list[tuple[str, str, str]]:
    told = nodes.ask(Side.CUSTOMS, "auditor", "GET", f"/v1/trace/{number}")[1]["entries"]
    return [(one["event"], one["actor"], one["detail"].get("file", "")) for one in told]


@pytest.mark.parametrize("who", ["customs", "operator", "auditor", "exporter"])
def test_only_an_investigator_sees_case_files(folder: Path, sit: Sit, who: str) -> None:
    desk = sit(Side.CUSTOMS, who)
    assert "Case files" not in desk.see("/search").text
    for path in ("", f"/{CASE}", f"/{CASE}/page", f"/{CASE}/files/case.json"):
        refused = desk.see(f"/cases{path}")
        assert refused.status_code == 403
        assert "access.forbidden" in refused.text
    for act in ("answer", "propose", "close"):
        assert desk.send(f"/cases/{CASE}/{act}", outcome="cleared", text="x").status_code == 403
    assert not records.read(folder / CASE).told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_tells_what_each_case_is_about(folder: Path, sit: Sit, language: str) -> None:
    page = sit(Side.CUSTOMS, "investigator", language).see("/")
    assert page.url.path == "/console/cases"
    for case in all_three():
        assert case.id in page.text
    case = bought_invoices()
    clears = case.evidence[0].clears
    for told in (
        "宁波丰泽进出口有限公司",
        clears.zh if language == "zh" else clears.en,
        "需核实的当事方" if language == "zh" else "To be examined",
    ):
        assert told in page.text, told
    assert "<img src=x" not in page.text


def test_the_case_page_is_kept_apart_and_leads_nowhere(folder: Path, sit: Sit) -> None:
    page = sit(Side.CUSTOMS, "investigator").see(f"/cases/{CASE}/page")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-modals; default-src 'none'")
    assert "allow-same-origin" not in policy
    assert [one for one in re.findall(r'href="([^"]*)"', page.text) if not one.startswith("#")] == []


def test_files_are_taken_away_whole(folder: Path, sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "investigator")
    for name in ("case.zh.pdf", "case.en.pdf", "evidence.xlsx", "case.json", "case.ftm.json", "case.html"):
        told = desk.see(f"/cases/{CASE}/files/{name}")
        assert told.content == (folder / CASE / name).read_bytes()
        assert told.headers["content-disposition"] == f'attachment; filename="{CASE}-{name}"'


@pytest.mark.parametrize(
    "path",
    [
        "/NOSUCH",
        "/%2e%2e",
        f"/{CASE}/files/record.jsonl",
        f"/{CASE}/files/..%2f..%2fnode.json",
        "/.hidden",
    ],
)
def test_nothing_else_of_the_machine_can_be_had(folder: Path, sit: Sit, path: str) -> None:
    told = sit(Side.CUSTOMS, "investigator").see(f"/cases{path}")
    assert told.status_code == 404


def test_who_opens_a_case_is_on_record_once_a_look(nodes: Nodes, folder: Path, sit: Sit) -> None:
    number = fresh(folder, "LOOKED")
    desk = sit(Side.CUSTOMS, "investigator2")
    desk.see("/cases")
    assert journal(nodes, number) == []
    for _ in range(2):
        assert "皇岗海关稽查科 · 赵磊" in desk.see(f"/cases/{number}").text
    desk.see(f"/cases/{number}/files/case.zh.pdf")
    actor = "investigator:皇岗海关稽查科/赵磊"
    assert journal(nodes, number) == [("case.opened", actor, ""), ("case.taken", actor, "case.zh.pdf")]
    assert "Case file opened" in sit(Side.CUSTOMS, "auditor").see("/journal").text
    assert nodes.ask(Side.CUSTOMS, "exporter", "GET", f"/v1/trace/{number}")[1]["entries"] == []


def answered(desk: Any, number: str, files: dict[str, Any] | None = None, **fields: str) -> Any:
    key = fields_of(desk.see(f"/cases/{number}"), f"/console/cases/{number}/answer")["key"]
    sent = {"key": key, **fields}
    parts: Any = files or {"document": ("", b"")}
    return [
        desk.client.post(f"/cases/{number}/answer", data=sent, files=parts, headers={"origin": desk.address})
        for _ in range(2)
    ][-1]


def test_a_case_is_answered_and_closed_by_two(folder: Path, sit: Sit) -> None:
    number = fresh(folder, "CLOSED")
    one, two = sit(Side.CUSTOMS, "investigator"), sit(Side.CUSTOMS, "investigator2")
    said = answered(
        one, number, {"document": ("协议.pdf", b"%PDF agreement")}, by="法务 李明", text=f"有协议 {HOSTILE}"
    )
    assert said.status_code == 200
    assert "Answered" in said.text
    assert "<img src=x" not in said.text
    (answer,) = records.read(folder / number).answers  # though it was sent twice
    reader = SqliteReader(str(folder.parent / "store.sqlite"))
    assert [one.caller for one in reader.every(Answer)][-1:] == [
        "investigator:皇岗海关稽查科/陈静"
    ]  # also after a restart
    reader.close()
    assert (answer.by, answer.entered_by) == (("法务 李明",), "陈静 (皇岗海关稽查科)")
    paper = one.see(f"/cases/{number}/files/{answer.document}")
    assert paper.content == b"%PDF agreement"
    assert "attachment" in paper.headers["content-disposition"]

    form = fields_of(one.see(f"/cases/{number}"), f"/console/cases/{number}/propose")
    proposed = one.send(f"/cases/{number}/propose", **{**form, "outcome": "cleared", "text": "协议有效"})
    assert "Closing proposed" in proposed.text
    assert "Another investigator signs in" in proposed.text
    digest = records.read(folder / number).digest
    alone = one.send(f"/cases/{number}/close", digest=digest, key="alone")
    assert alone.status_code == 422
    assert "chains.two_people" in alone.text
    form = fields_of(two.see(f"/cases/{number}"), f"/console/cases/{number}/close")
    stale = two.send(f"/cases/{number}/close", digest="0", key="stale")
    assert (stale.status_code, "console.not_proposed" in stale.text) == (409, True)
    closed = two.send(f"/cases/{number}/close", **form)
    assert "the firm has cleared itself" in closed.text
    record = records.read(folder / number)
    assert [entry.act for entry in record.entries] == [Act.OPENED, Act.ANSWERED, Act.PROPOSED, Act.CLOSED]
    assert record.closings[0].by == ("陈静 (皇岗海关稽查科)", "赵磊 (皇岗海关稽查科)")
    assert record.closings[0].outcome is Outcome.CLEARED
    assert record.digest[:16] in (folder / number / "case.html").read_text(encoding="utf-8")
    assert number in one.see("/cases?state=closed").text
    assert "No case in this state" in one.see("/cases?state=expired").text


def test_what_is_missing_is_told_and_nothing_entered(folder: Path, sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "investigator")
    before = records.read(folder / CASE).digest
    nobody = answered(desk, CASE, by="", text="")
    assert (nobody.status_code, "chains.nothing_said" in nobody.text) == (422, True)
    unknown = desk.send(f"/cases/{CASE}/propose", outcome="guilty", text="x", key="g")
    assert (unknown.status_code, "console.no_outcome" in unknown.text) == (422, True)
    bare = desk.send(f"/cases/{CASE}/propose", outcome="cleared", text=" ", key="b")
    assert bare.status_code == 422
    stolen = desk.send(f"/cases/{CASE}/propose", origin="https://evil.example", outcome="cleared", text="x")
    assert stolen.status_code == 403
    assert records.read(folder / CASE).digest == before


def test_a_case_that_cannot_be_read_hides_no_other(folder: Path, sit: Sit) -> None:
    broken = folder / "BROKEN"
    broken.mkdir()
    (broken / "case.json").write_text("{}")
    try:
        page = sit(Side.CUSTOMS, "investigator").see("/cases")
        assert page.status_code == 200
        assert "BROKEN" in page.text
        assert CASE in page.text
    finally:
        (broken / "case.json").unlink()
        broken.rmdir()
