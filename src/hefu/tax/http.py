"""The routes of the tax node."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from hefu import errors
from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.documents.fields import Remark
from hefu.documents.readers import records
from hefu.documents.readers.json_documents import Paper, only, read_certificate
from hefu.documents.readers.limits import parse_json
from hefu.errors import HefuError, Problem
from hefu.http.bulk import take_many
from hefu.http.commands import Command, answering
from hefu.http.guard import GuardedRoute, caller, may
from hefu.http.node import Node, bearer, json_body, read_command
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.protocol.outcome import CERTIFICATE_USED, UNKNOWN_CERTIFICATE
from hefu.stores.sqlite import SqliteReader
from hefu.tax.refunds_http import refund_routes
from hefu.tax.service import Reissue, TaxAuthority, Void
from hefu.trust.access import Action, require_party

_LONGEST_WAIT = 30.0
"""Seconds that a request for a void may wait for customs' answer."""


class VoidRequest(Document):
    """Why a certificate shall be voided."""

    reason: Remark = Field(min_length=1)


class ReissueRequest(Document):
    """The certificate that takes the place of the old one, and why."""

    certificate: Certificate
    reason: Remark = Field(min_length=1)


def routes(node: Node, authority: TaxAuthority) -> APIRouter:
    """Issue, void, reissue and read."""
    router = APIRouter(route_class=GuardedRoute, tags=["certificates"])
    issuing, voiding, reissuing = (
        answering(authority.issue),
        answering(authority.void),
        answering(authority.reissue),
    )

    @router.post("/v1/certificates", openapi_extra=json_body(Certificate.model_json_schema()))
    @may(Action.ISSUE)
    async def issue(request: Request) -> Response:
        """Issue a certificate: 201 issued, 200 exists, 409 refused with the reason."""
        one = await read_command(request, lambda body: read_certificate(body, "request"))
        return await node.obey(issuing, one)

    @router.post(
        "/v1/certificates/bulk",
        openapi_extra=json_body(
            {"type": "array", "items": Certificate.model_json_schema()}, "application/jsonl"
        ),
    )
    @may(Action.ISSUE)
    async def issue_many(request: Request) -> Response:
        """Issue many: a JSON array or a line each; one result a certificate, in order."""
        return await take_many(
            node, request, lambda commands: node.writer.do_all(issuing, commands), _certificate_only
        )

    @router.get("/v1/certificates/{number}", openapi_extra=bearer())
    @may(Action.READ_CERTIFICATE, Subject.CERTIFICATE)
    async def read(request: Request, number: str) -> Response:
        """A certificate: content, state, use as customs has told, and its goods."""
        parties, told = await node.read(
            lambda reader: (authority.parties(reader, number), authority.describe(reader, number))
        )
        if told is None or told["kind"] != "certificate":
            errors.fail(UNKNOWN_CERTIFICATE, place=number, side="tax")
        require_party(caller(request), parties, number)
        return respond(200, told)

    @router.post("/v1/certificates/{number}/void", openapi_extra=json_body(VoidRequest.model_json_schema()))
    @may(Action.VOID)
    async def void(request: Request, number: str, wait: float = 0) -> Response:
        """Ask customs whether the certificate may be voided. 202 while customs has not answered;
        with ``wait`` (seconds) the answer waits for customs: 200 voided, 409 refused.
        """
        one = await read_command(
            request,
            lambda body: Void(
                number, records.build(VoidRequest, parse_json(body, "request"), "request").reason
            ),
        )
        return await _ask_customs(voiding, one, number, wait)

    @router.post(
        "/v1/certificates/{number}/reissue", openapi_extra=json_body(ReissueRequest.model_json_schema())
    )
    @may(Action.REISSUE)
    async def reissue(request: Request, number: str, wait: float = 0) -> Response:
        """Ask customs whether a new certificate may take the place of this one; answers as for a void."""

        def payload(body: bytes) -> Reissue:
            told = records.build(ReissueRequest, parse_json(body, "request"), "request")
            return Reissue(number, told.certificate, told.reason)

        return await _ask_customs(reissuing, await read_command(request, payload), number, wait)

    router.include_router(refund_routes(node))

    async def _ask_customs(handler: Any, one: Command, number: str, wait: float) -> Response:
        asked = await node.writer.do(handler, one)
        until = time.monotonic() + min(max(wait, 0), _LONGEST_WAIT)
        while asked.status == 202 and time.monotonic() < until:
            await asyncio.sleep(0.02)
            told = await node.read(lambda reader: _answer(reader, authority, number))
            if told is not None:
                if isinstance(told, HefuError):
                    raise told
                return respond(200, told)
        return respond(asked.status, asked.body, problem=asked.refused)

    return router


def _certificate_only(paper: Paper, _: Command) -> Certificate:
    return only(Certificate, paper, "request")


def _answer(reader: SqliteReader, authority: TaxAuthority, number: str) -> dict[str, Any] | HefuError | None:
    """What customs has decided about a request; ``None`` while it has not."""
    told = authority.describe(reader, number)
    if told is None or told["state"] == "void_requested":
        return None
    if told["state"] in ("voided", "superseded"):
        return {"number": number, "result": told["state"], "replacement": told["replacement"]}
    refusals = [e for e in reader.journal_of(number) if e.event == "certificate.void_refused"]
    declaration = refusals[-1].other if refusals else told["declaration"]
    return HefuError(
        Problem(
            CERTIFICATE_USED,
            place=number,
            value=str(declaration),
            side="customs",
            details={"declaration": declaration},
        )
    )
