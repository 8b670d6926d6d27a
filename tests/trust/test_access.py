"""The table of rights, written out again by hand, and who is a party."""

from __future__ import annotations

import pytest

from hefu.documents.party import Party
from hefu.errors import HefuError
from hefu.trust.access import (
    TABLE,
    Action,
    Door,
    Identity,
    Role,
    concerns,
    require_party,
    seen_by,
    token_digest,
)
from tests.builders import AGENT, EXPORTER, STRANGER

E, T, C, O, A = Role.ENTERPRISE, Role.TAX_OFFICER, Role.CUSTOMS_OFFICER, Role.OPERATOR, Role.AUDITOR  # noqa: E741
I = Role.INVESTIGATOR  # noqa: E741
EXPECTED = {
    Action.ISSUE: {T},
    Action.VOID: {T},
    Action.REISSUE: {T},
    Action.READ_CERTIFICATE: {E, T, C, O, A, I},
    Action.LODGE: {E, C},
    Action.CORRECT: {E, C},
    Action.WITHDRAW: {E, C},
    Action.RELEASE: {C},
    Action.REFUSE: {C},
    Action.READ_DECLARATION: {E, T, C, O, A, I},
    Action.LIST_DECLARATIONS: {E, T, C},
    Action.TRACE: {E, T, C, O, A, I},
    Action.STATUS: {T, C, O, A},
    Action.ROTATE_KEY: {O},
    Action.READ_KEYS: {O, A},
    Action.RULES: {E, T, C, O, A, I},
    Action.CONTINGENCY: {C},
    Action.ENTER_PAPER: {C},
    Action.DECIDE: {C},
    Action.DECIDE_AT_TAX: {T},
    Action.READ_PAPER: {T, C, O, A},
    Action.RECONCILE: {O, A},
    Action.APPLY: {E, T},
    Action.WITHDRAW_APPLICATION: {E},
    Action.DECIDE_APPLICATION: {T},
    Action.READ_APPLICATION: {E, T, O, A},
    Action.CLAIM_REFUND: {E, T},
    Action.PAY_REFUND: {T},
    Action.READ_LEDGER: {E, T, O, A},
    Action.OWN_PAPERS: {E},
    Action.INVESTIGATE: {I},
    Action.READ_READS: {A},
    Action.READ_SIGNS: {C, I},
    Action.READ_DUE: {E},
}


def identity(role: Role, *codes: str) -> Identity:
    return Identity("someone", role, frozenset(codes))


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_exactly_what_the_table_lists(role: Role, action: Action) -> None:
    door = Door({})
    if role in EXPECTED[action]:
        door.admit(identity(role), action)
        return
    with pytest.raises(HefuError) as caught:
        door.admit(identity(role), action)
    problem = caught.value.first
    assert (problem.kind.code, problem.place) == ("access.forbidden", action.value)
    assert all(one.value in problem.cure.en for one in EXPECTED[action])


def test_two_persons_of_one_organisation_are_two_actors() -> None:
    one, two = (Identity("皇岗海关", Role.CUSTOMS_OFFICER, person=name) for name in ("张伟", "李娜"))
    assert one.actor == "customs_officer:皇岗海关/张伟"
    assert one.actor != two.actor


def test_an_action_that_the_table_does_not_list_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hefu.trust.access.TABLE", {k: v for k, v in TABLE.items() if k is not Action.RULES})
    for role in Role:
        with pytest.raises(HefuError):
            Door({}).admit(identity(role), Action.RULES)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TABLE[Action.RELEASE] = frozenset(Role)  # type: ignore[index]


@pytest.mark.parametrize("token", [None, "", "other", "secret ", "SECRET", token_digest("secret")])
def test_only_the_very_token_opens(token: str | None) -> None:
    door = Door({token_digest("secret"): identity(A)})
    assert door.identify("secret").role is A
    with pytest.raises(HefuError) as caught:
        door.identify(token)
    assert caught.value.first.kind.code == "access.unauthenticated"


@pytest.mark.parametrize(
    ("codes", "seen"),
    [
        ([EXPORTER["uscc"]], True),
        ([EXPORTER["customs_code"]], True),
        ([AGENT["uscc"], AGENT["customs_code"]], True),
        ([STRANGER["uscc"], STRANGER["customs_code"]], False),
        ([EXPORTER["uscc"][:-1]], False),
        ([EXPORTER["name"]], False),
        ([], False),
    ],
)
def test_an_enterprise_is_a_party_by_its_identifiers_only(codes: list[str], *, seen: bool) -> None:
    parties = [Party.model_validate(EXPORTER), Party.model_validate(AGENT)]
    assert concerns(identity(E, *codes), parties) is seen
    if seen:
        require_party(identity(E, *codes), parties, "N1")
        return
    with pytest.raises(HefuError) as caught:
        require_party(identity(E, *codes), parties, "N1")
    assert (caught.value.first.kind.code, caught.value.first.place) == ("access.not_a_party", "N1")


@pytest.mark.parametrize("role", [T, C, O, A, I])
def test_an_authority_sees_every_document(role: Role) -> None:
    assert concerns(identity(role), [])


def test_a_party_without_a_code_is_nobody() -> None:
    """An enterprise with an empty code must not match parties that lack that code."""
    assert not concerns(identity(E, ""), [Party.model_validate({"uscc": EXPORTER["uscc"]})])


OFFICER = "customs_officer:皇岗海关/张伟"
SAID = {
    "actor": OFFICER,
    "detail": {
        "decision": {"approved_by": OFFICER, "ground": "customs_officer is a word"},
        "by": f"{OFFICER}, tax_officer:北京市税务局/李, 娜",
        "all": [OFFICER, "customs", "tax:tax-1", 7, None],
    },
    "document": {"remark": OFFICER},
}


@pytest.mark.parametrize("role", [T, C, O, A, I])
def test_an_authority_sees_who_acted(role: Role) -> None:
    assert seen_by(identity(role), SAID) == SAID


def test_an_enterprise_sees_the_office_that_acted_and_not_the_person() -> None:
    assert seen_by(identity(E), SAID) == {
        "actor": "customs_officer:皇岗海关",
        "detail": {
            "decision": {"approved_by": "customs_officer:皇岗海关", "ground": "customs_officer is a word"},
            "by": "customs_officer:皇岗海关, tax_officer:北京市税务局",
            "all": ["customs_officer:皇岗海关", "customs", "tax:tax-1", 7, None],
        },
        "document": {"remark": OFFICER},
    }


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        ("enterprise:someone/王", "enterprise:someone/王"),
        ("enterprise:someone", "enterprise:someone"),
        ("enterprise:someone else/王", "enterprise:someone else"),
        ("operator:someone/王", "operator:someone"),
        ("customs_officer:A, customs_officer:B/王", "customs_officer:A, customs_officer:B"),
        ("customs_officer:A/王\n李/二", "customs_officer:A"),
    ],
)
def test_an_enterprise_sees_the_persons_of_its_own(actor: str, seen: str) -> None:
    assert seen_by(identity(E), actor) == seen
