"""Years of an exporter and of an agent by the command line: the folder grows, days pass, every deadline is met once and
missed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from hefu.cli.main import app
from hefu.documents.canonical import Document, as_json
from tests.builders import (
    EXPORTER,
    PRINCIPAL,
    agency_certificate,
    certificate,
    claim,
    claim_line,
    declaration,
    item,
    line,
    repayment,
)

GOOD, BAD, AGENCY = "530120260000000001", "530120260000000002", "530120260000000003"
Paper = Document | dict[str, Any]


@pytest.fixture(autouse=True)
def _at_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEFU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEFU_LANG", "en")


class Desk:
    """A folder that grows, and what ``hefu dossier`` says of it on a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def file(self, *papers: Paper) -> None:
        """Put papers into the folder."""
        for one in papers:
            told = as_json(one) if isinstance(one, Document) else one
            (self.folder / f"{len(list(self.folder.iterdir())):02}.json").write_bytes(orjson.dumps(told))

    def states(self, day: str, number: str) -> Mapping[str, str]:
        """Of a shipment: the state of each deadline, with ``late`` for what was done late."""
        words = ["dossier", str(self.folder), number, "--as-of", day, "--json"]
        told = orjson.loads(CliRunner().invoke(app, words).stdout)
        (one,) = told["shipments"]
        return {due["code"]: "late" if due["late"] else due["state"] for due in one["deadlines"]}


def paper(kind: str, number: str, day: str, of: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "number": number, "day": day, "declarations": [of], **more}


def sold(number: str, **more: Any) -> Document:
    goods = [item(total="500", currency="USD")]
    return declaration(
        "export", number=number, certificates=[], items=goods, contract=f"HT-{number[-1]}", **more
    )


def received(number: str, day: str, of: str) -> dict[str, Any]:
    return paper("receipt", number, day, of, amount="500", currency="USD")


def claimed(number: str, day: str, of: str, **more: Any) -> Document:
    return claim(number=number, claimed_on=day, lines=[claim_line(declaration=of, **more)])


def test_two_exports_of_one_firm_one_in_time_and_one_too_late(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "papers")
    desk.file(sold(GOOD), sold(BAD))  # both on 1 February 2026
    for number in (GOOD, BAD):
        assert desk.states("2026-02-02", number) == {
            "receipt": "open", "claim": "open", "claim_last": "open", "return_window": "open",
        }  # fmt: skip
    desk.file(received("SH-1", "2026-03-20", GOOD), claimed("TS-1", "2026-04-10", GOOD))
    assert desk.states("2026-04-20", GOOD)["filing"] == "soon"
    desk.file(paper("file_list", "BA-1", "2026-04-25", GOOD))
    good = {"receipt": "done", "claim": "done", "claim_last": "done", "filing": "done", "keep": "open"}
    assert desk.states("2026-05-01", GOOD) == {**good, "return_window": "open"}

    assert desk.states("2027-04-10", BAD) == {
        "receipt": "soon", "claim": "soon", "claim_last": "open", "return_window": "passed",
    }  # fmt: skip
    assert desk.states("2027-05-01", BAD)["receipt"] == "overdue"
    desk.file(received("SH-2", "2027-06-01", BAD), claimed("TS-2", "2027-06-10", BAD))
    assert desk.states("2027-06-26", BAD) == {
        "receipt": "late", "claim": "late", "claim_last": "done", "filing": "overdue", "keep": "open",
        "return_window": "passed",
    }  # fmt: skip
    desk.file(paper("file_list", "BA-2", "2027-07-01", BAD))
    assert desk.states("2027-07-02", BAD)["filing"] == "late"
    assert desk.states("2036-04-11", GOOD)["keep"] == "passed"
    assert desk.states("2036-04-11", BAD)["keep"] == "open"


def test_what_is_never_claimed_is_lost_after_36_months(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "papers")
    desk.file(sold(BAD))
    assert desk.states("2029-02-01", BAD)["claim_last"] == "soon"
    assert desk.states("2029-02-02", BAD)["claim_last"] == "overdue"


@pytest.mark.parametrize("ecommerce", [False, True])
def test_one_return_comes_in_time_and_gives_the_refund_back_and_one_does_neither(
    tmp_path: Path, ecommerce: bool
) -> None:
    mode, last, after = (
        ("9710", "2026-08-01", "2026-08-02") if ecommerce else ("0110", "2027-02-01", "2027-02-02")
    )
    desk = Desk(tmp_path / "papers")
    desk.file(sold(GOOD, mode=mode), claimed("TS-1", "2026-03-10", GOOD), sold(BAD, mode=mode))
    desk.file(claimed("TS-2", "2026-03-10", BAD))
    for number, name in ((GOOD, "TY1"), (BAD, "TY2")):
        told = {"number": name, "issued_on": "2026-07-20", "refund_state": "refunded_open"}
        desk.file(certificate(**told, lines=[line(declaration=number)]))
        assert desk.states("2026-07-21", number)["reversal"] == "open"
    back = {"related": GOOD, "mode": "4561", "certificates": [{"number": "TY1"}]}
    desk.file(declaration("return", number="530120261000000001", declared_on=last, **back))
    desk.file(repayment(paid_on="2026-07-30", lines=[claim_line(declaration=GOOD)]))
    assert desk.states(after, GOOD)["return_window"] == "done"
    assert desk.states(after, GOOD)["reversal"] == "done"
    assert desk.states(after, BAD)["return_window"] == "overdue"
    desk.file(claimed("TS-3", "2026-09-01", BAD, item=2))
    assert desk.states(after, BAD)["reversal"] == "overdue"
    desk.file(
        declaration("return", number="530120261000000002", **{**back, "related": BAD}, declared_on=after)
    )
    assert desk.states(after, BAD)["return_window"] == "late"


def test_an_agent_reports_and_certifies_in_time_or_too_late(tmp_path: Path) -> None:
    firms = {"trader": EXPORTER, "owner": PRINCIPAL}
    in_time, late = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    for desk in (in_time, late):
        desk.file(sold(AGENCY, **firms))
        assert desk.states("2026-04-01", AGENCY) == {
            "agent_report": "soon", "agency_certificate": "open", "return_window": "open",
        }  # fmt: skip
    certified = [{"line": 1, "declaration": AGENCY, "item": 1, "quantity": "100", "unit": "件"}]
    told = {"agent": EXPORTER, "principal": PRINCIPAL, "lines": certified}
    in_time.file(paper("agent_report", "2026Q1", "2026-04-15", AGENCY), agency_certificate(**told))
    done = in_time.states("2026-04-16", AGENCY)
    assert (done["agent_report"], done["agency_certificate"]) == ("done", "done")
    assert late.states("2026-04-16", AGENCY)["agent_report"] == "overdue"
    assert late.states("2029-02-02", AGENCY)["agency_certificate"] == "overdue"
    late.file(
        paper("agent_report", "2026Q1", "2026-04-16", AGENCY),
        agency_certificate(issued_on="2029-02-02", **told),
    )
    done = late.states("2029-02-03", AGENCY)
    assert (done["agent_report"], done["agency_certificate"]) == ("late", "late")
