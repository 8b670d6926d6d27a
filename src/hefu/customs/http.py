"""The routes of the customs node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from hefu import errors
from hefu.customs.service import CustomsAuthority, Move, unknown_certificates
from hefu.documents.canonical import Document, as_json
from hefu.documents.declaration import Declaration
from hefu.documents.fields import Remark, Uscc
from hefu.documents.party import Party
from hefu.documents.readers import records
from hefu.documents.readers.json_documents import Paper, only, read_declaration
from hefu.documents.readers.limits import parse_json
from hefu.http.bulk import take_many
from hefu.http.commands import Command, answering
from hefu.http.guard import GuardedRoute, caller, may
from hefu.http.node import Node, bearer, json_body, now, read_command
from hefu.http.problem import respond
from hefu.http.reads import Subject, look_of
from hefu.protocol.customs import summary
from hefu.protocol.outcome import UNKNOWN_CERTIFICATE, UNKNOWN_DECLARATION
from hefu.protocol.records import DeclarationState
from hefu.rules import describe
from hefu.stores.listing import declarations_of
from hefu.trust.access import Action, require_party

_DECLARATION = json_body(Declaration.model_json_schema(), "application/xml")


class ReasonRequest(Document):
    """Why a declaration is withdrawn or refused."""

    reason: Remark = Field(min_length=1)


def routes(node: Node, authority: CustomsAuthority) -> APIRouter:
    """Lodge, correct, release, withdraw, refuse, read."""
    router = APIRouter(route_class=GuardedRoute, tags=["declarations"])
    lodging = answering(authority.lodge)

    async def pull_missing(declarations: list[Declaration]) -> None:
        await pull_missing_of(node, declarations)

    @router.post("/v1/declarations", openapi_extra=_DECLARATION)
    @may(Action.LODGE)
    async def lodge(request: Request) -> Response:
        """Lodge a declaration, DecMessage XML or JSON: 201 with state reserved or held and the
        findings, 200 exists, 409 refused.
        """
        one = await read_command(
            request, lambda body: read_declaration(body, "request", node.policy.license_code)
        )
        require_party(one.identity, one.payload.parties(), one.payload.number)
        await pull_missing([one.payload])
        return await node.obey(lodging, one)

    @router.post("/v1/declarations/bulk", openapi_extra=_DECLARATION)
    @may(Action.LODGE)
    async def lodge_many(request: Request) -> Response:
        """Lodge many: a JSON array or a line each; one result a declaration, in order."""
        return await take_many(
            node,
            request,
            lambda commands: node.writer.do_all(lodging, commands),
            declaration_only,
            pull_missing,
        )

    @router.put("/v1/declarations/{number}", openapi_extra=_DECLARATION)
    @may(Action.CORRECT)
    async def correct(request: Request, number: str) -> Response:
        """Replace the content of a declaration that is not released, and verify it again."""
        one = await read_command(
            request, lambda body: read_declaration(body, "request", node.policy.license_code)
        )
        if one.payload.number != number:
            errors.fail(UNKNOWN_DECLARATION, place=f"{number} != {one.payload.number}", side="customs")
        require_party(one.identity, one.payload.parties(), number)
        await pull_missing([one.payload])
        return await node.obey(answering(authority.correct), one)

    def moving(
        path: str, action: Action, decide: Any, summary: str, payload: Callable[[str, bytes], Move]
    ) -> None:
        handler = answering(decide)

        @may(action)
        async def move(request: Request, number: str) -> Response:
            return await node.obey(handler, await read_command(request, lambda body: payload(number, body)))

        extra = bearer() if path == "release" else json_body(ReasonRequest.model_json_schema())
        router.add_api_route(
            f"/v1/declarations/{{number}}/{path}",
            move,
            methods=["POST"],
            name=path,
            summary=summary,
            openapi_extra=extra,
        )

    moving(
        "release",
        Action.RELEASE,
        authority.release,
        "Release; its certificates become used",
        lambda n, _: Move(n),
    )
    moving("withdraw", Action.WITHDRAW, authority.withdraw, "Withdraw before release", _with_reason)
    moving("refuse", Action.REFUSE, authority.refuse, "Refuse before release", _with_reason)

    _listing(router, node)

    @router.get("/v1/declarations/{number}", openapi_extra=bearer())
    @may(Action.READ_DECLARATION, Subject.DECLARATION)
    async def read(request: Request, number: str) -> Response:
        """A declaration: content, state, verdicts and findings."""
        return await _read(request, number, UNKNOWN_DECLARATION)

    @router.get("/v1/declarations/{number}/changes", openapi_extra=bearer())
    @may(Action.READ_DECLARATION, Subject.CHANGES)
    async def changes(request: Request, number: str) -> Response:
        """The smallest changes that would clear a held declaration, each applied and verified again."""
        parties, told = await node.read(
            lambda reader: (authority.parties(reader, number), authority.changes(reader, number, now()))
        )
        if told is None:
            errors.fail(UNKNOWN_DECLARATION, place=number, side="customs")
        require_party(caller(request), parties, number)
        return respond(200, {"number": number, "changes": told})

    @router.get("/v1/certificates/{number}", openapi_extra=bearer(), tags=["certificates"])
    @may(Action.READ_CERTIFICATE, Subject.CERTIFICATE)
    async def use(request: Request, number: str) -> Response:
        """A certificate's use at customs."""
        return await _read(request, number, UNKNOWN_CERTIFICATE)

    @router.get("/v1/rules", openapi_extra=bearer(), tags=["rules"])
    @may(Action.RULES, "the rules")
    async def rules() -> Response:
        """The rule set in force: every code with severity, texts and ground."""
        return respond(200, describe.set_as_json(node.ruleset, node.policy))

    async def _read(request: Request, number: str, unknown: errors.Kind) -> Response:
        parties, told = await node.read(
            lambda reader: (authority.parties(reader, number), authority.describe(reader, number))
        )
        if told is None:
            errors.fail(unknown, place=number, side="customs")
        require_party(caller(request), parties, number)
        return respond(200, told)

    return router


