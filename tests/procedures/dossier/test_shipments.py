"""Papers come together by the most exact number, and say what kind of shipment they are."""

from __future__ import annotations

import pytest

from hefu.procedures.agency.agreements import Agreement, Firm
from hefu.procedures.dossier.papers import Kind
from tests.builders import (
    AGENT,
    EXPORT,
    EXPORTER,
    PRINCIPAL,
    STRANGER,
    agency_certificate,
    certificate,
    claim,
    claim_line,
    declaration,
)
from tests.procedures.dossier.shipments import (
    CONTRACT,
    INVOICE,
    answer_of,
    commercial,
    complete,
    dossier_of,
    export,
    held,
    paper,
)

OTHER = "530120260000000002"


def test_everything_about_an_export_is_one_shipment() -> None:
    one = dossier_of(*complete())
    assert one.shipment.number == EXPORT
    assert len(one.shipment.papers) == len(complete())


@pytest.mark.parametrize(
    "number", [EXPORT, f"{EXPORT}001", CONTRACT, INVOICE, "fp0001", "ＦＰ 0001", "COSU6200001"]
)
def test_a_shipment_answers_to_each_of_its_numbers(number: str) -> None:
    assert len(answer_of(*complete()).of(number)) == 1


def test_an_invoice_belongs_to_its_declaration_and_a_contract_to_both() -> None:
    second = export(number=OTHER, certificates=[])
    bill = paper("export_invoice", "FP0002", contracts=[CONTRACT], declarations=[OTHER])
    receipt = paper("receipt", "SH-02", invoices=["FP0002"])
    told = {
        one.shipment.number: one.shipment for one in answer_of(*complete(), second, bill, receipt).dossiers
    }
    assert sorted(told) == [EXPORT, OTHER]
    kinds = {
        number: [one.held.number for one in shipment.of(Kind.CONTRACT)] for number, shipment in told.items()
    }
    assert kinds == {EXPORT: [CONTRACT], OTHER: [CONTRACT]}
    assert [one.held.number for one in told[OTHER].of(Kind.RECEIPT)] == ["SH-02"]
    assert [one.held.number for one in told[EXPORT].of(Kind.RECEIPT)] == ["SH-01"]


def test_a_claim_of_two_exports_does_not_make_them_one() -> None:
    lines = [claim_line(), claim_line(line=2, declaration=OTHER)]
    both = answer_of(
        export(), export(number=OTHER, certificates=[], contract="HT-2"), held(claim(lines=lines))
    )
    assert [len(one.shipment.of(Kind.CLAIM)) for one in both.dossiers] == [1, 1]


def test_a_return_finds_its_export_by_its_certificate() -> None:
    back = held(declaration("return", related=None))
    one = dossier_of(export(certificates=[]), held(certificate()), back)
    assert [paper.held.number for paper in one.shipment.of(Kind.RETURN)] == [declaration().number]


def test_before_a_declaration_the_contract_is_the_shipment() -> None:
    told = answer_of(*commercial(), paper("contract", "HT-9"))
    assert {one.shipment.number for one in told.dossiers} == {CONTRACT, "HT-9"}
    assert not any(one.shipment.exported for one in told.dossiers)


def test_a_paper_without_any_number_is_told() -> None:
    told = answer_of(export(), export(number=OTHER, certificates=[]), paper("explanation", "SM-1"))
    (problem,) = told.problems
    assert problem.kind.code == "dossier.loose"
    assert "SM-1" in problem.message.zh
    alone = dossier_of(export(), paper("explanation", "SM-1"))
    assert alone.shipment.of(Kind.EXPLANATION)


def test_the_same_content_twice_is_one_paper() -> None:
    assert len(dossier_of(export(), export()).shipment.papers) == 1


def frame(**more: object) -> Agreement:
    told = {"number": "WT-1", "agent": EXPORTER, "principal": PRINCIPAL, **more}
    return Agreement.model_validate(told)


def test_a_frame_agreement_comes_by_its_firms() -> None:
    one = dossier_of(export(owner=PRINCIPAL), held(frame()))
    assert one.shipment.of(Kind.AGREEMENT)
    outside = answer_of(export(owner=PRINCIPAL), export(number=OTHER), held(frame(until="2026-01-31")))
    assert [problem.kind.code for problem in outside.problems] == ["dossier.loose"]


def test_an_agreement_in_a_row_of_the_sheet_is_one_as_well() -> None:
    firms = {"agent": {"uscc": EXPORTER["uscc"]}, "principal": {"uscc": PRINCIPAL["uscc"]}}
    other = export(number=OTHER, certificates=[], contract="HT-2")
    told = answer_of(export(owner=PRINCIPAL), other, paper("agreement", "WT-9", **firms))
    assert [
        len(one.shipment.of(Kind.AGREEMENT))
        for one in sorted(told.dossiers, key=lambda one: one.shipment.number)
    ] == [1, 0]
    same = paper("agreement", "WT-8", agent=firms["agent"], principal=firms["agent"], declarations=[EXPORT])
    assert dossier_of(export(), same).shipment.of(Kind.AGREEMENT)


def test_kinds_are_told_with_their_reasons() -> None:
    own = dossier_of(*complete()).nature
    assert (own.trade, own.changes) == ("own", ())
    agent = dossier_of(export(owner=PRINCIPAL)).nature
    assert agent.trade == "agent"
    assert PRINCIPAL["name"] in agent.reasons[0].text.zh
    assert agent.reasons[0].place == "export.xml: owner"


def test_whose_claim_it_is_tells_the_principal() -> None:
    papers = (
        export(trader=AGENT, owner=PRINCIPAL),
        held(agency_certificate()),
        held(claim(claimant=PRINCIPAL, lines=[claim_line(agency_certificate="DL20260001")])),
    )
    assert dossier_of(*papers).nature.trade == "principal"
    assert dossier_of(*papers, enterprise=Firm(uscc=AGENT["uscc"])).nature.trade == "agent"
    assert dossier_of(*papers, enterprise=Firm(uscc=PRINCIPAL["uscc"])).nature.trade == "principal"
    nobody = dossier_of(*papers, enterprise=Firm(uscc=STRANGER["uscc"])).nature
    assert nobody.trade == "agent"
    assert "none of the papers" in nobody.reasons[1].text.en


@pytest.mark.parametrize("act", ["return", "amendment", "withdrawal"])
def test_what_happens_afterwards_is_told_by_certificate_or_declaration(act: str) -> None:
    by_certificate = dossier_of(export(certificates=[]), held(certificate(act)))
    by_act = dossier_of(export(certificates=[]), held(declaration(act)))
    assert by_certificate.nature.changes == by_act.nature.changes == (act,)
