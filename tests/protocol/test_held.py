"""A held declaration is compared again by itself when what it waits for arrives, or when corrected."""

from __future__ import annotations

from hefu.protocol.records import DeclarationState, Side, Wait
from hefu.rules.case import UseState
from hefu.rules.policy import Policy
from tests.builders import EXPORT, certificate, declaration, item, line
from tests.protocol.authorities import NUMBER, OTHER_RETURN, RETURN, Authorities, facing, refused

HELD, RESERVED = DeclarationState.HELD, DeclarationState.RESERVED
OTHER = "BSWT0002"


def waits(both: Authorities, number: str = RETURN) -> list[str]:
    return sorted(wait.on for wait in both.stores[Side.CUSTOMS].every(Wait) if wait.declaration == number)


# --- arrival ------------------------------------------------------------------------------------------


def test_held_for_a_certificate_not_yet_synced_is_reserved_when_it_arrives(both: Authorities) -> None:
    both.issue(certificate())
    assert both.lodge(declaration()).status == "held"
    assert both.findings() == ["certificate.unknown"]
    assert waits(both) == [f"certificate:{NUMBER}"]
    both.to_customs()
    assert both.state() is RESERVED
    assert both.at_customs() == (UseState.RESERVED, RETURN)
    assert waits(both) == []
    assert both.events(Side.CUSTOMS, RETURN) == [
        "declaration.lodged",
        "declaration.held",
        "declaration.reserved",
    ]


def test_the_first_lodged_gets_the_certificate_that_both_wait_for(both: Authorities) -> None:
    both.issue(certificate())
    both.lodge(declaration(number=OTHER_RETURN))
    both.lodge(declaration())
    both.to_customs()
    assert (both.state(OTHER_RETURN), both.state()) == (RESERVED, HELD)
    assert both.findings() == ["certificate.reserved"]


def test_held_stays_held_when_what_arrives_does_not_fit(both: Authorities) -> None:
    both.issue(certificate("amendment"))
    both.lodge(declaration())
    both.to_customs()
    assert both.state() is HELD
    assert "certificate.unknown" not in both.findings()


def test_another_certificate_does_not_wake_it(both: Authorities) -> None:
    both.lodge(declaration())
    both.ready(certificate(number=OTHER, lines=[line(item=2)]))
    assert both.events(Side.CUSTOMS, RETURN) == ["declaration.lodged", "declaration.held"]


def test_a_return_that_names_none_finds_its_certificate_when_it_arrives(both: Authorities) -> None:
    assert both.lodge(declaration(certificates=None)).status == "held"
    assert both.findings() == ["certificate.missing"]
    assert waits(both) == [f"export:{EXPORT}"]
    both.ready()
    assert both.state() is RESERVED
    assert both.lodged().certificates == (NUMBER,)


def test_a_return_that_leaves_its_export_to_the_certificate_is_woken_by_it_too() -> None:
    with facing(Policy(original_unknown="hold")) as both:
        both.ready(certificate())
        assert both.lodge(declaration(related=None)).status == "held"
        assert both.findings() == ["original.unknown"]
        assert waits(both) == [f"certificate:{NUMBER}", f"export:{EXPORT}"]
        both.exported("100")
        assert both.state() is RESERVED


def test_held_for_the_export_declaration_is_reserved_when_that_is_released() -> None:
    with facing(Policy(original_unknown="hold")) as both:
        both.ready()
        assert both.lodge(declaration()).status == "held"
        assert both.findings() == ["original.unknown"]
        both.exported()
        assert both.state() is RESERVED


def test_a_certificate_that_arrives_and_is_voided_before_release_is_asked_for_and_kept(
    both: Authorities,
) -> None:
    both.issue(certificate())
    both.void()
    both.lodge(declaration())
    both.settle()
    assert both.state() is RESERVED
    assert both.events(Side.TAX)[-1] == "certificate.void_refused"


# --- what is freed ------------------------------------------------------------------------------------


def test_held_for_a_reserved_certificate_is_reserved_when_the_other_withdraws(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration(number=OTHER_RETURN))
    both.lodge(declaration())
    assert both.findings() == ["certificate.reserved"]
    both.withdraw(OTHER_RETURN)
    assert both.state() is RESERVED
    assert both.at_customs() == (UseState.RESERVED, RETURN)
    kinds = ["reserved", "freed", "reserved"]
    assert both.said(Side.CUSTOMS) == [f"certificate.{kind}" for kind in kinds]
    both.settle()


def test_held_for_a_reserved_certificate_is_reserved_when_the_other_expires(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration(number=OTHER_RETURN))
    both.lodge(declaration())
    both.pass_days(14)
    assert both.expire(OTHER_RETURN).status == "refused"
    assert both.state() is RESERVED


def test_two_that_wait_for_what_is_freed_do_not_both_get_it(both: Authorities) -> None:
    third = "530120261000000003"
    both.ready()
    for number in (OTHER_RETURN, RETURN, third):
        both.lodge(declaration(number=number))
    both.refuse(OTHER_RETURN)
    assert (both.state(), both.state(third)) == (RESERVED, HELD)


