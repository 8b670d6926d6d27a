"""An application at tax: what may become of it, and that its certificates come with the approval, all or none."""

from __future__ import annotations

import sqlite3

import pytest

from hefu.errors import HefuError
from hefu.protocol.applications import deciding
from hefu.protocol.applications.records import FilingState
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Issue, Side
from hefu.rules.policy import Policy
from tests.builders import AGENT, PRINCIPAL, certificate, declaration, line
from tests.protocol.applications.papers import (
    SERIAL,
    Told,
    application,
    approve,
    at_tax,
    done,
    file,
    filing,
    refusals,
)
from tests.protocol.authorities import GOODS, Authorities, facing

MADE = "2026000000000001"
OTHER_EXPORT = "530120260000000002"
TWO = [line(), line(line=2, declaration=OTHER_EXPORT)]


def reject(both: Authorities) -> Told:
    return at_tax(both, lambda book: deciding.reject(book, SERIAL, "no contract", "officer"))


def withdraw(both: Authorities) -> Told:
    return at_tax(both, lambda book: deciding.withdraw(book, SERIAL, "mistyped", "firm"))


DECISIONS = {"approved": approve, "rejected": reject, "withdrawn": withdraw}


def test_an_application_is_filed_and_nothing_is_issued_yet(both: Authorities) -> None:
    told = done(file(both, application()))
    assert (told.status, told.body["state"]) == ("filed", "filed")
    assert [one["code"] for one in told.body["findings"]] == ["application.export_unknown"]
    assert filing(both).state is FilingState.FILED
    assert both.account(Side.TAX) is None
    assert both.events(Side.TAX, SERIAL) == ["application.filed"]


def test_the_same_again_is_exists_and_other_content_is_refused(both: Authorities) -> None:
    file(both, application())
    before = both.everything()
    assert done(file(both, application())).status == "exists"
    assert refusals(file(both, application(remark="other"))) == ["exists_with_different_content"]
    assert both.everything() == before


def test_what_blocks_is_refused_with_all_of_it(both: Authorities) -> None:
    before = both.everything()
    told = file(both, application(reason=None, lines=[line(tax={"refunded_vat": "1"})]))
    assert refusals(told) == ["application.reason_missing", "application.state_contradicts"]
    assert both.everything() == before


def test_an_approval_issues_and_customs_hears_of_it(both: Authorities) -> None:
    file(both, application())
    told = done(approve(both))
    assert (told.status, told.body["certificates"]) == ("approved", [MADE])
    issued = both.issued(MADE).document
    assert (issued.holder, issued.lines, str(issued.issued_on)) == (
        application().applicant,
        application().lines,
        "2026-03-10",
    )
    assert both.account(Side.TAX) == ("100", "100", "stated")
    assert both.events(Side.TAX, MADE) == ["certificate.issued", "certificate.applied_for"]
    assert both.events(Side.TAX, SERIAL) == ["application.filed", "application.approved"]
    both.settle()
    act = declaration(certificates=[{"number": MADE}], declared_on="2026-03-11")
    assert both.lodge(act).status == "reserved"


def test_a_certificate_carries_what_the_application_says(both: Authorities) -> None:
    paper = application(refund_state="refunded_open", agent=AGENT, remark="see contract")
    file(both, paper)
    done(approve(both, "BSWT0009"))
    issued = both.issued("BSWT0009").document
    for name in ("purpose", "tax_office", "agent", "refund_state", "reason", "remark"):
        assert getattr(issued, name) == getattr(paper, name), name


def test_one_certificate_an_export_declaration_all_with_one_approval(both: Authorities) -> None:
    file(both, application(lines=TWO))
    assert done(approve(both, "B1", "B2")).body["certificates"] == ["B1", "B2"]
    assert [both.issued(n).document.lines[0].declaration for n in ("B1", "B2")] == [
        TWO[0]["declaration"],
        OTHER_EXPORT,
    ]
    assert filing(both).certificates == ("B1", "B2")


def test_several_declarations_on_one_certificate_where_the_policy_wants_it() -> None:
    with facing(Policy(certificate_lines="several")) as both:
        file(both, application(lines=TWO))
        assert done(approve(both, "B1")).body["certificates"] == ["B1"]


def test_all_certificates_or_none(both: Authorities) -> None:
    """The second number is taken: the first certificate is not issued either."""
    both.ready(certificate(number="TAKEN", lines=[line(item=7)]))
    file(both, application(lines=TWO))
    before = both.everything()
    assert refusals(approve(both, "B1", "TAKEN")) == ["certificate.number_taken"]
    assert both.everything() == before
    assert done(approve(both)).status == "approved"


