"""Who may do what: the one table, deny by default.

Every route and every command that changes state names an :class:`Action`; whoever is not listed for
it is refused. An enterprise, besides, sees and does only what concerns documents in which it is a
party.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from hefu import errors
from hefu.documents.party import Party
from hefu.errors import Text

UNAUTHENTICATED = errors.kind(
    "access.unauthenticated",
    http=401,
    message=Text("没有有效的访问令牌", "no valid token"),
    cure=Text(
        "用 Authorization: Bearer 头带上配置文件中的令牌",
        "send a token of the configuration file in an Authorization: Bearer header",
    ),
)
FORBIDDEN = errors.kind(
    "access.forbidden",
    http=403,
    message=Text("{organisation} ({role}) 无权{place}", "{organisation} ({role}) may not do this: {place}"),
    cure=Text("由有权的人办理: {roles}", "someone with this right does it: {roles}"),
)
NOT_A_PARTY = errors.kind(
    "access.not_a_party",
    http=403,
    message=Text("{organisation} 不是 {place} 的当事人", "{organisation} is not a party to {place}"),
    cure=Text(
        "企业只能办理和查看自己为当事人的单证", "an enterprise acts on and sees only its own documents"
    ),
)


class Role(StrEnum):
    """What kind of organisation a caller is."""

    ENTERPRISE = "enterprise"
    TAX_OFFICER = "tax_officer"
    CUSTOMS_OFFICER = "customs_officer"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    INVESTIGATOR = "investigator"


class Action(StrEnum):
    """Everything that can be asked of a node by a person or a program of theirs."""

    ISSUE = "certificate.issue"
    VOID = "certificate.void"
    REISSUE = "certificate.reissue"
    READ_CERTIFICATE = "certificate.read"
    LODGE = "declaration.lodge"
    CORRECT = "declaration.correct"
    WITHDRAW = "declaration.withdraw"
    RELEASE = "declaration.release"
    REFUSE = "declaration.refuse"
    READ_DECLARATION = "declaration.read"
    LIST_DECLARATIONS = "declaration.list"
    TRACE = "trace.read"
    STATUS = "status.read"
    ROTATE_KEY = "key.rotate"
    READ_KEYS = "key.read"
    RULES = "rules.read"
    CONTINGENCY = "contingency.manage"
    ENTER_PAPER = "paper.enter"
    DECIDE = "act.decide"
    READ_PAPER = "paper.read"
    DECIDE_AT_TAX = "act.decide_at_tax"
    RECONCILE = "register.reconcile"
    APPLY = "application.file"
    WITHDRAW_APPLICATION = "application.withdraw"
    DECIDE_APPLICATION = "application.decide"
    READ_APPLICATION = "application.read"
    CLAIM_REFUND = "refund.claim"
    PAY_REFUND = "refund.pay"
    READ_LEDGER = "ledger.read"
    OWN_PAPERS = "papers.look_through"
    INVESTIGATE = "case.investigate"
    READ_READS = "reads.read"
    READ_SIGNS = "sign.read"
    READ_DUE = "due.read"


_ALL = frozenset(Role)
_ROLES: Final = "|".join(Role)
_ACTOR: Final = re.compile(
    rf"((?:^|(?<=, ))(?:{_ROLES}):[^/]*)/.*?(?=, (?:{_ROLES}):|$)",
    re.DOTALL,
)
"""A person as the journal names it (:attr:`Identity.actor`), alone or in a row of several; the group is without the name."""
_ACTING: Final = tuple(f"{one.value}:" for one in Role)
_PAPERS: Final = "document"
"""Under this name an answer holds what a firm has handed in, which is shown as it is."""

TABLE: Final[Mapping[Action, frozenset[Role]]] = MappingProxyType(
    {
        Action.ISSUE: frozenset({Role.TAX_OFFICER}),
        Action.VOID: frozenset({Role.TAX_OFFICER}),
        Action.REISSUE: frozenset({Role.TAX_OFFICER}),
        Action.READ_CERTIFICATE: _ALL,
        Action.LODGE: frozenset({Role.ENTERPRISE, Role.CUSTOMS_OFFICER}),
        Action.CORRECT: frozenset({Role.ENTERPRISE, Role.CUSTOMS_OFFICER}),
        Action.WITHDRAW: frozenset({Role.ENTERPRISE, Role.CUSTOMS_OFFICER}),
        Action.RELEASE: frozenset({Role.CUSTOMS_OFFICER}),
        Action.REFUSE: frozenset({Role.CUSTOMS_OFFICER}),
        Action.READ_DECLARATION: _ALL,
        Action.LIST_DECLARATIONS: frozenset({Role.ENTERPRISE, Role.CUSTOMS_OFFICER, Role.TAX_OFFICER}),
        Action.TRACE: _ALL,
        Action.STATUS: frozenset({Role.TAX_OFFICER, Role.CUSTOMS_OFFICER, Role.OPERATOR, Role.AUDITOR}),
        Action.ROTATE_KEY: frozenset({Role.OPERATOR}),
        Action.READ_KEYS: frozenset({Role.OPERATOR, Role.AUDITOR}),
        Action.RULES: _ALL,
        Action.CONTINGENCY: frozenset({Role.CUSTOMS_OFFICER}),
        Action.ENTER_PAPER: frozenset({Role.CUSTOMS_OFFICER}),
        Action.DECIDE: frozenset({Role.CUSTOMS_OFFICER}),
        Action.DECIDE_AT_TAX: frozenset({Role.TAX_OFFICER}),
        Action.RECONCILE: frozenset({Role.OPERATOR, Role.AUDITOR}),
        Action.APPLY: frozenset({Role.ENTERPRISE, Role.TAX_OFFICER}),
        Action.WITHDRAW_APPLICATION: frozenset({Role.ENTERPRISE}),
        Action.DECIDE_APPLICATION: frozenset({Role.TAX_OFFICER}),
        Action.READ_APPLICATION: frozenset({Role.ENTERPRISE, Role.TAX_OFFICER, Role.AUDITOR, Role.OPERATOR}),
        Action.CLAIM_REFUND: frozenset({Role.ENTERPRISE, Role.TAX_OFFICER}),
        Action.PAY_REFUND: frozenset({Role.TAX_OFFICER}),
        Action.READ_LEDGER: frozenset({Role.ENTERPRISE, Role.TAX_OFFICER, Role.OPERATOR, Role.AUDITOR}),
        Action.READ_PAPER: frozenset({Role.CUSTOMS_OFFICER, Role.TAX_OFFICER, Role.AUDITOR, Role.OPERATOR}),
        Action.OWN_PAPERS: frozenset({Role.ENTERPRISE}),
        Action.INVESTIGATE: frozenset({Role.INVESTIGATOR}),
        Action.READ_READS: frozenset({Role.AUDITOR}),
        Action.READ_DUE: frozenset({Role.ENTERPRISE}),
        Action.READ_SIGNS: frozenset({Role.CUSTOMS_OFFICER, Role.INVESTIGATOR}),
    }
)
"""The table. An action that is missing here is nobody's."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller: organisation, role, the codes (USCC, customs code) under which it is a party, and who of the
    organisation it is, where two persons must act.
    """

    organisation: str
    role: Role
    codes: frozenset[str] = frozenset()
    person: str = ""

    @property
    def actor(self) -> str:
        """The caller as the journal names it."""
        person = f"/{self.person}" if self.person else ""
        return f"{self.role.value}:{self.organisation}{person}"


class Door:
    """Opens to tokens and checks the table. Tokens are known by their SHA-256 only."""

    def __init__(self, callers: Mapping[str, Identity]) -> None:
        self._callers = dict(callers)

    def identify(self, token: str | None) -> Identity:
        """The caller with this token. Raises ``access.unauthenticated``."""
        found = self._callers.get(token_digest(token)) if token else None
        if found is None:
            errors.fail(UNAUTHENTICATED)
        return found

    def admit(self, identity: Identity, action: Action) -> None:
        """Raises ``access.forbidden`` unless the table lists the caller's role for the action."""
        allowed = TABLE.get(action, frozenset())
        if identity.role not in allowed:
            errors.fail(
                FORBIDDEN,
                place=action.value,
                organisation=identity.organisation,
                role=identity.role.value,
                roles=", ".join(sorted(allowed)),
            )


