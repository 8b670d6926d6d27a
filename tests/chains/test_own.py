"""What an enterprise sees of itself: the indicators of its own papers, and which paper settles each."""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from hefu.chains.documents import as_tables
from hefu.chains.facts import last_day
from hefu.chains.own import own
from hefu.chains.reading import read
from hefu.cli.main import app
from hefu.documents.canonical import as_json
from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.errors import HefuError
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORTER, PRINCIPAL, certificate, declaration, item
from tests.chains.builders import AS_OF, declared, line, tables

RATES = Policy.model_validate({"rates": {"202602": {"USD": "7"}}})
OTHER = "530120260000000077"


def export(number: str = "530120260000000001", **changes: object) -> Declaration:
    return declaration("export", number=number, certificates=None, **changes)


def test_documents_become_rows_with_values_in_fen() -> None:
    priced = export(terms="FOB", net_weight="12.5", items=[item(total="100", currency="USD")])
    told = as_tables([priced, certificate("return")], RATES)
    assert told["declarations"]["trader"].to_list() == [EXPORTER["uscc"]]
    row = told["lines"].row(0, named=True)
    assert row["fob"] == 100 * 7 * 100
    assert row["quantity"] == 100 * 10**5
    assert row["net_weight"] == 12_500
    assert told["certificates"].select("certificate", "item", "quantity").row(0) == (
        "BSWT0001",
        1,
        100 * 10**5,
    )


def test_without_a_rate_the_value_is_not_made_up() -> None:
    priced = export(terms="FOB", items=[item(total="100", currency="USD")])
    assert as_tables([priced], Policy())["lines"]["fob"].to_list() == [None]


def test_a_certificate_for_invoices_is_one_row() -> None:
    told = as_tables([certificate("export")], RATES)["certificates"]
    assert told.height == 1
    assert told["item"].to_list() == [None]


def test_a_firm_sees_what_speaks_of_it_and_nothing_of_others() -> None:
    found = tables(
        declarations=[declared("D1", "AGENT", owner="OWNER"), declared("D2", "OTHER", owner="OWNER2")],
        lines=[line("D1"), line("D2")],
        agency=[
            {
                "quarter": "2026Q1",
                "filed": date(2026, 4, 10),
                "agent": one,
                "declaration": number,
                "consignor": "C",
            }
            for one, number in (("AGENT", "D1"), ("OTHER", "D2"))
        ],
        agreements=[
            {"agreement": "X1", "agent": "AGENT", "principal": "SOMEBODY", "signed": date(2026, 1, 5)}
        ],
    )
    told = own(found, AS_OF, "agent")
    notices = {one.rule.code: one for one in told.notices}
    assert "chains.other_owner" in notices
    one = notices["chains.other_owner"]
    assert (one.count, one.seen) == (1, 1)
    assert {row.document for row in one.evidence} == {"D1"} or all(
        "D2" not in row.document for row in one.evidence
    )
    assert one.rule.clears.zh
    assert one.rule.clears.en


def test_what_could_not_be_looked_at_is_told_with_what_lacks() -> None:
    told = own(as_tables_whole([export()]), AS_OF)
    assert told.firm == EXPORTER["uscc"]
    lacking = {table.name for _, tables_ in told.blind for table in tables_}
    assert {"invoices", "payments", "agency"} <= lacking
    assert "declarations" not in lacking


def as_tables_whole(papers: list[Declaration]) -> dict:  # type: ignore[type-arg]
    return {**tables(), **as_tables(papers, RATES)}


def test_a_firm_that_no_paper_names_is_refused_with_the_one_that_is_there() -> None:
    with pytest.raises(HefuError) as caught:
        own(as_tables_whole([export()]), AS_OF, "没有的公司")
    (problem,) = caught.value.problems
    assert problem.kind.code == "chains.firm_not_there"
    assert EXPORTER["name"] in problem.cure.zh


