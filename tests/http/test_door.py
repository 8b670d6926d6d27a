"""The door: every route is decided, and who is not listed does not get in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from hefu.chains.gate.http import watch_gate
from hefu.cli import home as homes
from hefu.customs.node import build as build_customs
from hefu.http.guard import GuardedRoute, free, may
from hefu.http.reads import Subject
from hefu.procedures.due.http import tell_due
from hefu.protocol.records import Side
from hefu.tax.node import build as build_tax
from hefu.trust.access import TABLE, Action, Role
from tests.nodes import Nodes

DECIDED: dict[Side, dict[tuple[str, str], Action | None]] = {
    Side.TAX: {
        ("POST", "/v1/certificates"): Action.ISSUE,
        ("POST", "/v1/certificates/bulk"): Action.ISSUE,
        ("GET", "/v1/certificates/{number}"): Action.READ_CERTIFICATE,
        ("POST", "/v1/certificates/{number}/void"): Action.VOID,
        ("POST", "/v1/certificates/{number}/reissue"): Action.REISSUE,
        ("POST", "/v1/applications/check"): Action.APPLY,
        ("POST", "/v1/applications"): Action.APPLY,
        ("GET", "/v1/applications"): Action.READ_APPLICATION,
        ("GET", "/v1/applications/{serial}"): Action.READ_APPLICATION,
        ("POST", "/v1/applications/{serial}/approve"): Action.DECIDE_APPLICATION,
        ("POST", "/v1/applications/{serial}/reject"): Action.DECIDE_APPLICATION,
        ("POST", "/v1/applications/{serial}/withdraw"): Action.WITHDRAW_APPLICATION,
        ("POST", "/v1/refund-claims"): Action.CLAIM_REFUND,
        ("GET", "/v1/refund-claims/{number}"): Action.READ_LEDGER,
        ("POST", "/v1/refund-claims/{number}/pay"): Action.PAY_REFUND,
        ("POST", "/v1/refund-claims/{number}/recall"): Action.CLAIM_REFUND,
        ("POST", "/v1/repayments"): Action.CLAIM_REFUND,
        ("POST", "/v1/agency-certificates"): Action.ISSUE,
        ("GET", "/v1/agency-certificates/{number}"): Action.READ_LEDGER,
        ("POST", "/v1/agency-certificates/{number}/void"): Action.VOID,
        ("GET", "/v1/ledger/{declaration}"): Action.READ_LEDGER,
        ("POST", "/v1/divergences/{divergence}/close"): Action.DECIDE_AT_TAX,
        ("POST", "/v1/acts/{act}/approve"): Action.DECIDE_AT_TAX,
        ("POST", "/v1/acts/{act}/reject"): Action.DECIDE_AT_TAX,
    },
    Side.CUSTOMS: {
        ("POST", "/v1/declarations"): Action.LODGE,
        ("GET", "/v1/declarations"): Action.LIST_DECLARATIONS,
        ("POST", "/v1/declarations/bulk"): Action.LODGE,
        ("POST", "/v1/declarations/check"): Action.LODGE,
        ("POST", "/v1/certificates/states"): Action.READ_CERTIFICATE,
        ("PUT", "/v1/declarations/{number}"): Action.CORRECT,
        ("POST", "/v1/declarations/{number}/release"): Action.RELEASE,
        ("POST", "/v1/declarations/{number}/withdraw"): Action.WITHDRAW,
        ("POST", "/v1/declarations/{number}/refuse"): Action.REFUSE,
        ("GET", "/v1/declarations/{number}"): Action.READ_DECLARATION,
        ("GET", "/v1/declarations/{number}/changes"): Action.READ_DECLARATION,
        ("GET", "/v1/declarations/{number}/signs"): Action.READ_SIGNS,
        ("GET", "/v1/signs"): Action.INVESTIGATE,
        ("GET", "/v1/certificates/{number}"): Action.READ_CERTIFICATE,
        ("GET", "/v1/rules"): Action.RULES,
        ("GET", "/v1/functions"): None,
        ("GET", "/status"): None,
        ("POST", "/v1/contingencies"): Action.CONTINGENCY,
        ("POST", "/v1/contingencies/{ticket}/close"): Action.CONTINGENCY,
        ("GET", "/v1/contingencies/uses"): Action.READ_PAPER,
        ("POST", "/v1/papers"): Action.ENTER_PAPER,
        ("GET", "/v1/papers"): Action.READ_PAPER,
        ("GET", "/v1/papers/{number}"): Action.READ_PAPER,
        ("GET", "/v1/papers/{number}/scan"): Action.READ_PAPER,
        ("GET", "/v1/contests"): Action.READ_PAPER,
        ("POST", "/v1/contests/{contest}/close"): Action.DECIDE,
        ("POST", "/v1/divergences/{divergence}/close"): Action.DECIDE,
        ("POST", "/v1/declarations/{number}/override"): Action.DECIDE,
        ("POST", "/v1/declarations/{number}/reopen-goods"): Action.DECIDE,
        ("POST", "/v1/certificates/{number}/move"): Action.DECIDE,
        ("POST", "/v1/acts/{act}/approve"): Action.DECIDE,
        ("POST", "/v1/acts/{act}/reject"): Action.DECIDE,
    },
}
ENDLESS = {"/v1/events/live"}
SHARED: dict[tuple[str, str], Action | None] = {
    ("GET", "/v1/trace/{number}"): Action.TRACE,
    ("GET", "/v1/events"): Action.STATUS,
    ("GET", "/v1/events/live"): Action.STATUS,
    ("GET", "/v1/reads"): Action.READ_READS,
    ("GET", "/v1/reads/people"): Action.READ_READS,
    ("GET", "/v1/reads/proof"): Action.READ_READS,
    ("GET", "/v1/levels"): Action.STATUS,
    ("GET", "/v1/due"): Action.READ_DUE,
    ("GET", "/v1/due.ics"): Action.READ_DUE,
    ("GET", "/v1/status"): Action.STATUS,
    ("POST", "/v1/reconcile"): Action.RECONCILE,
    ("GET", "/v1/divergences"): Action.RECONCILE,
    ("GET", "/v1/acts"): Action.READ_PAPER,
    ("POST", "/link/registers"): None,
    ("GET", "/v1/keys"): Action.READ_KEYS,
    ("POST", "/v1/keys/rotate"): Action.ROTATE_KEY,
    ("POST", "/link/messages"): None,
    ("POST", "/link/pull"): None,
    ("GET", "/health"): None,
    ("GET", "/openapi.json"): None,
}
ON_RECORD: dict[Side, dict[str, Subject]] = {
    Side.TAX: {
        "/v1/certificates/{number}": Subject.CERTIFICATE,
        "/v1/applications/check": Subject.CHECK,
        "/v1/applications": Subject.APPLICATIONS,
        "/v1/applications/{serial}": Subject.APPLICATION,
        "/v1/refund-claims/{number}": Subject.CLAIM,
        "/v1/agency-certificates/{number}": Subject.AGENCY,
        "/v1/ledger/{declaration}": Subject.LEDGER,
    },
    Side.CUSTOMS: {
        "/v1/declarations": Subject.DECLARATIONS,
        "/v1/declarations/check": Subject.CHECK,
        "/v1/certificates/states": Subject.STATES,
        "/v1/declarations/{number}": Subject.DECLARATION,
        "/v1/declarations/{number}/changes": Subject.CHANGES,
        "/v1/declarations/{number}/signs": Subject.SIGNS,
        "/v1/signs": Subject.SIGNS,
        "/v1/certificates/{number}": Subject.CERTIFICATE,
        "/v1/contingencies/uses": Subject.USES,
        "/v1/papers": Subject.PAPERS,
        "/v1/papers/{number}": Subject.PAPER,
        "/v1/papers/{number}/scan": Subject.SCAN,
        "/v1/contests": Subject.CONTESTS,
    },
}
"""What is looked at where: it is on record. What is not here shows nothing of enterprises."""
ON_BOTH = {
    "/v1/trace/{number}": Subject.TRACE,
    "/v1/events": Subject.JOURNAL,
    "/v1/events/live": Subject.JOURNAL,
    "/v1/divergences": Subject.DIVERGENCES,
    "/v1/acts": Subject.ACTS,
    "/v1/reads": Subject.READS,
    "/v1/due": Subject.DUE,
    "/v1/due.ics": Subject.DUE,
}
NOBODYS = {"/v1/reads/people", "/v1/reads/proof", "/v1/levels", "/v1/status", "/v1/keys", "/v1/rules"}
WHO = {
    Role.TAX_OFFICER: "tax",
    Role.CUSTOMS_OFFICER: "customs",
    Role.OPERATOR: "operator",
    Role.AUDITOR: "auditor",
    Role.INVESTIGATOR: "investigator",
    Role.ENTERPRISE: "exporter",
}


@pytest.fixture
def applications(tmp_path: Path) -> dict[Side, FastAPI]:
    homes.make(tmp_path, {Side.TAX: 1, Side.CUSTOMS: 2})
    customs = build_customs(tmp_path / "customs")
    watch_gate(customs)
    tax = build_tax(tmp_path / "tax")
    tell_due(tax)
    tell_due(customs)
    return {Side.TAX: tax, Side.CUSTOMS: customs}


def every_route(app: FastAPI) -> list[APIRoute]:
    """All routes of an application, however they were included."""
    found: list[APIRoute] = []
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            inner = getattr(route, "routes", None) or getattr(
                getattr(route, "original_router", None), "routes", None
            )
            assert inner, f"a route of unknown kind: {route!r}"
            waiting.extend(inner)
    return found


@pytest.mark.parametrize("side", list(Side))
def test_every_route_is_decided_here_and_there(applications: dict[Side, FastAPI], side: Side) -> None:
    told: dict[tuple[str, str], Action | None] = {}
    for route in every_route(applications[side]):
        assert isinstance(route, GuardedRoute), route.path
        for method in route.methods or ():
            told[(method, route.path)] = route.right if isinstance(route.right, Action) else None
    assert told == {**SHARED, **DECIDED[side]}


@pytest.mark.parametrize("side", list(Side))
def test_what_every_route_shows_of_enterprises_is_decided_here_and_there(
    applications: dict[Side, FastAPI], side: Side
) -> None:
    told: dict[str, Subject] = {}
    nobodys = set()
    for route in every_route(applications[side]):
        assert isinstance(route, GuardedRoute)
        if isinstance(route.shows, Subject):
            told[route.path] = route.shows
        elif route.shows is not None:
            nobodys.add(route.path)
    assert told == {**ON_BOTH, **ON_RECORD[side]}
    assert nobodys == NOBODYS - ({"/v1/rules"} if side is Side.TAX else set())


def test_a_route_that_reads_and_does_not_say_what_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(AssertionError, match="nobody decided what /open shows"):

        @router.get("/open")
        @may(Action.STATUS)
        async def opened() -> None: ...


def test_a_route_that_nobody_decided_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(AssertionError, match="nobody decided"):

        @router.get("/open")
        async def opened() -> None: ...


def test_a_right_is_an_action_or_a_reason() -> None:
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/a")
    @may(Action.STATUS, "counts")
    async def one() -> None: ...

    @router.get("/b")
    @free("because")
    async def two() -> None: ...

    assert [route.right for route in router.routes if isinstance(route, GuardedRoute)] == [
        Action.STATUS,
        "because",
    ]


def test_every_action_stands_in_the_table() -> None:
    assert set(TABLE) == set(Action)


@pytest.mark.processes
@pytest.mark.parametrize("side", list(Side))
def test_each_role_gets_in_exactly_where_the_table_says(nodes: Nodes, side: Side) -> None:
    for (method, path), action in {**SHARED, **DECIDED[side]}.items():
        if action is None:
            continue
        place = path.replace("{number}", "NOSUCH1")
        for role, who in WHO.items():
            if (action is Action.ROTATE_KEY or path in ENDLESS) and role in TABLE[action]:
                continue
            status, told = nodes.ask(side, who, method, place, {} if method != "GET" else None)
            codes = {problem["code"] for problem in told.get("problems", [])}
            assert ("access.forbidden" in codes) == (role not in TABLE[action]), (path, role, status, told)


@pytest.mark.processes
@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic dGF4OnRheA=="])
def test_without_a_known_token_nobody_gets_in(nodes: Nodes, token: str) -> None:
    import httpx2  # noqa: PLC0415

    for side in Side:
        answer = httpx2.get(
            f"{nodes.address(side)}/v1/status",
            headers={"Authorization": token} if token else {},
            trust_env=False,
        )
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["problems"][0]["code"] == "access.unauthenticated"
