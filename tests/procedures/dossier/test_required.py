"""What is there, what is missing, what has time, and who provides it."""

from __future__ import annotations

import pytest

from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.papers import Held
from hefu.procedures.dossier.required import Need, requirements
from tests.builders import AGENT, PRINCIPAL, agency_certificate, certificate, declaration
from tests.procedures.dossier.shipments import commercial, complete, dossier_of, export, held, paper, without


def needs(*papers: Held, as_of: str = "2026-03-25", of: str = "") -> dict[str, Need]:
    one = dossier_of(*papers, as_of=as_of, enterprise=Firm(uscc=of) if of else None)
    return {need.requirement.code: need for need in one.needs}


def test_a_complete_export_lacks_nothing() -> None:
    one = dossier_of(*complete())
    assert one.missing == ()
    assert one.is_complete
    assert {need.presence for need in one.needs} == {"present"}


@pytest.mark.parametrize("kind", ["contract", "export_invoice", "transport", "certificate"])
def test_what_is_taken_away_is_missed_by_name_source_and_ground(kind: str) -> None:
    papers = without(complete(), kind)
    if kind == "contract":
        papers.append(paper("receipt", "SH-7", contracts=["HT-2026-01"]))
    (need,) = dossier_of(*papers).missing
    assert need.requirement.code == kind
    assert need.requirement.source.zh
    assert need.requirement.ground.en


@pytest.mark.parametrize(("as_of", "presence"), [("2027-04-30", "later"), ("2027-05-01", "missing")])
def test_the_receipt_is_missed_once_its_day_has_passed(as_of: str, presence: str) -> None:
    need = needs(*without(complete(), "receipt"), as_of=as_of)["receipt"]
    assert need.presence == presence
    assert need.as_json()["due"] == "2027-04-30"


def test_before_the_export_only_the_beginning_is_missed() -> None:
    told = needs(*commercial())
    assert {code for code, one in told.items() if one.presence == "missing"} == {"certificate", "export"}
    assert {code for code, one in told.items() if one.presence == "later"} == {
        "transport", "receipt", "claim", "file_list",
    }  # fmt: skip


def test_a_broker_is_entrusted_on_paper() -> None:
    assert "entrustment" not in needs(export())
    told = needs(export(declarant=AGENT))["entrustment"]
    assert told.presence == "missing"
    assert needs(export(declarant=AGENT), paper("entrustment", "BG-1"))["entrustment"].presence == "present"


def test_bought_goods_need_the_papers_of_the_purchase() -> None:
    assert "purchase_contract" not in needs(*complete())
    told = needs(*complete(), paper("purchase_invoice", "26442000000001", contracts=["HT-2026-01"]))
    assert told["purchase_contract"].presence == "missing"


def test_agent_and_principal_need_different_papers() -> None:
    papers = (export(trader=AGENT, owner=PRINCIPAL), held(agency_certificate()))
    agent, principal = needs(*papers, of=AGENT["uscc"]), needs(*papers, of=PRINCIPAL["uscc"])
    assert agent["agreement"].presence == principal["agreement"].presence == "missing"
    assert {"claim", "receipt", "file_list"} & agent.keys() == set()
    assert {"claim", "receipt", "file_list"} <= principal.keys()
    assert "agent_report" in agent
    assert "agent_report" not in principal
    assert "certificate" not in principal


def test_a_return_asks_for_its_own_papers() -> None:
    told = needs(export(certificates=[]), paper("return_agreement", "TH-1"))
    assert told["certificate:return"].presence == "missing"
    assert told["quality_report|explanation"].presence == "missing"
    assert told["return"].presence == "later"
    full = needs(
        export(certificates=[]), paper("return_agreement", "TH-1"), paper("explanation", "SM-1"),
        held(certificate()), held(declaration("return")),
    )  # fmt: skip
    assert all(
        full[code].presence == "present"
        for code in ("return_agreement", "quality_report|explanation", "certificate:return", "return")
    )


def test_a_certificate_of_another_purpose_does_not_serve() -> None:
    told = needs(export(certificates=[]), held(certificate("amendment")), held(declaration("return")))
    assert told["certificate:return"].presence == "missing"
    assert told["certificate:amendment"].presence == "present"


def test_the_list_is_data_with_its_source() -> None:
    for one in requirements():
        assert one.source.zh, one.code
        assert one.source.en.isascii(), one.code
        assert one.ground.en.isascii(), one.code
        if "assumption" in one.ground.en:
            assert one.assumption, one.code