def test_a_firm_is_found_by_code_name_and_width() -> None:
    found = as_tables_whole([export(), export(OTHER, trader=AGENT)])
    for given in (AGENT["uscc"].lower(), AGENT["name"], f" {AGENT['name']} "):
        assert own(found, AS_OF, given).firm == AGENT["uscc"]


def test_messages_and_certificates_of_a_folder_are_read_beside_its_tables(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_decmessage(export()))
    (tmp_path / "b.json").write_bytes(orjson.dumps([as_json(export(OTHER)), as_json(certificate())]))
    (tmp_path / "agreements.csv").write_text("agreement,agent\nX1,A1\n", "utf-8")
    (tmp_path / "c.json").write_text("{", "utf-8")
    told = read([tmp_path], RATES)
    assert {name: told.tables[name].height for name in ("declarations", "certificates", "agreements")} == {
        "declarations": 2, "certificates": 1, "agreements": 1,
    }  # fmt: skip
    assert [Path(one.file).name for one in told.problems] == ["c.json"]
    assert last_day(told.tables) == date(2026, 3, 1)
    assert told.tables["declarations"].height == told.counts["declarations"]["read"]


def test_of_a_corrected_declaration_the_newer_version_serves(tmp_path: Path) -> None:
    first, corrected = export(owner=PRINCIPAL), export(owner=AGENT)
    (tmp_path / "z.json").write_bytes(orjson.dumps(as_json(first)))
    (tmp_path / "a.json").write_bytes(orjson.dumps([as_json(corrected), as_json(corrected)]))
    os.utime(tmp_path / "z.json", (1_000_000_000, 1_000_000_000))
    told = read([tmp_path], RATES)
    assert told.problems == []
    assert told.tables["declarations"]["owner"].to_list() == [AGENT["uscc"]]
    assert told.tables["lines"].height == 1
    assert told.ignored == [f"{tmp_path / 'z.json'}: {first.number}"]
    later = export(owner=EXPORTER, declared_on="2026-02-09")
    (tmp_path / "z.json").write_bytes(orjson.dumps(as_json(later)))
    os.utime(tmp_path / "z.json", (1_000_000_000, 1_000_000_000))
    assert read([tmp_path], RATES).tables["declarations"]["owner"].to_list() == [EXPORTER["uscc"]]


def test_a_certificate_with_two_contents_stays_a_contradiction(tmp_path: Path) -> None:
    both = [as_json(certificate()), as_json(certificate(issued_on="2026-03-02"))]
    (tmp_path / "c.json").write_bytes(orjson.dumps(both))
    (problem,) = read([tmp_path], RATES).problems
    assert problem.kind.code == "chains.conflicting_row"


@pytest.mark.parametrize(("language", "word"), [("zh", "会引起注意"), ("en", "would be noticed")])
def test_the_command_tells_people_and_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("HEFU_LANG", language)
    monkeypatch.setenv("HEFU_HOME", str(tmp_path / "home"))
    (tmp_path / "a.json").write_bytes(orjson.dumps(as_json(export(owner=PRINCIPAL))))
    (tmp_path / "agency.csv").write_text(
        "quarter,filed,agent,declaration,consignor\n"
        f"2026Q1,2026-04-10,{EXPORTER['uscc']},530120260000000001,{AGENT['uscc']}\n",
        "utf-8",
    )
    told = CliRunner().invoke(app, ["chains", "own", str(tmp_path / "a.json"), str(tmp_path / "agency.csv")])
    assert (told.exit_code, told.exception and told.exit_code) == (1, 1)
    assert word in told.output
    machine = CliRunner().invoke(
        app, ["chains", "own", str(tmp_path / "a.json"), str(tmp_path / "agency.csv"), "--json"]
    )
    answer = json.loads(machine.output)
    assert answer["firm"] == EXPORTER["uscc"]
    assert "chains.other_owner" in [one["indicator"] for one in answer["notices"]]
    assert Decimal(answer["notices"][0]["seen"]) == 1