def _listing(router: APIRouter, node: Node) -> None:
    @router.get("/v1/declarations", openapi_extra=bearer())
    @may(Action.LIST_DECLARATIONS, Subject.DECLARATIONS)
    async def declared(
        request: Request,
        trader: Annotated[Uscc, Query(description="USCC of the trader.")],
        since: Annotated[date, Query(alias="from", description="First day of declaration.")] = date.min,
        until: Annotated[date, Query(alias="to", description="Last day of declaration.")] = date.max,
        state: Annotated[DeclarationState | None, Query(description="Only those of this state.")] = None,
        after: Annotated[str, Query(description="``next`` of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Response:
        """What a trader has declared, in the order of numbers; ``next`` (empty at the end) leads to the next page."""
        look_of(request).at(trader)
        require_party(caller(request), [Party(uscc=trader)], trader)
        found = await node.read(
            lambda reader: declarations_of(
                reader, trader, since, until, after=after, limit=limit, state=state
            )
        )
        told = [{**summary(one), "document": as_json(one.document)} for one in found]
        following = found[-1].number if len(found) == limit else ""
        return respond(200, {"trader": trader, "declarations": told, "next": following})


async def pull_missing_of(node: Node, declarations: list[Declaration]) -> None:
    """Fetch the certificates named that have not arrived, while the link is up (Announcement 256:
    customs calls the data up by itself).
    """
    if node.line.health.failures:
        return
    if len(declarations) == 1:
        missing = unknown_certificates(node.index, declarations)
    else:
        missing = await node.read(lambda reader: unknown_certificates(reader, declarations))
    if missing:
        await node.line.pull(missing, node.settings.pull_seconds)


def _with_reason(number: str, body: bytes) -> Move:
    return Move(number, records.build(ReasonRequest, parse_json(body, "request"), "request").reason)


def declaration_only(paper: Paper, one: Command) -> Declaration:
    """The declaration of a document, of which the caller is a party. Raises what it is not."""
    declaration = only(Declaration, paper, "request")
    require_party(one.identity, declaration.parties(), declaration.number)
    return declaration
