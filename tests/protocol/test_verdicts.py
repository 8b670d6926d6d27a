"""Verdicts can be made again: facts in the journal, earlier documents, adopted rule sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hefu.protocol.book import Book
from hefu.protocol.cases import assemble, case_from, facts
from hefu.protocol.customs import Gate
from hefu.protocol.records import Ahead, Side
from hefu.protocol.verdict_records import Adopted, Edition
from hefu.protocol.verdicts import VERDICTS, Verdict, verdict_of
from hefu.protocol.verification import Verification
from hefu.rules.case import Case
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, read
from tests.builders import AGENT, EXPORT, PRINCIPAL, certificate, declaration, item, line
from tests.protocol.authorities import NUMBER, OTHER_RETURN, RETURN, Authorities


@pytest.fixture
def both() -> Authorities:
    """A certificate for a return, at customs."""
    made = Authorities()
    made.issue(certificate())
    made.settle()
    return made


def _verdicts(both: Authorities) -> list[Verdict]:
    store = both.stores[Side.CUSTOMS]
    book = Book(store, both.now)
    return [verdict_of(book, entry) for entry in store.journal_after(0) if entry.event in VERDICTS]


def _again(both: Authorities) -> Iterator[tuple[Verdict, list[str], bool]]:
    for one in _verdicts(both):
        (answer,) = compare([one.case], both.policy)
        yield one, [finding.code for finding in answer.findings], answer.passes


def _all_the_same(both: Authorities) -> int:
    told = list(_again(both))
    for one, codes, passes in told:
        assert (tuple(codes), passes) == (one.findings, one.passed), one.number
    return len(told)


def test_a_verdict_comes_out_the_same_after_its_certificate_was_used(both: Authorities) -> None:
    both.lodge(declaration())
    both.release()
    assert _all_the_same(both) == 1
    (verdict,) = _verdicts(both)
    assert (verdict.number, verdict.passed, verdict.findings) == (RETURN, True, ("original.unknown",))


def test_a_correction_keeps_the_document_that_was_held(both: Authorities) -> None:
    wrong = declaration(items=[item(first={"quantity": "101", "unit": "011"})])
    both.lodge(wrong)
    both.correct(declaration())
    both.correct(declaration(remark="once more"))
    assert _all_the_same(both) == 3
    first, second, third = _verdicts(both)
    assert first.case.declaration == wrong
    assert (first.passed, second.passed, third.passed) == (False, True, True)
    assert third.case.declaration.remark == "once more"
    kept = both.get(Side.CUSTOMS, Edition, RETURN, 1)
    assert kept is not None
    assert kept.document == wrong


def test_an_amended_export_is_seen_as_it_was(both: Authorities) -> None:
    export = declaration("export", certificates=[{"number": "CK1"}], items=[item(), item(item=2)])
    lines = [line(line=n, declaration=None, item=None, invoice="FP1", invoice_line=n) for n in (1, 2)]
    both.issue(certificate("export", number="CK1", issued_on="2026-01-31", lines=lines))
    both.settle()
    both.lodge(export)
    both.release(EXPORT)
    both.settle()
    both.lodge(declaration())
    amended = item(item=2, first={"quantity": "50", "unit": "011"})
    both.issue(certificate("amendment", number="GD1", lines=[line(item=2, exported_quantity=None)]))
    both.settle()
    change = declaration(
        "amendment", certificates=[{"number": "GD1"}], items=[item(item=2)], becomes=[amended]
    )
    assert both.lodge(change).status == "reserved"
    both.release(change.number)
    both.settle()
    assert both.lodge(declaration(number=OTHER_RETURN)).status == "held"
    assert _all_the_same(both) == 4
    before, after = (
        one for one in _verdicts(both) if one.case.export and one.case.declaration.act == "return"
    )
    assert before.case.original == export
    assert after.case.original is not None
    assert after.case.original.items == (export.items[0], after.case.original.items[1])
    assert after.case.original.items[1].first.quantity == Decimal(50)
    assert before.case.amended_on is None
    assert after.case.amended_on is not None


def test_the_rule_set_is_kept_once_with_its_policy(both: Authorities) -> None:
    both.lodge(declaration())
    both.lodge(declaration(number=OTHER_RETURN))
    (adopted,) = both.stores[Side.CUSTOMS].every(Adopted)
    assert adopted.version == CURRENT.version
    again = read(adopted.text.encode(), "kept")
    assert again.policy == both.policy
    assert again.hash_under(both.policy) == adopted.hash == CURRENT.hash_under(both.policy)


def test_every_fact_of_a_case_survives_the_journal(both: Authorities) -> None:
    both.issue(certificate(number="WT1", holder=PRINCIPAL, agent=AGENT, lines=[line(item=3)]))
    told: dict[str, Any] = {"holder": AGENT, "principal_certificate": "WT1", "lines": [line(item=3)]}
    both.issue(certificate(number="DL1", **told))
    both.settle()
    both.lodge(declaration())
    book = Book(both.stores[Side.CUSTOMS], both.now)
    book.put(Ahead("DL1", 9))
    asked = declaration(
        number=OTHER_RETURN, certificates=[{"number": one} for one in ("DL1", NUMBER, "GONE")]
    )
    case = assemble(book, asked, both.policy)
    documents = {one.number: one.document for one in (*case.certificates, *case.principals.values())}

    def back(changed: Case) -> Case:
        return case_from(
            facts(book, 1, changed),
            OTHER_RETURN,
            lambda *_: asked,
            lambda number, _: documents[number],  # type: ignore[arg-type, return-value]
        )

    assert [one.behind for one in case.certificates] == [True, False, False]
    assert back(case) == case
    changed = replace(case, changing="XG1", goods_left={})
    assert back(changed) == changed


def test_a_missing_document_is_said_and_not_guessed(both: Authorities) -> None:
    both.lodge(declaration())
    (entry,) = both.stores[Side.CUSTOMS].verdicts()
    entry.detail["facts"]["revision"] = 7
    with pytest.raises(LookupError, match=f"{RETURN} revision 7"):
        verdict_of(Book(both.stores[Side.CUSTOMS], both.now), entry)
    entry.detail["facts"]["revision"] = 1
    entry.detail["facts"]["certificates"] = [["GONE", "available", None, False]]
    with pytest.raises(LookupError, match="GONE"):
        verdict_of(Book(both.stores[Side.CUSTOMS], both.now), entry)


def _under(both: Authorities, policy: Policy) -> None:
    """The gate judges by another policy from now on."""
    both.policy = policy
    both.gate = Gate(Verification(policy, CURRENT, compare))


def test_what_is_held_by_rules_of_yesterday_is_judged_again_when_it_is_sent_again(both: Authorities) -> None:
    more = declaration(items=[item(first={"quantity": "101", "unit": "011"})])
    assert both.lodge(more).status == "held"
    assert both.correct(more).status == "exists"
    assert len(_verdicts(both)) == 1
    _under(both, Policy.model_validate({"tolerances": [{"unit": "011", "percent": "2", "amount": "1"}]}))
    assert both.correct(more).status == "reserved"
    assert both.correct(more).status == "exists"
    assert [verdict.passed for verdict in _verdicts(both)] == [False, True]
    assert both.release().status == "released"


def test_what_has_passed_is_not_judged_again(both: Authorities) -> None:
    both.lodge(declaration())
    _under(both, Policy(original_unknown="hold"))
    assert both.correct(declaration()).status == "exists"
    assert len(_verdicts(both)) == 1