def token_digest(token: str) -> str:
    """The form in which a node knows a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def concerns(identity: Identity, parties: Iterable[Party]) -> bool:
    """Whether the caller may see a document with these parties: authorities all, enterprises their own."""
    if identity.role is not Role.ENTERPRISE:
        return True
    return any(identity.codes & party.identifiers() for party in parties)


def codes_of(identity: Identity) -> frozenset[str] | None:
    """The codes by which a list is asked for what :func:`concerns` the caller; ``None``: for all."""
    return identity.codes if identity.role is Role.ENTERPRISE else None


def seen_by(identity: Identity, told: Any) -> Any:
    """An answer as the caller may see it: who works at an authority, or at another firm, an enterprise has no need to
    know, so of each actor it sees role and organisation, and the person only of its own.
    """
    if identity.role is not Role.ENTERPRISE:
        return told
    if isinstance(told, dict):
        return {name: one if name == _PAPERS else seen_by(identity, one) for name, one in told.items()}
    if isinstance(told, (list, tuple)):
        return [seen_by(identity, one) for one in told]
    if isinstance(told, str) and told.startswith(_ACTING):
        own = f"{identity.role.value}:{identity.organisation}"
        return _ACTOR.sub(lambda found: found[0] if found[1] == own else found[1], told)
    return told


def require_party(identity: Identity, parties: Iterable[Party], number: str) -> None:
    """Raises ``access.not_a_party`` unless the document concerns the caller."""
    if not concerns(identity, parties):
        errors.fail(NOT_A_PARTY, place=number, organisation=identity.organisation)
