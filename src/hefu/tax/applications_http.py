"""Applications at the tax node: check, file, read, approve, reject, withdraw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from hefu import errors
from hefu.documents.application import Application
from hefu.documents.canonical import Document, as_json
from hefu.documents.fields import CertificateNumber, Remark
from hefu.documents.readers import records
from hefu.documents.readers.limits import parse_json
from hefu.errors import HefuError
from hefu.http.commands import Command, Decide, answering
from hefu.http.guard import GuardedRoute, caller, may
from hefu.http.node import Node, bearer, json_body, now, read_command
from hefu.http.officers import Written, write_route
from hefu.http.problem import respond
from hefu.http.reads import Subject, look_of
from hefu.protocol.applications import deciding
from hefu.protocol.applications.deciding import NOT_FOUND
from hefu.protocol.applications.findings import Finding
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.applications.self_check import check
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.rules.policy import Policy
from hefu.stores.listing import applications_in
from hefu.stores.reading import asked
from hefu.stores.sqlite import SqliteReader
from hefu.tax.applications import filing_of, parties, summary
from hefu.trust.access import Action, Identity, codes_of, require_party, seen_by


class ApprovalRequest(Document):
    """The numbers of the certificates, one an export declaration; without any they are made."""

    numbers: tuple[CertificateNumber, ...] = Field((), max_length=1000)


class ReasonRequest(Document):
    """Why."""

    reason: Remark = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about an application: numbers for its certificates, or a reason."""

    serial: str
    numbers: Sequence[str] = ()
    reason: str = ""


def application_routes(node: Node) -> APIRouter:
    """Everything about applications."""
    router = APIRouter(route_class=GuardedRoute, tags=["applications"])
    policy = node.policy
    filing = answering(_each(lambda book, one: _file(book, one, policy)))

    def payload(body: bytes) -> Application:
        return records.build(Application, parse_json(body, "request"), "request")

    turn = asyncio.Lock()

    @router.post("/v1/applications/check", openapi_extra=json_body(Application.model_json_schema()))
    @may(Action.APPLY, Subject.CHECK)
    async def dry_run(request: Request) -> Response:
        """The self-check: everything that speaks against the application, as things stand. Nothing is written."""
        one = await read_command(request, payload)
        covered = (line.declaration for line in one.payload.lines if line.declaration)
        look_of(request).at(one.payload.serial, *covered)
        require_party(one.identity, [one.payload.applicant], one.payload.serial)
        async with turn:  # one at a time, so that dry runs never take more than one core
            found = await asyncio.to_thread(
                asked, node.reader.path, lambda reader: check(Book(reader, now()), one.payload, policy)
            )
        passes = not any(finding.blocks for finding in found)
        return respond(200, {"number": one.payload.serial, "passes": passes, "findings": _as_json(found)})

    @router.post("/v1/applications", openapi_extra=json_body(Application.model_json_schema()))
    @may(Action.APPLY)
    async def file(request: Request) -> Response:
        """File an application: 201 filed, 200 exists, 409 refused with everything that blocks it."""
        return await node.obey(filing, await read_command(request, payload))

    @router.get("/v1/applications", openapi_extra=bearer())
    @may(Action.READ_APPLICATION, Subject.APPLICATIONS)
    async def queue(
        request: Request,
        state: FilingState = FilingState.FILED,
        after: Annotated[str, Query(description="``next`` of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Response:
        """Applications of a state, the oldest first; an enterprise sees its own. ``next`` (empty at the end) leads to the
        next page.
        """
        codes = codes_of(caller(request))
        found = await node.read(
            lambda reader: applications_in(reader, state, codes, after=after, limit=limit + 1)
        )
        following = found[limit - 1].serial if len(found) > limit else ""
        told = [seen_by(caller(request), summary(one)) for one in found[:limit]]
        return respond(200, {"state": state.value, "applications": told, "next": following})

    @router.get("/v1/applications/{serial}", openapi_extra=bearer())
    @may(Action.READ_APPLICATION, Subject.APPLICATION)
    async def read(request: Request, serial: str) -> Response:
        """An application: where it stands, its document, and while it waits what the check says now."""

        def ask(reader: SqliteReader) -> tuple[Filing | None, Sequence[Finding]]:
            one = filing_of(reader, serial)
            waits = one is not None and one.state is FilingState.FILED
            return one, check(Book(reader, now()), one.document, policy) if one and waits else ()

        one, found = await node.read(ask)
        if one is None:
            errors.fail(NOT_FOUND, place=serial, side="tax")
        require_party(caller(request), parties(one), serial)
        told = seen_by(caller(request), summary(one))
        return respond(200, {**told, "findings": _as_json(found), "document": as_json(one.document)})

    for route in _decisions(policy):
        write_route(router, node, route)
    return router


def _decisions(policy: Policy) -> tuple[Written, ...]:
    def approve(book: Book, one: Command) -> Outcome | HefuError:
        return deciding.approve(book, one.payload.serial, one.payload.numbers, one.identity.actor, policy)

    def reject(book: Book, one: Command) -> Outcome:
        return deciding.reject(book, one.payload.serial, one.payload.reason, one.identity.actor)

    return (
        Written(
            "/v1/applications/{serial}/approve",
            Action.DECIDE_APPLICATION,
            _each(approve),
            "Check again and issue all certificates of an application, or none",
            ApprovalRequest,
            lambda told, serial: Decided(serial, numbers=told.numbers),
        ),
        Written(
            "/v1/applications/{serial}/reject",
            Action.DECIDE_APPLICATION,
            _each(reject),
            "Reject an application",
            ReasonRequest,
            lambda told, serial: Decided(serial, reason=told.reason),
        ),
        Written(
            "/v1/applications/{serial}/withdraw",
            Action.WITHDRAW_APPLICATION,
            _each(_withdraw),
            "The applicant withdraws an application before it is decided",
            ReasonRequest,
            lambda told, serial: Decided(serial, reason=told.reason),
        ),
    )


def _each(decide: Callable[[Book, Command], Outcome | HefuError]) -> Decide:
    """A decision about one command, for many in their order; whoever is no party is refused."""

    def every(book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        done: list[Outcome | HefuError] = []
        for one in commands:
            try:
                done.append(decide(book, one))
            except HefuError as error:
                done.append(error)
        return done

    return every


def _file(book: Book, one: Command, policy: Policy) -> Outcome | HefuError:
    application: Application = one.payload
    require_party(one.identity, [application.applicant], application.serial)
    return deciding.file(book, application, one.identity.actor, policy)


def _withdraw(book: Book, one: Command) -> Outcome:
    told: Decided = one.payload
    found = book.get(Filing, told.serial)
    if found is not None:
        _require_applicant(one.identity, found)
    return deciding.withdraw(book, told.serial, told.reason, one.identity.actor)


def _require_applicant(identity: Identity, filing: Filing) -> None:
    """An agent that a principal has named may read the application, and not take it back."""
    require_party(identity, [filing.document.applicant], filing.serial)


def _as_json(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [one.as_json() for one in found]
