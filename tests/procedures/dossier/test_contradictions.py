"""Each contradiction is found, with both places and both values; papers that agree are left in peace."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hefu.documents.certificate import Certificate
from hefu.procedures.agency.agreements import Agreement
from hefu.procedures.dossier.contradictions import Contradiction, checks
from hefu.procedures.dossier.papers import Held
from tests.builders import (
    AGENT,
    EXPORT,
    EXPORTER,
    IMPORT,
    PRINCIPAL,
    STRANGER,
    agency_certificate,
    certificate,
    claim,
    claim_line,
    declaration,
    invoice_line,
    item,
    line,
)
from tests.procedures.dossier.shipments import (
    BUYER,
    CONTRACT,
    INVOICE,
    answer_of,
    commercial,
    complete,
    dossier_of,
    export,
    held,
    paper,
    without,
)

OTHER_FIRM = {"name": STRANGER["name"], "uscc": STRANGER["uscc"]}


def found(*papers: Held) -> dict[str, Contradiction]:
    return {one.code.removeprefix("dossier."): one for one in dossier_of(*papers).contradictions}


def contract(**more: Any) -> Held:
    told = {"day": "2026-01-05", "buyer": BUYER, "amount": "500", "currency": "USD", **more}
    return paper("contract", CONTRACT, **told)


def bill(**more: Any) -> Held:
    return paper(
        "export_invoice", INVOICE, **{"contracts": [CONTRACT], "amount": "500", "currency": "USD", **more}
    )


def bill_of(**more: Any) -> Held:
    """An invoice with one line."""
    return bill(lines=[{"item": 1, "hs_code": "6109100000", "quantity": "100", "unit": "件", **more}])


def agreement(**more: Any) -> Held:
    return held(
        Agreement.model_validate({"number": "WT-1", "agent": AGENT, "principal": PRINCIPAL, **more}), "a.toml"
    )


def by_agent(**more: Any) -> Held:
    return export(trader=AGENT, owner=PRINCIPAL, certificates=[], **more)


def cover(**more: Any) -> Held:
    return agreement(covers=[{"declaration": EXPORT}], **more)


CASES: dict[str, Callable[[], tuple[Held, ...]]] = {
    "seller_differs": lambda: (export(), contract(seller=OTHER_FIRM)),
    "buyer_differs": lambda: (contract(), bill(buyer={"name": "Other Ltd"})),
    "payer_differs": lambda: (contract(), paper("receipt", "SH-1", contracts=[CONTRACT], buyer={"name": "Hong Kong Ltd"})),
    "shipper_differs": lambda: (export(), paper("transport", "B1", contracts=[CONTRACT], seller=OTHER_FIRM)),
    "claimant_differs": lambda: (export(), held(claim(claimant=STRANGER))),
    "agent_differs": lambda: (by_agent(), cover(agent=STRANGER)),
    "principal_differs": lambda: (by_agent(), cover(principal=STRANGER)),
    "purchaser_differs": lambda: (export(), paper("purchase_invoice", "26", contracts=[CONTRACT], buyer=OTHER_FIRM)),
    "quantity_differs": lambda: (export(), bill_of(quantity="99")),
    "exceeds_exported": lambda: (export(), held(claim(lines=[claim_line(quantity="101")]))),
    "code_differs": lambda: (export(), bill_of(hs_code="6109909050")),
    "not_declared": lambda: (export(), bill_of(item=2)),
    "not_invoiced": lambda: (
        export(items=[item(), item(item=2, hs_code="6103420090")]), bill_of(),
    ),
    "line_amount_differs": lambda: (export(), bill_of(amount="499.98")),
    "amount_differs": lambda: (export(), bill(amount="474.99")),
    "sum_differs": lambda: (export(), bill_of(amount="499.98")),
    "exceeds_contract": lambda: (contract(amount="400"), bill(amount="500")),
    "received_more": lambda: (
        export(), paper("receipt", "SH-1", contracts=[CONTRACT], amount="526", currency="USD"),
    ),
    "currency_differs": lambda: (export(), bill(currency="EUR")),
    "received_in_other": lambda: (
        export(), paper("receipt", "SH-1", contracts=[CONTRACT], amount="450", currency="EUR"),
    ),
    "weight_differs": lambda: (
        export(gross_weight="1000"), paper("transport", "B1", contracts=[CONTRACT], gross_weight="1006"),
    ),
    "contract_differs": lambda: (export(), bill(contracts=["HT-9"], declarations=[EXPORT])),
    "invoice_differs": lambda: (
        export(), held(certificate("export", lines=[invoice_line(invoice="FP-9")])), bill(declarations=[EXPORT]),
    ),
    "two_versions": lambda: (export(), held(export(net_weight="7").document, "second.xml")),
    "date_order": lambda: (export(), contract(day="2026-02-02")),
    "date_impossible": lambda: (export(), held(claim(claimed_on="2026-01-31"))),
    "agreement_not_in_force": lambda: (by_agent(), cover(until="2026-01-31")),
    "state_contradicts": lambda: (
        export(certificates=[]), held(claim()), held(certificate(issued_on="2026-03-11")),
    ),
}  # fmt: skip


def test_every_check_has_a_case() -> None:
    assert CASES.keys() | {"certificate_twice"} == checks().keys()


@pytest.mark.parametrize("name", CASES)
def test_a_contradiction_is_found_with_both_places_and_values(name: str) -> None:
    one = found(*CASES[name]())[name]
    assert one.left.place != one.right.place
    assert one.left.value != one.right.value or not one.right.value
    for text in (one.message, one.remedy, one.ground):
        assert text.zh
        assert "{" not in text.zh + text.en
    assert one.left.value in one.message.en
    assert one.right.value in one.message.zh
    assert one.as_json()["code"] == f"dossier.{name}"


def test_papers_that_agree_are_left_in_peace() -> None:
    assert dossier_of(*complete()).contradictions == ()


PEACE: dict[str, Callable[[], tuple[Held, ...]]] = {
    "the owner may sell in an agency export": lambda: (by_agent(), contract(seller=PRINCIPAL)),
    "names alone of one firm in other brackets": lambda: (
        export(), contract(seller={"name": EXPORTER["name"].replace("有限公司", " 有限公司")}),
    ),
    "a code common on its shorter prefix": lambda: (export(), bill_of(hs_code="61091000")),
    "quantities in another measure": lambda: (export(), bill_of(quantity="20", unit="千克")),
    "quantities in tons": lambda: (export(), bill_of(quantity="0.02", unit="吨")),
    "units of trade that do not compare": lambda: (export(), bill_of(quantity="7", unit="托盘")),
    "two lines of one item": lambda: (
        export(), bill(lines=[{"item": 1, "quantity": "40", "unit": "件"}, {"item": 1, "quantity": "60", "unit": "件"}]),
    ),
    "a cent": lambda: (export(), bill_of(amount="499.99")),
    "five per cent": lambda: (export(), bill(amount="475")),
    "a weight within the tolerance": lambda: (
        export(gross_weight="1000"), paper("transport", "B1", contracts=[CONTRACT], gross_weight="1005"),
    ),
    "the same day": lambda: (export(), contract(day="2026-02-01"), held(claim(claimed_on="2026-02-01"))),
    "a row about a declaration that says the same": lambda: (export(), paper("export", EXPORT, day="2026-02-01")),
    "a row and the invoice itself": lambda: (export(), bill(), bill_of(amount="500")),
    "a reversal makes room": lambda: (
        export(), held(claim()),
        held(claim(number="TS2", lines=[claim_line(entry="reversal", quantity="50"), claim_line(line=2, quantity="50")])),
    ),
    "claimed after the certificate": lambda: (
        export(certificates=[]), held(claim(claimed_on="2026-03-11")), held(certificate(issued_on="2026-03-10")),
    ),
    "claimed and reversed": lambda: (
        export(certificates=[]), held(claim()), held(certificate(issued_on="2026-03-12")),
        held(claim(number="TS2", claimed_on="2026-03-11", lines=[claim_line(entry="reversal")])),
    ),
    "an invoice and money for two exports": lambda: (
        export(), bill(amount="1000", declarations=[EXPORT, "530120260000000002"]),
        paper("receipt", "SH-1", invoices=[INVOICE], amount="1000", currency="USD"),
    ),
    "an agreement of that time": lambda: (by_agent(), cover(since="2026-02-01", until="2026-02-01")),
}  # fmt: skip


@pytest.mark.parametrize("name", PEACE)
def test_what_only_looks_like_a_contradiction_is_none(name: str) -> None:
    told = answer_of(*PEACE[name]()).of(EXPORT)
    assert [one.contradictions for one in told] == [()]


def test_a_principal_down_the_chain_is_no_contradiction() -> None:
    first, second = cover(principal=STRANGER, behind="WT-2"), agreement(number="WT-2", agent=STRANGER)
    assert found(by_agent(), first, second, held(agency_certificate())) == {}


def test_more_certified_to_a_principal_than_exported() -> None:
    over = agency_certificate(
        lines=[{"line": 1, "declaration": EXPORT, "item": 1, "quantity": "101", "unit": "件"}]
    )
    assert "exceeds_exported" in found(by_agent(), cover(), held(over))


def test_a_certificate_named_by_two_declarations_is_told_to_both() -> None:
    second = export(number="530120260000000002", contract="HT-2")
    told = answer_of(export(), second, held(certificate("export"))).dossiers
    assert [[one.code for one in shipment.contradictions if "twice" in one.code] for shipment in told] == [
        ["dossier.certificate_twice"], ["dossier.certificate_twice"],
    ]  # fmt: skip


def test_the_gate_and_the_desk_say_the_same_of_a_certificate() -> None:
    papers = (
        export(certificates=[]),
        held(certificate(lines=[line(quantity="50")])),
        held(declaration("return")),
    )
    told = dossier_of(*papers)
    (one,) = told.contradictions
    assert (one.code, one.left.value, one.right.value) == ("quantity.exceeds_certificate", "100", "50")
    (by_rules,) = told.compared
    assert by_rules.comparison.ruleset_hash.startswith("sha256:")
    assert by_rules.as_json()["match"] == "fail"
    assert one.left.place == "papers.json: items[0].quantity"


def test_a_certificate_is_found_for_an_act_that_names_none() -> None:
    papers = (export(certificates=[]), held(certificate()), held(declaration("return", certificates=[])))
    assert [one.as_json()["match"] for one in dossier_of(*papers).compared] == ["pass"]


def test_what_another_certificate_takes_is_not_left() -> None:
    papers = [export(certificates=[]), held(certificate()), held(declaration("return"))]
    other = held(certificate(number="BSWT0002", lines=[line(quantity="1")]))
    codes = {one.code for one in dossier_of(*papers, other).contradictions}
    assert codes == {"quantity.exceeds_goods"}


def test_the_most_serious_comes_first() -> None:
    told = dossier_of(export(), bill_of(quantity="99", amount="1"), contract(day="2026-03-01")).contradictions
    severities = [one.severity.value for one in told]
    assert severities == sorted(severities)  # block before warn


def test_amounts_are_exact() -> None:
    one = found(export(), bill_of(amount="0.01"))["line_amount_differs"]
    assert Decimal(one.left.value.split()[0]) == Decimal("0.01")


def test_contradictions_make_a_dossier_incomplete() -> None:
    papers = without(complete(), "contract")
    assert not dossier_of(*papers, contract(day="2026-02-02")).is_complete
    assert dossier_of(*papers, *commercial()[:1]).is_complete


def amended(quantity: str, day: str = "2026-02-10", number: str = "XG2026000001", **more: Any) -> Held:
    """The export amended to another quantity and its share of the price."""
    becomes = item(
        total=str(5 * Decimal(quantity)), currency="USD", first={"quantity": quantity, "unit": "011"}
    )
    told = {"number": number, "declared_on": day, "certificates": [], "becomes": [becomes], **more}
    return held(declaration("amendment", **told), f"{number}.json")


def test_papers_are_held_against_the_declaration_as_amended() -> None:
    invoice = bill(amount="450", lines=[{"item": 1, "quantity": "90", "unit": "件", "amount": "450"}])
    before = found(export(certificates=[]), invoice)
    assert {"quantity_differs", "amount_differs"} <= before.keys()
    assert found(export(certificates=[]), invoice, amended("90")) == {}
    late = found(export(certificates=[]), invoice, amended("90"), amended("80", "2026-02-11", "XG2026000002"))
    one = late["quantity_differs"]
    assert one.right.value.startswith("80")
    assert one.right.place == "export.xml + XG2026000001.json + XG2026000002.json: items[0].first.quantity"


def test_an_act_is_compared_with_the_export_as_it_stood_then() -> None:
    change = amended("50", certificates=[{"number": "BSWT0001"}])
    papers = (export(certificates=[]), held(certificate("amendment", issued_on="2026-02-09")), change)
    by_rules = {one.comparison.declaration: one for one in dossier_of(*papers).compared}
    assert by_rules["XG2026000001"].as_json()["match"] == "pass"
    back = held(declaration("return", certificates=[{"number": "TY1"}]))
    over = held(certificate(number="TY1", lines=[line(quantity="100", exported_quantity=None)]))
    assert match(IMPORT, *papers, back, over) == "fail"
    early = held(declaration("return", declared_on="2026-02-09", certificates=[{"number": "TY1"}]))
    assert match(IMPORT, *papers, early, held(early_certificate())) == "pass"


def early_certificate() -> Certificate:
    return certificate(
        number="TY1", issued_on="2026-02-08", lines=[line(quantity="100", exported_quantity=None)]
    )


def match(number: str, *papers: Held) -> str:
    """What the rules say of one declaration."""
    (told,) = [one for one in dossier_of(*papers).compared if one.comparison.declaration == number]
    return str(told.as_json()["match"])


def test_an_item_that_was_withdrawn_is_not_asked_for_on_the_invoice() -> None:
    two = export(
        items=[item(total="500", currency="USD"), item(item=2, hs_code="6103420090")], certificates=[]
    )
    gone = held(declaration("withdrawal", certificates=[], items=[item(item=2, hs_code="6103420090")]))
    assert "not_invoiced" in found(two, bill_of())
    assert found(two, bill_of(), gone) == {}
    whole = held(declaration("withdrawal", certificates=[], items=[]))
    assert found(two, bill_of(quantity="7"), whole) == {}