def test_a_withdrawn_declaration_waits_no_longer(both: Authorities) -> None:
    both.issue(certificate())
    both.lodge(declaration())
    both.withdraw()
    assert waits(both) == []
    both.to_customs()
    assert both.state() is DeclarationState.WITHDRAWN
    assert both.at_customs() == (UseState.AVAILABLE, None)


# --- correction ---------------------------------------------------------------------------------------


def test_correction_of_a_held_declaration_is_compared_again_and_reserved(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})]))
    told = both.correct(declaration())
    assert (told.status, told.body["revision"]) == ("reserved", 2)
    assert both.at_customs() == (UseState.RESERVED, RETURN)
    assert both.events(Side.CUSTOMS, RETURN)[2:] == ["declaration.corrected", "declaration.reserved"]
    assert both.release().status == "released"
    both.settle()


def test_correction_that_does_not_help_leaves_it_held_for_the_new_reason(both: Authorities) -> None:
    both.ready()
    both.lodge(declaration(items=[item(first={"quantity": "101", "unit": "011"})]))
    assert both.correct(declaration(certificates=[{"number": OTHER}])).status == "held"
    assert both.findings() == ["certificate.unknown"]
    assert waits(both) == [f"certificate:{OTHER}"]


def test_a_corrected_declaration_waits_no_longer_for_what_it_named_before(both: Authorities) -> None:
    both.lodge(declaration(certificates=[{"number": OTHER}]))
    both.correct(declaration(certificates=[{"number": "BSWT0003"}]))
    assert waits(both) == ["certificate:BSWT0003"]


def test_correction_of_a_reserved_declaration_frees_the_one_certificate_and_takes_the_other(
    both: Authorities,
) -> None:
    both.ready(certificate(lines=[line(quantity="60")]))
    both.ready(certificate(number=OTHER, lines=[line(quantity="40")]))
    both.lodge(declaration(items=[item(first={"quantity": "40", "unit": "011"})]))
    before = both.account(Side.CUSTOMS)
    corrected = declaration(
        items=[item(first={"quantity": "40", "unit": "011"})], certificates=[{"number": OTHER}]
    )
    assert both.correct(corrected).status == "reserved"
    assert both.at_customs() == (UseState.AVAILABLE, None)
    assert both.at_customs(OTHER) == (UseState.RESERVED, RETURN)
    assert both.account(Side.CUSTOMS) == before == ("100", "40", "stated")
    both.settle()


def test_correction_without_a_change_is_exists(both: Authorities) -> None:
    both.reserved()
    before = both.everything()
    assert both.correct(declaration()).status == "exists"
    assert both.everything() == before


def test_correction_of_an_unknown_declaration_is_refused(both: Authorities) -> None:
    refused(both.correct(declaration()), "declaration.not_found", "customs")


def test_correction_of_what_is_released_withdrawn_or_refused_is_refused() -> None:
    for end in ("release", "withdraw", "refuse"):
        with facing() as both:
            both.reserved()
            both.command(end)
            before = both.everything()
            refused(both.correct(declaration(remark="other")), "declaration.wrong_state", "customs")
            assert both.everything() == before


def test_a_reservation_after_a_correction_has_its_whole_time_again(both: Authorities) -> None:
    both.reserved()
    first = both.lodged().due
    both.pass_days(5)
    both.correct(declaration(remark="other"))
    second = both.lodged().due
    assert first is not None
    assert second is not None
    assert (second - first).days == 5


def test_correcting_a_reserved_declaration_wakes_whoever_waits_for_its_certificate(both: Authorities) -> None:
    both.reserved()
    assert both.lodge(declaration(number=OTHER_RETURN)).status == "held"
    assert both.findings(OTHER_RETURN) == ["certificate.reserved"]
    assert both.correct(declaration(certificates=[{"number": "ELSEWHERE"}])).status == "held"
    assert both.state(OTHER_RETURN) is DeclarationState.RESERVED
    assert both.at_customs() == (UseState.RESERVED, OTHER_RETURN)


def test_a_corrected_declaration_is_compared_once(both: Authorities) -> None:
    both.lodge(declaration(certificates=[]))
    before = both.events(Side.CUSTOMS, RETURN).count("declaration.held")
    both.correct(declaration(certificates=[], declared_on="2026-03-06"))
    assert both.events(Side.CUSTOMS, RETURN).count("declaration.held") == before + 1


def test_an_act_that_names_no_certificate_takes_the_second_one_when_it_comes(both: Authorities) -> None:
    both.exported()
    both.ready(certificate(number="FIRST", lines=[line(quantity="60")]))
    assert both.lodge(declaration(certificates=[])).status == "held"
    assert both.findings() == ["quantity.exceeds_certificate"]
    both.ready(certificate(number="SECOND", lines=[line(quantity="40")]))
    assert both.state() is DeclarationState.RESERVED
    assert both.lodged().certificates == ("FIRST", "SECOND")


def test_whoever_waits_for_a_reserved_certificate_is_told_when_it_has_been_used(both: Authorities) -> None:
    both.reserved()
    both.lodge(declaration(number=OTHER_RETURN))
    assert both.findings(OTHER_RETURN) == ["certificate.reserved"]
    both.release()
    assert both.findings(OTHER_RETURN) == ["certificate.used"]
    assert both.state(OTHER_RETURN) is DeclarationState.HELD
