"""Claims and certificates over the same goods: whoever comes first, no goods are both (I6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.refund import RefundClaim
from hefu.errors import HefuError
from hefu.protocol.messages import CertificateIssued
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Side
from hefu.protocol.recovery.tax import take_back
from hefu.protocol.recovery.words import Word
from hefu.protocol.refunds import agency, claims, view
from hefu.protocol.refunds.giving_back import repay
from hefu.protocol.refunds.records import Claim, ClaimState
from hefu.rules.policy import Policy
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
    item,
    line,
    repayment,
)
from tests.protocol.authorities import GOODS, NUMBER, RETURN, Authorities

NARROW = Policy(scope="announcement-256")


class Desk(Authorities):
    """Both authorities, and what is asked of tax about refunds."""

    def codes(self, told: Outcome | HefuError) -> list[str]:
        return [one.kind.code for one in told.problems] if isinstance(told, HefuError) else [told.status]

    def claim(self, told: RefundClaim | None = None, **changes: Any) -> list[str]:
        paper = told or claim(**changes)
        return self.codes(self.write(Side.TAX, lambda book: claims.file(book, paper, "firm")))

    def pay(self, number: str = "TS2026030001") -> str:
        return self.write(Side.TAX, lambda book: claims.pay(book, number, "officer")).status

    def recall(self, number: str = "TS2026030001") -> str:
        return self.write(Side.TAX, lambda book: claims.recall(book, number, "firm")).status

    def repay(self, **changes: Any) -> list[str]:
        return self.codes(self.write(Side.TAX, lambda book: repay(book, repayment(**changes), "firm")))

    def certify_agency(self, **changes: Any) -> list[str]:
        paper = agency_certificate(**changes)
        return self.codes(self.write(Side.TAX, lambda book: agency.certify(book, paper, "officer")))

    def void_agency(self, number: str = "DL20260001") -> str:
        return self.write(Side.TAX, lambda book: agency.void(book, number, "officer")).status

    def goods(self) -> Account:
        return self.stores[Side.TAX].fetch(Account, [(GOODS,)])[GOODS,]

    def export(self, **changes: Any) -> None:
        """EXPORT is released at customs, and tax is told."""
        self.lodge(declaration("export", certificates=[], **changes))
        self.release(EXPORT)
        self.settle()

    def item(self) -> dict[str, Any]:
        told = view.ledger(self.stores[Side.TAX], EXPORT)
        assert told is not None
        found: dict[str, Any] = told["items"][0]
        return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(NARROW)
    yield made
    made.close()


def a_part(quantity: str, vat: str, **changes: Any) -> dict[str, Any]:
    return claim_line(quantity=quantity, vat=vat, **changes)


def covering(quantity: str, refund_state: str = "not_claimed", **changes: Any) -> Certificate:
    return certificate(refund_state=refund_state, lines=[line(quantity=quantity)], **changes)


def test_what_is_claimed_cannot_be_certified(desk: Desk) -> None:
    desk.export()
    assert desk.claim(lines=[a_part("80", "1040")]) == ["accepted"]
    assert desk.issue(covering("30")).status == "refund.claimed"
    assert desk.issue(covering("20")).status == "issued"
    assert desk.goods().free == 0


def test_what_is_certified_cannot_be_claimed(desk: Desk) -> None:
    desk.export()
    assert desk.issue(covering("30")).status == "issued"
    assert desk.claim(lines=[a_part("80", "1040")]) == ["claim.goods_certified"]
    assert desk.claim(lines=[a_part("70", "910")]) == ["accepted"]


def test_a_recalled_claim_leaves_the_goods_as_they_were(desk: Desk) -> None:
    desk.export()
    desk.claim()
    assert (desk.recall(), desk.recall(), desk.pay()) == ("recalled", "exists", "claim.wrong_state")
    assert desk.issue(covering("100")).status == "issued"


def test_a_paid_claim_is_not_recalled(desk: Desk) -> None:
    desk.export()
    desk.claim()
    assert (desk.pay(), desk.pay(), desk.recall()) == ("paid", "exists", "claim.wrong_state")


@pytest.mark.parametrize("ask", ["pay", "recall"])
def test_a_claim_that_is_not_there(desk: Desk, ask: str) -> None:
    assert getattr(desk, ask)("NONE") == "claim.not_found"


def test_a_claim_waits_for_its_export_declaration(desk: Desk) -> None:
    assert desk.claim() == ["held"]
    assert desk.pay() == "claim.wrong_state"
    desk.export()
    found = desk.stores[Side.TAX].fetch(Claim, [("TS2026030001",)])["TS2026030001",]
    assert (found.state, found.waits_for) == (ClaimState.ACCEPTED, ())
    assert desk.goods().claimed == desk.goods().quantity


def test_a_claim_that_waited_may_be_refused_and_says_why(desk: Desk) -> None:
    assert desk.claim(lines=[a_part("101", "1313")]) == ["held"]
    desk.export()
    found = desk.stores[Side.TAX].fetch(Claim, [("TS2026030001",)])["TS2026030001",]
    assert found.state is ClaimState.REFUSED
    assert [one["code"] for one in found.problems] == ["claim.exceeds_exported"]
    assert desk.goods().claimed == 0


def test_a_recalled_claim_waits_for_nothing(desk: Desk) -> None:
    desk.claim()
    assert desk.recall() == "recalled"
    desk.export()
    assert desk.goods().claimed == 0


def test_the_same_claim_again_exists_and_another_under_its_number_is_refused(desk: Desk) -> None:
    desk.export()
    assert desk.claim() == ["accepted"]
    assert desk.claim() == ["exists"]
    assert desk.claim(lines=[a_part("50", "650")]) == ["exists_with_different_content"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": [a_part("101", "1313")]}, "claim.exceeds_exported"),
        ({"lines": [claim_line(item=2)]}, "claim.no_such_item"),
        ({"lines": [claim_line(unit="千克")]}, "claim.unit_not_convertible"),
        ({"claimant": STRANGER}, "claim.other_firm"),
        ({"claimed_on": "2029-02-02"}, "claim.late"),
        ({"lines": [claim_line(agency_certificate="NONE")]}, "claim.agency_certificate_unfit"),
        ({"lines": [claim_line(entry="reversal")]}, "claim.nothing_to_reverse"),
    ],
)
def test_what_is_wrong_with_a_claim(desk: Desk, changes: dict[str, Any], code: str) -> None:
    desk.export()
    assert desk.claim(**changes) == [code]
    assert desk.goods().claimed == 0


def test_the_last_day_of_thirty_six_months(desk: Desk) -> None:
    desk.export()
    assert desk.claim(claimed_on="2029-02-01") == ["accepted"]


def test_every_reason_is_told_at_once(desk: Desk) -> None:
    desk.export()
    lines = [a_part("101", "1313"), claim_line(line=2, item=2)]
    assert desk.claim(lines=lines) == ["claim.exceeds_exported", "claim.no_such_item"]


def test_a_mode_without_refund(desk: Desk) -> None:
    desk.export(mode="1039")
    assert desk.claim() == ["claim.mode_not_refundable"]


def test_goods_of_two_claims_add_up(desk: Desk) -> None:
    desk.export()
    assert desk.claim(lines=[a_part("60", "780")]) == ["accepted"]
    assert desk.claim(number="TS2", lines=[a_part("50", "650")]) == ["claim.exceeds_exported"]
    assert desk.claim(number="TS2", lines=[a_part("40", "520")]) == ["accepted"]


# --- what goes back ---------------------------------------------------------------------------------------


def test_a_reversal_frees_the_goods_for_a_certificate_that_says_so(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.pay()
    assert desk.issue(covering("30", "reversed")).status == "refund.not_reversed"
    assert desk.claim(number="TS2", lines=[a_part("30", "390", entry="reversal")]) == ["accepted"]
    assert desk.issue(covering("31", "reversed")).status == "refund.not_reversed"
    assert desk.issue(covering("30", "reversed")).status == "issued"
    assert desk.issue(covering("30", "reversed", number="SECOND")).status == "refund.not_reversed"


def test_a_repayment_frees_the_goods_for_a_certificate_that_says_so(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.pay()
    assert desk.issue(covering("30", "paid_back")).status == "refund.not_paid_back"
    assert desk.repay(lines=[a_part("30", "390")]) == ["repaid"]
    assert desk.repay(lines=[a_part("30", "390")]) == ["exists"]
    assert desk.repay(lines=[a_part("40", "520")]) == ["exists_with_different_content"]
    assert desk.issue(covering("30", "paid_back")).status == "issued"


@pytest.mark.parametrize(
    ("quantity", "vat", "code"),
    [
        ("100", "1300", "accepted"),
        ("100", "1299.99", "claim.reversal_differs"),
        ("33", "429", "accepted"),
        ("33", "429.01", "accepted"),
        ("33", "429.02", "claim.reversal_differs"),
        ("33", "428.98", "claim.reversal_differs"),
        ("101", "1313", "claim.nothing_to_reverse"),
    ],
)
def test_a_full_reversal_equals_the_claim_and_a_part_is_its_share(
    desk: Desk, quantity: str, vat: str, code: str
) -> None:
    desk.export()
    desk.claim()
    assert desk.claim(number="TS2", lines=[a_part(quantity, vat, entry="reversal")]) == [code]


def test_consumption_tax_goes_back_as_well(desk: Desk) -> None:
    desk.export()
    desk.claim(lines=[claim_line(consumption_tax="50")])
    assert desk.claim(number="TS2", lines=[claim_line(entry="reversal")]) == ["claim.reversal_differs"]
    whole = [claim_line(entry="reversal", consumption_tax="50")]
    assert desk.claim(number="TS2", lines=whole) == ["accepted"]


def test_a_reversed_claim_is_not_recalled(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.claim(number="TS2", lines=[a_part("30", "390", entry="reversal")])
    assert (desk.recall(), desk.recall("TS2")) == ("claim.has_reversals", "claim.has_reversals")


def test_another_firm_reverses_nothing_of_it(desk: Desk) -> None:
    desk.export()
    desk.claim()
    other: dict[str, Any] = {"number": "TS2", "claimant": STRANGER, "lines": [claim_line(entry="reversal")]}
    assert desk.claim(**other) == ["claim.nothing_to_reverse"]


# --- refunded and still open ------------------------------------------------------------------------------


def test_refunded_goods_are_certified_under_an_obligation(desk: Desk) -> None:
    desk.export()
    desk.claim()
    assert desk.issue(covering("30", "refunded_open")).status == "refund.not_refunded"  # not paid yet
    desk.pay()
    assert desk.issue(covering("30", "refunded_open")).status == "issued"
    assert desk.item()["owed"] == "30"
    lines = [a_part("10", "130", line=1, declaration=EXPORT)]
    assert desk.claim(number="TS2", lines=lines) == ["claim.obligation_open", "claim.exceeds_exported"]
    back = a_part("30", "390", entry="reversal")
    assert desk.claim(number="TS2", lines=[back]) == ["accepted"]
    assert (desk.item()["owed"], desk.goods().owed, desk.goods().free) == ("0", 0, 0)


def test_a_repayment_settles_what_is_owed(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.pay()
    desk.issue(covering("30", "refunded_open"))
    assert desk.repay(lines=[a_part("30", "390")]) == ["repaid"]
    assert desk.goods().owed == 0


def test_a_refund_from_before_the_network_counts_as_the_certificate_states_it(desk: Desk) -> None:
    desk.export()
    assert desk.issue(covering("30", "refunded_open")).status == "issued"
    assert desk.claim(lines=[a_part("71", "923")]) == ["claim.obligation_open", "claim.exceeds_exported"]
    lines = [a_part("30", "390", entry="reversal"), a_part("70", "910", line=2)]
    assert desk.claim(lines=lines) == ["accepted"]
    assert desk.goods().free == 0


def test_a_void_ends_what_is_owed(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.pay()
    desk.issue(covering("30", "refunded_open"))
    desk.void()
    desk.settle()
    assert (desk.goods().owed, desk.item()["obligations"]) == (0, [])


def test_a_reissue_owes_what_the_old_one_did(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.pay()
    desk.issue(covering("30", "refunded_open"))
    desk.reissue(covering("20", "refunded_open", number="BSWT0002"))
    desk.settle()
    assert [(one["certificate"], one["quantity"]) for one in desk.item()["obligations"]] == [
        ("BSWT0002", "20")
    ]


def test_goods_that_did_not_come_back_are_owed_no_more(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.pay()
    desk.issue(covering("30", "refunded_open"))
    desk.settle()
    desk.lodge(declaration(number=RETURN, items=[item(first={"quantity": "10", "unit": "011"})]))
    desk.release()
    desk.settle()
    assert (desk.item()["returned"], desk.item()["owed"]) == ("10", "10")


# --- withdrawal and amendment -----------------------------------------------------------------------------


def test_a_certificate_that_withdraws_the_export_bars_every_claim_on_it(desk: Desk) -> None:
    desk.export(items=[item(), item(item=2)])
    desk.issue(certificate("withdrawal"))
    assert desk.claim(lines=[claim_line(item=2)]) == ["claim.export_withdrawn"]


def amend(desk: Desk, number: str = NUMBER, act: str = "XG2026000001", to: str = "90") -> None:
    after = item(first={"quantity": to, "unit": "011"})
    desk.lodge(declaration("amendment", number=act, certificates=[{"number": number}], becomes=[after]))
    desk.release(act)


def test_a_claim_waits_until_the_amended_record_has_come(desk: Desk) -> None:
    desk.export(items=[item(), item(item=2)])
    desk.issue(certificate("amendment"))
    desk.settle()
    assert desk.claim(lines=[claim_line(item=2)]) == ["claim.amendment_pending"]
    amend(desk)
    assert desk.claim(lines=[claim_line(item=2)]) == ["claim.amendment_pending"]
    desk.settle()
    assert desk.claim(lines=[claim_line(item=2)]) == ["accepted"]
    assert desk.claim(number="TS2", lines=[a_part("91", "1183")]) == ["claim.exceeds_exported"]
    assert desk.claim(number="TS2", lines=[a_part("90", "1170")]) == ["accepted"]


def test_amended_goods_may_be_amended_again_and_returned(desk: Desk) -> None:
    desk.export()
    desk.issue(certificate("amendment"))
    desk.settle()
    amend(desk)
    desk.settle()
    second = certificate("amendment", number="BSWT0002", lines=[line(quantity="90", exported_quantity="90")])
    assert desk.issue(second).status == "issued"
    desk.settle()
    again = item(first={"quantity": "90", "unit": "011"})
    becomes = [item(first={"quantity": "80", "unit": "011"})]
    told = declaration("amendment", number="XG2026000002", certificates=[{"number": "BSWT0002"}], items=[again], becomes=becomes)  # fmt: skip
    assert desk.lodge(told).status == "reserved"
    desk.release("XG2026000002")
    desk.settle()
    third = certificate(number="BSWT0003", lines=[line(quantity="80", exported_quantity="80")])
    assert desk.issue(third).status == "issued"
    desk.settle()
    goods = [item(first={"quantity": "80", "unit": "011"})]
    assert desk.lodge(declaration(number=RETURN, certificates=[{"number": "BSWT0003"}], items=goods)).status == "reserved"  # fmt: skip


# --- agency exports ---------------------------------------------------------------------------------------


def agency_line(quantity: str, vat: str, **changes: Any) -> dict[str, Any]:
    return a_part(quantity, vat, agency_certificate="DL20260001", **changes)


def test_a_principal_claims_by_the_agents_certificate(desk: Desk) -> None:
    desk.export(trader=AGENT)
    assert desk.certify_agency() == ["issued"]
    assert desk.certify_agency() == ["exists"]
    assert desk.claim(claimant=AGENT) == ["claim.certified_to_principal"]
    assert desk.claim(claimant=STRANGER, lines=[agency_line("10", "130")]) == [
        "claim.agency_certificate_unfit"
    ]
    assert desk.claim(claimant=PRINCIPAL, lines=[agency_line("60", "780")]) == ["accepted"]
    assert desk.void_agency() == "agency.claimed"
    more: dict[str, Any] = {"number": "TS2", "claimant": PRINCIPAL}
    assert desk.claim(**more, lines=[agency_line("41", "533")]) == ["claim.exceeds_exported"]
    back = [agency_line("60", "780", entry="reversal")]
    assert desk.claim(**more, lines=back) == ["accepted"]
    assert desk.void_agency() == "voided"
    assert desk.claim(number="TS3", claimant=AGENT) == ["accepted"]


def test_a_principal_claims_no_more_than_is_left_of_it(desk: Desk) -> None:
    desk.export(trader=AGENT)
    lines = [{"line": 1, "declaration": EXPORT, "item": 1, "quantity": "50", "unit": "件"}]
    desk.certify_agency(lines=lines)
    assert desk.claim(claimant=PRINCIPAL, lines=[agency_line("51", "663")]) == [
        "claim.agency_certificate_unfit"
    ]
    assert desk.claim(claimant=PRINCIPAL, lines=[agency_line("50", "650")]) == ["accepted"]
    assert desk.claim(number="TS2", claimant=AGENT, lines=[a_part("50", "650")]) == ["accepted"]


@pytest.mark.parametrize(
    ("exported", "changes", "code"),
    [
        (False, {}, "agency.export_unknown"),
        (True, {"agent": EXPORTER}, "agency.other_firm"),
    ],
)
def test_what_is_wrong_with_an_agency_certificate(
    desk: Desk, *, exported: bool, changes: dict[str, Any], code: str
) -> None:
    if exported:
        desk.export(trader=AGENT)
    assert desk.certify_agency(**changes) == [code]


def test_an_agency_certificate_covers_nothing_that_the_agent_claims_or_returns(desk: Desk) -> None:
    desk.export(trader=AGENT)
    desk.claim(claimant=AGENT, lines=[a_part("10", "130")])
    desk.issue(covering("20", holder=AGENT))
    assert desk.certify_agency() == ["agency.exceeds_exported"]
    lines = [{"line": 1, "declaration": EXPORT, "item": 1, "quantity": "70", "unit": "件"}]
    assert desk.certify_agency(lines=lines) == ["issued"]


# --- the view ---------------------------------------------------------------------------------------------


def test_the_ledger_tells_everything_about_an_item(desk: Desk) -> None:
    desk.export()
    desk.claim(lines=[a_part("60", "780")])
    desk.pay()
    desk.claim(number="TS2", lines=[a_part("20", "260", entry="reversal"), a_part("10", "130", line=2)])
    desk.issue(covering("15"))
    told = desk.item()
    shown = {
        name: told[name] for name in ("exported", "certified", "claimed", "refunded", "reversed", "free")
    }
    assert shown == {"exported": "100", "certified": "15", "claimed": "10", "refunded": "40", "reversed": "20", "free": "35"}  # fmt: skip
    assert [one["certificate"] for one in told["certificates"]] == [NUMBER]
    assert view.ledger(desk.stores[Side.TAX], "530120260000009999") is None


def test_an_item_that_only_a_certificate_states_is_told_as_that(desk: Desk) -> None:
    stated = [line(), line(line=2, item=7)]
    assert desk.issue(certificate(lines=stated)).status == "issued"
    told = view.ledger(desk.stores[Side.TAX], EXPORT)
    assert told is not None
    assert [(one["item"], one["in_export"]) for one in told["items"]] == [(1, None), (7, None)]
    desk.export()
    told = view.ledger(desk.stores[Side.TAX], EXPORT)
    assert told is not None
    assert [(one["item"], one["in_export"]) for one in told["items"]] == [(1, True), (7, False)]


@pytest.mark.parametrize(
    ("exported", "issued", "code"),
    [
        ("2026-01-31", "2029-01-31", "issued"),
        ("2026-01-31", "2029-02-01", "agency.late"),
        ("2025-12-31", "2031-01-01", "issued"),
    ],
)
def test_an_agency_certificate_is_issued_within_36_months_of_an_export_since_2026(
    exported: str, issued: str, code: str
) -> None:
    desk = Desk(NARROW)
    desk.lodge(declaration("export", trader=AGENT, moved_on=exported, certificates=None))
    desk.release(EXPORT)
    desk.settle()
    assert desk.certify_agency(issued_on=issued) == [code]
    desk.close()


@pytest.mark.parametrize("claimed", ["0", "20", "100"])
def test_a_certificate_that_was_forgotten_owes_again_what_was_refunded(desk: Desk, claimed: str) -> None:
    """Whatever the store still knows of the claim, the reversal goes through, and nothing is owed after it."""
    desk.export()
    if claimed != "0":
        assert desk.claim(lines=[a_part(claimed, str(int(claimed) * 13))]) == ["accepted"]
        desk.pay()
    forgotten = CertificateIssued(number=NUMBER, certificate=covering("30", "refunded_open"))
    word = Word(NUMBER, 1, forgotten, "envelope", desk.now)
    desk.write(Side.TAX, lambda book: take_back(book, [word], []))
    assert desk.item()["owed"] == "30"
    assert "claim.obligation_open" in desk.claim(number="TS2", lines=[a_part("1", "13")])
    back = {"20": "260", "100": "390", "0": "0"}[claimed]
    assert desk.claim(number="TS3", lines=[a_part("30", back, entry="reversal")]) == ["accepted"]
    assert desk.item()["owed"] == "0"
    assert desk.goods().taken == 30 * 10**5