def test_a_number_of_the_very_same_content_is_taken_as_well(both: Authorities) -> None:
    file(both, application())
    done(approve(both, "B1"))
    file(both, application(serial="SECOND", lines=[line(item=2)]))
    assert refusals(approve(both, "B1", serial="SECOND")) == ["certificate.number_taken"]


@pytest.mark.parametrize("numbers", [("B1",), ("B1", "B1"), ("B1", "B2", "B3")])
def test_numbers_are_one_for_each_certificate(both: Authorities, numbers: tuple[str, ...]) -> None:
    file(both, application(lines=TWO))
    assert refusals(approve(both, *numbers)) == ["application.numbers_differ"]


def test_made_numbers_pass_over_those_that_are_taken(both: Authorities) -> None:
    both.ready(certificate(number=MADE, lines=[line(item=2)]))
    file(both, application())
    assert done(approve(both)).body["certificates"] == ["2026000000000002"]


def test_approved_again_is_exists_and_issues_nothing(both: Authorities) -> None:
    file(both, application())
    done(approve(both, "B1"))
    before = both.everything()
    for again in (approve(both), approve(both, "B1")):
        assert (done(again).status, done(again).body["certificates"]) == ("exists", ["B1"])
    assert refusals(approve(both, "B2")) == ["application.wrong_state"]
    assert both.everything() == before


def test_what_has_come_in_between_is_checked_again(both: Authorities) -> None:
    file(both, application())
    both.ready()
    before = both.everything()
    assert refusals(approve(both)) == ["goods.already_covered"]
    assert both.everything() == before
    assert filing(both).state is FilingState.FILED


def test_of_two_applications_for_the_same_goods_one_is_approved(both: Authorities) -> None:
    file(both, application())
    file(both, application(serial="SECOND"))
    done(approve(both, serial="SECOND"))
    assert refusals(approve(both)) == ["goods.already_covered"]


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("then", DECISIONS)
def test_what_is_decided_stays_so(both: Authorities, first: str, then: str) -> None:
    file(both, application())
    assert done(DECISIONS[first](both)).status == first
    assert filing(both).state.value == first
    assert both.events(Side.TAX, SERIAL)[-1] == f"application.{first}"
    before = both.everything()
    told = DECISIONS[then](both)
    if first == then:
        assert done(told).status == "exists"
    else:
        assert refusals(told) == ["application.wrong_state"]
        assert isinstance(told, Outcome)
        assert told.problem is not None
        assert told.problem.value == first
    assert both.everything() == before


@pytest.mark.parametrize("decision", DECISIONS)
def test_an_unknown_application_is_not_found(both: Authorities, decision: str) -> None:
    assert refusals(DECISIONS[decision](both)) == ["application.not_found"]


def test_the_reason_is_kept_and_the_goods_stay_free(both: Authorities) -> None:
    file(both, application())
    reject(both)
    assert (filing(both).reason, filing(both).decided_by) == ("no contract", "officer")
    assert both.account(Side.TAX) is None
    assert both.get(Side.TAX, Issue, MADE) is None


def test_the_principal_first_then_the_agent_by_its_certificate(both: Authorities) -> None:
    done(file(both, application(serial="P", applicant=PRINCIPAL, agent=AGENT)))
    (first,) = done(approve(both, serial="P")).body["certificates"]
    paper = application(serial="A", applicant=AGENT, tax_office="14403050000", principal_certificate=first)
    done(file(both, paper))
    (second,) = done(approve(both, serial="A")).body["certificates"]
    assert both.issued(second).document.principal_certificate == first
    assert both.account(Side.TAX, GOODS) == ("100", "100", "stated")
    both.settle()
    assert refusals(file(both, paper.model_copy(update={"serial": "AGAIN"}))) == ["goods.already_covered"]


def test_the_store_itself_keeps_a_decided_application(both: Authorities) -> None:
    file(both, application())
    done(approve(both, "B1"))
    store = both.stores[Side.TAX].connection
    for statement in (
        "UPDATE application SET state = 'filed', decided_at = NULL, certificates = '[]'",
        "UPDATE application SET certificates = '[\"B2\"]'",
        "DELETE FROM application",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            store.execute(statement)


def test_an_error_in_the_middle_leaves_nothing(both: Authorities) -> None:
    """The process dies in the transaction of the approval: the application waits as before."""
    file(both, application())
    before = both.everything()
    with pytest.raises(RuntimeError), both.stores[Side.TAX].write(both.now) as book:
        deciding.approve(book, SERIAL, (), "officer", both.policy)
        raise RuntimeError
    assert both.everything() == before
    assert not isinstance(approve(both), HefuError)
