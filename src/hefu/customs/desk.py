"""What desks ask of customs beforehand: a dry run of the gate, and where certificates stand."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from hefu.customs.http import declaration_only, pull_missing_of
from hefu.customs.service import CustomsAuthority
from hefu.documents.canonical import Document
from hefu.documents.declaration import Declaration
from hefu.documents.fields import CertificateNumber
from hefu.documents.readers import records
from hefu.documents.readers.limits import parse_json
from hefu.errors import HefuError
from hefu.http.bulk import take_many
from hefu.http.commands import Command, Reply, reply_to
from hefu.http.guard import GuardedRoute, body_of, caller, may
from hefu.http.node import Node, json_body, now
from hefu.http.problem import respond
from hefu.http.reads import Subject, look_of
from hefu.protocol.outcome import Outcome
from hefu.stores.reading import asked
from hefu.trust.access import Action


class StatesRequest(Document):
    """Numbers of certificates."""

    numbers: tuple[CertificateNumber, ...] = Field(max_length=1000)


def desk_routes(node: Node, authority: CustomsAuthority) -> APIRouter:
    """Check declarations, ask for states."""
    router = APIRouter(route_class=GuardedRoute)

    turn = asyncio.Lock()

    async def decide(commands: list[Command]) -> list[Reply]:
        async with turn:  # one at a time, so that dry runs never take more than one core
            told = await asyncio.to_thread(
                asked, node.reader.path, lambda one: authority.check(one, commands, now())
            )
        return [_checked(outcome, changes) for outcome, changes in told]

    @router.post(
        "/v1/declarations/check",
        openapi_extra=json_body(Declaration.model_json_schema(), "application/xml"),
        tags=["declarations"],
    )
    @may(Action.LODGE, Subject.CHECK)
    async def check(request: Request) -> Response:
        """What lodging would come to, as things stand: a dry run of the gate for one document or many, in order. Nothing
        is reserved, entered or sent. With the smallest changes of the first that would be held.
        """

        async def before(declarations: list[Declaration]) -> None:
            for one in declarations:
                look_of(request).at(one.number, *one.certificate_numbers())
            await pull_missing_of(node, declarations)

        return await take_many(node, request, decide, declaration_only, before)

    @router.post(
        "/v1/certificates/states",
        openapi_extra=json_body(StatesRequest.model_json_schema()),
        tags=["certificates"],
    )
    @may(Action.READ_CERTIFICATE, Subject.STATES)
    async def states(request: Request) -> Response:
        """Where up to 1,000 certificates stand; ``unknown`` is what customs does not have or is not the caller's."""
        body = await body_of(request)
        asked = records.build(StatesRequest, parse_json(body, "request"), "request")
        look_of(request).at(*asked.numbers)
        told = await node.read(lambda reader: authority.states(reader, asked.numbers, caller(request)))
        return respond(200, {"states": told, "ruleset": node.ruleset.version})

    return router


def _checked(outcome: Outcome | HefuError, changes: list[list[dict[str, Any]]]) -> Reply:
    """The answer of lodging, with the changes; nothing has been made, so 200."""
    reply = reply_to(outcome)
    return reply if reply.refused else Reply(200, {**reply.body, "changes": changes})
