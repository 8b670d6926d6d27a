"""Each invariant passes what both authorities come to, and catches a state that violates it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from hefu.protocol import invariants
from hefu.protocol.invariants import settled, violations
from hefu.protocol.records import (
    Account,
    Cover,
    Cursor,
    DeclarationState,
    Entry,
    Holding,
    IssueState,
    Side,
)
from hefu.protocol.registers import Registers
from hefu.rules.case import UseState
from hefu.rules.finding import Draw
from hefu.rules.policy import Policy
from tests.builders import EXPORT, certificate, declaration, line
from tests.protocol.authorities import GOODS, NUMBER, OTHER_RETURN, RETURN, START, Authorities, facing
from tests.registers import registers

RESERVED_ONE, FREE_ONE, VOIDED_ONE = "RESERVED1", "FREE1", "VOIDED1"
HELD = "530120261000000004"
Change = Callable[[Registers], Registers]


@cache
def sound() -> Registers:
    """Everything at rest: an export released, a certificate used, one reserved, one free, one voided."""
    with facing() as both:
        both.exported()
        both.ready(certificate(lines=[line(quantity="40")]))
        both.ready(certificate(number=RESERVED_ONE, lines=[line(quantity="30")]))
        both.ready(certificate(number=FREE_ONE, lines=[line(quantity="20")]))
        both.ready(certificate(number=VOIDED_ONE, lines=[line(quantity="10")]))
        _act(both, RETURN, NUMBER, "40")
        both.release()
        _act(both, OTHER_RETURN, RESERVED_ONE, "30")
        _act(both, "530120261000000003", FREE_ONE, "20")
        both.withdraw("530120261000000003")
        both.void(VOIDED_ONE)
        both.settle()
        _act(both, HELD, NUMBER, "40")
        return registers(both.stores[Side.TAX], both.stores[Side.CUSTOMS], both.policy)


def _act(both: Authorities, number: str, named: str, quantity: str) -> None:
    items = [
        {
            "item": 1,
            "hs_code": "6109100000",
            "goods_name": "T",
            "first": {"quantity": quantity, "unit": "011"},
        }
    ]
    both.lodge(declaration(number=number, certificates=[{"number": named}], items=items))


def issue(number: str, **changes: Any) -> Change:
    return lambda now: replace(now, issues={**now.issues, number: replace(now.issues[number], **changes)})


def lodgement(number: str, **changes: Any) -> Change:
    return lambda now: replace(
        now, lodgements={**now.lodgements, number: replace(now.lodgements[number], **changes)}
    )


def holding(number: str, state: UseState | None, by: str | None = None) -> Change:
    def change(now: Registers) -> Registers:
        rest = {n: one for n, one in now.holdings.items() if n != number}
        return replace(
            now, holdings=rest if state is None else {**rest, number: Holding(number, state, by, START)}
        )

    return change


def account(side: str, **changes: Any) -> Change:
    def change(now: Registers) -> Registers:
        name = f"{side}_accounts"
        accounts = getattr(now, name)
        changed = {**accounts, GOODS: replace(accounts[GOODS], **changes)}
        return replace(now, **{name: changed})  # type: ignore[arg-type]

    return change


def covers(*added: Cover, without: str = "") -> Change:
    return lambda now: replace(now, covers=[*(c for c in now.covers if c.certificate != without), *added])


def journal(side: str, event: str, number: str, other: str = "") -> Change:
    def change(now: Registers) -> Registers:
        name = f"{side}_journal"
        entries = [*getattr(now, name), Entry(START, "someone", event, number, other, {})]
        return replace(now, **{name: entries})  # type: ignore[arg-type]

    return change


def unsaid(side: str, event: str, number: str) -> Change:
    def change(now: Registers) -> Registers:
        name = f"{side}_journal"
        entries = [e for e in getattr(now, name) if (e.event, e.number) != (event, number)]
        return replace(now, **{name: entries})  # type: ignore[arg-type]

    return change


def cursor(side: str, stream: str, sequence: int, way: str = "in") -> Change:
    def change(now: Registers) -> Registers:
        name = f"{side}_cursors"
        rest = [c for c in getattr(now, name) if c.key != (way, stream)]
        return replace(now, **{name: [*rest, Cursor(way, stream, sequence)]})  # type: ignore[arg-type]

    return change


def drawing(certificate_: str, number: int = 1) -> tuple[Draw, ...]:
    return (Draw(1, certificate_, number, 2_000_000),)


RESERVED, USED, WITHDRAWN = UseState.RESERVED, UseState.USED, UseState.WITHDRAWN
RELEASED = DeclarationState.RELEASED

VIOLATIONS: tuple[tuple[str, str, str, tuple[Change, ...]], ...] = (
    (
        "I1",
        "two declarations draw on one certificate",
        f"{NUMBER} is drawn on by",
        (lodgement(HELD, state=DeclarationState.RESERVED, draws=drawing(NUMBER)),),
    ),
    ("I1", "a reserved declaration without its holding", "which None holds", (holding(RESERVED_ONE, None),)),
    (
        "I1",
        "a holding for another than draws on it",
        f"{RESERVED_ONE} is held by {HELD}, which does not draw on it",
        (holding(RESERVED_ONE, RESERVED, HELD),),
    ),
    (
        "I1",
        "a holding for a declaration that was withdrawn",
        f"{FREE_ONE} is held by",
        (holding(FREE_ONE, RESERVED, "530120261000000003"),),
    ),
    (
        "I1",
        "a certificate used by two, one after the other",
        f"{NUMBER} was used by ['{RETURN}', '{OTHER_RETURN}']",
        (journal("customs", "certificate.used", NUMBER, OTHER_RETURN),),
    ),
    (
        "I1",
        "a used certificate that is free again",
        f"{NUMBER} was used by ['{RETURN}'] and is not any more",
        (holding(NUMBER, None),),
    ),
    (
        "I1",
        "a used certificate that is reserved again",
        f"{NUMBER} was used by ['{RETURN}'] and is not any more",
        (holding(NUMBER, RESERVED, RETURN),),
    ),
    *(
        (
            "I2",
            f"{state.value} at tax, {name} at customs",
            f"{number} is {state.value} at tax",
            (issue(number, state=state),),
        )
        for state in (IssueState.VOIDED, IssueState.SUPERSEDED)
        for number, name in ((NUMBER, "used"), (RESERVED_ONE, "reserved"), (FREE_ONE, "available"))
    ),
    (
        "I2",
        "granted and used nevertheless",
        f"{VOIDED_ONE} is voided at tax",
        (holding(VOIDED_ONE, USED, OTHER_RETURN),),
    ),
    ("I3", "released without a certificate", f"{RETURN} is released without", (lodgement(RETURN, draws=()),)),
    (
        "I3",
        "released with its certificate only reserved",
        f"{OTHER_RETURN} is released, its {RESERVED_ONE} is",
        (lodgement(OTHER_RETURN, state=RELEASED),),
    ),
    ("I3", "released with nobody holding its certificate", f"{RETURN} is released", (holding(NUMBER, None),)),
    (
        "I3",
        "released with a certificate that another used",
        f"{RETURN} is released",
        (holding(NUMBER, USED, OTHER_RETURN),),
    ),
    (
        "I4",
        "customs applied what tax never sent",
        "2 was applied, 1 were sent",
        (cursor("customs", NUMBER, 2),),
    ),
    ("I4", "tax applied what customs never sent", "9 was applied, 2 were sent", (cursor("tax", NUMBER, 9),)),
    (
        "I4",
        "tax holds for used what customs does not",
        f"tax holds {FREE_ONE} for used",
        (issue(FREE_ONE, usage=USED, declaration=HELD),),
    ),
    (
        "I4",
        "tax names another user than customs",
        f"tax holds {NUMBER} for used by {HELD}",
        (issue(NUMBER, declaration=HELD),),
    ),
    (
        "I5",
        "a voided certificate that still covers",
        f"{VOIDED_ONE} covers {GOODS} and is not live",
        (covers(Cover(GOODS, VOIDED_ONE, 1, 1)),),
    ),
    (
        "I5",
        "an unknown certificate that covers",
        f"GHOST covers {GOODS} and is not live",
        (covers(Cover(GOODS, "GHOST", 1, 1)),),
    ),
    (
        "I5",
        "a live certificate that covers nothing",
        f"{FREE_ONE} line 1 covers None, not 2000000",
        (covers(without=FREE_ONE),),
    ),
    (
        "I5",
        "a live certificate that covers less than it says",
        f"{FREE_ONE} line 1 covers 1, not 2000000",
        (covers(Cover(GOODS, FREE_ONE, 1, 1), without=FREE_ONE),),
    ),
    (
        "I5",
        "more covered than the account says",
        f"tax account {GOODS} says 1 taken",
        (account("tax", taken=1),),
    ),
    (
        "I5",
        "more covered than there is",
        f"tax account {GOODS}: 9000000 taken of 5",
        (account("tax", quantity=5),),
    ),
    (
        "I5",
        "more taken by acts than the account says",
        f"customs account {GOODS} says 0 taken",
        (account("customs", taken=0),),
    ),
    (
        "I5",
        "more taken by acts than there is",
        f"customs account {GOODS}: 7000000 taken of 5",
        (account("customs", quantity=5),),
    ),
    (
        "I5",
        "an act that draws on a line that is not there",
        f"{RETURN} draws on {NUMBER} line 9 without an account",
        (lodgement(RETURN, draws=drawing(NUMBER, 9)),),
    ),
    (
        "I5",
        "an act that draws on goods without an account",
        f"{RETURN} draws on {NUMBER} line 1 without an account",
        (lambda now: replace(now, customs_accounts={}),),
    ),
    (
        "I7",
        "a declaration in a state that nobody told",
        f"{HELD} is refused, its journal ends with held",
        (lodgement(HELD, state=DeclarationState.REFUSED),),
    ),
    (
        "I7",
        "a certificate freed without an entry",
        f"{RESERVED_ONE} is available at customs, its journal ends with reserved",
        (holding(RESERVED_ONE, None),),
    ),
    (
        "I7",
        "a certificate used without an entry",
        f"{RESERVED_ONE} is used at customs, its journal ends with reserved",
        (holding(RESERVED_ONE, USED, OTHER_RETURN),),
    ),
    (
        "I7",
        "a certificate in force without an entry",
        f"{FREE_ONE} is issued, its journal ends with None",
        (unsaid("tax", "certificate.issued", FREE_ONE),),
    ),
    (
        "I7",
        "a reservation whose entry is gone",
        f"{RESERVED_ONE} is reserved at customs, its journal ends with None",
        (unsaid("customs", "certificate.reserved", RESERVED_ONE),),
    ),
    (
        "I7",
        "a withdrawal whose entry is gone",
        f"{VOIDED_ONE} is withdrawn at customs, its journal ends with None",
        (unsaid("customs", "certificate.withdrawn", VOIDED_ONE),),
    ),
    (
        "I7",
        "a voiding whose entry is gone",
        f"{VOIDED_ONE} is voided, its journal ends with void_requested",
        (unsaid("tax", "certificate.voided", VOIDED_ONE),),
    ),
    (
        "I7",
        "a use at tax whose entry is gone",
        f"{NUMBER} is used at tax, its journal says reserved",
        (unsaid("tax", "certificate.used", NUMBER),),
    ),
    (
        "I5",
        "a draw on a certificate that tax never issued",
        "draws on NEVER line 1 without an account",
        (lodgement(RETURN, draws=drawing("NEVER")),),
    ),
)


@pytest.mark.parametrize(
    ("code", "what", "told", "changes"), VIOLATIONS, ids=[v[0] + " " + v[1] for v in VIOLATIONS]
)
def test_an_invariant_catches(code: str, what: str, told: str, changes: tuple[Change, ...]) -> None:
    now = sound()
    for change in changes:
        now = change(now)
    found = [text for text in violations(now) if text.startswith(f"{code}: ")]
    assert any(told in text for text in found), violations(now)


def test_the_sound_registers_hold_and_have_one_of_everything() -> None:
    now = sound()
    assert violations(now) == []
    assert {one.state for one in now.lodgements.values()} == set(DeclarationState) - {
        DeclarationState.LODGED,
        DeclarationState.REFUSED,
    }
    assert {one.state for one in now.holdings.values()} == {RESERVED, USED, WITHDRAWN}
    assert {one.state for one in now.issues.values()} == {IssueState.ISSUED, IssueState.VOIDED}


def test_empty_registers_hold() -> None:
    with facing() as both:
        now = registers(both.stores[Side.TAX], both.stores[Side.CUSTOMS], both.policy)
    assert [*violations(now), *settled(now)] == []


def test_every_check_is_named_after_its_invariant_and_every_invariant_has_an_example() -> None:
    assert {code for code, *_ in VIOLATIONS} == {"I1", "I2", "I3", "I4", "I5", "I7"}
    checks = ("one_declaration", "never_void_and_used", "released_only_when_used", "delivered_in_order")
    for name in (*checks, "goods_once", "told"):
        assert (getattr(invariants, name).__doc__ or "").split(":")[0] in {code for code, *_ in VIOLATIONS}


def test_out_of_scope_a_release_needs_no_certificate() -> None:
    change = lodgement(EXPORT, draws=())
    assert any("I3" in text for text in violations(change(sound())))
    narrow = replace(change(sound()), policy=Policy(scope="announcement-256"))
    assert not any("I3" in text for text in violations(narrow))


# --- at rest ------------------------------------------------------------------------------------------

UNSETTLED: tuple[tuple[str, str, Change], ...] = (
    ("a message of tax under way", f"{NUMBER}: 7 sent", cursor("tax", NUMBER, 7, "out")),
    ("a message of customs under way", f"{NUMBER}: 3 sent", cursor("customs", NUMBER, 3, "out")),
    ("a question open", "still waits for the answer", issue(FREE_ONE, state=IssueState.VOID_REQUESTED)),
    ("a draft", "is still a draft", issue(FREE_ONE, state=IssueState.DRAFT)),
    ("a use that tax has not heard of", "available at tax, used", issue(NUMBER, usage=UseState.AVAILABLE)),
    ("another holder", f"{HELD}'s at tax, {OTHER_RETURN}'s", issue(RESERVED_ONE, declaration=HELD)),
    ("a reservation that tax still sees", "reserved at tax, available", issue(FREE_ONE, usage=RESERVED)),
)


@pytest.mark.parametrize(("what", "told", "change"), UNSETTLED, ids=[what for what, _, _ in UNSETTLED])
def test_what_is_not_settled_is_told(what: str, told: str, change: Change) -> None:
    assert list(settled(sound())) == []
    found = list(settled(change(sound())))
    assert any(told in text for text in found), found


def test_accounts_of_other_goods_do_not_mix() -> None:
    other = Account("item:other:1", "011", 5, 5, "stated")
    now = replace(sound(), tax_accounts={**sound().tax_accounts, other.goods: other})
    assert violations(now) == ["I5: tax account item:other:1 says 5 taken, its certificates say 0"]
