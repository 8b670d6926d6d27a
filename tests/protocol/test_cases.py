"""What customs knows about a declaration at the moment of its comparison."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hefu.documents.declaration import Declaration
from hefu.documents.fields import scaled
from hefu.errors import Text
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble, standing, waits
from hefu.protocol.records import Copy, Covering, Holding, Side
from hefu.rules.case import Case, UseState
from hefu.rules.finding import Comparison, Finding, Question, Severity
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORT, PRINCIPAL, certificate, declaration, item, line
from tests.protocol.authorities import NUMBER, OTHER_RETURN, RETURN, Authorities

OTHER_EXPORT = "530120260000000002"
NARROW = Policy(scope="announcement-256")


def case(both: Authorities, one: Declaration, policy: Policy | None = None) -> Case:
    return assemble(Book(both.stores[Side.CUSTOMS], both.now), one, policy or both.policy)


def numbers(told: Case) -> list[str]:
    return [one.number for one in told.certificates]


# --- where a certificate stands -----------------------------------------------------------------------


def test_a_certificate_without_data_is_unknown_and_has_no_document(both: Authorities) -> None:
    told = standing(Book(both.stores[Side.CUSTOMS], both.now), NUMBER, RETURN)
    assert (told.state, told.document, told.declaration) == (UseState.UNKNOWN, None, None)


@pytest.mark.parametrize(
    ("holding", "state", "held_by"),
    [
        (None, UseState.AVAILABLE, None),
        (UseState.RESERVED, UseState.RESERVED, RETURN),
        (UseState.USED, UseState.USED, RETURN),
        (UseState.WITHDRAWN, UseState.WITHDRAWN, None),
    ],
)
def test_a_certificate_stands_as_its_holding_says(
    both: Authorities, holding: UseState | None, state: UseState, held_by: str | None
) -> None:
    book = Book(both.stores[Side.CUSTOMS], both.now)
    book.put(Copy(NUMBER, certificate(), "sha256:0", both.now))
    if holding is not None:
        book.put(Holding(NUMBER, holding, held_by, both.now))
    told = standing(book, NUMBER, RETURN)
    assert (told.state, told.document, told.declaration) == (state, certificate(), held_by)


# --- which certificates -------------------------------------------------------------------------------


def test_the_certificates_are_those_named_each_once_in_order(both: Authorities) -> None:
    both.ready()
    named = [{"number": "LATE"}, {"number": NUMBER}, {"number": "LATE", "item": 1}]
    told = case(both, declaration(certificates=named))
    assert [(one.number, one.state.value) for one in told.certificates] == [
        ("LATE", "unknown"),
        (NUMBER, "available"),
    ]


@pytest.mark.parametrize("act", ["return", "amendment", "withdrawal"])
def test_an_act_that_names_none_finds_what_fits_its_export_declaration_and_its_purpose(
    both: Authorities, act: str
) -> None:
    for place, purpose in enumerate(("return", "amendment", "withdrawal"), 1):
        both.ready(certificate(purpose, number=purpose.upper(), lines=[line(item=place)]))
    both.ready(certificate(act, number="OTHER", lines=[line(declaration=OTHER_EXPORT)]))
    assert numbers(case(both, declaration(act, certificates=None))) == [act.upper()]


def test_an_act_that_names_none_finds_all_that_fit(both: Authorities) -> None:
    both.ready(certificate(number="A", lines=[line(quantity="60")]))
    both.ready(certificate(number="B", lines=[line(quantity="40")]))
    assert numbers(case(both, declaration(certificates=None))) == ["A", "B"]


def test_what_another_declaration_holds_is_not_found(both: Authorities) -> None:
    both.reserved()
    assert numbers(case(both, declaration(number=OTHER_RETURN, certificates=None))) == []


def test_what_the_declaration_holds_itself_is_found(both: Authorities) -> None:
    both.reserved()
    assert numbers(case(both, declaration(certificates=None))) == [NUMBER]


def test_what_is_withdrawn_is_not_found(both: Authorities) -> None:
    both.ready()
    both.void()
    both.settle()
    assert numbers(case(both, declaration(certificates=None))) == []


def test_an_export_or_a_return_without_related_declaration_finds_none(both: Authorities) -> None:
    both.ready()
    assert numbers(case(both, declaration("export", certificates=None))) == []
    assert numbers(case(both, declaration(certificates=None, related=None))) == []


def test_a_covering_without_data_is_not_found(both: Authorities) -> None:
    book = Book(both.stores[Side.CUSTOMS], both.now)
    book.put(Covering(EXPORT, "GHOST"))
    assert assemble(book, declaration(certificates=None), both.policy).certificates == ()


@pytest.mark.parametrize(
    ("act", "policy"), [("other", Policy()), ("export", NARROW)], ids=["other", "narrow"]
)
def test_out_of_scope_nothing_is_looked_up_unless_a_certificate_is_named(
    both: Authorities, act: str, policy: Policy
) -> None:
    number = RETURN if act == "other" else EXPORT
    one = declaration(act, number=number, certificates=None)
    assert case(both, one, policy) == Case(one)
    assert numbers(case(both, declaration(act, number=number), policy)) == [NUMBER]


# --- what stands behind -------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [True, False])
def test_the_principals_certificate_is_looked_up_whether_it_is_there_or_not(
    both: Authorities, *, there: bool
) -> None:
    both.issue(certificate(number="WT0001", holder=PRINCIPAL, agent=AGENT))
    both.issue(certificate(holder=AGENT, principal_certificate="WT0001"))
    first, second = both.open(Side.TAX)
    for message in (first, second) if there else (second,):
        both.deliver(message, Side.CUSTOMS)
    told = case(both, declaration())
    state = UseState.AVAILABLE if there else UseState.UNKNOWN
    assert {number: one.state for number, one in told.principals.items()} == {"WT0001": state}


def test_the_export_declaration_is_the_one_it_names(both: Authorities) -> None:
    both.ready()
    assert case(both, declaration(related=OTHER_EXPORT)).export == OTHER_EXPORT


def test_a_return_that_names_no_export_declaration_takes_its_certificates(both: Authorities) -> None:
    both.ready()
    assert case(both, declaration(related=None)).export == EXPORT
    both.ready(certificate(number="B", lines=[line(declaration=OTHER_EXPORT)]))
    both_named = declaration(related=None, certificates=[{"number": NUMBER}, {"number": "B"}])
    assert case(both, both_named).export is None


def test_the_original_is_the_export_declaration_once_released(both: Authorities) -> None:
    both.ready()
    assert case(both, declaration()).original is None
    both.exported()
    original = case(both, declaration()).original
    assert original is not None
    assert original.number == EXPORT


def test_an_export_declaration_withdrawn_after_release_is_no_original(both: Authorities) -> None:
    both.exported()
    both.ready(certificate("withdrawal"))
    withdrawal = declaration("withdrawal")
    both.lodge(withdrawal)
    assert case(both, declaration()).original is not None
    both.release(withdrawal.number)
    assert case(both, declaration()).original is None


# --- what is left of the goods ------------------------------------------------------------------------


def test_what_is_left_is_what_others_have_not_taken(both: Authorities) -> None:
    both.exported()
    both.ready(certificate(number="A", lines=[line(quantity="60")]))
    both.ready(certificate(number="B", lines=[line(quantity="40")]))
    sixty = declaration(items=[item(first={"quantity": "60", "unit": "011"})], certificates=[{"number": "A"}])
    assert both.lodge(sixty).status == "reserved"
    other = declaration(number=OTHER_RETURN, certificates=[{"number": "B"}])
    assert case(both, other).goods_left == {(EXPORT, 1): (scaled(Decimal(40)), "011")}


def test_what_the_declaration_itself_reserved_counts_as_left(both: Authorities) -> None:
    both.exported()
    both.reserved()
    assert case(both, declaration()).goods_left == {(EXPORT, 1): (scaled(Decimal(100)), "011")}


def test_without_the_export_declaration_what_is_left_is_what_the_certificate_states(
    both: Authorities,
) -> None:
    both.ready()
    assert case(both, declaration()).goods_left == {(EXPORT, 1): (scaled(Decimal(100)), "011")}


# --- what a held declaration waits for ----------------------------------------------------------------


def finding(code: str, of: str = NUMBER) -> Finding:
    text = Text("", "")
    return Finding(
        code, Question.ENTITLEMENT, Severity.BLOCK, "certificates", "", "", of, None, None, text, text, text
    )


def comparison(*findings: Finding, waits_for: tuple[str, ...] = ()) -> Comparison:
    return Comparison(RETURN, findings, (), waits_for, "2026.1", "sha256:0")


def test_a_held_declaration_waits_for_the_certificates_without_data() -> None:
    assert waits(declaration(), comparison(waits_for=("A", "B"))) == ["certificate:A", "certificate:B"]


@pytest.mark.parametrize("code", ["certificate.reserved", "quantity.exceeds_goods", "original.unknown"])
def test_what_another_may_free_is_waited_for_by_certificate_and_by_export(code: str) -> None:
    expected = [f"certificate:{NUMBER}", f"export:{EXPORT}"]
    assert waits(declaration(), comparison(finding(code))) == expected
    assert waits(declaration(related=None), comparison(finding(code))) == expected[:1]
    assert waits(declaration(related=None), comparison(finding(code)), EXPORT) == expected
    assert waits(declaration(), comparison(finding(code)), "530120260000000002") == expected


def test_a_missing_certificate_is_waited_for_by_export() -> None:
    assert waits(declaration(), comparison(finding("certificate.missing", ""))) == [f"export:{EXPORT}"]


def test_each_thing_is_waited_for_once() -> None:
    twice = comparison(finding("certificate.reserved"), finding("original.unknown"), waits_for=(NUMBER,))
    assert waits(declaration(), twice) == [f"certificate:{NUMBER}", f"export:{EXPORT}"]


def test_what_only_a_correction_can_cure_is_not_waited_for() -> None:
    used = comparison(finding("certificate.used"), finding("commodity.differs"))
    assert waits(declaration(), used) == []
    assert waits(declaration(), replace(used, findings=())) == []
