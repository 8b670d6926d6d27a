"""Histories that cannot be, one of every class: each is reported, and told truly it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.history.check import check
from tests.history.operations import NEVER, Asked
from tests.history.telling import D1, D2, OTHER, C, Story, used

BAD: dict[str, tuple[Callable[[], Story], Callable[[], Story], str]] = {
    "two reservations": (
        lambda: Story().issue().lodge(D1, "reserved").lodge(D2, "reserved"),
        lambda: Story().issue().lodge(D1, "reserved").lodge(D2, "held"),
        C,
    ),
    "two uses": (
        lambda: used().tell(Asked("read declaration", D2), "read", state="released", certificates=[C]),
        lambda: used().tell(Asked("read declaration", D2), "not_found"),
        "I1",
    ),
    "reserved by one, released by another": (
        lambda: Story().issue().lodge(D2, "held").lodge(D1, "reserved").act("release", D2, "released"),
        lambda: Story().issue().lodge(D2, "held").lodge(D1, "reserved").act("release", D1, "released"),
        C,
    ),
    "used and free again": (
        lambda: used().at_customs("available"),
        lambda: used().at_customs("used", D1),
        C,
    ),
    "used, and another takes it": (
        lambda: used().lodge(D2, "reserved"),
        lambda: used().lodge(D2, "held"),
        C,
    ),
    "taken back after release": (
        lambda: used().act("withdraw", D1, "withdrawn"),
        lambda: used().act("withdraw", D1, "declaration.wrong_state", value="released"),
        D1,
    ),
    "reservation gone by itself": (
        lambda: Story().issue().lodge(D1, "reserved").at_customs("available"),
        lambda: Story().issue().lodge(D1, "reserved").act("withdraw", D1, "withdrawn").at_customs("available"),
        C,
    ),
    "a stranger holds it": (
        lambda: Story().issue().lodge(D1, "held").at_customs("reserved", D2),
        lambda: Story().issue().lodge(D1, "held").at_customs("reserved", D1),
        C,
    ),
    "voided while reserved": (
        lambda: Story().issue().lodge(D1, "reserved").void("voided"),
        lambda: Story().issue().lodge(D1, "reserved").void("certificate.already_used", side="customs", declaration=D1),
        C,
    ),
    "voided, then reserved": (
        lambda: Story().issue().void("voided").lodge(D1, "reserved"),
        lambda: Story().issue().void("voided").lodge(D1, "held"),
        C,
    ),
    "voided and used": (
        lambda: used().void().at_tax("voided", "used", D1),
        lambda: used().void().at_tax("issued", "used", D1),
        "I2",
    ),
    "withdrawn without being asked": (
        lambda: Story().issue().at_customs("withdrawn"),
        lambda: Story().issue().void().at_customs("withdrawn"),
        C,
    ),
    "a void is refused though nobody holds it": (
        lambda: Story().issue().void().at_tax("issued"),
        lambda: Story().issue().lodge(D1, "held").void().at_tax("issued", "reserved", D1),
        C,
    ),
    "a void is refused because of a stranger": (
        lambda: Story().issue().lodge(D1, "reserved").lodge(D2, "held").void("certificate.already_used", side="customs", declaration=D2),
        lambda: Story().issue().lodge(D1, "reserved").lodge(D2, "held").void("certificate.already_used", side="customs", declaration=D1),
        C,
    ),
    "voided a second time by a refusal": (
        lambda: Story().issue().void("voided").void("certificate.already_used", side="tax", declaration=D1),
        lambda: Story().issue().void("voided").void("exists", state="voided"),
        C,
    ),
    "released without a certificate": (
        lambda: Story().issue().lodge(D1, "reserved", holds=()).act("release", D1, "released", certificates=[]),
        lambda: Story().issue().lodge(D1, "reserved").act("release", D1, "released"),
        "I3",
    ),
    "released, the certificate only reserved": (
        lambda: used().at_customs("reserved", D1),
        lambda: used().at_customs("used", D1),
        "I3",
    ),
    "released what is held": (
        lambda: Story().issue().at_customs("available").void("voided").lodge(D1, "held").act("release", D1, "released"),
        lambda: Story().issue().at_customs("available").lodge(D1, "held").act("release", D1, "released"),
        C,
    ),
    "at customs before it was issued": (
        lambda: Story().lodge(D1, "reserved").issue(),
        lambda: Story().lodge(D1, "held").issue(),
        C,
    ),
    "known, then unknown at customs": (
        lambda: Story().issue().at_customs("available").at_customs("not_found"),
        lambda: Story().issue().at_customs("not_found").at_customs("available"),
        C,
    ),
    "an issue is lost": (
        lambda: Story().issue().at_tax("not_found"),
        lambda: Story().issue(result="goods.already_covered").at_tax("not_found"),
        C,
    ),
    "an issue never arrives": (
        lambda: Story().issue().rest().at_customs("not_found"),
        lambda: Story().issue().at_customs("not_found").rest().at_customs("available"),
        "I4",
    ),
    "a lodgement is lost": (
        lambda: Story().lodge(D1, "held").declared(D1, "not_found"),
        lambda: Story().lodge(D1, "held").declared(D1, "held"),
        D1,
    ),
    "released, then held": (
        lambda: used().declared(D1, "held"),
        lambda: used().declared(D1, "released", (C,)),
        D1,
    ),
    "withdrawn, then released": (
        lambda: Story().issue().lodge(D1, "reserved").act("withdraw", D1, "withdrawn").act("release", D1, "released"),
        lambda: Story().issue().lodge(D1, "reserved").act("withdraw", D1, "withdrawn").act("release", D1, "declaration.wrong_state", value="withdrawn"),
        D1,
    ),
    "lodged anew under the same number": (
        lambda: Story().lodge(D1, "held").lodge(D1, "held"),
        lambda: Story().lodge(D1, "held").lodge(D1, "exists", state="held"),
        D1,
    ),
    "tax forgets a use": (
        lambda: used().at_tax("issued", "used", D1).at_tax("issued", "reserved", D1),
        lambda: used().at_tax("issued", "reserved", D1).at_tax("issued", "used", D1),
        C,
    ),
    "tax is told of a use that never was": (
        lambda: Story().issue().lodge(D1, "reserved").at_tax("issued", "used", D1),
        lambda: Story().issue().lodge(D1, "reserved").at_tax("issued", "reserved", D1),
        C,
    ),
    "a use never reaches tax": (
        lambda: used().rest().at_tax("issued", "reserved", D1),
        lambda: used().rest().at_tax("issued", "used", D1),
        "I4",
    ),
    "tax names another user": (
        lambda: used().lodge(D2, "held").at_tax("issued", "used", D2),
        lambda: used().lodge(D2, "held").at_tax("issued", "used", D1),
        "I1",
    ),
    "messages stay for ever": (
        lambda: used().rest("unsent"),
        lambda: used().rest(),
        "I4",
    ),
    "a reissue is lost": (
        lambda: Story().issue().reissue().at_tax("superseded", replacement=OTHER).at_tax("not_found", number=OTHER),
        lambda: Story().issue().reissue().at_tax("superseded", replacement=OTHER).at_tax("issued", number=OTHER),
        OTHER,
    ),
    "a reissue without a grant": (
        lambda: Story().issue().reissue().at_tax("superseded", replacement=OTHER).lodge(D1, "reserved"),
        lambda: Story().issue().reissue().at_tax("superseded", replacement=OTHER).lodge(D1, "held"),
        C,
    ),
    "a paper is bound, another takes the number": (
        lambda: Story().lodge(D1, "held").approve(D1, "held").issue().lodge(D2, "reserved"),
        lambda: Story().lodge(D1, "held").approve(D1, "held").issue().lodge(D2, "held"),
        C,
    ),
    "a paper is bound, the number is voided": (
        lambda: Story().lodge(D1, "held").approve(D1, "held").issue().void("voided"),
        lambda: Story().lodge(D1, "held").approve(D1, "held").issue().void("certificate.already_used", side="customs", declaration=D1),
        C,
    ),
    "a use on paper is not told": (
        lambda: Story().lodge(D1, "held").approve(D1, "reserved").declared(D1, "reserved", (C,)).issue().rest().at_tax("issued"),
        lambda: Story().lodge(D1, "held").approve(D1, "reserved").declared(D1, "reserved", (C,)).issue().rest().at_tax("issued", "reserved", D1),
        C,
    ),
    "two papers of one number": (
        lambda: Story().lodge(D1, "held").lodge(D2, "held").approve(D1, "held").approve(D2, "held"),
        lambda: Story().lodge(D1, "held").lodge(D2, "held").approve(D1, "held").act("withdraw", D1, "withdrawn").approve(D2, "held"),
        C,
    ),
    "a dead node still acts": (
        lambda: Story().issue().lodge(D1, "reserved").act("release", D1, None).at_customs("reserved", D1).at_customs("used", D1),
        lambda: Story().issue().lodge(D1, "reserved").act("release", D1, None, at=(9, NEVER)).at_customs("reserved", D1).at_customs("used", D1),
        C,
    ),
    "a correction keeps what it held": (
        lambda: Story().issue().lodge(D1, "reserved").declare("correct", D1, "held", names=(OTHER,)).at_customs("reserved", D1),
        lambda: Story().issue().lodge(D1, "reserved").declare("correct", D1, "held", names=(OTHER,)).at_customs("available"),
        C,
    ),
    "two certificates, one left behind": (
        lambda: Story().issue().issue(OTHER).lodge(D1, "reserved", names=(C, OTHER), holds=(C, OTHER)).act("release", D1, "released", certificates=[C, OTHER]).at_customs("available", number=OTHER),
        lambda: Story().issue().issue(OTHER).lodge(D1, "reserved", names=(C, OTHER), holds=(C, OTHER)).act("release", D1, "released", certificates=[C, OTHER]).at_customs("used", D1, number=OTHER),
        OTHER,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_is_reported_and_its_true_twin_is_not(name: str) -> None:
    bad, good, about = BAD[name]
    report = check(bad().operations)
    assert report
    assert about in str(report)
    assert not check(good().operations), check(good().operations)


def test_what_may_overlap_may_have_come_in_either_order() -> None:
    """Answers to calls that were under way at once are not taken for their order."""
    at = (10.0, 20.0)
    story = Story().issue().lodge(D1, "reserved").lodge(D2, "held")
    story.act("withdraw", D1, "withdrawn", at=at)
    story.at_customs("reserved", D1, at=at).at_customs("available", at=at).at_customs("reserved", D2, at=at)
    assert not check(story.operations)
    assert check(story.at_customs("available", at=(21.0, 22.0)).operations)


@pytest.mark.parametrize("state", [("reserved", D1), ("used", D1)])
def test_without_an_answer_it_may_have_happened_or_not(state: tuple[str, str]) -> None:
    story = Story().issue().lodge(D1, "reserved").act("release", D1, None).at_customs(*state)
    assert not check(story.operations)
    seen = story.at_customs("used", D1).at_customs("reserved", D1)
    assert check(seen.operations)


@pytest.mark.parametrize("what", ["issue", "lodge", "correct", "void", "reissue", "withdraw", "approve"])
def test_every_call_may_go_unanswered(what: str) -> None:
    story = Story().issue().lodge(D1, "reserved")
    story.tell(Asked(what, D1 if what in {"lodge", "correct", "withdraw"} else C, names=(C,), other=D1), None)
    assert not check(story.at_customs("reserved", D1).operations)


def test_under_the_policy_of_use_at_passing_a_certificate_is_used_at_once_and_stays_so() -> None:
    def passed() -> Story:
        return Story().issue().lodge(D1, "reserved")

    kept = passed().at_customs("used", D1).act("withdraw", D1, "withdrawn").at_customs("used", D1)
    assert not check(kept.operations, "passing")
    assert check(kept.operations)
    assert check(passed().at_customs("reserved", D1).operations, "passing")
    freed = passed().act("withdraw", D1, "withdrawn").at_customs("available")
    assert check(freed.operations, "passing")
    assert not check(freed.operations)
