"""A self-inspection says how the declarations look to an investigator, as ``hefu chains own`` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from openpyxl import load_workbook

from hefu.chains import inspected
from hefu.chains.inspected import noticed
from hefu.documents.canonical import as_json
from hefu.inspection import report
from hefu.inspection.findings.noticed import Noticed
from hefu.inspection.inspect import inspect
from hefu.inspection.papers.reading import Given
from hefu.inspection.report.html import page
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORTER, STRANGER, certificate, declaration, line


def papers(folder: Path, traders: tuple[dict[str, str], ...] = (EXPORTER,) * 3) -> Path:
    """Two returns that go out again, each export with a certificate of another firm."""
    told: list[Any] = []
    for n, trader in enumerate(traders):
        export = f"53012026000000010{n}"
        told.append(
            declaration("export", number=export, trader=trader, owner=trader, declared_on=f"2026-02-0{n + 1}")
        )
        back = declaration(
            "return", number=f"53012026100000010{n}", trader=trader, owner=trader, related=export,
            certificates=[{"number": f"BSWT000{n}"}], declared_on=f"2026-03-0{n + 1}",
        )  # fmt: skip
        again = f"53012026000000020{n}"
        told += [
            back,
            declaration("export", number=again, trader=trader, owner=trader, declared_on=f"2026-04-0{n + 1}"),
        ]
        told.append(certificate(number=f"BSWT000{n}", holder=STRANGER, lines=[line(declaration=export)]))
    (folder / "papers.json").write_bytes(orjson.dumps([as_json(one) for one in told]))
    return folder


def looked(folder: Path, buckets: int = 1) -> tuple[Any, Noticed]:
    told = inspect([Given([folder])], Policy(), look=noticed, buckets=buckets).answer
    assert told.noticed is not None
    return told, told.noticed


def test_what_is_noticed_is_told_with_its_innocent_reading_and_the_paper_to_have_ready(
    tmp_path: Path,
) -> None:
    _, told = looked(papers(tmp_path))
    assert (told.firm, told.name, told.declarations) == (EXPORTER["uscc"], EXPORTER["name"], 9)
    notices = {one.code: one for one in told.notices}
    assert {"chains.return_and_again", "chains.other_holder"} <= notices.keys()
    one = notices["chains.return_and_again"]
    assert (one.count, one.seen) == (1, 9)
    assert one.innocent.en == "repair, exhibition, rejected lots"
    assert {"invoices", "VAT invoices"} & {lacking.en for lacking in told.lacking}
    assert all("agency" not in paper for paper, _ in one.papers)


def test_the_parts_that_are_judged_in_turn_do_not_matter(tmp_path: Path) -> None:
    folder = papers(tmp_path)
    assert looked(folder, 3)[1] == looked(folder)[1]


def test_papers_of_many_firms_and_too_many_papers_are_left_out_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = papers(tmp_path, (EXPORTER, AGENT, STRANGER))
    _, told = looked(folder)
    assert told.left_out is not None
    assert "--firm" in told.left_out.zh
    monkeypatch.setattr(inspected, "MOST", 5)
    _, told = looked(folder)
    assert told.left_out is not None
    assert told.left_out.en.startswith("too many declarations (at most 5 with")
    assert told.notices == ()


def test_nothing_is_noticed_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]", "utf-8")
    assert looked(tmp_path)[1].left_out is not None


def test_it_is_in_every_report_and_changes_no_answer(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    folder = papers(tmp_path / "given")
    told, _ = looked(folder)
    without = inspect([Given([folder])], Policy()).answer
    assert without.noticed is None
    assert without.sound == told.sound
    assert without.findings.equals(told.findings)
    for name in ("report.json", "report.xlsx"):
        report.write(told, tmp_path / name, "zh")
    machine = json.loads((tmp_path / "report.json").read_text("utf-8"))["noticed"]
    assert "chains.other_holder" in [one["code"] for one in machine["notices"]]
    sheet = load_workbook(tmp_path / "report.xlsx")["调查人员怎么看"]
    assert "证明持有人不符" in [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert '"noticed":{"firm"' in page(told)
    assert '"noticed":null' in page(without)


def test_what_papers_say_stays_text(tmp_path: Path) -> None:
    hostile = {**EXPORTER, "name": "<img src=x onerror=alert(1)>"}
    told, _ = looked(papers(tmp_path, (hostile,) * 3))
    assert "<img src=x" not in page(told)
